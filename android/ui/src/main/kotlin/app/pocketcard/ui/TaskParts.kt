package app.pocketcard.ui

import androidx.compose.foundation.Canvas
import androidx.compose.foundation.background
import androidx.compose.foundation.border
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.ColumnScope
import androidx.compose.foundation.layout.FlowRow
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.height
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.layout.width
import androidx.compose.foundation.shape.CircleShape
import androidx.compose.material3.Icon
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clip
import androidx.compose.ui.geometry.Offset
import androidx.compose.ui.geometry.Size
import androidx.compose.ui.graphics.StrokeCap
import androidx.compose.ui.graphics.drawscope.Stroke
import androidx.compose.ui.graphics.drawscope.clipRect
import androidx.compose.ui.graphics.drawscope.scale
import androidx.compose.ui.platform.LocalDensity
import androidx.compose.ui.semantics.clearAndSetSemantics
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.font.FontWeight
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.LayoutDirection
import androidx.compose.ui.unit.dp
import androidx.compose.ui.unit.sp
import app.pocketcard.Badge
import app.pocketcard.Currency
import app.pocketcard.Level
import app.pocketcard.Reward
import app.pocketcard.StreakDot
import app.pocketcard.StreakMark
import app.pocketcard.TaskKind
import app.pocketcard.TaskView
import java.time.LocalDate

/** What rewards are told by: they name currencies and badges by what the platform calls them. */
internal class Rewards(val currencies: List<Currency>, val badges: List<Badge>)

/** As `+100 points · an offer · the badge “Early bird”`; null where there is nothing. */
@Composable
internal fun reward(reward: Reward?, rewards: Rewards): String? {
    if (reward == null) return null
    val parts = listOfNotNull(
        reward.points?.let { words().change(it, rewards.currencies) },
        reward.offer?.let { text(R.string.reward_offer) },
        reward.badge?.let { badge(it, rewards.badges) },
    )
    return parts.takeIf { it.isNotEmpty() }?.joinToString(" · ")
}

@Composable
private fun badge(id: String, badges: List<Badge>): String {
    val badge = badges.firstOrNull { it.id == id } ?: return text(R.string.reward_badge)
    return text(R.string.reward_this_badge, badge.title)
}

/** [text] as it begins a line. */
@Composable
internal fun asLine(text: String): String = text.replaceFirstChar { it.titlecase(locale()) }

/** How far a task is: a bar in two parts, and the same in words. What this version cannot count has the words alone. */
@Composable
internal fun TaskProgress(task: TaskView) {
    if (task.target.signum() <= 0) return
    val words = words()
    if (task.kind !is TaskKind.Other) {
        val counted = share(task.confirmed, task.target)
        TwoPartBar(counted, share(task.confirmed + task.waiting, task.target) - counted)
    }
    val waiting = if (task.waiting.signum() > 0) text(R.string.task_waiting, words.amount(task.waiting)) else null
    val progress = text(R.string.task_progress, words.amount(task.confirmed), words.amount(task.target))
    Quiet(listOfNotNull(progress, waiting).joinToString(" · "))
}

/** [counted] is filled, [waiting] is striped; both are shares of the whole. The line below says it. */
@Composable
internal fun TwoPartBar(counted: Float, waiting: Float, modifier: Modifier = Modifier) {
    val full = MaterialTheme.colorScheme.primary
    val empty = MaterialTheme.colorScheme.secondaryContainer
    Canvas(modifier.padding(top = STEP / 2).fillMaxWidth().height(12.dp).clip(CircleShape).clearAndSetSemantics {}) {
        // It fills from where lines of text begin.
        scale(if (layoutDirection == LayoutDirection.Rtl) -1f else 1f, 1f) {
            drawRect(empty)
            val end = size.width * counted
            val soon = size.width * (counted + waiting)
            drawRect(full, size = Size(end, size.height))
            clipRect(end, 0f, soon, size.height) {
                var x = end
                while (x < soon + size.height) {
                    drawLine(full, Offset(x, 0f), Offset(x - size.height, size.height), 3.dp.toPx())
                    x += 7.dp.toPx()
                }
            }
        }
    }
}

/** A ring of [all] arcs: thick where [done], of half that thickness where [waiting], a hairline where there is more to do. */
@Composable
internal fun Ring(all: Int, done: Int, waiting: Int, modifier: Modifier = Modifier) {
    val full = MaterialTheme.colorScheme.primary
    val empty = MaterialTheme.colorScheme.outline
    Box(modifier.size(56.dp), Alignment.Center) {
        Canvas(Modifier.matchParentSize()) {
            val thick = 8.dp.toPx()
            val at = Offset(thick / 2, thick / 2)
            val within = Size(size.width - thick, size.height - thick)
            val turn = if (layoutDirection == LayoutDirection.Rtl) -FULL_TURN else FULL_TURN
            val step = turn / all.coerceAtLeast(1)
            val gap = if (all in 2..MOST_ARCS) turn / GAPS else 0f
            for (arc in 0 until all) {
                val (colour, width) = when {
                    arc < done -> full to thick
                    arc < done + waiting -> full to thick / 2
                    else -> empty to 1.dp.toPx()
                }
                val from = -QUARTER_TURN + step * arc + gap / 2
                drawArc(colour, from, step - gap, false, at, within, style = Stroke(width, cap = StrokeCap.Butt))
            }
        }
        if (all in 1..done) Icon(Icons.done, contentDescription = null, tint = full)
    }
}

