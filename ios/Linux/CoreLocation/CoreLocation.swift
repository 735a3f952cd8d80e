// A stand-in for the part of Core Location that PocketcardApple uses, for Linux alone; never shipped. After Apple's
// documentation.
import Foundation

public typealias CLLocationAccuracy = Double
public let kCLLocationAccuracyReduced: CLLocationAccuracy = 50_000

public struct CLLocationCoordinate2D: Sendable {
    public var latitude: Double
    public var longitude: Double

    public init(latitude: Double, longitude: Double) { (self.latitude, self.longitude) = (latitude, longitude) }
}

open class CLLocation: NSObject, @unchecked Sendable {
    public let coordinate: CLLocationCoordinate2D

    public init(latitude: Double, longitude: Double) {
        coordinate = CLLocationCoordinate2D(latitude: latitude, longitude: longitude)
    }
}

public enum CLAuthorizationStatus: Int32, Sendable {
    case notDetermined, restricted, denied, authorizedAlways, authorizedWhenInUse
}

public protocol CLLocationManagerDelegate: NSObjectProtocol {
    func locationManagerDidChangeAuthorization(_ manager: CLLocationManager)
    func locationManager(_ manager: CLLocationManager, didUpdateLocations locations: [CLLocation])
    func locationManager(_ manager: CLLocationManager, didFailWithError error: any Error)
}

open class CLLocationManager: NSObject {
    open weak var delegate: (any CLLocationManagerDelegate)?
    open var desiredAccuracy: CLLocationAccuracy = 0
    open var authorizationStatus: CLAuthorizationStatus { phone.status }

    /// What the member and the phone would say.
    package final class Phone {
        package var status = CLAuthorizationStatus.notDetermined
        package var decision = CLAuthorizationStatus.authorizedWhenInUse
        package var location: CLLocation?
        package init() {}
    }

    package let phone = Phone()

    open func requestWhenInUseAuthorization() {
        phone.status = phone.decision
        delegate?.locationManagerDidChangeAuthorization(self)
    }

    open func requestLocation() {
        if let location = phone.location {
            delegate?.locationManager(self, didUpdateLocations: [location])
        } else {
            delegate?.locationManager(self, didFailWithError: CocoaError(.featureUnsupported))
        }
    }
}
