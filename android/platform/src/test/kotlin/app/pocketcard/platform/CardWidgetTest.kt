package app.pocketcard.platform

import android.app.AlarmManager
import android.appwidget.AppWidgetManager
import android.content.Intent
import android.content.pm.ShortcutManager
import android.graphics.Bitmap
import android.graphics.drawable.BitmapDrawable
import android.os.Bundle
import android.view.View
import android.widget.ImageView
import android.widget.TextView
import app.pocketcard.CardView
import app.pocketcard.CodeKind
import app.pocketcard.Host
import app.pocketcard.Pocketcard
import app.pocketcard.PocketcardException
import app.pocketcard.Route
import app.pocketcard.platform.testing.scanned
import app.pocketcard.testing.MemorySecrets
import app.pocketcard.testing.Phone
import app.pocketcard.testing.Sandbox
import app.pocketcard.testing.signIn
import kotlinx.coroutines.runBlocking
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config
import java.text.NumberFormat
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertIs
import kotlin.test.assertNotNull
import kotlin.test.assertNull

/** The widget on a home screen, as the real core has the card. */
@RunWith(RobolectricTestRunner::class)
class CardWidgetTest {
    @get:Rule val real = RealCore()
    private val app get() = real.app
    private val widgets get() = app.getSystemService(AppWidgetManager::class.java)
    private val alarms get() = shadowOf(app.getSystemService(AlarmManager::class.java))

    /** The member puts the widget on the home screen, with so much room in dp. */
    private fun place(width: Int = 320, height: Int = 320): Int {
        val id = shadowOf(widgets).createWidget(CardWidget::class.java, R.layout.pocketcard_widget)
        room(id, width, height)
        return id
    }

    private fun room(id: Int, width: Int, height: Int) {
        val options = Bundle()
        for (key in listOf(AppWidgetManager.OPTION_APPWIDGET_MIN_WIDTH, AppWidgetManager.OPTION_APPWIDGET_MAX_WIDTH)) {
            options.putInt(key, width)
        }
        for (key in listOf(
            AppWidgetManager.OPTION_APPWIDGET_MIN_HEIGHT,
            AppWidgetManager.OPTION_APPWIDGET_MAX_HEIGHT,
        )) {
            options.putInt(key, height)
        }
        widgets.updateAppWidgetOptions(id, options)
        draw()
    }

    private fun draw() = runBlocking { CardWidget.draw(app) }

    private fun Int.text(view: Int): String? = shadowOf(widgets)
        .getViewFor(this)
        .findViewById<TextView>(view)
        .takeIf {
            it.visibility == View.VISIBLE
        }?.text
        ?.toString()

    private fun Int.note() = text(R.id.pocketcard_widget_note)

    private fun Int.bitmap(): Bitmap? {
        val view = shadowOf(widgets).getViewFor(this).findViewById<ImageView>(R.id.pocketcard_widget_symbol)
        return (view.drawable as? BitmapDrawable)?.bitmap.takeIf { view.visibility == View.VISIBLE }
    }

    private fun withoutCodeKeys() {
        real.sandbox.ask(
            "PUT",
            "/sandbox/settings",
            """{"symbology": "QR_CODE", "staticSymbology": "QR_CODE", "features": [], "accessTokenSeconds": 600}""",
        )
    }

    /** A platform that has no codes but those that do not change. */
    private fun onlyLastingCodes() {
        withoutCodeKeys()
        real.sandbox.ask(
            "POST",
            "/sandbox/faults",
            """{"path": "/publicapi/v1.2/Cards/", "kind": {"status": {"code": 404}}}""",
        )
    }

    private fun signIn(phone: String = Sandbox.ANNA) = runBlocking { real.core.signIn(real.sandbox, phone) }

    @Test
    fun `a lasting code is on it, and a till takes it from its pixels`() {
        onlyLastingCodes()
        signIn()
        val widget = place()
        val code = real.sandbox.scan(assertNotNull(widget.bitmap()).scanned())
        assertNotNull(code)
        assertNull(widget.note())
        assertEquals(0, alarms.scheduledAlarms.size)
        val title = shadowOf(widgets).getViewFor(widget).findViewById<TextView>(R.id.pocketcard_widget_title)
        assertEquals("${title.text}, code ready to scan", title.contentDescription)
    }

    @Test
    fun `where there is too little room, words`() {
        onlyLastingCodes()
        signIn()
        val widget = place()
        room(widget, 180, 60)
        assertNull(widget.bitmap())
        assertEquals("Tap to show the code", widget.note())
        assertNotNull(widget.text(R.id.pocketcard_widget_number))
        room(widget, 320, 320)
        assertNotNull(widget.bitmap())
    }

