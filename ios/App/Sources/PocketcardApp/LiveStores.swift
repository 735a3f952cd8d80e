import Foundation
import Pocketcard
import PocketcardUI
import SwiftUI

/// The stores. This app has no map.
struct LiveStores: View {
    // What was let through before stays until this query's is there.
    @State private var stores: StoresView?
    let model: MemberModel

    var body: some View {
        let query = model.stores.query
        Once(stores) { found in
            StoresScreen(
                stores: found.until(model.stores.isFull), filter: model.stores.filter, search: model.stores.search,
                isSignedIn: model.hasMember, hasPosition: model.stores.position != nil,
                isLocating: model.stores.isLocating,
                // What stores have, the platform tells members alone.
                product: model.hasMember ? model.stores.product : nil, onEvent: act)
        }
        .task(id: query) { await show(query) }
    }

    private func show(_ query: StoresQuery) async {
        await model.acts.attempt {
            do { for try await found in model.core.stores(query) { stores = found } } catch PocketcardError.rejected(
                let reason)
            {
                // The offer that stores are looked for by may be gone: then it is not asked about any more.
                guard query.offer != nil else { throw PocketcardError.rejected(reason) }
                var filter = model.stores.filter
                filter.offer = nil
                model.stores.filter(filter)
            }
        }
    }

    private func act(_ event: StoresEvent) {
        switch event {
        case .filter(let filter): model.stores.filter(filter)
        case .search(let text): model.stores.search(text)
        case .open(let store): model.open(.store(store))
        case .favourite(let store, let isFavourite): model.stores.favour(store, isFavourite)
        case .more: model.stores.more()
        case .usePosition: model.stores.locate()
        case .findProduct(let text): model.stores.find(text)
        case .chooseProduct(let goods): model.stores.choose(goods)
        case .signIn: model.open(.signIn)
        case .refresh: model.refreshNow()
        }
    }
}

extension StoresView {
    /// These, without more of them where the list is full.
    fileprivate func until(_ isFull: Bool) -> StoresView {
        var stores = self
        stores.further = further && !isFull
        return stores
    }
}

/// One store.
struct LiveStore: View {
    @State private var known: Known<StorePage>?
    let model: MemberModel
    let id: Int64

    var body: some View {
        Once(known) { known in
            FreshnessOfOne(model: model, isThere: known.value != nil, all: model.stores.freshness) { freshness in
                StoreScreen(store: known.value, freshness: freshness, isSignedIn: model.hasMember) { event in
                    act(event, known.value)
                }
            }
            .viewed(known.value == nil ? nil : .storeViewed(store: id), model)
        }
        .task { await model.acts.follow(model.core.store(id)) { known = Known(value: $0) } }
        // The core knows it for as long as the process lives, which may be longer than the window.
        .onChange(of: known?.value?.current, initial: true) { _, isCurrent in
            if isCurrent == true { model.stores.here = id }
        }
    }

    private func act(_ event: StoreEvent, _ store: StorePage?) {
        switch event {
        case .route(let position): model.show(position.way(to: store?.store.title ?? ""))
        case .call(let number): model.show(URL(string: "tel:\(number.filter { $0.isNumber || $0 == "+" })"))
        case .favourite(let store, let isFavourite): model.stores.favour(store, isFavourite)
        case .here(let store, let isHere): model.stores.enter(isHere ? store : nil)
        case .openOffer(let offer): model.open(.offer(offer))
        case .openStores: model.go(Destination.stores.way)
        case .signIn: model.open(.signIn)
        case .refresh: model.refreshNow()
        }
    }
}

extension Position {
    /// The way there in Maps, which calls it by its title.
    fileprivate func way(to title: String) -> URL? {
        var link = URLComponents(string: "https://maps.apple.com/")
        link?.queryItems = [
            URLQueryItem(name: "daddr", value: "\(latitude),\(longitude)"), URLQueryItem(name: "q", value: title),
        ]
        return link?.url
    }
}

/// What is shown of the store that the member is in; in none: nil.
struct InStore<Content: View>: View {
    @State private var said: (store: Int64, offers: OfferStore?)?
    let model: MemberModel
    @ViewBuilder let content: (OfferStore?) -> Content

    var body: some View {
        let here = model.stores.here
        Once(known(here)) { content($0.value) }
            .task(id: here) {
                guard let here else { return }
                do {
                    for try await page in model.core.store(here) {
                        said = (here, page.flatMap { $0.current ? $0.store.forOffers : nil })
                    }
                } catch {
                    // Then it is as in no store.
                    if !Task.isCancelled { said = (here, nil) }
                }
            }
    }

    private func known(_ here: Int64?) -> Known<OfferStore>? {
        guard let here else { return Known(value: nil) }
        return said?.store == here ? Known(value: said?.offers) : nil
    }
}

extension StoreRow {
    /// As a query for offers names it. Its times are the phone's where its own zone is not known.
    fileprivate var forOffers: OfferStore {
        OfferStore(
            id: id, attributes: Dictionary(grouping: attributes, by: \.name).mapValues { $0.map(\.value) },
            timeZone: timeZone ?? TimeZone.current.identifier)
    }
}