/** More arcs than that have no gaps between them, each of which is such a part of the ring. */
private const val MOST_ARCS = 12
private const val GAPS = 30

/** The days or weeks of a streak as dots, each with its first day; for the screen reader in one sentence. */
@Composable
internal fun Streak(dots: List<StreakDot>) {
    val words = words()
    val days = dots.map { it to LocalDate.parse(it.from) }
    val missed = days.filter { (dot, _) -> dot.mark == StreakMark.MISSED }.map { (_, day) -> words.day(day) }
    val now = dots.lastOrNull { it.now }
    val said = listOfNotNull(
        said(R.string.streak_counted, dots.count { it.mark == StreakMark.COUNTED }),
        said(R.string.streak_waiting, dots.count { it.mark == StreakMark.WAITING }),
        if (missed.isEmpty()) null else text(R.string.streak_missed, missed.joinToString(", ")),
        now?.let { text(if (it.mark == StreakMark.OPEN) R.string.streak_now_open else R.string.streak_now_done) },
    ).joinToString(". ")
    FlowRow(
        Modifier.padding(vertical = STEP / 2).clearAndSetSemantics { contentDescription = said },
        Arrangement.spacedBy(STEP / 2),
        Arrangement.spacedBy(STEP / 2),
    ) {
        for ((dot, day) in days) {
            Column(horizontalAlignment = Alignment.CenterHorizontally) {
                StreakMarkSign(dot)
                Text(
                    words.amount(day.dayOfMonth.toBigDecimal()),
                    fontWeight = if (dot.now) FontWeight.Bold else null,
                    style = MaterialTheme.typography.bodySmall,
                )
            }
        }
    }
}

@Composable
private fun said(what: Int, count: Int): String? = if (count > 0) text(what, count) else null

/** Told apart by its shape: filled with a tick, a clock, a cross, nothing; the one that goes on now has a ring around it. */
@Composable
private fun StreakMarkSign(dot: StreakDot) {
    val colours = MaterialTheme.colorScheme
    val around = if (dot.now) Modifier.border(2.dp, colours.onSurface, CircleShape) else Modifier
    Box(around.size(36.dp).padding(STEP / 2), Alignment.Center) {
        when (dot.mark) {
            StreakMark.COUNTED -> {
                Box(Modifier.background(colours.primary, CircleShape).size(28.dp), Alignment.Center) {
                    Icon(Icons.done, contentDescription = null, Modifier.size(16.dp), tint = colours.onPrimary)
                }
            }

            StreakMark.WAITING -> {
                Icon(Icons.waiting, contentDescription = null, Modifier.size(28.dp), tint = colours.primary)
            }

            StreakMark.MISSED -> {
                Icon(Icons.close, contentDescription = null, Modifier.size(20.dp), tint = colours.onSurfaceVariant)
            }

            StreakMark.OPEN -> {
                Box(Modifier.border(2.dp, colours.outline, CircleShape).size(28.dp))
            }
        }
    }
}

/** How far the member has come as a whole. */
@Composable
internal fun ColumnScope.LevelContent(level: Level) {
    val words = words()
    val next = level.next
    val number = level.number.toInt().toBigDecimal()
    PartTitle(text(R.string.level, words.amount(number), level.name))
    if (next == null) {
        Quiet(text(R.string.level_highest))
    } else {
        TwoPartBar(share(level.value, next), 0f)
        Quiet(text(R.string.level_progress, words.amount(level.value), words.amount(next)))
    }
}

/** All badges of the programme: since when the member has each, or that it is still to be won. */
@Composable
internal fun Badges(badges: List<Badge>, image: @Composable (url: String, modifier: Modifier) -> Unit) {
    val words = words()
    // As wide as words need at this size of type.
    val width = with(LocalDensity.current) { 96.sp.toDp() }
    FlowRow(
        Modifier.fillMaxWidth(),
        Arrangement.spacedBy(STEP * 2, Alignment.CenterHorizontally),
        Arrangement.spacedBy(STEP * 2),
    ) {
        for (badge in badges) {
            val awarded = badge.awarded
            Column(
                Modifier.width(width).semantics(mergeDescendants = true) {},
                horizontalAlignment = Alignment.CenterHorizontally,
            ) {
                BadgePicture(badge, image)
                Text(badge.title, style = MaterialTheme.typography.bodyLarge, textAlign = TextAlign.Center)
                val since = if (awarded == null) {
                    text(R.string.badge_not_yet)
                } else {
                    text(R.string.badge_since, words.day(awarded))
                }
                Quiet(since, textAlign = TextAlign.Center)
            }
        }
    }
}

/** What is still to be won has an outline, and no picture yet. */
@Composable
private fun BadgePicture(badge: Badge, image: @Composable (url: String, modifier: Modifier) -> Unit) {
    if (badge.awarded != null) {
        RowPicture(badge.imageUrl, Icons.badge, image)
    } else {
        Box(
            Modifier.size(64.dp).border(1.dp, MaterialTheme.colorScheme.outline, MaterialTheme.shapes.small),
            Alignment.Center,
        ) { Icon(Icons.badge, contentDescription = null, tint = MaterialTheme.colorScheme.outline) }
    }
}
