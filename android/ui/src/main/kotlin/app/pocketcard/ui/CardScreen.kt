package app.pocketcard.ui

import androidx.compose.foundation.Canvas
import androidx.compose.foundation.clickable
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.BoxWithConstraints
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.ColumnScope
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.layout.sizeIn
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.text.selection.SelectionContainer
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.Icon
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.State
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableLongStateOf
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.geometry.Offset
import androidx.compose.ui.geometry.Size
import androidx.compose.ui.graphics.StrokeCap
import androidx.compose.ui.graphics.drawscope.Stroke
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.clearAndSetSemantics
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.hideFromAccessibility
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.Dp
import androidx.compose.ui.unit.dp
import app.pocketcard.BalanceView
import app.pocketcard.CardCode
import app.pocketcard.CardView
import app.pocketcard.CodeKind
import app.pocketcard.RotatingHindrance
import app.pocketcard.SessionView
import app.pocketcard.Unusable
import kotlinx.coroutines.delay
import java.time.Clock
import java.time.Duration
import java.time.Instant

/** What a member does with the card, and what the screen tells the app of itself. */
public sealed interface CardEvent {
    /**
     * A code came on screen: time to make the window bright, and to note the activity.
     *
     * @param kind where the code comes from.
     */
    public data class CodeShown(val kind: CodeKind) : CardEvent

    /** No code is on screen any more: the window becomes as it was. */
    public data object CodeHidden : CardEvent

    /** Wants to sign in. */
    public data object SignIn : CardEvent

    /** Wants a virtual card. */
    public data object IssueCard : CardEvent

    /** Wants to link a plastic card. */
    public data object LinkCard : CardEvent

    /** Wants to know more about the points. */
    public data object OpenBalance : CardEvent

    /** Wants the platform asked anew. */
    public data object Refresh : CardEvent
}

/**
 * The card to hold under a scanner: tier, symbol, number, how long the code is good, and what can be spent. A tap on the
 * symbol shows nothing but it and the number on white. A card that no till takes says why instead. The card stays also
 * where the member has to sign in again.
 *
 * @param balance for the tier and the spendable points, which are left out where they are not known.
 */
@Composable
public fun CardScreen(
    card: CardView,
    balance: BalanceView,
    session: SessionView,
    onEvent: (CardEvent) -> Unit,
    modifier: Modifier = Modifier,
) {
    when (card) {
        is CardView.Ready -> ReadyCard(card, balance, session, onEvent, modifier)
        is CardView.Unusable -> UnusableCard(card, balance, session, onEvent, modifier)
        is CardView.NoCard -> NoCard(card, session, onEvent, modifier)
    }
}

@Composable
private fun ReadyCard(
    card: CardView.Ready,
    balance: BalanceView,
    session: SessionView,
    onEvent: (CardEvent) -> Unit,
    modifier: Modifier = Modifier,
) {
    CodeIsShown(
        card.code.kind::class,
        { onEvent(CardEvent.CodeShown(card.code.kind)) },
        { onEvent(CardEvent.CodeHidden) },
    )
    var isAlone by rememberSaveable { mutableStateOf(false) }
    val description = text(R.string.card_ready, card.number.toList().joinToString(" "))
    BoxWithConstraints(modifier.fillMaxSize()) {
        val room = maxHeight
        if (maxWidth > maxHeight) {
            // Turned: the symbol takes the whole height.
            Row(Modifier.fillMaxSize(), verticalAlignment = Alignment.CenterVertically) {
                Box(Modifier.weight(1f), contentAlignment = Alignment.Center) {
                    ShownSymbol(card, description, room, { isAlone = true }, Modifier.padding(STEP))
                }
                Column(
                    Modifier.weight(1f).verticalScroll(rememberScrollState()).padding(STEP * 2),
                    Arrangement.spacedBy(STEP),
                    Alignment.CenterHorizontally,
                ) { AboutReadyCard(card, balance, session, onEvent) }
            }
        } else {
            Column(
                Modifier.fillMaxSize().verticalScroll(rememberScrollState()).padding(horizontal = STEP * 2),
                Arrangement.spacedBy(STEP),
                Alignment.CenterHorizontally,
            ) {
                TierLine(card.title, balance)
                ShownSymbol(card, description, room * SYMBOL_SHARE, { isAlone = true })
                AboutReadyCard(card, balance, session, onEvent, hasTierAbove = true)
            }
        }
    }
    if (isAlone) SymbolAlone(card.code.symbol, card.numberGrouped, description) { isAlone = false }
}

@Composable
private fun ColumnScope.AboutReadyCard(
    card: CardView.Ready,
    balance: BalanceView,
    session: SessionView,
    onEvent: (CardEvent) -> Unit,
    hasTierAbove: Boolean = false,
) {
    if (!hasTierAbove) TierLine(card.title, balance)
    CardNumber(card.numberGrouped)
    CodeLine(card.code)
    Hindrance(card.code.whyNotRotating)
    SpendablePoints(balance, onEvent)
    SignInAgainLine(session, onEvent)
}

