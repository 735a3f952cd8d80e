//! Runs `tests/vectors/codes.json`, which Kotlin and Swift run too.

use std::time::Duration;

use serde::Deserialize;

use super::rotating::{self, code_at};
use super::symbol::{SymbolError, draw};
use super::verifier::{CodeMemory, Verdict, Verifier};
use super::{CodeKey, Symbology};
use crate::clock::PlatformTime;
use crate::types::Timestamp;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Vectors {
    totp: Vec<Totp>,
    texts: Vec<Text>,
    checks: Vec<Check>,
    refused_symbols: Vec<Refused>,
}

/// The fields of the App API's `code-key` that matter here.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Key {
    #[serde(default = "any_pattern")]
    value_pattern: String,
    period_millis: u64,
    #[serde(rename = "key")]
    secret: String,
    value_length: u32,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Totp {
    #[serde(flatten)]
    key: Key,
    at_millis: i64,
    value: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Text {
    #[serde(flatten)]
    key: Key,
    at_millis: i64,
    #[serde(rename = "text")]
    shown: String,
    from_millis: i64,
    until_millis: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Check {
    name: String,
    #[serde(flatten)]
    key: Key,
    skew_millis: u64,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Step {
    code: String,
    at_millis: i64,
    verdict: String,
}

#[derive(Deserialize)]
struct Refused {
    symbology: Symbology,
    text: String,
    error: String,
}

fn any_pattern() -> String {
    rotating::VALUE.to_owned()
}

impl Key {
    fn read(&self) -> CodeKey {
        let byte = |place| u8::from_str_radix(&self.secret[place..place + 2], 16).unwrap();
        CodeKey {
            value_pattern: self.value_pattern.clone(),
            period_millis: self.period_millis,
            key: (0..self.secret.len()).step_by(2).map(byte).collect(),
            value_length: self.value_length,
            symbology: Symbology::Qr,
            valid_until: Timestamp::MAX,
        }
    }
}

fn vectors() -> Vectors {
    serde_json::from_str(include_str!("../../../tests/vectors/codes.json")).unwrap()
}

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(millis).unwrap()
}

#[test]
fn values_and_texts() {
    let Vectors { totp, texts, .. } = vectors();
    for Totp { key, at_millis, value } in totp {
        let code = code_at(&key.read(), PlatformTime::exact(at(at_millis))).unwrap();
        assert_eq!(code.text, value, "{at_millis}");
    }
    for Text { key, at_millis, shown, from_millis, until_millis } in texts {
        let code = code_at(&key.read(), PlatformTime::exact(at(at_millis))).unwrap();
        assert_eq!((code.text, code.from, code.until), (shown, at(from_millis), at(until_millis)));
    }
}

#[test]
fn verdicts() {
    for Check { name, key, skew_millis, steps } in vectors().checks {
        let verifier = Verifier::new(key.read(), Duration::from_millis(skew_millis)).unwrap();
        let mut memory = CodeMemory::default();
        for Step { code, at_millis, verdict } in steps {
            let ours = match verifier.check(&mut memory, &code, at(at_millis)) {
                Verdict::Valid { .. } => "valid",
                Verdict::Expired => "expired",
                Verdict::Replayed => "replayed",
                Verdict::Forged => "forged",
            };
            assert_eq!(ours, verdict, "{name}: {code} at {at_millis}");
            // What a till keeps between checks survives the keeping.
            memory = serde_json::from_str(&serde_json::to_string(&memory).unwrap()).unwrap();
        }
    }
}

#[test]
fn refusals() {
    for Refused { symbology, text, error } in vectors().refused_symbols {
        let ours = match draw(symbology, &text).unwrap_err() {
            SymbolError::Empty => "empty",
            SymbolError::TooLong { .. } => "tooLong",
            SymbolError::NotAscii { .. } => "notAscii",
            SymbolError::NotThirteenDigits => "notThirteenDigits",
            SymbolError::WrongCheckDigit { .. } => "wrongCheckDigit",
        };
        assert_eq!(ours, error, "{symbology:?} {text}");
    }
}
