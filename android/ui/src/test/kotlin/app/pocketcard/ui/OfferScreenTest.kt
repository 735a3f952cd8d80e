package app.pocketcard.ui

import androidx.compose.foundation.background
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.height
import androidx.compose.runtime.Composable
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.test.assertIsDisplayed
import androidx.compose.ui.test.assertIsNotEnabled
import androidx.compose.ui.test.hasAnyAncestor
import androidx.compose.ui.test.hasClickAction
import androidx.compose.ui.test.isDialog
import androidx.compose.ui.test.junit4.v2.createComposeRule
import androidx.compose.ui.test.onNodeWithContentDescription
import androidx.compose.ui.test.onNodeWithText
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performScrollTo
import androidx.compose.ui.unit.dp
import app.pocketcard.Applies
import app.pocketcard.Channel
import app.pocketcard.Freshness
import app.pocketcard.OfferCode
import app.pocketcard.OfferDetail
import app.pocketcard.OfferKind
import app.pocketcard.OfferSchedule
import app.pocketcard.OfferState
import app.pocketcard.OfferView
import app.pocketcard.StaleReason
import app.pocketcard.WhyNot
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import java.time.Duration
import java.time.Instant
import kotlin.test.assertEquals

@RunWith(RobolectricTestRunner::class)
class OfferScreenTest {
    @get:Rule val compose = createComposeRule()

    private val pictures = Pictures(compose)
    private val events = mutableListOf<OfferEvent>()

    private fun screen(
        offer: OfferDetail?,
        freshness: Freshness = LIVE,
        isSignedIn: Boolean = true,
        isActivating: Boolean = false,
        canOpenStores: Boolean = true,
    ): @Composable () -> Unit = {
        PocketcardFrame(Destination.OFFERS, "Offer", freshness, {}, hasBack = true) {
            OfferScreen(
                offer,
                freshness,
                isSignedIn,
                events::add,
                isActivating = isActivating,
                canOpenStores = canOpenStores,
            ) { _, modifier -> Box(modifier.height(120.dp).background(Color(0xFF8D6E63))) }
        }
    }

    private fun detail(
        offer: OfferView,
        channels: List<Channel> = emptyList(),
        stores: List<Long> = emptyList(),
        storeAttributes: Map<String, List<String>> = emptyMap(),
        schedule: OfferSchedule? = null,
        paymentMethods: List<String> = emptyList(),
        moreConditions: Boolean = false,
        code: OfferCode? = null,
        summary: String? = null,
    ) = OfferDetail(
        offer,
        summary,
        "For members only. Not together with other offers.",
        null,
        channels,
        stores,
        storeAttributes,
        schedule,
        paymentMethods,
        moreConditions,
        code,
        validUntil = null,
        timeZone = BERLIN,
    )

    private val supper = offer(
        7,
        "Late supper",
        gives("12.5", "100"),
        OfferKind.PERSONAL,
        summary = null,
        "https://example.com/supper.png",
        Instant.parse("2026-12-31T23:00:00Z"),
        3u,
        OfferState.Activate,
    )

    private val full = detail(
        supper,
        listOf(Channel.STORE),
        listOf(17, 18),
        mapOf("CustomTradeFormat" to listOf("Hypermarket", "Supermarket")),
        OfferSchedule(byteArrayOf(1, 2, 3, 4, 5), 1080u, 1320u),
        listOf("card"),
        moreConditions = true,
        summary = "On everything warm from the counter",
    )

    private fun coupon(code: OfferCode = OfferCode("SPRING-2026", symbol("SPRING-2026"))) = detail(
        offer(8, "A free coffee", kind = OfferKind.COUPON, usesLeft = 1u),
        moreConditions = true,
        code = code,
        summary = "With any cake",
    )

    private val couponDescription = "Coupon, code ready to scan, S P R I N G - 2 0 2 6"

    private fun supper(state: OfferState, applies: Applies = Applies.NotAsked) =
        full.copy(offer = supper.copy(state = state, applies = applies))

    @Test
    fun `every state in every look`() {
        pictures.assertSame("offer", mapOf("full" to screen(full), "coupon" to screen(coupon())))
        pictures.assertSame(
            "offer",
            mapOf(
                "busy" to screen(full, isActivating = true),
                "waiting" to screen(supper(OfferState.Waiting), stale()),
                "refused" to screen(supper(OfferState.Refused("You are in another one already."))),
                "nothere" to screen(supper(OfferState.Active, Applies.No(WhyNot.OtherStore))),
                "here" to screen(supper(OfferState.Active, Applies.Yes)),
                "typed" to screen(coupon(OfferCode("SPRING-2026", null))),
                "gone" to screen(null),
                "loading" to screen(null, unknown()),
                "offline" to screen(null, unknown(StaleReason.OFFLINE)),
                "signedout" to screen(null, unknown(), isSignedIn = false),
            ),
            listOf(Look.LIGHT),
        )
    }

