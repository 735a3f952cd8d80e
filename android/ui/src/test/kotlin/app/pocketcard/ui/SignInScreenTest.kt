package app.pocketcard.ui

import androidx.compose.runtime.Composable
import androidx.compose.ui.autofill.ContentType
import androidx.compose.ui.semantics.SemanticsProperties
import androidx.compose.ui.test.SemanticsMatcher
import androidx.compose.ui.test.assertIsDisplayed
import androidx.compose.ui.test.assertIsEnabled
import androidx.compose.ui.test.assertIsNotEnabled
import androidx.compose.ui.test.hasSetTextAction
import androidx.compose.ui.test.hasText
import androidx.compose.ui.test.junit4.v2.createComposeRule
import androidx.compose.ui.test.onNodeWithContentDescription
import androidx.compose.ui.test.onNodeWithText
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performScrollTo
import androidx.compose.ui.test.performTextInput
import androidx.compose.ui.test.performTextReplacement
import app.pocketcard.Answer
import app.pocketcard.CodeSent
import app.pocketcard.PendingStep
import app.pocketcard.Question
import app.pocketcard.QuestionOption
import app.pocketcard.RegistrationAction
import app.pocketcard.RegistrationActionKind
import app.pocketcard.RegistrationStep
import app.pocketcard.RejectionKind
import app.pocketcard.SessionView
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import java.time.Duration
import kotlin.test.assertEquals

@RunWith(RobolectricTestRunner::class)
class SignInScreenTest {
    @get:Rule val compose = createComposeRule()

    private val pictures = Pictures(compose)
    private val events = mutableListOf<SignInEvent>()

    private fun screen(
        step: PendingStep? = null,
        options: SignInOptions = SignInOptions(hasTerms = true),
        failure: Failure? = null,
        isBusy: Boolean = false,
        questions: List<Question> = emptyList(),
    ): @Composable () -> Unit = {
        PocketcardFrame(Destination.CARD, "Sign in", null, {}, hasBack = true) {
            SignInScreen(
                SessionView.SignedOut(step),
                events::add,
                options = options,
                failure = failure,
                isBusy = isBusy,
                questions = questions,
            )
        }
    }

    private fun field(label: String) = compose.onNode(hasText(label) and hasSetTextAction())

    private val code = PendingStep.SignInCode("+491713920001", NOW - Duration.ofSeconds(8))

    private fun registration(vararg actions: RegistrationAction, phoneCode: CodeSent? = null) =
        PendingStep.Registration(actions.toList(), phoneCode, null)

    private fun asked(kind: RegistrationActionKind, required: Boolean = true, done: Boolean = false) =
        RegistrationAction(kind, required, done)

    private val questions = listOf(
        Question(
            1,
            7,
            "Where do you shop?",
            "Select",
            listOf(QuestionOption(11, "In town"), QuestionOption(12, "Online")),
        ),
        Question(
            2,
            null,
            "What do you cook?",
            "MultiSelect",
            listOf(QuestionOption(21, "Fish"), QuestionOption(22, "Greens")),
        ),
        Question(3, null, "Anything else?", "String", emptyList()),
    )

    private val refused = Failure.Refused("Wrong code. 2 tries left.", RejectionKind.WRONG_CODE)

    @Test
    fun `every state in every look`() {
        pictures.assertSame("signin", mapOf("who" to screen(), "code" to screen(code, failure = refused)))
        pictures.assertSame(
            "signin",
            mapOf(
                "busy" to screen(code, isBusy = true),
                "password" to screen(options = SignInOptions(hasPassword = true)),
                "blocked" to screen(failure = Failure.Refused("Blocked until 15:30.", RejectionKind.BLOCKED)),
                "newpassword" to
                    screen(PendingStep.PasswordReset("anna@example.com", CodeSent("anna@example.com", 6u, NOW))),
                "terms" to screen(registration(asked(RegistrationActionKind.AcceptTerms))),
                "questions" to
                    screen(registration(asked(RegistrationActionKind.Questions, false)), questions = questions),
                "link" to
                    screen(
                        registration(asked(RegistrationActionKind.AttachCard, false)),
                        SignInOptions(canScan = true),
                    ),
                "finish" to screen(registration(asked(RegistrationActionKind.AcceptTerms, done = true))),
            ),
            listOf(Look.LIGHT),
        )
    }

