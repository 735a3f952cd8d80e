package app.pocketcard.ui

import androidx.compose.foundation.clickable
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.ColumnScope
import androidx.compose.foundation.layout.PaddingValues
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.lazy.LazyColumn
import androidx.compose.foundation.lazy.LazyListScope
import androidx.compose.foundation.lazy.items
import androidx.compose.foundation.lazy.rememberLazyListState
import androidx.compose.material3.Icon
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clip
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import app.pocketcard.Currency
import app.pocketcard.Game
import app.pocketcard.NextStep
import app.pocketcard.Participation
import app.pocketcard.TaskAnswer
import app.pocketcard.TaskKind
import app.pocketcard.TaskSetView
import app.pocketcard.TaskState
import app.pocketcard.TaskView
import app.pocketcard.TasksView

/** What a member does with the tasks, and what the screen tells the app of itself. */
public sealed interface TasksEvent {
    /** Takes part in a task, or no longer. */
    public data class TakePart(val task: String, val takesPart: Boolean) : TasksEvent

    /** Typed or chose answers and has not handed them in: they are to be there after an interruption. */
    public data class KeepAnswers(val task: String, val answers: List<TaskAnswer>) : TasksEvent

    /** Hands in answers. */
    public data class HandIn(val task: String, val answers: List<TaskAnswer>) : TasksEvent

    /** Follows the programme's link. */
    public data class Follow(val link: String) : TasksEvent

    /** Saw the completion of these tasks celebrated. */
    public data class Celebrated(val tasks: List<String>) : TasksEvent

    /** Wants to play a game. */
    public data class OpenGame(val game: String) : TasksEvent

    /** Wants to sign in. */
    public data object SignIn : TasksEvent

    /** Wants the platform asked anew. */
    public data object Refresh : TasksEvent
}

/**
 * Sets of tasks, the tasks in the core's order, games, and what the member has won: level and badges. What was completed
 * is celebrated above it, once.
 *
 * @param currencies of the member's accounts, for the names of points.
 * @param first the task to begin at, where the member came for one.
 * @param image draws the picture at a URL.
 */
@Composable
public fun TasksScreen(
    tasks: TasksView,
    isSignedIn: Boolean,
    onEvent: (TasksEvent) -> Unit,
    modifier: Modifier = Modifier,
    currencies: List<Currency> = emptyList(),
    first: String? = null,
    image: @Composable (url: String, modifier: Modifier) -> Unit = { _, _ -> },
) {
    WhatIsKnown(
        tasks.freshness,
        isSignedIn,
        { onEvent(TasksEvent.Refresh) },
        { onEvent(TasksEvent.SignIn) },
        modifier,
        { Placeholders(heights = listOf(88.dp, 152.dp, 152.dp, 152.dp)) },
    ) {
        val rewards = remember(currencies, tasks.badges) { Rewards(currencies, tasks.badges) }
        if (tasks.isEmpty) {
            Notice(icon = Icons.tasks, title = text(R.string.tasks_none), body = text(R.string.tasks_none_body))
        } else {
            Tasks(tasks, rewards, first, onEvent, image)
        }
        Celebrations(tasks.celebrations, rewards) { onEvent(TasksEvent.Celebrated(it)) }
    }
}

private val TasksView.isEmpty: Boolean
    get() = listOf(sets, tasks, games, badges).all { it.isEmpty() } && level == null

@Composable
private fun Tasks(
    tasks: TasksView,
    rewards: Rewards,
    first: String?,
    onEvent: (TasksEvent) -> Unit,
    image: @Composable (url: String, modifier: Modifier) -> Unit,
) {
    val words = words()
    val list = rememberLazyListState()
    val at = tasks.tasks.indexOfFirst { it.id == first }
    val before = tasks.sets.size + if (tasks.expected.isEmpty()) 0 else 1
    var isThere by rememberSaveable(first) { mutableStateOf(false) }
    LaunchedEffect(first, at >= 0) {
        if (at >= 0 && !isThere) {
            isThere = true
            list.scrollToItem(before + at)
        }
    }
    LazyColumn(
        Modifier.fillMaxSize(),
        list,
        PaddingValues(STEP * 2),
        verticalArrangement = Arrangement.spacedBy(STEP * 2),
    ) {
        items(
            tasks.sets,
            key = { "set ${it.id}" },
            contentType = { "set" },
        ) { set -> Part { SetContent(set, rewards) } }
        if (tasks.expected.isNotEmpty()) {
            item(key = "expected", contentType = "expected") {
                val points = tasks.expected.joinToString(" · ") { words.change(it, rewards.currencies) }
                SignedLine(Icons.waiting, text(R.string.tasks_expected, points))
            }
        }
        items(tasks.tasks, key = { "task ${it.id}" }, contentType = { "task" }) { task ->
            Part { TaskContent(task, rewards, onEvent, image) }
        }
        games(tasks.games, words, onEvent)
        if (tasks.level != null || tasks.badges.isNotEmpty()) {
            item(key = "won", contentType = "title") { PartTitle(text(R.string.tasks_won)) }
        }
        tasks.level?.let { level ->
            item(key = "level", contentType = "level") { Part { LevelContent(level) } }
        }
        if (tasks.badges.isNotEmpty()) {
            item(key = "badges", contentType = "badges") { Badges(tasks.badges, image) }
        }
    }
}

