import Foundation
@_exported import PocketcardBindings

/// The member's side of a loyalty programme: what an app shows of it, and what a member does.
///
/// ```swift
/// let pocketcard = try await Pocketcard.open(config: config, host: .init(secrets: keychain))
///
/// switch pocketcard.card.view {                // in a SwiftUI body: drawn anew when the code is another one
/// case .ready(let code, let number, _, _, _): CardCodeView(code.symbol)
/// case .unusable(let reason, _, _, _, _): Text(reason.words)
/// case .noCard(let canIssue, _): OfferCard(canIssue)
/// }
/// ```
///
/// What is shown is a ``ScreenModel`` for each screen, and an asynchronous sequence where the screen asks a question
/// (``offers(_:)``, ``store(_:)`` …): whole values, pulled off the main thread when that screen changed, and no other.
/// A value is there at once, without a network. A view follows an act soon after it returns, not before.
///
/// What is done is `async` and can be called from any actor. It throws a ``PocketcardError``, which is named by what can
/// be done about it, or `CancellationError`: **cancelling** a task ends its waiting, not the act. A one-time code is
/// spent, a sign-out half done, so the core finishes what it began, and the views tell how it ended.
///
/// Open one and keep it as long as the app lives.
public final class Pocketcard: Sendable {
    /// What the app lends: its keychain, and if it likes a log and a clock. (Foundation has a `Host` on some systems.)
    public typealias Host = PocketcardBindings.Host
    /// The phone's clock, as the core reads it; tests have their own. (Swift has a `Clock` of another kind.)
    public typealias Clock = PocketcardBindings.Clock

    /// What to tell the member of a push. (Foundation has a `Notification` of another kind.)
    public typealias Notification = PocketcardBindings.Notification

    private let core: Core

    /// Who is signed in, and what a sign-in or registration waits for.
    @MainActor public let session: ScreenModel<SessionView>
    /// The card with its code, which is a new one as soon as the old one lapses.
    ///
    /// For a widget, which is drawn once, see ``currentCard()``.
    @MainActor public let card: ScreenModel<CardView>
    /// The accounts and the tier.
    @MainActor public let balance: ScreenModel<BalanceView>
    /// What happened on the member's accounts, newest first; ``history(_:)`` shows a part of it.
    @MainActor public let history: ScreenModel<HistoryView>
    /// The tasks, with what the member did on this phone and the platform has not counted yet.
    @MainActor public let tasks: ScreenModel<TasksView>
    /// All offers and coupons of the member; ``offers(_:)`` shows those that apply somewhere.
    @MainActor public let offers: ScreenModel<OffersView>
    /// The products that the member chose as their favourites, and may choose.
    @MainActor public let favourites: ScreenModel<FavouritesView>
    /// The newest messages.
    @MainActor public let inbox: ScreenModel<InboxView>
    /// What the member lets the programme write about.
    @MainActor public let consents: ScreenModel<ConsentsView>
    /// What waits to be told to the platform.
    @MainActor public let outbox: ScreenModel<OutboxView>

    /// Opens the core on `config.dataFolder`, off the caller's actor.
    ///
    /// What was there before is on screen at once, without the network. A broken database is set aside, a locked keychain
    /// asked again later.
    ///
    /// - Throws: ``PocketcardError/wrongConfig(property:problem:)``, which names the property that cannot work, and
    ///   ``PocketcardError/libraryMismatch``: both are for the app team.
    public static func open(config: Config, host: Host) async throws -> Pocketcard {
        // Who has left already opens nothing.
        try Task.checkCancellation()
        guard case .ok = initializationResult else { throw PocketcardError.libraryMismatch }
        let core: Core
        do { core = Core(try Loyalty.open(config: config, host: host), host: host) } catch {
            throw PocketcardError(error)
        }
        return try await Pocketcard(
            core,
            session: core.state(.session) { $0.session() },
            card: core.state(.card, at: \.changesAt, isDrawnAs: { $0.isDrawn(as: $1) }) { $0.card() },
            balance: core.state(.balance) { $0.balance() },
            history: core.state(.history) { $0.history(filter: .all) },
            tasks: core.state(.tasks) { $0.tasks() },
            offers: core.state(.offers, at: \.validUntil) { try $0.offers(query: OffersQuery()) },
            favourites: core.state(.favourites) { $0.favourites() },
            inbox: core.state(.inbox) { $0.inbox() },
            consents: core.state(.consents) { $0.consents() },
            outbox: core.state(.outbox) { $0.outbox() })
    }

