package app.pocketcard.app

import android.app.Activity
import android.app.Notification
import android.app.NotificationManager
import android.content.Context
import android.content.Intent
import android.graphics.Bitmap
import android.graphics.Matrix
import android.net.ConnectivityManager
import android.net.NetworkCapabilities
import android.net.Uri
import android.os.Bundle
import android.view.WindowManager.LayoutParams
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
import androidx.compose.ui.test.isHeading
import androidx.compose.ui.test.isRoot
import androidx.compose.ui.test.isSelected
import androidx.compose.ui.test.junit4.createEmptyComposeRule
import androidx.compose.ui.test.onFirst
import androidx.compose.ui.test.onRoot
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performScrollTo
import androidx.compose.ui.test.performScrollToNode
import androidx.compose.ui.test.performTextReplacement
import androidx.compose.ui.test.printToString
import app.pocketcard.CardView
import app.pocketcard.HistoryWhat
import app.pocketcard.OfferId
import app.pocketcard.OfferState
import app.pocketcard.Pocketcard
import app.pocketcard.PushService
import app.pocketcard.SessionView
import app.pocketcard.platform.FcmService
import app.pocketcard.platform.testing.KeystoreInMemory
import app.pocketcard.platform.testing.scanned
import app.pocketcard.testing.Phone
import app.pocketcard.testing.Sandbox
import app.pocketcard.testing.signIn
import com.google.firebase.messaging.RemoteMessage
import com.google.zxing.NotFoundException
import kotlinx.coroutines.runBlocking
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.int
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import org.junit.After
import org.junit.Before
import org.junit.Rule
import org.junit.Test
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
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertFalse
import kotlin.test.assertIs
import kotlin.test.assertNotNull
import kotlin.test.assertTrue
import kotlin.test.fail
import kotlin.time.Duration.Companion.seconds

/**
 * The real app, its activity, its screens and the real core, against a platform that the test starts; the till reads
 * the pixels of the screen.
 */
@RunWith(RobolectricTestRunner::class)
class JourneyTest {
    @get:Rule val keystore = KeystoreInMemory()

    @get:Rule val compose = createEmptyComposeRule()

    private val sandbox = Sandbox(stores = 3)
    private val app get() = RuntimeEnvironment.getApplication() as JourneyApp
    private val core: Pocketcard get() = runBlocking { app.pocketcard() }
    private val notifications get() = app.getSystemService(NotificationManager::class.java)
    private var window: ActivityController<MainActivity>? = null

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

    private fun open(intent: Intent = Intent(app, MainActivity::class.java)): MainActivity {
        window?.close()
        return Robolectric.buildActivity(MainActivity::class.java, intent).setup().also { window = it }.get()
    }

    /** The process ends and is begun anew. */
    private fun begunAnew() {
        window?.close()
        app.onTerminate()
        open()
    }

    /** Android ends the process behind the member's back, and when they return gives the window what it had saved. */
    private fun endedByAndroid() {
        val saved = Bundle()
        checkNotNull(window).saveInstanceState(saved).close()
        app.onTerminate()
        window = Robolectric.buildActivity(MainActivity::class.java).setup(saved)
    }

    private fun back() = compose.runOnUiThread { checkNotNull(window).get().onBackPressedDispatcher.onBackPressed() }

    private fun tap(what: SemanticsMatcher) {
        val button = what and hasClickAction() and isEnabled()
        waitFor(button)
        val node = compose.onNode(button)
        if (isThere(button and hasAnyAncestor(hasScrollAction()))) node.performScrollTo()
        node.performClick()
    }

    private fun tap(text: String) = tap(hasText(text))

    /** In the question that is before the screen. */
    private fun confirm(text: String) = tap(hasText(text) and hasAnyAncestor(isDialog()))

    private fun type(label: String, text: String) {
        val field = hasText(label) and hasSetTextAction()
        waitFor(field)
        compose.onNode(field).performTextReplacement(text)
    }

