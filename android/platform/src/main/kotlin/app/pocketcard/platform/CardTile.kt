package app.pocketcard.platform

import android.annotation.SuppressLint
import android.annotation.TargetApi
import android.os.Build
import android.os.Handler
import android.os.Looper
import android.service.quicksettings.Tile
import android.service.quicksettings.TileService
import kotlinx.coroutines.Job
import kotlinx.coroutines.launch

/**
 * The card among the quick settings, also over the lock screen: a tap opens it, after the phone was unlocked. Says
 * why where no till takes the card.
 */
internal class CardTile : TileService() {
    private val main = Handler(Looper.getMainLooper())
    private var looking: Job? = null

    override fun onStartListening() {
        looking =
            background.launch {
                val glance =
                    quietly("to label the card's tile") { CardGlance.of(this@CardTile, it, it.currentCard()) }
                        ?: CardGlance.unknown(this@CardTile)
                main.post { label(glance) }
            }
    }

    override fun onStopListening() {
        looking?.cancel()
        main.removeCallbacksAndMessages(null)
    }

    private fun label(glance: CardGlance) {
        val tile: Tile = qsTile ?: return
        val why = glance.note.takeUnless { glance.works }
        tile.state = if (glance.works) Tile.STATE_ACTIVE else Tile.STATE_INACTIVE
        tile.contentDescription = listOfNotNull(glance.title, why).joinToString(". ")
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.Q) {
            tile.label = glance.title
            tile.explain(why)
        } else {
            tile.label = why ?: glance.title
        }
        tile.updateTile()
    }

    @TargetApi(Build.VERSION_CODES.Q)
    private fun Tile.explain(why: String?) {
        subtitle = why
    }

    @SuppressLint("StartActivityAndCollapseDeprecated") // Lint does not see that it is called on older ones alone.
    override fun onClick() {
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.UPSIDE_DOWN_CAKE) {
            open()
        } else {
            @Suppress("DEPRECATION") // What took its place came with Android 14.
            startActivityAndCollapse(cardIntent())
        }
    }

    @TargetApi(Build.VERSION_CODES.UPSIDE_DOWN_CAKE)
    private fun open() = startActivityAndCollapse(cardPendingIntent())
}
