package app.pocketcard.ui

import androidx.compose.foundation.clickable
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.ColumnScope
import androidx.compose.foundation.layout.FlowRow
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.text.selection.SelectionContainer
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.OutlinedButton
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.font.FontWeight
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.dp
import app.pocketcard.DayHours
import app.pocketcard.Freshness
import app.pocketcard.OfferId
import app.pocketcard.OfferView
import app.pocketcard.OpenInterval
import app.pocketcard.Position
import app.pocketcard.StockAnswer
import app.pocketcard.StoreDay
import app.pocketcard.StorePage
import java.time.DayOfWeek
import java.time.LocalDate

/** What a member does with a store. */
public sealed interface StoreEvent {
    /** Wants to be led there. */
    public data class Route(val position: Position) : StoreEvent

    /** Calls it. */
    public data class Call(val number: String) : StoreEvent

    /** Makes it a favourite, or no longer. */
    public data class Favourite(val store: Long, val isFavourite: Boolean) : StoreEvent

    /** Is in it, or has left it: the card shows what its tills read. */
    public data class Here(val store: Long, val isHere: Boolean) : StoreEvent

    /** Wants to know more about an offer. */
    public data class OpenOffer(val offer: OfferId) : StoreEvent

    /** Wants to see all stores: this one is gone. */
    public data object OpenStores : StoreEvent

    /** Wants to sign in. */
    public data object SignIn : StoreEvent

    /** Wants the platform asked anew. */
    public data object Refresh : StoreEvent
}

/**
 * One store: whether it is open, the way there, its hours this week and on the days that differ, the member's offers
 * there, and what is known of products.
 *
 * @param store null where the chain has no such store any more.
 * @param freshness of the stores, for one that this phone does not know yet.
 */
@Composable
public fun StoreScreen(
    store: StorePage?,
    freshness: Freshness,
    isSignedIn: Boolean,
    onEvent: (StoreEvent) -> Unit,
    modifier: Modifier = Modifier,
) {
    if (store != null) {
        KnownStore(store, onEvent, modifier)
        return
    }
    WhatIsKnown(
        freshness,
        isSignedIn,
        { onEvent(StoreEvent.Refresh) },
        { onEvent(StoreEvent.SignIn) },
        modifier,
        { Placeholders(heights = listOf(88.dp, 48.dp, 216.dp)) },
    ) {
        Notice(
            icon = Icons.stores,
            title = text(R.string.store_gone),
            body = text(R.string.store_gone_body),
            action = text(R.string.stores_show_all),
            onAction = { onEvent(StoreEvent.OpenStores) },
        )
    }
}

@Composable
private fun KnownStore(page: StorePage, onEvent: (StoreEvent) -> Unit, modifier: Modifier = Modifier) {
    Column(
        modifier.fillMaxSize().verticalScroll(rememberScrollState()).padding(STEP * 2),
        Arrangement.spacedBy(STEP * 2),
    ) {
        Head(page, onEvent)
        if (!page.archived) {
            WaysThere(page, onEvent)
            Hours(page)
        }
        if (page.offers.isNotEmpty()) OffersThere(page, onEvent)
        if (page.stock.isNotEmpty()) Part { Products(page.stock) }
        if (!page.archived) Here(page, onEvent)
        CatalogueAge(page.freshness)
    }
}

@Composable
private fun Head(page: StorePage, onEvent: (StoreEvent) -> Unit) {
    val store = page.store
    Column(verticalArrangement = Arrangement.spacedBy(STEP / 2)) {
        Row(verticalAlignment = Alignment.CenterVertically) {
            Text(
                store.title,
                Modifier.weight(1f).semantics { heading() },
                style = MaterialTheme.typography.titleLarge,
            )
            FavouriteToggle(store.favourite, { onEvent(StoreEvent.Favourite(store.id, it)) }, store.title)
        }
        if (page.archived) {
            SignedLine(Icons.problem, text(R.string.store_archived), isProblem = true)
        } else {
            SignedLine(Icons.waiting, openState(store.open, words(store.timeZone)))
        }
        address(store.address).takeIf { it.isNotEmpty() }?.let { SelectionContainer { Text(it) } }
        Attributes(store.attributes)
        page.description?.let { Text(it) }
        page.contacts?.let { SelectionContainer { Text(readFromLeft(it)) } }
    }
}

/** A number is read from the left also where texts are read from the right. */
private fun readFromLeft(contacts: String): String =
    if (contacts.any { it.isLetter() }) contacts else "\u2066$contacts\u2069"

