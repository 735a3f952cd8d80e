package app.pocketcard.ui

import androidx.compose.animation.core.Animatable
import androidx.compose.animation.core.FastOutSlowInEasing
import androidx.compose.animation.core.tween
import androidx.compose.foundation.Canvas
import androidx.compose.foundation.gestures.detectDragGestures
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.ColumnScope
import androidx.compose.foundation.layout.aspectRatio
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.widthIn
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateListOf
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.rememberUpdatedState
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.geometry.CornerRadius
import androidx.compose.ui.geometry.Offset
import androidx.compose.ui.geometry.Size
import androidx.compose.ui.graphics.BlendMode
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.CompositingStrategy
import androidx.compose.ui.graphics.Path
import androidx.compose.ui.graphics.StrokeCap
import androidx.compose.ui.graphics.drawscope.DrawScope
import androidx.compose.ui.graphics.drawscope.Stroke
import androidx.compose.ui.graphics.drawscope.rotate
import androidx.compose.ui.graphics.graphicsLayer
import androidx.compose.ui.input.pointer.pointerInput
import androidx.compose.ui.platform.LocalDensity
import androidx.compose.ui.semantics.LiveRegionMode
import androidx.compose.ui.semantics.clearAndSetSemantics
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.hideFromAccessibility
import androidx.compose.ui.semantics.liveRegion
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.TextLayoutResult
import androidx.compose.ui.text.TextMeasurer
import androidx.compose.ui.text.TextStyle
import androidx.compose.ui.text.drawText
import androidx.compose.ui.text.rememberTextMeasurer
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.text.style.TextOverflow
import androidx.compose.ui.unit.Constraints
import androidx.compose.ui.unit.Density
import androidx.compose.ui.unit.dp
import app.pocketcard.Badge
import app.pocketcard.Currency
import app.pocketcard.Freshness
import app.pocketcard.Game
import app.pocketcard.GameKind
import app.pocketcard.GameOutcome
import kotlin.math.min

/** What a member does with a game. */
public sealed interface GameEvent {
    /** Plays: the platform draws. */
    public data class Play(val game: String) : GameEvent

    /** Has seen what the play came to. */
    public data object Seen : GameEvent

    /** Wants to see all tasks and games: this one is gone. */
    public data object OpenTasks : GameEvent

    /** Wants to sign in. */
    public data object SignIn : GameEvent

    /** Wants the platform asked anew. */
    public data object Refresh : GameEvent
}

/**
 * A game: a wheel to spin, a card to scratch, or a button. The platform draws; what it drew is shown at the end of the
 * wheel's turn or below the scratched cover, the same when its answer was lost and the member plays again.
 *
 * @param game null where there is no such game any more.
 * @param freshness of the tasks, for a game that this phone does not know yet.
 * @param isPlaying the platform is just drawing.
 * @param outcome what it drew, until [GameEvent.Seen].
 * @param currencies of the member's accounts, for the names of points.
 * @param badges of the programme, for the names of those that can be won.
 */
@Composable
public fun GameScreen(
    game: Game?,
    freshness: Freshness,
    isSignedIn: Boolean,
    onEvent: (GameEvent) -> Unit,
    modifier: Modifier = Modifier,
    isPlaying: Boolean = false,
    outcome: GameOutcome? = null,
    currencies: List<Currency> = emptyList(),
    badges: List<Badge> = emptyList(),
) {
    // With its last play a game may be gone: the result stands all the same, on the wheel that was turned.
    var last by remember { mutableStateOf(game) }
    if (game != null) last = game
    val rewards = remember(currencies, badges) { Rewards(currencies, badges) }
    if (game != null || outcome != null) {
        KnownGame(game ?: last, rewards, isPlaying, outcome, onEvent, modifier)
        return
    }
    WhatIsKnown(
        freshness,
        isSignedIn,
        { onEvent(GameEvent.Refresh) },
        { onEvent(GameEvent.SignIn) },
        modifier,
        { Placeholders(heights = listOf(88.dp, 264.dp)) },
    ) {
        Notice(
            icon = Icons.game,
            title = text(R.string.game_gone),
            body = text(R.string.game_gone_body),
            action = text(R.string.game_show_tasks),
            onAction = { onEvent(GameEvent.OpenTasks) },
        )
    }
}

