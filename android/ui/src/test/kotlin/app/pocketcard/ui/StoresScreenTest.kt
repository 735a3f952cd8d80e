package app.pocketcard.ui

import androidx.compose.foundation.background
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.test.assertIsDisplayed
import androidx.compose.ui.test.assertIsNotEnabled
import androidx.compose.ui.test.assertIsOff
import androidx.compose.ui.test.assertIsOn
import androidx.compose.ui.test.assertIsSelected
import androidx.compose.ui.test.hasScrollToIndexAction
import androidx.compose.ui.test.hasSetTextAction
import androidx.compose.ui.test.hasText
import androidx.compose.ui.test.isSelectable
import androidx.compose.ui.test.junit4.v2.createComposeRule
import androidx.compose.ui.test.onNodeWithContentDescription
import androidx.compose.ui.test.onNodeWithText
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performScrollTo
import androidx.compose.ui.test.performScrollToNode
import androidx.compose.ui.test.performTextInput
import app.pocketcard.AttributeFilter
import app.pocketcard.Goods
import app.pocketcard.GoodsView
import app.pocketcard.NoStores
import app.pocketcard.OpenState
import app.pocketcard.OpenWhen
import app.pocketcard.Position
import app.pocketcard.StaleReason
import app.pocketcard.StockRow
import app.pocketcard.StockView
import app.pocketcard.StoreAddress
import app.pocketcard.StoreAttribute
import app.pocketcard.StoreFilter
import app.pocketcard.StoresPlace
import app.pocketcard.StoresQuery
import app.pocketcard.StoresView
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import java.time.Duration
import java.time.Instant
import java.util.Locale
import kotlin.test.assertEquals

@RunWith(RobolectricTestRunner::class)
class StoresScreenTest {
    @get:Rule val compose = createComposeRule()

    private val pictures = Pictures(compose)
    private val events = mutableListOf<StoresEvent>()

    private fun screen(
        stores: StoresView,
        filter: StoresFilter = StoresFilter(),
        search: String = "",
        isSignedIn: Boolean = true,
        hasPosition: Boolean = true,
        isLocating: Boolean = false,
        product: ProductSearch? = null,
        map: (@Composable () -> Unit)? = null,
    ): @Composable () -> Unit = {
        PocketcardFrame(Destination.STORES, "Stores", stores.freshness, {}) {
            StoresScreen(
                stores,
                filter,
                search,
                isSignedIn,
                hasPosition,
                events::add,
                isLocating = isLocating,
                product = product,
                map = map,
            )
        }
    }

    private val coffee = StoreAttribute("CoffeeShop", "true")
    private val parking = StoreAttribute("Parking", "20")

    private val full = stores(
        store(
            1,
            "Market square",
            OpenState.Open(Instant.parse("2026-11-30T21:00:00Z")),
            352.0,
            listOf(StoreAttribute("CustomTradeFormat", "FuelStation"), coffee, parking),
            isFavourite = true,
        ),
        store(2, "Station", OpenState.Closed(Instant.parse("2026-12-07T07:00:00Z")), 1234.0),
        store(3, "Old town", OpenState.Closed(Instant.parse("2026-12-03T07:00:00Z")), 12_345.0),
        store(4, "Airport", OpenState.Open(null), null, address = StoreAddress(null, null, null, null, null, null)),
        store(5, "Harbour", OpenState.Closed(null), 123_456.0, listOf(StoreAttribute("Pool", "[\"in\",\"out\"]"))),
        store(6, "Island", OpenState.Unknown, 200_000.0),
    ).copy(filters = listOf(StoreFilter(coffee, 12u), StoreFilter(parking, 8u)))

    private val none = stores().copy(nothing = NoStores.NoneMatches)

    private val milk = Goods("milk", "Milk, 1 l")
    private val stock = StockView(
        listOf(StockRow(full.stores[0], NOW - Duration.ofMinutes(5)), StockRow(full.stores[1], NOW)),
        3u,
        1u,
        null,
        LIVE,
    )

