#if canImport(SwiftUI) && os(iOS)
    import Foundation
    import Pocketcard
    import SwiftUI

    extension View {
        /// Links that the app is opened with, of its own scheme and universal ones: where each leads, nil for strangers'.
        public func onPocketcardLink(_ core: SharedCore, follow: @escaping @MainActor (Route?) -> Void) -> some View {
            func open(_ url: URL) {
                Task { @MainActor in
                    let pocketcard = try? await core.pocketcard()
                    follow(try? pocketcard?.openLink(url.absoluteString))
                }
            }
            return onOpenURL(perform: open)
                .onContinueUserActivity(NSUserActivityTypeBrowsingWeb) { activity in
                    if let url = activity.webpageURL { open(url) }
                }
        }
    }
#endif
