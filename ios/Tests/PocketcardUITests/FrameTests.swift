import Pocketcard
import ScreenOutline
import SwiftUI
import Testing

@testable import PocketcardUI

@MainActor private func frame(
    _ freshness: Freshness? = live, unread: Int = 0, failure: Failure? = nil, hasBack: Bool = false,
    onEvent: @escaping @MainActor (FrameEvent) -> Void = { _ in }, onRefresh: @escaping @MainActor () -> Void = {}
) -> some View {
    PocketcardFrame(
        .card, title: "Kornblume", freshness: freshness, unread: unread, failure: failure, hasBack: hasBack,
        onRefresh: { onRefresh() }, onEvent: onEvent
    ) { Text("content") }
}

let frameStates =
    [
        ScreenState("frame-live") { frame(unread: 3) },
        ScreenState("frame-page") { frame(nil, unread: 1, failure: .busy, hasBack: true) },
    ]
    + [StaleReason.notAsked, .offline, .busy, .refused, .signInAgain, .notStored].map { reason in
        ScreenState("frame-stale-\(reason)") { frame(stale(reason)) }
    }
    + [StaleReason.offline, .busy, .refused, .notStored, .notSupported, .signInAgain, .notAsked].map { reason in
        ScreenState("known-\(reason)") {
            WhatIsKnown(freshness: unknown(reason), isSignedIn: true, onRefresh: {}, onSignIn: {}) { Text("content") }
        }
    }

@MainActor @Suite struct FrameTests {
    @Test func goesWhereTheMemberTaps() async throws {
        var events: [FrameEvent] = []
        let shown = display(frame(unread: 1, failure: .offline, hasBack: true, onEvent: { events.append($0) }))
        try await shown.tap("stores")
        try await shown.tap("More, 1 unread message")
        try await shown.tap("back")
        try await shown.tap("understood")
        try await shown.escape()
        #expect(events == [.go(.stores), .go(.more), .back, .failureRead, .back])
    }

    @Test func whatComesUnaskedIsAnnounced() async throws {
        await display(frame(failure: .refused(text: "Heard once."))).settle()
        #expect(announcements.filter { $0 == "Heard once." }.count == 1)
        let scan = ScanCardScreen(scanner: .foundOther) { _ in
        } viewfinder: {
            Color.black
        }
        await display(scan).settle()
        #expect(announcements.contains("This code is not the number of a card. Is there another one on it?"))
    }

    @Test func aPullRefreshes() async throws {
        var count = 0
        let shown = display(frame(onRefresh: { count += 1 }))
        try await shown.pullToRefresh()
        #expect(count == 1)
    }

    @Test func failuresAreSaidInWordsInBothLanguages() {
        let all: [Failure] =
            [.offline, .busy, .signInAgain, .updateApp, .notOffered, .onThisPhone, .noApp, .noPosition]
            + [.wrongCode, .alreadyRegistered, .blocked, .invalid, .nothingPending, .other].map {
                .refused(text: nil, kind: $0)
            }
        for language in languages {
            for failure in all { #expect(!display(FailureWords(failure: failure), language).outline.contains("⟦")) }
        }
        #expect(
            display(FailureWords(failure: .refused(text: "Two tries left."))).outline == "text \"Two tries left.\"\n")
    }

    @Test func errorsOfTheCoreAreFailures() {
        let field = FieldProblem(field: "phone", texts: ["Not a number."])
        #expect(
            Failure(.rejected(Rejection(kind: .invalid, text: nil, fields: [field])))
                == .refused(text: "Not a number.", kind: .invalid))
        #expect(Failure(.tryLater(after: 3)) == .busy)
        #expect(Failure(.closed) == .onThisPhone)
    }
}

private struct FailureWords: View {
    @Environment(\.words) private var words
    let failure: Failure

    var body: some View { Text(words.of(failure)) }
}
