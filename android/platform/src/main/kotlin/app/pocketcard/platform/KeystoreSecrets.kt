package app.pocketcard.platform

import android.annotation.SuppressLint
import android.content.Context
import android.content.SharedPreferences
import android.os.UserManager
import android.security.keystore.KeyGenParameterSpec
import android.security.keystore.KeyPermanentlyInvalidatedException
import android.security.keystore.KeyProperties
import android.util.Base64
import app.pocketcard.SecretStore
import app.pocketcard.SecretStoreException
import java.io.IOException
import java.security.GeneralSecurityException
import java.security.InvalidKeyException
import java.security.KeyStore
import java.security.ProviderException
import java.security.UnrecoverableKeyException
import javax.crypto.BadPaddingException
import javax.crypto.Cipher
import javax.crypto.KeyGenerator
import javax.crypto.SecretKey
import javax.crypto.spec.GCMParameterSpec

/**
 * Secrets in private preferences, sealed by AES-GCM under a key that does not leave the Android Keystore.
 *
 * A key can be lost: the phone was reset, a backup came from another one, the hardware's store broke. What was sealed
 * under it is gone then, and the store begins anew: it answers as empty, and the member signs in again. A failure that
 * may pass erases nothing.
 *
 * The preferences `pocketcard.secrets` are of no use in a backup: the app's backup rules leave them out.
 *
 * @param alias names the key in the Keystore, and in the preferences what is under it.
 */
public class KeystoreSecrets
    @JvmOverloads
    constructor(context: Context, private val alias: String = NAME) :
    SecretStore {
        private val users = context.getSystemService(UserManager::class.java)
        private val context = context.applicationContext

        /** Not to be had while the phone has not been unlocked since it started. */
        private val values: SharedPreferences by lazy { this.context.getSharedPreferences(alias, Context.MODE_PRIVATE) }

        override fun get(key: String): ByteArray? = serve {
            val sealed = values.getString(key, null) ?: return@serve null
            try {
                val secret = existingKey()
                if (secret == null) {
                    beginAnew()
                    null
                } else {
                    opened(secret, key, Base64.decode(sealed, Base64.NO_WRAP))
                }
            } catch (error: GeneralSecurityException) {
                if (!error.meansLostKey) throw error
                beginAnew()
                null
            }
        }

        override fun put(key: String, value: ByteArray): Unit = serve {
            val sealed =
                try {
                    sealed(existingKey() ?: newKey(), key, value)
                } catch (error: GeneralSecurityException) {
                    if (error !is InvalidKeyException && error !is UnrecoverableKeyException) throw error
                    beginAnew()
                    sealed(newKey(), key, value)
                }
            edit { putString(key, Base64.encodeToString(sealed, Base64.NO_WRAP)) }
        }

        override fun remove(key: String): Unit = serve { edit { remove(key) } }

        private fun <T> serve(act: () -> T): T = synchronized(ONE_AT_A_TIME) {
            if (!users.isUserUnlocked) throw SecretStoreException.Locked()
            try {
                act()
            } catch (error: GeneralSecurityException) {
                throw SecretStoreException.Failed(error.toString())
            } catch (error: ProviderException) {
                throw SecretStoreException.Failed(error.toString())
            } catch (error: IOException) {
                throw SecretStoreException.Failed(error.toString())
            }
        }

        private fun sealed(secret: SecretKey, key: String, value: ByteArray): ByteArray {
            val cipher = Cipher.getInstance(CIPHER)
            cipher.init(Cipher.ENCRYPT_MODE, secret)
            cipher.updateAAD(key.toByteArray())
            return cipher.iv + cipher.doFinal(value)
        }

        /** None where it was not sealed by [secret] under this name: then it is forgotten. */
        private fun opened(secret: SecretKey, key: String, sealed: ByteArray): ByteArray? = try {
            if (sealed.size < IV_BYTES) throw BadPaddingException("too short")
            val cipher = Cipher.getInstance(CIPHER)
            cipher.init(Cipher.DECRYPT_MODE, secret, GCMParameterSpec(TAG_BITS, sealed, 0, IV_BYTES))
            cipher.updateAAD(key.toByteArray())
            cipher.doFinal(sealed, IV_BYTES, sealed.size - IV_BYTES)
        } catch (_: BadPaddingException) {
            edit { remove(key) }
            null
        }

        private fun keys() = KeyStore.getInstance(KEYSTORE).apply { load(null) }

        private fun existingKey() = keys().getKey(alias, null) as SecretKey?

        private fun newKey(): SecretKey {
            // Nothing of before can be opened by it.
            edit { clear() }
            val uses = KeyProperties.PURPOSE_ENCRYPT or KeyProperties.PURPOSE_DECRYPT
            val wanted =
                KeyGenParameterSpec
                    .Builder(alias, uses)
                    .setBlockModes(KeyProperties.BLOCK_MODE_GCM)
                    .setEncryptionPaddings(KeyProperties.ENCRYPTION_PADDING_NONE)
                    .setKeySize(KEY_BITS)
                    .build()
            return KeyGenerator.getInstance(KeyProperties.KEY_ALGORITHM_AES, KEYSTORE).run {
                init(wanted)
                generateKey()
            }
        }

        private fun beginAnew() {
            keys().deleteEntry(alias)
            edit { clear() }
        }

        // A secret that is said to be kept is on disk.
        @SuppressLint("ApplySharedPref")
        private fun edit(change: SharedPreferences.Editor.() -> Unit) {
            if (!values.edit().apply(change).commit()) throw IOException("the preferences were not written")
        }

        private companion object {
            const val NAME = "pocketcard.secrets"
            const val KEYSTORE = "AndroidKeyStore"
            const val CIPHER = "AES/GCM/NoPadding"
            const val KEY_BITS = 256
            const val IV_BYTES = 12
            const val TAG_BITS = 128

            /** Of all stores in this process: two of them share a key. */
            val ONE_AT_A_TIME = Any()

            /** Others of their kind may pass. */
            val GeneralSecurityException.meansLostKey: Boolean
                get() = this is KeyPermanentlyInvalidatedException || this is UnrecoverableKeyException
        }
    }
