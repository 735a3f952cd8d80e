import Pocketcard
import SwiftUI

/// Says what was completed and what it brings, until the member has seen it.
struct Celebrations: ViewModifier {
    @State private var seen: Set<String> = []
    let celebrations: [Celebration]
    let rewards: Rewards
    let onSee: @MainActor ([String]) -> Void

    /// Those that are seen are gone at once, also where the core takes a moment to hear of it.
    private var shown: [Celebration] { celebrations.filter { !seen.contains($0.key) } }

    func body(content: Content) -> some View {
        content.sheet(
            isPresented: Binding(get: { @MainActor in !shown.isEmpty }, set: { @MainActor in if !$0 { see() } })
        ) {
            CelebrationPage(shown: shown, rewards: rewards)
        }
    }

    private func see() {
        let tasks = shown.map(\.task)
        guard !tasks.isEmpty else { return }
        seen.formUnion(shown.map(\.key))
        onSee(tasks)
    }
}

extension Celebration {
    fileprivate var key: String { "\(completions) \(task)" }
}

private struct CelebrationPage: View {
    @Environment(\.words) private var words
    @Environment(\.dismiss) private var dismiss
    let shown: [Celebration]
    let rewards: Rewards

    var body: some View {
        Page(alignment: .center) {
            Burst()
            Text(words("celebrate \(shown.count)")).font(.title2).isHeader()
            ForEach(shown, id: \.key) { each in
                VStack(spacing: step / 2) {
                    Text(each.title).font(.headline)
                    if let reward = words.reward(each.reward, rewards) { Text(words.asLine(reward)) }
                }
                .multilineTextAlignment(.center)
            }
            MainButton(words("celebrate_seen")) { dismiss() }
        }
    }
}

/// A star from which sparks fly, once; where the member wants less motion, the star alone.
private struct Burst: View {
    @Environment(\.accessibilityReduceMotion) private var isMotionReduced
    @State private var hasFlown = false

    var body: some View {
        ZStack {
            if !isMotionReduced {
                ForEach(0..<18, id: \.self) { spark in
                    Circle().fill(.tint)
                        .frame(width: 8, height: 8)
                        .offset(x: hasFlown ? 80 : 0)
                        .rotationEffect(.degrees(Double(spark) * 20))
                        .opacity(hasFlown ? 0 : 1)
                }
            }
            Image(systemName: Sign.favourite).font(.title2).foregroundStyle(.tint)
        }
        .frame(width: 96, height: 96)
        .animation(isMotionReduced ? nil : .easeOut(duration: 0.9), value: hasFlown)
        .accessibilityHidden(true)
        .onAppear { hasFlown = true }
    }
}
