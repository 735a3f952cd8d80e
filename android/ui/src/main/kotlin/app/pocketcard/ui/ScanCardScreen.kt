package app.pocketcard.ui

import androidx.compose.foundation.background
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.shape.RoundedCornerShape
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.FilterChip
import androidx.compose.material3.Icon
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clip
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.semantics.LiveRegionMode
import androidx.compose.ui.semantics.clearAndSetSemantics
import androidx.compose.ui.semantics.liveRegion
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.dp

/** What the camera does for who scans a plastic card. */
public enum class CardScanner {
    /** Looks for a code. */
    LOOKING,

    /** Found a code that is no card's number, and looks on. */
    FOUND_OTHER,

    /** Is not allowed to be used. */
    NOT_ALLOWED,

    /** Does not start, or was taken away. */
    FAILED,
}

/** What a member does while scanning a plastic card. */
public sealed interface ScanCardEvent {
    /** Turns the phone's light on or off. */
    public data class Light(val isOn: Boolean) : ScanCardEvent

    /** Allows the camera after all. */
    public data object Allow : ScanCardEvent

    /** Has the camera start again. */
    public data object TryAgain : ScanCardEvent

    /** Types the number instead. */
    public data object TypeNumber : ScanCardEvent
}

/**
 * Finds the number of a plastic card by the phone's camera; the app goes elsewhere once it has it.
 *
 * @param hasLight the phone can light up what is before its camera.
 * @param viewfinder draws what the camera sees.
 */
@Composable
public fun ScanCardScreen(
    scanner: CardScanner,
    onEvent: (ScanCardEvent) -> Unit,
    modifier: Modifier = Modifier,
    hasLight: Boolean = false,
    isLit: Boolean = false,
    viewfinder: @Composable (modifier: Modifier) -> Unit = {},
) {
    val otherWay = @Composable { Choice(text(R.string.scan_type)) { onEvent(ScanCardEvent.TypeNumber) } }
    when (scanner) {
        CardScanner.NOT_ALLOWED -> {
            Notice(
                Icons.scan,
                text(R.string.scan_not_allowed),
                text(R.string.scan_not_allowed_body),
                modifier,
                text(R.string.scan_allow),
                { onEvent(ScanCardEvent.Allow) },
            ) { otherWay() }
        }

        CardScanner.FAILED -> {
            Notice(
                Icons.problem,
                text(R.string.scan_failed),
                text(R.string.scan_failed_body),
                modifier,
                text(R.string.try_again),
                { onEvent(ScanCardEvent.TryAgain) },
            ) { otherWay() }
        }

        CardScanner.LOOKING, CardScanner.FOUND_OTHER -> {
            Column(
                modifier.fillMaxSize().verticalScroll(rememberScrollState()).padding(STEP * 2),
                Arrangement.spacedBy(STEP * 2),
                Alignment.CenterHorizontally,
            ) {
                Text(
                    text(if (scanner == CardScanner.LOOKING) R.string.scan_looking else R.string.scan_other),
                    Modifier.semantics { liveRegion = LiveRegionMode.Polite },
                    style = MaterialTheme.typography.bodyLarge,
                    textAlign = TextAlign.Center,
                )
                Viewfinder(viewfinder)
                if (hasLight) {
                    FilterChip(
                        isLit,
                        { onEvent(ScanCardEvent.Light(!isLit)) },
                        { Text(text(R.string.scan_light)) },
                        Modifier.heightIn(min = TARGET),
                        leadingIcon = { Icon(Icons.light, contentDescription = null) },
                    )
                }
                otherWay()
            }
        }
    }
}

@Composable
private fun Viewfinder(viewfinder: @Composable (modifier: Modifier) -> Unit) {
    Box(
        Modifier
            .fillMaxWidth()
            .heightIn(min = 280.dp)
            .clip(RoundedCornerShape(STEP * 2))
            .background(Color.Black)
            .clearAndSetSemantics {},
        Alignment.Center,
    ) {
        viewfinder(Modifier.matchParentSize())
    }
}
