import Pocketcard
import SwiftUI

/// What a member does with the card, and what the screen tells the app of itself.
public enum CardEvent: Equatable, Sendable {
    /// A code of this kind came on screen: time to make the screen bright, and to note the activity.
    case codeShown(CodeKind)
    /// No code is on screen any more: the screen becomes as it was.
    case codeHidden
    /// Wants to sign in.
    case signIn
    /// Wants a virtual card.
    case issueCard
    /// Wants to link a plastic card.
    case linkCard
    /// Wants to know more about the points.
    case openBalance
    /// Wants the platform asked anew.
    case refresh
}

/// The card to hold under a scanner: tier, symbol, number, how long the code is good, and what can be spent.
///
/// A tap on the symbol shows nothing but it and the number on white. A card that no till takes says why instead. The
/// card stays also where the member has to sign in again.
public struct CardScreen: View {
    @Environment(\.words) private var words
    private let card: CardView
    private let balance: BalanceView
    private let session: SessionView
    private let onEvent: @MainActor (CardEvent) -> Void

    /// Makes the screen. The tier and the spendable points are `balance`'s, and left out where they are not known.
    public init(
        card: CardView, balance: BalanceView, session: SessionView, onEvent: @escaping @MainActor (CardEvent) -> Void
    ) {
        self.card = card
        self.balance = balance
        self.session = session
        self.onEvent = onEvent
    }

    /// The card, or why there is none.
    public var body: some View {
        switch card {
        case .ready(let code, let number, let grouped, let title, _):
            ReadyCard(
                code: code, number: number, grouped: grouped, tier: tier(title), balance: balance, session: session,
                onEvent: onEvent)
        case .unusable(let reason, _, let grouped, let title, _):
            Page(alignment: .center) {
                Quiet(tier(title))
                UnusableNotice(reason: reason, onEvent: onEvent)
                CodeText(text: grouped)
                SpendablePoints(balance: balance, onEvent: onEvent)
                SignInAgainPart(session: session, onEvent: onEvent)
            }
        case .noCard(let canIssue, let freshness):
            if case .signedIn = session {
                WhatIsKnown(
                    freshness: freshness, isSignedIn: true,
                    placeholders: Placeholders(heights: [24, 264, 32, 24], width: 264),
                    onRefresh: { onEvent(.refresh) }, onSignIn: { onEvent(.signIn) }
                ) { NoCardNotice(canIssue: canIssue, onEvent: onEvent) }
            } else {
                SignedOutNotice { onEvent(.signIn) }
            }
        }
    }

    private func tier(_ title: String) -> String {
        [title, balance.tiers.lazy.compactMap(\.current).first?.name].joinedByDots
    }
}

private struct ReadyCard: View {
    @Environment(\.words) private var words
    let code: CardCode
    let number: String
    let grouped: String
    let tier: String
    let balance: BalanceView
    let session: SessionView
    let onEvent: @MainActor (CardEvent) -> Void

    var body: some View {
        GeometryReader { room in
            // Turned, the symbol is beside the rest and takes the whole height.
            if room.size.width > room.size.height {
                HStack(spacing: step) {
                    symbol(room: room.size.height).padding(step).frame(maxWidth: .infinity)
                    Page(alignment: .center) {
                        Text(tier).foregroundStyle(.secondary)
                        about
                    }
                }
            } else {
                Page(alignment: .center) {
                    Text(tier).foregroundStyle(.secondary)
                    symbol(room: room.size.height * symbolShare)
                    about
                }
            }
        }
        .onAppear { onEvent(.codeShown(code.kind)) }
        .onDisappear { onEvent(.codeHidden) }
        .onChange(of: code.kind) { _, kind in onEvent(.codeShown(kind)) }
    }

    @ViewBuilder private func symbol(room: CGFloat) -> some View {
        if let symbol = code.symbol {
            LargeSymbol(symbol: symbol, number: grouped, label: words("card_ready \(number.spelled)"), room: room)
        } else {
            Text(words("card_number_only")).font(.title2).multilineTextAlignment(.center)
        }
    }

