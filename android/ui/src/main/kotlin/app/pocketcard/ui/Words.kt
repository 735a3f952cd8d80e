package app.pocketcard.ui

import androidx.compose.runtime.Composable
import androidx.compose.runtime.remember
import app.pocketcard.Currency
import app.pocketcard.Money
import java.math.BigDecimal
import java.text.NumberFormat
import java.time.Clock
import java.time.Instant
import java.time.LocalDate
import java.time.ZoneId
import java.time.format.DateTimeFormatter
import java.util.Locale

/** Amounts and dates in the device's format, in the member's zone. */
internal class Words(private val locale: Locale, private val clock: Clock, is24Hour: Boolean) {
    private val zone: ZoneId get() = clock.zone

    private val numbers = NumberFormat.getNumberInstance(locale).apply { maximumFractionDigits = MOST_DECIMALS }

    private fun formatter(parts: String) = DateTimeFormatter.ofPattern(datePattern(locale, parts), locale)

    private val time = formatter(if (is24Hour) "Hm" else "hm")
    private val day = formatter("dMMMM")
    private val dayOfYear = formatter("dMMMMy")
    private val weekday = formatter("EEEEdMMMM")

    /** The day on which [at] falls for the member. */
    fun dayOf(at: Instant): LocalDate = at.atZone(zone).toLocalDate()

    /** The day that the member has now. */
    fun today(): LocalDate = dayOf(clock.instant())

    /** As `14:05`. */
    fun time(at: Instant): String = time.format(at.atZone(zone))

    /** As `3 December`, with the year where it is another than this. */
    fun day(at: Instant): String = day(dayOf(at))

    /** As `3 December`, with the year where it is another than this. */
    fun day(day: LocalDate): String = (if (day.year == today().year) this.day else dayOfYear).format(day)

    /** As `Thursday, 3 December`, with the year in place of the weekday where it is another than this. */
    fun weekday(day: LocalDate): String = (if (day.year == today().year) weekday else dayOfYear).format(day)

    /** As `14:05` for an instant of today, else `3 December, 14:05`. */
    fun moment(at: Instant): String = if (dayOf(at) == today()) time(at) else "${day(at)}, ${time(at)}"

    /** As `1,250.5`. */
    fun amount(amount: BigDecimal): String = numbers.format(amount)

    /** As `+120` or `−80`. */
    fun change(amount: BigDecimal): String =
        if (amount.signum() < 0) "−${amount(amount.abs())}" else "+${amount(amount)}"

    /** As `1,250 points`: the currency's name in the form that goes with the number. */
    fun amount(amount: BigDecimal, currency: Currency): String = "${amount(amount)} ${nameOf(amount, currency)}"

    /** The currency's name in the form that goes with the number. Slavic languages say parts of one as they say two. */
    fun nameOf(amount: BigDecimal, currency: Currency): String {
        val isPart = amount.stripTrailingZeros().scale() > 0
        return when (pluralCategory(locale, if (isPart && isSlavic) TWO else amount)) {
            "one" -> currency.nominative
            "few" -> currency.genitive
            else -> currency.plural
        }
    }

    private val isSlavic: Boolean get() = pluralCategory(locale, TWO) == "few"

    /** As `€12.90` for a currency of the world, `120 pts` for one of the programme. */
    fun money(money: Money): String {
        val ofTheWorld = worldCurrency(money.currency) ?: return "${amount(money.amount)} ${money.currency}"
        val format = NumberFormat.getCurrencyInstance(locale)
        format.currency = ofTheWorld
        return format.format(money.amount)
    }

    /** As [money], with its sign also where that is plus. */
    fun change(money: Money): String =
        if (money.amount.signum() < 0) "−${money(money.copy(amount = money.amount.abs()))}" else "+${money(money)}"

    private fun worldCurrency(code: String): java.util.Currency? = try {
        java.util.Currency.getInstance(code)
    } catch (_: IllegalArgumentException) {
        null
    }

    private companion object {
        /** What the core gives at most. */
        const val MOST_DECIMALS = 4

        val TWO = BigDecimal(2)
    }
}

/** [Words] for where this is shown. */
@Composable
internal fun words(): Words {
    val locale = locale()
    val clock = LocalClock.current
    val is24Hour = is24Hour()
    return remember(locale, clock, is24Hour) { Words(locale, clock, is24Hour) }
}
