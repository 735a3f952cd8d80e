package app.pocketcard.ui

import androidx.compose.foundation.clickable
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.ColumnScope
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.lazy.LazyColumn
import androidx.compose.foundation.lazy.items
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.AlertDialog
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.key
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.semantics
import app.pocketcard.CellChange
import app.pocketcard.FavouriteCell
import app.pocketcard.FavouritesPeriod
import app.pocketcard.FavouritesView
import app.pocketcard.Goods

/** The products that the member chose to get more for, and may choose, for each stretch of time. */
@Composable
internal fun Favourites(favourites: FavouritesView?, choosing: Set<Pair<Long, UInt>>, onEvent: (OffersEvent) -> Unit) {
    val periods = favourites?.periods.orEmpty()
    if (periods.isEmpty()) {
        Notice(
            icon = Icons.points,
            title = text(R.string.favourites_none),
            body = text(R.string.favourites_none_body),
            action = text(R.string.offers_show_all),
            onAction = { onEvent(OffersEvent.Filter(OffersFilter.ALL)) },
        )
        return
    }
    Column(
        Modifier.fillMaxSize().verticalScroll(rememberScrollState()).padding(STEP * 2),
        Arrangement.spacedBy(STEP * 2),
    ) {
        Text(text(R.string.favourites_what))
        for (period in periods) key(period.id) { Part { PeriodContent(period, choosing, onEvent) } }
    }
}

@Composable
private fun ColumnScope.PeriodContent(
    period: FavouritesPeriod,
    choosing: Set<Pair<Long, UInt>>,
    onEvent: (OffersEvent) -> Unit,
) {
    val words = words()
    val from = words.day(period.from)
    val until = period.until
    Text(
        if (until == null) {
            text(R.string.offer_from, from)
        } else {
            text(R.string.favourites_period, from, words.day(words.lastDay(until)))
        },
        Modifier.semantics { heading() },
        style = MaterialTheme.typography.titleMedium,
    )
    Quiet(text(R.string.favourites_chosen, period.chosen.toInt(), period.most.toInt()))
    for (cell in period.cells) {
        key(cell.position) {
            CellRow(cell, period.choices, (period.id to cell.position) in choosing) { goods ->
                onEvent(OffersEvent.ChooseFavourite(period.id, cell.position, goods))
            }
        }
    }
}

@Composable
private fun CellRow(cell: FavouriteCell, choices: List<Goods>, isChoosing: Boolean, onChoose: (String?) -> Unit) {
    var isOpen by rememberSaveable { mutableStateOf(false) }
    val goods = cell.goods
    Row(
        Modifier.fillMaxWidth().heightIn(min = TARGET),
        Arrangement.spacedBy(STEP),
        Alignment.CenterVertically,
    ) {
        Column(Modifier.weight(1f)) {
            Text(goods?.name ?: text(R.string.favourites_empty))
            when (val change = cell.change) {
                CellChange.Allowed -> Unit
                is CellChange.NotYet -> Quiet(text(R.string.offer_from, words().begin(change.from)))
                CellChange.Fixed -> Quiet(text(R.string.favourites_fixed))
                CellChange.Full -> Quiet(text(R.string.favourites_full))
            }
        }
        if (cell.change is CellChange.Allowed) {
            TextButton(
                { isOpen = true },
                Modifier.heightIn(min = TARGET),
                enabled = !isChoosing && (goods != null || choices.isNotEmpty()),
            ) {
                Text(
                    when {
                        isChoosing -> text(R.string.one_moment)
                        goods == null -> text(R.string.favourites_choose)
                        else -> text(R.string.favourites_change)
                    },
                )
            }
        }
    }
    // What changed meanwhile may have closed the cell.
    if (isOpen && cell.change is CellChange.Allowed) {
        Choices(choices, canEmpty = goods != null, { isOpen = false }) { chosen ->
            isOpen = false
            onChoose(chosen)
        }
    }
}

/** What can be put into a cell; null: nothing. */
@Composable
private fun Choices(choices: List<Goods>, canEmpty: Boolean, onClose: () -> Unit, onChoose: (String?) -> Unit) {
    AlertDialog(
        onDismissRequest = onClose,
        confirmButton = { TextButton(onClose, Modifier.heightIn(min = TARGET)) { Text(text(R.string.cancel)) } },
        dismissButton = if (canEmpty) {
            {
                TextButton({ onChoose(null) }, Modifier.heightIn(min = TARGET)) {
                    Text(text(R.string.favourites_remove))
                }
            }
        } else {
            null
        },
        title = { Text(text(R.string.favourites_choose_title)) },
        text = {
            LazyColumn {
                items(choices, key = { it.id }) { goods ->
                    Box(
                        Modifier
                            .fillMaxWidth()
                            .clickable(role = Role.Button) { onChoose(goods.id) }
                            .heightIn(min = TARGET),
                        Alignment.CenterStart,
                    ) { Text(goods.name) }
                }
            }
        },
    )
}
