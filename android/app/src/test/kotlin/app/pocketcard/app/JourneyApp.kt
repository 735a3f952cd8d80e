package app.pocketcard.app

import androidx.compose.foundation.layout.Box
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier

/** The app as it is, but for whom it speaks to and what its camera sees. */
class JourneyApp : MemberApp() {
    override val platformUrl: String get() = platform

    override fun camera(onFrame: (Luminance) -> Unit, onFailure: () -> Unit): CardCamera =
        FedCamera(onFrame, onFailure).also { camera = it }

    internal companion object {
        /** The test's sandbox. */
        @Volatile
        var platform: String = ""

        /** The camera that was opened last. */
        @Volatile
        var camera: FedCamera? = null
    }
}

/** A camera that sees what the test shows it. */
internal class FedCamera(private val onFrame: (Luminance) -> Unit, private val onFailure: () -> Unit) : CardCamera {
    @Volatile
    var isClosed = false
        private set

    @Volatile
    var isLit = false
        private set

    override val hasLight = true

    override fun light(isOn: Boolean) {
        isLit = isOn
    }

    /** As the camera does: on a thread of its own. */
    fun see(frame: Luminance) = Thread { onFrame(frame) }.run {
        start()
        join()
    }

    fun fail() = onFailure()

    override fun close() {
        isClosed = true
    }

    @Composable
    override fun Viewfinder(modifier: Modifier) = Box(modifier)
}
