package app.pocketcard.app

import com.google.zxing.BarcodeFormat
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import kotlin.random.Random
import kotlin.test.assertEquals
import kotlin.test.assertNull

/** What is read from a camera's frames, and what of it is a card's number. */
@RunWith(RobolectricTestRunner::class)
class CodeReaderTest {
    private val reader = CodeReader()

    private val printed = mapOf(
        BarcodeFormat.CODE_128 to "2987654321098765",
        BarcodeFormat.EAN_13 to "4006381333931",
        BarcodeFormat.EAN_8 to "96385074",
        BarcodeFormat.QR_CODE to "2987654321098765",
        BarcodeFormat.AZTEC to "2987654321098765",
        BarcodeFormat.DATA_MATRIX to "2987654321098765",
        BarcodeFormat.PDF_417 to "2987654321098765",
    )

    @Test
    fun `a code is read however the phone is held, and however the camera lays out its rows`() {
        for ((format, number) in printed) {
            for (stride in listOf(1280, 1344)) {
                var frame = frame(number, format, stride)
                for (quarter in 0..3) {
                    assertEquals(number, reader.read(frame), "$format, $quarter quarters, rows of $stride")
                    frame = frame.turned()
                }
            }
        }
    }

    @Test
    fun `the last row may end where the picture does`() {
        val frame = frame("2987654321098765", BarcodeFormat.CODE_128, 1344)
        val cut = Luminance(frame.bytes.copyOf(1344 * 719 + 1280), 1280, 720, 1344)
        assertEquals("2987654321098765", reader.read(cut))
    }

    @Test
    fun `nothing is read where there is nothing`() {
        val noise = Random(7)
        assertNull(reader.read(frame { _, _ -> 128 }))
        assertNull(reader.read(frame { _, _ -> noise.nextInt(12, 240) }))
        assertNull(reader.read(frame { x, _ -> if (x / 3 % 2 == 0) 40 else 200 }))
        assertNull(reader.read(Luminance(ByteArray(1), 1, 1)))
    }

    @Test
    fun `a frame that ends too soon is no code and ends nothing`() {
        val frame = frame("2987654321098765", BarcodeFormat.QR_CODE)
        assertNull(reader.read(Luminance(frame.bytes.copyOf(1280 * 100), 1280, 720)))
        assertEquals("2987654321098765", reader.read(frame))
    }

    @Test
    fun `a number is what could be typed, and nothing else is one`() {
        assertEquals("2987654321098765", cardNumber("2987 6543-2109 8765"))
        val others = listOf(
            "",
            "  ",
            "https://stranger.example/card?number=2987654321098765",
            "pocketcard://settings",
            "2987654321098765\n",
            "2987\u0000654",
            "٢٩٨٧",
            "1".repeat(65),
            " ".repeat(10_000) + "1",
        )
        for (other in others) assertNull(cardNumber(other), other)
    }
}
