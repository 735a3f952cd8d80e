public struct Text: _Leaf, Primitive {
    let content: String
    @_disfavoredOverload public init<S: StringProtocol>(_ content: S) { self.content = String(content) }
    public init(verbatim content: String) { self.content = content }
    public func font(_ font: Font?) -> Text { self }
    public func fontWeight(_ weight: Font.Weight?) -> Text { self }
    package func nodes(_ context: RenderContext) -> [Node] {
        var node = Node("text", content)
        if context.environment.layoutDirection == .rightToLeft { node.mark("rtl") }
        return [node]
    }
}

public struct Image: _Leaf, Primitive {
    let name: String
    public init(systemName: String) { name = systemName }
    package func nodes(_ context: RenderContext) -> [Node] {
        var node = Node("image")
        node.note("name", name)
        return [node]
    }
}

/// The picture at a URL. Nothing is fetched: what is shown until it is there.
public struct AsyncImage<Content: View>: _Leaf, Primitive {
    let url: URL?
    let placeholder: AnyView
    package func nodes(_ context: RenderContext) -> [Node] {
        var node = Node("picture", children: context.render(placeholder))
        node.note("url", url?.absoluteString ?? "")
        return [node]
    }
}
extension AsyncImage {
    public init<I: View, P: View>(
        url: URL?, scale: CGFloat = 1, @ViewBuilder content: @escaping (Image) -> I,
        @ViewBuilder placeholder: @escaping () -> P
    ) where Content == _ConditionalContent<I, P> {
        self.url = url
        self.placeholder = AnyView(placeholder())
        _ = content(Image(systemName: "photo"))
    }
}
extension Image {
    public func resizable() -> Image { self }
    public func scaledToFill() -> some View { self }
}

public struct Label<Title: View, Icon: View>: _Leaf, Primitive {
    let title: Title, icon: Icon
    public init(@ViewBuilder title: () -> Title, @ViewBuilder icon: () -> Icon) {
        self.title = title()
        self.icon = icon()
    }
    package func nodes(_ context: RenderContext) -> [Node] {
        var node = Node("label", context.child("title").render(title).map(\.spoken).joined(separator: ", "))
        if let name = context.child("icon").render(icon).first?.note("name") { node.note("icon", name) }
        return [node]
    }
}
extension Label where Title == Text, Icon == Image {
    @_disfavoredOverload public init<S: StringProtocol>(_ title: S, systemImage name: String) {
        self.init(title: { Text(title) }, icon: { Image(systemName: name) })
    }
}

public struct Font: Sendable {
    public static let title2 = Font(), headline = Font(), body = Font(), footnote = Font()
    public func monospacedDigit() -> Font { self }
    public enum Weight: Sendable { case regular, semibold, bold }
}

public protocol ShapeStyle: Sendable {}
public struct Color: ShapeStyle, Hashable, _Leaf, Primitive {
    nonisolated let name: String
    nonisolated init(name: String) { self.name = name }
    public enum RGBColorSpace: Sendable { case sRGB }
    public nonisolated init(
        _ colorSpace: RGBColorSpace = .sRGB, red: Double, green: Double, blue: Double, opacity: Double = 1
    ) { name = "\(red) \(green) \(blue)" }
    public nonisolated static let black = Color(name: "black"), white = Color(name: "white"),
        clear = Color(name: "clear")
    public nonisolated static let primary = Color(name: "primary"), secondary = Color(name: "secondary")
    public nonisolated static let accentColor = Color(name: "accent"), red = Color(name: "red")
    public nonisolated func opacity(_ opacity: Double) -> Color { self }
    package nonisolated func nodes(_ context: RenderContext) -> [Node] { [] }
}
public struct HierarchicalShapeStyle: ShapeStyle {
    public static let primary = Self(), secondary = Self(), tertiary = Self(), quaternary = Self(), quinary = Self()
}
public struct TintShapeStyle: ShapeStyle { public init() {} }
extension ShapeStyle where Self == Color {
    public static var black: Color { .init(name: "black") }
    public static var white: Color { .init(name: "white") }
    public static var red: Color { .init(name: "red") }
}
extension ShapeStyle where Self == HierarchicalShapeStyle {
    public static var primary: HierarchicalShapeStyle { .init() }
    public static var secondary: HierarchicalShapeStyle { .init() }
    public static var tertiary: HierarchicalShapeStyle { .init() }
    public static var quaternary: HierarchicalShapeStyle { .init() }
    public static var quinary: HierarchicalShapeStyle { .init() }
}
extension ShapeStyle where Self == TintShapeStyle { public static var tint: TintShapeStyle { .init() } }
