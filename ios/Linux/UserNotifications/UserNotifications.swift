// A stand-in for the part of UserNotifications that PocketcardApple uses, for Linux alone; never shipped. After Apple's
// documentation.
import Foundation

open class UNNotificationContent: NSObject {
    package struct Values {
        package var title = "", body = "", threadIdentifier = ""
        package var userInfo: [AnyHashable: Any] = [:]
    }

    package var values = Values()

    open var title: String { values.title }
    open var body: String { values.body }
    open var threadIdentifier: String { values.threadIdentifier }
    open var userInfo: [AnyHashable: Any] { values.userInfo }

    open override func mutableCopy() -> Any {
        let copy = UNMutableNotificationContent()
        copy.values = values
        return copy
    }
}

open class UNMutableNotificationContent: UNNotificationContent {
    open override var title: String {
        get { values.title }
        set { values.title = newValue }
    }
    open override var body: String {
        get { values.body }
        set { values.body = newValue }
    }
    open override var threadIdentifier: String {
        get { values.threadIdentifier }
        set { values.threadIdentifier = newValue }
    }
    open override var userInfo: [AnyHashable: Any] {
        get { values.userInfo }
        set { values.userInfo = newValue }
    }
}

open class UNNotificationRequest: NSObject {
    public let content: UNNotificationContent

    package init(content: UNNotificationContent) { self.content = content }
}

open class UNNotification: NSObject {
    public let request: UNNotificationRequest

    package init(request: UNNotificationRequest) { self.request = request }
}

open class UNNotificationResponse: NSObject {
    public let notification: UNNotification

    package init(notification: UNNotification) { self.notification = notification }
}

public struct UNAuthorizationOptions: OptionSet, Sendable {
    public let rawValue: UInt
    public init(rawValue: UInt) { self.rawValue = rawValue }
    public static let badge = Self(rawValue: 1), sound = Self(rawValue: 2), alert = Self(rawValue: 4)
}

public struct UNNotificationPresentationOptions: OptionSet, Sendable {
    public let rawValue: UInt
    public init(rawValue: UInt) { self.rawValue = rawValue }
    public static let sound = Self(rawValue: 2), list = Self(rawValue: 8), banner = Self(rawValue: 16)
}

public protocol UNUserNotificationCenterDelegate: NSObjectProtocol {
    func userNotificationCenter(
        _ center: UNUserNotificationCenter, willPresent notification: UNNotification,
        withCompletionHandler completionHandler: @escaping (UNNotificationPresentationOptions) -> Void)
    func userNotificationCenter(
        _ center: UNUserNotificationCenter, didReceive response: UNNotificationResponse,
        withCompletionHandler completionHandler: @escaping () -> Void)
}

open class UNUserNotificationCenter: NSObject, @unchecked Sendable {
    private static let only = UNUserNotificationCenter()

    open class func current() -> UNUserNotificationCenter { only }

    open weak var delegate: (any UNUserNotificationCenterDelegate)?

    open func requestAuthorization(options: UNAuthorizationOptions = []) async throws -> Bool { !options.isEmpty }
}
