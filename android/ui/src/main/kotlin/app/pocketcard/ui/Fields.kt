package app.pocketcard.ui

import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.selection.selectable
import androidx.compose.foundation.text.KeyboardOptions
import androidx.compose.material3.Icon
import androidx.compose.material3.IconButton
import androidx.compose.material3.LocalTextStyle
import androidx.compose.material3.OutlinedTextField
import androidx.compose.material3.RadioButton
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.runtime.MutableState
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.autofill.ContentType
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.contentType
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.input.ImeAction
import androidx.compose.ui.text.input.KeyboardType
import androidx.compose.ui.text.input.PasswordVisualTransformation
import androidx.compose.ui.text.input.VisualTransformation
import androidx.compose.ui.text.style.TextDirection
import com.google.i18n.phonenumbers.NumberParseException
import com.google.i18n.phonenumbers.PhoneNumberUtil
import com.google.i18n.phonenumbers.PhoneNumberUtil.PhoneNumberFormat
import java.time.Duration
import java.time.Instant

/** A line to write in. What is wrong with what was handed in stands below it. */
@Composable
internal fun Field(
    value: String,
    onChange: (String) -> Unit,
    label: String,
    modifier: Modifier = Modifier,
    keyboard: KeyboardOptions = KeyboardOptions.Default,
    content: ContentType? = null,
    hint: String? = null,
    failure: Failure? = null,
    isHidden: Boolean = false,
    isDigits: Boolean = false,
    before: String? = null,
    trailing: @Composable (() -> Unit)? = null,
) {
    val below = failure?.let { words(it) } ?: hint
    OutlinedTextField(
        value,
        onChange,
        modifier.fillMaxWidth().semantics { if (content != null) contentType = content },
        textStyle = LocalTextStyle.current.let {
            // Numbers are read from the left also where texts are read from the right.
            if (isDigits) it.copy(textDirection = TextDirection.Ltr) else it
        },
        label = { Text(label) },
        prefix = before?.let { { Text(it, Modifier.padding(end = STEP)) } },
        trailingIcon = trailing,
        supportingText = below?.let { { Text(it) } },
        isError = failure != null,
        visualTransformation = if (isHidden) PasswordVisualTransformation() else VisualTransformation.None,
        keyboardOptions = keyboard,
        singleLine = true,
    )
}

/** What the member looks for in a list, with a way to clear it. */
@Composable
internal fun SearchField(search: String, onSearch: (String) -> Unit, modifier: Modifier = Modifier) {
    Field(
        search,
        onSearch,
        text(R.string.search),
        modifier.padding(horizontal = STEP * 2),
        keyboard = KeyboardOptions(imeAction = ImeAction.Done),
        trailing = {
            if (search.isEmpty()) {
                Icon(Icons.search, contentDescription = null)
            } else {
                IconButton({ onSearch("") }, Modifier.size(TARGET)) { Icon(Icons.close, text(R.string.search_clear)) }
            }
        },
    )
}

/** One of several answers, of which one can be chosen. */
@Composable
internal fun OneOption(name: String, isChosen: Boolean, onChoose: () -> Unit) {
    Row(
        Modifier
            .fillMaxWidth()
            .heightIn(min = TARGET)
            .selectable(isChosen, role = Role.RadioButton, onClick = onChoose),
        verticalAlignment = Alignment.CenterVertically,
    ) {
        RadioButton(isChosen, onClick = null)
        Text(name, Modifier.padding(start = STEP))
    }
}

/** What is typed and belongs into no saved state: where the system ended the app meanwhile, it is typed again. */
@Composable
internal fun rememberSecret(): MutableState<String> = remember { mutableStateOf("") }

