package app.pocketcard.app

import android.content.Context
import android.os.Bundle
import android.view.WindowManager.LayoutParams
import androidx.compose.ui.test.hasClickAction
import androidx.compose.ui.test.hasContentDescription
import androidx.compose.ui.test.hasSetTextAction
import androidx.compose.ui.test.hasText
import androidx.compose.ui.test.isHeading
import androidx.compose.ui.test.isSelected
import androidx.compose.ui.test.onFirst
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performScrollTo
import app.pocketcard.CardView
import app.pocketcard.HistoryWhat
import app.pocketcard.OfferId
import app.pocketcard.OfferState
import app.pocketcard.SessionView
import app.pocketcard.platform.testing.scanned
import app.pocketcard.testing.Phone
import app.pocketcard.testing.Sandbox
import app.pocketcard.testing.signIn
import com.google.zxing.NotFoundException
import kotlinx.coroutines.runBlocking
import kotlinx.serialization.json.int
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import org.junit.Test
import org.robolectric.Robolectric
import java.math.BigDecimal
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertFalse
import kotlin.test.assertIs
import kotlin.test.assertNotNull
import kotlin.test.assertTrue

/** Signing in, the card, offers, messages, settings. */
class JourneyTest : Journey() {
    @Test
    fun `a member signs in, the till reads the screen, what that brings outlives the signal, nothing a sign-out`() {
        sandbox.member(PHONE, points = 100)
        open()
        signInByHand()
        endedByAndroid()
        waitFor("Enter your code")
        type("Code", sandbox.smsCode(PHONE))
        waitForCode()
        hearsPushes()
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

    @Test
    fun `links lead to their screens, strangers' to the card`() {
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
        for ((link, name) in mapOf("tasks" to "Tasks", "tasks/install" to "Tasks", "stores" to "Stores")) {
            open("pocketcard://$link")
            waitFor(hasText(name) and isSelected())
            back()
            waitFor(hasText("Card") and isSelected())
        }
        open("pocketcard://stores/1")
        waitFor(hasText("Store") and isHeading())
        back()
        waitFor(hasText("Stores") and isSelected())
        for (link in listOf(
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
        hearsPushes()
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
        allIsTold()
        sandbox.cutOff()
        tap("Your healthy week")
        waitFor("Where and when")
        compose.waitUntil(TIMEOUT) { core.outbox.value.queued == 1u }
        checkNotNull(window).recreate()
        waitFor("Where and when")
        compose.waitForIdle()
        assertEquals(1u, core.outbox.value.queued)
        back()
        tap("Your healthy week")
        waitFor("Where and when")
        compose.waitUntil(TIMEOUT) { core.outbox.value.queued == 2u }
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
        hearsPushes()
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
        /** Of the programme's own offers, as the sandbox has them: a personal one, to be accepted. */
        const val HEALTHY_WEEK = 7L

        /** Of a test's own. */
        const val BRUNCH = 4711L

        /** Of the history, as the core asks for it, and some. */
        const val TWO_PAGES = 110
    }
}
