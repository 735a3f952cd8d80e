import Foundation
import FoundationXML
import ScreenOutline
import Testing

/// The texts of the app itself, the same as Android's app has.
@Suite struct CatalogueTests {
    private final class Reader: NSObject, XMLParserDelegate {
        var all: [String: String] = [:]
        private var name: String?, text = ""

        func parser(
            _ parser: XMLParser, didStartElement element: String, namespaceURI: String?, qualifiedName: String?,
            attributes: [String: String] = [:]
        ) {
            name = attributes["name"]
            text = ""
        }
        func parser(_ parser: XMLParser, foundCharacters characters: String) { text += characters }
        func parser(
            _ parser: XMLParser, didEndElement element: String, namespaceURI: String?, qualifiedName: String?
        ) {
            if let name { all[name] = text }
            name = nil
        }
    }

    @Test func everyTextIsShownSomewhere() throws {
        let files = try FileManager.default.contentsOfDirectory(at: appSources, includingPropertiesForKeys: nil)
        let keys = try files.filter { $0.pathExtension == "swift" }.flatMap { file in
            try String(contentsOf: file, encoding: .utf8).matches(of: /words\.own\("([a-z_]+)"\)/).map { String($0.1) }
        }
        #expect(Set(keys) == ownCatalogue.keys)
    }

    @Test(arguments: [("en", "values"), ("de", "values-de")])
    func textsAreAndroids(_ language: String, _ folder: String) throws {
        let android = appSources.appending(path: "../../../../android/app/src/main/res/\(folder)/strings.xml")
        let parser = XMLParser(data: try Data(contentsOf: android.standardized))
        let reader = Reader()
        parser.delegate = reader
        #expect(parser.parse() && !reader.all.isEmpty)
        let ours = ownCatalogue.keys.map { ($0, ownCatalogue.forms(of: $0, language: language)["other"] ?? "") }
        #expect(Dictionary(uniqueKeysWithValues: ours) == reader.all)
    }
}
