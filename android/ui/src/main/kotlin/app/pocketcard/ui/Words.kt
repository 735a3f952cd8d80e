package app.pocketcard.ui

import androidx.compose.runtime.Composable
import androidx.compose.runtime.remember
import app.pocketcard.Currency
import app.pocketcard.ExpectedPoints
import app.pocketcard.Money
import java.math.BigDecimal
import java.text.NumberFormat
import java.time.Clock
import java.time.DateTimeException
import java.time.DayOfWeek
import java.time.Duration
import java.time.Instant
import java.time.LocalDate
import java.time.LocalTime
import java.time.ZoneId
import java.time.format.DateTimeFormatter
import java.time.temporal.ChronoUnit
import java.util.Locale

/** Amounts and dates in the device's format, in the member's zone unless another is given. */
internal class Words(
    private val locale: Locale,
    private val clock: Clock,
    is24Hour: Boolean,
    private val zone: ZoneId = clock.zone,
) {
    private val numbers = NumberFormat.getNumberInstance(locale).apply { maximumFractionDigits = MOST_DECIMALS }

    private fun formatter(parts: String) = DateTimeFormatter.ofPattern(datePattern(locale, parts), locale)

    private val time = formatter(if (is24Hour) "Hm" else "hm")
    private val day = formatter("dMMMM")
    private val dayOfYear = formatter("dMMMMy")
    private val weekday = formatter("EEEEdMMMM")
    private val timeOfDay = formatter(if (is24Hour) "EEEEHm" else "EEEEhm")
    private val dayOfWeek = DateTimeFormatter.ofPattern("EEEE", locale)

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

    /** As `14:05` for an instant within half a day or today, `Thursday 14:05` within a week, else as [moment]. */
    fun soon(at: Instant): String = when {
        dayOf(at) == today() || Duration.between(clock.instant(), at) < HALF_A_DAY -> time(at)
        dayOf(at) < today().plusWeeks(1) -> timeOfDay.format(at.atZone(zone))
        else -> moment(at)
    }

    /** As `Thursday`. */
    fun weekday(day: DayOfWeek): String = dayOfWeek.format(day)

    /** As `Monday–Friday` or `Monday, Thursday`, of numbers from 1 for Monday on. */
    fun weekdays(days: List<Int>): String {
        val runs = mutableListOf<MutableList<Int>>()
        for (day in days.sorted()) {
            val run = runs.lastOrNull()?.takeIf { it.last() == day - 1 } ?: mutableListOf<Int>().also(runs::add)
            run += day
        }
        return runs.joinToString(", ") { run ->
            val isLong = run.size > 2
            val named = if (isLong) listOf(run.first(), run.last()) else run
            named.joinToString(if (isLong) "–" else ", ") { weekday(DayOfWeek.of(it)) }
        }
    }

    /** As `14:05`, of minutes after midnight. */
    fun timeOfDay(minutes: Int): String = time.format(LocalTime.of(minutes / MINUTES % HOURS, minutes % MINUTES))

    /** Whole days between today and the last day on which [end] has not come: 0 where that is today. */
    fun daysUntil(end: Instant): Int = ChronoUnit.DAYS.between(today(), lastDay(end)).toInt()

    /** As `1 December` for the beginning of that day, else as [moment]. */
    fun begin(at: Instant): String = if (isMidnight(at)) day(at) else moment(at)

    /** As `31 December` for the end of that day, else as [moment]. */
    fun end(end: Instant): String = if (isMidnight(end)) day(lastDay(end)) else moment(end)

    private fun isMidnight(at: Instant) = at.atZone(zone).toLocalTime() == LocalTime.MIDNIGHT

    /** The last day on which [end] has not come. */
    fun lastDay(end: Instant): LocalDate = dayOf(end.minusNanos(1))

    /** As `20%`, of hundredths. */
    fun percent(hundredths: BigDecimal): String {
        val format = NumberFormat.getPercentInstance(locale)
        format.maximumFractionDigits = MOST_DECIMALS
        return format.format(hundredths.movePointLeft(2))
    }

    /** What a plural of [text] goes by: parts of one are said as several. */
    fun count(amount: BigDecimal): Int = if (amount.stripTrailingZeros().scale() > 0) 2 else amount.toInt()

    /** As `14:05` for an instant of today, else `3 December`. */
    fun timeOrDay(at: Instant): String = if (dayOf(at) == today()) time(at) else day(at)

    /** As `1,250.5`. */
    fun amount(amount: BigDecimal): String = numbers.format(amount)

    /** As `+120` or `−80`. */
    fun change(amount: BigDecimal): String =
        if (amount.signum() < 0) "−${amount(amount.abs())}" else "+${amount(amount)}"

    /** As `1,250 points`: the currency's name in the form that goes with the number. */
    fun amount(amount: BigDecimal, currency: Currency): String = "${amount(amount)} ${nameOf(amount, currency)}"

    /** As `+120 points`: by the name of the one of [currencies] that has the code, else by the code. */
    fun change(points: ExpectedPoints, currencies: List<Currency>): String {
        val currency = currencies.firstOrNull { it.code == points.currencyCode }
        return "${change(points.amount)} ${currency?.let { nameOf(points.amount, it) } ?: points.currencyCode}"
    }

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

        /** Of an hour. */
        const val MINUTES = 60

        /** Of a day. */
        const val HOURS = 24

        val HALF_A_DAY: Duration = Duration.ofHours(12)

        val TWO = BigDecimal(2)
    }
}

/**
 * [Words] for where this is shown.
 *
 * @param timeZone in which times are told, as the IANA database names it; null: the member's, as also where this phone
 * does not know it.
 */
@Composable
internal fun words(timeZone: String? = null): Words {
    val locale = locale()
    val clock = LocalClock.current
    val is24Hour = is24Hour()
    return remember(locale, clock, is24Hour, timeZone) {
        Words(locale, clock, is24Hour, timeZone?.let(::zoneOf) ?: clock.zone)
    }
}

private fun zoneOf(name: String): ZoneId? = try {
    ZoneId.of(name)
} catch (_: DateTimeException) {
    null
}