/** As a ring: how much of a set is done, and what all of it brings. */
@Composable
private fun SetContent(set: TaskSetView, rewards: Rewards) {
    val (all, done, waiting) = Triple(set.tasks.size, set.done.toInt(), set.waiting.toInt())
    Row(
        Modifier.semantics(mergeDescendants = true) {},
        Arrangement.spacedBy(STEP * 2),
        Alignment.CenterVertically,
    ) {
        Ring(all, done, waiting)
        Column(Modifier.weight(1f)) {
            PartTitle(set.title)
            Text(plural(R.plurals.set_done, all, done, all))
            if (waiting > 0) Quiet(text(R.string.task_waiting, words().amount(waiting.toBigDecimal())))
            reward(set.reward, rewards)?.let { Quiet(text(R.string.set_reward, it)) }
            if (set.completed) SignedLine(Icons.done, text(R.string.task_done))
        }
    }
}

@Composable
private fun ColumnScope.TaskContent(
    task: TaskView,
    rewards: Rewards,
    onEvent: (TasksEvent) -> Unit,
    image: @Composable (url: String, modifier: Modifier) -> Unit,
) {
    Row(Modifier.semantics(mergeDescendants = true) {}, Arrangement.spacedBy(STEP * 2)) {
        Column(Modifier.weight(1f)) {
            PartTitle(task.title)
            reward(task.reward, rewards)?.let {
                Text(
                    asLine(it),
                    color = MaterialTheme.colorScheme.primary,
                    style = MaterialTheme.typography.titleMedium,
                )
            }
            if (task.description.isNotBlank()) Text(task.description)
        }
        task.imageUrl?.let { RowPicture(it, Icons.tasks, image) }
    }
    if (task.isUnderWay) {
        if (task.streak.isNotEmpty()) Streak(task.streak)
        TaskProgress(task)
    }
    Standing(task)
    NextLine(task)
    val end = task.ends?.takeIf { task.state is TaskState.Open || task.state is TaskState.Upcoming }
    end?.let { Quiet(asLine(end(it, words()))) }
    NextButton(task, onEvent)
}

/** The member takes part, and there is something to tell of it. */
private val TaskView.isUnderWay: Boolean
    get() = when (participation) {
        Participation.OUT, Participation.OUT_WAITING -> {
            false
        }

        Participation.AUTOMATIC, Participation.IN, Participation.IN_WAITING -> {
            state is TaskState.Open || state is TaskState.DoneWaiting || state is TaskState.Expired
        }
    }

/** Where a task stands, and whether the member takes part. */
@Composable
private fun Standing(task: TaskView) {
    val words = words()
    val times = task.completions.toInt()
    when (val state = task.state) {
        is TaskState.Upcoming -> SignedLine(Icons.waiting, text(R.string.offer_from, words.begin(state.from)))

        TaskState.Open -> if (times > 0) SignedLine(Icons.done, plural(R.plurals.task_done_times, times, times))

        TaskState.DoneWaiting -> SignedLine(Icons.waiting, text(R.string.task_done_waiting))

        TaskState.Done -> SignedLine(
            Icons.done,
            if (times > 1) plural(R.plurals.task_done_times, times, times) else text(R.string.task_done),
        )

        TaskState.Expired -> SignedLine(Icons.close, text(R.string.offer_over))
    }
    when (task.participation) {
        Participation.IN_WAITING -> SignedLine(Icons.waiting, text(R.string.task_in_waiting))
        Participation.OUT_WAITING -> SignedLine(Icons.waiting, text(R.string.task_out_waiting))
        Participation.AUTOMATIC, Participation.OUT, Participation.IN -> Unit
    }
    task.refused?.let { SignedLine(Icons.problem, it.ifEmpty { text(R.string.failure_refused) }, isProblem = true) }
}

