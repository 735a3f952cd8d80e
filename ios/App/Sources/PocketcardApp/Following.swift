import Pocketcard
import SwiftUI

/// What a screen shows, once it is known; nothing before. It is there meanwhile, so that what it asks for is asked for.
struct Once<Value, Content: View>: View {
    private let value: Value?
    private let content: (Value) -> Content

    init(_ value: Value?, @ViewBuilder content: @escaping (Value) -> Content) {
        self.value = value
        self.content = content
    }

    var body: some View {
        ZStack {
            Color.clear
            if let value { content(value) }
        }
    }
}

/// What the core said of one thing; nil: that there is none.
struct Known<Value> {
    let value: Value?
}

/// How fresh what is known of one thing is, for the page that a link may have led to: `all` that there is of its kind may
/// lack it for being older than the link. So what was not there since the page was opened is asked for, and before the
/// platform has answered it is unknown, not gone.
struct FreshnessOfOne<Content: View>: View {
    @State private var wasThere = false
    /// Whether there was a member when it was asked for; nil: it was not.
    @State private var asked: Bool?
    let model: MemberModel
    let isThere: Bool
    let all: Freshness
    @ViewBuilder let content: (Freshness) -> Content

    private struct Asking: Equatable {
        let hasMember: Bool
        let isThere: Bool
    }

    var body: some View {
        let asking = Asking(hasMember: model.hasMember, isThere: isThere)
        content(freshness).task(id: asking) {
            if asking.isThere {
                wasThere = true
            } else if !wasThere && asked != asking.hasMember {
                // What keeps it from an answer is said by how fresh it is.
                _ = try? await model.core.refresh()
                if !Task.isCancelled { asked = asking.hasMember }
            }
        }
    }

    private var freshness: Freshness {
        if case .unknown = all { return all }
        if isThere || wasThere { return all }
        if asked != model.hasMember { return .unknown(reason: .notAsked) }
        if case .cached(_, let reason) = all { return .unknown(reason: reason) }
        return all
    }
}

/// Notes that the member opened something: once for each time that they do.
private struct Viewed: ViewModifier {
    @State private var noted: Activity?
    let model: MemberModel
    let activity: Activity?

    func body(content: Content) -> some View {
        content.onChange(of: activity, initial: true) { _, activity in
            guard let activity, activity != noted else { return }
            noted = activity
            model.acts.act { [core = model.core] in try await core.track(activity) }
        }
    }
}

extension View {
    /// Notes that the member opened what is shown here; nil: it is not there yet.
    func viewed(_ activity: Activity?, _ model: MemberModel) -> some View {
        modifier(Viewed(model: model, activity: activity))
    }
}