    @Test
    fun `a number of the phone's country is handed in with its code`() {
        pictures.show(Look.GERMAN, content = screen())
        compose.onNodeWithText("Anmelden").assertIsNotEnabled()
        field("Telefonnummer").performTextInput("0171 3920001")
        compose.onNodeWithText("+49 171 3920001").assertIsDisplayed()
        compose.onNodeWithText("Anmelden").performClick()
        assertEquals(listOf<SignInEvent>(SignInEvent.SignIn("+491713920001", null)), events)
    }

    @Test
    fun `a number of another country, or an address, is taken as well`() {
        pictures.show(content = screen(options = SignInOptions(hasPassword = true)))
        field("Phone number").performTextReplacement("+49 171 3920001")
        field("Password").performTextInput("secret")
        compose.onNodeWithText("Sign in", useUnmergedTree = false)
        compose.onNode(hasText("Sign in") and isEnabledButton()).performScrollTo().performClick()
        compose.onNodeWithText("Use an e-mail address or card number").performScrollTo().performClick()
        field("E-mail address or card number").performTextInput("anna@example.com")
        compose.onNodeWithText("I forgot my password").performScrollTo().performClick()
        compose.onNodeWithText("I am new here").performScrollTo().performClick()
        assertEquals(
            listOf(
                SignInEvent.SignIn("+491713920001", "secret"),
                SignInEvent.ResetPassword("anna@example.com"),
                SignInEvent.Register("anna@example.com", "secret"),
            ),
            events,
        )
    }

    private fun isEnabledButton() = SemanticsMatcher.keyNotDefined(SemanticsProperties.Disabled) and
        SemanticsMatcher.keyNotDefined(SemanticsProperties.Heading)

    @Test
    fun `the code may be pasted with whatever is around it, and is handed in by itself once`() {
        pictures.show(content = screen(code))
        compose
            .onNode(SemanticsMatcher.expectValue(SemanticsProperties.ContentType, ContentType.SmsOtpCode))
            .performTextInput("Your code: 204-813")
        compose.waitForIdle()
        assertEquals(listOf<SignInEvent>(SignInEvent.ConfirmCode("204813")), events)
    }

    @Test
    fun `a wrong code says how many tries are left, and is handed in again when it was changed`() {
        pictures.show(content = screen(code, failure = refused))
        compose.onNodeWithText("Wrong code. 2 tries left.").assertIsDisplayed()
        field("Code").performTextInput("204813")
        field("Code").performTextReplacement("20481")
        field("Code").performTextReplacement("204814")
        assertEquals(listOf("204813", "204814"), events.map { (it as SignInEvent.ConfirmCode).code })
    }

    @Test
    fun `the code is sent again when it had time to arrive`() {
        val clock = MovedClock()
        pictures.show(clock = clock, content = screen(code))
        compose.onNodeWithText("Send again in 22 s").assertIsNotEnabled()
        clock.now += Duration.ofSeconds(22)
        compose.mainClock.advanceTimeBy(22_000)
        compose.onNodeWithText("Send the code again").assertIsEnabled().performClick()
        compose.onNodeWithText("That is not me").performClick()
        assertEquals(listOf(SignInEvent.ResendCode, SignInEvent.Leave), events)
    }

    @Test
    fun `a registration asks for one thing at a time, from where it was left`() {
        val terms = asked(RegistrationActionKind.AcceptTerms, done = true)
        val phone = asked(RegistrationActionKind.ChangePhone)
        pictures.show(Look.GERMAN, content = screen(registration(terms, phone)))
        compose.onNodeWithText("Schritt 2 von 2").assertIsDisplayed()
        field("Telefonnummer").performTextInput("171 3920001")
        compose.onNodeWithText("Weiter").performClick()
        val sent = CodeSent("+491713920001", 4u, NOW)
        pictures.show(Look.GERMAN, content = screen(registration(terms, phone, phoneCode = sent)))
        compose.onNodeWithText("4 Ziffern").assertIsDisplayed()
        field("Code").performTextInput("1234")
        assertEquals(
            listOf(SignInEvent.Step(RegistrationStep.Phone("+491713920001")), SignInEvent.ConfirmCode("1234")),
            events,
        )
    }

