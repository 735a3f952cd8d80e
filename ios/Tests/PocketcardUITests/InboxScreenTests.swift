import Foundation
import Pocketcard
import ScreenOutline
import SwiftUI
import Testing

@testable import PocketcardUI

private func message(
    _ id: String, _ title: String, body: String = "The whole of it.", summary: String? = nil, hoursAgo: Double = 1,
    read: Bool = false, image: String? = nil
) -> Message {
    Message(id: id, title: title, body: body, summary: summary, at: now - hoursAgo * hour, read: read, imageUrl: image)
}

private let messages = [
    message("1", "Points for you", summary: "20 of them", image: "https://example.com/points.png"),
    message("2", "Autumn is here", hoursAgo: 30, read: true),
    message("3", "Welcome", body: " ", hoursAgo: 9000, read: true),
]

private func inbox(
    _ messages: [Message] = [], unread: UInt32 = 0, more: Bool = false, freshness: Freshness = live
) -> InboxView { InboxView(messages: messages, unread: unread, more: more, freshness: freshness) }

@MainActor private func screen(_ view: InboxView, isSignedIn: Bool = true) -> InboxScreen {
    InboxScreen(inbox: view, isSignedIn: isSignedIn) { _ in }
}

@MainActor private func screen(_ message: Message?, _ freshness: Freshness = live, isSignedIn: Bool = true)
    -> MessageScreen
{
    MessageScreen(message: message, freshness: freshness, isSignedIn: isSignedIn) { _ in }
}

let inboxStates = [
    ScreenState("inbox") { screen(inbox(messages, unread: 1, more: true)) },
    ScreenState("inbox-read") { screen(inbox(Array(messages.dropFirst()), freshness: stale())) },
    ScreenState("inbox-none") { screen(inbox()) },
    ScreenState("inbox-loading") { screen(inbox(freshness: unknown())) },
    ScreenState("inbox-offline") { screen(inbox(freshness: unknown(.offline))) },
    ScreenState("inbox-signed-out") { screen(inbox(freshness: unknown()), isSignedIn: false) },
    ScreenState("message") { screen(messages[0]) },
    ScreenState("message-summary") { screen(message("4", "Short", body: "", summary: "Only this")) },
    ScreenState("message-gone") { screen(nil) },
    ScreenState("message-loading") { screen(nil, unknown()) },
    ScreenState("message-offline") { screen(nil, unknown(.offline)) },
    ScreenState("message-signed-out") { screen(nil, unknown(), isSignedIn: false) },
]

@MainActor @Suite struct InboxScreenTests {
    private let events = Recorded<InboxEvent>()
    private let opened = Recorded<MessageEvent>()

    @Test func opensReadsAllAndAsksForMore() async throws {
        let shown = display(
            InboxScreen(inbox: inbox(messages, unread: 1, more: true), isSignedIn: true) { events.all.append($0) })
        try await shown.tap("Points for you, 20 of them, 13:05")
        try await shown.tap("inbox_read_all")
        #expect(events.all == [.more, .open("1"), .readAll])
    }

    @Test func whatIsUnreadIsSaid() {
        let speech = display(screen(inbox(messages, unread: 1))).speech
        #expect(speech.contains("Points for you, 20 of them, 13:05, Unread, Read"))
        #expect(speech.contains { $0.hasPrefix("Autumn is here") && $0.hasSuffix("Read before, Read") })
    }

    @Test func openingMarksReadOnceForEachMessage() async throws {
        func screen(_ message: Message?) -> MessageScreen {
            MessageScreen(message: message, freshness: live, isSignedIn: true) { opened.all.append($0) }
        }
        let shown = display(screen(messages[0]))
        await shown.settle()
        await shown.settle()
        #expect(opened.all == [.read("1")])
        shown.show(screen(message("1", "Points for you", read: true)))
        await shown.settle()
        shown.show(screen(message("9", "Another")))
        await shown.settle()
        shown.show(screen(messages[1]))
        await shown.settle()
        shown.show(screen(nil))
        try await shown.tap("message_show_all")
        #expect(opened.all == [.read("1"), .read("9"), .openInbox])
    }
}
