package app.pocketcard.platform.testing

import android.graphics.Bitmap
import app.pocketcard.testing.scanned

/** What a till's scanner reads from a picture. */
fun Bitmap.scanned(): String {
    val pixels = IntArray(width * height).also { getPixels(it, 0, width, 0, 0, width, height) }
    return scanned(pixels, width)
}
