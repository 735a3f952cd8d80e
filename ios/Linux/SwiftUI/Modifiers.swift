// Looks: accepted, and not part of an outline.
public struct Edge {
    public struct Set: OptionSet, Sendable {
        public let rawValue: Int
        public init(rawValue: Int) { self.rawValue = rawValue }
        public static let top = Set(rawValue: 1), leading = Set(rawValue: 2), bottom = Set(rawValue: 4)
        public static let trailing = Set(rawValue: 8), all = Set(rawValue: 15)
        public static let horizontal = Set(rawValue: 10), vertical = Set(rawValue: 5)
    }
}
public enum TextAlignment: Sendable { case leading, center, trailing }
public enum ContentMode: Sendable { case fit, fill }
public struct ButtonBorderShape: Sendable { public static let capsule = Self(), automatic = Self() }
@MainActor @preconcurrency public protocol PrimitiveButtonStyle {}
public struct PlainButtonStyle: PrimitiveButtonStyle { public init() {} }
public struct BorderedButtonStyle: PrimitiveButtonStyle { public init() {} }
public struct BorderlessButtonStyle: PrimitiveButtonStyle { public init() {} }
public struct BorderedProminentButtonStyle: PrimitiveButtonStyle { public init() {} }
extension PrimitiveButtonStyle where Self == PlainButtonStyle { public static var plain: Self { .init() } }
extension PrimitiveButtonStyle where Self == BorderedButtonStyle { public static var bordered: Self { .init() } }
extension PrimitiveButtonStyle where Self == BorderlessButtonStyle { public static var borderless: Self { .init() } }
extension PrimitiveButtonStyle where Self == BorderedProminentButtonStyle {
    public static var borderedProminent: Self { .init() }
}
public protocol TextSelectability {}
public struct EnabledTextSelectability: TextSelectability {}
extension TextSelectability where Self == EnabledTextSelectability { public static var enabled: Self { .init() } }
public protocol TextFieldStyle {}
public struct RoundedBorderTextFieldStyle: TextFieldStyle { public init() {} }
extension TextFieldStyle where Self == RoundedBorderTextFieldStyle {
    public static var roundedBorder: Self { .init() }
}
public struct UITextContentType: Sendable {
    public static let telephoneNumber = Self(), emailAddress = Self(), username = Self(), password = Self()
    public static let newPassword = Self(), oneTimeCode = Self()
}
public enum UIKeyboardType: Sendable { case `default`, phonePad, emailAddress, numberPad, decimalPad }
public struct TextInputAutocapitalization: Sendable { public static var never: Self { .init() } }
public struct RedactionReasons: OptionSet, Sendable {
    public let rawValue: Int
    public init(rawValue: Int) { self.rawValue = rawValue }
    public static let placeholder = RedactionReasons(rawValue: 1)
}

