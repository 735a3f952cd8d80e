//! From the bytes of an answer to what was asked for, or to why there is none.
//!
//! The platform wraps its answers in three ways: the member API's envelope, which can say failure under HTTP 200, the token
//! call's OAuth errors, and the app API's problem details. No message made here holds a value from an answer, since a
//! token or a phone number could stand where a number was expected: fields are named, values are not.

use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::error::Category;

use crate::error::{Error, FieldProblem, Rejection, RejectionKind, Result};

/// How an answer is wrapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wrapping {
    /// `{ data, result }`.
    Envelope,
    /// Nothing around it.
    Plain,
}

/// A shape on the wire, and what the core makes of it.
pub(super) trait Wire: DeserializeOwned {
    /// What the core makes of it.
    type Domain;

    /// The core's value. The error names the field and what is wrong with it, never its value.
    fn read(self) -> std::result::Result<Self::Domain, String>;

    /// What it means when there is nothing; none where there must be something.
    fn absent() -> Option<Self> {
        None
    }
}

/// A list, which may be null or absent for empty.
pub(super) struct List<T>(pub(super) Vec<T>);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> std::result::Result<Self, D::Error> {
        Ok(Self(Option::deserialize(from)?.unwrap_or_default()))
    }
}

impl<T: Wire> Wire for List<T> {
    type Domain = Vec<T::Domain>;

    fn read(self) -> std::result::Result<Self::Domain, String> {
        let rows = self.0.into_iter().enumerate();
        rows.map(|(row, value)| value.read().map_err(|problem| format!("[{row}].{problem}"))).collect()
    }

    fn absent() -> Option<Self> {
        Some(Self::default())
    }
}

/// An answer of which only the success matters.
pub(super) struct Nothing;

impl<'de> Deserialize<'de> for Nothing {
    fn deserialize<D: Deserializer<'de>>(from: D) -> std::result::Result<Self, D::Error> {
        IgnoredAny::deserialize(from).map(|_| Self)
    }
}

impl Wire for Nothing {
    type Domain = ();

    fn read(self) -> std::result::Result<(), String> {
        Ok(())
    }

    fn absent() -> Option<Self> {
        Some(Self)
    }
}

/// Whether the platform says it did what was asked, before anybody looks at `data`, whose shape differs in a refusal.
#[derive(Deserialize)]
struct Head {
    result: Outcome,
}

#[derive(Deserialize)]
struct Outcome {
    state: String,
}

#[derive(Deserialize)]
#[serde(bound = "T: DeserializeOwned")]
struct Body<T> {
    data: Option<T>,
}

/// What a 2xx answer to `call` holds.
///
/// # Errors
/// [`Error::Unreadable`], and [`Error::Rejected`] or [`Error::Unauthorized`] where the envelope says so.
pub(super) fn success<W: Wire>(
    call: &'static str,
    wrapping: Wrapping,
    takes_code: bool,
    body: &[u8],
) -> Result<W::Domain> {
    let unreadable = |problem| Error::Unreadable { call, problem };
    let body = trim(body);
    let (value, inside) = if body.is_empty() {
        (None, "body")
    } else if wrapping == Wrapping::Plain {
        (Some(parse::<W>(body).map_err(unreadable)?), "body")
    } else {
        if parse::<Head>(body).map_err(unreadable)?.result.state != "Success" {
            return Err(refusal(call, 200, takes_code, body));
        }
        (parse::<Body<W>>(body).map_err(unreadable)?.data, "data")
    };
    let value = value.or_else(W::absent).ok_or_else(|| unreadable(format!("{inside}: missing")))?;
    value.read().map_err(|problem| {
        let dot = if problem.starts_with('[') || wrapping == Wrapping::Plain { "" } else { "." };
        unreadable(if wrapping == Wrapping::Plain { problem } else { format!("data{dot}{problem}") })
    })
}

/// Why a call that the platform refused (with `status`, or with 200 and an envelope that says so) was refused.
pub(super) fn refusal(call: &'static str, status: u16, takes_code: bool, body: &[u8]) -> Error {
    let body = trim(body);
    let said = match parse::<Value>(body) {
        Ok(said) => said,
        // A 4xx with no words at all is still a refusal; a page from something in between is not the platform's.
        Err(_) if body.is_empty() => Value::Null,
        Err(problem) => return Error::Unreadable { call, problem: format!("HTTP {status}, {problem}") },
    };
    if said.pointer("/result/httpCode").and_then(Value::as_u64) == Some(401) {
        return Error::Unauthorized;
    }
    Error::Rejected(rejection(&said, takes_code))
}

