package app.pocketcard.ui

import androidx.compose.runtime.Composable
import androidx.compose.ui.test.assertIsDisplayed
import androidx.compose.ui.test.hasText
import androidx.compose.ui.test.junit4.v2.createComposeRule
import androidx.compose.ui.test.onNodeWithContentDescription
import androidx.compose.ui.test.onNodeWithText
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performScrollTo
import app.pocketcard.Applies
import app.pocketcard.DayHours
import app.pocketcard.Freshness
import app.pocketcard.Goods
import app.pocketcard.OfferId
import app.pocketcard.OpenInterval
import app.pocketcard.OpenState
import app.pocketcard.Position
import app.pocketcard.StaleReason
import app.pocketcard.StockAnswer
import app.pocketcard.StoreAttribute
import app.pocketcard.StoreDay
import app.pocketcard.StorePage
import app.pocketcard.WhyNot
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import java.time.Duration
import java.time.Instant
import java.time.LocalDate
import kotlin.test.assertEquals

@RunWith(RobolectricTestRunner::class)
class StoreScreenTest {
    @get:Rule val compose = createComposeRule()

    private val pictures = Pictures(compose)
    private val events = mutableListOf<StoreEvent>()

    private fun screen(
        store: StorePage?,
        freshness: Freshness = LIVE,
        isSignedIn: Boolean = true,
    ): @Composable () -> Unit = {
        PocketcardFrame(Destination.STORES, "Store", store?.freshness ?: freshness, {}, hasBack = true) {
            StoreScreen(store, freshness, isSignedIn, events::add)
        }
    }

    private val day = DayHours.Open(listOf(OpenInterval(480u, 780u), OpenInterval(840u, 1320u)))

    private fun day(date: String, hours: DayHours, exception: Boolean = false) = LocalDate.parse(date).let {
        StoreDay(date, it.dayOfWeek.value.toUByte(), date == "2026-11-30", exception, hours)
    }

    private val week = listOf(
        day("2026-11-30", day),
        day("2026-12-01", day),
        day("2026-12-02", DayHours.Open(listOf(OpenInterval(480u, 1560u)))),
        day("2026-12-03", DayHours.Unknown(listOf(OpenInterval(480u, 720u)))),
        day("2026-12-04", DayHours.RoundTheClock),
        day("2026-12-05", DayHours.Closed, exception = true),
        day("2026-12-06", DayHours.Closed),
    )

    private val full = StorePage(
        store(
            1,
            "Market square",
            OpenState.Open(Instant.parse("2026-11-30T21:00:00Z")),
            null,
            listOf(StoreAttribute("CoffeeShop", "true"), StoreAttribute("Parking", "20")),
        ),
        "In the old hall. The entrance is at the back.",
        null,
        "+49 171 3920001",
        archived = false,
        timeZoneAssumed = false,
        week,
        listOf(week[5], day("2026-12-24", day, exception = true)),
        null,
        current = false,
        listOf(
            StockAnswer(Goods("milk", "Milk, 1 l"), true, NOW - Duration.ofMinutes(5)),
            StockAnswer(Goods("figs", "Figs"), false, NOW - Duration.ofDays(1)),
        ),
        listOf(
            offer(1, "Fruit and vegetables", gives("20"), applies = Applies.Yes),
            offer(2, "Happy hour", gives("30"), applies = Applies.No(WhyNot.OtherTime(1080u, 1200u))),
        ),
        LIVE,
    )

    private val bare = full.copy(
        store = full.store.copy(position = null, open = OpenState.Unknown, timeZone = null, attributes = emptyList()),
        description = null,
        contacts = "Ask at the counter",
        week = emptyList(),
        exceptions = emptyList(),
        stock = emptyList(),
        offers = emptyList(),
    )

    @Test
    fun `every state in every look`() {
        pictures.assertSame("store", mapOf("full" to screen(full)))
        pictures.assertSame(
            "store",
            mapOf(
                "bare" to screen(bare),
                "archived" to screen(full.copy(archived = true)),
                "here" to screen(bare.copy(current = true)),
                "gone" to screen(null),
                "loading" to screen(null, unknown()),
                "offline" to screen(null, unknown(StaleReason.OFFLINE)),
                "stale" to screen(full.copy(freshness = stale())),
                "signedout" to screen(null, unknown(), isSignedIn = false),
            ),
            listOf(Look.LIGHT),
        )
    }

