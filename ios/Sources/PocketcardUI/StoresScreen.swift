import Pocketcard
import SwiftUI

/// What the member narrows the stores to: all of it must be so.
public struct StoresFilter: Hashable, Sendable {
    /// Open now.
    public var isOpenNow: Bool
    /// The member's favourites.
    public var isFavourite: Bool
    /// Has these; of several that have one name, any.
    public var attributes: [StoreAttribute]
    /// Where this offer of the member's can be used.
    public var offer: Int64?

    /// Makes a filter; without any of these, of all stores.
    public init(
        isOpenNow: Bool = false, isFavourite: Bool = false, attributes: [StoreAttribute] = [], offer: Int64? = nil
    ) {
        self.isOpenNow = isOpenNow
        self.isFavourite = isFavourite
        self.attributes = attributes
        self.offer = offer
    }

    /// What to ask the core for to show the stores that are so.
    ///
    /// Where nothing is looked for and no position is known, that is the member's favourites.
    ///
    /// - Parameters:
    ///   - search: what the member typed of a name, street or city.
    ///   - position: the member's.
    ///   - limit: how many to show: more each time that the member comes to the end of them.
    /// - Returns: the query of the core's stores.
    public func query(search: String = "", position: Position? = nil, limit: UInt32 = 20) -> StoresQuery {
        let isSearch = !search.allSatisfy(\.isWhitespace)
        var names: [String] = []
        for attribute in attributes where !names.contains(attribute.name) { names.append(attribute.name) }
        var query = StoresQuery()
        query.place = position.map { .near(position: $0, radiusMeters: nil) }
        query.text = isSearch ? search : nil
        query.attributes = names.map { name in
            AttributeFilter(name: name, values: attributes.filter { $0.name == name }.map(\.value))
        }
        query.open = isOpenNow ? .now : nil
        query.favourites = isFavourite || (position == nil && !isSearch && self == StoresFilter())
        query.offer = offer
        query.limit = limit
        return query
    }
}

/// Which stores have a product, as far as the member has asked.
public struct ProductSearch: Equatable, Sendable {
    /// What the member typed of its name.
    public var text: String
    /// The products that are meant by it; nil: not known yet.
    public var found: GoodsView?
    /// The one that stores are asked about.
    public var chosen: Goods?
    /// The stores that have it; nil: not known yet.
    public var stock: StockView?

    /// Makes a search; without any of these, one that has not begun.
    public init(text: String = "", found: GoodsView? = nil, chosen: Goods? = nil, stock: StockView? = nil) {
        self.text = text
        self.found = found
        self.chosen = chosen
        self.stock = stock
    }
}

/// What a member does with the stores.
public enum StoresEvent: Equatable, Sendable {
    /// Narrows them.
    case filter(StoresFilter)
    /// Typed what to look for; nothing: looks for nothing any more.
    case search(String)
    /// Wants to know more about one.
    case open(Int64)
    /// Makes one a favourite, or no longer.
    case favourite(Int64, isFavourite: Bool)
    /// Came to the end of what is there: more are wanted.
    case more
    /// Lets the app know where they are.
    case usePosition
    /// Typed the name of a product that a store should have.
    case findProduct(String)
    /// Wants the stores that have a product; nil: all again.
    case chooseProduct(Goods?)
    /// Wants to sign in.
    case signIn
    /// Wants the platform asked anew.
    case refresh
}

/// The stores by distance, each with whether it is open, where it is and what it has. Without a position, favourites and
/// a search.
public struct StoresScreen: View {
    @Environment(\.words) private var words
    @State private var isMapShown = false
    @State private var isFinding = false
    private let stores: StoresView
    private let filter: StoresFilter
    private let search: String
    private let isSignedIn: Bool
    private let hasPosition: Bool
    private let isLocating: Bool
    private let product: ProductSearch?
    private let map: AnyView?
    private let onEvent: @MainActor (StoresEvent) -> Void

