//! Failures on demand: what a test wants the network and the platform to do to the next calls.
//!
//! The rules are in memory only: a restarted sandbox is in good health.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::fmt;
use std::io::Write;
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::Json;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::stream;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::platform::App;
use crate::refusal::{Outcome, invalid};
use crate::serve::Connection;

/// The most bytes that a huge body or a bomb may have.
const MOST_BYTES: u64 = 1 << 30;
/// The longest that a fault may take.
const MOST_MILLIS: u64 = 600_000;
/// The most rules for all installations, and the most for each.
const MOST_RULES: usize = 100;
/// The largest answer of the sandbox that a fault works on.
const ANSWER_LIMIT: usize = 64 * 1024 * 1024;
const CHUNK: usize = 16 * 1024;

/// What happens to which calls. The control API, `/sandbox`, is spared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Fault {
    /// Calls whose path begins with this, as `/publicapi/v1.2/User`.
    pub path: String,
    /// Calls with this method; all if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Calls of the installation that says in `X-DeviceId` that it is this one; of all if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// What happens.
    pub kind: FaultKind,
    /// How many calls go well before.
    #[serde(default)]
    pub skip: u32,
    /// To how many calls it happens; to all if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
    /// For `status`, `html`, `fail` and `reset`: the platform did what it was asked, only its answer is lost.
    #[serde(default)]
    pub processed: bool,
}

/// What happens to a call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum FaultKind {
    /// This status, with a problem for a body.
    Status {
        /// The status.
        code: u16,
        /// `Retry-After`, in seconds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after: Option<u32>,
    },
    /// HTTP 200 with an envelope whose state is `Fail`, and an error id.
    Fail,
    /// Half of the body that `Content-Length` promises, then the end of the connection.
    CutBody,
    /// The TCP connection is reset (RST) instead of an answer.
    Reset,
    /// The platform gets the call twice, one after the other; the answer is that to the second.
    Duplicate,
    /// The TCP connection is reset at once, and the platform gets the call after the next one of the same installation:
    /// two calls that overtook each other. Never, where the faults are cleared before.
    Hold,
    /// The body comes in drops over this time.
    SlowBody {
        /// How long, in milliseconds.
        millis: u64,
    },
    /// The answer is late. Other faults apply beside it.
    Latency {
        /// How late, in milliseconds.
        millis: u64,
    },
    /// HTTP 200 with a page, as a captive portal gives it.
    Html,
    /// The value at this JSON pointer of the answer is replaced.
    Garbage {
        /// RFC 6901, as `/data/items/0/amount`.
        pointer: String,
        /// What stands there then.
        value: Value,
    },
    /// A JSON body of this many bytes, in chunks, without a length.
    HugeBody {
        /// How many.
        bytes: u64,
    },
    /// A small gzip body that unpacks to this many bytes of JSON.
    GzipBomb {
        /// How many.
        bytes: u64,
    },
}

/// The faults that are in force.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    rules: Mutex<VecDeque<Fault>>,
    unauthorized: Mutex<u32>,
    held: Mutex<Vec<Held>>,
}

/// A call that waits until another one overtakes it.
struct Held {
    device: Option<String>,
    request: Request,
    next: Next,
}

/// Shows nothing of the call: it holds a token.
impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Held").finish_non_exhaustive()
    }
}

impl Faults {
    /// Adds a rule, after those that are there.
    pub(crate) fn add(&self, fault: Fault) -> Outcome<()> {
        let millis = match &fault.kind {
            FaultKind::SlowBody { millis } | FaultKind::Latency { millis } => *millis,
            _ => 0,
        };
        let bytes = match &fault.kind {
            FaultKind::HugeBody { bytes } | FaultKind::GzipBomb { bytes } => *bytes,
            _ => 0,
        };
        if !fault.path.starts_with('/') {
            return Err(invalid("path", "It begins with a slash."));
        }
        if millis > MOST_MILLIS {
            return Err(invalid("millis", format!("at most {MOST_MILLIS}")));
        }
        if bytes > MOST_BYTES {
            return Err(invalid("bytes", format!("at most {MOST_BYTES}")));
        }
        if let FaultKind::Status { code, .. } = fault.kind
            && !(200..=599).contains(&code)
        {
            return Err(invalid("code", "200 to 599"));
        }
        if matches!(&fault.kind, FaultKind::Garbage { pointer, .. } if !pointer.starts_with('/')) {
            return Err(invalid("pointer", "A JSON pointer begins with a slash."));
        }
        let mut rules = self.rules.lock().unwrap_or_else(PoisonError::into_inner);
        if rules.iter().filter(|rule| rule.device == fault.device).count() >= MOST_RULES {
            return Err(invalid("faults", "A hundred rules are in force already."));
        }
        if fault.times != Some(0) {
            rules.push_back(fault);
        }
        Ok(())
    }

