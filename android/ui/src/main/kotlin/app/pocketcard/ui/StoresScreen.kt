package app.pocketcard.ui

import androidx.compose.foundation.clickable
import androidx.compose.foundation.horizontalScroll
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.ColumnScope
import androidx.compose.foundation.layout.PaddingValues
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.lazy.LazyColumn
import androidx.compose.foundation.lazy.items
import androidx.compose.foundation.rememberScrollState
import androidx.compose.material3.FilterChip
import androidx.compose.material3.Icon
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.key
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.dp
import app.pocketcard.AttributeFilter
import app.pocketcard.Freshness
import app.pocketcard.Goods
import app.pocketcard.GoodsView
import app.pocketcard.NoStores
import app.pocketcard.OpenWhen
import app.pocketcard.Position
import app.pocketcard.StockView
import app.pocketcard.StoreAttribute
import app.pocketcard.StoreRow
import app.pocketcard.StoresPlace
import app.pocketcard.StoresQuery
import app.pocketcard.StoresView

/** What the member narrows the stores to: all of it must be so. */
public data class StoresFilter(
    /** Open now. */
    val isOpenNow: Boolean = false,
    /** The member's favourites. */
    val isFavourite: Boolean = false,
    /** Has these; of several that have one name, any. */
    val attributes: List<StoreAttribute> = emptyList(),
    /** Where this offer of the member's can be used. */
    val offer: Long? = null,
)

/**
 * What to ask the core for to show the stores that are so. Where nothing is looked for and no position is known, that is
 * the member's favourites.
 *
 * @param search what the member typed of a name, street or city.
 * @param position the member's.
 * @param limit how many to show: more each time that the member comes to the end of them.
 */
public fun StoresFilter.query(search: String = "", position: Position? = null, limit: UInt = 20u): StoresQuery =
    StoresQuery(
        place = position?.let { StoresPlace.Near(it, radiusMeters = null) },
        text = search.takeIf { it.isNotBlank() },
        attributes = attributes.groupBy({ it.name }, { it.value }).map { (name, values) ->
            AttributeFilter(name, values)
        },
        open = if (isOpenNow) OpenWhen.Now else null,
        favourites = isFavourite || (position == null && search.isBlank() && this == StoresFilter()),
        offer = offer,
        limit = limit,
    )

/** Which stores have a product, as far as the member has asked. */
public data class ProductSearch(
    /** What the member typed of its name. */
    val text: String = "",
    /** The products that are meant by it; null: not known yet. */
    val found: GoodsView? = null,
    /** The one that stores are asked about. */
    val chosen: Goods? = null,
    /** The stores that have it; null: not known yet. */
    val stock: StockView? = null,
)

/** What a member does with the stores. */
public sealed interface StoresEvent {
    /** Narrows them. */
    public data class Filter(val filter: StoresFilter) : StoresEvent

    /** Typed what to look for; nothing: looks for nothing any more. */
    public data class Search(val text: String) : StoresEvent

    /** Wants to know more about one. */
    public data class Open(val store: Long) : StoresEvent

    /** Makes one a favourite, or no longer. */
    public data class Favourite(val store: Long, val isFavourite: Boolean) : StoresEvent

    /** Came to the end of what is there: more are wanted. */
    public data object More : StoresEvent

    /** Lets the app know where they are. */
    public data object UsePosition : StoresEvent

    /** Typed the name of a product that a store should have. */
    public data class FindProduct(val text: String) : StoresEvent

    /** Wants the stores that have a product; null: all again. */
    public data class ChooseProduct(val goods: Goods?) : StoresEvent

    /** Wants to sign in. */
    public data object SignIn : StoresEvent

    /** Wants the platform asked anew. */
    public data object Refresh : StoresEvent
}

/**
 * The stores by distance, each with whether it is open, where it is and what it has. Without a position, favourites and a
 * search.
 *
 * @param stores the answer to [query].
 * @param search what the member typed, as [StoresEvent.Search] told it.
 * @param hasPosition the app knows where the member is.
 * @param isLocating the app is finding out where the member is.
 * @param product which stores have a product; null where the platform does not know what stores have.
 * @param map draws these stores on a map, which the member can have in place of the list.
 */
