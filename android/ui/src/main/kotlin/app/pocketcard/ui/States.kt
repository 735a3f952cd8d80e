package app.pocketcard.ui

import androidx.compose.foundation.background
import androidx.compose.foundation.horizontalScroll
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.ColumnScope
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.height
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.relocation.BringIntoViewRequester
import androidx.compose.foundation.relocation.bringIntoViewRequester
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.shape.RoundedCornerShape
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.Button
import androidx.compose.material3.FilterChip
import androidx.compose.material3.Icon
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.getValue
import androidx.compose.runtime.key
import androidx.compose.runtime.remember
import androidx.compose.runtime.rememberUpdatedState
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clip
import androidx.compose.ui.graphics.vector.ImageVector
import androidx.compose.ui.semantics.clearAndSetSemantics
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.text.style.TextDirection
import androidx.compose.ui.unit.Dp
import androidx.compose.ui.unit.dp
import app.pocketcard.Freshness
import app.pocketcard.StaleReason

/**
 * What a screen shows of a part of the data: [content] where the platform ever gave it, else why there is nothing yet:
 * placeholders while it is asked for, that nobody is signed in, or what went wrong.
 */
@Composable
internal fun WhatIsKnown(
    freshness: Freshness,
    isSignedIn: Boolean,
    onRefresh: () -> Unit,
    onSignIn: () -> Unit,
    modifier: Modifier = Modifier,
    placeholder: @Composable () -> Unit = { Placeholders() },
    content: @Composable () -> Unit,
) {
    Box(modifier.fillMaxSize()) {
        when {
            freshness !is Freshness.Unknown -> content()
            !isSignedIn || freshness.reason == StaleReason.SIGN_IN_AGAIN -> SignedOutNotice(onSignIn)
            freshness.reason == StaleReason.NOT_ASKED -> placeholder()
            else -> FailedNotice(freshness.reason, onRefresh)
        }
    }
}

/** Nobody is signed in: says so, and offers it. */
@Composable
internal fun SignedOutNotice(onSignIn: () -> Unit, modifier: Modifier = Modifier) {
    Notice(
        icon = Icons.member,
        title = text(R.string.signed_out_title),
        body = text(R.string.signed_out_body),
        modifier = modifier,
        action = text(R.string.sign_in),
        onAction = onSignIn,
    )
}

/** Nothing is known, for want of an answer: what happened, what to do, and a button that does it. */
@Composable
internal fun FailedNotice(reason: StaleReason, onRefresh: () -> Unit, modifier: Modifier = Modifier) {
    val isOffline = reason == StaleReason.OFFLINE
    val isOffered = reason != StaleReason.NOT_SUPPORTED
    Notice(
        icon = if (isOffline) Icons.offline else Icons.problem,
        title = when {
            isOffline -> text(R.string.failed_offline_title)
            isOffered -> text(R.string.failed_title)
            else -> text(R.string.not_offered_title)
        },
        body = when (reason) {
            StaleReason.OFFLINE -> text(R.string.failed_offline_body)
            StaleReason.BUSY -> text(R.string.failure_busy)
            StaleReason.NOT_STORED -> text(R.string.failure_on_this_phone)
            StaleReason.NOT_SUPPORTED -> text(R.string.not_offered_body)
            else -> text(R.string.failed_body)
        },
        modifier = modifier,
        action = if (isOffered) text(R.string.try_again) else null,
        onAction = onRefresh,
    )
}

/**
 * A whole screen that has nothing to list: why that is, what brings something here, and where there is one thing to do,
 * a button for it.
 */
@Composable
internal fun Notice(
    icon: ImageVector,
    title: String,
    body: String,
    modifier: Modifier = Modifier,
    action: String? = null,
    onAction: () -> Unit = {},
    more: @Composable ColumnScope.() -> Unit = {},
) {
    Column(
        // Scrolls, so that a pull refreshes here as well, and large type has room.
        modifier.fillMaxSize().verticalScroll(rememberScrollState()).padding(STEP * 3),
        verticalArrangement = Arrangement.spacedBy(STEP * 2, Alignment.CenterVertically),
        horizontalAlignment = Alignment.CenterHorizontally,
    ) {
        Icon(icon, contentDescription = null, Modifier.size(TARGET), tint = MaterialTheme.colorScheme.primary)
        Text(
            title,
            Modifier.semantics { heading() },
            style = MaterialTheme.typography.titleLarge,
            textAlign = TextAlign.Center,
        )
        Text(body, style = MaterialTheme.typography.bodyLarge, textAlign = TextAlign.Center)
        if (action != null) MainButton(action, onAction)
        more()
    }
}

/** The one thing to do on a screen. */
@Composable
internal fun MainButton(text: String, onClick: () -> Unit, modifier: Modifier = Modifier, enabled: Boolean = true) {
    Button(onClick, modifier.heightIn(min = TARGET), enabled = enabled) { Text(text, textAlign = TextAlign.Center) }
}

/** The shapes of what is being asked for: as rows, of these heights. */
@Composable
internal fun Placeholders(
    modifier: Modifier = Modifier,
    heights: List<Dp> = listOf(88.dp, 88.dp, 88.dp, 88.dp, 88.dp),
) {
    PlaceholderColumn(modifier) {
        for (height in heights) PlaceholderShape(Modifier.fillMaxWidth().height(height))
    }
}

