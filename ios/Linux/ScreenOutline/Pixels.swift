import Foundation

/// What a canvas fills, as pixels, black on white: read back by another project's scanner.
public struct Pixels {
    public struct Problem: Error, CustomStringConvertible { public let description: String }

    public let width: Int, height: Int
    private var dark: [Bool]

    /// Fails where a fill does not begin and end with a pixel.
    public init(_ drawing: (fills: [(rect: CGRect, color: String)], size: CGSize), scale: CGFloat) throws {
        width = Int((drawing.size.width * scale).rounded())
        height = Int((drawing.size.height * scale).rounded())
        dark = Array(repeating: true, count: width * height)
        for (rect, color) in drawing.fills {
            let edges = [rect.minX, rect.maxX, rect.minY, rect.maxY].map { $0 * scale }
            guard edges.allSatisfy({ abs($0 - $0.rounded()) < 0.001 }) else {
                throw Problem(description: "\(rect) is not of whole pixels")
            }
            let at = edges.map { Int($0.rounded()) }
            for y in at[2]..<at[3] { for x in at[0]..<at[1] { dark[y * width + x] = color != "white" } }
        }
    }

    public func isDark(_ x: Int, _ y: Int) -> Bool { dark[y * width + x] }

    /// Where the dark ones are, row by row.
    public var darks: [(x: Int, y: Int)] {
        dark.indices.filter { dark[$0] }.map { ($0 % width, $0 / width) }
    }

    public var mirrored: Pixels {
        var copy = self
        for y in 0..<height { for x in 0..<width { copy.dark[y * width + x] = isDark(width - 1 - x, y) } }
        return copy
    }

    /// What `zbarimg` reads there; empty where it reads nothing.
    public func scanned() throws -> String {
        let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).pgm")
        // The grey levels, as `netpbm` has them.
        try (Data("P5\n\(width) \(height)\n255\n".utf8) + Data(dark.map { $0 ? 0 : 255 })).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        let programs = folders.map { URL(filePath: String($0)).appending(path: "zbarimg") }
        guard let zbarimg = programs.first(where: { FileManager.default.isExecutableFile(atPath: $0.path) }) else {
            throw Problem(description: "zbarimg of the package zbar-tools is not on the PATH")
        }
        let scanner = Process()
        scanner.executableURL = zbarimg
        scanner.arguments = ["--quiet", "--raw", file.path]
        let output = Pipe()
        scanner.standardOutput = output
        scanner.standardError = FileHandle.nullDevice
        try scanner.run()
        let read = output.fileHandleForReading.readDataToEndOfFile()
        return String(decoding: read, as: UTF8.self).trimmingCharacters(in: .newlines)
    }
}
