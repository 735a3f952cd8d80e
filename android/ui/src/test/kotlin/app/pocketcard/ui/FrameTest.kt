package app.pocketcard.ui

import android.provider.Settings
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.Text
import androidx.compose.ui.Modifier
import androidx.compose.ui.test.assertIsDisplayed
import androidx.compose.ui.test.assertIsSelected
import androidx.compose.ui.test.junit4.v2.createComposeRule
import androidx.compose.ui.test.onNodeWithContentDescription
import androidx.compose.ui.test.onNodeWithText
import androidx.compose.ui.test.onRoot
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performTouchInput
import androidx.compose.ui.test.swipeDown
import app.pocketcard.Freshness
import app.pocketcard.StaleReason
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.robolectric.annotation.Config
import java.time.Duration
import kotlin.test.assertEquals

@RunWith(RobolectricTestRunner::class)
class FrameTest {
    @get:Rule val compose = createComposeRule()

    private val pictures = Pictures(compose)
    private val events = mutableListOf<FrameEvent>()

    private fun show(
        look: Look = Look.LIGHT,
        freshness: Freshness? = LIVE,
        unread: Int = 0,
        failure: Failure? = null,
        hasBack: Boolean = false,
        destinations: List<Destination> = Destination.entries,
    ) = pictures.show(look) {
        PocketcardFrame(
            Destination.OFFERS,
            "Title",
            freshness,
            events::add,
            unread = unread,
            failure = failure,
            hasBack = hasBack,
            destinations = destinations,
        ) {
            Text("Content", Modifier.fillMaxSize().verticalScroll(rememberScrollState()))
        }
    }

    @Test
    fun `all destinations are a tap away, and the one that is open is marked`() {
        show()
        compose.onNodeWithText("Offers").assertIsSelected()
        for (name in listOf("Card", "Offers", "Tasks", "Stores", "More")) compose.onNodeWithText(name).performClick()
        assertEquals(Destination.entries.map { FrameEvent.Go(it) }, events.toList())
    }

    @Test
    fun `no way is shown to what the app has no screen for`() {
        show(destinations = listOf(Destination.CARD, Destination.MORE))
        for (name in listOf("Card", "More")) compose.onNodeWithText(name).assertExists()
        for (name in listOf("Offers", "Tasks", "Stores")) compose.onNodeWithText(name).assertDoesNotExist()
        pictures.show { MoreScreen(BALANCE, 3, {}, pages = listOf(MorePage.BALANCE)) }
        compose.onNodeWithText("Balance").assertExists()
        for (name in listOf("History", "Inbox", "Settings")) compose.onNodeWithText(name).assertDoesNotExist()
    }

    @Test
    @Config(qualifiers = "w800dp-h360dp-land")
    fun `a wide screen has them at its side`() {
        show(unread = 12)
        for (name in listOf("Card", "Offers", "Tasks", "Stores", "More")) compose.onNodeWithText(name).assertExists()
        assertEquals(null, pictures.differs("frame-wide-light", compose.onRoot()))
    }

    @Test
    fun `a line says that what is shown is not live, and why`() {
        for ((reason, line) in mapOf(
            StaleReason.OFFLINE to "No connection · as of 13:05",
            StaleReason.BUSY to "The programme is busy · as of 13:05",
            StaleReason.SIGN_IN_AGAIN to "Signed out · as of 13:05",
            StaleReason.NOT_STORED to "Your phone is full · as of 13:05",
            StaleReason.UNREADABLE to "No update · as of 13:05",
            StaleReason.NOT_ASKED to "As of 13:05",
        )) {
            show(freshness = stale(reason))
            compose.onNodeWithText(line).assertIsDisplayed()
        }
        show(Look.GERMAN, Freshness.Cached(NOW - Duration.ofDays(2), StaleReason.OFFLINE))
        compose.onNodeWithText("Keine Verbindung · Stand 28. November, 14:05").assertIsDisplayed()
    }

    @Test
    fun `the time is told as the phone is set to`() {
        Settings.System.putString(RuntimeEnvironment.getApplication().contentResolver, Settings.System.TIME_12_24, "12")
        show(freshness = stale())
        compose.onNodeWithText("No connection · as of 1:05", substring = true).assertIsDisplayed()
    }

    @Test
    fun `what did not happen is said until it is read`() {
        show(failure = Failure.Refused("Not today."))
        compose.onNodeWithText("Not today.").assertIsDisplayed()
        assertEquals(null, pictures.differs("frame-failure-light", compose.onRoot()))
        compose.onNodeWithText("OK").performClick()
        assertEquals(listOf<FrameEvent>(FrameEvent.FailureRead), events)
    }

    @Test
    fun `a pull refreshes`() {
        show()
        compose.onNodeWithText("Content").performTouchInput { swipeDown() }
        compose.waitForIdle()
        assertEquals(listOf<FrameEvent>(FrameEvent.Refresh), events)
    }

    @Test
    fun `the screen reader says how many messages are unread`() {
        show(unread = 1)
        compose.onNodeWithContentDescription("1 unread message", useUnmergedTree = true).assertExists()
        show(Look.GERMAN, unread = 3)
        compose.onNodeWithContentDescription("3 ungelesene Nachrichten", useUnmergedTree = true).assertExists()
    }

    @Test
    fun `there is a way back, and every target is large enough`() {
        show(hasBack = true, failure = Failure.Offline)
        compose.assertTargetsAreLarge()
        compose.onNodeWithContentDescription("Back").performClick()
        assertEquals(listOf<FrameEvent>(FrameEvent.Back), events)
    }
}
