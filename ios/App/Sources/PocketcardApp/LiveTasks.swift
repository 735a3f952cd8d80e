import Foundation
import Pocketcard
import PocketcardUI
import SwiftUI

/// Tasks, games, and what was won by them.
struct LiveTasks: View {
    let model: MemberModel
    /// The task that the member came for.
    let first: String?

    private var core: Pocketcard { model.core }

    var body: some View {
        let tasks = core.tasks.view
        let isThere = tasks.tasks.contains { $0.id == first }
        TasksScreen(
            tasks: tasks, isSignedIn: model.hasMember, currencies: core.balance.view.accounts.map(\.currency),
            first: first, onEvent: act
        )
        .viewed(isThere ? first.map { .taskViewed(task: $0) } : nil, model)
    }

    private func act(_ event: TasksEvent) {
        switch event {
        case .takePart(let task, let takesPart):
            model.acts.act { try await core.setOptedIn(takesPart, task: task) }
        case .keepAnswers(let task, let answers):
            model.acts.act { try await core.keepAnswers(answers, task: task) }
        case .handIn(let task, let answers): model.acts.act { try await core.answerTask(task, answers: answers) }
        case .follow(let link): follow(link)
        case .celebrated(let tasks): model.acts.act { try await core.celebrated(tasks) }
        case .openGame(let game): model.open(.game(game))
        case .signIn: model.open(.signIn)
        case .refresh: model.refreshNow()
        }
    }

    /// Goes where a link of the programme leads: to a screen of this app, or a page of the web.
    private func follow(_ link: String) {
        model.acts.act {
            if let route = try core.openLink(link) {
                model.follow(route)
            } else if link.hasPrefix("https:") {
                model.show(URL(string: link))
            } else {
                model.acts.fail(.notOffered)
            }
        }
    }
}

/// One game.
struct LiveGame: View {
    let model: MemberModel
    let id: String

    var body: some View {
        let tasks = model.core.tasks.view
        GameScreen(
            game: tasks.games.first { $0.id == id }, freshness: tasks.freshness, isSignedIn: model.hasMember,
            isPlaying: model.tasks.playing.now.contains(id), outcome: model.tasks.outcomes[id],
            currencies: model.core.balance.view.accounts.map(\.currency), badges: tasks.badges
        ) { event in
            switch event {
            case .play(let game): model.tasks.play(game)
            case .seen: model.tasks.seen(id)
            case .openTasks: model.leave(.game(id))
            case .signIn: model.open(.signIn)
            case .refresh: model.refreshNow()
            }
        }
    }
}