/// Why the platform did not do what the member asked for and answered with 404: with words of its own it refused, as what
/// that was about has gone; without any it does not offer it at all.
pub(super) fn absent(body: &[u8]) -> Error {
    match parse::<Value>(trim(body)).map(|said| rejection(&said, false)) {
        Ok(rejection) if rejection.text.is_some() => Error::Rejected(rejection),
        _ => Error::NotSupported,
    }
}

/// The platform's refusal in any of its forms.
fn rejection(said: &Value, takes_code: bool) -> Rejection {
    let text = |path: &str| said.pointer(path).and_then(Value::as_str).filter(|text| !text.is_empty());
    let words = ["/data/errorMessage", "/result/message", "/error_description", "/message", "/detail", "/title"];
    let fields = fields(said);
    let names_code =
        |problem: &FieldProblem| ["confirmCode", "code"].iter().any(|name| name.eq_ignore_ascii_case(&problem.field));
    let kind = match (text("/data/state"), text("/error"), text("/result/state")) {
        (Some("RegistrationAlreadyCompleted"), ..) => RejectionKind::AlreadyRegistered,
        (Some("RegistrationBlocked"), ..) => RejectionKind::Blocked,
        (_, Some("TwoFactorAuthenticationCodeRequired" | "IncorrectLoginOrPassword"), _) => RejectionKind::WrongCode,
        _ if takes_code && fields.iter().any(names_code) => RejectionKind::WrongCode,
        (_, _, Some("ValidationError")) => RejectionKind::Invalid,
        _ if !fields.is_empty() => RejectionKind::Invalid,
        // The platform has no code of its own for a wrong one-time code; in a call that confirms one, an error that
        // blames no other field is about it. `Fail` is the platform's own fault.
        (_, _, Some("Error")) if takes_code => RejectionKind::WrongCode,
        _ => RejectionKind::Other,
    };
    Rejection { kind, text: words.into_iter().find_map(text).map(str::to_owned), fields }
}

/// What is wrong with each field: of any call, and of each question in `User/Answers`.
fn fields(said: &Value) -> Vec<FieldProblem> {
    let forms = [("/result/validationErrors", "/field", "/errorMessages"), ("/data/errors", "/idQuestion", "/errors")];
    let rows = forms.into_iter().flat_map(|(rows, field, texts)| {
        let rows = said.pointer(rows).and_then(Value::as_array).into_iter().flatten();
        rows.filter_map(move |row| {
            let field = match row.pointer(field)? {
                Value::String(name) => name.clone(),
                Value::Number(id) => id.to_string(),
                _ => return None,
            };
            let texts = row.pointer(texts).and_then(Value::as_array).into_iter().flatten();
            Some(FieldProblem { field, texts: texts.filter_map(Value::as_str).map(str::to_owned).collect() })
        })
    });
    rows.collect()
}

/// The `error` of a refused token call.
pub(super) fn token_error(body: &[u8]) -> Option<String> {
    parse::<Value>(trim(body)).ok()?.pointer("/error")?.as_str().map(str::to_owned)
}

/// Some servers put a byte order mark before JSON.
fn trim(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body).trim_ascii()
}

/// JSON as `T`, or what is wrong with it: which field, without its value, which serde's own messages would show.
pub(super) fn parse<T: DeserializeOwned>(body: &[u8]) -> std::result::Result<T, String> {
    if body.first() == Some(&b'<') {
        return Err("HTML instead of JSON".into());
    }
    let mut json = serde_json::Deserializer::from_slice(body);
    let value = named(&mut json)?;
    json.end().map_err(|error| describe(&error, "."))?;
    Ok(value)
}

/// As [`parse`], for what borrows from the bytes, in which no field is named.
pub(super) fn borrowed<'de, T: Deserialize<'de>>(body: &'de [u8]) -> std::result::Result<T, String> {
    serde_json::from_slice(trim(body)).map_err(|error| describe(&error, "."))
}

/// What `json` holds, or which field of it is wrong.
pub(super) fn named<'de, T, D>(json: D) -> std::result::Result<T, String>
where
    T: DeserializeOwned,
    D: Deserializer<'de, Error = serde_json::Error>,
{
    serde_path_to_error::deserialize(json).map_err(|error| describe(error.inner(), &error.path().to_string()))
}

fn describe(error: &serde_json::Error, path: &str) -> String {
    match error.classify() {
        Category::Data => {
            let text = error.to_string();
            // The only words of serde's that are taken: the name in this one is our own field's.
            match text.strip_prefix("missing field `").and_then(|rest| rest.split_once('`')) {
                Some((field, _)) if path == "." => format!("{field}: missing"),
                Some((field, _)) => format!("{path}.{field}: missing"),
                None => format!("{path}: not of the type or in the range it should be"),
            }
        }
        // The path of these could hold a key that is not ours to know.
        Category::Eof => "JSON that ends too early".into(),
        Category::Syntax | Category::Io => format!("not JSON at line {} column {}", error.line(), error.column()),
    }
}
