import SwiftUI

#if canImport(Accessibility)
    import Accessibility
#endif

/// The step of all distances.
let step: CGFloat = 8

/// The least width and height of what can be tapped.
let leastTarget: CGFloat = 44

extension View {
    /// Room enough for a finger.
    func target(maxWidth: CGFloat? = nil, alignment: Alignment = .center) -> some View {
        frame(minWidth: leastTarget, maxWidth: maxWidth, minHeight: leastTarget, alignment: alignment)
            .contentShape(Rectangle())
    }

    /// What a part, or some of what is below it, is about.
    func isHeader() -> some View { accessibilityAddTraits(.isHeader) }

    /// Has a screen reader say a text when it comes on screen, and when it becomes another one.
    func announced(_ text: String) -> some View {
        onChange(of: text, initial: true) { _, text in AccessibilityNotification.Announcement(text).post() }
    }

    /// Digits are read from the left also where texts are read from the right.
    func readFromLeft() -> some View { environment(\.layoutDirection, .leftToRight) }
}

/// The symbols that screens use, of Apple's.
enum Sign {
    static let card = "creditcard"
    static let offers = "tag"
    static let tasks = "checklist"
    static let stores = "storefront"
    static let more = "ellipsis"
    static let back = "chevron.backward"
    static let forward = "chevron.forward"
    static let offline = "wifi.slash"
    static let problem = "exclamationmark.triangle"
    static let done = "checkmark"
    static let waiting = "clock"
    static let points = "star"
    static let favourite = "star.fill"
    static let history = "list.bullet.rectangle"
    static let inbox = "envelope"
    static let settings = "gearshape"
    static let member = "person"
    static let show = "eye"
    static let hide = "eye.slash"
    static let search = "magnifyingglass"
    static let close = "xmark"
    static let coupon = "ticket"
    static let badge = "rosette"
    static let game = "gamecontroller"
    static let chosen = "checkmark.circle.fill"
    static let open = "circle"
    static let scan = "barcode.viewfinder"
}

/// Text that is there for who looks for it.
struct Quiet: View {
    let text: String

    init(_ text: String) { self.text = text }

    var body: some View { Text(text).font(.footnote).foregroundStyle(.secondary) }
}

/// What a part, or some of what is below it, is about.
struct PartTitle: View {
    let text: String

    init(_ text: String) { self.text = text }

    var body: some View { Text(text).font(.headline).isHeader() }
}

/// What belongs together, on a ground of its own.
struct Part<Content: View>: View {
    @ViewBuilder let content: Content

    var body: some View {
        VStack(alignment: .leading, spacing: step / 2) { content }
            .frame(maxWidth: .infinity, alignment: .leading)
            .padding(step * 2)
            .background(.quinary, in: RoundedRectangle(cornerRadius: 12))
    }
}

/// A line with a sign before it: nothing is said by colour alone.
struct SignedLine: View {
    let sign: String
    let text: String
    var isProblem = false

    var body: some View {
        Label(text, systemImage: sign).font(.footnote).foregroundStyle(isProblem ? Color.red : .primary)
    }
}

/// The one thing to do on a screen, which says so while the platform is asked.
struct MainButton: View {
    @Environment(\.words) private var words
    let title: String
    var isBusy = false
    var isEnabled = true
    let action: @MainActor () -> Void

    init(_ title: String, isBusy: Bool = false, isEnabled: Bool = true, action: @escaping @MainActor () -> Void) {
        self.title = title
        self.isBusy = isBusy
        self.isEnabled = isEnabled
        self.action = action
    }

    var body: some View {
        Button(action: action) {
            Text(isBusy ? words("one_moment") : title).multilineTextAlignment(.center).target(maxWidth: .infinity)
        }
        .buttonStyle(.borderedProminent)
        .disabled(isBusy || !isEnabled)
    }
}

/// A lesser thing to do.
struct Choice: View {
    let title: String
    var isEnabled = true
    let action: @MainActor () -> Void

