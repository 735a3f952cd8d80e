// A stand-in for the part of UIKit that PocketcardApple uses, for Linux alone; never shipped. After Apple's documentation.
@_exported import Foundation

public enum UIBackgroundFetchResult: UInt, Sendable { case newData, noData, failed }

@MainActor open class UIApplication: NSObject {
    public static let shared = UIApplication()

    /// How often a token was asked for.
    package private(set) var registrations = 0

    open func registerForRemoteNotifications() { registrations += 1 }
}
