package app.pocketcard.ui

import android.os.Build
import androidx.compose.runtime.Composable
import androidx.compose.ui.test.assertIsDisplayed
import androidx.compose.ui.test.hasAnyAncestor
import androidx.compose.ui.test.hasClickAction
import androidx.compose.ui.test.hasText
import androidx.compose.ui.test.isDialog
import androidx.compose.ui.test.junit4.v2.createComposeRule
import androidx.compose.ui.test.onNodeWithContentDescription
import androidx.compose.ui.test.onNodeWithText
import androidx.compose.ui.test.onRoot
import androidx.compose.ui.test.performClick
import app.pocketcard.CardView
import app.pocketcard.CodeKind
import app.pocketcard.RotatingHindrance
import app.pocketcard.SessionView
import app.pocketcard.StaleReason
import app.pocketcard.Symbology
import app.pocketcard.Unusable
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.annotation.Config
import java.time.Duration
import kotlin.test.assertEquals
import kotlin.test.assertTrue

@RunWith(RobolectricTestRunner::class)
class CardScreenTest {
    @get:Rule val compose = createComposeRule()

    private val pictures = Pictures(compose)
    private val events = mutableListOf<CardEvent>()

    private fun screen(card: CardView, session: SessionView = SIGNED_IN): @Composable () -> Unit = {
        PocketcardFrame(Destination.CARD, "Kornblume", card.freshness(), {}, unread = 3) {
            CardScreen(card, if (session is SessionView.SignedOut) NO_BALANCE else BALANCE, session, events::add)
        }
    }

    private fun unusable(reason: Unusable) = CardView.Unusable(reason, NUMBER, GROUPED, "Family card", LIVE)

    private val description = "Card, code ready to scan, number 2 9 8 7 6 5 4 3 2 1 0 9 8 7 6 5"

    @Test
    fun `every state in every look`() {
        val issued = ready(code(CodeKind.Issued, NOW + Duration.ofHours(4)), stale())
        pictures.assertSame("card", mapOf("ready" to screen(ready()), "stale" to screen(issued)))
        pictures.assertSame(
            "card",
            mapOf(
                "static" to screen(ready(code(CodeKind.Static, null, RotatingHindrance.CLOCK_UNSURE))),
                "number" to screen(ready(code(CodeKind.NumberOnly, null, symbol = null))),
                "linear" to screen(ready(code(CodeKind.Static, null, symbol = symbol(NUMBER, Symbology.CODE128)))),
                "signinagain" to screen(ready(freshness = stale(StaleReason.SIGN_IN_AGAIN)), SIGN_IN_AGAIN),
                "blocked" to screen(unusable(Unusable.BLOCKED)),
                "replaced" to screen(unusable(Unusable.REPLACED)),
                "expired" to screen(unusable(Unusable.EXPIRED)),
                "preparing" to screen(unusable(Unusable.NOT_YET_ACTIVE)),
                "none" to screen(CardView.NoCard(true, LIVE)),
                "loading" to screen(CardView.NoCard(false, unknown())),
                "offline" to screen(CardView.NoCard(false, unknown(StaleReason.OFFLINE))),
                "signedout" to screen(CardView.NoCard(false, unknown()), SIGNED_OUT),
            ),
            listOf(Look.LIGHT),
        )
    }

    @Test
    fun `a scanner reads the symbol from the screen in every look, and it is not mirrored`() {
        for (look in Look.entries) {
            pictures.show(look, content = screen(ready()))
            assertEquals("PC1:4711:204813", scan(compose.onRoot()), look.name)
        }
    }

    @Test
    fun `a scanner reads every symbology`() {
        val symbols = mapOf(
            Symbology.QR to "PC1:4711:204813",
            Symbology.AZTEC to "PC1:4711:204813",
            Symbology.PDF417 to "PC1:4711:204813",
            Symbology.CODE128 to "29876543",
            Symbology.EAN13 to "2987654321096",
        )
        for ((symbology, text) in symbols) {
            pictures.show(content = screen(ready(code(symbol = symbol(text, symbology)))))
            assertEquals(text, scan(compose.onNodeWithContentDescription(description)), symbology.name)
        }
    }

    @Test
    fun `the screen reader says the card and its number, and no countdown`() {
        pictures.show(content = screen(ready()))
        compose.onNodeWithContentDescription(description).assertIsDisplayed()
        assertEquals(0, compose.onAllNodes(hasText("New code", substring = true)).fetchSemanticsNodes().size)
    }