extension View {
    public func font(_ font: Font?) -> some View { self }
    public func fontWeight(_ weight: Font.Weight?) -> some View { self }
    public func padding(_ length: CGFloat) -> some View { self }
    public func padding(_ edges: Edge.Set = .all, _ length: CGFloat? = nil) -> some View { self }
    public func foregroundStyle<S: ShapeStyle>(_ style: S) -> some View { self }
    public func tint(_ tint: Color?) -> some View { self }
    public func background<S: ShapeStyle>(_ style: S) -> some View { self }
    public func background<S: ShapeStyle, T: Shape>(_ style: S, in shape: T) -> some View { self }
    public func background<V: View>(alignment: Alignment = .center, @ViewBuilder content: () -> V) -> some View { self }
    public func overlay<V: View>(alignment: Alignment = .center, @ViewBuilder content: () -> V) -> some View { self }
    public func clipShape<S: Shape>(_ shape: S) -> some View { self }
    public func contentShape<S: Shape>(_ shape: S) -> some View { self }
    public func ignoresSafeArea() -> some View { self }
    public func lineLimit(_ number: Int?) -> some View { note { if let number { $0.note("lines", "\(number)") } } }
    public func multilineTextAlignment(_ alignment: TextAlignment) -> some View { self }
    public func aspectRatio(_ ratio: CGFloat? = nil, contentMode: ContentMode) -> some View { self }
    public func offset(x: CGFloat = 0, y: CGFloat = 0) -> some View { self }
    public func compositingGroup() -> some View { self }
    public func dynamicTypeSize(_ size: DynamicTypeSize) -> some View { surround { $0.dynamicTypeSize = size } }
    public func gesture<G: Gesture>(_ gesture: G) -> some View {
        note { node in if let drag = gesture as? _Changed { node.actions["drag"] = { _ in drag.act(.sample) } } }
    }
    public func rotationEffect(_ angle: Angle) -> some View {
        note { if angle.degrees != 0 { $0.note("turned", "\(Int(angle.degrees.rounded()))") } }
    }
    public func opacity(_ opacity: Double) -> some View { self }
    public func buttonStyle<S: PrimitiveButtonStyle>(_ style: S) -> some View { self }
    public func buttonBorderShape(_ shape: ButtonBorderShape) -> some View { self }
    public func textFieldStyle<S: TextFieldStyle>(_ style: S) -> some View { self }
    public func textContentType(_ type: UITextContentType?) -> some View { self }
    public func keyboardType(_ type: UIKeyboardType) -> some View { self }
    public func textInputAutocapitalization(_ autocapitalization: TextInputAutocapitalization?) -> some View { self }
    public func autocorrectionDisabled(_ disable: Bool = true) -> some View { self }
    public func animation<V: Equatable>(_ animation: Animation?, value: V) -> some View {
        add { nodes, context in
            if animation != nil, !nodes.isEmpty { nodes[0].mark("animated") }
        }
    }
    public func frame(width: CGFloat? = nil, height: CGFloat? = nil, alignment: Alignment = .center) -> some View {
        Modified(
            content: self,
            surroundings: {
                if let width { $0.canvas.width = width }
                if let height { $0.canvas.height = height }
            },
            change: { nodes, _ in
                for index in nodes.indices {
                    nodes[index].least.width = max(nodes[index].least.width, width ?? 0)
                    nodes[index].least.height = max(nodes[index].least.height, height ?? 0)
                }
            })
    }
    public func frame(
        minWidth: CGFloat? = nil, idealWidth: CGFloat? = nil, maxWidth: CGFloat? = nil, minHeight: CGFloat? = nil,
        idealHeight: CGFloat? = nil, maxHeight: CGFloat? = nil, alignment: Alignment = .center
    ) -> some View {
        note {
            $0.least.width = max($0.least.width, minWidth ?? 0)
            $0.least.height = max($0.least.height, minHeight ?? 0)
        }
    }
    public func textSelection<S: TextSelectability>(_ selectability: S) -> some View { note { $0.mark("selectable") } }
    public func flipsForRightToLeftLayoutDirection(_ enabled: Bool) -> some View {
        add { nodes, context in
            guard enabled, context.environment.layoutDirection == .rightToLeft else { return }
            for index in nodes.indices { nodes[index].mirror() }
        }
    }
    public func redacted(reason: RedactionReasons) -> some View { note { $0.mark("redacted") } }
    public func privacySensitive(_ sensitive: Bool = true) -> some View { note { if sensitive { $0.mark("private") } } }
    public func id<ID: Hashable>(_ id: ID) -> some View { Identified(content: self, id: AnyHashable(id)) }
}
struct Identified<Content: View>: _Leaf, Primitive {
    let content: Content
    let id: AnyHashable
    func nodes(_ context: RenderContext) -> [Node] { context.child(id).render(content) }
}
extension Node {
    fileprivate mutating func mirror() {
        mark("mirrored")
        let width = drawing.size.width
        drawing.fills = drawing.fills.map { fill in
            var rect = fill.rect
            rect.origin.x = width - rect.maxX
            return (rect, fill.color)
        }
        for index in children.indices { children[index].mirror() }
    }
}
public struct Animation: Sendable {
    public static let `default` = Animation()
    public static func easeOut(duration: TimeInterval) -> Animation { .init() }
    public static func easeInOut(duration: TimeInterval) -> Animation { .init() }
}
public protocol Gesture {}
@MainActor public struct DragGesture: Gesture {
    public struct Value: Sendable {
        public let location: CGPoint
        public let translation: CGSize
        static let sample = Value(location: CGPoint(x: 10, y: 10), translation: .zero)
    }
    public nonisolated init(minimumDistance: CGFloat = 10) {}
    public func onChanged(_ action: @escaping @MainActor (Value) -> Void) -> some Gesture { _Changed(act: action) }
}
struct _Changed: Gesture { let act: @MainActor (DragGesture.Value) -> Void }
public struct AnimationCompletionCriteria: Sendable { public static let logicallyComplete = Self() }
@MainActor public func withAnimation<Result>(
    _ animation: Animation? = .default, completionCriteria: AnimationCompletionCriteria = .logicallyComplete,
    _ body: () throws -> Result, completion: @escaping () -> Void
) rethrows -> Result {
    defer { completion() }
    return try body()
}
@MainActor public func withAnimation<Result>(_ animation: Animation? = .default, _ body: () throws -> Result) rethrows
    -> Result
{ try body() }

