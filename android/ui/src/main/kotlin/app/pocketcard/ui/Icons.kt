package app.pocketcard.ui

import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.SolidColor
import androidx.compose.ui.graphics.StrokeCap
import androidx.compose.ui.graphics.StrokeJoin
import androidx.compose.ui.graphics.vector.ImageVector
import androidx.compose.ui.graphics.vector.addPathNodes
import androidx.compose.ui.unit.dp

/** The icons of the screens: lines of two units on a square of 24. */
internal object Icons {
    val card by icon("M3 6h18v12H3zM3 10h18M6 15h4")
    val offers by icon("M12 3h9v9l-9 9l-9-9zM16.5 7.5v0")
    val tasks by icon("M4 6l2 2l3-4M12 6h8M4 13l2 2l3-4M12 13h8M4 20l2 2l3-4M12 20h8")
    val stores by icon("M4 10v10h16V10M3 10l2-6h14l2 6zM10 20v-6h4v6")
    val more by icon("M5 12v0M12 12v0M19 12v0", thick = true)
    val back by icon("M20 12H4M10 6l-6 6l6 6", mirrored = true)
    val forward by icon("M9 6l6 6l-6 6", mirrored = true)
    val close by icon("M6 6l12 12M18 6L6 18")
    val offline by icon("M3 8c5-4 13-4 18 0M6 12c4-3 8-3 12 0M9 16c2-1.5 4-1.5 6 0M4 3l16 18")
    val problem by icon("M12 3l10 17H2zM12 10v4M12 17v0")
    val done by icon("M4 12l5 6L20 6")
    val waiting by icon("M12 3a9 9 0 1 0 0.01 0zM12 7v5l4 2")
    val points by icon("M12 3l2.7 5.8l6.3 0.8l-4.6 4.4l1.2 6.3L12 17.2l-5.6 3.1l1.2-6.3L3 9.6l6.3-0.8z")
    val history by icon("M6 3h12v18l-3-2l-3 2l-3-2l-3 2zM9 8h6M9 12h6")
    val inbox by icon("M3 6h18v12H3zM3 7l9 7l9-7")
    val settings by icon("M4 7h10M18 7h2M16 5v4M4 12h2M10 12h10M8 10v4M4 17h8M16 17h4M14 15v4")
    val member by icon("M12 4a4 4 0 1 0 0.01 0zM4 21c0-9 16-9 16 0")
    val show by icon("M2 12c5-8 15-8 20 0c-5 8-15 8-20 0zM12 9.5a2.5 2.5 0 1 0 0.01 0z")
    val hide by icon("M2 12c5-8 15-8 20 0c-5 8-15 8-20 0zM4 4l16 16")
    val search by icon("M10.5 4a6.5 6.5 0 1 0 0.01 0zM15.5 15.5L21 21")
    val coupon by icon("M3 6h18v4a2 2 0 0 0 0 4v4H3v-4a2 2 0 0 0 0-4zM14 9v6")
    val badge by icon("M12 3a5.5 5.5 0 1 0 0.01 0zM8.5 13L7 21l5-2.5l5 2.5l-1.5-8")
    val game by icon("M12 3a9 9 0 1 0 0.01 0zM12 3v18M4.2 7.5l15.6 9M4.2 16.5l15.6-9")
    val favourite by icon(
        "M12 3l2.7 5.8l6.3 0.8l-4.6 4.4l1.2 6.3L12 17.2l-5.6 3.1l1.2-6.3L3 9.6l6.3-0.8z",
        filled = true,
    )
    val tag by icon("M4 4h7l9 9l-7 7l-9-9zM8 8v0")
    val coffee by icon("M5 8h11v8a3 3 0 0 1-3 3H8a3 3 0 0 1-3-3zM16 10h2a2 2 0 0 1 0 5h-2M8 3v2M12 3v2")
    val parking by icon("M4 4h16v16H4zM9 17V7h4a3 3 0 0 1 0 6H9")
    val pharmacy by icon("M9 3h6v6h6v6h-6v6H9v-6H3V9h6z")
    val pickup by icon("M4 8l8-4l8 4v9l-8 4l-8-4zM4 8l8 4l8-4M12 12v9")
    val charging by icon("M13 2L5 14h6l-1 8l9-12h-7z")
    val scan by icon("M4 8V4h4M16 4h4v4M20 16v4h-4M8 20H4v-4M4 12h16")
    val light by icon("M9 19h6M10 22h4M9 16v-2a6 6 0 1 1 6 0v2z")

    private fun icon(
        path: String,
        thick: Boolean = false,
        mirrored: Boolean = false,
        filled: Boolean = false,
    ): Lazy<ImageVector> = lazy {
        ImageVector
            .Builder(
                defaultWidth = 24.dp,
                defaultHeight = 24.dp,
                viewportWidth = 24f,
                viewportHeight = 24f,
                autoMirror = mirrored,
            ).addPath(
                pathData = addPathNodes(path),
                fill = if (filled) SolidColor(Color.Black) else null,
                stroke = SolidColor(Color.Black),
                strokeLineWidth = if (thick) 4f else 2f,
                strokeLineCap = StrokeCap.Round,
                strokeLineJoin = StrokeJoin.Round,
            ).build()
    }
}
