package app.pocketcard.app

import android.view.Window
import app.pocketcard.platform.openCard

/**
 * The app's window while a screen shows a code in it: bright and awake, and as it was before when no code is shown.
 *
 * @param refuseScreenshots the programme asks for it.
 */
internal class CodeWindow(private val window: Window, private val refuseScreenshots: Boolean) {
    private var open: AutoCloseable? = null

    /** A code is on screen. */
    fun open() {
        close()
        open = window.openCard(refuseScreenshots)
    }

    /** No code is on screen any more. */
    fun close() {
        open?.close()
        open = null
    }
}
