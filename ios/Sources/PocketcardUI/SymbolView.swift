import Pocketcard
import SwiftUI

/// A symbol for a scanner, as large as there is room at a whole number of pixels a module, with its quiet zone: dark on
/// white whatever the colours of the system are, and the same from right to left.
struct SymbolView: View {
    @Environment(\.displayScale) private var scale
    let symbol: Symbol

    var body: some View {
        let (symbol, scale) = (symbol, scale)
        Canvas(opaque: true) { context, size in symbol.draw(in: &context, size: size, scale: scale) }
            .aspectRatio(CGFloat(symbol.columns) / CGFloat(symbol.rows), contentMode: .fit)
            .readFromLeft()
    }
}

/// How much of an upright screen's height a symbol may take.
let symbolShare = 0.55

extension Symbol {
    /// Its width with the quiet zone, in modules.
    var columns: Int { Int(width + 2 * quietZone) }

    /// Its height with the quiet zone, in modules of its width.
    var rows: Int { Int(height * moduleHeight + 2 * quietZone) }

    /// Fills `size`, in points of `scale` pixels: white, and in its middle the dark modules.
    func draw(in context: inout GraphicsContext, size: CGSize, scale: CGFloat) {
        context.fill(Path(CGRect(origin: .zero, size: size)), with: .color(.white))
        let module = max(1, (min(size.width / CGFloat(columns), size.height / CGFloat(rows)) * scale).rounded(.down))
        let left = ((size.width * scale - module * CGFloat(columns)) / 2).rounded(.down) + module * CGFloat(quietZone)
        let top = ((size.height * scale - module * CGFloat(rows)) / 2).rounded(.down) + module * CGFloat(quietZone)
        let rise = module * CGFloat(moduleHeight)
        var dark = Path()
        for row in 0..<Int(height) {
            var column = 0
            while column < Int(width) {
                let start = column
                while column < Int(width), isDark(column: column, row: row) { column += 1 }
                if column > start {
                    dark.addRect(
                        CGRect(
                            x: (left + module * CGFloat(start)) / scale, y: (top + rise * CGFloat(row)) / scale,
                            width: module * CGFloat(column - start) / scale, height: rise / scale))
                } else {
                    column += 1
                }
            }
        }
        context.fill(dark, with: .color(.black))
    }
}

/// A symbol on white, which a tap enlarges: then there is nothing but it and its number.
struct LargeSymbol: View {
    @Environment(\.words) private var words
    @State private var isAlone = false
    let symbol: Symbol
    let number: String
    let label: String
    /// How high it may be.
    let room: CGFloat

    var body: some View {
        Button {
            isAlone = true
        } label: {
            SymbolView(symbol: symbol)
                // In what scrolls a height is no limit, a width is.
                .frame(maxWidth: room * CGFloat(symbol.columns) / CGFloat(symbol.rows))
                .padding(step / 2)
                .target()
                .background(Color.white, in: RoundedRectangle(cornerRadius: 12))
        }
        .buttonStyle(.plain)
        .accessibilityLabel(label)
        .accessibilityHint(words("card_enlarge"))
        .accessibilityAddTraits(.isImage)
        .privacySensitive()
        .sheet(isPresented: $isAlone) { SymbolAlone(symbol: symbol, number: number, label: label) }
    }
}

/// Nothing but a symbol and its number on white, until a tap or a way back.
private struct SymbolAlone: View {
    @Environment(\.words) private var words
    @Environment(\.dismiss) private var dismiss
    let symbol: Symbol
    let number: String
    let label: String

    var body: some View {
        Button {
            dismiss()
        } label: {
            VStack(spacing: step * 2) {
                SymbolView(symbol: symbol)
                Text(number).font(.title2).foregroundStyle(.black).readFromLeft()
            }
            .padding(step)
            .target(maxWidth: .infinity)
            .frame(maxHeight: .infinity)
        }
        .buttonStyle(.plain)
        .accessibilityLabel(label)
        .accessibilityHint(words("close"))
        .background { Color.white.ignoresSafeArea() }
    }
}

/// The digits or letters of a code, to be typed by a cashier. Said with the symbol where there is one.
struct CodeText: View {
    let text: String
    var isSaid = false

    var body: some View {
        Text(text)
            .font(.title2.monospacedDigit())
            .multilineTextAlignment(.center)
            .textSelection(.enabled)
            .readFromLeft()
            .accessibilityHidden(isSaid)
    }
}

extension String {
    /// Its characters one by one, as a screen reader has to say a number.
    var spelled: String { map(String.init).joined(separator: " ") }
}
