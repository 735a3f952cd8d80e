package app.pocketcard.ui

import androidx.compose.foundation.isSystemInDarkTheme
import androidx.compose.material3.ColorScheme
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Typography
import androidx.compose.runtime.Composable
import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.runtime.remember
import androidx.compose.runtime.staticCompositionLocalOf
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.toArgb
import androidx.compose.ui.text.TextStyle
import androidx.compose.ui.text.font.FontFamily
import androidx.compose.ui.text.font.FontWeight
import androidx.compose.ui.unit.Dp
import androidx.compose.ui.unit.dp
import androidx.compose.ui.unit.sp
import com.materialkolor.hct.Hct
import com.materialkolor.scheme.SchemeTonalSpot
import java.time.Clock

/**
 * How the screens look: Material 3 with all its colours from the programme's [accent], light or dark, and three sizes of
 * text. Everything of this package goes inside.
 *
 * @param clock what "now" is, in the member's zone: for countdowns, and for what counts as today.
 * @param font of all texts; null: the system's.
 */
@Composable
public fun PocketcardTheme(
    accent: Color,
    dark: Boolean = isSystemInDarkTheme(),
    clock: Clock = Clock.systemDefaultZone(),
    font: FontFamily? = null,
    content: @Composable () -> Unit,
) {
    CompositionLocalProvider(LocalClock provides clock) {
        MaterialTheme(
            colorScheme = remember(accent, dark) { colors(accent, dark) },
            typography = remember(font) { threeSizes(font) },
            content = content,
        )
    }
}

/** What "now" is. */
internal val LocalClock = staticCompositionLocalOf<Clock> { error("PocketcardTheme is missing") }

/** The step of all distances. */
internal val STEP: Dp = 8.dp

/** The smallest side of what can be tapped. */
internal val TARGET: Dp = 48.dp

private fun threeSizes(font: FontFamily?): Typography {
    val large = TextStyle(fontFamily = font, fontSize = 24.sp, lineHeight = 32.sp)
    val normal = TextStyle(fontFamily = font, fontSize = 16.sp, lineHeight = 24.sp)
    val small = TextStyle(fontFamily = font, fontSize = 14.sp, lineHeight = 20.sp)
    return Typography(
        displayLarge = large,
        displayMedium = large,
        displaySmall = large,
        headlineLarge = large,
        headlineMedium = large,
        headlineSmall = large,
        titleLarge = large,
        titleMedium = normal.copy(fontWeight = FontWeight.Medium),
        titleSmall = small.copy(fontWeight = FontWeight.Medium),
        bodyLarge = normal,
        bodyMedium = normal,
        bodySmall = small,
        labelLarge = normal.copy(fontWeight = FontWeight.Medium),
        labelMedium = small,
        labelSmall = small,
    )
}

/** Every role from one colour, with the contrast that Material 3 asks of each pair. */
internal fun colors(accent: Color, dark: Boolean): ColorScheme {
    val scheme = SchemeTonalSpot(Hct.fromInt(accent.toArgb()), dark, contrastLevel = 0.0)
    return ColorScheme(
        primary = Color(scheme.primary),
        onPrimary = Color(scheme.onPrimary),
        primaryContainer = Color(scheme.primaryContainer),
        onPrimaryContainer = Color(scheme.onPrimaryContainer),
        inversePrimary = Color(scheme.inversePrimary),
        secondary = Color(scheme.secondary),
        onSecondary = Color(scheme.onSecondary),
        secondaryContainer = Color(scheme.secondaryContainer),
        onSecondaryContainer = Color(scheme.onSecondaryContainer),
        tertiary = Color(scheme.tertiary),
        onTertiary = Color(scheme.onTertiary),
        tertiaryContainer = Color(scheme.tertiaryContainer),
        onTertiaryContainer = Color(scheme.onTertiaryContainer),
        background = Color(scheme.background),
        onBackground = Color(scheme.onBackground),
        surface = Color(scheme.surface),
        onSurface = Color(scheme.onSurface),
        surfaceVariant = Color(scheme.surfaceVariant),
        onSurfaceVariant = Color(scheme.onSurfaceVariant),
        surfaceTint = Color(scheme.surfaceTint),
        inverseSurface = Color(scheme.inverseSurface),
        inverseOnSurface = Color(scheme.inverseOnSurface),
        error = Color(scheme.error),
        onError = Color(scheme.onError),
        errorContainer = Color(scheme.errorContainer),
        onErrorContainer = Color(scheme.onErrorContainer),
        outline = Color(scheme.outline),
        outlineVariant = Color(scheme.outlineVariant),
        scrim = Color(scheme.scrim),
        surfaceBright = Color(scheme.surfaceBright),
        surfaceDim = Color(scheme.surfaceDim),
        surfaceContainer = Color(scheme.surfaceContainer),
        surfaceContainerHigh = Color(scheme.surfaceContainerHigh),
        surfaceContainerHighest = Color(scheme.surfaceContainerHighest),
        surfaceContainerLow = Color(scheme.surfaceContainerLow),
        surfaceContainerLowest = Color(scheme.surfaceContainerLowest),
        primaryFixed = Color(scheme.primaryFixed),
        primaryFixedDim = Color(scheme.primaryFixedDim),
        onPrimaryFixed = Color(scheme.onPrimaryFixed),
        onPrimaryFixedVariant = Color(scheme.onPrimaryFixedVariant),
        secondaryFixed = Color(scheme.secondaryFixed),
        secondaryFixedDim = Color(scheme.secondaryFixedDim),
        onSecondaryFixed = Color(scheme.onSecondaryFixed),
        onSecondaryFixedVariant = Color(scheme.onSecondaryFixedVariant),
        tertiaryFixed = Color(scheme.tertiaryFixed),
        tertiaryFixedDim = Color(scheme.tertiaryFixedDim),
        onTertiaryFixed = Color(scheme.onTertiaryFixed),
        onTertiaryFixedVariant = Color(scheme.onTertiaryFixedVariant),
    )
}
