package app.pocketcard.app

import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import app.pocketcard.Freshness
import app.pocketcard.Pocketcard
import app.pocketcard.PocketcardException
import app.pocketcard.StaleReason

/** What the core said of one thing; null: that there is none. */
internal data class Known<out T>(val value: T?)

/**
 * How fresh what is known of one thing is, for the page that a link may have led to: [all] that there is of its kind may
 * lack it for being older than the link. So what was not there since the page was opened is asked for, and before the
 * platform has answered it is unknown, not gone.
 */
@Composable
internal fun Pocketcard.freshnessOfOne(isThere: Boolean, all: Freshness): Freshness {
    val hasMember = hasMember()
    var wasThere by rememberSaveable { mutableStateOf(false) }
    var isAsked by remember(hasMember) { mutableStateOf(false) }
    LaunchedEffect(this, hasMember, isThere) {
        if (isThere) {
            wasThere = true
        } else if (!wasThere && !isAsked) {
            try {
                refresh()
            } catch (_: PocketcardException) {
                // How fresh it is tells why.
            }
            isAsked = true
        }
    }
    return when {
        isThere || wasThere || all is Freshness.Unknown -> all
        !isAsked -> Freshness.Unknown(StaleReason.NOT_ASKED)
        all is Freshness.Cached -> Freshness.Unknown(all.reason)
        else -> all
    }
}
