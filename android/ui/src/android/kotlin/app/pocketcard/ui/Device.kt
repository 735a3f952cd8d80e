package app.pocketcard.ui

import android.animation.ValueAnimator
import android.text.format.DateFormat
import androidx.compose.runtime.Composable
import androidx.compose.runtime.ReadOnlyComposable
import androidx.compose.ui.platform.LocalConfiguration
import androidx.compose.ui.platform.LocalContext
import androidx.compose.ui.res.pluralStringResource
import androidx.compose.ui.res.stringResource
import java.util.Locale

// What the screens ask of the device they are on, and all that they know of Android.

/** The text of [id] in the app's language, filled in with [values]. */
@Composable
@ReadOnlyComposable
internal fun text(id: Int, vararg values: Any): String = stringResource(id, *values)

/** The text of [id] for so many, in the app's language, filled in with [values]. */
@Composable
@ReadOnlyComposable
internal fun plural(id: Int, count: Int, vararg values: Any): String = pluralStringResource(id, count, *values)

/** The language and region that texts, amounts and dates are written for. */
@Composable
@ReadOnlyComposable
internal fun locale(): Locale = LocalConfiguration.current.locales[0]

/** Whether the member's phone counts the hours of a day to 24. */
@Composable
internal fun is24Hour(): Boolean = DateFormat.is24HourFormat(LocalContext.current)

/** Whether the member wants things to move as little as can be. */
internal fun isMotionReduced(): Boolean = !ValueAnimator.areAnimatorsEnabled()
