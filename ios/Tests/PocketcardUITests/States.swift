import Foundation
import ScreenOutline
import SwiftUI
import Testing

@testable import PocketcardUI

let here = URL(filePath: #filePath).deletingLastPathComponent()
let packageFolder = here.appending(path: "../..").standardized
let sources = packageFolder.appending(path: "Sources/PocketcardUI")
let catalogue = (try? StringCatalogue(contentsOf: sources.appending(path: "Localizable.xcstrings"))) ?? .empty
let languages = ["en_GB", "de_DE"]

/// One state of a screen, as its golden files show it in both languages: `UPDATE_SCREENS=1` writes them anew.
struct ScreenState: Sendable, CustomTestStringConvertible {
    let name: String
    let view: @MainActor @Sendable () -> AnyView
    let act: @MainActor @Sendable (Shown) async throws -> Void

    init(
        _ name: String, _ view: @escaping @MainActor @Sendable () -> some View,
        act: @escaping @MainActor @Sendable (Shown) async throws -> Void = { _ in }
    ) {
        self.name = name
        self.view = { AnyView(view()) }
        self.act = act
    }

    var testDescription: String { name }

    @MainActor func shown(_ language: String = "en_GB") async throws -> Shown {
        let shown = display(view(), language)
        await shown.settle()
        try await act(shown)
        return shown
    }
}

/// What a screen told.
final class Recorded<Event>: @unchecked Sendable {
    var all: [Event] = []
}

/// A view at the instant and in the zone of the tests.
@MainActor func display(_ view: some View, _ language: String = "en_GB") -> Shown {
    let shown = Shown(view, catalogue, language: language)
    shown.set(\.now, now)
    shown.set(\.timeZone, TimeZone(identifier: berlin) ?? .gmt)
    shown.set(now: now)
    return shown
}

let allStates: [ScreenState] =
    frameStates + cardStates + signInStates + balanceStates + historyStates + offersStates + offerStates + taskStates
    + gameStates + storesStates + storeStates + inboxStates + settingsStates

@MainActor @Suite struct ScreenStates {
    @Test(arguments: allStates, languages) func looksAsBefore(_ state: ScreenState, _ language: String) async throws {
        let shown = try await state.shown(language)
        let file = here.appending(path: "Screens/\(state.name).\(language.prefix(2)).txt")
        let outline = shown.outline
        if ProcessInfo.processInfo.environment["UPDATE_SCREENS"] == "1" {
            try outline.write(to: file, atomically: true, encoding: .utf8)
        }
        let expected = try? String(contentsOf: file, encoding: .utf8)
        #expect(outline == expected, "\(file.lastPathComponent) is another one; UPDATE_SCREENS=1 writes it anew")
        #expect(!outline.contains("⟦"), "a text is missing")
        #expect(shown.badTargets == [])
        #expect(!shown.speech.contains { $0.hasPrefix("(") && $0.hasSuffix("without a label)") })
    }

    @Test(arguments: allStates) func canBeReadInLargeTypeAndFromTheRight(_ state: ScreenState) async throws {
        let plain = try await state.shown()
        let other = display(state.view())
        other.set(\.dynamicTypeSize, .accessibility5)
        other.set(\.layoutDirection, .rightToLeft)
        other.set(\.colorScheme, .dark)
        await other.settle()
        try await state.act(other)
        #expect(other.speech == plain.speech)
        #expect(other.badTargets == [])
        // Symbols are neither mirrored nor have the colours of the system.
        for (drawn, before) in zip(other.drawings, plain.drawings)
        where before.fills.contains(where: { $0.color == "black" }) {
            #expect(drawn.fills.map(\.rect) == before.fills.map(\.rect))
            #expect(drawn.fills.first?.color == "white")
        }
    }

    @Test func onlySymbolsHaveColoursOfTheirOwn() throws {
        // What a camera sees stands on black, and the cover of a scratch card is taken off by drawing with nothing.
        let own = ["SymbolView.swift", "ScanCardScreen.swift", "GameScreen.swift"]
        for file in try FileManager.default.contentsOfDirectory(at: sources, includingPropertiesForKeys: nil)
        where file.pathExtension == "swift" && !own.contains(file.lastPathComponent) {
            let text = try String(contentsOf: file, encoding: .utf8)
            #expect(text.firstMatch(of: /\.(?:white|black)\b|Color\(/) == nil, "\(file.lastPathComponent)")
        }
    }

    @Test func haveNamesOfTheirOwnAndNoFileIsLeftOver() throws {
        let names = allStates.map(\.name)
        #expect(Set(names).count == names.count)
        let files = try FileManager.default.contentsOfDirectory(atPath: here.appending(path: "Screens").path)
        #expect(Set(files) == Set(names.flatMap { name in languages.map { "\(name).\($0.prefix(2)).txt" } }))
    }
}
