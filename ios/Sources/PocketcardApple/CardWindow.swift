#if canImport(UIKit) && canImport(SwiftUI) && os(iOS)
    import SwiftUI
    import UIKit

    extension View {
        /// While this is on screen, the screen is bright and stays on; both are as before when it goes, or the app leaves
        /// the front.
        public func cardIsOpen(_ isOpen: Bool = true) -> some View { modifier(CardWindow(isOpen: isOpen)) }

        /// Covered while the app is not in front: what the system keeps of it for its list of apps shows no code.
        public func coveredWhenInactive() -> some View { modifier(CoveredWhenInactive()) }
    }

    private struct CardWindow: ViewModifier {
        let isOpen: Bool
        @Environment(\.scenePhase) private var phase
        @State private var before: CGFloat?

        func body(content: Content) -> some View {
            content
                .onAppear { show(isOpen && phase == .active) }
                .onDisappear { show(false) }
                .onChange(of: isOpen) { show(isOpen && phase == .active) }
                .onChange(of: phase) { show(isOpen && phase == .active) }
        }

        private func show(_ isShown: Bool) {
            guard isShown != (before != nil), let screen = UIScreen.ofTheApp else { return }
            if let before {
                screen.brightness = before
                self.before = nil
            } else {
                before = screen.brightness
                screen.brightness = 1
            }
            UIApplication.shared.isIdleTimerDisabled = isShown
        }
    }

    extension UIScreen {
        @MainActor fileprivate static var ofTheApp: UIScreen? {
            UIApplication.shared.connectedScenes.lazy.compactMap { $0 as? UIWindowScene }.first?.screen
        }
    }

    private struct CoveredWhenInactive: ViewModifier {
        @Environment(\.scenePhase) private var phase

        func body(content: Content) -> some View {
            content.overlay {
                if phase != .active {
                    Rectangle().fill(.background).ignoresSafeArea().accessibilityHidden(true)
                }
            }
        }
    }
#endif
