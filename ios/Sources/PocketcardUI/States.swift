import Pocketcard
import SwiftUI

/// What a screen shows of a part of the data: the content where the platform ever gave it, else why there is nothing
/// yet: placeholders while it is asked for, that nobody is signed in, or what went wrong.
struct WhatIsKnown<Content: View>: View {
    let freshness: Freshness
    let isSignedIn: Bool
    var placeholders = Placeholders()
    let onRefresh: @MainActor () -> Void
    let onSignIn: @MainActor () -> Void
    @ViewBuilder let content: () -> Content

    var body: some View {
        if case .unknown(let reason) = freshness {
            if !isSignedIn || reason == .signInAgain {
                SignedOutNotice(onSignIn: onSignIn)
            } else if reason == .notAsked {
                placeholders
            } else {
                FailedNotice(reason: reason, onRefresh: onRefresh)
            }
        } else {
            content()
        }
    }
}

/// Nobody is signed in: says so, and offers it.
struct SignedOutNotice: View {
    @Environment(\.words) private var words
    let onSignIn: @MainActor () -> Void

    var body: some View {
        Notice(sign: Sign.member, title: words("signed_out_title"), text: words("signed_out_body")) {
            MainButton(words("sign_in"), action: onSignIn)
        }
    }
}

/// Nothing is known, for want of an answer: what happened, what to do, and a button that does it.
struct FailedNotice: View {
    @Environment(\.words) private var words
    let reason: StaleReason
    let onRefresh: @MainActor () -> Void

    private var title: String {
        switch reason {
        case .offline: words("failed_offline_title")
        case .notSupported: words("not_offered_title")
        default: words("failed_title")
        }
    }

    private var text: String {
        switch reason {
        case .offline: words("failed_offline_body")
        case .busy: words("failure_busy")
        case .notStored: words("failure_on_this_phone")
        case .notSupported: words("not_offered_body")
        default: words("failed_body")
        }
    }

    var body: some View {
        Notice(sign: reason == .offline ? Sign.offline : Sign.problem, title: title, text: text) {
            if reason != .notSupported { MainButton(words("try_again"), action: onRefresh) }
        }
    }
}

/// A whole screen that has nothing to list: why that is, what brings something here, and what there is to do.
struct Notice<Actions: View>: View {
    let sign: String
    let title: String
    let text: String
    @ViewBuilder let actions: Actions

    var body: some View {
        ScrollView {
            ContentUnavailableView {
                Label(title, systemImage: sign).isHeader()
            } description: {
                Text(text)
            } actions: {
                actions
            }
            .padding(.vertical, step * 4)
        }
    }
}

extension Notice where Actions == EmptyView {
    init(sign: String, title: String, text: String) {
        self.init(sign: sign, title: title, text: text) { EmptyView() }
    }
}

/// The shapes of what is being asked for, below one another; a screen reader hears that it is being asked for.
struct Placeholders: View {
    @Environment(\.words) private var words
    /// Their heights.
    var heights: [CGFloat] = [88, 88, 88, 88, 88]
    /// Their width where they are not as wide as the screen.
    var width: CGFloat?

    var body: some View {
        Page(alignment: .center) {
            ForEach(Array(heights.enumerated()), id: \.offset) { shape in
                Text(verbatim: " ")
                    .frame(width: width, height: shape.element)
                    .frame(maxWidth: width == nil ? .infinity : nil)
                    .background(.quinary, in: RoundedRectangle(cornerRadius: step))
                    .redacted(reason: .placeholder)
            }
        }
        .accessibilityElement(children: .ignore)
        .accessibilityLabel(words("loading"))
    }
}
