package app.pocketcard

import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.withContext
import java.time.Duration.between
import java.time.Duration.ofMillis
import java.time.Instant
import kotlin.time.Duration
import kotlin.time.toJavaDuration

/**
 * The member's side of a loyalty programme: what an app shows of it, and what a member does.
 *
 * ```kotlin
 * val pocketcard = Pocketcard.open(config, Host(secrets))
 * pocketcard.card.collect { card ->
 *     when (card) {
 *         is CardView.Ready -> draw(card.code.symbol)
 *         is CardView.Unusable -> say(card.reason)
 *         is CardView.NoCard -> offerCard(card.canIssue)
 *     }
 * }
 * ```
 *
 * What is shown is a [StateFlow] for each screen, and a [Flow] where the screen asks a question ([offers], [store] …):
 * whole values, pulled off the main thread when that screen changed, and no other. A value is there at once, without a
 * network. A view follows an act soon after it returns, not before.
 *
 * What is done suspends, from any thread. It throws a [PocketcardException] that is named by what can be done about it.
 * **Cancelling** a caller ends its waiting, not the act: a one-time code is spent, a sign-out half done, so the core
 * finishes what it began, and the views tell how it ended.
 *
 * Open one and keep it as long as the app lives. It is safe to [close] it while calls are under way.
 */
