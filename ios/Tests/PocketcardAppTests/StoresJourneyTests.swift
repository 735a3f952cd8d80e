import Foundation
import Pocketcard
import PocketcardTesting
import ScreenOutline
import Testing

@testable import PocketcardApp

/// Stores, and what is there for whom is in one.
@MainActor @Suite(.timeLimit(.minutes(3))) struct StoresJourneyTests {
    private let alex = "Pocket Market, Alexanderplatz"
    private let schoenefeld = "Pocket Hypermarket, Schönefeld"
    private let munich = "Pocket Market, Marienplatz"

    private func hours(_ sandbox: Sandbox, _ store: Int, isOpen: Bool) async throws {
        let day = isOpen ? #"[{"from": "00:00", "to": "24:00"}]"# : "[]"
        let week = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"].map { #""\#($0)": \#(day)"# }
        try await sandbox.ask(
            "PUT", "/sandbox/stores/\(store)",
            #"{"scheduleModel": {\#(week.joined(separator: ", "))}, "exceptions": []}"#)
    }

    @Test func aMemberFindsAnOpenStoreByPositionIsInItAndSeesWhichOffersApplyThere() async throws {
        let app = try await Journey()
        for store in 1...3 { try await hours(app.sandbox, store, isOpen: store == 2) }
        try await app.sandbox.ask(
            "POST", "/sandbox/offers",
            #"{"id": 4711, "title": "Brunch", "rules": {"storeIds": [1], "benefit": {"points": 10}}}"#)
        try await app.sandbox.member(number)
        try await app.core.signIn(number, at: app.sandbox)
        app.device.here = Position(latitude: 52.39, longitude: 13.51)
        try await app.tap("Offers")
        try await app.see("Brunch")
        #expect(!app.sees("button \"Here\""))
        try await app.tap("Stores")
        try await app.tap("Use my position")
        try await app.see(alex)
        try await app.see(munich)
        try await app.tap("Open now")
        try await app.missEver(alex)
        try await app.tap(schoenefeld, with: "Open")
        try await app.see("Hours this week")
        try await app.see("10% off at hypermarkets")
        try await app.tap("I am in this store")
        try await app.see("You are in this store")
        try await app.tap("Offers")
        try await app.tap("Here")
        try await app.see("10% off at hypermarkets", with: "Applies now")
        try await app.missEver("Brunch")
        try await app.tap("Stores")
        try await app.tap(schoenefeld, with: "Open")
        try await app.tap("I have left this store")
        try await app.see("I am in this store")
        try await app.tap("Offers")
        try await app.see("Brunch")
        try await app.missEver("button \"Here\"")
    }

    @Test func storesAreThereWithoutASignalAlsoAfterTheAppWasEnded() async throws {
        let app = try await Journey(member: Sandbox.anna)
        try await app.open("pocketcard://stores/1")
        try await app.tap("I am in this store")
        try await app.see("You are in this store")
        try await app.sandbox.cutOff()
        try await app.begunAnew()
        try await app.tap("Offers")
        try await app.see("Double points at weekends")
        #expect(!app.sees("button \"Here\""), "nobody is in a store then")
        try await app.tap("Stores")
        try await app.type("Schonefeld", into: "Search")
        try await app.tap(schoenefeld, with: "Pocket")
        try await app.see("Hours this week")
        try await app.see("As of")
        try await app.tap("Back")
        try await app.see("value=\"Schonefeld\"")
    }

    @Test func aPositionThatTheMemberDoesNotAllowIsSaidOnce() async throws {
        let app = try await Journey(member: Sandbox.anna)
        try await app.open("pocketcard://stores")
        try await app.tap("Use my position")
        try await app.see("Your position is not known")
        try await app.tap("OK")
        #expect(!app.sees("Your position is not known"))
        try await app.see("Find a store")
    }

    @Test func aMemberFindsTheStoresThatHaveAProduct() async throws {
        let app = try await Journey(member: Sandbox.anna)
        for (store, count) in [1: 5, 2: 0, 3: 0] {
            try await app.sandbox.ask(
                "PUT", "/sandbox/stores/\(store)/stock", #"{"goodsId": "4305615418452", "count": \#(count)}"#)
        }
        try await app.open("pocketcard://stores")
        try await app.type("Pocket", into: "Search")
        try await app.see(munich)
        try await app.tap("Has a product")
        try await app.type("oat", into: "Product")
        try await app.tap("Oat milk, 1 l")
        try await app.see("These stores have it")
        try await app.see(alex, with: "Has it")
        try await app.missEver(munich)
        try await app.tap("Oat milk, 1 l")
        try await app.see(munich)
    }

    @Test func whereThePlatformDoesNotKnowWhatStoresHaveNobodyLooksForAProduct() async throws {
        let app = try await Journey(member: Sandbox.anna)
        guard var settings = try await app.sandbox.ask("GET", "/sandbox/settings").object else {
            throw WaitedInVain("settings")
        }
        settings["features"] = .list((settings["features"]?.list ?? []).filter { $0 != .text("stock") })
        try await app.sandbox.ask("PUT", "/sandbox/settings", JSON.object(settings).written)
        try await app.open("pocketcard://stores")
        try await app.tap("Has a product")
        try await app.type("oat", into: "Product")
        try await app.missEver("Has a product")
        try await app.see("Find a store")
    }

    @Test func whoIsSignedOutHasTheStoresThatThePhoneKnows() async throws {
        let app = try await Journey()
        try await app.sandbox.member(number)
        try await app.open("pocketcard://stores/1")
        try await app.areOn("Store")
        try await app.signInByHand()
        try await app.see("Hours this week")
        try await app.areOn("Store")
        try await app.core.signOut()
        try await app.begunAnew()
        try await app.tap("Stores")
        try await app.type("Alexanderplatz", into: "Search")
        try await app.tap(alex, with: "Pocket")
        try await app.see("Hours this week")
    }

    @Test func anOfferLeadsToItsStoresAndBack() async throws {
        let app = try await Journey(member: Sandbox.anna)
        try await app.open("pocketcard://offers/2")
        try await app.tap("Show the stores")
        try await app.areAt("Stores")
        try await app.see("button \"For your offer\"", with: "selected")
        try await app.see(schoenefeld)
        #expect(!app.sees(alex))
        try await app.endedByIOS()
        try await app.see("button \"For your offer\"", with: "selected")
        try await app.see(schoenefeld)
        try await app.tap("Offers")
        try await app.open("pocketcard://offers/2")
        try await app.areOn("Offer")
        try await app.tap("Stores")
        try await app.tap("For your offer")
        try await app.see("Find a store")
    }

    @Test func aFavouriteIsThereAndTheWayThereIsAnotherApps() async throws {
        let app = try await Journey(member: Sandbox.anna)
        try await app.open("pocketcard://stores/3")
        try await app.tap("Take me there")
        try await app.until("it is opened") { !app.device.opened.isEmpty }
        let way = try required(
            app.device.opened.first.flatMap { URLComponents(url: $0, resolvingAgainstBaseURL: false) }, "a way")
        #expect(way.host == "maps.apple.com")
        #expect(way.queryItems?.map(\.value) == ["48.1374,11.5755", munich])
        app.device.hasApps = false
        try await app.tap("Take me there")
        try await app.see("There is no app for this on your phone.")
        try await app.tap("OK")
        try await app.tap("Favourite: \(munich)")
        try await app.see("Favourite: \(munich)", with: "selected")
        try await app.tap("Back")
        try await app.tap("Favourites")
        try await app.missEver(alex)
        try await app.see(munich)
    }

    @Test func anActivityTellsWhatWasLookedForAndWhichStoreWasOpened() async throws {
        let app = try await Journey(member: Sandbox.anna)
        try await app.open("pocketcard://stores")
        try await app.see("Find a store")
        try await app.allIsTold()
        try await app.sandbox.cutOff()
        try await app.type("Marienplatz", into: "Search")
        // When the member pauses.
        try await app.until("it is noted") { app.core.outbox.view.queued == 1 }
        try await app.tap(munich, with: "Pocket")
        try await app.see("Hours this week")
        try await app.until("both are noted") { app.core.outbox.view.queued == 2 }
        #expect(app.core.outbox.view.queued == 2)
    }
}
