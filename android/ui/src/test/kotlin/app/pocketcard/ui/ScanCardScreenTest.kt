package app.pocketcard.ui

import androidx.compose.foundation.background
import androidx.compose.foundation.layout.Box
import androidx.compose.runtime.Composable
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.test.junit4.v2.createComposeRule
import androidx.compose.ui.test.onNodeWithText
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performScrollTo
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import kotlin.test.assertEquals

@RunWith(RobolectricTestRunner::class)
class ScanCardScreenTest {
    @get:Rule val compose = createComposeRule()

    private val pictures = Pictures(compose)
    private val events = mutableListOf<ScanCardEvent>()

    private fun screen(
        scanner: CardScanner,
        hasLight: Boolean = true,
        isLit: Boolean = false,
    ): @Composable () -> Unit = {
        PocketcardFrame(Destination.CARD, text(R.string.card_scan), null, {}, hasBack = true) {
            ScanCardScreen(scanner, events::add, hasLight = hasLight, isLit = isLit) { modifier ->
                Box(modifier.background(Color(0xFF8D6E63)))
            }
        }
    }

    private fun tap(text: String) = compose.onNodeWithText(text).performScrollTo().performClick()

    @Test
    fun `every state in every look`() = pictures.assertSame(
        "scan",
        mapOf(
            "looking" to screen(CardScanner.LOOKING),
            "other" to screen(CardScanner.FOUND_OTHER, isLit = true),
            "refused" to screen(CardScanner.NOT_ALLOWED),
            "failed" to screen(CardScanner.FAILED),
        ),
    )

    @Test
    fun `the light is turned on and off, where there is one`() {
        pictures.show(content = screen(CardScanner.LOOKING))
        tap("Light")
        pictures.show(content = screen(CardScanner.LOOKING, isLit = true))
        tap("Light")
        assertEquals(listOf<ScanCardEvent>(ScanCardEvent.Light(true), ScanCardEvent.Light(false)), events)
        pictures.show(content = screen(CardScanner.LOOKING, hasLight = false))
        compose.onNodeWithText("Light").assertDoesNotExist()
    }

    @Test
    fun `the number can be typed in every state, and what stands in the way is done something about`() {
        for (scanner in CardScanner.entries) {
            pictures.show(content = screen(scanner))
            tap("Type the number instead")
        }
        assertEquals(List<ScanCardEvent>(CardScanner.entries.size) { ScanCardEvent.TypeNumber }, events)
        events.clear()
        pictures.show(content = screen(CardScanner.NOT_ALLOWED))
        tap("Allow the camera")
        pictures.show(content = screen(CardScanner.FAILED))
        tap("Try again")
        assertEquals(listOf(ScanCardEvent.Allow, ScanCardEvent.TryAgain), events)
    }

    @Test
    fun `every target is large enough`() {
        for (look in listOf(Look.LIGHT, Look.LARGE)) {
            for (scanner in CardScanner.entries) {
                pictures.show(look, content = screen(scanner))
                compose.assertTargetsAreLarge()
            }
        }
    }
}
