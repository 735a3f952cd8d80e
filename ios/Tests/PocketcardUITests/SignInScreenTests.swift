import Foundation
import Pocketcard
import ScreenOutline
import SwiftUI
import Testing

@testable import PocketcardUI

private let germany = PhoneCountry(callingCode: "49", trunkPrefix: "0")
private let options = SignInOptions(
    hasPassword: true, canRegister: true, hasTerms: true, canScan: true, country: germany)

private let codeSent = SessionView.signedOut(step: .signInCode(login: "+491713920001", sentAt: now - 18))

private func registration(
    _ kind: RegistrationActionKind, required: Bool = true, phoneCode: CodeSent? = nil, emailCode: CodeSent? = nil
) -> SessionView {
    let first = RegistrationAction(kind: .other(name: "Done before"), required: true, done: true)
    return .signedOut(
        step: .registration(
            actions: [first, RegistrationAction(kind: kind, required: required, done: false)], phoneCode: phoneCode,
            emailCode: emailCode))
}

private let questions = [
    Question(id: 1, group: nil, text: "When were you born?", kind: "Date", options: []),
    Question(id: 2, group: 7, text: "What is your name?", kind: "String", options: []),
    Question(
        id: 3, group: nil, text: "Where do you shop?", kind: "Select",
        options: [QuestionOption(id: 31, name: "In town"), QuestionOption(id: 32, name: "Online")]),
    Question(
        id: 4, group: nil, text: "What do you like?", kind: "MultiSelect",
        options: [QuestionOption(id: 41, name: "Tea"), QuestionOption(id: 42, name: "Coffee")]),
]

@MainActor private func screen(
    _ session: SessionView, _ options: SignInOptions = options, failure: Failure? = nil, isBusy: Bool = false,
    scanned: String = ""
) -> SignInScreen {
    SignInScreen(
        session: session, options: options, failure: failure, isBusy: isBusy, questions: questions, scanned: scanned
    ) { _ in }
}

private let kinds: [(String, RegistrationActionKind)] = [
    ("terms", .acceptTerms), ("phone", .changePhone), ("email", .changeEmail), ("questions", .questions),
    ("attach-card", .attachCard), ("assign-card", .assignCard), ("password", .passwordRequired),
    ("subscriptions", .acceptSubscriptions), ("other", .other(name: "ShowId")),
]

let signInStates =
    [
        ScreenState("sign-in") { screen(signedOut, SignInOptions(country: germany)) },
        ScreenState("sign-in-all") { screen(signedOut, failure: .refused(text: "Two tries left.")) },
        ScreenState("sign-in-busy") { screen(signedOut, isBusy: true) },
        ScreenState("sign-in-other") {
            screen(signedOut)
        } act: {
            try await $0.tap("sign_in_with_other")
            try await $0.type("anna@example.com", into: "sign_in_other")
            try await $0.tap("password_show")
        },
        ScreenState("sign-in-code") { screen(codeSent) },
        ScreenState("sign-in-code-wrong") { screen(codeSent, failure: .refused(text: nil, kind: .wrongCode)) },
        ScreenState("sign-in-code-busy") { screen(codeSent, isBusy: true) },
        ScreenState("new-password") {
            screen(
                .signInAgain(
                    member: anna,
                    step: .passwordReset(
                        login: "+491713920001", code: CodeSent(to: "+491713920001", length: 6, sentAt: now))))
        },
        ScreenState("registration-finish") {
            screen(.signedOut(step: .registration(actions: [], phoneCode: nil, emailCode: nil)))
        },
        ScreenState("registration-optional") { screen(registration(.assignCard, required: false), failure: .offline) },
        ScreenState("registration-scanned") { screen(registration(.attachCard), scanned: "29876543") },
        ScreenState("registration-code") {
            screen(registration(.changeEmail, emailCode: CodeSent(to: "anna@example.com", length: 4, sentAt: now - 40)))
        },
        ScreenState("link-card") { LinkCardScreen(failure: .refused(text: nil), canScan: true) { _ in } },
        ScreenState("link-card-busy") { LinkCardScreen(isBusy: true, scanned: "29876543") { _ in } },
    ] + kinds.map { kind in ScreenState("registration-\(kind.0)") { screen(registration(kind.1)) } }

@MainActor @Suite struct SignInScreenTests {
    private let events = Recorded<SignInEvent>()

    private func screen(_ session: SessionView, _ options: SignInOptions = options, isBusy: Bool = false)
        -> SignInScreen
    {
        SignInScreen(session: session, options: options, isBusy: isBusy, questions: questions) { events.all.append($0) }
    }

