package app.pocketcard.app

import android.view.Window
import androidx.activity.compose.BackHandler
import androidx.compose.runtime.Composable
import androidx.compose.runtime.DisposableEffect
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.res.stringResource
import androidx.lifecycle.compose.collectAsStateWithLifecycle
import app.pocketcard.Activity
import app.pocketcard.CardView
import app.pocketcard.CodeKind
import app.pocketcard.Freshness
import app.pocketcard.HistoryFilter
import app.pocketcard.Pocketcard
import app.pocketcard.SessionView
import app.pocketcard.platform.openCard
import app.pocketcard.ui.BalanceEvent
import app.pocketcard.ui.BalanceScreen
import app.pocketcard.ui.CardEvent
import app.pocketcard.ui.CardScreen
import app.pocketcard.ui.FrameEvent
import app.pocketcard.ui.HistoryEvent
import app.pocketcard.ui.HistoryScreen
import app.pocketcard.ui.LinkCardEvent
import app.pocketcard.ui.LinkCardScreen
import app.pocketcard.ui.MoreScreen
import app.pocketcard.ui.PocketcardFrame
import kotlinx.coroutines.flow.first

/**
 * The screens in their frame: which one is seen, what each shows of [core], and what happens when the member acts.
 *
 * @param core null while it is being opened.
 * @param window made bright while a code is on screen.
 */
@Composable
internal fun MemberScreens(core: Pocketcard?, model: MemberModel, window: Window, refuseScreenshots: Boolean) {
    val place = model.place
    BackHandler(model.hasBack) { model.back() }
    PocketcardFrame(
        place.destination,
        title = stringResource(place.title),
        freshness = core?.freshness(place),
        onEvent = { event ->
            when (event) {
                is FrameEvent.Go -> model.go(event.destination.way)
                FrameEvent.Back -> model.back()
                FrameEvent.Refresh -> core?.let(model::refresh)
                FrameEvent.FailureRead -> model.failureRead()
            }
        },
        isRefreshing = model.isRefreshing,
        failure = model.failure.takeUnless { core != null && core.saysFailure(place) },
        hasBack = place.isPage,
        destinations = Place.destinations,
    ) {
        if (core == null) return@PocketcardFrame
        when (place) {
            Place.CARD -> Card(core, model, window, refuseScreenshots)
            Place.SIGN_IN -> SignIn(core, model)
            Place.LINK_CARD -> LinkCard(core, model)
            Place.MORE -> More(core, model)
            Place.BALANCE -> Balance(core, model)
            Place.HISTORY -> History(core, model)
            Place.SETTINGS -> Settings(core, model)
        }
    }
}

/** Of what the screen there shows; null where that is nothing of the platform. */
@Composable
private fun Pocketcard.freshness(place: Place): Freshness? = when (place) {
    Place.CARD -> card.collectAsStateWithLifecycle().value.freshness
    Place.MORE, Place.BALANCE -> balance.collectAsStateWithLifecycle().value.freshness
    Place.HISTORY -> history.collectAsStateWithLifecycle().value.freshness
    Place.SETTINGS -> consents.collectAsStateWithLifecycle().value.freshness
    Place.SIGN_IN, Place.LINK_CARD -> null
}

/** Whether the screen there says itself why what was handed in was not taken, beside it. */
@Composable
private fun Pocketcard.saysFailure(place: Place): Boolean = when (place) {
    Place.SIGN_IN, Place.LINK_CARD -> true

    // The page that the code is entered on.
    Place.SETTINGS -> (session.collectAsStateWithLifecycle().value as? SessionView.SignedIn)?.deletionCode != null

    Place.CARD, Place.MORE, Place.BALANCE, Place.HISTORY -> false
}

/** A member is known, whether or not the platform wants them to sign in again. */
@Composable
private fun Pocketcard.hasMember(): Boolean = session.collectAsStateWithLifecycle().value !is SessionView.SignedOut

