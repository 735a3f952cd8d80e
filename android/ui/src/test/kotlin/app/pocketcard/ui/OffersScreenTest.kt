package app.pocketcard.ui

import androidx.compose.foundation.background
import androidx.compose.foundation.layout.Box
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.setValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.test.assertIsDisplayed
import androidx.compose.ui.test.assertIsNotEnabled
import androidx.compose.ui.test.assertIsSelected
import androidx.compose.ui.test.hasScrollToIndexAction
import androidx.compose.ui.test.hasSetTextAction
import androidx.compose.ui.test.hasText
import androidx.compose.ui.test.isDialog
import androidx.compose.ui.test.junit4.v2.createComposeRule
import androidx.compose.ui.test.onAllNodesWithText
import androidx.compose.ui.test.onNodeWithContentDescription
import androidx.compose.ui.test.onNodeWithText
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performScrollTo
import androidx.compose.ui.test.performScrollToNode
import androidx.compose.ui.test.performTextInput
import app.pocketcard.Applies
import app.pocketcard.CellChange
import app.pocketcard.Channel
import app.pocketcard.FavouriteCell
import app.pocketcard.FavouritesPeriod
import app.pocketcard.FavouritesView
import app.pocketcard.Freshness
import app.pocketcard.Goods
import app.pocketcard.OfferId
import app.pocketcard.OfferKind
import app.pocketcard.OfferState
import app.pocketcard.OfferStore
import app.pocketcard.OffersQuery
import app.pocketcard.OffersView
import app.pocketcard.StaleReason
import app.pocketcard.WhyNot
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import java.math.BigDecimal
import java.time.Duration
import java.time.Instant
import java.time.ZoneId
import java.util.Locale
import kotlin.test.assertEquals

@RunWith(RobolectricTestRunner::class)
class OffersScreenTest {
    @get:Rule val compose = createComposeRule()

    private val pictures = Pictures(compose)
    private val events = mutableListOf<OffersEvent>()
    private val drawn = mutableSetOf<String>()

    private fun screen(
        offers: OffersView,
        filter: OffersFilter = OffersFilter.ALL,
        search: String = "",
        isSignedIn: Boolean = true,
        isInStore: Boolean = false,
        favourites: FavouritesView? = null,
        activating: Set<Long> = emptySet(),
        choosing: Set<Pair<Long, UInt>> = emptySet(),
    ): @Composable () -> Unit = {
        PocketcardFrame(Destination.OFFERS, "Offers", offers.freshnessOf(filter, favourites), {}) {
            OffersScreen(
                offers,
                filter,
                search,
                isSignedIn,
                events::add,
                isInStore = isInStore,
                favourites = favourites,
                activating = activating,
                choosing = choosing,
            ) { url, modifier ->
                drawn += url
                Box(modifier.background(Color(0xFF8D6E63)))
            }
        }
    }

    private val endOfToday = Instant.parse("2026-11-30T23:00:00Z")

    private val full = offers(
        offer(1, "A free coffee", kind = OfferKind.COUPON, summary = "With any cake", until = endOfToday),
        offer(
            2,
            "Welcome back",
            gives(points = "100"),
            OfferKind.PERSONAL,
            image = "https://example.com/back.png",
            until = NOW + Duration.ofDays(3),
            state = OfferState.Activate,
        ),
        offer(3, "Fruit and vegetables", gives("20"), until = Instant.parse("2026-12-31T23:00:00Z")),
        offer(4, "Weekend of points", gives(times = "2"), state = OfferState.Waiting),
        offer(5, "Late supper", gives("12.5", "1"), state = OfferState.Upcoming(NOW + Duration.ofHours(4))),
        offer(6, "Bread", gives("10"), state = OfferState.Refused("You are in another one already.")),
        offer(7, "Cheese", gives(points = "1.5"), state = OfferState.Used),
    )

    private val here = offers(
        offer(1, "Fruit and vegetables", gives("20"), applies = Applies.Yes),
        offer(2, "Happy hour", gives("30"), applies = Applies.No(WhyNot.OtherTime(1080u, 1200u))),
        offer(3, "Welcome", gives("5"), state = OfferState.Activate, applies = Applies.No(WhyNot.NotActivated)),
        offer(4, "Tea", kind = OfferKind.COUPON, applies = Applies.No(WhyNot.LeftToPlatform)),
    )

