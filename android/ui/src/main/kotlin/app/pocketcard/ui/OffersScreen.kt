package app.pocketcard.ui

import androidx.compose.foundation.clickable
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.ColumnScope
import androidx.compose.foundation.layout.PaddingValues
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.lazy.LazyColumn
import androidx.compose.foundation.lazy.items
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.runtime.key
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.text.style.TextAlign
import app.pocketcard.Channel
import app.pocketcard.FavouritesView
import app.pocketcard.Freshness
import app.pocketcard.OfferId
import app.pocketcard.OfferKind
import app.pocketcard.OfferState
import app.pocketcard.OfferStore
import app.pocketcard.OfferView
import app.pocketcard.OffersQuery
import app.pocketcard.OffersView
import app.pocketcard.StaleReason

/** A part of the offers. */
public enum class OffersFilter {
    /** All of them, wherever they apply. */
    ALL,

    /** Those for the store that the member is in. */
    HERE,

    /** Those for purchases online. */
    ONLINE,

    /** Those for purchases in stores. */
    IN_STORE,

    /** Coupons. */
    COUPONS,

    /** The products that the member chooses to get more for. */
    FAVOURITES,
}

/**
 * What to ask the core for to show this part.
 *
 * @param search only those with all of these words.
 * @param here the store that the member is in.
 */
public fun OffersFilter.query(search: String = "", here: OfferStore? = null): OffersQuery {
    val query = OffersQuery(text = search.takeIf { it.isNotBlank() })
    return when (this) {
        OffersFilter.ALL, OffersFilter.FAVOURITES -> query
        OffersFilter.HERE -> query.copy(channel = Channel.STORE, store = here)
        OffersFilter.ONLINE -> query.copy(channel = Channel.ONLINE)
        OffersFilter.IN_STORE -> query.copy(channel = Channel.STORE)
        OffersFilter.COUPONS -> query.copy(kind = OfferKind.COUPON)
    }
}

/** How fresh what [filter] shows is, for the line under the title. Of offers and coupons, what is worse of what is known. */
public fun OffersView.freshnessOf(filter: OffersFilter, favourites: FavouritesView? = null): Freshness = when (filter) {
    OffersFilter.COUPONS -> {
        couponsFreshness
    }

    OffersFilter.FAVOURITES -> {
        favourites?.freshness ?: freshness
    }

    OffersFilter.ALL, OffersFilter.HERE, OffersFilter.ONLINE, OffersFilter.IN_STORE -> {
        val both = listOf(freshness, couponsFreshness)
        both.filterIsInstance<Freshness.Cached>().minByOrNull { it.asOf }
            ?: both.firstOrNull { it is Freshness.Live }
            ?: freshness
    }
}

/** What a member does with the offers. */
public sealed interface OffersEvent {
    /** Wants to see a part of them. */
    public data class Filter(val filter: OffersFilter) : OffersEvent

    /** Typed what to look for; nothing: looks for nothing any more. */
    public data class Search(val text: String) : OffersEvent

    /** Wants to know more about one. */
    public data class Open(val offer: OfferId) : OffersEvent

    /** Activates an offer, or accepts a personal one. */
    public data class Activate(val offer: Long) : OffersEvent

    /** Puts a product into a cell of favourites; null empties it. */
    public data class ChooseFavourite(val period: Long, val position: UInt, val goods: String?) : OffersEvent

    /** Wants to sign in. */
    public data object SignIn : OffersEvent

    /** Wants the platform asked anew. */
    public data object Refresh : OffersEvent
}

/**
 * Offers and coupons in one list, in the core's order: what each gives, until when, and where it stands.
 *
 * @param offers what [filter] and [search] let through: the answer to [query].
 * @param search what the member typed, as [OffersEvent.Search] told it. To be handed back at once: the field shows this and
 * nothing else, and what is typed meanwhile would be lost.
 * @param isInStore the app knows which store the member is in.
 * @param favourites the products that the member may choose; the way to them is shown where there are any.
 * @param activating the offers that are just being activated.
 * @param choosing the cells of favourites that are just being filled, by period and position.
 * @param image draws the picture at a URL.
 */
@Composable
public fun OffersScreen(
    offers: OffersView,
    filter: OffersFilter,
    search: String,
    isSignedIn: Boolean,
    onEvent: (OffersEvent) -> Unit,
    modifier: Modifier = Modifier,
    isInStore: Boolean = false,
    favourites: FavouritesView? = null,
    activating: Set<Long> = emptySet(),
    choosing: Set<Pair<Long, UInt>> = emptySet(),
    image: @Composable (url: String, modifier: Modifier) -> Unit = { _, _ -> },
) {
    val filters = OffersFilter.entries.filter { each ->
        when (each) {
            filter -> true
            OffersFilter.HERE -> isInStore
            OffersFilter.FAVOURITES -> favourites?.periods.orEmpty().isNotEmpty()
            else -> true
        }
    }
    Known(offers.freshnessOf(OffersFilter.ALL), isSignedIn, onEvent, modifier) {
        Column(Modifier.fillMaxSize()) {
            Chips(filters, filter, { it.label }, { onEvent(OffersEvent.Filter(it)) })
            if (filter != OffersFilter.FAVOURITES) SearchField(search, { onEvent(OffersEvent.Search(it)) })
            Known(offers.freshnessOf(filter, favourites), isSignedIn, onEvent) {
                when {
                    filter == OffersFilter.FAVOURITES -> Favourites(favourites, choosing, onEvent)
                    offers.offers.isEmpty() -> NoOffers(offers, filter, search, onEvent)
                    else -> Offers(offers, filter, activating, onEvent, image)
                }
            }
        }
    }
}