    /// Makes the screen.
    ///
    /// - Parameters:
    ///   - stores: the answer to ``StoresFilter/query(search:position:limit:)``.
    ///   - filter: what they are narrowed to.
    ///   - search: what the member typed, as ``StoresEvent/search(_:)`` told it.
    ///   - isSignedIn: somebody is signed in.
    ///   - hasPosition: the app knows where the member is.
    ///   - isLocating: the app is finding out where the member is.
    ///   - product: which stores have a product; nil where the platform does not know what stores have.
    ///   - map: these stores on a map, which the member can have in place of the list.
    ///   - onEvent: what the member does.
    public init(
        stores: StoresView, filter: StoresFilter, search: String, isSignedIn: Bool, hasPosition: Bool,
        isLocating: Bool = false, product: ProductSearch? = nil, map: AnyView? = nil,
        onEvent: @escaping @MainActor (StoresEvent) -> Void
    ) {
        self.stores = stores
        self.filter = filter
        self.search = search
        self.isSignedIn = isSignedIn
        self.hasPosition = hasPosition
        self.isLocating = isLocating
        self.product = product
        self.map = map
        self.onEvent = onEvent
    }

    /// The stores below what narrows them, or why they are not known.
    public var body: some View {
        WhatIsKnown(
            freshness: stores.freshness, isSignedIn: isSignedIn, onRefresh: { onEvent(.refresh) },
            onSignIn: { onEvent(.signIn) }
        ) {
            VStack(alignment: .leading, spacing: step) {
                SearchField(search: search) { onEvent(.search($0)) }
                chips
                content
            }
        }
    }

    private var chips: some View {
        Chips {
            if filter.offer != nil {
                Chip(title: words("stores_offer"), isChosen: true) { change { $0.offer = nil } }
            }
            Chip(title: words("stores_open_now"), isChosen: filter.isOpenNow) { change { $0.isOpenNow.toggle() } }
            Chip(title: words("offers_favourites"), isChosen: filter.isFavourite) { change { $0.isFavourite.toggle() } }
            if map != nil { Chip(title: words("stores_map"), isChosen: isMapShown) { isMapShown.toggle() } }
            if let product {
                Chip(
                    title: product.chosen?.name ?? words("stores_product"),
                    isChosen: product.chosen != nil || isFinding
                ) { if product.chosen != nil { onEvent(.chooseProduct(nil)) } else { isFinding.toggle() } }
            }
            ForEach(attributes, id: \.self) { attribute in
                let isChosen = filter.attributes.contains(attribute)
                Chip(title: attribute.words, isChosen: isChosen) {
                    change {
                        if isChosen {
                            $0.attributes.removeAll { $0 == attribute }
                        } else {
                            $0.attributes.append(attribute)
                        }
                    }
                }
            }
        }
    }

    /// Those that are chosen stay in sight, also where no store is left to have them.
    private var attributes: [StoreAttribute] {
        filter.attributes + stores.filters.map(\.attribute).filter { !filter.attributes.contains($0) }
    }

    private func change(_ change: (inout StoresFilter) -> Void) {
        var filter = filter
        change(&filter)
        onEvent(.filter(filter))
    }

    @ViewBuilder private var content: some View {
        if let product, let goods = product.chosen {
            Stock(goods: goods, stock: product.stock, onEvent: onEvent)
        } else if let product, isFinding {
            FindProduct(product: product, onType: { onEvent(.findProduct($0)) }) {
                isFinding = false
                onEvent(.chooseProduct($0))
            }
        } else if let map, isMapShown {
            map.frame(maxWidth: .infinity, maxHeight: .infinity)
        } else if stores.stores.isEmpty {
            NoStoresNotice(
                nothing: stores.nothing, filter: filter, search: search, hasPosition: hasPosition,
                isLocating: isLocating, onEvent: onEvent)
        } else {
            // What is looked for anew begins at its beginning.
            list.id(filter).id(search)
        }
    }

