package app.pocketcard.ui

import androidx.compose.runtime.Composable
import androidx.compose.runtime.ReadOnlyComposable
import app.pocketcard.desk.LocalPhone
import java.util.Locale

// What the screens ask of the device they are on, answered by the phone on the desk.

/** The text of [id] in the app's language, filled in with [values]. */
@Composable
@ReadOnlyComposable
internal fun text(id: Int, vararg values: Any): String = LocalPhone.current.resources.text(id, *values)

/** The text of [id] for so many, in the app's language, filled in with [values]. */
@Composable
@ReadOnlyComposable
internal fun plural(id: Int, count: Int, vararg values: Any): String =
    LocalPhone.current.resources.plural(id, count, *values)

/** The language and region that texts, amounts and dates are written for. */
@Composable
@ReadOnlyComposable
internal fun locale(): Locale = LocalPhone.current.resources.locale

/** Whether the hours of a day are counted to 24: as the language has it. */
@Composable
internal fun is24Hour(): Boolean = 'H' in datePattern(locale(), "j")

/** Whether the member wants things to move as little as can be. */
internal fun isMotionReduced(): Boolean = false
