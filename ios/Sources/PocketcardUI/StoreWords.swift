import Pocketcard
import SwiftUI

// What the list and the page of a store say alike.

extension Words {
    /// As `Open until 22:00` or `Closed, opens Monday 08:00`, in the store's zone.
    func openState(_ open: OpenState) -> String {
        switch open {
        case .open(let until?): self("store_open_until \(soon(until))")
        case .open(nil): self("store_always")
        case .closed(let opensAt?): self("store_opens \(soon(opensAt))")
        case .closed(nil): self("store_closed")
        case .unknown: self("store_hours_unknown")
        }
    }
}

extension StoreAddress {
    /// As `Alexanderplatz 1/2, Berlin`.
    var line: String {
        let house = house.map { " \($0)" + (building.map { "/\($0)" } ?? "") } ?? ""
        return [street.map { $0 + house }, office, city, description].compactMap { $0 }.joined(separator: ", ")
    }
}

extension StoreAttribute {
    /// As `Coffee shop` or `Parking 20`: the platform has a name and a value, made for programs.
    var words: String {
        if ["", "true", "True", "yes", "Yes"].contains(value) { return Self.apart(name) }
        // The attribute that says what kind of store it is.
        if name == "CustomTradeFormat" { return Self.apart(value) }
        // What is nested in a value comes as JSON.
        let plain = value.filter { !"[]{}\"".contains($0) }.replacing(",", with: ", ")
        return "\(Self.apart(name)) \(plain)"
    }

    private static func apart(_ name: String) -> String {
        var text = ""
        for character in name {
            if character.isUppercase, text.last?.isLowercase == true {
                text += " " + character.lowercased()
            } else {
                text.append(character)
            }
        }
        return text
    }

    /// By what is in the names that programmes give to what is often there.
    var sign: String {
        let known = [
            ("coffee", "cup.and.saucer"), ("cafe", "cup.and.saucer"), ("parking", "parkingsign"),
            ("pharmacy", "cross.case"),
            ("pickup", "shippingbox"), ("charging", "bolt.car"), ("format", Sign.stores),
        ]
        let name = name.lowercased()
        return known.first { name.contains($0.0) }?.1 ?? "tag"
    }
}

/// What a store has, each with a sign and its name.
struct Attributes: View {
    @ScaledMetric private var width: CGFloat = 120
    let attributes: [StoreAttribute]

    var body: some View {
        if !attributes.isEmpty {
            LazyVGrid(
                columns: [GridItem(.adaptive(minimum: width), alignment: .topLeading)], alignment: .leading,
                spacing: step / 2
            ) {
                ForEach(attributes, id: \.self) { attribute in
                    Label(attribute.words, systemImage: attribute.sign).font(.footnote).foregroundStyle(.secondary)
                        .frame(maxWidth: .infinity, alignment: .leading)
                }
            }
        }
    }
}

/// A star, filled where the store is a favourite.
struct FavouriteToggle: View {
    @Environment(\.words) private var words
    let isFavourite: Bool
    let store: String
    let onToggle: @MainActor (Bool) -> Void

    var body: some View {
        Button {
            onToggle(!isFavourite)
        } label: {
            Image(systemName: isFavourite ? Sign.favourite : Sign.points).foregroundStyle(.tint).target()
        }
        .buttonStyle(.plain)
        .accessibilityLabel(words("store_favourite \(store)"))
        .accessibilityAddTraits(isFavourite ? [.isToggle, .isSelected] : .isToggle)
    }
}

/// How old what is known of the stores is.
struct CatalogueAge: View {
    @Environment(\.words) private var words
    let freshness: Freshness

    var body: some View {
        switch freshness {
        case .live(let asOf), .cached(let asOf, _): Quiet(words("stores_as_of \(words.moment(asOf))"))
        case .unknown: EmptyView()
        }
    }
}
