import Pocketcard
import SwiftUI

/// What a member does with an offer, and what the screen tells the app of itself.
public enum OfferEvent: Equatable, Sendable {
    /// Activates it, or accepts it where it is a personal one.
    case activate(Int64)
    /// A coupon's code came on screen: time to make the screen bright, and to note the activity.
    case codeShown
    /// No code is on screen any more: the screen becomes as it was.
    case codeHidden
    /// Wants to see the stores where it applies.
    case openStores
    /// Wants to see all offers: this one is gone.
    case openOffers
    /// Wants to sign in.
    case signIn
    /// Wants the platform asked anew.
    case refresh
}

/// One offer or coupon: what it gives, where it stands, a coupon's symbol like the card's, where and when it applies, how
/// often it can still be used, its terms.
public struct OfferScreen: View {
    @Environment(\.words) private var words
    private let offer: OfferDetail?
    private let freshness: Freshness
    private let isSignedIn: Bool
    private let isActivating: Bool
    private let canOpenStores: Bool
    private let onEvent: @MainActor (OfferEvent) -> Void

    /// Makes the screen.
    ///
    /// - Parameters:
    ///   - offer: nil where there is no such offer any more, also when it ends while it is open.
    ///   - freshness: of the offers, for one that this phone does not know yet.
    ///   - isSignedIn: somebody is signed in.
    ///   - isActivating: it is just being activated.
    ///   - canOpenStores: the app has a screen for the stores where it applies.
    ///   - onEvent: what the member does.
    public init(
        offer: OfferDetail?, freshness: Freshness, isSignedIn: Bool, isActivating: Bool = false,
        canOpenStores: Bool = false, onEvent: @escaping @MainActor (OfferEvent) -> Void
    ) {
        self.offer = offer
        self.freshness = freshness
        self.isSignedIn = isSignedIn
        self.isActivating = isActivating
        self.canOpenStores = canOpenStores
        self.onEvent = onEvent
    }

    /// The offer, or why it is not there.
    public var body: some View {
        if let offer {
            KnownOffer(
                detail: offer, words: words.of(offer.timeZone), isActivating: isActivating,
                canOpenStores: canOpenStores, onEvent: onEvent)
        } else {
            WhatIsKnown(
                freshness: freshness, isSignedIn: isSignedIn, placeholders: Placeholders(heights: [160, 88, 152]),
                onRefresh: { onEvent(.refresh) }, onSignIn: { onEvent(.signIn) }
            ) {
                Notice(sign: Sign.offers, title: words("offer_gone"), text: words("offer_gone_body")) {
                    MainButton(words("offers_show_all")) { onEvent(.openOffers) }
                }
            }
        }
    }
}

private struct KnownOffer: View {
    let detail: OfferDetail
    /// Of the offer's zone.
    let words: Words
    let isActivating: Bool
    let canOpenStores: Bool
    let onEvent: @MainActor (OfferEvent) -> Void

    private var offer: OfferView { detail.offer }

    var body: some View {
        GeometryReader { room in
            Page {
                if let url = offer.imageUrl { Picture(url, sign: offer.sign, height: 200) }
                VStack(alignment: .leading, spacing: step / 2) {
                    Text(offer.title).font(.title2).isHeader()
                    BenefitText(text: words.benefit(offer.gives))
                    if let summary = detail.summary { Text(summary) }
                    let line = words.kindAndEnd(offer)
                    if !line.isEmpty { Quiet(line) }
                }
                // As on a card that no till takes, there is no code where it cannot be used.
                if let code = detail.code, offer.state == .active {
                    let share = room.size.width > room.size.height ? 1 : symbolShare
                    CodePart(code: code, room: room.size.height * share, onEvent: onEvent)
                }
                Part {
                    OfferStateLine(offer: offer, words: words)
                    if let what { Quiet(what) }
                    if let id = offer.activates {
                        MainButton(words.activate(offer), isBusy: isActivating) { onEvent(.activate(id)) }
                    }
                }
                Part {
                    PartTitle(words("offer_where_and_when"))
                    ForEach(Array(whereAndWhen.enumerated()), id: \.offset) { Text($0.element) }
                    if canOpenStores, namesStores { Choice(words("offer_open_stores")) { onEvent(.openStores) } }
                }
                if !detail.description.allSatisfy(\.isWhitespace) {
                    PartTitle(words("offer_terms"))
                    Text(detail.description)
                }
            }
        }
    }

