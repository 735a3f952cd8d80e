import Foundation
import Testing

/// The same screens as Android's, on which a member can do the same: told from the source of both.
@Suite struct SameAsAndroidTests {
    /// What Android tells by an event and iOS in another way.
    private static let otherwise = ["FrameEvent": ["refresh": "a pull waits for `onRefresh`, as SwiftUI wants it"]]

    private func source(of folder: URL, _ kind: String) throws -> String {
        try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == kind }
            .map { try String(contentsOf: $0, encoding: .utf8) }
            .joined(separator: "\n")
    }

    private func android() throws -> String {
        try source(
            of: packageFolder.appending(path: "../android/ui/src/main/kotlin/app/pocketcard/ui").standardized, "kt")
    }

    private func swiftName(_ name: Substring) -> String { name.prefix(1).lowercased() + name.dropFirst() }

    @Test func screensAreTheSame() throws {
        let android = try android().matches(of: /\n(?:@\w+\n)*(?:public )?fun (\w+Screen)\(/).map { String($0.1) }
        let ours = try source(of: sources, "swift").matches(of: /\npublic struct (\w+Screen)\b/).map { String($0.1) }
        #expect(Set(android) == Set(ours) && ours.count > 10)
    }

    @Test func whatAMemberCanDoIsTheSame() throws {
        var theirs: [String: Set<String>] = [:]
        for type in try android().matches(of: /public sealed interface (\w+Event) \{\n((?:.*\n)*?)\}/) {
            theirs[String(type.1)] = Set(
                type.2.matches(of: /public data (?:class|object) (\w+)/).map { swiftName($0.1) })
        }
        for (type, names) in Self.otherwise { theirs[type]?.subtract(names.keys) }
        var ours: [String: Set<String>] = [:]
        for type in try source(of: sources, "swift").matches(of: /public enum (\w+Event): .*\{\n((?:.*\n)*?)\}/) {
            ours[String(type.1)] = Set(type.2.matches(of: /\n    case (\w+)/).map { String($0.1) })
        }
        #expect(theirs == ours && ours.count > 10)
    }
}
