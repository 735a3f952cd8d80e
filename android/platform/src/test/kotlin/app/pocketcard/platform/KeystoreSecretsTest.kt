package app.pocketcard.platform

import android.content.Context
import android.os.UserManager
import android.security.keystore.KeyPermanentlyInvalidatedException
import android.security.keystore.KeyProperties
import app.pocketcard.Host
import app.pocketcard.Pocketcard
import app.pocketcard.SecretStoreException
import app.pocketcard.SessionView
import app.pocketcard.platform.testing.KeystoreInMemory
import app.pocketcard.testing.Phone
import app.pocketcard.testing.Sandbox
import app.pocketcard.testing.signIn
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf
import java.security.ProviderException
import java.security.UnrecoverableKeyException
import kotlin.test.assertContentEquals
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertIs
import kotlin.test.assertNull
import kotlin.test.assertTrue
import kotlin.time.Duration.Companion.seconds

@RunWith(RobolectricTestRunner::class)
class KeystoreSecretsTest {
    @get:Rule val keystore = KeystoreInMemory()
    private val app = RuntimeEnvironment.getApplication()
    private val file = app.getSharedPreferences("pocketcard.secrets", Context.MODE_PRIVATE)
    private val secrets get() = KeystoreSecrets(app)
    private val token = "s3cret".toByteArray()

    @Test
    fun `a secret is there after a restart, until it is removed`() {
        assertNull(secrets.get("token"))
        secrets.put("token", token)
        secrets.put("empty", ByteArray(0))
        assertContentEquals(token, secrets.get("token"))
        assertContentEquals(ByteArray(0), secrets.get("empty"))
        secrets.remove("token")
        secrets.remove("token")
        assertNull(secrets.get("token"))
    }

    @Test
    fun `it lies sealed, under a key of its own`() {
        secrets.put("token", token)
        secrets.put("other", token)
        assertTrue(file.all.values.none { "s3cret" in it.toString() })
        assertEquals(2, file.all.values.toSet().size, "the same twice is not sealed alike")
        val key = keystore.wanted.single()
        assertEquals(256, key.keySize)
        assertEquals(listOf(KeyProperties.BLOCK_MODE_GCM), key.blockModes.toList())
    }

    @Test
    fun `what was put under another name, cut or changed is none, and the others stay`() {
        secrets.put("a", token)
        val sealed = file.getString("a", null)!!
        for (broken in listOf(sealed, "", "AAAA", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")) {
            file.edit().putString("b", broken).commit()
            assertNull(secrets.get("b"), broken)
            assertTrue("b" !in file, "it is forgotten")
        }
        assertContentEquals(token, secrets.get("a"))
    }

    @Test
    fun `a lost key leaves the store empty, and it begins anew`() {
        val losses =
            listOf<() -> Unit>(
                { keystore.keys.clear() },
                { keystore.failure = KeyPermanentlyInvalidatedException() },
                { keystore.failure = UnrecoverableKeyException("broken") },
            )
        for (loss in losses) {
            secrets.put("token", token)
            secrets.put("other", token)
            loss()
            assertNull(secrets.get("token"))
            assertEquals(emptyMap(), file.all)
            keystore.failure = null
            secrets.put("token", byteArrayOf(2))
            assertContentEquals(byteArrayOf(2), secrets.get("token"))
            loss()
            secrets.put("token", byteArrayOf(3))
            assertContentEquals(byteArrayOf(3), secrets.get("token"), "a put begins anew, too")
        }
    }

    @Test
    fun `a failure that may pass is said, and erases nothing`() {
        secrets.put("token", token)
        keystore.failure = ProviderException("busy")
        assertFailsWith<SecretStoreException.Failed> { secrets.get("token") }
        assertFailsWith<SecretStoreException.Failed> { secrets.put("token", byteArrayOf(1)) }
        keystore.failure = null
        assertContentEquals(token, secrets.get("token"))
    }

    @Test
    fun `a phone that was not unlocked yet is locked`() {
        val users = shadowOf(app.getSystemService(UserManager::class.java))
        users.setUserUnlocked(false)
        assertFailsWith<SecretStoreException.Locked> { secrets.get("token") }
        users.setUserUnlocked(true)
        assertNull(secrets.get("token"))
    }

    @Test
    fun `the core stays signed in with them, and asks to sign in again when the key is lost`() {
        Sandbox(stores = 3).use { sandbox ->
            Phone(sandbox.url).use { phone ->
                suspend fun opened(use: suspend (Pocketcard) -> Unit) =
                    Pocketcard.open(phone.config, Host(secrets, Logcat())).use { use(it) }
                runBlocking {
                    opened { it.signIn(sandbox, Sandbox.ANNA) }
                    opened { core ->
                        assertIs<SessionView.SignedIn>(core.session.value)
                        core.refresh()
                    }
                    keystore.keys.clear()
                    opened { core ->
                        runCatching { core.refresh() }
                        withTimeout(20.seconds) { core.session.first { it !is SessionView.SignedIn } }
                        core.signIn(sandbox, Sandbox.ANNA)
                        withTimeout(20.seconds) { core.session.first { it is SessionView.SignedIn } }
                    }
                }
            }
        }
    }
}