    /** Whom a test is not about how they came in. */
    private fun signIn(phone: String) = runBlocking { core.signIn(sandbox, phone) }

    /** As a member does. */
    private fun signInByHand() {
        tap("Sign in")
        type("Phone number", PHONE)
        tap("Sign in")
        waitFor("Enter your code")
    }

    /** Brings what a list has further down onto the screen. */
    private fun reach(text: String) {
        waitFor(hasScrollToNodeAction())
        compose.onNode(hasScrollToNodeAction()).performScrollToNode(hasText(text))
    }

    /** Android says that there is a signal again. */
    private fun signalReturns() {
        val connected = ShadowNetworkCapabilities.newInstance()
        shadowOf(connected).addCapability(NetworkCapabilities.NET_CAPABILITY_VALIDATED)
        val network = ShadowNetwork.newInstance(7)
        for (callback in shadowOf(app.getSystemService(ConnectivityManager::class.java)).networkCallbacks) {
            callback.onLost(network)
            callback.onCapabilitiesChanged(network, connected)
        }
    }

    private fun isThere(what: SemanticsMatcher) = compose.onAllNodes(what).fetchSemanticsNodes().isNotEmpty()

    private fun waitFor(what: SemanticsMatcher) = try {
        compose.waitUntil(TIMEOUT) { isThere(what) }
    } catch (_: ComposeTimeoutException) {
        fail("nothing with ${what.description} in\n${compose.onAllNodes(isRoot()).printToString(Int.MAX_VALUE)}")
    }

    private fun waitFor(text: String) = waitFor(hasText(text, substring = true))

    private fun waitForCode() = waitFor(hasContentDescription("code ready to scan", substring = true))

    private fun screen(): Bitmap = compose.onRoot().captureToImage().asAndroidBitmap()

    private fun Bitmap.mirrored(): Bitmap =
        Bitmap.createBitmap(this, 0, 0, width, height, Matrix().apply { setScale(-1f, 1f) }, false)

    /** The cashier holds the scanner over the phone: what the till says. */
    private fun atTheTill(): JsonObject = sandbox.scan(screen().scanned())

    /** What was pushed to this phone, handed over as Firebase does. */
    private fun takePushes() {
        fun JsonElement.at(name: String) = jsonObject.getValue(name)
        val pushed = sandbox.ask("GET", "/push/poll?token=$TOKEN&after=0&wait=10").at("messages").jsonArray
        val service = Robolectric.setupService(FcmService::class.java)
        for (push in pushed) {
            val data = push.at("payload").at("message").at("data").jsonObject
            val message = RemoteMessage.Builder("to")
            data.forEach { (key, value) -> message.addData(key, value.jsonPrimitive.content) }
            service.onMessageReceived(message.build())
        }
    }

    /** The member taps the notification with this title: what that starts our window with. */
    private fun tapNotification(title: String): Intent {
        val shown = notifications.activeNotifications.map { it.notification }
        shadowOf(app).clearNextStartedActivities()
        shown.first { it.extras.getString(Notification.EXTRA_TITLE) == title }.contentIntent.send()
        val tapped = shadowOf(app).nextStartedActivity
        val first = Class.forName(checkNotNull(tapped.component).className).asSubclass(Activity::class.java)
        Robolectric.buildActivity(first, tapped).use { it.create() }
        return shadowOf(app).nextStartedActivity
    }

    private fun code() = assertIs<CardView.Ready>(runBlocking { core.currentCard() }).code.text

    /** The till takes none twice. */
    private fun waitForAnotherCodeThan(before: String) =
        compose.waitUntil(40_000) { (core.card.value as? CardView.Ready)?.code?.text != before }