    @Test
    fun `a rotating code is not, and a tap opens the card`() {
        signIn()
        val card = assertIs<CardView.Ready>(runBlocking { real.core.currentCard() })
        assertIs<CodeKind.Rotating>(card.code.kind)
        val widget = place()
        assertNull(widget.bitmap())
        assertEquals(card.numberGrouped, widget.text(R.id.pocketcard_widget_number))
        assertEquals("Tap to show the code", widget.note())
        eventually("who and how much") {
            draw()
            val points = NumberFormat.getInstance().format(real.core.balance.value.accounts.first().available)
            widget.text(R.id.pocketcard_widget_member) == "Anna · $points pts"
        }
        assertEquals(0, alarms.scheduledAlarms.size)
        shadowOf(widgets).getViewFor(widget).findViewById<View>(android.R.id.background).performClick()
        val opened = shadowOf(app).nextStartedActivity
        assertEquals(Screen::class.java.name, opened.component?.className)
        assertEquals(Route.Card, real.core.openIntent(opened))
    }

    @Test
    fun `it follows the core`() {
        val widget = place()
        assertEquals("No card here yet. Tap to sign in", widget.note())
        onlyLastingCodes()
        HomeCard(app, real.core).use {
            signIn()
            eventually("the code comes") { widget.bitmap() != null }
            runBlocking { real.core.signOut() }
            eventually("and goes, with whose it was") {
                widget.bitmap() == null &&
                    widget.note() == "No card here yet. Tap to sign in" &&
                    widget.text(R.id.pocketcard_widget_number) == null &&
                    widget.text(R.id.pocketcard_widget_member) == null
            }
        }
    }

    @Test
    fun `a blocked card is words`() {
        signIn(Sandbox.DAVID)
        val widget = place()
        assertEquals("Your card is blocked", widget.note())
        assertNull(widget.bitmap())
    }

    private fun tell(action: String, vararg ids: Int) = app.sendBroadcast(
        Intent(action).setClass(app, CardWidget::class.java).putExtra(AppWidgetManager.EXTRA_APPWIDGET_IDS, ids),
    )

    @Test
    fun `after the phone was started it is drawn from what is on disk, without a network`() {
        onlyLastingCodes()
        signIn()
        val widget = unknown()
        real.sandbox.cutOff()
        real.reopen()
        tell(AppWidgetManager.ACTION_APPWIDGET_UPDATE, widget)
        eventually("it is drawn") { widget.bitmap() != null }
        assertNotNull(real.sandbox.scan(assertNotNull(widget.bitmap()).scanned()))
    }

    /** One that was drawn when the core could not be opened. */
    private fun unknown(): Int {
        app.failure = assertFailsWith<PocketcardException.WrongConfig> {
            runBlocking { Pocketcard.open(Phone.config("nonsense", app.filesDir.path), Host(MemorySecrets())) }
        }
        return place().also { app.failure = null }
    }

    @Test
    fun `where the core cannot be opened it is a way into the app`() {
        assertEquals("Tap to open the app", unknown().note())
    }

    @Test
    @Config(qualifiers = "de")
    fun `another language has it drawn anew`() {
        val widget = unknown()
        assertEquals("Tippe, um die App zu öffnen", widget.note())
        tell(Intent.ACTION_LOCALE_CHANGED)
        eventually("it is drawn") { widget.note() == "Noch keine Karte hier. Tippe, um dich anzumelden" }
    }

    @Test
    fun `an alarm has it drawn when a code ends, and goes with the last widget`() {
        withoutCodeKeys()
        signIn()
        val card = assertIs<CardView.Ready>(runBlocking { real.core.currentCard() })
        assertIs<CodeKind.Issued>(card.code.kind)
        val widget = place()
        assertNull(widget.bitmap(), "it is good for five minutes")
        val alarm = alarms.scheduledAlarms.single()
        assertEquals(AlarmManager.ELAPSED_REALTIME_WAKEUP, alarm.type)
        runBlocking { real.core.signOut() }
        assertNotNull(alarm.operation).send()
        eventually("it is drawn, and nothing is waited for") {
            widget.note() == "No card here yet. Tap to sign in" && alarms.scheduledAlarms.isEmpty()
        }
        CardWidget().onDisabled(app)
    }

    @Test
    fun `the launcher has a shortcut to the card`() {
        HomeCard(app, real.core).use {
            val shortcuts = app.getSystemService(ShortcutManager::class.java)
            eventually("the shortcut") { shortcuts.dynamicShortcuts.isNotEmpty() }
            val shortcut = shortcuts.dynamicShortcuts.single()
            assertEquals("Card", shortcut.shortLabel)
            assertEquals(Route.Card, real.core.openIntent(shortcut.intent))
        }
    }
}
