import Foundation

/// Why a call did not do what was asked, named by what can be done about it.
///
/// The texts are for whoever reads the log or a crash report; what a member reads is the app's own, or
/// ``Rejection/text``.
public enum PocketcardError: Error, Equatable, Sendable {
    /// No connection. What is on screen stays; try again when there is one.
    case offline
    /// The platform is busy or failing on its side. Try again, not before `after` seconds where it said so.
    case tryLater(after: TimeInterval?)
    /// The session is over. The member's data stays on screen; ask them to sign in.
    case signInAgain
    /// The platform refused. Show its words.
    case rejected(Rejection)
    /// This version of the app is no longer served; `minimum` is the oldest that is.
    case updateApp(minimum: String)
    /// The platform does not offer this. Do not show it.
    case notSupported
    /// The `Config` cannot work: its property, and what is wrong with it. For the app team, not for the member.
    case wrongConfig(property: String, problem: String)
    /// A fault of the library or the phone: a full disk, a locked keychain. What was asked did not happen.
    ///
    /// `id` stands in the log beside the cause; `problem` has nothing that identifies a member.
    case `internal`(id: String, problem: String)
    /// The framework is of another version than this code. For the app team: build both from the same sources.
    case libraryMismatch
    /// ``Pocketcard/Pocketcard/close()`` was called before.
    case closed
}

extension PocketcardError: LocalizedError {
    /// What happened.
    public var errorDescription: String? {
        switch self {
        case .offline: "There is no connection to the platform."
        case .tryLater: "The platform is busy."
        case .signInAgain: "The session is over."
        case .rejected(let reason): "The platform refused (\(reason.kind))."
        case .updateApp: "This version of the app is no longer served."
        case .notSupported: "The platform does not offer this."
        case .wrongConfig(let property, let problem): "Config.\(property) is wrong: \(problem)."
        case .internal(_, let problem): "It failed on this phone (\(problem)) and nothing was changed."
        case .libraryMismatch: "PocketcardFFI.xcframework is of another version than its Swift code."
        case .closed: "This Pocketcard was closed."
        }
    }

    /// What to do about it.
    public var recoverySuggestion: String? {
        switch self {
        case .offline: "Try again when there is one."
        case .tryLater(let after): after.map { "Try again in \($0) seconds." } ?? "Try again later."
        case .signInAgain: "Ask the member to sign in again."
        case .rejected: "Show the member its words."
        case .updateApp(let minimum): "Have the member update to \(minimum)."
        case .notSupported: "Leave it out of the app."
        case .wrongConfig: "Set it before Pocketcard.open(config:host:)."
        case .internal(let id, _):
            "See that there is free storage and that the phone is unlocked, then try again; the log has the cause beside \(id)."
        case .libraryMismatch: "Build both from the same sources: cargo bindgen, then cargo libraries xcframework."
        case .closed: "Open one and keep it as long as the app lives."
        }
    }
}

extension PocketcardError {
    /// The one mapping from what the core throws.
    init(_ error: any Error) {
        guard let error = error as? LoyaltyError else {
            self = error as? PocketcardError ?? .internal(id: "no id", problem: String(describing: error))
            return
        }
        switch error {
        case .Offline: self = .offline
        case .TryLater(let after): self = .tryLater(after: after)
        case .SignInAgain: self = .signInAgain
        case .Rejected(let reason): self = .rejected(reason)
        case .UpdateApp(let minimum): self = .updateApp(minimum: minimum)
        case .NotSupported: self = .notSupported
        case .WrongConfig(let field, let problem):
            self = .wrongConfig(property: Self.camelCase(field), problem: problem)
        case .Internal(let id, let problem): self = .internal(id: id, problem: problem)
        }
    }

    /// A name of the core as Swift writes it: `data_folder` is `dataFolder`.
    private static func camelCase(_ name: String) -> String {
        let words = name.split(separator: "_")
        return words.prefix(1).joined() + words.dropFirst().map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }
}
