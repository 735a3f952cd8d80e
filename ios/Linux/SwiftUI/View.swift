// The part of SwiftUI that PocketcardUI uses, for Linux only, where the tests run; it is never shipped.
//
// Names, parameters and constraints are those of Apple's documentation, so that the screens' own files type-check here;
// what each declaration means is said there. In place of pixels a view gives nodes: what a member reads, hears and can do.
@_exported import Foundation
@_exported import Observation

@MainActor @preconcurrency public protocol View {
    associatedtype Body: View
    @ViewBuilder var body: Body { get }
}

extension Never: View {
    public var body: Never { fatalError("a primitive view has no body") }
}

/// A view that says itself what it shows.
@MainActor @preconcurrency package protocol Primitive {
    func nodes(_ context: RenderContext) -> [Node]
}

public protocol _Leaf: View where Body == Never {}
extension _Leaf { public var body: Never { fatalError("a primitive view has no body") } }

@resultBuilder @MainActor public struct ViewBuilder {
    public static func buildExpression<V: View>(_ view: V) -> V { view }
    public static func buildBlock() -> EmptyView { EmptyView() }
    public static func buildBlock<V: View>(_ view: V) -> V { view }
    public static func buildBlock<each V: View>(_ view: repeat each V) -> TupleView<repeat each V> {
        TupleView(views: (repeat each view))
    }
    public static func buildIf<V: View>(_ view: V?) -> V? { view }
    public static func buildEither<A: View, B: View>(first: A) -> _ConditionalContent<A, B> {
        .init(choice: .first(first))
    }
    public static func buildEither<A: View, B: View>(second: B) -> _ConditionalContent<A, B> {
        .init(choice: .second(second))
    }
}

public struct EmptyView: _Leaf, Primitive {
    public init() {}
    package func nodes(_ context: RenderContext) -> [Node] { [] }
}

public struct TupleView<each V: View>: _Leaf, Primitive {
    let views: (repeat each V)
    package func nodes(_ context: RenderContext) -> [Node] {
        var all: [Node] = []
        var index = 0
        for view in repeat each views {
            all += context.child(index).render(view)
            index += 1
        }
        return all
    }
}

public struct _ConditionalContent<A: View, B: View>: _Leaf, Primitive {
    enum Choice {
        case first(A)
        case second(B)
    }
    let choice: Choice
    package func nodes(_ context: RenderContext) -> [Node] {
        switch choice {
        case .first(let view): context.child("if").render(view)
        case .second(let view): context.child("else").render(view)
        }
    }
}

extension Optional: View where Wrapped: View {
    public var body: Never { fatalError("a primitive view has no body") }
}
extension Optional: Primitive where Wrapped: View {
    package func nodes(_ context: RenderContext) -> [Node] { map { context.child("some").render($0) } ?? [] }
}

public struct AnyView: _Leaf, Primitive {
    let make: @MainActor (RenderContext) -> [Node]
    public init<V: View>(_ view: V) { make = { $0.child("any").render(view) } }
    package func nodes(_ context: RenderContext) -> [Node] { make(context) }
}

public struct Group<Content: View>: _Leaf, Primitive {
    let content: Content
    public init(@ViewBuilder content: () -> Content) { self.content = content() }
    package func nodes(_ context: RenderContext) -> [Node] { context.render(content) }
}

public struct ForEach<Data: RandomAccessCollection, ID: Hashable, Content: View>: _Leaf, Primitive {
    let data: Data
    let id: (Data.Element) -> ID
    let content: (Data.Element) -> Content
    package func nodes(_ context: RenderContext) -> [Node] {
        var seen: Set<ID> = []
        return data.flatMap { element in
            let id = id(element)
            precondition(seen.insert(id).inserted, "two elements of a ForEach have the id \(id)")
            return context.child(AnyHashable(id)).render(content(element))
        }
    }
}
extension ForEach where Data.Element: Identifiable, ID == Data.Element.ID {
    public init(_ data: Data, @ViewBuilder content: @escaping (Data.Element) -> Content) {
        self.init(data: data, id: { $0.id }, content: content)
    }
}
extension ForEach {
    public init(_ data: Data, id: KeyPath<Data.Element, ID>, @ViewBuilder content: @escaping (Data.Element) -> Content)
    {
        self.init(data: data, id: { $0[keyPath: id] }, content: content)
    }
}

@MainActor @preconcurrency public protocol ViewModifier {
    associatedtype Body: View
    typealias Content = AnyView
    @ViewBuilder func body(content: Content) -> Body
}
extension View {
    public func modifier<M: ViewModifier>(_ modifier: M) -> some View { Applied(content: self, modifier: modifier) }
}
struct Applied<Content: View, M: ViewModifier>: _Leaf, Primitive {
    let content: Content
    let modifier: M
    func nodes(_ context: RenderContext) -> [Node] {
        let inner = context.child(String(describing: M.self).prefix { $0 != "<" })
        inner.connect(modifier)
        return inner.render(modifier.body(content: AnyView(content)))
    }
}

/// A view with something said about its nodes or its surroundings.
struct Modified<Content: View>: _Leaf, Primitive {
    let content: Content
    var surroundings: (inout EnvironmentValues) -> Void = { _ in }
    var change: @MainActor (inout [Node], RenderContext) -> Void = { _, _ in }
    func nodes(_ context: RenderContext) -> [Node] {
        var inner = context
        surroundings(&inner.environment)
        var nodes = inner.child("m").render(content)
        change(&nodes, context)
        return nodes
    }
}
extension View {
    func note(_ change: @escaping @MainActor (inout Node) -> Void) -> Modified<Self> {
        Modified(content: self, change: { nodes, _ in for index in nodes.indices { change(&nodes[index]) } })
    }
    func add(_ change: @escaping @MainActor (inout [Node], RenderContext) -> Void) -> Modified<Self> {
        Modified(content: self, change: change)
    }
    func surround(_ change: @escaping (inout EnvironmentValues) -> Void) -> Modified<Self> {
        Modified(content: self, surroundings: change)
    }
}
