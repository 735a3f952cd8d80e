package app.pocketcard.app

import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.remember
import androidx.compose.ui.Modifier
import androidx.lifecycle.compose.collectAsStateWithLifecycle
import app.pocketcard.Activity
import app.pocketcard.OfferId
import app.pocketcard.OffersQuery
import app.pocketcard.Pocketcard
import app.pocketcard.ui.Destination
import app.pocketcard.ui.OfferEvent
import app.pocketcard.ui.OfferScreen
import app.pocketcard.ui.OffersEvent
import app.pocketcard.ui.OffersFilter
import app.pocketcard.ui.OffersScreen
import app.pocketcard.ui.StoresFilter
import app.pocketcard.ui.query
import kotlinx.coroutines.flow.map

/** The offers and coupons, also of the store that the member is in. */
@Composable
internal fun Offers(
    core: Pocketcard,
    model: MemberModel,
    image: @Composable (url: String, modifier: Modifier) -> Unit,
) {
    val here = (core.here(model) ?: return).value
    // Who has left the store sees all again.
    val filter = model.offers.filter.takeUnless { it == OffersFilter.HERE && here == null } ?: OffersFilter.ALL
    val query = filter.query(model.offers.search, here)
    val shown = remember(core, query) { model.told(core.offers(query)) }
    // What was let through before stays until this query's is there.
    val known by shown.collectAsStateWithLifecycle(core.offers.value.takeIf { query == OffersQuery() })
    val favourites by core.favourites.collectAsStateWithLifecycle()
    val offers = known ?: return
    OffersScreen(
        offers,
        filter,
        model.offers.search,
        core.hasMember(),
        onEvent = { event ->
            when (event) {
                is OffersEvent.Filter -> model.offers.show(event.filter)
                is OffersEvent.Search -> model.offers.search(event.text)
                is OffersEvent.Open -> model.open(event.offer.place)
                is OffersEvent.Activate -> model.offers.activate(core, event.offer)
                is OffersEvent.ChooseFavourite -> model.offers.choose(core, event)
                OffersEvent.SignIn -> model.open(Place.SignIn)
                OffersEvent.Refresh -> model.refresh(core)
            }
        },
        isInStore = here != null,
        favourites = favourites,
        activating = model.offers.activating.now,
        choosing = model.offers.choosing.now,
        image = image,
    )
}

internal val OfferId.place: Place
    get() =
        when (this) {
            is OfferId.Offer -> Place.Offer(id)
            is OfferId.Coupon -> Place.Coupon(id)
        }

/** One offer or coupon; where the member is in a store, whether it applies there. */
@Composable
internal fun Offer(
    core: Pocketcard,
    model: MemberModel,
    id: OfferId,
    window: CodeWindow,
    image: @Composable (url: String, modifier: Modifier) -> Unit,
) {
    val here = (core.here(model) ?: return).value
    val query = if (here == null) OffersQuery() else OffersFilter.HERE.query(here = here)
    val shown = remember(core, id, query) { model.told(core.offer(id, query).map { Known(it) }) }
    val known by shown.collectAsStateWithLifecycle(null)
    val offers by core.offers.collectAsStateWithLifecycle()
    val offer = (known ?: return).value
    if (offer != null && id is OfferId.Offer) Viewed(core, model, Activity.OfferViewed(id.id))
    OfferScreen(
        offer,
        core.freshnessOfOne(
            isThere = offer != null,
            all = if (id is OfferId.Coupon) offers.couponsFreshness else offers.freshness,
        ),
        core.hasMember(),
        onEvent = { event ->
            when (event) {
                is OfferEvent.Activate -> {
                    model.offers.activate(core, event.offer)
                }

                OfferEvent.CodeShown -> {
                    window.open()
                    model.act { if (id is OfferId.Coupon) core.track(Activity.CouponShown(id.id)) }
                }

                OfferEvent.CodeHidden -> {
                    window.close()
                }

                OfferEvent.OpenOffers -> {
                    model.go(Destination.OFFERS.way)
                }

                OfferEvent.SignIn -> {
                    model.open(Place.SignIn)
                }

                OfferEvent.Refresh -> {
                    model.refresh(core)
                }

                OfferEvent.OpenStores -> {
                    model.stores.show(StoresFilter(offer = (id as? OfferId.Offer)?.id))
                    model.open(Place.Stores)
                }
            }
        },
        isActivating = id is OfferId.Offer && id.id in model.offers.activating.now,
        // Stores are looked for by an offer, not by a coupon.
        canOpenStores = id is OfferId.Offer,
        image = image,
    )
}
