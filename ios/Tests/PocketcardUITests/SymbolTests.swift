import Foundation
import Pocketcard
import ScreenOutline
import SwiftUI
import Testing

@testable import PocketcardUI

private let symbols: [(String, Symbology, String)] = [
    ("qr", .qr, "PC1:4711:204813"), ("code128", .code128, "29876543"), ("ean13", .ean13, "2987654321096"),
]

private let zbarimg = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    .map { URL(filePath: String($0)).appending(path: "zbarimg") }
    .first { FileManager.default.isExecutableFile(atPath: $0.path) }

/// What the screen fills, as pixels, read back by another project's scanner.
@MainActor @Suite struct SymbolTests {
    private struct Pixels {
        let width: Int, height: Int
        var dark: [Bool]

        func isDark(_ x: Int, _ y: Int) -> Bool { dark[y * width + x] }

        var mirrored: Pixels {
            var copy = self
            for y in 0..<height { for x in 0..<width { copy.dark[y * width + x] = isDark(width - 1 - x, y) } }
            return copy
        }

        /// The grey levels, as `netpbm` has them.
        var pgm: Data { Data("P5\n\(width) \(height)\n255\n".utf8) + Data(dark.map { $0 ? 0 : 255 }) }
    }

    /// Fails where a fill does not begin and end with a pixel.
    private func pixels(
        _ drawing: (fills: [(rect: CGRect, color: String)], size: CGSize), scale: CGFloat
    ) -> Pixels {
        let (width, height) = (
            Int((drawing.size.width * scale).rounded()), Int((drawing.size.height * scale).rounded())
        )
        var pixels = Pixels(width: width, height: height, dark: Array(repeating: true, count: width * height))
        for (rect, color) in drawing.fills {
            let edges = [rect.minX, rect.maxX, rect.minY, rect.maxY].map { $0 * scale }
            #expect(edges.allSatisfy { abs($0 - $0.rounded()) < 0.001 })
            let at = edges.map { Int($0.rounded()) }
            for y in at[2]..<at[3] { for x in at[0]..<at[1] { pixels.dark[y * width + x] = color != "white" } }
        }
        return pixels
    }

    private func shown(_ symbol: Symbol, scale: CGFloat, canvas: CGSize) throws -> Pixels {
        let shown = display(SymbolView(symbol: symbol))
        shown.set(\.displayScale, scale)
        shown.set(\.colorScheme, .dark)
        shown.set(\.layoutDirection, .rightToLeft)
        shown.set(canvas: canvas)
        return pixels(try #require(shown.drawings.first), scale: scale)
    }

    private func scan(_ pixels: Pixels) throws -> String {
        let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).pgm")
        try pixels.pgm.write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let scanner = Process()
        scanner.executableURL = try #require(zbarimg, "zbarimg of the package zbar-tools is not on the PATH")
        scanner.arguments = ["--quiet", "--raw", file.path]
        let output = Pipe()
        scanner.standardOutput = output
        scanner.standardError = FileHandle.nullDevice
        try scanner.run()
        let read = output.fileHandleForReading.readDataToEndOfFile()
        scanner.waitUntilExit()
        return String(decoding: read, as: UTF8.self).trimmingCharacters(in: .newlines)
    }

    @Test(arguments: symbols, [CGFloat(2), 3])
    func aScannerReadsIt(_ kind: (String, Symbology, String), _ scale: CGFloat) throws {
        let symbol = try symbol(kind.0, kind.1)
        for canvas in [
            CGSize(width: 358, height: 385), CGSize(width: 201, height: 220), CGSize(width: 370, height: 190),
        ] {
            #expect(try scan(shown(symbol, scale: scale, canvas: canvas)) == kind.2)
        }
    }

    @Test(arguments: symbols, [CGFloat(1), 2, 3])
    func everyModuleIsInItsPlaceWithTheQuietZone(_ kind: (String, Symbology, String), _ scale: CGFloat) throws {
        let symbol = try symbol(kind.0, kind.1)
        let canvas = CGSize(width: 358, height: 385)
        let pixels = try shown(symbol, scale: scale, canvas: canvas)
        let darks = (0..<pixels.dark.count).filter { pixels.dark[$0] }
        let left = try #require(darks.map { $0 % pixels.width }.min())
        let top = try #require(darks.map { $0 / pixels.width }.min())
        let right = try #require(darks.map { $0 % pixels.width }.max())
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
