import Pocketcard
import SwiftUI

/// A page behind More.
public enum MorePage: CaseIterable, Hashable, Sendable {
    /// What can be spent, and the tier.
    case balance
    /// What happened.
    case history
    /// Messages.
    case inbox
    /// Consents, language, sign-out.
    case settings

    fileprivate var sign: String {
        switch self {
        case .balance: Sign.points
        case .history: Sign.history
        case .inbox: Sign.inbox
        case .settings: Sign.settings
        }
    }

    fileprivate func title(_ words: Words) -> String {
        switch self {
        case .balance: words("more_balance")
        case .history: words("more_history")
        case .inbox: words("more_inbox")
        case .settings: words("more_settings")
        }
    }
}

/// What is not in the bar: the way to balance and history, inbox and settings.
public struct MoreScreen: View {
    @Environment(\.words) private var words
    private let balance: BalanceView
    private let unread: Int
    private let pages: [MorePage]
    private let onOpen: @MainActor (MorePage) -> Void

    /// Makes the screen.
    ///
    /// - Parameters:
    ///   - balance: for the points, which can be seen without opening their page.
    ///   - unread: messages that the member has not read.
    ///   - pages: those that the app has; no way is shown to others.
    ///   - onOpen: the member wants to see a page.
    public init(
        balance: BalanceView, unread: Int, pages: [MorePage] = MorePage.allCases,
        onOpen: @escaping @MainActor (MorePage) -> Void
    ) {
        self.balance = balance
        self.unread = unread
        self.pages = pages
        self.onOpen = onOpen
    }

    /// A row for each page.
    public var body: some View {
        Page {
            ForEach(pages, id: \.self) { page in
                Button {
                    onOpen(page)
                } label: {
                    HStack(spacing: step * 2) {
                        Image(systemName: page.sign).foregroundStyle(.tint).accessibilityHidden(true)
                        VStack(alignment: .leading, spacing: 0) {
                            Text(page.title(words))
                            if let below = below(page) { Quiet(below) }
                        }
                        .frame(maxWidth: .infinity, alignment: .leading)
                        Image(systemName: Sign.forward).foregroundStyle(.secondary).accessibilityHidden(true)
                    }
                    .target(maxWidth: .infinity)
                }
                .buttonStyle(.plain)
            }
        }
    }

    /// What a member can see of a page without opening it.
    private func below(_ page: MorePage) -> String? {
        switch page {
        case .balance: balance.accounts.first.map { words.amount($0.available, $0.currency) }
        case .inbox: unread > 0 ? words("unread \(unread)") : nil
        case .history, .settings: nil
        }
    }
}
