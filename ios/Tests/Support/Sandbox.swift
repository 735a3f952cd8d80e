import Foundation
import Pocketcard

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// A platform of the test's own: the sandbox as a process, on a free port, with its seeded members.
///
/// `POCKETCARD_SANDBOX` says where its program is; `cargo ios` builds it.
package final class Sandbox: Sendable {
    /// Seeded: Silver, with points pending and expiring.
    package static let anna = "+491713920001"
    /// Seeded: Gold. Has a password.
    package static let boris = "+491713920002"
    /// Seeded: nothing bought yet.
    package static let clara = "+491713920003"

    /// Where it listens.
    package let url: String
    private let process: Process
    private let folder: URL

    package init(stores: Int = 3) throws {
        let environment = ProcessInfo.processInfo.environment
        let program = try required(environment["POCKETCARD_SANDBOX"], "run the tests by `cargo ios`")
        folder = try temporaryFolder("sandbox")
        process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = [
            "--address", "127.0.0.1:0", "--database", folder.appendingPathComponent("sandbox.db").path,
            "--stores", "\(stores)",
        ]
        let says = Pipe()
        process.standardOutput = says
        process.standardError = FileHandle.nullDevice
        try process.run()
        // "… is at http://127.0.0.1:40123 (…"
        var said = ""
        while !said.contains("\n"), case let more = says.fileHandleForReading.availableData, !more.isEmpty {
            said += String(decoding: more, as: UTF8.self)
        }
        let address = said.components(separatedBy: "is at ").last?.components(separatedBy: " (").first
        url = try required(address, "the sandbox does not start: \(said)")
    }

    deinit {
        // It has inherited that this process's threads do not listen to SIGTERM.
        kill(process.processIdentifier, SIGKILL)
        try? FileManager.default.removeItem(at: folder)
    }

    /// Asks it; `body` is JSON. Fails the test where it refuses.
    @discardableResult package func ask(_ method: String, _ path: String, _ body: String? = nil) async throws -> JSON {
        var request = URLRequest(url: try required(URL(string: url + path), "a path: \(path)"))
        request.httpMethod = method
        request.httpBody = body.map { Data($0.utf8) }
        request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        let (data, response) = try await URLSession.shared.data(for: request)
        let status = (response as? HTTPURLResponse)?.statusCode ?? 0
        guard (200..<300).contains(status) else {
            throw WaitedInVain("\(method) \(path): \(status) \(String(decoding: data, as: UTF8.self))")
        }
        return try JSON(data)
    }

    /// The newest one-time code sent to a phone number.
    package func smsCode(_ phone: String) async throws -> String {
        let messages = try await ask("GET", "/sandbox/sms?phone=%2B\(phone.dropFirst())")["messages"]
        return try required(messages?.list?.first?["code"]?.text, "a message to \(phone)")
    }

    /// Makes a member with so many points, signed in by one-time code; gives their number.
    @discardableResult package func member(_ phone: String, points: Int = 0) async throws -> Int64 {
        let member = #"{"phone": "\#(phone)", "firstName": "Erika", "points": \#(points)}"#
        return try required(try await ask("POST", "/sandbox/members", member)["id"]?.int, "a member")
    }

    /// Holds a code under the till's scanner. Fails the test where no till takes it.
    @discardableResult package func scan(_ code: String) async throws -> JSON {
        try await ask("POST", "/till/identify", JSON.object(["code": .text(code)]).written)
    }

    /// The phone has no signal: every connection of it is reset.
    package func cutOff() async throws {
        for path in ["/publicapi", "/authorizationService", "/app"] {
            try await ask("POST", "/sandbox/faults", #"{"path": "\#(path)", "kind": "reset"}"#)
        }
    }

    /// Calls whose path begins with `path` take so long.
    package func slow(_ path: String, milliseconds: Int) async throws {
        try await ask(
            "POST", "/sandbox/faults", #"{"path": "\#(path)", "kind": {"latency": {"millis": \#(milliseconds)}}}"#)
    }

    /// Nothing goes wrong any more.
    package func heal() async throws { try await ask("DELETE", "/sandbox/faults") }

    /// What was pushed to a token, as iOS hands it to an app; waits until there is something.
    package func pushed(_ token: String) async throws -> [Push] {
        let answer = try await ask("GET", "/push/poll?token=\(token)&after=0&wait=10")
        return try (answer["messages"]?.list ?? []).compactMap { $0["payload"] }.map {
            let userInfo = try JSONSerialization.jsonObject(with: Data($0.written.utf8)) as? [AnyHashable: Any]
            return Push(userInfo: try required(userInfo, "a push"))
        }
    }
}

/// A new folder; whoever makes it removes it.
package func temporaryFolder(_ name: String) throws -> URL {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("pocketcard-\(name)-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder
}
