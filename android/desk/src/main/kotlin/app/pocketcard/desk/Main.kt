package app.pocketcard.desk

import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.runtime.Composable
import androidx.compose.runtime.remember
import androidx.compose.ui.Modifier
import androidx.compose.ui.awt.ComposePanel
import androidx.compose.ui.awt.SwingPanel
import androidx.compose.ui.unit.DpSize
import androidx.compose.ui.window.Window
import androidx.compose.ui.window.application
import androidx.compose.ui.window.rememberWindowState
import java.awt.AWTError
import java.awt.Dimension
import java.awt.GraphicsEnvironment
import java.awt.HeadlessException
import kotlin.system.exitProcess

/** Opens the desk in a window. The sandbox ends with it, however it ends. */
internal fun main() {
    whyNoWindow()?.let {
        System.err.println(it)
        exitProcess(1)
    }
    val desk = Desk()
    Runtime.getRuntime().addShutdownHook(Thread(desk::close))
    application {
        Window(
            onCloseRequest = ::exitApplication,
            state = rememberWindowState(size = remember { DpSize(DESK_WIDTH, DESK_HEIGHT) }),
            title = "Pocketcard",
        ) {
            DeskScreen(desk) { Glass(it) }
        }
    }
}

/** A window within the window: dialogs of the phone stay in it. */
@Composable
private fun Glass(screen: @Composable () -> Unit) {
    SwingPanel(
        factory = {
            ComposePanel().apply {
                // Swing asks before there is anything to measure.
                preferredSize = Dimension()
                minimumSize = preferredSize
                setContent(screen)
            }
        },
        Modifier.fillMaxSize(),
    )
}

/** What is missing for a window; null: nothing. */
private fun whyNoWindow(): String? = try {
    GraphicsEnvironment.getLocalGraphicsEnvironment().defaultScreenDevice
    null
} catch (_: HeadlessException) {
    NO_DISPLAY
} catch (_: AWTError) {
    // None answers at DISPLAY.
    NO_DISPLAY
} catch (_: LinkageError) {
    "this Java opens no windows: install `openjdk-17-jre` (Debian, Ubuntu), or another that is not headless"
}

private const val NO_DISPLAY = "no display: set DISPLAY, or run the tests with `cd android && mvn -pl desk -am verify`"