@Composable
private fun KnownGame(
    game: Game?,
    rewards: Rewards,
    isPlaying: Boolean,
    outcome: GameOutcome?,
    onEvent: (GameEvent) -> Unit,
    modifier: Modifier = Modifier,
) {
    // Of this play: another one begins covered, or turns anew.
    var isOpen by rememberSaveable(outcome != null) { mutableStateOf(false) }
    Column(
        modifier.fillMaxSize().verticalScroll(rememberScrollState()).padding(STEP * 2),
        Arrangement.spacedBy(STEP * 2),
        Alignment.CenterHorizontally,
    ) {
        if (game != null) {
            Text(
                game.title,
                Modifier.semantics { heading() },
                style = MaterialTheme.typography.titleLarge,
                textAlign = TextAlign.Center,
            )
        }
        val kind = game?.kind
        val sector = outcome?.sector?.toInt()?.takeIf { it in game?.sectors.orEmpty().indices }
        val isCovered: Boolean
        if (kind is GameKind.Wheel && game.sectors.isNotEmpty()) {
            Wheel(game.sectors, sector, isOpen) { isOpen = true }
            isCovered = sector != null && !isOpen
        } else if (kind is GameKind.Scratch && outcome != null) {
            if (!isOpen) Scratch(outcome.outcome) { isOpen = true }
            isCovered = !isOpen
        } else {
            isCovered = false
        }
        if (outcome == null) {
            Start(game, isPlaying, onEvent)
        } else if (!isCovered) {
            Result(outcome, rewards, onEvent)
        } else if (kind is GameKind.Scratch) {
            // Also for who cannot scratch.
            TextButton({ isOpen = true }, Modifier.heightIn(min = TARGET)) { Text(text(R.string.game_uncover)) }
        }
        if (kind is GameKind.Wheel && outcome == null) OnTheWheel(game.sectors)
    }
}

@Composable
private fun ColumnScope.Start(game: Game?, isPlaying: Boolean, onEvent: (GameEvent) -> Unit) {
    if (game == null) return
    Quiet(asLine(playsLeft(game, words())), textAlign = TextAlign.Center)
    val label = when (game.kind) {
        GameKind.Wheel -> R.string.game_spin
        GameKind.Scratch -> R.string.game_scratch
        is GameKind.Other -> R.string.game_play
    }
    BusyButton(text(label), isPlaying, game.playsLeft > 0u) { onEvent(GameEvent.Play(game.id)) }
}

@Composable
private fun ColumnScope.Result(outcome: GameOutcome, rewards: Rewards, onEvent: (GameEvent) -> Unit) {
    Column(
        Modifier.semantics(mergeDescendants = true) { liveRegion = LiveRegionMode.Polite },
        horizontalAlignment = Alignment.CenterHorizontally,
    ) {
        Text(outcome.outcome, style = MaterialTheme.typography.titleLarge, textAlign = TextAlign.Center)
        reward(outcome.reward, rewards)?.let {
            Text(
                asLine(it),
                color = MaterialTheme.colorScheme.primary,
                style = MaterialTheme.typography.titleMedium,
                textAlign = TextAlign.Center,
            )
        }
    }
    MainButton(text(R.string.understood), { onEvent(GameEvent.Seen) }, Modifier.fillMaxWidth())
}

/** What the sectors say, where they are too narrow for it, and for the screen reader. */
@Composable
private fun OnTheWheel(sectors: List<String>) {
    Part {
        PartTitle(text(R.string.game_on_wheel))
        for (sector in sectors.distinct()) Text(sector)
    }
}

/** Turns until [sector] is at its top, once; where the member wants less motion, it is there at once. */
@Composable
private fun Wheel(sectors: List<String>, sector: Int?, isThere: Boolean, onThere: () -> Unit) {
    val step = FULL_TURN / sectors.size
    val goal = if (sector == null) 0f else -step * (sector + HALF)
    val turned = remember { Animatable(if (isThere) goal else 0f) }
    val tell by rememberUpdatedState(onThere)
    LaunchedEffect(sector) {
        if (sector == null || isThere) {
            turned.snapTo(goal)
        } else {
            if (isMotionReduced()) {
                turned.snapTo(goal)
            } else {
                turned.snapTo(0f)
                turned.animateTo(goal + FULL_TURN * TURNS, tween(TURN_MILLIS, easing = FastOutSlowInEasing))
            }
            tell()
        }
    }
    val colours = MaterialTheme.colorScheme
    val grounds = listOf(colours.primaryContainer, colours.secondaryContainer, colours.tertiaryContainer)
    val inks = listOf(colours.onPrimaryContainer, colours.onSecondaryContainer, colours.onTertiaryContainer)
    val style = MaterialTheme.typography.bodySmall
    val measurer = rememberTextMeasurer()
    // On the wheel there is no room to grow; the same words are below it.
    val density = LocalDensity.current.run { Density(density, fontScale.coerceAtMost(1f)) }
    Canvas(
        Modifier.widthIn(max = 320.dp).fillMaxWidth().aspectRatio(1f).clearAndSetSemantics {},
    ) {
        val radius = min(size.width, size.height) / 2 - POINTER.toPx()
        rotate(turned.value) {
            for ((at, name) in sectors.withIndex()) {
                val colour = sectorColour(at, sectors.size)
                drawSector(at * step - QUARTER_TURN, step, radius, grounds[colour], colours.outline)
                val label = label(measurer, name, style.copy(color = inks[colour]), density, (radius * LABEL).toInt())
                rotate(at * step + step / 2 - QUARTER_TURN) {
                    drawText(label, topLeft = center + Offset(radius * LABEL_FROM, -label.size.height / 2f))
                }
            }
        }
        drawPointer(radius, colours.primary)
    }
}

