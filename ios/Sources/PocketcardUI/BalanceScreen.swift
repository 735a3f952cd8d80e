import Pocketcard
import SwiftUI

/// What a member does on the balance screen.
public enum BalanceEvent: Equatable, Sendable {
    /// Wants to see what happened.
    case openHistory
    /// Wants to sign in.
    case signIn
    /// Wants the platform asked anew.
    case refresh
}

/// What can be spent, what will be and what lapses, the tier with the way to the next, and the other accounts.
///
/// What tasks will bring stands apart and is never added in.
public struct BalanceScreen: View {
    @Environment(\.words) private var words
    private let balance: BalanceView
    private let isSignedIn: Bool
    private let onEvent: @MainActor (BalanceEvent) -> Void

    /// Makes the screen.
    public init(balance: BalanceView, isSignedIn: Bool, onEvent: @escaping @MainActor (BalanceEvent) -> Void) {
        self.balance = balance
        self.isSignedIn = isSignedIn
        self.onEvent = onEvent
    }

    /// The accounts and the tiers, or why they are not known.
    public var body: some View {
        WhatIsKnown(
            freshness: balance.freshness, isSignedIn: isSignedIn, placeholders: Placeholders(heights: [152, 104, 88]),
            onRefresh: { onEvent(.refresh) }, onSignIn: { onEvent(.signIn) }
        ) {
            Page {
                if let main = balance.accounts.first {
                    Part { AccountContent(account: main, isMain: true) }
                } else {
                    Text(words("balance_none"))
                }
                if !balance.expected.isEmpty { Part { expected } }
                ForEach(balance.tiers, id: \.logicalName) { ladder in Part { TierContent(ladder: ladder) } }
                if balance.tiers.isEmpty, case .unknown = balance.tiersFreshness { Quiet(words("tier_unknown")) }
                ForEach(balance.accounts.dropFirst(), id: \.currency.id) { account in
                    Part { AccountContent(account: account, isMain: false) }
                }
                MainButton(words("balance_history")) { onEvent(.openHistory) }
            }
        }
    }

    @ViewBuilder private var expected: some View {
        PartTitle(words("balance_expected"))
        ForEach(balance.expected, id: \.self) { Text(words.change($0, balance.accounts.map(\.currency))) }
        Quiet(words("balance_expected_why"))
    }
}

private struct AccountContent: View {
    @Environment(\.words) private var words
    let account: Account
    let isMain: Bool

    /// What is earned and has no date yet.
    private var undated: Decimal {
        account.pending - account.activations.map(\.amount).reduce(0, +) - account.later.map(\.activates).reduce(0, +)
    }

    var body: some View {
        Text(words.amount(account.available, account.currency)).font(isMain ? .title2 : .headline).isHeader()
        if isMain { Quiet(words("balance_spendable")) }
        if account.blocked { SignedLine(sign: Sign.problem, text: words("balance_blocked"), isProblem: true) }
        ForEach(account.activations, id: \.self) { dated in
            Text(words("balance_activates \(words.change(dated.amount)) \(words.day(dated.at))"))
        }
        ForEach(account.later, id: \.self) { later in
            let period = name(of: later.period)
            if later.activates > 0 {
                Text(words("balance_activates_within \(words.change(later.activates)) \(period)"))
            }
            if later.expires > 0 { Text(words("balance_expires_within \(words.amount(later.expires)) \(period)")) }
        }
        ForEach(account.expirations, id: \.self) { dated in
            Text(words("balance_expires \(words.amount(dated.amount)) \(words.day(dated.at))"))
        }
        if undated > 0 { Text(words("balance_pending \(words.change(undated))")) }
    }

    private func name(of period: Period) -> String {
        switch period {
        case .weekToMonth: words("period_month")
        case .monthToYear: words("period_year")
        case .beyondYear: words("period_beyond")
        case .other(let name): name
        }
    }
}

private struct TierContent: View {
    @Environment(\.words) private var words
    let ladder: TierLadder

    var body: some View {
        PartTitle(ladder.current?.name ?? words("tier_none"))
        if let description = ladder.current?.description { Text(description) }
        if let goal = ladder.nextAt {
            let next = ladder.tiers.first { $0.threshold == goal }
            ProgressView(value: share(of: ladder.value, in: goal)).accessibilityHidden(true)
            Text(words("tier_progress \(words.amount(ladder.value)) \(words.amount(goal)) \(next?.name ?? "")"))
            if let next, let description = next.description {
                Quiet(words("tier_brings \(next.name) \(description)"))
            }
        }
    }
}

/// How much of a goal is there, from 0 to 1.
func share(of value: Decimal, in goal: Decimal) -> Double {
    goal <= 0 ? 1 : min(1, max(0, NSDecimalNumber(decimal: value / goal).doubleValue))
}
