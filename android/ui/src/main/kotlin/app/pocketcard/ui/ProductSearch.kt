package app.pocketcard.ui

import androidx.compose.foundation.clickable
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.PaddingValues
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.lazy.LazyColumn
import androidx.compose.foundation.lazy.items
import androidx.compose.foundation.text.KeyboardOptions
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.text.input.ImeAction
import app.pocketcard.Freshness
import app.pocketcard.Goods
import app.pocketcard.StaleReason
import app.pocketcard.StockView

/** Which product the member wants to find in stores. */
@Composable
internal fun FindProduct(product: ProductSearch, onType: (String) -> Unit, onChoose: (Goods) -> Unit) {
    val found = product.found
    Column(Modifier.fillMaxSize().padding(horizontal = STEP * 2)) {
        Field(
            product.text,
            onType,
            text(R.string.product_name),
            keyboard = KeyboardOptions(imeAction = ImeAction.Done),
            hint = when {
                product.text.isBlank() -> text(R.string.product_hint)
                found == null -> text(R.string.one_moment)
                found.missed != null -> missed(found.missed)
                found.goods.isEmpty() -> text(R.string.product_none)
                else -> null
            },
        )
        LazyColumn(Modifier.fillMaxSize()) {
            items(found?.goods.orEmpty(), key = { it.id }, contentType = { "goods" }) { goods ->
                Box(
                    Modifier.fillMaxWidth().clickable(role = Role.Button) { onChoose(goods) }.heightIn(min = TARGET),
                    Alignment.CenterStart,
                ) { Text(goods.name) }
            }
        }
    }
}

/** Why these are only the products that were asked about before. */
@Composable
private fun missed(reason: StaleReason?): String =
    text(if (reason == StaleReason.OFFLINE) R.string.product_offline else R.string.product_missed)

/** The stores that have a product, and how many of the others are known not to. */
@Composable
internal fun Stock(goods: Goods, stock: StockView?, onEvent: (StoresEvent) -> Unit) {
    if (stock == null) {
        Placeholders()
        return
    }
    val without = stock.without.toInt()
    val unknown = stock.unknown.toInt()
    LazyColumn(Modifier.fillMaxSize(), contentPadding = PaddingValues(vertical = STEP)) {
        item(key = "goods", contentType = "goods") {
            Column(Modifier.padding(horizontal = STEP * 2), Arrangement.spacedBy(STEP / 2)) {
                PartTitle(
                    if (stock.stores.isEmpty()) {
                        text(R.string.stock_none, goods.name)
                    } else {
                        text(R.string.stock_title, goods.name)
                    },
                )
                if (without > 0) Quiet(plural(R.plurals.stock_without, without, without))
                if (unknown > 0) Quiet(plural(R.plurals.stock_unknown, unknown, unknown))
                if (stock.freshness !is Freshness.Live) Quiet(text(R.string.stock_old))
            }
        }
        items(stock.stores, key = { it.store.id }, contentType = { "store" }) { row ->
            StoreLine(row.store, onEvent) {
                SignedLine(Icons.done, text(R.string.stock_has, words().moment(row.asOf)))
            }
        }
    }
}
