package app.pocketcard.ui

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.ColumnScope
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.selection.toggleable
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.AlertDialog
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.OutlinedButton
import androidx.compose.material3.Switch
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.semantics
import app.pocketcard.CodeSent
import app.pocketcard.Consent
import app.pocketcard.ConsentChannel
import app.pocketcard.ConsentWay
import app.pocketcard.ConsentsView
import app.pocketcard.Freshness
import app.pocketcard.OutboxView
import app.pocketcard.SessionView
import app.pocketcard.StaleReason

/** What the app and the phone are, as settings show it. */
public data class About(
    /** The app's version, as `4.10.1`. */
    val version: String,
    /** The phone and its system, as `Pixel 9, Android 16`. */
    val device: String,
    /** The app's language in its own words, as `Deutsch`. */
    val language: String,
)

/** What a member does in the settings. */
public sealed interface SettingsEvent {
    /** Grants or withdraws a consent. */
    public data class SetConsent(val kind: Long, val way: ConsentWay, val granted: Boolean) : SettingsEvent

    /** Wants another language. */
    public data object OpenLanguage : SettingsEvent

    /** Wants to sign in. */
    public data object SignIn : SettingsEvent

    /** Has read what goes, and signs out. */
    public data object SignOut : SettingsEvent

    /** Has read what is lost, and wants the code that deletes the account. */
    public data object RequestDeletion : SettingsEvent

    /** Deletes the account. */
    public data class ConfirmDeletion(val code: String, val reason: String?) : SettingsEvent

    /** Keeps the account after all. */
    public data object KeepAccount : SettingsEvent

    /** Wants the platform asked anew. */
    public data object Refresh : SettingsEvent
}

/**
 * Who is signed in, what the programme may write about, language and versions, what waits to be sent; signing out, and
 * leaving for good in two steps.
 *
 * @param changing the consents that the platform is being told of.
 * @param isBusy the platform is being asked about the account.
 */
@Composable
public fun SettingsScreen(
    session: SessionView,
    consents: ConsentsView,
    outbox: OutboxView,
    about: About,
    onEvent: (SettingsEvent) -> Unit,
    modifier: Modifier = Modifier,
    changing: Set<Pair<Long, ConsentWay>> = emptySet(),
    failure: Failure? = null,
    isBusy: Boolean = false,
) {
    val code = (session as? SessionView.SignedIn)?.deletionCode
    if (code != null) {
        DeletePage(code, failure, isBusy, onEvent, modifier)
        return
    }
    Column(
        modifier.fillMaxSize().verticalScroll(rememberScrollState()).padding(STEP * 2),
        Arrangement.spacedBy(STEP * 3),
    ) {
        Who(session, onEvent)
        if (session !is SessionView.SignedOut) Consents(consents, changing, onEvent)
        Group(text(R.string.settings_language)) {
            Row(verticalAlignment = Alignment.CenterVertically) {
                Text(about.language, Modifier.weight(1f))
                TextButton({ onEvent(SettingsEvent.OpenLanguage) }, Modifier.heightIn(min = TARGET)) {
                    Text(text(R.string.settings_change))
                }
            }
        }
        Group(text(R.string.settings_waiting)) { Waiting(outbox) }
        Group(text(R.string.settings_about)) {
            Text(text(R.string.settings_version, about.version))
            Quiet(about.device)
        }
        if (session !is SessionView.SignedOut) {
            SignOut(outbox, isBusy, onEvent)
            if (session is SessionView.SignedIn) Delete(isBusy, onEvent)
        }
    }
}

@Composable
private fun Group(title: String, content: @Composable ColumnScope.() -> Unit) {
    Column(verticalArrangement = Arrangement.spacedBy(STEP / 2)) {
        Text(
            title,
            Modifier.semantics { heading() },
            color = MaterialTheme.colorScheme.primary,
            style = MaterialTheme.typography.titleSmall,
        )
        content()
    }
}

