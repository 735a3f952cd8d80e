package app.pocketcard.platform

import android.view.Window
import android.view.WindowManager.LayoutParams
import java.util.WeakHashMap

/**
 * Makes a window fit to show the card: as bright as the phone can, and awake. What is given back ends that, and leaves
 * the window as it was; a second close does nothing. On the main thread.
 *
 * Several cards may be open in a window at once, as while one screen takes the place of another: the last ends it.
 *
 * @param refuseScreenshots where the programme asks for it: neither screenshots nor the list of recent apps show the
 * window while the card is open.
 */
public fun Window.openCard(refuseScreenshots: Boolean): AutoCloseable {
    val before = windows.getOrPut(this) { CardWindow(this) }
    before.open(refuseScreenshots)
    var isOpen = true
    return AutoCloseable {
        if (isOpen) {
            isOpen = false
            if (before.close(refuseScreenshots)) windows.remove(this)
        }
    }
}

private val windows = WeakHashMap<Window, CardWindow>()

/** What a window was like before the first card was opened in it. Has no hold on the window. */
private class CardWindow(window: Window) {
    private val window = java.lang.ref.WeakReference(window)
    private val brightness = window.attributes.screenBrightness
    private val wasAwake = window.attributes.flags and LayoutParams.FLAG_KEEP_SCREEN_ON != 0
    private val wasSecure = window.attributes.flags and LayoutParams.FLAG_SECURE != 0
    private var open = 0
    private var secure = 0

    fun open(refuseScreenshots: Boolean) {
        open++
        if (refuseScreenshots) secure++
        val window = window.get() ?: return
        window.brightness(LayoutParams.BRIGHTNESS_OVERRIDE_FULL)
        window.addFlags(LayoutParams.FLAG_KEEP_SCREEN_ON)
        if (refuseScreenshots) window.addFlags(LayoutParams.FLAG_SECURE)
    }

    /** Whether it was the last. */
    fun close(refuseScreenshots: Boolean): Boolean {
        open--
        if (refuseScreenshots) secure--
        val window = window.get() ?: return open == 0
        if (secure == 0 && !wasSecure) window.clearFlags(LayoutParams.FLAG_SECURE)
        if (open > 0) return false
        window.brightness(brightness)
        if (!wasAwake) window.clearFlags(LayoutParams.FLAG_KEEP_SCREEN_ON)
        return true
    }

    private fun Window.brightness(value: Float) {
        attributes = attributes.apply { screenBrightness = value }
    }
}
