import Foundation

import Pocketcard

/// Keeps secrets in memory, for as long as the test's phone lives.
package final class MemorySecrets: SecretStore {
    private let kept = Locked<[String: Data]>([:])

    package init() {}

    package func get(key: String) -> Data? { kept.withLock { $0[key] } }
    package func put(key: String, value: Data) { kept.withLock { $0[key] = value } }
    package func remove(key: String) { kept.withLock { $0[key] = nil } }
    package var keys: Set<String> { kept.withLock { Set($0.keys) } }
}

/// Keeps every log record.
package final class MemoryLog: LogSink {
    private let kept = Locked<[LogRecord]>([])

    package init() {}

    package func log(record: LogRecord) { kept.withLock { $0.append(record) } }
    package var records: [LogRecord] { kept.withLock { $0 } }
}

/// What stays of a phone when the app on it ends: a folder, the secrets, the log.
package final class Phone: Sendable {
    package let folder: URL
    package let secrets = MemorySecrets()
    package let log = MemoryLog()
    package let config: Config
    private let clock: (any Pocketcard.Clock)?

    package init(_ url: String, clock: (any Pocketcard.Clock)? = nil) throws {
        folder = try temporaryFolder("phone")
        self.clock = clock
        config = Config(
            platformUrl: url, dataFolder: folder.appendingPathComponent("pocketcard").path, appName: "Tests",
            appVersion: "1.2.3", platformType: .ios, platformVersion: "18.2", locale: "en", timeZone: "Europe/Berlin",
            linkHosts: ["loyalty.example"])
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    package var host: Pocketcard.Host { Pocketcard.Host(secrets: secrets, log: log, clock: clock) }

    /// Opens the app.
    package func open() async throws -> Pocketcard { try await Pocketcard.open(config: config, host: host) }
}

extension Pocketcard {
    /// Signs in by phone number and one-time code, and waits until what the sign-in brings is there.
    package func signIn(_ phone: String, at sandbox: Sandbox) async throws {
        try await signIn(phone)
        try await confirmCode(try await sandbox.smsCode(phone))
        try await refresh()
    }
}
