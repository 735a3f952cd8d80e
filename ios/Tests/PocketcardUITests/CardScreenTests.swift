import Foundation
import Pocketcard
import ScreenOutline
import SwiftUI
import Testing

@testable import PocketcardUI

@MainActor private func card(_ card: CardView, _ session: SessionView = signedIn) -> CardScreen {
    var known = balance
    if case .signedOut = session { known = noBalance }
    return CardScreen(card: card, balance: known, session: session) { _ in }
}

let cardStates = [
    ScreenState("card-ready") { card(ready()) },
    ScreenState("card-issued") { card(ready(code(.issued, until: now + 4 * hour), stale())) },
    ScreenState("card-static") { card(ready(code(.static, until: nil, why: .clockUnsure))) },
    ScreenState("card-key-expired") { card(ready(code(.static, until: nil, why: .keyExpired))) },
    ScreenState("card-number") { card(ready(code(.numberOnly, until: nil, symbol: nil))) },
    ScreenState("card-sign-in-again") { card(ready(code(), stale(.signInAgain)), signInAgain) },
    ScreenState("card-blocked") { card(unusable(.blocked)) },
    ScreenState("card-replaced") { card(unusable(.replaced)) },
    ScreenState("card-expired") { card(unusable(.expired)) },
    ScreenState("card-not-yet-active") { card(unusable(.notYetActive)) },
    ScreenState("card-none") { card(.noCard(canIssue: true, freshness: live)) },
    ScreenState("card-none-link") { card(.noCard(canIssue: false, freshness: live)) },
    ScreenState("card-loading") { card(.noCard(canIssue: false, freshness: unknown())) },
    ScreenState("card-offline") { card(.noCard(canIssue: false, freshness: unknown(.offline))) },
    ScreenState("card-signed-out") { card(.noCard(canIssue: false, freshness: unknown()), signedOut) },
    ScreenState("card-alone") {
        card(ready())
    } act: {
        try await $0.tap(cardLabel($0))
    },
]

private let spelled = number.spelled

@MainActor private func cardLabel(_ shown: Shown) -> String {
    let isGerman = shown.environment.locale.identifier.hasPrefix("de")
    return isGerman
        ? "Karte, Code bereit zum Scannen, Nummer \(spelled)" : "Card, code ready to scan, number \(spelled)"
}

@MainActor @Suite struct CardScreenTests {
    private let events = Recorded<CardEvent>()

    private func screen(_ view: CardView, _ session: SessionView = signedIn) -> CardScreen {
        CardScreen(card: view, balance: balance, session: session) { events.all.append($0) }
    }

    @Test func saysTheCardAndItsNumberAndNoCountdown() async throws {
        let shown = display(screen(ready()))
        #expect(shown.speech.contains("\(cardLabel(shown)), Enlarge"))
        #expect(shown.outline.contains("New code in 12 s"))
        #expect(!shown.speech.contains { $0.contains("New code") || $0.contains(grouped) })
    }

    @Test func countsTheSecondsUntilTheNextCode() async throws {
        let shown = display(screen(ready()))
        shown.set(now: now + 11.2)
        #expect(shown.outline.contains("New code in 1 s"))
        shown.set(now: now + 60)
        #expect(shown.outline.contains("New code in 0 s"))
    }

    @Test func tellsWhenACodeComesOnScreenAndWhenItGoes() async throws {
        let shown = display(screen(ready()))
        await shown.settle()
        shown.show(screen(ready(code(.rotating(period: 30), until: now + 42))))
        await shown.settle()
        shown.show(screen(ready(code(.static, until: nil))))
        await shown.settle()
        shown.show(screen(unusable(.blocked)))
        await shown.settle()
        #expect(events.all == [.codeShown(.rotating(period: 30)), .codeShown(.static), .codeHidden])
    }

    @Test func aTapShowsTheSymbolAloneAndAnotherGoesBack() async throws {
        let shown = display(screen(ready()))
        try await shown.tap(cardLabel(shown))
        #expect(shown.outline.contains("sheet"))
        #expect(shown.drawings.count == 2)
        try await shown.tap(cardLabel(shown))
        #expect(!shown.outline.contains("sheet"))
    }

    @Test func isShownWhateverTheSessionIs() async throws {
        for session in [signedIn, signedOut, signInAgain] {
            #expect(display(screen(ready(), session)).drawings.count == 1)
        }
    }

    @Test func asksForWhatTheMemberTaps() async throws {
        let shown = display(screen(.noCard(canIssue: true, freshness: live)))
        try await shown.tap("card_issue")
        try await shown.tap("card_link")
        shown.show(screen(unusable(.replaced)))
        try await shown.tap("card_check_again")
        try await shown.tap("1,250 points")
        shown.show(screen(.noCard(canIssue: false, freshness: unknown()), signedOut))
        try await shown.tap("sign_in")
        #expect(events.all == [.issueCard, .linkCard, .refresh, .openBalance, .signIn])
    }

    @Test func itsNumberIsReadFromTheLeftWhereTextsAreReadFromTheRight() {
        let shown = display(screen(ready()))
        shown.set(\.layoutDirection, .rightToLeft)
        #expect(shown.outline.contains("text \"Family card · Silver\" rtl"))
        #expect(shown.outline.contains("text \"\(grouped)\" selectable"))
    }

    @Test func turnedItStandsBesideTheSymbol() async throws {
        let shown = display(screen(ready()))
        #expect(!shown.outline.hasPrefix("hstack"))
        shown.set(room: CGSize(width: 700, height: 330))
        #expect(shown.outline.hasPrefix("hstack"))
        #expect(shown.drawings.count == 1)
    }
}