/** Shapes below one another, of which is said that they are being asked for. */
@Composable
internal fun PlaceholderColumn(
    modifier: Modifier = Modifier,
    alignment: Alignment.Horizontal = Alignment.Start,
    shapes: @Composable ColumnScope.() -> Unit,
) {
    val loading = text(R.string.loading)
    Column(
        modifier
            .fillMaxSize()
            .verticalScroll(rememberScrollState())
            .padding(STEP * 2)
            .clearAndSetSemantics { contentDescription = loading },
        Arrangement.spacedBy(STEP * 2),
        alignment,
        shapes,
    )
}

/** One shape where content will be. */
@Composable
internal fun PlaceholderShape(modifier: Modifier = Modifier) {
    Box(modifier.background(MaterialTheme.colorScheme.surfaceContainerHighest, RoundedCornerShape(STEP)))
}

/** What belongs together, on a ground of its own. */
@Composable
internal fun Part(modifier: Modifier = Modifier, content: @Composable ColumnScope.() -> Unit) {
    Surface(
        modifier.fillMaxWidth(),
        shape = MaterialTheme.shapes.medium,
        color = MaterialTheme.colorScheme.surfaceContainerHighest,
    ) {
        Column(Modifier.padding(STEP * 2), Arrangement.spacedBy(STEP / 2), content = content)
    }
}

/** A line with a sign before it: nothing is said by colour alone. */
@Composable
internal fun SignedLine(sign: ImageVector, line: String, isProblem: Boolean = false) {
    val colour = MaterialTheme.colorScheme.run { if (isProblem) error else onSurface }
    Row(horizontalArrangement = Arrangement.spacedBy(STEP), verticalAlignment = Alignment.CenterVertically) {
        Icon(sign, contentDescription = null, Modifier.size(16.dp), tint = colour)
        Text(line, color = colour, style = MaterialTheme.typography.bodySmall)
    }
}

/** What a part, or some of what is below it, is about. */
@Composable
internal fun PartTitle(title: String, modifier: Modifier = Modifier) {
    Text(title, modifier.semantics { heading() }, style = MaterialTheme.typography.titleMedium)
}

/** What a list can be narrowed to, one at a time, each with the text of its [label]. */
@Composable
internal fun <T> Chips(
    all: List<T>,
    chosen: T,
    label: (T) -> Int,
    onChoose: (T) -> Unit,
    modifier: Modifier = Modifier,
) {
    Row(
        modifier.horizontalScroll(rememberScrollState()).padding(horizontal = STEP * 2),
        Arrangement.spacedBy(STEP),
    ) {
        for (each in all) {
            key(each) {
                val isChosen = each == chosen
                val place = remember { BringIntoViewRequester() }
                // Also where it was not tapped: a link leads to it, or what was chosen before is shown again.
                LaunchedEffect(isChosen) { if (isChosen) place.bringIntoView() }
                FilterChip(
                    isChosen,
                    { onChoose(each) },
                    { Text(text(label(each))) },
                    Modifier.bringIntoViewRequester(place).heightIn(min = TARGET),
                )
            }
        }
    }
}

/** In sight when the end is: asks for the next page, once for each. */
@Composable
internal fun NextPage(
    after: Int,
    onMore: () -> Unit,
    modifier: Modifier = Modifier,
    text: String = text(R.string.loading_older),
) {
    val tell by rememberUpdatedState(onMore)
    LaunchedEffect(after) { tell() }
    Quiet(text, modifier.padding(vertical = STEP))
}

/** The picture of a row. */
@Composable
internal fun RowPicture(
    url: String?,
    sign: ImageVector,
    image: @Composable (url: String, modifier: Modifier) -> Unit,
    modifier: Modifier = Modifier,
) {
    Picture(url, sign, image, modifier.size(PICTURE))
}

/** The picture of a page: its place is there before it, so that nothing moves when it comes. */
@Composable
internal fun PagePicture(
    url: String,
    sign: ImageVector,
    image: @Composable (url: String, modifier: Modifier) -> Unit,
    modifier: Modifier = Modifier,
) {
    Picture(url, sign, image, modifier.fillMaxWidth().height(200.dp))
}

/** A picture in its place: a sign where there is none, and until it is there. Tells nothing that the texts do not. */
@Composable
private fun Picture(
    url: String?,
    sign: ImageVector,
    image: @Composable (url: String, modifier: Modifier) -> Unit,
    modifier: Modifier = Modifier,
) {
    Box(
        modifier
            .clip(RoundedCornerShape(STEP))
            .background(MaterialTheme.colorScheme.surfaceContainerHighest)
            .clearAndSetSemantics {},
        Alignment.Center,
    ) {
        Icon(sign, contentDescription = null, tint = MaterialTheme.colorScheme.onSurfaceVariant)
        if (url != null) image(url, Modifier.matchParentSize())
    }
}

private val PICTURE = 64.dp

/** Text that is there for who looks for it. */
@Composable
internal fun Quiet(
    text: String,
    modifier: Modifier = Modifier,
    isLeftToRight: Boolean = false,
    textAlign: TextAlign? = null,
) {
    val style = MaterialTheme.typography.bodySmall
    Text(
        text,
        modifier,
        color = MaterialTheme.colorScheme.onSurfaceVariant,
        style = if (isLeftToRight) style.copy(textDirection = TextDirection.Ltr) else style,
        textAlign = textAlign,
    )
}
