package app.pocketcard.app

import android.Manifest
import android.app.Activity
import android.content.pm.PackageManager
import android.provider.Settings
import androidx.compose.ui.test.hasClickAction
import androidx.compose.ui.test.hasContentDescription
import androidx.compose.ui.test.hasSetTextAction
import androidx.compose.ui.test.hasText
import androidx.compose.ui.test.isHeading
import com.google.zxing.BarcodeFormat
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import org.junit.After
import org.junit.Test
import org.robolectric.Shadows.shadowOf
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertTrue

/** A plastic card is scanned by a camera whose frames the test hands over. */
class ScanJourneyTest : Journey() {
    private fun hasNoCard(): String {
        sandbox.ask("POST", "/sandbox/members", """{"phone": "$PHONE", "withoutCard": true}""")
        signIn(PHONE)
        return sandbox.ask("POST", "/sandbox/cards", "{}").jsonObject.getValue("number").jsonPrimitive.content
    }

    private fun hasCamera(has: Boolean = true) =
        shadowOf(app.packageManager).setSystemFeature(PackageManager.FEATURE_CAMERA_ANY, has)

    @After
    fun closedCamera() {
        window?.close()
        assertTrue(JourneyApp.camera?.isClosed != false, "the camera is closed with its screen")
        JourneyApp.camera = null
    }

    private fun scanner(): FedCamera {
        waitFor("Hold the code")
        return checkNotNull(JourneyApp.camera).also { assertFalse(it.isClosed) }
    }

    private fun answer(activity: Activity, answer: Int) {
        compose.waitForIdle()
        val asked = checkNotNull(shadowOf(activity).lastRequestedPermission)
        assertEquals(listOf(Manifest.permission.CAMERA), asked.requestedPermissions.toList())
        if (answer == PackageManager.PERMISSION_GRANTED) shadowOf(app).grantPermissions(Manifest.permission.CAMERA)
        compose.runOnUiThread {
            @Suppress("DEPRECATION") // As Android answers.
            activity.onRequestPermissionsResult(asked.requestCode, asked.requestedPermissions, intArrayOf(answer))
        }
    }

    @Test
    fun `a scanned number is in the field, is sent by the member alone, and links the card`() {
        val plastic = hasNoCard()
        hasCamera()
        val activity = open()
        tap("Link a plastic card")
        type("Card number", "1")
        compose.waitForIdle()
        assertEquals(null, shadowOf(activity).lastRequestedPermission, "asked for when the member wants to scan")
        tap("Scan the card")
        answer(activity, PackageManager.PERMISSION_GRANTED)
        val camera = scanner()
        camera.see(frame("https://stranger.example/card", BarcodeFormat.QR_CODE))
        waitFor("not the number of a card")
        tap("Light")
        assertTrue(camera.isLit)
        camera.see(frame(plastic, BarcodeFormat.CODE_128).turned())
        waitFor(hasText(plastic) and hasSetTextAction())
        waitFor("Read from the card")
        compose.onNode(hasText("Link a plastic card") and isHeading()).assertExists()
        assertTrue(camera.isClosed)
        tap(hasText("Link a plastic card") and hasClickAction())
        waitFor(hasContentDescription(plastic.toList().joinToString(" "), substring = true))
    }

    @Test
    fun `who does not allow the camera is told, may do so in the settings, and may type`() {
        hasNoCard()
        hasCamera()
        val activity = open()
        tap("Link a plastic card")
        tap("Scan the card")
        answer(activity, PackageManager.PERMISSION_DENIED)
        waitFor("may not use the camera")
        tap("Allow the camera")
        assertEquals(Settings.ACTION_APPLICATION_DETAILS_SETTINGS, shadowOf(app).nextStartedActivity.action)
        // Back from there.
        shadowOf(app).grantPermissions(Manifest.permission.CAMERA)
        checkNotNull(window).pause().resume()
        val camera = scanner()
        camera.fail()
        waitFor("does not start")
        tap("Try again")
        assertTrue(scanner() !== camera)
        checkNotNull(window).pause()
        assertTrue(checkNotNull(JourneyApp.camera).isClosed, "nothing is seen while the app is not")
        checkNotNull(window).resume()
        scanner()
        tap("Type the number instead")
        waitFor(hasText("Card number") and hasSetTextAction())
    }

    @Test
    fun `a phone without a camera offers no scanner`() {
        hasNoCard()
        hasCamera(false)
        open()
        tap("Link a plastic card")
        waitFor(hasText("Card number") and hasSetTextAction())
        compose.onNode(hasText("Scan the card")).assertDoesNotExist()
    }
}