    @Test
    fun `a member signs in, the till reads the screen, what that brings outlives the signal, nothing a sign-out`() {
        sandbox.member(PHONE, points = 100)
        open()
        signInByHand()
        endedByAndroid()
        waitFor("Enter your code")
        type("Code", sandbox.smsCode(PHONE))
        waitForCode()
        runBlocking {
            core.setPushToken(TOKEN, PushService.FCM)
            core.flush(5.seconds)
        }
        compose.waitUntil(TIMEOUT) { core.balance.value.accounts.isNotEmpty() }
        val before = core.balance.value.accounts.first().available
        waitFor(written(before))
        assertEquals(
            LayoutParams.BRIGHTNESS_OVERRIDE_FULL,
            checkNotNull(window).get().window.attributes.screenBrightness,
        )
        assertFailsWith<IllegalStateException>("mirrored") { screen().mirrored().scanned() }
        val first = code()
        val sale = atTheTill()
        val spendable = sale.getValue("member").jsonObject.getValue("spendable").jsonPrimitive.content
        assertEquals(0, before.compareTo(spendable.toBigDecimal()), "the till knows the same member")

        sandbox.ask(
            "POST",
            "/till/purchases",
            """{"saleId": ${sale.getValue("saleId")}, "store": 1, "payWithPoints": 0, "items": [$COFFEE]}""",
        )
        takePushes()
        compose.waitUntil(TIMEOUT) { core.balance.value.accounts.first().available > before }
        assertTrue(notifications.activeNotifications.isNotEmpty(), "the push says so, too")
        val after = core.balance.value.accounts.first().available
        waitFor(written(after))
        seesWhatHappened(after)

        sandbox.cutOff()
        begunAnew()
        waitForCode()
        waitFor("No connection")
        waitFor(written(after))
        waitForAnotherCodeThan(first)
        assertEquals("valid", atTheTill().getValue("verdict").jsonPrimitive.content)
        seesWhatHappened(after)

        tap("Settings")
        tap("Sign out")
        confirm("Sign out")
        waitFor(hasText("Sign in") and hasClickAction())
        compose.waitUntil(TIMEOUT) { core.card.value is CardView.NoCard && notifications.activeNotifications.isEmpty() }
        compose.waitForIdle()
        assertFailsWith<NotFoundException> { screen().scanned() }
        window?.close()
        app.onTerminate()
        nothingIsLeft()
    }

    /** Goes from the card by balance and history to More. */
    private fun seesWhatHappened(points: BigDecimal) {
        tap(hasText(written(points), substring = true))
        waitFor("You can spend this now")
        waitFor(written(points))
        tap("What happened")
        compose.waitUntil(TIMEOUT) { core.history.value.entries.any { it.what is HistoryWhat.Purchase } }
        val purchase = core.history.value.entries.first { it.what is HistoryWhat.Purchase }
        val earned = (purchase.what as HistoryWhat.Purchase).earned.first().amount
        tap(hasText(assertNotNull(purchase.store)) and hasText("+" + written(earned), substring = true))
        waitFor("Coffee")
        back()
        waitFor("You can spend this now")
        back()
        waitForCode()
        tap("More")
    }

    private fun written(amount: BigDecimal): String = NumberFormat.getInstance().format(amount)

    /** Of the member, in any file of the app's; in the secrets, what tells this installation from others. */
    private fun nothingIsLeft() {
        val files = app.dataDir.walk().filter { it.isFile }.toList()
        assertTrue(files.any { "pocketcard" in it.path }, "looked in the right place: $files")
        for (file in files) {
            val bytes = file.readText(Charsets.ISO_8859_1)
            for (trace in listOf(PHONE.removePrefix("+"), "Erika")) assertFalse(trace in bytes, "$trace in $file")
        }
        val secrets = app.getSharedPreferences("pocketcard.secrets", Context.MODE_PRIVATE).all.keys
        assertEquals(setOf("pocketcard.installation", "pocketcard.push"), secrets)
    }

