import Foundation
import PocketcardTesting
import Testing

@testable import Pocketcard

/// What an app team can get wrong, and what a phone can lack: each is an error that says what, and what to do.
@Suite(.timeLimit(.minutes(3))) struct BadInputTests {
    private func refused(_ change: (inout Config) -> Void) async throws -> (property: String, problem: String)? {
        let phone = try Phone("http://127.0.0.1:9")
        var config = phone.config
        change(&config)
        do { _ = try await Pocketcard.open(config: config, host: phone.host) } catch PocketcardError.wrongConfig(
            let property, let problem)
        {
            return (property, problem)
        }
        return nil
    }

    @Test("A configuration that cannot work names its property and what would be right")
    func wrongConfig() async throws {
        let wrong: [(String, (inout Config) -> Void)] = [
            ("platformUrl", { $0.platformUrl = "http://loyalty.example.com" }),
            ("dataFolder", { $0.dataFolder = "pocketcard" }),
            ("locale", { $0.locale = "german, please" }),
            ("timeZone", { $0.timeZone = "Europe/Atlantis" }),
            ("pins", { $0.pins = ["not base64"] }),
            ("linkScheme", { $0.linkScheme = "https" }),
            ("outboxEvents", { $0.outboxEvents = 1 }),
            ("outboxBytes", { $0.outboxBytes = 1 }),
            (
                "storeZones",
                {
                    $0.storeZones = [ZoneAt(name: "Nowhere", position: Position(latitude: 0, longitude: 0))]
                }
            ),
        ]
        for (property, change) in wrong {
            let refused = try await refused(change)
            #expect(refused?.property == property)
            #expect(refused?.problem.isEmpty == false)
        }
    }

    @Test("A folder that cannot be made is said to be")
    func unwritableFolder() async throws {
        let folder = try temporaryFolder("file")
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("file")
        try Data("in the way".utf8).write(to: file)
        let refused = try await refused { $0.dataFolder = file.appendingPathComponent("pocketcard").path }
        #expect(refused?.property == "dataFolder")
        #expect(refused?.problem.contains("cannot be made") == true)
    }

    @Test("Each error says what happened and what to do")
    func saysWhatToDo() {
        let errors: [PocketcardError] = [
            .offline, .tryLater(after: 5), .tryLater(after: nil), .signInAgain,
            .rejected(Rejection(kind: .blocked, text: nil, fields: [])), .updateApp(minimum: "4.2"), .notSupported,
            .wrongConfig(property: "locale", problem: "no language"), .internal(id: "1", problem: "storage: full"),
            .libraryMismatch, .closed,
        ]
        for error in errors {
            #expect(error.errorDescription?.hasSuffix(".") == true)
            #expect(error.recoverySuggestion?.hasSuffix(".") == true)
            #expect(error.localizedDescription == error.errorDescription)
        }
    }

    #if os(Linux)
        @Test(
            "A library of another version ends no process",
            arguments: [
                "uint32_t ffi_pocketcard_uniffi_contract_version(void) { return 29; }",
                "uint16_t uniffi_pocketcard_checksum_method_loyalty_card(void) { return 1; }",
            ])
        func libraryMismatch(function: String) throws {
            let folder = try temporaryFolder("library")
            defer { try? FileManager.default.removeItem(at: folder) }
            let source = folder.appendingPathComponent("other.c").path
            let library = folder.appendingPathComponent("other.so").path
            try Data("#include <stdint.h>\n\(function)\n".utf8).write(to: URL(fileURLWithPath: source))
            #expect(try run("clang", "-shared", "-fPIC", "-o", library, source) == "")
            let said = try run(
                "env", "LD_PRELOAD=\(library)", misfortune, "open", folder.appendingPathComponent("data").path)
            let lines = said.split(separator: "\n")
            #expect(lines.count == 2 && lines.allSatisfy { $0.hasPrefix("libraryMismatch") }, "\(said)")
            #expect(said.contains("cargo bindgen"))
        }

        @Test("A full disk")
        func fullDisk() throws {
            let folder = try temporaryFolder("disk")
            defer { try? FileManager.default.removeItem(at: folder) }
            // A process may not write a file beyond this many kilobytes: for the database that is a disk without room.
            let said = try run(
                "bash", "-c", #"trap '' XFSZ; ulimit -f 600; exec "$@""#, "bash", misfortune, "track", folder.path)
            #expect(said.hasPrefix("internal("), "\(said)")
            #expect(said.contains("free storage"))
            #expect(said.contains("the card is still shown"))
        }

        /// The program beside the one that runs the tests.
        private var misfortune: String {
            Bundle.main.bundleURL.appendingPathComponent("Misfortune").path
        }

        /// Runs a program; gives what it says. Fails the test where it ends badly.
        private func run(_ command: String...) throws -> String {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            process.arguments = command
            let says = Pipe()
            process.standardOutput = says
            try process.run()
            let said = String(decoding: says.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            try #require(process.terminationStatus == 0, "\(command): \(said)")
            return said
        }
    #endif
}

/// What iOS may hand over.
@Suite struct UserInfoTests {
    private func json(_ userInfo: [AnyHashable: Any]) -> String {
        guard case .userInfo(let json) = Push(userInfo: userInfo) else { return "of another form" }
        return json
    }

    @Test("What JSON can say is handed on, whatever else there is")
    func anyShape() throws {
        #expect(json([:]) == "{}")
        #expect(json([7: "seven", "when": Date(), "data": Data([1]), "nan": Double.nan]) == "{}")
        #expect(
            json(["nested": ["date": Date()], "good": ["deep": [1, "two", NSNull()]]])
                == #"{"good":{"deep":[1,"two",null]}}"#)
        // Apple's service carries 4 kilobytes.
        let deep = (0..<2_000).reduce("end" as Any) { inner, _ in [inner] }
        #expect(json(["deep": deep, "title": "Hello"]).contains("Hello"))
    }
}
