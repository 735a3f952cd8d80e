package app.pocketcard.ui

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.ColumnScope
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.imePadding
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.text.KeyboardOptions
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.Icon
import androidx.compose.material3.IconButton
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.autofill.ContentType
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.input.KeyboardType
import app.pocketcard.PendingStep
import app.pocketcard.Question
import app.pocketcard.RegistrationStep
import app.pocketcard.SessionView
import java.time.Instant

/** What a programme's sign-in is like, as far as the core cannot know. */
public data class SignInOptions(
    /** How many digits the one-time code has where the platform does not say so. */
    val codeDigits: Int = 6,
    /** Members have a password beside their number. */
    val hasPassword: Boolean = false,
    /** Somebody new can register in the app. */
    val canRegister: Boolean = true,
    /** The app has a page with the programme's terms to open. */
    val hasTerms: Boolean = false,
    /** The app can scan a plastic card. */
    val canScan: Boolean = false,
)

/** What a member does to sign in or register. */
public sealed interface SignInEvent {
    /** Hands in who they are: a phone number with its country, an e-mail address or a card number. */
    public data class SignIn(val login: String, val password: String?) : SignInEvent

    /** Begins a registration, or goes on with one. */
    public data class Register(val login: String, val password: String?) : SignInEvent

    /** Hands in the one-time code. */
    public data class ConfirmCode(val code: String) : SignInEvent

    /** Wants the code sent again. */
    public data object ResendCode : SignInEvent

    /** Lets go of the step, to begin anew. */
    public data object Leave : SignInEvent

    /** Does a thing that the registration asks for. */
    public data class Step(val step: RegistrationStep) : SignInEvent

    /** Has forgotten the password. */
    public data class ResetPassword(val login: String) : SignInEvent

    /** Sets a new one. */
    public data class NewPassword(val code: String, val password: String) : SignInEvent

    /** Wants to read the terms. */
    public data object OpenTerms : SignInEvent

    /** Wants to scan a plastic card; the app then does the [Step] to link it. */
    public data object ScanCard : SignInEvent
}

/**
 * The way in: the number, then the one-time code; or a registration, one thing a page, that can be left and resumed.
 *
 * @param failure why the last thing handed in was not taken.
 * @param isBusy the platform is being asked; nothing can be handed in meanwhile.
 * @param questions of the programme's questionnaire, where the registration asks for it.
 * @param scanned the number that a scanner of the app read from a plastic card, which is then in the field.
 */
@Composable
public fun SignInScreen(
    session: SessionView,
    onEvent: (SignInEvent) -> Unit,
    modifier: Modifier = Modifier,
    options: SignInOptions = SignInOptions(),
    failure: Failure? = null,
    isBusy: Boolean = false,
    questions: List<Question> = emptyList(),
    scanned: String = "",
) {
    val asked = Asked(options, failure, isBusy, onEvent, scanned)
    when (val step = session.step) {
        null -> {
            WhoPage(asked, modifier)
        }

        is PendingStep.SignInCode -> {
            CodePage(asked, step.login, options.codeDigits, step.sentAt, modifier)
        }

        is PendingStep.Registration -> {
            RegistrationPages(asked, step, questions, modifier)
        }

        is PendingStep.PasswordReset -> {
            NewPasswordPage(asked, step, modifier)
        }
    }
}

private val SessionView.step: PendingStep?
    get() = when (this) {
        is SessionView.SignedOut -> step
        is SessionView.SignInAgain -> step
        is SessionView.SignedIn -> null
    }

/** What all pages are given. */
internal data class Asked(
    val options: SignInOptions,
    val failure: Failure?,
    val isBusy: Boolean,
    val onEvent: (SignInEvent) -> Unit,
    val scanned: String,
)

/** One question to the member, with what answers it below. */
@Composable
internal fun Page(
    title: String,
    modifier: Modifier = Modifier,
    body: String? = null,
    content: @Composable ColumnScope.() -> Unit,
) {
    Column(
        modifier
            .fillMaxSize()
            .imePadding()
            .verticalScroll(rememberScrollState())
            .padding(STEP * 2),
        Arrangement.spacedBy(STEP * 2),
    ) {
        Text(title, Modifier.semantics { heading() }, style = MaterialTheme.typography.titleLarge)
        if (body != null) Text(body, style = MaterialTheme.typography.bodyLarge)
        content()
    }
}

