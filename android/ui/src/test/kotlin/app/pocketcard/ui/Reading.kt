package app.pocketcard.ui

import androidx.compose.ui.graphics.asAndroidBitmap
import androidx.compose.ui.test.SemanticsNodeInteraction
import androidx.compose.ui.test.captureToImage
import app.pocketcard.testing.scanned

/** What a till's scanner reads from the pixels of a node. */
fun scan(node: SemanticsNodeInteraction): String {
    val bitmap = node.captureToImage().asAndroidBitmap()
    val pixels = IntArray(bitmap.width * bitmap.height)
    bitmap.getPixels(pixels, 0, bitmap.width, 0, 0, bitmap.width, bitmap.height)
    return scanned(pixels, bitmap.width)
}
