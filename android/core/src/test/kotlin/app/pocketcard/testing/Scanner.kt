package app.pocketcard.testing

import com.google.zxing.BarcodeFormat
import com.google.zxing.Binarizer
import com.google.zxing.BinaryBitmap
import com.google.zxing.DecodeHintType
import com.google.zxing.MultiFormatReader
import com.google.zxing.NotFoundException
import com.google.zxing.RGBLuminanceSource
import com.google.zxing.Result
import com.google.zxing.common.GlobalHistogramBinarizer
import com.google.zxing.common.HybridBinarizer

/**
 * What a scanner that we did not write reads from a picture, [width] [pixels] a row, which it may look at in three ways,
 * as a till's does with one frame after the other: of a thousand codes there are one or two that ZXing does not find
 * upright, at any size, and does as soon as they are turned. Throws [NotFoundException] where there is no symbol, and fails where a QR
 * symbol is mirrored: ZXing reads these, too, but its finder points go round the other way then.
 */
fun scanned(pixels: IntArray, width: Int): String {
    val height = pixels.size / width
    val upright = RGBLuminanceSource(width, height, pixels)
    val turned by lazy {
        RGBLuminanceSource(
            height,
            width,
            IntArray(pixels.size) {
                pixels[
                    (height - 1 - it % height) * width +
                        it / height,
                ]
            },
        )
    }
    val looks =
        sequence {
            yield(HybridBinarizer(upright))
            yield(GlobalHistogramBinarizer(upright))
            yield(HybridBinarizer(turned))
        }
    val result = looks.firstNotNullOfOrNull(::read) ?: throw NotFoundException.getNotFoundInstance()
    if (result.barcodeFormat == BarcodeFormat.QR_CODE) {
        val (bottomLeft, topLeft, topRight) = result.resultPoints
        val across = topRight.x - topLeft.x to topRight.y - topLeft.y
        val down = bottomLeft.x - topLeft.x to bottomLeft.y - topLeft.y
        check(across.first * down.second - across.second * down.first > 0) { "mirrored" }
    }
    return result.text
}

private fun read(look: Binarizer): Result? = try {
    MultiFormatReader().decode(BinaryBitmap(look), mapOf(DecodeHintType.TRY_HARDER to true))
} catch (_: NotFoundException) {
    null
}
