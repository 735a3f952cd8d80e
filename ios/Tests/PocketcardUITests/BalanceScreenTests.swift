import Foundation
import Pocketcard
import ScreenOutline
import SwiftUI
import Testing

@testable import PocketcardUI

private let full = BalanceView(
    accounts: [
        account(
            pending: 150, activations: [DatedAmount(amount: 120, at: instant("2026-12-03T11:00"))],
            expirations: [DatedAmount(amount: 80, at: instant("2027-01-31T11:00"))],
            later: [
                PeriodAmount(period: .weekToMonth, activates: 10, expires: 0),
                PeriodAmount(period: .monthToYear, activates: 0, expires: 40),
                PeriodAmount(period: .beyondYear, activates: 5, expires: 6),
                PeriodAmount(period: .other(name: "after the fair"), activates: 1, expires: 0),
            ]),
        account(1, stamps, blocked: true),
    ], tiers: [ladder],
    expected: [ExpectedPoints(currencyCode: "POINTS", amount: 60), ExpectedPoints(currencyCode: "MILES", amount: 2.5)],
    freshness: live, tiersFreshness: live)

@MainActor private func screen(_ view: BalanceView, isSignedIn: Bool = true) -> BalanceScreen {
    BalanceScreen(balance: view, isSignedIn: isSignedIn) { _ in }
}

private func empty(_ freshness: Freshness) -> BalanceView {
    BalanceView(accounts: [], tiers: [], expected: [], freshness: freshness, tiersFreshness: unknown(.offline))
}

let balanceStates = [
    ScreenState("balance") { screen(balance) },
    ScreenState("balance-full") { screen(full) },
    ScreenState("balance-highest") {
        let top = TierLadder(
            name: "Status", logicalName: "status", tiers: [silver, gold], current: gold, value: 2500, nextAt: nil)
        let none = TierLadder(name: "Club", logicalName: "club", tiers: [silver], current: nil, value: 0.5, nextAt: 500)
        return screen(
            BalanceView(
                accounts: [account(0.5)], tiers: [top, none], expected: [], freshness: stale(), tiersFreshness: live))
    },
    ScreenState("balance-none") { screen(empty(live)) },
    ScreenState("balance-loading") { screen(empty(unknown())) },
    ScreenState("balance-offline") { screen(empty(unknown(.offline))) },
    ScreenState("balance-signed-out") { screen(empty(unknown()), isSignedIn: false) },
]

@MainActor @Suite struct BalanceScreenTests {
    private let events = Recorded<BalanceEvent>()

    @Test func leadsToTheHistory() async throws {
        let shown = display(BalanceScreen(balance: full, isSignedIn: true) { events.all.append($0) })
        try await shown.tap("balance_history")
        shown.show(BalanceScreen(balance: empty(unknown(.busy)), isSignedIn: true) { events.all.append($0) })
        try await shown.tap("try_again")
        shown.show(BalanceScreen(balance: empty(unknown()), isSignedIn: false) { events.all.append($0) })
        try await shown.tap("sign_in")
        #expect(events.all == [.openHistory, .refresh, .signIn])
    }

    @Test func predictedPointsAreNeverAddedIn() {
        let speech = display(screen(full)).speech
        #expect(
            speech.contains("1,250 points") && speech.contains("+60 points")
                && !speech.contains { $0.contains("1,310") })
        #expect(speech.contains("+120 on 3 December") && speech.contains("80 expire on 31 January 2027"))
    }

    @Test func currenciesAreNamedInTheRightForm() {
        let amounts: [(Decimal, String)] = [(1, "1 point"), (2, "2 points"), (0, "0 points"), (1.5, "1.5 points")]
        for (amount, text) in amounts {
            let known = BalanceView(
                accounts: [account(amount)], tiers: [], expected: [], freshness: live, tiersFreshness: live)
            #expect(display(screen(known)).speech.contains(text))
        }
    }
}