    @MainActor private init(
        _ core: Core, session: Core.State<SessionView>, card: Core.State<CardView>, balance: Core.State<BalanceView>,
        history: Core.State<HistoryView>, tasks: Core.State<TasksView>, offers: Core.State<OffersView>,
        favourites: Core.State<FavouritesView>, inbox: Core.State<InboxView>, consents: Core.State<ConsentsView>,
        outbox: Core.State<OutboxView>
    ) {
        self.core = core
        self.session = ScreenModel(session.view, following: session.views)
        self.card = ScreenModel(card.view, following: card.views)
        self.balance = ScreenModel(balance.view, following: balance.views)
        self.history = ScreenModel(history.view, following: history.views)
        self.tasks = ScreenModel(tasks.view, following: tasks.views)
        self.offers = ScreenModel(offers.view, following: offers.views)
        self.favourites = ScreenModel(favourites.view, following: favourites.views)
        self.inbox = ScreenModel(inbox.view, following: inbox.views)
        self.consents = ScreenModel(consents.view, following: consents.views)
        self.outbox = ScreenModel(outbox.view, following: outbox.views)
    }

    deinit { core.close() }

    /// Lets go of everything.
    ///
    /// Calls that are under way end as they would have; later ones throw ``PocketcardError/closed``, sequences end, and
    /// the models keep their last value. A second call does nothing. Letting go of the last reference does the same.
    public func close() { core.close() }
}

// MARK: - What a screen asks for

extension Pocketcard {
    /// The part of the history that `filter` names.
    public func history(_ filter: HistoryFilter) -> AsyncThrowingStream<HistoryView, any Error> {
        core.shown([.history]) { $0.history(filter: filter) }
    }

    /// The offers and coupons that `query` asks for; where it names a place, whether each applies there now.
    ///
    /// Fails with ``PocketcardError/rejected(_:)`` where the store's zone is none.
    public func offers(_ query: OffersQuery) -> AsyncThrowingStream<OffersView, any Error> {
        core.shown([.offers], at: \.validUntil) { try $0.offers(query: query) }
    }

    /// One offer or coupon with all that is known of it, a coupon's code included; nil where it is there no more.
    ///
    /// Of `query` only channel, store and payment matter. Fails as ``offers(_:)``.
    public func offer(_ id: OfferId, in query: OffersQuery = OffersQuery())
        -> AsyncThrowingStream<OfferDetail?, any Error>
    {
        core.shown([.offers], at: { $0?.validUntil }, pull: { try $0.offer(id: id, query: query) })
    }

    /// The stores that `query` asks for, a page at a time. Works without a network, over the whole chain.
    ///
    /// Fails with ``PocketcardError/rejected(_:)`` that names what nothing can be found by: a position or a box that is
    /// none, a radius that is not above 0, a limit of 0, an offer that the member does not have.
    public func stores(_ query: StoresQuery) -> AsyncThrowingStream<StoresView, any Error> {
        core.shown(
            [.stores], at: { $0.stores.compactMap(\.open.changesAt).min() }, pull: { try await $0.stores(query: query) }
        )
    }

    /// The page of a store; nil where the chain has no store of this number. Works without a network.
    public func store(_ id: Int64) -> AsyncThrowingStream<StorePage?, any Error> {
        core.shown([.stores, .offers], at: { $0?.store.open.changesAt }, pull: { try await $0.store(store: id) })
    }

    /// The card as it is at this instant, for what is drawn once and then left alone: a widget, an intent.
    public func currentCard() throws -> CardView { try core.now { $0.card() } }
}

// MARK: - The app and its platform

