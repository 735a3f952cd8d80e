package app.pocketcard.ui

import android.icu.text.DateTimePatternGenerator
import android.icu.text.MeasureFormat
import android.icu.text.NumberFormat
import android.icu.text.PluralRules
import android.icu.util.Measure
import android.icu.util.MeasureUnit
import android.icu.util.ULocale
import java.math.BigDecimal
import java.util.Locale

// What the screens ask of ICU. Android has it as its own; elsewhere it is the same by another package's name.

/** How [locale] writes a date of these parts, as `dMMMM` or `Hm`, as a pattern of `java.time`. */
internal fun datePattern(locale: Locale, parts: String): String =
    DateTimePatternGenerator.getInstance(locale).getBestPattern(parts)

/** The plural category of [amount] in CLDR's words, as `one`, `few`, `other`. */
internal fun pluralCategory(locale: Locale, amount: BigDecimal): String =
    PluralRules.forLocale(locale).select(amount.toDouble())

/** [meters] in the units of [locale]'s region, as `350 m`, `1.2 km` or `0.8 mi`. */
internal fun distance(locale: Locale, meters: Double): String {
    val miles = meters / METERS_OF_MILE
    val (amount, unit) = when {
        locale.country !in IN_MILES && meters < ALMOST_1000 -> tens(meters) to MeasureUnit.METER
        locale.country !in IN_MILES -> meters / METERS_OF_KILOMETER to MeasureUnit.KILOMETER
        miles >= TENTH -> miles to MeasureUnit.MILE
        locale.country == "GB" -> tens(meters / METERS_OF_YARD) to MeasureUnit.YARD
        else -> tens(meters / METERS_OF_FOOT) to MeasureUnit.FOOT
    }
    val numbers = NumberFormat.getNumberInstance(locale)
    numbers.maximumFractionDigits = if (amount < ALMOST_10) 1 else 0
    val format = MeasureFormat.getInstance(ULocale.forLocale(locale), MeasureFormat.FormatWidth.SHORT, numbers)
    return format.format(Measure(amount, unit))
}

private fun tens(amount: Double): Double = Math.round(amount / 10) * 10.0

/** Regions where roads are measured in miles. */
private val IN_MILES = setOf("GB", "US", "LR", "MM")
private const val METERS_OF_MILE = 1609.344
private const val METERS_OF_KILOMETER = 1000.0
private const val METERS_OF_YARD = 0.9144
private const val METERS_OF_FOOT = 0.3048
private const val TENTH = 0.1

/** What is above is written as the next unit, or without decimals. */
private const val ALMOST_1000 = 995.0
private const val ALMOST_10 = 9.95
