import Foundation
import Pocketcard
import ScreenOutline
import SwiftUI
import Testing

@testable import PocketcardUI

private func reward(points: Decimal? = nil, offer: String? = nil, badge: String? = nil) -> Reward {
    Reward(points: points.map { ExpectedPoints(currencyCode: "POINTS", amount: $0) }, offer: offer, badge: badge)
}

private func task(
    _ id: String, _ title: String, kind: TaskKind = .count, target: Decimal = 1, confirmed: Decimal = 0,
    waiting: Decimal = 0, completions: UInt32 = 0, state: TaskState = .open, participation: Participation = .automatic,
    refused: String? = nil, next: NextStep = .nothing, ends: Date? = nil, reward: Reward? = nil,
    streak: [StreakDot] = [], questions: [TaskQuestionView] = [], image: String? = nil
) -> TaskView {
    TaskView(
        id: id, title: title, description: "What is to be done for it.", imageUrl: image, kind: kind, target: target,
        confirmed: confirmed, waiting: waiting, completions: completions, state: state, participation: participation,
        refused: refused, next: next, ends: ends, reward: reward, streak: streak, questions: questions)
}

private func question(
    _ id: Int64, _ title: String, _ kind: TaskQuestionKind, value: String? = nil, answered: Bool = false,
    options: [String] = []
) -> TaskQuestionView {
    TaskQuestionView(
        id: id, title: title, kind: kind,
        options: options.enumerated().map { TaskOption(id: Int64($0.offset + 1), name: $0.element) }, value: value,
        answered: answered)
}

private func set(_ title: String, _ all: Int, done: UInt32, waiting: UInt32 = 0) -> TaskSetView {
    TaskSetView(
        id: title, title: title, tasks: (1...all).map { "t\($0)" }, done: done, waiting: waiting,
        reward: reward(points: 500), completed: done == UInt32(all))
}

private func tasks(
    _ tasks: [TaskView] = [], sets: [TaskSetView] = [], celebrations: [Celebration] = [], badges: [Badge] = [],
    level: Level? = nil, games: [Game] = [], expected: [ExpectedPoints] = [], freshness: Freshness = live
) -> TasksView {
    TasksView(
        sets: sets, tasks: tasks, celebrations: celebrations, badges: badges, level: level, games: games,
        expected: expected, freshness: freshness)
}

private let wheel = Game(
    id: "wheel", title: "Wheel of autumn", kind: .wheel,
    sectors: ["10 points", "50 points", "Nothing", "A free coffee to go", "20 points", "Nothing", "100 points"],
    playsLeft: 2, until: now + 72 * hour)
private let scratch = Game(
    id: "scratch", title: "Scratch and win", kind: .scratch, sectors: [], playsLeft: 1, until: nil)
private let spent = Game(id: "quiz", title: "Quiz", kind: .other(name: "Quiz"), sectors: [], playsLeft: 0, until: nil)

private let badges = [
    Badge(id: "early", title: "Early bird", imageUrl: "https://example.com/bird.png", awarded: now - 48 * hour),
    Badge(id: "owl", title: "Night owl", imageUrl: nil, awarded: nil),
]

private let streak = [
    StreakDot(from: "2026-11-26", mark: .counted, now: false), StreakDot(from: "2026-11-27", mark: .missed, now: false),
    StreakDot(from: "2026-11-28", mark: .counted, now: false),
    StreakDot(from: "2026-11-29", mark: .waiting, now: false),
    StreakDot(from: "2026-11-30", mark: .open, now: true),
]

private let asked = task(
    "quiz", "Tell us", kind: .questionnaire, target: 5, confirmed: 2, next: .answer(left: 4),
    questions: [
        question(1, "Tea or coffee?", .choice, options: ["Tea", "Coffee"]),
        question(2, "How often?", .number, value: "2"), question(3, "Since when?", .date),
        question(4, "Why?", .text),
        question(5, "Which shop?", .choice, value: "2", answered: true, options: ["A", "B"]),
        question(6, "What else?", .other(name: "Photo"), answered: true),
    ])