extension Pocketcard {
    /// Asks the platform for everything. Several calls at once are one.
    ///
    /// What fails leaves what was there, and its view says why it is not fresh; this throws only when nothing could be
    /// refreshed, or the app is too old.
    @discardableResult public func refresh() async throws -> RefreshReport {
        try await core.act { try await $0.refresh() }
    }

    /// Says whether the app is in front.
    ///
    /// While it is, codes are renewed before they lapse and what failed for want of a network is tried again. Coming to
    /// the front has every view pulled anew; call ``refresh()`` then.
    public func setActive(_ active: Bool) throws {
        try core.now { $0.setActive(active: active) }
        if active { core.touchAll() }
    }

    /// Sends what waits, for at most `deadline` seconds: those that a background task gets.
    ///
    /// What is not sent then is sent the next time. While the app is in front this happens by itself.
    @discardableResult public func flush(deadline: TimeInterval) async throws -> FlushReport {
        try await core.act { try await $0.flush(deadline: deadline) }
    }

    /// Takes an activity. It is on disk when this returns, and reaches the platform some time, once.
    ///
    /// - Throws: ``PocketcardError/rejected(_:)`` where a custom activity is out of bounds,
    ///   ``PocketcardError/internal(id:problem:)`` where the disk is full.
    public func track(_ activity: Activity) async throws {
        try await core.act { try await $0.track(activity: activity) }
    }

    /// Says where this installation comes from: an attribution token, up to 512 characters. Told to the platform once.
    public func setInstallReferrer(_ referrer: String) async throws {
        try await core.act { try await $0.setInstallReferrer(referrer: referrer) }
    }

    /// Where a link leads that the app was opened with, or that it shows; nil: to no screen of this app.
    ///
    /// Any text may be handed in. Noted as an activity, or counted as a link that led nowhere.
    public func openLink(_ link: String) throws -> Route? { try core.now { $0.openLink(link: link) } }
}

// MARK: - Signing in, registering, leaving

extension Pocketcard {
    /// Begins a sign-in with a phone number, e-mail address or card number.
    ///
    /// Where the programme asks for a one-time code, the ``session`` then waits for ``confirmCode(_:)``.
    public func signIn(_ login: String, password: String? = nil) async throws {
        try await core.act { try await $0.signIn(login: login, password: password) }
    }

    /// Hands in the one-time code that the sign-in or registration waits for.
    public func confirmCode(_ code: String) async throws { try await core.act { try await $0.confirmCode(code: code) } }

    /// Has the one-time code sent again.
    public func resendCode() async throws { try await core.act { try await $0.resendCode() } }

    /// Lets go of the sign-in, registration, password reset or account deletion that is under way.
    public func leaveStep() async throws { try await core.act { try await $0.leaveStep() } }

    /// Begins a registration, or resumes one; the ``session`` then says what is asked for.
    public func register(_ login: String, password: String? = nil) async throws {
        try await core.act { try await $0.register(login: login, password: password) }
    }

    /// Does one thing that the registration asks for. With the last required one the member is signed in.
    public func registrationStep(_ step: RegistrationStep) async throws {
        try await core.act { try await $0.registrationStep(step: step) }
    }

    /// The programme's questionnaire.
    public func questions() async throws -> [Question] { try await core.act { try await $0.questions() } }

    /// Answers questions of the programme's questionnaire.
    public func answer(_ answers: [Answer]) async throws {
        try await core.act { try await $0.answer(answers: answers) }
    }

    /// Has a code sent that allows a new password.
    public func resetPassword(_ login: String) async throws {
        try await core.act { try await $0.resetPassword(login: login) }
    }

    /// Sets a new password and signs in.
    public func setNewPassword(_ newPassword: String, code: String) async throws {
        try await core.act { try await $0.setNewPassword(code: code, newPassword: newPassword) }
    }

    /// Signs out. All that is the member's goes from this phone; works without a network.
    ///
    /// What is still to be told has some seconds for it; what then waits goes, too, and is counted in
    /// `OutboxView.dropped`.
    public func signOut() async throws { try await core.act { try await $0.signOut() } }

    /// Has a code sent that confirms leaving the programme.
    public func requestDeletion() async throws { try await core.act { try await $0.requestDeletion() } }