    @Test
    fun `what is not required can be passed over, and the registration finished`() {
        pictures.show(content = screen(registration(asked(RegistrationActionKind.ChangeEmail, required = false))))
        compose.onNodeWithText("Next").assertIsNotEnabled()
        compose.onNodeWithText("Not now").performClick()
        compose.onNodeWithText("Finish").performClick()
        assertEquals(listOf<SignInEvent>(SignInEvent.Step(RegistrationStep.Finish)), events)
    }

    @Test
    fun `why a registration cannot be finished is said`() {
        val done = registration(asked(RegistrationActionKind.AcceptTerms, done = true))
        pictures.show(content = screen(done, failure = Failure.Offline))
        compose.onNodeWithText("No connection", substring = true).assertIsDisplayed()
        compose.onNodeWithText("Finish").assertIsDisplayed()
    }

    @Test
    fun `terms are read and accepted, what is required cannot be passed over`() {
        pictures.show(content = screen(registration(asked(RegistrationActionKind.AcceptTerms))))
        compose.onNodeWithText("Not now").assertDoesNotExist()
        compose.onNodeWithText("Read the terms").performClick()
        compose.onNodeWithText("I accept").performClick()
        assertEquals(listOf(SignInEvent.OpenTerms, SignInEvent.Step(RegistrationStep.AcceptTerms)), events)
    }

    @Test
    fun `questions are answered by choosing and writing`() {
        val step = registration(asked(RegistrationActionKind.Questions))
        pictures.show(content = screen(step, questions = questions))
        compose.onNodeWithText("In town").performScrollTo().performClick()
        compose.onNodeWithText("Online").performScrollTo().performClick()
        compose.onNodeWithText("Fish").performScrollTo().performClick()
        compose.onNodeWithText("Greens").performScrollTo().performClick()
        field("Your answer").performScrollTo().performTextInput("No")
        compose.onNodeWithText("Next").performScrollTo().performClick()
        val answers = listOf(
            Answer(1, 7, null, listOf(12)),
            Answer(2, null, null, listOf(21, 22)),
            Answer(3, null, "No", emptyList()),
        )
        assertEquals(listOf<SignInEvent>(SignInEvent.Step(RegistrationStep.Answers(answers))), events)
    }

    @Test
    fun `a plastic card is linked by its number, or scanned`() {
        val step = registration(asked(RegistrationActionKind.AttachCard))
        pictures.show(content = screen(step, SignInOptions(canScan = true)))
        compose.onNodeWithText("Scan the card").performClick()
        field("Card number").performTextInput("2987 6543 2109 8765")
        compose.onNode(hasText("Link a plastic card") and isEnabledButton()).performClick()
        assertEquals(
            listOf(SignInEvent.ScanCard, SignInEvent.Step(RegistrationStep.LinkCard(NUMBER, null))),
            events,
        )
    }

    @Test
    fun `a member who is signed in links a card that was scanned`() {
        val links = mutableListOf<LinkCardEvent>()
        pictures.show { LinkCardScreen(links::add, scanned = NUMBER) }
        field("PIN of the card").performTextInput("77")
        compose.onNode(hasText("Link a plastic card") and isEnabledButton()).performClick()
        assertEquals(listOf<LinkCardEvent>(LinkCardEvent.Link(NUMBER, "77")), links)
    }

    @Test
    fun `a new password is set with its code, and can be looked at`() {
        val step = PendingStep.PasswordReset("anna@example.com", CodeSent("anna@example.com", 6u, NOW))
        pictures.show(content = screen(step))
        field("Code").performTextInput("204813")
        compose.onNodeWithContentDescription("Show password").performClick()
        field("New password").performTextInput("fresh")
        compose.onNodeWithText("Set and sign in").performClick()
        assertEquals(listOf<SignInEvent>(SignInEvent.NewPassword("204813", "fresh")), events)
    }

    @Test
    fun `every target is large enough`() {
        val steps = listOf(null, code, registration(asked(RegistrationActionKind.Questions)))
        for (look in listOf(Look.LIGHT, Look.LARGE)) {
            for (step in steps) {
                pictures.show(look, content = screen(step, SignInOptions(hasPassword = true), questions = questions))
                compose.assertTargetsAreLarge()
            }
        }
    }
}
