package app.pocketcard.platform

import android.content.Context
import android.content.pm.ShortcutInfo
import android.content.pm.ShortcutManager
import android.graphics.drawable.Icon
import app.pocketcard.Pocketcard
import kotlinx.coroutines.flow.combine
import kotlinx.coroutines.flow.distinctUntilChanged
import kotlinx.coroutines.launch

/**
 * Keeps what shows the card outside of the app as the card is: the widget, and the shortcut under the launcher's icon.
 *
 * An app begins it as soon as it has opened its core, and ends it before it closes that. A process that Android starts
 * for the widget needs no more than that either.
 */
public class HomeCard(context: Context, pocketcard: Pocketcard) : AutoCloseable {
    private val work =
        background.launch {
            val app = context.applicationContext
            app.offerShortcut()
            combine(pocketcard.card, pocketcard.balance, pocketcard.session) { card, _, _ ->
                CardGlance.of(app, pocketcard, card)
            }.distinctUntilChanged { before, after -> before.copy(next = null) == after.copy(next = null) }
                .collect { CardWidget.draw(app) }
        }

    override fun close(): Unit = work.cancel()

    private companion object {
        const val SHORTCUT = "pocketcard.card"

        fun Context.offerShortcut() {
            val card =
                ShortcutInfo
                    .Builder(this, SHORTCUT)
                    .setShortLabel(getString(R.string.pocketcard_card))
                    .setIcon(Icon.createWithResource(this, R.drawable.pocketcard_shortcut))
                    .setIntent(cardIntent())
                    .build()
            // Some launchers have none.
            val shortcuts: ShortcutManager = getSystemService(ShortcutManager::class.java) ?: return
            shortcuts.addDynamicShortcuts(listOf(card))
        }
    }
}
