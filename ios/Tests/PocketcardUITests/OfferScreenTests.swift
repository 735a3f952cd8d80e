import Foundation
import Pocketcard
import ScreenOutline
import SwiftUI
import Testing

@testable import PocketcardUI

private func detail(
    _ offer: OfferView, from: Date? = nil, channels: [Channel] = [], stores: [Int64] = [],
    attributes: [String: [String]] = [:], schedule: OfferSchedule? = nil, payments: [String] = [],
    more: Bool = false, code: OfferCode? = nil, summary: String? = nil
) -> OfferDetail {
    OfferDetail(
        offer: offer, summary: summary, description: "For members only. Not together with other offers.", from: from,
        channels: channels, stores: stores, storeAttributes: attributes, schedule: schedule, paymentMethods: payments,
        moreConditions: more, code: code, validUntil: nil, timeZone: berlin)
}

private func supper(_ state: OfferState = .activate, _ applies: Applies = .notAsked, kind: OfferKind = .personal)
    -> OfferDetail
{
    detail(
        offer(
            7, "Late supper", gives: gives(percent: 12.5, points: 100), kind: kind,
            image: "https://example.com/supper.png", until: instant("2026-12-31T23:00"), usesLeft: 3, state: state,
            applies: applies), from: instant("2026-11-30T23:00"), channels: [.store], stores: [17, 18],
        attributes: ["CustomTradeFormat": ["Hypermarket", "Supermarket"]],
        schedule: OfferSchedule(days: Data([1, 2, 3, 4, 5]), from: 1080, to: 1320), payments: ["card"], more: true,
        summary: "On everything warm from the counter")
}

private func coupon(_ symbol: Symbol? = qr, state: OfferState = .active) -> OfferDetail {
    detail(
        offer(8, "A free coffee", kind: .coupon, usesLeft: 1, state: state), more: true,
        code: OfferCode(text: "SPRING-2026", symbol: symbol), summary: "With any cake")
}

@MainActor private func screen(
    _ offer: OfferDetail?, _ freshness: Freshness = live, isSignedIn: Bool = true, isActivating: Bool = false
) -> OfferScreen {
    OfferScreen(
        offer: offer, freshness: freshness, isSignedIn: isSignedIn, isActivating: isActivating, canOpenStores: true
    ) { _ in }
}

let offerStates = [
    ScreenState("offer") { screen(supper()) },
    ScreenState("offer-activating") { screen(supper(kind: .common), isActivating: true) },
    ScreenState("offer-common") { screen(supper(kind: .common)) },
    ScreenState("offer-waiting") { screen(supper(.waiting), stale()) },
    ScreenState("offer-refused") { screen(supper(.refused(text: "You are in another one already."))) },
    ScreenState("offer-elsewhere") { screen(supper(.activateElsewhere)) },
    ScreenState("offer-upcoming") { screen(supper(.upcoming(from: instant("2026-12-01T17:00")))) },
    ScreenState("offer-coming") { screen(supper(.coming)) },
    ScreenState("offer-not-here") { screen(supper(.active, .no(why: .otherStore))) },
    ScreenState("offer-here") { screen(supper(.active, .yes)) },
    ScreenState("offer-used") { screen(supper(.used)) },
    ScreenState("offer-everywhere") {
        screen(
            detail(
                offer(9, "Everything"), channels: [.online, .store], stores: [17],
                schedule: OfferSchedule(days: Data(1...7), from: 0, to: 1440)))
    },
    ScreenState("offer-online") {
        screen(
            detail(
                offer(9, "Everything"), channels: [.online],
                schedule: OfferSchedule(days: Data([1, 4]), from: 0, to: 0)))
    },
    ScreenState("offer-in-store") { screen(detail(offer(9, "Everything"), channels: [.store])) },
    ScreenState("coupon") { screen(coupon()) },
    ScreenState("coupon-typed") { screen(coupon(nil)) },
    ScreenState("coupon-used") { screen(coupon(state: .used)) },
    ScreenState("coupon-alone") {
        screen(coupon())
    } act: {
        let isGerman = $0.environment.locale.identifier.hasPrefix("de")
        try await $0.tap(
            "Coupon, \(isGerman ? "Code bereit zum Scannen" : "code ready to scan"), S P R I N G - 2 0 2 6")
    },
    ScreenState("offer-gone") { screen(nil) },
    ScreenState("offer-loading") { screen(nil, unknown()) },
    ScreenState("offer-offline") { screen(nil, unknown(.offline)) },
    ScreenState("offer-signed-out") { screen(nil, unknown(), isSignedIn: false) },
]

@MainActor @Suite struct OfferScreenTests {
    private let events = Recorded<OfferEvent>()

    private func screen(_ offer: OfferDetail?) -> OfferScreen {
        OfferScreen(offer: offer, freshness: live, isSignedIn: true, canOpenStores: true) { events.all.append($0) }
    }

    @Test func saysWhereWhenAndHowOftenItApplies() {
        let speech = display(screen(supper())).speech
        for line in [
            "12.5% off · +100 points", "For you · until 31 December", "In 2 of the stores",
            "In stores of this kind: Hypermarket, Supermarket", "From 1 December", "Until 31 December",
            "Monday–Friday, 18:00–22:00", "Paid by: card", "You can use it 3 more times",
            "There are more conditions. The till knows them.",
        ] { #expect(speech.contains(line), "\(line) in \(speech)") }
    }

    @Test func activatesAndLeadsOn() async throws {
        let shown = display(screen(supper()))
        try await shown.tap("offer_accept")
        try await shown.tap("offer_open_stores")
        shown.show(screen(nil))
        try await shown.tap("offers_show_all")
        #expect(events.all == [.activate(7), .openStores, .openOffers])
    }

    @Test func tellsWhenACodeComesOnScreenAndWhenItGoes() async throws {
        let shown = display(screen(coupon()))
        await shown.settle()
        #expect(shown.drawings.count == 1)
        shown.show(screen(coupon(state: .used)))
        await shown.settle()
        #expect(shown.drawings.isEmpty)
        #expect(events.all == [.codeShown, .codeHidden])
    }
}
