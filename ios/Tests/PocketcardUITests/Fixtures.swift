import Foundation
import Pocketcard

// Views as the core gives them, at a fixed instant.

/// 30 November 2026, 14:05 in Berlin: the instant at which all tests take place.
let now = Date(timeIntervalSince1970: 1_796_043_900)

let berlin = "Europe/Berlin"
let hour: TimeInterval = 3600
let live = Freshness.live(asOf: now)

func stale(_ reason: StaleReason = .offline) -> Freshness { .cached(asOf: now - hour, reason: reason) }

func unknown(_ reason: StaleReason = .notAsked) -> Freshness { .unknown(reason: reason) }

let anna = Member(id: 4711, firstName: "Anna", lastName: "Berg", phone: "+49 *** **01", email: "anna@example.com")
let signedIn = SessionView.signedIn(member: anna, deletionCode: nil)
let signedOut = SessionView.signedOut(step: nil)
let signInAgain = SessionView.signInAgain(member: anna, step: nil)

let points = Currency(
    id: 1, name: "Points", code: "POINTS", nominative: "point", genitive: "points", plural: "points",
    abbreviation: "pts")
let stamps = Currency(
    id: 2, name: "Stamps", code: "STAMPS", nominative: "stamp", genitive: "stamps", plural: "stamps",
    abbreviation: "st")

let number = "2987654321098765"
let grouped = "2987 6543 2109 8765"

/// A symbol that another project's encoder made: a row of `#` and `.` for each row of modules.
func symbol(_ name: String, _ symbology: Symbology) throws -> Symbol {
    let rows = try String(contentsOf: here.appending(path: "Symbols/\(name).txt"), encoding: .utf8).split(
        separator: "\n")
    let width = rows.first?.count ?? 0
    let bytesPerRow = (width + 7) / 8
    var bits = Data(count: bytesPerRow * rows.count)
    for (y, row) in rows.enumerated() {
        for (x, module) in row.enumerated() where module == "#" { bits[y * bytesPerRow + x / 8] |= 0x80 >> (x % 8) }
    }
    let isLinear = rows.count == 1
    return Symbol(
        symbology: symbology, width: UInt32(width), height: UInt32(rows.count), bits: bits,
        quietZone: isLinear ? 10 : 4, moduleHeight: isLinear ? 50 : 1)
}

let qr =
    (try? symbol("qr", .qr)) ?? Symbol(symbology: .qr, width: 0, height: 0, bits: Data(), quietZone: 4, moduleHeight: 1)

func code(
    _ kind: CodeKind = .rotating(period: 30), until: Date? = now + 12, why: RotatingHindrance? = nil,
    symbol: Symbol? = qr
) -> CardCode {
    CardCode(
        kind: kind, text: "PC1:4711:204813", symbol: symbol, validFrom: nil, validUntil: until, whyNotRotating: why)
}

func ready(_ code: CardCode = code(), _ freshness: Freshness = live) -> CardView {
    .ready(code: code, number: number, numberGrouped: grouped, title: "Family card", freshness: freshness)
}

func unusable(_ reason: Unusable) -> CardView {
    .unusable(reason: reason, number: number, numberGrouped: grouped, title: "Family card", freshness: live)
}

func account(
    _ available: Decimal = 1250, _ currency: Currency = points, pending: Decimal = 0, blocked: Bool = false,
    activations: [DatedAmount] = [], expirations: [DatedAmount] = [], later: [PeriodAmount] = []
) -> Account {
    Account(
        currency: currency, available: available, pending: pending, blocked: blocked, activations: activations,
        expirations: expirations, later: later)
}

let silver = Tier(name: "Silver", threshold: 500, description: "Free delivery, and a coffee on your birthday.")
let gold = Tier(name: "Gold", threshold: 2000, description: "Double points at weekends.")
let ladder = TierLadder(
    name: "Status", logicalName: "status", tiers: [silver, gold], current: silver, value: 1250, nextAt: 2000)

let balance = BalanceView(
    accounts: [account()], tiers: [ladder], expected: [], freshness: live, tiersFreshness: live)
let noBalance = BalanceView(
    accounts: [], tiers: [], expected: [], freshness: unknown(), tiersFreshness: unknown())

/// An instant as `2026-12-31T23:00`, UTC.
func instant(_ text: String) -> Date { (try? Date("\(text):00Z", strategy: .iso8601)) ?? .distantPast }

func gives(percent: Decimal? = nil, points: Decimal? = nil, times: Decimal? = nil) -> Benefit {
    Benefit(discountPercent: percent, points: points, multiplier: times)
}

func offer(
    _ id: Int64, _ title: String, gives: Benefit = gives(), kind: OfferKind = .common, summary: String? = nil,
    image: String? = nil, until: Date? = nil, usesLeft: UInt32? = nil, state: OfferState = .active,
    applies: Applies = .notAsked
) -> OfferView {
    OfferView(
        id: kind == .coupon ? .coupon(id: id) : .offer(id: id), kind: kind, title: title, gives: gives,
        summary: summary, imageUrl: image, until: until, usesLeft: usesLeft, state: state, applies: applies)
}

func offers(_ offers: [OfferView], _ freshness: Freshness = live, coupons: Freshness = live) -> OffersView {
    OffersView(
        offers: offers, timeZone: berlin, validUntil: nil, freshness: freshness, couponsFreshness: coupons)
}
