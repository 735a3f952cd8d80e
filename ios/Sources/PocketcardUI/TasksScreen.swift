import Pocketcard
import SwiftUI

/// What a member does with the tasks, and what the screen tells the app of itself.
public enum TasksEvent: Equatable, Sendable {
    /// Takes part in a task, or no longer.
    case takePart(task: String, takesPart: Bool)
    /// Typed or chose answers and has not handed them in: they are to be there after an interruption.
    case keepAnswers(task: String, answers: [TaskAnswer])
    /// Hands in answers.
    case handIn(task: String, answers: [TaskAnswer])
    /// Follows the programme's link.
    case follow(String)
    /// Saw the completion of these tasks celebrated.
    case celebrated([String])
    /// Wants to play a game.
    case openGame(String)
    /// Wants to sign in.
    case signIn
    /// Wants the platform asked anew.
    case refresh
}

/// Sets of tasks, the tasks in the core's order, games, and what the member has won: level and badges.
///
/// What was completed is celebrated above it, once.
public struct TasksScreen: View {
    @Environment(\.words) private var words
    private let tasks: TasksView
    private let isSignedIn: Bool
    private let rewards: Rewards
    private let first: String?
    private let onEvent: @MainActor (TasksEvent) -> Void

    /// Makes the screen.
    ///
    /// - Parameters:
    ///   - tasks: what it shows.
    ///   - isSignedIn: somebody is signed in.
    ///   - currencies: of the member's accounts, for the names of points.
    ///   - first: the task to begin at, where the member came for one.
    ///   - onEvent: what the member does.
    public init(
        tasks: TasksView, isSignedIn: Bool, currencies: [Currency] = [], first: String? = nil,
        onEvent: @escaping @MainActor (TasksEvent) -> Void
    ) {
        self.tasks = tasks
        self.isSignedIn = isSignedIn
        rewards = Rewards(currencies: currencies, badges: tasks.badges)
        self.first = first
        self.onEvent = onEvent
    }

    /// The tasks, or why they are not known.
    public var body: some View {
        WhatIsKnown(
            freshness: tasks.freshness, isSignedIn: isSignedIn,
            placeholders: Placeholders(heights: [88, 152, 152, 152]), onRefresh: { onEvent(.refresh) },
            onSignIn: { onEvent(.signIn) }
        ) {
            Group {
                if isEmpty {
                    Notice(sign: Sign.tasks, title: words("tasks_none"), text: words("tasks_none_body"))
                } else {
                    content
                }
            }
            .modifier(Celebrations(celebrations: tasks.celebrations, rewards: rewards) { onEvent(.celebrated($0)) })
        }
    }

    private var isEmpty: Bool {
        tasks.sets.isEmpty && tasks.tasks.isEmpty && tasks.games.isEmpty && tasks.badges.isEmpty && tasks.level == nil
    }

    private var content: some View {
        ScrollViewReader { place in
            ScrollView {
                LazyVStack(alignment: .leading, spacing: step * 2) {
                    ForEach(tasks.sets, id: \.id) { set in Part { SetContent(set: set, rewards: rewards) } }
                    if !tasks.expected.isEmpty {
                        let points = tasks.expected.map { words.change($0, rewards.currencies) }
                        SignedLine(
                            sign: Sign.waiting, text: words("tasks_expected \(points.joined(separator: " · "))"))
                    }
                    ForEach(tasks.tasks, id: \.id) { task in
                        Part { TaskContent(task: task, rewards: rewards, onEvent: onEvent) }.id(task.id)
                    }
                    if !tasks.games.isEmpty { PartTitle(words("games")) }
                    ForEach(tasks.games, id: \.id) { game in GameRow(game: game) { onEvent(.openGame(game.id)) } }
                    won
                }
                .padding(step * 2)
            }
            // Once it is there.
            .onChange(of: tasks.tasks.first { $0.id == first }?.id, initial: true) { _, id in
                if let id { place.scrollTo(id, anchor: .top) }
            }
        }
    }

