import Foundation
import Pocketcard
import PocketcardApp
import PocketcardTesting
import ScreenOutline
import SwiftUI
import Testing

let number = "+491713920077"
let coffee = #"{"goodsId": "coffee", "name": "Coffee", "count": 1, "price": 50}"#

private let package = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized
let appSources = package.appending(path: "App/Sources/PocketcardApp")
let ownCatalogue = (try? StringCatalogue(contentsOf: appSources.appending(path: "Localizable.xcstrings"))) ?? .empty
private let catalogue =
    ((try? StringCatalogue(contentsOf: package.appending(path: "Sources/PocketcardUI/Localizable.xcstrings"))) ?? .empty)
    .with(ownCatalogue)

/// What the app asks of a phone, answered by the test.
@MainActor final class TestDevice: Device {
    let name = "Test phone, iOS 18.2"
    let appVersion = "1.2.3"
    let canScan = true
    /// Where it is; nil: the member does not let the app know.
    var here: Position?
    /// Whether there are apps for what is opened.
    var hasApps = true
    /// What a plastic card says.
    var plastic: String?
    private(set) var opened: [URL] = []
    private(set) var isCodeShown = false

    func position() async -> Position? { here }
    func open(_ url: URL) async -> Bool {
        if hasApps { opened.append(url) }
        return hasApps
    }
    func openSettings() async -> Bool { hasApps }
    func codeIsShown(_ isShown: Bool) { isCodeShown = isShown }
    func scanner(onEnd: @escaping @MainActor (String?) -> Void) -> AnyView {
        AnyView(Button("Hold a card before the camera") { onEnd(self.plastic) })
    }
}

/// The whole app, its screens and the real core, against a platform that the test starts; the till reads what is drawn.
@MainActor final class Journey {
    let sandbox: Sandbox
    let phone: Phone
    let device = TestDevice()
    private(set) var core: Pocketcard
    private(set) var shown: Shown
    /// What was tapped outside of the app.
    private var link: String?

    init(member: String? = nil) async throws {
        sandbox = try Sandbox()
        phone = try Phone(sandbox.url)
        core = try await Self.opened(sandbox, phone)
        shown = Shown(EmptyView(), catalogue)
        if let member { try await core.signIn(member, at: sandbox) }
        window()
    }

    private static func opened(_ sandbox: Sandbox, _ phone: Phone) async throws -> Pocketcard {
        var brand = Brand.programme
        brand.platform = sandbox.url
        let config = brand.config(
            dataFolder: phone.folder.appending(path: "pocketcard"), appVersion: "1.2.3", systemVersion: "18.2",
            language: "en", timeZone: "Europe/Berlin")
        return try await Pocketcard.open(config: config, host: phone.host)
    }

    private func window() {
        let tapped = Binding(
            get: { @MainActor [weak self] in self?.link }, set: { @MainActor [weak self] in self?.link = $0 })
        shown = Shown(MemberView(pocketcard: core, brand: .programme, device: device, link: tapped), catalogue)
    }

    /// The process ends.
    func end() async {
        await shown.leave()
        core.close()
    }

    /// The process ends and is begun anew.
    func begunAnew() async throws {
        await end()
        core = try await Self.opened(sandbox, phone)
        window()
    }

    /// iOS ends the process behind the member's back, and when they return gives the window what its scene had kept.
    func endedByIOS() async throws {
        await shown.settle()
        let kept = shown.scene
        try await begunAnew()
        shown.scene = kept
    }

    func tapOutside(_ link: String?) { self.link = link }

    /// The app goes from the front and comes back.
    func leaveAndReturn() async {
        shown.set(\.scenePhase, .background)
        await shown.settle()
        shown.set(\.scenePhase, .active)
        await shown.settle()
    }

    // MARK: - What a member does

    /// As soon as it is possible.
    private func soon(_ act: () async throws -> Void) async throws {
        let end = Date() + patience
        while true {
            do { return try await act() } catch let missing as Shown.Missing {
                if Date() > end { throw missing }
                try await Task.sleep(for: .milliseconds(20))
            }
        }
    }
    func tap(_ text: String) async throws { try await soon { try await shown.tap(text) } }
    /// The first that has both among its words.
    func tap(_ text: String, with other: String) async throws {
        try await soon { try await shown.tap(withAll: text, other) }
    }
    func type(_ text: String, into label: String, at which: Int = 0) async throws {
        try await soon { try await shown.type(text, into: label, at: which) }
    }
    func open(_ link: String) async throws { try await shown.open(link) }

    func signInByHand() async throws {
        try await tap("Sign in")
        try await type(number, into: "Phone number")
        try await tap("Sign in")
        try await see("Enter your code")
        try await type(try await sandbox.smsCode(number), into: "Code")
    }

    // MARK: - What they see

    func until(_ what: String, _ isSo: () async throws -> Bool) async throws {
        let end = Date() + patience
        await shown.settle()
        while !(try await isSo()) {
            if Date() > end { throw WaitedInVain("\(what) in\n\(shown.outline)") }
            try await Task.sleep(for: .milliseconds(20))
            await shown.settle()
        }
    }
    func sees(_ text: String) -> Bool { shown.outline.contains(text) }
    func see(_ text: String) async throws { try await until("nothing says \"\(text)\"") { sees(text) } }
    func missEver(_ text: String) async throws { try await until("something says \"\(text)\"") { !sees(text) } }
    /// A line that has both.
    func see(_ text: String, with other: String) async throws {
        try await until("no line says \"\(text)\" and \"\(other)\"") {
            shown.outline.split(separator: "\n").contains { $0.contains(text) && $0.contains(other) }
        }
    }
    /// The screen of this destination.
    func areAt(_ destination: String) async throws { try await see("tab \"\(destination)", with: " selected") }
    /// The page of this name.
    func areOn(_ title: String) async throws { try await see(" title=\"\(title)\"") }

    func seeCode() async throws { try await see("code ready to scan") }

    /// What a scanner reads on the screen, as soon as there is something.
    func scanned() throws -> Pixels? {
        try shown.drawings.first { $0.fills.contains { $0.color == "black" } }.map { try Pixels($0, scale: 3) }
    }

    /// The cashier holds the scanner over the phone: what the till says.
    func atTheTill() async throws -> JSON {
        try await seeCode()
        return try await sandbox.scan(try required(try scanned(), "a symbol").scanned())
    }

    /// The platform has every activity of this phone.
    func allIsTold() async throws {
        try await until("something is not told") {
            try await core.flush(deadline: 5)
            return core.outbox.view.queued == 0
        }
    }

    /// The platform knows where to push to.
    func hearsPushes() async throws {
        try await core.setPushToken("a-token")
        try await core.flush(deadline: 5)
    }

    /// What was pushed to this phone, handed over as iOS does: what to tell of it.
    @discardableResult func takePushes() async throws -> [Pocketcard.Notification] {
        var told: [Pocketcard.Notification] = []
        for push in try await sandbox.pushed("a-token") {
            if case .taken(let shown?) = try await core.receivePush(push) { told.append(shown) }
        }
        return told
    }

    func state(_ offer: Int64) -> OfferState? {
        core.offers.view.offers.first { $0.id == .offer(id: offer) }?.state
    }
}

/// As the screens write it.
func written(_ amount: Decimal) -> String {
    amount.formatted(.number.locale(Locale(identifier: "en_GB")))
}