    private val none = offers()
    private val unknown = none.copy(freshness = unknown(), couponsFreshness = unknown())

    private val milk = Goods("milk", "Milk, 1 l")
    private val favourites = FavouritesView(
        listOf(
            FavouritesPeriod(
                1,
                Instant.parse("2026-11-01T00:00:00Z"),
                Instant.parse("2026-11-30T23:00:00Z"),
                2u,
                1u,
                listOf(
                    FavouriteCell(1u, milk, CellChange.Allowed),
                    FavouriteCell(2u, null, CellChange.Allowed),
                ),
                listOf(Goods("bread", "Bread"), Goods("tea", "Green tea")),
            ),
            FavouritesPeriod(
                2,
                Instant.parse("2026-11-30T23:00:00Z"),
                null,
                1u,
                1u,
                listOf(
                    FavouriteCell(1u, milk, CellChange.Fixed),
                    FavouriteCell(2u, null, CellChange.Full),
                    FavouriteCell(3u, null, CellChange.NotYet(Instant.parse("2026-11-30T23:00:00Z"))),
                ),
                emptyList(),
            ),
        ),
        LIVE,
    )

    @Test
    fun `every state in every look`() {
        pictures.assertSame("offers", mapOf("full" to screen(full, favourites = favourites)))
        pictures.assertSame(
            "offers",
            mapOf(
                "here" to screen(here, OffersFilter.HERE, isInStore = true),
                "favourites" to screen(full, OffersFilter.FAVOURITES, favourites = favourites),
                "empty" to screen(none),
                "none" to screen(none, OffersFilter.ONLINE),
                "notfound" to screen(none, search = "caviar"),
                "loading" to screen(unknown),
                "offline" to screen(
                    none.copy(
                        freshness = unknown(StaleReason.OFFLINE),
                        couponsFreshness = unknown(StaleReason.OFFLINE),
                    ),
                ),
                "stale" to screen(full.copy(freshness = stale())),
                "signedout" to screen(unknown, isSignedIn = false),
                "nocoupons" to screen(here.copy(couponsFreshness = unknown(StaleReason.BUSY))),
            ),
            listOf(Look.LIGHT),
        )
    }

    @Test
    fun `a row says what it gives, until when, and where it stands`() {
        pictures.show(content = screen(full))
        for (line in listOf(
            hasText("A free coffee") and hasText("With any cake") and hasText("Coupon · ends today") and
                hasText("Active"),
            hasText("Welcome back") and hasText("+100 points") and hasText("For you · 3 days left"),
            hasText("Fruit and vegetables") and hasText("20% off") and hasText("Until 31 December"),
            hasText("Weekend of points") and hasText("2× points") and hasText("Waiting for a connection"),
            hasText("Late supper") and hasText("12.5% off · +1 point") and hasText("From 18:05"),
            hasText("Bread") and hasText("You are in another one already."),
            hasText("Cheese") and hasText("+1.5 points") and hasText("Used up"),
        )) {
            compose.onNode(hasScrollToIndexAction()).performScrollToNode(line)
            compose.onNode(line).assertIsDisplayed()
        }
        assertEquals(setOf("https://example.com/back.png"), drawn)
        pictures.show(Look.GERMAN, content = screen(full))
        for (line in listOf(
            hasText("Coupon · endet heute"),
            hasText("Für dich · noch 3 Tage") and hasText("+100 Punkte"),
            hasText("20\u00a0% Rabatt") and hasText("Bis 31. Dezember"),
        )) {
            compose.onNode(hasScrollToIndexAction()).performScrollToNode(line)
            compose.onNode(line).assertIsDisplayed()
        }
    }

    @Test
    fun `one that does not apply here says why, and is not called active`() {
        pictures.show(content = screen(here, OffersFilter.HERE, isInStore = true))
        compose.onNode(hasText("Fruit and vegetables") and hasText("Applies now")).assertExists()
        compose.onNode(hasText("Happy hour") and hasText("At another time: 18:00–20:00")).assertExists()
        compose.onNode(hasText("Tea") and hasText("The till knows if it applies")).assertExists()
        compose.onNodeWithText("Active").assertDoesNotExist()
    }