@Composable
private fun Who(session: SessionView, onEvent: (SettingsEvent) -> Unit) {
    val member = when (session) {
        is SessionView.SignedIn -> session.member
        is SessionView.SignInAgain -> session.member
        is SessionView.SignedOut -> null
    }
    Group(text(R.string.settings_account)) {
        val name = listOfNotNull(member?.firstName, member?.lastName).joinToString(" ")
        if (name.isNotEmpty()) Text(name, style = MaterialTheme.typography.titleLarge)
        listOfNotNull(member?.phone, member?.email).forEach { Quiet(it, isLeftToRight = true) }
        if (session is SessionView.SignInAgain) Text(text(R.string.card_sign_in_again))
        if (session is SessionView.SignedOut) Text(text(R.string.signed_out_body))
        if (session !is SessionView.SignedIn) {
            val again = session is SessionView.SignInAgain
            MainButton(text(if (again) R.string.sign_in_again else R.string.sign_in), { onEvent(SettingsEvent.SignIn) })
        }
    }
}

@Composable
private fun Consents(consents: ConsentsView, changing: Set<Pair<Long, ConsentWay>>, onEvent: (SettingsEvent) -> Unit) {
    val freshness = consents.freshness
    if (freshness is Freshness.Unknown && freshness.reason == StaleReason.NOT_SUPPORTED) return
    Group(text(R.string.settings_consents)) {
        Quiet(text(R.string.settings_consents_what))
        when {
            freshness is Freshness.Unknown && freshness.reason == StaleReason.NOT_ASKED -> {
                PlaceholderShape(Modifier.fillMaxWidth().heightIn(min = TARGET))
            }

            freshness is Freshness.Unknown -> {
                val isOffline = freshness.reason == StaleReason.OFFLINE
                Text(text(if (isOffline) R.string.failed_offline_body else R.string.failed_body))
                TextButton({ onEvent(SettingsEvent.Refresh) }, Modifier.heightIn(min = TARGET)) {
                    Text(text(R.string.try_again))
                }
            }

            consents.consents.isEmpty() -> {
                Text(text(R.string.settings_consents_none))
            }

            else -> {
                for (consent in consents.consents) ConsentRows(consent, changing, onEvent)
            }
        }
    }
}

@Composable
private fun ConsentRows(consent: Consent, changing: Set<Pair<Long, ConsentWay>>, onEvent: (SettingsEvent) -> Unit) {
    Column {
        Text(consent.title, Modifier.padding(top = STEP), style = MaterialTheme.typography.titleMedium)
        for (channel in consent.channels) {
            val isChanging = (consent.kind to channel.way) in changing
            ConsentRow(channel, isChanging) { granted ->
                onEvent(SettingsEvent.SetConsent(consent.kind, channel.way, granted))
            }
        }
    }
}

@Composable
private fun ConsentRow(channel: ConsentChannel, isChanging: Boolean, onChange: (Boolean) -> Unit) {
    val isOpen = !channel.readOnly && !isChanging
    Row(
        Modifier
            .fillMaxWidth()
            .toggleable(channel.granted, enabled = isOpen, role = Role.Switch, onValueChange = onChange)
            .heightIn(min = TARGET),
        Arrangement.spacedBy(STEP),
        Alignment.CenterVertically,
    ) {
        val (name, what) = when (val way = channel.way) {
            ConsentWay.Sms -> text(R.string.way_sms) to text(R.string.way_sms_what)
            ConsentWay.Email -> text(R.string.way_email) to text(R.string.way_email_what)
            ConsentWay.Push -> text(R.string.way_push) to text(R.string.way_push_what)
            is ConsentWay.Other -> way.name to null
        }
        Column(Modifier.weight(1f)) {
            Text(name)
            when {
                isChanging -> Quiet(text(R.string.one_moment))
                channel.readOnly -> Quiet(text(R.string.settings_read_only))
                what != null -> Quiet(what)
            }
        }
        Switch(channel.granted, onCheckedChange = null, enabled = isOpen)
    }
}

