package app.pocketcard.ui

import androidx.compose.runtime.Composable
import androidx.compose.ui.test.assertIsDisplayed
import androidx.compose.ui.test.assertIsSelected
import androidx.compose.ui.test.hasScrollToIndexAction
import androidx.compose.ui.test.hasText
import androidx.compose.ui.test.isRoot
import androidx.compose.ui.test.junit4.v2.createComposeRule
import androidx.compose.ui.test.onNodeWithText
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performScrollTo
import androidx.compose.ui.test.performScrollToNode
import app.pocketcard.HistoryEntry
import app.pocketcard.HistoryFilter
import app.pocketcard.HistoryView
import app.pocketcard.HistoryWhat
import app.pocketcard.Money
import app.pocketcard.ReceiptItem
import app.pocketcard.StaleReason
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import java.math.BigDecimal
import java.time.Duration
import java.time.Instant
import java.time.LocalDate
import java.util.Locale
import kotlin.test.assertEquals
import kotlin.test.assertTrue

@RunWith(RobolectricTestRunner::class)
class HistoryScreenTest {
    @get:Rule val compose = createComposeRule()

    private val pictures = Pictures(compose)
    private val events = mutableListOf<HistoryEvent>()

    private fun screen(
        history: HistoryView,
        filter: HistoryFilter = HistoryFilter.ALL,
        isSignedIn: Boolean = true,
    ): @Composable () -> Unit = {
        PocketcardFrame(Destination.MORE, "History", history.freshness, {}, hasBack = true) {
            HistoryScreen(history, filter, isSignedIn, events::add)
        }
    }

    private fun euros(amount: String) = Money(BigDecimal(amount), "EUR")

    private fun points(amount: String) = Money(BigDecimal(amount), "pts")

    private fun purchase(id: String, at: Instant, refund: Boolean = false) = HistoryEntry(
        id,
        at,
        null,
        "Market square 1",
        HistoryWhat.Purchase(
            euros("23.9"),
            refund,
            "0815",
            listOf(
                ReceiptItem("Apples", BigDecimal("1.25"), "kg", BigDecimal("3.1")),
                ReceiptItem("Bread", BigDecimal(2), null, BigDecimal("5.8")),
            ),
            listOf(points("50")),
            listOf(points(if (refund) "-12" else "12")),
        ),
    )

    private val entries = listOf(
        purchase("a", NOW - Duration.ofHours(3)),
        HistoryEntry("b", NOW - Duration.ofDays(1), null, null, HistoryWhat.Reward(points("120"), "Welcome")),
        purchase("c", NOW - Duration.ofDays(3), refund = true),
        HistoryEntry("d", NOW - Duration.ofDays(3), "Points lapsed", null, HistoryWhat.Withdrawal(points("-80"))),
        HistoryEntry("e", NOW - Duration.ofDays(400), null, null, HistoryWhat.Other("Gift")),
    )

    private val full = HistoryView(entries, false, LIVE)
    private val none = HistoryView(emptyList(), false, LIVE)

    @Test
    fun `every state in every look`() {
        pictures.assertSame("history", mapOf("full" to screen(full)))
        pictures.assertSame(
            "history",
            mapOf(
                "empty" to screen(none),
                "none" to screen(none, HistoryFilter.REWARDS),
                "loading" to screen(none.copy(freshness = unknown())),
                "offline" to screen(none.copy(freshness = unknown(StaleReason.OFFLINE))),
                "signedout" to screen(none.copy(freshness = unknown()), isSignedIn = false),
                "stale" to screen(full.copy(freshness = stale(StaleReason.BUSY))),
            ),
            listOf(Look.LIGHT),
        )
    }

    @Test
    fun `what happened stands under its day, with what it earned and cost`() {
        pictures.show(content = screen(full))
        val lines = listOf(
            hasText("Today"),
            hasText("Market square 1") and hasText("€23.90") and hasText("+12 pts · 50 pts spent"),
            hasText("Yesterday"),
            hasText("Welcome") and hasText("+120 pts") and hasText("Reward", substring = true),
            // An older Android writes no comma.
            hasText("Friday, 27 November") or hasText("Friday 27 November"),
            hasText("Refund", substring = true) and hasText("−12 pts · 50 pts spent"),
            hasText("Points lapsed") and hasText("−80 pts"),
            hasText("26 October 2025"),
        )
        for (line in lines) {
            compose.onNode(hasScrollToIndexAction()).performScrollToNode(line)
            compose.onNode(line).assertIsDisplayed()
        }
    }

    @Test
    fun `a tap on a purchase shows what was bought, another hides it`() {
        pictures.show(content = screen(full))
        compose.onNode(hasText("+12 pts · 50 pts spent")).performClick()
        compose.onNodeWithText("Apples", substring = true).assertIsDisplayed()
        compose.onNodeWithText("1.25 kg", substring = true).assertIsDisplayed()
        assertEquals(null, pictures.differs("history-items-light", compose.onNode(isRoot())))
        compose.onNode(hasText("+12 pts · 50 pts spent")).performClick()
        compose.onNodeWithText("Apples", substring = true).assertDoesNotExist()
    }

    @Test
    fun `the next page is asked for once, when the end comes into sight`() {
        val many = (0 until 30).map { purchase("p$it", NOW - Duration.ofHours(it.toLong())) }
        pictures.show(content = screen(HistoryView(many, true, LIVE)))
        assertEquals(emptyList(), events)
        compose.onNode(hasScrollToIndexAction()).performScrollToNode(hasText("Loading older ones"))
        compose.waitForIdle()
        assertEquals(listOf<HistoryEvent>(HistoryEvent.More), events)
    }

    @Test
    fun `a kind is chosen by its chip`() {
        pictures.show(content = screen(full, HistoryFilter.REWARDS))
        compose.assertTargetsAreLarge()
        compose.onNode(hasText("Rewards")).assertIsSelected()
        for (name in listOf("All", "Purchases", "Rewards", "Withdrawals")) {
            compose.onNodeWithText(name).performScrollTo().performClick()
        }
        assertEquals(HistoryFilter.entries.map { HistoryEvent.Filter(it) }, events.toList())
    }
}
