package app.pocketcard.ui

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.FlowRow
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.size
import androidx.compose.material3.Icon
import androidx.compose.material3.IconToggleButton
import androidx.compose.material3.MaterialTheme
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.vector.ImageVector
import androidx.compose.ui.unit.dp
import app.pocketcard.OpenState
import app.pocketcard.StoreAddress
import app.pocketcard.StoreAttribute

// What the list and the page of a store say alike.

/** As `Open until 22:00` or `Closed, opens Monday 08:00`. */
@Composable
internal fun openState(open: OpenState, words: Words): String = when (open) {
    is OpenState.Open -> open.until?.let { text(R.string.store_open_until, words.soon(it)) }
        ?: text(R.string.store_always)

    is OpenState.Closed -> open.opensAt?.let { text(R.string.store_opens, words.soon(it)) }
        ?: text(R.string.store_closed)

    OpenState.Unknown -> text(R.string.store_hours_unknown)
}

/** As `Alexanderplatz 1/2, Berlin`. */
internal fun address(address: StoreAddress): String {
    val house = address.house?.let { house -> " $house" + address.building?.let { "/$it" }.orEmpty() }
    val street = address.street?.let { it + house.orEmpty() }
    return listOfNotNull(street, address.office, address.city, address.description).joinToString(", ")
}

/** As `Coffee shop` or `Parking 20`: the platform has a name and a value, made for programs. */
internal fun words(attribute: StoreAttribute): String = when (val value = attribute.value) {
    "", "true", "True", "yes", "Yes" -> apart(attribute.name)

    else -> when (attribute.name) {
        FORMAT -> apart(value)
        else -> "${apart(attribute.name)} ${value.filter { it !in SIGNS }.replace(",", ", ")}"
    }
}

/** The name of the attribute that says what kind of store it is. */
private const val FORMAT = "CustomTradeFormat"

/** What is nested in a value comes as JSON. */
private const val SIGNS = "[]{}\""

private fun apart(name: String): String = name.replace(Regex("(?<=\\p{Ll})\\p{Lu}")) { " " + it.value.lowercase() }

private fun iconOf(attribute: StoreAttribute): ImageVector {
    val name = attribute.name.lowercase()
    return SIGNS_BY_NAME.firstOrNull { (part) -> part in name }?.second ?: Icons.tag
}

/** What is in the names that programmes give to what is often there. */
private val SIGNS_BY_NAME = listOf(
    "coffee" to Icons.coffee,
    "cafe" to Icons.coffee,
    "parking" to Icons.parking,
    "pharmacy" to Icons.pharmacy,
    "pickup" to Icons.pickup,
    "charging" to Icons.charging,
    "format" to Icons.stores,
)

/** What a store has, each with a sign and its name. */
@Composable
internal fun Attributes(attributes: List<StoreAttribute>, modifier: Modifier = Modifier) {
    if (attributes.isEmpty()) return
    FlowRow(modifier, Arrangement.spacedBy(STEP * 2), Arrangement.spacedBy(STEP / 2)) {
        for (attribute in attributes) {
            Row(
                horizontalArrangement = Arrangement.spacedBy(STEP / 2),
                verticalAlignment = Alignment.CenterVertically,
            ) {
                Icon(
                    iconOf(attribute),
                    contentDescription = null,
                    Modifier.size(16.dp),
                    MaterialTheme.colorScheme.onSurfaceVariant,
                )
                Quiet(words(attribute))
            }
        }
    }
}

/** A star, filled where the store is a favourite. */
@Composable
internal fun FavouriteToggle(
    isFavourite: Boolean,
    onToggle: (Boolean) -> Unit,
    store: String,
    modifier: Modifier = Modifier,
) {
    IconToggleButton(isFavourite, onToggle, modifier.size(TARGET)) {
        Icon(
            if (isFavourite) Icons.favourite else Icons.points,
            text(R.string.store_favourite, store),
            tint = MaterialTheme.colorScheme.primary,
        )
    }
}
