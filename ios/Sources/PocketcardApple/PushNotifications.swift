#if canImport(UIKit) && canImport(UserNotifications)
    import Pocketcard
    import UIKit
    import UserNotifications

    /// Pushes, from Apple's service to the core, and what the member does with their notifications.
    ///
    /// The app's delegate hands over what UIKit tells it; this object is the delegate of the notification centre from
    /// ``start()`` on, which belongs into `application(_:didFinishLaunchingWithOptions:)`.
    @MainActor public final class PushNotifications: NSObject {
        private let core: SharedCore
        private let follow: @MainActor (Route) -> Void

        /// - Parameters:
        ///   - core: Takes the pushes.
        ///   - follow: Leads the member where a notification that they opened belongs.
        public init(core: SharedCore, follow: @escaping @MainActor (Route) -> Void) {
            self.core = core
            self.follow = follow
        }

        /// Listens to the notification centre, and has Apple's service give a token.
        public func start() {
            UNUserNotificationCenter.current().delegate = self
            UIApplication.shared.registerForRemoteNotifications()
        }

        /// Asks the member whether notifications may be shown. To be called when they know why.
        ///
        /// - Returns: Whether they may.
        public func ask() async -> Bool {
            let options: UNAuthorizationOptions = [.alert, .badge, .sound]
            return (try? await UNUserNotificationCenter.current().requestAuthorization(options: options)) ?? false
        }

        /// For `application(_:didRegisterForRemoteNotificationsWithDeviceToken:)`.
        public func registered(_ token: Data) async {
            let hex = token.map { String(format: "%02x", $0) }.joined()
            try? await core.pocketcard().setPushToken(hex, service: .apns)
        }

        /// For `application(_:didReceiveRemoteNotification:fetchCompletionHandler:)`: a push that may show nothing.
        public func received(_ userInfo: [AnyHashable: Any]) async -> UIBackgroundFetchResult {
            let push = Push(userInfo: userInfo)
            do {
                let pocketcard = try await core.pocketcard()
                guard case .taken = try await pocketcard.receivePush(push) else { return .noData }
                try await pocketcard.flush(deadline: 20)
                return .newData
            } catch {
                return .failed
            }
        }

        private func opened(message: String?, link: String?) async {
            guard let pocketcard = try? await core.pocketcard() else { return }
            if let message { try? await pocketcard.pushOpened(message) }
            if let link, let route = try? pocketcard.openLink(link) { follow(route) }
        }
    }

    extension PushNotifications: UNUserNotificationCenterDelegate {
        /// A notification that comes while the app is in front is shown all the same.
        nonisolated public func userNotificationCenter(
            _ center: UNUserNotificationCenter, willPresent notification: UNNotification,
            withCompletionHandler completionHandler: @escaping (UNNotificationPresentationOptions) -> Void
        ) {
            completionHandler([.banner, .list, .sound])
        }

        /// The member opened a notification.
        nonisolated public func userNotificationCenter(
            _ center: UNUserNotificationCenter, didReceive response: UNNotificationResponse,
            withCompletionHandler completionHandler: @escaping () -> Void
        ) {
            let userInfo = response.notification.request.content.userInfo
            let (message, link) = (userInfo["message_id"] as? String, userInfo["link"] as? String)
            // UIKit wants to hear on the main thread that it is done, whichever it calls on.
            let done = OnMain(completionHandler)
            Task { @MainActor in
                await opened(message: message, link: link)
                done.act()
            }
        }
    }

    /// What the system hands over without saying that it may go to another thread.
    private struct OnMain: @unchecked Sendable {
        let act: () -> Void

        init(_ act: @escaping () -> Void) { self.act = act }
    }
#endif
