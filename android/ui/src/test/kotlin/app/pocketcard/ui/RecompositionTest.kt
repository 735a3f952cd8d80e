package app.pocketcard.ui

import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.verticalScroll
import androidx.compose.runtime.Composer
import androidx.compose.runtime.CompositionTracer
import androidx.compose.runtime.InternalComposeTracingApi
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.referentialEqualityPolicy
import androidx.compose.runtime.setValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.test.junit4.v2.createComposeRule
import androidx.compose.ui.unit.dp
import app.pocketcard.CardView
import app.pocketcard.HistoryFilter
import app.pocketcard.HistoryView
import app.pocketcard.InboxView
import app.pocketcard.OfferState
import app.pocketcard.OpenState
import org.junit.After
import org.junit.Before
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import java.math.BigDecimal
import kotlin.test.assertEquals
import kotlin.test.assertTrue

/** Counts which of our composables run again: each says so to the tracer that profilers use. */
@OptIn(InternalComposeTracingApi::class)
@RunWith(RobolectricTestRunner::class)
class RecompositionTest {
    @get:Rule val compose = createComposeRule()

    private val ran = mutableListOf<String>()

    // Told of each new value, equal or not, as where several views are read from one state.
    private var card by mutableStateOf<CardView>(ready(), referentialEqualityPolicy())
    private var balance by mutableStateOf(BALANCE, referentialEqualityPolicy())
    private var history by mutableStateOf(HistoryView(emptyList(), false, LIVE))
    private var offers by mutableStateOf(offers(offer(1, "Bread"), offer(2, "Cheese")))
    private var inbox by mutableStateOf(InboxView(emptyList(), 0u, false, LIVE))

    private var tasks by mutableStateOf(NO_TASKS.copy(tasks = listOf(task("a", "Bread"), task("b", "Cheese"))))
    private var stores by mutableStateOf(stores(store(1, "Harbour", OpenState.Unknown)))

    @Before
    fun trace() = Composer.setTracer(
        object : CompositionTracer {
            override fun isTraceInProgress() = true

            override fun traceEventStart(key: Int, dirty1: Int, dirty2: Int, info: String) {
                if (info.startsWith("app.pocketcard.ui.") && "Test" !in info) {
                    ran += info.removePrefix("app.pocketcard.ui.").substringBefore(' ')
                }
            }

            override fun traceEventEnd() = Unit
        },
    )

    @After
    fun traceNoMore() = Composer.setTracer(null)

    private fun ranAfter(change: () -> Unit): Set<String> {
        ran.clear()
        change()
        compose.waitForIdle()
        return ran.toSet()
    }

    @Test
    fun `when one view changes, the other screens do not run again`() {
        compose.setContent {
            Looking {
                // All of them are handed down by one function, as in an app.
                Column(Modifier.verticalScroll(rememberScrollState())) {
                    val part = Modifier.size(360.dp, 180.dp)
                    Box(part) { CardScreen(card, BALANCE, SIGNED_IN, {}) }
                    Box(part) { BalanceScreen(balance, true, {}) }
                    Box(part) { HistoryScreen(history, HistoryFilter.ALL, true, {}) }
                    Box(part) { OffersScreen(offers, OffersFilter.ALL, "", true, {}) }
                    Box(part) { InboxScreen(inbox, true, {}) }
                    Box(part) { TasksScreen(tasks, true, {}) }
                    Box(part) { StoresScreen(stores, StoresFilter(), "", isSignedIn = true, hasPosition = true, {}) }
                }
            }
        }
        compose.waitForIdle()
        assertTrue(
            ran.containsAll(
                listOf(
                    "CardScreen",
                    "BalanceScreen",
                    "HistoryScreen",
                    "OffersScreen",
                    "InboxScreen",
                    "TasksScreen",
                    "StoresScreen",
                ),
            ),
            ran.toString(),
        )

        val more = balance.copy(accounts = listOf(account("1370")), tiers = listOf(LADDER.copy()))
        val afterBalance = ranAfter { balance = more }
        assertTrue("BalanceScreen" in afterBalance, afterBalance.toString())
        assertEquals(emptySet(), afterBalance.intersect(setOf("CardScreen", "HistoryScreen")))
        // Within it, the tier is as it was.
        assertTrue("TierContent" !in afterBalance, afterBalance.toString())

        val afterHistory = ranAfter { history = history.copy(more = true) }
        assertTrue("HistoryScreen" in afterHistory, afterHistory.toString())
        assertEquals(emptySet(), afterHistory.intersect(setOf("CardScreen", "BalanceScreen")))

        val afterOffers = ranAfter {
            offers = offers(offer(1, "Bread"), offer(2, "Cheese", state = OfferState.Used))
        }
        assertTrue("OffersScreen" in afterOffers, afterOffers.toString())
        assertEquals(emptySet(), afterOffers.intersect(setOf("CardScreen", "BalanceScreen", "HistoryScreen")))

        val afterInbox = ranAfter { inbox = inbox.copy(more = true) }
        assertTrue("InboxScreen" in afterInbox, afterInbox.toString())
        assertEquals(emptySet(), afterInbox.intersect(setOf("CardScreen", "BalanceScreen", "OffersScreen")))

        val afterTasks = ranAfter {
            tasks = tasks.copy(tasks = listOf(task("a", "Bread"), task("b", "Cheese", waiting = "1")))
        }
        assertTrue("TasksScreen" in afterTasks, afterTasks.toString())
        assertEquals(
            emptySet(),
            afterTasks.intersect(setOf("CardScreen", "BalanceScreen", "HistoryScreen", "OffersScreen")),
        )
        // The other task is as it was.
        assertEquals(1, ran.count { it == "TaskContent" })

        val afterStores = ranAfter { stores = stores(store(1, "Harbour", OpenState.Closed(null))) }
        assertTrue("StoresScreen" in afterStores, afterStores.toString())
        assertEquals(emptySet(), afterStores.intersect(setOf("CardScreen", "OffersScreen", "TasksScreen")))

        val afterCard = ranAfter { card = ready(code(symbol = symbol("PC1:4711:993310"))) }
        assertTrue("CardScreen" in afterCard, afterCard.toString())
        assertEquals(emptySet(), afterCard.intersect(setOf("HistoryScreen", "BalanceScreen")))

        val again = balance.copy(accounts = listOf(account("1370")), tiers = listOf(LADDER.copy()))
        assertEquals(BigDecimal(1370), again.accounts.single().available)
        assertEquals(emptySet(), ranAfter { balance = again }, "an equal view")
    }
}