    private fun open(link: String) =
        open(Intent(Intent.ACTION_VIEW, Uri.parse(link)).setClass(app, MainActivity::class.java))

    @Test
    fun `links lead to their screens, strangers' to the card, as those to what this app has not`() {
        val pages =
            mapOf("balance" to "Balance", "history" to "History", "inbox" to "Inbox", "settings" to "Settings")
        for ((link, title) in pages) {
            open("pocketcard://$link")
            waitFor(hasText(title) and isHeading())
            back()
            waitFor(hasText("More") and isSelected())
        }
        for ((link, title) in mapOf("offers/7" to "Offer", "coupons/7" to "Coupon")) {
            open("pocketcard://$link")
            waitFor(hasText(title) and isHeading())
            back()
            waitFor(hasText("Offers") and isSelected())
        }
        for (link in listOf(
            "pocketcard://tasks",
            "https://stranger.example/balance",
            "https://stranger.example/offers/7",
            "pocketcard://offers/7/../../card",
            "pocketcard://offers/-7",
            "pocketcard://nowhere",
            "javascript:alert(1)",
        )) {
            open(link)
            waitFor(hasText("Card") and isSelected())
            compose.waitForIdle()
            compose.onNode(hasText("Card") and isSelected()).assertExists()
        }
    }

    @Test
    fun `nothing leads to what this app has not`() {
        signIn(Sandbox.ANNA)
        open()
        tap("More")
        waitFor("Settings")
        for (name in listOf("Tasks", "Stores")) compose.onNode(hasText(name)).assertDoesNotExist()
    }

    private fun state(offer: Long) = core.offers.value.offers
        .find { it.id == OfferId.Offer(offer) }
        ?.state

    @Test
    fun `an offer is activated at once, and without a signal waits and is sent once when that returns`() {
        sandbox.member(PHONE)
        signIn(PHONE)
        open()
        tap("Offers")
        reach("Your healthy week")
        tap("Accept")
        compose.waitUntil(TIMEOUT) { state(HEALTHY_WEEK) is OfferState.Active }
        waitFor(hasText("Your healthy week") and hasText("Active"))
        reach("Double points at weekends")
        tap("Double points at weekends")
        sandbox.cutOff()
        tap("Activate")
        waitFor("Waiting for a connection")
        back()
        reach("Double points at weekends")
        waitFor(hasText("Double points at weekends") and hasText("Waiting for a connection"))
        begunAnew()
        tap("Offers")
        reach("Double points at weekends")
        tap("Double points at weekends")
        waitFor("Waiting for a connection")
        sandbox.heal()
        sandbox.ask(
            "POST",
            "/sandbox/faults",
            """{"path": "/publicapi/v1.2/user/personalOffer", "kind": {"latency": {"millis": 0}}, "times": 9}""",
        )
        signalReturns()
        waitFor(hasText("Active"))
        compose.waitUntil(TIMEOUT) { core.outbox.value.acts == 0u }
        val left = sandbox.ask("GET", "/sandbox/faults").jsonObject.getValue("faults").jsonArray.single()
        assertEquals(8, left.jsonObject.getValue("times").jsonPrimitive.int, "sent once")
    }

    @Test
    fun `a refusal stands beside the offer, in the platform's words, until another try`() {
        sandbox.member(PHONE)
        brunch("brunch")
        signIn(PHONE)
        open("pocketcard://offers/$BRUNCH")
        waitFor("Brunch")
        // The platform has it by another name by now.
        brunch("late-brunch")
        tap("Activate")
        waitFor("There is no such offer for you.")
        runBlocking { core.refresh() }
        tap("Activate")
        waitFor(hasText("Active"))
    }

    private fun brunch(name: String) = sandbox.ask(
        "POST",
        "/sandbox/offers",
        """{"id": $BRUNCH, "title": "Brunch", "logicalName": "$name",
            "rules": {"benefit": {"points": 10}, "activation": "required"}}""",
    )