@Composable
private fun Known(
    freshness: Freshness,
    isSignedIn: Boolean,
    onEvent: (OffersEvent) -> Unit,
    modifier: Modifier = Modifier,
    content: @Composable () -> Unit,
) {
    WhatIsKnown(
        freshness,
        isSignedIn,
        { onEvent(OffersEvent.Refresh) },
        { onEvent(OffersEvent.SignIn) },
        modifier,
        content = content,
    )
}

private val OffersFilter.label: Int
    get() = when (this) {
        OffersFilter.ALL -> R.string.offers_all
        OffersFilter.HERE -> R.string.offers_here
        OffersFilter.ONLINE -> R.string.offers_online
        OffersFilter.IN_STORE -> R.string.offers_in_store
        OffersFilter.COUPONS -> R.string.offers_coupons
        OffersFilter.FAVOURITES -> R.string.offers_favourites
    }

/** There is nothing of this: why, and the way back to where there may be something. */
@Composable
private fun NoOffers(offers: OffersView, filter: OffersFilter, search: String, onEvent: (OffersEvent) -> Unit) {
    val missing = missing(offers, filter)
    val more: @Composable ColumnScope.() -> Unit = {
        if (missing != null) Quiet(text(missing), textAlign = TextAlign.Center)
    }
    when {
        search.isNotBlank() -> Notice(
            icon = Icons.search,
            title = text(R.string.offers_none_found),
            body = text(R.string.offers_none_found_body),
            action = text(R.string.search_clear),
            onAction = { onEvent(OffersEvent.Search("")) },
            more = more,
        )

        filter == OffersFilter.ALL -> Notice(
            icon = Icons.offers,
            title = text(R.string.offers_none),
            body = text(R.string.offers_none_body),
            more = more,
        )

        else -> Notice(
            icon = Icons.offers,
            title = text(R.string.offers_none_filter),
            body = text(R.string.offers_none_filter_body),
            action = text(R.string.offers_show_all),
            onAction = { onEvent(OffersEvent.Filter(OffersFilter.ALL)) },
            more = more,
        )
    }
}

@Composable
private fun Offers(
    offers: OffersView,
    filter: OffersFilter,
    activating: Set<Long>,
    onEvent: (OffersEvent) -> Unit,
    image: @Composable (url: String, modifier: Modifier) -> Unit,
) {
    val words = words(offers.timeZone)
    val missing = missing(offers, filter)
    // Another part begins at its beginning.
    key(filter) {
        LazyColumn(Modifier.fillMaxSize(), contentPadding = PaddingValues(vertical = STEP)) {
            items(offers.offers, key = { it.id.key }, contentType = { "offer" }) { offer ->
                OfferRow(offer, words, (offer.id as? OfferId.Offer)?.id in activating, onEvent, image)
            }
            if (missing != null) {
                item(key = "missing", contentType = "missing") { Quiet(text(missing), Modifier.padding(STEP * 2)) }
            }
        }
    }
}

private val OfferId.key: String
    get() = when (this) {
        is OfferId.Offer -> "offer $id"
        is OfferId.Coupon -> "coupon $id"
    }

@Composable
private fun OfferRow(
    offer: OfferView,
    words: Words,
    isActivating: Boolean,
    onEvent: (OffersEvent) -> Unit,
    image: @Composable (url: String, modifier: Modifier) -> Unit,
) {
    val open = text(R.string.offer_open)
    Row(
        Modifier
            .fillMaxWidth()
            .clickable(onClickLabel = open, role = Role.Button) { onEvent(OffersEvent.Open(offer.id)) }
            .heightIn(min = TARGET)
            .padding(horizontal = STEP * 2, vertical = STEP),
        Arrangement.spacedBy(STEP * 2),
    ) {
        RowPicture(offer.imageUrl, offer.kind.icon, image)
        Column(Modifier.weight(1f)) {
            Text(offer.title, style = MaterialTheme.typography.bodyLarge)
            Gives(offer, words)
            kindAndEnd(offer, words).takeIf { it.isNotEmpty() }?.let { Quiet(it) }
            OfferStateLine(offer, words)
            ActivateHere(offer, isActivating, onEvent)
        }
    }
}

/** What it gives, else what it says of itself in short. */
@Composable
private fun Gives(offer: OfferView, words: Words) {
    val gives = benefit(offer.gives, words)
    val summary = offer.summary
    if (gives.isNotEmpty()) {
        Text(gives, color = MaterialTheme.colorScheme.primary, style = MaterialTheme.typography.titleMedium)
    } else if (summary != null) {
        Quiet(summary)
    }
}

@Composable
private fun ColumnScope.ActivateHere(offer: OfferView, isActivating: Boolean, onEvent: (OffersEvent) -> Unit) {
    val id = offer.activates ?: return
    TextButton(
        { onEvent(OffersEvent.Activate(id)) },
        Modifier.heightIn(min = TARGET).align(Alignment.End),
        enabled = !isActivating,
    ) { Text(if (isActivating) text(R.string.one_moment) else text(offer.activateLabel)) }
}

/** That one of the two kinds is not in the list, for want of an answer; null where both are. */
private fun missing(offers: OffersView, filter: OffersFilter): Int? = when {
    filter == OffersFilter.COUPONS -> null
    offers.freshness.isMissing -> R.string.offers_unknown
    offers.couponsFreshness.isMissing -> R.string.coupons_unknown
    else -> null
}

private val Freshness.isMissing: Boolean
    get() = this is Freshness.Unknown && reason != StaleReason.NOT_SUPPORTED && reason != StaleReason.NOT_ASKED
