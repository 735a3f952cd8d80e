package app.pocketcard.ui

import androidx.compose.runtime.Composable
import androidx.compose.ui.test.assertIsDisplayed
import androidx.compose.ui.test.assertIsNotEnabled
import androidx.compose.ui.test.assertIsOff
import androidx.compose.ui.test.assertIsOn
import androidx.compose.ui.test.hasAnyAncestor
import androidx.compose.ui.test.hasSetTextAction
import androidx.compose.ui.test.hasText
import androidx.compose.ui.test.isDialog
import androidx.compose.ui.test.junit4.v2.createComposeRule
import androidx.compose.ui.test.onNodeWithText
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performScrollTo
import androidx.compose.ui.test.performTextInput
import app.pocketcard.CodeSent
import app.pocketcard.Consent
import app.pocketcard.ConsentChannel
import app.pocketcard.ConsentWay
import app.pocketcard.ConsentsView
import app.pocketcard.OutboxView
import app.pocketcard.SessionView
import app.pocketcard.StaleReason
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import java.time.Duration
import kotlin.test.assertEquals

@RunWith(RobolectricTestRunner::class)
class SettingsScreenTest {
    @get:Rule val compose = createComposeRule()

    private val pictures = Pictures(compose)
    private val events = mutableListOf<SettingsEvent>()

    private val consents = ConsentsView(
        listOf(
            Consent(
                1,
                "Offers",
                null,
                listOf(ConsentChannel(ConsentWay.Sms, true, false), ConsentChannel(ConsentWay.Push, false, false)),
            ),
            Consent(2, "Receipts", null, listOf(ConsentChannel(ConsentWay.Email, true, true))),
        ),
        LIVE,
    )

    private val nothing = OutboxView(0u, null, 0uL, emptyList(), emptyList(), 0u, 0u, emptyList(), 0uL, null)

    private val waiting = nothing.copy(queued = 12u, oldest = NOW - Duration.ofHours(2), acts = 1u, receipts = 3u)

    private val about = About("4.10.1", "Pixel 9, Android 16", "English")

    private fun screen(
        session: SessionView = SIGNED_IN,
        consents: ConsentsView = this.consents,
        outbox: OutboxView = nothing,
        changing: Set<Pair<Long, ConsentWay>> = emptySet(),
        failure: Failure? = null,
    ): @Composable () -> Unit = {
        PocketcardFrame(Destination.MORE, "Settings", null, {}, hasBack = true) {
            SettingsScreen(session, consents, outbox, about, events::add, changing = changing, failure = failure)
        }
    }

    private val leaving = SessionView.SignedIn(ANNA, CodeSent("+491713920001", 4u, NOW))

    @Test
    fun `every state in every look`() {
        pictures.assertSame("settings", mapOf("full" to screen(outbox = waiting)))
        val none = ConsentsView(emptyList(), LIVE)
        pictures.assertSame(
            "settings",
            mapOf(
                "changing" to screen(changing = setOf(1L to ConsentWay.Push)),
                "none" to screen(consents = none),
                "loading" to screen(consents = none.copy(freshness = unknown())),
                "offline" to screen(consents = none.copy(freshness = unknown(StaleReason.OFFLINE))),
                "signedout" to screen(SIGNED_OUT),
                "signinagain" to screen(SIGN_IN_AGAIN),
                "delete" to screen(leaving, failure = Failure.Refused("Wrong code. 2 tries left.")),
            ),
            listOf(Look.LIGHT),
        )
        pictures.assertSame(
            "more",
            mapOf(
                "full" to {
                    PocketcardFrame(Destination.MORE, "More", LIVE, {}, unread = 3) { MoreScreen(BALANCE, 3, {}) }
                },
            ),
        )
    }

    @Test
    fun `a consent is changed for its way, not while it is on its way, and not where it cannot be`() {
        pictures.show(content = screen(changing = setOf(1L to ConsentWay.Push)))
        compose.onNode(hasText("Text messages")).performScrollTo().assertIsOn().performClick()
        compose.onNode(hasText("Notifications")).performScrollTo().assertIsOff().assertIsNotEnabled()
        compose
            .onNode(
                hasText("E-mail") and hasText("This cannot be changed here"),
            ).performScrollTo()
            .assertIsNotEnabled()
        assertEquals(listOf<SettingsEvent>(SettingsEvent.SetConsent(1, ConsentWay.Sms, false)), events)
    }

    @Test
    fun `what waits to be sent is said in words`() {
        pictures.show(content = screen(outbox = waiting))
        for (line in listOf("12 things you did", "Since 12:05", "1 choice or answer", "3 read messages")) {
            compose.onNodeWithText(line).performScrollTo().assertIsDisplayed()
        }
        pictures.show(content = screen())
        compose.onNodeWithText("Nothing. The programme knows all you did.").performScrollTo().assertIsDisplayed()
    }

    @Test
    fun `signing out says what goes and what is not sent, and can be thought over`() {
        pictures.show(content = screen(outbox = waiting))
        compose.onNodeWithText("Sign out").performScrollTo().performClick()
        compose.onNodeWithText("16 things are not sent yet", substring = true).assertIsDisplayed()
        assertEquals(null, pictures.differs("settings-signout-light", compose.onNode(isDialog())))
        compose.onNodeWithText("Cancel").performClick()
        assertEquals(emptyList(), events)
        compose.onNodeWithText("Sign out").performScrollTo().performClick()
        compose.onNode(hasText("Sign out") and hasAnyAncestor(isDialog())).performClick()
        assertEquals(listOf<SettingsEvent>(SettingsEvent.SignOut), events)
    }

    @Test
    fun `an account is deleted in two steps, with a code`() {
        pictures.show(content = screen())
        compose.onNodeWithText("Delete my account").performScrollTo().performClick()
        compose.onNodeWithText("You lose your card", substring = true).assertIsDisplayed()
        compose.onNodeWithText("Send the code").performClick()
        pictures.show(content = screen(leaving))
        compose.onNodeWithText("Delete for good").assertIsNotEnabled()
        compose.onNode(hasText("Code") and hasSetTextAction()).performTextInput("1234")
        compose.onNode(hasText("Why you leave, if you like to say") and hasSetTextAction()).performTextInput("Moving")
        compose.onNodeWithText("Delete for good").performScrollTo().performClick()
        compose.onNodeWithText("Keep my account").performScrollTo().performClick()
        assertEquals(
            listOf(
                SettingsEvent.RequestDeletion,
                SettingsEvent.ConfirmDeletion("1234", "Moving"),
                SettingsEvent.KeepAccount,
            ),
            events,
        )
    }

    @Test
    fun `language, sign-in and all pages of More are a tap away, with targets that are large enough`() {
        pictures.show(content = screen(SIGN_IN_AGAIN))
        compose.assertTargetsAreLarge()
        compose.onNodeWithText("Sign in again").performClick()
        compose.onNodeWithText("Change").performScrollTo().performClick()
        assertEquals(listOf(SettingsEvent.SignIn, SettingsEvent.OpenLanguage), events)
        val opened = mutableListOf<MorePage>()
        pictures.show { MoreScreen(BALANCE, 3, opened::add) }
        compose.assertTargetsAreLarge()
        compose.onNodeWithText("1,250 points").assertIsDisplayed()
        compose.onNodeWithText("3 unread messages").assertIsDisplayed()
        for (name in listOf("Balance", "History", "Inbox", "Settings")) compose.onNodeWithText(name).performClick()
        assertEquals(MorePage.entries.toList(), opened)
    }
}