@Composable
public fun StoresScreen(
    stores: StoresView,
    filter: StoresFilter,
    search: String,
    isSignedIn: Boolean,
    hasPosition: Boolean,
    onEvent: (StoresEvent) -> Unit,
    modifier: Modifier = Modifier,
    isLocating: Boolean = false,
    product: ProductSearch? = null,
    map: (@Composable () -> Unit)? = null,
) {
    var isMapShown by rememberSaveable { mutableStateOf(false) }
    var isFinding by rememberSaveable { mutableStateOf(false) }
    WhatIsKnown(
        stores.freshness,
        isSignedIn,
        { onEvent(StoresEvent.Refresh) },
        { onEvent(StoresEvent.SignIn) },
        modifier,
    ) {
        Column(Modifier.fillMaxSize()) {
            SearchField(search, { onEvent(StoresEvent.Search(it)) })
            FilterChips(stores, filter, onEvent) {
                if (map != null) ToggleChip(text(R.string.stores_map), isMapShown) { isMapShown = !isMapShown }
                if (product != null) {
                    ToggleChip(
                        product.chosen?.name ?: text(R.string.stores_product),
                        product.chosen != null || isFinding,
                    ) {
                        if (product.chosen != null) onEvent(StoresEvent.ChooseProduct(null)) else isFinding = !isFinding
                    }
                }
            }
            when {
                product?.chosen != null -> Stock(product.chosen, product.stock, onEvent)

                product != null && isFinding -> FindProduct(product, { onEvent(StoresEvent.FindProduct(it)) }) {
                    isFinding = false
                    onEvent(StoresEvent.ChooseProduct(it))
                }

                map != null && isMapShown -> Box(Modifier.fillMaxSize()) { map() }

                else -> Stores(stores, filter, search, hasPosition, isLocating, onEvent)
            }
        }
    }
}

@Composable
private fun FilterChips(
    stores: StoresView,
    filter: StoresFilter,
    onEvent: (StoresEvent) -> Unit,
    first: @Composable () -> Unit,
) {
    // Those that are chosen stay in sight, also where no store is left to have them.
    val attributes = filter.attributes + (stores.filters.map { it.attribute } - filter.attributes.toSet())
    Row(
        Modifier.horizontalScroll(rememberScrollState()).padding(horizontal = STEP * 2, vertical = STEP / 2),
        Arrangement.spacedBy(STEP),
    ) {
        if (filter.offer != null) {
            ToggleChip(text(R.string.stores_offer), true) { onEvent(StoresEvent.Filter(filter.copy(offer = null))) }
        }
        ToggleChip(text(R.string.stores_open_now), filter.isOpenNow) {
            onEvent(StoresEvent.Filter(filter.copy(isOpenNow = !filter.isOpenNow)))
        }
        ToggleChip(text(R.string.offers_favourites), filter.isFavourite) {
            onEvent(StoresEvent.Filter(filter.copy(isFavourite = !filter.isFavourite)))
        }
        first()
        for (attribute in attributes) {
            val isChosen = attribute in filter.attributes
            ToggleChip(words(attribute), isChosen) {
                val chosen = if (isChosen) filter.attributes - attribute else filter.attributes + attribute
                onEvent(StoresEvent.Filter(filter.copy(attributes = chosen)))
            }
        }
    }
}

/** One of what can be chosen together: with a tick where it is. */
@Composable
private fun ToggleChip(label: String, isChosen: Boolean, onClick: () -> Unit) {
    FilterChip(
        isChosen,
        onClick,
        { Text(label) },
        Modifier.heightIn(min = TARGET),
        leadingIcon = if (isChosen) {
            { Icon(Icons.done, contentDescription = null, Modifier.size(16.dp)) }
        } else {
            null
        },
    )
}

@Composable
private fun Stores(
    stores: StoresView,
    filter: StoresFilter,
    search: String,
    hasPosition: Boolean,
    isLocating: Boolean,
    onEvent: (StoresEvent) -> Unit,
) {
    if (stores.stores.isEmpty()) {
        NoStoresNotice(stores, filter, search, hasPosition, isLocating, onEvent)
        return
    }
    // What is looked for anew begins at its beginning.
    key(filter, search) {
        LazyColumn(Modifier.fillMaxSize(), contentPadding = PaddingValues(vertical = STEP)) {
            if (!hasPosition) {
                item(key = "position", contentType = "position") {
                    Column(Modifier.padding(horizontal = STEP * 2)) { PositionLine(isLocating, onEvent) }
                }
            }
            items(stores.stores, key = { it.id }, contentType = { "store" }) { store -> StoreLine(store, onEvent) }
            if (stores.further) {
                item(key = "more", contentType = "more") {
                    NextPage(
                        stores.stores.size,
                        { onEvent(StoresEvent.More) },
                        Modifier.padding(horizontal = STEP * 2),
                        text(R.string.stores_loading_more),
                    )
                }
            }
            item(key = "age", contentType = "age") { CatalogueAge(stores.freshness, Modifier.padding(STEP * 2)) }
        }
    }
}

