import Foundation
import Observation
import PocketcardTesting
import Testing

@testable import Pocketcard

/// When a screen's view changes, and when nothing is drawn anew.
@MainActor @Suite(.timeLimit(.minutes(3))) struct ModelsTests {
    let sandbox: Sandbox
    let clock = MovableClock()
    let phone: Phone

    init() throws {
        sandbox = try Sandbox()
        phone = try Phone(sandbox.url, clock: clock)
    }

    @Test("What was there is shown at once, without a network, when the app is opened again")
    func opensAgain() async throws {
        let number: String
        do {
            let app = try await phone.open()
            try await app.signIn(Sandbox.anna, at: sandbox)
            number = try await app.aCard().number
        }
        try await sandbox.cutOff()
        var accounts: [Account]?
        for _ in 1...2 {
            let app = try await phone.open()
            guard case .ready(_, number, _, _, _) = app.card.view else { throw WaitedInVain("\(app.card.view)") }
            guard case .signedIn = app.session.view else { throw WaitedInVain("\(app.session.view)") }
            let shown = app.balance.view.accounts
            #expect(!shown.isEmpty && (accounts ?? shown) == shown)
            accounts = shown
        }
    }

    @Test("A change is observed on the main actor, and only by who has read that screen")
    func isObserved() async throws {
        let app = try await phone.open()
        let (changed, change) = AsyncStream<String>.makeStream()
        withObservationTracking {
            _ = app.outbox.view
        } onChange: {
            change.yield("outbox")
        }
        withObservationTracking {
            _ = (app.card.view, app.offers.view, app.inbox.view, app.session.view)
        } onChange: {
            change.yield("another")
        }
        try await app.track(.storeViewed(store: 1))
        for await first in changed {
            #expect(first == "outbox")
            break
        }
        try await wait("it waits", app.outbox) { $0.queued > 0 }
        change.finish()
        for await more in changed { Issue.record("\(more) changed, too") }
    }

    @Test("Changes that come together are pulled together, and the last is not missed")
    func isNotMissed() async throws {
        let app = try await phone.open()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<200 { group.addTask { try? await app.track(.storeViewed(store: 1)) } }
        }
        try await wait("all are there", app.outbox) { UInt64($0.queued) + $0.sent >= 200 }
    }

    @Test("A card that is pulled again is drawn again only where it has another code")
    func cardIsDrawnOnce() async throws {
        let app = try await phone.open()
        try await app.signIn(Sandbox.anna, at: sandbox)
        let number = try await app.aCard().number
        let seen = Drawn { app.card.view }
        for _ in 0..<5 {
            try app.setActive(true)
            try await Task.sleep(for: .milliseconds(100))
        }
        try app.setActive(false)
        let views = seen.views
        let codes = views.compactMap { if case .ready(let code, number, _, _, _) = $0 { code.text } else { nil } }
        #expect(codes.count == views.count)
        // Freshness may have changed once beside it.
        #expect(codes.count <= Set(codes).count + 1, "\(views)")
    }

    @Test("A rotating code is replaced when it lapses")
    func codeIsReplaced() async throws {
        let app = try await phone.open()
        try await app.signIn(Sandbox.anna, at: sandbox)
        let first = try await wait("a rotating code", app.card) { $0.isRotating }
        guard case .ready(let first, _, _, _, _) = first else { return }
        // What is still asked of the platform would set the moved clock right again.
        try await app.refresh()
        let lapses = try #require(first.validUntil)
        clock.move(to: lapses - 0.7)
        try await app.setCurrentStore(nil)
        let next = try await wait("the next code", app.card) {
            if case .ready(let code, _, _, _, _) = $0 { code.text != first.text } else { false }
        }
        guard case .ready(let code, _, _, _, _) = next else { return }
        #expect(try #require(code.validFrom) >= lapses - 0.1)
    }

    @Test("A sequence follows its screen and ends when the app is closed; models keep their last view")
    func sequenceEnds() async throws {
        let app = try await phone.open()
        try await app.signIn(Sandbox.anna, at: sandbox)
        let store = app.store(1)
        let following = Task {
            var last: StorePage?
            for try await page in store { last = page }
            return last
        }
        try await wait("the store is there", app.store(1)) { $0 != nil }
        try await app.setFavouriteStore(1, favourite: true)
        try await wait("it is liked", app.store(1)) { $0?.store.favourite == true }
        try await Task.sleep(for: .milliseconds(200))
        app.close()
        #expect(try await following.value?.store.favourite == true)
        guard case .signedIn = app.session.view else { throw WaitedInVain("a session: \(app.session.view)") }
        #expect(!app.offers.view.offers.isEmpty)
    }

    @Test("Who lets go of the app lets go of all that it holds")
    func nothingLeaks() async throws {
        weak var kept: Pocketcard?
        weak var model: ScreenModel<OutboxView>?
        do {
            let app = try await phone.open()
            (kept, model) = (app, app.outbox)
            let screen = Task { for try await _ in app.stores(StoresQuery()) {} }
            try await app.track(.storeViewed(store: 1))
            screen.cancel()
            _ = await screen.result
            #expect(kept != nil && model != nil)
        }
        let end = Date() + patience
        while kept != nil || model != nil, Date() < end { try await Task.sleep(for: .milliseconds(5)) }
        #expect(kept == nil && model == nil)
    }
}

extension CardView {
    fileprivate var isRotating: Bool {
        guard case .ready(let code, _, _, _, _) = self, case .rotating = code.kind else { return false }
        return true
    }
}

/// Whatever SwiftUI would draw of a view: at first, and whenever it changed.
@MainActor private final class Drawn<View: Sendable> {
    private(set) var views: [View] = []
    private let read: () -> View

    init(_ read: @escaping () -> View) {
        self.read = read
        draw()
    }

    private func draw() {
        let view = withObservationTracking(read) { Task { @MainActor in self.draw() } }
        views.append(view)
    }
}

/// A clock that runs on and can be set; since boot it has run on all the while.
final class MovableClock: Pocketcard.Clock {
    private let moved = Locked(TimeInterval(0))
    private let start = ContinuousClock.now
    private let wall = Date()

    private var passed: TimeInterval {
        let duration = start.duration(to: .now).components
        return TimeInterval(duration.seconds) + TimeInterval(duration.attoseconds) / 1e18 + moved.withLock { $0 }
    }

    func read() -> ClockReading {
        let passed = passed
        return ClockReading(wall: wall + passed, sinceBoot: 3_600 + passed, boot: "1")
    }

    /// Lets time pass until `instant`.
    func move(to instant: Date) {
        let left = instant.timeIntervalSince(wall + passed)
        moved.withLock { $0 += left }
    }
}
