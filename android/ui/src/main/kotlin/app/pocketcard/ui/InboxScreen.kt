package app.pocketcard.ui

import androidx.compose.foundation.background
import androidx.compose.foundation.clickable
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.FlowRow
import androidx.compose.foundation.layout.PaddingValues
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.lazy.LazyColumn
import androidx.compose.foundation.lazy.items
import androidx.compose.foundation.shape.CircleShape
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.platform.LocalDensity
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.semantics.stateDescription
import androidx.compose.ui.text.font.FontWeight
import androidx.compose.ui.text.style.TextOverflow
import app.pocketcard.InboxView
import app.pocketcard.Message

/** What a member does with the inbox. */
public sealed interface InboxEvent {
    /** Wants to read a message. */
    public data class Open(val message: String) : InboxEvent

    /** Has read all messages, those included that are not on this phone. */
    public data object ReadAll : InboxEvent

    /** Came to the end of what is there: the next page is wanted. */
    public data object More : InboxEvent

    /** Wants to sign in. */
    public data object SignIn : InboxEvent

    /** Wants the platform asked anew. */
    public data object Refresh : InboxEvent
}

/**
 * Messages of the programme to the member, newest first; what is unread has a dot and weight. The next page is asked for
 * when the end comes into sight.
 *
 * @param image draws the picture at a URL.
 */
@Composable
public fun InboxScreen(
    inbox: InboxView,
    isSignedIn: Boolean,
    onEvent: (InboxEvent) -> Unit,
    modifier: Modifier = Modifier,
    image: @Composable (url: String, modifier: Modifier) -> Unit = { _, _ -> },
) {
    WhatIsKnown(
        inbox.freshness,
        isSignedIn,
        { onEvent(InboxEvent.Refresh) },
        { onEvent(InboxEvent.SignIn) },
        modifier,
    ) {
        if (inbox.messages.isEmpty() && !inbox.more) {
            Notice(icon = Icons.inbox, title = text(R.string.inbox_none), body = text(R.string.inbox_none_body))
        } else {
            Messages(inbox, onEvent, image)
        }
    }
}

@Composable
private fun Messages(
    inbox: InboxView,
    onEvent: (InboxEvent) -> Unit,
    image: @Composable (url: String, modifier: Modifier) -> Unit,
) {
    val words = words()
    val unread = inbox.unread.toInt()
    LazyColumn(Modifier.fillMaxSize(), contentPadding = PaddingValues(vertical = STEP)) {
        if (unread > 0) item(key = UNREAD, contentType = UNREAD) { Unread(unread, onEvent) }
        items(inbox.messages, key = { it.id }, contentType = { "message" }) { message ->
            MessageRow(message, words, image) { onEvent(InboxEvent.Open(message.id)) }
        }
        if (inbox.more) {
            item(key = MORE, contentType = MORE) {
                NextPage(inbox.messages.size, { onEvent(InboxEvent.More) }, Modifier.padding(horizontal = STEP * 2))
            }
        }
    }
}

// Of rows that are no message: no id of the platform's is like them.
private const val UNREAD = "pocketcard unread"
private const val MORE = "pocketcard more"

/** How many are unread, and the way to have none. */
@Composable
private fun Unread(unread: Int, onEvent: (InboxEvent) -> Unit) {
    // Large type has the two below one another.
    FlowRow(
        Modifier.fillMaxWidth().padding(start = STEP * 2, end = STEP),
        Arrangement.SpaceBetween,
        itemVerticalAlignment = Alignment.CenterVertically,
    ) {
        Quiet(plural(R.plurals.unread, unread, unread))
        TextButton({ onEvent(InboxEvent.ReadAll) }, Modifier.heightIn(min = TARGET)) {
            Text(text(R.string.inbox_read_all))
        }
    }
}

@Composable
private fun MessageRow(
    message: Message,
    words: Words,
    image: @Composable (url: String, modifier: Modifier) -> Unit,
    onClick: () -> Unit,
) {
    val open = text(R.string.inbox_open)
    val state = text(if (message.read) R.string.inbox_is_read else R.string.inbox_is_unread)
    Row(
        Modifier
            .fillMaxWidth()
            .clickable(onClickLabel = open, role = Role.Button, onClick = onClick)
            .semantics { stateDescription = state }
            .heightIn(min = TARGET)
            .padding(horizontal = STEP * 2, vertical = STEP),
        Arrangement.spacedBy(STEP),
    ) {
        Dot(isShown = !message.read)
        Column(Modifier.weight(1f)) {
            Text(
                message.title,
                fontWeight = if (message.read) null else FontWeight.Bold,
                style = MaterialTheme.typography.bodyLarge,
            )
            val preview = message.summary ?: message.body
            if (preview.isNotBlank()) {
                Text(
                    preview,
                    maxLines = PREVIEW,
                    overflow = TextOverflow.Ellipsis,
                    style = MaterialTheme.typography.bodySmall,
                )
            }
            Quiet(words.timeOrDay(message.at))
        }
        message.imageUrl?.let { RowPicture(it, Icons.inbox, image) }
    }
}

/** So many lines of a message are in its row. */
private const val PREVIEW = 2

/** Takes its room also where it is not shown, so that the texts stand below one another. */
@Composable
private fun Dot(isShown: Boolean) {
    val colour = MaterialTheme.colorScheme.primary
    // In the middle of the first line, at whatever size of type.
    val line = with(LocalDensity.current) { MaterialTheme.typography.bodyLarge.lineHeight.toDp() }
    Box(Modifier.size(STEP, line), Alignment.Center) {
        if (isShown) Box(Modifier.size(STEP).background(colour, CircleShape))
    }
}
