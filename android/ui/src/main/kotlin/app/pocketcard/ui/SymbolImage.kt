package app.pocketcard.ui

import androidx.compose.foundation.clickable
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Spacer
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.safeDrawingPadding
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.DisposableEffect
import androidx.compose.runtime.getValue
import androidx.compose.runtime.rememberUpdatedState
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.drawBehind
import androidx.compose.ui.geometry.Offset
import androidx.compose.ui.geometry.Size
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.drawscope.DrawScope
import androidx.compose.ui.layout.layout
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.role
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.TextStyle
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.text.style.TextDirection
import androidx.compose.ui.unit.Constraints
import androidx.compose.ui.unit.Dp
import androidx.compose.ui.unit.constrainHeight
import androidx.compose.ui.unit.constrainWidth
import androidx.compose.ui.window.Dialog
import androidx.compose.ui.window.DialogProperties
import app.pocketcard.Symbol
import app.pocketcard.isDark

/** How much of a portrait screen's height a symbol may take. */
internal const val SYMBOL_SHARE: Float = 0.55f

/** Tells the app as long as a code is on screen; one of another [kind] is another code. */
@Composable
internal fun CodeIsShown(kind: Any, onShow: () -> Unit, onHide: () -> Unit) {
    val show by rememberUpdatedState(onShow)
    val hide by rememberUpdatedState(onHide)
    DisposableEffect(kind) {
        show()
        onDispose { hide() }
    }
}

/** A symbol on white, at most as high as [room], which a tap enlarges. */
@Composable
internal fun LargeSymbol(
    symbol: Symbol,
    description: String,
    room: Dp,
    onClick: () -> Unit,
    modifier: Modifier = Modifier,
) {
    val enlarge = text(R.string.card_enlarge)
    Surface(modifier.heightIn(max = room), shape = MaterialTheme.shapes.medium, color = Color.White) {
        SymbolImage(
            symbol,
            Modifier
                .clickable(onClickLabel = enlarge, onClick = onClick)
                .padding(STEP / 2)
                .semantics {
                    contentDescription = description
                    role = Role.Image
                },
        )
    }
}

/** Nothing but a symbol and its [number] on white, until a tap or a way back. */
@Composable
internal fun SymbolAlone(symbol: Symbol?, number: String, description: String, onClose: () -> Unit) {
    Dialog(onClose, DialogProperties(usePlatformDefaultWidth = false)) {
        val close = text(R.string.close)
        Surface(Modifier.fillMaxSize(), color = Color.White, contentColor = Color.Black) {
            Column(
                Modifier.clickable(onClickLabel = close, onClick = onClose).safeDrawingPadding().padding(STEP),
                Arrangement.spacedBy(STEP * 2, Alignment.CenterVertically),
                Alignment.CenterHorizontally,
            ) {
                if (symbol != null) {
                    SymbolImage(
                        symbol,
                        Modifier.weight(1f, fill = false).semantics {
                            contentDescription = description
                            role = Role.Image
                        },
                    )
                }
                Text(number, style = numberStyle(), textAlign = TextAlign.Center)
            }
        }
    }
}

/** Digits in groups are read from the left also where texts are read from the right. */
@Composable
internal fun numberStyle(): TextStyle = MaterialTheme.typography.titleLarge.copy(textDirection = TextDirection.Ltr)

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
