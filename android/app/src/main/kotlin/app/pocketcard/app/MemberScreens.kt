package app.pocketcard.app

import androidx.compose.foundation.layout.Box
import androidx.compose.runtime.Composable
import androidx.compose.runtime.DisposableEffect
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.saveable.rememberSaveableStateHolder
import androidx.compose.runtime.setValue
import androidx.compose.ui.Modifier
import androidx.lifecycle.compose.collectAsStateWithLifecycle
import app.pocketcard.Activity
import app.pocketcard.CardView
import app.pocketcard.CodeKind
import app.pocketcard.Freshness
import app.pocketcard.HistoryFilter
import app.pocketcard.OfferId
import app.pocketcard.Pocketcard
import app.pocketcard.SessionView
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
import app.pocketcard.ui.OffersFilter
import app.pocketcard.ui.PocketcardFrame
import app.pocketcard.ui.freshnessOf
import kotlinx.coroutines.flow.first

/**
 * The screens in their frame: which one is seen, what each shows of [core], and what happens when the member acts.
 *
 * @param core null while it is being opened.
 * @param window made bright while a code is on screen.
 * @param scanner reads a plastic card; null: there is no camera.
 * @param image draws the picture at a URL.
 */
@Composable
internal fun MemberScreens(
    core: Pocketcard?,
    model: MemberModel,
    window: CodeWindow,
    scanner: (@Composable () -> Unit)?,
    image: @Composable (url: String, modifier: Modifier) -> Unit,
) {
    val place = model.place
    val screens = rememberSaveableStateHolder()
    val device = device()
    val followingBack = followingBack(model.hasBack, model::back)
    PocketcardFrame(
        place.destination,
        title = text(place.title),
        freshness = core?.freshness(place, model),
        onEvent = { event ->
            when (event) {
                is FrameEvent.Go -> {
                    model.go(event.destination.way)
                }

                FrameEvent.Back -> {
                    model.back()
                }

                FrameEvent.Refresh -> {
                    if (core != null) {
                        model.refresh(core)
                        if (place == Place.Stores) model.stores.locateAgain(core, device)
                    }
                }

                FrameEvent.FailureRead -> {
                    model.failureRead()
                }
            }
        },
        isRefreshing = model.isRefreshing,
        unread = core?.unread() ?: 0,
        failure = model.failure.takeUnless { core != null && core.saysFailure(place) },
        hasBack = place.isPage,
    ) {
        if (core == null) return@PocketcardFrame
        Box(followingBack) {
            // What a screen keeps stays while another is opened from it, and goes when the member goes back from it.
            screens.SaveableStateProvider(place.name) {
                Screen(place, core, model, window, scanner, image)
                DisposableEffect(Unit) {
                    onDispose { if (!place.isFirst && place !in model.way) screens.removeState(place.name) }
                }
            }
        }
    }
}

@Composable
private fun Screen(
    place: Place,
    core: Pocketcard,
    model: MemberModel,
    window: CodeWindow,
    scanner: (@Composable () -> Unit)?,
    image: @Composable (url: String, modifier: Modifier) -> Unit,
) = when (place) {
    Place.Card -> Card(core, model, window)
    Place.SignIn -> SignIn(core, model, canScan = scanner != null)
    Place.LinkCard -> LinkCard(core, model, canScan = scanner != null)
    Place.ScanCard -> scanner?.invoke() ?: Unit
    Place.Offers -> Offers(core, model, image)
    is Place.Offer -> Offer(core, model, OfferId.Offer(place.offer), window, image)
    is Place.Coupon -> Offer(core, model, OfferId.Coupon(place.coupon), window, image)
    Place.Tasks -> Tasks(core, model, image)
    is Place.Task -> Tasks(core, model, image, first = place.task)
    is Place.Game -> Game(core, model, place.game)
    Place.Stores -> Stores(core, model)
    is Place.Store -> Store(core, model, place.store)
    Place.More -> More(core, model)
    Place.Balance -> Balance(core, model)
    Place.History -> History(core, model)
    Place.Inbox -> Inbox(core, model, image)
    is Place.Message -> Message(core, model, place.message, image)
    Place.Settings -> Settings(core, model)
}

