public enum HorizontalAlignment: Sendable { case leading, center, trailing }
public enum VerticalAlignment: Sendable { case top, center, bottom, firstTextBaseline }
public struct Alignment: Sendable {
    public static let center = Alignment(), leading = Alignment(), trailing = Alignment(), top = Alignment()
    public static let topLeading = Alignment()
}
public enum Axis: Sendable {
    case horizontal, vertical
    public struct Set: OptionSet, Sendable {
        public let rawValue: Int
        public init(rawValue: Int) { self.rawValue = rawValue }
        public static let horizontal = Set(rawValue: 1), vertical = Set(rawValue: 2)
    }
}

struct Container<Content: View>: _Leaf, Primitive {
    let role: String
    let content: Content
    func nodes(_ context: RenderContext) -> [Node] { [Node(role, children: context.render(content))] }
}
public struct VStack<Content: View>: View {
    let content: Content
    public init(
        alignment: HorizontalAlignment = .center, spacing: CGFloat? = nil, @ViewBuilder content: () -> Content
    ) { self.content = content() }
    public var body: some View { Container(role: "vstack", content: content) }
}
public struct LazyVStack<Content: View>: View {
    let content: Content
    public init(
        alignment: HorizontalAlignment = .center, spacing: CGFloat? = nil, @ViewBuilder content: () -> Content
    ) { self.content = content() }
    public var body: some View { Container(role: "vstack", content: content) }
}
public struct HStack<Content: View>: View {
    let content: Content
    public init(alignment: VerticalAlignment = .center, spacing: CGFloat? = nil, @ViewBuilder content: () -> Content) {
        self.content = content()
    }
    public var body: some View { Container(role: "hstack", content: content) }
}
public struct ZStack<Content: View>: View {
    let content: Content
    public init(alignment: Alignment = .center, @ViewBuilder content: () -> Content) { self.content = content() }
    public var body: some View { Container(role: "zstack", content: content) }
}
public struct ScrollView<Content: View>: View {
    let content: Content
    public init(_ axes: Axis.Set = .vertical, showsIndicators: Bool = true, @ViewBuilder content: () -> Content) {
        self.content = content()
    }
    public var body: some View { Container(role: "scroll", content: content) }
}
public struct GridItem: Sendable {
    public enum Size: Sendable { case adaptive(minimum: CGFloat, maximum: CGFloat = .infinity) }
    public init(_ size: Size, spacing: CGFloat? = nil, alignment: Alignment? = nil) {}
}
public struct LazyVGrid<Content: View>: View {
    let content: Content
    public init(
        columns: [GridItem], alignment: HorizontalAlignment = .center, spacing: CGFloat? = nil,
        @ViewBuilder content: () -> Content
    ) { self.content = content() }
    public var body: some View { Container(role: "grid", content: content) }
}
public struct UnitPoint: Sendable { public static let top = Self(), center = Self() }
@MainActor public struct ScrollViewProxy {
    let context: RenderContext
    public func scrollTo<ID: Hashable>(_ id: ID, anchor: UnitPoint? = nil) { context.store.scrolled.append("\(id)") }
}
public struct ScrollViewReader<Content: View>: _Leaf, Primitive {
    let content: (ScrollViewProxy) -> Content
    public init(@ViewBuilder content: @escaping (ScrollViewProxy) -> Content) { self.content = content }
    package func nodes(_ context: RenderContext) -> [Node] {
        context.child("reader").render(content(ScrollViewProxy(context: context)))
    }
}
@MainActor public struct GeometryProxy { public let size: CGSize }
public struct GeometryReader<Content: View>: _Leaf, Primitive {
    let content: (GeometryProxy) -> Content
    public init(@ViewBuilder content: @escaping (GeometryProxy) -> Content) { self.content = content }
    package func nodes(_ context: RenderContext) -> [Node] {
        context.child("room").render(content(GeometryProxy(size: context.environment.room)))
    }
}
public struct NavigationStack<Data, Root: View>: View {
    let root: Root
    public var body: some View { Container(role: "navigation", content: root) }
}
extension NavigationStack where Data == NavigationPath {
    public init(@ViewBuilder root: () -> Root) { self.root = root() }
}
public struct NavigationPath { public init() {} }

public struct TabView<SelectionValue: Hashable, Content: View>: _Leaf, Primitive {
    let selection: Binding<SelectionValue>?
    let content: Content
    public init(selection: Binding<SelectionValue>?, @ViewBuilder content: () -> Content) {
        self.selection = selection
        self.content = content()
    }
    package func nodes(_ context: RenderContext) -> [Node] {
        let tabs = context.child("tabs").render(content)
        var bar = Node("tabs")
        var shown: [Node] = []
        for tab in tabs {
            guard let tag = tab.value as? SelectionValue else { continue }
            var item = Node("tab", tab.note("tab") ?? "")
            if let selection, tag == selection.wrappedValue {
                item.mark("selected")
                var content = tab
                content.notes.removeAll { ["tab", "badge"].contains($0.name) }
                shown.append(content)
            }
            if let badge = tab.note("badge") { item.note("badge", badge) }
            item.actions["tap"] = { _ in selection?.wrappedValue = tag }
            bar.children.append(item)
        }
        return [Node("tabview", children: shown + [bar])]
    }
}
extension View {
    public func tabItem<V: View>(@ViewBuilder _ label: () -> V) -> some View {
        let label = label()
        return add { nodes, context in
            let title = context.child("tabitem").render(label).map(\.spoken).joined(separator: ", ")
            if !nodes.isEmpty { nodes[0].note("tab", title) }
        }
    }
    public func tag<V: Hashable>(_ tag: V) -> some View { note { $0.value = tag } }
    public func badge(_ label: Text?) -> some View { note { if let label { $0.note("badge", label.content) } } }
}
