import AdServices
import BackgroundTasks
import CoreLocation
import Dispatch
import Foundation
import PocketcardTesting
import Testing
import UIKit
import UserNotifications

@testable import Pocketcard
@testable import PocketcardApple

/// What iOS lends, on stand-ins for its frameworks, with the real core and a sandbox.
@MainActor @Suite(.timeLimit(.minutes(3))) struct AppleTests {
    let sandbox: Sandbox
    let phone: Phone
    let core: SharedCore
    private let number = "+491713920080"

    init() throws {
        sandbox = try Sandbox()
        phone = try Phone(sandbox.url)
        core = SharedCore(config: phone.config, host: phone.host)
    }

    /// A signed-in member's phone that hears pushes.
    private func signedIn() async throws -> (app: Pocketcard, member: Int64) {
        let member = try await sandbox.member(number)
        let app = try await core.pocketcard()
        try await app.signIn(number, at: sandbox)
        try await app.setPushToken("apple")
        try await app.flush(deadline: 10)
        return (app, member)
    }

    private func push(to member: Int64) async throws -> [AnyHashable: Any] {
        try await sandbox.ask(
            "POST", "/sandbox/pushes",
            #"{"to": {"member": \#(member)}, "title": "Ten percent", "body": "On all coffee", "link": "pocketcard://inbox"}"#
        )
        guard case .userInfo(let json) = try #require(try await sandbox.pushed("apple").last) else { return [:] }
        return try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [AnyHashable: Any])
    }

    private func content(_ userInfo: [AnyHashable: Any]) -> UNNotificationContent {
        let content = UNMutableNotificationContent()
        content.title = "as it came"
        content.userInfo = userInfo
        return content
    }

    // MARK: The core

    @Test("One core for all who ask at once; who asks after a failure tries again")
    func isOne() async throws {
        async let first = core.pocketcard()
        async let second = core.pocketcard()
        let (one, other) = try await (first, second)
        #expect(one === other)

        var config = phone.config
        config.dataFolder = phone.folder.appendingPathComponent("file").path
        try Data().write(to: URL(fileURLWithPath: config.dataFolder))
        let failing = SharedCore(config: config, host: phone.host)
        guard case .wrongConfig("dataFolder", _) = await thrown(by: { _ = try await failing.pocketcard() }) else {
            throw WaitedInVain("a wrong folder")
        }
        try FileManager.default.removeItem(atPath: config.dataFolder)
        _ = try await failing.pocketcard()
    }

    // MARK: Pushes

    @Test("A push that comes in the background is taken; what is none changes nothing")
    func receives() async throws {
        let (app, member) = try await signedIn()
        let pushes = PushNotifications(core: core) { _ in }
        #expect(await pushes.received(try await push(to: member)) == .newData)
        try await wait("the message", app.inbox) { $0.messages.contains { $0.title == "Ten percent" } }
        for stranger: [AnyHashable: Any] in [[:], ["aps": 7], ["message_id": ["deep": true]], [1: Date()]] {
            #expect(await pushes.received(stranger) == .noData, "\(stranger)")
        }
    }

    @Test("The token of Apple's service is told to the platform")
    func registers() async throws {
        let (app, member) = try await signedIn()
        let pushes = PushNotifications(core: core) { _ in }
        let before = UIApplication.shared.registrations
        pushes.start()
        #expect(UIApplication.shared.registrations == before + 1)
        await pushes.registered(Data([0x0a, 0xff, 0x10]))
        try await app.flush(deadline: 10)
        try await sandbox.ask("POST", "/sandbox/pushes", #"{"to": {"member": \#(member)}, "title": "a", "body": "b"}"#)
        #expect(try await sandbox.pushed("0aff10").count == 1)
    }

    @Test("A notification that the member opens leads where its link says, and the platform hears of it")
    func opens() async throws {
        let (app, member) = try await signedIn()
        let userInfo = try await push(to: member)
        let followed = Locked<[Route]>([])
        let main = DispatchSpecificKey<Bool>()
        DispatchQueue.main.setSpecific(key: main, value: true)
        let pushes = PushNotifications(core: core) { route in followed.withLock { $0.append(route) } }
        #expect(await pushes.received(userInfo) == .newData)
        for info in [userInfo, ["link": "https://stranger.example/inbox"], ["message_id": 7]] {
            let response = UNNotificationResponse(
                notification: UNNotification(request: UNNotificationRequest(content: content(info))))
            let (done, finish) = AsyncStream<Bool>.makeStream()
            pushes.userNotificationCenter(.current(), didReceive: response) {
                finish.yield(DispatchQueue.getSpecific(key: main) == true)
                finish.finish()
            }
            for await isOnMain in done { #expect(isOnMain) }
        }
        #expect(followed.withLock { $0 } == [.inbox])
        try await wait("it is owed or told", app.outbox) { $0.receipts > 0 || $0.sent > 0 }
    }

    // MARK: The notification service extension

    /// What the extension shows of a push, and how often.
    private func shown(
        _ userInfo: [AnyHashable: Any], givesUp: Bool = false,
        open: @escaping @Sendable () async throws -> Pocketcard
    ) async -> [UNNotificationContent] {
        let push = PushBeforeItIsShown(open: open)
        let shown = Locked<[UNNotificationContent]>([])
        push.receive(UNNotificationRequest(content: content(userInfo))) { content in
            shown.withLock { $0.append(content) }
        }
        if givesUp { push.giveUp() }
        let end = Date() + patience
        while shown.withLock({ $0.isEmpty }), Date() < end { try? await Task.sleep(for: .milliseconds(5)) }
        // A second answer would come right after it.
        try? await Task.sleep(for: .milliseconds(100))
        return shown.withLock { $0 }
    }

    @Test("An extension has the core take a push, and shows it as the core says, or as it came")
    func takesBeforeItIsShown() async throws {
        let (app, member) = try await signedIn()
        let userInfo = try await push(to: member)
        let (config, host) = (phone.config, phone.host)
        let open: @Sendable () async throws -> Pocketcard = { try await Pocketcard.open(config: config, host: host) }

        let unopened = await shown(userInfo) { throw PocketcardError.closed }
        #expect(unopened.map(\.title) == ["as it came"])
        let late = await shown(
            userInfo, givesUp: true,
            open: {
                try await Task.sleep(for: .seconds(60)); return try await open()
            })
        #expect(late.map(\.title) == ["as it came"])

        let taken = await shown(userInfo, open: open)
        #expect(taken.map(\.title) == ["Ten percent"])
        #expect(taken.first?.body == "On all coffee" && taken.first?.threadIdentifier == "messages")
        let again = await shown(userInfo, open: open)
        #expect(again.map(\.title) == ["as it came"])
        let stranger = await shown(["aps": 7], open: open)
        #expect(stranger.map(\.title) == ["as it came"])

        // The app itself, another process on a phone, has it as soon as it comes to the front.
        try await sandbox.cutOff()
        try app.setActive(true)
        try await wait("the message", app.inbox) { $0.messages.contains { $0.title == "Ten percent" } }
    }

    // MARK: In the background

    @Test("A background task asks for everything, sends what waits, and asks for the next one")
    func refreshes() async throws {
        let (app, _) = try await signedIn()
        try await sandbox.cutOff()
        try await app.track(.storeViewed(store: 1))
        let refresh = BackgroundRefresh(identifier: "refreshes", core: core)
        refresh.register()
        let failed = BGTask()
        BGTaskScheduler.shared.launch("refreshes", failed)
        for await success in failed.completed.stream { #expect(!success) }
        try await sandbox.heal()
        let task = BGTask()
        BGTaskScheduler.shared.launch("refreshes", task)
        for await success in task.completed.stream { #expect(success) }
        try await wait("it was sent", app.outbox) { $0.queued == 0 }
        #expect(try #require(BGTaskScheduler.shared.due("refreshes")) > Date() + 3_600)
    }

    @Test("A background task whose time is over ends")
    func ends() async throws {
        _ = try await signedIn()
        try await sandbox.slow("/", milliseconds: 5_000)
        BackgroundRefresh(identifier: "ends", core: core).register()
        let task = BGTask()
        BGTaskScheduler.shared.launch("ends", task)
        try await Task.sleep(for: .milliseconds(100))
        task.expirationHandler?()
        for await success in task.completed.stream { #expect(!success) }
    }

    // MARK: Where the phone is, and whence it came

    @Test("The position is asked for once it is wanted; nobody who waits is forgotten")
    func locates() async {
        let manager = CLLocationManager()
        let location = CoarseLocation(manager: manager)
        #expect(manager.desiredAccuracy == kCLLocationAccuracyReduced && manager.authorizationStatus == .notDetermined)
        manager.phone.location = CLLocation(latitude: 52.5, longitude: 13.4)
        #expect(await location.position() == Position(latitude: 52.5, longitude: 13.4))
        manager.phone.location = nil
        #expect(await location.position() == nil)
        manager.phone.status = .denied
        manager.phone.location = CLLocation(latitude: 52.5, longitude: 13.4)
        #expect(await location.position() == nil)
    }

    @Test("Apple's attribution token is told")
    func isAttributed() async throws {
        let (app, _) = try await signedIn()
        try await app.tellAttribution()
        try await app.flush(deadline: 10)
        try await wait("all is sent", app.outbox) { $0.queued == 0 }
    }
}
