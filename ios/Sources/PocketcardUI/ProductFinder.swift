import Pocketcard
import SwiftUI

/// Which product the member wants to find in stores.
struct FindProduct: View {
    @Environment(\.words) private var words
    let product: ProductSearch
    let onType: @MainActor (String) -> Void
    let onChoose: @MainActor (Goods) -> Void

    private var hint: String? {
        if product.text.allSatisfy(\.isWhitespace) { return words("product_hint") }
        guard let found = product.found else { return words("one_moment") }
        // Why these are only the products that were asked about before.
        if let missed = found.missed { return missed == .offline ? words("product_offline") : words("product_missed") }
        return found.goods.isEmpty ? words("product_none") : nil
    }

    var body: some View {
        Page {
            Field(
                words("product_name"),
                text: Binding(get: { @MainActor in product.text }, set: { @MainActor in onType($0) }), hint: hint)
            ForEach(product.found?.goods ?? [], id: \.id) { goods in
                Button {
                    onChoose(goods)
                } label: {
                    Text(goods.name).target(maxWidth: .infinity, alignment: .leading)
                }
                .buttonStyle(.plain)
            }
        }
    }
}

/// The stores that have a product, and how many of the others are known not to.
struct Stock: View {
    @Environment(\.words) private var words
    let goods: Goods
    let stock: StockView?
    let onEvent: @MainActor (StoresEvent) -> Void

    var body: some View {
        if let stock {
            Page {
                VStack(alignment: .leading, spacing: step / 2) {
                    PartTitle(
                        stock.stores.isEmpty ? words("stock_none \(goods.name)") : words("stock_title \(goods.name)"))
                    if stock.without > 0 { Quiet(words("stock_without \(Int(stock.without))")) }
                    if stock.unknown > 0 { Quiet(words("stock_unknown \(Int(stock.unknown))")) }
                    if !isLive(stock.freshness) { Quiet(words("stock_old")) }
                }
                ForEach(stock.stores, id: \.store.id) { row in
                    StoreLine(store: row.store, has: words("stock_has \(words.moment(row.asOf))"), onEvent: onEvent)
                }
            }
        } else {
            Placeholders()
        }
    }

    private func isLive(_ freshness: Freshness) -> Bool {
        if case .live = freshness { true } else { false }
    }
}
