import Pocketcard
import SwiftUI

/// What the app and the phone are, as settings show it.
public struct About: Equatable, Sendable {
    /// The app's version, as `4.10.1`.
    public var version: String
    /// The phone and its system, as `iPhone 17, iOS 26.1`.
    public var device: String
    /// The app's language in its own words, as `Deutsch`.
    public var language: String

    /// Makes it of the app's `version`, the `device` with its system, and the `language` in its own words.
    public init(version: String, device: String, language: String) {
        self.version = version
        self.device = device
        self.language = language
    }
}

/// One way by which the programme may write about one kind of things.
public struct ConsentPlace: Hashable, Sendable {
    /// The platform's number of the kind.
    public var kind: Int64
    /// By which way.
    public var way: ConsentWay

    /// Makes a place of a `kind` of messages and a `way` by which they come.
    public init(kind: Int64, way: ConsentWay) {
        self.kind = kind
        self.way = way
    }
}

/// What a member does in the settings.
public enum SettingsEvent: Equatable, Sendable {
    /// Grants or withdraws a consent.
    case setConsent(ConsentPlace, granted: Bool)
    /// Wants another language.
    case openLanguage
    /// Wants to sign in.
    case signIn
    /// Has read what goes, and signs out.
    case signOut
    /// Has read what is lost, and wants the code that deletes the account.
    case requestDeletion
    /// Deletes the account.
    case confirmDeletion(code: String, reason: String?)
    /// Keeps the account after all.
    case keepAccount
    /// Wants the platform asked anew.
    case refresh
}

/// Who is signed in, what the programme may write about, language and versions, what waits to be sent; signing out, and
/// leaving for good in two steps.
public struct SettingsScreen: View {
    @Environment(\.words) private var words
    private let session: SessionView
    private let consents: ConsentsView
    private let outbox: OutboxView
    private let about: About
    private let changing: Set<ConsentPlace>
    private let failure: Failure?
    private let isBusy: Bool
    private let onEvent: @MainActor (SettingsEvent) -> Void

    /// Makes the screen.
    ///
    /// - Parameters:
    ///   - session: who is signed in, and whether a code was sent to delete the account.
    ///   - consents: what the programme may write about.
    ///   - outbox: what waits to be sent.
    ///   - about: what the app and the phone are.
    ///   - changing: the consents that the platform is being told of.
    ///   - failure: why the account was not deleted.
    ///   - isBusy: the platform is being asked about the account.
    ///   - onEvent: what the member does.
    public init(
        session: SessionView, consents: ConsentsView, outbox: OutboxView, about: About,
        changing: Set<ConsentPlace> = [], failure: Failure? = nil, isBusy: Bool = false,
        onEvent: @escaping @MainActor (SettingsEvent) -> Void
    ) {
        self.session = session
        self.consents = consents
        self.outbox = outbox
        self.about = about
        self.changing = changing
        self.failure = failure
        self.isBusy = isBusy
        self.onEvent = onEvent
    }

    /// The settings, or the second step of leaving for good.
    public var body: some View {
        if case .signedIn(_, let code?) = session {
            DeletePage(sent: code, failure: failure, isBusy: isBusy, onEvent: onEvent).id(code.sentAt)
        } else {
            Page {
                who
                if isKnown { Consents(consents: consents, changing: changing, onEvent: onEvent) }
                SettingsPart(words("settings_language")) {
                    Line {
                        Text(about.language)
                    } trailing: {
                        Choice(words("settings_change")) { onEvent(.openLanguage) }
                    }
                }
                SettingsPart(words("settings_waiting")) { Waiting(outbox: outbox) }
                SettingsPart(words("settings_about")) {
                    Text(words("settings_version \(about.version)"))
                    Quiet(about.device)
                }
                if isKnown { SignOutButton(waiting: outbox.waiting, isBusy: isBusy, onEvent: onEvent) }
                if case .signedIn = session { DeleteButton(isBusy: isBusy, onEvent: onEvent) }
            }
        }
    }

    /// A member is on this phone.
    private var isKnown: Bool {
        if case .signedOut = session { false } else { true }
    }

    private var who: some View {
        SettingsPart(words("settings_account")) {
            switch session {
            case .signedIn(let member, _): MemberLines(member: member)
            case .signInAgain(let member, _):
                MemberLines(member: member)
                Text(words("card_sign_in_again"))
                MainButton(words("sign_in_again")) { onEvent(.signIn) }
            case .signedOut:
                Text(words("signed_out_body"))
                MainButton(words("sign_in")) { onEvent(.signIn) }
            }
        }
    }
}

extension OutboxView {
    /// How many things wait.
    fileprivate var waiting: Int { Int(queued) + Int(acts) + Int(receipts) }
}

private struct SettingsPart<Content: View>: View {
    let title: String
    @ViewBuilder let content: Content

    init(_ title: String, @ViewBuilder content: () -> Content) {
        self.title = title
        self.content = content()
    }

    var body: some View {
        Part {
            PartTitle(title)
            content
        }
    }
}

private struct MemberLines: View {
    let member: Member?

    var body: some View {
        let name = [member?.firstName, member?.lastName].compactMap { $0 }.joined(separator: " ")
        if !name.isEmpty { Text(name).font(.title2) }
        ForEach([member?.phone, member?.email].compactMap { $0 }, id: \.self) { Quiet($0).readFromLeft() }
    }
}