/** Why a position helps, and the way to let the app know it. */
@Composable
private fun ColumnScope.PositionLine(isLocating: Boolean, onEvent: (StoresEvent) -> Unit) {
    Quiet(text(R.string.stores_position_why))
    TextButton(
        { onEvent(StoresEvent.UsePosition) },
        Modifier.heightIn(min = TARGET).align(Alignment.End),
        enabled = !isLocating,
    ) { Text(text(if (isLocating) R.string.one_moment else R.string.stores_use_position)) }
}

/** Why there is no store in the list, and what brings some. */
@Composable
private fun NoStoresNotice(
    stores: StoresView,
    filter: StoresFilter,
    search: String,
    hasPosition: Boolean,
    isLocating: Boolean,
    onEvent: (StoresEvent) -> Unit,
) {
    val isAsked = search.isNotBlank() || filter != StoresFilter()
    when {
        // Nothing was looked for yet.
        !isAsked && !hasPosition -> Notice(
            icon = Icons.stores,
            title = text(R.string.stores_where),
            body = text(R.string.stores_where_body),
            action = text(if (isLocating) R.string.one_moment else R.string.stores_use_position),
            onAction = { if (!isLocating) onEvent(StoresEvent.UsePosition) },
        ) { Quiet(text(R.string.stores_position_why), textAlign = TextAlign.Center) }

        stores.nothing is NoStores.NoFavourites -> Notice(
            icon = Icons.favourite,
            title = text(R.string.stores_no_favourites),
            body = text(R.string.stores_no_favourites_body),
            action = text(R.string.stores_show_all),
            onAction = { onEvent(StoresEvent.Filter(filter.copy(isFavourite = false))) },
        )

        filter != StoresFilter() -> Notice(
            icon = Icons.stores,
            title = text(R.string.stores_none),
            body = text(R.string.stores_none_filter_body),
            action = text(R.string.stores_show_all),
            onAction = { onEvent(StoresEvent.Filter(StoresFilter())) },
        )

        search.isNotBlank() -> Notice(
            icon = Icons.search,
            title = text(R.string.stores_none),
            body = text(R.string.stores_none_search_body),
            action = text(R.string.search_clear),
            onAction = { onEvent(StoresEvent.Search("")) },
        )

        else -> Notice(
            icon = Icons.stores,
            title = text(R.string.stores_none),
            body = text(R.string.stores_none_body),
        )
    }
}

/** A store of a list: whether it is open, how far it is and where, and what it has. */
@Composable
internal fun StoreLine(store: StoreRow, onEvent: (StoresEvent) -> Unit, more: @Composable () -> Unit = {}) {
    val words = words(store.timeZone)
    Row(Modifier.fillMaxWidth().padding(end = STEP)) {
        Column(
            Modifier
                .weight(1f)
                .clickable(onClickLabel = text(R.string.store_open)) { onEvent(StoresEvent.Open(store.id)) }
                .heightIn(min = TARGET)
                .padding(horizontal = STEP * 2, vertical = STEP),
            Arrangement.spacedBy(STEP / 2),
        ) {
            Text(store.title, style = MaterialTheme.typography.bodyLarge)
            SignedLine(Icons.waiting, openState(store.open, words))
            more()
            val where = listOfNotNull(
                store.distanceMeters?.let { distance(locale(), it) },
                address(store.address).ifEmpty { null },
            )
            if (where.isNotEmpty()) Quiet(where.joinToString(" · "))
            Attributes(store.attributes)
        }
        FavouriteToggle(
            store.favourite,
            { onEvent(StoresEvent.Favourite(store.id, it)) },
            store.title,
            Modifier.padding(top = STEP),
        )
    }
}

/** How old what is known of the stores is. */
@Composable
internal fun CatalogueAge(freshness: Freshness, modifier: Modifier = Modifier) {
    val asOf = when (freshness) {
        is Freshness.Live -> freshness.asOf
        is Freshness.Cached -> freshness.asOf
        is Freshness.Unknown -> return
    }
    Quiet(text(R.string.stores_as_of, words().moment(asOf)), modifier)
}
