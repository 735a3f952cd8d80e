package app.pocketcard.app

import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.ui.Modifier
import androidx.lifecycle.compose.collectAsStateWithLifecycle
import app.pocketcard.Activity
import app.pocketcard.Pocketcard
import app.pocketcard.ui.Failure
import app.pocketcard.ui.GameEvent
import app.pocketcard.ui.GameScreen
import app.pocketcard.ui.TasksEvent
import app.pocketcard.ui.TasksScreen

/**
 * Tasks, games, and what was won by them.
 *
 * @param first the task that the member came for.
 */
@Composable
internal fun Tasks(
    core: Pocketcard,
    model: MemberModel,
    image: @Composable (url: String, modifier: Modifier) -> Unit,
    first: String? = null,
) {
    val tasks by core.tasks.collectAsStateWithLifecycle()
    val balance by core.balance.collectAsStateWithLifecycle()
    val device = device()
    if (first != null && tasks.tasks.any { it.id == first }) Viewed(core, model, Activity.TaskViewed(first))
    TasksScreen(
        tasks,
        core.hasMember(),
        onEvent = { event ->
            when (event) {
                is TasksEvent.TakePart -> model.act { core.setOptedIn(event.task, event.takesPart) }
                is TasksEvent.KeepAnswers -> model.act { core.keepAnswers(event.task, event.answers) }
                is TasksEvent.HandIn -> model.act { core.answerTask(event.task, event.answers) }
                is TasksEvent.Follow -> device.follow(core, model, event.link)
                is TasksEvent.Celebrated -> model.act { core.celebrated(event.tasks) }
                is TasksEvent.OpenGame -> model.open(Place.Game(event.game))
                TasksEvent.SignIn -> model.open(Place.SignIn)
                TasksEvent.Refresh -> model.refresh(core)
            }
        },
        currencies = balance.accounts.map { it.currency },
        first = first,
        image = image,
    )
}

/** Goes where a link of the programme leads: to a screen of this app, or a page of the web. */
private fun Device.follow(core: Pocketcard, model: MemberModel, link: String) {
    val route = core.openLink(link)
    when {
        route != null -> model.follow(route)
        !link.startsWith("https:") -> model.fail(Failure.NotOffered)
        !opensPage(link) -> model.fail(Failure.NoApp)
    }
}

/** One game. */
@Composable
internal fun Game(core: Pocketcard, model: MemberModel, id: String) {
    val tasks by core.tasks.collectAsStateWithLifecycle()
    val balance by core.balance.collectAsStateWithLifecycle()
    GameScreen(
        tasks.games.find { it.id == id },
        tasks.freshness,
        core.hasMember(),
        onEvent = { event ->
            when (event) {
                is GameEvent.Play -> model.tasks.play(core, event.game)
                GameEvent.Seen -> model.tasks.seen(id)
                GameEvent.OpenTasks -> model.leave(Place.Game(id))
                GameEvent.SignIn -> model.open(Place.SignIn)
                GameEvent.Refresh -> model.refresh(core)
            }
        },
        isPlaying = id in model.tasks.playing.now,
        outcome = model.tasks.outcomes[id],
        currencies = balance.accounts.map { it.currency },
        badges = tasks.badges,
    )
}