/** Who it is. */
@Composable
private fun WhoPage(asked: Asked, modifier: Modifier = Modifier) {
    val region = locale().country
    var isPhone by rememberSaveable { mutableStateOf(true) }
    var phone by rememberSaveable { mutableStateOf("") }
    var other by rememberSaveable { mutableStateOf("") }
    var password by rememberSecret()
    val login = if (isPhone) phoneNumber(phone, region)?.toSend else other.trim().ifEmpty { null }
    val secret = password.takeIf { asked.options.hasPassword }
    val isComplete = login != null && (secret == null || secret.isNotEmpty()) && !asked.isBusy
    Page(text(R.string.sign_in_who), modifier) {
        if (isPhone) {
            PhoneField(phone, { phone = it }, region, asked.failure)
        } else {
            Field(
                other,
                { other = it },
                text(R.string.sign_in_other),
                keyboard = KeyboardOptions(keyboardType = KeyboardType.Email),
                content = ContentType.Username,
                failure = asked.failure,
            )
        }
        if (asked.options.hasPassword) PasswordField(password, { password = it }, text(R.string.sign_in_password))
        BusyButton(text(R.string.sign_in), asked.isBusy, isComplete) {
            asked.onEvent(SignInEvent.SignIn(login.orEmpty(), secret))
        }
        if (asked.options.canRegister) {
            Choice(text(R.string.sign_in_register), isComplete) {
                asked.onEvent(SignInEvent.Register(login.orEmpty(), secret))
            }
        }
        if (asked.options.hasPassword) {
            Choice(text(R.string.sign_in_forgot), login != null && !asked.isBusy) {
                asked.onEvent(SignInEvent.ResetPassword(login.orEmpty()))
            }
        }
        Choice(text(if (isPhone) R.string.sign_in_with_other else R.string.sign_in_with_phone)) { isPhone = !isPhone }
        if (asked.options.hasTerms) {
            Text(text(R.string.sign_in_terms), style = MaterialTheme.typography.bodySmall)
            Choice(text(R.string.sign_in_read_terms)) { asked.onEvent(SignInEvent.OpenTerms) }
        }
    }
}

/** A lesser thing to do on a page. */
@Composable
internal fun Choice(text: String, isEnabled: Boolean = true, onClick: () -> Unit) {
    TextButton(onClick, Modifier.fillMaxWidth().heightIn(min = TARGET), enabled = isEnabled) { Text(text) }
}

/** The one-time code that was sent [to] somewhere. */
@Composable
internal fun CodePage(asked: Asked, to: String, digits: Int, sentAt: Instant, modifier: Modifier = Modifier) {
    Page(text(R.string.code_title), modifier, text(R.string.code_sent_to, phoneNumber(to)?.toRead ?: to)) {
        CodeField(digits, sentAt, asked.failure, asked.isBusy) { asked.onEvent(SignInEvent.ConfirmCode(it)) }
        Resend(sentAt, asked.isBusy) { asked.onEvent(SignInEvent.ResendCode) }
        Choice(text(R.string.code_other)) { asked.onEvent(SignInEvent.Leave) }
    }
}

@Composable
private fun NewPasswordPage(asked: Asked, step: PendingStep.PasswordReset, modifier: Modifier = Modifier) {
    var code by rememberSaveable(step.code.sentAt) { mutableStateOf("") }
    var password by rememberSecret()
    Page(
        text(R.string.password_title),
        modifier,
        text(
            R.string.code_sent_to,
            phoneNumber(step.login)?.toRead ?: step.login,
        ),
    ) {
        Digits(code, { code = it }, asked.failure)
        PasswordField(password, { password = it }, text(R.string.password_new), ContentType.NewPassword)
        BusyButton(text(R.string.password_set), asked.isBusy, code.isNotEmpty() && password.isNotEmpty()) {
            asked.onEvent(SignInEvent.NewPassword(code, password))
        }
        Choice(text(R.string.code_other)) { asked.onEvent(SignInEvent.Leave) }
    }
}

@Composable
private fun PasswordField(
    value: String,
    onChange: (String) -> Unit,
    label: String,
    content: ContentType = ContentType.Password,
) {
    var isShown by rememberSaveable { mutableStateOf(false) }
    Field(
        value,
        onChange,
        label,
        keyboard = KeyboardOptions(keyboardType = KeyboardType.Password),
        content = content,
        isHidden = !isShown,
        trailing = {
            IconButton({ isShown = !isShown }, Modifier.heightIn(min = TARGET)) {
                Icon(
                    if (isShown) Icons.hide else Icons.show,
                    text(if (isShown) R.string.password_hide else R.string.password_show),
                )
            }
        },
    )
}
