import Foundation

@testable import Pocketcard

/// Keeps secrets in memory, for as long as the test's phone lives.
final class MemorySecrets: SecretStore {
    private let kept = Locked<[String: Data]>([:])

    func get(key: String) -> Data? { kept.withLock { $0[key] } }
    func put(key: String, value: Data) { kept.withLock { $0[key] = value } }
    func remove(key: String) { kept.withLock { $0[key] = nil } }
    var keys: Set<String> { kept.withLock { Set($0.keys) } }
}

/// Keeps every log record.
final class MemoryLog: LogSink {
    private let kept = Locked<[LogRecord]>([])

    func log(record: LogRecord) { kept.withLock { $0.append(record) } }
    var records: [LogRecord] { kept.withLock { $0 } }
}

/// What stays of a phone when the app on it ends: a folder, the secrets, the log.
final class Phone: Sendable {
    let folder: URL
    let secrets = MemorySecrets()
    let log = MemoryLog()
    let config: Config
    private let clock: (any Pocketcard.Clock)?

    init(_ url: String, clock: (any Pocketcard.Clock)? = nil) throws {
        folder = try temporaryFolder("phone")
        self.clock = clock
        config = Config(
            platformUrl: url, dataFolder: folder.appendingPathComponent("pocketcard").path, appName: "Tests",
            appVersion: "1.2.3", platformType: .ios, platformVersion: "18.2", locale: "en", timeZone: "Europe/Berlin",
            linkHosts: ["loyalty.example"])
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    var host: Pocketcard.Host { Pocketcard.Host(secrets: secrets, log: log, clock: clock) }

    /// Opens the app.
    func open() async throws -> Pocketcard { try await Pocketcard.open(config: config, host: host) }
}

extension Pocketcard {
    /// Signs in by phone number and one-time code, and waits until what the sign-in brings is there.
    func signIn(_ phone: String, at sandbox: Sandbox) async throws {
        try await signIn(phone)
        try await confirmCode(try await sandbox.smsCode(phone))
        try await refresh()
    }
}