/** What the member can do next, where that is nothing for a button. */
@Composable
private fun NextLine(task: TaskView) {
    when (val next = task.next) {
        is NextStep.Do -> whatIsLeft(task.kind, next)?.let { SignedLine(Icons.forward, it) }

        NextStep.ComeBack -> SignedLine(Icons.done, text(R.string.task_come_back))

        // The lines above say why, or a button does.
        NextStep.Nothing, NextStep.Wait, NextStep.TakePart, is NextStep.Answer, is NextStep.Follow -> Unit
    }
}

/** The one thing to do next, and where the member chose to take part, the way out. */
@Composable
private fun ColumnScope.NextButton(task: TaskView, onEvent: (TasksEvent) -> Unit) {
    when (val next = task.next) {
        NextStep.TakePart -> MainButton(
            text(R.string.task_take_part),
            { onEvent(TasksEvent.TakePart(task.id, true)) },
            Modifier.fillMaxWidth(),
        )

        is NextStep.Answer -> Questionnaire(task, next.left.toInt(), onEvent)

        is NextStep.Follow -> MainButton(
            next.label,
            { onEvent(TasksEvent.Follow(next.link)) },
            Modifier.fillMaxWidth(),
        )

        NextStep.Nothing, NextStep.Wait, is NextStep.Do, NextStep.ComeBack -> Unit
    }
    val isIn = task.participation == Participation.IN || task.participation == Participation.IN_WAITING
    if (isIn && (task.state is TaskState.Open || task.state is TaskState.Upcoming)) {
        Leave { onEvent(TasksEvent.TakePart(task.id, false)) }
    }
}

/** How much is left to do; null where the programme's texts say it. */
@Composable
private fun whatIsLeft(kind: TaskKind, next: NextStep.Do): String? {
    val words = words()
    val (count, left) = words.count(next.remaining) to words.amount(next.remaining)
    return when {
        next.remaining.signum() <= 0 -> null
        kind is TaskKind.Count -> plural(R.plurals.task_times_left, count, left)
        kind is TaskKind.Amount -> text(R.string.task_amount_left, left)
        kind is TaskKind.Streak -> plural(R.plurals.task_streak_left, count, left)
        else -> null
    }
}

/** The way out of a task, after a question: what was counted is lost by it. */
@Composable
private fun ColumnScope.Leave(onLeave: () -> Unit) {
    var isAsked by rememberSaveable { mutableStateOf(false) }
    TextButton({ isAsked = true }, Modifier.heightIn(min = TARGET).align(Alignment.End)) {
        Text(text(R.string.task_leave))
    }
    if (!isAsked) return
    Question(
        title = text(R.string.task_leave_title),
        body = text(R.string.task_leave_what),
        yes = text(R.string.task_leave),
        onNo = { isAsked = false },
    ) {
        isAsked = false
        onLeave()
    }
}

private fun LazyListScope.games(games: List<Game>, words: Words, onEvent: (TasksEvent) -> Unit) {
    if (games.isEmpty()) return
    item(key = "games", contentType = "title") { PartTitle(text(R.string.games)) }
    items(games, key = { "game ${it.id}" }, contentType = { "game" }) { game ->
        val label = text(R.string.game_play)
        val canPlay = game.playsLeft > 0u
        Part(
            Modifier.clip(MaterialTheme.shapes.medium).clickable(canPlay, label) {
                onEvent(TasksEvent.OpenGame(game.id))
            },
        ) {
            Row(
                Modifier.fillMaxWidth().heightIn(min = TARGET),
                Arrangement.spacedBy(STEP * 2),
                Alignment.CenterVertically,
            ) {
                Icon(Icons.game, contentDescription = null, tint = MaterialTheme.colorScheme.primary)
                Column(Modifier.weight(1f)) {
                    Text(game.title, style = MaterialTheme.typography.titleMedium)
                    Quiet(playsLeft(game, words))
                }
                if (canPlay) Icon(Icons.forward, contentDescription = null)
            }
        }
    }
}

/** As `2 plays left · ends today`. */
@Composable
internal fun playsLeft(game: Game, words: Words): String {
    val left = game.playsLeft.toInt()
    val plays = if (left > 0) plural(R.plurals.game_plays, left, left) else text(R.string.game_no_plays)
    return listOfNotNull(plays, game.until?.let { end(it, words) }).joinToString(" · ")
}