    private fun see(what: String, vararg more: String) {
        val line = more.fold(hasText(what)) { all, each -> all and hasText(each) }
        compose.onNode(line).performScrollTo().assertIsDisplayed()
    }

    @Test
    fun `the week's hours are told with today marked, and the days that differ`() {
        pictures.show(content = screen(full))
        see("Open until 22:00")
        see("Monday, today", "08:00–13:00\n14:00–22:00")
        see("Tuesday", "08:00–13:00\n14:00–22:00")
        see("Wednesday", "08:00–02:00")
        see("Thursday", "08:00–12:00\nNot known")
        see("Friday", "Round the clock")
        see("Saturday", "Other hours than usual", "Closed")
        see("Sunday", "Closed")
        see("Days with other hours")
        // An older Android writes no comma.
        val eve = hasText("Thursday, 24 December") or hasText("Thursday 24 December")
        compose.onNode(eve).performScrollTo().assertIsDisplayed()
        compose.onNode(hasText("Saturday, 5 December") or hasText("Saturday 5 December")).assertDoesNotExist()
        pictures.show(content = screen(full.copy(timeZoneAssumed = true)))
        see("The store’s time zone is not known for sure. Its hours may be meant for another.")
    }

    @Test
    fun `what is known of it is told, with how old it is`() {
        pictures.show(content = screen(full))
        for (line in listOf("Marktplatz 1/2, Berlin", "Coffee shop", "Parking 20")) see(line)
        compose.onNodeWithText("+49 171 3920001", substring = true).assertExists()
        see("In the old hall. The entrance is at the back.")
        see("Milk, 1 l", "Has it, as of 14:00")
        see("Figs", "Did not have it, as of 29 November, 14:05")
        see("Stores as of 14:05")
        pictures.show(content = screen(bare))
        see("Ask at the counter")
        pictures.show(content = screen(full.copy(archived = true)))
        see("Closed for good")
        compose.onNodeWithText("Hours this week").assertDoesNotExist()
    }

    @Test
    fun `its offers are told as in their list, and open`() {
        pictures.show(content = screen(full))
        see("Fruit and vegetables", "20% off", "Applies now")
        see("Happy hour", "At another time: 18:00–20:00")
        compose.onNode(hasText("Happy hour")).performClick()
        assertEquals(listOf<StoreEvent>(StoreEvent.OpenOffer(OfferId.Offer(2))), events.toList())
    }

    @Test
    fun `the way there, a call, a favourite and being there are a tap away`() {
        pictures.show(content = screen(full))
        compose.assertTargetsAreLarge()
        compose.onNodeWithText("Take me there").performClick()
        compose.onNodeWithText("Call").performClick()
        compose.onNodeWithContentDescription("Favourite: Market square").performClick()
        compose.onNodeWithText("I am in this store").performScrollTo().performClick()
        pictures.show(content = screen(full.copy(current = true)))
        compose.onNodeWithText("I have left this store").performScrollTo().performClick()
        assertEquals(
            listOf(
                StoreEvent.Route(Position(52.5, 13.4)),
                StoreEvent.Call("+491713920001"),
                StoreEvent.Favourite(1, true),
                StoreEvent.Here(1, true),
                StoreEvent.Here(1, false),
            ),
            events.toList(),
        )
        pictures.show(content = screen(bare))
        for (name in listOf("Take me there", "Call")) compose.onNodeWithText(name).assertDoesNotExist()
    }

    @Test
    fun `a number is found in words`() {
        assertEquals("+493012345678", numberIn("Ask for Mr Berg: 030 12345678, until 18:00", "DE"))
        assertEquals(null, numberIn("Open 24/7 at Market square 1", "DE"))
    }

    @Test
    fun `a store that is gone says so, and leads to the others`() {
        pictures.show(content = screen(null))
        compose.onNodeWithText("Show all stores").performClick()
        pictures.show(content = screen(null, unknown(StaleReason.OFFLINE)))
        compose.onNodeWithText("Try again").performClick()
        pictures.show(content = screen(null, unknown(), isSignedIn = false))
        compose.onNodeWithText("Sign in").performClick()
        assertEquals(listOf(StoreEvent.OpenStores, StoreEvent.Refresh, StoreEvent.SignIn), events.toList())
    }
}
