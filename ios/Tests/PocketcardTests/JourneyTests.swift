import Foundation
import PocketcardTesting
import Testing

@testable import Pocketcard

/// One member, one phone, one platform, from the sign-in to the sign-out.
@MainActor @Suite(.timeLimit(.minutes(3))) struct JourneyTests {
    private let number = "+491713920070"

    @Test("Sign in, card, till, points by push, offer, task, store, offline, sign out")
    func journey() async throws {
        let sandbox = try Sandbox()
        let phone = try Phone(sandbox.url)
        try await sandbox.member(number, points: 100)
        var app = try await phone.open()
        try app.setActive(true)
        try await app.signIn(number)
        try await app.confirmCode(try await sandbox.smsCode(number))
        try await app.setPushToken("journey")
        try await app.refresh()
        try await app.flush(deadline: 10)
        let before = try #require(try await wait("points", app.balance) { !$0.accounts.isEmpty }.accounts.first)

        // The till reads the code, sells a coffee; what that brings comes by push.
        let card = try await wait("a rotating code", app.card) {
            if case .ready(let code, _, _, _, _) = $0, case .rotating = code.kind { true } else { false }
        }
        guard case .ready(let code, let printed, _, _, _) = card else { return }
        let sale = try await sandbox.scan(code.text)
        #expect(sale["member"]?["spendable"]?.number == before.available)
        let purchase = JSON.object([
            "saleId": sale["saleId"] ?? .null, "store": .number(1), "payWithPoints": .number(0),
            "items": .list([
                .object(["goodsId": .text("1"), "name": .text("Coffee"), "price": .number(4.5), "count": .number(10)])
            ]),
        ])
        try await sandbox.ask("POST", "/till/purchases", purchase.written)
        var notifications: [Pocketcard.Notification] = []
        for push in try await sandbox.pushed("journey") {
            if case .taken(let shown?) = try await app.receivePush(push) { notifications.append(shown) }
        }
        #expect(notifications.contains { $0.channel == .balance })
        let after = try await wait("more points", app.balance) {
            $0.accounts.first.map { $0.available > before.available } == true
        }.accounts[0].available
        try await wait("the purchase", app.history) {
            $0.entries.contains { if case .purchase = $0.what { true } else { false } }
        }

        // An offer, a task, a store.
        let offer = try #require(app.offers.view.offers.first { $0.state == .activate })
        guard case .offer(let id) = offer.id else { return }
        try await app.activateOffer(id)
        try await wait("it is active", app.offer(offer.id)) { $0?.offer.state == .active }
        let tasks = try await wait("tasks", app.tasks) { $0.tasks.contains { !$0.questions.isEmpty } }
        let task = try #require(tasks.tasks.first { !$0.questions.isEmpty })
        let answers = task.questions.map {
            TaskAnswer(question: $0.id, value: $0.options.first.map { "\($0.id)" } ?? "5")
        }
        try await app.answerTask(task.id, answers: answers)
        try await app.flush(deadline: 10)
        try await app.refresh()
        try await wait("the task is done", app.tasks) { $0.tasks.first { $0.id == task.id }?.state == .done }
        let here = Position(latitude: 52.52, longitude: 13.41)
        let open = StoresQuery(place: .near(position: here, radiusMeters: nil))
        let stores = try await wait("stores", app.stores(open)) { !$0.stores.isEmpty }
        #expect(stores.stores[0].distanceMeters != nil)

        // No signal; the app ends, is opened again, and shows and does it all the same.
        try await sandbox.cutOff()
        app.close()
        app = try await phone.open()
        try app.setActive(true)
        #expect(app.balance.view.accounts.first?.available ?? 0 >= after)
        #expect(await thrown { try await app.refresh() } == .offline)
        try await wait("it says why it is not fresh", app.balance) {
            if case .cached(_, .offline) = $0.freshness { true } else { false }
        }
        let offline = try await app.aCard()
        #expect(offline.number == printed)
        let waiting = try #require(app.offers.view.offers.first { $0.state == .activate })
        guard case .offer(let later) = waiting.id else { return }
        try await app.activateOffer(later)
        try await wait("it waits", app.offer(waiting.id)) { $0?.offer.state == .waiting }
        #expect(try await wait("stores", app.stores(open)).stores.map(\.id) == stores.stores.map(\.id))

        // The signal returns: it is sent.
        try await sandbox.heal()
        try await app.flush(deadline: 10)
        try await wait("it is active", app.offer(waiting.id)) { $0?.offer.state == .active }

        try await app.signOut()
        try await wait("no card", app.card) { if case .noCard = $0 { true } else { false } }
        #expect(app.balance.view.accounts == [] && app.inbox.view.messages == [])
        app.close()
        try nothingIsLeft(phone)
    }

    /// Of the member, in any file; in the secrets, what tells this installation from others.
    private func nothingIsLeft(_ phone: Phone) throws {
        let files = try FileManager.default.subpathsOfDirectory(atPath: phone.folder.path)
        #expect(files.contains { $0.hasSuffix(".db") }, "looked in the right place: \(files)")
        for file in files {
            let path = phone.folder.appendingPathComponent(file).path
            guard let data = FileManager.default.contents(atPath: path) else { continue }
            for trace in [number.dropFirst().description, "Erika"] {
                #expect(data.range(of: Data(trace.utf8)) == nil, "\(trace) in \(file)")
            }
        }
        #expect(phone.secrets.keys == ["pocketcard.installation", "pocketcard.push"])
    }
}
