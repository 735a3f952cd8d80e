import Pocketcard
import SwiftUI

/// What a member does with a store.
public enum StoreEvent: Equatable, Sendable {
    /// Wants to be led there.
    case route(Position)
    /// Calls it.
    case call(String)
    /// Makes it a favourite, or no longer.
    case favourite(Int64, isFavourite: Bool)
    /// Is in it, or has left it: the card shows what its tills read.
    case here(Int64, isHere: Bool)
    /// Wants to know more about an offer.
    case openOffer(OfferId)
    /// Wants to see all stores: this one is gone.
    case openStores
    /// Wants to sign in.
    case signIn
    /// Wants the platform asked anew.
    case refresh
}

/// One store: whether it is open, the way there, its hours this week and on the days that differ, the member's offers
/// there, and what is known of products.
public struct StoreScreen: View {
    @Environment(\.words) private var words
    private let store: StorePage?
    private let freshness: Freshness
    private let isSignedIn: Bool
    private let onEvent: @MainActor (StoreEvent) -> Void

    /// Makes the screen.
    ///
    /// - Parameters:
    ///   - store: nil where the chain has no such store any more.
    ///   - freshness: of the stores, for one that this phone does not know yet.
    ///   - isSignedIn: somebody is signed in.
    ///   - onEvent: what the member does.
    public init(
        store: StorePage?, freshness: Freshness, isSignedIn: Bool, onEvent: @escaping @MainActor (StoreEvent) -> Void
    ) {
        self.store = store
        self.freshness = freshness
        self.isSignedIn = isSignedIn
        self.onEvent = onEvent
    }

    /// The store, or why it is not there.
    public var body: some View {
        if let store {
            KnownStore(page: store, words: words, storeWords: words.of(store.store.timeZone), onEvent: onEvent)
        } else {
            WhatIsKnown(
                freshness: freshness, isSignedIn: isSignedIn, placeholders: Placeholders(heights: [88, 48, 216]),
                onRefresh: { onEvent(.refresh) }, onSignIn: { onEvent(.signIn) }
            ) {
                Notice(sign: Sign.stores, title: words("store_gone"), text: words("store_gone_body")) {
                    MainButton(words("stores_show_all")) { onEvent(.openStores) }
                }
            }
        }
    }
}

private struct KnownStore: View {
    let page: StorePage
    let words: Words
    /// Of the store's zone.
    let storeWords: Words
    let onEvent: @MainActor (StoreEvent) -> Void

    private var store: StoreRow { page.store }

    var body: some View {
        Page {
            head
            if !page.archived {
                waysThere
                Part { Hours(page: page, words: storeWords) }
            }
            if !page.offers.isEmpty { offers }
            if !page.stock.isEmpty { Part { products } }
            if !page.archived { here }
            CatalogueAge(freshness: page.freshness)
        }
    }

    @ViewBuilder private var head: some View {
        VStack(alignment: .leading, spacing: step / 2) {
            HStack(alignment: .top, spacing: step) {
                Text(store.title).font(.title2).isHeader().frame(maxWidth: .infinity, alignment: .leading)
                FavouriteToggle(isFavourite: store.favourite, store: store.title) {
                    onEvent(.favourite(store.id, isFavourite: $0))
                }
            }
            if page.archived {
                SignedLine(sign: Sign.problem, text: words("store_archived"), isProblem: true)
            } else {
                SignedLine(sign: Sign.waiting, text: storeWords.openState(store.open))
            }
            if !store.address.line.isEmpty { Text(store.address.line).textSelection(.enabled) }
            Attributes(attributes: store.attributes)
            if let description = page.description { Text(description) }
            if let contacts = page.contacts {
                // A number is read from the left also where texts are read from the right.
                Text(contacts.contains(where: \.isLetter) ? contacts : "\u{2066}\(contacts)\u{2069}")
                    .textSelection(.enabled)
            }
        }
    }