/** The way there, and the way to speak with somebody there. */
@Composable
private fun WaysThere(page: StorePage, onEvent: (StoreEvent) -> Unit) {
    val position = page.store.position
    val number = page.contacts?.let { numberIn(it, locale().country) }
    if (position == null && number == null) return
    FlowRow(
        Modifier.fillMaxWidth(),
        Arrangement.spacedBy(STEP * 2),
        Arrangement.spacedBy(STEP),
    ) {
        if (position != null) MainButton(text(R.string.store_route), { onEvent(StoreEvent.Route(position)) })
        if (number != null) {
            OutlinedButton({ onEvent(StoreEvent.Call(number)) }, Modifier.heightIn(min = TARGET)) {
                Text(text(R.string.store_call))
            }
        }
    }
}

@Composable
private fun Hours(page: StorePage) {
    val words = words(page.store.timeZone)
    Part {
        PartTitle(text(R.string.store_hours))
        if (page.week.isEmpty()) Text(text(R.string.store_hours_unknown))
        for (day in page.week) {
            val name = words.weekday(DayOfWeek.of(day.weekday.toInt()))
            Day(day, if (day.today) text(R.string.store_day_today, name) else name, words)
        }
        // Those of this week are in their place above.
        val later = page.exceptions.filter { day -> page.week.none { it.date == day.date } }
        if (later.isNotEmpty()) {
            PartTitle(text(R.string.store_other_days), Modifier.padding(top = STEP))
            for (day in later) Day(day, words.weekday(LocalDate.parse(day.date)), words)
        }
        if (page.timeZoneAssumed) Quiet(text(R.string.store_zone_assumed))
    }
}

@Composable
private fun Day(day: StoreDay, name: String, words: Words) {
    val weight = if (day.today) FontWeight.Bold else null
    // Large type has the two below one another.
    FlowRow(
        Modifier.fillMaxWidth().padding(vertical = STEP / 2).semantics(mergeDescendants = true) {},
        Arrangement.SpaceBetween,
    ) {
        Column(Modifier.padding(end = STEP * 2)) {
            Text(name, fontWeight = weight)
            if (day.exception) Quiet(text(R.string.store_exception))
        }
        Text(hours(day.hours, words), fontWeight = weight, textAlign = TextAlign.End)
    }
}

@Composable
private fun hours(hours: DayHours, words: Words): String = when (hours) {
    DayHours.RoundTheClock -> text(R.string.store_round_the_clock)

    DayHours.Closed -> text(R.string.store_closed)

    is DayHours.Open -> intervals(hours.intervals, words)

    is DayHours.Unknown -> listOf(intervals(hours.intervals, words), text(R.string.store_day_unknown))
        .filter { it.isNotEmpty() }
        .joinToString("\n")
}

/** A line for each: what lies between is a break. */
private fun intervals(intervals: List<OpenInterval>, words: Words): String =
    intervals.joinToString("\n") { hours(it.from, it.to, words) }

@Composable
private fun OffersThere(page: StorePage, onEvent: (StoreEvent) -> Unit) {
    val words = words(page.store.timeZone)
    Column {
        PartTitle(text(R.string.store_offers))
        for (offer in page.offers) OfferThere(offer, words) { onEvent(StoreEvent.OpenOffer(offer.id)) }
    }
}

@Composable
private fun OfferThere(offer: OfferView, words: Words, onClick: () -> Unit) {
    Column(
        Modifier
            .fillMaxWidth()
            .clickable(onClickLabel = text(R.string.offer_open), onClick = onClick)
            .heightIn(min = TARGET)
            .padding(vertical = STEP),
    ) {
        Text(offer.title, style = MaterialTheme.typography.bodyLarge)
        benefit(offer.gives, words).takeIf { it.isNotEmpty() }?.let {
            Text(it, color = MaterialTheme.colorScheme.primary, style = MaterialTheme.typography.titleMedium)
        }
        kindAndEnd(offer, words).takeIf { it.isNotEmpty() }?.let { Quiet(it) }
        OfferStateLine(offer, words)
    }
}

/** What the member asked about, and what the store had then. */
@Composable
private fun ColumnScope.Products(stock: List<StockAnswer>) {
    val words = words()
    PartTitle(text(R.string.store_products))
    for (answer in stock) {
        Column(Modifier.padding(vertical = STEP / 2).semantics(mergeDescendants = true) {}) {
            Text(answer.goods.name)
            val asOf = words.moment(answer.asOf)
            if (answer.available) {
                SignedLine(Icons.done, text(R.string.stock_has, asOf))
            } else {
                SignedLine(Icons.close, text(R.string.stock_has_not, asOf))
            }
        }
    }
}

/** Whether the member is in it. */
@Composable
private fun ColumnScope.Here(page: StorePage, onEvent: (StoreEvent) -> Unit) {
    if (page.current) SignedLine(Icons.done, text(R.string.store_is_here))
    TextButton(
        { onEvent(StoreEvent.Here(page.store.id, !page.current)) },
        Modifier.heightIn(min = TARGET).align(Alignment.Start),
    ) { Text(text(if (page.current) R.string.store_leave else R.string.store_be_here)) }
}
