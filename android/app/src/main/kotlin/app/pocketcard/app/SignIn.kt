package app.pocketcard.app

import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.lifecycle.compose.collectAsStateWithLifecycle
import app.pocketcard.PendingStep
import app.pocketcard.Pocketcard
import app.pocketcard.Question
import app.pocketcard.RegistrationActionKind
import app.pocketcard.SessionView
import app.pocketcard.ui.Failure
import app.pocketcard.ui.SignInEvent
import app.pocketcard.ui.SignInOptions
import app.pocketcard.ui.SignInScreen

/** The way in. Gone from as soon as the member is signed in. */
@Composable
internal fun SignIn(core: Pocketcard, model: MemberModel, canScan: Boolean) {
    val session by core.session.collectAsStateWithLifecycle()
    val isSignedIn = session is SessionView.SignedIn
    LaunchedEffect(isSignedIn) { if (isSignedIn) model.leave(Place.SignIn) }
    val terms = text(R.string.brand_terms)
    val device = device()
    SignInScreen(
        session,
        onEvent = { event ->
            when (event) {
                is SignInEvent.SignIn -> model.ask { core.signIn(event.login, event.password) }
                is SignInEvent.Register -> model.ask { core.register(event.login, event.password) }
                is SignInEvent.ConfirmCode -> model.ask { core.confirmCode(event.code) }
                SignInEvent.ResendCode -> model.ask { core.resendCode() }
                SignInEvent.Leave -> model.ask { core.leaveStep() }
                is SignInEvent.Step -> model.ask { core.registrationStep(event.step) }
                is SignInEvent.ResetPassword -> model.ask { core.resetPassword(event.login) }
                is SignInEvent.NewPassword -> model.ask { core.setNewPassword(event.code, event.password) }
                SignInEvent.OpenTerms -> if (!device.opensPage(terms)) model.fail(Failure.NoApp)
                SignInEvent.ScanCard -> model.open(Place.ScanCard)
            }
        },
        options = options(hasTerms = terms.isNotEmpty(), canScan),
        failure = model.failure,
        isBusy = model.isBusy,
        questions = questions(core, model, session),
        scanned = model.scanned,
    )
}

/** What the operator says of the programme's sign-in. */
@Composable
private fun options(hasTerms: Boolean, canScan: Boolean) = SignInOptions(
    codeDigits = number(R.integer.brand_code_digits),
    hasPassword = flag(R.bool.brand_has_passwords),
    canRegister = flag(R.bool.brand_takes_new_members),
    hasTerms = hasTerms,
    canScan = canScan,
)

/** Of the programme's questionnaire, once the registration asks for it; asked for again by a pull. */
@Composable
private fun questions(core: Pocketcard, model: MemberModel, session: SessionView): List<Question> {
    val isAsked = session.registration?.actions.orEmpty().any {
        it.kind == RegistrationActionKind.Questions && !it.done
    }
    var questions by remember { mutableStateOf(emptyList<Question>()) }
    LaunchedEffect(core, isAsked, model.isRefreshing) {
        if (isAsked && !model.isRefreshing) model.attempt { questions = core.questions() }
    }
    return questions
}

private val SessionView.registration: PendingStep.Registration?
    get() =
        when (this) {
            is SessionView.SignedOut -> step
            is SessionView.SignInAgain -> step
            is SessionView.SignedIn -> null
        } as? PendingStep.Registration
