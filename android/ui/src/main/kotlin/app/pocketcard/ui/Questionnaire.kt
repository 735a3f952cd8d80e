package app.pocketcard.ui

import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.ColumnScope
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.text.KeyboardOptions
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.DisposableEffect
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.rememberUpdatedState
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.text.input.KeyboardType
import app.pocketcard.RejectionKind
import app.pocketcard.TaskAnswer
import app.pocketcard.TaskQuestionKind
import app.pocketcard.TaskQuestionView
import app.pocketcard.TaskView
import kotlinx.coroutines.delay
import java.time.LocalDate
import java.time.format.DateTimeParseException

/** The questions of a task, in place once the member wants them. Answers that are not handed in are kept. */
@Composable
internal fun ColumnScope.Questionnaire(task: TaskView, left: Int, onEvent: (TasksEvent) -> Unit) {
    var isOpen by rememberSaveable { mutableStateOf(false) }
    if (isOpen) {
        Questions(task, onEvent)
    } else {
        MainButton(plural(R.plurals.task_answer, left, left), { isOpen = true }, Modifier.fillMaxWidth())
    }
}

@Composable
private fun ColumnScope.Questions(task: TaskView, onEvent: (TasksEvent) -> Unit) {
    val open = task.questions.filterNot { it.answered }
    var given by rememberSaveable {
        mutableStateOf(open.mapNotNull { question -> question.value?.let { question.id to it } }.toMap())
    }
    val answers = open.mapNotNull { question ->
        given[question.id]?.let { toSend(question.kind, it) }?.let { TaskAnswer(question.id, it) }
    }
    val isHandedIn = remember(task.questions, given) { mutableStateOf(false) }
    KeepAnswers(answers, isHandedIn.value) { onEvent(TasksEvent.KeepAnswers(task.id, it)) }
    for (question in task.questions) {
        Column(Modifier.padding(top = STEP)) {
            Text(question.title, style = MaterialTheme.typography.titleMedium)
            if (question.answered) {
                Answered(question)
            } else {
                Answer(question, given[question.id].orEmpty()) { given = given + (question.id to it) }
            }
        }
    }
    val areRight = open.none { isWrong(it.kind, given[it.id].orEmpty()) }
    MainButton(
        text(R.string.task_hand_in),
        {
            isHandedIn.value = true
            onEvent(TasksEvent.HandIn(task.id, answers))
        },
        Modifier.fillMaxWidth().padding(top = STEP),
        enabled = answers.isNotEmpty() && areRight && !isHandedIn.value,
    )
}

/** Has answers kept whenever the member pauses, and when they leave; not what was handed in. */
@Composable
private fun KeepAnswers(answers: List<TaskAnswer>, areHandedIn: Boolean, onKeep: (List<TaskAnswer>) -> Unit) {
    val kept = remember { mutableStateOf(answers) }
    val tell by rememberUpdatedState { now: List<TaskAnswer> ->
        if (now != kept.value && !areHandedIn) onKeep(now)
        kept.value = now
    }
    val last by rememberUpdatedState(answers)
    LaunchedEffect(answers) {
        delay(PAUSE)
        tell(answers)
    }
    DisposableEffect(Unit) { onDispose { tell(last) } }
}

private const val PAUSE = 500L

@Composable
private fun Answered(question: TaskQuestionView) {
    val value = question.value
    val name = question.options.firstOrNull { it.id.toString() == value }?.name ?: value
    SignedLine(Icons.done, name ?: text(R.string.task_answered))
}

@Composable
private fun Answer(question: TaskQuestionView, value: String, onChange: (String) -> Unit) {
    if (question.kind is TaskQuestionKind.Choice) {
        for (option in question.options) {
            OneOption(option.name, option.id.toString() == value) { onChange(option.id.toString()) }
        }
        return
    }
    val isNumber = question.kind is TaskQuestionKind.Number
    Field(
        value,
        onChange,
        text(if (question.kind is TaskQuestionKind.Date) R.string.answer_date else R.string.answer),
        keyboard = if (isNumber) KeyboardOptions(keyboardType = KeyboardType.Decimal) else KeyboardOptions.Default,
        failure = if (isWrong(question.kind, value)) Failure.Refused(null, RejectionKind.INVALID) else null,
        isDigits = isNumber || question.kind is TaskQuestionKind.Date,
    )
}

/** An answer as it is handed in; null where there is none yet. */
internal fun toSend(kind: TaskQuestionKind, value: String): String? {
    val typed = value.trim()
    return when (kind) {
        TaskQuestionKind.Number -> number(typed)
        TaskQuestionKind.Date -> typed.takeIf { isDay(it) }
        TaskQuestionKind.Choice, TaskQuestionKind.Text, is TaskQuestionKind.Other -> typed.ifEmpty { null }
    }
}

/** What was typed cannot become an answer by typing on. */
private fun isWrong(kind: TaskQuestionKind, value: String): Boolean = when (kind) {
    TaskQuestionKind.Number -> value.isNotBlank() && number(value.trim()) == null
    TaskQuestionKind.Date -> value.trim().length >= DAY_LENGTH && !isDay(value.trim())
    TaskQuestionKind.Choice, TaskQuestionKind.Text, is TaskQuestionKind.Other -> false
}

private const val DAY_LENGTH = 10

/** With the point that the platform writes, whichever sign was typed. */
private fun number(typed: String): String? = typed.replace(',', '.').toBigDecimalOrNull()?.toPlainString()

private fun isDay(typed: String): Boolean = try {
    LocalDate.parse(typed).toString() == typed
} catch (_: DateTimeParseException) {
    false
}