@Composable
private fun TierLine(title: String, balance: BalanceView) {
    val tier = balance.tiers.firstNotNullOfOrNull { it.current }?.name
    Text(
        listOfNotNull(title, tier).joinToString(" · "),
        color = MaterialTheme.colorScheme.onSurfaceVariant,
        style = MaterialTheme.typography.bodyLarge,
        textAlign = TextAlign.Center,
    )
}

@Composable
private fun ShownSymbol(
    card: CardView.Ready,
    description: String,
    room: Dp,
    onClick: () -> Unit,
    modifier: Modifier = Modifier,
) {
    val symbol = card.code.symbol
    if (symbol == null) {
        Text(
            text(R.string.card_number_only),
            modifier.padding(vertical = STEP * 2),
            style = MaterialTheme.typography.titleLarge,
            textAlign = TextAlign.Center,
        )
    } else {
        LargeSymbol(symbol, description, room, onClick, modifier)
    }
}

@Composable
private fun CardNumber(grouped: String) {
    SelectionContainer {
        // Said with the symbol, digit by digit.
        Text(
            grouped,
            Modifier.semantics { hideFromAccessibility() },
            style = numberStyle(),
            textAlign = TextAlign.Center,
        )
    }
}

/** How long the code is good, as one quiet line. */
@Composable
private fun CodeLine(code: CardCode) {
    val until = code.validUntil
    val kind = code.kind
    when {
        kind is CodeKind.Rotating && until != null -> {
            NextCodeLine(until, kind.period)
        }

        kind is CodeKind.Issued && until != null -> {
            Quiet(text(R.string.card_good_until, words().moment(until)), textAlign = TextAlign.Center)
        }

        kind is CodeKind.Static -> {
            Quiet(text(R.string.card_does_not_change), textAlign = TextAlign.Center)
        }
    }
}

/** A ring that empties until the next code. Not announced: it would never end. */
@Composable
private fun NextCodeLine(until: Instant, period: Duration) {
    val left by secondsUntil(until)
    Row(
        Modifier.clearAndSetSemantics {},
        Arrangement.spacedBy(STEP),
        Alignment.CenterVertically,
    ) {
        val full = MaterialTheme.colorScheme.primary
        val empty = MaterialTheme.colorScheme.surfaceContainerHighest
        Canvas(Modifier.size(20.dp)) {
            val stroke = Stroke(3.dp.toPx(), cap = StrokeCap.Butt)
            val inset = stroke.width / 2
            val at = Offset(inset, inset)
            val within = Size(size.width - stroke.width, size.height - stroke.width)
            val share = (left.toFloat() / period.seconds.coerceAtLeast(1)).coerceIn(0f, 1f)
            drawArc(empty, 0f, FULL_TURN, false, at, within, style = stroke)
            drawArc(full, -QUARTER_TURN, -FULL_TURN * share, false, at, within, style = stroke)
        }
        Quiet(plural(R.plurals.card_new_code_in, left.toInt(), left.toInt()), textAlign = TextAlign.Center)
    }
}

internal const val FULL_TURN = 360f
internal const val QUARTER_TURN = 90f

/** Whole seconds until an instant, at least 0. The ring steps with them, so nothing has to move where that is unwanted. */
@Composable
internal fun secondsUntil(until: Instant, clock: Clock = LocalClock.current): State<Long> {
    val left = remember(until, clock) { mutableLongStateOf(clock.secondsUntil(until)) }
    LaunchedEffect(until, clock) {
        while (left.longValue > 0) {
            val millis = Duration.between(clock.instant(), until).toMillis()
            delay((millis % MILLIS).coerceAtLeast(1))
            left.longValue = clock.secondsUntil(until)
        }
    }
    return left
}

private const val MILLIS = 1000L

private fun Clock.secondsUntil(until: Instant): Long =
    (Duration.between(instant(), until).toMillis() + MILLIS - 1).floorDiv(MILLIS).coerceAtLeast(0)

/** Why the code is not one that changes, where the member can do something about it. */
@Composable
private fun Hindrance(why: RotatingHindrance?) {
    when (why) {
        RotatingHindrance.CLOCK_UNSURE -> Quiet(text(R.string.card_clock_unsure), textAlign = TextAlign.Center)
        RotatingHindrance.KEY_EXPIRED -> Quiet(text(R.string.card_key_expired), textAlign = TextAlign.Center)
        RotatingHindrance.CANNOT_BE_DRAWN, null -> Unit
    }
}

