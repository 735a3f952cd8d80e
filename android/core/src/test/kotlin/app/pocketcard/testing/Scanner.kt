package app.pocketcard.testing

import com.google.zxing.BarcodeFormat
import com.google.zxing.BinaryBitmap
import com.google.zxing.DecodeHintType
import com.google.zxing.LuminanceSource
import com.google.zxing.MultiFormatReader
import com.google.zxing.NotFoundException
import com.google.zxing.RGBLuminanceSource
import com.google.zxing.Result
import com.google.zxing.common.GlobalHistogramBinarizer
import com.google.zxing.common.HybridBinarizer

/**
 * What a scanner that we did not write reads from a picture, [width] [pixels] a row, which it may look at in two ways,
 * as a till's does with one frame after the other. Throws [NotFoundException] where there is no symbol, and fails where a QR symbol is
 * mirrored: ZXing reads these, too, but its finder points are the wrong way round then.
 */
fun scanned(pixels: IntArray, width: Int): String {
    val picture = RGBLuminanceSource(width, pixels.size / width, pixels)
    val result =
        try {
            read(picture, ::HybridBinarizer)
        } catch (_: NotFoundException) {
            read(picture, ::GlobalHistogramBinarizer)
        }
    if (result.barcodeFormat == BarcodeFormat.QR_CODE) {
        val (bottomLeft, topLeft, topRight) = result.resultPoints
        check(bottomLeft.y > topLeft.y && topRight.x > topLeft.x && bottomLeft.x < topRight.x) { "mirrored" }
    }
    return result.text
}

private fun read(picture: LuminanceSource, binarizer: (LuminanceSource) -> com.google.zxing.Binarizer): Result =
    MultiFormatReader().decode(BinaryBitmap(binarizer(picture)), mapOf(DecodeHintType.TRY_HARDER to true))
