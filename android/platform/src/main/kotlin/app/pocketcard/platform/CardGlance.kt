package app.pocketcard.platform

import android.content.Context
import android.text.format.DateFormat
import app.pocketcard.Account
import app.pocketcard.BalanceView
import app.pocketcard.CardCode
import app.pocketcard.CardView
import app.pocketcard.CodeKind
import app.pocketcard.Freshness
import app.pocketcard.Member
import app.pocketcard.Pocketcard
import app.pocketcard.SessionView
import app.pocketcard.Symbol
import app.pocketcard.Unusable
import java.text.NumberFormat
import java.time.Duration.between
import java.time.Instant
import java.util.Date
import kotlin.time.Duration
import kotlin.time.Duration.Companion.hours
import kotlin.time.Duration.Companion.minutes
import kotlin.time.toKotlinDuration

/** What a member sees of the card without opening the app, in their language. */
internal data class CardGlance(
    /** What the programme calls the card. */
    val title: String,
    /** A till takes it. */
    val works: Boolean,
    /** What may be left on a screen that nobody looks after. */
    val symbol: Symbol? = null,
    /** The printed number, in fours. */
    val number: String? = null,
    /** Who, and what they have. */
    val member: String? = null,
    /** What to do or to know; with a symbol, until when that is good. */
    val note: String? = null,
    /** When to look again; null: when the core says that something changed. */
    val next: Look? = null,
) {
    /** Some time from [earliest] on, [within] so long. Both from now. */
    data class Look(val earliest: Duration, val within: Duration)

    companion object {
        /** The shortest time that Android keeps an alarm's promise within, where no leave was given for exact ones. */
        val ALARM_WINDOW = 10.minutes

        /** Drawing anew is done in less, also where the process must be started for it. */
        private val SLACK = 1.minutes

        /** As the core has it at [now], by the phone's clock. */
        fun of(context: Context, core: Pocketcard, card: CardView, now: Instant = Instant.now()): CardGlance {
            val member = listOfNotNull(core.session.value.member?.firstName, core.balance.value.points(context))
            return of(context, card, member.joinToString(" · ").ifEmpty { null }, now)
        }

        fun of(context: Context, card: CardView, member: String?, now: Instant): CardGlance = when (card) {
            is CardView.NoCard -> {
                CardGlance(
                    context.getString(R.string.pocketcard_card),
                    works = false,
                    note = context.getString(R.string.pocketcard_card_none),
                )
            }

            is CardView.Unusable -> {
                CardGlance(
                    card.title,
                    works = false,
                    number = card.numberGrouped,
                    member = member,
                    note = context.getString(card.reason.text),
                )
            }

            is CardView.Ready -> {
                val left = card.code.validUntil?.let { between(now, it).toKotlinDuration() }
                // An alarm may come at either end of its window.
                val isShown = left == null || left > ALARM_WINDOW + SLACK
                CardGlance(
                    card.title,
                    works = true,
                    symbol = card.code.symbol.takeIf { isShown && !context.pocketcardApp().refusesScreenshots },
                    number = card.numberGrouped,
                    member = member,
                    next = left?.let { next(card.code, it, isShown) },
                ).let { it.copy(note = it.note(context, card.code)) }
            }
        }

        /** Where the core cannot be opened. */
        fun unknown(context: Context): CardGlance = CardGlance(
            context.getString(R.string.pocketcard_card),
            works = false,
            note = context.getString(R.string.pocketcard_card_unknown),
        )

        /** A code that is shown goes before its end; after one that is not, another kind may come that stays. */
        private fun next(code: CardCode, left: Duration, isShown: Boolean): Look? = when {
            isShown -> Look(left - ALARM_WINDOW - SLACK, ALARM_WINDOW)
            code.kind is CodeKind.Rotating -> null
            else -> Look(left.coerceAtLeast(Duration.ZERO), ALARM_WINDOW)
        }

        private fun CardGlance.note(context: Context, code: CardCode): String? {
            val until = code.validUntil
            return when {
                code.symbol == null -> context.getString(R.string.pocketcard_card_number)
                symbol == null -> context.getString(R.string.pocketcard_card_open)
                until == null -> null
                else -> context.getString(R.string.pocketcard_card_until, context.time(until))
            }
        }

        private val Unusable.text: Int
            get() =
                when (this) {
                    Unusable.BLOCKED -> R.string.pocketcard_card_blocked
                    Unusable.REPLACED -> R.string.pocketcard_card_replaced
                    Unusable.EXPIRED -> R.string.pocketcard_card_expired
                    Unusable.NOT_YET_ACTIVE -> R.string.pocketcard_card_not_yet
                }

        private val SessionView.member: Member?
            get() =
                when (this) {
                    is SessionView.SignedIn -> member
                    is SessionView.SignInAgain -> member
                    is SessionView.SignedOut -> null
                }

        private fun BalanceView.points(context: Context): String? {
            val points = accounts.firstOrNull()?.words ?: return null
            val asOf = (freshness as? Freshness.Cached)?.asOf ?: return points
            return context.getString(R.string.pocketcard_as_of, points, context.time(asOf))
        }

        private val Account.words: String
            get() = "${NumberFormat.getInstance().format(available)} ${currency.abbreviation}"

        private fun Context.time(at: Instant): String {
            val isNear = between(at, Instant.now()).toKotlinDuration().absoluteValue < 12.hours
            val format = if (isNear) DateFormat.getTimeFormat(this) else DateFormat.getDateFormat(this)
            return format.format(Date.from(at))
        }
    }
}
