//! What the core says to the platform: the only module that knows HTTP and JSON.
//!
//! Owns the connection (TLS, time-outs, limits, retries) and the shapes on the wire; gives the core's own types. Keeps no
//! state of the member's: tokens come in with each call, and when to call, refresh or store is [`crate::sync`]'s to say.
//!
//! [`calls`] has one method a call, [`wire`] the shapes, [`envelope`] the way from bytes to either, [`tls`] whom we trust.

mod calls;
mod envelope;
mod events;
mod messages;
mod number;
pub(crate) mod offers;
pub(crate) mod push;
mod stores;
mod tasks;
#[cfg(test)]
mod tests;
mod time;
mod tls;
mod wire;

use std::collections::BTreeSet;
use std::error::Error as _;
use std::fmt;
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::{self, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, StatusCode, Url};

use self::envelope::{Wire, Wrapping};
use crate::error::{Error, Result};
use crate::host::{Clock, ClockReading};
use crate::session::RegistrationAction;

pub(crate) use self::events::Sent;
pub(crate) use self::stores::MerchantsPage;
pub(crate) use self::tls::validate_pins;

/// What a client of the platform must know of its app and phone.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// The tenant's address, as `https://loyalty.example`. Cleartext `http` only for this very machine.
    pub(crate) url: String,
    /// Goes into `User-Agent`, as do the next.
    pub(crate) app_name: String,
    /// The app's version.
    pub(crate) app_version: String,
    /// `Android`, `Ios` or `Harmony`.
    pub(crate) platform_type: &'static str,
    /// The version of the phone's system.
    pub(crate) platform_version: String,
    /// Stable for this installation.
    pub(crate) device_id: String,
    /// The language in which the platform should speak to the member, as `de-AT`.
    pub(crate) locale: String,
    /// Public keys of which the platform's chain must hold one, see [`validate_pins`]; none: any chain to a public root.
    pub(crate) pins: Vec<String>,
}

/// The platform's time, and the phone's clocks around it.
#[derive(Clone, Debug)]
pub(crate) struct TimeSample {
    /// What the platform's clock said.
    pub(crate) platform: Timestamp,
    /// How finely: the true time is between `platform` and `platform + granularity`.
    pub(crate) granularity: Duration,
    /// The phone's clocks before the request went out.
    pub(crate) sent: ClockReading,
    /// The phone's clocks when the answer's head had come.
    pub(crate) received: ClockReading,
}

/// An access token, and what gets the next one.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Tokens {
    /// The bearer token.
    pub(crate) access: String,
    /// Good for one refresh. Empty where the platform gave none (a registration that has only begun).
    pub(crate) refresh: String,
    /// How long `access` is good for.
    pub(crate) expires_in: Duration,
}

/// Shows no token.
impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens").field("expires_in", &self.expires_in).finish_non_exhaustive()
    }
}

/// What the platform says to a login and perhaps a password.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum SignInAnswer {
    /// Signed in.
    Tokens(Tokens),
    /// A one-time code is on its way to the member.
    CodeNeeded {
        /// Ties the code to this sign-in. A secret.
        two_factor: String,
    },
}

/// Shows no token.
impl fmt::Debug for SignInAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tokens(tokens) => tokens.fmt(f),
            Self::CodeNeeded { .. } => f.debug_struct("CodeNeeded").finish_non_exhaustive(),
        }
    }
}

/// How far a registration is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FinishAnswer {
    /// The member's tokens, where there are new ones.
    pub(crate) tokens: Option<Tokens>,
    /// Nothing is open any more.
    pub(crate) completed: bool,
    /// What is, in the platform's order.
    pub(crate) actions: Vec<RegistrationAction>,
}

/// The answer to a conditional request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fetched<T> {
    /// What the given `ETag` stood for is still true.
    NotModified,
    /// Something new.
    New {
        /// What the platform said.
        value: T,
        /// To ask for changes only, next time.
        etag: Option<String>,
    },
}

impl<T> Fetched<T> {
    fn map<U>(self, with: impl FnOnce(T) -> U) -> Fetched<U> {
        match self {
            Self::NotModified => Fetched::NotModified,
            Self::New { value, etag } => Fetched::New { value: with(value), etag },
        }
    }
}