    @Test func handsInThePhoneNumberOfTheCountry() async throws {
        let shown = display(screen(signedOut, SignInOptions(country: germany)))
        await #expect(throws: Shown.Missing.self) { try await shown.tap("sign_in") }
        try await shown.type("0171 392 0001", into: "phone")
        try await shown.tap("sign_in")
        try await shown.type("+44 7700 900123", into: "phone")
        try await shown.tap("sign_in_register")
        #expect(
            events.all == [
                .signIn(login: "+491713920001", password: nil), .register(login: "+447700900123", password: nil),
            ])
    }

    @Test func handsInAnotherLoginAndAPassword() async throws {
        let shown = display(screen(signedOut))
        try await shown.tap("sign_in_with_other")
        try await shown.type(" anna@example.com ", into: "sign_in_other")
        try await shown.tap("sign_in_forgot")
        try await shown.type("secret", into: "sign_in_password")
        #expect(shown.outline.contains("secure \"Password\" value=\"••••••\""))
        try await shown.tap("sign_in")
        try await shown.tap("sign_in_read_terms")
        #expect(
            events.all == [
                .resetPassword(login: "anna@example.com"), .signIn(login: "anna@example.com", password: "secret"),
                .openTerms,
            ])
    }

    @Test func aCodeSendsItselfWhenFullOnceAndTakesWhatIsPasted() async throws {
        let shown = display(screen(codeSent))
        try await shown.type("Your code: 12", into: "code")
        #expect(events.all == [])
        try await shown.type("Your code: 123 456.", into: "code")
        try await shown.type("1234567", into: "code")
        #expect(events.all == [.confirmCode("123456")])
        #expect(shown.outline.contains("value=\"123456\""))
    }

    @Test func aCodeIsSentAgainOnceItHadTimeToArrive() async throws {
        let shown = display(screen(codeSent))
        #expect(shown.outline.contains("button \"Send again in 12 s\" disabled"))
        shown.set(now: now + 12)
        try await shown.tap("code_resend")
        try await shown.tap("code_other")
        #expect(events.all == [.resendCode, .leave])
    }

    @Test func anotherCodeBeginsWithAnEmptyField() async throws {
        let shown = display(screen(codeSent))
        try await shown.type("123", into: "code")
        shown.show(screen(.signedOut(step: .signInCode(login: "+491713920001", sentAt: now))))
        #expect(shown.outline.contains("textfield \"Code\" value\n"))
    }

    @Test func setsANewPassword() async throws {
        let code = CodeSent(to: "+491713920001", length: 6, sentAt: now)
        let shown = display(screen(.signedOut(step: .passwordReset(login: "+491713920001", code: code))))
        try await shown.type("123456", into: "code")
        try await shown.type("secret", into: "password_new")
        try await shown.tap("password_set")
        #expect(events.all == [.newPassword(code: "123456", password: "secret")])
    }

    @Test func doesWhatTheRegistrationAsksFor() async throws {
        let shown = display(screen(registration(.acceptTerms)))
        try await shown.tap("register_accept")
        shown.show(screen(registration(.changePhone)))
        try await shown.type("0171 392 0001", into: "phone")
        try await shown.tap("register_next")
        shown.show(screen(registration(.changeEmail)))
        try await shown.type("anna@example.com", into: "email")
        try await shown.tap("register_next")
        shown.show(screen(registration(.attachCard)))
        try await shown.tap("card_scan")
        try await shown.type("2987 6543", into: "card_number")
        try await shown.tap("card_link")
        shown.show(screen(registration(.assignCard)))
        try await shown.tap("card_issue")
        shown.show(screen(registration(.passwordRequired)))
        try await shown.tap("register_done_elsewhere")
        try await shown.tap("register_leave")
        #expect(
            events.all == [
                .step(.acceptTerms), .step(.phone(number: "+491713920001")),
                .step(.email(address: "anna@example.com")), .scanCard,
                .step(.linkCard(number: "29876543", password: nil)), .step(.takeVirtualCard), .step(.finish), .leave,
            ])
    }

    @Test func whatIsNotRequiredCanBePassedOver() async throws {
        let shown = display(screen(registration(.assignCard, required: false)))
        try await shown.tap("register_later")
        try await shown.tap("register_finish")
        #expect(events.all == [.step(.finish)])
    }

    @Test func answersTheQuestionsThatTheMemberAnswered() async throws {
        let shown = display(screen(registration(.questions)))
        await #expect(throws: Shown.Missing.self) { try await shown.tap("register_next") }
        try await shown.type("1990-12-31", into: "answer_date")
        try await shown.tap("In town")
        try await shown.tap("Online")
        try await shown.tap("Coffee")
        try await shown.tap("Tea")
        try await shown.tap("register_next")
        #expect(
            events.all == [
                .step(
                    .answers(answers: [
                        Answer(question: 1, group: nil, value: "1990-12-31", options: []),
                        Answer(question: 3, group: nil, value: nil, options: [32]),
                        Answer(question: 4, group: nil, value: nil, options: [41, 42]),
                    ]))
            ])
    }

    @Test func nothingIsHandedInMeanwhile() async throws {
        let shown = display(screen(codeSent, isBusy: true))
        try await shown.type("123456", into: "code")
        #expect(events.all == [])
    }

    @Test func whatIsScannedTakesThePlaceOfWhatWasTyped() async throws {
        var linked: [LinkCardEvent] = []
        func link(_ scanned: String) -> LinkCardScreen {
            LinkCardScreen(scanned: scanned, canScan: true) { linked.append($0) }
        }
        let shown = display(link(""))
        try await shown.type("1", into: "card_number")
        shown.show(link("29876543"))
        await shown.settle()
        #expect(shown.outline.contains("Read from the card."))
        try await shown.type("0000", into: "card_password")
        try await shown.tap("card_link")
        try await shown.tap("card_scan")
        #expect(linked == [.link(number: "29876543", password: "0000"), .scan])
    }

    @Test(arguments: [
        ("0171 3920001", "+491713920001"), ("+44 (7700) 900-123", "+447700900123"), ("171", nil), ("", nil),
        ("٠١٧١٣٩٢٠٠٠١", "+491713920001"), ("12345678901234567", nil),
    ])
    func whatWasTypedIsAPhoneNumberOrNone(_ typed: String, _ number: String?) {
        #expect(PhoneCountry.number(typed, in: germany) == number)
    }

    @Test func withoutACountryANumberSaysItsOwn() {
        #expect(PhoneCountry.number("01713920001", in: nil) == nil)
        #expect(PhoneCountry.number("+491713920001", in: nil) == "+491713920001")
    }
}
