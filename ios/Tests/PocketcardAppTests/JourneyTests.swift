import Foundation
import Pocketcard
import PocketcardTesting
import ScreenOutline
import Testing

@testable import PocketcardApp

/// Signing in, the card, offers, messages, settings.
@MainActor @Suite(.timeLimit(.minutes(3))) struct JourneyTests {
    /// Of the programme's own offers, as the sandbox has them: a personal one, to be accepted.
    private let healthyWeek: Int64 = 7
    /// Of a test's own.
    private let brunch: Int64 = 4711

    @Test("A member signs in, the till reads the screen, what that brings outlives the signal, nothing a sign-out")
    func fromSignInToSignOut() async throws {
        let app = try await Journey()
        try await app.sandbox.member(number, points: 100)
        try await app.tap("Sign in")
        try await app.type(number, into: "Phone number")
        try await app.tap("Sign in")
        try await app.see("Enter your code")
        try await app.endedByIOS()
        try await app.see("Enter your code")
        try await app.type(try await app.sandbox.smsCode(number), into: "Code")
        try await app.seeCode()
        try await app.hearsPushes()
        let before = try await wait("points", app.core.balance) { !$0.accounts.isEmpty }.accounts[0].available
        try await app.see(written(before))
        #expect(app.device.isCodeShown)
        let sale = try await app.atTheTill()
        #expect(sale["member"]?["spendable"]?.number == before, "the till knows the same member")

        let id = try required(sale["saleId"], "a sale").written
        try await app.sandbox.ask(
            "POST", "/till/purchases",
            #"{"saleId": \#(id), "store": 1, "payWithPoints": 0, "items": [\#(coffee)]}"#)
        try await app.takePushes()
        let after = try await wait("more points", app.core.balance) {
            $0.accounts.first.map { $0.available > before } == true
        }.accounts[0].available
        try await app.see(written(after))
        try await seesWhatHappened(app, after)

        try await app.sandbox.cutOff()
        try await app.begunAnew()
        try await app.seeCode()
        try await app.see("No connection")
        let read = try required(try app.scanned(), "a symbol").scanned()
        guard case .ready(let code, _, _, _, _) = try app.core.currentCard() else { throw WaitedInVain("a card") }
        #expect(read.prefix(8) == code.text.prefix(8) && !read.isEmpty)
        try await seesWhatHappened(app, after)

        try await app.tap("Settings")
        try await app.tap("Sign out")
        try await app.tap("Sign out")
        try await app.see("button \"Sign in\"")
        try await app.areAt("Card")
        #expect(try app.scanned() == nil && !app.device.isCodeShown)
        await app.end()
        try nothingIsLeft(app.phone)
    }

    /// Goes from the card by balance and history to More.
    private func seesWhatHappened(_ app: Journey, _ points: Decimal) async throws {
        try await app.tap(written(points), with: "points")
        try await app.see("You can spend this now")
        #expect(!app.device.isCodeShown, "it is bright for the code alone")
        try await app.tap("What happened")
        try await app.tap("Purchase · ", with: "+")
        try await app.see("Coffee")
        try await app.tap("Back")
        try await app.see("You can spend this now")
        try await app.tap("Back")
        try await app.seeCode()
        try await app.until("it is bright again") { app.device.isCodeShown }
        try await app.tap("More", with: "More")
    }

    /// Of the member, in any file; in the secrets, what tells this installation from others.
    private func nothingIsLeft(_ phone: Phone) throws {
        let files = try FileManager.default.subpathsOfDirectory(atPath: phone.folder.path)
        #expect(files.contains { $0.hasSuffix(".db") }, "looked in the right place: \(files)")
        for file in files {
            let path = phone.folder.appending(path: file).path
            guard let data = FileManager.default.contents(atPath: path) else { continue }
            for trace in [String(number.dropFirst()), "Erika"] {
                #expect(data.range(of: Data(trace.utf8)) == nil, "\(trace) in \(file)")
            }
        }
        #expect(phone.secrets.keys == ["pocketcard.installation", "pocketcard.push"])
    }

    @Test func linksLeadToTheirScreensStrangersToTheCard() async throws {
        let app = try await Journey()
        for (link, title) in ["balance": "Balance", "history": "History", "inbox": "Inbox", "settings": "Settings"] {
            try await app.open("pocketcard://\(link)")
            try await app.areOn(title)
            try await app.tap("Back")
            try await app.areAt("More")
        }
        for (link, title) in ["offers/7": "Offer", "coupons/7": "Coupon"] {
            try await app.open("https://loyalty.example.com/\(link)")
            try await app.areOn(title)
            try await app.tap("Back")
            try await app.areAt("Offers")
        }
        for (link, title) in ["tasks": "Tasks", "tasks/install": "Tasks", "stores": "Stores"] {
            try await app.open("pocketcard://\(link)")
            try await app.areAt(title)
        }
        try await app.open("pocketcard://stores/1")
        try await app.areOn("Store")
        try await app.tap("Back")
        try await app.areAt("Stores")
        try await app.open("pocketcard://card")
        for link in [
            "https://stranger.example/balance", "https://stranger.example/offers/7",
            "pocketcard://offers/7/../../card", "pocketcard://offers/-7", "pocketcard://nowhere", "javascript:alert(1)",
        ] {
            try await app.open(link)
            try await Task.sleep(for: .milliseconds(50))
            try await app.areAt("Card")
            try await app.areOn("Pocketcard")
        }
    }

    @Test func anOfferIsActivatedAtOnceAndWithoutASignalWaits() async throws {
        let app = try await Journey()
        try await app.sandbox.member(number)
        try await app.core.signIn(number, at: app.sandbox)
        try await app.tap("Offers")
        try await app.see("Your healthy week")
        try await app.tap("Accept")
        try await app.until("it is active") { app.state(healthyWeek) == .active }
        try await app.see("Your healthy week", with: "Active")
        try await app.tap("Double points at weekends", with: "Double")
        try await app.areOn("Offer")
        try await app.sandbox.cutOff()
        try await app.tap("Activate")
        try await app.see("Waiting for a connection")
        try await app.tap("Back")
        try await app.see("Double points at weekends", with: "Waiting for a connection")
        try await app.begunAnew()
        try await app.tap("Offers")
        try await app.tap("Double points at weekends", with: "Waiting for a connection")
        try await app.sandbox.heal()
        await app.leaveAndReturn()
        try await app.until("it is sent") { app.core.outbox.view.acts == 0 }
        try await app.see("\"Active\"")
    }

    @Test func aRefusalStandsThereInThePlatformsWords() async throws {
        let app = try await Journey()
        try await app.sandbox.member(number)
        try await offer(app, "brunch")
        try await app.core.signIn(number, at: app.sandbox)
        try await app.open("pocketcard://offers/\(brunch)")
        try await app.see("Brunch")
        // The platform has it by another name by now.
        try await offer(app, "late-brunch")
        try await app.tap("Activate")
        try await app.see("There is no such offer for you.")
        try await app.shown.pullToRefresh()
        try await app.tap("Activate")
        try await app.see("\"Active\"")
    }

    private func offer(_ app: Journey, _ name: String) async throws {
        try await app.sandbox.ask(
            "POST", "/sandbox/offers",
            #"""
            {"id": \#(brunch), "title": "Brunch", "logicalName": "\#(name)",
             "rules": {"benefit": {"points": 10}, "activation": "required"}}
            """#)
    }

    @Test func aTillReadsACouponFromTheScreenWhichIsBrightForIt() async throws {
        let app = try await Journey()
        let member = try await app.sandbox.member(number)
        let coupon = try await app.sandbox.ask(
            "POST", "/sandbox/members/\(member)/coupons",
            #"{"title": "A free coffee", "code": "COFFEE-4711", "benefit": {"discountPercent": 20}}"#)
        try await app.core.signIn(number, at: app.sandbox)
        try await app.open("pocketcard://coupons")
        try await app.see("button \"Coupons\"", with: "selected")
        try await app.tap("A free coffee", with: "Coupon")
        try await app.seeCode()
        #expect(try required(try app.scanned(), "a symbol").scanned() == coupon["code"]?.text)
        #expect(app.device.isCodeShown)
        try await app.tap("Back")
        try await app.see("button \"Coupons\"", with: "selected")
        #expect(!app.device.isCodeShown)
    }

    @Test func whatWasLookedForIsThereAfterTheWayBackAndNotAfterASignOut() async throws {
        let app = try await Journey(member: Sandbox.anna)
        try await app.tap("Offers")
        try await app.type("healthy", into: "Search")
        try await app.missEver("Double points at weekends")
        try await app.tap("Your healthy week", with: "healthy")
        try await app.areOn("Offer")
        try await app.endedByIOS()
        try await app.areOn("Offer")
        try await app.tap("Back")
        try await app.see("value=\"healthy\"")
        try await app.see("Your healthy week")
        try await app.open("pocketcard://settings")
        try await app.tap("Sign out")
        try await app.tap("Sign out")
        try await app.areAt("Card")
        try await app.until("nothing of it is kept") { !"\(app.shown.scene)".contains("healthy") }
        try await app.core.signIn(Sandbox.anna, at: app.sandbox)
        try await app.tap("Offers")
        try await app.see("Double points at weekends")
        #expect(!app.sees("value=\"healthy\""))
    }

    @Test func anActivityTellsThatAnOfferWasOpenedEachTime() async throws {
        let app = try await Journey(member: Sandbox.anna)
        try await app.seeCode()
        try await app.tap("Offers")
        try await app.see("Double points at weekends")
        try await app.allIsTold()
        try await app.sandbox.cutOff()
        for count in [UInt32(1), 2] {
            try await app.tap("Double points at weekends", with: "Double")
            try await app.see("Where and when")
            try await app.until("it is noted") { app.core.outbox.view.queued == count }
            await app.shown.settle()
            #expect(app.core.outbox.view.queued == count)
            try await app.tap("Back")
        }
    }

    @Test func aFavouriteIsChosenWhichNeedsASignal() async throws {
        let app = try await Journey(member: Sandbox.anna)
        try await app.tap("Offers")
        try await app.tap("Favourites")
        let before = app.core.favourites.view.periods[0].chosen
        let goods = app.core.favourites.view.periods[0].choices[0].name
        try await app.tap("Choose", with: "Choose")
        try await app.tap(goods)
        try await app.until("it is chosen") { app.core.favourites.view.periods[0].chosen == before + 1 }
        try await app.sandbox.cutOff()
        try await app.tap("Choose", with: "Choose")
        try await app.tap(app.core.favourites.view.periods[0].choices[1].name)
        try await app.see("No connection. Try again when you have one.")
    }

    @Test func aNotificationLeadsToItsMessageWhichIsReadByThat() async throws {
        let app = try await Journey()
        let member = try await app.sandbox.member(number)
        try await app.core.signIn(number, at: app.sandbox)
        try await app.hearsPushes()
        try await app.seeCode()
        try await app.sandbox.ask(
            "POST", "/sandbox/pushes",
            #"{"to": {"member": \#(member)}, "title": "Coffee for two", "body": "Bring a friend"}"#)
        let told = try await app.takePushes()
        app.tapOutside(try required(told.first { $0.title == "Coffee for two" }, "a notification").link)
        try await app.areOn("Message")
        try await app.see("Bring a friend")
        try await app.until("it is read") { app.core.inbox.view.unread == 0 }
        try await app.tap("Back")
        try await app.areOn("Inbox")
    }

    @Test func anOfferThatAPushBringsIsThereAtOnceAndOverAtOnce() async throws {
        let app = try await Journey()
        let member = try await app.sandbox.member(number)
        try await app.core.signIn(number, at: app.sandbox)
        try await app.hearsPushes()
        try await app.tap("Offers")
        try await app.see("Your healthy week")
        try await app.sandbox.ask(
            "POST", "/sandbox/offers",
            #"""
            {"id": \#(brunch), "title": "By push alone", "personal": true, "for": {"members": [\#(member)]},
             "rules": {"benefit": {"points": 5}, "activation": "none"}}
            """#)
        try await app.sandbox.ask(
            "POST", "/sandbox/pushes", #"{"to": {"member": \#(member)}, "kind": "offer", "offer": \#(brunch)}"#)
        try await app.sandbox.cutOff()
        let told = try await app.takePushes()
        try await app.see("By push alone")
        try await app.begunAnew()
        app.tapOutside(try required(told.first { $0.title == "By push alone" }, "a notification").link)
        try await app.areOn("Offer")
        try await app.see("By push alone")
        try await app.sandbox.heal()
        await app.leaveAndReturn()
        try await app.sandbox.ask("POST", "/sandbox/offers/\(brunch)/revoke", "{}")
        try await app.takePushes()
        try await app.see("This offer is over")
    }

    @Test func aMessageReadWithoutASignalIsReadOnThePlatformAfterwards() async throws {
        let app = try await Journey()
        let member = try await app.sandbox.member(number)
        try await app.sandbox.ask(
            "POST", "/sandbox/pushes",
            #"{"to": {"member": \#(member)}, "title": "Coffee for two", "body": "Bring a friend"}"#)
        try await app.core.signIn(number, at: app.sandbox)
        try await app.tap("More, 1 unread message")
        try await app.tap("Inbox", with: "1 unread message")
        try await app.sandbox.cutOff()
        try await app.tap("Coffee for two", with: "Coffee")
        try await app.see("Bring a friend")
        try await app.until("it is read") { app.core.inbox.view.unread == 0 }
        try await app.tap("Back")
        try await app.see("Coffee for two")
        try await app.tap("Back")
        try await app.areOn("More")
        #expect(!app.sees("unread"))
        try await app.sandbox.heal()
        await app.leaveAndReturn()
        let phone = try Phone(app.sandbox.url)
        let other = try await phone.open()
        try await other.signIn(number, at: app.sandbox)
        try await app.until("the platform does not know") {
            try await other.refresh()
            return other.inbox.view.unread == 0
        }
        other.close()
    }

    @Test func whoIsSignedOutSignsInFirstAndThenIsWhereTheLinkLeads() async throws {
        let app = try await Journey()
        try await app.sandbox.member(number)
        try await app.open("pocketcard://offers/\(healthyWeek)")
        try await app.areOn("Offer")
        try await app.signInByHand()
        try await app.see("Your healthy week")
        try await app.areOn("Offer")
    }

    @Test func whoIsAskedForACodeMayBeginAnew() async throws {
        let app = try await Journey()
        try await app.sandbox.member(number)
        try await app.tap("Sign in")
        try await app.type(number, into: "Phone number")
        try await app.tap("Sign in")
        try await app.tap("That is not me")
        try await app.see("Who are you?")
        try await app.type(number, into: "Phone number")
        try await app.tap("Sign in")
        // Before, the newest code is the first one.
        try await app.see("Enter your code")
        try await app.type(try await app.sandbox.smsCode(number), into: "Code")
        try await app.seeCode()
    }

    @Test func itSpeaksTheLanguageOfThePhone() async throws {
        let app = try await Journey(member: Sandbox.anna)
        app.shown.set(\.locale, Locale(identifier: "de_DE"))
        for (link, title) in ["offers/7": "Angebot", "stores/1": "Laden", "inbox/1": "Nachricht"] {
            try await app.open("pocketcard://\(link)")
            try await app.areOn(title)
            #expect(!app.sees("⟦"))
        }
        try await app.open("pocketcard://settings")
        try await app.see("Deutsch")
    }

    @Test func somebodyNewRegistersOneThingAPageAndMayLeaveItMeanwhile() async throws {
        let new = "+491713920078"
        let app = try await Journey()
        try await app.tap("Sign in")
        try await app.type(new, into: "Phone number")
        try await app.tap("I am new here")
        try await app.tap("Read the terms")
        try await app.until("they are opened") { app.device.opened == [Brand.programme.terms] }
        try await app.tap("I accept")
        try await app.type(new, into: "Phone number")
        try await app.tap("Back")
        try await app.tap("Sign in")
        try await app.type(new, into: "Phone number")
        try await app.tap("Next")
        try await app.see("Enter your code")
        try await app.type("000000", into: "Code")
        try await app.see("Tries left")
        try await app.type(try await app.sandbox.smsCode(new), into: "Code")
        try await app.seeCode()
    }

    @Test func aMemberWithoutACardScansAPlasticOne() async throws {
        let app = try await Journey()
        try await app.sandbox.ask("POST", "/sandbox/members", #"{"phone": "\#(number)", "withoutCard": true}"#)
        let plastic = try required(try await app.sandbox.ask("POST", "/sandbox/cards", "{}")["number"]?.text, "a card")
        try await app.core.signIn(number, at: app.sandbox)
        try await app.tap("Link a plastic card")
        try await app.type("1", into: "Card number")
        try await app.tap("Link a plastic card")
        try await app.see("Tries left")
        app.device.plastic = plastic
        try await app.tap("Scan the card")
        try await app.tap("Hold a card before the camera")
        try await app.see("value=\"\(plastic)\"")
        try await app.tap("Link a plastic card")
        try await app.see(plastic.map(String.init).joined(separator: " "))
    }

    @Test func theHistoryGoesBackToWhatAFilterIsAbout() async throws {
        let app = try await Journey()
        let member = try await app.sandbox.member(number)
        try await app.core.signIn(number, at: app.sandbox)
        let code = try await app.core.aCard().code.text
        try await app.sandbox.ask("POST", "/till/purchases", #"{"code": "\#(code)", "items": [\#(coffee)]}"#)
        // More than a page, as the core asks for it.
        for _ in 0..<60 {
            try await app.sandbox.ask("POST", "/sandbox/members/\(member)/rewards", #"{"amount": 1}"#)
        }
        try await app.core.refresh()
        try await app.open("pocketcard://history")
        try await app.tap("Purchases")
        try await app.tap("Purchase · ", with: "+")
        try await app.see("Coffee")
    }

    @Test func aMemberKeepsTheirAccountAfterAllThenDeletesIt() async throws {
        let app = try await Journey()
        try await app.sandbox.member(number)
        try await app.core.signIn(number, at: app.sandbox)
        try await app.open("pocketcard://settings")
        for isMeant in [false, true] {
            try await app.tap("Delete my account")
            try await app.tap("Send the code")
            try await app.see("Delete for good")
            if !isMeant { try await app.tap("Keep my account") }
        }
        try await app.type("000000", into: "Code")
        try await app.tap("Delete for good")
        try await app.see("Tries left")
        try await app.type(try await app.sandbox.smsCode(number), into: "Code")
        try await app.tap("Delete for good")
        try await app.areAt("Card")
        try await app.see("button \"Sign in\"")
        #expect(app.core.session.view == .signedOut(step: nil))
    }

    @Test func whatDoesNotGoWithoutASignalIsSaidUntilItIsRead() async throws {
        let app = try await Journey(member: Sandbox.anna)
        try await app.open("pocketcard://settings")
        try await app.see("Text messages")
        try await app.see("English")
        try await app.sandbox.cutOff()
        try await app.tap("Text messages", with: "To your phone number")
        try await app.see("No connection. Try again when you have one.")
        try await app.tap("OK")
        #expect(!app.sees("No connection. Try again when you have one."))
        app.device.hasApps = false
        try await app.tap("Change")
        try await app.see("There is no app for this on your phone.")
    }
}