/// How long and how much. Constants but for tests.
#[derive(Clone, Copy, Debug)]
struct Limits {
    connect: Duration,
    /// A call with all its retries.
    call: Duration,
    /// Bytes of an answer after decompression.
    body: usize,
    /// The same for the whole chain: 20 000 stores take about 20 MB.
    large: usize,
    /// Bytes of a refusal; what does not fit has no words for the member.
    refusal: usize,
    /// Retries of a call that changes nothing.
    retries: u32,
    /// The first retry comes within this time, each further one within twice as long.
    backoff: Duration,
    /// A `Retry-After` up to this is waited for; a longer one is the caller's to plan with.
    patience: Duration,
}

const LIMITS: Limits = Limits {
    connect: Duration::from_secs(5),
    call: Duration::from_secs(15),
    body: 2 << 20,
    large: 64 << 20,
    refusal: 64 << 10,
    retries: 2,
    backoff: Duration::from_millis(400),
    patience: Duration::from_secs(2),
};

/// Told of each time sample. Called between request and answer, so it must return at once.
pub(crate) type OnTime = Arc<dyn Fn(TimeSample) + Send + Sync>;

/// A client of one platform. Making it is cheap: the connection's parts are made by the first call.
pub(crate) struct Platform {
    base: String,
    headers: HeaderMap,
    device_id: String,
    /// `Android`, `Ios` or `Harmony`.
    system: &'static str,
    pins: BTreeSet<tls::Pin>,
    clock: Arc<dyn Clock>,
    on_time: OnTime,
    limits: Limits,
    http: OnceLock<Result<reqwest::Client>>,
}

/// Shows where it leads, not who asks.
impl fmt::Debug for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Platform").field("base", &self.base).finish_non_exhaustive()
    }
}

/// The platform's address, without a slash at its end.
///
/// # Errors
/// [`Error::Config`] for `platform_url` where it is not `https` (or `http` to this very machine), or has more than a
/// host, a port and a path.
pub(crate) fn validate_url(url: &str) -> Result<String> {
    let wrong = |problem: &str| Err(Error::Config { field: "platform_url", problem: problem.to_owned() });
    let Ok(parsed) = Url::parse(url.trim()) else {
        return wrong("not a URL; right is `https://` and the platform's host");
    };
    let Some(host) = parsed.host_str() else {
        return wrong("has no host");
    };
    let loopback = host == "localhost"
        || host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    match parsed.scheme() {
        "https" => {}
        "http" if loopback => {}
        "http" => return wrong("must be `https`; `http` is for a platform on this very machine"),
        _ => return wrong("must be `https`"),
    }
    if !parsed.username().is_empty() || parsed.password().is_some() {
        return wrong("must not hold a user or a password");
    }
    if parsed.query().is_some() || parsed.fragment().is_some() {
        return wrong("must not have a query or a fragment");
    }
    Ok(parsed.as_str().trim_end_matches('/').to_owned())
}

/// `settings` as the headers of each call.
pub(crate) fn headers(settings: &Settings) -> Result<HeaderMap> {
    let check = |field: &'static str, text: &str| {
        let fits = (1..=256).contains(&text.len()) && text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
        if fits && text.trim() == text {
            return Ok(());
        }
        Err(Error::Config { field, problem: "must be 1 to 256 visible ASCII characters: it goes into a header".into() })
    };
    check("app_name", &settings.app_name)?;
    check("app_version", &settings.app_version)?;
    check("platform_version", &settings.platform_version)?;
    check("device_id", &settings.device_id)?;
    check("locale", &settings.locale)?;
    let values = [
        (header::USER_AGENT, "app_name", format!("{}/{}", settings.app_name, settings.app_version)),
        (header::ACCEPT, "app_name", "application/json".to_owned()),
        // Java and Kotlin write `de_AT`.
        (header::ACCEPT_LANGUAGE, "locale", settings.locale.replace('_', "-")),
        (HeaderName::from_static("x-deviceid"), "device_id", settings.device_id.clone()),
        (HeaderName::from_static("x-platformtype"), "platform_type", settings.platform_type.to_owned()),
        (HeaderName::from_static("x-platformversion"), "platform_version", settings.platform_version.clone()),
    ];
    let values = values.into_iter().map(|(name, field, value)| {
        let value = HeaderValue::from_str(&value)
            .map_err(|_| Error::Config { field, problem: "cannot go into a header".into() })?;
        Ok((name, value))
    });
    values.collect()
}

