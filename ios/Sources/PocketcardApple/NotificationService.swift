#if canImport(UserNotifications)
    import Foundation
    import Pocketcard
    import UserNotifications

    /// What a notification service extension does: the core takes the push before it is shown, so that the app has it,
    /// whether the member opens it or not.
    ///
    /// Nothing is asked of the platform from here, which keeps the extension within its few megabytes: the core opens its
    /// network side with the first question, and is closed before it has one.
    ///
    /// ```swift
    /// final class NotificationService: UNNotificationServiceExtension {
    ///     private let push = PushBeforeItIsShown { try await Brand.openCore() }
    ///
    ///     override func didReceive(
    ///         _ request: UNNotificationRequest, withContentHandler handler: @escaping (UNNotificationContent) -> Void
    ///     ) { push.receive(request, then: handler) }
    ///
    ///     override func serviceExtensionTimeWillExpire() { push.giveUp() }
    /// }
    /// ```
    public final class PushBeforeItIsShown: Sendable {
        private let open: @Sendable () async throws -> Pocketcard
        private let answer = Answer()

        /// - Parameter open: Opens the core as the app does, on the folder and with the secrets that both share.
        public init(open: @escaping @Sendable () async throws -> Pocketcard) { self.open = open }

        /// For `didReceive(_:withContentHandler:)`. Where the core cannot take it, the push is shown as it came.
        public func receive(_ request: UNNotificationRequest, then handler: @escaping (UNNotificationContent) -> Void) {
            answer.wait(handler, content: request.content)
            let push = Push(userInfo: request.content.userInfo)
            Task { [open, answer] in
                if let pocketcard = try? await open() {
                    let outcome = try? await pocketcard.receivePush(push)
                    pocketcard.close()
                    if case .taken(let notification?) = outcome { answer.put(notification) }
                }
                answer.give()
            }
        }

        /// For `serviceExtensionTimeWillExpire()`: the push is shown as it is by now.
        public func giveUp() { answer.give() }
    }

    /// What is shown, given once, on whichever thread is first.
    private final class Answer: @unchecked Sendable {
        private let lock = NSLock()
        private var handler: ((UNNotificationContent) -> Void)?
        private var content: UNNotificationContent?

        func wait(_ handler: @escaping (UNNotificationContent) -> Void, content: UNNotificationContent) {
            lock.lock()
            defer { lock.unlock() }
            (self.handler, self.content) = (handler, content)
        }

        func put(_ notification: Pocketcard.Notification) {
            lock.lock()
            defer { lock.unlock() }
            guard let shown = content?.mutableCopy() as? UNMutableNotificationContent else { return }
            shown.title = notification.title
            shown.body = notification.body
            shown.threadIdentifier = String(describing: notification.channel)
            content = shown
        }

        func give() {
            lock.lock()
            let (handler, content) = (self.handler, self.content)
            self.handler = nil
            lock.unlock()
            if let content { handler?(content) }
        }
    }
#endif
