package app.pocketcard.app

import android.animation.ValueAnimator
import androidx.activity.BackEventCompat
import androidx.activity.OnBackPressedDispatcher
import androidx.compose.ui.geometry.Rect
import androidx.compose.ui.test.hasText
import androidx.compose.ui.test.isSelected
import org.junit.After
import org.junit.Test
import org.robolectric.util.ReflectionHelpers
import org.robolectric.util.ReflectionHelpers.ClassParameter
import kotlin.test.assertEquals
import kotlin.test.assertTrue

/** The system's back gesture, on its way. */
class BackJourneyTest : Journey() {
    private val dispatcher get() = checkNotNull(window).get().onBackPressedDispatcher

    private fun back(side: Int = BackEventCompat.EDGE_LEFT, what: OnBackPressedDispatcher.(BackEventCompat) -> Unit) {
        compose.runOnUiThread { dispatcher.what(BackEventCompat(0f, 0f, 0.5f, side)) }
        compose.waitForIdle()
    }

    /** Where the page has its line. */
    private fun line(): Rect = compose.onNode(hasText(LINE)).fetchSemanticsNode().boundsInRoot

    private fun opensSettings(): Rect {
        open("pocketcard://settings")
        waitFor(LINE)
        compose.waitForIdle()
        return line()
    }

    private fun moves(by: Float) {
        ReflectionHelpers.callStaticMethod<Any?>(
            ValueAnimator::class.java,
            "setDurationScale",
            ClassParameter.from(Float::class.javaPrimitiveType, by),
        )
    }

    @After
    fun movesAgain() = moves(1f)

    @Test
    fun `the page follows the finger, returns with it, and is left at the end`() {
        val before = opensSettings()
        for ((side, towards) in mapOf(BackEventCompat.EDGE_LEFT to 1, BackEventCompat.EDGE_RIGHT to -1)) {
            back(side) { dispatchOnBackStarted(it) }
            back(side) { dispatchOnBackProgressed(it) }
            val during = line()
            assertTrue(during.width < before.width && during.height < before.height, "$during is smaller than $before")
            val middle = checkNotNull(window).get().window.decorView.width / 2f
            val shrunk = middle + (before.left - middle) * (during.width / before.width)
            assertTrue((during.left - shrunk) * towards > 1, "$during is aside of $shrunk")
            back { dispatchOnBackCancelled() }
            assertEquals(before, line())
        }
        back { dispatchOnBackStarted(it) }
        back { dispatchOnBackProgressed(it) }
        back { onBackPressed() }
        waitFor(hasText("More") and isSelected())
        compose.onNode(hasText(LINE)).assertDoesNotExist()
    }

    @Test
    fun `nothing moves for who wants less motion`() {
        val before = opensSettings()
        moves(0f)
        back { dispatchOnBackStarted(it) }
        back { dispatchOnBackProgressed(it) }
        assertEquals(before, line())
        back { onBackPressed() }
        waitFor(hasText("More") and isSelected())
    }

    private companion object {
        const val LINE = "Your account"
    }
}
