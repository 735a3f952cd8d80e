package app.pocketcard.ui

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.ColumnScope
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.height
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.LinearProgressIndicator
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.clearAndSetSemantics
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import app.pocketcard.Account
import app.pocketcard.BalanceView
import app.pocketcard.ExpectedPoints
import app.pocketcard.Freshness
import app.pocketcard.Period
import app.pocketcard.PeriodAmount
import app.pocketcard.TierLadder
import java.math.BigDecimal

/** What a member does on the balance screen. */
public sealed interface BalanceEvent {
    /** Wants to see what happened. */
    public data object OpenHistory : BalanceEvent

    /** Wants to sign in. */
    public data object SignIn : BalanceEvent

    /** Wants the platform asked anew. */
    public data object Refresh : BalanceEvent
}

/**
 * What can be spent, what will be and what lapses, the tier with the way to the next, and the other accounts. What tasks
 * will bring stands apart and is never added in.
 */
@Composable
public fun BalanceScreen(
    balance: BalanceView,
    isSignedIn: Boolean,
    onEvent: (BalanceEvent) -> Unit,
    modifier: Modifier = Modifier,
) {
    WhatIsKnown(
        balance.freshness,
        isSignedIn,
        { onEvent(BalanceEvent.Refresh) },
        { onEvent(BalanceEvent.SignIn) },
        modifier,
        { Placeholders(heights = listOf(152.dp, 104.dp, 88.dp)) },
    ) {
        Column(
            Modifier.fillMaxSize().verticalScroll(rememberScrollState()).padding(STEP * 2),
            Arrangement.spacedBy(STEP * 2),
        ) {
            val main = balance.accounts.firstOrNull()
            if (main == null) {
                Text(text(R.string.balance_none), style = MaterialTheme.typography.bodyLarge)
            } else {
                Part { AccountContent(main, isMain = true) }
            }
            if (balance.expected.isNotEmpty()) Part { ExpectedContent(balance.expected, balance.accounts) }
            for (ladder in balance.tiers) Part { TierContent(ladder) }
            if (balance.tiers.isEmpty()) UnknownTier(balance.tiersFreshness)
            for (account in balance.accounts.drop(1)) Part { AccountContent(account, isMain = false) }
            MainButton(text(R.string.balance_history), { onEvent(BalanceEvent.OpenHistory) }, Modifier.fillMaxWidth())
        }
    }
}

@Composable
private fun ColumnScope.AccountContent(account: Account, isMain: Boolean) {
    val words = words()
    Text(
        words.amount(account.available, account.currency),
        Modifier.semantics { heading() },
        style = if (isMain) MaterialTheme.typography.titleLarge else MaterialTheme.typography.titleMedium,
    )
    if (isMain) Quiet(text(R.string.balance_spendable))
    if (account.blocked) {
        Text(text(R.string.balance_blocked), color = MaterialTheme.colorScheme.error)
    }
    for (dated in account.activations) {
        Text(text(R.string.balance_activates, words.change(dated.amount), words.day(dated.at)))
    }
    for (later in account.later) Later(later)
    for (dated in account.expirations) {
        Text(text(R.string.balance_expires, words.amount(dated.amount), words.day(dated.at)))
    }
    val undated = account.pending - account.activations.sumOf { it.amount } - account.later.sumOf { it.activates }
    if (undated.signum() > 0) Text(text(R.string.balance_pending, words.change(undated)))
}

/** What lies further ahead than there are dates for. */
@Composable
private fun ColumnScope.Later(later: PeriodAmount) {
    val words = words()
    val period = when (val period = later.period) {
        Period.WeekToMonth -> text(R.string.period_month)
        Period.MonthToYear -> text(R.string.period_year)
        Period.BeyondYear -> text(R.string.period_beyond)
        is Period.Other -> period.name
    }
    if (later.activates.signum() > 0) {
        Text(text(R.string.balance_activates_within, words.change(later.activates), period))
    }
    if (later.expires.signum() > 0) {
        Text(text(R.string.balance_expires_within, words.amount(later.expires), period))
    }
}

@Composable
private fun ColumnScope.ExpectedContent(expected: List<ExpectedPoints>, accounts: List<Account>) {
    val words = words()
    Text(
        text(R.string.balance_expected),
        Modifier.semantics { heading() },
        style = MaterialTheme.typography.titleMedium,
    )
    for (each in expected) {
        Text(words.change(each, accounts.map { it.currency }))
    }
    Quiet(text(R.string.balance_expected_why))
}

@Composable
private fun ColumnScope.TierContent(ladder: TierLadder) {
    val words = words()
    val next = ladder.nextAt?.let { at -> ladder.tiers.firstOrNull { it.threshold.compareTo(at) == 0 } }
    val goal = ladder.nextAt
    Text(
        ladder.current?.name ?: text(R.string.tier_none),
        Modifier.semantics { heading() },
        style = MaterialTheme.typography.titleMedium,
    )
    ladder.current?.description?.let { Text(it) }
    if (goal != null) {
        LinearProgressIndicator(
            { share(ladder.value, goal) },
            Modifier.fillMaxWidth().height(STEP).clearAndSetSemantics {},
            drawStopIndicator = {},
        )
        Text(text(R.string.tier_progress, words.amount(ladder.value), words.amount(goal), next?.name.orEmpty()))
        next?.description?.let { Quiet(text(R.string.tier_brings, next.name, it)) }
    }
}

/** How much of [goal] is there, from 0 to 1. */
internal fun share(value: BigDecimal, goal: BigDecimal): Float =
    if (goal.signum() <= 0) 1f else (value.toFloat() / goal.toFloat()).coerceIn(0f, 1f)

@Composable
private fun UnknownTier(freshness: Freshness) {
    if (freshness is Freshness.Unknown) Quiet(text(R.string.tier_unknown))
}
