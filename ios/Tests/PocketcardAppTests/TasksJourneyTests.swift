import Foundation
import Pocketcard
import PocketcardTesting
import ScreenOutline
import Testing

@testable import PocketcardApp

/// Tasks, and games.
@MainActor @Suite(.timeLimit(.minutes(3))) struct TasksJourneyTests {
    private let weekly = "Buy for 50 euros within a week"

    /// Goes to the tasks as a member who is just in, and has seen that they installed the app.
    private func toTheTasks(_ app: Journey) async throws {
        try await app.sandbox.member(number)
        try await app.core.signIn(number, at: app.sandbox)
        try await app.tap("Tasks")
        try await celebrates(app, "Install the app")
    }

    /// The member is told that they completed it.
    private func celebrates(_ app: Journey, _ task: String) async throws {
        try await app.see("sheet")
        #expect(app.shown.outline.components(separatedBy: "sheet").last?.contains(task) == true)
        try await app.tap("Nice")
        try await app.until("it was celebrated") { app.core.tasks.view.celebrations.isEmpty }
    }

    @Test func aMemberTakesPartAndAnswersWithoutASignalInterrupted() async throws {
        let app = try await Journey()
        try await toTheTasks(app)
        try await app.sandbox.cutOff()
        try await app.tap("Take part")
        try await app.see("You take part as soon as you have a connection")
        try await app.tap("Answer 3 questions")
        try await app.tap("Both")
        func task(_ id: String) -> TaskView? { app.core.tasks.view.tasks.first { $0.id == id } }
        try await app.until("an answer is kept") {
            task("questionnaire")?.questions.contains { $0.value != nil } == true
        }
        try await app.begunAnew()
        try await app.tap("Tasks")
        try await app.tap("Answer 3 questions")
        try await app.see("button \"Both\"", with: "selected")
        try await app.type("4", into: "Your answer")
        try await app.type("Figs", into: "Your answer", at: 1)
        try await app.tap("Hand in")
        try await celebrates(app, "Tell us what you like")
        try await app.see("Done, waiting to be counted")
        try await app.sandbox.heal()
        await app.leaveAndReturn()
        try await app.until("the platform counts it") {
            task("questionnaire")?.state == .done && task("healthy-marathon")?.participation == .in
        }
    }

    @Test func whatAPurchaseCompletesIsCelebratedOnce() async throws {
        let app = try await Journey()
        try await toTheTasks(app)
        try await app.hearsPushes()
        try await app.tap("Card")
        try await app.seeCode()
        let code = try required(try app.scanned(), "a symbol").scanned()
        try await app.sandbox.ask("POST", "/till/purchases", #"{"code": "\#(code)", "items": [\#(coffee)]}"#)
        try await app.takePushes()
        try await app.tap("Tasks")
        try await celebrates(app, weekly)
        try await app.begunAnew()
        try await app.tap("Tasks")
        try await app.until("it is fresh") { if case .live = app.core.tasks.view.freshness { true } else { false } }
        try await app.see(weekly)
        #expect(!app.sees("sheet"))
    }

    @Test func aGameIsPlayedOnceAndWhatThePlatformDrewIsThereUntilItWasSeen() async throws {
        let app = try await Journey()
        try await toTheTasks(app)
        try await app.tap("Lucky wheel", with: "1 play left")
        try await app.areOn("Game")
        // The platform draws; that it did is not heard.
        try await app.sandbox.ask(
            "POST", "/sandbox/faults",
            #"{"path": "/app/v1/games/wheel", "kind": "reset", "processed": true, "times": 1}"#)
        try await app.tap("Spin the wheel")
        try await app.see("No connection. Try again when you have one.")
        try await app.tap("OK")
        try await app.tap("Spin the wheel")
        try await app.until("it was played") {
            app.core.tasks.view.games.first { $0.id == "wheel" }?.playsLeft == 0
        }
        await app.leaveAndReturn()
        try await app.tap("OK")
        try await app.see("No plays left")
        try await app.tap("Back")
        try await app.see("Lucky wheel", with: "no plays left")
    }

    @Test func aLinkLeadsToItsTaskWhichIsNotedOnce() async throws {
        let app = try await Journey()
        try await toTheTasks(app)
        try await app.allIsTold()
        try await app.sandbox.cutOff()
        try await app.open("pocketcard://tasks/weekly-50")
        try await app.see(weekly)
        // The link, and the task.
        try await app.until("both are noted") { app.core.outbox.view.queued == 2 }
        await app.shown.settle()
        #expect(app.core.outbox.view.queued == 2)
        #expect(!app.shown.scrolled.isEmpty)
        try await app.endedByIOS()
        try await app.areAt("Tasks")
        try await app.until("it leads there again") { !app.shown.scrolled.isEmpty }
    }

    @Test func whoIsSignedOutSignsInFirstAndThenIsWhereTheLinkLeads() async throws {
        let app = try await Journey()
        try await app.sandbox.member(number)
        try await app.open("pocketcard://tasks/weekly-50")
        try await app.areAt("Tasks")
        try await app.signInByHand()
        try await celebrates(app, "Install the app")
        try await app.see(weekly)
        try await app.areAt("Tasks")
    }

    @Test func aTasksLinkLeadsToAScreenOrIntoTheWebAndNowhereElse() async throws {
        let app = try await Journey()
        for (id, link) in ["recipe": "https://recipes.example/soup", "file": "file:///etc/hosts"] {
            try await app.sandbox.ask(
                "POST", "/sandbox/tasks",
                #"""
                {"id": "\#(id)", "title": "Read a recipe", "kind": "count", "target": 1, "description": "Any will do.",
                 "trigger": {"event": "custom", "where": {"name": "read.\#(id)"}},
                 "action": {"label": "Show the \#(id)", "link": "\#(link)"}}
                """#)
        }
        try await toTheTasks(app)
        try await app.tap("Show the file")
        try await app.see("Your programme does not have this.")
        try await app.tap("OK")
        try await app.tap("Show the recipe")
        try await app.until("it is opened") { !app.device.opened.isEmpty }
        #expect(app.device.opened.map(\.absoluteString) == ["https://recipes.example/soup"])
        try await app.tap("Show the stores")
        try await app.areAt("Stores")
    }
}
