package app.pocketcard.app

import android.app.Activity
import android.app.Notification
import android.app.NotificationManager
import android.content.Intent
import android.graphics.Bitmap
import android.graphics.Matrix
import android.net.ConnectivityManager
import android.net.NetworkCapabilities
import android.net.Uri
import android.os.Bundle
import androidx.compose.ui.graphics.asAndroidBitmap
import androidx.compose.ui.test.ComposeTimeoutException
import androidx.compose.ui.test.SemanticsMatcher
import androidx.compose.ui.test.captureToImage
import androidx.compose.ui.test.hasAnyAncestor
import androidx.compose.ui.test.hasClickAction
import androidx.compose.ui.test.hasContentDescription
import androidx.compose.ui.test.hasScrollAction
import androidx.compose.ui.test.hasScrollToNodeAction
import androidx.compose.ui.test.hasSetTextAction
import androidx.compose.ui.test.hasText
import androidx.compose.ui.test.isDialog
import androidx.compose.ui.test.isEnabled
import androidx.compose.ui.test.isRoot
import androidx.compose.ui.test.junit4.createEmptyComposeRule
import androidx.compose.ui.test.onRoot
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performScrollTo
import androidx.compose.ui.test.performScrollToNode
import androidx.compose.ui.test.performTextReplacement
import androidx.compose.ui.test.printToString
import app.pocketcard.CardView
import app.pocketcard.Pocketcard
import app.pocketcard.PushService
import app.pocketcard.platform.FcmService
import app.pocketcard.platform.testing.KeystoreInMemory
import app.pocketcard.platform.testing.scanned
import app.pocketcard.testing.Phone
import app.pocketcard.testing.Sandbox
import app.pocketcard.testing.signIn
import com.google.firebase.messaging.RemoteMessage
import kotlinx.coroutines.runBlocking
import kotlinx.serialization.json.JsonObject
import org.junit.After
import org.junit.Before
import org.junit.Rule
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf
import org.robolectric.android.controller.ActivityController
import org.robolectric.shadows.ShadowNetwork
import org.robolectric.shadows.ShadowNetworkCapabilities
import java.math.BigDecimal
import java.text.NumberFormat
import kotlin.test.assertIs
import kotlin.test.fail
import kotlin.time.Duration.Companion.seconds

/**
 * The real app, its activity, its screens and the real core, against a platform that the test starts; the till reads
 * the pixels of the screen.
 */
@RunWith(RobolectricTestRunner::class)
abstract class Journey {
    @get:Rule val keystore = KeystoreInMemory()

    @get:Rule val compose = createEmptyComposeRule()

    protected val sandbox = Sandbox(stores = 3)
    protected val app get() = RuntimeEnvironment.getApplication() as JourneyApp
    protected val core: Pocketcard get() = runBlocking { app.pocketcard() }
    protected val notifications get() = app.getSystemService(NotificationManager::class.java)
    protected var window: ActivityController<MainActivity>? = null

    @Before
    fun platform() {
        JourneyApp.platform = sandbox.url
    }

    @After
    fun end() {
        window?.close()
        app.onTerminate()
        sandbox.close()
    }

    protected fun open(intent: Intent = Intent(app, MainActivity::class.java)): MainActivity {
        window?.close()
        return Robolectric.buildActivity(MainActivity::class.java, intent).setup().also { window = it }.get()
    }

    /** The process ends and is begun anew. */
    protected fun begunAnew() {
        window?.close()
        app.onTerminate()
        open()
    }

    /** Android ends the process behind the member's back, and when they return gives the window what it had saved. */
    protected fun endedByAndroid() {
        val saved = Bundle()
        checkNotNull(window).saveInstanceState(saved).close()
        app.onTerminate()
        window = Robolectric.buildActivity(MainActivity::class.java).setup(saved)
    }

    protected fun back() = compose.runOnUiThread { checkNotNull(window).get().onBackPressedDispatcher.onBackPressed() }

    protected fun tap(what: SemanticsMatcher) {
        val button = what and hasClickAction() and isEnabled()
        waitFor(button)
        val node = compose.onNode(button)
        if (isThere(button and hasAnyAncestor(hasScrollAction()))) node.performScrollTo()
        node.performClick()
    }

    protected fun tap(text: String) = tap(hasText(text))

    /** In the question that is before the screen. */
    protected fun confirm(text: String) = tap(hasText(text) and hasAnyAncestor(isDialog()))

