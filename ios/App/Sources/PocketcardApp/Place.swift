import Pocketcard
import PocketcardUI
import SwiftUI

/// A screen that the member can be at.
enum Place: Hashable, Sendable {
    case card
    case signIn
    case linkCard
    case scanCard
    case offers
    case offer(OfferId)
    case tasks
    /// The tasks, of which the member came for this one.
    case task(String)
    case game(String)
    case stores
    case store(Int64)
    case more
    case balance
    case history
    case inbox
    case message(String)
    case settings

    /// What is marked in the bar meanwhile.
    var destination: Destination {
        switch self {
        case .card, .signIn, .linkCard, .scanCard: .card
        case .offers, .offer: .offers
        case .tasks, .task, .game: .tasks
        case .stores, .store: .stores
        case .more, .balance, .history, .inbox, .message, .settings: .more
        }
    }

    /// It has a way back; else it is the first of its destination.
    var isPage: Bool {
        switch self {
        case .card, .offers, .tasks, .task, .stores, .more: false
        default: true
        }
    }

    /// What it is called.
    func title(_ brand: Brand, _ words: Words) -> String {
        switch self {
        case .card, .linkCard: brand.name
        case .signIn: words("sign_in")
        case .scanCard: words("card_scan")
        case .offers: words("offers")
        case .offer(.offer): words.own("offer")
        case .offer(.coupon): words.own("coupon")
        case .tasks, .task: words("tasks")
        case .game: words.own("game")
        case .stores: words("stores")
        case .store: words.own("store")
        case .more: words("more")
        case .balance: words("more_balance")
        case .history: words("more_history")
        case .inbox: words("more_inbox")
        case .message: words.own("message")
        case .settings: words("more_settings")
        }
    }
}

extension Words {
    /// A text of the app itself.
    func own(_ key: String.LocalizationValue) -> String { String(localized: key, bundle: .module, locale: locale) }
}

extension [Place] {
    /// Where the app opens, and what the way back ends at.
    static let start: [Place] = [.card]
}

extension Destination {
    /// The way there: back leads from each to the card.
    var way: [Place] {
        switch self {
        case .card: .start
        case .offers: .start + [.offers]
        case .tasks: .start + [.tasks]
        case .stores: .start + [.stores]
        case .more: .start + [.more]
        }
    }
}

extension MorePage {
    /// The page that stands behind the row.
    var place: Place {
        switch self {
        case .balance: .balance
        case .history: .history
        case .inbox: .inbox
        case .settings: .settings
        }
    }
}

extension Route {
    /// The way to where a link leads.
    var way: [Place] {
        switch self {
        case .card: .start
        case .offers, .coupons: Destination.offers.way
        case .offer(let offer): Destination.offers.way + [.offer(.offer(id: offer))]
        case .coupon(let coupon): Destination.offers.way + [.offer(.coupon(id: coupon))]
        case .tasks: Destination.tasks.way
        case .task(let task): .start + [.task(task)]
        case .stores: Destination.stores.way
        case .store(let store): Destination.stores.way + [.store(store)]
        case .balance: Destination.more.way + [.balance]
        case .history: Destination.more.way + [.history]
        case .inbox: Destination.more.way + [.inbox]
        case .message(let message): Destination.more.way + [.inbox, .message(message)]
        case .settings: Destination.more.way + [.settings]
        }
    }
}
