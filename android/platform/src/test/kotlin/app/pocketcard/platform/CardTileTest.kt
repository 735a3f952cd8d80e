package app.pocketcard.platform

import android.app.PendingIntent
import android.content.Intent
import android.os.Build
import android.os.IBinder
import android.service.quicksettings.Tile
import app.pocketcard.Route
import app.pocketcard.testing.Sandbox
import app.pocketcard.testing.signIn
import kotlinx.coroutines.runBlocking
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner
import org.robolectric.Shadows.shadowOf
import org.robolectric.util.ReflectionHelpers
import java.lang.reflect.Proxy
import kotlin.test.assertEquals

@RunWith(RobolectricTestRunner::class)
class CardTileTest {
    @get:Rule val real = RealCore()
    private val service by lazy { Robolectric.setupService(CardTile::class.java) }

    /** The member opens the quick settings. */
    private fun tile(): Tile {
        service.onStartListening()
        eventually("it is labelled") { service.qsTile?.label != null }
        return service.qsTile
    }

    @Test
    fun `it has the card's name, and is lit`() {
        runBlocking { real.core.signIn(real.sandbox, Sandbox.ANNA) }
        val tile = tile()
        assertEquals(Tile.STATE_ACTIVE to "Plastic card", tile.state to tile.label)
        assertEquals("Plastic card", tile.contentDescription)
        service.onStopListening()
    }

    @Test
    fun `it says why where no till takes the card`() {
        runBlocking { real.core.signIn(real.sandbox, Sandbox.DAVID) }
        val tile = tile()
        assertEquals(Tile.STATE_INACTIVE, tile.state)
        assertEquals("Virtual card. Your card is blocked", tile.contentDescription)
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.Q) {
            assertEquals("Virtual card" to "Your card is blocked", tile.label to tile.subtitle)
        } else {
            assertEquals("Your card is blocked", tile.label)
        }
    }

    @Test
    fun `a tap opens the card`() {
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.UPSIDE_DOWN_CAKE) listenToPanel()
        service.onClick()
        val opened = shadowOf(real.app).nextStartedActivity
        assertEquals(Screen::class.java.name, opened.component?.className)
        assertEquals(Intent.FLAG_ACTIVITY_NEW_TASK, opened.flags and Intent.FLAG_ACTIVITY_NEW_TASK)
        assertEquals(Route.Card, real.core.openIntent(opened))
    }

    /** The panel of the quick settings, which Robolectric has no part of: it sends what a tile asks it to. */
    private fun listenToPanel() {
        val type = Class.forName("android.service.quicksettings.IQSService")
        val panel =
            Proxy.newProxyInstance(type.classLoader, arrayOf(type)) { _, method, arguments ->
                if (method.name == "startActivity") (arguments[1] as PendingIntent).send()
                null
            }
        ReflectionHelpers.setField(service, "mService", panel)
        ReflectionHelpers.setField(service, "mTileToken", null as IBinder?)
    }
}
