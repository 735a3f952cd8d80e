import Observation
import Pocketcard

/// What the member plays, and what the platform drew.
@MainActor @Observable final class TasksModel {
    /// The games that the platform is just drawing for.
    let playing: UnderWay<String>

    /// What it drew, by game, until the member has seen it.
    private(set) var outcomes: [String: GameOutcome] = [:]

    @ObservationIgnored private let core: Pocketcard

    init(_ core: Pocketcard, _ acts: Acts) {
        self.core = core
        playing = UnderWay(acts)
    }

    /// Plays; what comes of it is kept, wherever the member has gone meanwhile.
    func play(_ game: String) {
        playing.act(game) { [self] in outcomes[game] = try await core.play(game) }
    }

    /// The member has seen it.
    func seen(_ game: String) { outcomes[game] = nil }

    /// What was drawn goes.
    func forget() { outcomes = [:] }
}
