//! A place on the earth.

use serde::{Deserialize, Serialize};

/// The earth's mean radius in metres (IUGG, 1980).
pub const EARTH: f64 = 6_371_008.8;

/// A place on the earth, in degrees of WGS 84.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, uniffi::Record)]
pub struct Position {
    /// North of the equator, from -90 to 90.
    pub latitude: f64,
    /// East of Greenwich, from -180 to 180.
    pub longitude: f64,
}

impl Position {
    /// The position that these degrees mean; none where they are no numbers or out of range.
    pub fn new(latitude: f64, longitude: f64) -> Option<Self> {
        // NaN is in no range.
        let fits = (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude);
        fits.then_some(Self { latitude, longitude })
    }

    /// The same for a store, of which 0, 0 says that nobody entered it.
    pub fn of_store(latitude: f64, longitude: f64) -> Option<Self> {
        Self::new(latitude, longitude).filter(|place| place.latitude != 0.0 || place.longitude != 0.0)
    }

    /// How far it is along the surface, in metres, on a sphere: at most 0.6 % off the ellipsoid.
    pub fn meters_to(self, other: Self) -> f64 {
        let (a, b) = (self.latitude.to_radians(), other.latitude.to_radians());
        let east = (other.longitude - self.longitude).to_radians();
        // Haversine: exact for near points, where the plain cosine is not.
        let square = ((b - a) / 2.0).sin().powi(2) + a.cos() * b.cos() * (east / 2.0).sin().powi(2);
        2.0 * EARTH * square.sqrt().min(1.0).asin()
    }
}
