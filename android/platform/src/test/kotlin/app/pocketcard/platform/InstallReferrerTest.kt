package app.pocketcard.platform

import kotlinx.coroutines.runBlocking
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertTrue

@RunWith(RobolectricTestRunner::class)
class InstallReferrerTest {
    @get:Rule val real = RealCore()

    @Test
    fun `the first source that knows something is told`() = runBlocking {
        val asked = mutableListOf<String>()
        val sources =
            listOf(null, "utm_source=till\uD800", "never").map {
                InstallReferrer { it.also { asked += it.toString().take(9) } }
            }
        assertTrue(real.core.tellInstallReferrer(*sources.toTypedArray()))
        assertEquals(listOf("null", "utm_sourc"), asked)
        assertFalse(real.core.tellInstallReferrer(InstallReferrer { null }))
    }

    @Test
    fun `Android knows which shop installed the app`() = runBlocking {
        assertEquals(null, InstallReferrer.shop(real.app).read())
        real.app.packageManager.setInstallerPackageName(real.app.packageName, "com.android.vending")
        assertEquals("installer=com.android.vending", InstallReferrer.shop(real.app).read())
    }
}
