package app.pocketcard.platform

import android.content.Intent
import app.pocketcard.Pocketcard
import app.pocketcard.Route

/**
 * Where an intent leads that the app's screen was started with; null: nowhere in particular. For `onCreate` where
 * nothing was saved, and `onNewIntent`.
 *
 * Any intent may be handed in, from whomever: nothing but its link is read, no extra, and the core says whose that is.
 */
public fun Pocketcard.openIntent(intent: Intent?): Route? {
    if (intent == null || intent.action != Intent.ACTION_VIEW) return null
    // Opened from the list of recent apps: that link was followed before.
    if (intent.flags and Intent.FLAG_ACTIVITY_LAUNCHED_FROM_HISTORY != 0) return null
    return intent.dataString?.let { openLink(it.wellFormed()) }
}
