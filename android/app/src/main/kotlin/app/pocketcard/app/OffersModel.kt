package app.pocketcard.app

import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.setValue
import androidx.lifecycle.SavedStateHandle
import app.pocketcard.Activity
import app.pocketcard.Pocketcard
import app.pocketcard.ui.OffersEvent
import app.pocketcard.ui.OffersFilter

/** What the member looks for among the offers, which outlives the process, and what they asked for there. */
internal class OffersModel(private val saved: SavedStateHandle, model: MemberModel) {
    var filter by mutableStateOf(OffersFilter.entries.find { it.name == saved.get<String>(FILTER) } ?: OffersFilter.ALL)
        private set

    var search by mutableStateOf(saved.get<String>(SEARCH).orEmpty())
        private set

    /** The offers that are being activated. */
    val activating = UnderWay<Long>(model)

    /** The cells of favourites that are being filled, by period and position. */
    val choosing = UnderWay<Pair<Long, UInt>>(model)

    fun show(filter: OffersFilter) {
        this.filter = filter
        saved[FILTER] = filter.name
    }

    fun search(text: String) {
        search = text
        saved[SEARCH] = text
    }

    /** Activates an offer, also where that has to wait for a network. */
    fun activate(core: Pocketcard, offer: Long) = activating.act(offer) {
        core.activateOffer(offer)
        core.track(Activity.OfferActivated(offer))
    }

    /** Puts a product into a cell of favourites. */
    fun choose(core: Pocketcard, cell: OffersEvent.ChooseFavourite) = choosing.act(cell.period to cell.position) {
        core.chooseFavourite(cell.period, cell.position, cell.goods)
    }

    private companion object {
        const val FILTER = "offers.filter"
        const val SEARCH = "offers.search"
    }
}
