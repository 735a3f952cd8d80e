/// What one element of a screen says to a member, by sight or by screen reader.
package struct Node {
    package var role: String
    package var text: String?
    package var notes: [(name: String, value: String)] = []
    package var children: [Node] = []
    /// What a member can do with it: "tap", "type", "refresh", "dismiss".
    package var actions: [String: @MainActor (String) async -> Void] = [:]
    /// Started when the node appears, cancelled when it goes; the key is its identity.
    package var tasks: [(key: String, run: @Sendable () async -> Void)] = []
    /// What is told when the node has appeared and when it has gone.
    package var lives: [(key: String, appear: (@MainActor () -> Void)?, disappear: (@MainActor () -> Void)?)] = []
    /// Values that are watched, and what happens when they have become other ones.
    package var watches:
        [(key: String, value: Any, initial: Bool, isSame: (Any) -> Bool, act: @MainActor (Any) -> Void)] = []
    /// The value of a tag.
    package var value: Any?
    /// The least size that it is given.
    package var least = CGSize.zero
    /// Filled rectangles of a canvas, in points, and the size of the canvas.
    package var drawing: (fills: [(rect: CGRect, color: String)], size: CGSize) = ([], .zero)

    package init(_ role: String, _ text: String? = nil, children: [Node] = []) {
        self.role = role
        self.text = text
        self.children = children
    }

    package mutating func note(_ name: String, _ value: String) {
        notes.removeAll { $0.name == name }
        notes.append((name, value))
    }
    package mutating func mark(_ name: String) { note(name, "") }
    package func note(_ name: String) -> String? { notes.first { $0.name == name }?.value }

    /// All texts of this node and below it that a screen reader says, in reading order.
    package var spoken: String {
        if note("hidden") != nil { return "" }
        if let label = note("label") { return label }
        let own = [text].compactMap { $0 }
        return (own + children.map(\.spoken)).filter { !$0.isEmpty }.joined(separator: ", ")
    }
    package var all: [Node] { [self] + children.flatMap(\.all) }

    package func outline(depth: Int = 0) -> String {
        var line = String(repeating: "  ", count: depth) + role
        if let text { line += " \"\(text.replacing("\n", with: "⏎"))\"" }
        for note in notes {
            line += note.value.isEmpty ? " \(note.name)" : " \(note.name)=\"\(note.value.replacing("\n", with: "⏎"))\""
        }
        return ([line] + children.map { $0.outline(depth: depth + 1) }).joined(separator: "\n")
    }
}

/// Where a view is drawn: its surroundings, and a path that gives its state an identity.
@MainActor package struct RenderContext {
    package let store: StateStore
    package var environment: EnvironmentValues
    var path: String

    package init(store: StateStore, environment: EnvironmentValues = .init()) {
        self.store = store
        self.environment = environment
        path = ""
    }
    func child(_ step: some Hashable) -> RenderContext {
        var copy = self
        copy.path += "/\(step)"
        return copy
    }
    func connect(_ owner: Any) {
        for (label, value) in Mirror(reflecting: owner).children {
            (value as? any Connectable)?.connect(self, label ?? "")
        }
    }
    package func render<V: View>(_ view: V) -> [Node] {
        if let primitive = view as? any Primitive {
            connect(view)
            return primitive.nodes(self)
        }
        let inner = child(String(describing: V.self).prefix { $0 != "<" })
        inner.connect(view)
        return inner.render(view.body)
    }
}

/// The state of all views of one screen, by path.
@MainActor package final class StateStore {
    var values: [String: AnyObject] = [:]
    /// Whose state was used when the screen was drawn last.
    var touched: Set<String> = []
    /// The sheets and alerts on top, from the lowest on.
    package var presented: [Node] = []
    /// Where lists were scrolled to.
    package var scrolled: [String] = []
    /// What outlives the process with the scene.
    package let scene = SceneValues()
    package init() {}

    /// Draws everything: the state of views that are not there any more goes.
    package func drawn(_ draw: (RenderContext) -> [Node], _ environment: EnvironmentValues) -> [Node] {
        presented = []
        touched = []
        let nodes = draw(RenderContext(store: self, environment: environment))
        values = values.filter { touched.contains($0.key) }
        return nodes + presented
    }
}

@MainActor @preconcurrency package protocol Connectable {
    func connect(_ context: RenderContext, _ name: String)
}
