import Observation

/// What one screen shows, kept as the core has it, for as long as somebody holds it.
///
/// SwiftUI draws anew what has read ``view`` when it is another one, and only then.
@MainActor @Observable public final class ScreenModel<View: Equatable & Sendable> {
    /// The screen, as one value. There at once, without a network.
    public private(set) var view: View

    @ObservationIgnored private var following: Task<Void, Never>?

    /// Shows `view` until `views` has another one, and then each that comes. Where `views` fails, the last one stays.
    public init<Views: AsyncSequence & Sendable>(_ view: View, following views: Views) where Views.Element == View {
        self.view = view
        following = Task { [weak self] in
            do {
                for try await view in views {
                    guard let self else { return }
                    if view != self.view { self.view = view }
                }
            } catch {
                // It ended; there is nothing newer to show.
            }
        }
    }

    deinit { following?.cancel() }
}
