package app.pocketcard.ui

import androidx.compose.foundation.layout.Spacer
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.drawBehind
import androidx.compose.ui.geometry.Offset
import androidx.compose.ui.geometry.Size
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.drawscope.DrawScope
import androidx.compose.ui.layout.layout
import androidx.compose.ui.unit.Constraints
import androidx.compose.ui.unit.constrainHeight
import androidx.compose.ui.unit.constrainWidth
import app.pocketcard.Symbol
import app.pocketcard.isDark

/**
 * A symbol for a scanner, as large as there is room at a whole number of pixels a module, with its quiet zone: dark on
 * white whatever the theme, and the same from right to left.
 */
@Composable
internal fun SymbolImage(symbol: Symbol, modifier: Modifier = Modifier) {
    Spacer(
        modifier
            .layout { measurable, constraints ->
                val module = symbol.module(constraints)
                val size = Constraints.fixed(
                    constraints.constrainWidth(symbol.columns * module),
                    constraints.constrainHeight(symbol.rows * module),
                )
                val placeable = measurable.measure(size)
                layout(placeable.width, placeable.height) { placeable.place(0, 0) }
            }.drawBehind { draw(symbol) },
    )
}

/** Its width with the quiet zone, in modules. */
private val Symbol.columns: Int get() = (width + 2u * quietZone).toInt()

/** Its height with the quiet zone, in modules. */
private val Symbol.rows: Int get() = (height * moduleHeight + 2u * quietZone).toInt()

/** How many pixels a module has within [constraints]. */
private fun Symbol.module(constraints: Constraints): Int {
    val inWidth = if (constraints.hasBoundedWidth) constraints.maxWidth / columns else Int.MAX_VALUE
    val inHeight = if (constraints.hasBoundedHeight) constraints.maxHeight / rows else Int.MAX_VALUE
    val module = minOf(inWidth, inHeight)
    return if (module == Int.MAX_VALUE) 1 else module.coerceAtLeast(1)
}

private fun DrawScope.draw(symbol: Symbol) {
    drawRect(Color.White)
    val module = minOf(size.width.toInt() / symbol.columns, size.height.toInt() / symbol.rows)
    val rise = module * symbol.moduleHeight.toInt()
    val margin = module * symbol.quietZone.toInt()
    for (row in 0 until symbol.height.toInt()) {
        var column = 0
        while (column < symbol.width.toInt()) {
            val start = column
            while (column < symbol.width.toInt() && symbol.isDark(column, row)) column++
            if (column > start) {
                drawRect(
                    Color.Black,
                    Offset((margin + start * module).toFloat(), (margin + row * rise).toFloat()),
                    Size(((column - start) * module).toFloat(), rise.toFloat()),
                )
            } else {
                column++
            }
        }
    }
}