@Composable
private fun SpendablePoints(balance: BalanceView, onEvent: (CardEvent) -> Unit) {
    val account = balance.accounts.firstOrNull() ?: return
    Row(
        Modifier
            .clickable(onClickLabel = text(R.string.card_open_balance), role = Role.Button) {
                onEvent(CardEvent.OpenBalance)
            }.sizeIn(minWidth = TARGET, minHeight = TARGET)
            .padding(horizontal = STEP),
        Arrangement.spacedBy(STEP),
        Alignment.CenterVertically,
    ) {
        Icon(Icons.points, contentDescription = null, tint = MaterialTheme.colorScheme.primary)
        Text(
            words().amount(account.available, account.currency),
            Modifier.weight(1f, fill = false),
            style = MaterialTheme.typography.titleLarge,
        )
        Icon(Icons.forward, contentDescription = null, tint = MaterialTheme.colorScheme.onSurfaceVariant)
    }
}

/** Where the session is over: the card works, the rest waits. Never in place of the card. */
@Composable
private fun SignInAgainLine(session: SessionView, onEvent: (CardEvent) -> Unit) {
    if (session !is SessionView.SignInAgain) return
    Surface(
        Modifier.fillMaxWidth().padding(bottom = STEP),
        shape = MaterialTheme.shapes.medium,
        color = MaterialTheme.colorScheme.secondaryContainer,
    ) {
        Column(Modifier.padding(start = STEP * 2, top = STEP, end = STEP)) {
            Text(text(R.string.card_sign_in_again), style = MaterialTheme.typography.bodySmall)
            TextButton({ onEvent(CardEvent.SignIn) }, Modifier.heightIn(min = TARGET).align(Alignment.End)) {
                Text(text(R.string.sign_in_again), color = MaterialTheme.colorScheme.onSecondaryContainer)
            }
        }
    }
}

@Composable
private fun UnusableCard(
    card: CardView.Unusable,
    balance: BalanceView,
    session: SessionView,
    onEvent: (CardEvent) -> Unit,
    modifier: Modifier = Modifier,
) {
    val (title, body) = when (card.reason) {
        Unusable.BLOCKED -> R.string.card_blocked to R.string.card_blocked_what
        Unusable.REPLACED -> R.string.card_replaced to R.string.card_replaced_what
        Unusable.EXPIRED -> R.string.card_expired to R.string.card_expired_what
        Unusable.NOT_YET_ACTIVE -> R.string.card_not_yet_active to R.string.card_not_yet_active_what
    }
    Column(
        modifier.fillMaxSize().verticalScroll(rememberScrollState()).padding(STEP * 2),
        Arrangement.spacedBy(STEP * 2, Alignment.CenterVertically),
        Alignment.CenterHorizontally,
    ) {
        TierLine(card.title, balance)
        Icon(Icons.problem, contentDescription = null, Modifier.size(TARGET), tint = MaterialTheme.colorScheme.error)
        Text(
            text(title),
            Modifier.semantics { heading() },
            style = MaterialTheme.typography.titleLarge,
            textAlign = TextAlign.Center,
        )
        Text(text(body), style = MaterialTheme.typography.bodyLarge, textAlign = TextAlign.Center)
        SelectionContainer { Text(card.numberGrouped, style = numberStyle()) }
        MainButton(text(R.string.card_check_again), { onEvent(CardEvent.Refresh) })
        SpendablePoints(balance, onEvent)
        SignInAgainLine(session, onEvent)
    }
}

@Composable
private fun NoCard(
    card: CardView.NoCard,
    session: SessionView,
    onEvent: (CardEvent) -> Unit,
    modifier: Modifier = Modifier,
) {
    if (session !is SessionView.SignedIn) return SignedOutNotice({ onEvent(CardEvent.SignIn) }, modifier)
    WhatIsKnown(
        card.freshness,
        isSignedIn = true,
        onRefresh = { onEvent(CardEvent.Refresh) },
        onSignIn = { onEvent(CardEvent.SignIn) },
        modifier,
        placeholder = { CardPlaceholder() },
    ) {
        Notice(
            icon = Icons.card,
            title = text(R.string.card_none),
            body = text(if (card.canIssue) R.string.card_none_issue else R.string.card_none_link),
            action = text(if (card.canIssue) R.string.card_issue else R.string.card_link),
            onAction = { onEvent(if (card.canIssue) CardEvent.IssueCard else CardEvent.LinkCard) },
        ) {
            if (card.canIssue) {
                TextButton({ onEvent(CardEvent.LinkCard) }, Modifier.heightIn(min = TARGET)) {
                    Text(text(R.string.card_link))
                }
            }
        }
    }
}

/** The shapes of a card that is being asked for. */
@Composable
private fun CardPlaceholder() = PlaceholderColumn(alignment = Alignment.CenterHorizontally) {
    PlaceholderShape(Modifier.size(width = 128.dp, height = 24.dp))
    PlaceholderShape(Modifier.size(264.dp))
    PlaceholderShape(Modifier.size(width = 216.dp, height = 32.dp))
    PlaceholderShape(Modifier.size(width = 160.dp, height = 24.dp))
}
