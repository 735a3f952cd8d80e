package app.pocketcard.ui

import android.content.res.Configuration
import androidx.compose.runtime.Composable
import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.platform.LocalConfiguration
import androidx.compose.ui.platform.LocalContext
import androidx.compose.ui.platform.LocalDensity
import androidx.compose.ui.platform.LocalLayoutDirection
import androidx.compose.ui.platform.LocalResources
import androidx.compose.ui.unit.Density
import androidx.compose.ui.unit.LayoutDirection
import java.time.Clock
import java.time.Instant
import java.time.ZoneId
import java.util.Locale

/** The instant at which all tests and pictures take place. */
val NOW: Instant = Instant.parse("2026-11-30T13:05:00Z")

/** [NOW], for a member in Berlin. */
val TEST_CLOCK: Clock = Clock.fixed(NOW, ZoneId.of("Europe/Berlin"))

/** A way in which every screen must look right. */
enum class Look(
    val dark: Boolean = false,
    val language: String = "en-GB",
    val type: Float = 1f,
    val rightToLeft: Boolean = false,
) {
    LIGHT,
    DARK(dark = true),
    GERMAN(language = "de-DE"),
    LARGE(type = 2f),
    RIGHT_TO_LEFT(rightToLeft = true),
}

/** [content] in the theme, at [NOW], as it is with [look]. */
@Composable
fun Looking(look: Look = Look.LIGHT, clock: Clock = TEST_CLOCK, content: @Composable () -> Unit) {
    val configuration = Configuration(LocalConfiguration.current)
    configuration.setLocale(Locale.forLanguageTag(look.language))
    val context = LocalContext.current.createConfigurationContext(configuration)
    CompositionLocalProvider(
        LocalConfiguration provides configuration,
        LocalResources provides context.resources,
        LocalDensity provides Density(LocalDensity.current.density, look.type),
        LocalLayoutDirection provides if (look.rightToLeft) LayoutDirection.Rtl else LayoutDirection.Ltr,
    ) {
        PocketcardTheme(accent = Color(0xFF00695C), dark = look.dark, clock = clock, content = content)
    }
}

/** A clock that the test moves. */
class MovedClock(var now: Instant = NOW) : Clock() {
    override fun instant(): Instant = now

    override fun getZone(): ZoneId = TEST_CLOCK.zone

    override fun withZone(zone: ZoneId): Clock = throw UnsupportedOperationException()
}
