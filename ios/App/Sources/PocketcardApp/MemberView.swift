import Pocketcard
import PocketcardUI
import SwiftUI

/// The whole app of a member, in one window: the screens in their frame, what each shows of the core, and what happens
/// when the member acts.
///
/// It follows the links that the window is opened with, tells the core when the app is in front, and is where it was when
/// iOS ended the app meanwhile.
public struct MemberView: View {
    @Environment(\.scenePhase) private var phase
    @SceneStorage("member") private var saved = ""
    @State private var model: MemberModel
    @Binding private var link: String?

    /// Makes the app's view.
    ///
    /// - Parameters:
    ///   - pocketcard: the core, which the app keeps as long as it lives.
    ///   - brand: what the operator says of the programme.
    ///   - device: the phone.
    ///   - link: where to go that the window is not opened with, as a notification that was tapped has it; nil once the
    ///     member is there.
    public init(pocketcard: Pocketcard, brand: Brand, device: any Device, link: Binding<String?> = .constant(nil)) {
        _model = State(initialValue: MemberModel(pocketcard, brand, device))
        _link = link
    }

    /// The screen where the member is, in its frame.
    public var body: some View {
        Framed(model: model)
            .tint(model.brand.accent)
            .onAppear { model.restore(saved) }
            .onChange(of: model.saved) { _, now in saved = now }
            .onOpenURL { model.open(link: $0.absoluteString) }
            .onChange(of: link, initial: true) { _, tapped in
                guard let tapped else { return }
                link = nil
                model.open(link: tapped)
            }
            .onChange(of: phase, initial: true) { _, phase in
                switch phase {
                case .active: model.set(inFront: true)
                case .background: model.set(inFront: false)
                default: break
                }
            }
    }
}

/// The frame around a screen.
private struct Framed: View {
    @Environment(\.words) private var words
    let model: MemberModel

    private var core: Pocketcard { model.core }

    var body: some View {
        let place = model.place
        PocketcardFrame(
            place.destination, title: place.title(model.brand, words), freshness: freshness(place),
            unread: Int(core.inbox.view.unread), failure: saysFailure(place) ? nil : model.acts.failure,
            hasBack: place.isPage,
            onRefresh: {
                if place == .stores { model.stores.locateAgain() }
                await model.refresh()
            },
            onEvent: { event in
                switch event {
                case .go(let destination): model.go(destination.way)
                case .back: model.back()
                case .failureRead: model.acts.failureRead()
                }
            }
        ) { Screen(place: place, model: model).id(place) }
        .task(id: place.destination) { if place.destination == .stores { await model.stores.followFreshness() } }
    }

    /// Of what the screen there shows; nil where that is nothing of the platform.
    private func freshness(_ place: Place) -> Freshness? {
        switch place {
        case .card: core.card.view.freshness
        case .offers: core.offers.view.freshness(of: model.offers.filter, favourites: core.favourites.view)
        case .offer(.offer): core.offers.view.freshness
        case .offer(.coupon): core.offers.view.couponsFreshness
        case .tasks, .task, .game: core.tasks.view.freshness
        case .stores, .store: model.stores.freshness
        case .more, .balance: core.balance.view.freshness
        case .history: core.history.view.freshness
        case .inbox, .message: core.inbox.view.freshness
        case .settings: core.consents.view.freshness
        case .signIn, .linkCard, .scanCard: nil
        }
    }

    /// Whether the screen there says itself why what was handed in was not taken, beside it.
    private func saysFailure(_ place: Place) -> Bool {
        switch place {
        case .signIn, .linkCard: true
        // The page that the code is entered on.
        case .settings: if case .signedIn(_, .some) = core.session.view { true } else { false }
        default: false
        }
    }
}

private struct Screen: View {
    let place: Place
    let model: MemberModel

    var body: some View {
        switch place {
        case .card: LiveCard(model: model)
        case .signIn: LiveSignIn(model: model)
        case .linkCard: LiveLinkCard(model: model)
        case .scanCard: model.device.scanner { model.scanned($0) }
        case .offers: LiveOffers(model: model)
        case .offer(let id): LiveOffer(model: model, id: id)
        case .tasks: LiveTasks(model: model, first: nil)
        case .task(let task): LiveTasks(model: model, first: task)
        case .game(let game): LiveGame(model: model, id: game)
        case .stores: LiveStores(model: model)
        case .store(let store): LiveStore(model: model, id: store)
        case .more: LiveMore(model: model)
        case .balance: LiveBalance(model: model)
        case .history: LiveHistory(model: model)
        case .inbox: LiveInbox(model: model)
        case .message(let message): LiveMessage(model: model, id: message)
        case .settings: LiveSettings(model: model)
        }
    }
}

extension CardView {
    fileprivate var freshness: Freshness {
        switch self {
        case .noCard(_, let freshness), .ready(_, _, _, _, let freshness), .unusable(_, _, _, _, let freshness):
            freshness
        }
    }
}
