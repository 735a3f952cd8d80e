import Pocketcard
import SwiftUI

/// A part of the offers.
public enum OffersFilter: CaseIterable, Hashable, Sendable {
    /// All of them, wherever they apply.
    case all
    /// Those for the store that the member is in.
    case here
    /// Those for purchases online.
    case online
    /// Those for purchases in stores.
    case inStore
    /// Coupons.
    case coupons
    /// The products that the member chooses to get more for.
    case favourites

    /// What to ask the core for to show this part: with all of the words of `search`, in the store `here`.
    public func query(search: String = "", here: OfferStore? = nil) -> OffersQuery {
        var query = OffersQuery()
        query.text = search.allSatisfy(\.isWhitespace) ? nil : search
        switch self {
        case .all, .favourites: break
        case .here:
            query.channel = .store
            query.store = here
        case .online: query.channel = .online
        case .inStore: query.channel = .store
        case .coupons: query.kind = .coupon
        }
        return query
    }
}

extension OffersView {
    /// How fresh what `filter` shows is, for the line under the title. Of offers and coupons, what is worse of what is
    /// known.
    public func freshness(of filter: OffersFilter, favourites: FavouritesView? = nil) -> Freshness {
        switch filter {
        case .coupons: return couponsFreshness
        case .favourites: return favourites?.freshness ?? freshness
        case .all, .here, .online, .inStore:
            let both = [freshness, couponsFreshness]
            let cached = both.compactMap { each -> (Date, Freshness)? in
                if case .cached(let asOf, _) = each { (asOf, each) } else { nil }
            }
            let isLive = both.first { if case .live = $0 { true } else { false } }
            return cached.min { $0.0 < $1.0 }?.1 ?? isLive ?? freshness
        }
    }
}

/// What a member does with the offers.
public enum OffersEvent: Equatable, Sendable {
    /// Wants to see a part of them.
    case filter(OffersFilter)
    /// Typed what to look for; nothing: looks for nothing any more.
    case search(String)
    /// Wants to know more about one.
    case open(OfferId)
    /// Activates an offer, or accepts a personal one.
    case activate(Int64)
    /// Puts a product into a cell of favourites; nil empties it.
    case chooseFavourite(FavouritePlace, goods: String?)
    /// Wants to sign in.
    case signIn
    /// Wants the platform asked anew.
    case refresh
}

/// A cell of a stretch of time in which favourites are chosen.
public struct FavouritePlace: Hashable, Sendable {
    /// The platform's number of the stretch of time.
    public var period: Int64
    /// The number of the cell.
    public var position: UInt32

    /// Makes a place of its `period` and its `position` there.
    public init(period: Int64, position: UInt32) {
        self.period = period
        self.position = position
    }
}

/// Offers and coupons in one list, in the core's order: what each gives, until when, and where it stands.
public struct OffersScreen: View {
    @Environment(\.words) private var words
    private let offers: OffersView
    private let filter: OffersFilter
    private let search: String
    private let isSignedIn: Bool
    private let isInStore: Bool
    private let favourites: FavouritesView?
    private let activating: Set<Int64>
    private let choosing: Set<FavouritePlace>
    private let onEvent: @MainActor (OffersEvent) -> Void

    /// Makes the screen.
    ///
    /// - Parameters:
    ///   - offers: the answer to ``OffersFilter/query(search:here:)``.
    ///   - filter: the part that is shown.
    ///   - search: what the member typed, as ``OffersEvent/search(_:)`` told it. To be handed back at once: the field
    ///     shows this and nothing else.
    ///   - isSignedIn: somebody is signed in.
    ///   - isInStore: the app knows which store the member is in.
    ///   - favourites: the products that the member may choose; the way to them is shown where there are any.
    ///   - activating: the offers that are just being activated.
    ///   - choosing: the cells of favourites that are just being filled.
    ///   - onEvent: what the member does.
    public init(
        offers: OffersView, filter: OffersFilter, search: String, isSignedIn: Bool, isInStore: Bool = false,
        favourites: FavouritesView? = nil, activating: Set<Int64> = [], choosing: Set<FavouritePlace> = [],
        onEvent: @escaping @MainActor (OffersEvent) -> Void
    ) {
        self.offers = offers
        self.filter = filter
        self.search = search
        self.isSignedIn = isSignedIn
        self.isInStore = isInStore
        self.favourites = favourites
        self.activating = activating
        self.choosing = choosing
        self.onEvent = onEvent
    }

    private var filters: [OffersFilter] {
        OffersFilter.allCases.filter { each in
            switch each {
            case filter: true
            case .here: isInStore
            case .favourites: favourites?.periods.isEmpty == false
            default: true
            }
        }
    }