private let all = [
    task(
        "t1", "Buy bread", target: 5, confirmed: 2, waiting: 1, next: .do(remaining: 2),
        ends: instant("2026-11-30T23:00"), reward: reward(points: 100, offer: "7", badge: "early"),
        image: "https://example.com/bread.png"),
    task(
        "t2", "Spend 50", kind: .amount, target: 50, confirmed: 12.5, next: .do(remaining: 37.5),
        reward: reward(badge: "gone")),
    task(
        "t3", "Come daily", kind: .streak, target: 5, confirmed: 2, waiting: 1, next: .do(remaining: 1), streak: streak),
    task(
        "t4", "Come twice", kind: .streak, target: 5, completions: 1, next: .comeBack,
        streak: [StreakDot(from: "2026-11-30", mark: .counted, now: true)]),
    task("t5", "Join", participation: .out, next: .takePart, ends: instant("2027-01-31T23:00")),
    task(
        "t6", "Joined", participation: .in, refused: "",
        next: .follow(label: "Open the page", link: "https://example.com/")),
    task("t7", "Joining", participation: .inWaiting, next: .wait),
    task("t8", "Leaving", participation: .outWaiting, next: .wait),
    task("t9", "Tomorrow", state: .upcoming(from: instant("2026-12-01T08:00")), participation: .in),
    task("t10", "Done it", waiting: 1, state: .doneWaiting),
    task("t11", "Did it", completions: 1, state: .done),
    task("t12", "Did it often", completions: 3, state: .done),
    task("t13", "Too late", state: .expired, refused: "It was over."),
    task("t14", "Strange", kind: .other(name: "Dance"), target: 3, confirmed: 1, next: .do(remaining: 2)),
    task("t15", "Once more", target: 2, confirmed: 1, next: .do(remaining: 1)),
    asked,
]

private let celebrations = [
    Celebration(task: "t1", title: "Buy bread", reward: reward(points: 100), completions: 1),
    Celebration(task: "t2", title: "Spend 50", reward: nil, completions: 2),
]

@MainActor private func screen(_ view: TasksView, isSignedIn: Bool = true, first: String? = nil) -> TasksScreen {
    TasksScreen(tasks: view, isSignedIn: isSignedIn, currencies: [points], first: first) { _ in }
}

let taskStates = [
    ScreenState("tasks") {
        screen(
            tasks(
                all, sets: [set("Autumn", 5, done: 2, waiting: 1), set("Spring", 1, done: 1)], badges: badges,
                level: Level(name: "Gatherer", number: 3, value: 250, next: 400), games: [wheel, scratch, spent],
                expected: [
                    ExpectedPoints(currencyCode: "POINTS", amount: 60),
                    ExpectedPoints(currencyCode: "STAMPS", amount: 1),
                ]))
    },
    ScreenState("tasks-highest-level") {
        screen(tasks(level: Level(name: "Master", number: 9, value: 900, next: nil), freshness: stale()))
    },
    ScreenState("tasks-questions") {
        screen(tasks([asked]))
    } act: {
        let isGerman = $0.environment.locale.identifier.hasPrefix("de")
        try await $0.tap(isGerman ? "4 Fragen beantworten" : "Answer 4 questions")
        try await $0.tap("Coffee")
        try await $0.type("1990-13-01", into: "answer_date")
    },
    ScreenState("tasks-leave") {
        screen(tasks([all[5]]))
    } act: {
        try await $0.tap("task_leave")
    },
    ScreenState("tasks-celebrate") { screen(tasks([all[0]], celebrations: celebrations)) },
    ScreenState("tasks-celebrate-one") { screen(tasks([all[0]], celebrations: Array(celebrations.prefix(1)))) },
    ScreenState("tasks-none") { screen(tasks()) },
    ScreenState("tasks-loading") { screen(tasks(freshness: unknown())) },
    ScreenState("tasks-not-offered") { screen(tasks(freshness: unknown(.notSupported))) },
    ScreenState("tasks-signed-out") { screen(tasks(freshness: unknown()), isSignedIn: false) },
]

/// What was typed, and what is handed in for it.
private let typed: [(TaskQuestionKind, String, String?)] = [
    (.number, "1,5", "1.5"), (.number, "x", nil), (.date, "2026-02-29", nil), (.date, "2028-02-29", "2028-02-29"),
    (.text, " a ", "a"), (.text, "  ", nil),
]