    @ViewBuilder private var won: some View {
        if tasks.level != nil || !tasks.badges.isEmpty { PartTitle(words("tasks_won")) }
        if let level = tasks.level { Part { LevelContent(level: level) } }
        if !tasks.badges.isEmpty { Badges(badges: tasks.badges) }
    }
}

/// As a ring: how much of a set is done, and what all of it brings.
private struct SetContent: View {
    @Environment(\.words) private var words
    let set: TaskSetView
    let rewards: Rewards

    var body: some View {
        HStack(spacing: step * 2) {
            Ring(all: set.tasks.count, done: Int(set.done), waiting: Int(set.waiting))
            VStack(alignment: .leading, spacing: step / 2) {
                PartTitle(set.title)
                Text(words("set_done \(Int(set.done)) \(set.tasks.count)"))
                if set.waiting > 0 { Quiet(words("task_waiting \(words.amount(Decimal(set.waiting)))")) }
                if let reward = words.reward(set.reward, rewards) { Quiet(words("set_reward \(reward)")) }
                if set.completed { SignedLine(sign: Sign.done, text: words("task_done")) }
            }
        }
        .accessibilityElement(children: .combine)
    }
}

private struct TaskContent: View {
    @Environment(\.words) private var words
    let task: TaskView
    let rewards: Rewards
    let onEvent: @MainActor (TasksEvent) -> Void

    var body: some View {
        HStack(alignment: .top, spacing: step * 2) {
            VStack(alignment: .leading, spacing: step / 2) {
                PartTitle(task.title)
                BenefitText(text: words.asLine(words.reward(task.reward, rewards) ?? ""))
                if !task.description.allSatisfy(\.isWhitespace) { Text(task.description) }
            }
            .frame(maxWidth: .infinity, alignment: .leading)
            if let url = task.imageUrl { Picture(url, sign: Sign.tasks) }
        }
        .accessibilityElement(children: .combine)
        if isUnderWay {
            if !task.streak.isEmpty { Streak(dots: task.streak) }
            TaskProgress(task: task)
        }
        standing
        switch task.next {
        case .do(let remaining):
            if let left = whatIsLeft(remaining) { SignedLine(sign: Sign.forward, text: left) }
        case .comeBack: SignedLine(sign: Sign.done, text: words("task_come_back"))
        // The lines above say why, or a button does.
        case .nothing, .wait, .takePart, .answer, .follow: EmptyView()
        }
        if let ends = task.ends, isToCome { Quiet(words.asLine(words.ends(ends))) }
        buttons
    }

    /// It can still be done.
    private var isToCome: Bool {
        switch task.state {
        case .open, .upcoming: true
        case .doneWaiting, .done, .expired: false
        }
    }

    /// The member takes part, and there is something to tell of it.
    private var isUnderWay: Bool {
        switch (task.participation, task.state) {
        case (.out, _), (.outWaiting, _), (_, .upcoming), (_, .done): false
        case (_, .open), (_, .doneWaiting), (_, .expired): true
        }
    }

    /// Where it stands, and whether the member takes part.
    @ViewBuilder private var standing: some View {
        let times = Int(task.completions)
        switch task.state {
        case .upcoming(let from):
            SignedLine(sign: Sign.waiting, text: words("offer_from \(words.begin(from))"))
        case .open where times > 0: SignedLine(sign: Sign.done, text: words("task_done_times \(times)"))
        case .open: EmptyView()
        case .doneWaiting: SignedLine(sign: Sign.waiting, text: words("task_done_waiting"))
        case .done:
            SignedLine(sign: Sign.done, text: times > 1 ? words("task_done_times \(times)") : words("task_done"))
        case .expired: SignedLine(sign: Sign.close, text: words("offer_over"))
        }
        switch task.participation {
        case .inWaiting: SignedLine(sign: Sign.waiting, text: words("task_in_waiting"))
        case .outWaiting: SignedLine(sign: Sign.waiting, text: words("task_out_waiting"))
        case .automatic, .out, .in: EmptyView()
        }
        if let refused = task.refused {
            SignedLine(
                sign: Sign.problem, text: refused.isEmpty ? words("failure_refused") : refused, isProblem: true)
        }
    }

