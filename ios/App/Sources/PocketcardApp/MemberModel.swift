import Foundation
import Observation
import Pocketcard
import PocketcardUI

/// Where the member is, what they asked for and what came of it. What a screen shows is the core's.
@MainActor @Observable final class MemberModel {
    @ObservationIgnored let core: Pocketcard
    @ObservationIgnored let brand: Brand
    @ObservationIgnored let device: any Device
    let acts: Acts

    /// What is about the offers alone.
    let offers: OffersModel
    /// What is about tasks and games alone.
    let tasks: TasksModel
    /// What is about the stores alone.
    let stores: StoresModel
    /// The consents that the platform is being told of.
    let changing: UnderWay<ConsentPlace>

    /// How the member came to where they are: back leads along it.
    private(set) var way = [Place].start

    /// The platform is being asked for everything.
    private(set) var isRefreshing = false

    /// The number that was scanned from a plastic card, until it is linked or the member goes elsewhere.
    private(set) var scanned = ""

    init(_ core: Pocketcard, _ brand: Brand, _ device: any Device) {
        self.core = core
        self.brand = brand
        self.device = device
        acts = Acts()
        offers = OffersModel(core, acts)
        tasks = TasksModel(core, acts)
        stores = StoresModel(core, acts, device)
        changing = UnderWay(acts)
    }

    /// Where the member is.
    var place: Place { way.last ?? .card }

    /// A member is known, whether or not the platform wants them to sign in again.
    var hasMember: Bool {
        if case .signedOut = core.session.view { false } else { true }
    }
}

// MARK: - Going places

extension MemberModel {
    /// Goes where `way` ends.
    func go(_ way: [Place]) {
        if way.last != place { acts.failureRead() }
        if !way.contains(.linkCard) && !way.contains(.signIn) { scanned = "" }
        self.way = way
    }

    /// Goes where a link leads.
    func follow(_ route: Route) {
        switch route {
        case .offers: offers.filter = .all
        case .coupons: offers.filter = .coupons
        case .stores: stores.show(StoresFilter())
        default: break
        }
        go(route.way)
    }

    /// The app was opened with a link, which may lead nowhere.
    func open(link: String) {
        acts.act { [self] in if let route = try core.openLink(link) { follow(route) } }
    }

    /// Opens a page; back leads here again.
    func open(_ page: Place) { go(way.filter { $0 != page } + [page]) }

    /// Goes back by one screen, where there is one: the second of two quick taps may be one too many.
    func back() { if way.count > 1 { go(way.dropLast()) } }

    /// Goes back from `page`, if the member is there.
    func leave(_ page: Place) {
        if page == place {
            back()
        } else if way.contains(page) {
            go(way.filter { $0 != page })
        }
    }

    /// A plastic card was scanned: its number goes where it could be typed, and no further by itself.
    func scanned(_ number: String?) {
        if let number { scanned = number }
        leave(.scanCard)
    }

    /// The member signed out, or left the programme: what they looked for goes, too.
    func left() {
        offers.forget()
        tasks.forget()
        stores.forget()
        go(.start)
    }
}

// MARK: - What screens ask for

extension MemberModel {
    /// Has the platform asked anew, and waits for its answer.
    func refresh() async {
        if isRefreshing { return }
        isRefreshing = true
        defer { isRefreshing = false }
        acts.failureRead()
        await acts.attempt { try await core.refresh() }
    }

    /// The same for a screen that has a button for it.
    func refreshNow() { acts.act { await self.refresh() } }

    /// Grants or withdraws a consent.
    func change(_ consent: ConsentPlace, granted: Bool) {
        changing.act(consent) { [core] in try await core.setConsent(consent.kind, by: consent.way, granted: granted) }
    }

    /// Opens a page of the web, a map or a call.
    func show(_ url: URL?) {
        acts.act { [self] in if let url, await device.open(url) {} else { acts.fail(.noApp) } }
    }

    /// The app came to the front, or went from there.
    func set(inFront: Bool) {
        acts.act { [core] in
            try core.setActive(inFront)
            // What keeps it from an answer is said by the age of what is shown.
            if inFront { _ = try? await core.refresh() }
        }
    }
}
