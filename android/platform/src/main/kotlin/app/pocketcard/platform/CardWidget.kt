package app.pocketcard.platform

import android.app.AlarmManager
import android.app.PendingIntent
import android.appwidget.AppWidgetManager
import android.appwidget.AppWidgetProvider
import android.content.ComponentName
import android.content.Context
import android.content.Intent
import android.os.Bundle
import android.os.SystemClock
import android.util.TypedValue
import android.view.View
import android.widget.RemoteViews
import kotlinx.coroutines.launch
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock
import kotlinx.coroutines.withTimeoutOrNull
import kotlin.time.Duration.Companion.seconds

/**
 * The card on the home screen; a tap opens it in the app.
 *
 * Nobody looks after a home screen, so it shows no code that could be found there after its end. The symbol is shown
 * where the code never changes, or has so long to go that Android surely takes it away before: an alarm without leave
 * for exact ones keeps its promise within ten minutes, so it is set to be kept a minute before the end at the latest. A
 * phone that sleeps deeply may hold an alarm back, but its screen is dark then. A code that rotates faster than that,
 * or a programme that refuses screenshots: the number, who the member is and what they have, and the tap.
 *
 * Drawn anew when the core says so ([HomeCard]), and where Android starts the app for it: after the phone was started,
 * after an update, when widget, language or zone change. The core then has what is on disk; no network is asked.
 */
internal class CardWidget : AppWidgetProvider() {
    override fun onReceive(context: Context, intent: Intent) = when (intent.action) {
        LOOK, Intent.ACTION_LOCALE_CHANGED, Intent.ACTION_TIMEZONE_CHANGED -> drawInTime(context)
        else -> super.onReceive(context, intent)
    }

    override fun onUpdate(context: Context, manager: AppWidgetManager, ids: IntArray) = drawInTime(context)

    override fun onAppWidgetOptionsChanged(context: Context, manager: AppWidgetManager, id: Int, options: Bundle) =
        drawInTime(context)

    override fun onDisabled(context: Context) = lookNoMore(context)

    private fun drawInTime(context: Context) {
        // None where it was not called by the system.
        val broadcast: PendingResult? = goAsync()
        val app = context.applicationContext
        background.launch {
            try {
                withTimeoutOrNull(PATIENCE) { draw(app) }
            } finally {
                broadcast?.finish()
            }
        }
    }

