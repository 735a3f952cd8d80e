package app.pocketcard.platform

import android.graphics.Bitmap
import android.graphics.Color
import app.pocketcard.CardView
import app.pocketcard.Symbol
import app.pocketcard.Symbology
import app.pocketcard.platform.testing.scanned
import app.pocketcard.testing.Sandbox
import app.pocketcard.testing.signIn
import kotlinx.coroutines.runBlocking
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.annotation.Config
import kotlin.test.assertEquals
import kotlin.test.assertIs
import kotlin.test.assertNotNull
import kotlin.test.assertNull
import kotlin.test.assertTrue

@RunWith(RobolectricTestRunner::class)
class SymbolBitmapTest {
    @get:Rule val real = RealCore()

    private fun Bitmap.pixels() = IntArray(width * height).also { getPixels(it, 0, width, 0, 0, width, height) }

    @Test
    @Config(qualifiers = "night")
    fun `the card's symbol is read from its pixels, dark on white also at night`() = runBlocking {
        real.core.signIn(real.sandbox, Sandbox.ANNA)
        val card = assertIs<CardView.Ready>(real.core.currentCard())
        val bitmap = assertNotNull(card.code.symbol?.toBitmap(500, 400))
        assertTrue(bitmap.width <= 500 && bitmap.height <= 400)
        assertEquals(setOf(Color.BLACK, Color.WHITE), bitmap.pixels().toSet())
        assertEquals(card.code.text, bitmap.scanned())
    }

    @Test
    fun `each module is a whole number of pixels, with its margin, where it belongs`() {
        // Ten columns: a row goes over the end of a byte.
        val symbol = Symbol(Symbology.PDF417, 10u, 2u, byteArrayOf(0b1000_0000.toByte(), 0b0100_0000, 0, 0), 2u, 3u)
        val bitmap = assertNotNull(symbol.toBitmap(30, 1000))
        assertEquals((10 + 4) * 2 to (2 * 3 + 4) * 2, bitmap.width to bitmap.height)
        val dark = { x: Int, y: Int -> x in setOf(2, 11) && y in 2 until 5 }
        for (y in 0 until bitmap.height) {
            for (x in 0 until bitmap.width) {
                assertEquals(dark(x / 2, y / 2), bitmap.getPixel(x, y) == Color.BLACK, "$x, $y")
            }
        }
        assertNull(symbol.toBitmap(13, 1000), "less than a pixel a module")
    }
}
