import Pocketcard
import SwiftUI

/// A line to write in. What is wrong with what was handed in stands below it.
struct Field: View {
    /// What is typed, for the keyboard and for what the phone can fill in.
    enum Kind {
        case text, asTyped, name, phone, email, number, decimal, code, password, newPassword
    }

    @Environment(\.words) private var words
    @Binding var text: String
    let label: String
    var kind = Kind.text
    var hint: String?
    var failure: Failure?
    var isHidden = false
    /// What stands before what is typed.
    var before: String?

    init(
        _ label: String, text: Binding<String>, kind: Kind = .text, hint: String? = nil, failure: Failure? = nil,
        isHidden: Bool = false, before: String? = nil
    ) {
        _text = text
        self.label = label
        self.kind = kind
        self.hint = hint
        self.failure = failure
        self.isHidden = isHidden
        self.before = before
    }

    var body: some View {
        VStack(alignment: .leading, spacing: step / 2) {
            // Said with the field.
            Quiet(label).accessibilityHidden(true)
            if kind.isDigits { line.readFromLeft() } else { line }
            if let failure {
                SignedLine(sign: Sign.problem, text: words.of(failure), isProblem: true).announced(words.of(failure))
            } else if let hint {
                Quiet(hint)
            }
        }
    }

    private var line: some View {
        HStack(spacing: step) {
            if let before { Text(before).foregroundStyle(.secondary) }
            input.textFieldStyle(.roundedBorder).frame(minHeight: leastTarget).modifier(Typing(kind: kind))
        }
    }

    @ViewBuilder private var input: some View {
        if isHidden {
            SecureField(text: $text) { Text(label) }
        } else {
            TextField(text: $text) { Text(label) }
        }
    }
}

extension Field.Kind {
    /// Read from the left in every language.
    fileprivate var isDigits: Bool {
        switch self {
        case .phone, .number, .decimal, .code: true
        case .text, .asTyped, .name, .email, .password, .newPassword: false
        }
    }
}

/// What helps to type: a Mac has one keyboard for all of it.
private struct Typing: ViewModifier {
    let kind: Field.Kind

    func body(content: Content) -> some View {
        #if os(macOS)
            content
        #else
            switch kind {
            case .text: content
            case .name: content.textContentType(.username).textInputAutocapitalization(.never).autocorrectionDisabled()
            case .phone: content.textContentType(.telephoneNumber).keyboardType(.phonePad)
            case .email:
                content.textContentType(.emailAddress).keyboardType(.emailAddress).textInputAutocapitalization(.never)
                    .autocorrectionDisabled()
            case .number: content.keyboardType(.numberPad)
            case .decimal: content.keyboardType(.decimalPad)
            case .code: content.textContentType(.oneTimeCode).keyboardType(.numberPad)
            case .password:
                content.textContentType(.password).textInputAutocapitalization(.never).autocorrectionDisabled()
            case .newPassword:
                content.textContentType(.newPassword).textInputAutocapitalization(.never).autocorrectionDisabled()
            case .asTyped: content.textInputAutocapitalization(.never).autocorrectionDisabled()
            }
        #endif
    }
}

/// A password, which the member can have shown.
struct PasswordField: View {
    @Environment(\.words) private var words
    @State private var isShown = false
    let label: String
    @Binding var text: String
    var kind = Field.Kind.password

    var body: some View {
        VStack(alignment: .leading, spacing: 0) {
            Field(label, text: $text, kind: kind, isHidden: !isShown)
            Button {
                isShown.toggle()
            } label: {
                Label(
                    isShown ? words("password_hide") : words("password_show"),
                    systemImage: isShown ? Sign.hide : Sign.show
                )
                .target()
            }
            .buttonStyle(.borderless)
        }
    }
}

/// What the member looks for in a list, with a way to clear it.
struct SearchField: View {
    @Environment(\.words) private var words
    let search: String
    let onSearch: @MainActor (String) -> Void

    var body: some View {
        HStack(spacing: step) {
            Image(systemName: Sign.search).foregroundStyle(.secondary).accessibilityHidden(true)
            TextField(
                text: Binding(get: { @MainActor in search }, set: { @MainActor in onSearch($0) }),
                prompt: Text(words("search")),
                label: { Text(words("search")) }
            )
            .autocorrectionDisabled()
            .frame(minHeight: leastTarget)
            if !search.isEmpty {
                Button {
                    onSearch("")
                } label: {
                    Image(systemName: Sign.close).target()
                }
                .buttonStyle(.plain)
                .accessibilityLabel(words("search_clear"))
            }
        }
        .padding(.horizontal, step)
        .background(.quinary, in: RoundedRectangle(cornerRadius: 12))
        .padding(.horizontal, step * 2)
    }
}

