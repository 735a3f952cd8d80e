import Pocketcard
import SwiftUI

/// Why something that a member asked for did not happen, as a screen says it.
public enum Failure: Equatable, Sendable {
    /// No connection.
    case offline
    /// The platform is busy.
    case busy
    /// The session is over.
    case signInAgain
    /// The platform refused, in its text where it gave one: tries left and blocks are said there.
    case refused(text: String?, kind: RejectionKind = .other)
    /// This version of the app is no longer served.
    case updateApp
    /// The platform does not offer this.
    case notOffered
    /// Something is wrong on this phone, or in the app.
    case onThisPhone
    /// It takes another app, and the phone has none for it.
    case noApp
    /// Where the phone is, it does not know, or the member does not let the app know.
    case noPosition

    /// An error of the core as a screen says it.
    public init(_ error: PocketcardError) {
        self =
            switch error {
            case .offline: .offline
            case .tryLater: .busy
            case .signInAgain: .signInAgain
            case .rejected(let reason):
                .refused(text: reason.text ?? reason.fields.lazy.compactMap(\.texts.first).first, kind: reason.kind)
            case .updateApp: .updateApp
            case .notSupported: .notOffered
            case .wrongConfig, .internal, .libraryMismatch, .closed: .onThisPhone
            }
    }
}

extension Words {
    /// What the member reads of a failure.
    func of(_ failure: Failure) -> String {
        switch failure {
        case .offline: self("failure_offline")
        case .busy: self("failure_busy")
        case .signInAgain: self("failure_sign_in_again")
        case .refused(let text?, _): text
        case .refused(nil, .wrongCode): self("failure_wrong_code")
        case .refused(nil, .alreadyRegistered): self("failure_already_registered")
        case .refused(nil, .blocked): self("failure_blocked")
        case .refused(nil, .invalid): self("failure_invalid")
        case .refused(nil, .nothingPending), .refused(nil, .other): self("failure_refused")
        case .updateApp: self("failure_update_app")
        case .notOffered: self("failure_not_offered")
        case .onThisPhone: self("failure_on_this_phone")
        case .noApp: self("failure_no_app")
        case .noPosition: self("failure_no_position")
        }
    }
}
