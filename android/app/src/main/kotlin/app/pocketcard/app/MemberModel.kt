package app.pocketcard.app

import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.setValue
import androidx.lifecycle.SavedStateHandle
import androidx.lifecycle.ViewModel
import androidx.lifecycle.viewModelScope
import app.pocketcard.ConsentWay
import app.pocketcard.Pocketcard
import app.pocketcard.PocketcardException
import app.pocketcard.Route
import app.pocketcard.ui.Failure
import app.pocketcard.ui.OffersFilter
import app.pocketcard.ui.SettingsEvent
import app.pocketcard.ui.StoresFilter
import app.pocketcard.ui.asFailure
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.catch
import kotlinx.coroutines.launch

/**
 * Where the member is, what they asked for and what came of it. Outlives the window when the phone is turned; where they
 * are outlives the process, too. What a screen shows is the core's.
 */
internal class MemberModel(private val saved: SavedStateHandle) : ViewModel() {
    /** How the member came to where they are: back leads along it. */
    var way by mutableStateOf(restored())
        private set

    /** The app is in front, also while the phone is being turned. */
    var isInFront = false

    /** Where the member is. */
    val place: Place get() = way.last()

    /** Back leads to another screen, not out of the app. */
    val hasBack: Boolean get() = way.size > 1

    /** Why the last thing that the member asked for did not happen, until they read it or go elsewhere. */
    var failure by mutableStateOf<Failure?>(null)
        private set

    /** What the member handed in is on its way; nothing else can be handed in. */
    var isBusy by mutableStateOf(false)
        private set

    /** The platform is being asked for everything. */
    var isRefreshing by mutableStateOf(false)
        private set

    /** The number that was scanned from a plastic card, until it is linked or the member goes elsewhere. */
    var scanned by mutableStateOf(saved.get<String>(SCANNED).orEmpty())
        private set

    /** The consents that the platform is being told of. */
    val changing = UnderWay<Pair<Long, ConsentWay>>(this)

    /** What is about the offers alone. */
    val offers = OffersModel(saved, this)

    /** What is about tasks and games alone. */
    val tasks = TasksModel(this)

    /** What is about the stores alone. */
    val stores = StoresModel(saved, this)

    /** Goes where [way] ends. */
    fun go(way: List<Place>) {
        if (way.last() != place) failure = null
        if (way.none { it == Place.LinkCard || it == Place.SignIn }) keepScanned("")
        this.way = way
        // By their names: what is saved is read without a class of ours.
        saved[WAY] = ArrayList(way.map { it.name })
    }

    /** Goes where a link leads. */
    fun follow(route: Route) {
        when (route) {
            Route.Offers -> offers.show(OffersFilter.ALL)
            Route.Coupons -> offers.show(OffersFilter.COUPONS)
            Route.Stores -> stores.show(StoresFilter())
            else -> Unit
        }
        go(route.way)
    }

    /** The member signed out, or left the programme: what they looked for goes, too. */
    fun left() {
        offers.show(OffersFilter.ALL)
        offers.search("")
        tasks.forget()
        stores.forget()
        go(START)
    }

    /** Opens a page; back leads here again. */
    fun open(page: Place) = go(way - page + page)

    /** Goes back by one screen, where there is one: the second of two quick gestures may be one too many. */
    fun back() {
        if (hasBack) go(way.dropLast(1))
    }

    /** Goes back from [page], if the member is there. */
    fun leave(page: Place) {
        if (page == place) {
            back()
        } else if (page in way) {
            go(way - page)
        }
    }

    /** A plastic card was scanned: its [number] goes where it could be typed, and no further by itself. */
    fun scanned(number: String) {
        keepScanned(number)
        leave(Place.ScanCard)
    }

    private fun keepScanned(number: String) {
        scanned = number
        saved[SCANNED] = number
    }

    /** Says why something did not happen. */
    fun fail(failure: Failure) {
        this.failure = failure
    }

    /** The member has read it. */
    fun failureRead() {
        failure = null
    }

    /** Does something; what keeps it from happening is said. */
    suspend fun attempt(what: suspend () -> Unit) {
        try {
            what()
        } catch (error: PocketcardException) {
            fail(error.asFailure())
        }
    }

    /** What a screen asks for; what keeps it from an answer is said. */
    fun <T> told(shown: Flow<T>): Flow<T> = shown.catch { error ->
        if (error is PocketcardException) fail(error.asFailure()) else throw error
    }

    /** Does something beside whatever else is done. */
    fun act(what: suspend () -> Unit) {
        viewModelScope.launch { attempt(what) }
    }

    /** Hands something in, one at a time. */
    fun ask(what: suspend () -> Unit) {
        if (isBusy) return
        isBusy = true
        failure = null
        act {
            try {
                what()
            } finally {
                isBusy = false
            }
        }
    }

    /** Has [core] ask the platform anew. */
    fun refresh(core: Pocketcard) {
        if (isRefreshing) return
        isRefreshing = true
        failure = null
        act {
            try {
                core.refresh()
            } finally {
                isRefreshing = false
            }
        }
    }

    /** Grants or withdraws a consent. */
    fun change(core: Pocketcard, consent: SettingsEvent.SetConsent) = changing.act(consent.kind to consent.way) {
        core.setConsent(consent.kind, consent.way, consent.granted)
    }

    /** The way as it was saved. A version before this one may have had other places. */
    private fun restored(): List<Place> {
        val names = saved.get<List<String>>(WAY).orEmpty()
        return names.mapNotNull(::placeNamed).ifEmpty { START }
    }

    private companion object {
        const val WAY = "way"
        const val SCANNED = "scanned"
    }
}
