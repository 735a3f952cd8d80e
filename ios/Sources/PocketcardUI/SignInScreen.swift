import Pocketcard
import SwiftUI

/// What a programme's sign-in is like, as far as the core cannot know.
public struct SignInOptions: Equatable, Sendable {
    /// How many digits the one-time code has where the platform does not say so.
    public var codeDigits: Int
    /// Members have a password beside their number.
    public var hasPassword: Bool
    /// Somebody new can register in the app.
    public var canRegister: Bool
    /// The app has a page with the programme's terms to open.
    public var hasTerms: Bool
    /// The app can scan a plastic card.
    public var canScan: Bool
    /// Where phone numbers are from that do not begin with a plus; nil: there are none such.
    public var country: PhoneCountry?

    /// Makes options; without any, a code of six digits and no more than a registration.
    public init(
        codeDigits: Int = 6, hasPassword: Bool = false, canRegister: Bool = true, hasTerms: Bool = false,
        canScan: Bool = false, country: PhoneCountry? = nil
    ) {
        self.codeDigits = codeDigits
        self.hasPassword = hasPassword
        self.canRegister = canRegister
        self.hasTerms = hasTerms
        self.canScan = canScan
        self.country = country
    }
}

/// What a member does to sign in or register.
public enum SignInEvent: Equatable, Sendable {
    /// Hands in who they are: a phone number with its country, an e-mail address or a card number.
    case signIn(login: String, password: String?)
    /// Begins a registration, or goes on with one.
    case register(login: String, password: String?)
    /// Hands in the one-time code.
    case confirmCode(String)
    /// Wants the code sent again.
    case resendCode
    /// Lets go of the step, to begin anew.
    case leave
    /// Does a thing that the registration asks for.
    case step(RegistrationStep)
    /// Has forgotten the password.
    case resetPassword(login: String)
    /// Sets a new one.
    case newPassword(code: String, password: String)
    /// Wants to read the terms.
    case openTerms
    /// Wants to scan a plastic card; the app then does the ``step(_:)`` to link it.
    case scanCard
}

/// The way in: the number, then the one-time code; or a registration, one thing a page, that can be left and resumed.
public struct SignInScreen: View {
    @Environment(\.words) private var words
    private let session: SessionView
    private let questions: [Question]
    private let asked: Asked

    /// Makes the screen.
    ///
    /// - Parameters:
    ///   - session: says which step is the next.
    ///   - options: what the programme's sign-in is like.
    ///   - failure: why the last thing handed in was not taken.
    ///   - isBusy: the platform is being asked; nothing can be handed in meanwhile.
    ///   - questions: of the programme's questionnaire, where the registration asks for it.
    ///   - scanned: the number that a scanner of the app read from a plastic card, which is then in the field.
    ///   - onEvent: what the member does.
    public init(
        session: SessionView, options: SignInOptions = SignInOptions(), failure: Failure? = nil, isBusy: Bool = false,
        questions: [Question] = [], scanned: String = "", onEvent: @escaping @MainActor (SignInEvent) -> Void
    ) {
        self.session = session
        self.questions = questions
        asked = Asked(options: options, failure: failure, isBusy: isBusy, scanned: scanned, onEvent: onEvent)
    }

    /// The step that is to be done.
    public var body: some View {
        switch session.step {
        case nil: WhoPage(asked: asked)
        case .signInCode(let login, let sentAt):
            CodePage(asked: asked, to: login, digits: asked.options.codeDigits, sentAt: sentAt)
        case .registration(let actions, let phoneCode, let emailCode):
            RegistrationPages(
                asked: asked, actions: actions, phoneCode: phoneCode, emailCode: emailCode, questions: questions)
        case .passwordReset(let login, let code):
            NewPasswordPage(asked: asked, login: login).id(code.sentAt)
        }
    }
}

extension SessionView {
    fileprivate var step: PendingStep? {
        switch self {
        case .signedOut(let step), .signInAgain(_, let step): step
        case .signedIn: nil
        }
    }
}

/// What all pages are given.
struct Asked {
    let options: SignInOptions
    let failure: Failure?
    let isBusy: Bool
    let scanned: String
    let onEvent: @MainActor (SignInEvent) -> Void
}

/// Who it is.
private struct WhoPage: View {
    @Environment(\.words) private var words
    @State private var isPhone = true
    @State private var phone = ""
    @State private var other = ""
    @State private var password = ""
    let asked: Asked

    private var login: String? {
        if isPhone { return PhoneCountry.number(phone, in: asked.options.country) }
        let typed = other.trimmingCharacters(in: .whitespaces)
        return typed.isEmpty ? nil : typed
    }

    private var secret: String? { asked.options.hasPassword ? password : nil }

    var body: some View {
        let isComplete = login != nil && secret != ""
        QuestionPage(words("sign_in_who")) {
            if isPhone {
                PhoneField(text: $phone, country: asked.options.country, failure: asked.failure)
            } else {
                Field(words("sign_in_other"), text: $other, kind: .name, failure: asked.failure)
            }
            if asked.options.hasPassword { PasswordField(label: words("sign_in_password"), text: $password) }
            MainButton(words("sign_in"), isBusy: asked.isBusy, isEnabled: isComplete) {
                asked.onEvent(.signIn(login: login ?? "", password: secret))
            }
            if asked.options.canRegister {
                Choice(words("sign_in_register"), isEnabled: isComplete && !asked.isBusy) {
                    asked.onEvent(.register(login: login ?? "", password: secret))
                }
            }
            if asked.options.hasPassword {
                Choice(words("sign_in_forgot"), isEnabled: login != nil && !asked.isBusy) {
                    asked.onEvent(.resetPassword(login: login ?? ""))
                }
            }
            Choice(isPhone ? words("sign_in_with_other") : words("sign_in_with_phone")) { isPhone.toggle() }
            if asked.options.hasTerms {
                Text(words("sign_in_terms")).font(.footnote)
                Choice(words("sign_in_read_terms")) { asked.onEvent(.openTerms) }
            }
        }
    }
}

/// The one-time code that was sent somewhere.
struct CodePage: View {
    @Environment(\.words) private var words
    let asked: Asked
    let to: String
    let digits: Int
    let sentAt: Date

    var body: some View {
        QuestionPage(words("code_title"), text: words("code_sent_to \(to)")) {
            CodeField(digits: digits, failure: asked.failure, isBusy: asked.isBusy) { asked.onEvent(.confirmCode($0)) }
                .id(sentAt)
            Resend(sentAt: sentAt, isBusy: asked.isBusy) { asked.onEvent(.resendCode) }
            Choice(words("code_other")) { asked.onEvent(.leave) }
        }
    }
}

private struct NewPasswordPage: View {
    @Environment(\.words) private var words
    @State private var code = ""
    @State private var password = ""
    let asked: Asked
    let login: String

    var body: some View {
        QuestionPage(words("password_title"), text: words("code_sent_to \(login)")) {
            Digits(text: $code, failure: asked.failure)
            PasswordField(label: words("password_new"), text: $password, kind: .newPassword)
            MainButton(
                words("password_set"), isBusy: asked.isBusy, isEnabled: !code.isEmpty && !password.isEmpty
            ) { asked.onEvent(.newPassword(code: code, password: password)) }
            Choice(words("code_other")) { asked.onEvent(.leave) }
        }
    }
}
