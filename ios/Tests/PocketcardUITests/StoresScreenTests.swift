import Foundation
import Pocketcard
import ScreenOutline
import SwiftUI
import Testing

@testable import PocketcardUI

private let place = Position(latitude: 52.5, longitude: 13.4)
private let address = StoreAddress(
    city: "Berlin", street: "Marktplatz", house: "1", building: "2", office: nil, description: nil)
private let nowhere = StoreAddress(city: nil, street: nil, house: nil, building: nil, office: nil, description: nil)

private let parking = StoreAttribute(name: "Parking", value: "20")
private let attributes = [
    StoreAttribute(name: "CoffeeShop", value: "true"), parking,
    StoreAttribute(name: "CustomTradeFormat", value: "Hypermarket"),
    StoreAttribute(name: "Services", value: "[\"Bakery\",\"Flowers\"]"),
]

private func store(
    _ id: Int64, _ title: String, _ open: OpenState, distance: Double? = nil, attributes: [StoreAttribute] = [],
    favourite: Bool = false, zone: String? = berlin, address: StoreAddress = address, position: Position? = place
) -> StoreRow {
    StoreRow(
        id: id, title: title, position: position, distanceMeters: distance, open: open, timeZone: zone,
        address: address, attributes: attributes, favourite: favourite)
}

private let many = [
    store(
        1, "Market", .open(until: instant("2026-11-30T21:00")), distance: 120, attributes: attributes, favourite: true),
    store(2, "Station", .closed(opensAt: instant("2026-12-03T07:00")), distance: 1230),
    store(3, "Night shop", .open(until: nil), distance: 16000, zone: "Europe/London", address: nowhere),
    store(4, "Closed shop", .closed(opensAt: nil), zone: "Nowhere/At all"), store(5, "New shop", .unknown, zone: nil),
    store(6, "Far shop", .closed(opensAt: instant("2026-12-20T07:00"))),
]

private func stores(
    _ stores: [StoreRow] = [], further: Bool = false, nothing: NoStores? = nil, filters: [StoreFilter] = [],
    freshness: Freshness = live
) -> StoresView {
    StoresView(
        stores: stores, further: further, nothing: nothing, around: place, filters: filters, freshness: freshness)
}

private let tea = Goods(id: "t", name: "Tea")
private let found = GoodsView(goods: [tea, Goods(id: "m", name: "Mint tea")], missed: nil)
private let stock = StockView(
    stores: [StockRow(store: many[0], asOf: now - hour)], without: 1, unknown: 2, nothing: nil, freshness: live)
private let oldStock = StockView(stores: [], without: 2, unknown: 1, nothing: nil, freshness: stale())

@MainActor private func screen(
    _ view: StoresView, _ filter: StoresFilter = StoresFilter(), search: String = "", isSignedIn: Bool = true,
    hasPosition: Bool = true, isLocating: Bool = false, product: ProductSearch? = nil, hasMap: Bool = false
) -> StoresScreen {
    StoresScreen(
        stores: view, filter: filter, search: search, isSignedIn: isSignedIn, hasPosition: hasPosition,
        isLocating: isLocating, product: product, map: hasMap ? AnyView(Text("a map")) : nil
    ) { _ in }
}

private func finding(_ product: ProductSearch) -> ScreenState {
    ScreenState("stores-finding-\(product.text.isEmpty ? "nothing" : product.text)") {
        screen(stores(many), product: product)
    } act: {
        try await $0.tap("stores_product")
    }
}

let storesStates = [
    ScreenState("stores") {
        screen(
            stores(
                many, further: true,
                filters: [StoreFilter(attribute: attributes[0], stores: 3), StoreFilter(attribute: parking, stores: 1)]),
            StoresFilter(attributes: [parking]), product: ProductSearch(), hasMap: true)
    },
    ScreenState("stores-without-position") {
        screen(stores(Array(many.prefix(1)), freshness: stale()), hasPosition: false)
    },
    ScreenState("stores-locating") { screen(stores(Array(many.prefix(1))), hasPosition: false, isLocating: true) },
    ScreenState("stores-where") { screen(stores(nothing: .noFavourites), hasPosition: false) },
    ScreenState("stores-where-locating") {
        screen(stores(nothing: .noFavourites), hasPosition: false, isLocating: true)
    },
    ScreenState("stores-no-favourites") { screen(stores(nothing: .noFavourites), StoresFilter(isFavourite: true)) },
    ScreenState("stores-none-so") { screen(stores(nothing: .noneMatches), StoresFilter(isOpenNow: true, offer: 7)) },
    ScreenState("stores-none-found") { screen(stores(nothing: .noneMatches), search: "moon") },
    ScreenState("stores-none") { screen(stores(nothing: .noCatalogue)) },
    ScreenState("stores-map") {
        screen(stores(many), hasMap: true)
    } act: {
        try await $0.tap("stores_map")
    },
    finding(ProductSearch()), finding(ProductSearch(text: "tea", found: found)),
    finding(ProductSearch(text: "asking")),
    finding(ProductSearch(text: "none", found: GoodsView(goods: [], missed: nil))),
    finding(ProductSearch(text: "offline", found: GoodsView(goods: [tea], missed: .offline))),
    finding(ProductSearch(text: "missed", found: GoodsView(goods: [tea], missed: .busy))),
    ScreenState("stores-stock") {
        screen(stores(many), product: ProductSearch(text: "tea", chosen: tea, stock: stock))
    },
    ScreenState("stores-stock-old") {
        screen(stores(many), product: ProductSearch(text: "tea", chosen: tea, stock: oldStock))
    },
    ScreenState("stores-stock-asking") { screen(stores(many), product: ProductSearch(text: "tea", chosen: tea)) },
    ScreenState("stores-loading") { screen(stores(freshness: unknown())) },
    ScreenState("stores-offline") { screen(stores(freshness: unknown(.offline))) },
    ScreenState("stores-signed-out") { screen(stores(freshness: unknown()), isSignedIn: false) },
]