/** Of what the screen there shows; null where that is nothing of the platform. */
@Composable
private fun Pocketcard.freshness(place: Place, model: MemberModel): Freshness? = when (place) {
    Place.Card -> card.collectAsStateWithLifecycle().value.freshness
    Place.Offers -> offersFreshness(model.offers.filter)
    is Place.Offer -> offers.collectAsStateWithLifecycle().value.freshness
    is Place.Coupon -> offers.collectAsStateWithLifecycle().value.couponsFreshness
    Place.Tasks, is Place.Task, is Place.Game -> tasks.collectAsStateWithLifecycle().value.freshness
    Place.Stores, is Place.Store -> storesFreshness(model)
    Place.More, Place.Balance -> balance.collectAsStateWithLifecycle().value.freshness
    Place.History -> history.collectAsStateWithLifecycle().value.freshness
    Place.Inbox, is Place.Message -> inbox.collectAsStateWithLifecycle().value.freshness
    Place.Settings -> consents.collectAsStateWithLifecycle().value.freshness
    Place.SignIn, Place.LinkCard, Place.ScanCard -> null
}

@Composable
private fun Pocketcard.offersFreshness(filter: OffersFilter): Freshness {
    val favourites by favourites.collectAsStateWithLifecycle()
    return offers.collectAsStateWithLifecycle().value.freshnessOf(filter, favourites)
}

@Composable
private fun Pocketcard.unread(): Int = inbox.collectAsStateWithLifecycle().value.unread.toInt()

/** Whether the screen there says itself why what was handed in was not taken, beside it. */
@Composable
private fun Pocketcard.saysFailure(place: Place): Boolean = when (place) {
    Place.SignIn, Place.LinkCard -> true

    // The page that the code is entered on.
    Place.Settings -> (session.collectAsStateWithLifecycle().value as? SessionView.SignedIn)?.deletionCode != null

    else -> false
}

/** A member is known, whether or not the platform wants them to sign in again. */
@Composable
internal fun Pocketcard.hasMember(): Boolean = session.collectAsStateWithLifecycle().value !is SessionView.SignedOut

@Composable
private fun Card(core: Pocketcard, model: MemberModel, window: CodeWindow) {
    val card by core.card.collectAsStateWithLifecycle()
    val balance by core.balance.collectAsStateWithLifecycle()
    val session by core.session.collectAsStateWithLifecycle()
    CardScreen(card, balance, session, onEvent = { event ->
        when (event) {
            is CardEvent.CodeShown -> {
                window.open()
                model.act { core.track(Activity.CardShown(event.kind.activity)) }
            }

            CardEvent.CodeHidden -> {
                window.close()
            }

            CardEvent.IssueCard -> {
                model.ask { core.issueVirtualCard() }
            }

            CardEvent.Refresh -> {
                model.refresh(core)
            }

            CardEvent.SignIn -> {
                model.open(Place.SignIn)
            }

            CardEvent.LinkCard -> {
                model.open(Place.LinkCard)
            }

            CardEvent.OpenBalance -> {
                model.open(Place.Balance)
            }
        }
    })
}

@Composable
private fun LinkCard(core: Pocketcard, model: MemberModel, canScan: Boolean) {
    LinkCardScreen(
        onEvent = { event ->
            when (event) {
                is LinkCardEvent.Link -> model.ask {
                    core.linkCard(event.number, event.password)
                    model.leave(Place.LinkCard)
                }

                LinkCardEvent.Scan -> model.open(Place.ScanCard)
            }
        },
        failure = model.failure,
        isBusy = model.isBusy,
        scanned = model.scanned,
        canScan = canScan,
    )
}

@Composable
private fun More(core: Pocketcard, model: MemberModel) {
    val balance by core.balance.collectAsStateWithLifecycle()
    MoreScreen(
        balance,
        core.unread(),
        onOpen = { page -> MORE_PAGES[page]?.let(model::open) },
        pages = MORE_PAGES.keys.toList(),
    )
}

@Composable
private fun Balance(core: Pocketcard, model: MemberModel) {
    val balance by core.balance.collectAsStateWithLifecycle()
    BalanceScreen(balance, core.hasMember(), onEvent = { event ->
        when (event) {
            BalanceEvent.OpenHistory -> model.open(Place.History)
            BalanceEvent.SignIn -> model.open(Place.SignIn)
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
            HistoryEvent.SignIn -> model.open(Place.SignIn)
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