/// One call to the platform.
struct Call<'a> {
    /// Method and path, as `GET Cards/{id}/QrCode`: what logs and errors call it. A path without a slash in front
    /// belongs to the member API.
    name: &'static str,
    /// What stands for `{id}` in the path.
    id: Option<String>,
    /// What stands for `{position}`.
    position: Option<u32>,
    /// With it the platform does what is asked once, however often it is asked.
    key: Option<uuid::Uuid>,
    query: Vec<(&'static str, String)>,
    token: Option<&'a str>,
    two_factor: Option<&'a str>,
    etag: Option<&'a str>,
    body: Option<(&'static str, Vec<u8>)>,
    /// The body holds a one-time code, so a refusal is most likely about it.
    takes_code: bool,
    /// How many times the usual limit the call may take.
    times_the_limit: u32,
    /// The answer may be as large as the whole chain.
    large: bool,
    /// The status of the last answer, for the log; 0 for none.
    status: AtomicU16,
}

/// What came back, with 2xx, 304, or a 4xx that refuses.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
    sent: ClockReading,
    received: ClockReading,
}

/// Why an attempt failed, and whether another one may follow: then after at least how long.
struct Failure {
    error: Error,
    again: Option<Duration>,
}

impl<'a> Call<'a> {
    fn new(name: &'static str) -> Self {
        Self {
            name,
            id: None,
            position: None,
            key: None,
            query: Vec::new(),
            token: None,
            two_factor: None,
            etag: None,
            body: None,
            takes_code: false,
            times_the_limit: 1,
            large: false,
            status: AtomicU16::new(0),
        }
    }

    /// As the member (or the anonymous one) whose access token it is.
    fn token(self, token: &'a str) -> Self {
        Self { token: Some(token), ..self }
    }

    fn two_factor(self, two_factor: &'a str) -> Self {
        Self { two_factor: Some(two_factor), ..self }
    }

    fn etag(self, etag: Option<&'a str>) -> Self {
        Self { etag, ..self }
    }

    fn id(self, id: impl ToString) -> Self {
        Self { id: Some(id.to_string()), ..self }
    }

    fn position(self, position: u32) -> Self {
        Self { position: Some(position), ..self }
    }

    fn key(self, key: uuid::Uuid) -> Self {
        Self { key: Some(key), ..self }
    }

    fn query(mut self, name: &'static str, value: impl ToString) -> Self {
        self.query.push((name, value.to_string()));
        self
    }

    /// Giving up on the answer would cost more than waiting for it.
    fn patient(self) -> Self {
        Self { times_the_limit: 4, ..self }
    }

    /// The answer may be as large as the whole chain, and takes its time.
    fn large(self) -> Self {
        Self { large: true, ..self.patient() }
    }

    /// The body holds a one-time code.
    fn takes_code(self) -> Self {
        Self { takes_code: true, ..self }
    }

    fn json(self, body: &serde_json::Value) -> Self {
        Self { body: Some(("application/json", body.to_string().into_bytes())), ..self }
    }

    fn form(self, fields: &[(&str, &str)]) -> Self {
        // `Url` has the encoder of forms within; on its own that is one more crate.
        let encoded = Url::parse("form:").map(|mut url| {
            url.query_pairs_mut().extend_pairs(fields);
            url.query().unwrap_or_default().as_bytes().to_vec()
        });
        Self { body: Some(("application/x-www-form-urlencoded", encoded.unwrap_or_default())), ..self }
    }

    fn method(&self) -> Method {
        let (method, _) = self.parts();
        Method::from_bytes(method.as_bytes()).unwrap_or_default()
    }

    fn parts(&self) -> (&'static str, &'static str) {
        self.name.split_once(' ').unwrap_or(("GET", self.name))
    }

    fn wrapping(&self) -> Wrapping {
        if self.parts().1.starts_with('/') { Wrapping::Plain } else { Wrapping::Envelope }
    }

