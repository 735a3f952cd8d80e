package app.pocketcard.app

import androidx.annotation.StringRes
import app.pocketcard.Route
import app.pocketcard.ui.Destination
import app.pocketcard.ui.MorePage
import app.pocketcard.ui.R as UiR

/** A screen that the member can be at. */
internal enum class Place(
    /** What is marked in the bar meanwhile. */
    val destination: Destination,
    @get:StringRes val title: Int,
    /** It has a way back; else it is the first of its destination. */
    val isPage: Boolean = true,
) {
    CARD(Destination.CARD, R.string.app_name, isPage = false),
    SIGN_IN(Destination.CARD, UiR.string.sign_in),
    LINK_CARD(Destination.CARD, R.string.app_name),
    MORE(Destination.MORE, UiR.string.more, isPage = false),
    BALANCE(Destination.MORE, UiR.string.more_balance),
    HISTORY(Destination.MORE, UiR.string.more_history),
    SETTINGS(Destination.MORE, UiR.string.more_settings),
    ;

    internal companion object {
        /** Where the app opens, and what the way back ends at. */
        val START = listOf(CARD)

        /** What this app has a screen for: nothing else is in the bar. */
        val destinations = entries.filterNot { it.isPage }.map { it.destination }

        /** What this app has a page for: nothing else stands behind More. */
        val pages = mapOf(MorePage.BALANCE to BALANCE, MorePage.HISTORY to HISTORY, MorePage.SETTINGS to SETTINGS)
    }
}

/** The way to a destination: back leads from each to the card. */
internal val Destination.way: List<Place>
    get() = Place.START + Place.entries.filter { it.destination == this && !it.isPage && it !in Place.START }

/** The way to where a link leads: to the card where this app has no screen for it. */
internal val Route.way: List<Place>
    get() =
        when (this) {
            Route.Balance -> Destination.MORE.way + Place.BALANCE

            Route.History -> Destination.MORE.way + Place.HISTORY

            Route.Settings -> Destination.MORE.way + Place.SETTINGS

            Route.Card,
            Route.Offers, Route.Coupons, is Route.Offer, is Route.Coupon,
            Route.Tasks, is Route.Task,
            Route.Stores, is Route.Store,
            Route.Inbox, is Route.Message,
            -> Place.START
        }
