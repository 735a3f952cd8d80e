package app.pocketcard.desk

import androidx.compose.ui.geometry.Size
import androidx.compose.ui.graphics.toPixelMap
import androidx.compose.ui.test.ComposeTimeoutException
import androidx.compose.ui.test.ExperimentalTestApi
import androidx.compose.ui.test.SemanticsMatcher
import androidx.compose.ui.test.SkikoComposeUiTest
import androidx.compose.ui.test.captureToImage
import androidx.compose.ui.test.hasAnyAncestor
import androidx.compose.ui.test.hasClickAction
import androidx.compose.ui.test.hasContentDescription
import androidx.compose.ui.test.hasScrollAction
import androidx.compose.ui.test.hasSetTextAction
import androidx.compose.ui.test.hasText
import androidx.compose.ui.test.isEnabled
import androidx.compose.ui.test.isRoot
import androidx.compose.ui.test.onNodeWithTag
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performScrollTo
import androidx.compose.ui.test.performTextReplacement
import androidx.compose.ui.test.printToString
import androidx.compose.ui.test.v2.runSkikoComposeUiTest
import app.pocketcard.CardView
import app.pocketcard.CodeKind
import app.pocketcard.testing.scanned
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.fail

/** The whole desk without a display: the real screens, the real core, and a sandbox of its own. */
@OptIn(ExperimentalTestApi::class)
class DeskTest {
    @Test
    fun `who signs in has a card that a scanner reads, also without a signal, and in German`() = onDesk { desk ->
        tap("Scan and buy for 10")
        waitFor("The scanner sees no code.")
        signIn(desk)
        assertEquals("mirrored", assertFailsWith<IllegalStateException> { scanned(screen().mirrored(), WIDTH) }.message)
        tap("Scan and buy for 10")
        waitFor("Sold for 10")
        waitFor("You have")

        tap("Signal")
        waitFor("No connection")
        scanned(screen(), WIDTH)

        tap("Deutsch")
        waitFor("Keine Verbindung")
        waitFor(hasContentDescription("bereit zum Scannen", substring = true))
        scanned(screen(), WIDTH)
    }

    @Test
    fun `the till takes the code after a day, and of a phone that the member set to a wrong time`() = onDesk { desk ->
        signIn(desk)
        val before = scanned(screen(), WIDTH)
        tap("A day passes")
        waitUntil("there is a code of that day", TIMEOUT) {
            runCatching { scanned(screen(), WIDTH) }.getOrDefault(before) != before
        }
        tap("Set an hour back by the member")
        tap("Scan and buy for 10")
        waitFor("Sold for 10")
    }

    private fun onDesk(test: SkikoComposeUiTest.(Desk) -> Unit) =
        runSkikoComposeUiTest(size = Size(DESK_WIDTH.value, DESK_HEIGHT.value)) {
            Desk(stores = 3).use { desk ->
                setContent { DeskScreen(desk) }
                test(desk)
            }
        }

    /** As a member does who reads the code beside the phone. */
    private fun SkikoComposeUiTest.signIn(desk: Desk) {
        tap("Sign in")
        type("Phone number", "+491713920001")
        tap("Sign in")
        waitFor("Enter your code")
        waitFor("SMS to")
        type("Code", Regex("[0-9]{6}").find(checkNotNull(desk.sms).text)!!.value)
        waitUntil("there is a code that changes", TIMEOUT) {
            (desk.phone.core?.card?.value as? CardView.Ready)?.code?.kind is CodeKind.Rotating
        }
        waitFor(hasContentDescription("ready to scan", substring = true))
    }

    private fun SkikoComposeUiTest.tap(text: String) {
        val button = hasText(text) and hasClickAction() and isEnabled()
        waitFor(button)
        val node = onNode(button)
        if (isThere(button and hasAnyAncestor(hasScrollAction()))) node.performScrollTo()
        node.performClick()
    }

    private fun SkikoComposeUiTest.type(label: String, text: String) {
        val field = hasText(label) and hasSetTextAction()
        waitFor(field)
        onNode(field).performTextReplacement(text)
    }

    private fun SkikoComposeUiTest.waitFor(text: String) = waitFor(hasText(text, substring = true))

    private fun SkikoComposeUiTest.waitFor(what: SemanticsMatcher) = try {
        waitUntil(timeoutMillis = TIMEOUT) { isThere(what) }
    } catch (_: ComposeTimeoutException) {
        fail("nothing with ${what.description} in\n${onAllNodes(isRoot()).printToString(Int.MAX_VALUE)}")
    }

    private fun SkikoComposeUiTest.isThere(what: SemanticsMatcher) = onAllNodes(what).fetchSemanticsNodes().isNotEmpty()

    /** What the phone shows, [WIDTH] pixels a row. */
    private fun SkikoComposeUiTest.screen(): IntArray {
        val pixels = onNodeWithTag(PHONE).captureToImage().toPixelMap()
        assertEquals(WIDTH, pixels.width)
        return pixels.buffer
    }

    private fun IntArray.mirrored() = IntArray(size) { this[it - it % WIDTH + (WIDTH - 1 - it % WIDTH)] }

    private companion object {
        const val WIDTH = 360
        const val TIMEOUT = 30_000L
    }
}
