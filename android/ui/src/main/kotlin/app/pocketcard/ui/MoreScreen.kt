package app.pocketcard.ui

import androidx.compose.foundation.clickable
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.Icon
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.vector.ImageVector
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.unit.dp
import app.pocketcard.BalanceView

/** A page behind More. */
public enum class MorePage {
    /** What can be spent, and the tier. */
    BALANCE,

    /** What happened. */
    HISTORY,

    /** Messages. */
    INBOX,

    /** Consents, language, sign-out. */
    SETTINGS,
}

/**
 * What is not in the bar: the way to balance and history, inbox and settings.
 *
 * @param unread messages that the member has not read.
 * @param pages those that the app has; no way is shown to others.
 */
@Composable
public fun MoreScreen(
    balance: BalanceView,
    unread: Int,
    onOpen: (MorePage) -> Unit,
    modifier: Modifier = Modifier,
    pages: List<MorePage> = MorePage.entries,
) {
    Column(modifier.fillMaxSize().verticalScroll(rememberScrollState())) {
        for (page in pages) Way(page.icon, text(page.title), below(page, balance, unread), { onOpen(page) })
    }
}

/** What a member can see of a page without opening it. */
@Composable
private fun below(page: MorePage, balance: BalanceView, unread: Int): String? = when (page) {
    MorePage.BALANCE -> balance.accounts.firstOrNull()?.let { words().amount(it.available, it.currency) }
    MorePage.INBOX -> if (unread > 0) plural(R.plurals.unread, unread, unread) else null
    MorePage.HISTORY, MorePage.SETTINGS -> null
}

private val MorePage.icon: ImageVector
    get() = when (this) {
        MorePage.BALANCE -> Icons.points
        MorePage.HISTORY -> Icons.history
        MorePage.INBOX -> Icons.inbox
        MorePage.SETTINGS -> Icons.settings
    }

private val MorePage.title: Int
    get() = when (this) {
        MorePage.BALANCE -> R.string.more_balance
        MorePage.HISTORY -> R.string.more_history
        MorePage.INBOX -> R.string.more_inbox
        MorePage.SETTINGS -> R.string.more_settings
    }

/** A row that leads somewhere. */
@Composable
internal fun Way(icon: ImageVector, title: String, below: String?, onClick: () -> Unit, modifier: Modifier = Modifier) {
    Row(
        modifier
            .fillMaxWidth()
            .clickable(role = Role.Button, onClick = onClick)
            .heightIn(min = 64.dp)
            .padding(horizontal = STEP * 2, vertical = STEP),
        Arrangement.spacedBy(STEP * 2),
        Alignment.CenterVertically,
    ) {
        Icon(icon, contentDescription = null, tint = MaterialTheme.colorScheme.primary)
        Column(Modifier.weight(1f)) {
            Text(title, style = MaterialTheme.typography.bodyLarge)
            if (below != null) Quiet(below)
        }
        Icon(Icons.forward, contentDescription = null, tint = MaterialTheme.colorScheme.onSurfaceVariant)
    }
}