/** Three colours in turn; the last sector has none that its neighbours have. */
private fun sectorColour(at: Int, all: Int): Int {
    val isLast = at > 0 && at == all - 1
    val colour = at % COLOURS
    return if (isLast && colour == 0) 1 else colour
}

private fun label(
    measurer: TextMeasurer,
    name: String,
    style: TextStyle,
    density: Density,
    width: Int,
): TextLayoutResult = measurer.measure(
    name,
    style,
    overflow = TextOverflow.Ellipsis,
    maxLines = 1,
    constraints = Constraints(maxWidth = width.coerceAtLeast(1)),
    density = density,
)

private fun DrawScope.drawSector(from: Float, sweep: Float, radius: Float, ground: Color, edge: Color) {
    val at = center - Offset(radius, radius)
    val square = Size(radius * 2, radius * 2)
    drawArc(ground, from, sweep, true, at, square)
    drawArc(edge, from, sweep, true, at, square, style = Stroke(1.dp.toPx()))
}

/** Points at the top of the wheel from outside. */
private fun DrawScope.drawPointer(radius: Float, colour: Color) {
    val tip = center - Offset(0f, radius - POINTER.toPx() / 2)
    val path = Path()
    path.moveTo(tip.x, tip.y)
    path.lineTo(tip.x - POINTER.toPx() / 2, tip.y - POINTER.toPx())
    path.lineTo(tip.x + POINTER.toPx() / 2, tip.y - POINTER.toPx())
    path.close()
    drawPath(path, colour)
}

private val POINTER = 24.dp
private const val HALF = 0.5f
private const val TURNS = 4
private const val TURN_MILLIS = 3000
private const val COLOURS = 3

/** Of the radius: where a sector's words begin, and how far they go. */
private const val LABEL_FROM = 0.25f
private const val LABEL = 0.7f

/** What was drawn, below a cover that a finger takes off; done when enough of it is off. */
@Composable
private fun Scratch(outcome: String, onDone: () -> Unit) {
    val strokes = remember { mutableStateListOf<Pair<Offset, Offset>>() }
    val tell by rememberUpdatedState(onDone)
    val colours = MaterialTheme.colorScheme
    val hint = text(R.string.game_covered)
    Box(Modifier.widthIn(max = 320.dp).fillMaxWidth().heightIn(min = 160.dp), Alignment.Center) {
        Surface(
            Modifier.matchParentSize(),
            shape = MaterialTheme.shapes.medium,
            color = colours.surfaceContainerHighest,
        ) {}
        Text(
            outcome,
            // Said when it is off.
            Modifier.padding(STEP * 3).semantics { hideFromAccessibility() },
            style = MaterialTheme.typography.titleLarge,
            textAlign = TextAlign.Center,
        )
        Canvas(
            Modifier
                .matchParentSize()
                .clearAndSetSemantics {}
                .graphicsLayer { compositingStrategy = CompositingStrategy.Offscreen }
                .pointerInput(Unit) {
                    var scratched = 0f
                    detectDragGestures { change, by ->
                        change.consume()
                        strokes += change.previousPosition to change.position
                        scratched += by.getDistance()
                        if (scratched > size.width * ENOUGH) tell()
                    }
                },
        ) {
            drawRoundRect(colours.secondary, cornerRadius = CornerRadius(STEP.toPx() * 3 / 2))
            for ((from, to) in strokes) {
                drawLine(Color.Transparent, from, to, 40.dp.toPx(), StrokeCap.Round, blendMode = BlendMode.Clear)
            }
        }
        if (strokes.isEmpty()) Text(hint, Modifier.padding(STEP * 3), color = colours.onSecondary)
    }
}

/** So many widths of the card are scratched before the rest comes off by itself. */
private const val ENOUGH = 2.5f
