package app.pocketcard.ui

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.text.KeyboardOptions
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.key
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.LiveRegionMode
import androidx.compose.ui.semantics.liveRegion
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.input.KeyboardType

/** What a member does to link a plastic card. */
public sealed interface LinkCardEvent {
    /** Hands in the number, and the password where one is printed on the card. */
    public data class Link(val number: String, val password: String?) : LinkCardEvent

    /** Wants to scan the card. */
    public data object Scan : LinkCardEvent
}

/**
 * Links a plastic card to a member who is signed in, by the number printed on it.
 *
 * @param scanned the number that a scanner of the app read, which is then in the field.
 * @param canScan the app can scan a plastic card.
 */
@Composable
public fun LinkCardScreen(
    onEvent: (LinkCardEvent) -> Unit,
    modifier: Modifier = Modifier,
    failure: Failure? = null,
    isBusy: Boolean = false,
    scanned: String = "",
    canScan: Boolean = false,
) {
    Page(text(R.string.card_link), modifier, text(R.string.register_link_body)) {
        LinkCardFields(failure, isBusy, canScan, { onEvent(LinkCardEvent.Scan) }, scanned) { number, password ->
            onEvent(LinkCardEvent.Link(number, password))
        }
    }
}

@Composable
internal fun LinkCardFields(
    failure: Failure?,
    isBusy: Boolean,
    canScan: Boolean,
    onScan: () -> Unit,
    scanned: String = "",
    onLink: (String, String?) -> Unit,
) {
    // What is scanned later takes the place of what was typed, also where the screen was left for it.
    var number by key(scanned) { rememberSaveable { mutableStateOf(scanned) } }
    var password by rememberSecret()
    Column(verticalArrangement = Arrangement.spacedBy(STEP)) {
        Field(
            number,
            { number = it },
            text(R.string.card_number),
            keyboard = KeyboardOptions(keyboardType = KeyboardType.Number),
            failure = failure,
            isDigits = true,
        )
        if (scanned.isNotEmpty() && number == scanned) {
            Quiet(text(R.string.card_scanned), Modifier.semantics { liveRegion = LiveRegionMode.Polite })
        }
        Field(password, { password = it }, text(R.string.card_password), hint = text(R.string.card_password_hint))
        BusyButton(text(R.string.card_link), isBusy, number.isNotBlank()) {
            onLink(number.filterNot { it.isWhitespace() }, password.trim().ifEmpty { null })
        }
        if (canScan) Choice(text(R.string.card_scan), !isBusy, onScan)
    }
}