@MainActor @Suite struct TasksScreenTests {
    private let events = Recorded<TasksEvent>()

    private func screen(_ view: TasksView, first: String? = nil) -> TasksScreen {
        TasksScreen(tasks: view, isSignedIn: true, currencies: [points], first: first) { events.all.append($0) }
    }

    @Test func takesPartAndLeavesAfterAQuestion() async throws {
        let shown = display(screen(tasks(all, games: [wheel, spent])))
        try await shown.tap("task_take_part")
        try await shown.tap("Open the page")
        try await shown.tap("task_leave")
        try await shown.tap("cancel")
        try await shown.tap("task_leave")
        try await shown.tap("task_leave")
        try await shown.tap("Wheel of autumn, 2 plays left · 3 days left")
        await #expect(throws: Shown.Missing.self) { try await shown.tap("Quiz, no plays left") }
        #expect(
            events.all == [
                .takePart(task: "t5", takesPart: true), .follow("https://example.com/"),
                .takePart(task: "t6", takesPart: false), .openGame("wheel"),
            ])
    }

    @Test func saysHowFarAndWhatIsNext() {
        let speech = display(screen(tasks(all, sets: [set("Autumn", 5, done: 2, waiting: 1)]))).speech
        for line in [
            "Autumn, 2 of 5 tasks done, 1 waiting to be counted, For all of them: +500 points",
            "2 of 5 · 1 waiting to be counted", "2 more times", "37.5 to go", "One more in a row", "Once more",
            "Counted: 2. Waiting to be counted: 1. Missed: 27 November. Still open for now",
            "Counted: 1. Done for now",
        ] { #expect(speech.contains(line), "\(line) in \(speech)") }
        #expect(speech.contains { $0.hasPrefix("Buy bread, +100 points · an offer · a badge") })
    }

    @Test func answersAreKeptWhenTheMemberLeavesAndHandedInOnce() async throws {
        let shown = display(screen(tasks([asked])))
        try await shown.tap("Answer 4 questions")
        try await shown.tap("Coffee")
        try await shown.type(" 2,5 ", into: "answer")
        await shown.leave()
        let kept = [TaskAnswer(question: 1, value: "2"), TaskAnswer(question: 2, value: "2.5")]
        #expect(events.all.last == .keepAnswers(task: "quiz", answers: kept))
        events.all = []
        let again = display(screen(tasks([asked])))
        try await again.tap("Answer 4 questions")
        try await again.tap("Tea")
        try await again.tap("task_hand_in")
        await #expect(throws: Shown.Missing.self) { try await again.tap("task_hand_in") }
        await again.leave()
        let given = [TaskAnswer(question: 1, value: "1"), TaskAnswer(question: 2, value: "2")]
        #expect(
            events.all.last == .handIn(task: "quiz", answers: given)
                && events.all.filter { $0 == events.all.last }.count == 1)
    }

    @Test func whatIsWrongIsNotHandedIn() async throws {
        let shown = display(screen(tasks([asked])))
        try await shown.tap("Answer 4 questions")
        try await shown.type("2026-02-30", into: "answer_date")
        #expect(shown.outline.contains("Something you typed is not right. Look again."))
        await #expect(throws: Shown.Missing.self) { try await shown.tap("task_hand_in") }
        try await shown.type("2026-02-28", into: "answer_date")
        try await shown.tap("task_hand_in")
    }

    @Test(arguments: typed)
    func answersAreHandedInAsThePlatformWritesThem(_ kind: TaskQuestionKind, _ typed: String, _ answer: String?) {
        #expect(kind.answer(typed) == answer)
    }

    @Test func isCelebratedOnceAndQuietlyWhereMotionIsReduced() async throws {
        let shown = display(screen(tasks([all[0]], celebrations: celebrations)))
        await shown.settle()
        #expect(shown.outline.contains("You did 2 tasks") && shown.outline.contains("animated"))
        shown.set(reduceMotion: true)
        #expect(shown.outline.contains("You did 2 tasks") && !shown.outline.contains("animated"))
        try await shown.tap("celebrate_seen")
        await shown.settle()
        #expect(!shown.outline.contains("sheet"))
        #expect(events.all == [.celebrated(["t1", "t2"])])
    }

    @Test func beginsAtTheTaskThatTheMemberCameFor() async throws {
        let shown = display(screen(tasks(Array(all.prefix(3))), first: "t9"))
        await shown.settle()
        #expect(shown.scrolled == [])
        shown.show(screen(tasks(all), first: "t9"))
        await shown.settle()
        await shown.settle()
        #expect(shown.scrolled == ["t9"])
    }
}

