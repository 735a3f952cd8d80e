#if canImport(AdServices)
    import AdServices
    import Foundation
    import Pocketcard

    extension Pocketcard {
        /// Tells the platform, once, by which of Apple's advertisements this installation came, where it came by one.
        ///
        /// The token says nothing of the member; the platform asks Apple's service what it stands for.
        public func tellAttribution() async throws {
            // There is none on a simulator.
            guard let token = try? AAAttribution.attributionToken() else { return }
            try await setInstallReferrer(token)
        }
    }
#endif
