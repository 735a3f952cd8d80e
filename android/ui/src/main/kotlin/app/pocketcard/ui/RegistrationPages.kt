package app.pocketcard.ui

import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.selection.toggleable
import androidx.compose.foundation.text.KeyboardOptions
import androidx.compose.material3.Checkbox
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.autofill.ContentType
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.text.input.KeyboardType
import app.pocketcard.Answer
import app.pocketcard.PendingStep
import app.pocketcard.Question
import app.pocketcard.RegistrationAction
import app.pocketcard.RegistrationActionKind
import app.pocketcard.RegistrationStep

/** What a registration still asks for, one thing a page. What is not required can be passed over. */
@Composable
internal fun RegistrationPages(
    asked: Asked,
    step: PendingStep.Registration,
    questions: List<Question>,
    modifier: Modifier = Modifier,
) {
    var passed by rememberSaveable { mutableStateOf(listOf<Int>()) }
    val at = step.actions.indices.firstOrNull { !step.actions[it].done && it !in passed }
    if (at == null) {
        Page(text(R.string.register_finish_title), modifier, text(R.string.register_finish_body)) {
            FailureText(asked.failure)
            StepButton(text(R.string.register_finish), asked, RegistrationStep.Finish)
        }
        return
    }
    val action = step.actions[at]
    val sent = when (action.kind) {
        RegistrationActionKind.ChangePhone -> step.phoneCode
        RegistrationActionKind.ChangeEmail -> step.emailCode
        else -> null
    }
    if (sent != null) {
        CodePage(asked, sent.to, sent.length?.toInt() ?: asked.options.codeDigits, sent.sentAt, modifier)
        return
    }
    Page(text(action.title), modifier, text(action.body)) {
        Quiet(text(R.string.register_progress, at + 1, step.actions.size))
        ActionContent(asked, action, questions)
        if (!action.required) Choice(text(R.string.register_later), !asked.isBusy) { passed = passed + at }
        Choice(text(R.string.register_leave)) { asked.onEvent(SignInEvent.Leave) }
    }
}

private val RegistrationAction.title: Int
    get() = when (kind) {
        RegistrationActionKind.AcceptTerms -> R.string.register_terms
        RegistrationActionKind.ChangePhone -> R.string.register_phone
        RegistrationActionKind.ChangeEmail -> R.string.register_email
        RegistrationActionKind.Questions -> R.string.register_questions
        RegistrationActionKind.AttachCard -> R.string.card_link
        RegistrationActionKind.AssignCard -> R.string.card_issue
        RegistrationActionKind.PasswordRequired -> R.string.register_password
        RegistrationActionKind.AcceptSubscriptions -> R.string.register_subscriptions
        is RegistrationActionKind.Other -> R.string.register_other
    }

private val RegistrationAction.body: Int
    get() = when (kind) {
        RegistrationActionKind.AcceptTerms -> R.string.register_terms_body

        RegistrationActionKind.ChangePhone -> R.string.register_phone_body

        RegistrationActionKind.ChangeEmail -> R.string.register_email_body

        RegistrationActionKind.Questions -> R.string.register_questions_body

        RegistrationActionKind.AttachCard -> R.string.register_link_body

        RegistrationActionKind.AssignCard -> R.string.register_issue_body

        RegistrationActionKind.PasswordRequired,
        RegistrationActionKind.AcceptSubscriptions,
        is RegistrationActionKind.Other,
        -> R.string.register_elsewhere
    }