    /// Leaves the programme for good: the account is deleted, and all that is the member's goes from this phone.
    public func confirmDeletion(code: String, reason: String? = nil) async throws {
        try await core.act { try await $0.confirmDeletion(code: code, reason: reason) }
    }
}

// MARK: - The card and the accounts

extension Pocketcard {
    /// Links a plastic card by the number printed on it.
    public func linkCard(number: String, password: String? = nil) async throws {
        try await core.act { try await $0.linkCard(number: number, password: password) }
    }

    /// Has the platform issue a virtual card.
    public func issueVirtualCard() async throws { try await core.act { try await $0.issueVirtualCard() } }

    /// Fetches the next page of older ``history``.
    public func loadHistory() async throws { try await core.act { try await $0.loadHistory() } }
}

// MARK: - Offers and favourites

extension Pocketcard {
    /// Activates an offer, or accepts a personal one.
    ///
    /// Works without a network: the view shows it as waiting, then what came of it.
    ///
    /// - Throws: ``PocketcardError/rejected(_:)`` where there is no such offer, ``PocketcardError/notSupported`` where it
    ///   is not activated here.
    public func activateOffer(_ offer: Int64) async throws {
        try await core.act { try await $0.activateOffer(offer: offer) }
    }

    /// Puts a product into a cell of favourites; nil empties it. Needs a network.
    ///
    /// - Throws: ``PocketcardError/offline``: nothing changed; ``PocketcardError/rejected(_:)``: it is not allowed, and
    ///   the field that it names (`period`, `position`, `goods`) or the platform's words say why.
    public func chooseFavourite(period: Int64, position: UInt32, goods: String?) async throws {
        try await core.act { try await $0.chooseFavourite(period: period, position: position, goods: goods) }
    }
}

// MARK: - Tasks and games

extension Pocketcard {
    /// Takes part in a task, or no longer. Works without a network: the view shows it as waiting.
    public func setOptedIn(_ optedIn: Bool, task: String) async throws {
        try await core.act { try await $0.setOptedIn(task: task, optedIn: optedIn) }
    }

    /// Keeps answers to a task's questions through restarts, without handing them in.
    public func keepAnswers(_ answers: [TaskAnswer], task: String) async throws {
        try await core.act { try await $0.keepAnswers(task: task, answers: answers) }
    }

    /// Hands in answers to a task's questions. Works without a network: the view shows them as waiting.
    public func answerTask(_ task: String, answers: [TaskAnswer]) async throws {
        try await core.act { try await $0.answerTask(task: task, answers: answers) }
    }

    /// Says that the member has seen the completion of these tasks celebrated: `TasksView` does not name them again.
    public func celebrated(_ tasks: [String]) async throws {
        try await core.act { try await $0.celebrated(tasks: tasks) }
    }

    /// Plays a game. The platform draws; a play whose answer was lost gives the same outcome when it is tried again.
    ///
    /// - Throws: ``PocketcardError/rejected(_:)`` where the member has no play left, ``PocketcardError/offline``: play
    ///   again later.
    public func play(_ game: String) async throws -> GameOutcome {
        try await core.act { try await $0.play(game: game) }
    }
}

// MARK: - Stores

extension Pocketcard {
    /// Goods by name, to ask ``checkStock(of:around:)`` about. Without a network, those that were asked about before.
    ///
    /// - Throws: ``PocketcardError/notSupported`` where the platform does not know what stores have.
    public func findGoods(_ query: String) async throws -> GoodsView {
        try await core.act { try await $0.findGoods(query: query) }
    }

    /// Which of the stores that a query asks for have something, of its first 200.
    ///
    /// Without a network, the last known answers, marked so. Throws as ``stores(_:)`` and ``findGoods(_:)`` fail.
    public func checkStock(of goods: Goods, around query: StoresQuery) async throws -> StockView {
        try await core.act { try await $0.checkStock(goods: goods, around: query) }
    }