// What a screen reader says.
public struct AccessibilityTraits: OptionSet, Sendable {
    public let rawValue: Int
    public init(rawValue: Int) { self.rawValue = rawValue }
    public static let isHeader = Self(rawValue: 1), isButton = Self(rawValue: 2), updatesFrequently = Self(rawValue: 4)
    public static let isSelected = Self(rawValue: 8), isImage = Self(rawValue: 16), isToggle = Self(rawValue: 32)
    var names: String {
        [(1, "header"), (2, "button"), (4, "updates"), (8, "selected"), (16, "image"), (32, "toggle")]
            .filter { rawValue & $0.0 != 0 }.map(\.1).joined(separator: ",")
    }
}
public struct AccessibilityChildBehavior: Sendable {
    let name: String
    public static let ignore = Self(name: "ignore"), combine = Self(name: "combine"), contain = Self(name: "contain")
}
extension View {
    public func accessibilityLabel(_ label: Text) -> some View { note { $0.note("label", label.content) } }
    @_disfavoredOverload public func accessibilityLabel<S: StringProtocol>(_ label: S) -> some View {
        note { $0.note("label", String(label)) }
    }
    @_disfavoredOverload public func accessibilityValue<S: StringProtocol>(_ value: S) -> some View {
        note { if !value.isEmpty { $0.note("says", String(value)) } }
    }
    @_disfavoredOverload public func accessibilityHint<S: StringProtocol>(_ hint: S) -> some View {
        note { if !hint.isEmpty { $0.note("hint", String(hint)) } }
    }
    public func accessibilityAddTraits(_ traits: AccessibilityTraits) -> some View {
        note { if !traits.isEmpty { $0.note("traits", traits.names) } }
    }
    public func accessibilityAction(
        _ kind: AccessibilityActionKind = .default, _ handler: @escaping @MainActor () -> Void
    ) -> some View { note { $0.actions[kind.name] = { _ in handler() } } }
    public func accessibilityHidden(_ hidden: Bool) -> some View { note { if hidden { $0.mark("hidden") } } }
    public func accessibilityElement(children: AccessibilityChildBehavior = .ignore) -> some View {
        add { nodes, _ in
            var element = Node("element", children: nodes)
            element.note("children", children.name)
            nodes = [element]
        }
    }
}

// Of the Accessibility framework, which is not there on Linux either.
public enum AccessibilityNotification {
    public struct Announcement: Sendable {
        let text: String
        public init(_ announcement: String) { text = announcement }
        public func post() { Announcements.shared.add(text) }
    }
}
/// What screen readers were told to say.
package final class Announcements: @unchecked Sendable {
    package static let shared = Announcements()
    private let lock = NSLock()
    private var said: [String] = []

    func add(_ text: String) { lock.withLock { said.append(text) } }
    package var all: [String] { lock.withLock { said } }
}

// Titles, bars and behaviour.
public struct ToolbarItemPlacement: Sendable {
    public static let automatic = Self(), primaryAction = Self(), cancellationAction = Self(), navigation = Self()
}
@MainActor @preconcurrency public protocol ToolbarContent {
    associatedtype Inner: View
    var inner: Inner { get }
}
public struct ToolbarItem<ID, Content: View>: ToolbarContent {
    public let inner: Content
}
extension ToolbarItem where ID == () {
    public init(placement: ToolbarItemPlacement = .automatic, @ViewBuilder content: () -> Content) { inner = content() }
}
extension Optional: ToolbarContent where Wrapped: ToolbarContent {
    public var inner: Wrapped.Inner? { self?.inner }
}
@resultBuilder @MainActor public struct ToolbarContentBuilder {
    public static func buildBlock<T: ToolbarContent>(_ item: T) -> T { item }
    public static func buildIf<T: ToolbarContent>(_ item: T?) -> T? { item }
}

