package app.pocketcard.app

import android.content.Intent
import android.content.pm.PackageManager
import android.net.Uri
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.w3c.dom.Element
import java.io.File
import javax.xml.parsers.DocumentBuilderFactory
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertTrue

/** What the app asks of the phone and lets others do, all libraries' manifests merged. */
@RunWith(RobolectricTestRunner::class)
class ManifestTest {
    private val app = RuntimeEnvironment.getApplication()

    private fun xml(file: String, tag: String): List<Element> {
        val document = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(File(file))
        val found = document.getElementsByTagName(tag)
        return (0 until found.length).map { found.item(it) as Element }
    }

    private val manifest = "target/res/AndroidManifest.xml"

    @Test
    fun `it asks for no more than it needs`() {
        val about = app.packageManager.getPackageInfo(app.packageName, PackageManager.GET_PERMISSIONS)
        assertEquals(
            setOf(
                "android.permission.INTERNET",
                "android.permission.ACCESS_NETWORK_STATE",
                "android.permission.ACCESS_COARSE_LOCATION",
                "android.permission.CAMERA",
                "android.permission.POST_NOTIFICATIONS",
                "android.permission.RECEIVE_BOOT_COMPLETED",
                // Of Firebase.
                "android.permission.WAKE_LOCK",
                "com.google.android.c2dm.permission.RECEIVE",
                // Of androidx.core: its own.
                "app.pocketcard.app.DYNAMIC_RECEIVER_NOT_EXPORTED_PERMISSION",
            ),
            about.requestedPermissions?.toSet(),
        )
    }

    @Test
    fun `it is for phones without a camera, too`() {
        val needed = xml(manifest, "uses-feature").filter { it.getAttribute("android:required") != "false" }
        assertEquals(emptyList(), needed.map { it.getAttribute("android:name") })
    }

    @Test
    fun `what others may start is the activity, or is kept for the system`() {
        val open =
            listOf("activity", "service", "receiver", "provider")
                .flatMap { xml(manifest, it) }
                .filter { it.getAttribute("android:exported") == "true" }
                .filter { it.getAttribute("android:permission").isEmpty() }
                .map { it.getAttribute("android:name") }
        assertEquals(listOf(MainActivity::class.java.name), open)
    }

    @Test
    fun `nothing is in a backup or goes to another phone`() {
        val application = xml(manifest, "application").single()
        assertEquals("false", application.getAttribute("android:allowBackup"))
        val rules = "src/main/res/xml/data_extraction_rules.xml"
        for (way in listOf("cloud-backup", "device-transfer")) {
            val excluded = xml(rules, way).single().getElementsByTagName("exclude")
            val domains = (0 until excluded.length).map { (excluded.item(it) as Element).getAttribute("domain") }
            assertEquals(setOf("root", "file", "database", "sharedpref", "external"), domains.toSet(), way)
        }
        assertEquals(emptyList(), xml(rules, "include"))
    }

    @Test
    fun `the languages that the member may choose are those of the texts`() {
        val offered = xml("src/main/res/xml/locales_config.xml", "locale").map { it.getAttribute("android:name") }
        val texts = File("../ui/src/main/res").listFiles().orEmpty().filter { File(it, "strings.xml").exists() }
        val languages = texts.map { it.name.removePrefix("values").removePrefix("-").ifEmpty { "en" } }
        assertEquals(languages.toSet(), offered.toSet())
    }

    @Test
    fun `no connection goes without encryption`() {
        val config = "src/main/res/xml/network_security_config.xml"
        assertEquals(listOf("false"), xml(config, "base-config").map { it.getAttribute("cleartextTrafficPermitted") })
        assertEquals(emptyList(), xml(config, "domain-config"))
    }

    @Test
    fun `links of the brand's scheme and host open the app, others do not`() {
        fun opens(link: String) = app.packageManager
            .queryIntentActivities(
                Intent(Intent.ACTION_VIEW, Uri.parse(link)).addCategory(Intent.CATEGORY_BROWSABLE),
                PackageManager.MATCH_DEFAULT_ONLY,
            ).any { it.activityInfo.name == MainActivity::class.java.name }
        assertTrue(opens("pocketcard://card"))
        assertTrue(opens("https://loyalty.example.com/offers/7"))
        for (stranger in listOf("https://stranger.example/offers/7", "http://loyalty.example.com/", "other://card")) {
            assertFalse(opens(stranger), stranger)
        }
    }
}
