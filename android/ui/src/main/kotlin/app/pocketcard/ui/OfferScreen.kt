package app.pocketcard.ui

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.BoxWithConstraints
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.ColumnScope
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.text.selection.SelectionContainer
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.hideFromAccessibility
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.Dp
import androidx.compose.ui.unit.dp
import app.pocketcard.Channel
import app.pocketcard.Freshness
import app.pocketcard.OfferCode
import app.pocketcard.OfferDetail
import app.pocketcard.OfferKind
import app.pocketcard.OfferSchedule
import app.pocketcard.OfferState
import app.pocketcard.OfferView

/** What a member does with an offer, and what the screen tells the app of itself. */
public sealed interface OfferEvent {
    /** Activates it, or accepts it where it is a personal one. */
    public data class Activate(val offer: Long) : OfferEvent

    /** A coupon's code came on screen: time to make the window bright, and to note the activity. */
    public data object CodeShown : OfferEvent

    /** No code is on screen any more: the window becomes as it was. */
    public data object CodeHidden : OfferEvent

    /** Wants to see the stores where it applies. */
    public data object OpenStores : OfferEvent

    /** Wants to see all offers: this one is gone. */
    public data object OpenOffers : OfferEvent

    /** Wants to sign in. */
    public data object SignIn : OfferEvent

    /** Wants the platform asked anew. */
    public data object Refresh : OfferEvent
}

/**
 * One offer or coupon: what it gives, where it stands, a coupon's symbol like the card's, where and when it applies, how
 * often it can still be used, its terms.
 *
 * @param offer null where there is no such offer any more, also when it ends while it is open.
 * @param freshness of the offers, for one that this phone does not know yet.
 * @param isActivating it is just being activated.
 * @param canOpenStores the app has a screen for the stores where it applies.
 * @param image draws the picture at a URL.
 */
@Composable
public fun OfferScreen(
    offer: OfferDetail?,
    freshness: Freshness,
    isSignedIn: Boolean,
    onEvent: (OfferEvent) -> Unit,
    modifier: Modifier = Modifier,
    isActivating: Boolean = false,
    canOpenStores: Boolean = false,
    image: @Composable (url: String, modifier: Modifier) -> Unit = { _, _ -> },
) {
    if (offer != null) {
        KnownOffer(offer, isActivating, canOpenStores, onEvent, image, modifier)
        return
    }
    WhatIsKnown(
        freshness,
        isSignedIn,
        { onEvent(OfferEvent.Refresh) },
        { onEvent(OfferEvent.SignIn) },
        modifier,
        { Placeholders(heights = listOf(160.dp, 88.dp, 152.dp)) },
    ) {
        Notice(
            icon = Icons.offers,
            title = text(R.string.offer_gone),
            body = text(R.string.offer_gone_body),
            action = text(R.string.offers_show_all),
            onAction = { onEvent(OfferEvent.OpenOffers) },
        )
    }
}

@Composable
private fun KnownOffer(
    detail: OfferDetail,
    isActivating: Boolean,
    canOpenStores: Boolean,
    onEvent: (OfferEvent) -> Unit,
    image: @Composable (url: String, modifier: Modifier) -> Unit,
    modifier: Modifier = Modifier,
) {
    val offer = detail.offer
    val words = words(detail.timeZone)
    BoxWithConstraints(modifier.fillMaxSize()) {
        // Turned: the symbol may take the whole height.
        val room = if (maxWidth > maxHeight) maxHeight else maxHeight * SYMBOL_SHARE
        Column(
            Modifier.fillMaxSize().verticalScroll(rememberScrollState()).padding(STEP * 2),
            Arrangement.spacedBy(STEP * 2),
        ) {
            offer.imageUrl?.let { PagePicture(it, offer.kind.icon, image) }
            Column(verticalArrangement = Arrangement.spacedBy(STEP / 2)) {
                Text(
                    offer.title,
                    Modifier.semantics { heading() },
                    style = MaterialTheme.typography.titleLarge,
                )
                benefit(offer.gives, words).takeIf { it.isNotEmpty() }?.let {
                    Text(it, color = MaterialTheme.colorScheme.primary, style = MaterialTheme.typography.titleMedium)
                }
                detail.summary?.let { Text(it) }
                kindAndEnd(offer, words).takeIf { it.isNotEmpty() }?.let { Quiet(it) }
            }
            // As on a card that no till takes, there is no code where it cannot be used.
            detail.code?.takeIf { offer.state is OfferState.Active }?.let { Code(it, room, onEvent) }
            Part { Standing(offer, words, isActivating, onEvent) }
            Part { WhereAndWhen(detail, canOpenStores, onEvent) }
            if (detail.description.isNotBlank()) Terms(detail.description)
        }
    }
}

