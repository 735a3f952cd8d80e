package app.pocketcard.ui

import androidx.compose.foundation.clickable
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.PaddingValues
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.lazy.LazyColumn
import androidx.compose.foundation.lazy.items
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.style.TextAlign
import app.pocketcard.HistoryEntry
import app.pocketcard.HistoryFilter
import app.pocketcard.HistoryView
import app.pocketcard.HistoryWhat
import app.pocketcard.Money
import app.pocketcard.ReceiptItem

/** What a member does with the history. */
public sealed interface HistoryEvent {
    /** Wants to see a part of it. */
    public data class Filter(val filter: HistoryFilter) : HistoryEvent

    /** Came to the end of what is there: the next page is wanted. */
    public data object More : HistoryEvent

    /** Wants to sign in. */
    public data object SignIn : HistoryEvent

    /** Wants the platform asked anew. */
    public data object Refresh : HistoryEvent
}

/**
 * What happened on the member's accounts, by day, newest first. A tap on a purchase shows what was bought. The next page
 * is asked for when the end comes into sight.
 *
 * @param history what [filter] lets through.
 */
@Composable
public fun HistoryScreen(
    history: HistoryView,
    filter: HistoryFilter,
    isSignedIn: Boolean,
    onEvent: (HistoryEvent) -> Unit,
    modifier: Modifier = Modifier,
) {
    WhatIsKnown(
        history.freshness,
        isSignedIn,
        { onEvent(HistoryEvent.Refresh) },
        { onEvent(HistoryEvent.SignIn) },
        modifier,
    ) {
        Column(Modifier.fillMaxSize()) {
            Chips(HistoryFilter.entries, filter, { it.label }, { onEvent(HistoryEvent.Filter(it)) })
            if (history.entries.isEmpty() && !history.more) {
                Notice(
                    icon = Icons.history,
                    title = text(R.string.history_none),
                    body = text(
                        if (filter ==
                            HistoryFilter.ALL
                        ) {
                            R.string.history_none_all
                        } else {
                            R.string.history_none_filter
                        },
                    ),
                )
            } else {
                Entries(history, onEvent)
            }
        }
    }
}

private val HistoryFilter.label: Int
    get() = when (this) {
        HistoryFilter.ALL -> R.string.history_all
        HistoryFilter.PURCHASES -> R.string.history_purchases
        HistoryFilter.REWARDS -> R.string.history_rewards
        HistoryFilter.WITHDRAWALS -> R.string.history_withdrawals
    }

@Composable
private fun Entries(history: HistoryView, onEvent: (HistoryEvent) -> Unit) {
    val words = words()
    var open by rememberSaveable { mutableStateOf<String?>(null) }
    LazyColumn(
        Modifier.fillMaxSize(),
        contentPadding = PaddingValues(horizontal = STEP * 2, vertical = STEP),
        verticalArrangement = Arrangement.spacedBy(STEP),
    ) {
        for ((day, entries) in history.entries.groupBy { words.dayOf(it.at) }) {
            item(key = day.toString(), contentType = "day") {
                val name = when (day) {
                    words.today() -> text(R.string.today)
                    words.today().minusDays(1) -> text(R.string.yesterday)
                    else -> words.weekday(day)
                }
                Text(
                    name,
                    Modifier.padding(top = STEP).semantics { heading() },
                    color = MaterialTheme.colorScheme.primary,
                    style = MaterialTheme.typography.titleSmall,
                )
            }
            items(entries, key = { it.id }, contentType = { "entry" }) { entry ->
                Entry(entry, entry.id == open) { open = if (entry.id == open) null else entry.id }
            }
        }
        if (history.more) {
            item(key = "more") {
                NextPage(history.entries.size, { onEvent(HistoryEvent.More) })
            }
        }
    }
}

@Composable
private fun Entry(entry: HistoryEntry, isOpen: Boolean, onClick: () -> Unit) {
    val words = words()
    val what = entry.what
    val items = (what as? HistoryWhat.Purchase)?.items.orEmpty()
    val label = text(if (isOpen) R.string.history_close_items else R.string.history_open_items)
    Column(
        Modifier
            .fillMaxWidth()
            .then(if (items.isEmpty()) Modifier else Modifier.clickable(onClickLabel = label, onClick = onClick))
            .heightIn(min = TARGET)
            .semantics(mergeDescendants = true) {},
        Arrangement.Center,
    ) {
        when (what) {
            is HistoryWhat.Purchase -> {
                val title = text(if (what.refund) R.string.history_refund else R.string.history_purchase)
                Line(entry.store ?: entry.description ?: title, words.money(what.amount))
                Detail(
                    listOfNotNull(
                        title.takeIf { entry.store != null || entry.description != null },
                        words.time(entry.at),
                    ),
                )
                Detail(
                    what.earned.map { words.change(it) } +
                        what.spent.map { text(R.string.history_spent, words.money(it)) },
                )
            }

            is HistoryWhat.Reward -> {
                Line(what.offer ?: entry.description ?: text(R.string.history_reward), words.change(what.amount))
                Detail(listOf(text(R.string.history_reward), words.time(entry.at)))
            }

            is HistoryWhat.Withdrawal -> {
                Line(entry.description ?: text(R.string.history_withdrawal), words.change(what.amount))
                Detail(listOf(text(R.string.history_withdrawal), words.time(entry.at)))
            }

            is HistoryWhat.Other -> {
                Line(entry.description ?: what.kind, "")
                Detail(listOf(words.time(entry.at)))
            }
        }
        if (isOpen) Receipt(what as HistoryWhat.Purchase)
    }
}

@Composable
private fun Line(title: String, amount: String) {
    Row(Modifier.fillMaxWidth(), Arrangement.spacedBy(STEP)) {
        Text(title, Modifier.weight(1f), style = MaterialTheme.typography.bodyLarge)
        Text(amount, style = MaterialTheme.typography.bodyLarge, textAlign = TextAlign.End)
    }
}

@Composable
private fun Detail(parts: List<String>) {
    if (parts.isNotEmpty()) Quiet(parts.joinToString(" · "))
}

@Composable
private fun Receipt(purchase: HistoryWhat.Purchase) {
    Part(Modifier.padding(vertical = STEP)) {
        purchase.receipt?.let { Quiet(text(R.string.history_receipt, it)) }
        for (item in purchase.items) Item(item, purchase.amount.currency)
    }
}

@Composable
private fun Item(item: ReceiptItem, currency: String) {
    val words = words()
    val sum = words.money(Money(item.amount, currency))
    Line(item.description, sum)
    Quiet(listOfNotNull(words.amount(item.count), item.unit ?: "×").joinToString(" "))
}