    /// What its state means.
    private var what: String? {
        switch offer.state {
        case .activate: offer.kind == .personal ? words("offer_accept_what") : words("offer_activate_what")
        case .activateElsewhere: words("offer_activate_elsewhere_what")
        case .waiting: words("offer_waiting_what")
        case .coming: words("offer_coming_what")
        case .refused: words("offer_refused_what")
        case .active, .upcoming, .used: nil
        }
    }

    private var namesStores: Bool { !detail.stores.isEmpty || !detail.storeAttributes.isEmpty }

    /// Where, when and how often it applies, a line each.
    private var whereAndWhen: [String] {
        let attributes = detail.storeAttributes.sorted { $0.key < $1.key }.map(\.value)
        let kinds = attributes.map { words("offer_stores_with \($0.joined(separator: ", "))") }
        let places = [channels, detail.stores.isEmpty ? nil : words("offer_stores \(detail.stores.count)")] + kinds
        return
            (places + [
                from.map { words("offer_from \(words.begin($0))") },
                offer.until.map { words("offer_until_long \(words.end($0))") } ?? words("offer_no_end_long"),
                detail.schedule.map(schedule),
                detail.paymentMethods.isEmpty
                    ? nil : words("offer_paid_by \(detail.paymentMethods.joined(separator: ", "))"),
                usesLeft,
                moreConditions,
            ]).compactMap { $0 }
    }

    /// Nil also where its state says so.
    private var from: Date? {
        if case .upcoming = offer.state { nil } else { detail.from }
    }

    private var channels: String? {
        if detail.channels.count > 1 { return words("offer_both_channels") }
        if detail.channels.contains(.online) { return words("offer_online") }
        // The next lines tell of them.
        if namesStores { return nil }
        if detail.channels.contains(.store) { return words("offer_in_store") }
        // What it is for cannot be read where there are more conditions.
        return detail.moreConditions ? nil : words("offer_both_channels")
    }

    private func schedule(_ schedule: OfferSchedule) -> String {
        let days = schedule.days.map(Int.init)
        let named = days.count == 7 ? words("offer_every_day") : words.weekdays(days)
        let isAllDay = schedule.from == 0 && (schedule.to == 0 || schedule.to == 24 * 60)
        return isAllDay ? named : "\(named), \(words.hours(from: schedule.from, to: schedule.to))"
    }

    private var usesLeft: String? {
        guard let left = offer.usesLeft else { return words("offer_uses_any") }
        // Its state says that there are none.
        return left > 0 ? words("offer_uses \(Int(left))") : nil
    }

    private var moreConditions: String? {
        guard detail.moreConditions else { return nil }
        return detail.code == nil ? words("offer_more_conditions") : words("offer_coupon_conditions")
    }
}

/// The symbol like the card's, and the code below it to be typed.
private struct CodePart: View {
    @Environment(\.words) private var words
    let code: OfferCode
    let room: CGFloat
    let onEvent: @MainActor (OfferEvent) -> Void

    var body: some View {
        VStack(spacing: step) {
            if let symbol = code.symbol {
                LargeSymbol(
                    symbol: symbol, number: code.text, label: words("offer_code_ready \(code.text.spelled)"), room: room
                )
            } else {
                Text(words("offer_code_only")).multilineTextAlignment(.center)
            }
            CodeText(text: code.text, isSaid: code.symbol != nil)
        }
        .frame(maxWidth: .infinity)
        .onAppear { onEvent(.codeShown) }
        .onDisappear { onEvent(.codeHidden) }
        .onChange(of: code.text) { _, _ in onEvent(.codeShown) }
    }
}
