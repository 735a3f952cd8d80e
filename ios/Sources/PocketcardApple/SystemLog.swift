#if canImport(os)
    import Pocketcard
    import os

    /// The core's log in the system's, under the core's own categories. It has nothing that identifies a member.
    public final class SystemLog: LogSink {
        private let subsystem: String

        /// - Parameter subsystem: By which the log is found, such as the app's bundle identifier.
        public init(subsystem: String = "app.pocketcard") { self.subsystem = subsystem }

        /// Writes one record.
        public func log(record: LogRecord) {
            let level: OSLogType =
                switch record.level {
                case .debug: .debug
                case .info: .info
                case .warn: .default
                case .error: .error
                }
            Logger(subsystem: subsystem, category: record.target).log(level: level, "\(record.text, privacy: .public)")
        }
    }
#endif
