import Pocketcard
import SwiftUI

/// What a member does with the history.
public enum HistoryEvent: Equatable, Sendable {
    /// Wants to see a part of it.
    case filter(HistoryFilter)
    /// Came to the end of what is there: the next page is wanted.
    case more
    /// Wants to sign in.
    case signIn
    /// Wants the platform asked anew.
    case refresh
}

/// What happened on the member's accounts, by day, newest first.
///
/// A tap on a purchase shows what was bought. The next page is asked for when the end comes into sight.
public struct HistoryScreen: View {
    @Environment(\.words) private var words
    @State private var open: String?
    private let history: HistoryView
    private let filter: HistoryFilter
    private let isSignedIn: Bool
    private let onEvent: @MainActor (HistoryEvent) -> Void

    /// Makes the screen of `history`, which is what `filter` lets through.
    public init(
        history: HistoryView, filter: HistoryFilter, isSignedIn: Bool,
        onEvent: @escaping @MainActor (HistoryEvent) -> Void
    ) {
        self.history = history
        self.filter = filter
        self.isSignedIn = isSignedIn
        self.onEvent = onEvent
    }

    /// The entries below what narrows them, or why they are not known.
    public var body: some View {
        WhatIsKnown(
            freshness: history.freshness, isSignedIn: isSignedIn, onRefresh: { onEvent(.refresh) },
            onSignIn: { onEvent(.signIn) }
        ) {
            VStack(alignment: .leading, spacing: step) {
                Chips(chosen: filter) {
                    ForEach([HistoryFilter.all, .purchases, .rewards, .withdrawals], id: \.self) { each in
                        Chip(title: title(of: each), isChosen: each == filter) { onEvent(.filter(each)) }.id(each)
                    }
                }
                if history.entries.isEmpty, !history.more {
                    Notice(
                        sign: Sign.history, title: words("history_none"),
                        text: filter == .all ? words("history_none_all") : words("history_none_filter"))
                } else {
                    entries
                }
            }
        }
    }

    private func title(of filter: HistoryFilter) -> String {
        switch filter {
        case .all: words("history_all")
        case .purchases: words("history_purchases")
        case .rewards: words("history_rewards")
        case .withdrawals: words("history_withdrawals")
        }
    }

    private var days: [(day: Date, entries: [HistoryEntry])] {
        history.entries.reduce(into: []) { days, entry in
            let day = words.day(of: entry.at)
            if days.last?.day == day {
                days[days.count - 1].entries.append(entry)
            } else {
                days.append((day, [entry]))
            }
        }
    }

    private var entries: some View {
        ScrollView {
            LazyVStack(alignment: .leading, spacing: step) {
                ForEach(days, id: \.day) { day in
                    Text(name(of: day.day)).font(.footnote).fontWeight(.semibold).foregroundStyle(.tint).isHeader()
                    ForEach(day.entries, id: \.id) { entry in
                        EntryRow(entry: entry, isOpen: entry.id == open) { open = entry.id == open ? nil : entry.id }
                    }
                }
                if history.more {
                    NextPage(count: history.entries.count, text: words("loading_older")) { onEvent(.more) }
                }
            }
            .padding(.horizontal, step * 2)
        }
    }

    private func name(of day: Date) -> String {
        switch day {
        case words.today: words("today")
        case words.today(plus: -1): words("yesterday")
        default: words.weekday(day)
        }
    }
}

private struct EntryRow: View {
    @Environment(\.words) private var words
    let entry: HistoryEntry
    let isOpen: Bool
    let onTap: @MainActor () -> Void

    var body: some View {
        if case .purchase(let amount, _, let receipt, let items, _, _) = entry.what, !items.isEmpty {
            Button(action: onTap) { lines.target(maxWidth: .infinity, alignment: .leading) }
                .buttonStyle(.plain)
                .accessibilityHint(isOpen ? words("history_close_items") : words("history_open_items"))
            if isOpen {
                Part {
                    if let receipt { Quiet(words("history_receipt \(receipt)")) }
                    ForEach(Array(items.enumerated()), id: \.offset) { item in
                        ReceiptLine(item: item.element, currency: amount.currency)
                    }
                }
            }
        } else {
            lines.accessibilityElement(children: .combine)
        }
    }

    private var lines: some View {
        VStack(alignment: .leading, spacing: step / 2) {
            let row = row
            Line {
                Text(row.title)
            } trailing: {
                if let amount = row.amount { Text(amount) }
            }
            ForEach(row.details.filter { !$0.isEmpty }, id: \.self) { Quiet($0) }
        }
        .frame(maxWidth: .infinity, minHeight: leastTarget, alignment: .leading)
    }

    private var row: (title: String, amount: String?, details: [String]) {
        let time = words.time(entry.at)
        switch entry.what {
        case .purchase(let amount, let refund, _, _, let spent, let earned):
            let kind = refund ? words("history_refund") : words("history_purchase")
            let name = entry.store ?? entry.description
            let points = earned.map(words.change) + spent.map { words("history_spent \(words.money($0))") }
            return (
                name ?? kind, words.money(amount),
                [[name == nil ? nil : kind, time].joinedByDots, points.map { $0 }.joined(separator: " · ")]
            )
        case .reward(let amount, let offer):
            let kind = words("history_reward")
            return (offer ?? entry.description ?? kind, words.change(amount), [[kind, time].joinedByDots])
        case .withdrawal(let amount):
            let kind = words("history_withdrawal")
            return (entry.description ?? kind, words.change(amount), [[kind, time].joinedByDots])
        case .other(let kind):
            return (entry.description ?? kind, nil, [time])
        }
    }
}

private struct ReceiptLine: View {
    @Environment(\.words) private var words
    let item: ReceiptItem
    let currency: String

    var body: some View {
        VStack(alignment: .leading, spacing: 0) {
            Line {
                Text(item.description)
            } trailing: {
                Text(words.money(Money(amount: item.amount, currency: currency)))
            }
            Quiet("\(words.amount(item.count)) \(item.unit ?? "×")")
        }
        .accessibilityElement(children: .combine)
    }
}
