import Pocketcard
import SwiftUI

/// What a registration still asks for, one thing a page. What is not required can be passed over.
struct RegistrationPages: View {
    @Environment(\.words) private var words
    @State private var passed: Set<Int> = []
    let asked: Asked
    let actions: [RegistrationAction]
    let phoneCode: CodeSent?
    let emailCode: CodeSent?
    let questions: [Question]

    var body: some View {
        if let at = actions.indices.first(where: { !actions[$0].done && !passed.contains($0) }) {
            let action = actions[at]
            if let sent = sent(for: action.kind) {
                CodePage(
                    asked: asked, to: sent.to, digits: sent.length.map(Int.init) ?? asked.options.codeDigits,
                    sentAt: sent.sentAt)
            } else {
                QuestionPage(title(of: action.kind), text: text(of: action.kind)) {
                    Quiet(words("register_progress \(at + 1) \(actions.count)"))
                    ActionContent(asked: asked, kind: action.kind, questions: questions).id(at)
                    if !action.required {
                        Choice(words("register_later"), isEnabled: !asked.isBusy) { passed.insert(at) }
                    }
                    Choice(words("register_leave")) { asked.onEvent(.leave) }
                }
            }
        } else {
            QuestionPage(words("register_finish_title"), text: words("register_finish_body")) {
                FailureText(failure: asked.failure)
                StepButton(title: words("register_finish"), asked: asked, step: .finish)
            }
        }
    }

    private func sent(for kind: RegistrationActionKind) -> CodeSent? {
        switch kind {
        case .changePhone: phoneCode
        case .changeEmail: emailCode
        default: nil
        }
    }

    private func title(of kind: RegistrationActionKind) -> String {
        switch kind {
        case .acceptTerms: words("register_terms")
        case .changePhone: words("register_phone")
        case .changeEmail: words("register_email")
        case .questions: words("register_questions")
        case .attachCard: words("card_link")
        case .assignCard: words("card_issue")
        case .passwordRequired: words("register_password")
        case .acceptSubscriptions: words("register_subscriptions")
        case .other: words("register_other")
        }
    }

    private func text(of kind: RegistrationActionKind) -> String {
        switch kind {
        case .acceptTerms: words("register_terms_body")
        case .changePhone: words("register_phone_body")
        case .changeEmail: words("register_email_body")
        case .questions: words("register_questions_body")
        case .attachCard: words("register_link_body")
        case .assignCard: words("register_issue_body")
        case .passwordRequired, .acceptSubscriptions, .other: words("register_elsewhere")
        }
    }
}

private struct ActionContent: View {
    @Environment(\.words) private var words
    let asked: Asked
    let kind: RegistrationActionKind
    let questions: [Question]

    var body: some View {
        switch kind {
        case .acceptTerms:
            if asked.options.hasTerms { Choice(words("sign_in_read_terms")) { asked.onEvent(.openTerms) } }
            FailureText(failure: asked.failure)
            StepButton(title: words("register_accept"), asked: asked, step: .acceptTerms)
        case .changePhone: PhoneStep(asked: asked)
        case .changeEmail: EmailStep(asked: asked)
        case .questions: QuestionsStep(asked: asked, questions: questions)
        case .attachCard:
            LinkCardFields(
                failure: asked.failure, isBusy: asked.isBusy, scanned: asked.scanned,
                canScan: asked.options.canScan, onScan: { asked.onEvent(.scanCard) }
            ) { number, password in asked.onEvent(.step(.linkCard(number: number, password: password))) }
        case .assignCard:
            FailureText(failure: asked.failure)
            StepButton(title: words("card_issue"), asked: asked, step: .takeVirtualCard)
        case .passwordRequired, .acceptSubscriptions, .other:
            FailureText(failure: asked.failure)
            StepButton(title: words("register_done_elsewhere"), asked: asked, step: .finish)
        }
    }
}

private struct StepButton: View {
    let title: String
    let asked: Asked
    /// Nil where it is not complete.
    let step: RegistrationStep?

    var body: some View {
        MainButton(title, isBusy: asked.isBusy, isEnabled: step != nil) {
            if let step { asked.onEvent(.step(step)) }
        }
    }
}

private struct PhoneStep: View {
    @Environment(\.words) private var words
    @State private var phone = ""
    let asked: Asked

    var body: some View {
        PhoneField(text: $phone, country: asked.options.country, failure: asked.failure)
        StepButton(
            title: words("register_next"), asked: asked,
            step: PhoneCountry.number(phone, in: asked.options.country).map { .phone(number: $0) })
    }
}

private struct EmailStep: View {
    @Environment(\.words) private var words
    @State private var address = ""
    let asked: Asked

    var body: some View {
        Field(words("email"), text: $address, kind: .email, failure: asked.failure)
        StepButton(
            title: words("register_next"), asked: asked,
            step: address.contains("@") ? .email(address: address.trimmingCharacters(in: .whitespaces)) : nil)
    }
}

private struct QuestionsStep: View {
    @Environment(\.words) private var words
    @State private var written: [Int64: String] = [:]
    @State private var chosen: [Int64: Set<Int64>] = [:]
    let asked: Asked
    let questions: [Question]

    private var answers: [Answer] {
        questions.compactMap { question in
            let options = question.options.map(\.id).filter { chosen[question.id]?.contains($0) == true }
            let value = written[question.id]?.trimmingCharacters(in: .whitespaces)
            guard value?.isEmpty == false || !options.isEmpty else { return nil }
            return Answer(question: question.id, group: question.group, value: value, options: options)
        }
    }

    var body: some View {
        ForEach(questions, id: \.id) { question in
            VStack(alignment: .leading, spacing: step / 2) {
                Text(question.text).font(.headline)
                if question.options.isEmpty {
                    // The platform's words for what a question expects.
                    Field(
                        question.kind == "Date" ? words("answer_date") : words("answer"),
                        text: Binding(
                            get: { @MainActor in written[question.id] ?? "" },
                            set: { @MainActor in written[question.id] = $0 }))
                } else {
                    ForEach(question.options, id: \.id) { option in
                        let isChosen = chosen[question.id]?.contains(option.id) == true
                        OneOption(name: option.name, isChosen: isChosen) {
                            if question.kind == "Select" {
                                chosen[question.id] = [option.id]
                            } else if isChosen {
                                chosen[question.id]?.remove(option.id)
                            } else {
                                chosen[question.id, default: []].insert(option.id)
                            }
                        }
                    }
                }
            }
        }
        FailureText(failure: asked.failure)
        StepButton(
            title: words("register_next"), asked: asked, step: answers.isEmpty ? nil : .answers(answers: answers))
    }
}