    @Test
    fun `a tap on the symbol shows nothing but it and the number, another goes back`() {
        pictures.show(Look.DARK, content = screen(ready()))
        compose.onNodeWithContentDescription(description).performClick()
        compose.onNode(isDialog()).assertIsDisplayed()
        val alone = hasAnyAncestor(isDialog())
        compose.onNode(hasText(GROUPED) and alone).assertIsDisplayed()
        // The tests cannot draw a dialog of an older Android.
        if (Build.VERSION.SDK_INT >= 28) assertEquals("PC1:4711:204813", scan(compose.onNode(isDialog())))
        assertEquals(null, pictures.differs("card-alone-dark", compose.onNode(isDialog())))
        compose.onNode(hasClickAction() and alone).performClick()
        compose.onNode(isDialog()).assertDoesNotExist()
    }

    @Test
    fun `the app is told when a code is on screen and when no more`() {
        pictures.show(content = screen(ready()))
        pictures.show(content = screen(unusable(Unusable.BLOCKED)))
        assertEquals(listOf(CardEvent.CodeShown(code().kind), CardEvent.CodeHidden), events)
    }

    @Test
    fun `signing in again is offered below the card, which stays`() {
        pictures.show(content = screen(ready(freshness = stale(StaleReason.SIGN_IN_AGAIN)), SIGN_IN_AGAIN))
        compose.onNodeWithContentDescription(description).assertIsDisplayed()
        events.clear()
        compose.onNodeWithText("Sign in again").performClick()
        assertEquals(listOf<CardEvent>(CardEvent.SignIn), events)
    }

    @Test
    fun `the card is shown whatever the session is`() {
        for (session in listOf(SIGNED_IN, SIGN_IN_AGAIN, SIGNED_OUT)) {
            pictures.show(content = screen(ready(), session))
            assertEquals("PC1:4711:204813", scan(compose.onRoot()), session.toString())
        }
    }

    @Test
    fun `the ring counts the seconds until the next code`() {
        val clock = MovedClock()
        pictures.show(clock = clock, content = screen(ready()))

        fun seconds(left: Int) = compose.onNodeWithText("New code in $left s", useUnmergedTree = true)
        seconds(12).assertExists()
        clock.now += Duration.ofSeconds(5)
        compose.mainClock.advanceTimeBy(5_000)
        seconds(7).assertExists()
        clock.now += Duration.ofSeconds(60)
        compose.mainClock.advanceTimeBy(60_000)
        seconds(0).assertExists()
    }

    @Test
    @Config(qualifiers = "w720dp-h360dp-land")
    fun `turning the phone enlarges the symbol`() {
        pictures.show(content = screen(ready()))
        val turned = compose.onNodeWithContentDescription(description).fetchSemanticsNode().size
        assertTrue(turned.height > 240, turned.toString())
        assertEquals("PC1:4711:204813", scan(compose.onRoot()))
        assertEquals(null, pictures.differs("card-turned-light", compose.onRoot()))
    }

    @Test
    fun `every target is large enough, in every look`() {
        for (look in listOf(Look.LIGHT, Look.LARGE)) {
            for (card in listOf(ready(), unusable(Unusable.EXPIRED), CardView.NoCard(true, LIVE))) {
                pictures.show(look, content = screen(card, if (card is CardView.Ready) SIGN_IN_AGAIN else SIGNED_IN))
                compose.assertTargetsAreLarge()
            }
        }
    }

    @Test
    fun `a card is issued or linked, the balance opened, the platform asked anew`() {
        pictures.show(content = screen(CardView.NoCard(true, LIVE)))
        compose.onNodeWithText("Get a card").performClick()
        compose.onNodeWithText("Link a plastic card").performClick()
        pictures.show(content = screen(unusable(Unusable.REPLACED)))
        compose.onNodeWithText("Look again").performClick()
        compose.onNodeWithText("1,250 points").performClick()
        pictures.show(content = screen(CardView.NoCard(false, unknown()), SIGNED_OUT))
        compose.onNodeWithText("Sign in").performClick()
        assertEquals(
            listOf(
                CardEvent.IssueCard,
                CardEvent.LinkCard,
                CardEvent.Refresh,
                CardEvent.OpenBalance,
                CardEvent.SignIn,
            ),
            events,
        )
    }
}
