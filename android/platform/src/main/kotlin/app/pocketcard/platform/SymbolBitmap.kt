package app.pocketcard.platform

import android.graphics.Bitmap
import android.graphics.Color
import app.pocketcard.Symbol
import app.pocketcard.isDark

/**
 * The symbol with its light margin, as large as it can be within so many pixels at a whole number of them a module: dark
 * on white, whatever the theme. Null where a module would have less than [leastModule] of them. To be shown as it is, never
 * scaled.
 */
public fun Symbol.toBitmap(maxWidth: Int, maxHeight: Int, leastModule: Int = 1): Bitmap? {
    val margin = quietZone.toInt()
    val (columns, rows) = width.toInt() to height.toInt()
    val rise = moduleHeight.toInt()
    val module = minOf(maxWidth / (columns + 2 * margin), maxHeight / (rows * rise + 2 * margin))
    if (module < maxOf(leastModule, 1)) return null
    val bitmap =
        Bitmap.createBitmap(
            (columns + 2 * margin) * module,
            (rows * rise + 2 * margin) * module,
            Bitmap.Config.ARGB_8888,
        )
    bitmap.density = Bitmap.DENSITY_NONE
    bitmap.eraseColor(Color.WHITE)
    val dark = IntArray(module * module * rise) { Color.BLACK }
    for (row in 0 until rows) {
        for (column in 0 until columns) {
            if (!isDark(column, row)) continue
            val left = (margin + column) * module
            val top = (margin + row * rise) * module
            bitmap.setPixels(dark, 0, module, left, top, module, module * rise)
        }
    }
    return bitmap
}
