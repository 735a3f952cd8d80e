import Foundation
import Pocketcard
import ScreenOutline
import SwiftUI
import Testing

@testable import PocketcardUI

private let about = About(version: "4.10.1", device: "iPhone 17, iOS 26.1", language: "English")
private let consents = ConsentsView(
    consents: [
        Consent(
            kind: 1, title: "News", externalId: nil,
            channels: [
                ConsentChannel(way: .sms, granted: true, readOnly: false),
                ConsentChannel(way: .email, granted: false, readOnly: false),
                ConsentChannel(way: .push, granted: true, readOnly: true),
                ConsentChannel(way: .other(name: "Letter"), granted: false, readOnly: false),
            ]),
        Consent(
            kind: 2, title: "Your birthday", externalId: nil,
            channels: [ConsentChannel(way: .email, granted: true, readOnly: false)]),
    ], freshness: live)

private func consents(_ freshness: Freshness) -> ConsentsView { ConsentsView(consents: [], freshness: freshness) }

private func outbox(_ queued: UInt32 = 0, acts: UInt32 = 0, receipts: UInt32 = 0) -> OutboxView {
    OutboxView(
        queued: queued, oldest: queued > 0 ? now - 2 * hour : nil, sent: 0, dropped: [], refused: [], acts: acts,
        receipts: receipts, ignoredPushes: [], ignoredLinks: 0, stopped: nil)
}

private let deletion = SessionView.signedIn(
    member: anna, deletionCode: CodeSent(to: "+49 *** **01", length: 4, sentAt: now))

@MainActor private func screen(
    _ session: SessionView = signedIn, _ view: ConsentsView = consents, _ outbox: OutboxView = outbox(),
    changing: Set<ConsentPlace> = [], failure: Failure? = nil, isBusy: Bool = false
) -> SettingsScreen {
    SettingsScreen(
        session: session, consents: view, outbox: outbox, about: about, changing: changing, failure: failure,
        isBusy: isBusy
    ) { _ in }
}

let settingsStates =
    [
        ScreenState("settings") { screen(signedIn, consents, outbox(3, acts: 1, receipts: 2)) },
        ScreenState("settings-changing") { screen(changing: [ConsentPlace(kind: 1, way: .email)], isBusy: true) },
        ScreenState("settings-one-waits") { screen(signedIn, consents, outbox(1, acts: 2, receipts: 1)) },
        ScreenState("settings-no-consents") { screen(signedIn, consents(live)) },
        ScreenState("settings-loading") { screen(signedIn, consents(unknown())) },
        ScreenState("settings-offline") { screen(signedIn, consents(unknown(.offline))) },
        ScreenState("settings-failed") { screen(signedIn, consents(unknown(.busy))) },
        ScreenState("settings-not-offered") { screen(signedIn, consents(unknown(.notSupported))) },
        ScreenState("settings-sign-in-again") { screen(signInAgain, consents(stale(.signInAgain))) },
        ScreenState("settings-signed-out") { screen(signedOut) },
        ScreenState("settings-sign-out") {
            screen(signedIn, consents(live), outbox(1))
        } act: {
            try await $0.tap("sign_out")
        },
        ScreenState("settings-delete") {
            screen(signedIn, consents(live))
        } act: {
            try await $0.tap("delete")
        },
        ScreenState("delete") { screen(deletion) },
        ScreenState("delete-wrong-code") { screen(deletion, failure: .refused(text: nil, kind: .wrongCode)) },
        ScreenState("delete-busy") { screen(deletion, isBusy: true) },
        ScreenState("more") { MoreScreen(balance: balance, unread: 3) { _ in } },
        ScreenState("more-signed-out") {
            MoreScreen(balance: noBalance, unread: 0, pages: [.inbox, .settings]) { _ in }
        },
    ]
    + CardScanner.allCases.map { scanner in
        ScreenState("scan-card-\(scanner)") {
            ScanCardScreen(scanner: scanner, hasLight: true, isLit: scanner == .foundOther) { _ in
            } viewfinder: {
                Color.black
            }
        }
    }

@MainActor @Suite struct SettingsScreenTests {
    private let events = Recorded<SettingsEvent>()

    private func screen(_ session: SessionView = signedIn, _ view: ConsentsView = consents, isBusy: Bool = false)
        -> SettingsScreen
    {
        SettingsScreen(session: session, consents: view, outbox: outbox(1), about: about, isBusy: isBusy) {
            events.all.append($0)
        }
    }

    @Test func changesConsentsAndNotThoseThatCannotBeChanged() async throws {
        let shown = display(screen())
        try await shown.tap("Text messages, To your phone number")
        try await shown.tap("Letter")
        await #expect(throws: Shown.Missing.self) {
            try await shown.tap("Notifications, This cannot be changed here")
        }
        // What counts is what the platform has: the switch stays until the view is another one.
        #expect(shown.outline.contains("toggle \"Letter\" value=\"off\""))
        #expect(
            events.all == [
                .setConsent(ConsentPlace(kind: 1, way: .sms), granted: false),
                .setConsent(ConsentPlace(kind: 1, way: .other(name: "Letter")), granted: true),
            ])
    }

    @Test func signsOutAfterAQuestion() async throws {
        let shown = display(screen())
        try await shown.tap("sign_out")
        #expect(shown.outline.contains("1 thing is not sent yet and is lost if there is no connection now."))
        try await shown.tap("cancel")
        #expect(events.all == [])
        try await shown.tap("sign_out")
        try await shown.tap("sign_out")
        #expect(events.all == [.signOut])
    }

    @Test func deletesInTwoSteps() async throws {
        let shown = display(screen())
        try await shown.tap("delete")
        try await shown.tap("delete_send_code")
        shown.show(screen(deletion))
        try await shown.type("123", into: "code")
        await #expect(throws: Shown.Missing.self) { try await shown.tap("delete_now") }
        try await shown.type("1234", into: "code")
        try await shown.type(" Moving away ", into: "delete_reason")
        try await shown.tap("delete_now")
        try await shown.tap("delete_keep")
        #expect(
            events.all == [.requestDeletion, .confirmDeletion(code: "1234", reason: "Moving away"), .keepAccount])
    }

    @Test func leadsToLanguageAndSignIn() async throws {
        let shown = display(screen(signInAgain, consents(unknown(.busy))))
        try await shown.tap("settings_change")
        try await shown.tap("try_again")
        try await shown.tap("sign_in_again")
        #expect(events.all == [.openLanguage, .refresh, .signIn])
    }

    @Test func moreLeadsToItsPages() async throws {
        let opened = Recorded<MorePage>()
        let shown = display(MoreScreen(balance: balance, unread: 3) { opened.all.append($0) })
        try await shown.tap("Balance, 1,250 points")
        try await shown.tap("Inbox, 3 unread messages")
        try await shown.tap("more_settings")
        #expect(opened.all == [.balance, .inbox, .settings])
    }

    @Test func theScannerHasAnotherWay() async throws {
        let told = Recorded<ScanCardEvent>()
        func scan(_ scanner: CardScanner) -> some View {
            ScanCardScreen(scanner: scanner, hasLight: true) {
                told.all.append($0)
            } viewfinder: {
                Color.black
            }
        }
        let shown = display(scan(.looking))
        try await shown.tap("scan_light")
        shown.show(scan(.notAllowed))
        try await shown.tap("scan_allow")
        shown.show(scan(.failed))
        try await shown.tap("try_again")
        try await shown.tap("scan_type")
        #expect(told.all == [.light(isOn: true), .allow, .tryAgain, .typeNumber])
    }
}
