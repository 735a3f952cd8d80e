//! How our own APIs (app, till, control) say no: RFC 9457 problem details.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::refusal::{Failure, Kind};

/// What a handler of our own APIs gives.
pub(crate) type Answer = Result<Json<Value>, Problem>;

/// A failure, on its way to the wire.
#[derive(Debug)]
pub(crate) struct Problem(Failure);

impl<F: Into<Failure>> From<F> for Problem {
    fn from(failure: F) -> Self {
        Self(failure.into())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let refusal = match self.0 {
            Failure::Refused(refusal) | Failure::Counted(refusal) => refusal,
            Failure::Broken(broken) => {
                let id = Uuid::new_v4();
                tracing::error!(%id, %broken, "a call failed");
                return problem(StatusCode::INTERNAL_SERVER_ERROR, "InternalError", &format!("Error {id}"), None);
            }
        };
        let mut more = match refusal.data {
            Some(Value::Object(more)) => more,
            _ => Map::new(),
        };
        let status = match refusal.kind {
            Kind::Invalid(field) => {
                more.insert("field".to_owned(), field.into());
                StatusCode::UNPROCESSABLE_ENTITY
            }
            Kind::Malformed => StatusCode::BAD_REQUEST,
            Kind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Kind::Missing => StatusCode::NOT_FOUND,
            Kind::Forbidden => StatusCode::FORBIDDEN,
            Kind::Conflict => StatusCode::CONFLICT,
        };
        problem(status, refusal.code, &refusal.message, Some(more))
    }
}

/// Problem details with this status.
pub(crate) fn problem(status: StatusCode, code: &str, detail: &str, more: Option<Map<String, Value>>) -> Response {
    let mut body = json!({
        "type": format!("urn:pocketcard:problem:{code}"),
        "title": status.canonical_reason().unwrap_or("Error"),
        "status": status.as_u16(),
        "detail": detail,
    });
    if let (Value::Object(body), Some(more)) = (&mut body, more) {
        body.extend(more);
    }
    let mut response = (status, Json(body)).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    response
}
