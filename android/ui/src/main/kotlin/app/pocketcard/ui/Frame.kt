package app.pocketcard.ui

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.BoxWithConstraints
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.WindowInsets
import androidx.compose.foundation.layout.WindowInsetsSides
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.only
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.safeDrawing
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.layout.windowInsetsPadding
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.Badge
import androidx.compose.material3.BadgedBox
import androidx.compose.material3.ExperimentalMaterial3Api
import androidx.compose.material3.Icon
import androidx.compose.material3.IconButton
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.NavigationBar
import androidx.compose.material3.NavigationBarItem
import androidx.compose.material3.NavigationRail
import androidx.compose.material3.NavigationRailItem
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.material3.pulltorefresh.PullToRefreshBox
import androidx.compose.runtime.Composable
import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.vector.ImageVector
import androidx.compose.ui.platform.LocalDensity
import androidx.compose.ui.semantics.LiveRegionMode
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.liveRegion
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.Density
import androidx.compose.ui.unit.dp
import app.pocketcard.Freshness
import app.pocketcard.StaleReason

/** Where a member can go in one tap from everywhere. */
public enum class Destination {
    /** The card, where the app opens. */
    CARD,

    /** Offers and coupons. */
    OFFERS,

    /** Tasks. */
    TASKS,

    /** Stores. */
    STORES,

    /** Balance and history, inbox, settings. */
    MORE,
}

/** What a member does with the frame around a screen. */
public sealed interface FrameEvent {
    /** Goes to a destination. */
    public data class Go(val destination: Destination) : FrameEvent

    /** Goes back from a page of a destination. */
    public data object Back : FrameEvent

    /** Asks the platform anew, by a pull. */
    public data object Refresh : FrameEvent

    /** Has read why something did not happen. */
    public data object FailureRead : FrameEvent
}

/**
 * What is around every screen: its title with a line that says where what is shown is not live, the way to the
 * destinations, a pull that refreshes, and why the last thing asked for did not happen.
 *
 * @param title what the screen is called; the card's is called as the programme.
 * @param freshness of what the screen shows; null where it shows nothing of the platform.
 * @param isRefreshing the platform is being asked.
 * @param unread messages that the member has not read.
 * @param failure why the last thing that the member asked for did not happen, until they have read it.
 * @param hasBack whether the screen is a page of its destination, with a way back.
 * @param destinations those that the app has a screen for; no way is shown to others.
 */
@Composable
public fun PocketcardFrame(
    destination: Destination,
    title: String,
    freshness: Freshness?,
    onEvent: (FrameEvent) -> Unit,
    modifier: Modifier = Modifier,
    isRefreshing: Boolean = false,
    unread: Int = 0,
    failure: Failure? = null,
    hasBack: Boolean = false,
    destinations: List<Destination> = Destination.entries,
    content: @Composable () -> Unit,
) {
    Surface(modifier.fillMaxSize()) {
        BoxWithConstraints {
            val isWide = maxWidth >= 600.dp || maxWidth > maxHeight
            Row(Modifier.fillMaxSize()) {
                if (isWide) Rail(destinations, destination, unread, onEvent)
                Column(Modifier.weight(1f)) {
                    Column(
                        Modifier.weight(1f).windowInsetsPadding(
                            WindowInsets.safeDrawing.only(WindowInsetsSides.Top + WindowInsetsSides.End),
                        ),
                    ) {
                        TitleLine(title, hasBack, onEvent)
                        FreshnessLine(freshness)
                        Refreshable(isRefreshing, { onEvent(FrameEvent.Refresh) }, Modifier.weight(1f), content)
                        FailureLine(failure, onEvent)
                    }
                    if (!isWide) Bar(destinations, destination, unread, onEvent)
                }
            }
        }
    }
}

@Composable
private fun TitleLine(title: String, hasBack: Boolean, onEvent: (FrameEvent) -> Unit) {
    Row(Modifier.fillMaxWidth().heightIn(min = 56.dp), verticalAlignment = Alignment.CenterVertically) {
        if (hasBack) {
            IconButton({ onEvent(FrameEvent.Back) }, Modifier.size(TARGET)) {
                Icon(Icons.back, text(R.string.back))
            }
        }
        Text(
            title,
            Modifier
                .weight(1f)
                .padding(start = if (hasBack) 0.dp else STEP * 2, end = STEP * 2)
                .semantics { heading() },
            style = MaterialTheme.typography.titleLarge,
        )
    }
}

