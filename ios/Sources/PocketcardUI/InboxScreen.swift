import Pocketcard
import SwiftUI

/// What a member does with the inbox.
public enum InboxEvent: Equatable, Sendable {
    /// Wants to read a message.
    case open(String)
    /// Has read all messages, those included that are not on this phone.
    case readAll
    /// Came to the end of what is there: the next page is wanted.
    case more
    /// Wants to sign in.
    case signIn
    /// Wants the platform asked anew.
    case refresh
}

/// Messages of the programme to the member, newest first; what is unread has a dot and weight.
///
/// The next page is asked for when the end comes into sight.
public struct InboxScreen: View {
    @Environment(\.words) private var words
    private let inbox: InboxView
    private let isSignedIn: Bool
    private let onEvent: @MainActor (InboxEvent) -> Void

    /// Makes the screen.
    public init(inbox: InboxView, isSignedIn: Bool, onEvent: @escaping @MainActor (InboxEvent) -> Void) {
        self.inbox = inbox
        self.isSignedIn = isSignedIn
        self.onEvent = onEvent
    }

    /// The messages, or why they are not known.
    public var body: some View {
        WhatIsKnown(
            freshness: inbox.freshness, isSignedIn: isSignedIn, onRefresh: { onEvent(.refresh) },
            onSignIn: { onEvent(.signIn) }
        ) {
            if inbox.messages.isEmpty, !inbox.more {
                Notice(sign: Sign.inbox, title: words("inbox_none"), text: words("inbox_none_body"))
            } else {
                messages
            }
        }
    }

    private var messages: some View {
        ScrollView {
            LazyVStack(alignment: .leading, spacing: step * 2) {
                if inbox.unread > 0 {
                    Line {
                        Quiet(words("unread \(Int(inbox.unread))"))
                    } trailing: {
                        Choice(words("inbox_read_all")) { onEvent(.readAll) }
                    }
                }
                ForEach(inbox.messages, id: \.id) { message in
                    MessageRow(message: message) { onEvent(.open(message.id)) }
                }
                if inbox.more {
                    NextPage(count: inbox.messages.count, text: words("loading_older")) { onEvent(.more) }
                }
            }
            .padding(.horizontal, step * 2)
        }
    }
}

private struct MessageRow: View {
    @Environment(\.words) private var words
    let message: Message
    let onOpen: @MainActor () -> Void

    var body: some View {
        let preview = message.summary ?? message.body
        Button(action: onOpen) {
            HStack(alignment: .top, spacing: step) {
                // Takes its room also where it is not shown, so that the texts stand below one another.
                Circle().fill(.tint).frame(width: step, height: step).padding(.top, step)
                    .opacity(message.read ? 0 : 1)
                VStack(alignment: .leading, spacing: step / 2) {
                    Text(message.title).fontWeight(message.read ? .regular : .bold)
                    if !preview.allSatisfy(\.isWhitespace) { Text(preview).font(.footnote).lineLimit(2) }
                    Quiet(words.timeOrDay(message.at))
                }
                .frame(maxWidth: .infinity, alignment: .leading)
                if let url = message.imageUrl { Picture(url, sign: Sign.inbox) }
            }
            .target(maxWidth: .infinity, alignment: .leading)
        }
        .buttonStyle(.plain)
        .accessibilityValue(message.read ? words("inbox_is_read") : words("inbox_is_unread"))
        .accessibilityHint(words("inbox_open"))
    }
}
