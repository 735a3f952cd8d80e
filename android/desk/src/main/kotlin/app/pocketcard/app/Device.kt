package app.pocketcard.app

import androidx.compose.runtime.Composable
import androidx.compose.runtime.DisposableEffect
import androidx.compose.runtime.ReadOnlyComposable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.rememberUpdatedState
import androidx.compose.runtime.setValue
import androidx.compose.ui.Modifier
import app.pocketcard.Position
import app.pocketcard.desk.LocalPhone
import app.pocketcard.desk.Phone
import java.awt.Desktop
import java.io.IOException
import java.net.URI
import java.net.URISyntaxException

// What the app asks of the device it is on, answered by the phone on the desk.

/** The text of [id] in the app's language. */
@Composable
@ReadOnlyComposable
internal fun text(id: Int): String = LocalPhone.current.resources.text(id)

/** The number that the brand has for [id]. */
@Composable
@ReadOnlyComposable
internal fun number(id: Int): Int = LocalPhone.current.resources.number(id)

/** What the brand says to [id]. */
@Composable
@ReadOnlyComposable
internal fun flag(id: Int): Boolean = LocalPhone.current.resources.flag(id)

/** What the way back of the phone does, while it is [isEnabled]. */
@Composable
internal fun followingBack(isEnabled: Boolean, onBack: () -> Unit): Modifier {
    val phone = LocalPhone.current
    val back by rememberUpdatedState(onBack)
    DisposableEffect(phone, isEnabled) {
        val way = { back() }
        if (isEnabled) phone.waysBack += way
        onDispose { phone.waysBack -= way }
    }
    return Modifier
}

/** The member lets the app know where they are: nobody is asked. */
@Composable
internal fun rememberPositionPermission(onAnswer: (Boolean) -> Unit): () -> Unit = { onAnswer(true) }

/** The device that this is shown on. */
@Composable
internal fun device(): Device {
    val phone = LocalPhone.current
    return remember(phone) { Device(phone) }
}

/** What the phone tells of itself, and what other apps on it do. */
internal class Device(private val phone: Phone) {
    /** Its system. */
    val name: String get() = "${System.getProperty("os.name")}, Java ${System.getProperty("java.version")}"

    /** Of this app. */
    val appVersion: String get() = phone.appVersion

    /** Where it is; null where it does not know. */
    suspend fun position(): Position? = phone.position()

    /** Opens a page of the web; whether there is what shows one. */
    fun opensPage(link: String): Boolean {
        val canOpen = Desktop.isDesktopSupported() && Desktop.getDesktop().isSupported(Desktop.Action.BROWSE)
        return canOpen && try {
            Desktop.getDesktop().browse(URI(link))
            true
        } catch (_: IOException) {
            false
        } catch (_: URISyntaxException) {
            false
        }
    }

    /** There is no map. */
    fun opensWay(to: Position, title: String): Boolean = false

    /** Nobody can be called. */
    fun opensCall(number: String): Boolean = false

    /** The language is chosen beside the phone; here it becomes the next one. */
    fun opensLanguages(): Boolean {
        phone.nextLanguage()
        return true
    }
}

/** The phone's window while a screen shows a code in it: bright, and as it was before when no code is shown. */
internal class CodeWindow {
    var isBright by mutableStateOf(false)
        private set

    /** A code is on screen. */
    fun open() {
        isBright = true
    }

    /** No code is on screen any more. */
    fun close() {
        isBright = false
    }
}
