package app.pocketcard.ui

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.text.selection.SelectionContainer
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.getValue
import androidx.compose.runtime.rememberUpdatedState
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import app.pocketcard.Freshness
import app.pocketcard.Message

/** What a member does with a message, and what the screen tells the app of itself. */
public sealed interface MessageEvent {
    /** An unread message came on screen: it is read from now on. */
    public data class Read(val message: String) : MessageEvent

    /** Wants to see all messages: this one is gone. */
    public data object OpenInbox : MessageEvent

    /** Wants to sign in. */
    public data object SignIn : MessageEvent

    /** Wants the platform asked anew. */
    public data object Refresh : MessageEvent
}

/**
 * One message to the member. Opening it marks it as read, however the member came to it.
 *
 * @param message null where there is no such message: it was taken back, or is not on this phone.
 * @param freshness of the inbox, for a message that this phone does not know yet.
 * @param image draws the picture at a URL.
 */
@Composable
public fun MessageScreen(
    message: Message?,
    freshness: Freshness,
    isSignedIn: Boolean,
    onEvent: (MessageEvent) -> Unit,
    modifier: Modifier = Modifier,
    image: @Composable (url: String, modifier: Modifier) -> Unit = { _, _ -> },
) {
    if (message != null) {
        KnownMessage(message, onEvent, image, modifier)
        return
    }
    WhatIsKnown(
        freshness,
        isSignedIn,
        { onEvent(MessageEvent.Refresh) },
        { onEvent(MessageEvent.SignIn) },
        modifier,
        { Placeholders(heights = listOf(88.dp, 152.dp)) },
    ) {
        Notice(
            icon = Icons.inbox,
            title = text(R.string.message_gone),
            body = text(R.string.message_gone_body),
            action = text(R.string.message_show_all),
            onAction = { onEvent(MessageEvent.OpenInbox) },
        )
    }
}

@Composable
private fun KnownMessage(
    message: Message,
    onEvent: (MessageEvent) -> Unit,
    image: @Composable (url: String, modifier: Modifier) -> Unit,
    modifier: Modifier = Modifier,
) {
    val tell by rememberUpdatedState(onEvent)
    LaunchedEffect(message.id, message.read) { if (!message.read) tell(MessageEvent.Read(message.id)) }
    Column(
        modifier.fillMaxSize().verticalScroll(rememberScrollState()).padding(STEP * 2),
        Arrangement.spacedBy(STEP * 2),
    ) {
        message.imageUrl?.let { PagePicture(it, Icons.inbox, image) }
        Column(verticalArrangement = Arrangement.spacedBy(STEP / 2)) {
            Text(
                message.title,
                Modifier.semantics { heading() },
                style = MaterialTheme.typography.titleLarge,
            )
            Quiet(words().moment(message.at))
        }
        SelectionContainer { Text(message.body.ifBlank { message.summary.orEmpty() }) }
    }
}
