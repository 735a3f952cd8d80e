import Foundation
import Observation
import Pocketcard
import PocketcardUI

/// What the member looks for among the stores, and where they are.
@MainActor @Observable final class StoresModel {
    private(set) var filter = StoresFilter()
    private(set) var search = ""

    /// Where the member was when they let the app know.
    private(set) var position: Position?

    /// The phone is being asked for it.
    private(set) var isLocating = false

    /// Which stores have a product; nil where the platform does not know what stores have.
    private(set) var product: ProductSearch? = ProductSearch()

    /// The store that the member said they are in, if any: the core knows whether they still are.
    var here: Int64?

    /// How fresh what is known of all stores is.
    private(set) var freshness = Freshness.unknown(reason: .notAsked)

    private var limit = page

    @ObservationIgnored private let core: Pocketcard
    @ObservationIgnored private let acts: Acts
    @ObservationIgnored private let device: any Device
    @ObservationIgnored private var noting: Task<Void, Never>?
    @ObservationIgnored private var finding: Task<Void, Never>?
    @ObservationIgnored private var checking: Task<Void, Never>?

    private static let page: UInt32 = 20
    private static let most: UInt32 = 500

    init(_ core: Pocketcard, _ acts: Acts, _ device: any Device) {
        self.core = core
        self.acts = acts
        self.device = device
    }

    /// What to ask for to show what the member looks for.
    var query: StoresQuery { filter.query(search: search, position: position, limit: limit) }

    /// It is not worth the way to the end of a longer list.
    var isFull: Bool { limit >= Self.most }

    /// Shows the stores of `filter`, whatever was looked for before.
    func show(_ filter: StoresFilter) {
        narrow(filter)
        type("")
        take(nil)
    }

    /// Takes up what was looked for before the process ended.
    func restore(_ filter: StoresFilter, _ search: String) {
        narrow(filter)
        type(search)
    }

    /// The member narrows them.
    func filter(_ filter: StoresFilter) {
        narrow(filter)
        lookedFor()
    }

    /// The member types what to look for.
    func search(_ text: String) {
        type(text)
        lookedFor()
    }

    /// More of them are wanted.
    func more() { limit = min(limit + Self.page, Self.most) }

    /// Makes a store a favourite, or no longer.
    func favour(_ store: Int64, _ isFavourite: Bool) {
        acts.act { [self] in
            try await core.setFavouriteStore(store, favourite: isFavourite)
            check()
        }
    }

    /// The member is in a store, or has left it.
    func enter(_ store: Int64?) {
        acts.act { [self] in
            try await core.setCurrentStore(store)
            here = store
        }
    }

    /// Asks the phone where it is, once.
    func locate() {
        if isLocating { return }
        isLocating = true
        acts.failureRead()
        acts.act { [self] in
            defer { isLocating = false }
            guard let found = await device.position() else { return acts.fail(.noPosition) }
            position = found
            check()
        }
    }

    /// The member wants what is there now: where they let the app know where they are, also of that.
    func locateAgain() { if position != nil { locate() } }

    /// The member types the name of a product: what is meant by it.
    func find(_ text: String) {
        finding?.cancel()
        product?.text = text
        product?.found = nil
        if text.allSatisfy(\.isWhitespace) { return }
        finding = afterPause { [self] in
            let nothing = GoodsView(goods: [], missed: .refused)
            let found = await known(orElse: nothing) { try await core.findGoods(text) }
            if !Task.isCancelled { product?.found = found }
        }
    }

    /// The member wants the stores that have a product; nil: all again.
    func choose(_ goods: Goods?) {
        take(goods)
        check()
    }

    /// Knows how fresh what is known of the stores is, for as long as somebody wants to know.
    func followFreshness() async {
        await acts.follow(core.stores(StoresQuery(favourites: true, limit: 1))) { freshness = $0.freshness }
    }

    /// What the member looked for and where they are goes.
    func forget() {
        finding?.cancel()
        noting?.cancel()
        product = ProductSearch()
        show(StoresFilter())
        position = nil
        here = nil
    }
}

extension StoresModel {
    private func narrow(_ filter: StoresFilter) {
        self.filter = filter
        limit = Self.page
    }

    private func type(_ text: String) {
        search = text
        limit = Self.page
    }

    private func take(_ goods: Goods?) {
        checking?.cancel()
        product?.chosen = goods
        product?.stock = nil
    }

    /// Notes what is looked for, once the member pauses, and which of these stores have the product.
    private func lookedFor() {
        check()
        noting?.cancel()
        let text = search.trimmingCharacters(in: .whitespaces)
        let filters =
            [
                filter.isOpenNow ? "open" : nil, filter.isFavourite ? "favourites" : nil,
                filter.offer == nil ? nil : "offer",
            ].compactMap { $0 } + filter.attributes.map { "\($0.name)=\($0.value)" }
        if text.isEmpty && filters.isEmpty { return }
        noting = afterPause { [self] in
            await acts.attempt {
                try await core.track(.searchStores(text: text.isEmpty ? nil : text, filters: filters))
            }
        }
    }

    /// Asks which of the stores that are looked for have the product that is chosen.
    private func check() {
        checking?.cancel()
        guard let goods = product?.chosen else { return }
        checking = afterPause { [self] in
            let around = filter.query(search: search, position: position, limit: Self.most)
            let stock = await known(orElse: nil) { try await core.checkStock(of: goods, around: around) }
            if Task.isCancelled { return }
            if let stock { product?.stock = stock } else { take(nil) }
        }
    }

    /// Who types on is not done.
    private func afterPause(_ what: @escaping @MainActor () async -> Void) -> Task<Void, Never> {
        Task {
            do { try await Task.sleep(for: .milliseconds(400)) } catch { return }
            await what()
        }
    }

    /// What the platform knows of products; where it knows nothing of any, that is not asked again.
    private func known<Value>(orElse nothing: Value, _ ask: @MainActor () async throws -> Value) async -> Value {
        do { return try await ask() } catch PocketcardError.notSupported {
            product = nil
        } catch let error as PocketcardError { acts.fail(Failure(error)) } catch {}
        return nothing
    }
}
