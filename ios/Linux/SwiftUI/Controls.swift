public struct ButtonRole: Equatable, Sendable {
    let name: String
    public static let destructive = ButtonRole(name: "destructive"), cancel = ButtonRole(name: "cancel")
}
public struct Button<Label: View>: _Leaf, Primitive {
    let role: ButtonRole?
    let action: @MainActor () -> Void
    let label: Label
    public init(action: @escaping @MainActor () -> Void, @ViewBuilder label: () -> Label) {
        role = nil
        self.action = action
        self.label = label()
    }
    public init(role: ButtonRole?, action: @escaping @MainActor () -> Void, @ViewBuilder label: () -> Label) {
        self.role = role
        self.action = action
        self.label = label()
    }
    package func nodes(_ context: RenderContext) -> [Node] {
        let inside = context.render(label)
        var node = Node("button", inside.map(\.spoken).filter { !$0.isEmpty }.joined(separator: ", "))
        node.drawing = inside.flatMap(\.all).first { !$0.drawing.fills.isEmpty }?.drawing ?? node.drawing
        for part in inside.flatMap(\.all) {
            node.least.width = max(node.least.width, part.least.width)
            node.least.height = max(node.least.height, part.least.height)
            node.watches += part.watches
            if let name = part.note("icon") ?? part.note("name"), node.note("icon") == nil { node.note("icon", name) }
        }
        if !node.drawing.fills.isEmpty { node.note("fills", "\(node.drawing.fills.count)") }
        if let role { node.mark(role.name) }
        if context.environment.isEnabled {
            let action = action
            node.actions["tap"] = { _ in action() }
        } else {
            node.mark("disabled")
        }
        return [node]
    }
}
extension Button where Label == Text {
    @_disfavoredOverload public init<S: StringProtocol>(_ title: S, action: @escaping @MainActor () -> Void) {
        self.init(action: action, label: { Text(title) })
    }
    @_disfavoredOverload public init<S: StringProtocol>(
        _ title: S, role: ButtonRole?, action: @escaping @MainActor () -> Void
    ) { self.init(role: role, action: action, label: { Text(title) }) }
}
public struct Toggle<Label: View>: _Leaf, Primitive {
    let isOn: Binding<Bool>
    let label: Label
    public init(isOn: Binding<Bool>, @ViewBuilder label: () -> Label) {
        self.isOn = isOn
        self.label = label()
    }
    package func nodes(_ context: RenderContext) -> [Node] {
        let isOn = isOn
        let inside = context.render(label)
        var node = Node("toggle", inside.map(\.spoken).joined(separator: ", "))
        for part in inside.flatMap(\.all) { node.least.height = max(node.least.height, part.least.height) }
        node.note("value", isOn.wrappedValue ? "on" : "off")
        if context.environment.isEnabled {
            node.actions["tap"] = { _ in isOn.wrappedValue.toggle() }
        } else {
            node.mark("disabled")
        }
        return [node]
    }
}
extension RenderContext {
    fileprivate func field<Label: View>(_ role: String, _ label: Label, _ prompt: Text?, _ text: Binding<String>)
        -> [Node]
    {
        var node = Node(role, render(label).map(\.spoken).joined(separator: ", "))
        node.note(
            "value", role == "secure" ? String(repeating: "•", count: text.wrappedValue.count) : text.wrappedValue)
        if let prompt { node.note("prompt", prompt.content) }
        if environment.isEnabled { node.actions["type"] = { text.wrappedValue = $0 } } else { node.mark("disabled") }
        return [node]
    }
}
public struct TextField<Label: View>: _Leaf, Primitive {
    let text: Binding<String>
    let prompt: Text?
    let label: Label
    package func nodes(_ context: RenderContext) -> [Node] { context.field("textfield", label, prompt, text) }
}
extension TextField {
    public init(text: Binding<String>, prompt: Text? = nil, @ViewBuilder label: () -> Label) {
        self.init(text: text, prompt: prompt, label: label())
    }
}
public struct SecureField<Label: View>: _Leaf, Primitive {
    let text: Binding<String>
    let prompt: Text?
    let label: Label
    package func nodes(_ context: RenderContext) -> [Node] { context.field("secure", label, prompt, text) }
}
extension SecureField {
    public init(text: Binding<String>, prompt: Text? = nil, @ViewBuilder label: () -> Label) {
        self.init(text: text, prompt: prompt, label: label())
    }
}
public struct ProgressView<Label: View, CurrentValueLabel: View>: _Leaf, Primitive {
    let label: Label
    let fraction: Double?
    package func nodes(_ context: RenderContext) -> [Node] {
        var node = Node("progress")
        if let fraction { node.note("value", "\(Int((fraction * 100).rounded()))%") }
        return [node]
    }
}
extension ProgressView where CurrentValueLabel == EmptyView, Label == EmptyView {
    public init() {
        label = EmptyView()
        fraction = nil
    }
    public init<V: BinaryFloatingPoint>(value: V?, total: V = 1.0) {
        label = EmptyView()
        fraction = value.map { Double($0 / total) }
    }
}
public struct ContentUnavailableView<Label: View, Description: View, Actions: View>: _Leaf, Primitive {
    let label: Label, description: Description, actions: Actions
    public init(
        @ViewBuilder label: () -> Label, @ViewBuilder description: () -> Description = { EmptyView() },
        @ViewBuilder actions: () -> Actions = { EmptyView() }
    ) {
        self.label = label()
        self.description = description()
        self.actions = actions()
    }
    package func nodes(_ context: RenderContext) -> [Node] {
        [
            Node(
                "unavailable",
                children: context.child("label").render(label) + context.child("description").render(description)
                    + context.child("actions").render(actions))
        ]
    }
}
