import Foundation
import Pocketcard
import ScreenOutline
import SwiftUI
import Testing

@testable import PocketcardUI

private let many: [OfferView] = [
    offer(1, "Apples", gives: gives(percent: 20), until: instant("2026-11-30T23:00")),
    offer(2, "Bread", gives: gives(points: 1), kind: .personal, until: instant("2026-12-03T23:00"), state: .activate),
    offer(
        3, "Coffee", gives: gives(times: 2), kind: .coupon, summary: "With any cake",
        until: instant("2026-12-31T23:00"), state: .active),
    offer(4, "Dates", summary: "Sweet ones", image: "https://example.com/dates.png", state: .waiting),
    offer(5, "Eggs", state: .refused(text: "")),
    offer(6, "Figs", state: .refused(text: "You are in another one already.")),
    offer(7, "Grapes", state: .upcoming(from: instant("2026-11-30T17:00"))),
    offer(8, "Honey", kind: .coupon, state: .coming),
    offer(9, "Ice", state: .used, applies: .no(why: .usedUp)),
    offer(10, "Jam", state: .activateElsewhere),
    offer(11, "Kale", applies: .yes),
    offer(
        12, "Milk", gives: gives(percent: 12.5, points: 100, times: 1.5), state: .activate,
        applies: .no(why: .notActivated)),
]

private let whys: [WhyNot] = [
    .revoked, .over, .usedUp, .notYet(from: instant("2026-12-01T23:00")), .otherChannel, .otherStore,
    .storeLacks(attribute: "CustomTradeFormat"), .otherDay, .otherTime(from: 1080, to: 1350), .otherPayment,
    .notActivated, .leftToPlatform,
]

private func period(
    _ id: Int64, _ cells: [FavouriteCell], until: Date? = instant("2026-12-31T23:00"),
    choices: [Goods] = [Goods(id: "t", name: "Tea"), Goods(id: "c", name: "Coffee")]
) -> FavouritesPeriod {
    FavouritesPeriod(
        id: id, from: instant("2026-11-30T23:00"), until: until, most: 3, chosen: 1, cells: cells, choices: choices)
}

private let favourites = FavouritesView(
    periods: [
        period(
            1,
            [
                FavouriteCell(position: 1, goods: Goods(id: "b", name: "Bread"), change: .allowed),
                FavouriteCell(position: 2, goods: nil, change: .allowed),
                FavouriteCell(position: 3, goods: nil, change: .full),
            ]),
        period(
            2,
            [
                FavouriteCell(position: 1, goods: Goods(id: "b", name: "Bread"), change: .fixed),
                FavouriteCell(position: 2, goods: nil, change: .notYet(from: instant("2026-12-31T23:00"))),
            ], until: nil, choices: []),
    ], freshness: live)

private let noFavourites = FavouritesView(periods: [], freshness: live)

@MainActor private func screen(
    _ view: OffersView, _ filter: OffersFilter = .all, search: String = "", isSignedIn: Bool = true,
    isInStore: Bool = false, favourites: FavouritesView? = nil, activating: Set<Int64> = [],
    choosing: Set<FavouritePlace> = []
) -> OffersScreen {
    OffersScreen(
        offers: view, filter: filter, search: search, isSignedIn: isSignedIn, isInStore: isInStore,
        favourites: favourites, activating: activating, choosing: choosing
    ) { _ in }
}