extension View {
    @_disfavoredOverload public func navigationTitle<S: StringProtocol>(_ title: S) -> some View {
        add { nodes, _ in
            if let main = nodes.firstIndex(where: { $0.role != "toolbar" }) { nodes[main].note("title", String(title)) }
        }
    }
    public func toolbar<T: ToolbarContent>(@ToolbarContentBuilder content: () -> T) -> some View {
        let items = content().inner
        return add { nodes, context in
            let shown = context.child("toolbar").render(items)
            if !shown.isEmpty { nodes.insert(Node("toolbar", children: shown), at: 0) }
        }
    }
    public func disabled(_ disabled: Bool) -> some View { surround { $0.isEnabled = $0.isEnabled && !disabled } }
    public func task(
        priority: TaskPriority = .userInitiated, @_inheritActorContext _ action: @escaping @Sendable () async -> Void
    ) -> some View { task(id: 0, priority: priority, action) }
    public func task<T: Equatable>(
        id: T, priority: TaskPriority = .userInitiated,
        @_inheritActorContext _ action: @escaping @Sendable () async -> Void
    ) -> some View {
        add { nodes, context in
            if !nodes.isEmpty { nodes[0].tasks.append(("\(context.path)#\(nodes[0].tasks.count)=\(id)", action)) }
        }
    }
    public func refreshable(action: @escaping @Sendable () async -> Void) -> some View {
        note { $0.actions["refresh"] = { _ in await action() } }
    }
    public func onOpenURL(perform action: @escaping (URL) -> Void) -> some View {
        note { $0.actions["open"] = { link in if let url = URL(string: link) { action(url) } } }
    }
    public func onAppear(perform action: (@MainActor () -> Void)? = nil) -> some View {
        add { nodes, context in
            if !nodes.isEmpty { nodes[0].lives.append(("\(context.path)+", action, nil)) }
        }
    }
    public func onDisappear(perform action: (@MainActor () -> Void)? = nil) -> some View {
        add { nodes, context in
            if !nodes.isEmpty { nodes[0].lives.append(("\(context.path)-", nil, action)) }
        }
    }
    public func onChange<V: Equatable>(of value: V, initial: Bool = false, _ action: @escaping (V, V) -> Void)
        -> some View
    {
        add { nodes, context in
            guard !nodes.isEmpty else { return }
            nodes[0].watches.append(
                (
                    "\(context.path)~", value, initial, { ($0 as? V) == value },
                    { old in if let old = old as? V { action(old, value) } }
                ))
        }
    }
    public func sheet<Content: View>(
        isPresented: Binding<Bool>, onDismiss: (() -> Void)? = nil, @ViewBuilder content: @escaping () -> Content
    ) -> some View {
        add { _, context in
            guard isPresented.wrappedValue else { return }
            context.present("sheet", content()) {
                isPresented.wrappedValue = false
                onDismiss?()
            }
        }
    }
    @_disfavoredOverload public func alert<S: StringProtocol, A: View, M: View>(
        _ title: S, isPresented: Binding<Bool>, @ViewBuilder actions: () -> A, @ViewBuilder message: () -> M
    ) -> some View {
        let all = TupleView(views: (Text(title), message(), actions()))
        return add { _, context in
            guard isPresented.wrappedValue else { return }
            context.present("alert", all, closesByAct: true) { isPresented.wrappedValue = false }
        }
    }
    @_disfavoredOverload public func confirmationDialog<S: StringProtocol, A: View>(
        _ title: S, isPresented: Binding<Bool>, titleVisibility: Visibility = .automatic, @ViewBuilder actions: () -> A
    ) -> some View {
        let all = TupleView(views: (Text(title), actions()))
        return add { _, context in
            guard isPresented.wrappedValue else { return }
            context.present("dialog", all, closesByAct: true) { isPresented.wrappedValue = false }
        }
    }
}
public enum Visibility: Sendable { case automatic, visible, hidden }

extension RenderContext {
    /// Puts something on top. An alert and a dialog go with whatever is tapped in them, and their buttons are the system's.
    func present<V: View>(
        _ role: String, _ view: V, closesByAct: Bool = false, _ close: @escaping @MainActor () -> Void
    ) {
        var inner = child(role)
        inner.environment.dismiss = DismissAction(action: close)
        var node = Node(role, children: inner.render(view))
        node.actions["dismiss"] = { _ in close() }
        if closesByAct {
            for index in node.children.indices {
                node.children[index].least = CGSize(width: 44, height: 44)
                guard let act = node.children[index].actions["tap"] else { continue }
                node.children[index].actions["tap"] = { @MainActor @Sendable text in
                    close()
                    await act(text)
                }
            }
        }
        store.presented.append(node)
    }
}

public struct AccessibilityActionKind: Equatable, Sendable {
    let name: String
    public static let `default` = Self(name: "activate")
    public static let escape = Self(name: "escape")
}
