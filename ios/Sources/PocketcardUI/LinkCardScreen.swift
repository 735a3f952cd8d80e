import Pocketcard
import SwiftUI

/// What a member does to link a plastic card.
public enum LinkCardEvent: Equatable, Sendable {
    /// Hands in the number, and the password where one is printed on the card.
    case link(number: String, password: String?)
    /// Wants to scan the card.
    case scan
}

/// Links a plastic card to a member who is signed in, by the number printed on it.
public struct LinkCardScreen: View {
    @Environment(\.words) private var words
    private let failure: Failure?
    private let isBusy: Bool
    private let scanned: String
    private let canScan: Bool
    private let onEvent: @MainActor (LinkCardEvent) -> Void

    /// Makes the screen.
    ///
    /// - Parameters:
    ///   - failure: why the last number was not taken.
    ///   - isBusy: the platform is being asked.
    ///   - scanned: the number that a scanner of the app read, which is then in the field.
    ///   - canScan: the app can scan a plastic card.
    ///   - onEvent: what the member does.
    public init(
        failure: Failure? = nil, isBusy: Bool = false, scanned: String = "", canScan: Bool = false,
        onEvent: @escaping @MainActor (LinkCardEvent) -> Void
    ) {
        self.failure = failure
        self.isBusy = isBusy
        self.scanned = scanned
        self.canScan = canScan
        self.onEvent = onEvent
    }

    /// The number, and what is done with it.
    public var body: some View {
        QuestionPage(words("card_link"), text: words("register_link_body")) {
            LinkCardFields(
                failure: failure, isBusy: isBusy, scanned: scanned, canScan: canScan, onScan: { onEvent(.scan) }
            ) { onEvent(.link(number: $0, password: $1)) }
        }
    }
}

struct LinkCardFields: View {
    @Environment(\.words) private var words
    @State private var number = ""
    @State private var password = ""
    let failure: Failure?
    let isBusy: Bool
    let scanned: String
    let canScan: Bool
    let onScan: @MainActor () -> Void
    let onLink: @MainActor (_ number: String, _ password: String?) -> Void

    var body: some View {
        VStack(alignment: .leading, spacing: step) {
            Field(words("card_number"), text: $number, kind: .number, failure: failure)
                // What is scanned later takes the place of what was typed.
                .onChange(of: scanned, initial: true) { _, scanned in if !scanned.isEmpty { number = scanned } }
            if !scanned.isEmpty, number == scanned { Quiet(words("card_scanned")).announced(words("card_scanned")) }
            Field(words("card_password"), text: $password, kind: .asTyped, hint: words("card_password_hint"))
            MainButton(words("card_link"), isBusy: isBusy, isEnabled: number.contains { !$0.isWhitespace }) {
                let typed = password.trimmingCharacters(in: .whitespaces)
                onLink(number.filter { !$0.isWhitespace }, typed.isEmpty ? nil : typed)
            }
            if canScan { Choice(words("card_scan"), isEnabled: !isBusy, action: onScan) }
        }
    }
}
