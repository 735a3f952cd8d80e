#if canImport(BackgroundTasks)
    import BackgroundTasks
    import Foundation
    import Pocketcard

    /// What is done while the app is not in front: everything is asked for, and what waits is sent.
    ///
    /// The identifier stands in `BGTaskSchedulerPermittedIdentifiers` of the app's `Info.plist`.
    public struct BackgroundRefresh: Sendable {
        private let identifier: String
        private let core: SharedCore

        /// - Parameters:
        ///   - identifier: That of the task, as `Info.plist` has it.
        ///   - core: Does the work.
        public init(identifier: String = "app.pocketcard.refresh", core: SharedCore) {
            self.identifier = identifier
            self.core = core
        }

        /// Tells the system what to do when it is time. To be called before the app has finished launching.
        public func register() {
            let refresh = self
            BGTaskScheduler.shared.register(forTaskWithIdentifier: identifier, using: nil) { task in
                let task = Running(task: task)
                refresh.schedule()
                let work = Task {
                    do {
                        let pocketcard = try await refresh.core.pocketcard()
                        // What waits goes first: it is the member's.
                        try await pocketcard.flush(deadline: 15)
                        try await pocketcard.refresh()
                        task.task.setTaskCompleted(success: true)
                    } catch {
                        task.task.setTaskCompleted(success: false)
                    }
                }
                task.task.expirationHandler = { work.cancel() }
            }
        }

        /// Asks the system for one run, in six hours or later. To be called when the app leaves the front.
        public func schedule() {
            let request = BGAppRefreshTaskRequest(identifier: identifier)
            request.earliestBeginDate = Date(timeIntervalSinceNow: 6 * 3_600)
            // Refused where the member has switched background refresh off.
            try? BGTaskScheduler.shared.submit(request)
        }
    }

    private struct Running: @unchecked Sendable {
        let task: BGTask
    }
#endif