    @ViewBuilder private var about: some View {
        CodeText(text: grouped, isSaid: code.symbol != nil)
        CodeLine(code: code)
        switch code.whyNotRotating {
        case .clockUnsure: Quiet(words("card_clock_unsure"))
        case .keyExpired: Quiet(words("card_key_expired"))
        case .cannotBeDrawn, nil: EmptyView()
        }
        SpendablePoints(balance: balance, onEvent: onEvent)
        SignInAgainPart(session: session, onEvent: onEvent)
    }
}

/// How long the code is good, as one quiet line.
private struct CodeLine: View {
    @Environment(\.words) private var words
    let code: CardCode

    var body: some View {
        switch (code.kind, code.validUntil) {
        case (.rotating(let period), let until?):
            // A ring that empties until the next code, in steps: nothing moves. Not announced: it would never end.
            TimelineView(.periodic(from: until.addingTimeInterval(-period), by: 1)) { context in
                let left = max(0, until.timeIntervalSince(context.date)).rounded(.up)
                HStack(spacing: step) {
                    ZStack {
                        Circle().stroke(.quaternary, lineWidth: 3)
                        Circle().trim(from: 0, to: left / max(period, 1)).rotation(.degrees(-90))
                            .stroke(.tint, lineWidth: 3)
                    }
                    .frame(width: 20, height: 20)
                    Quiet(words("card_new_code_in \(Int(left))"))
                }
                .accessibilityHidden(true)
            }
        case (.issued, let until?): Quiet(words("card_good_until \(words.moment(until))"))
        case (.static, _): Quiet(words("card_does_not_change"))
        default: EmptyView()
        }
    }
}

private struct SpendablePoints: View {
    @Environment(\.words) private var words
    let balance: BalanceView
    let onEvent: @MainActor (CardEvent) -> Void

    var body: some View {
        if let account = balance.accounts.first {
            Button {
                onEvent(.openBalance)
            } label: {
                HStack(spacing: step) {
                    Image(systemName: Sign.points).foregroundStyle(.tint).accessibilityHidden(true)
                    Text(words.amount(account.available, account.currency)).font(.title2)
                    Image(systemName: Sign.forward).foregroundStyle(.secondary).accessibilityHidden(true)
                }
                .target()
            }
            .buttonStyle(.plain)
            .accessibilityHint(words("card_open_balance"))
        }
    }
}

/// Where the session is over: the card works, the rest waits. Never in place of the card.
private struct SignInAgainPart: View {
    @Environment(\.words) private var words
    let session: SessionView
    let onEvent: @MainActor (CardEvent) -> Void

    var body: some View {
        if case .signInAgain = session {
            Part {
                Text(words("card_sign_in_again")).font(.footnote)
                Choice(words("sign_in_again")) { onEvent(.signIn) }
            }
        }
    }
}

private struct UnusableNotice: View {
    @Environment(\.words) private var words
    let reason: Unusable
    let onEvent: @MainActor (CardEvent) -> Void

    private var texts: (title: String, what: String) {
        switch reason {
        case .blocked: (words("card_blocked"), words("card_blocked_what"))
        case .replaced: (words("card_replaced"), words("card_replaced_what"))
        case .expired: (words("card_expired"), words("card_expired_what"))
        case .notYetActive: (words("card_not_yet_active"), words("card_not_yet_active_what"))
        }
    }

    var body: some View {
        ContentUnavailableView {
            Label(texts.title, systemImage: Sign.problem).isHeader()
        } description: {
            Text(texts.what)
        } actions: {
            MainButton(words("card_check_again")) { onEvent(.refresh) }
        }
    }
}

private struct NoCardNotice: View {
    @Environment(\.words) private var words
    let canIssue: Bool
    let onEvent: @MainActor (CardEvent) -> Void

    var body: some View {
        Notice(
            sign: Sign.card, title: words("card_none"),
            text: canIssue ? words("card_none_issue") : words("card_none_link")
        ) {
            if canIssue {
                MainButton(words("card_issue")) { onEvent(.issueCard) }
                Choice(words("card_link")) { onEvent(.linkCard) }
            } else {
                MainButton(words("card_link")) { onEvent(.linkCard) }
            }
        }
    }
}
