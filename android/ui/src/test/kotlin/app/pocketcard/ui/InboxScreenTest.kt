package app.pocketcard.ui

import androidx.compose.foundation.background
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.height
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.semantics.SemanticsProperties
import androidx.compose.ui.test.SemanticsMatcher
import androidx.compose.ui.test.assert
import androidx.compose.ui.test.assertIsDisplayed
import androidx.compose.ui.test.hasScrollToIndexAction
import androidx.compose.ui.test.hasText
import androidx.compose.ui.test.junit4.v2.createComposeRule
import androidx.compose.ui.test.onNodeWithText
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performScrollTo
import androidx.compose.ui.test.performScrollToNode
import androidx.compose.ui.unit.dp
import app.pocketcard.Freshness
import app.pocketcard.InboxView
import app.pocketcard.Message
import app.pocketcard.StaleReason
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import java.time.Duration
import kotlin.test.assertEquals

@RunWith(RobolectricTestRunner::class)
class InboxScreenTest {
    @get:Rule val compose = createComposeRule()

    private val pictures = Pictures(compose)
    private val events = mutableListOf<InboxEvent>()
    private val messageEvents = mutableListOf<MessageEvent>()

    private val picture: @Composable (String, Modifier) -> Unit = { _, modifier ->
        Box(modifier.height(120.dp).background(Color(0xFF8D6E63)))
    }

    private fun screen(inbox: InboxView, isSignedIn: Boolean = true): @Composable () -> Unit = {
        PocketcardFrame(Destination.MORE, "Inbox", inbox.freshness, {}, hasBack = true, unread = inbox.unread.toInt()) {
            InboxScreen(inbox, isSignedIn, events::add, image = picture)
        }
    }

    private fun page(
        message: Message?,
        freshness: Freshness = LIVE,
        isSignedIn: Boolean = true,
    ): @Composable () -> Unit = {
        PocketcardFrame(Destination.MORE, "Message", freshness, {}, hasBack = true) {
            MessageScreen(message, freshness, isSignedIn, messageEvents::add, image = picture)
        }
    }

    private fun message(
        id: String,
        title: String,
        age: Duration,
        isRead: Boolean = true,
        summary: String? = null,
        image: String? = null,
    ) = Message(
        id,
        title,
        "Come in on Saturday, bring a friend, and both of you get a coffee.\n\nYour team of the market square",
        summary,
        NOW - age,
        isRead,
        image,
    )

    private val unread = message("a", "Coffee for two", Duration.ofHours(3), isRead = false)

    private val full = InboxView(
        listOf(
            unread,
            message(
                "b",
                "Your points are about to expire",
                Duration.ofDays(1),
                isRead = false,
                summary = "80 points",
                image = "https://example.com/points.png",
            ),
            message("c", "Welcome", Duration.ofDays(3)),
            message("d", "Thank you", Duration.ofDays(400)),
        ),
        2u,
        false,
        LIVE,
    )

    private val none = InboxView(emptyList(), 0u, false, LIVE)

    @Test
    fun `every state in every look`() {
        pictures.assertSame("inbox", mapOf("full" to screen(full)))
        pictures.assertSame("message", mapOf("full" to page(full.messages[1])))
        pictures.assertSame(
            "inbox",
            mapOf(
                "empty" to screen(none),
                "loading" to screen(none.copy(freshness = unknown())),
                "offline" to screen(none.copy(freshness = unknown(StaleReason.OFFLINE))),
                "stale" to screen(full.copy(freshness = stale())),
                "signedout" to screen(none.copy(freshness = unknown()), isSignedIn = false),
            ),
            listOf(Look.LIGHT),
        )
        pictures.assertSame(
            "message",
            mapOf("gone" to page(null), "loading" to page(null, unknown())),
            listOf(Look.LIGHT),
        )
    }

    @Test
    fun `what is unread is told apart, by the screen reader as well`() {
        pictures.show(content = screen(full))

        fun isSaid(state: String) = SemanticsMatcher.expectValue(SemanticsProperties.StateDescription, state)
        compose.onNode(hasText("Coffee for two")).assert(isSaid("Unread"))
        compose.onNode(hasText("Welcome")).assert(isSaid("Read before"))
        compose.onNode(hasText("Coffee for two") and hasText("11:05")).assertExists()
        compose.onNode(hasText("Your points are about to expire") and hasText("80 points")).assertExists()
        compose.onNode(hasText("Welcome") and hasText("27 November")).assertExists()
        compose.onNode(hasText("Thank you") and hasText("26 October 2025")).assertExists()
        compose.onNodeWithText("2 unread messages").assertIsDisplayed()
    }

    @Test
    fun `a message is opened, all are marked as read`() {
        pictures.show(content = screen(full))
        compose.assertTargetsAreLarge()
        compose.onNodeWithText("Coffee for two").performClick()
        compose.onNodeWithText("Mark all as read").performClick()
        assertEquals(listOf(InboxEvent.Open("a"), InboxEvent.ReadAll), events.toList())
        pictures.show(content = screen(full.copy(unread = 0u)))
        compose.onNodeWithText("Mark all as read").assertDoesNotExist()
    }

    @Test
    fun `the next page is asked for once, when the end comes into sight`() {
        val many = (0 until 30).map { message("m$it", "Message $it", Duration.ofDays(it.toLong())) }
        pictures.show(content = screen(InboxView(many, 0u, true, LIVE)))
        assertEquals(emptyList(), events)
        compose.onNode(hasScrollToIndexAction()).performScrollToNode(hasText("Loading older ones"))
        compose.waitForIdle()
        assertEquals(listOf<InboxEvent>(InboxEvent.More), events.toList())
    }

    @Test
    fun `sign-in and another try are a tap away`() {
        pictures.show(content = screen(none.copy(freshness = unknown()), isSignedIn = false))
        compose.onNodeWithText("Sign in").performClick()
        pictures.show(content = screen(none.copy(freshness = unknown(StaleReason.OFFLINE))))
        compose.onNodeWithText("Try again").performClick()
        assertEquals(listOf(InboxEvent.SignIn, InboxEvent.Refresh), events.toList())
    }

    @Test
    fun `opening a message marks it as read, once`() {
        pictures.show(content = page(unread))
        compose.onNodeWithText("Your team of the market square", substring = true).performScrollTo().assertIsDisplayed()
        pictures.show(content = page(unread.copy(read = true)))
        pictures.show(content = page(full.messages[2]))
        assertEquals(listOf<MessageEvent>(MessageEvent.Read("a")), messageEvents.toList())
    }

    @Test
    fun `a message that is not here says so, and leads to the others`() {
        pictures.show(content = page(null))
        compose.onNodeWithText("Show all messages").performClick()
        pictures.show(content = page(null, unknown(StaleReason.OFFLINE)))
        compose.onNodeWithText("Try again").performClick()
        pictures.show(content = page(null, unknown(), isSignedIn = false))
        compose.onNodeWithText("Sign in").performClick()
        assertEquals(
            listOf(MessageEvent.OpenInbox, MessageEvent.Refresh, MessageEvent.SignIn),
            messageEvents.toList(),
        )
    }
}
