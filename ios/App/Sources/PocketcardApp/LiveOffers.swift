import Pocketcard
import PocketcardUI
import SwiftUI

/// The offers and coupons, also of the store that the member is in.
struct LiveOffers: View {
    let model: MemberModel

    var body: some View { InStore(model: model) { FoundOffers(model: model, here: $0) } }
}

private struct FoundOffers: View {
    // What was let through before stays until this query's is there.
    @State private var offers: OffersView?
    let model: MemberModel
    let here: OfferStore?

    private var core: Pocketcard { model.core }
    /// Who has left the store sees all again.
    private var filter: OffersFilter { model.offers.filter == .here && here == nil ? .all : model.offers.filter }

    var body: some View {
        let query = filter.query(search: model.offers.search, here: here)
        Once(offers ?? (query == OffersQuery() ? core.offers.view : nil)) { shown in
            OffersScreen(
                offers: shown, filter: filter, search: model.offers.search, isSignedIn: model.hasMember,
                isInStore: here != nil, favourites: core.favourites.view, activating: model.offers.activating.now,
                choosing: model.offers.choosing.now, onEvent: act)
        }
        .task(id: query) { await model.acts.follow(core.offers(query)) { offers = $0 } }
    }

    private func act(_ event: OffersEvent) {
        switch event {
        case .filter(let filter): model.offers.filter = filter
        case .search(let text): model.offers.search = text
        case .open(let offer): model.open(.offer(offer))
        case .activate(let offer): model.offers.activate(offer)
        case .chooseFavourite(let place, let goods): model.offers.choose(goods, for: place)
        case .signIn: model.open(.signIn)
        case .refresh: model.refreshNow()
        }
    }
}

/// One offer or coupon; where the member is in a store, whether it applies there.
struct LiveOffer: View {
    let model: MemberModel
    let id: OfferId

    var body: some View { InStore(model: model) { FoundOffer(model: model, id: id, here: $0) } }
}

private struct FoundOffer: View {
    @State private var known: Known<OfferDetail>?
    let model: MemberModel
    let id: OfferId
    let here: OfferStore?

    private var core: Pocketcard { model.core }
    /// Its number, where it is no coupon.
    private var number: Int64? { if case .offer(let number) = id { number } else { nil } }

    var body: some View {
        let query = here == nil ? OffersQuery() : OffersFilter.here.query(here: here)
        Once(known) { known in
            let offers = core.offers.view
            FreshnessOfOne(
                model: model, isThere: known.value != nil,
                all: number == nil ? offers.couponsFreshness : offers.freshness
            ) { freshness in
                OfferScreen(
                    offer: known.value, freshness: freshness, isSignedIn: model.hasMember,
                    isActivating: number.map(model.offers.activating.now.contains) ?? false,
                    // Stores are looked for by an offer, not by a coupon.
                    canOpenStores: number != nil, onEvent: act)
            }
            .viewed(known.value == nil ? nil : number.map { .offerViewed(offer: $0) }, model)
        }
        .task(id: query) { await model.acts.follow(core.offer(id, in: query)) { known = Known(value: $0) } }
    }

    private func act(_ event: OfferEvent) {
        switch event {
        case .activate(let offer): model.offers.activate(offer)
        case .codeShown:
            model.device.codeIsShown(true)
            if case .coupon(let coupon) = id {
                model.acts.act { try await core.track(.couponShown(coupon: coupon)) }
            }
        case .codeHidden: model.device.codeIsShown(false)
        case .openStores:
            model.stores.show(StoresFilter(offer: number))
            model.open(.stores)
        case .openOffers: model.go(Destination.offers.way)
        case .signIn: model.open(.signIn)
        case .refresh: model.refreshNow()
        }
    }
}