    protected fun type(label: String, text: String) {
        val field = hasText(label) and hasSetTextAction()
        waitFor(field)
        compose.onNode(field).performTextReplacement(text)
    }

    /** Whom a test is not about how they came in. */
    protected fun signIn(phone: String) = runBlocking { core.signIn(sandbox, phone) }

    /** As a member does. */
    protected fun signInByHand() {
        tap("Sign in")
        type("Phone number", PHONE)
        tap("Sign in")
        waitFor("Enter your code")
    }

    /** The platform has every activity of this phone. */
    protected fun allIsTold() = compose.waitUntil(TIMEOUT) {
        runBlocking { core.flush(5.seconds) }
        core.outbox.value.queued == 0u
    }

    /** Brings what a list has further down onto the screen. */
    protected fun reach(text: String) {
        waitFor(hasScrollToNodeAction())
        compose.onNode(hasScrollToNodeAction()).performScrollToNode(hasText(text))
    }

    /** Android says that there is a signal again. */
    protected fun signalReturns() {
        val connected = ShadowNetworkCapabilities.newInstance()
        shadowOf(connected).addCapability(NetworkCapabilities.NET_CAPABILITY_VALIDATED)
        val network = ShadowNetwork.newInstance(7)
        for (callback in shadowOf(app.getSystemService(ConnectivityManager::class.java)).networkCallbacks) {
            callback.onLost(network)
            callback.onCapabilitiesChanged(network, connected)
        }
    }

    protected fun isThere(what: SemanticsMatcher) = compose.onAllNodes(what).fetchSemanticsNodes().isNotEmpty()

    protected fun waitFor(what: SemanticsMatcher) = try {
        compose.waitUntil(TIMEOUT) { isThere(what) }
    } catch (_: ComposeTimeoutException) {
        fail("nothing with ${what.description} in\n${compose.onAllNodes(isRoot()).printToString(Int.MAX_VALUE)}")
    }

    protected fun waitFor(text: String) = waitFor(hasText(text, substring = true))

    protected fun waitForCode() = waitFor(hasContentDescription("code ready to scan", substring = true))

    protected fun screen(): Bitmap = compose.onRoot().captureToImage().asAndroidBitmap()

    protected fun Bitmap.mirrored(): Bitmap =
        Bitmap.createBitmap(this, 0, 0, width, height, Matrix().apply { setScale(-1f, 1f) }, false)

    /** The cashier holds the scanner over the phone: what the till says. */
    protected fun atTheTill(): JsonObject = sandbox.scan(screen().scanned())

    /** The platform knows where to push to. */
    protected fun hearsPushes() = runBlocking {
        core.setPushToken(TOKEN, PushService.FCM)
        core.flush(5.seconds)
    }

    /** What was pushed to this phone, handed over as Firebase does. */
    protected fun takePushes() {
        val service = Robolectric.setupService(FcmService::class.java)
        for (data in sandbox.pushed(TOKEN).data) {
            val message = RemoteMessage.Builder("to")
            data.forEach { (key, value) -> message.addData(key, value) }
            service.onMessageReceived(message.build())
        }
    }

    /** The member taps the notification with this title: what that starts our window with. */
    protected fun tapNotification(title: String): Intent {
        val shown = notifications.activeNotifications.map { it.notification }
        shadowOf(app).clearNextStartedActivities()
        shown.first { it.extras.getString(Notification.EXTRA_TITLE) == title }.contentIntent.send()
        val tapped = shadowOf(app).nextStartedActivity
        val first = Class.forName(checkNotNull(tapped.component).className).asSubclass(Activity::class.java)
        Robolectric.buildActivity(first, tapped).use { it.create() }
        return shadowOf(app).nextStartedActivity
    }

    protected fun code() = assertIs<CardView.Ready>(runBlocking { core.currentCard() }).code.text

    /** The till takes none twice. */
    protected fun waitForAnotherCodeThan(before: String) =
        compose.waitUntil(40_000) { (core.card.value as? CardView.Ready)?.code?.text != before }

    protected fun open(link: String) =
        open(Intent(Intent.ACTION_VIEW, Uri.parse(link)).setClass(app, MainActivity::class.java))

    protected fun written(amount: BigDecimal): String = NumberFormat.getInstance().format(amount)

    companion object {
        const val PHONE = "+491713920077"
        const val NEW = "+491713920078"
        const val TOKEN = "a-token"
        const val COFFEE = """{"goodsId": "coffee", "name": "Coffee", "count": 1, "price": 50}"""
        const val TIMEOUT = 30_000L
    }
}
