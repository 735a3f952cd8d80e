import Pocketcard
import PocketcardUI
import SwiftUI

/// The messages.
struct LiveInbox: View {
    let model: MemberModel

    var body: some View {
        let core = model.core
        InboxScreen(inbox: core.inbox.view, isSignedIn: model.hasMember) { event in
            switch event {
            case .open(let message): model.open(.message(message))
            case .readAll: model.acts.act { try await core.readMessages() }
            case .more: model.acts.act { try await core.loadInbox() }
            case .signIn: model.open(.signIn)
            case .refresh: model.refreshNow()
            }
        }
    }
}

/// One message, which is read by that.
struct LiveMessage: View {
    let model: MemberModel
    let id: String

    var body: some View {
        let core = model.core
        let message = core.inbox.view.messages.first { $0.id == id }
        FreshnessOfOne(model: model, isThere: message != nil, all: core.inbox.view.freshness) { freshness in
            MessageScreen(message: message, freshness: freshness, isSignedIn: model.hasMember) { event in
                switch event {
                case .read(let message): model.acts.act { try await core.readMessages([message]) }
                case .openInbox: model.go(Destination.more.way + [.inbox])
                case .signIn: model.open(.signIn)
                case .refresh: model.refreshNow()
                }
            }
        }
    }
}