    @Test
    fun `times are those of the store`() {
        val later = full.copy(timeZone = "Pacific/Auckland")
        pictures.show(content = screen(later))
        val line = hasText("Late supper") and hasText("From 06:05")
        compose.onNode(hasScrollToIndexAction()).performScrollToNode(line)
        compose.onNode(line).assertIsDisplayed()
    }

    @Test
    fun `one is opened, activated, tried again`() {
        pictures.show(content = screen(full))
        compose.onNodeWithText("Welcome back").performClick()
        compose.onNodeWithText("A free coffee").performClick()
        compose.onNodeWithText("Accept").performClick()
        compose.onNode(hasScrollToIndexAction()).performScrollToNode(hasText("Activate"))
        compose.onNodeWithText("Activate").performClick()
        assertEquals(
            listOf(
                OffersEvent.Open(OfferId.Offer(2)),
                OffersEvent.Open(OfferId.Coupon(1)),
                OffersEvent.Activate(2),
                OffersEvent.Activate(6),
            ),
            events.toList(),
        )
        pictures.show(content = screen(full, activating = setOf(2)))
        compose.onNodeWithText("One moment").assertIsNotEnabled()
    }

    @Test
    fun `a part is chosen by its chip, and there is no chip for what there is not`() {
        pictures.show(content = screen(here, OffersFilter.COUPONS, isInStore = true, favourites = favourites))
        compose.assertTargetsAreLarge()
        compose.onNode(hasText("Coupons")).assertIsSelected()
        for (name in listOf("All", "Here", "Online", "In store", "Coupons", "Favourites")) {
            compose.onNodeWithText(name).performScrollTo().performClick()
        }
        assertEquals(OffersFilter.entries.map { OffersEvent.Filter(it) }, events.toList())
        pictures.show(content = screen(full, OffersFilter.FAVOURITES, isInStore = true, favourites = favourites))
        compose.onNodeWithText("Favourites").assertIsDisplayed()
        pictures.show(Look.LARGE, content = screen(full, OffersFilter.FAVOURITES, favourites = favourites))
        compose.onNodeWithText("Favourites").assertIsDisplayed()
        pictures.show(content = screen(here, favourites = favourites.copy(periods = emptyList())))
        for (name in listOf("Here", "Favourites")) compose.onNodeWithText(name).assertDoesNotExist()
    }

    @Test
    fun `what is typed is looked for, and can be cleared`() {
        pictures.show(content = screen(full))
        compose.onNode(hasSetTextAction()).performTextInput("tea")
        pictures.show(content = screen(none, search = "tea"))
        compose.onNodeWithContentDescription("Clear search").performClick()
        compose.onNodeWithText("Clear search").performClick()
        assertEquals(listOf("tea", "", "").map { OffersEvent.Search(it) }, events.toList())
        pictures.show(content = screen(none, OffersFilter.ONLINE))
        compose.onNodeWithText("Show all offers").performClick()
        assertEquals(OffersEvent.Filter(OffersFilter.ALL), events.last())
    }

    @Test
    fun `a part is what the core is asked for`() {
        val store = OfferStore(17, emptyMap(), BERLIN)
        assertEquals(OffersQuery(), OffersFilter.ALL.query(" ", store))
        assertEquals(
            OffersQuery(channel = Channel.STORE, store = store, text = "tea"),
            OffersFilter.HERE.query("tea", store),
        )
        assertEquals(OffersQuery(channel = Channel.ONLINE), OffersFilter.ONLINE.query(here = store))
        assertEquals(OffersQuery(channel = Channel.STORE), OffersFilter.IN_STORE.query(here = store))
        assertEquals(OffersQuery(kind = OfferKind.COUPON), OffersFilter.COUPONS.query())
    }

    @Test
    fun `the line under the title is about what is shown`() {
        val offers = none.copy(freshness = LIVE, couponsFreshness = stale())
        assertEquals(stale(), offers.freshnessOf(OffersFilter.ALL))
        assertEquals(stale(), offers.freshnessOf(OffersFilter.COUPONS))
        val unasked = offers.copy(freshness = unknown(), couponsFreshness = LIVE)
        assertEquals<Freshness>(LIVE, unasked.freshnessOf(OffersFilter.ONLINE))
        assertEquals<Freshness>(unknown(), unknown.freshnessOf(OffersFilter.IN_STORE))
        assertEquals(stale(), offers.freshnessOf(OffersFilter.FAVOURITES, favourites.copy(freshness = stale())))
    }