/** Says that what is shown is not live, and since when. Nothing where it is. */
@Composable
internal fun FreshnessLine(freshness: Freshness?, modifier: Modifier = Modifier) {
    val cached = freshness as? Freshness.Cached ?: return
    val since = text(R.string.as_of, words().moment(cached.asOf))
    val why = when (cached.reason) {
        StaleReason.NOT_ASKED -> null
        StaleReason.OFFLINE -> text(R.string.stale_offline)
        StaleReason.BUSY -> text(R.string.stale_busy)
        StaleReason.SIGN_IN_AGAIN -> text(R.string.stale_sign_in_again)
        StaleReason.NOT_STORED -> text(R.string.stale_not_stored)
        StaleReason.UNREADABLE, StaleReason.REFUSED, StaleReason.NOT_SUPPORTED -> text(R.string.stale_other)
    }
    Row(
        modifier.fillMaxWidth().padding(horizontal = STEP * 2).padding(bottom = STEP),
        horizontalArrangement = Arrangement.spacedBy(STEP),
        verticalAlignment = Alignment.CenterVertically,
    ) {
        val icon = if (cached.reason == StaleReason.OFFLINE) Icons.offline else Icons.waiting
        Icon(icon, contentDescription = null, Modifier.size(16.dp), tint = MaterialTheme.colorScheme.onSurfaceVariant)
        Text(
            listOfNotNull(why, since).joinToString(" · ").replaceFirstChar { it.titlecase(locale()) },
            color = MaterialTheme.colorScheme.onSurfaceVariant,
            style = MaterialTheme.typography.bodySmall,
        )
    }
}

/** A pull refreshes [content], which scrolls. */
@OptIn(ExperimentalMaterial3Api::class)
@Composable
private fun Refreshable(
    isRefreshing: Boolean,
    onRefresh: () -> Unit,
    modifier: Modifier = Modifier,
    content: @Composable () -> Unit,
) {
    PullToRefreshBox(isRefreshing, onRefresh, modifier.fillMaxSize()) { content() }
}

@Composable
private fun FailureLine(failure: Failure?, onEvent: (FrameEvent) -> Unit) {
    if (failure == null) return
    Surface(
        Modifier.fillMaxWidth().padding(STEP),
        shape = MaterialTheme.shapes.small,
        color = MaterialTheme.colorScheme.inverseSurface,
    ) {
        Row(
            Modifier.padding(start = STEP * 2).semantics { liveRegion = LiveRegionMode.Polite },
            verticalAlignment = Alignment.CenterVertically,
        ) {
            Text(
                words(failure),
                Modifier.weight(1f).padding(vertical = STEP),
                style = MaterialTheme.typography.bodySmall,
            )
            TextButton({ onEvent(FrameEvent.FailureRead) }, Modifier.heightIn(min = TARGET)) {
                Text(text(R.string.understood), color = MaterialTheme.colorScheme.inversePrimary)
            }
        }
    }
}

@Composable
private fun Bar(
    destinations: List<Destination>,
    destination: Destination,
    unread: Int,
    onEvent: (FrameEvent) -> Unit,
) {
    NavigationBar {
        for (each in destinations) {
            NavigationBarItem(
                selected = each == destination,
                onClick = { onEvent(FrameEvent.Go(each)) },
                icon = { DestinationIcon(each, unread) },
                label = { DestinationLabel(each) },
            )
        }
    }
}

@Composable
private fun Rail(
    destinations: List<Destination>,
    destination: Destination,
    unread: Int,
    onEvent: (FrameEvent) -> Unit,
) {
    NavigationRail {
        Column(Modifier.verticalScroll(rememberScrollState()), Arrangement.spacedBy(STEP)) {
            for (each in destinations) {
                NavigationRailItem(
                    selected = each == destination,
                    onClick = { onEvent(FrameEvent.Go(each)) },
                    icon = { DestinationIcon(each, unread) },
                    label = { DestinationLabel(each) },
                )
            }
        }
    }
}

@Composable
private fun DestinationIcon(destination: Destination, unread: Int) {
    if (destination == Destination.MORE && unread > 0) {
        val words = plural(R.plurals.unread, unread, unread)
        BadgedBox(
            {
                Badge(Modifier.semantics { contentDescription = words }) {
                    AtNormalSize { Text(words().amount(unread.toBigDecimal())) }
                }
            },
        ) { Icon(destination.icon, contentDescription = null) }
    } else {
        Icon(destination.icon, contentDescription = null)
    }
}

@Composable
private fun DestinationLabel(destination: Destination) {
    AtNormalSize { Text(text(destination.label), maxLines = 1) }
}

/** Five words side by side have no room to grow: Material's own bar does not let its labels grow either. */
@Composable
private fun AtNormalSize(content: @Composable () -> Unit) {
    val density = LocalDensity.current
    CompositionLocalProvider(
        LocalDensity provides Density(density.density, density.fontScale.coerceAtMost(1f)),
        content,
    )
}

private val Destination.icon: ImageVector
    get() = when (this) {
        Destination.CARD -> Icons.card
        Destination.OFFERS -> Icons.offers
        Destination.TASKS -> Icons.tasks
        Destination.STORES -> Icons.stores
        Destination.MORE -> Icons.more
    }

private val Destination.label: Int
    get() = when (this) {
        Destination.CARD -> R.string.card
        Destination.OFFERS -> R.string.offers
        Destination.TASKS -> R.string.tasks
        Destination.STORES -> R.string.stores
        Destination.MORE -> R.string.more
    }