@Composable
private fun ActionContent(asked: Asked, action: RegistrationAction, questions: List<Question>) {
    when (action.kind) {
        RegistrationActionKind.AcceptTerms -> {
            Column {
                if (asked.options.hasTerms) {
                    Choice(text(R.string.sign_in_read_terms)) { asked.onEvent(SignInEvent.OpenTerms) }
                }
                FailureText(asked.failure)
                StepButton(text(R.string.register_accept), asked, RegistrationStep.AcceptTerms)
            }
        }

        RegistrationActionKind.ChangePhone -> {
            PhoneStep(asked)
        }

        RegistrationActionKind.ChangeEmail -> {
            EmailStep(asked)
        }

        RegistrationActionKind.Questions -> {
            QuestionsStep(asked, questions)
        }

        RegistrationActionKind.AttachCard -> {
            LinkCardFields(asked.failure, asked.isBusy, asked.options.canScan, {
                asked.onEvent(SignInEvent.ScanCard)
            }, asked.scanned) { number, password ->
                asked.onEvent(SignInEvent.Step(RegistrationStep.LinkCard(number, password)))
            }
        }

        RegistrationActionKind.AssignCard -> {
            Column {
                FailureText(asked.failure)
                StepButton(text(R.string.card_issue), asked, RegistrationStep.TakeVirtualCard)
            }
        }

        RegistrationActionKind.PasswordRequired,
        RegistrationActionKind.AcceptSubscriptions,
        is RegistrationActionKind.Other,
        -> {
            Column {
                FailureText(asked.failure)
                StepButton(text(R.string.register_done_elsewhere), asked, RegistrationStep.Finish)
            }
        }
    }
}

@Composable
private fun StepButton(text: String, asked: Asked, step: RegistrationStep?) {
    BusyButton(text, asked.isBusy, step != null) { step?.let { asked.onEvent(SignInEvent.Step(it)) } }
}

@Composable
private fun FailureText(failure: Failure?) {
    if (failure != null) Text(words(failure), color = MaterialTheme.colorScheme.error)
}

@Composable
private fun PhoneStep(asked: Asked) {
    val region = locale().country
    var phone by rememberSaveable { mutableStateOf("") }
    Column {
        PhoneField(phone, { phone = it }, region, asked.failure)
        StepButton(
            text(R.string.register_next),
            asked,
            phoneNumber(phone, region)?.let { RegistrationStep.Phone(it.toSend) },
        )
    }
}

@Composable
private fun EmailStep(asked: Asked) {
    var address by rememberSaveable { mutableStateOf("") }
    Column {
        Field(
            address,
            { address = it },
            text(R.string.email),
            keyboard = KeyboardOptions(keyboardType = KeyboardType.Email),
            content = ContentType.EmailAddress,
            failure = asked.failure,
        )
        StepButton(
            text(R.string.register_next),
            asked,
            RegistrationStep.Email(address.trim()).takeIf { '@' in address },
        )
    }
}

@Composable
private fun QuestionsStep(asked: Asked, questions: List<Question>) {
    var written by rememberSaveable { mutableStateOf(emptyMap<Long, String>()) }
    var chosen by rememberSaveable { mutableStateOf(emptyMap<Long, List<Long>>()) }
    val answers = questions.mapNotNull { question ->
        val options = chosen[question.id].orEmpty()
        val value = written[question.id]?.trim()?.ifEmpty { null }
        Answer(question.id, question.group, value, options).takeIf { value != null || options.isNotEmpty() }
    }
    Column {
        for (question in questions) {
            Text(question.text, style = MaterialTheme.typography.titleMedium)
            if (question.options.isEmpty()) {
                Field(
                    written[question.id].orEmpty(),
                    { written = written + (question.id to it) },
                    text(if (question.kind == DATE) R.string.answer_date else R.string.answer),
                )
            } else {
                Options(question, chosen[question.id].orEmpty()) { chosen = chosen + (question.id to it) }
            }
        }
        FailureText(asked.failure)
        StepButton(
            text(R.string.register_next),
            asked,
            RegistrationStep.Answers(answers).takeIf { answers.isNotEmpty() },
        )
    }
}

/** The platform's words for what a question expects. */
private const val DATE = "Date"
private const val ONE = "Select"

@Composable
private fun Options(question: Question, chosen: List<Long>, onChoose: (List<Long>) -> Unit) {
    val isOne = question.kind == ONE
    Column {
        for (option in question.options) {
            val isChosen = option.id in chosen
            if (isOne) {
                OneOption(option.name, isChosen) { onChoose(listOf(option.id)) }
            } else {
                Row(
                    Modifier
                        .fillMaxWidth()
                        .heightIn(min = TARGET)
                        .toggleable(isChosen, role = Role.Checkbox) { on ->
                            onChoose(if (on) chosen + option.id else chosen - option.id)
                        },
                    verticalAlignment = Alignment.CenterVertically,
                ) {
                    Checkbox(isChosen, onCheckedChange = null)
                    Text(option.name, Modifier.padding(start = STEP))
                }
            }
        }
    }
}
