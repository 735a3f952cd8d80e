//! An app, as far as the sandbox sees one: calls with tokens and device headers. Also a till.

use std::sync::Once;
use std::time::Duration;

use pocketcard_sandbox::{Options, Sandbox};
use reqwest::header::HeaderMap;
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;
use uuid::Uuid;

pub(crate) const ANNA: &str = "+491713920001";
pub(crate) const BORIS: &str = "+491713920002";
pub(crate) const CLARA: &str = "+491713920003";
pub(crate) const DAVID: &str = "+491713920004";

/// A sandbox on a fresh database, whose clock stands at noon of a known day.
pub(crate) struct Fresh {
    pub(crate) sandbox: Sandbox,
    pub(crate) folder: TempDir,
}

pub(crate) async fn fresh() -> Fresh {
    let folder = TempDir::new().unwrap();
    let sandbox = start(&folder).await;
    sandbox.freeze(true).await.unwrap();
    sandbox.set_clock("2031-05-04T12:00:00Z".parse().unwrap()).await.unwrap();
    Fresh { sandbox, folder }
}

pub(crate) async fn start(folder: &TempDir) -> Sandbox {
    let mut options = Options::new(folder.path().join("sandbox.db"));
    options.starts_at = Some("2031-05-04T12:00:00Z".parse().unwrap());
    options.record = true;
    Sandbox::start(options).await.unwrap()
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Reply {
    /// The data of an envelope that says success.
    #[track_caller]
    pub(crate) fn data(self) -> Value {
        assert_eq!(self.body["result"]["state"], "Success", "{} {}", self.status, self.body);
        self.body["data"].clone()
    }

    /// The body of a plain answer that says success.
    #[track_caller]
    pub(crate) fn ok(self) -> Value {
        assert!(self.status.is_success(), "{} {}", self.status, self.body);
        self.body
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }
}

/// An installation of an app, signed in or not.
pub(crate) struct App {
    pub(crate) http: Client,
    pub(crate) url: String,
    pub(crate) device: String,
    pub(crate) access: Option<String>,
    pub(crate) refresh: Option<String>,
}

impl App {
    pub(crate) fn new(sandbox: &Sandbox, device: &str) -> Self {
        static PROVIDER: Once = Once::new();
        PROVIDER.call_once(|| {
            let _ = rustls::crypto::ring::default_provider().install_default();
        });
        let http = Client::builder().timeout(Duration::from_secs(20)).build().unwrap();
        Self { http, url: sandbox.url().to_owned(), device: device.to_owned(), access: None, refresh: None }
    }

    /// An app that this member has signed in to by text message.
    pub(crate) async fn signed_in(sandbox: &Sandbox, phone: &str) -> Self {
        let mut app = Self::new(sandbox, &format!("device of {phone}"));
        app.sign_in(sandbox, phone).await;
        app
    }

    pub(crate) fn keep(&mut self, tokens: &Value) {
        self.access = Some(tokens["access_token"].as_str().unwrap().to_owned());
        self.refresh = Some(tokens["refresh_token"].as_str().unwrap().to_owned());
    }

    pub(crate) async fn token(&self, form: &[(&str, &str)], two_factor: Option<&str>) -> Reply {
        let mut request = self.request(Method::POST, "/authorizationService/token").form(form);
        if let Some(two_factor) = two_factor {
            request = request.header("X-Loymax-2FA", two_factor);
        }
        reply(request).await.unwrap()
    }

    pub(crate) async fn refreshed(&self) -> Reply {
        let refresh = self.refresh.clone().unwrap();
        self.token(&[("grant_type", "refresh_token"), ("refresh_token", &refresh)], None).await
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        reply(self.request(Method::GET, path)).await.unwrap()
    }

    pub(crate) async fn delete(&self, path: &str) -> Reply {
        reply(self.request(Method::DELETE, path)).await.unwrap()
    }

    pub(crate) async fn try_get(&self, path: &str) -> Result<Reply, reqwest::Error> {
        reply(self.request(Method::GET, path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Reply {
        reply(self.request(Method::POST, path).json(&body)).await.unwrap()
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Reply {
        reply(self.request(Method::PUT, path).json(&body)).await.unwrap()
    }

    /// Sends events.
    pub(crate) async fn tell(&self, events: &[Value]) -> Reply {
        let body = serde_json::to_vec(events).unwrap();
        let request = self.request(Method::POST, "/app/v1/events").body(body);
        reply(request.header("Content-Type", "application/cloudevents-batch+json")).await.unwrap()
    }

    /// Sends one event, which must be accepted. Gives its id.
    pub(crate) async fn does(&self, sequence: u64, kind: &str, time: &str, data: Value) -> Uuid {
        let event = self.event(sequence, kind, time, data);
        let told = self.tell(std::slice::from_ref(&event)).await.ok();
        assert_eq!(told["results"][0]["status"], "accepted", "{told}");
        event["id"].as_str().unwrap().parse().unwrap()
    }

    /// An event of this installation.
    pub(crate) fn event(&self, sequence: u64, kind: &str, time: &str, data: Value) -> Value {
        json!({
            "specversion": "1.0",
            "id": Uuid::now_v7(),
            "source": format!("/installations/{}", self.device),
            "type": kind,
            "time": time,
            "sequence": sequence,
            "datacontenttype": "application/json",
            "data": data,
        })
    }

    /// A call with an `Idempotency-Key`.
    pub(crate) async fn keyed(&self, path: &str, key: Uuid, body: Value) -> Reply {
        let request = self.request(Method::POST, path).header("Idempotency-Key", key.to_string());
        reply(if body.is_null() { request } else { request.json(&body) }).await.unwrap()
    }

    /// The task of this id, as the App API says.
    pub(crate) async fn task(&self, id: &str) -> Value {
        let tasks = self.get("/app/v1/tasks").await.ok();
        let found = tasks["tasks"].as_array().unwrap().iter().find(|task| task["id"] == id);
        found.unwrap_or_else(|| panic!("no {id} in {tasks}")).clone()
    }

    /// A fresh installation with its anonymous member.
    pub(crate) async fn anonymous(sandbox: &Sandbox, device: &str) -> Self {
        let mut app = Self::new(sandbox, device);
        app.keep(&app.post("Registration/RegisterAnonym", json!({})).await.data());
        app
    }

    /// The member signs in by text message on this installation.
    pub(crate) async fn sign_in(&mut self, sandbox: &Sandbox, phone: &str) {
        let first = self.token(&[("grant_type", "password"), ("username", phone)], None).await;
        assert_eq!(first.body["error"], "TwoFactorAuthenticationCodeRequired", "{}", first.body);
        let code = sandbox.sms(phone).await.unwrap()[0].code.clone();
        let second =
            self.token(&[("grant_type", "password"), ("password", &code)], Some(first.header("x-loymax-2fa"))).await;
        self.keep(&second.ok());
    }

    /// A call of the Member API under `/publicapi/v1.2` where the path does not begin with a slash.
    pub(crate) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let base = if path.starts_with('/') { "" } else { "/publicapi/v1.2/" };
        let mut request = self
            .http
            .request(method, format!("{}{base}{path}", self.url))
            .header("X-DeviceId", &self.device)
            .header("X-PlatformType", "Android")
            .header("X-PlatformVersion", "16")
            .header("User-Agent", "Pocketcard/1.0");
        if let Some(access) = &self.access {
            request = request.bearer_auth(access);
        }
        request
    }

    /// The member's points, as the Member API says.
    pub(crate) async fn points(&self) -> Value {
        self.get("User/DetailedBalance").await.data()["items"][0]["amount"].clone()
    }

    /// Rings up one thing of this price, for whom `code` is.
    pub(crate) async fn buy(&self, code: &str, price: Value, points: Value) -> Reply {
        let items = json!([{ "goodsId": "1", "name": "Thing", "count": 1, "price": price }]);
        self.post("/till/purchases", json!({ "code": code, "items": items, "payWithPoints": points })).await
    }
}

pub(crate) async fn reply(request: reqwest::RequestBuilder) -> Result<Reply, reqwest::Error> {
    let answer = request.send().await?;
    let (status, headers) = (answer.status(), answer.headers().clone());
    let bytes = answer.bytes().await?;
    let body = serde_json::from_slice(&bytes).unwrap_or_else(|_| String::from_utf8_lossy(&bytes).into_owned().into());
    Ok(Reply { status, headers, body })
}

/// A number, exactly as it stands in JSON.
pub(crate) fn number(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}
