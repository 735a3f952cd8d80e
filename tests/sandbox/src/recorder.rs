//! What was said on the Member API and the App API, kept for tests that check it against the contract.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::extract::BODY_LIMIT;
use crate::platform::App;

/// The largest request that is read to be kept; what handlers take is less, and is theirs to refuse.
const REQUEST_LIMIT: usize = 64 * BODY_LIMIT;
/// The most exchanges that are kept; the oldest go.
const KEPT: usize = 10_000;

/// A call and its answer, as the platform saw them: before compression, and without what faults did to them.
///
/// Of headers it has the names, so that no token gets into a test's output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// `GET`, `POST` …
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// The query, undecoded, without the question mark.
    pub query: String,
    /// Names of the request's headers, in lower case.
    pub request_headers: Vec<String>,
    /// `Content-Type` of the request, without parameters.
    pub request_type: Option<String>,
    /// The request's body.
    pub request_body: Bytes,
    /// The answer's status.
    pub status: u16,
    /// Names of the answer's headers, in lower case.
    pub response_headers: Vec<String>,
    /// `Content-Type` of the answer, without parameters.
    pub response_type: Option<String>,
    /// The answer's body.
    pub response_body: Bytes,
}

/// Keeps exchanges, where a test asked for it.
#[derive(Debug)]
pub(crate) struct Recorder {
    kept: Option<Mutex<VecDeque<Exchange>>>,
}

impl Recorder {
    pub(crate) fn new(record: bool) -> Self {
        Self { kept: record.then(Mutex::default) }
    }

    /// What was kept since the last time, oldest first.
    pub(crate) fn take(&self) -> Vec<Exchange> {
        let kept =
            self.kept.as_ref().map(|kept| std::mem::take(&mut *kept.lock().unwrap_or_else(PoisonError::into_inner)));
        kept.unwrap_or_default().into()
    }

    fn keep(&self, exchange: Exchange) {
        if let Some(kept) = &self.kept {
            let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
            if kept.len() >= KEPT {
                kept.pop_front();
            }
            kept.push_back(exchange);
        }
    }
}

/// Records a call and its answer.
pub(crate) async fn record(State(app): State<App>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let wanted = ["/publicapi/", "/authorizationService/", "/app/"].iter().any(|prefix| path.starts_with(prefix));
    if app.recorder.kept.is_none() || !wanted {
        return next.run(request).await;
    }
    let (head, body) = request.into_parts();
    let Ok(request_body) = to_bytes(body, REQUEST_LIMIT).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let mut exchange = Exchange {
        method: head.method.to_string(),
        path,
        query: head.uri.query().unwrap_or_default().to_owned(),
        request_headers: names(&head.headers),
        request_type: media_type(&head.headers),
        request_body: request_body.clone(),
        status: 0,
        response_headers: Vec::new(),
        response_type: None,
        response_body: Bytes::new(),
    };
    let answer = next.run(Request::from_parts(head, Body::from(request_body))).await;
    let (head, body) = answer.into_parts();
    let Ok(response_body) = to_bytes(body, usize::MAX).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    exchange.status = head.status.as_u16();
    exchange.response_headers = names(&head.headers);
    exchange.response_type = media_type(&head.headers);
    exchange.response_body = response_body.clone();
    app.recorder.keep(exchange);
    Response::from_parts(head, Body::from(response_body))
}

fn names(headers: &HeaderMap) -> Vec<String> {
    headers.keys().map(|name| name.as_str().to_owned()).collect()
}

fn media_type(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    Some(value.split(';').next().unwrap_or(value).trim().to_ascii_lowercase())
}
