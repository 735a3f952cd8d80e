package app.pocketcard.app

import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.setValue
import app.pocketcard.GameOutcome
import app.pocketcard.Pocketcard

/** What the member plays, and what the platform drew. */
internal class TasksModel(model: MemberModel) {
    /** The games that the platform is just drawing for. */
    val playing = UnderWay<String>(model)

    /** What it drew, by game, until the member has seen it. */
    var outcomes by mutableStateOf(emptyMap<String, GameOutcome>())
        private set

    /** Plays; what comes of it is kept, wherever the member has gone meanwhile. */
    fun play(core: Pocketcard, game: String) = playing.act(game) {
        val outcome = core.play(game)
        outcomes = outcomes + (game to outcome)
    }

    fun seen(game: String) {
        outcomes = outcomes - game
    }

    fun forget() {
        outcomes = emptyMap()
    }
}