/** The symbol like the card's, and the code below it to be typed. */
@Composable
private fun Code(code: OfferCode, room: Dp, onEvent: (OfferEvent) -> Unit) {
    CodeIsShown(code.text, { onEvent(OfferEvent.CodeShown) }, { onEvent(OfferEvent.CodeHidden) })
    var isAlone by rememberSaveable { mutableStateOf(false) }
    val description = text(R.string.offer_code_ready, code.text.toList().joinToString(" "))
    val symbol = code.symbol
    Column(Modifier.fillMaxWidth(), Arrangement.spacedBy(STEP), Alignment.CenterHorizontally) {
        if (symbol == null) {
            Text(text(R.string.offer_code_only), textAlign = TextAlign.Center)
        } else {
            LargeSymbol(symbol, description, room, { isAlone = true })
        }
        SelectionContainer {
            Text(
                code.text,
                // Said with the symbol, where there is one.
                if (symbol == null) Modifier else Modifier.semantics { hideFromAccessibility() },
                style = numberStyle(),
                textAlign = TextAlign.Center,
            )
        }
    }
    if (isAlone) SymbolAlone(symbol, code.text, description) { isAlone = false }
}

/** Where it stands, what that means, and the one thing to do about it. */
@Composable
private fun ColumnScope.Standing(
    offer: OfferView,
    words: Words,
    isActivating: Boolean,
    onEvent: (OfferEvent) -> Unit,
) {
    OfferStateLine(offer, words)
    val what = when (offer.state) {
        OfferState.Activate -> {
            text(if (offer.kind == OfferKind.PERSONAL) R.string.offer_accept_what else R.string.offer_activate_what)
        }

        OfferState.ActivateElsewhere -> {
            text(R.string.offer_activate_elsewhere_what)
        }

        OfferState.Waiting -> {
            text(R.string.offer_waiting_what)
        }

        OfferState.Coming -> {
            text(R.string.offer_coming_what)
        }

        is OfferState.Refused -> {
            text(R.string.offer_refused_what)
        }

        OfferState.Active, is OfferState.Upcoming, OfferState.Used -> {
            null
        }
    }
    if (what != null) Quiet(what)
    offer.activates?.let { id ->
        BusyButton(text(offer.activateLabel), isActivating, isEnabled = true) { onEvent(OfferEvent.Activate(id)) }
    }
}

@Composable
private fun ColumnScope.WhereAndWhen(detail: OfferDetail, canOpenStores: Boolean, onEvent: (OfferEvent) -> Unit) {
    PartTitle(text(R.string.offer_where_and_when))
    for (line in whereAndWhen(detail)) Text(line)
    if (canOpenStores && (detail.stores.isNotEmpty() || detail.storeAttributes.isNotEmpty())) {
        TextButton({ onEvent(OfferEvent.OpenStores) }, Modifier.heightIn(min = TARGET).align(Alignment.End)) {
            Text(text(R.string.offer_open_stores))
        }
    }
}

@Composable
private fun Terms(description: String) {
    Column(verticalArrangement = Arrangement.spacedBy(STEP / 2)) {
        PartTitle(text(R.string.offer_terms))
        Text(description)
    }
}

/** Where, when and how often an offer applies, a line each. */
@Composable
private fun whereAndWhen(detail: OfferDetail): List<String> {
    val words = words(detail.timeZone)
    // Where its state does not say so.
    val from = detail.from.takeUnless { detail.offer.state is OfferState.Upcoming }
    val attributes = detail.storeAttributes.toSortedMap().values
    val stores = detail.stores.size
    return listOfNotNull(
        channels(detail),
        if (stores > 0) plural(R.plurals.offer_stores, stores, stores) else null,
    ) + attributes.map { text(R.string.offer_stores_with, it.joinToString(", ")) } + listOfNotNull(
        from?.let { text(R.string.offer_from, words.begin(it)) },
        detail.offer.until?.let { text(R.string.offer_until_long, words.end(it)) } ?: text(R.string.offer_no_end_long),
        detail.schedule?.let { schedule(it, words) },
        detail.paymentMethods.takeIf { it.isNotEmpty() }?.let { text(R.string.offer_paid_by, it.joinToString(", ")) },
        usesLeft(detail),
        when {
            !detail.moreConditions -> null
            detail.code != null -> text(R.string.offer_coupon_conditions)
            else -> text(R.string.offer_more_conditions)
        },
    )
}

@Composable
private fun channels(detail: OfferDetail): String? {
    val channels = detail.channels
    val namesStores = detail.stores.isNotEmpty() || detail.storeAttributes.isNotEmpty()
    return when {
        channels.size > 1 -> text(R.string.offer_both_channels)

        Channel.ONLINE in channels -> text(R.string.offer_online)

        // The next lines tell of them.
        namesStores -> null

        Channel.STORE in channels -> text(R.string.offer_in_store)

        // What it is for cannot be read.
        detail.moreConditions -> null

        else -> text(R.string.offer_both_channels)
    }
}

@Composable
private fun schedule(schedule: OfferSchedule, words: Words): String {
    val days = schedule.days.map { it.toInt() }
    val named = if (days.size == WEEK) text(R.string.offer_every_day) else words.weekdays(days)
    val isAllDay = schedule.from == MIDNIGHT && schedule.to in setOf(MIDNIGHT, NEXT_MIDNIGHT)
    return if (isAllDay) named else "$named, ${hours(schedule.from, schedule.to, words)}"
}

private const val WEEK = 7
private const val MIDNIGHT: UShort = 0u
private const val NEXT_MIDNIGHT: UShort = 1440u

@Composable
private fun usesLeft(detail: OfferDetail): String? {
    val left = detail.offer.usesLeft?.toInt() ?: return text(R.string.offer_uses_any)
    // Its state says that there are none.
    return if (left > 0) plural(R.plurals.offer_uses, left, left) else null
}