@MainActor @Suite struct StoresScreenTests {
    private let events = Recorded<StoresEvent>()

    private func screen(
        _ view: StoresView, _ filter: StoresFilter = StoresFilter(), search: String = "", hasPosition: Bool = true,
        product: ProductSearch? = nil
    ) -> StoresScreen {
        StoresScreen(
            stores: view, filter: filter, search: search, isSignedIn: true, hasPosition: hasPosition, product: product
        ) { events.all.append($0) }
    }

    @Test func opensNarrowsAndLikes() async throws {
        let chosen = StoresFilter(attributes: [parking], offer: 7)
        let shown = display(screen(stores(many), chosen))
        try await shown.tap(
            "Market, Open until 22:00, 130 yd · Marktplatz 1/2, Berlin, Coffee shop, Parking 20, Hypermarket, Services Bakery, Flowers"
        )
        try await shown.tap("Favourite: Market")
        try await shown.tap("Favourite: Station")
        try await shown.tap("stores_open_now")
        try await shown.tap("stores_offer")
        try await shown.tap("Parking 20")
        try await shown.type("mar", into: "search")
        #expect(
            events.all == [
                .open(1), .favourite(1, isFavourite: false), .favourite(2, isFavourite: true),
                .filter(StoresFilter(isOpenNow: true, attributes: [parking], offer: 7)),
                .filter(StoresFilter(attributes: [parking])), .filter(StoresFilter(offer: 7)), .search("mar"),
            ])
    }

    @Test func asksForMoreAtTheEnd() async throws {
        let shown = display(screen(stores(many, further: true)))
        await shown.settle()
        await shown.settle()
        #expect(events.all == [.more])
    }

    @Test func wayOutWhereThereIsNone() async throws {
        let shown = display(screen(stores(nothing: .noneMatches), hasPosition: false))
        try await shown.tap("stores_use_position")
        shown.show(screen(stores(nothing: .noFavourites), StoresFilter(isOpenNow: true, isFavourite: true)))
        try await shown.tap("stores_show_all")
        shown.show(screen(stores(nothing: .noneMatches), search: "moon"))
        try await shown.tap("search_clear")
        #expect(events.all == [.usePosition, .filter(StoresFilter(isOpenNow: true)), .search("")])
    }

    @Test func findsAProductAndShowsAllAgain() async throws {
        let shown = display(screen(stores(many), product: ProductSearch(text: "tea", found: found)))
        try await shown.tap("stores_product")
        try await shown.type("mint", into: "product_name")
        try await shown.tap("Tea")
        shown.show(screen(stores(many), product: ProductSearch(text: "tea", chosen: tea, stock: stock)))
        try await shown.tap("Tea")
        #expect(events.all == [.findProduct("mint"), .chooseProduct(tea), .chooseProduct(nil)])
    }

    @Test func asksTheCoreForWhatIsChosen() {
        #expect(StoresFilter().query() == StoresQuery(favourites: true, limit: 20))
        #expect(
            StoresFilter().query(search: " ", position: place)
                == StoresQuery(place: .near(position: place, radiusMeters: nil), limit: 20))
        let filter = StoresFilter(
            isOpenNow: true,
            attributes: [parking, attributes[0], StoreAttribute(name: "Parking", value: "40")], offer: 7)
        #expect(
            filter.query(search: "mar", limit: 40)
                == StoresQuery(
                    text: "mar",
                    attributes: [
                        AttributeFilter(name: "Parking", values: ["20", "40"]),
                        AttributeFilter(name: "CoffeeShop", values: ["true"]),
                    ], open: .now, offer: 7, limit: 40))
    }

    @Test func distancesAreInTheUnitsOfTheRegion() {
        let meters = [4.0, 120, 994, 1230, 16000]
        func said(_ locale: String) -> [String] {
            let words = Words(locale: Locale(identifier: locale), timeZone: .gmt, now: now)
            return meters.map(words.distance)
        }
        #expect(said("de_DE") == ["0 m", "120 m", "990 m", "1,2 km", "16 km"])
        #expect(said("en_GB") == ["0 yd", "130 yd", "0.6 mi", "0.8 mi", "9.9 mi"])
        #expect(said("en_US") == ["10 ft", "390 ft", "0.6 mi", "0.8 mi", "9.9 mi"])
    }
}