    @Test
    fun `an offer that a push brings is there at once, and its notification leads to it, the app ended or not`() {
        val member = sandbox.member(PHONE)
        signIn(PHONE)
        runBlocking {
            core.setPushToken(TOKEN, PushService.FCM)
            core.flush(5.seconds)
        }
        open()
        waitForCode()
        tap("Offers")
        waitFor("Your healthy week")
        sandbox.ask(
            "POST",
            "/sandbox/offers",
            """{"id": $BRUNCH, "title": "By push alone", "personal": true, "for": {"members": [$member]},
                "rules": {"benefit": {"points": 5}, "activation": "none"}}""",
        )
        sandbox.ask("POST", "/sandbox/pushes", """{"to": {"member": $member}, "kind": "offer", "offer": $BRUNCH}""")
        sandbox.cutOff()
        takePushes()
        reach("By push alone")
        tap("Card")
        waitForCode()
        val saved = Bundle()
        checkNotNull(window).saveInstanceState(saved).close()
        app.onTerminate()
        val tapped = tapNotification("By push alone")
        window = Robolectric.buildActivity(MainActivity::class.java).setup(saved).newIntent(tapped)
        waitFor(hasText("Offer") and isHeading())
        waitFor("By push alone")
        back()
        waitFor(hasText("Offers") and isSelected())
        tap("By push alone")
        sandbox.heal()
        signalReturns()
        sandbox.ask("POST", "/sandbox/offers/$BRUNCH/revoke", "{}")
        takePushes()
        waitFor("This offer is over")
    }

    @Test
    fun `a till reads a coupon from the screen, which is bright for it`() {
        val member = sandbox.member(PHONE)
        val code = sandbox
            .ask(
                "POST",
                "/sandbox/members/$member/coupons",
                """{"title": "A free coffee", "code": "COFFEE-4711", "benefit": {"discountPercent": 20}}""",
            ).jsonObject
            .getValue("code")
            .jsonPrimitive.content
        signIn(PHONE)
        val activity = open("pocketcard://coupons")
        waitFor(hasText("Coupons") and isSelected())
        tap("A free coffee")
        waitForCode()
        assertEquals(code, screen().scanned())
        assertEquals(LayoutParams.BRIGHTNESS_OVERRIDE_FULL, activity.window.attributes.screenBrightness)
        back()
        waitFor(hasText("Coupons") and isSelected())
        assertEquals(LayoutParams.BRIGHTNESS_OVERRIDE_NONE, activity.window.attributes.screenBrightness)
    }

    @Test
    fun `what was looked for is there again after the way back, after the app was ended, and not after a sign-out`() {
        sandbox.member(PHONE)
        signIn(PHONE)
        open()
        tap("Offers")
        type("Search", "healthy")
        tap("Your healthy week")
        waitFor("Where and when")
        endedByAndroid()
        waitFor("Where and when")
        back()
        waitFor(hasText("healthy") and hasSetTextAction())
        waitFor("Your healthy week")
        compose.onNode(hasText("Double points at weekends")).assertDoesNotExist()
        tap("More")
        tap("Settings")
        tap("Sign out")
        confirm("Sign out")
        waitFor(hasText("Card") and isSelected())
        signIn(PHONE)
        tap("Offers")
        waitFor("Search")
        compose.onNode(hasText("healthy") and hasSetTextAction()).assertDoesNotExist()
    }

    @Test
    fun `an activity tells that an offer was opened, and no more when the phone is turned`() {
        sandbox.member(PHONE)
        signIn(PHONE)
        open()
        waitForCode()
        tap("Offers")
        compose.waitUntil(TIMEOUT) {
            runBlocking { core.flush(5.seconds) }
            core.outbox.value.queued == 0u
        }
        sandbox.cutOff()
        tap("Your healthy week")
        waitFor("Where and when")
        compose.waitUntil(TIMEOUT) { core.outbox.value.queued == 1u }
        checkNotNull(window).recreate()
        waitFor("Where and when")
        back()
        tap("Your healthy week")
        waitFor("Where and when")
        compose.waitUntil(TIMEOUT) { core.outbox.value.queued >= 2u }
        assertEquals(2u, core.outbox.value.queued)
    }

