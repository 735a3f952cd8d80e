import Foundation
import PocketcardTesting
import Testing

@testable import Pocketcard

/// Each method of the boundary against a real platform, through the facade. What each means is tested where the core is.
@MainActor @Suite(.timeLimit(.minutes(3))) struct BoundaryTests {
    let sandbox: Sandbox
    let phone: Phone

    init() throws {
        sandbox = try Sandbox(stores: 40)
        phone = try Phone(sandbox.url)
    }

    private func asAnna() async throws -> Pocketcard {
        let app = try await phone.open()
        try await app.signIn(Sandbox.anna, at: sandbox)
        return app
    }

    @Test("Nothing that the core offers is left out of the facade")
    func nothingIsLeftOut() throws {
        let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../..")
        let read = { try String(contentsOf: package.appendingPathComponent($0), encoding: .utf8) }
        let bindings = try read("Generated/PocketcardBindings/PocketcardBindings.swift")
        let boundary = try #require(bindings.components(separatedBy: "public protocol LoyaltyProtocol").last)
        let methods = boundary.prefix(upTo: try #require(boundary.range(of: "\n}")).lowerBound)
            .matches(of: /func (\w+)\(/).map { String($0.output.1) }
        #expect(methods.count > 40)
        let facade = try read("Sources/Pocketcard/Pocketcard.swift") + read("Sources/Pocketcard/Core.swift")
        #expect(methods.filter { !facade.contains("$0.\($0)(") && !facade.contains("loyalty.\($0)(") } == [])
    }

    @Test("A member signs in, a till takes the card, and what they have is there")
    func signsIn() async throws {
        let app = try await phone.open()
        #expect(app.session.view == .signedOut(step: nil))
        guard case .noCard = app.card.view else { return #expect(Bool(false), "a card: \(app.card.view)") }
        try await app.signIn(Sandbox.anna)
        try await wait("a code is asked for", app.session) {
            if case .signedOut(.signInCode) = $0 { true } else { false }
        }
        try await app.resendCode()
        try await app.confirmCode(try await sandbox.smsCode(Sandbox.anna))
        try await wait("Anna is there", app.session) {
            if case .signedIn(let member, _) = $0 { member?.firstName == "Anna" } else { false }
        }
        #expect(try await app.refresh().stale == [])

        let card = try await app.aCard()
        try await sandbox.scan(card.code.text)
        guard case .ready(_, let number, _, _, _) = try app.currentCard() else { throw WaitedInVain("a card") }
        #expect(number == card.number)
        let symbol = try #require(card.code.symbol)
        #expect(symbol.bits.count == Int((symbol.width + 7) / 8 * symbol.height))

        let balance = try await wait("points", app.balance) { !$0.accounts.isEmpty }
        #expect(balance.accounts[0].available > 0)
        try await app.loadHistory()
        let all = try await wait("a history", app.history) { !$0.entries.isEmpty }
        let purchases = try await wait("purchases", app.history(.purchases)) { !$0.entries.isEmpty }
        #expect(purchases.entries.allSatisfy { if case .purchase = $0.what { true } else { false } })
        #expect(purchases.entries.count < all.entries.count)

        try await app.signOut()
        try await wait("nobody is there", app.session) { $0 == .signedOut(step: nil) }
        try await wait("nothing is left", app.history) { $0.entries.isEmpty }
    }

    @Test("A registration asks step by step")
    func registers() async throws {
        let app = try await phone.open()
        let number = "+491713920098"
        try await app.register(number)
        for _ in 1...12 {
            let session = try await wait("it goes on", app.session) {
                switch $0 {
                case .signedIn, .signedOut(.registration): true
                default: false
                }
            }
            guard case .signedOut(.registration(let actions, let phoneCode, _)) = session else { break }
            if phoneCode != nil {
                try await app.confirmCode(try await sandbox.smsCode(number))
            } else {
                let step: RegistrationStep
                switch try #require(actions.first { $0.required && !$0.done }).kind {
                case .acceptTerms: step = .acceptTerms
                case .changePhone: step = .phone(number: number)
                case .questions: step = .answers(answers: answers(try await app.questions()))
                default: step = .takeVirtualCard
                }
                try await app.registrationStep(step)
            }
            try await wait("the step is done", app.session) { $0 != session }
        }
        guard case .signedIn = app.session.view else { throw WaitedInVain("in circles: \(app.session.view)") }
        try await app.answer(answers(try await app.questions()))
    }

    private func answers(_ questions: [Question]) -> [Answer] {
        questions.map { question in
            // A date is a text as good as any.
            let text = question.options.isEmpty ? "1990-05-04" : nil
            return Answer(
                question: question.id, group: question.group, value: text, options: question.options.prefix(1).map(\.id)
            )
        }
    }

    @Test("A password is set anew, and a step can be left")
    func setsPassword() async throws {
        let app = try await phone.open()
        try await app.resetPassword(Sandbox.boris)
        try await app.leaveStep()
        try await wait("the step is left", app.session) { $0 == .signedOut(step: nil) }
        try await app.resetPassword(Sandbox.boris)
        try await app.setNewPassword("battery staple 7", code: try await sandbox.smsCode(Sandbox.boris))
        try await app.signOut()
        try await app.signIn(Sandbox.boris, password: "battery staple 7")
        try await wait("Boris is there", app.session) { if case .signedIn = $0 { true } else { false } }
    }

    @Test("A plastic card is linked, a virtual one issued", arguments: [true, false])
    func getsCard(plastic: Bool) async throws {
        let app = try await phone.open()
        let number = try #require(try await sandbox.ask("POST", "/sandbox/cards", #"{"pin": "4711"}"#)["number"]?.text)
        try await sandbox.ask("POST", "/sandbox/members", #"{"phone": "+491713920050", "withoutCard": true}"#)
        try await app.signIn("+491713920050", at: sandbox)
        try await wait("no card yet", app.card) { if case .noCard(true, _) = $0 { true } else { false } }
        if plastic {
            try await app.linkCard(number: number, password: "4711")
        } else {
            try await app.issueVirtualCard()
        }
        let card = try await app.aCard()
        #expect((card.number == number) == plastic)
    }

    @Test("A member leaves the programme")
    func leaves() async throws {
        let app = try await phone.open()
        try await sandbox.member("+491713920052")
        try await app.signIn("+491713920052", at: sandbox)
        try await app.requestDeletion()
        try await wait("a code is asked for", app.session) {
            if case .signedIn(_, .some) = $0 { true } else { false }
        }
        try await app.confirmDeletion(code: try await sandbox.smsCode("+491713920052"), reason: "moving away")
        try await wait("nobody is there", app.session) { if case .signedOut = $0 { true } else { false } }
    }

    @Test("Offers are found and activated, favourites chosen")
    func findsOffers() async throws {
        let app = try await asAnna()
        let offers = try await wait("offers", app.offers) { $0.offers.contains { $0.state == .activate } }
        let online = try await wait("offers online", app.offers(OffersQuery(channel: .online))) { !$0.offers.isEmpty }
        #expect(online.offers.allSatisfy { $0.applies != .notAsked })
        let chosen = try #require(offers.offers.first { $0.state == .activate })
        guard case .offer(let id) = chosen.id else { throw WaitedInVain("no offer: \(chosen)") }
        let detail = try await wait("it", app.offer(chosen.id))
        #expect(detail?.offer.title == chosen.title)
        try await app.activateOffer(id)
        try await wait("it is active", app.offer(chosen.id)) { $0?.offer.state == .active }
        #expect(try await wait("none", app.offer(.coupon(id: 987_654))) == nil)

        let period = try #require(try await wait("favourites", app.favourites) { !$0.periods.isEmpty }.periods.first)
        let cell = try #require(period.cells.first { $0.change == .allowed })
        try await app.chooseFavourite(period: period.id, position: cell.position, goods: period.choices[0].id)
        try await wait("the choice", app.favourites) {
            $0.periods[0].cells.contains { $0.position == cell.position && $0.goods == period.choices[0] }
        }
    }

    @Test("Tasks are taken, answered and celebrated, a game is played")
    func doesTasks() async throws {
        let app = try await asAnna()
        try await app.setOptedIn(true, task: "healthy-marathon")
        let tasks = try await wait("the questionnaire", app.tasks) { $0.tasks.contains { $0.id == "questionnaire" } }
        let task = try #require(tasks.tasks.first { $0.id == "questionnaire" })
        let answers = task.questions.map { question in
            TaskAnswer(question: question.id, value: question.options.first.map { String($0.id) } ?? "5")
        }
        try await app.keepAnswers(Array(answers.prefix(1)), task: task.id)
        try await wait("the answer is kept", app.tasks) {
            $0.tasks.first { $0.id == task.id }?.questions.first?.value == answers[0].value
        }
        try await app.answerTask(task.id, answers: answers)
        try await app.track(.storeViewed(store: 1))
        try await app.flush(deadline: 10)
        try await app.refresh()
        let done = try await wait("something to celebrate", app.tasks) { !$0.celebrations.isEmpty }
        let celebrated = done.celebrations.map(\.task)
        try await app.celebrated(celebrated)
        try await wait("celebrated", app.tasks) { !$0.celebrations.contains { celebrated.contains($0.task) } }
        let games = try await wait("a play", app.tasks) { $0.games.contains { $0.playsLeft > 0 } }.games
        let game = try #require(games.first { $0.playsLeft > 0 })
        #expect(try await app.play(game.id).outcome != "")
    }

    @Test("Stores are found, liked and asked for goods")
    func findsStores() async throws {
        let app = try await asAnna()
        let here = Position(latitude: 52.52, longitude: 13.41)
        let near = StoresQuery(place: .near(position: here, radiusMeters: nil))
        let stores = try await wait("stores", app.stores(near)) { !$0.stores.isEmpty }.stores
        let distances = stores.compactMap(\.distanceMeters)
        #expect(distances.count == stores.count && distances == distances.sorted())
        let id = stores[0].id
        try await app.setFavouriteStore(id, favourite: true)
        try await wait("it is liked", app.store(id)) { $0?.store.favourite == true }
        try await app.setCurrentStore(id)
        try await wait("the member is in it", app.store(id)) { $0?.current == true }
        #expect(try await wait("none", app.store(987_654)) == nil)
        let goods = try #require(try await app.findGoods("coffee").goods.first)
        try await sandbox.ask("PUT", "/sandbox/stores/\(id)/stock", #"{"goodsId": "\#(goods.id)", "count": 3}"#)
        #expect(try await app.checkStock(of: goods, around: near).stores.contains { $0.store.id == id })
        #expect(try await app.storesToWatch(around: here, limit: 5).count == 5)
        let error = await thrown { _ = try await wait("never", app.stores(StoresQuery(limit: 0))) }
        guard case .rejected(let reason) = error else { throw WaitedInVain("not refused: \(error as Any)") }
        #expect(reason.fields.map(\.field) == ["limit"])
    }

    @Test("Pushes, messages and consents")
    func takesPushes() async throws {
        let member = try await sandbox.member("+491713920053")
        let app = try await phone.open()
        try await app.signIn("+491713920053", at: sandbox)
        try await app.setPushToken("token-of-this-phone")
        try await app.setInstallReferrer("an attribution token")
        try await app.flush(deadline: 10)
        let push = #"{"to": {"member": \#(member)}, "title": "Hello", "body": "There"}"#
        try await sandbox.ask("POST", "/sandbox/pushes", push)
        let pushed = try #require(try await sandbox.pushed("token-of-this-phone").last)
        guard case .taken(let notification) = try await app.receivePush(pushed) else {
            throw WaitedInVain("taken: \(pushed)")
        }
        #expect(notification?.title == "Hello")
        #expect(try await app.receivePush(pushed) == .ignored(reason: .duplicate))
        try await wait("the message", app.inbox) { $0.messages.contains { $0.title == "Hello" } }
        try await app.pushOpened(try #require(notification?.message))
        try await app.loadInbox()
        try await app.readMessages()
        try await wait("all are read", app.inbox) { $0.unread == 0 }

        let consents = try await wait("consents", app.consents) { !$0.consents.isEmpty }.consents
        let consent = try #require(consents.first { $0.channels.contains { !$0.readOnly } })
        let channel = try #require(consent.channels.first { !$0.readOnly })
        try await app.setConsent(consent.kind, by: channel.way, granted: !channel.granted)
        try await wait("the consent is changed", app.consents) {
            let now = $0.consents.first { $0.kind == consent.kind }?.channels.first { $0.way == channel.way }
            return now?.granted == !channel.granted
        }
    }

    @Test("What the app does is told, and a link leads to a screen or nowhere")
    func tellsWhatHappens() async throws {
        let app = try await asAnna()
        try app.setActive(true)
        #expect(try app.openLink("pocketcard://offers/7") == .offer(offer: 7))
        for stranger in [
            "https://stranger.example/offers/7", "javascript:alert(1)", "pocketcard://offers/-7", "", "\0",
        ] {
            #expect(try app.openLink(stranger) == nil, "\(stranger)")
        }
        let sum = try #require(Decimal(string: "12.50"))
        try await app.track(.custom(name: "basket.opened", fields: ["sum": .number(value: sum)]))
        try await app.flush(deadline: 10)
        try await wait("all is sent", app.outbox) { $0.queued == 0 && $0.sent > 0 }
        try app.setActive(false)
    }
}