    companion object {
        private const val LOOK = "app.pocketcard.platform.LOOK"

        /** The system gives a receiver ten seconds. */
        private val PATIENCE = 9.seconds

        /** The one that draws last has seen the newest. */
        private val oneAtATime = Mutex()

        /** Draws every widget there is as the card is now. */
        suspend fun draw(context: Context) = oneAtATime.withLock {
            val manager: AppWidgetManager = context.getSystemService(AppWidgetManager::class.java) ?: return@withLock
            val ids = manager.getAppWidgetIds(ComponentName(context, CardWidget::class.java))
            if (ids.isEmpty()) return@withLock
            val glance =
                context.quietly("to draw the card's widget") { CardGlance.of(context, it, it.currentCard()) }
                    ?: CardGlance.unknown(context)
            // Before it is drawn: where the process ends between the two, no code is left that nobody takes away.
            glance.next?.let { lookAgain(context, it) }
            for (id in ids) manager.updateAppWidget(id, views(context, glance, manager.getAppWidgetOptions(id)))
            if (glance.next == null) lookNoMore(context)
        }

        private fun look(context: Context) = PendingIntent.getBroadcast(
            context,
            0,
            Intent(LOOK).setClass(context, CardWidget::class.java),
            PendingIntent.FLAG_IMMUTABLE or PendingIntent.FLAG_UPDATE_CURRENT,
        )

        /** By the clock that nobody can move. */
        private fun lookAgain(context: Context, next: CardGlance.Look) = alarms(context).setWindow(
            AlarmManager.ELAPSED_REALTIME_WAKEUP,
            SystemClock.elapsedRealtime() + next.earliest.inWholeMilliseconds,
            next.within.inWholeMilliseconds,
            look(context),
        )

        private fun lookNoMore(context: Context) = alarms(context).cancel(look(context))

        private fun alarms(context: Context) = context.getSystemService(AlarmManager::class.java)

        /** For both ways to hold the phone: the home screen says how much room there is in each. */
        private fun views(context: Context, glance: CardGlance, room: Bundle): RemoteViews {
            fun dp(key: String, otherwise: Int) = room.getInt(key).takeIf { it > 0 } ?: otherwise
            val wide = dp(AppWidgetManager.OPTION_APPWIDGET_MAX_WIDTH, LEAST_WIDTH)
            val low = dp(AppWidgetManager.OPTION_APPWIDGET_MIN_HEIGHT, LEAST_HEIGHT)
            val narrow = dp(AppWidgetManager.OPTION_APPWIDGET_MIN_WIDTH, LEAST_WIDTH)
            val high = dp(AppWidgetManager.OPTION_APPWIDGET_MAX_HEIGHT, LEAST_HEIGHT)
            return RemoteViews(views(context, glance, wide, low), views(context, glance, narrow, high))
        }

        private fun views(context: Context, glance: CardGlance, width: Int, height: Int): RemoteViews {
            val density = context.resources.displayMetrics.density
            val padding = 2 * context.resources.getDimension(R.dimen.pocketcard_widget_padding)
            val line = context.resources.getDimension(R.dimen.pocketcard_widget_text) * LINE_HEIGHT
            // Beside the symbol: what the card is, its number, until when the code is good.
            val lines = 2 + if (glance.symbol != null && glance.note != null) 1 else 0
            val bitmap =
                glance.symbol?.toBitmap(
                    (width * density - padding).toInt(),
                    minOf(height * density - padding - lines * line, MOST_HEIGHT * density).toInt(),
                    leastModule = TypedValue
                        .applyDimension(TypedValue.COMPLEX_UNIT_MM, LEAST_MODULE_MM, context.resources.displayMetrics)
                        .toInt()
                        .coerceAtLeast(1),
                )
            val hasNoRoom = glance.symbol != null && bitmap == null
            val note = if (hasNoRoom) context.getString(R.string.pocketcard_card_open) else glance.note
            return RemoteViews(context.packageName, R.layout.pocketcard_widget).apply {
                setOnClickPendingIntent(android.R.id.background, context.cardPendingIntent())
                text(R.id.pocketcard_widget_title, glance.title)
                text(R.id.pocketcard_widget_number, glance.number)
                text(R.id.pocketcard_widget_member, glance.member.takeIf { bitmap == null })
                text(R.id.pocketcard_widget_note, note)
                setViewVisibility(R.id.pocketcard_widget_symbol, if (bitmap == null) View.GONE else View.VISIBLE)
                setImageViewBitmap(R.id.pocketcard_widget_symbol, bitmap)
                val spoken = glance.title.takeIf { bitmap != null }
                setContentDescription(
                    R.id.pocketcard_widget_title,
                    spoken?.let { context.getString(R.string.pocketcard_card_ready, it) },
                )
            }
        }

        private fun RemoteViews.text(view: Int, text: String?) {
            setTextViewText(view, text)
            setViewVisibility(view, if (text == null) View.GONE else View.VISIBLE)
        }

        /** Of `xml/pocketcard_widget`, in dp: for a home screen that does not say how much it gives. */
        private const val LEAST_WIDTH = 180
        private const val LEAST_HEIGHT = 110

        /** In dp. Home screens take no pictures that are much larger than the screen, two of them together. */
        private const val MOST_HEIGHT = 280

        /** What a line takes, in its letters' size. */
        private const val LINE_HEIGHT = 1.4f

        /** What a till's scanner still tells apart. */
        private const val LEAST_MODULE_MM = 0.25f
    }
}
