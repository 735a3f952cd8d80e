import Pocketcard
import SwiftUI

/// What a member does with a game.
public enum GameEvent: Equatable, Sendable {
    /// Plays: the platform draws.
    case play(String)
    /// Has seen what the play came to.
    case seen
    /// Wants to see all tasks and games: this one is gone.
    case openTasks
    /// Wants to sign in.
    case signIn
    /// Wants the platform asked anew.
    case refresh
}

/// A game: a wheel to spin, a card to scratch, or a button.
///
/// The platform draws; what it drew is shown at the end of the wheel's turn or below the scratched cover, the same when
/// its answer was lost and the member plays again.
public struct GameScreen: View {
    @Environment(\.words) private var words
    @State private var last: Game?
    private let game: Game?
    private let freshness: Freshness
    private let isSignedIn: Bool
    private let isPlaying: Bool
    private let outcome: GameOutcome?
    private let rewards: Rewards
    private let onEvent: @MainActor (GameEvent) -> Void

    /// Makes the screen.
    ///
    /// - Parameters:
    ///   - game: nil where there is no such game any more.
    ///   - freshness: of the tasks, for a game that this phone does not know yet.
    ///   - isSignedIn: somebody is signed in.
    ///   - isPlaying: the platform is just drawing.
    ///   - outcome: what it drew, until ``GameEvent/seen``.
    ///   - currencies: of the member's accounts, for the names of points.
    ///   - badges: of the programme, for the names of those that can be won.
    ///   - onEvent: what the member does.
    public init(
        game: Game?, freshness: Freshness, isSignedIn: Bool, isPlaying: Bool = false, outcome: GameOutcome? = nil,
        currencies: [Currency] = [], badges: [Badge] = [], onEvent: @escaping @MainActor (GameEvent) -> Void
    ) {
        self.game = game
        self.freshness = freshness
        self.isSignedIn = isSignedIn
        self.isPlaying = isPlaying
        self.outcome = outcome
        rewards = Rewards(currencies: currencies, badges: badges)
        self.onEvent = onEvent
    }

    /// The game, or why it is not there.
    public var body: some View {
        Group {
            if game != nil || outcome != nil {
                // With its last play a game may be gone: the result stands all the same, on the wheel that was turned.
                KnownGame(
                    game: game ?? last, rewards: rewards, isPlaying: isPlaying, outcome: outcome, onEvent: onEvent
                )
                // Another play begins covered, or turns anew.
                .id(outcome != nil)
            } else {
                WhatIsKnown(
                    freshness: freshness, isSignedIn: isSignedIn, placeholders: Placeholders(heights: [88, 264]),
                    onRefresh: { onEvent(.refresh) }, onSignIn: { onEvent(.signIn) }
                ) {
                    Notice(sign: Sign.game, title: words("game_gone"), text: words("game_gone_body")) {
                        MainButton(words("game_show_tasks")) { onEvent(.openTasks) }
                    }
                }
            }
        }
        .onChange(of: game, initial: true) { _, game in if let game { last = game } }
    }
}

private struct KnownGame: View {
    @Environment(\.words) private var words
    @State private var isOpen = false
    let game: Game?
    let rewards: Rewards
    let isPlaying: Bool
    let outcome: GameOutcome?
    let onEvent: @MainActor (GameEvent) -> Void

    private var isWheel: Bool { game?.kind == .wheel && game?.sectors.isEmpty == false }

    private var sector: Int? {
        guard let sector = outcome?.sector.map(Int.init), game?.sectors.indices.contains(sector) == true else {
            return nil
        }
        return sector
    }

    private var isCovered: Bool {
        if isWheel { return sector != nil && !isOpen }
        return game?.kind == .scratch && outcome != nil && !isOpen
    }

    var body: some View {
        Page(alignment: .center) {
            if let game {
                Text(game.title).font(.title2).multilineTextAlignment(.center).isHeader()
                if isWheel {
                    Wheel(sectors: game.sectors, sector: sector) { isOpen = true }
                } else if let outcome, isCovered {
                    ScratchCard(outcome: outcome.outcome) { isOpen = true }
                }
            }
            if let outcome {
                if !isCovered {
                    result(outcome)
                } else if !isWheel {
                    // Also for who cannot scratch.
                    Choice(words("game_uncover")) { isOpen = true }
                }
            } else if let game {
                Quiet(words.asLine(words.playsLeft(game)))
                MainButton(start(game.kind), isBusy: isPlaying, isEnabled: game.playsLeft > 0) {
                    onEvent(.play(game.id))
                }
                if isWheel { onTheWheel(game.sectors) }
            }
        }
    }

    private func start(_ kind: GameKind) -> String {
        switch kind {
        case .wheel: words("game_spin")
        case .scratch: words("game_scratch")
        case .other: words("game_play")
        }
    }

