import Pocketcard
import SwiftUI

// What the list and the page of an offer say alike.

extension OfferView {
    /// What activating it names; nil where there is nothing to activate here.
    var activates: Int64? {
        switch (id, state) {
        case (.offer(let id), .activate), (.offer(let id), .refused): id
        default: nil
        }
    }

    var sign: String { kind == .coupon ? Sign.coupon : Sign.offers }
}

extension OfferId {
    /// Tells an offer from a coupon of the same number.
    var key: String {
        switch self {
        case .offer(let id): "offer \(id)"
        case .coupon(let id): "coupon \(id)"
        }
    }
}

extension Words {
    func activate(_ offer: OfferView) -> String {
        offer.kind == .personal ? self("offer_accept") : self("offer_activate")
    }

    /// As `20% off · +100 points · 2× points`; nothing where the texts say it.
    func benefit(_ gives: Benefit) -> String {
        [
            gives.discountPercent.map { self("offer_discount \(percent($0))") },
            gives.points.map { self("offer_points \(count($0)) \(change($0))") },
            gives.multiplier.map { self("offer_multiplier \(amount($0))") },
        ]
        .joinedByDots
    }

    /// As `For you · 3 days left`; nothing where it is for all and has no end.
    func kindAndEnd(_ offer: OfferView) -> String {
        let kind: String? =
            switch offer.kind {
            case .common: nil
            case .personal: self("offer_personal")
            case .coupon: self("offer_coupon")
            }
        return asLine([kind, offer.until.map(ends)].joinedByDots)
    }

    /// Why an offer does not apply; nil where its state says so.
    func whyNot(_ why: WhyNot, _ state: OfferState) -> String? {
        switch (why, state) {
        case (.usedUp, .used), (.notYet, .upcoming), (.notActivated, _): nil
        case (.revoked, _), (.over, _): self("offer_over")
        case (.usedUp, _): self("offer_used")
        case (.notYet(let from), _): self("offer_from \(begin(from))")
        case (.otherChannel, _): self("offer_other_channel")
        case (.otherStore, _): self("offer_other_store")
        case (.storeLacks, _): self("offer_store_lacks")
        case (.otherDay, _): self("offer_other_day")
        case (.otherTime(let from, let to), _): self("offer_other_time \(hours(from: from, to: to))")
        case (.otherPayment, _): self("offer_other_payment")
        case (.leftToPlatform, _): self("offer_till_knows")
        }
    }
}

/// What an offer gives, large enough to be what a member looks at.
struct BenefitText: View {
    let text: String

    var body: some View {
        if !text.isEmpty { Text(text).font(.headline).foregroundStyle(.tint) }
    }
}

/// Where an offer stands, and where a place was asked for and it does not apply there now, the first reason.
struct OfferStateLine: View {
    let offer: OfferView
    /// Of the offer's zone.
    let words: Words

    private var reason: String? {
        guard case .no(let why) = offer.applies else { return nil }
        return words.whyNot(why, offer.state)
    }

    private var state: (sign: String, text: String)? {
        switch offer.state {
        case .active where offer.applies == .yes: (Sign.done, words("offer_applies"))
        // What cannot be used here is not called active.
        case .active: reason == nil ? (Sign.done, words("offer_active")) : nil
        // A button says so.
        case .activate: nil
        case .activateElsewhere: (Sign.problem, words("offer_activate_elsewhere"))
        case .waiting: (Sign.waiting, words("offer_waiting"))
        case .refused(let text): (Sign.problem, text.isEmpty ? words("failure_refused") : text)
        case .upcoming(let from): (Sign.waiting, words("offer_from \(words.begin(from))"))
        case .coming: (Sign.waiting, words("offer_coming"))
        case .used: (Sign.done, words("offer_used"))
        }
    }

    private var isRefused: Bool {
        if case .refused = offer.state { true } else { false }
    }

    var body: some View {
        if let state { SignedLine(sign: state.sign, text: state.text, isProblem: isRefused) }
        if let reason { SignedLine(sign: Sign.waiting, text: reason) }
    }
}
