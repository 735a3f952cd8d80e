import Observation
import Pocketcard
import PocketcardUI

/// What the member looks for among the offers, and what they asked for there.
@MainActor @Observable final class OffersModel {
    var filter = OffersFilter.all
    var search = ""

    /// The offers that are being activated.
    let activating: UnderWay<Int64>
    /// The cells of favourites that are being filled.
    let choosing: UnderWay<FavouritePlace>

    @ObservationIgnored private let core: Pocketcard

    init(_ core: Pocketcard, _ acts: Acts) {
        self.core = core
        activating = UnderWay(acts)
        choosing = UnderWay(acts)
    }

    /// Activates an offer, also where that has to wait for a network.
    func activate(_ offer: Int64) {
        activating.act(offer) { [core] in
            try await core.activateOffer(offer)
            try await core.track(.offerActivated(offer: offer))
        }
    }

    /// Puts a product into a cell of favourites.
    func choose(_ goods: String?, for place: FavouritePlace) {
        choosing.act(place) { [core] in
            try await core.chooseFavourite(period: place.period, position: place.position, goods: goods)
        }
    }

    /// What the member looked for goes.
    func forget() {
        filter = .all
        search = ""
    }
}
