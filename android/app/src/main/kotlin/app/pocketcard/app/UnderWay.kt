package app.pocketcard.app

import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.setValue

/** Acts of one kind that are under way beside one another, each once: the screen shows which. */
internal class UnderWay<T>(private val model: MemberModel) {
    var now by mutableStateOf(emptySet<T>())
        private set

    /** Does [what] about [which], unless that is under way. */
    fun act(which: T, what: suspend () -> Unit) {
        if (which in now) return
        now = now + which
        model.failureRead()
        model.act {
            try {
                what()
            } finally {
                now = now - which
            }
        }
    }
}
