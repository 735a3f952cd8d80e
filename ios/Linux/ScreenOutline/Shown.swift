import SwiftUI

/// A view as a test needs it: an outline in words, and the things that a member can do with it.
@MainActor public final class Shown {
    public struct Missing: Error, CustomStringConvertible { public let description: String }

    private let store = StateStore()
    private let catalogue: StringCatalogue
    private var draw: @MainActor (RenderContext) -> [Node]
    public private(set) var environment = EnvironmentValues()
    private var running: [String: Task<Void, Never>] = [:]
    private var living: [String: (@MainActor () -> Void)?] = [:]
    private var watched: [String: Any] = [:]

    public init<V: View>(_ view: V, _ catalogue: StringCatalogue, language: String = "en_GB") {
        draw = { $0.render(view) }
        self.catalogue = catalogue
        environment.locale = Locale(identifier: language)
    }

    /// Another value of the same screen: what the member did to it stays.
    public func show<V: View>(_ view: V) { draw = { $0.render(view) } }

    public func set<Value>(_ path: WritableKeyPath<EnvironmentValues, Value>, _ value: Value) {
        environment[keyPath: path] = value
    }
    /// What time timelines have.
    public func set(now: Date) { environment.timelineDate = now }
    public func set(reduceMotion: Bool) { environment.reduceMotion = reduceMotion }
    public func set(room: CGSize) { environment.room = room }
    /// How much room canvases have that nobody gave a size.
    public func set(canvas: CGSize) { environment.canvas = canvas }

    private func nodes() -> [Node] {
        let catalogue = catalogue
        Catalogues.shared.use { catalogue.text($0, $1, language: $2.language.languageCode?.identifier ?? "") }
        return store.drawn(draw, environment)
    }
    public var outline: String { nodes().map { $0.outline() }.joined(separator: "\n") + "\n" }

    /// What can be acted on: a sheet hides what lies below it.
    private func top() -> [Node] {
        let all = nodes()
        return (store.presented.last.map { [$0] } ?? all).flatMap(\.all)
    }
    private func act(
        _ action: String, _ text: String?, _ value: String = "", at which: Int = 0,
        isMeant: (String) -> Bool = { _ in false }
    ) async throws {
        await settle()
        let language = environment.locale.language.languageCode?.identifier ?? ""
        let words = text.flatMap { catalogue.text($0, [], language: language) } ?? text
        let all = top().filter { node in
            node.actions[action] != nil
                && (words == nil || [node.text, node.note("label"), node.note("prompt")].contains(words)
                    || isMeant(node.note("label") ?? node.text ?? ""))
        }
        guard all.indices.contains(which) else {
            throw Missing(description: "nothing to \(action) at \"\(words ?? "")\" in\n\(outline)")
        }
        await all[which].actions[action]?(value)
        await settle()
    }
    /// Taps what has this text or label, or that of this key.
    public func tap(_ text: String) async throws { try await act("tap", text) }
    /// Taps the first that has all of these words among its own.
    public func tap(withAll words: String...) async throws {
        try await act("tap", words.joined(separator: " … ")) { has in words.allSatisfy { has.contains($0) } }
    }
    /// The app is opened with a link.
    public func open(_ link: String) async throws {
        await settle()
        for node in nodes().flatMap(\.all) { await node.actions["open"]?(link) }
        await settle()
    }
    /// Types into the field of this text or label, or that of this key; where there are more of them, into that `which`.
    public func type(_ value: String, into text: String, at which: Int = 0) async throws {
        try await act("type", text, value, at: which)
    }
    public func pullToRefresh() async throws { try await act("refresh", nil) }
    public func dismiss() async throws { try await act("dismiss", nil) }
    /// VoiceOver's gesture for back.
    public func escape() async throws { try await act("escape", nil) }

    /// Lets what is new on the screen begin and what has gone end, as often as that changes the screen.
    public func settle() async {
        for _ in 0..<4 {
            var isQuiet = true
            let all = nodes().flatMap(\.all)
            let tasks = all.flatMap(\.tasks)
            for (key, task) in running where !tasks.contains(where: { $0.key == key }) {
                task.cancel()
                running[key] = nil
            }
            for task in tasks where running[task.key] == nil {
                isQuiet = false
                running[task.key] = Task { await task.run() }
            }
            let lives = all.flatMap(\.lives)
            for (key, disappear) in living where !lives.contains(where: { $0.key == key }) {
                living[key] = nil
                isQuiet = false
                disappear?()
            }
            for life in lives where living[life.key] == nil {
                living[life.key] = .some(life.disappear)
                isQuiet = false
                life.appear?()
            }
            var now: [String: Any] = [:]
            var acts: [@MainActor () -> Void] = []
            for watch in all.flatMap(\.watches) {
                if let before = watched[watch.key] {
                    if !watch.isSame(before) { acts.append { watch.act(before) } }
                } else if watch.initial {
                    acts.append { watch.act(watch.value) }
                }
                now[watch.key] = watch.value
            }
            watched = now
            for act in acts { act() }
            await Task.yield()
            if isQuiet, acts.isEmpty { return }
        }
    }
    /// The screen goes.
    public func leave() async {
        draw = { _ in [] }
        await settle()
    }

    /// What the scene keeps when the process ends.
    public var scene: [String: Any] {
        get { store.scene.all }
        set { store.scene.all = newValue }
    }
    /// Where lists were scrolled to.
    public var scrolled: [String] { store.scrolled }
    /// What a screen reader says, in order.
    public var speech: [String] {
        func say(_ node: Node) -> [String] {
            if node.note("hidden") != nil { return [] }
            let more = [node.note("says") ?? node.note("value"), node.note("hint")].compactMap { $0 }
            if let label = node.note("label") { return [([label] + more).joined(separator: ", ")] }
            if node.note("children") == "combine" { return [node.spoken] }
            if node.role == "image" || node.role == "canvas" { return ["(\(node.role) without a label)"] }
            let own = node.text.map { [([$0] + more).joined(separator: ", ")] } ?? []
            return own + node.children.flatMap { say($0) }
        }
        return nodes().flatMap { say($0) }
    }
    /// Buttons and switches that nobody can hit, or that have no words.
    public var badTargets: [String] {
        nodes().flatMap(\.all).filter { ["button", "toggle"].contains($0.role) }.compactMap { node in
            let name = node.note("label") ?? node.text ?? ""
            if name.isEmpty { return "a \(node.role) without words" }
            let isSmall = node.least.height < 44 || (node.role == "button" && node.least.width < 44)
            return isSmall ? "\(node.role) \"\(name)\" \(node.least)" : nil
        }
    }
    /// What canvases have filled, in points, and the size of each.
    public var drawings: [(fills: [(rect: CGRect, color: String)], size: CGSize)] {
        nodes().flatMap(\.all).map(\.drawing).filter { !$0.fills.isEmpty }
    }
}

/// What screen readers were told to say so far, by all screens.
public var announcements: [String] { Announcements.shared.all }

/// Keys of all texts of a target that screens have asked for so far.
public func askedKeys(of target: String) -> Set<String> { Catalogues.shared.keys(of: target) }
