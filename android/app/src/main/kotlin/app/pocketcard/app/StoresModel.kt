package app.pocketcard.app

import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.setValue
import androidx.lifecycle.SavedStateHandle
import androidx.lifecycle.viewModelScope
import app.pocketcard.Activity
import app.pocketcard.Goods
import app.pocketcard.GoodsView
import app.pocketcard.Pocketcard
import app.pocketcard.PocketcardException
import app.pocketcard.Position
import app.pocketcard.StaleReason
import app.pocketcard.StoreAttribute
import app.pocketcard.StoresQuery
import app.pocketcard.ui.Failure
import app.pocketcard.ui.ProductSearch
import app.pocketcard.ui.StoresFilter
import app.pocketcard.ui.asFailure
import app.pocketcard.ui.query
import kotlinx.coroutines.Job
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch

/**
 * What the member looks for among the stores, which outlives the process, and where they are, which does not: it is
 * asked for anew.
 */
internal class StoresModel(private val saved: SavedStateHandle, private val model: MemberModel) {
    var filter by mutableStateOf(restored())
        private set

    var search by mutableStateOf(saved.get<String>(SEARCH).orEmpty())
        private set

    /** Where the member was when they let the app know. */
    var position by mutableStateOf<Position?>(null)
        private set

    /** The phone is being asked for it. */
    var isLocating by mutableStateOf(false)
        private set

    /** Which stores have a product; null where the platform does not know what stores have. */
    var product by mutableStateOf<ProductSearch?>(ProductSearch())
        private set

    /** The store that the member said they are in, if any: the core knows whether they still are. */
    var here by mutableStateOf<Long?>(null)

    private var limit by mutableStateOf(PAGE)

    /** What to ask for to show what the member looks for. */
    val query: StoresQuery get() = filter.query(search, position, limit)

    /** It is not worth the way to the end of a longer list. */
    val isFull: Boolean get() = limit >= MOST

    private var noting: Job? = null
    private var finding: Job? = null
    private var checking: Job? = null

    /** Shows the stores of [filter], whatever was looked for before. */
    fun show(filter: StoresFilter) {
        narrow(filter)
        type("")
        choose(null)
    }

    /** The member narrows them. */
    fun filter(core: Pocketcard, filter: StoresFilter) {
        narrow(filter)
        lookedFor(core)
    }

    /** The member types what to look for. */
    fun search(core: Pocketcard, text: String) {
        type(text)
        lookedFor(core)
    }

    /** More of them are wanted. */
    fun more() {
        limit = (limit + PAGE).coerceAtMost(MOST)
    }

    fun favour(core: Pocketcard, store: Long, isFavourite: Boolean) = model.act {
        core.setFavouriteStore(store, isFavourite)
        check(core)
    }

    /** Asks the phone where it is, once. */
    fun locate(core: Pocketcard, device: Device) {
        if (isLocating) return
        isLocating = true
        model.failureRead()
        model.act {
            try {
                val found = device.position()
                if (found == null) {
                    model.fail(Failure.NoPosition)
                } else {
                    position = found
                    check(core)
                }
            } finally {
                isLocating = false
            }
        }
    }

    /** The member wants what is there now: where they let the app know where they are, also of that. */
    fun locateAgain(core: Pocketcard, device: Device) {
        if (position != null) locate(core, device)
    }

    /** The member types the name of a product: what is meant by it. */
    fun find(core: Pocketcard, text: String) {
        finding?.cancel()
        product = product?.copy(text = text, found = null)
        if (text.isBlank()) return
        finding = model.viewModelScope.launch {
            delay(PAUSE)
            val found = orWithout(GoodsView(emptyList(), StaleReason.REFUSED)) { core.findGoods(text) }
            product = product?.copy(found = found)
        }
    }

    /** The member wants the stores that have a product; null: all again. */
    fun choose(core: Pocketcard, goods: Goods?) {
        choose(goods)
        check(core)
    }

    /** What the member looked for and where they are goes. */
    fun forget() {
        finding?.cancel()
        noting?.cancel()
        product = ProductSearch()
        show(StoresFilter())
        position = null
        here = null
    }

    private fun narrow(filter: StoresFilter) {
        this.filter = filter
        limit = PAGE
        saved[OPEN] = filter.isOpenNow
        saved[FAVOURITE] = filter.isFavourite
        // By their names and values in turn: what is saved is read without a class of ours.
        saved[ATTRIBUTES] = ArrayList(filter.attributes.flatMap { listOf(it.name, it.value) })
        saved[OFFER] = filter.offer
    }

    private fun restored() = StoresFilter(
        isOpenNow = saved[OPEN] ?: false,
        isFavourite = saved[FAVOURITE] ?: false,
        attributes = saved.get<List<String>>(ATTRIBUTES).orEmpty().chunked(2) { (name, value) ->
            StoreAttribute(name, value)
        },
        offer = saved[OFFER],
    )

    private fun type(text: String) {
        search = text
        limit = PAGE
        saved[SEARCH] = text
    }

    private fun choose(goods: Goods?) {
        checking?.cancel()
        product = product?.copy(chosen = goods, stock = null)
    }

    /** Notes what is looked for, once the member pauses, and which of these stores have the product. */
    private fun lookedFor(core: Pocketcard) {
        check(core)
        noting?.cancel()
        val text = search.trim().ifEmpty { null }
        val filters = listOfNotNull(
            "open".takeIf { filter.isOpenNow },
            "favourites".takeIf { filter.isFavourite },
            "offer".takeIf { filter.offer != null },
        ) + filter.attributes.map { "${it.name}=${it.value}" }
        if (text == null && filters.isEmpty()) return
        noting = model.viewModelScope.launch {
            delay(PAUSE)
            model.attempt { core.track(Activity.SearchStores(text, filters)) }
        }
    }

    /** Asks which of the stores that are looked for have the product that is chosen. */
    private fun check(core: Pocketcard) {
        checking?.cancel()
        val goods = product?.chosen ?: return
        checking = model.viewModelScope.launch {
            delay(PAUSE)
            val stock = orWithout(null) { core.checkStock(goods, filter.query(search, position, MOST)) }
            if (stock == null) choose(null) else product = product?.copy(stock = stock)
        }
    }

    /** What the platform knows of products; where it knows nothing of any, that is not asked again. */
    private suspend fun <T> orWithout(nothing: T, ask: suspend () -> T): T = try {
        ask()
    } catch (_: PocketcardException.NotSupported) {
        product = null
        nothing
    } catch (error: PocketcardException) {
        model.fail(error.asFailure())
        nothing
    }

    private companion object {
        const val OPEN = "stores.open"
        const val FAVOURITE = "stores.favourite"
        const val ATTRIBUTES = "stores.attributes"
        const val OFFER = "stores.offer"
        const val SEARCH = "stores.search"
        const val PAGE = 20u
        const val MOST = 500u

        /** In milliseconds: who types on is not done. */
        const val PAUSE = 400L
    }
}