/** A phone number as it is typed, and below it as it is read in its country. */
@Composable
internal fun PhoneField(value: String, onChange: (String) -> Unit, region: String, failure: Failure?) {
    Field(
        value,
        onChange,
        text(R.string.phone),
        keyboard = KeyboardOptions(keyboardType = KeyboardType.Phone),
        content = ContentType.PhoneNumber,
        hint = phoneNumber(value, region)?.toRead,
        failure = failure,
        isDigits = true,
        before = callingCode(region).takeUnless { value.startsWith('+') },
    )
}

/** A phone number that there can be. */
internal data class PhoneNumber(
    /** As `+491713920001`. */
    val toSend: String,
    /** As `+49 171 3920001`. */
    val toRead: String,
)

/** What was typed as a phone number, in [region] unless it says otherwise; null where there is no such number. */
internal fun phoneNumber(typed: String, region: String = ""): PhoneNumber? {
    val numbers = PhoneNumberUtil.getInstance()
    val number = try {
        numbers.parse(typed, region)
    } catch (_: NumberParseException) {
        return null
    }
    if (!numbers.isPossibleNumber(number)) return null
    return PhoneNumber(
        numbers.format(number, PhoneNumberFormat.E164),
        numbers.format(number, PhoneNumberFormat.INTERNATIONAL),
    )
}

/** The first phone number in what somebody wrote, as `+491713920001`; null where there is none. */
internal fun numberIn(written: String, region: String): String? {
    val numbers = PhoneNumberUtil.getInstance()
    val first = numbers.findNumbers(written, region).firstOrNull() ?: return null
    return numbers.format(first.number(), PhoneNumberFormat.E164)
}

/** What numbers of [region] begin with when called from elsewhere, as `+49`; null where that is not known. */
internal fun callingCode(region: String): String? =
    PhoneNumberUtil.getInstance().getCountryCodeForRegion(region).takeIf { it != 0 }?.let { "+$it" }

/** A one-time code, pasted, filled in by the phone or typed; handed in by itself when it is complete. */
@Composable
internal fun CodeField(digits: Int, sentAt: Instant, failure: Failure?, isBusy: Boolean, onFull: (String) -> Unit) {
    var code by rememberSaveable(sentAt) { mutableStateOf("") }
    Digits(
        code,
        { typed ->
            val isNew = typed != code
            code = typed.take(digits)
            if (isNew && code.length == digits && !isBusy) onFull(code)
        },
        failure,
        hint = if (isBusy) text(R.string.one_moment) else plural(R.plurals.code_digits, digits, digits),
    )
}

/** A line for digits, of whatever script; all else that is pasted is left out. */
@Composable
internal fun Digits(value: String, onChange: (String) -> Unit, failure: Failure?, hint: String? = null) {
    Field(
        value,
        { typed -> onChange(typed.mapNotNull { it.digitToIntOrNull() }.joinToString("")) },
        text(R.string.code),
        keyboard = KeyboardOptions(keyboardType = KeyboardType.Number),
        content = ContentType.SmsOtpCode,
        hint = hint,
        failure = failure,
        isDigits = true,
    )
}

/** Has the code sent again, once there was time for it to arrive. */
@Composable
internal fun Resend(sentAt: Instant, isBusy: Boolean, onResend: () -> Unit) {
    val left by secondsUntil(sentAt + TIME_TO_ARRIVE)
    TextButton(
        onResend,
        Modifier.fillMaxWidth().heightIn(min = TARGET),
        enabled = left == 0L && !isBusy,
    ) {
        Text(
            if (left == 0L) {
                text(R.string.code_resend)
            } else {
                plural(R.plurals.code_resend_in, left.toInt(), left.toInt())
            },
        )
    }
}

private val TIME_TO_ARRIVE = Duration.ofSeconds(30)

/** The one thing to do on a page, which says so while the platform is asked. */
@Composable
internal fun BusyButton(text: String, isBusy: Boolean, isEnabled: Boolean, onClick: () -> Unit) {
    MainButton(
        if (isBusy) text(R.string.one_moment) else text,
        onClick,
        Modifier.fillMaxWidth(),
        enabled = isEnabled && !isBusy,
    )
}