    @Test
    fun `a favourite is chosen, which needs a signal`() {
        sandbox.member(PHONE)
        signIn(PHONE)
        open()
        tap("Offers")
        tap("Favourites")
        val goods = choosesFavourite()
        compose.waitUntil(TIMEOUT) { core.favourites.value.periods.first().chosen == 1u }
        waitFor(goods)
        sandbox.cutOff()
        choosesFavourite()
        waitFor("No connection. Try again when you have one.")
    }

    /** For the first cell that is empty: what. */
    private fun choosesFavourite(): String {
        val goods = core.favourites.value.periods.first().choices.first().name
        waitFor("Choose")
        compose.onAllNodes(hasText("Choose") and hasClickAction()).onFirst().performScrollTo().performClick()
        confirm(goods)
        return goods
    }

    @Test
    fun `a message read without a signal is read on the platform afterwards`() {
        val member = sandbox.member(PHONE)
        sandbox.ask("POST", "/sandbox/pushes", message(member))
        signIn(PHONE)
        open()
        tap("More")
        tap(hasText("Inbox") and hasText("1 unread message"))
        sandbox.cutOff()
        tap("Coffee for two")
        waitFor("Bring a friend")
        compose.waitUntil(TIMEOUT) { core.inbox.value.unread == 0u }
        back()
        waitFor("Coffee for two")
        back()
        waitFor(hasText("Inbox") and hasClickAction())
        compose.onNode(hasText("unread", substring = true)).assertDoesNotExist()
        sandbox.heal()
        Phone(sandbox.url).use { phone ->
            runBlocking { phone.open() }.use { other ->
                runBlocking { other.signIn(sandbox, PHONE) }
                assertEquals(1u, other.inbox.value.unread, "the platform does not know yet")
                signalReturns()
                compose.waitUntil(TIMEOUT) {
                    runBlocking { other.refresh() }
                    other.inbox.value.unread == 0u
                }
            }
        }
    }

    private fun message(member: Long) =
        """{"to": {"member": $member}, "title": "Coffee for two", "body": "Bring a friend"}"""

    @Test
    fun `a notification leads to its message, also one that the phone has not fetched`() {
        val member = sandbox.member(PHONE)
        signIn(PHONE)
        runBlocking {
            core.setPushToken(TOKEN, PushService.FCM)
            core.flush(5.seconds)
        }
        open()
        waitForCode()
        sandbox.ask("POST", "/sandbox/pushes", message(member))
        takePushes()
        checkNotNull(window).newIntent(tapNotification("Coffee for two"))
        waitFor(hasText("Message") and isHeading())
        waitFor("Bring a friend")
        compose.waitUntil(TIMEOUT) { core.inbox.value.unread == 0u }
    }

    @Test
    fun `who is signed out signs in first, and then is where the link leads`() {
        sandbox.member(PHONE)
        open("pocketcard://offers/$HEALTHY_WEEK")
        waitFor(hasText("Offer") and isHeading())
        signInByHand()
        type("Code", sandbox.smsCode(PHONE))
        waitFor("Your healthy week")
        compose.onNode(hasText("Offer") and isHeading()).assertExists()
    }

    @Test
    fun `somebody new registers, one thing a page, and may leave it meanwhile`() {
        open()
        tap("Sign in")
        type("Phone number", NEW)
        tap("I am new here")
        tap("I accept")
        type("Phone number", NEW)
        back()
        tap("Sign in")
        type("Phone number", NEW)
        tap("Next")
        waitFor("Enter your code")
        type("Code", "000000")
        waitFor("Tries left")
        type("Code", sandbox.smsCode(NEW))
        waitForCode()
    }

