package app.pocketcard.app

import androidx.annotation.StringRes
import app.pocketcard.Route
import app.pocketcard.ui.Destination
import app.pocketcard.ui.MorePage
import app.pocketcard.ui.R as UiR

/** A screen that the member can be at. */
internal sealed class Place(
    /** What it is saved as: [placeNamed] finds it by that. */
    val name: String,
    /** What is marked in the bar meanwhile. */
    val destination: Destination,
    @get:StringRes val title: Int,
    /** It has a way back; else it is the first of its destination. */
    val isPage: Boolean = true,
) {
    data object Card : Place("card", Destination.CARD, R.string.app_name, isPage = false)

    data object SignIn : Place("sign-in", Destination.CARD, UiR.string.sign_in)

    data object LinkCard : Place("link-card", Destination.CARD, R.string.app_name)

    data object ScanCard : Place("scan-card", Destination.CARD, UiR.string.card_scan)

    data object Offers : Place("offers", Destination.OFFERS, UiR.string.offers, isPage = false)

    data class Offer(val offer: Long) : Place("$OFFER$offer", Destination.OFFERS, R.string.offer)

    data class Coupon(val coupon: Long) : Place("$COUPON$coupon", Destination.OFFERS, R.string.coupon)

    data object Tasks : Place("tasks", Destination.TASKS, UiR.string.tasks, isPage = false)

    /** The tasks, of which the member came for this one. */
    data class Task(val task: String) : Place("$TASK$task", Destination.TASKS, UiR.string.tasks, isPage = false)

    data class Game(val game: String) : Place("$GAME$game", Destination.TASKS, R.string.game)

    data object Stores : Place("stores", Destination.STORES, UiR.string.stores, isPage = false)

    data class Store(val store: Long) : Place("$STORE$store", Destination.STORES, R.string.store)

    data object More : Place("more", Destination.MORE, UiR.string.more, isPage = false)

    data object Balance : Place("balance", Destination.MORE, UiR.string.more_balance)

    data object History : Place("history", Destination.MORE, UiR.string.more_history)

    data object Inbox : Place("inbox", Destination.MORE, UiR.string.more_inbox)

    data class Message(val message: String) : Place("$MESSAGE$message", Destination.MORE, R.string.message)

    data object Settings : Place("settings", Destination.MORE, UiR.string.more_settings)
}

private const val OFFER = "offers/"
private const val COUPON = "coupons/"
private const val TASK = "tasks/"
private const val GAME = "games/"
private const val STORE = "stores/"
private const val MESSAGE = "inbox/"

/** The first of each destination. */
private val firsts = listOf(Place.Card, Place.Offers, Place.Tasks, Place.Stores, Place.More)

/** The pages that there is one of. */
private val singles =
    listOf(Place.SignIn, Place.LinkCard, Place.ScanCard, Place.Balance, Place.History, Place.Inbox, Place.Settings)

/** Where the app opens, and what the way back ends at. */
internal val START: List<Place> = listOf(Place.Card)

/** What this app has a page for: nothing else stands behind More. */
internal val MORE_PAGES: Map<MorePage, Place> = mapOf(
    MorePage.BALANCE to Place.Balance,
    MorePage.HISTORY to Place.History,
    MorePage.INBOX to Place.Inbox,
    MorePage.SETTINGS to Place.Settings,
)

/** The place that is saved by this name; null where this version has none of it. */
internal fun placeNamed(name: String): Place? {
    fun id(of: String) = if (name.startsWith(of)) name.removePrefix(of) else null
    return (firsts + singles).find { it.name == name }
        ?: id(OFFER)?.toLongOrNull()?.let(Place::Offer)
        ?: id(COUPON)?.toLongOrNull()?.let(Place::Coupon)
        ?: id(TASK)?.let(Place::Task)
        ?: id(GAME)?.let(Place::Game)
        ?: id(STORE)?.toLongOrNull()?.let(Place::Store)
        ?: id(MESSAGE)?.let(Place::Message)
}

/** The way to a destination: back leads from each to the card. */
internal val Destination.way: List<Place>
    get() = START + firsts.filter { it.destination == this && it !in START }

/** What a screen there keeps stays, wherever else the member goes. */
internal val Place.isFirst: Boolean get() = this in firsts

/** The way to where a link leads. */
internal val Route.way: List<Place>
    get() =
        when (this) {
            Route.Offers, Route.Coupons -> Destination.OFFERS.way
            is Route.Offer -> Destination.OFFERS.way + Place.Offer(offer)
            is Route.Coupon -> Destination.OFFERS.way + Place.Coupon(coupon)
            Route.Tasks -> Destination.TASKS.way
            is Route.Task -> START + Place.Task(task)
            Route.Stores -> Destination.STORES.way
            is Route.Store -> Destination.STORES.way + Place.Store(store)
            Route.Balance -> Destination.MORE.way + Place.Balance
            Route.History -> Destination.MORE.way + Place.History
            Route.Inbox -> Destination.MORE.way + Place.Inbox
            is Route.Message -> Destination.MORE.way + Place.Inbox + Place.Message(message)
            Route.Settings -> Destination.MORE.way + Place.Settings
            Route.Card -> START
        }