let offersStates = [
    ScreenState("offers") { screen(offers(many), isInStore: true, favourites: favourites) },
    ScreenState("offers-activating") { screen(offers(Array(many[1...1])), activating: [2]) },
    ScreenState("offers-here") {
        screen(
            offers(
                whys.enumerated().map { offer(Int64($0.offset), "Offer \($0.offset)", applies: .no(why: $0.element)) }),
            .here)
    },
    ScreenState("offers-coupons-unknown") { screen(offers(Array(many.prefix(1)), stale(), coupons: unknown(.busy))) },
    ScreenState("offers-unknown") { screen(offers(Array(many[2...2]), unknown(.offline), coupons: live)) },
    ScreenState("offers-found") { screen(offers(Array(many.prefix(1))), search: "apple") },
    ScreenState("offers-none-found") { screen(offers([], unknown(.busy), coupons: live), search: "pears") },
    ScreenState("offers-none") { screen(offers([])) },
    ScreenState("offers-none-of-a-kind") { screen(offers([]), .online) },
    ScreenState("offers-no-coupons-yet") { screen(offers([], live, coupons: unknown()), .coupons) },
    ScreenState("offers-loading") { screen(offers([], unknown(), coupons: unknown())) },
    ScreenState("offers-offline") { screen(offers([], unknown(.offline), coupons: unknown(.offline))) },
    ScreenState("offers-signed-out") { screen(offers([], unknown(), coupons: unknown()), isSignedIn: false) },
    ScreenState("favourites") {
        screen(offers([]), .favourites, favourites: favourites, choosing: [FavouritePlace(period: 1, position: 2)])
    },
    ScreenState("favourites-choosing") {
        screen(offers([]), .favourites, favourites: favourites)
    } act: {
        try await $0.tap("favourites_change")
    },
    ScreenState("favourites-first") {
        screen(offers([]), .favourites, favourites: favourites)
    } act: {
        try await $0.tap("favourites_choose")
    },
    ScreenState("favourites-none") { screen(offers([]), .favourites, favourites: noFavourites) },
]

@MainActor @Suite struct OffersScreenTests {
    private let events = Recorded<OffersEvent>()

    private func screen(_ view: OffersView, _ filter: OffersFilter = .all, search: String = "") -> OffersScreen {
        OffersScreen(offers: view, filter: filter, search: search, isSignedIn: true, favourites: favourites) {
            events.all.append($0)
        }
    }

    @Test func opensActivatesAndNarrows() async throws {
        let shown = display(screen(offers(many)))
        try await shown.tap("Apples, 20% off, Ends today, Active")
        try await shown.tap("Coffee, 2× points, Coupon · until 31 December, Active")
        try await shown.tap("offer_accept")
        try await shown.tap("offers_online")
        try await shown.type("tea", into: "search")
        #expect(
            events.all == [
                .open(.offer(id: 1)), .open(.coupon(id: 3)), .activate(2), .filter(.online), .search("tea"),
            ])
    }

    @Test func wayBackWhereThereIsNothing() async throws {
        let shown = display(screen(offers([]), .online))
        try await shown.tap("offers_show_all")
        shown.show(screen(offers([]), search: "pears"))
        try await shown.tap("search_clear")
        #expect(events.all == [.filter(.all), .search("")])
    }

    @Test func choosesAndEmptiesFavourites() async throws {
        let shown = display(screen(offers([]), .favourites))
        try await shown.tap("favourites_choose")
        try await shown.tap("Tea")
        #expect(!shown.outline.contains("dialog"))
        try await shown.tap("favourites_change")
        try await shown.tap("favourites_remove")
        try await shown.tap("favourites_change")
        try await shown.tap("cancel")
        #expect(
            events.all == [
                .chooseFavourite(FavouritePlace(period: 1, position: 2), goods: "t"),
                .chooseFavourite(FavouritePlace(period: 1, position: 1), goods: nil),
            ])
        #expect(!shown.outline.contains("dialog"))
    }

    @Test func asksTheCoreForThePart() {
        let here = OfferStore(id: 17, attributes: [:], timeZone: berlin)
        #expect(OffersFilter.all.query(search: "  ") == OffersQuery())
        #expect(
            OffersFilter.here.query(search: "tea", here: here) == OffersQuery(channel: .store, store: here, text: "tea")
        )
        #expect(OffersFilter.online.query() == OffersQuery(channel: .online))
        #expect(OffersFilter.inStore.query() == OffersQuery(channel: .store))
        #expect(OffersFilter.coupons.query() == OffersQuery(kind: .coupon))
    }

    @Test func isAsFreshAsTheWorseOfWhatIsKnown() {
        let older = Freshness.cached(asOf: now - 2 * hour, reason: .busy)
        #expect(offers([], stale(), coupons: older).freshness(of: .all) == older)
        #expect(offers([], live, coupons: stale()).freshness(of: .inStore) == stale())
        #expect(offers([], unknown(.offline), coupons: live).freshness(of: .all) == live)
        #expect(offers([], live, coupons: older).freshness(of: .coupons) == older)
        #expect(
            offers([], live).freshness(of: .favourites, favourites: FavouritesView(periods: [], freshness: older))
                == older)
        #expect(offers([], unknown(), coupons: unknown(.busy)).freshness(of: .all) == unknown())
    }
}
