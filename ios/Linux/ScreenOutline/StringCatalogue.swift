import Foundation

/// An `.xcstrings` file: the words of every language, with plural forms.
public struct StringCatalogue: Sendable {
    private struct File: Decodable, Sendable {
        let sourceLanguage: String
        let strings: [String: Entry]
    }
    private struct Entry: Decodable, Sendable { let localizations: [String: Words] }
    private struct Words: Decodable, Sendable {
        let stringUnit: Unit?
        let variations: Variations?
        let substitutions: [String: Substitution]?
    }
    private struct Unit: Decodable, Sendable { let value: String }
    private struct Variations: Decodable, Sendable { let plural: [String: Words] }
    private struct Substitution: Decodable, Sendable {
        let argNum: Int
        let formatSpecifier: String
        let variations: Variations
    }
    private let file: File

    public init(contentsOf url: URL) throws { file = try JSONDecoder().decode(File.self, from: Data(contentsOf: url)) }
    public static let empty = StringCatalogue(file: File(sourceLanguage: "", strings: [:]))
    private init(file: File) { self.file = file }
    /// The texts of both; none has a key of the other.
    public func with(_ other: StringCatalogue) -> StringCatalogue {
        StringCatalogue(
            file: File(
                sourceLanguage: file.sourceLanguage,
                strings: file.strings.merging(other.file.strings) { _, _ in preconditionFailure("a key of two texts") })
        )
    }
    public var keys: Set<String> { Set(file.strings.keys) }
    public var languages: Set<String> { Set(file.strings.values.flatMap(\.localizations.keys)) }

    /// All forms of a text in a language by plural category, `other` where it has none; empty where it is missing.
    public func forms(of key: String, language: String) -> [String: String] {
        guard let words = file.strings[key]?.localizations[language] else { return [:] }
        guard let plural = words.variations?.plural ?? words.substitutions?.values.first?.variations.plural else {
            return words.stringUnit.map { ["other": $0.value] } ?? [:]
        }
        return plural.compactMapValues { $0.stringUnit?.value }
    }
    /// Which argument the plural goes by, counted from 1; nil where the text has no plural.
    public func counted(_ key: String, language: String) -> Int? {
        let words = file.strings[key]?.localizations[language]
        return words?.substitutions?.values.first?.argNum ?? (words?.variations == nil ? nil : 1)
    }

    func text(_ key: String, _ arguments: [any Sendable], language: String) -> String? {
        let forms = forms(of: key, language: language)
        guard let counted = counted(key, language: language) else {
            return forms["other"].map { Self.fill($0, arguments) }
        }
        guard arguments.indices.contains(counted - 1), let count = arguments[counted - 1] as? Int else { return nil }
        // What Unicode has for English and German.
        let format = (count == 1 ? forms["one"] : nil) ?? forms["other"]
        return format.map { Self.fill($0.replacing("%arg", with: "%\(counted)$lld"), arguments) }
    }

    /// The kinds of the places of a format by argument: `@` or `lld`.
    public static func places(_ format: String) -> [Int: String] {
        var next = 1
        var all: [Int: String] = [:]
        for match in format.matches(of: place) {
            let at = match.1.flatMap { Int($0) } ?? next
            if match.1 == nil { next += 1 }
            all[at] = String(match.2)
        }
        return all
    }
    private static func fill(_ format: String, _ arguments: [any Sendable]) -> String {
        var next = 0
        return format.replacing(place) { match in
            let at = match.1.flatMap { Int($0) }.map { $0 - 1 } ?? next
            if match.1 == nil { next += 1 }
            guard arguments.indices.contains(at) else { return "⟦\(match.0)⟧" }
            let isRight = match.2 == "lld" ? arguments[at] is Int : arguments[at] is String
            return isRight ? "\(arguments[at])" : "⟦\(match.0)⟧"
        }
        .replacing("%%", with: "%")
    }
    private static var place: Regex<(Substring, Substring?, Substring)> { /%(?:(\d+)\$)?(@|lld)/ }
}