public class Pocketcard private constructor(
    private val core: Core,
    /** Who is signed in, and what a sign-in or registration waits for. */
    public val session: StateFlow<SessionView>,
    /**
     * The card with its code, which is a new one as soon as the old one lapses. For a widget or a tile that is drawn
     * once, see [currentCard].
     */
    public val card: StateFlow<CardView>,
    /** The accounts and the tier. */
    public val balance: StateFlow<BalanceView>,
    /** What happened on the member's accounts, newest first; [history] with a filter shows a part of it. */
    public val history: StateFlow<HistoryView>,
    /** The tasks, with what the member did on this phone and the platform has not counted yet. */
    public val tasks: StateFlow<TasksView>,
    /** All offers and coupons of the member; [offers] with a query shows those that apply somewhere. */
    public val offers: StateFlow<OffersView>,
    /** The products that the member chose as their favourites, and may choose. */
    public val favourites: StateFlow<FavouritesView>,
    /** The newest messages. */
    public val inbox: StateFlow<InboxView>,
    /** What the member lets the programme write about. */
    public val consents: StateFlow<ConsentsView>,
    /** What waits to be told to the platform. */
    public val outbox: StateFlow<OutboxView>,
) : AutoCloseable {
    // What a screen asks for.

    /** The part of the history that [filter] names. */
    public fun history(filter: HistoryFilter): Flow<HistoryView> = core.shown(Screen.HISTORY) { history(filter) }

    /**
     * The offers and coupons that [query] asks for; where it names a place, whether each applies there now.
     *
     * The flow fails with [PocketcardException.Rejected] where the store's zone is none.
     */
    public fun offers(query: OffersQuery): Flow<OffersView> =
        core.shown(Screen.OFFERS, at = OffersView::validUntil) { offers(query) }

    /**
     * One offer or coupon with all that is known of it, a coupon's code included; null where it is there no more. Of
     * [query] only channel, store and payment matter. Fails as [offers].
     */
    public fun offer(id: OfferId, query: OffersQuery = OffersQuery()): Flow<OfferDetail?> =
        core.shown(Screen.OFFERS, at = { it?.validUntil }) { offer(id, query) }

    /**
     * The stores that [query] asks for, a page at a time. Works without a network, over the whole chain.
     *
     * The flow fails with [PocketcardException.Rejected] that names what nothing can be found by: a position or a box
     * that is none, a radius that is not above 0, a limit of 0, an offer that the member does not have.
     */
    public fun stores(query: StoresQuery): Flow<StoresView> =
        core.shown(Screen.STORES, at = { it.changesAt }) { stores(query) }

    /** The page of a store; null where the chain has no store of this number. Works without a network. */
    public fun store(id: Long): Flow<StorePage?> =
        core.shown(Screen.STORES, Screen.OFFERS, at = { it?.store?.open?.changesAt }) { store(id) }

    /** The card as it is at this instant, for what is drawn once and then left alone: a widget, a tile. */
    public suspend fun currentCard(): CardView = core.act { card() }

    // The app and its platform.

    /**
     * Asks the platform for everything. Several calls at once are one. What fails leaves what was there, and its view
     * says why it is not fresh; this throws only when nothing could be refreshed, or the app is too old.
     */
    public suspend fun refresh(): RefreshReport = core.act { refresh() }

    /**
     * Says whether the app is in front. While it is, codes are renewed before they lapse and what failed for want of a
     * network is tried again. Coming to the front has every view pulled anew; call [refresh] then.
     */
    public fun setActive(active: Boolean) {
        core.now { setActive(active) }
        if (active) core.touchAll()
    }

    /**
     * Sends what waits, for at most [deadline]: for the seconds that a background job gets. What is not sent then is
     * sent the next time. While the app is in front this happens by itself.
     */
    public suspend fun flush(deadline: Duration): FlushReport = core.act { flush(deadline.toJavaDuration()) }

    /**
     * Takes an activity. It is on disk when this returns, and reaches the platform some time, once.
     *
     * Throws [PocketcardException.Rejected] where a custom activity is out of bounds, [PocketcardException.Internal]
     * where the disk is full.
     */
    public suspend fun track(activity: Activity): Unit = core.act { track(activity) }

    /**
     * Says where this installation comes from: an install referrer or an attribution token, up to 512 characters. Told
     * to the platform once.
     */
    public suspend fun setInstallReferrer(referrer: String): Unit = core.act { setInstallReferrer(referrer) }

    /**
     * Where a link leads that the app was opened with, or that it shows; null: to no screen of this app. Any text may
     * be handed in. Noted as an activity, or counted as a link that led nowhere.
     */
    public fun openLink(link: String): Route? = core.now { openLink(link) }

    // Signing in, registering, leaving.

    /**
     * Begins a sign-in with a phone number, e-mail address or card number. Where the programme asks for a one-time
     * code, the [session] then waits for [confirmCode].
     */
    public suspend fun signIn(login: String, password: String? = null): Unit = core.act { signIn(login, password) }

    /** Hands in the one-time code that the sign-in or registration waits for. */
    public suspend fun confirmCode(code: String): Unit = core.act { confirmCode(code) }

    /** Has the one-time code sent again. */
    public suspend fun resendCode(): Unit = core.act { resendCode() }

    /** Lets go of the sign-in, registration, password reset or account deletion that is under way. */
    public suspend fun leaveStep(): Unit = core.act { leaveStep() }

    /** Begins a registration, or resumes one; the [session] then says what is asked for. */
    public suspend fun register(login: String, password: String? = null): Unit = core.act { register(login, password) }

    /** Does one thing that the registration asks for. With the last required one the member is signed in. */
    public suspend fun registrationStep(step: RegistrationStep): Unit = core.act { registrationStep(step) }

    /** The programme's questionnaire. */
    public suspend fun questions(): List<Question> = core.act { questions() }

    /** Answers questions of the programme's questionnaire. */
    public suspend fun answer(answers: List<Answer>): Unit = core.act { answer(answers) }

    /** Has a code sent that allows a new password. */
    public suspend fun resetPassword(login: String): Unit = core.act { resetPassword(login) }

    /** Sets a new password and signs in. */
    public suspend fun setNewPassword(code: String, newPassword: String): Unit =
        core.act { setNewPassword(code, newPassword) }

    /**
     * Signs out. All that is the member's goes from this phone; works without a network. What is still to be told has
     * some seconds for it; what then waits goes, too, and is counted in [OutboxView.dropped].
     */
    public suspend fun signOut(): Unit = core.act { signOut() }

    /** Has a code sent that confirms leaving the programme. */
    public suspend fun requestDeletion(): Unit = core.act { requestDeletion() }

    /** Leaves the programme for good: the account is deleted, and all that is the member's goes from this phone. */
    public suspend fun confirmDeletion(code: String, reason: String? = null): Unit =
        core.act { confirmDeletion(code, reason) }

    // The card and the accounts.

    /** Links a plastic card by the number printed on it. */
    public suspend fun linkCard(number: String, password: String? = null): Unit =
        core.act { linkCard(number, password) }

    /** Has the platform issue a virtual card. */
    public suspend fun issueVirtualCard(): Unit = core.act { issueVirtualCard() }

    /** Fetches the next page of older [history]. */
    public suspend fun loadHistory(): Unit = core.act { loadHistory() }

    // Offers and favourites.

    /**
     * Activates an offer, or accepts a personal one. Works without a network: the view shows it as waiting, then what
     * came of it.
     *
     * Throws [PocketcardException.Rejected] where there is no such offer, [PocketcardException.NotSupported] where it
     * is not activated here.
     */
    public suspend fun activateOffer(offer: Long): Unit = core.act { activateOffer(offer) }

    /**
     * Puts a product into a cell of favourites; null empties it. Needs a network.
     *
     * Throws [PocketcardException.Offline]: nothing changed; [PocketcardException.Rejected]: it is not allowed, and the
     * field that it names (`period`, `position`, `goods`) or the platform's words say why.
     */
    public suspend fun chooseFavourite(period: Long, position: UInt, goods: String?): Unit =
        core.act { chooseFavourite(period, position, goods) }

    // Tasks and games.

    /** Takes part in a task, or no longer. Works without a network: the view shows it as waiting. */
    public suspend fun setOptedIn(task: String, optedIn: Boolean): Unit = core.act { setOptedIn(task, optedIn) }

    /** Keeps answers to a task's questions through restarts, without handing them in. */
    public suspend fun keepAnswers(task: String, answers: List<TaskAnswer>): Unit =
        core.act { keepAnswers(task, answers) }

    /** Hands in answers to a task's questions. Works without a network: the view shows them as waiting. */
    public suspend fun answerTask(task: String, answers: List<TaskAnswer>): Unit =
        core.act { answerTask(task, answers) }

    /** Says that the member has seen the completion of these tasks celebrated: [TasksView] does not name them again. */
    public suspend fun celebrated(tasks: List<String>): Unit = core.act { celebrated(tasks) }

    /**
     * Plays a game. The platform draws; a play whose answer was lost gives the same outcome when it is tried again.
     *
     * Throws [PocketcardException.Rejected] where the member has no play left, [PocketcardException.Offline]: play
     * again later.
     */
    public suspend fun play(game: String): GameOutcome = core.act { play(game) }

    // Stores.

    /**
     * Goods by name, to ask [checkStock] about. Without a network, those that were asked about before.
     *
     * Throws [PocketcardException.NotSupported] where the platform does not know what stores have.
     */
    public suspend fun findGoods(query: String): GoodsView = core.act { findGoods(query) }

    /**
     * Which of the stores that a query asks for have something, of its first 200. Without a network, the last known
     * answers, marked so. Throws as [stores] and [findGoods] fail.
     */
    public suspend fun checkStock(goods: Goods, around: StoresQuery): StockView = core.act { checkStock(goods, around) }

    /** Makes a store one of the member's favourites, or no longer. Kept on this phone; at most 500. */
    public suspend fun setFavouriteStore(store: Long, favourite: Boolean): Unit =
        core.act { setFavouriteStore(store, favourite) }

    /**
     * Says which store the member is in, null where they left it: the card shows the code as its tills read it. Holds
     * until the app ends. Throws [PocketcardException.Rejected] where the chain has no store of this number.
     */
    public suspend fun setCurrentStore(store: Long?): Unit = core.act { setCurrentStore(store) }

    /**
     * The stores to have the phone's system watch, nearest first, at most [limit]. Ask again when the member has moved
     * on.
     *
     * Throws [PocketcardException.Rejected] for a position that is none, and a limit of 0.
     */
    public suspend fun storesToWatch(position: Position, limit: UInt): List<WatchedStore> =
        core.act { storesToWatch(position, limit) }

    // Pushes and messages.

    /** Says where pushes for this installation go. Kept, and told to the platform as soon as somebody is signed in. */
    public suspend fun setPushToken(token: String, service: PushService): Unit =
        core.act { setPushToken(token, service) }

    /**
     * Takes what a push service handed to the app, whatever it is, and says what to show. Screens change by themselves.
     * Where the process lives for the push alone, call [flush] after it.
     *
     * Throws [PocketcardException.Internal] where the disk is full: then it was not taken, and may come again.
     */
    public suspend fun receivePush(push: Push): PushOutcome = core.act { receivePush(push) }

    /**
     * Says that the member opened the notification of this message. Told to the platform once, as soon as that is
     * possible.
     *
     * Throws [PocketcardException.Rejected] where [message] is no id of a message.
     */
    public suspend fun pushOpened(message: String): Unit = core.act { pushOpened(message) }

    /** Fetches the next page of older messages. */
    public suspend fun loadInbox(): Unit = core.act { loadInbox() }

    /**
     * Says that the member has read these messages; null: all of them. Works without a network: shown at once, told to
     * the platform later.
     */
    public suspend fun readMessages(messages: List<String>? = null): Unit = core.act { readMessages(messages) }

    /**
     * Grants or withdraws a consent. Needs a network: what counts is what the platform has.
     *
     * Throws [PocketcardException.Offline]: nothing changed; [PocketcardException.Rejected] where it cannot be changed
     * here.
     */
    public suspend fun setConsent(kind: Long, way: ConsentWay, granted: Boolean): Unit =
        core.act { setConsent(kind, way, granted) }

    /**
     * Lets go of everything. Calls that are under way end as they would have; later ones throw
     * [PocketcardException.Closed], flows with a query end, and the states keep their last value. A second call does
     * nothing.
     */
    override fun close(): Unit = core.close()

    /** The way in. */
    public companion object {
        /**
         * Opens the core on [Config.dataFolder], off the caller's thread. What was there before is on screen at once,
         * without the network. A broken database is set aside, a locked secret store asked again later.
         *
         * Throws [PocketcardException.WrongConfig], which names the property that cannot work,
         * [PocketcardException.LibraryMissing] and [PocketcardException.LibraryMismatch]: all three are for the app
         * team.
         */
        public suspend fun open(config: Config, host: Host): Pocketcard = withContext(Dispatchers.Default) {
            NativeLibrary.load()
            val loyalty =
                try {
                    Loyalty.open(config, host)
                } catch (error: LoyaltyException) {
                    throw error.outward()
                }
            of(Core(loyalty, host, loyalty::close))
        }

        /** All that [core] shows, once it has been pulled. */
        internal suspend fun of(core: Core): Pocketcard {
            var drawn: CardView? = null
            return Pocketcard(
                core,
                session = core.state(Screen.SESSION) { session() },
                card = core.state(Screen.CARD, at = { it.changesAt }) { card().steadied(drawn).also { drawn = it } },
                balance = core.state(Screen.BALANCE) { balance() },
                history = core.state(Screen.HISTORY) { history(HistoryFilter.ALL) },
                tasks = core.state(Screen.TASKS) { tasks() },
                offers = core.state(Screen.OFFERS, at = OffersView::validUntil) { offers(OffersQuery()) },
                favourites = core.state(Screen.FAVOURITES) { favourites() },
                inbox = core.state(Screen.INBOX) { inbox() },
                consents = core.state(Screen.CONSENTS) { consents() },
                outbox = core.state(Screen.OUTBOX) { outbox() },
            )
        }

        /** When the card's code lapses. */
        private val CardView.changesAt: Instant? get() = (this as? CardView.Ready)?.code?.validUntil

        /**
         * This view with the code of [before] where that is the same: then two views are equal, and nothing is drawn anew.
         * By themselves they are not, as a symbol's modules are an array, and instants are measured with each pull.
         */
        private fun CardView.steadied(before: CardView?): CardView {
            val old = (before as? CardView.Ready)?.code ?: return this
            val new = (this as? CardView.Ready)?.code ?: return this
            val same =
                new.copy(symbol = old.symbol, validFrom = old.validFrom, validUntil = old.validUntil) == old &&
                    new.symbol.isDrawnAs(old.symbol) &&
                    new.validFrom.isAbout(old.validFrom) &&
                    new.validUntil.isAbout(old.validUntil)
            return if (same) copy(code = old) else this
        }

        private fun Symbol?.isDrawnAs(other: Symbol?): Boolean = if (this == null || other == null) {
            this == other
        } else {
            bits.contentEquals(other.bits) && copy(bits = other.bits) == other
        }

        private fun Instant?.isAbout(other: Instant?): Boolean = if (this == null || other == null) {
            this == other
        } else {
            between(this, other).abs() < A_BLINK
        }

        private val A_BLINK = ofMillis(100)

        /** When the first of these stores opens or closes. */
        private val StoresView.changesAt: Instant? get() = stores.mapNotNull { it.open.changesAt }.minOrNull()

        private val OpenState.changesAt: Instant?
            get() =
                when (this) {
                    is OpenState.Open -> until
                    is OpenState.Closed -> opensAt
                    is OpenState.Unknown -> null
                }
    }
}
