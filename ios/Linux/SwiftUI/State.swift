public protocol DynamicProperty {}

@propertyWrapper public struct State<Value>: DynamicProperty, Connectable {
    final class Cell {
        var value: Value
        init(_ value: Value) { self.value = value }
    }
    final class Slot: @unchecked Sendable {
        var cell: Cell
        init(_ cell: Cell) { self.cell = cell }
    }
    let slot: Slot
    public init(wrappedValue value: Value) { slot = Slot(Cell(value)) }
    public init(initialValue value: Value) { self.init(wrappedValue: value) }
    public var wrappedValue: Value {
        get { slot.cell.value }
        nonmutating set { slot.cell.value = newValue }
    }
    public var projectedValue: Binding<Value> {
        let slot = slot
        return Binding(read: { slot.cell.value }, write: { slot.cell.value = $0 })
    }
    package func connect(_ context: RenderContext, _ name: String) {
        let key = "\(context.path).\(name)"
        context.store.touched.insert(key)
        if let kept = context.store.values[key] as? Cell {
            slot.cell = kept
        } else {
            context.store.values[key] = slot.cell
        }
    }
}
extension State: Sendable where Value: Sendable {}
extension State where Value: ExpressibleByNilLiteral { public init() { self.init(wrappedValue: nil) } }

/// What a scene keeps, by key.
package final class SceneValues: @unchecked Sendable { package var all: [String: Any] = [:] }

@propertyWrapper public struct SceneStorage<Value>: DynamicProperty, Connectable {
    final class Slot: @unchecked Sendable { var scene = SceneValues() }
    let slot = Slot()
    let key: String
    let first: Value
    public var wrappedValue: Value {
        get { slot.scene.all[key] as? Value ?? first }
        nonmutating set { slot.scene.all[key] = newValue }
    }
    package func connect(_ context: RenderContext, _ name: String) { slot.scene = context.store.scene }
}
extension SceneStorage where Value == String {
    public init(wrappedValue: Value, _ key: String) {
        self.key = key
        first = wrappedValue
    }
}

@propertyWrapper @dynamicMemberLookup public struct Binding<Value> {
    let read: () -> Value
    let write: (Value) -> Void
    @preconcurrency public init(
        get: @escaping @isolated(any) @Sendable () -> Value, set: @escaping @isolated(any) @Sendable (Value) -> Void
    ) {
        // All of it is called on the main actor, as is all that a test does with a screen.
        read = unsafeBitCast(get, to: (@Sendable () -> Value).self)
        write = unsafeBitCast(set, to: (@Sendable (Value) -> Void).self)
    }
    public static func constant(_ value: Value) -> Binding<Value> { Binding(read: { value }, write: { _ in }) }
    init(read: @escaping () -> Value, write: @escaping (Value) -> Void) {
        self.read = read
        self.write = write
    }
    public var wrappedValue: Value {
        get { read() }
        nonmutating set { write(newValue) }
    }
    public var projectedValue: Binding<Value> { self }
    public subscript<Part>(dynamicMember path: WritableKeyPath<Value, Part>) -> Binding<Part> {
        Binding<Part>(
            read: { read()[keyPath: path] },
            write: { part in
                var whole = read()
                whole[keyPath: path] = part
                write(whole)
            })
    }
}
extension Binding: @unchecked Sendable where Value: Sendable {}

public protocol EnvironmentKey {
    associatedtype Value
    static var defaultValue: Value { get }
}

public struct EnvironmentValues {
    public var colorScheme: ColorScheme = .light
    public var dynamicTypeSize: DynamicTypeSize = .large
    public var layoutDirection: LayoutDirection = .leftToRight
    public var locale = Locale(identifier: "en")
    public var timeZone = TimeZone.current
    public var displayScale: CGFloat = 3
    public var isEnabled = true
    public var scenePhase = ScenePhase.active
    public var dismiss = DismissAction(action: {})
    package var reduceMotion = false
    public var accessibilityReduceMotion: Bool { reduceMotion }
    /// What time it is in a timeline.
    package var timelineDate = Date.now
    /// How large a canvas is that nobody gave a size.
    package var canvas = CGSize(width: 240, height: 240)
    /// How large the screen is.
    package var room = CGSize(width: 390, height: 700)
    var values: [ObjectIdentifier: Any] = [:]
    public init() {}
    public subscript<K: EnvironmentKey>(key: K.Type) -> K.Value {
        get { values[ObjectIdentifier(key)] as? K.Value ?? K.defaultValue }
        set { values[ObjectIdentifier(key)] = newValue }
    }
}
public enum ScenePhase: Sendable { case background, inactive, active }
public enum ColorScheme: Sendable { case light, dark }
public enum LayoutDirection: Sendable { case leftToRight, rightToLeft }
public enum DynamicTypeSize: Int, Comparable, Sendable {
    case xSmall, small, medium, large, xLarge, xxLarge, xxxLarge, accessibility1, accessibility2, accessibility3
    case accessibility4, accessibility5
    public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
    public var isAccessibilitySize: Bool { self >= .accessibility1 }
}
@MainActor public struct DismissAction {
    let action: @MainActor () -> Void
    nonisolated init(action: @escaping @MainActor () -> Void) { self.action = action }
    public func callAsFunction() { action() }
}

@propertyWrapper public struct Environment<Value>: DynamicProperty, Connectable {
    final class Slot: @unchecked Sendable { var values = EnvironmentValues() }
    let slot = Slot()
    let path: KeyPath<EnvironmentValues, Value>
    public init(_ path: KeyPath<EnvironmentValues, Value>) { self.path = path }
    public var wrappedValue: Value { slot.values[keyPath: path] }
    package func connect(_ context: RenderContext, _ name: String) { slot.values = context.environment }
}

/// A length that grows with the type.
@propertyWrapper public struct ScaledMetric<Value: BinaryFloatingPoint>: DynamicProperty {
    public let wrappedValue: Value
    public init(wrappedValue: Value) { self.wrappedValue = wrappedValue }
}

extension View {
    public func environment<V>(_ path: WritableKeyPath<EnvironmentValues, V>, _ value: V) -> some View {
        surround { $0[keyPath: path] = value }
    }
}
