package app.pocketcard

/** Whether the module of [column] and [row] is dark, both counted from 0 at the top left, inside the quiet zone. */
public fun Symbol.isDark(column: Int, row: Int): Boolean {
    val bytesPerRow = (width.toInt() + 7) / 8
    return bits[row * bytesPerRow + column / 8].toInt() shr (7 - column % 8) and 1 != 0
}
