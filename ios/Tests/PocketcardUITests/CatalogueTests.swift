import Foundation
import FoundationXML
import ScreenOutline
import Testing

/// The same texts as Android's, in the same languages: Android's names are the keys, followed by their arguments.
@MainActor @Suite struct CatalogueTests {
    /// What Android says and iOS does not, and why.
    private static let onAndroidAlone: [String: String] = [:]

    /// What iOS says and Android does not, and why.
    private static let onIOSAlone = [
        "plural_form": "which form of a currency's name goes with a number; Android asks ICU"
    ]

    /// A text of Android by quantity, `other` where it has no plural.
    private struct Android {
        var isPlural = false
        var forms: [String: String] = [:]

        /// The kinds of its places by number, in all forms.
        var places: [Int: String] {
            forms.values.reduce(into: [:]) { all, form in
                for match in form.matches(of: /%(\d+)\$([sd])/) {
                    all[Int(match.1) ?? 0] = match.2 == "s" ? "%@" : "%lld"
                }
            }
        }

        /// Its arguments as a key has them: a plural goes by a number, which stands first where it is not shown itself.
        var arguments: [String] {
            let all = places.sorted { $0.key < $1.key }.map(\.value)
            return isPlural && !all.contains("%lld") ? ["%lld"] + all : all
        }
    }

    private final class Reader: NSObject, XMLParserDelegate {
        var all: [String: Android] = [:]
        private var name = "", quantity = "other", text = ""

        func parser(
            _ parser: XMLParser, didStartElement element: String, namespaceURI: String?, qualifiedName: String?,
            attributes: [String: String] = [:]
        ) {
            text = ""
            if let name = attributes["name"] {
                self.name = name
                all[name] = Android(isPlural: element == "plurals")
            }
            quantity = attributes["quantity"] ?? "other"
        }
        func parser(_ parser: XMLParser, foundCharacters characters: String) { text += characters }
        func parser(
            _ parser: XMLParser, didEndElement element: String, namespaceURI: String?, qualifiedName: String?
        ) { if element == "item" || element == "string" { all[name]?.forms[quantity] = text } }
    }

    private func android(_ folder: String) throws -> [String: Android] {
        let file = packageFolder.appending(path: "../android/ui/src/main/res/\(folder)/strings.xml").standardized
        let reader = Reader()
        let parser = XMLParser(data: try Data(contentsOf: file))
        parser.delegate = reader
        #expect(parser.parse())
        return reader.all
    }

    private func name(_ key: String) -> String { String(key.prefix { $0 != " " }) }

    @Test func keysAreAndroidsNamesWithTheirArguments() throws {
        let android = try android("values")
        let keys = Set(android.map { name, text in ([name] + text.arguments).joined(separator: " ") })
        let ours = catalogue.keys.filter { Self.onIOSAlone[name($0)] == nil }
        #expect(keys.filter { Self.onAndroidAlone[name($0)] == nil } == ours)
        #expect(Self.onAndroidAlone.keys.allSatisfy { android[$0] != nil }, "an exception is for a text that is gone")
    }

    @Test(arguments: [("en", "values"), ("de", "values-de")])
    func textsAreAndroids(_ language: String, _ folder: String) throws {
        let android = try android(folder)
        for key in catalogue.keys {
            guard let text = android[name(key)] else { continue }
            let shift = text.isPlural && !text.places.values.contains("%lld") ? 1 : 0
            let ours = catalogue.forms(of: key, language: language)
            #expect(Set(ours.keys) == Set(text.forms.keys), "\(key)")
            #expect((catalogue.counted(key, language: language) != nil) == text.isPlural, "\(key)")
            for (quantity, form) in text.forms {
                let expected = form.replacing(/%(\d+)\$([sd])/) { "{\((Int($0.1) ?? 0) + shift)}" }
                #expect(numbered(ours[quantity] ?? "", key, language) == expected, "\(key)")
            }
        }
    }

    /// A text with its places as `{1}`.
    private func numbered(_ text: String, _ key: String, _ language: String) -> String {
        var next = 0
        return text.replacing("%arg", with: "%\(catalogue.counted(key, language: language) ?? 1)$lld")
            .replacing(/%(?:(\d+)\$)?(?:@|lld)/) { match in
                next += 1
                return "{\(match.1.flatMap { Int($0) } ?? next)}"
            }
    }

    @Test func everyLanguageHasEveryTextWithTheSamePlaces() {
        #expect(catalogue.languages == ["en", "de"])
        for key in catalogue.keys {
            let arguments = StringCatalogue.places(key)
            for language in catalogue.languages {
                let forms = catalogue.forms(of: key, language: language)
                #expect(forms["other"]?.isEmpty == false, "\(key) in \(language)")
                for form in forms.values {
                    let counted = catalogue.counted(key, language: language) ?? 1
                    for (at, kind) in StringCatalogue.places(form.replacing("%arg", with: "%\(counted)$lld")) {
                        #expect(arguments[at] == kind, "\(key) in \(language)")
                    }
                    #expect(!form.contains("!"), "\(key) in \(language)")
                }
            }
        }
    }

    @Test func everyTextIsShownSomewhereAndEveryTextShownIsThere() async throws {
        for state in allStates { _ = try await state.shown().outline }
        var asked = askedKeys(of: "PocketcardUI")
        for file in try FileManager.default.contentsOfDirectory(at: sources, includingPropertiesForKeys: nil)
        where file.pathExtension == "swift" {
            // Failures are said by all screens alike; they are shown one by one in their own test.
            guard file.lastPathComponent == "Failure.swift" else { continue }
            asked.formUnion(
                try String(contentsOf: file, encoding: .utf8).matches(of: /self\("([a-z_]+)"\)/).map { String($0.1) })
        }
        #expect(catalogue.keys.subtracting(asked) == [], "texts that no screen shows")
        #expect(asked.subtracting(catalogue.keys) == [], "texts that are missing")
    }
}
