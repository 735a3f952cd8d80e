import Pocketcard

/// The one `Pocketcard` of a process, opened when something first needs it: a screen, a push, a background task.
///
/// A failed opening is tried again by who asks next.
public actor SharedCore {
    private let config: Config
    private let host: Pocketcard.Host
    private var opening: Task<Pocketcard, any Error>?

    /// - Parameters:
    ///   - config: Its data folder is one that the app's extensions reach, too: that of an app group.
    ///   - host: Its secrets likewise.
    public init(config: Config, host: Pocketcard.Host) {
        self.config = config
        self.host = host
    }

    /// The core.
    ///
    /// - Throws: `PocketcardError`, as `Pocketcard.open(config:host:)` does.
    public func pocketcard() async throws -> Pocketcard {
        if let opening { return try await opening.value }
        let opening = Task { [config, host] in try await Pocketcard.open(config: config, host: host) }
        self.opening = opening
        do { return try await opening.value } catch {
            self.opening = nil
            throw error
        }
    }
}
