package app.pocketcard.app

import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.getValue
import androidx.compose.runtime.remember
import androidx.lifecycle.compose.collectAsStateWithLifecycle
import app.pocketcard.Activity
import app.pocketcard.Freshness
import app.pocketcard.OfferStore
import app.pocketcard.Pocketcard
import app.pocketcard.PocketcardException
import app.pocketcard.StaleReason
import app.pocketcard.StoreRow
import app.pocketcard.StoresQuery
import app.pocketcard.StoresView
import app.pocketcard.ui.Destination
import app.pocketcard.ui.Failure
import app.pocketcard.ui.StoreEvent
import app.pocketcard.ui.StoreScreen
import app.pocketcard.ui.StoresEvent
import app.pocketcard.ui.StoresScreen
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.catch
import kotlinx.coroutines.flow.flowOf
import kotlinx.coroutines.flow.map
import java.util.TimeZone

/** The stores. This app has no map. */
@Composable
internal fun Stores(core: Pocketcard, model: MemberModel) {
    val query = model.stores.query
    val shown = remember(core, query) { core.shownStores(query, model) }
    // What was let through before stays until this query's is there.
    val known by shown.collectAsStateWithLifecycle(null)
    val device = device()
    val askForPosition = rememberPositionPermission { isGiven ->
        if (isGiven) model.stores.locate(core, device) else model.fail(Failure.NoPosition)
    }
    val isSignedIn = core.hasMember()
    val stores = known ?: return
    StoresScreen(
        stores.copy(further = stores.further && !model.stores.isFull),
        model.stores.filter,
        model.stores.search,
        isSignedIn,
        hasPosition = model.stores.position != null,
        onEvent = { event ->
            when (event) {
                is StoresEvent.Filter -> model.stores.filter(core, event.filter)
                is StoresEvent.Search -> model.stores.search(core, event.text)
                is StoresEvent.Open -> model.open(Place.Store(event.store))
                is StoresEvent.Favourite -> model.stores.favour(core, event.store, event.isFavourite)
                StoresEvent.More -> model.stores.more()
                StoresEvent.UsePosition -> askForPosition()
                is StoresEvent.FindProduct -> model.stores.find(core, event.text)
                is StoresEvent.ChooseProduct -> model.stores.choose(core, event.goods)
                StoresEvent.SignIn -> model.open(Place.SignIn)
                StoresEvent.Refresh -> model.refresh(core)
            }
        },
        isLocating = model.stores.isLocating,
        // What stores have, the platform tells members alone.
        product = model.stores.product.takeIf { isSignedIn },
    )
}

/** The offer that stores are looked for by may be gone: then it is not asked about any more. */
private fun Pocketcard.shownStores(query: StoresQuery, model: MemberModel): Flow<StoresView> {
    val shown = stores(query).catch { error ->
        if (error !is PocketcardException.Rejected || query.offer == null) throw error
        model.stores.filter(this@shownStores, model.stores.filter.copy(offer = null))
    }
    return model.told(shown)
}

/** Of all stores. */
@Composable
internal fun Pocketcard.storesFreshness(model: MemberModel): Freshness {
    val shown = remember(this) {
        model.told(stores(StoresQuery(favourites = true, limit = 1u)).map { it.freshness })
    }
    return shown.collectAsStateWithLifecycle(Freshness.Unknown(StaleReason.NOT_ASKED)).value
}

/** One store. */
@Composable
internal fun Store(core: Pocketcard, model: MemberModel, id: Long) {
    val shown = remember(core, id) { model.told(core.store(id).map { Known(it) }) }
    val known by shown.collectAsStateWithLifecycle(null)
    val all = core.storesFreshness(model)
    val device = device()
    val store = (known ?: return).value
    if (store != null) Viewed(core, model, Activity.StoreViewed(id))
    // The core knows it for as long as the process lives, which may be longer than the window.
    LaunchedEffect(store?.current) { if (store?.current == true) model.stores.here = id }
    StoreScreen(
        store,
        core.freshnessOfOne(isThere = store != null, all),
        core.hasMember(),
        onEvent = { event ->
            when (event) {
                is StoreEvent.Route -> {
                    if (!device.opensWay(event.position, store?.store?.title.orEmpty())) model.fail(Failure.NoApp)
                }

                is StoreEvent.Call -> {
                    if (!device.opensCall(event.number)) model.fail(Failure.NoApp)
                }

                is StoreEvent.Favourite -> {
                    model.stores.favour(core, event.store, event.isFavourite)
                }

                is StoreEvent.Here -> {
                    model.act {
                        val here = event.store.takeIf { event.isHere }
                        core.setCurrentStore(here)
                        model.stores.here = here
                    }
                }

                is StoreEvent.OpenOffer -> {
                    model.open(event.offer.place)
                }

                StoreEvent.OpenStores -> {
                    model.go(Destination.STORES.way)
                }

                StoreEvent.SignIn -> {
                    model.open(Place.SignIn)
                }

                StoreEvent.Refresh -> {
                    model.refresh(core)
                }
            }
        },
    )
}

/** The store that the member is in, as a query for offers names it; in it none: in no store. Null: not known yet. */
@Composable
internal fun Pocketcard.here(model: MemberModel): Known<OfferStore>? {
    val store = model.stores.here
    val shown = remember(this, store) {
        if (store == null) flowOf(Known(null)) else current(store)
    }
    return shown.collectAsStateWithLifecycle(if (store == null) Known(null) else null).value
}

/** The store, for as long as the member is in it. */
private fun Pocketcard.current(store: Long): Flow<Known<OfferStore>> = store(store)
    .map { page -> Known(page?.takeIf { it.current }?.store?.forOffers()) }
    .catch { error -> if (error is PocketcardException) emit(Known(null)) else throw error }

/** Its times are the phone's where its own zone is not known. */
private fun StoreRow.forOffers() =
    OfferStore(id, attributes.groupBy({ it.name }, { it.value }), timeZone ?: TimeZone.getDefault().id)