    fn url(&self, base: &str) -> Result<Url> {
        let (_, path) = self.parts();
        let prefix = if path.starts_with('/') { "" } else { "/publicapi/v1.2/" };
        let mut url =
            Url::parse(&format!("{base}{prefix}")).map_err(|_| Error::Bug(format!("no URL for {}", self.name)))?;
        if let Ok(mut segments) = url.path_segments_mut() {
            // An id is data: a slash in it leads nowhere else.
            let id = self.id.as_deref().unwrap_or_default();
            let position = self.position.unwrap_or_default().to_string();
            segments.pop_if_empty();
            segments.extend(path.split('/').filter(|part| !part.is_empty()).map(|part| match part {
                "{id}" => id,
                "{position}" => position.as_str(),
                part => part,
            }));
        }
        if !self.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&self.query);
        }
        Ok(url)
    }

    fn unreadable(&self, problem: impl Into<String>) -> Error {
        Error::Unreadable { call: self.name, problem: problem.into() }
    }

    /// What `answer` holds, or why it holds nothing.
    fn read<W: Wire>(&self, answer: &Answer) -> Result<W::Domain> {
        if answer.status.is_success() {
            envelope::success::<W>(self.name, self.wrapping(), self.takes_code, &answer.body)
        } else if answer.status.is_client_error() {
            Err(envelope::refusal(self.name, answer.status.as_u16(), self.takes_code, &answer.body))
        } else {
            // Such as a redirect: the platform sends none, what stands between may.
            Err(self.unreadable(format!("HTTP {}", answer.status.as_u16())))
        }
    }

    /// As `reqwest` sends it.
    fn request(&self, http: &reqwest::Client, url: &Url) -> Result<reqwest::RequestBuilder> {
        let mut request = http.request(self.method(), url.clone());
        if let Some(token) = self.token {
            // A token that no header can carry is one that the platform never gave.
            let mut value = HeaderValue::from_str(&format!("Bearer {token}")).map_err(|_| Error::Unauthorized)?;
            value.set_sensitive(true);
            request = request.header(header::AUTHORIZATION, value);
        }
        if let Some(two_factor) = self.two_factor {
            let mut value = HeaderValue::from_str(two_factor).map_err(|_| Error::nothing_pending())?;
            value.set_sensitive(true);
            request = request.header(TWO_FACTOR, value);
        }
        if let Some(etag) = self.etag.and_then(|etag| HeaderValue::from_str(etag).ok()) {
            request = request.header(header::IF_NONE_MATCH, etag);
        }
        if let Some(key) = self.key {
            request = request.header("Idempotency-Key", key.to_string());
        }
        if let Some((kind, body)) = &self.body {
            request = request.header(header::CONTENT_TYPE, *kind).body(body.clone());
        }
        Ok(request)
    }
}

impl Platform {
    /// A client for `settings`. Opens no connection.
    ///
    /// # Errors
    /// [`Error::Config`], naming the field.
    pub(crate) fn new(settings: &Settings, clock: Arc<dyn Clock>, on_time: OnTime) -> Result<Self> {
        Ok(Self {
            base: validate_url(&settings.url)?,
            headers: headers(settings)?,
            device_id: settings.device_id.clone(),
            system: settings.platform_type,
            pins: validate_pins(&settings.pins)?,
            clock,
            on_time,
            limits: LIMITS,
            http: OnceLock::new(),
        })
    }

    /// What tells this installation from all others.
    pub(crate) fn device_id(&self) -> &str {
        &self.device_id
    }

    fn http(&self) -> Result<&reqwest::Client> {
        let made = self.http.get_or_init(|| self.http_over(tls::config(self.pins.clone())?));
        made.as_ref().map_err(Clone::clone)
    }

    fn http_over(&self, tls: rustls::ClientConfig) -> Result<reqwest::Client> {
        reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .default_headers(self.headers.clone())
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .no_proxy()
            .connect_timeout(self.limits.connect)
            .pool_idle_timeout(Duration::from_secs(90))
            // A phone that changed networks holds connections that lead nowhere: a call that waits on one finds out
            // and drops it, so that the next call does not wait, too.
            .http2_keep_alive_interval(Duration::from_secs(5))
            .http2_keep_alive_timeout(Duration::from_secs(5))
            .build()
            .map_err(|error| Error::Bug(format!("HTTP client: {error}")))
    }