// MARK: - A store

private func day(_ date: String, _ weekday: UInt8, _ hours: DayHours, today: Bool = false, exception: Bool = false)
    -> StoreDay
{
    StoreDay(date: date, weekday: weekday, today: today, exception: exception, hours: hours)
}

private let usual = DayHours.open(intervals: [OpenInterval(from: 480, to: 1320)])
private let week = [
    day("2026-11-30", 1, usual, today: true),
    day("2026-12-01", 2, .open(intervals: [OpenInterval(from: 480, to: 720), OpenInterval(from: 840, to: 1440)])),
    day("2026-12-02", 3, .roundTheClock), day("2026-12-03", 4, .closed, exception: true),
    day("2026-12-04", 5, .unknown(intervals: [])),
    day("2026-12-05", 6, .unknown(intervals: [OpenInterval(from: 480, to: 720)])), day("2026-12-06", 7, .closed),
]

private func page(
    _ row: StoreRow = many[0], archived: Bool = false, assumed: Bool = false, week: [StoreDay] = week,
    current: Bool = false, contacts: String? = "+49 30 1234567", full: Bool = true
) -> StorePage {
    StorePage(
        store: row, description: full ? "Behind the station" : nil, brand: nil, contacts: contacts, archived: archived,
        timeZoneAssumed: assumed, week: week,
        exceptions: full
            ? [week.first, day("2026-12-24", 4, .open(intervals: [OpenInterval(from: 480, to: 840)]), exception: true)]
                .compactMap { $0 } : [],
        till: nil, current: current,
        stock: full
            ? [
                StockAnswer(goods: tea, available: true, asOf: now - hour),
                StockAnswer(goods: Goods(id: "c", name: "Coffee"), available: false, asOf: now - 48 * hour),
            ] : [],
        offers: full
            ? [offer(7, "Late supper", gives: gives(percent: 20), until: instant("2026-12-03T23:00"), applies: .yes)]
            : [],
        freshness: live)
}

@MainActor private func store(_ page: StorePage?, _ freshness: Freshness = live, isSignedIn: Bool = true) -> StoreScreen
{
    StoreScreen(store: page, freshness: freshness, isSignedIn: isSignedIn) { _ in }
}

let storeStates = [
    ScreenState("store") { store(page()) },
    ScreenState("store-current") { store(page(current: true, full: false), stale()) },
    ScreenState("store-unknown-hours") {
        store(page(many[4], assumed: true, week: [], contacts: "Ask at the counter", full: false))
    },
    ScreenState("store-archived") { store(page(archived: true)) },
    ScreenState("store-gone") { store(nil) },
    ScreenState("store-loading") { store(nil, unknown()) },
    ScreenState("store-offline") { store(nil, unknown(.offline)) },
    ScreenState("store-signed-out") { store(nil, unknown(), isSignedIn: false) },
]

@MainActor @Suite struct StoreScreenTests {
    private let events = Recorded<StoreEvent>()

    private func screen(_ page: StorePage?) -> StoreScreen {
        StoreScreen(store: page, freshness: live, isSignedIn: true) { events.all.append($0) }
    }

    @Test func leadsThereCallsAndLikes() async throws {
        let shown = display(screen(page()))
        try await shown.tap("store_route")
        try await shown.tap("store_call")
        try await shown.tap("Favourite: Market")
        try await shown.tap("Late supper, 20% off, 3 days left, Applies now")
        try await shown.tap("store_be_here")
        shown.show(screen(page(current: true)))
        try await shown.tap("store_leave")
        shown.show(screen(nil))
        try await shown.tap("stores_show_all")
        #expect(
            events.all == [
                .route(place), .call("+49301234567"), .favourite(1, isFavourite: false), .openOffer(.offer(id: 7)),
                .here(1, isHere: true), .here(1, isHere: false), .openStores,
            ])
    }

    @Test func tellsTheWeekInWords() {
        let speech = display(screen(page(assumed: true))).speech
        for line in [
            "Monday, today, 08:00–22:00", "Tuesday, 08:00–12:00\n14:00–00:00", "Wednesday, Round the clock",
            "Thursday, Other hours than usual, Closed", "Friday, Not known", "Saturday, 08:00–12:00\nNot known",
            "Thursday 24 December, Other hours than usual, 08:00–14:00", "Tea, Has it, as of 13:05",
        ] { #expect(speech.contains(line), "\(line) in \(speech)") }
    }
}