@Composable
private fun Card(core: Pocketcard, model: MemberModel, window: Window, refuseScreenshots: Boolean) {
    val card by core.card.collectAsStateWithLifecycle()
    val balance by core.balance.collectAsStateWithLifecycle()
    val session by core.session.collectAsStateWithLifecycle()
    var bright by remember { mutableStateOf<AutoCloseable?>(null) }
    DisposableEffect(window) { onDispose { bright?.close() } }
    CardScreen(card, balance, session, onEvent = { event ->
        when (event) {
            is CardEvent.CodeShown -> {
                bright?.close()
                bright = window.openCard(refuseScreenshots)
                model.act { core.track(Activity.CardShown(event.kind.activity)) }
            }

            CardEvent.CodeHidden -> {
                bright?.close()
                bright = null
            }

            CardEvent.IssueCard -> {
                model.ask { core.issueVirtualCard() }
            }

            CardEvent.Refresh -> {
                model.refresh(core)
            }

            CardEvent.SignIn -> {
                model.open(Place.SIGN_IN)
            }

            CardEvent.LinkCard -> {
                model.open(Place.LINK_CARD)
            }

            CardEvent.OpenBalance -> {
                model.open(Place.BALANCE)
            }
        }
    })
}

@Composable
private fun LinkCard(core: Pocketcard, model: MemberModel) {
    LinkCardScreen(
        onEvent = { event ->
            when (event) {
                is LinkCardEvent.Link -> model.ask {
                    core.linkCard(event.number, event.password)
                    model.leave(Place.LINK_CARD)
                }

                // This app has no scanner, and says so to the screen.
                LinkCardEvent.Scan -> Unit
            }
        },
        failure = model.failure,
        isBusy = model.isBusy,
        canScan = false,
    )
}

@Composable
private fun More(core: Pocketcard, model: MemberModel) {
    val balance by core.balance.collectAsStateWithLifecycle()
    MoreScreen(
        balance,
        // Without an inbox there is nowhere to read them.
        unread = 0,
        onOpen = { page -> Place.pages[page]?.let(model::open) },
        pages = Place.pages.keys.toList(),
    )
}

@Composable
private fun Balance(core: Pocketcard, model: MemberModel) {
    val balance by core.balance.collectAsStateWithLifecycle()
    BalanceScreen(balance, core.hasMember(), onEvent = { event ->
        when (event) {
            BalanceEvent.OpenHistory -> model.open(Place.HISTORY)
            BalanceEvent.SignIn -> model.open(Place.SIGN_IN)
            BalanceEvent.Refresh -> model.refresh(core)
        }
    })
}

@Composable
private fun History(core: Pocketcard, model: MemberModel) {
    var filter by rememberSaveable { mutableStateOf(HistoryFilter.ALL) }
    val shown = remember(core, filter) { core.history(filter) }
    // What another filter lets through stays until this one's is there.
    val known by shown.collectAsStateWithLifecycle(core.history.value.takeIf { filter == HistoryFilter.ALL })
    val history = known ?: return
    HistoryScreen(history, filter, core.hasMember(), onEvent = { event ->
        when (event) {
            is HistoryEvent.Filter -> filter = event.filter
            HistoryEvent.More -> model.act { core.loadMore(filter) }
            HistoryEvent.SignIn -> model.open(Place.SIGN_IN)
            HistoryEvent.Refresh -> model.refresh(core)
        }
    })
}

/** Fetches pages until [filter] lets some of one through: the screen asks once for each end that it comes to. */
private suspend fun Pocketcard.loadMore(filter: HistoryFilter) {
    val before = history(filter).first().entries.size
    do {
        loadHistory()
        val history = history(filter).first()
    } while (history.more && history.entries.size == before)
}

/** As the catalogue of activities has it. */
private val CodeKind.activity: String
    get() =
        when (this) {
            is CodeKind.Rotating -> "rotating"
            CodeKind.Issued -> "issued"
            CodeKind.Static -> "static"
            CodeKind.NumberOnly -> "number"
        }

private val CardView.freshness: Freshness
    get() =
        when (this) {
            is CardView.NoCard -> freshness
            is CardView.Ready -> freshness
            is CardView.Unusable -> freshness
        }
