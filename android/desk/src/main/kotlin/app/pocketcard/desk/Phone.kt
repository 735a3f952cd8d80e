package app.pocketcard.desk

import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateListOf
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.setValue
import androidx.compose.runtime.staticCompositionLocalOf
import androidx.compose.ui.graphics.layer.GraphicsLayer
import androidx.lifecycle.Lifecycle
import androidx.lifecycle.LifecycleOwner
import androidx.lifecycle.LifecycleRegistry
import androidx.lifecycle.SavedStateHandle
import androidx.lifecycle.viewModelScope
import app.pocketcard.Config
import app.pocketcard.Pocketcard
import app.pocketcard.PocketcardException
import app.pocketcard.Position
import app.pocketcard.PushService
import app.pocketcard.app.CodeWindow
import app.pocketcard.app.MemberModel
import app.pocketcard.app.R
import kotlinx.coroutines.cancel
import kotlinx.coroutines.delay
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock
import java.util.Locale
import java.util.TimeZone
import app.pocketcard.testing.Phone as Storage

/** The phone that this is shown on. */
internal val LocalPhone = staticCompositionLocalOf<Phone> { error("there is no phone around this") }

/** The phone on the desk with the app on it, which is in front. Its data goes when it is closed. On the main thread. */
internal class Phone(url: String) :
    LifecycleOwner,
    AutoCloseable {
    /** Its clocks. */
    val clock = PhoneClock()

    /** Where the app is, and what the member asked for. */
    val model = MemberModel(SavedStateHandle())

    /** Bright while a code is on screen. */
    val window = CodeWindow()

    /** What its screen shows, as it was drawn last; null: there is no screen. */
    var picture: GraphicsLayer? = null

    /** What its way back does: the last one that there is. */
    val waysBack = mutableStateListOf<() -> Unit>()

    /** Texts and brand, in the app's language. */
    var resources by mutableStateOf(Resources(Resources.languages.first()))
        private set

    /** Null while it is being opened. */
    var core by mutableStateOf<Pocketcard?>(null)
        private set

    /** Of this app; a build that is not packed has none. */
    val appVersion: String = Phone::class.java.`package`.implementationVersion ?: "0"

    private val storage = Storage(url, clock)
    private val opening = Mutex()

    override val lifecycle: Lifecycle =
        LifecycleRegistry.createUnsafe(this).apply { currentState = Lifecycle.State.RESUMED }

    /** Opens the app, and asks the platform for everything. */
    suspend fun open() = opening.withLock {
        core?.close()
        core = null
        val opened = Pocketcard.open(config(), storage.host)
        core = opened
        opened.setPushToken(PUSH_TOKEN, PushService.FCM)
        wake()
    }

    /** The member looks at it: it shows what is so now. */
    suspend fun wake() {
        val core = core ?: return
        core.setActive(true)
        try {
            core.refresh()
        } catch (_: PocketcardException) {
            // The screens say how old they are.
        }
    }

    /** The app speaks another language; so does the platform to it, for which it is opened anew. */
    fun speak(language: Locale) {
        if (language == resources.locale) return
        resources = Resources(language)
        model.act(::open)
    }

    /** The one that comes after this in the app's list. */
    fun nextLanguage() {
        val all = Resources.languages
        speak(all[(all.indexOf(resources.locale) + 1) % all.size])
    }

    /** Where it is: at the chain's first store. */
    suspend fun position(): Position? {
        // As if it looked for that.
        delay(LOCATING)
        return ALEXANDERPLATZ
    }

    /** Back by one screen, if there is one. */
    fun back() {
        waysBack.lastOrNull()?.invoke()
    }

    override fun close() {
        model.viewModelScope.cancel()
        core?.close()
        storage.close()
    }

    private fun config(): Config = storage.config.copy(
        appName = resources.text(R.string.brand_app),
        appVersion = appVersion,
        locale = resources.locale.toLanguageTag(),
        timeZone = TimeZone.getDefault().id,
        linkScheme = resources.text(R.string.brand_scheme),
        linkHosts = listOf(resources.text(R.string.brand_host)),
    )

    companion object {
        /** What the push service calls this installation. */
        const val PUSH_TOKEN = "desk"

        private val ALEXANDERPLATZ = Position(52.52, 13.41)

        /** In milliseconds. */
        private const val LOCATING = 300L
    }
}