    init(_ title: String, isEnabled: Bool = true, action: @escaping @MainActor () -> Void) {
        self.title = title
        self.isEnabled = isEnabled
        self.action = action
    }

    var body: some View {
        Button(action: action) { Text(title).target() }.buttonStyle(.borderless).disabled(!isEnabled)
    }
}

/// One of what a list can be narrowed to: with a tick where it is.
struct Chip: View {
    let title: String
    let isChosen: Bool
    let action: @MainActor () -> Void

    var body: some View {
        Button(action: action) {
            HStack(spacing: step / 2) {
                if isChosen { Image(systemName: Sign.done).accessibilityHidden(true) }
                Text(title)
            }
            .target()
        }
        .buttonStyle(.bordered)
        .buttonBorderShape(.capsule)
        .tint(isChosen ? Color.accentColor : .secondary)
        .accessibilityAddTraits(isChosen ? .isSelected : [])
    }
}

/// What a list can be narrowed to, side by side.
struct Chips<ID: Hashable, Content: View>: View {
    /// The one that is to be in sight: also where it was not tapped, but a link led to it.
    let chosen: ID?
    @ViewBuilder let content: Content

    var body: some View {
        ScrollViewReader { place in
            ScrollView(.horizontal, showsIndicators: false) {
                HStack(spacing: step) { content }.padding(.horizontal, step * 2)
            }
            .onChange(of: chosen, initial: true) { _, chosen in if let chosen { place.scrollTo(chosen) } }
        }
    }
}

extension Chips where ID == Never {
    init(@ViewBuilder content: () -> Content) {
        chosen = nil
        self.content = content()
    }
}

/// Two things of one line: below one another where the type is large.
struct Line<Leading: View, Trailing: View>: View {
    @Environment(\.dynamicTypeSize) private var size
    @ViewBuilder let leading: Leading
    @ViewBuilder let trailing: Trailing

    var body: some View {
        if size.isAccessibilitySize {
            VStack(alignment: .leading, spacing: step / 2) {
                leading
                trailing
            }
        } else {
            HStack(alignment: .firstTextBaseline, spacing: step) {
                leading.frame(maxWidth: .infinity, alignment: .leading)
                trailing
            }
        }
    }
}

/// A picture in its place: a sign where there is none, and until it is there. Tells nothing that the texts do not.
struct Picture: View {
    let url: String?
    let sign: String
    /// The height of a page's picture, as wide as the page; nil: that of a row.
    var height: CGFloat?
    @ScaledMetric private var side: CGFloat = 64

    init(_ url: String?, sign: String, height: CGFloat? = nil) {
        self.url = url
        self.sign = sign
        self.height = height
    }

    var body: some View {
        AsyncImage(url: url.flatMap { URL(string: $0) }) { image in
            image.resizable().scaledToFill()
        } placeholder: {
            Image(systemName: sign).foregroundStyle(.secondary)
        }
        .frame(width: height == nil ? side : nil, height: height ?? side)
        // A wide picture is cut, and does not widen the page.
        .frame(minWidth: height == nil ? nil : 0, maxWidth: height == nil ? nil : .infinity)
        .background(.quinary)
        .clipShape(RoundedRectangle(cornerRadius: step))
        .accessibilityHidden(true)
    }
}

/// A page that scrolls, so that a pull refreshes it and large type has room.
struct Page<Content: View>: View {
    var alignment = HorizontalAlignment.leading
    @ViewBuilder let content: Content

    var body: some View {
        ScrollView {
            VStack(alignment: alignment, spacing: step * 2) { content }
                .frame(maxWidth: .infinity, alignment: alignment == .center ? .center : .leading)
                .padding(step * 2)
        }
    }
}

/// In sight when the end is: asks for the next page, once for each.
struct NextPage: View {
    let count: Int
    let text: String
    let onMore: @MainActor () -> Void

    var body: some View { Quiet(text).padding(.vertical, step).task(id: count) { onMore() } }
}
