import Pocketcard
import SwiftUI

/// How far a task is: a bar in two parts, and the same in words. What this version cannot count has the words alone.
struct TaskProgress: View {
    @Environment(\.words) private var words
    let task: TaskView

    private var isCounted: Bool {
        if case .other = task.kind { false } else { true }
    }

    var body: some View {
        if task.target > 0 {
            if isCounted {
                let counted = share(of: task.confirmed, in: task.target)
                TwoPartBar(
                    counted: counted, waiting: share(of: task.confirmed + task.waiting, in: task.target) - counted)
            }
            Quiet(
                [
                    words("task_progress \(words.amount(task.confirmed)) \(words.amount(task.target))"),
                    task.waiting > 0 ? words("task_waiting \(words.amount(task.waiting))") : nil,
                ].joinedByDots)
        }
    }
}

/// What is counted is filled, what waits is striped; both are shares of the whole. The line below says it.
struct TwoPartBar: View {
    let counted: Double
    let waiting: Double

    var body: some View {
        let (counted, waiting) = (counted, waiting)
        Canvas { context, size in
            context.fill(Path(CGRect(origin: .zero, size: size)), with: .style(.quaternary))
            let (end, soon) = (size.width * counted, size.width * (counted + waiting))
            context.fill(Path(CGRect(x: 0, y: 0, width: end, height: size.height)), with: .style(.tint))
            guard soon > end else { return }
            context.clip(to: Path(CGRect(x: end, y: 0, width: soon - end, height: size.height)))
            var stripes = Path()
            for x in stride(from: end, to: soon + size.height, by: 7) {
                stripes.move(to: CGPoint(x: x, y: 0))
                stripes.addLine(to: CGPoint(x: x - size.height, y: size.height))
            }
            context.stroke(stripes, with: .style(.tint), lineWidth: 3)
        }
        .frame(height: 12)
        .clipShape(RoundedRectangle(cornerRadius: 6))
        // It fills from where lines of text begin.
        .flipsForRightToLeftLayoutDirection(true)
        .accessibilityHidden(true)
    }
}

/// A ring of arcs: thick where done, of half that thickness where it waits, a hairline where there is more to do.
struct Ring: View {
    let all: Int
    let done: Int
    let waiting: Int

    var body: some View {
        ZStack {
            arcs.flipsForRightToLeftLayoutDirection(true)
            if all >= 1, done >= all { Image(systemName: Sign.done).foregroundStyle(.tint) }
        }
        .padding(step / 2)
        .frame(width: 56, height: 56)
        .accessibilityHidden(true)
    }

    private var arcs: some View {
        ZStack {
            ForEach(0..<max(all, 1), id: \.self) { arc in
                let gap = (2...12).contains(all) ? 1.0 / 60 : 0
                let from = Double(arc) / Double(max(all, 1)) + gap
                let to = Double(arc + 1) / Double(max(all, 1)) - gap
                let shape = Circle().trim(from: from, to: to).rotation(.degrees(-90))
                if arc < done {
                    shape.stroke(.tint, lineWidth: 8)
                } else if arc < done + waiting {
                    shape.stroke(.tint, lineWidth: 4)
                } else {
                    shape.stroke(.secondary, lineWidth: 1)
                }
            }
        }
    }
}

/// The days or weeks of a streak as dots, each with its first day; for the screen reader in one sentence.
struct Streak: View {
    @Environment(\.words) private var words
    @ScaledMetric private var side: CGFloat = 36
    let dots: [StreakDot]

    private func count(_ mark: StreakMark) -> Int { dots.filter { $0.mark == mark }.count }

    private var said: String {
        let missed = dots.filter { $0.mark == .missed }.compactMap { words.date($0.from) }.map { words.day($0) }
        let now = dots.last { $0.now }
        let parts: [String?] = [
            count(.counted) > 0 ? words("streak_counted \(count(.counted))") : nil,
            count(.waiting) > 0 ? words("streak_waiting \(count(.waiting))") : nil,
            missed.isEmpty ? nil : words("streak_missed \(missed.joined(separator: ", "))"),
            now.map { $0.mark == .open ? words("streak_now_open") : words("streak_now_done") },
        ]
        return parts.compactMap { $0 }.joined(separator: ". ")
    }

    var body: some View {
        LazyVGrid(columns: [GridItem(.adaptive(minimum: side))], alignment: .leading, spacing: step / 2) {
            ForEach(dots, id: \.from) { dot in
                VStack(spacing: 0) {
                    mark(dot)
                    if let day = words.date(dot.from) {
                        Text(words.amount(Decimal(words.dayOfMonth(day)))).font(.footnote)
                            .fontWeight(dot.now ? .bold : .regular)
                    }
                }
            }
        }
        .accessibilityElement(children: .ignore)
        .accessibilityLabel(said)
    }

    /// Told apart by its shape: filled with a tick, a clock, a cross, nothing; the one that goes on now has a ring around it.
    private func mark(_ dot: StreakDot) -> some View {
        Image(systemName: sign(of: dot.mark))
            .foregroundStyle(dot.mark == .missed || dot.mark == .open ? Color.secondary : .accentColor)
            .frame(width: side, height: side)
            .overlay { if dot.now { Circle().stroke(.primary, lineWidth: 2) } }
    }

    private func sign(of mark: StreakMark) -> String {
        switch mark {
        case .counted: Sign.chosen
        case .waiting: Sign.waiting
        case .missed: Sign.close
        case .open: Sign.open
        }
    }
}

/// How far the member has come as a whole.
struct LevelContent: View {
    @Environment(\.words) private var words
    let level: Level

    var body: some View {
        PartTitle(words("level \(words.amount(Decimal(level.number))) \(level.name)"))
        if let next = level.next {
            TwoPartBar(counted: share(of: level.value, in: next), waiting: 0)
            Quiet(words("level_progress \(words.amount(level.value)) \(words.amount(next))"))
        } else {
            Quiet(words("level_highest"))
        }
    }
}

/// All badges of the programme: since when the member has each, or that it is still to be won.
struct Badges: View {
    @Environment(\.words) private var words
    @ScaledMetric private var width: CGFloat = 96
    let badges: [Badge]

    var body: some View {
        LazyVGrid(columns: [GridItem(.adaptive(minimum: width), alignment: .top)], spacing: step * 2) {
            ForEach(badges, id: \.id) { badge in
                VStack(spacing: step / 2) {
                    // What is still to be won has no picture yet.
                    Picture(badge.awarded == nil ? nil : badge.imageUrl, sign: Sign.badge)
                    Text(badge.title)
                    Quiet(badge.awarded.map { words("badge_since \(words.day($0))") } ?? words("badge_not_yet"))
                }
                .multilineTextAlignment(.center)
                .accessibilityElement(children: .combine)
            }
        }
    }
}
