package app.pocketcard.ui

import androidx.compose.animation.core.Animatable
import androidx.compose.animation.core.LinearOutSlowInEasing
import androidx.compose.animation.core.tween
import androidx.compose.foundation.Canvas
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.AlertDialog
import androidx.compose.material3.Icon
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.geometry.Offset
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.dp
import app.pocketcard.Celebration
import kotlin.math.PI
import kotlin.math.cos
import kotlin.math.sin

/** Says what was completed and what it brings, until the member has seen it. */
@Composable
internal fun Celebrations(celebrations: List<Celebration>, rewards: Rewards, onSee: (List<String>) -> Unit) {
    // Gone at once, also where the core takes a moment to hear of it.
    var seen by rememberSaveable { mutableStateOf(emptyList<String>()) }
    val shown = celebrations.filterNot { it.key in seen }
    if (shown.isEmpty()) return
    val onClose = {
        seen = shown.map { it.key }
        onSee(shown.map { it.task })
    }
    AlertDialog(
        onDismissRequest = onClose,
        confirmButton = {
            TextButton(onClose, Modifier.heightIn(min = TARGET)) { Text(text(R.string.celebrate_seen)) }
        },
        icon = { Burst(shown.map { it.key }.toString()) },
        title = { Text(plural(R.plurals.celebrate, shown.size, shown.size), textAlign = TextAlign.Center) },
        text = {
            Column(
                Modifier.fillMaxWidth().verticalScroll(rememberScrollState()),
                Arrangement.spacedBy(STEP * 2),
                Alignment.CenterHorizontally,
            ) {
                for (each in shown) {
                    Column(horizontalAlignment = Alignment.CenterHorizontally) {
                        Text(each.title, style = MaterialTheme.typography.titleMedium, textAlign = TextAlign.Center)
                        reward(each.reward, rewards)?.let { Text(asLine(it), textAlign = TextAlign.Center) }
                    }
                }
            }
        },
    )
}

private val Celebration.key: String get() = "$completions $task"

/** A star from which sparks fly, once for each [what]; where the member wants less motion, the star alone. */
@Composable
private fun Burst(what: String) {
    var isOver by rememberSaveable(what) { mutableStateOf(isMotionReduced()) }
    val flown = remember(what) { Animatable(if (isOver) 1f else 0f) }
    LaunchedEffect(what) {
        flown.animateTo(1f, tween(BURST_MILLIS, easing = LinearOutSlowInEasing))
        isOver = true
    }
    val colours = MaterialTheme.colorScheme.run { listOf(primary, tertiary, secondary) }
    Box(Modifier.size(96.dp), Alignment.Center) {
        Canvas(Modifier.matchParentSize()) {
            val at = flown.value
            if (at >= 1f) return@Canvas
            for (spark in 0 until SPARKS) {
                val angle = 2 * PI * spark / SPARKS
                val far = size.minDimension / 2 * at
                val where = center + Offset((far * cos(angle)).toFloat(), (far * sin(angle)).toFloat())
                drawCircle(colours[spark % colours.size], 6.dp.toPx() * (1 - at * at), where)
            }
        }
        Icon(Icons.points, contentDescription = null, Modifier.size(TARGET), MaterialTheme.colorScheme.primary)
    }
}

private const val BURST_MILLIS = 900
private const val SPARKS = 18
