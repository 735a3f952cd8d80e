package app.pocketcard.platform

import android.view.Window
import android.view.WindowManager.LayoutParams
import org.junit.After
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner
import kotlin.test.assertEquals

@RunWith(RobolectricTestRunner::class)
class CardWindowTest {
    private val screen = Robolectric.buildActivity(Screen::class.java).setup()
    private val window: Window = screen.get().window

    @After
    fun close() = screen.close()

    private fun Window.has(flag: Int) = attributes.flags and flag != 0

    private fun looks(brightness: Float, awake: Boolean, secure: Boolean) = assertEquals(
        Triple(brightness, awake, secure),
        Triple(
            window.attributes.screenBrightness,
            window.has(LayoutParams.FLAG_KEEP_SCREEN_ON),
            window.has(LayoutParams.FLAG_SECURE),
        ),
    )

    @Test
    fun `bright and awake while the card is open, and as before after it`() {
        window.attributes = window.attributes.apply { screenBrightness = 0.4f }
        val card = window.openCard(refuseScreenshots = false)
        looks(1f, awake = true, secure = false)
        repeat(2) { card.close() }
        looks(0.4f, awake = false, secure = false)
    }

    @Test
    fun `screenshots are refused where the programme asks for it`() {
        window.openCard(refuseScreenshots = true).use { looks(1f, awake = true, secure = true) }
        looks(LayoutParams.BRIGHTNESS_OVERRIDE_NONE, awake = false, secure = false)
    }

    @Test
    fun `what the app had set for itself stays`() {
        window.addFlags(LayoutParams.FLAG_SECURE or LayoutParams.FLAG_KEEP_SCREEN_ON)
        window.openCard(refuseScreenshots = true).close()
        looks(LayoutParams.BRIGHTNESS_OVERRIDE_NONE, awake = true, secure = true)
    }

    @Test
    fun `of two cards the last ends it, in any order`() {
        val first = window.openCard(refuseScreenshots = true)
        val second = window.openCard(refuseScreenshots = false)
        first.close()
        looks(1f, awake = true, secure = false)
        second.close()
        looks(LayoutParams.BRIGHTNESS_OVERRIDE_NONE, awake = false, secure = false)
        window.openCard(refuseScreenshots = false).use { looks(1f, awake = true, secure = false) }
    }
}