private struct Consents: View {
    @Environment(\.words) private var words
    let consents: ConsentsView
    let changing: Set<ConsentPlace>
    let onEvent: @MainActor (SettingsEvent) -> Void

    var body: some View {
        if consents.freshness != .unknown(reason: .notSupported) {
            SettingsPart(words("settings_consents")) {
                Quiet(words("settings_consents_what"))
                switch consents.freshness {
                case .unknown(.notAsked):
                    Text(verbatim: " ").frame(maxWidth: .infinity, minHeight: leastTarget)
                        .background(.quinary, in: RoundedRectangle(cornerRadius: step))
                        .redacted(reason: .placeholder)
                        .accessibilityLabel(words("loading"))
                case .unknown(let reason):
                    Text(reason == .offline ? words("failed_offline_body") : words("failed_body"))
                    Choice(words("try_again")) { onEvent(.refresh) }
                case .live, .cached:
                    if consents.consents.isEmpty { Text(words("settings_consents_none")) }
                    ForEach(consents.consents, id: \.kind) { consent in
                        Text(consent.title).font(.headline).padding(.top, step)
                        ForEach(consent.channels, id: \.way) { channel in
                            let place = ConsentPlace(kind: consent.kind, way: channel.way)
                            ConsentToggle(channel: channel, isChanging: changing.contains(place)) {
                                onEvent(.setConsent(place, granted: $0))
                            }
                        }
                    }
                }
            }
        }
    }
}

private struct ConsentToggle: View {
    @Environment(\.words) private var words
    let channel: ConsentChannel
    let isChanging: Bool
    let onChange: @MainActor (Bool) -> Void

    private var texts: (name: String, what: String?) {
        switch channel.way {
        case .sms: (words("way_sms"), words("way_sms_what"))
        case .email: (words("way_email"), words("way_email_what"))
        case .push: (words("way_push"), words("way_push_what"))
        case .other(let name): (name, nil)
        }
    }

    private var hint: String? {
        if isChanging { return words("one_moment") }
        return channel.readOnly ? words("settings_read_only") : texts.what
    }

    var body: some View {
        Toggle(isOn: Binding(get: { @MainActor in channel.granted }, set: { @MainActor in onChange($0) })) {
            VStack(alignment: .leading, spacing: 0) {
                Text(texts.name)
                if let hint { Quiet(hint) }
            }
            .frame(minHeight: leastTarget)
        }
        .disabled(channel.readOnly || isChanging)
    }
}

/// The outbox, in words.
private struct Waiting: View {
    @Environment(\.words) private var words
    let outbox: OutboxView

    var body: some View {
        if outbox.waiting == 0 {
            Text(words("waiting_nothing"))
        } else {
            if outbox.queued > 0 {
                Text(words("waiting_events \(Int(outbox.queued))"))
                if let oldest = outbox.oldest { Quiet(words("waiting_since \(words.moment(oldest))")) }
            }
            if outbox.acts > 0 { Text(words("waiting_acts \(Int(outbox.acts))")) }
            if outbox.receipts > 0 { Text(words("waiting_receipts \(Int(outbox.receipts))")) }
            Quiet(words("waiting_why"))
        }
    }
}

private struct SignOutButton: View {
    @Environment(\.words) private var words
    @State private var isAsked = false
    let waiting: Int
    let isBusy: Bool
    let onEvent: @MainActor (SettingsEvent) -> Void

    var body: some View {
        Choice(words("sign_out"), isEnabled: !isBusy) { isAsked = true }
            .alert(words("sign_out_title"), isPresented: $isAsked) {
                Button(words("sign_out"), role: .destructive) { onEvent(.signOut) }
                Button(words("cancel"), role: .cancel) {}
            } message: {
                Text(
                    words("sign_out_what") + (waiting > 0 ? "\n\n" + words("sign_out_waiting \(waiting)") : ""))
            }
    }
}

private struct DeleteButton: View {
    @Environment(\.words) private var words
    @State private var isAsked = false
    let isBusy: Bool
    let onEvent: @MainActor (SettingsEvent) -> Void

    var body: some View {
        Choice(words("delete"), isEnabled: !isBusy) { isAsked = true }
            .tint(.red)
            .alert(words("delete_title"), isPresented: $isAsked) {
                Button(words("delete_send_code"), role: .destructive) { onEvent(.requestDeletion) }
                Button(words("cancel"), role: .cancel) {}
            } message: {
                Text(words("delete_what") + "\n\n" + words("delete_how"))
            }
    }
}

/// The second step of leaving: the code, and why, where the member wants to say so.
private struct DeletePage: View {
    @Environment(\.words) private var words
    @State private var code = ""
    @State private var reason = ""
    let sent: CodeSent
    let failure: Failure?
    let isBusy: Bool
    let onEvent: @MainActor (SettingsEvent) -> Void

    var body: some View {
        QuestionPage(words("delete_title"), text: words("delete_what")) {
            Text(words("code_sent_to \(sent.to)"))
            Digits(text: $code, failure: failure)
            Field(words("delete_reason"), text: $reason)
            MainButton(words("delete_now"), isBusy: isBusy, isEnabled: code.count >= Int(sent.length ?? 1)) {
                let why = reason.trimmingCharacters(in: .whitespaces)
                onEvent(.confirmDeletion(code: code, reason: why.isEmpty ? nil : why))
            }
            Choice(words("delete_keep"), isEnabled: !isBusy) { onEvent(.keepAccount) }
        }
    }
}