    /// The first number to call in what the platform has of contacts.
    private var phone: String? {
        guard let contacts = page.contacts,
            let match = contacts.firstMatch(of: /\+?[0-9][0-9 ()\/.\-]{5,}[0-9]/)
        else { return nil }
        return String(match.0.filter { $0.isNumber || $0 == "+" })
    }

    /// The way there, and the way to speak with somebody there.
    @ViewBuilder private var waysThere: some View {
        if let position = store.position { MainButton(words("store_route")) { onEvent(.route(position)) } }
        if let phone { Choice(words("store_call")) { onEvent(.call(phone)) } }
    }

    private var offers: some View {
        VStack(alignment: .leading, spacing: step) {
            PartTitle(words("store_offers"))
            ForEach(page.offers, id: \.id.key) { offer in
                Button {
                    onEvent(.openOffer(offer.id))
                } label: {
                    VStack(alignment: .leading, spacing: step / 2) {
                        Text(offer.title)
                        BenefitText(text: storeWords.benefit(offer.gives))
                        let line = storeWords.kindAndEnd(offer)
                        if !line.isEmpty { Quiet(line) }
                        OfferStateLine(offer: offer, words: storeWords)
                    }
                    .target(maxWidth: .infinity, alignment: .leading)
                }
                .buttonStyle(.plain)
                .accessibilityHint(words("offer_open"))
            }
        }
    }

    /// What the member asked about, and what the store had then.
    @ViewBuilder private var products: some View {
        PartTitle(words("store_products"))
        ForEach(page.stock, id: \.goods.id) { answer in
            let asOf = words.moment(answer.asOf)
            VStack(alignment: .leading, spacing: 0) {
                Text(answer.goods.name)
                SignedLine(
                    sign: answer.available ? Sign.done : Sign.close,
                    text: answer.available ? words("stock_has \(asOf)") : words("stock_has_not \(asOf)"))
            }
            .padding(.vertical, step / 2)
            .accessibilityElement(children: .combine)
        }
    }

    /// Whether the member is in it.
    @ViewBuilder private var here: some View {
        if page.current { SignedLine(sign: Sign.done, text: words("store_is_here")) }
        Choice(page.current ? words("store_leave") : words("store_be_here")) {
            onEvent(.here(store.id, isHere: !page.current))
        }
    }
}

private struct Hours: View {
    let page: StorePage
    /// Of the store's zone.
    let words: Words

    /// Those of this week are in their place above.
    private var later: [StoreDay] { page.exceptions.filter { day in !page.week.contains { $0.date == day.date } } }

    var body: some View {
        PartTitle(words("store_hours"))
        if page.week.isEmpty { Text(words("store_hours_unknown")) }
        ForEach(page.week, id: \.date) { day in
            let name = words.weekday(number: Int(day.weekday))
            row(day, day.today ? words("store_day_today \(name)") : name)
        }
        if !later.isEmpty { PartTitle(words("store_other_days")) }
        ForEach(later, id: \.date) { day in row(day, words.date(day.date).map { words.weekday($0) } ?? day.date) }
        if page.timeZoneAssumed { Quiet(words("store_zone_assumed")) }
    }

    private func row(_ day: StoreDay, _ name: String) -> some View {
        Line {
            VStack(alignment: .leading, spacing: 0) {
                Text(name).fontWeight(day.today ? .bold : .regular)
                if day.exception { Quiet(words("store_exception")) }
            }
        } trailing: {
            Text(hours(day.hours)).fontWeight(day.today ? .bold : .regular).multilineTextAlignment(.trailing)
        }
        .padding(.vertical, step / 2)
        .accessibilityElement(children: .combine)
    }

    private func hours(_ hours: DayHours) -> String {
        switch hours {
        case .roundTheClock: words("store_round_the_clock")
        case .closed: words("store_closed")
        case .open(let intervals): lines(intervals).joined(separator: "\n")
        case .unknown(let intervals): (lines(intervals) + [words("store_day_unknown")]).joined(separator: "\n")
        }
    }

    /// A line for each: what lies between is a break.
    private func lines(_ intervals: [OpenInterval]) -> [String] {
        intervals.map { words.hours(from: $0.from, to: $0.to) }
    }
}
