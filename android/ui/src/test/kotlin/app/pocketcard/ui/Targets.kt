package app.pocketcard.ui

import androidx.compose.ui.semantics.SemanticsProperties
import androidx.compose.ui.semantics.getOrNull
import androidx.compose.ui.test.hasClickAction
import androidx.compose.ui.test.junit4.ComposeContentTestRule
import kotlin.test.assertTrue

/** Fails where something that can be tapped is smaller than 48 dp, or has no name for the screen reader. */
fun ComposeContentTestRule.assertTargetsAreLarge() {
    val nodes = onAllNodes(hasClickAction()).fetchSemanticsNodes()
    assertTrue(nodes.isNotEmpty(), "nothing can be tapped")
    for (node in nodes) {
        val name = (node.config.getOrNull(SemanticsProperties.Text)?.joinToString { it.text }).orEmpty() +
            node.config.getOrNull(SemanticsProperties.ContentDescription)?.joinToString().orEmpty()
        assertTrue(name.isNotBlank() || node.children.isNotEmpty(), "no name: ${node.config}")
        // What is scrolled out of sight has no bounds, but a size.
        val bounds = node.touchBoundsInRoot
        val (width, height) = maxOf(bounds.width, node.size.width.toFloat()) to
            maxOf(bounds.height, node.size.height.toFloat())
        val least = 48 * density.density - 0.5f
        assertTrue(width >= least && height >= least, "$name is small: $width by $height")
    }
}
