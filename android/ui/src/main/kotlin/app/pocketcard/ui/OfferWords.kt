package app.pocketcard.ui

import androidx.compose.runtime.Composable
import androidx.compose.ui.graphics.vector.ImageVector
import app.pocketcard.Applies
import app.pocketcard.Benefit
import app.pocketcard.OfferId
import app.pocketcard.OfferKind
import app.pocketcard.OfferState
import app.pocketcard.OfferView
import app.pocketcard.WhyNot
import java.time.Instant

// What the list and the page of an offer say alike.

/** What activating it names; null where there is nothing to activate here. */
internal val OfferView.activates: Long?
    get() = (id as? OfferId.Offer)?.id?.takeIf { state is OfferState.Activate || state is OfferState.Refused }

internal val OfferView.activateLabel: Int
    get() = if (kind == OfferKind.PERSONAL) R.string.offer_accept else R.string.offer_activate

internal val OfferKind.icon: ImageVector
    get() = when (this) {
        OfferKind.COMMON, OfferKind.PERSONAL -> Icons.offers
        OfferKind.COUPON -> Icons.coupon
    }

/** As `20% off · +100 points · 2× points`; nothing where the texts say it. */
@Composable
internal fun benefit(gives: Benefit, words: Words): String = listOfNotNull(
    gives.discountPercent?.let { text(R.string.offer_discount, words.percent(it)) },
    gives.points?.let { plural(R.plurals.offer_points, words.count(it), words.change(it)) },
    gives.multiplier?.let { text(R.string.offer_multiplier, words.amount(it)) },
).joinToString(" · ")

/** As `For you · 3 days left`; nothing where it is for all and has no end. */
@Composable
internal fun kindAndEnd(offer: OfferView, words: Words): String {
    val kind = when (offer.kind) {
        OfferKind.COMMON -> null
        OfferKind.PERSONAL -> text(R.string.offer_personal)
        OfferKind.COUPON -> text(R.string.offer_coupon)
    }
    val end = offer.until?.let { end(it, words) }
    return listOfNotNull(kind, end).joinToString(" · ").replaceFirstChar { it.titlecase(locale()) }
}

/** As `ends today`, `3 days left` or `until 31 December`. */
@Composable
internal fun end(until: Instant, words: Words): String {
    val days = words.daysUntil(until)
    return when {
        days <= 0 -> text(R.string.offer_ends_today)
        days <= DAYS_COUNTED -> plural(R.plurals.offer_days_left, days, days)
        else -> text(R.string.offer_until, words.day(words.lastDay(until)))
    }
}

/** What ends later than that has its day said. */
private const val DAYS_COUNTED = 7

/** Where an offer stands, and where a place was asked for and it does not apply there now, the first reason. */
@Composable
internal fun OfferStateLine(offer: OfferView, words: Words) {
    val why = (offer.applies as? Applies.No)?.why
    val reason = why?.let { whyNot(it, offer.state, words) }
    val state = when (val state = offer.state) {
        OfferState.Active -> when {
            offer.applies is Applies.Yes -> text(R.string.offer_applies)

            reason == null -> text(R.string.offer_active)

            // What cannot be used here is not called active.
            else -> null
        }

        // A button says so.
        OfferState.Activate -> null

        OfferState.ActivateElsewhere -> text(R.string.offer_activate_elsewhere)

        OfferState.Waiting -> text(R.string.offer_waiting)

        is OfferState.Refused -> state.text.ifEmpty { text(R.string.failure_refused) }

        is OfferState.Upcoming -> text(R.string.offer_from, words.begin(state.from))

        OfferState.Coming -> text(R.string.offer_coming)

        OfferState.Used -> text(R.string.offer_used)
    }
    if (state != null) SignedLine(offer.state.icon, state, offer.state is OfferState.Refused)
    if (reason != null) SignedLine(Icons.waiting, reason)
}

private val OfferState.icon: ImageVector
    get() = when (this) {
        OfferState.Active, OfferState.Activate, OfferState.Used -> Icons.done
        OfferState.ActivateElsewhere, is OfferState.Refused -> Icons.problem
        OfferState.Waiting, is OfferState.Upcoming, OfferState.Coming -> Icons.waiting
    }

/** Why an offer does not apply; null where its [state] says so. */
@Composable
private fun whyNot(why: WhyNot, state: OfferState, words: Words): String? = when (why) {
    WhyNot.Revoked, WhyNot.Over -> text(R.string.offer_over)
    WhyNot.UsedUp -> if (state is OfferState.Used) null else text(R.string.offer_used)
    is WhyNot.NotYet -> if (state is OfferState.Upcoming) null else text(R.string.offer_from, words.begin(why.from))
    WhyNot.OtherChannel -> text(R.string.offer_other_channel)
    WhyNot.OtherStore -> text(R.string.offer_other_store)
    is WhyNot.StoreLacks -> text(R.string.offer_store_lacks)
    WhyNot.OtherDay -> text(R.string.offer_other_day)
    is WhyNot.OtherTime -> text(R.string.offer_other_time, hours(why.from, why.to, words))
    WhyNot.OtherPayment -> text(R.string.offer_other_payment)
    WhyNot.NotActivated -> null
    WhyNot.LeftToPlatform -> text(R.string.offer_till_knows)
}

/** As `18:00–22:30`, of minutes after midnight. */
internal fun hours(from: UShort, to: UShort, words: Words): String =
    "${words.timeOfDay(from.toInt())}–${words.timeOfDay(to.toInt())}"
