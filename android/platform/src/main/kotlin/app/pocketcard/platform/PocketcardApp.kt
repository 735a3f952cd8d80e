package app.pocketcard.platform

import android.app.Activity
import android.app.PendingIntent
import android.content.Context
import android.content.Intent
import android.net.Uri
import android.util.Log
import app.pocketcard.Pocketcard
import app.pocketcard.PocketcardException
import kotlinx.coroutines.CoroutineName
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob

/**
 * What the app's [android.app.Application] implements, for what Android starts without a screen: a push, a job, a
 * widget.
 */
public interface PocketcardApp {
    /** The activity that a notification, the widget or the tile opens. It hands its intents to [openIntent]. */
    public val screen: Class<out Activity>

    /** A link to the card, of the scheme that the app has for its own ([app.pocketcard.Config.linkScheme]). */
    public val cardLink: String get() = "pocketcard://card"

    /** The programme wants no pictures of the code: it is not shown where anybody can take one, as on the home screen. */
    public val refusesScreenshots: Boolean get() = false

    /** The app's one core, opened with the first call. */
    public suspend fun pocketcard(): Pocketcard
}

/** The app, or what to do for there to be one. */
internal fun Context.pocketcardApp(): PocketcardApp = applicationContext as? PocketcardApp
    ?: error("${applicationContext.javaClass.name} is to implement app.pocketcard.platform.PocketcardApp")

/** Opens the card, whatever the app showed before. */
internal fun Context.cardIntent(): Intent = Intent(Intent.ACTION_VIEW, Uri.parse(pocketcardApp().cardLink))
    .setClass(this, pocketcardApp().screen)
    .setFlags(Intent.FLAG_ACTIVITY_NEW_TASK or Intent.FLAG_ACTIVITY_CLEAR_TOP or Intent.FLAG_ACTIVITY_SINGLE_TOP)

/** The same, for what another process draws. */
internal fun Context.cardPendingIntent(): PendingIntent = PendingIntent.getActivity(
    this,
    0,
    cardIntent(),
    PendingIntent.FLAG_IMMUTABLE or PendingIntent.FLAG_UPDATE_CURRENT,
)

/** For what is begun without a screen, and is none's to cancel. */
internal val background = CoroutineScope(SupervisorJob() + Dispatchers.Default + CoroutineName("pocketcard-platform"))

/** Does something with the core where nobody is there to be told that it failed: the log has it. */
internal suspend fun <T> Context.quietly(what: String, act: suspend (Pocketcard) -> T): T? = try {
    act(pocketcardApp().pocketcard())
} catch (error: PocketcardException) {
    Log.w(TAG, "$what failed: ${error.message}")
    null
}

/** The same text, with a replacement for each half of a character: the core takes no text that is not Unicode. */
internal fun String.wellFormed(): String = if (none(Char::isSurrogate)) {
    this
} else {
    buildString {
        this@wellFormed.codePoints().forEach { appendCodePoint(if (it in HALVES) REPLACEMENT else it) }
    }
}

private val HALVES = 0xD800..0xDFFF
private const val REPLACEMENT = 0xFFFD

internal const val TAG = "Pocketcard"