    @Test
    fun `what was handed in is on its way also while the phone is turned`() {
        sandbox.member(PHONE)
        sandbox.slow("/authorizationService", 3_000)
        open()
        tap("Sign in")
        type("Phone number", PHONE)
        tap("Sign in")
        checkNotNull(window).recreate()
        waitFor("One moment")
        waitFor("Enter your code")
    }

    @Test
    fun `a member without a card links a plastic one`() {
        sandbox.ask("POST", "/sandbox/members", """{"phone": "$PHONE", "withoutCard": true}""")
        val plastic = sandbox.ask("POST", "/sandbox/cards", "{}").jsonObject.getValue("number").jsonPrimitive.content
        signIn(PHONE)
        open()
        tap("Link a plastic card")
        type("Card number", "1")
        tap("Link a plastic card")
        waitFor("Tries left")
        type("Card number", plastic)
        tap("Link a plastic card")
        waitFor(hasContentDescription(plastic.toList().joinToString(" "), substring = true))
    }

    @Test
    fun `the history goes back to what a filter is about, however many pages lie between`() {
        val member = sandbox.member(PHONE)
        signIn(PHONE)
        sandbox.ask("POST", "/till/purchases", """{"code": "${code()}", "items": [$COFFEE]}""")
        repeat(TWO_PAGES) { sandbox.ask("POST", "/sandbox/members/$member/rewards", """{"amount": 1}""") }
        runBlocking { core.refresh() }
        open("pocketcard://history")
        tap("Purchases")
        tap(hasText("Purchase", substring = true) and hasText("+", substring = true))
        waitFor("Coffee")
    }

    @Test
    fun `a member keeps their account after all, then deletes it`() {
        sandbox.member(PHONE)
        signIn(PHONE)
        open("pocketcard://settings")
        repeat(2) { time ->
            tap("Delete my account")
            confirm("Send the code")
            waitFor("Delete for good")
            if (time == 0) tap("Keep my account")
        }
        type("Code", sandbox.smsCode(PHONE))
        tap("Delete for good")
        waitFor(hasText("Card") and isSelected())
        waitFor(hasText("Sign in") and hasClickAction())
        assertIs<SessionView.SignedOut>(core.session.value)
    }

    @Test
    fun `what does not go without a signal is said until it is read`() {
        signIn(Sandbox.ANNA)
        open("pocketcard://settings")
        waitFor(hasText("Text messages"))
        sandbox.cutOff()
        tap("Text messages")
        waitFor("No connection. Try again when you have one.")
        tap("OK")
        compose.onNode(hasText("No connection. Try again when you have one.")).assertDoesNotExist()
    }

    @Test
    fun `the window is bright for the code alone`() {
        signIn(Sandbox.ANNA)
        val activity = open()
        waitForCode()
        tap("More")
        compose.waitForIdle()
        assertEquals(LayoutParams.BRIGHTNESS_OVERRIDE_NONE, activity.window.attributes.screenBrightness)
        activity.onBackPressedDispatcher.onBackPressed()
        waitForCode()
        compose.waitForIdle()
        assertEquals(LayoutParams.BRIGHTNESS_OVERRIDE_FULL, activity.window.attributes.screenBrightness)
    }

    private companion object {
        const val PHONE = "+491713920077"
        const val NEW = "+491713920078"
        const val TOKEN = "a-token"

        /** Of the programme's own offers, as the sandbox has them: a personal one, to be accepted. */
        const val HEALTHY_WEEK = 7L

        /** Of a test's own. */
        const val BRUNCH = 4711L
        const val COFFEE = """{"goodsId": "coffee", "name": "Coffee", "count": 1, "price": 50}"""

        /** Of the history, as the core asks for it, and some. */
        const val TWO_PAGES = 110
        const val TIMEOUT = 30_000L
    }
}
