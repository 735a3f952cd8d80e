//! Numbers on the wire, read as exact decimals.
//!
//! `rust_decimal`'s own reader rounds what does not fit; an amount that cannot be held exactly is refused here instead.

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, de::Error};

/// A JSON number as an exact decimal. No binary float is ever made of it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Num(pub(super) Decimal);

impl<'de> Deserialize<'de> for Num {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let number = serde_json::Number::deserialize(from)?;
        exact(number.as_str()).map(Self).ok_or_else(|| D::Error::custom("a number that no exact decimal holds"))
    }
}

/// The longest number that is looked at. A decimal has 29 digits; the rest is for zeros that somebody padded with.
const LONGEST: usize = 256;

/// The decimal that `text`, a number in JSON's grammar, means; none if 96 bits and 28 decimals cannot hold it exactly.
fn exact(text: &str) -> Option<Decimal> {
    if text.len() > LONGEST {
        return None;
    }
    let (negative, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let mut digits = digits.trim_start_matches('0');
    if digits.is_empty() {
        return Some(Decimal::ZERO);
    }
    let mut scale = i64::try_from(fraction.len()).ok()?.checked_sub(exponent.parse().ok()?)?;
    while scale > 28
        && let Some(shorter) = digits.strip_suffix('0')
    {
        digits = shorter;
        scale -= 1;
    }
    let mut value: i128 = digits.parse().ok()?;
    if scale < 0 {
        value = value.checked_mul(10_i128.checked_pow(u32::try_from(-scale).ok()?)?)?;
        scale = 0;
    }
    let value = if negative { -value } else { value };
    Decimal::try_from_i128_with_scale(value, u32::try_from(scale).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_exact_or_refused() {
        for (json, expected) in [
            ("0", Some("0")),
            ("-0", Some("0")),
            ("0e999999999999999999999", Some("0")),
            ("12.3400", Some("12.3400")),
            ("-0.1", Some("-0.1")),
            ("1e5", Some("100000")),
            ("1E+2", Some("100")),
            ("1.5e-3", Some("0.0015")),
            ("1234567890123456789012345678", Some("1234567890123456789012345678")),
            ("79228162514264337593543950335", Some("79228162514264337593543950335")),
            ("79228162514264337593543950336", None),
            ("0.1234567890123456789012345678", Some("0.1234567890123456789012345678")),
            ("0.12345678901234567890123456789", None),
            ("1.00000000000000000000000000000000000", Some("1.0000000000000000000000000000")),
            ("1e28", Some("10000000000000000000000000000")),
            ("1e29", None),
            ("1e999999999", None),
            ("1e-999999999", None),
            ("1e99999999999999999999999", None),
            ("-1e-9223372036854775808", None),
            ("\"12.5\"", None),
            ("true", None),
            ("null", None),
            ("[1]", None),
        ] {
            let read = serde_json::from_str::<Num>(json).ok().map(|num| num.0.to_string());
            assert_eq!(read.as_deref(), expected, "{json}");
        }
        assert!(serde_json::from_str::<Num>(&"9".repeat(1_000_000)).is_err());
    }

    proptest::proptest! {
        #[test]
        fn any_amount_survives(units in proptest::prelude::any::<i64>(), scale in 0_u32..=28) {
            let amount = Decimal::new(units, scale);
            proptest::prop_assert_eq!(exact(&amount.to_string()), Some(amount));
        }

        #[test]
        fn any_text_is_read_or_refused(text in "-?[0-9]{0,40}(\\.[0-9]{0,40})?([eE][+-]?[0-9]{0,25})?") {
            let _ = exact(&text);
        }
    }
}
