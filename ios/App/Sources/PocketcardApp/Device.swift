import Foundation
import Pocketcard
import SwiftUI

/// What the app asks of the phone that it is on.
@MainActor public protocol Device: AnyObject {
    /// Its model and system, as `iPhone, iOS 18.2`.
    var name: String { get }

    /// The version of this app, as the App Store has it.
    var appVersion: String { get }

    /// Whether it has a camera that plastic cards can be read with.
    var canScan: Bool { get }

    /// Where it is, after asking the member whether the app may know; nil where it may not, or the phone does not know.
    func position() async -> Position?

    /// Opens a page of the web, a map or a call in the app for that; whether there is one.
    func open(_ url: URL) async -> Bool

    /// Opens where the phone has the settings of this app, its language among them; whether it does.
    func openSettings() async -> Bool

    /// A code came on screen, or is there no more: the screen is bright and stays on meanwhile.
    func codeIsShown(_ isShown: Bool)

    /// The screen that reads the number of a plastic card, where ``canScan``.
    ///
    /// - Parameter onEnd: called once, with the number; with nil where the member would rather type it.
    /// - Returns: what is seen through the camera.
    func scanner(onEnd: @escaping @MainActor (String?) -> Void) -> AnyView
}