    @Test
    fun `where, when and how often it applies is told in words`() {
        pictures.show(content = screen(full))
        for (line in listOf(
            "12.5% off · +100 points",
            "In 2 of the stores",
            "In stores of this kind: Hypermarket, Supermarket",
            "Until 31 December",
            "Monday–Friday, 18:00–22:00",
            "Paid by: card",
            "You can use it 3 more times",
            "There are more conditions. The till knows them.",
            "For members only. Not together with other offers.",
        )) {
            compose.onNodeWithText(line).performScrollTo().assertIsDisplayed()
        }
        val whenever = OfferSchedule(byteArrayOf(1, 2, 3, 4, 5, 6, 7), 0u, 1440u)
        pictures.show(content = screen(detail(offer(9, "Bread"), schedule = whenever)))
        for (line in listOf("In stores and online", "Has no end date", "Every day", "As often as you like")) {
            compose.onNodeWithText(line).performScrollTo().assertIsDisplayed()
        }
        val overnight = OfferSchedule(byteArrayOf(6), 1080u, 1080u)
        pictures.show(content = screen(detail(offer(9, "Bread"), schedule = overnight)))
        compose.onNodeWithText("Saturday, 18:00–18:00").performScrollTo().assertIsDisplayed()
        pictures.show(content = screen(detail(offer(9, "Bread"), listOf(Channel.ONLINE))))
        compose.onNodeWithText("Online").performScrollTo().assertIsDisplayed()
    }

    @Test
    fun `it is activated, tried again, and nothing else is while that is under way`() {
        pictures.show(content = screen(full))
        compose.assertTargetsAreLarge()
        compose.onNodeWithText("Accept").performScrollTo().performClick()
        pictures.show(content = screen(supper(OfferState.Refused(""))))
        compose.onNodeWithText("The programme said no to this.").performScrollTo().assertIsDisplayed()
        compose.onNodeWithText("Accept").performScrollTo().performClick()
        pictures.show(content = screen(full, isActivating = true))
        compose.onNodeWithText("One moment").performScrollTo().assertIsNotEnabled()
        assertEquals(listOf<OfferEvent>(OfferEvent.Activate(7), OfferEvent.Activate(7)), events.toList())
    }

    @Test
    fun `each state says what it means`() {
        val said = mapOf(
            OfferState.Waiting to "You activated it. No till knows of it before you have a connection.",
            OfferState.ActivateElsewhere to "It has to be activated, which this app cannot do. Ask in a store.",
            OfferState.Coming to "You get it soon.",
            OfferState.Used to "Used up",
            OfferState.Active to "Active",
        )
        for ((state, line) in said) {
            pictures.show(content = screen(supper(state)))
            compose.onNodeWithText(line).performScrollTo().assertIsDisplayed()
            compose.onNodeWithText("Accept").assertDoesNotExist()
        }
        val later = OfferState.Upcoming(NOW + Duration.ofDays(2))
        pictures.show(content = screen(supper(later, Applies.No(WhyNot.NotYet(later.from)))))
        compose.onNodeWithText("From 2 December, 14:05").assertExists()
    }

    @Test
    fun `a beginning that lies ahead is told where the state does not tell it`() {
        val later = Instant.parse("2026-12-02T23:00:00Z")
        pictures.show(content = screen(supper(OfferState.Waiting).copy(from = later)))
        compose.onNodeWithText("From 3 December").performScrollTo().assertIsDisplayed()
        pictures.show(content = screen(supper(OfferState.Upcoming(later)).copy(from = later)))
        compose.onNodeWithText("From 3 December").assertIsDisplayed()
        pictures.show(content = screen(supper(OfferState.Waiting)))
        compose.onNodeWithText("From", substring = true).assertDoesNotExist()
    }

    @Test
    fun `a scanner reads a coupon from the screen in every look`() {
        for (look in Look.entries) {
            pictures.show(look, content = screen(coupon()))
            val description = if (look == Look.GERMAN) {
                couponDescription.replace("code ready to scan", "Code bereit zum Scannen")
            } else {
                couponDescription
            }
            assertEquals("SPRING-2026", scan(compose.onNodeWithContentDescription(description)), look.name)
        }
    }

    @Test
    fun `a tap shows nothing but the coupon, and the app knows as long as its code is on screen`() {
        pictures.show(content = screen(coupon()))
        compose.onNodeWithContentDescription(couponDescription).performClick()
        compose.onNode(isDialog()).assertIsDisplayed()
        compose.onNode(hasClickAction() and hasAnyAncestor(isDialog())).performClick()
        compose.onNode(isDialog()).assertDoesNotExist()
        pictures.show(content = screen(full))
        assertEquals(listOf<OfferEvent>(OfferEvent.CodeShown, OfferEvent.CodeHidden), events.toList())
    }

    @Test
    fun `a coupon that cannot be used shows no code`() {
        val used = coupon().let { it.copy(offer = it.offer.copy(state = OfferState.Used, usesLeft = 0u)) }
        pictures.show(content = screen(used))
        compose.onNodeWithText("Used up").assertIsDisplayed()
        compose.onNodeWithText("SPRING-2026").assertDoesNotExist()
        assertEquals(emptyList(), events)
    }

    @Test
    fun `one that is gone says so, and leads to the others`() {
        pictures.show(content = screen(full))
        pictures.show(content = screen(null))
        compose.onNodeWithText("This offer is over").assertIsDisplayed()
        compose.onNodeWithText("Show all offers").performClick()
        pictures.show(content = screen(null, unknown(StaleReason.OFFLINE)))
        compose.onNodeWithText("Try again").performClick()
        pictures.show(content = screen(null, unknown(), isSignedIn = false))
        compose.onNodeWithText("Sign in").performClick()
        assertEquals(listOf(OfferEvent.OpenOffers, OfferEvent.Refresh, OfferEvent.SignIn), events.toList())
    }

    @Test
    fun `the stores are a tap away where the app has them`() {
        pictures.show(content = screen(full))
        compose.onNodeWithText("Show the stores").performScrollTo().performClick()
        assertEquals(listOf<OfferEvent>(OfferEvent.OpenStores), events.toList())
        pictures.show(content = screen(full, canOpenStores = false))
        compose.onNodeWithText("Show the stores").assertDoesNotExist()
    }
}