    private fun see(what: String, vararg more: String) {
        val line = more.fold(hasText(what)) { all, each -> all and hasText(each) }
        compose.onNode(hasScrollToIndexAction()).performScrollToNode(line)
        compose.onNode(line).assertIsDisplayed()
    }

    @Test
    fun `every state in every look`() {
        pictures.assertSame("stores", mapOf("full" to screen(full, product = ProductSearch(), map = {})))
        pictures.assertSame(
            "stores",
            mapOf(
                "favourites" to screen(stores(full.stores[0]), hasPosition = false),
                "nowhere" to screen(none.copy(nothing = NoStores.NoFavourites), hasPosition = false),
                "filtered" to screen(none, StoresFilter(isOpenNow = true, attributes = listOf(parking))),
                "notfound" to screen(none, search = "atlantis"),
                "nofavourites" to screen(
                    none.copy(nothing = NoStores.NoFavourites),
                    StoresFilter(isFavourite = true),
                ),
                "stock" to screen(full, product = ProductSearch("", null, milk, stock)),
                "loading" to screen(none.copy(freshness = unknown())),
                "offline" to screen(none.copy(freshness = unknown(StaleReason.OFFLINE))),
                "stale" to screen(full.copy(freshness = stale())),
                "signedout" to screen(none.copy(freshness = unknown()), isSignedIn = false),
            ),
            listOf(Look.LIGHT),
        )
    }

    @Test
    fun `a store says whether it is open, how far it is and where, and what it has`() {
        pictures.show(Look.GERMAN, content = screen(full))
        see("Market square", "Offen bis 22:00", "350 m · Marktplatz 1/2, Berlin", "Coffee shop", "Parking 20")
        see("Fuel station")
        see("Station", "Geschlossen, öffnet 7. Dezember, 08:00", "1,2 km · Marktplatz 1/2, Berlin")
        see("Old town", "Geschlossen, öffnet Donnerstag, 08:00", "12 km · Marktplatz 1/2, Berlin")
        see("Airport", "Rund um die Uhr offen")
        see("Harbour", "Geschlossen", "Pool in, out")
        see("Island", "Öffnungszeiten nicht bekannt")
        see("Läden vom Stand 14:05")
    }

    @Test
    fun `distances are in the units of the region`() {
        val far = listOf(4.0, 352.0, 994.0, 996.0, 9_949.0, 12_345.0)
        assertEquals(
            listOf("0 m", "350 m", "990 m", "1 km", "9,9 km", "12 km"),
            far.map { distance(Locale.GERMANY, it) },
        )
        assertEquals(
            listOf("110 yd", "0.2 mi", "7.7 mi"),
            listOf(100.0, 352.0, 12_345.0).map { distance(Locale.UK, it) },
        )
        assertEquals(listOf("330 ft", "62 mi"), listOf(100.0, 100_000.0).map { distance(Locale.US, it) })
    }

    @Test
    fun `what is soon is told by its day and time, in the zone of the store`() {
        val words = Words(Locale.UK, TEST_CLOCK, true)
        val at = listOf("2026-11-30T21:00:00Z", "2026-12-01T00:30:00Z", "2026-12-01T07:00:00Z", "2026-12-09T07:00:00Z")
        assertEquals(
            listOf("22:00", "01:30", "Tuesday 08:00", "9 December, 08:00"),
            at.map { words.soon(Instant.parse(it)) },
        )
        val late = store(1, "Far", OpenState.Open(Instant.parse("2026-11-30T21:00:00Z")), zone = "Asia/Tokyo")
        pictures.show(content = screen(stores(late)))
        compose.onNodeWithText("Open until 06:00").assertIsDisplayed()
    }

