package app.pocketcard.ui

import androidx.compose.material3.ColorScheme
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.luminance
import org.junit.Test
import kotlin.test.assertTrue

class ThemeTest {
    /** The pairs of a text and its ground that the screens use. */
    private fun ColorScheme.pairs() = mapOf(
        "text" to (onSurface to surface),
        "quiet text" to (onSurfaceVariant to surface),
        "quiet text in a bar" to (onSurfaceVariant to surfaceContainer),
        "quiet text on a card" to (onSurfaceVariant to surfaceContainerHighest),
        "text on a card" to (onSurface to surfaceContainerHighest),
        "accent" to (primary to surface),
        "accent on a card" to (primary to surfaceContainerLow),
        "button" to (onPrimary to primary),
        "chosen" to (onSecondaryContainer to secondaryContainer),
        "wrong" to (error to surface),
        "badge" to (onError to error),
        "failure" to (inverseOnSurface to inverseSurface),
        "failure's button" to (inversePrimary to inverseSurface),
    )

    private fun contrast(one: Color, other: Color): Float {
        val (dark, light) = listOf(one.luminance(), other.luminance()).sorted()
        return (light + 0.05f) / (dark + 0.05f)
    }

    @Test
    fun `every text has a contrast of 4,5 at least, whatever the programme's colour`() {
        val accents = (0 until 360 step 15).flatMap { hue ->
            listOf(Color.hsv(hue.toFloat(), 1f, 1f), Color.hsv(hue.toFloat(), 0.9f, 0.4f))
        } + listOf(Color.Black, Color.White, Color.Gray, Color.Yellow)
        for (accent in accents) {
            for (dark in listOf(false, true)) {
                for ((what, pair) in colors(accent, dark).pairs()) {
                    val contrast = contrast(pair.first, pair.second)
                    assertTrue(contrast >= 4.5f, "$what of $accent, dark: $dark: $contrast")
                }
            }
        }
    }
}
