//! The envelope of the Member API, and conditional answers.

use axum::Json;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::refusal::{Failure, Kind, Refusal};
use crate::wire::fingerprint;

/// What a handler of the Member API gives.
pub(super) type Answer = Result<Response, Refused>;

/// A failure, on its way to the wire.
#[derive(Debug)]
pub(crate) struct Refused(Failure);

impl<F: Into<Failure>> From<F> for Refused {
    fn from(failure: F) -> Self {
        Self(failure.into())
    }
}

/// Success, with what was asked for.
pub(super) fn success(data: Value) -> Response {
    Json(enveloped(&data)).into_response()
}

/// Success, or 304 where the caller has this already.
pub(super) fn fresh(headers: &HeaderMap, data: Value) -> Response {
    conditional(headers, &enveloped(&data), &data)
}

/// `body`, or 304 where the caller has what `content` stands for. The tag is weak: a compressed answer has the same.
pub(crate) fn conditional(headers: &HeaderMap, body: &Value, content: &Value) -> Response {
    tagged(headers, &content.to_string(), || Json(body).into_response())
}

/// `answer`, or 304 where the caller has what `content` stands for.
pub(crate) fn tagged(headers: &HeaderMap, content: &str, answer: impl FnOnce() -> Response) -> Response {
    let print = crate::wire::base16(&fingerprint(content)[..16]);
    let tag = format!("W/\"{print}\"");
    let opaque = &tag[2..];
    let known = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok()).any(|tags| {
        tags.split(',').map(str::trim).any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == opaque)
    });
    let mut response = if known { StatusCode::NOT_MODIFIED.into_response() } else { answer() };
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    response
}

fn enveloped(data: &Value) -> Value {
    json!({
        "data": data,
        "result": {
            "state": "Success",
            "httpCode": 200,
            "message": null,
            "messageCode": null,
            "exception": null,
            "validationErrors": null,
        },
    })
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let refusal = match self.0 {
            Failure::Refused(refusal) | Failure::Counted(refusal) => refusal,
            Failure::Broken(broken) => {
                let id = Uuid::new_v4();
                tracing::error!(%id, %broken, "a call failed");
                let message = format!("Something went wrong. Error {id}");
                return refused(StatusCode::INTERNAL_SERVER_ERROR, "Fail", 500, "InternalError", &message, &json!({}));
            }
        };
        let Refusal { kind, code, message, data } = refusal;
        let data = data.unwrap_or(Value::Null);
        match kind {
            Kind::Invalid(field) => invalid(StatusCode::OK, field, &message, &data),
            Kind::Malformed | Kind::TooLarge => invalid(StatusCode::BAD_REQUEST, "", &message, &data),
            Kind::Missing => refused(StatusCode::OK, "Error", 404, code, &message, &data),
            Kind::Forbidden => refused(StatusCode::OK, "Error", 400, code, &message, &data),
            Kind::Conflict => refused(StatusCode::OK, "Error", 409, code, &message, &data),
        }
    }
}

/// The refusals that come with HTTP 400, and their data.
pub(super) fn refused_registration(state: &str, message: &str) -> Response {
    let data =
        json!({ "state": state, "errorMessage": message, "authToken": null, "authResult": null, "personId": null });
    refused(StatusCode::BAD_REQUEST, "Error", 400, state, message, &data)
}

/// What answers to paths that the Member API does not have.
pub(super) async fn not_found() -> Response {
    refused(StatusCode::NOT_FOUND, "Error", 404, "NotFound", "There is no such call.", &Value::Null)
}

fn refused(status: StatusCode, state: &str, http_code: u16, code: &str, message: &str, data: &Value) -> Response {
    let result = json!({
        "state": state,
        "httpCode": http_code,
        "message": message,
        "messageCode": code,
        "exception": null,
        "validationErrors": null,
    });
    (status, Json(json!({ "data": data, "result": result }))).into_response()
}

fn invalid(status: StatusCode, field: &str, message: &str, data: &Value) -> Response {
    let result = json!({
        "state": "ValidationError",
        "httpCode": 400,
        "message": "Check what you entered.",
        "messageCode": "ValidationError",
        "exception": null,
        "validationErrors": [{ "field": field, "errorMessages": [message] }],
    });
    (status, Json(json!({ "data": data, "result": result }))).into_response()
}