/** The outbox, in words. */
@Composable
private fun ColumnScope.Waiting(outbox: OutboxView) {
    val waiting = outbox.waiting
    if (waiting == 0) {
        Text(text(R.string.waiting_nothing))
        return
    }
    if (outbox.queued > 0u) {
        Text(plural(R.plurals.waiting_events, outbox.queued.toInt(), outbox.queued.toInt()))
        outbox.oldest?.let { Quiet(text(R.string.waiting_since, words().moment(it))) }
    }
    if (outbox.acts > 0u) Text(plural(R.plurals.waiting_acts, outbox.acts.toInt(), outbox.acts.toInt()))
    if (outbox.receipts > 0u) {
        Text(plural(R.plurals.waiting_receipts, outbox.receipts.toInt(), outbox.receipts.toInt()))
    }
    Quiet(text(R.string.waiting_why))
}

private val OutboxView.waiting: Int get() = (queued + acts + receipts).toInt()

@Composable
private fun SignOut(outbox: OutboxView, isBusy: Boolean, onEvent: (SettingsEvent) -> Unit) {
    var isAsked by rememberSaveable { mutableStateOf(false) }
    OutlinedButton({ isAsked = true }, Modifier.fillMaxWidth().heightIn(min = TARGET), enabled = !isBusy) {
        Text(text(R.string.sign_out))
    }
    if (!isAsked) return
    val waiting = outbox.waiting
    Question(
        title = text(R.string.sign_out_title),
        body = listOfNotNull(
            text(R.string.sign_out_what),
            if (waiting > 0) plural(R.plurals.sign_out_waiting, waiting, waiting) else null,
        ).joinToString("\n\n"),
        yes = text(R.string.sign_out),
        onNo = { isAsked = false },
    ) {
        isAsked = false
        onEvent(SettingsEvent.SignOut)
    }
}

@Composable
private fun Delete(isBusy: Boolean, onEvent: (SettingsEvent) -> Unit) {
    var isAsked by rememberSaveable { mutableStateOf(false) }
    TextButton({ isAsked = true }, Modifier.fillMaxWidth().heightIn(min = TARGET), enabled = !isBusy) {
        Text(text(R.string.delete), color = MaterialTheme.colorScheme.error)
    }
    if (!isAsked) return
    Question(
        title = text(R.string.delete_title),
        body = text(R.string.delete_what) + "\n\n" + text(R.string.delete_how),
        yes = text(R.string.delete_send_code),
        onNo = { isAsked = false },
    ) {
        isAsked = false
        onEvent(SettingsEvent.RequestDeletion)
    }
}

/** Asks before something is done that cannot be taken back. */
@Composable
internal fun Question(title: String, body: String, yes: String, onNo: () -> Unit, onYes: () -> Unit) {
    AlertDialog(
        onDismissRequest = onNo,
        confirmButton = { TextButton(onYes, Modifier.heightIn(min = TARGET)) { Text(yes) } },
        dismissButton = { TextButton(onNo, Modifier.heightIn(min = TARGET)) { Text(text(R.string.cancel)) } },
        title = { Text(title) },
        text = { Text(body, Modifier.verticalScroll(rememberScrollState())) },
    )
}

/** The second step of leaving: the code, and why, where the member wants to say so. */
@Composable
private fun DeletePage(
    sent: CodeSent,
    failure: Failure?,
    isBusy: Boolean,
    onEvent: (SettingsEvent) -> Unit,
    modifier: Modifier = Modifier,
) {
    var code by rememberSaveable(sent.sentAt) { mutableStateOf("") }
    var reason by rememberSaveable { mutableStateOf("") }
    Page(text(R.string.delete_title), modifier, text(R.string.delete_what)) {
        Text(text(R.string.code_sent_to, phoneNumber(sent.to)?.toRead ?: sent.to))
        Digits(code, { code = it }, failure)
        Field(reason, { reason = it }, text(R.string.delete_reason))
        BusyButton(text(R.string.delete_now), isBusy, code.length >= (sent.length?.toInt() ?: 1)) {
            onEvent(SettingsEvent.ConfirmDeletion(code, reason.trim().ifEmpty { null }))
        }
        Choice(text(R.string.delete_keep), !isBusy) { onEvent(SettingsEvent.KeepAccount) }
    }
}
