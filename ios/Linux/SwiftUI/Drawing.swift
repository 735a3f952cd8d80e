public protocol Shape: Sendable, View where Body == Never {}
extension Shape {
    public var body: Never { fatalError("a primitive view has no body") }
    public func fill<S: ShapeStyle>(_ content: S) -> some View { Drawn() }
    public func stroke<S: ShapeStyle>(_ content: S, lineWidth: CGFloat = 1) -> some View { Drawn() }
    public func stroke<S: ShapeStyle>(_ content: S, style: StrokeStyle) -> some View { Drawn() }
    public func trim(from start: CGFloat = 0, to end: CGFloat = 1) -> some Shape { self }
    public func rotation(_ angle: Angle) -> some Shape { self }
}
extension Shape where Self: Primitive {
    package nonisolated func nodes(_ context: RenderContext) -> [Node] { [] }
}
/// A shape says nothing: what it shows is said beside it.
struct Drawn: _Leaf, Primitive {
    func nodes(_ context: RenderContext) -> [Node] { [] }
}
public struct Circle: Shape, Primitive { public nonisolated init() {} }
public struct Rectangle: Shape, Primitive { public nonisolated init() {} }
public struct RoundedRectangle: Shape, Primitive {
    public nonisolated init(cornerRadius: CGFloat) {}
}
public enum CGLineCap: Sendable { case butt, round, square }
public struct StrokeStyle: Sendable { public init(lineWidth: CGFloat = 1, lineCap: CGLineCap = .butt) {} }
public struct Angle: Sendable {
    public let degrees: Double
    public static func degrees(_ degrees: Double) -> Angle { Angle(degrees: degrees) }
}

public struct Path: Sendable {
    var rects: [CGRect] = []
    public init() {}
    public init(_ rect: CGRect) { rects = [rect] }
    public mutating func addRect(_ rect: CGRect) { rects.append(rect) }
    public mutating func move(to point: CGPoint) {}
    public mutating func addLine(to point: CGPoint) {}
}
/// Keeps which rectangles are filled, so that a test can look at them.
public struct GraphicsContext {
    public struct Shading {
        let name: String
        public static func color(_ color: Color) -> Shading { Shading(name: color.name) }
        public static func style<S: ShapeStyle>(_ style: S) -> Shading { Shading(name: "style") }
    }
    var fills: [(rect: CGRect, color: String)] = []
    public var environment: EnvironmentValues
    public struct BlendMode: Sendable { public static let normal = Self(), clear = Self() }
    public var blendMode = BlendMode.normal
    public mutating func fill(_ path: Path, with shading: Shading) { fills += path.rects.map { ($0, shading.name) } }
    public mutating func stroke(_ path: Path, with shading: Shading, lineWidth: CGFloat = 1) {}
    public mutating func stroke(_ path: Path, with shading: Shading, style: StrokeStyle) {}
    public mutating func clip(to path: Path) {}
}
public struct Canvas<Symbols: View>: _Leaf, Primitive {
    let renderer: (inout GraphicsContext, CGSize) -> Void
    package func nodes(_ context: RenderContext) -> [Node] {
        var graphics = GraphicsContext(environment: context.environment)
        let size = context.environment.canvas
        renderer(&graphics, size)
        var node = Node("canvas")
        node.drawing = (graphics.fills, size)
        if !graphics.fills.isEmpty { node.note("fills", "\(graphics.fills.count)") }
        return [node]
    }
}
extension Canvas where Symbols == EmptyView {
    public init(
        opaque: Bool = false, rendersAsynchronously: Bool = false,
        renderer: @escaping (inout GraphicsContext, CGSize) -> Void
    ) { self.renderer = renderer }
}

public protocol TimelineSchedule: Sendable {}
public struct PeriodicTimelineSchedule: TimelineSchedule {}
extension TimelineSchedule where Self == PeriodicTimelineSchedule {
    public static func periodic(from startDate: Date, by interval: TimeInterval) -> PeriodicTimelineSchedule { .init() }
}
public struct TimelineViewDefaultContext { public let date: Date }
public struct TimelineView<Schedule: TimelineSchedule, Content: View>: _Leaf, Primitive {
    public typealias Context = TimelineViewDefaultContext
    let content: (TimelineViewDefaultContext) -> Content
    public init(_ schedule: Schedule, @ViewBuilder content: @escaping (TimelineViewDefaultContext) -> Content) {
        self.content = content
    }
    package func nodes(_ context: RenderContext) -> [Node] {
        context.child("timeline").render(content(.init(date: context.environment.timelineDate)))
    }
}