// MARK: - Games

private let outcome = GameOutcome(sector: 3, outcome: "A free coffee to go", reward: reward(points: 10))

@MainActor private func game(
    _ game: Game?, _ freshness: Freshness = live, isSignedIn: Bool = true, isPlaying: Bool = false,
    outcome: GameOutcome? = nil
) -> GameScreen {
    GameScreen(
        game: game, freshness: freshness, isSignedIn: isSignedIn, isPlaying: isPlaying, outcome: outcome,
        currencies: [points], badges: badges
    ) { _ in }
}

let gameStates = [
    ScreenState("game-wheel") { game(wheel) },
    ScreenState("game-wheel-playing") { game(wheel, isPlaying: true) },
    ScreenState("game-wheel-result") { game(wheel, outcome: outcome) },
    ScreenState("game-scratch") { game(scratch) },
    ScreenState("game-scratch-covered") { game(scratch, outcome: outcome) },
    ScreenState("game-other-spent") { game(spent) },
    ScreenState("game-result-without-game") {
        game(nil, outcome: GameOutcome(sector: nil, outcome: "Nothing", reward: nil))
    },
    ScreenState("game-gone") { game(nil) },
    ScreenState("game-loading") { game(nil, unknown()) },
    ScreenState("game-offline") { game(nil, unknown(.offline)) },
    ScreenState("game-signed-out") { game(nil, unknown(), isSignedIn: false) },
]

@MainActor @Suite struct GameScreenTests {
    private let events = Recorded<GameEvent>()

    private func screen(_ game: Game?, _ outcome: GameOutcome? = nil, isPlaying: Bool = false) -> GameScreen {
        GameScreen(game: game, freshness: live, isSignedIn: true, isPlaying: isPlaying, outcome: outcome) {
            events.all.append($0)
        }
    }

    @Test func thePlatformDrawsAndTheMemberSeesIt() async throws {
        let shown = display(screen(wheel))
        try await shown.tap("game_spin")
        shown.show(screen(wheel, isPlaying: true))
        await #expect(throws: Shown.Missing.self) { try await shown.tap("one_moment") }
        // With its last play the game is gone: the wheel stays for the result.
        shown.show(screen(nil, outcome))
        await shown.settle()
        #expect(shown.outline.contains("Wheel of autumn"))
        try await shown.tap("understood")
        shown.show(screen(nil))
        try await shown.tap("game_show_tasks")
        #expect(events.all == [.play("wheel"), .seen, .openTasks])
    }

    @Test func theWheelTurnsToWhatWasDrawnAndIsThereAtOnceWhereMotionIsReduced() async throws {
        let shown = display(screen(wheel, outcome))
        await shown.settle()
        // The fourth of seven sectors: its middle at the top, after four turns.
        #expect(shown.outline.contains("zstack turned=\"1260\""))
        let still = display(screen(wheel, outcome))
        still.set(reduceMotion: true)
        await still.settle()
        #expect(still.outline.contains("zstack turned=\"-180\""))
        #expect(still.speech.contains { $0.contains("A free coffee to go") })
    }

    @Test func aCoveredResultIsNotSaidBeforeItIsUncovered() async throws {
        let shown = display(screen(scratch, outcome))
        #expect(!shown.speech.contains { $0.contains("coffee") })
        try await shown.tap("game_uncover")
        #expect(shown.speech.contains { $0.contains("A free coffee to go") })
        #expect(announcements.contains("A free coffee to go"))
        try await shown.tap("understood")
        #expect(events.all == [.seen])
    }

    @Test func anotherPlayBeginsCovered() async throws {
        let shown = display(screen(scratch, outcome))
        try await shown.tap("game_uncover")
        shown.show(screen(scratch))
        await shown.settle()
        shown.show(screen(scratch, outcome))
        #expect(!shown.speech.contains { $0.contains("coffee") })
    }
}
