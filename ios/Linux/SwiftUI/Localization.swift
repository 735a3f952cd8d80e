// What Foundation has of this on Apple's platforms and lacks on Linux: a text by its key.

extension String {
    /// A key as Apple's tools extract it (`as_of %@`), with its arguments.
    public struct LocalizationValue: ExpressibleByStringInterpolation, Sendable {
        public struct StringInterpolation: StringInterpolationProtocol, Sendable {
            var key = ""
            var arguments: [any Sendable] = []
            public init(literalCapacity: Int, interpolationCount: Int) {}
            public mutating func appendLiteral(_ literal: String) {
                key += literal.replacing("%", with: "%%")
            }
            public mutating func appendInterpolation(_ value: String) {
                key += "%@"
                arguments.append(value)
            }
            public mutating func appendInterpolation(_ value: Int) {
                key += "%lld"
                arguments.append(value)
            }
        }
        let key: String
        let arguments: [any Sendable]
        public init(stringLiteral value: String) {
            key = value
            arguments = []
        }
        public init(stringInterpolation value: StringInterpolation) {
            key = value.key
            arguments = value.arguments
        }
    }

    public init(
        localized value: LocalizationValue, table: String? = nil, bundle: Bundle? = nil, locale: Locale = .current,
        comment: StaticString? = nil
    ) {
        self = Catalogues.shared.text(value.key, value.arguments, bundle, locale) ?? "⟦\(value.key)⟧"
    }
}

/// Where texts come from: on Apple's platforms the bundle, here what a test hands over. A missing one is made visible.
package final class Catalogues: @unchecked Sendable {
    package static let shared = Catalogues()
    private let lock = NSLock()
    private var find: @Sendable (String, [any Sendable], Locale) -> String? = { _, _, _ in nil }
    private var asked: [String: Set<String>] = [:]

    package func use(_ find: @escaping @Sendable (String, [any Sendable], Locale) -> String?) {
        lock.withLock { self.find = find }
    }
    /// Keys of all texts of a target asked for so far.
    package func keys(of target: String) -> Set<String> {
        lock.withLock { asked.filter { $0.key.contains("_\(target).") }.values.reduce(into: []) { $0.formUnion($1) } }
    }

    func text(_ key: String, _ arguments: [any Sendable], _ bundle: Bundle?, _ locale: Locale) -> String? {
        let find = lock.withLock {
            asked[bundle?.bundleURL.lastPathComponent ?? "", default: []].insert(key)
            return self.find
        }
        return find(key, arguments, locale)
    }
}
