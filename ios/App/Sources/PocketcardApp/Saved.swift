import Foundation
import Pocketcard
import PocketcardUI

/// Where the member is and what they look for: it outlives the process where iOS ends that, and nothing more of them does.
private struct Saved: Codable {
    var way: [String]
    var offers: String
    var offersSearch: String
    var isOpenNow: Bool
    var isFavourite: Bool
    /// Names and values in turn.
    var attributes: [String]
    var offer: Int64?
    var storesSearch: String
}

extension MemberModel {
    /// As it is saved.
    var saved: String {
        let filter = stores.filter
        let saved = Saved(
            way: way.map(\.name), offers: "\(offers.filter)", offersSearch: offers.search, isOpenNow: filter.isOpenNow,
            isFavourite: filter.isFavourite, attributes: filter.attributes.flatMap { [$0.name, $0.value] },
            offer: filter.offer, storesSearch: stores.search)
        let encoder = JSONEncoder()
        // The same each time that it is asked for.
        encoder.outputFormatting = .sortedKeys
        return (try? encoder.encode(saved)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    /// Takes up what was saved, unless the member is somewhere already. A version before this one may have had other
    /// places.
    func restore(_ text: String) {
        guard way == .start, let saved = try? JSONDecoder().decode(Saved.self, from: Data(text.utf8)) else { return }
        offers.filter = OffersFilter.allCases.first { "\($0)" == saved.offers } ?? .all
        offers.search = saved.offersSearch
        let pairs = stride(from: 0, to: saved.attributes.count - 1, by: 2).map {
            StoreAttribute(name: saved.attributes[$0], value: saved.attributes[$0 + 1])
        }
        stores.restore(
            StoresFilter(
                isOpenNow: saved.isOpenNow, isFavourite: saved.isFavourite, attributes: pairs, offer: saved.offer),
            saved.storesSearch)
        let way = saved.way.compactMap(Place.init(named:))
        if !way.isEmpty { go(way) }
    }
}

extension Place {
    /// The pages that there is one of, and the first of each destination.
    private static let singles: [Place] = [
        .card, .signIn, .linkCard, .scanCard, .offers, .tasks, .stores, .more, .balance, .history, .inbox, .settings,
    ]

    /// What it is saved as.
    fileprivate var name: String {
        switch self {
        case .offer(.offer(let id)): "offers/\(id)"
        case .offer(.coupon(let id)): "coupons/\(id)"
        case .task(let id): "tasks/\(id)"
        case .game(let id): "games/\(id)"
        case .store(let id): "stores/\(id)"
        case .message(let id): "inbox/\(id)"
        default: "\(self)"
        }
    }

    /// The place that is saved by this name; nil where this version has none of it.
    fileprivate init?(named name: String) {
        let parts = name.split(separator: "/", maxSplits: 1).map(String.init)
        let place: Place? =
            switch (parts.first, parts.last ?? "") {
            case _ where parts.count < 2: Self.singles.first { $0.name == name }
            case ("offers", let id): Int64(id).map { .offer(.offer(id: $0)) }
            case ("coupons", let id): Int64(id).map { .offer(.coupon(id: $0)) }
            case ("tasks", let id): .task(id)
            case ("games", let id): .game(id)
            case ("stores", let id): Int64(id).map { .store($0) }
            case ("inbox", let id): .message(id)
            default: nil
            }
        guard let place else { return nil }
        self = place
    }
}