/// One of several answers: of which one can be chosen, or any.
struct OneOption: View {
    let name: String
    let isChosen: Bool
    let onChoose: @MainActor () -> Void

    var body: some View {
        Button(action: onChoose) {
            HStack(spacing: step) {
                Image(systemName: isChosen ? Sign.chosen : Sign.open).foregroundStyle(.tint).accessibilityHidden(true)
                Text(name)
            }
            .target(maxWidth: .infinity, alignment: .leading)
        }
        .buttonStyle(.plain)
        .accessibilityAddTraits(isChosen ? .isSelected : [])
    }
}

/// A phone number as it is typed, with what numbers of the programme's country begin with.
struct PhoneField: View {
    @Environment(\.words) private var words
    @Binding var text: String
    let country: PhoneCountry?
    let failure: Failure?

    var body: some View {
        Field(
            words("phone"), text: $text, kind: .phone, failure: failure,
            before: text.hasPrefix("+") ? nil : country.map { "+\($0.callingCode)" })
    }
}

/// How phone numbers of a country are written there and elsewhere.
public struct PhoneCountry: Equatable, Sendable {
    /// What numbers begin with when called from elsewhere, as `49`.
    public var callingCode: String
    /// What stands before a number when called from within the country, and goes when it is called from elsewhere; as
    /// `0`. Empty where numbers are written alike.
    public var trunkPrefix: String

    /// Makes a country of its `callingCode`, as `49`, and its `trunkPrefix`, as `0`.
    public init(callingCode: String, trunkPrefix: String = "") {
        self.callingCode = callingCode
        self.trunkPrefix = trunkPrefix
    }

    /// What was typed as a number of this country unless it says otherwise, as `+491713920001`; nil where it cannot be one.
    static func number(_ typed: String, in country: PhoneCountry?) -> String? {
        var digits = typed.compactMap(\.wholeNumberValue).map(String.init).joined()
        if !typed.trimmingCharacters(in: .whitespaces).hasPrefix("+") {
            guard let country else { return nil }
            if digits.hasPrefix(country.trunkPrefix) { digits.removeFirst(country.trunkPrefix.count) }
            digits = country.callingCode + digits
        }
        // What the International Telecommunication Union lets a number have (E.164), and the shortest that there are.
        return (8...15).contains(digits.count) ? "+\(digits)" : nil
    }
}

/// A one-time code, pasted, filled in by the phone or typed; handed in by itself when it is complete.
struct CodeField: View {
    @Environment(\.words) private var words
    @State private var code = ""
    let digits: Int
    let failure: Failure?
    let isBusy: Bool
    let onFull: @MainActor (String) -> Void

    var body: some View {
        Digits(
            text: Binding(
                get: { @MainActor in code },
                set: { @MainActor typed in
                    let isNew = typed.prefix(digits) != code
                    code = String(typed.prefix(digits))
                    if isNew, code.count == digits, !isBusy { onFull(code) }
                }), failure: failure, hint: isBusy ? words("one_moment") : words("code_digits \(digits)"))
    }
}

/// A line for digits, of whatever script; all else that is pasted is left out.
struct Digits: View {
    @Environment(\.words) private var words
    @Binding var text: String
    let failure: Failure?
    var hint: String?

    var body: some View {
        Field(
            words("code"),
            text: Binding(
                get: { @MainActor in text },
                set: { @MainActor in text = $0.compactMap(\.wholeNumberValue).map(String.init).joined() }),
            kind: .code, hint: hint, failure: failure)
    }
}

/// Has the code sent again, once there was time for it to arrive.
struct Resend: View {
    @Environment(\.words) private var words
    let sentAt: Date
    let isBusy: Bool
    let onResend: @MainActor () -> Void

    var body: some View {
        TimelineView(.periodic(from: sentAt, by: 1)) { context in
            let left = Int(max(0, sentAt.addingTimeInterval(30).timeIntervalSince(context.date)).rounded(.up))
            Choice(
                left == 0 ? words("code_resend") : words("code_resend_in \(left)"), isEnabled: left == 0 && !isBusy,
                action: onResend)
        }
    }
}

/// What went wrong, where there is no line to write in that it could stand below.
struct FailureText: View {
    @Environment(\.words) private var words
    let failure: Failure?

    var body: some View {
        if let failure { SignedLine(sign: Sign.problem, text: words.of(failure), isProblem: true) }
    }
}

/// One question to the member, with what answers it below.
struct QuestionPage<Content: View>: View {
    let title: String
    var text: String?
    @ViewBuilder let content: Content

    init(_ title: String, text: String? = nil, @ViewBuilder content: () -> Content) {
        self.title = title
        self.text = text
        self.content = content()
    }

    var body: some View {
        Page {
            Text(title).font(.title2).isHeader()
            if let text { Text(text) }
            content
        }
    }
}