    /// All that are in force.
    pub(crate) fn list(&self) -> Vec<Fault> {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    /// Ends all faults, the storm of 401 too.
    pub(crate) fn clear(&self) {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.held.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.storm(0);
    }

    /// Ends the faults of one installation.
    pub(crate) fn clear_of(&self, device: &str) {
        let others = |of: &Option<String>| of.as_deref() != Some(device);
        self.rules.lock().unwrap_or_else(PoisonError::into_inner).retain(|rule| others(&rule.device));
        self.held.lock().unwrap_or_else(PoisonError::into_inner).retain(|held| others(&held.device));
    }

    fn hold(&self, held: Held) {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).push(held);
    }

    /// The calls of this installation that another one has overtaken now.
    fn overtaken(&self, device: Option<&str>) -> Vec<Held> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.extract_if(.., |held| held.device.as_deref() == device).collect()
    }

    /// The next so many calls with a token get 401.
    pub(crate) fn storm(&self, calls: u32) {
        *self.unauthorized.lock().unwrap_or_else(PoisonError::into_inner) = calls;
    }

    /// Whether this call with a token gets 401 though the token may be good.
    pub(crate) fn take_unauthorized(&self) -> bool {
        let mut left = self.unauthorized.lock().unwrap_or_else(PoisonError::into_inner);
        let hit = *left > 0;
        *left = left.saturating_sub(1);
        hit
    }

    /// What happens to this call: every latency that matches, and the first other fault.
    fn take(&self, method: &str, path: &str, device: Option<&str>) -> Vec<Fault> {
        let mut rules = self.rules.lock().unwrap_or_else(PoisonError::into_inner);
        let mut hits: Vec<Fault> = Vec::new();
        for rule in rules.iter_mut() {
            let meant = path.starts_with(&rule.path)
                && rule.device.as_deref().is_none_or(|wanted| Some(wanted) == device)
                && rule.method.as_ref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(method));
            let late = matches!(rule.kind, FaultKind::Latency { .. });
            if !meant || (!late && hits.iter().any(|hit| !matches!(hit.kind, FaultKind::Latency { .. }))) {
                continue;
            }
            if rule.skip > 0 {
                rule.skip -= 1;
                continue;
            }
            rule.times = rule.times.map(|times| times - 1);
            hits.push(rule.clone());
        }
        rules.retain(|rule| rule.times != Some(0));
        hits
    }
}

/// Lets the faults in force happen to a call, then does those that it has overtaken.
pub(crate) async fn happen(State(app): State<App>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if path == "/sandbox" || path.starts_with("/sandbox/") {
        return next.run(request).await;
    }
    let device = request.headers().get("x-deviceid").and_then(|device| device.to_str().ok()).map(str::to_owned);
    let overtaken = app.faults.overtaken(device.as_deref());
    let answer = spoiled(&app, device, request, next).await;
    for Held { request, next, .. } in overtaken {
        done(next.run(request).await).await;
    }
    answer
}

/// Waits until the work behind an answer is done: that is when the answer is complete, not when its head is.
async fn done(answer: Response) {
    drop(to_bytes(answer.into_body(), ANSWER_LIMIT).await);
}

