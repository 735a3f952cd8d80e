#if canImport(CoreLocation)
    import CoreLocation
    import Foundation
    import Pocketcard

    /// Where the phone is, to within some kilometres, asked for when the member wants the stores around, and then alone.
    @MainActor public final class CoarseLocation: NSObject {
        private let manager: CLLocationManager
        private var waiting: [CheckedContinuation<Position?, Never>] = []

        /// Asks for nothing yet.
        ///
        /// - Parameter manager: Made on the main thread, on which it calls.
        public init(manager: CLLocationManager = CLLocationManager()) {
            self.manager = manager
            super.init()
            manager.delegate = self
            manager.desiredAccuracy = kCLLocationAccuracyReduced
        }

        /// The position; nil where the member does not want to say, or the phone does not know.
        ///
        /// Asks the member the first time. `Info.plist` says why, in `NSLocationWhenInUseUsageDescription`.
        public func position() async -> Position? {
            await withCheckedContinuation { continuation in
                waiting.append(continuation)
                proceed()
            }
        }

        private func proceed() {
            switch manager.authorizationStatus {
            case .notDetermined: manager.requestWhenInUseAuthorization()
            case .authorizedAlways, .authorizedWhenInUse: manager.requestLocation()
            default: answer(nil)
            }
        }

        private func answer(_ position: Position?) {
            let all = waiting
            waiting = []
            for continuation in all { continuation.resume(returning: position) }
        }
    }

    // The manager calls on the thread that it was made on, which is the main one.
    extension CoarseLocation: CLLocationManagerDelegate {
        /// The member has decided.
        nonisolated public func locationManagerDidChangeAuthorization(_ manager: CLLocationManager) {
            MainActor.assumeIsolated { if !waiting.isEmpty { proceed() } }
        }

        /// The phone knows where it is.
        nonisolated public func locationManager(
            _ manager: CLLocationManager, didUpdateLocations locations: [CLLocation]
        ) {
            let position = locations.last.map {
                Position(latitude: $0.coordinate.latitude, longitude: $0.coordinate.longitude)
            }
            MainActor.assumeIsolated { answer(position) }
        }

        /// It does not.
        nonisolated public func locationManager(_ manager: CLLocationManager, didFailWithError error: any Error) {
            MainActor.assumeIsolated { answer(nil) }
        }
    }
#endif
