package app.pocketcard.app

import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.ui.Modifier
import androidx.lifecycle.compose.collectAsStateWithLifecycle
import app.pocketcard.Pocketcard
import app.pocketcard.ui.Destination
import app.pocketcard.ui.InboxEvent
import app.pocketcard.ui.InboxScreen
import app.pocketcard.ui.MessageEvent
import app.pocketcard.ui.MessageScreen

/** The messages. */
@Composable
internal fun Inbox(
    core: Pocketcard,
    model: MemberModel,
    image: @Composable (url: String, modifier: Modifier) -> Unit,
) {
    val inbox by core.inbox.collectAsStateWithLifecycle()
    InboxScreen(inbox, core.hasMember(), image = image, onEvent = { event ->
        when (event) {
            is InboxEvent.Open -> model.open(Place.Message(event.message))
            InboxEvent.ReadAll -> model.act { core.readMessages() }
            InboxEvent.More -> model.act { core.loadInbox() }
            InboxEvent.SignIn -> model.open(Place.SignIn)
            InboxEvent.Refresh -> model.refresh(core)
        }
    })
}

/** One message, which is read by that. */
@Composable
internal fun Message(
    core: Pocketcard,
    model: MemberModel,
    id: String,
    image: @Composable (url: String, modifier: Modifier) -> Unit,
) {
    val inbox by core.inbox.collectAsStateWithLifecycle()
    val message = inbox.messages.find { it.id == id }
    MessageScreen(
        message,
        core.freshnessOfOne(isThere = message != null, all = inbox.freshness),
        core.hasMember(),
        onEvent = { event ->
            when (event) {
                is MessageEvent.Read -> model.act { core.readMessages(listOf(event.message)) }
                MessageEvent.OpenInbox -> model.go(Destination.MORE.way + Place.Inbox)
                MessageEvent.SignIn -> model.open(Place.SignIn)
                MessageEvent.Refresh -> model.refresh(core)
            }
        },
        image = image,
    )
}