/// What comes of a call under the faults in force.
async fn spoiled(app: &App, device: Option<String>, mut request: Request, next: Next) -> Response {
    let mut other = None;
    for fault in app.faults.take(request.method().as_str(), request.uri().path(), device.as_deref()) {
        match fault.kind {
            FaultKind::Latency { millis } => tokio::time::sleep(Duration::from_millis(millis)).await,
            kind => other = Some((kind, fault.processed)),
        }
    }
    let Some((kind, processed)) = other else { return next.run(request).await };
    let connection = request.extensions().get::<Connection>().cloned();
    if processed && matches!(kind, FaultKind::Status { .. } | FaultKind::Html | FaultKind::Fail | FaultKind::Reset) {
        done(next.run(request).await).await;
        return instead(kind, connection).await;
    }
    match kind {
        FaultKind::CutBody => cut(next.run(request).await).await,
        FaultKind::SlowBody { millis } => slow(next.run(request).await, millis).await,
        FaultKind::Garbage { pointer, value } => {
            // Only a plain, whole answer can be changed.
            request.headers_mut().remove(header::ACCEPT_ENCODING);
            request.headers_mut().remove(header::IF_NONE_MATCH);
            garbage(next.run(request).await, &pointer, value).await
        }
        FaultKind::Duplicate => {
            let Ok((first, second)) = twice(request).await else {
                return StatusCode::PAYLOAD_TOO_LARGE.into_response();
            };
            done(next.clone().run(first).await).await;
            next.run(second).await
        }
        FaultKind::Hold => {
            // Whole: the connection that it came on ends.
            let Ok((request, _)) = twice(request).await else { return StatusCode::PAYLOAD_TOO_LARGE.into_response() };
            app.faults.hold(Held { device, request, next });
            instead(FaultKind::Reset, connection).await
        }
        kind => instead(kind, connection).await,
    }
}

/// A call, read to its end, and another one like it.
async fn twice(request: Request) -> Result<(Request, Request), axum::Error> {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, ANSWER_LIMIT).await?;
    let again = Request::from_parts(head.clone(), Body::from(body.clone()));
    Ok((Request::from_parts(head, Body::from(body)), again))
}

