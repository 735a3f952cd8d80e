package app.pocketcard.ui

import android.graphics.Bitmap
import android.os.Build
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.key
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.setValue
import androidx.compose.ui.graphics.asAndroidBitmap
import androidx.compose.ui.test.SemanticsNodeInteraction
import androidx.compose.ui.test.captureToImage
import androidx.compose.ui.test.junit4.ComposeContentTestRule
import androidx.compose.ui.test.onRoot
import java.awt.image.BufferedImage
import java.awt.image.DataBuffer
import java.awt.image.IndexColorModel
import java.io.File
import java.time.Clock
import javax.imageio.IIOImage
import javax.imageio.ImageIO
import javax.imageio.ImageWriteParam
import kotlin.math.abs

/**
 * Compares what is drawn with pictures that are kept in `src/test/pictures`, one for each screen, state and look.
 *
 * `mvn -pl ui -am verify -Dpictures.update` keeps what is drawn now. Where a picture differs, what was drawn is in
 * `target/pictures`. They are small on purpose: a pixel a dp, and few colours.
 */
class Pictures(private val compose: ComposeContentTestRule) {
    private var shown by mutableStateOf<Shown?>(null)
    private var isSet = false

    private class Shown(val look: Look, val clock: Clock, val content: @Composable () -> Unit)

    /** Shows [content] with this look, in place of what was shown before. */
    fun show(look: Look = Look.LIGHT, clock: Clock = TEST_CLOCK, content: @Composable () -> Unit) {
        shown = Shown(look, clock, content)
        if (!isSet) {
            isSet = true
            compose.setContent { shown?.let { key(it) { Looking(it.look, it.clock, it.content) } } }
        }
        compose.waitForIdle()
    }

    /** Shows each state with each look and compares the pictures; says of all that differ. */
    fun assertSame(screen: String, states: Map<String, @Composable () -> Unit>, looks: List<Look> = Look.entries) {
        val wrong = states.flatMap { (state, content) ->
            looks.mapNotNull { look ->
                show(look, content = content)
                differs("$screen-$state-${look.name.lowercase()}", compose.onRoot())
            }
        }
        check(wrong.isEmpty()) { wrong.joinToString("\n") + "\nmeant? then: mvn -pl ui -am verify -Dpictures.update" }
    }

    /** What is wrong with the picture of this name; null: nothing. */
    fun differs(name: String, node: SemanticsNodeInteraction): String? {
        // An older Android draws text its own way.
        if (Build.VERSION.SDK_INT < KEPT_ON) return null
        val now = drawn(node.captureToImage().asAndroidBitmap())
        val kept = File("src/test/pictures/$name.png")
        if (System.getProperty("pictures.update") != null) {
            if (!kept.exists() || difference(ImageIO.read(kept), now) > TOLERANCE) now.write(kept)
            return null
        }
        val difference = if (kept.exists()) difference(ImageIO.read(kept), now) else 1.0
        if (difference <= TOLERANCE) return null
        now.write(File("target/pictures/$name.png"))
        return "$name: ${"%.2f".format(difference * 100)} % of the pixels differ"
    }

    /** How much of [now] is not as it was [kept], once its colours are those that were kept. */
    private fun difference(kept: BufferedImage, now: BufferedImage): Double {
        if (kept.width != now.width || kept.height != now.height) return 1.0
        val (then, drawn) = kept.pixels to now.pixels
        val nearest = nearest(then.distinct(), drawn.distinct())
        val differ = drawn.indices.count { at ->
            val near = nearest.getValue(drawn[at])
            !isAlike(then[at], near, NEAR) || !isAlike(drawn[at], near, LOST)
        }
        return differ.toDouble() / drawn.size
    }

    private fun isAlike(one: Int, other: Int, most: Int) =
        CHANNELS.all { abs((one shr it and 0xFF) - (other shr it and 0xFF)) <= most }

    private companion object {
        /** The Android that the pictures were drawn on. */
        const val KEPT_ON = 34

        /** Of the pixels: a glyph that another machine's rounding moves, but no word. */
        const val TOLERANCE = 0.001

        /** How many colours are kept: all of a theme, and some of the shades between a letter and its ground. */
        const val COLOURS = 16

        /** How far a channel may be off. */
        const val NEAR = 32

        /** What a channel loses at most where so few colours are kept. */
        const val LOST = 96

        val CHANNELS = 0..16 step 8

        fun drawn(bitmap: Bitmap): BufferedImage {
            val image = BufferedImage(bitmap.width, bitmap.height, BufferedImage.TYPE_INT_RGB)
            val pixels = IntArray(bitmap.width * bitmap.height)
            bitmap.getPixels(pixels, 0, bitmap.width, 0, 0, bitmap.width, bitmap.height)
            image.setRGB(0, 0, bitmap.width, bitmap.height, pixels, 0, bitmap.width)
            return image
        }

        val BufferedImage.pixels: IntArray get() = getRGB(0, 0, width, height, null, 0, width)

        /** Writes with a palette of the most frequent colours, which makes the file a third as large. */
        fun BufferedImage.write(file: File) {
            file.parentFile.mkdirs()
            val counts = pixels.asList().groupingBy { it }.eachCount()
            val palette = counts.entries.sortedWith(compareBy({ -it.value }, { it.key })).take(COLOURS).map { it.key }
            val model = IndexColorModel(4, palette.size, palette.toIntArray(), 0, false, -1, DataBuffer.TYPE_BYTE)
            val written = BufferedImage(width, height, BufferedImage.TYPE_BYTE_BINARY, model)
            val nearest = nearest(palette, counts.keys).mapValues { palette.indexOf(it.value) }
            for ((at, pixel) in pixels.withIndex()) {
                written.raster.setSample(at % width, at / width, 0, nearest.getValue(pixel))
            }
            val writer = ImageIO.getImageWritersByFormatName("png").next()
            val smallest = writer.defaultWriteParam.apply {
                compressionMode = ImageWriteParam.MODE_EXPLICIT
                compressionQuality = 0f
            }
            ImageIO.createImageOutputStream(file.apply { delete() }).use {
                writer.output = it
                writer.write(null, IIOImage(written, null, null), smallest)
            }
            writer.dispose()
        }

        /** For each of [colours], that of [palette] which is nearest. */
        private fun nearest(palette: List<Int>, colours: Collection<Int>): Map<Int, Int> =
            colours.associateWith { colour -> palette.minBy { far(it, colour) } }

        private fun far(one: Int, other: Int) = CHANNELS.sumOf { abs((one shr it and 0xFF) - (other shr it and 0xFF)) }
    }
}