    /// What `call` is answered with.
    async fn ask<W: Wire>(&self, call: Call<'_>) -> Result<W::Domain> {
        self.logged(&call, async {
            let answer = self.exchange(&call).await?;
            call.read::<W>(&answer)
        })
        .await
    }

    /// What `call` is answered with, unless nothing changed since its `ETag`.
    async fn fetch<W: Wire>(&self, call: Call<'_>) -> Result<Fetched<W::Domain>> {
        self.fetch_with::<W>(call, |_, _| ()).await
    }

    /// As [`Self::fetch`], and `note` sees what came, with the answer it came in.
    async fn fetch_with<W: Wire>(
        &self,
        call: Call<'_>,
        note: impl FnOnce(&W::Domain, &Answer),
    ) -> Result<Fetched<W::Domain>> {
        self.logged(&call, async {
            let answer = self.exchange(&call).await?;
            if answer.status == StatusCode::NOT_MODIFIED && call.etag.is_some() {
                return Ok(Fetched::NotModified);
            }
            let value = call.read::<W>(&answer)?;
            note(&value, &answer);
            let etag = answer.headers.get(header::ETAG).and_then(|etag| etag.to_str().ok());
            Ok(Fetched::New { value, etag: etag.filter(|etag| (1..=256).contains(&etag.len())).map(str::to_owned) })
        })
        .await
    }

    /// One line of log for each call, whatever came of it. Names no member, no id, no value.
    async fn logged<T>(&self, call: &Call<'_>, work: impl Future<Output = Result<T>>) -> Result<T> {
        let began = self.clock.read().since_boot;
        let outcome = work.await;
        let ms = self.clock.read().since_boot.saturating_sub(began).as_millis();
        let ms = u64::try_from(ms).unwrap_or(u64::MAX);
        let status = call.status.load(Ordering::Relaxed);
        match &outcome {
            Ok(_) => tracing::debug!(call = call.name, status, ms, "answered"),
            // These are part of normal work.
            Err(error @ (Error::Rejected(_) | Error::Unauthorized | Error::SessionOver | Error::NotSupported)) => {
                tracing::debug!(call = call.name, status, ms, %error, "refused");
            }
            Err(error) => tracing::warn!(call = call.name, status, ms, %error, "failed"),
        }
        outcome
    }

    /// Sends `call`, again if it may be sent again, within the time a call has.
    async fn exchange(&self, call: &Call<'_>) -> Result<Answer> {
        let http = self.http()?;
        let url = call.url(&self.base)?;
        let retries = if call.method() == Method::GET { self.limits.retries } else { 0 };
        let attempts = async {
            let mut retry = 0;
            loop {
                let failure = match self.attempt(http, &url, call).await {
                    Ok(answer) => return Ok(answer),
                    Err(failure) => failure,
                };
                let Some(at_least) = failure.again.filter(|wait| retry < retries && *wait <= self.limits.patience)
                else {
                    return Err(failure.error);
                };
                // Full jitter: phones that failed together do not come back together.
                let within = self.limits.backoff.saturating_mul(1 << retry);
                tokio::time::sleep(at_least + within.mul_f64(fastrand::f64())).await;
                retry += 1;
            }
        };
        let in_time = tokio::time::timeout(self.limits.call * call.times_the_limit, attempts).await;
        in_time.unwrap_or_else(|_| Err(Error::Offline("timed out".into())))
    }