/// What comes instead of the platform's answer.
async fn instead(kind: FaultKind, connection: Option<Connection>) -> Response {
    match kind {
        FaultKind::Status { code, retry_after } => {
            let status = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let mut response = crate::problem::problem(status, "Fault", "The sandbox was told to fail.", None);
            if let Some(seconds) = retry_after {
                response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            }
            response
        }
        FaultKind::Html => Html(
            "<!doctype html><html><head><title>Guest Wi-Fi</title></head><body><h1>Welcome</h1>\
             <p>Accept the terms to go online.</p></body></html>",
        )
        .into_response(),
        FaultKind::Fail => Json(json!({
            "data": null,
            "result": {
                "state": "Fail",
                "httpCode": 500,
                "message": format!("Something went wrong. Error {}", Uuid::new_v4()),
                "messageCode": null,
                "exception": null,
                "validationErrors": null,
            },
        }))
        .into_response(),
        FaultKind::Reset => {
            if let Some(connection) = connection {
                connection.reset();
                // The connection ends under this; the answer below goes nowhere.
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
        FaultKind::HugeBody { bytes } => huge(bytes),
        FaultKind::GzipBomb { bytes } => bomb(bytes).await,
        FaultKind::CutBody
        | FaultKind::Duplicate
        | FaultKind::Hold
        | FaultKind::SlowBody { .. }
        | FaultKind::Latency { .. }
        | FaultKind::Garbage { .. } => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn cut(answer: Response) -> Response {
    let (mut head, body) = answer.into_parts();
    let Ok(whole) = to_bytes(body, ANSWER_LIMIT).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    head.headers.remove(header::TRANSFER_ENCODING);
    head.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(whole.len()));
    let half = whole.slice(..whole.len() / 2);
    let body = stream::unfold(Some(half), |half| async move {
        match half {
            Some(half) if !half.is_empty() => Some((Ok(half), None)),
            _ => {
                // Time for the half to leave: an error drops what is still buffered.
                tokio::time::sleep(Duration::from_millis(50)).await;
                Some((Err(std::io::Error::other("cut off, as the fault says")), None))
            }
        }
    });
    Response::from_parts(head, Body::from_stream(body))
}

async fn slow(answer: Response, millis: u64) -> Response {
    const DROPS: usize = 20;
    let (mut head, body) = answer.into_parts();
    let Ok(whole) = to_bytes(body, ANSWER_LIMIT).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    head.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(whole.len()));
    let drop_size = whole.len().div_ceil(DROPS).max(1);
    let drops = whole.len().div_ceil(drop_size).max(1);
    let pause = Duration::from_millis(millis) / u32::try_from(drops).unwrap_or(u32::MAX);
    let body = stream::unfold(whole, move |mut rest| async move {
        if rest.is_empty() {
            return None;
        }
        tokio::time::sleep(pause).await;
        let next = rest.split_to(drop_size.min(rest.len()));
        Some((Ok::<_, Infallible>(next), rest))
    });
    Response::from_parts(head, Body::from_stream(body))
}

async fn garbage(answer: Response, pointer: &str, value: Value) -> Response {
    let (mut head, body) = answer.into_parts();
    let Ok(whole) = to_bytes(body, ANSWER_LIMIT).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let mut json: Value = match serde_json::from_slice(&whole) {
        Ok(json) => json,
        Err(_) => return Response::from_parts(head, Body::from(whole)),
    };
    if let Some(place) = json.pointer_mut(pointer) {
        *place = value;
    } else if let Some((parent, name)) = pointer.rsplit_once('/')
        && let Some(Value::Object(parent)) = json.pointer_mut(parent)
    {
        parent.insert(name.to_owned(), value);
    }
    head.headers.remove(header::CONTENT_LENGTH);
    head.headers.remove(header::ETAG);
    Response::from_parts(head, Body::from(json.to_string()))
}

/// `{"data":"xxxx…"}` in chunks.
fn huge(bytes: u64) -> Response {
    let chunk = Bytes::from_static(&[b'x'; CHUNK]);
    let body = stream::unfold((0_u64, false), move |(sent, ended)| {
        let chunk = chunk.clone();
        async move {
            if ended {
                return None;
            }
            let (next, ended) = if sent == 0 {
                (Bytes::from_static(b"{\"data\":\""), false)
            } else if sent >= bytes {
                (Bytes::from_static(b"\"}"), true)
            } else {
                let left = usize::try_from(bytes - sent).unwrap_or(CHUNK);
                (chunk.slice(..left.min(CHUNK)), false)
            };
            let sent = sent + next.len() as u64;
            Some((Ok::<_, Infallible>(next), (sent, ended)))
        }
    });
    ([(header::CONTENT_TYPE, "application/json")], Body::from_stream(body)).into_response()
}

/// Blanks and `{}`, packed.
async fn bomb(bytes: u64) -> Response {
    let packed = tokio::task::spawn_blocking(move || -> std::io::Result<Vec<u8>> {
        let mut packer = GzEncoder::new(Vec::new(), Compression::best());
        let blanks = [b' '; CHUNK];
        let mut left = bytes.saturating_sub(2);
        while left > 0 {
            let some = usize::try_from(left).unwrap_or(CHUNK).min(CHUNK);
            packer.write_all(&blanks[..some])?;
            left -= some as u64;
        }
        packer.write_all(b"{}")?;
        packer.finish()
    })
    .await;
    match packed {
        Ok(Ok(packed)) => {
            let headers = [(header::CONTENT_TYPE, "application/json"), (header::CONTENT_ENCODING, "gzip")];
            (headers, packed).into_response()
        }
        _ => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

impl FromStr for Fault {
    type Err = serde_json::Error;

    /// A fault out of its JSON, as the control API takes it.
    fn from_str(json: &str) -> Result<Self, Self::Err> {
        serde_json::from_str(json)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(json: &str) -> Fault {
        json.parse().unwrap()
    }

    #[test]
    fn rules_count_calls() {
        let faults = Faults::default();
        faults.add(fault(r#"{"path":"/a","kind":"reset","skip":1,"times":2}"#)).unwrap();
        faults.add(fault(r#"{"path":"/a","kind":{"latency":{"millis":5}}}"#)).unwrap();
        let hits: Vec<usize> = (0..4).map(|_| faults.take("GET", "/a/b", None).len()).collect();
        assert_eq!(hits, [1, 2, 2, 1]);
        assert!(faults.take("GET", "/b", None).is_empty());
        assert_eq!(faults.list().len(), 1);
    }

    #[test]
    fn nonsense_is_refused() {
        let faults = Faults::default();
        assert!(faults.add(fault(r#"{"path":"a","kind":"html"}"#)).is_err());
        assert!(faults.add(fault(r#"{"path":"/","kind":{"status":{"code":99}}}"#)).is_err());
        assert!(faults.add(fault(r#"{"path":"/","kind":{"gzipBomb":{"bytes":99999999999}}}"#)).is_err());
        assert!(r#"{"path":"/","kind":"explode"}"#.parse::<Fault>().is_err());
    }
}
