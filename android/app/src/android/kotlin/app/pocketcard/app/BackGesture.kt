package app.pocketcard.app

import android.animation.ValueAnimator
import androidx.activity.BackEventCompat
import androidx.activity.compose.PredictiveBackHandler
import androidx.compose.animation.core.Animatable
import androidx.compose.animation.core.CubicBezierEasing
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableIntStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.rememberCoroutineScope
import androidx.compose.runtime.setValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.graphicsLayer
import androidx.compose.ui.unit.dp
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.launch

/**
 * Goes back by the system's gesture. What has this modifier follows the finger meanwhile, as Material has it: it gets a
 * little smaller, and makes room at the side that the finger came from. It returns where the member thinks better of it,
 * and stays as it is where they want less motion.
 */
@Composable
internal fun followingBack(isEnabled: Boolean, onBack: () -> Unit): Modifier {
    val scope = rememberCoroutineScope()
    val progress = remember { Animatable(0f) }
    var side by remember { mutableIntStateOf(BackEventCompat.EDGE_LEFT) }
    PredictiveBackHandler(isEnabled) { gesture ->
        try {
            gesture.collect { event ->
                side = event.swipeEdge
                if (ValueAnimator.areAnimatorsEnabled()) progress.snapTo(EASING.transform(event.progress))
            }
            onBack()
            progress.snapTo(0f)
        } catch (cancelled: CancellationException) {
            scope.launch { progress.animateTo(0f) }
            throw cancelled
        }
    }
    return Modifier.graphicsLayer {
        val far = progress.value
        scaleX = 1 - SHRINKS * far
        scaleY = scaleX
        // A twentieth of the width, of which a gap is left at the other edge.
        val most = size.width / 20 - GAP.toPx()
        translationX = if (side == BackEventCompat.EDGE_LEFT) most * far else -most * far
    }
}

private val EASING = CubicBezierEasing(0.1f, 0.1f, 0f, 1f)
private const val SHRINKS = 0.1f
private val GAP = 8.dp