    @Test
    fun `one is opened, made a favourite, and no longer`() {
        pictures.show(content = screen(full))
        compose.assertTargetsAreLarge()
        compose.onNodeWithText("Market square").performClick()
        compose.onNodeWithContentDescription("Favourite: Market square").assertIsOn().performClick()
        compose.onNodeWithContentDescription("Favourite: Station").assertIsOff().performClick()
        assertEquals(
            listOf(StoresEvent.Open(1), StoresEvent.Favourite(1, false), StoresEvent.Favourite(2, true)),
            events.toList(),
        )
    }

    @Test
    fun `chips narrow the list, together`() {
        val filter = StoresFilter(isOpenNow = true, attributes = listOf(parking), offer = 7)
        pictures.show(content = screen(full, filter))
        for (name in listOf("For your offer", "Open now", "Favourites", "Parking 20", "Coffee shop")) {
            compose.onNode(hasText(name) and isSelectable()).performScrollTo().performClick()
        }
        compose.onNode(hasText("Open now")).assertIsSelected()
        assertEquals(
            listOf(
                filter.copy(offer = null),
                filter.copy(isOpenNow = false),
                filter.copy(isFavourite = true),
                filter.copy(attributes = emptyList()),
                filter.copy(attributes = listOf(parking, coffee)),
            ).map { StoresEvent.Filter(it) },
            events.toList(),
        )
    }

    @Test
    fun `what is typed is looked for, and there is a way back from nothing`() {
        pictures.show(content = screen(full))
        compose.onNode(hasSetTextAction()).performTextInput("alex")
        pictures.show(content = screen(none, search = "alex"))
        compose.onNodeWithContentDescription("Clear search").performClick()
        compose.onNodeWithText("Clear search").performClick()
        pictures.show(content = screen(none, StoresFilter(isOpenNow = true)))
        compose.onNodeWithText("Show all stores").performClick()
        val favourites = StoresFilter(isOpenNow = true, isFavourite = true)
        pictures.show(content = screen(none.copy(nothing = NoStores.NoFavourites), favourites))
        compose.onNodeWithText("Show all stores").performClick()
        assertEquals(
            listOf("alex", "", "").map { StoresEvent.Search(it) } +
                listOf(StoresFilter(), StoresFilter(isOpenNow = true)).map { StoresEvent.Filter(it) },
            events.toList(),
        )
    }

    @Test
    fun `without a position there is a line why it helps, and a button that asks for it`() {
        val why = "With your position we show the stores around you, the nearest first."
        pictures.show(content = screen(stores(full.stores[0]), hasPosition = false))
        compose.onNodeWithText(why).assertIsDisplayed()
        compose.onNodeWithText("Use my position").performClick()
        pictures.show(content = screen(none.copy(nothing = NoStores.NoFavourites), hasPosition = false))
        compose.onNodeWithText(why).assertIsDisplayed()
        compose.onNodeWithText("Use my position").performClick()
        assertEquals(listOf<StoresEvent>(StoresEvent.UsePosition, StoresEvent.UsePosition), events.toList())
        pictures.show(content = screen(stores(full.stores[0]), hasPosition = false, isLocating = true))
        compose.onNodeWithText("One moment").assertIsNotEnabled()
        pictures.show(content = screen(full))
        compose.onNodeWithText(why).assertDoesNotExist()
    }

    @Test
    fun `what is looked for is what the core is asked for`() {
        val here = Position(52.5, 13.4)
        val near = StoresPlace.Near(here, null)
        assertEquals(StoresQuery(favourites = true), StoresFilter().query())
        assertEquals(StoresQuery(text = "alex"), StoresFilter().query("alex"))
        assertEquals(StoresQuery(open = OpenWhen.Now), StoresFilter(isOpenNow = true).query(" "))
        assertEquals(StoresQuery(place = near, limit = 40u), StoresFilter().query(position = here, limit = 40u))
        val more = StoreAttribute("Parking", "400")
        assertEquals(
            StoresQuery(
                place = near,
                attributes = listOf(
                    AttributeFilter("Parking", listOf("20", "400")),
                    AttributeFilter("CoffeeShop", listOf("true")),
                ),
                favourites = true,
                offer = 7,
            ),
            StoresFilter(
                isFavourite = true,
                attributes = listOf(parking, coffee, more),
                offer = 7,
            ).query(position = here),
        )
    }