    @ViewBuilder private func result(_ outcome: GameOutcome) -> some View {
        VStack(spacing: step / 2) {
            Text(outcome.outcome).font(.title2)
            BenefitText(text: words.asLine(words.reward(outcome.reward, rewards) ?? ""))
        }
        .multilineTextAlignment(.center)
        .accessibilityElement(children: .combine)
        .announced(outcome.outcome)
        MainButton(words("understood")) { onEvent(.seen) }
    }

    /// What the sectors say, where they are too narrow for it, and for the screen reader.
    private func onTheWheel(_ sectors: [String]) -> some View {
        Part {
            PartTitle(words("game_on_wheel"))
            let names = sectors.enumerated().filter { sectors.firstIndex(of: $0.element) == $0.offset }.map(\.element)
            ForEach(names, id: \.self) { Text($0) }
        }
    }
}

/// Turns until a sector is at its top, once; where the member wants less motion, it is there at once.
private struct Wheel: View {
    @Environment(\.accessibilityReduceMotion) private var isMotionReduced
    @State private var turned = 0.0
    let sectors: [String]
    let sector: Int?
    let onThere: @MainActor () -> Void

    private var sweep: Double { 360 / Double(sectors.count) }

    private let side: CGFloat = 296

    var body: some View {
        VStack(spacing: 0) {
            Image(systemName: "arrowtriangle.down.fill").foregroundStyle(.tint)
            ZStack {
                ForEach(Array(sectors.enumerated()), id: \.offset) { sector in
                    let from = Double(sector.offset) / Double(sectors.count)
                    Circle().trim(from: from, to: from + 1 / Double(sectors.count)).rotation(.degrees(-90))
                        // As thick as the radius, so that the ring fills the circle.
                        .stroke(ground(sector.offset), lineWidth: side / 2)
                        .frame(width: side / 2, height: side / 2)
                    Text(sector.element).font(.footnote).lineLimit(1)
                        .frame(width: side * 0.3)
                        .offset(x: side * 0.28)
                        .rotationEffect(.degrees(sweep * (Double(sector.offset) + 0.5) - 90))
                }
                Circle().stroke(.secondary, lineWidth: 1)
            }
            .frame(width: side, height: side)
            .rotationEffect(.degrees(turned))
        }
        // On the wheel there is no room to grow; the same words are below it.
        .dynamicTypeSize(.large)
        .accessibilityHidden(true)
        .onChange(of: sector, initial: true) { _, sector in
            if let sector { turn(to: sector) }
        }
    }

    private func turn(to sector: Int) {
        let goal = -sweep * (Double(sector) + 0.5)
        if isMotionReduced {
            turned = goal
            onThere()
        } else {
            withAnimation(.easeInOut(duration: 3)) {
                turned = goal + 360 * 4
            } completion: {
                onThere()
            }
        }
    }

    /// Three shades in turn; the last sector has none that its neighbours have.
    private func ground(_ sector: Int) -> Color {
        let shade = sector > 0 && sector == sectors.count - 1 && sector % 3 == 0 ? 1 : sector % 3
        return Color.accentColor.opacity([0.12, 0.24, 0.36][shade])
    }
}

/// What was drawn, below a cover that a finger takes off; done when enough of it is off.
private struct ScratchCard: View {
    @Environment(\.words) private var words
    @State private var points: [CGPoint] = []
    @State private var scratched: CGFloat = 0
    let outcome: String
    let onDone: @MainActor () -> Void

    private let side: CGFloat = 296
    /// Nothing shines through it.
    private static let cover = Color(red: 0.6, green: 0.6, blue: 0.62)

    var body: some View {
        ZStack {
            // Said when the cover is off.
            Text(outcome).font(.title2).multilineTextAlignment(.center).padding(step * 3).accessibilityHidden(true)
            cover.accessibilityHidden(true)
            if points.isEmpty { Text(words("game_covered")).accessibilityHidden(true) }
        }
        .frame(width: side, height: 160)
        .background(.quinary, in: RoundedRectangle(cornerRadius: 12))
        .clipShape(RoundedRectangle(cornerRadius: 12))
        .gesture(
            DragGesture(minimumDistance: 0).onChanged { drag in
                if let last = points.last {
                    scratched += hypot(drag.location.x - last.x, drag.location.y - last.y)
                }
                points.append(drag.location)
                // So many widths of it are scratched before the rest comes off by itself.
                if scratched > side * 2.5 { onDone() }
            })
    }

    private var cover: some View {
        let points = points
        return Canvas { context, size in
            context.fill(Path(CGRect(origin: .zero, size: size)), with: .color(Self.cover))
            guard let first = points.first else { return }
            var line = Path()
            line.move(to: first)
            for point in points { line.addLine(to: point) }
            context.blendMode = .clear
            context.stroke(line, with: .color(.black), style: StrokeStyle(lineWidth: 40, lineCap: .round))
        }
        .compositingGroup()
    }
}
