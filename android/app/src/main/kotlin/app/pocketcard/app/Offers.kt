package app.pocketcard.app

import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.lifecycle.compose.collectAsStateWithLifecycle
import app.pocketcard.Activity
import app.pocketcard.OfferDetail
import app.pocketcard.OfferId
import app.pocketcard.OffersQuery
import app.pocketcard.Pocketcard
import app.pocketcard.ui.Destination
import app.pocketcard.ui.OfferEvent
import app.pocketcard.ui.OfferScreen
import app.pocketcard.ui.OffersEvent
import app.pocketcard.ui.OffersScreen
import app.pocketcard.ui.query
import kotlinx.coroutines.flow.map

/** The offers and coupons. Which store the member is in, this app does not know. */
@Composable
internal fun Offers(core: Pocketcard, model: MemberModel) {
    val query = model.offers.filter.query(model.offers.search)
    val shown = remember(core, query) { core.offers(query) }
    // What was let through before stays until this query's is there.
    val known by shown.collectAsStateWithLifecycle(core.offers.value.takeIf { query == OffersQuery() })
    val favourites by core.favourites.collectAsStateWithLifecycle()
    val offers = known ?: return
    OffersScreen(
        offers,
        model.offers.filter,
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
        favourites = favourites,
        activating = model.offers.activating.now,
        choosing = model.offers.choosing.now,
    )
}

private val OfferId.place: Place
    get() =
        when (this) {
            is OfferId.Offer -> Place.Offer(id)
            is OfferId.Coupon -> Place.Coupon(id)
        }

/** One offer or coupon. */
@Composable
internal fun Offer(core: Pocketcard, model: MemberModel, id: OfferId, window: CodeWindow) {
    val shown = remember(core, id) { core.offer(id).map(::Known) }
    val known by shown.collectAsStateWithLifecycle(null)
    val offers by core.offers.collectAsStateWithLifecycle()
    val offer = (known ?: return).offer
    if (offer != null && id is OfferId.Offer) Viewed(core, model, id.id)
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
                    // This app has no stores, and says so to the screen.
                }
            }
        },
        isActivating = id is OfferId.Offer && id.id in model.offers.activating.now,
        canOpenStores = false,
    )
}

/** What the core said; null: that there is none any more. */
private data class Known(val offer: OfferDetail?)

/** Notes that the member opened it: once, however often the window is made anew meanwhile. */
@Composable
private fun Viewed(core: Pocketcard, model: MemberModel, offer: Long) {
    var isNoted by rememberSaveable { mutableStateOf(false) }
    LaunchedEffect(core, offer) {
        if (!isNoted) {
            isNoted = true
            model.act { core.track(Activity.OfferViewed(offer)) }
        }
    }
}
