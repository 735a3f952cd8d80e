import Foundation
import PocketcardTesting
import Testing

@testable import Pocketcard

/// What may come at once, and what happens when an app lets go in the middle.
@MainActor @Suite(.timeLimit(.minutes(3))) struct TasksAndActorsTests {
    let sandbox: Sandbox
    let phone: Phone

    init() throws {
        sandbox = try Sandbox()
        phone = try Phone(sandbox.url)
    }

    @Test("A caller that is cancelled leaves at once, and what it began is finished")
    func cancels() async throws {
        let app = try await phone.open()
        try await app.signIn(Sandbox.anna)
        let code = try await sandbox.smsCode(Sandbox.anna)
        try await sandbox.slow("/authorizationService", milliseconds: 1_500)
        let confirming = Task { try await app.confirmCode(code) }
        try await Task.sleep(for: .milliseconds(200))
        confirming.cancel()
        await #expect(throws: CancellationError.self) { try await confirming.value }
        guard case .signedOut = app.session.view else { throw WaitedInVain("it waited for the platform") }
        try await wait("the code is spent all the same", app.session) { if case .signedIn = $0 { true } else { false } }
    }

    @Test("A caller that was cancelled before it called begins nothing")
    func beginsNothing() async throws {
        let app = try await phone.open()
        let tracking = Task {
            while !Task.isCancelled { await Task.yield() }
            try await app.track(.storeViewed(store: 1))
        }
        let before = app.outbox.view.queued
        tracking.cancel()
        await #expect(throws: CancellationError.self) { try await tracking.value }
        try await app.track(.storeViewed(store: 2))
        try await wait("one", app.outbox) { $0.queued > before }
        #expect(app.outbox.view.queued == before + 1)
    }

    @Test("Who is cancelled while the app is opened hears of that, not of an app that was closed")
    func opensCancelled() async throws {
        let opening = Task { [phone] in
            while !Task.isCancelled { await Task.yield() }
            return try await phone.open()
        }
        opening.cancel()
        await #expect(throws: CancellationError.self) { _ = try await opening.value }
    }

    @Test("A hundred calls at once, from any actor")
    func manyAtOnce() async throws {
        let app = try await phone.open()
        try await app.signIn(Sandbox.anna, at: sandbox)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for which in 0..<100 {
                group.addTask {
                    switch which % 4 {
                    case 0: try await app.track(.storeViewed(store: 1))
                    case 1: try await app.refresh()
                    case 2: for try await _ in app.store(1) { break }
                    default: _ = try app.currentCard()
                    }
                }
            }
            try await group.waitForAll()
        }
        try await app.flush(deadline: 10)
        try await wait("all were sent", app.outbox) { $0.queued == 0 }
    }

    @Test("Closing while calls run ends each as it would have or says why, again and again")
    func closesInTheMiddle() async throws {
        for _ in 0..<10 {
            let app = try await phone.open()
            let calls = (0..<20).map { which in
                Task.detached {
                    while true {
                        if which.isMultiple(of: 2) {
                            try await app.track(.storeViewed(store: 1))
                        } else {
                            _ = try app.currentCard()
                            await Task.yield()
                        }
                    }
                }
            }
            try await Task.sleep(for: .milliseconds(30))
            app.close()
            for call in calls {
                await #expect(throws: PocketcardError.closed) { try await call.value }
            }
        }
        #expect(phone.log.records.filter { $0.level == .error } == [])
    }

    @Test("A call that is under way when the app is closed ends as it would have")
    func endsAsItWouldHave() async throws {
        do {
            let app = try await phone.open()
            try await app.signIn(Sandbox.anna)
            let code = try await sandbox.smsCode(Sandbox.anna)
            try await sandbox.slow("/authorizationService", milliseconds: 700)
            async let confirming: Void = app.confirmCode(code)
            try await Task.sleep(for: .milliseconds(200))
            app.close()
            try await confirming
        }
        try await sandbox.heal()
        guard case .signedIn = try await phone.open().session.view else { throw WaitedInVain("nobody is signed in") }
    }

    @Test("After closing, each call says so")
    func saysSo() async throws {
        let app = try await phone.open()
        app.close()
        app.close()
        #expect(await thrown { try await app.refresh() } == .closed)
        #expect(await thrown { try app.setActive(true) } == .closed)
        #expect(await thrown { _ = try app.openLink("pocketcard://card") } == .closed)
        #expect(await thrown { for try await _ in app.stores(StoresQuery()) {} } == .closed)
        #expect(app.session.view == .signedOut(step: nil))
    }
}