    async fn attempt(
        &self,
        http: &reqwest::Client,
        url: &Url,
        call: &Call<'_>,
    ) -> std::result::Result<Answer, Failure> {
        let fatal = |error| Failure { error, again: None };
        let request = call.request(http, url).map_err(fatal)?;
        let sent = self.clock.read();
        let response = request
            .send()
            .await
            .map_err(|error| Failure { again: error.is_connect().then_some(Duration::ZERO), error: offline(&error) })?;
        let received = self.clock.read();
        let status = response.status();
        let headers = response.headers().clone();
        call.status.store(status.as_u16(), Ordering::Relaxed);
        let date = self.sample_date(&headers, &sent, &received);

        if status == StatusCode::TOO_MANY_REQUESTS || status == StatusCode::REQUEST_TIMEOUT || status.is_server_error()
        {
            let now = date.unwrap_or(received.wall);
            let retry_after = headers.get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
            let retry_after = retry_after.and_then(|text| time::retry_after(text, now));
            let status = status.as_u16();
            let again = matches!(status, 429 | 502 | 503 | 504).then(|| retry_after.unwrap_or_default());
            return Err(Failure { error: Error::Busy { status, retry_after }, again });
        }
        if status == StatusCode::NOT_FOUND {
            // What carries a key the member asked for, and they are told why it was not done.
            let words = match call.key {
                Some(_) => bounded(response, self.limits.refusal, call).await.unwrap_or_default(),
                None => Vec::new(),
            };
            return Err(fatal(envelope::absent(&words)));
        }
        // Without a token in the request, a 401 is about what the member typed, and no refresh would help.
        if status == StatusCode::UNAUTHORIZED && call.token.is_some() {
            return Err(fatal(Error::Unauthorized));
        }
        let body = if status.is_success() {
            let limit = if call.large { self.limits.large } else { self.limits.body };
            bounded(response, limit, call).await.map_err(fatal)?
        } else {
            // The status has said what matters; words that are cut or too long are done without.
            bounded(response, self.limits.refusal, call).await.unwrap_or_default()
        };
        Ok(Answer { status, headers, body, sent, received })
    }

    /// The answer's `Date`, which it also passes on as a time sample unless a cache made the answer.
    fn sample_date(&self, headers: &HeaderMap, sent: &ClockReading, received: &ClockReading) -> Option<Timestamp> {
        let date = headers.get(header::DATE)?.to_str().ok().and_then(time::http_date)?;
        if !headers.contains_key(header::AGE) {
            (self.on_time)(TimeSample {
                platform: date,
                granularity: Duration::from_secs(1),
                sent: sent.clone(),
                received: received.clone(),
            });
        }
        Some(date)
    }
}

/// Carries the token of a sign-in that waits for its one-time code.
const TWO_FACTOR: HeaderName = HeaderName::from_static("x-loymax-2fa");

/// The body of `response`, if it has at most `limit` bytes. No more than that is ever held: decompression is by the
/// chunk, so a small body that unpacks to gigabytes is dropped at the limit, too.
async fn bounded(mut response: reqwest::Response, limit: usize, call: &Call<'_>) -> Result<Vec<u8>> {
    let too_large = || call.unreadable(format!("larger than {limit} bytes"));
    if response.content_length().is_some_and(|length| length > limit as u64) {
        return Err(too_large());
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| broken(&error, call))? {
        if chunk.len() > limit - body.len() {
            return Err(too_large());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// A body that ended before its end is the network's doing; one that does not unpack is the platform's.
fn broken(error: &reqwest::Error, call: &Call<'_>) -> Error {
    let mut cause = error.source();
    let mut damaged = error.is_decode();
    while let Some(inner) = cause {
        let network = inner.downcast_ref::<std::io::Error>().is_some_and(|io| {
            use std::io::ErrorKind as Kind;
            matches!(
                io.kind(),
                Kind::UnexpectedEof
                    | Kind::ConnectionReset
                    | Kind::ConnectionAborted
                    | Kind::BrokenPipe
                    | Kind::NotConnected
                    | Kind::TimedOut
            )
        });
        let cut = inner.downcast_ref::<reqwest::Error>().is_some_and(|error| error.is_body() || error.is_timeout());
        damaged &= !network && !cut;
        cause = inner.source();
    }
    if damaged { call.unreadable("does not unpack") } else { offline(error) }
}

/// What kept a call from its answer: reqwest's own words hold the URL, so only the cause at the bottom is told.
fn offline(error: &reqwest::Error) -> Error {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    let what = if error.is_timeout() {
        "timed out"
    } else if error.is_connect() {
        "cannot connect"
    } else if error.is_body() || error.is_decode() {
        "the answer was cut"
    } else {
        "no answer"
    };
    // The bottom can be the error itself, and then says no more than `what`.
    Error::Offline(if error.source().is_some() { format!("{what}: {cause}") } else { what.to_owned() })
}
