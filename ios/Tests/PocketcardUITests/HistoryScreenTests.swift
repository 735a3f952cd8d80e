import Foundation
import Pocketcard
import ScreenOutline
import SwiftUI
import Testing

@testable import PocketcardUI

private func entry(
    _ id: String, hoursAgo: Double, store: String? = nil, description: String? = nil, _ what: HistoryWhat
) -> HistoryEntry {
    HistoryEntry(id: id, at: now - hoursAgo * hour, description: description, store: store, what: what)
}

private func money(_ amount: Decimal, _ currency: String = "EUR") -> Money { Money(amount: amount, currency: currency) }

private let entries = [
    entry(
        "1", hoursAgo: 1, store: "Alexanderplatz",
        .purchase(
            amount: money(23.9), refund: false, receipt: "4711",
            items: [
                ReceiptItem(description: "Apples", count: 1.5, unit: "kg", amount: 4.5),
                ReceiptItem(description: "Bread", count: 2, unit: nil, amount: 6),
            ], spent: [money(100, "pts")], earned: [money(24, "pts")])),
    entry(
        "2", hoursAgo: 2,
        .purchase(amount: money(9), refund: true, receipt: nil, items: [], spent: [], earned: [money(-9, "pts")])),
    entry("3", hoursAgo: 26, .reward(amount: money(50, "pts"), offer: "Welcome")),
    entry("4", hoursAgo: 50, .withdrawal(amount: money(-20, "pts"))),
    entry("5", hoursAgo: 9000, description: "Moved from another card", .other(kind: "Merge")),
]

private func history(_ entries: [HistoryEntry], more: Bool = false, _ freshness: Freshness = live) -> HistoryView {
    HistoryView(entries: entries, more: more, freshness: freshness)
}

@MainActor private func screen(_ view: HistoryView, _ filter: HistoryFilter = .all, isSignedIn: Bool = true)
    -> HistoryScreen
{
    HistoryScreen(history: view, filter: filter, isSignedIn: isSignedIn) { _ in }
}

let historyStates = [
    ScreenState("history") { screen(history(entries, more: true)) },
    ScreenState("history-open") {
        screen(history(entries))
    } act: {
        let isGerman = $0.environment.locale.identifier.hasPrefix("de")
        try await $0.tap(
            isGerman
                ? "Alexanderplatz, 23,90\u{a0}€, Einkauf · 13:05, +24 pts · 100 pts ausgegeben"
                : "Alexanderplatz, €23.90, Purchase · 13:05, +24 pts · 100 pts spent")
    },
    ScreenState("history-stale") { screen(history(Array(entries.prefix(1)), stale()), .purchases) },
    ScreenState("history-none") { screen(history([])) },
    ScreenState("history-none-of-a-kind") { screen(history([]), .rewards) },
    ScreenState("history-loading") { screen(history([], unknown())) },
    ScreenState("history-failed") { screen(history([], unknown(.unreadable))) },
    ScreenState("history-signed-out") { screen(history([], unknown()), isSignedIn: false) },
]

private func history(_ entries: [HistoryEntry], _ freshness: Freshness) -> HistoryView {
    history(entries, more: false, freshness)
}

@MainActor @Suite struct HistoryScreenTests {
    private let events = Recorded<HistoryEvent>()

    private func screen(_ view: HistoryView, _ filter: HistoryFilter = .all) -> HistoryScreen {
        HistoryScreen(history: view, filter: filter, isSignedIn: true) { events.all.append($0) }
    }

    @Test func narrowsByKind() async throws {
        let shown = display(screen(history(entries)))
        try await shown.tap("history_rewards")
        try await shown.tap("history_withdrawals")
        #expect(events.all == [.filter(.rewards), .filter(.withdrawals)])
    }

    @Test func asksForTheNextPageOnceForEachEnd() async throws {
        let shown = display(screen(history(entries, more: true)))
        await shown.settle()
        await shown.settle()
        #expect(events.all == [.more])
        shown.show(
            screen(history(entries + [entry("6", hoursAgo: 9001, .withdrawal(amount: money(-1, "pts")))], more: true)))
        await shown.settle()
        #expect(events.all == [.more, .more])
    }

    @Test func anotherTapHidesTheReceipt() async throws {
        let title = "Alexanderplatz, €23.90, Purchase · 13:05, +24 pts · 100 pts spent"
        let shown = display(screen(history(entries)))
        try await shown.tap(title)
        #expect(shown.outline.contains("Apples") && shown.outline.contains("1.5 kg"))
        try await shown.tap(title)
        #expect(!shown.outline.contains("Apples"))
    }
}