    private var list: some View {
        ScrollView {
            LazyVStack(alignment: .leading, spacing: step * 2) {
                if !hasPosition {
                    Quiet(words("stores_position_why"))
                    UsePosition(isLocating: isLocating, onEvent: onEvent)
                }
                ForEach(stores.stores, id: \.id) { store in StoreLine(store: store, onEvent: onEvent) }
                if stores.further {
                    NextPage(count: stores.stores.count, text: words("stores_loading_more")) { onEvent(.more) }
                }
                CatalogueAge(freshness: stores.freshness)
            }
            .padding(.horizontal, step * 2)
        }
    }
}

private struct UsePosition: View {
    @Environment(\.words) private var words
    let isLocating: Bool
    let onEvent: @MainActor (StoresEvent) -> Void

    var body: some View {
        Choice(isLocating ? words("one_moment") : words("stores_use_position"), isEnabled: !isLocating) {
            onEvent(.usePosition)
        }
    }
}

/// Why there is no store in the list, and what brings some.
private struct NoStoresNotice: View {
    @Environment(\.words) private var words
    let nothing: NoStores?
    let filter: StoresFilter
    let search: String
    let hasPosition: Bool
    let isLocating: Bool
    let onEvent: @MainActor (StoresEvent) -> Void

    var body: some View {
        let isSearch = !search.allSatisfy(\.isWhitespace)
        if !isSearch, filter == StoresFilter(), !hasPosition {
            // Nothing was looked for yet.
            Notice(sign: Sign.stores, title: words("stores_where"), text: words("stores_where_body")) {
                MainButton(words("stores_use_position"), isBusy: isLocating) { onEvent(.usePosition) }
                Quiet(words("stores_position_why"))
            }
        } else if nothing == .noFavourites {
            Notice(
                sign: Sign.favourite, title: words("stores_no_favourites"), text: words("stores_no_favourites_body")
            ) {
                MainButton(words("stores_show_all")) {
                    var filter = filter
                    filter.isFavourite = false
                    onEvent(.filter(filter))
                }
            }
        } else if filter != StoresFilter() {
            Notice(sign: Sign.stores, title: words("stores_none"), text: words("stores_none_filter_body")) {
                MainButton(words("stores_show_all")) { onEvent(.filter(StoresFilter())) }
            }
        } else if isSearch {
            Notice(sign: Sign.search, title: words("stores_none"), text: words("stores_none_search_body")) {
                MainButton(words("search_clear")) { onEvent(.search("")) }
            }
        } else {
            Notice(sign: Sign.stores, title: words("stores_none"), text: words("stores_none_body"))
        }
    }
}

/// A store of a list: whether it is open, how far it is and where, and what it has.
struct StoreLine: View {
    @Environment(\.words) private var words
    let store: StoreRow
    /// That it has the product that is looked for.
    var has: String?
    let onEvent: @MainActor (StoresEvent) -> Void

    var body: some View {
        HStack(alignment: .top, spacing: step) {
            Button {
                onEvent(.open(store.id))
            } label: {
                VStack(alignment: .leading, spacing: step / 2) {
                    Text(store.title)
                    SignedLine(sign: Sign.waiting, text: words.of(store.timeZone).openState(store.open))
                    if let has { SignedLine(sign: Sign.done, text: has) }
                    let place = [store.distanceMeters.map(words.distance), store.address.line].joinedByDots
                    if !place.isEmpty { Quiet(place) }
                    Attributes(attributes: store.attributes)
                }
                .target(maxWidth: .infinity, alignment: .leading)
            }
            .buttonStyle(.plain)
            .accessibilityHint(words("store_open"))
            FavouriteToggle(isFavourite: store.favourite, store: store.title) {
                onEvent(.favourite(store.id, isFavourite: $0))
            }
        }
    }
}