    /// How much is left to do; nil where the programme's texts say it.
    private func whatIsLeft(_ remaining: Decimal) -> String? {
        guard remaining > 0 else { return nil }
        let (count, left) = (words.count(remaining), words.amount(remaining))
        switch task.kind {
        case .count: return words("task_times_left \(count) \(left)")
        case .amount: return words("task_amount_left \(left)")
        case .streak: return words("task_streak_left \(count) \(left)")
        case .questionnaire, .other: return nil
        }
    }

    /// The one thing to do next, and where the member chose to take part, the way out.
    @ViewBuilder private var buttons: some View {
        switch task.next {
        case .takePart:
            MainButton(words("task_take_part")) { onEvent(.takePart(task: task.id, takesPart: true)) }
        case .answer(let left): Questionnaire(task: task, left: Int(left), onEvent: onEvent)
        case .follow(let label, let link): MainButton(label) { onEvent(.follow(link)) }
        case .nothing, .wait, .do, .comeBack: EmptyView()
        }
        if isToCome, task.participation == .in || task.participation == .inWaiting {
            LeaveButton { onEvent(.takePart(task: task.id, takesPart: false)) }
        }
    }
}

/// The way out of a task, after a question: what was counted is lost by it.
private struct LeaveButton: View {
    @Environment(\.words) private var words
    @State private var isAsked = false
    let onLeave: @MainActor () -> Void

    var body: some View {
        Choice(words("task_leave")) { isAsked = true }
            .alert(words("task_leave_title"), isPresented: $isAsked) {
                Button(words("task_leave"), role: .destructive) { onLeave() }
                Button(words("cancel"), role: .cancel) {}
            } message: {
                Text(words("task_leave_what"))
            }
    }
}

private struct GameRow: View {
    @Environment(\.words) private var words
    let game: Game
    let onOpen: @MainActor () -> Void

    var body: some View {
        let canPlay = game.playsLeft > 0
        Button(action: onOpen) {
            Part {
                HStack(spacing: step * 2) {
                    Image(systemName: Sign.game).foregroundStyle(.tint).accessibilityHidden(true)
                    VStack(alignment: .leading, spacing: 0) {
                        Text(game.title).font(.headline)
                        Quiet(words.playsLeft(game))
                    }
                    .frame(maxWidth: .infinity, alignment: .leading)
                    if canPlay { Image(systemName: Sign.forward).accessibilityHidden(true) }
                }
                .target()
            }
        }
        .buttonStyle(.plain)
        .disabled(!canPlay)
        .accessibilityHint(canPlay ? words("game_play") : "")
    }
}

/// What rewards are told by: they name currencies and badges by what the platform calls them.
struct Rewards: Equatable {
    let currencies: [Currency]
    let badges: [Badge]
}

extension Words {
    /// As `+100 points · an offer · the badge “Early bird”`; nil where there is nothing.
    func reward(_ reward: Reward?, _ rewards: Rewards) -> String? {
        guard let reward else { return nil }
        let badge = reward.badge.map { id in
            rewards.badges.first { $0.id == id }.map { self("reward_this_badge \($0.title)") } ?? self("reward_badge")
        }
        let line = [
            reward.points.map { change($0, rewards.currencies) }, reward.offer.map { _ in self("reward_offer") }, badge,
        ].joinedByDots
        return line.isEmpty ? nil : line
    }

    /// As `2 plays left · ends today`.
    func playsLeft(_ game: Game) -> String {
        let plays = game.playsLeft > 0 ? self("game_plays \(Int(game.playsLeft))") : self("game_no_plays")
        return [plays, game.until.map(ends)].joinedByDots
    }
}