    /// The offers below what narrows them, or why they are not known.
    public var body: some View {
        known(offers.freshness(of: .all)) {
            VStack(alignment: .leading, spacing: step) {
                Chips(chosen: filter) {
                    ForEach(filters, id: \.self) { each in
                        Chip(title: title(of: each), isChosen: each == filter) { onEvent(.filter(each)) }.id(each)
                    }
                }
                if filter != .favourites { SearchField(search: search) { onEvent(.search($0)) } }
                known(offers.freshness(of: filter, favourites: favourites)) { content }
            }
        }
    }

    private func known<Content: View>(_ freshness: Freshness, @ViewBuilder content: @escaping () -> Content)
        -> some View
    {
        WhatIsKnown(
            freshness: freshness, isSignedIn: isSignedIn, onRefresh: { onEvent(.refresh) },
            onSignIn: { onEvent(.signIn) }, content: content)
    }

    private func title(of filter: OffersFilter) -> String {
        switch filter {
        case .all: words("offers_all")
        case .here: words("offers_here")
        case .online: words("offers_online")
        case .inStore: words("offers_in_store")
        case .coupons: words("offers_coupons")
        case .favourites: words("offers_favourites")
        }
    }

    @ViewBuilder private var content: some View {
        if filter == .favourites {
            Favourites(favourites: favourites, choosing: choosing, onEvent: onEvent)
        } else if offers.offers.isEmpty {
            NoOffers(filter: filter, search: search, missing: missing, onEvent: onEvent)
        } else {
            ScrollView {
                LazyVStack(alignment: .leading, spacing: step) {
                    ForEach(offers.offers, id: \.id.key) { offer in
                        OfferRow(
                            offer: offer, words: words.of(offers.timeZone),
                            isActivating: offer.activates.map(activating.contains) ?? false, onEvent: onEvent)
                    }
                    if let missing { Quiet(missing) }
                }
                .padding(.horizontal, step * 2)
            }
            // Another part begins at its beginning.
            .id(filter)
        }
    }

    /// That one of the two kinds is not in the list, for want of an answer; nil where both are.
    private var missing: String? {
        if filter == .coupons { return nil }
        if offers.freshness.isMissing { return words("offers_unknown") }
        return offers.couponsFreshness.isMissing ? words("coupons_unknown") : nil
    }
}

extension Freshness {
    fileprivate var isMissing: Bool {
        if case .unknown(let reason) = self { reason != .notSupported && reason != .notAsked } else { false }
    }
}

/// There is nothing of this: why, and the way back to where there may be something.
private struct NoOffers: View {
    @Environment(\.words) private var words
    let filter: OffersFilter
    let search: String
    let missing: String?
    let onEvent: @MainActor (OffersEvent) -> Void

    var body: some View {
        if !search.allSatisfy(\.isWhitespace) {
            Notice(sign: Sign.search, title: words("offers_none_found"), text: words("offers_none_found_body")) {
                MainButton(words("search_clear")) { onEvent(.search("")) }
                if let missing { Quiet(missing) }
            }
        } else if filter == .all {
            Notice(sign: Sign.offers, title: words("offers_none"), text: words("offers_none_body")) {
                if let missing { Quiet(missing) }
            }
        } else {
            Notice(sign: Sign.offers, title: words("offers_none_filter"), text: words("offers_none_filter_body")) {
                MainButton(words("offers_show_all")) { onEvent(.filter(.all)) }
                if let missing { Quiet(missing) }
            }
        }
    }
}

private struct OfferRow: View {
    let offer: OfferView
    /// Of the offers' zone.
    let words: Words
    let isActivating: Bool
    let onEvent: @MainActor (OffersEvent) -> Void

    var body: some View {
        VStack(alignment: .leading, spacing: 0) {
            Button {
                onEvent(.open(offer.id))
            } label: {
                HStack(alignment: .top, spacing: step * 2) {
                    Picture(offer.imageUrl, sign: offer.sign)
                    VStack(alignment: .leading, spacing: step / 2) {
                        Text(offer.title)
                        gives
                        let line = words.kindAndEnd(offer)
                        if !line.isEmpty { Quiet(line) }
                        OfferStateLine(offer: offer, words: words)
                    }
                }
                .target(maxWidth: .infinity, alignment: .leading)
            }
            .buttonStyle(.plain)
            .accessibilityHint(words("offer_open"))
            if let id = offer.activates {
                Choice(isActivating ? words("one_moment") : words.activate(offer), isEnabled: !isActivating) {
                    onEvent(.activate(id))
                }
            }
        }
    }

    /// What it gives, else what it says of itself in short.
    @ViewBuilder private var gives: some View {
        let gives = words.benefit(offer.gives)
        if gives.isEmpty {
            if let summary = offer.summary { Quiet(summary) }
        } else {
            BenefitText(text: gives)
        }
    }
}
