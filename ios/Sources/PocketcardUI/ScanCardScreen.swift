import SwiftUI

/// What the camera does for who scans a plastic card.
public enum CardScanner: CaseIterable, Hashable, Sendable {
    /// Looks for a code.
    case looking
    /// Found a code that is no card's number, and looks on.
    case foundOther
    /// Is not allowed to be used.
    case notAllowed
    /// Does not start, or was taken away.
    case failed
}

/// What a member does while scanning a plastic card.
public enum ScanCardEvent: Equatable, Sendable {
    /// Turns the phone's light on or off.
    case light(isOn: Bool)
    /// Allows the camera after all.
    case allow
    /// Has the camera start again.
    case tryAgain
    /// Types the number instead.
    case typeNumber
}

/// Finds the number of a plastic card by the phone's camera; the app goes elsewhere once it has it.
public struct ScanCardScreen<Viewfinder: View>: View {
    @Environment(\.words) private var words
    private let scanner: CardScanner
    private let hasLight: Bool
    private let isLit: Bool
    private let onEvent: @MainActor (ScanCardEvent) -> Void
    private let viewfinder: Viewfinder

    /// Makes the screen.
    ///
    /// - Parameters:
    ///   - scanner: what the camera does.
    ///   - hasLight: the phone can light up what is before its camera.
    ///   - isLit: it does so.
    ///   - onEvent: what the member does.
    ///   - viewfinder: what the camera sees, as the app's scanner shows it.
    public init(
        scanner: CardScanner, hasLight: Bool = false, isLit: Bool = false,
        onEvent: @escaping @MainActor (ScanCardEvent) -> Void, @ViewBuilder viewfinder: () -> Viewfinder
    ) {
        self.scanner = scanner
        self.hasLight = hasLight
        self.isLit = isLit
        self.onEvent = onEvent
        self.viewfinder = viewfinder()
    }

    /// What the camera sees, or why it sees nothing.
    public var body: some View {
        switch scanner {
        case .notAllowed:
            Notice(sign: Sign.scan, title: words("scan_not_allowed"), text: words("scan_not_allowed_body")) {
                MainButton(words("scan_allow")) { onEvent(.allow) }
                otherWay
            }
        case .failed:
            Notice(sign: Sign.problem, title: words("scan_failed"), text: words("scan_failed_body")) {
                MainButton(words("try_again")) { onEvent(.tryAgain) }
                otherWay
            }
        case .looking, .foundOther:
            Page(alignment: .center) {
                let text = scanner == .looking ? words("scan_looking") : words("scan_other")
                Text(text).multilineTextAlignment(.center).announced(text)
                viewfinder
                    .frame(maxWidth: .infinity, minHeight: 280)
                    .background(.black)
                    .clipShape(RoundedRectangle(cornerRadius: 16))
                    .accessibilityHidden(true)
                if hasLight {
                    Chip(title: words("scan_light"), isChosen: isLit) { onEvent(.light(isOn: !isLit)) }
                }
                otherWay
            }
        }
    }

    private var otherWay: some View { Choice(words("scan_type")) { onEvent(.typeNumber) } }
}
