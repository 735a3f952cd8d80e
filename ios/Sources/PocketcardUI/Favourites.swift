import Pocketcard
import SwiftUI

/// The products that the member chose to get more for, and may choose, for each stretch of time.
struct Favourites: View {
    @Environment(\.words) private var words
    let favourites: FavouritesView?
    let choosing: Set<FavouritePlace>
    let onEvent: @MainActor (OffersEvent) -> Void

    var body: some View {
        if let periods = favourites?.periods, !periods.isEmpty {
            Page {
                Text(words("favourites_what"))
                ForEach(periods, id: \.id) { period in Part { content(of: period) } }
            }
        } else {
            Notice(sign: Sign.points, title: words("favourites_none"), text: words("favourites_none_body")) {
                MainButton(words("offers_show_all")) { onEvent(.filter(.all)) }
            }
        }
    }

    @ViewBuilder private func content(of period: FavouritesPeriod) -> some View {
        let from = words.day(period.from)
        PartTitle(
            period.until.map { words("favourites_period \(from) \(words.day(words.lastDay($0)))") }
                ?? words("offer_from \(from)"))
        Quiet(words("favourites_chosen \(Int(period.chosen)) \(Int(period.most))"))
        ForEach(period.cells, id: \.position) { cell in
            let place = FavouritePlace(period: period.id, position: cell.position)
            CellRow(cell: cell, choices: period.choices, isChoosing: choosing.contains(place)) { goods in
                onEvent(.chooseFavourite(place, goods: goods))
            }
        }
    }
}

private struct CellRow: View {
    @Environment(\.words) private var words
    @State private var isOpen = false
    let cell: FavouriteCell
    let choices: [Goods]
    let isChoosing: Bool
    let onChoose: @MainActor (String?) -> Void

    private var hint: String? {
        switch cell.change {
        case .allowed: nil
        case .notYet(let from): words("offer_from \(words.begin(from))")
        case .fixed: words("favourites_fixed")
        case .full: words("favourites_full")
        }
    }

    private var title: String {
        if isChoosing { return words("one_moment") }
        return cell.goods == nil ? words("favourites_choose") : words("favourites_change")
    }

    var body: some View {
        Line {
            VStack(alignment: .leading, spacing: 0) {
                Text(cell.goods?.name ?? words("favourites_empty"))
                if let hint { Quiet(hint) }
            }
        } trailing: {
            if cell.change == .allowed {
                Choice(title, isEnabled: !isChoosing && (cell.goods != nil || !choices.isEmpty)) { isOpen = true }
            }
        }
        .frame(minHeight: leastTarget)
        // What changed meanwhile may have closed the cell.
        .confirmationDialog(
            words("favourites_choose_title"),
            isPresented: Binding(
                get: { @MainActor in isOpen && cell.change == .allowed }, set: { @MainActor in isOpen = $0 }),
            titleVisibility: .visible
        ) {
            ForEach(choices, id: \.id) { goods in Button(goods.name) { onChoose(goods.id) } }
            if cell.goods != nil { Button(words("favourites_remove"), role: .destructive) { onChoose(nil) } }
            Button(words("cancel"), role: .cancel) {}
        }
    }
}
