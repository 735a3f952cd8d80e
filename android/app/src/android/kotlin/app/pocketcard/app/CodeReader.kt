package app.pocketcard.app

import com.google.zxing.BarcodeFormat
import com.google.zxing.BinaryBitmap
import com.google.zxing.DecodeHintType
import com.google.zxing.MultiFormatReader
import com.google.zxing.PlanarYUVLuminanceSource
import com.google.zxing.ReaderException
import com.google.zxing.common.HybridBinarizer

/** How bright a camera's frame is: [height] rows of [width] bytes, which begin [stride] bytes apart. */
internal class Luminance(val bytes: ByteArray, val width: Int, val height: Int, val stride: Int = width) {
    /** Turned by a quarter: lines that lay across the frame stand in it. */
    fun turned(): Luminance {
        val turned = ByteArray(width * height)
        for (y in 0 until height) {
            for (x in 0 until width) turned[x * height + height - 1 - y] = bytes[y * stride + x]
        }
        return Luminance(turned, height, width)
    }
}

/** Finds codes in frames, one frame after the other. What they say is a stranger's: see [cardNumber]. */
internal class CodeReader {
    private val reader = MultiFormatReader().apply {
        setHints(mapOf(DecodeHintType.POSSIBLE_FORMATS to FORMATS, DecodeHintType.TRY_HARDER to true))
    }

    /** What the code in the frame says, however the phone is held; null where there is none. */
    fun read(frame: Luminance): String? = try {
        found(frame) ?: found(frame.turned())
    } catch (_: RuntimeException) {
        // Made to trip the decoder, or cut short: the next frame is another chance.
        null
    }

    private fun found(frame: Luminance): String? = try {
        val source = frame.run { PlanarYUVLuminanceSource(bytes, stride, height, 0, 0, width, height, false) }
        reader.decodeWithState(BinaryBitmap(HybridBinarizer(source))).text
    } catch (_: ReaderException) {
        null
    } finally {
        reader.reset()
    }

    private companion object {
        /** What is printed on cards, and checks itself: of Code 39 or ITF, noise makes numbers. */
        val FORMATS = setOf(
            BarcodeFormat.CODE_128,
            BarcodeFormat.EAN_13,
            BarcodeFormat.EAN_8,
            BarcodeFormat.QR_CODE,
            BarcodeFormat.AZTEC,
            BarcodeFormat.DATA_MATRIX,
            BarcodeFormat.PDF_417,
        )
    }
}

/** The number of a card in what a code says, as it could be typed; null where it is something else. */
internal fun cardNumber(text: String): String? = text
    .takeIf { it.length <= LONGEST }
    ?.filterNot { it == ' ' || it == '-' }
    ?.takeIf { number -> number.isNotEmpty() && number.all { it in '0'..'9' } }

/** Of a card's number with what groups it, amply. */
private const val LONGEST = 64