    @Test
    fun `more are asked for once, when the end comes into sight`() {
        val many = (1L..30L).map { store(it, "Store $it", OpenState.Unknown) }
        pictures.show(content = screen(stores(*many.toTypedArray()).copy(further = true)))
        assertEquals(emptyList(), events)
        compose.onNode(hasScrollToIndexAction()).performScrollToNode(hasText("Loading more"))
        compose.waitForIdle()
        assertEquals(listOf<StoresEvent>(StoresEvent.More), events.toList())
    }

    @Test
    fun `a product is found, and the stores that have it`() {
        val found = ProductSearch("mil", GoodsView(listOf(milk), null))
        pictures.show(content = screen(full, product = found))
        compose.onNodeWithText("Has a product").performScrollTo().performClick()
        compose.assertTargetsAreLarge()
        compose.onNode(hasSetTextAction() and hasText("mil")).performTextInput("k")
        compose.onNodeWithText("Milk, 1 l").performClick()
        pictures.show(content = screen(full, product = found.copy(chosen = milk, stock = stock)))
        see("These stores have it: Milk, 1 l")
        see("3 stores around do not have it.")
        see("1 store did not answer.")
        see("Market square", "Has it, as of 14:00")
        compose.onNode(hasText("Milk, 1 l")).performScrollTo().assertIsSelected().performClick()
        assertEquals<StoresEvent>(StoresEvent.FindProduct("kmil"), events.first())
        assertEquals(listOf(milk, null), events.filterIsInstance<StoresEvent.ChooseProduct>().map { it.goods })
    }

    @Test
    fun `a product that is not found says why`() {
        val cases = listOf(
            ProductSearch() to "Which product should it have?",
            ProductSearch("x") to "One moment",
            ProductSearch("x", GoodsView(emptyList(), null)) to "No product has this name.",
            ProductSearch("x", GoodsView(listOf(milk), StaleReason.OFFLINE)) to
                "No connection. These are the products you looked for before.",
            ProductSearch("x", GoodsView(listOf(milk), StaleReason.BUSY)) to
                "No answer. These are the products you looked for before.",
        )
        for ((product, line) in cases) {
            pictures.show(content = screen(full, product = product))
            compose.onNodeWithText("Has a product").performScrollTo().performClick()
            compose.onNodeWithText(line).assertIsDisplayed()
        }
        val nobody = StockView(emptyList(), 5u, 0u, null, stale())
        pictures.show(content = screen(full, product = ProductSearch("", null, milk, nobody)))
        see("No store around has it: Milk, 1 l")
        see("These are the last answers that this phone knows.")
    }

    @Test
    fun `the map takes the place of the list`() {
        val map: @Composable () -> Unit = { Box(Modifier.fillMaxSize().background(Color.Gray)) { Text("a map") } }
        pictures.show(content = screen(full, map = map))
        compose.onNodeWithText("a map").assertDoesNotExist()
        compose.onNodeWithText("Map").performScrollTo().performClick()
        compose.onNodeWithText("a map").assertIsDisplayed()
        compose.onNodeWithText("Market square").assertDoesNotExist()
        pictures.show(content = screen(full))
        for (name in listOf("Map", "Has a product")) compose.onNodeWithText(name).assertDoesNotExist()
    }

    @Test
    fun `sign-in and another try are a tap away`() {
        pictures.show(content = screen(none.copy(freshness = unknown()), isSignedIn = false))
        compose.onNodeWithText("Sign in").performClick()
        pictures.show(content = screen(none.copy(freshness = unknown(StaleReason.OFFLINE))))
        compose.onNodeWithText("Try again").performClick()
        assertEquals(listOf(StoresEvent.SignIn, StoresEvent.Refresh), events.toList())
    }
}
