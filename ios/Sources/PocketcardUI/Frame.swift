import Pocketcard
import SwiftUI

/// Where a member can go in one tap from everywhere.
public enum Destination: CaseIterable, Hashable, Sendable {
    /// The card, where the app opens.
    case card
    /// Offers and coupons.
    case offers
    /// Tasks.
    case tasks
    /// Stores.
    case stores
    /// Balance and history, inbox, settings.
    case more

    fileprivate var sign: String {
        switch self {
        case .card: Sign.card
        case .offers: Sign.offers
        case .tasks: Sign.tasks
        case .stores: Sign.stores
        case .more: Sign.more
        }
    }

    fileprivate func title(_ words: Words) -> String {
        switch self {
        case .card: words("card")
        case .offers: words("offers")
        case .tasks: words("tasks")
        case .stores: words("stores")
        case .more: words("more")
        }
    }
}

/// What a member does with the frame around a screen.
public enum FrameEvent: Equatable, Sendable {
    /// Goes to a destination.
    case go(Destination)
    /// Goes back from a page of a destination.
    case back
    /// Has read why something did not happen.
    case failureRead
}

/// What is around every screen: its title with a line that says where what is shown is not live, the way to the
/// destinations, a pull that refreshes, and why the last thing asked for did not happen.
public struct PocketcardFrame<Content: View>: View {
    @Environment(\.words) private var words
    private let destination: Destination
    private let title: String
    private let freshness: Freshness?
    private let unread: Int
    private let failure: Failure?
    private let hasBack: Bool
    private let destinations: [Destination]
    private let onRefresh: @MainActor () async -> Void
    private let onEvent: @MainActor (FrameEvent) -> Void
    private let content: Content

    /// Makes a frame around `content`.
    ///
    /// - Parameters:
    ///   - destination: where the member is.
    ///   - title: what the screen is called; the card's is called as the programme.
    ///   - freshness: of what the screen shows; nil where it shows nothing of the platform.
    ///   - unread: messages that the member has not read.
    ///   - failure: why the last thing that the member asked for did not happen, until they have read it.
    ///   - hasBack: whether the screen is a page of its destination, with a way back.
    ///   - destinations: those that the app has a screen for; no way is shown to others.
    ///   - onRefresh: asks the platform anew, by a pull, and returns when it has answered.
    ///   - onEvent: what the member does.
    ///   - content: the screen.
    public init(
        _ destination: Destination, title: String, freshness: Freshness?, unread: Int = 0, failure: Failure? = nil,
        hasBack: Bool = false, destinations: [Destination] = Destination.allCases,
        onRefresh: @escaping @MainActor () async -> Void, onEvent: @escaping @MainActor (FrameEvent) -> Void,
        @ViewBuilder content: () -> Content
    ) {
        self.destination = destination
        self.title = title
        self.freshness = freshness
        self.unread = unread
        self.failure = failure
        self.hasBack = hasBack
        self.destinations = destinations
        self.onRefresh = onRefresh
        self.onEvent = onEvent
        self.content = content()
    }

    /// The tabs, with the screen in the one where the member is.
    public var body: some View {
        TabView(selection: Binding(get: { @MainActor in destination }, set: { @MainActor in onEvent(.go($0)) })) {
            ForEach(destinations, id: \.self) { each in
                NavigationStack { tab(each) }
                    .tabItem {
                        Label(each.title(words), systemImage: each.sign)
                            .accessibilityLabel(label(each))
                    }
                    .badge(each == .more && unread > 0 ? Text(words.amount(Decimal(unread))) : nil)
                    .tag(each)
            }
        }
    }

    /// With the unread messages in words: the badge alone is a number of nothing.
    private func label(_ each: Destination) -> String {
        let title = each.title(words)
        return each == .more && unread > 0 ? "\(title), \(words("unread \(unread)"))" : title
    }

    @ViewBuilder private func tab(_ each: Destination) -> some View {
        if each == destination {
            VStack(spacing: 0) {
                FreshnessLine(freshness: freshness)
                content.frame(maxWidth: .infinity, maxHeight: .infinity)
                if let failure { FailureLine(failure: failure) { onEvent(.failureRead) } }
            }
            .refreshable { await onRefresh() }
            // VoiceOver's gesture for back.
            .accessibilityAction(.escape) { if hasBack { onEvent(.back) } }
            .navigationTitle(title)
            .toolbar {
                if hasBack {
                    ToolbarItem(placement: .navigation) {
                        Button {
                            onEvent(.back)
                        } label: {
                            Image(systemName: Sign.back).target()
                        }
                        .accessibilityLabel(words("back"))
                    }
                }
            }
        }
    }
}

/// Says that what is shown is not live, and since when. Nothing where it is.
struct FreshnessLine: View {
    @Environment(\.words) private var words
    let freshness: Freshness?

    var body: some View {
        if case .cached(let asOf, let reason) = freshness {
            let line = [why(reason), words("as_of \(words.moment(asOf))")].joinedByDots
            SignedLine(sign: reason == .offline ? Sign.offline : Sign.waiting, text: words.asLine(line))
                .frame(maxWidth: .infinity, alignment: .leading)
                .padding(.horizontal, step * 2)
                .padding(.bottom, step)
        }
    }

    private func why(_ reason: StaleReason) -> String? {
        switch reason {
        case .notAsked: nil
        case .offline: words("stale_offline")
        case .busy: words("stale_busy")
        case .signInAgain: words("stale_sign_in_again")
        case .notStored: words("stale_not_stored")
        case .unreadable, .refused, .notSupported: words("stale_other")
        }
    }
}

private struct FailureLine: View {
    @Environment(\.words) private var words
    let failure: Failure
    let onRead: @MainActor () -> Void

    var body: some View {
        Line {
            Label(words.of(failure), systemImage: Sign.problem).font(.footnote).announced(words.of(failure))
        } trailing: {
            Choice(words("understood"), action: onRead)
        }
        .padding(step)
        .background(.quaternary, in: RoundedRectangle(cornerRadius: step))
        .padding(step)
    }
}
