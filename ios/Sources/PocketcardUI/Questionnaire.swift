import Pocketcard
import SwiftUI

/// The questions of a task, in place once the member wants them. Answers that are not handed in are kept.
struct Questionnaire: View {
    @Environment(\.words) private var words
    @State private var isOpen = false
    let task: TaskView
    let left: Int
    let onEvent: @MainActor (TasksEvent) -> Void

    var body: some View {
        if isOpen {
            Questions(task: task, onEvent: onEvent)
        } else {
            MainButton(words("task_answer \(left)")) { isOpen = true }
        }
    }
}

private struct Questions: View {
    @Environment(\.words) private var words
    @State private var given: [Int64: String] = [:]
    @State private var kept: [TaskAnswer]?
    @State private var handedIn: [TaskAnswer]?
    let task: TaskView
    let onEvent: @MainActor (TasksEvent) -> Void

    private var open: [TaskQuestionView] { task.questions.filter { !$0.answered } }

    /// What is typed, else what was kept before.
    private func value(of question: TaskQuestionView) -> String { given[question.id] ?? question.value ?? "" }

    private var answers: [TaskAnswer] {
        open.compactMap { question in
            question.kind.answer(value(of: question)).map { TaskAnswer(question: question.id, value: $0) }
        }
    }

    var body: some View {
        VStack(alignment: .leading, spacing: step * 2) {
            ForEach(task.questions, id: \.id) { question in
                VStack(alignment: .leading, spacing: step / 2) {
                    Text(question.title).font(.headline)
                    if question.answered {
                        let name = question.options.first { String($0.id) == question.value }?.name ?? question.value
                        SignedLine(sign: Sign.done, text: name ?? words("task_answered"))
                    } else {
                        AnswerField(
                            question: question,
                            value: Binding(
                                get: { @MainActor in value(of: question) },
                                set: { @MainActor in given[question.id] = $0 }))
                    }
                }
            }
            MainButton(
                words("task_hand_in"),
                isEnabled: !answers.isEmpty && handedIn != answers
                    && !open.contains { $0.kind.isWrong(value(of: $0)) }
            ) {
                handedIn = answers
                onEvent(.handIn(task: task.id, answers: answers))
            }
        }
        // Whenever the member pauses, and when they leave.
        .task(id: answers) {
            if kept == nil { kept = answers }
            try? await Task.sleep(for: .milliseconds(500))
            if !Task.isCancelled { keep() }
        }
        .onDisappear { keep() }
    }

    /// Has answers kept, not what was handed in.
    private func keep() {
        if answers != kept, answers != handedIn { onEvent(.keepAnswers(task: task.id, answers: answers)) }
        kept = answers
    }
}

private struct AnswerField: View {
    @Environment(\.words) private var words
    let question: TaskQuestionView
    @Binding var value: String

    var body: some View {
        switch question.kind {
        case .choice:
            ForEach(question.options, id: \.id) { option in
                OneOption(name: option.name, isChosen: String(option.id) == value) { value = String(option.id) }
            }
        case .date: field(words("answer_date"), .text)
        case .number: field(words("answer"), .decimal)
        case .text, .other: field(words("answer"), .text)
        }
    }

    private func field(_ label: String, _ kind: Field.Kind) -> some View {
        Field(
            label, text: $value, kind: kind,
            failure: question.kind.isWrong(value) ? .refused(text: nil, kind: .invalid) : nil)
    }
}

extension TaskQuestionKind {
    /// An answer as it is handed in; nil where there is none yet.
    func answer(_ value: String) -> String? {
        let typed = value.trimmingCharacters(in: .whitespaces)
        switch self {
        case .number: return Self.number(typed)
        case .date: return Self.isDay(typed) ? typed : nil
        case .choice, .text, .other: return typed.isEmpty ? nil : typed
        }
    }

    /// What was typed cannot become an answer by typing on.
    func isWrong(_ value: String) -> Bool {
        let typed = value.trimmingCharacters(in: .whitespaces)
        switch self {
        case .number: return !typed.isEmpty && Self.number(typed) == nil
        case .date: return typed.count >= 10 && !Self.isDay(typed)
        case .choice, .text, .other: return false
        }
    }

    /// With the point that the platform writes, whichever sign was typed.
    private static func number(_ typed: String) -> String? {
        let text = typed.replacing(",", with: ".")
        guard text.wholeMatch(of: /-?[0-9]+(\.[0-9]+)?/) != nil else { return nil }
        return text
    }

    /// A day that there is, as `1990-12-31`.
    private static func isDay(_ typed: String) -> Bool {
        guard let match = typed.wholeMatch(of: /([0-9]{4})-([0-9]{2})-([0-9]{2})/) else { return false }
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        return DateComponents(
            calendar: calendar, year: Int(match.1), month: Int(match.2), day: Int(match.3)
        ).isValidDate
    }
}
