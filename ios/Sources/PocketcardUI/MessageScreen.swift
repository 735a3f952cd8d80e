import Pocketcard
import SwiftUI

/// What a member does with a message, and what the screen tells the app of itself.
public enum MessageEvent: Equatable, Sendable {
    /// An unread message came on screen: it is read from now on.
    case read(String)
    /// Wants to see all messages: this one is gone.
    case openInbox
    /// Wants to sign in.
    case signIn
    /// Wants the platform asked anew.
    case refresh
}

/// One message to the member. Opening it marks it as read, however the member came to it.
public struct MessageScreen: View {
    @Environment(\.words) private var words
    private let message: Message?
    private let freshness: Freshness
    private let isSignedIn: Bool
    private let onEvent: @MainActor (MessageEvent) -> Void

    /// Makes the screen.
    ///
    /// - Parameters:
    ///   - message: nil where there is no such message: it was taken back, or is not on this phone.
    ///   - freshness: of the inbox, for a message that this phone does not know yet.
    ///   - isSignedIn: somebody is signed in.
    ///   - onEvent: what the member does.
    public init(
        message: Message?, freshness: Freshness, isSignedIn: Bool, onEvent: @escaping @MainActor (MessageEvent) -> Void
    ) {
        self.message = message
        self.freshness = freshness
        self.isSignedIn = isSignedIn
        self.onEvent = onEvent
    }

    /// The message, or why it is not there.
    public var body: some View {
        if let message {
            Page {
                if let url = message.imageUrl { Picture(url, sign: Sign.inbox, height: 200) }
                VStack(alignment: .leading, spacing: step / 2) {
                    Text(message.title).font(.title2).isHeader()
                    Quiet(words.moment(message.at))
                }
                Text(message.body.allSatisfy(\.isWhitespace) ? message.summary ?? "" : message.body)
                    .textSelection(.enabled)
            }
            .onChange(of: message.read ? nil : message.id, initial: true) { _, unread in
                if let unread { onEvent(.read(unread)) }
            }
        } else {
            WhatIsKnown(
                freshness: freshness, isSignedIn: isSignedIn, placeholders: Placeholders(heights: [88, 152]),
                onRefresh: { onEvent(.refresh) }, onSignIn: { onEvent(.signIn) }
            ) {
                Notice(sign: Sign.inbox, title: words("message_gone"), text: words("message_gone_body")) {
                    MainButton(words("message_show_all")) { onEvent(.openInbox) }
                }
            }
        }
    }
}
