import Foundation
import Pocketcard
import ScreenOutline
import SwiftUI
import Testing

@testable import PocketcardUI

private let symbols: [(String, Symbology, String)] = [
    ("qr", .qr, "PC1:4711:204813"), ("code128", .code128, "29876543"), ("ean13", .ean13, "2987654321096"),
]

/// What the screen fills, as pixels, read back by another project's scanner.
@MainActor @Suite struct SymbolTests {
    private func shown(_ symbol: Symbol, scale: CGFloat, canvas: CGSize) throws -> Pixels {
        let shown = display(SymbolView(symbol: symbol))
        shown.set(\.displayScale, scale)
        shown.set(\.colorScheme, .dark)
        shown.set(\.layoutDirection, .rightToLeft)
        shown.set(canvas: canvas)
        return try Pixels(try #require(shown.drawings.first), scale: scale)
    }

    @Test(arguments: symbols, [CGFloat(2), 3])
    func aScannerReadsIt(_ kind: (String, Symbology, String), _ scale: CGFloat) throws {
        let symbol = try symbol(kind.0, kind.1)
        for canvas in [
            CGSize(width: 358, height: 385), CGSize(width: 201, height: 220), CGSize(width: 370, height: 190),
        ] {
            #expect(try shown(symbol, scale: scale, canvas: canvas).scanned() == kind.2)
        }
    }

    @Test(arguments: symbols, [CGFloat(1), 2, 3])
    func everyModuleIsInItsPlaceWithTheQuietZone(_ kind: (String, Symbology, String), _ scale: CGFloat) throws {
        let symbol = try symbol(kind.0, kind.1)
        let canvas = CGSize(width: 358, height: 385)
        let pixels = try shown(symbol, scale: scale, canvas: canvas)
        let darks = pixels.darks
        let left = try #require(darks.map(\.x).min())
        let top = try #require(darks.map(\.y).min())
        let right = try #require(darks.map(\.x).max())
        let module = (right + 1 - left) / Int(symbol.width)
        #expect(module * Int(symbol.width) == right + 1 - left && module >= 1)
        // As large as there is room.
        #expect(min(pixels.width / symbol.columns, pixels.height / symbol.rows) == module)
        let quiet = module * Int(symbol.quietZone)
        #expect(left >= quiet && top >= quiet && pixels.width - 1 - right >= quiet)
        for row in 0..<Int(symbol.height) {
            for column in 0..<Int(symbol.width) {
                let y = top + (row * Int(symbol.moduleHeight)) * module + module / 2
                #expect(
                    pixels.isDark(left + column * module + module / 2, y) == symbol.isDark(column: column, row: row))
            }
        }
    }

    @Test func aMirroredOneIsFoundOut() throws {
        // Scanners read a mirrored QR code, so its corners are looked at: three have a finder, the lower right has none.
        let symbol = try symbol("qr", .qr)
        let pixels = try shown(symbol, scale: 2, canvas: CGSize(width: 358, height: 358))
        #expect(corners(pixels, symbol) == [true, true, true, false])
        #expect(corners(pixels.mirrored, symbol) == [true, true, false, true])
    }

    /// Whether there is a finder at the upper left, upper right, lower left and lower right.
    private func corners(_ pixels: Pixels, _ symbol: Symbol) -> [Bool] {
        let module = pixels.width / symbol.columns
        let margin = (pixels.width - module * symbol.columns) / 2 + module * Int(symbol.quietZone)
        let finder = ["#######", "#.....#", "#.###.#", "#.###.#", "#.###.#", "#.....#", "#######"]
        let far = Int(symbol.width) - 7
        return [(0, 0), (far, 0), (0, far), (far, far)].map { column, row in
            finder.enumerated().allSatisfy { y, line in
                line.enumerated().allSatisfy { x, dark in
                    let at = (margin + (column + x) * module + module / 2, margin + (row + y) * module + module / 2)
                    return pixels.isDark(at.0, at.1) == (dark == "#")
                }
            }
        }
    }
}