    /// Makes a store one of the member's favourites, or no longer. Kept on this phone; at most 500.
    public func setFavouriteStore(_ store: Int64, favourite: Bool) async throws {
        try await core.act { try await $0.setFavouriteStore(store: store, favourite: favourite) }
    }

    /// Says which store the member is in, nil where they left it: the card shows the code as its tills read it.
    ///
    /// Holds until the app ends.
    ///
    /// - Throws: ``PocketcardError/rejected(_:)`` where the chain has no store of this number.
    public func setCurrentStore(_ store: Int64?) async throws {
        try await core.act { try await $0.setCurrentStore(store: store) }
    }

    /// The stores to have the phone's system watch, nearest first, at most `limit`. Ask again when the member has moved on.
    ///
    /// - Throws: ``PocketcardError/rejected(_:)`` for a position that is none, and a limit of 0.
    public func storesToWatch(around position: Position, limit: UInt32) async throws -> [WatchedStore] {
        try await core.act { try await $0.storesToWatch(position: position, limit: limit) }
    }
}

// MARK: - Pushes and messages

extension Pocketcard {
    /// Says where pushes for this installation go. Kept, and told to the platform as soon as somebody is signed in.
    public func setPushToken(_ token: String, service: PushService = .apns) async throws {
        try await core.act { try await $0.setPushToken(token: token, service: service) }
    }

    /// Takes what a push service handed to the app, whatever it is, and says what to show. Screens change by themselves.
    ///
    /// Where the process lives for the push alone, call ``flush(deadline:)`` after it.
    ///
    /// - Throws: ``PocketcardError/internal(id:problem:)`` where the disk is full: then it was not taken, and may come
    ///   again.
    @discardableResult public func receivePush(_ push: Push) async throws -> PushOutcome {
        try await core.act { try await $0.receivePush(push: push) }
    }

    /// Says that the member opened the notification of this message. Told to the platform once, as soon as possible.
    ///
    /// - Throws: ``PocketcardError/rejected(_:)`` where `message` is no id of a message.
    public func pushOpened(_ message: String) async throws {
        try await core.act { try await $0.pushOpened(message: message) }
    }

    /// Fetches the next page of older messages.
    public func loadInbox() async throws { try await core.act { try await $0.loadInbox() } }

    /// Says that the member has read these messages; nil: all of them.
    ///
    /// Works without a network: shown at once, told to the platform later.
    public func readMessages(_ messages: [String]? = nil) async throws {
        try await core.act { try await $0.readMessages(messages: messages) }
    }

    /// Grants or withdraws a consent. Needs a network: what counts is what the platform has.
    ///
    /// - Throws: ``PocketcardError/offline``: nothing changed; ``PocketcardError/rejected(_:)`` where it cannot be
    ///   changed here.
    public func setConsent(_ kind: Int64, by way: ConsentWay, granted: Bool) async throws {
        try await core.act { try await $0.setConsent(kind: kind, way: way, granted: granted) }
    }
}

// MARK: - When a view changes by itself

extension CardView {
    /// When the card's code lapses.
    fileprivate var changesAt: Date? { code?.validUntil }

    private var code: CardCode? {
        guard case .ready(let code, _, _, _, _) = self else { return nil }
        return code
    }

    /// Whether nothing would be drawn anew: instants are measured with each pull, and differ by what that takes.
    fileprivate func isDrawn(as before: CardView) -> Bool {
        guard case .ready(var code, let number, let grouped, let title, let freshness) = self, let old = before.code,
            code.validFrom.isAbout(old.validFrom), code.validUntil.isAbout(old.validUntil)
        else { return self == before }
        (code.validFrom, code.validUntil) = (old.validFrom, old.validUntil)
        return before
            == .ready(code: code, number: number, numberGrouped: grouped, title: title, freshness: freshness)
    }
}

extension Date? {
    fileprivate func isAbout(_ other: Date?) -> Bool {
        guard let self, let other else { return self == other }
        return abs(self.timeIntervalSince(other)) < 0.1
    }
}

extension OpenState {
    fileprivate var changesAt: Date? {
        switch self {
        case .open(let until): until
        case .closed(let opensAt): opensAt
        case .unknown: nil
        }
    }
}
