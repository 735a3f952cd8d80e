package app.pocketcard.app

import android.content.ActivityNotFoundException
import android.content.Context
import android.content.Intent

/** Starts what another app does; whether there is one that does it. */
internal fun Context.opens(intent: Intent): Boolean = try {
    startActivity(intent)
    true
} catch (_: ActivityNotFoundException) {
    false
}
