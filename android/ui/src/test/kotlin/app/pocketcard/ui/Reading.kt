package app.pocketcard.ui

import androidx.compose.ui.graphics.asAndroidBitmap
import androidx.compose.ui.test.SemanticsNodeInteraction
import androidx.compose.ui.test.captureToImage
import com.google.zxing.BarcodeFormat
import com.google.zxing.BinaryBitmap
import com.google.zxing.MultiFormatReader
import com.google.zxing.RGBLuminanceSource
import com.google.zxing.Result
import com.google.zxing.common.HybridBinarizer

/**
 * What a scanner that we did not write reads from the pixels of a node. Fails where there is no symbol, and where a
 * square one is mirrored: ZXing reads these, too, but then its finder points are the wrong way round.
 */
fun scan(node: SemanticsNodeInteraction): String {
    val bitmap = node.captureToImage().asAndroidBitmap()
    val pixels = IntArray(bitmap.width * bitmap.height)
    bitmap.getPixels(pixels, 0, bitmap.width, 0, 0, bitmap.width, bitmap.height)
    val result =
        MultiFormatReader().decode(
            BinaryBitmap(HybridBinarizer(RGBLuminanceSource(bitmap.width, bitmap.height, pixels))),
        )
    if (result.barcodeFormat == BarcodeFormat.QR_CODE) result.mustNotBeMirrored()
    return result.text
}

private fun Result.mustNotBeMirrored() {
    val (bottomLeft, topLeft, topRight) = resultPoints
    check(bottomLeft.y > topLeft.y && topRight.x > topLeft.x && bottomLeft.x < topRight.x) {
        "mirrored: ${resultPoints.toList()}"
    }
}