    @Test
    fun `what did not come is told also where the rest is empty`() {
        pictures.show(content = screen(none.copy(couponsFreshness = unknown(StaleReason.BUSY))))
        compose.onNodeWithText("Your coupons are not known at the moment.").performScrollTo().assertIsDisplayed()
    }

    @Test
    fun `a choice that was open closes with its cell`() {
        var shown by mutableStateOf(favourites)
        pictures.show { screen(full, OffersFilter.FAVOURITES, favourites = shown)() }
        compose.onNodeWithText("Choose").performScrollTo().performClick()
        compose.onNode(isDialog()).assertIsDisplayed()
        // The period is over: the next one is the first.
        shown = favourites.copy(periods = favourites.periods.drop(1))
        compose.waitForIdle()
        compose.onNode(isDialog()).assertDoesNotExist()
    }

    @Test
    fun `coupons that did not come leave a way to the offers`() {
        val offers = none.copy(couponsFreshness = unknown(StaleReason.OFFLINE))
        pictures.show(content = screen(offers, OffersFilter.COUPONS))
        compose.onNodeWithText("Try again").performClick()
        compose.onNodeWithText("All").performClick()
        assertEquals(listOf(OffersEvent.Refresh, OffersEvent.Filter(OffersFilter.ALL)), events.toList())
    }

    @Test
    fun `a favourite is chosen, changed and taken out`() {
        pictures.show(content = screen(full, OffersFilter.FAVOURITES, favourites = favourites))
        compose.assertTargetsAreLarge()
        for (line in listOf("1 November to 30 November", "You have chosen all you can")) {
            compose.onNodeWithText(line).performScrollTo().assertIsDisplayed()
        }
        // The period, and the cell that waits for it.
        assertEquals(2, compose.onAllNodesWithText("From 1 December").fetchSemanticsNodes().size)
        compose.onNodeWithText("Choose").performScrollTo().performClick()
        compose.onNode(isDialog()).assertIsDisplayed()
        compose.assertTargetsAreLarge()
        compose.onNodeWithText("Green tea").performClick()
        compose.onNode(isDialog()).assertDoesNotExist()
        compose.onNodeWithText("Change").performScrollTo().performClick()
        compose.onNodeWithText("Remove").performClick()
        assertEquals(
            listOf<OffersEvent>(
                OffersEvent.ChooseFavourite(1, 2u, "tea"),
                OffersEvent.ChooseFavourite(1, 1u, null),
            ),
            events.toList(),
        )
        pictures.show(
            content = screen(full, OffersFilter.FAVOURITES, favourites = favourites, choosing = setOf(1L to 2u)),
        )
        compose.onNodeWithText("One moment").assertIsNotEnabled()
        pictures.show(content = screen(full, OffersFilter.FAVOURITES))
        compose.onNodeWithText("Nothing to choose").assertIsDisplayed()
    }

    @Test
    fun `days are counted to the last on which an end has not come`() {
        val words = Words(Locale.UK, TEST_CLOCK, true)
        val ends = listOf("2026-11-30T14:00:00Z", "2026-11-30T23:00:00Z", "2026-11-30T23:00:01Z")
        assertEquals(listOf(0, 0, 1), ends.map { words.daysUntil(Instant.parse(it)) })
        assertEquals(
            listOf("15:00", "30 November", "1 December, 00:00"),
            ends.map { words.end(Instant.parse(it)) },
        )
        val auckland = Words(Locale.UK, TEST_CLOCK, true, ZoneId.of("Pacific/Auckland"))
        assertEquals("02:05", auckland.time(NOW))
        assertEquals(listOf(1, 2, 2), listOf("1", "1.5", "2").map { words.count(BigDecimal(it)) })
    }

    @Test
    fun `days of the week are told in runs`() {
        val words = Words(Locale.UK, TEST_CLOCK, true)
        val all = listOf(listOf(1, 2, 3, 4, 5), listOf(6, 7), listOf(1, 3, 4, 5, 7), listOf(2))
        assertEquals(
            listOf("Monday–Friday", "Saturday, Sunday", "Monday, Wednesday–Friday, Sunday", "Tuesday"),
            all.map { words.weekdays(it) },
        )
        assertEquals(listOf("00:00", "18:05", "00:00"), listOf(0, 1085, 1440).map { words.timeOfDay(it) })
    }
}
