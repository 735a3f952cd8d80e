//! The client against a server that answers canned bytes: whole, cut, slow, hostile.

mod offers;
mod stores;

use std::io::Write as _;
use std::sync::Mutex;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::envelope::{List, Nothing, success};
use super::*;
use crate::balance::{DatedAmount, Period};
use crate::card::{CardState, Symbology};
use crate::error::RejectionKind;
use crate::history::HistoryWhat;
use crate::host::SystemClock;
use crate::session::{Answer as QuestionAnswer, RegistrationActionKind};

/// What must never be seen outside of what a method returns.
const SECRET: &str = "s3cr3t-79001234567";

/// What the server does with one connection.
enum Reply {
    Send(Vec<u8>),
    /// Sends, and then holds the connection open.
    Hang(Vec<u8>),
    Reset,
    /// An endless body, which must be left by the client.
    Endless,
}

fn http(status: u16, headers: &str, body: impl AsRef<[u8]>) -> Reply {
    let body = body.as_ref();
    let mut bytes =
        format!("HTTP/1.1 {status} X\r\nConnection: close\r\nContent-Length: {}\r\n{headers}\r\n", body.len())
            .into_bytes();
    bytes.extend(body);
    Reply::Send(bytes)
}

fn ok(data: Value) -> Reply {
    http(200, "", json!({ "$type": "Response", "data": data, "result": { "state": "Success" } }).to_string())
}

/// Answers each connection with the next of `replies`; gives the requests as they came.
async fn serve(replies: Vec<Reply>) -> (Platform, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let requests = Arc::new(Mutex::new(Vec::new()));
    let seen = requests.clone();
    tokio::spawn(async move {
        let mut held = Vec::new();
        for reply in replies {
            let (mut stream, _) = listener.accept().await.unwrap();
            if matches!(reply, Reply::Reset) {
                stream.readable().await.unwrap();
                seen.lock().unwrap().push(String::new());
                continue; // Closing with the request unread resets the connection.
            }
            let request = read_request(&mut stream).await;
            seen.lock().unwrap().push(request);
            match reply {
                Reply::Send(bytes) => stream.write_all(&bytes).await.unwrap(),
                Reply::Hang(bytes) => {
                    stream.write_all(&bytes).await.unwrap();
                    held.push(stream);
                }
                Reply::Endless => {
                    let _ = stream.write_all(b"HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n").await;
                    let chunk = [b"10000\r\n".as_slice(), vec![b' '; 0x10000].as_slice(), b"\r\n"].concat();
                    while stream.write_all(&chunk).await.is_ok() {}
                }
                Reply::Reset => {}
            }
        }
        std::future::pending::<()>().await;
    });
    (client(&url), requests)
}

async fn read_request(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).to_lowercase();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.split_once("content-length: ").map_or("0", |(_, rest)| rest.lines().next().unwrap());
            if body.len() >= length.parse().unwrap() {
                return String::from_utf8(bytes).unwrap();
            }
        }
        assert!(stream.read_buf(&mut bytes).await.unwrap() > 0, "request cut");
    }
}

fn settings(url: &str) -> Settings {
    Settings {
        url: url.into(),
        app_name: "Pocketcard".into(),
        app_version: "1.2.3".into(),
        platform_type: "Android",
        platform_version: "16".into(),
        device_id: "device-1".into(),
        locale: "de_AT".into(),
        pins: Vec::new(),
    }
}

fn client(url: &str) -> Platform {
    let mut platform = Platform::new(&settings(url), Arc::new(SystemClock::new(None)), Arc::new(|_| ())).unwrap();
    platform.limits.backoff = Duration::from_millis(5);
    platform
}

fn tokens() -> Tokens {
    Tokens { access: "access".into(), refresh: "refresh".into(), expires_in: Duration::from_mins(1) }
}

fn new<T>(fetched: Fetched<T>) -> T {
    match fetched {
        Fetched::New { value, .. } => value,
        Fetched::NotModified => panic!("not modified"),
    }
}

/// What an error is, in short.
fn kind(error: &Error) -> String {
    match error {
        Error::Rejected(rejection) => format!("Rejected {:?}", rejection.kind),
        Error::Busy { status, retry_after } => format!("Busy {status} {:?}", retry_after.map(|wait| wait.as_secs())),
        Error::Unreadable { problem, .. } => format!("Unreadable {problem}"),
        Error::Offline(_) => "Offline".into(),
        other => format!("{other:?}"),
    }
}

// Errors.

#[tokio::test]
async fn each_refusal_has_its_error() {
    let failure = |result: Value| json!({ "result": result }).to_string();
    let validation =
        json!({ "state": "ValidationError", "validationErrors": [{ "field": "phone", "errorMessages": ["bad"] }] });
    for (status, body, expected) in [
        (200, failure(json!({ "state": "Error", "message": "no" })), "Rejected Other"),
        (200, failure(json!({ "state": "Fail", "message": "id 4711" })), "Rejected Other"),
        (200, failure(json!({ "state": "New one" })), "Rejected Other"),
        (200, failure(json!({ "state": "Error", "httpCode": 401 })), "Unauthorized"),
        (200, failure(validation.clone()), "Rejected Invalid"),
        (400, failure(validation), "Rejected Invalid"),
        (403, String::new(), "Rejected Other"),
        (409, json!({ "title": "Conflict" }).to_string(), "Rejected Other"),
        (401, json!({ "message": "who?" }).to_string(), "Unauthorized"),
        (404, "<html>".into(), "NotSupported"),
        (400, "<html>".into(), "Unreadable HTTP 400, HTML instead of JSON"),
        (500, String::new(), "Busy 500 None"),
        (302, String::new(), "Unreadable HTTP 302"),
        (304, String::new(), "Unreadable HTTP 304"),
        (200, "<!DOCTYPE html><html>".into(), "Unreadable HTML instead of JSON"),
        (200, String::new(), "Unreadable data: missing"),
        (200, "{}".into(), "Unreadable result: missing"),
        (200, "{\"data\":".into(), "Unreadable JSON that ends too early"),
        (200, "{\"data\":1}}".into(), "Unreadable result: missing"),
        (200, "\u{1}".into(), "Unreadable not JSON at line 1 column 1"),
    ] {
        let (platform, _) = serve(vec![http(status, "", &body)]).await;
        let error = platform.registration_actions("t").await.unwrap_err();
        let expected = if body.is_empty() && status == 200 { "Unreadable body: missing" } else { expected };
        assert_eq!(kind(&error), expected, "{status} {body}");
    }
}

#[tokio::test]
async fn the_platforms_words_reach_the_member_whole() {
    let body = json!({ "data": { "errors": [{ "idQuestion": "7", "errors": ["too short"] }] },
        "result": { "state": "Error", "message": "Что-то не так, id 4711" } });
    let (platform, requests) = serve(vec![http(400, "", body.to_string())]).await;
    let answer = QuestionAnswer { question: 7, group: Some(1), value: Some("x".into()), options: vec![] };
    let Err(Error::Rejected(rejection)) = platform.answer("t", &[answer]).await else { panic!("not rejected") };
    assert_eq!(rejection.kind, RejectionKind::Invalid);
    assert_eq!(rejection.text.as_deref(), Some("Что-то не так, id 4711"));
    assert_eq!((rejection.fields[0].field.as_str(), rejection.fields[0].texts[0].as_str()), ("7", "too short"));
    let body = r#"[{"fixedAnswerIds":[],"questionGroupId":1,"questionId":7,"value":"x"}]"#;
    assert!(requests.lock().unwrap()[0].ends_with(body));
}

#[tokio::test]
async fn a_wrong_one_time_code_is_told_from_other_refusals() {
    let failure = |result: Value| json!({ "result": result }).to_string();
    let field = |field: &str| json!({ "state": "ValidationError", "validationErrors": [{ "field": field, "errorMessages": [] }] });
    for (result, expected) in [
        (json!({ "state": "Error" }), "Rejected WrongCode"),
        (field("ConfirmCode"), "Rejected WrongCode"),
        (field("newPassword"), "Rejected Invalid"),
        (json!({ "state": "Fail" }), "Rejected Other"),
    ] {
        let (platform, _) = serve(vec![http(200, "", failure(result.clone()))]).await;
        assert_eq!(kind(&platform.confirm_email("t", "1", None).await.unwrap_err()), expected, "{result}");
    }
}

#[tokio::test]
async fn token_calls_have_errors_of_their_own() {
    let error = |error: &str| http(400, "", json!({ "error": error, "error_description": "2 tries left" }).to_string());
    for (code, password, refresh) in [
        ("IncorrectLoginOrPassword", "Rejected WrongCode", "Rejected WrongCode"),
        ("Error", "Rejected Other", "Rejected Other"),
        ("invalid_grant", "Rejected Other", "SessionOver"),
        ("TwoFactorAuthenticationCodeRequired", "Unreadable header X-Loymax-2FA: missing", "Rejected WrongCode"),
    ] {
        let (platform, _) = serve(vec![error(code), error(code)]).await;
        assert_eq!(kind(&platform.token_password("l", None).await.unwrap_err()), password, "{code}");
        let refused = platform.token_refresh(&tokens()).await.unwrap_err();
        assert_eq!(kind(&refused), refresh, "{code}");
        if let Error::Rejected(rejection) = refused {
            assert_eq!(rejection.text.as_deref(), Some("2 tries left"));
        }
    }
    let (platform, requests) = serve(vec![http(401, "", "{\"message\":\"no\"}")]).await;
    assert_eq!(kind(&platform.token_password("l", None).await.unwrap_err()), "Rejected Other");
    let none = Tokens { refresh: String::new(), ..tokens() };
    assert_eq!(kind(&platform.token_refresh(&none).await.unwrap_err()), "SessionOver");
    assert_eq!(requests.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn registration_that_is_refused_says_why_in_either_way() {
    for (state, expected) in
        [("RegistrationAlreadyCompleted", "Rejected AlreadyRegistered"), ("RegistrationBlocked", "Rejected Blocked")]
    {
        let data = json!({ "state": state, "errorMessage": "why" });
        let refused = json!({ "data": data, "result": { "state": "Error", "message": "no" } }).to_string();
        let (platform, _) = serve(vec![http(400, "", refused), ok(data)]).await;
        for _ in 0..2 {
            let error = platform.begin_registration("l", None).await.unwrap_err();
            assert_eq!(kind(&error), expected);
            let Error::Rejected(rejection) = error else { unreachable!() };
            assert_eq!(rejection.text.as_deref(), Some("why"));
        }
    }
}

// Limits.

#[tokio::test]
async fn large_bodies_are_refused_at_the_limit() {
    let mut bomb = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    for _ in 0..100 {
        bomb.write_all(&vec![b' '; 1 << 20]).unwrap();
    }
    let bomb = bomb.finish().unwrap();
    let large = vec![b' '; 10 << 20];
    let (platform, _) = serve(vec![http(200, "Content-Encoding: gzip\r\n", bomb), Reply::Endless]).await;
    let expected = "Unreadable larger than 2097152 bytes";
    for _ in 0..2 {
        assert_eq!(kind(&platform.registration_actions("t").await.unwrap_err()), expected);
    }
    let head = Reply::Hang(b"HTTP/1.1 200 X\r\nContent-Length: 10485760\r\n\r\n".into());
    let (platform, _) = serve(vec![head, http(403, "", &large)]).await;
    assert_eq!(kind(&platform.registration_actions("t").await.unwrap_err()), expected);
    assert_eq!(kind(&platform.registration_actions("t").await.unwrap_err()), "Rejected Other");
}

#[tokio::test]
async fn compressed_answers_are_read_and_damaged_ones_refused() {
    let body = json!({ "data": { "actions": null }, "result": { "state": "Success" } }).to_string();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gzip.write_all(body.as_bytes()).unwrap();
    let gzip = gzip.finish().unwrap();
    let header = "Content-Encoding: gzip\r\n";
    let damaged: Vec<u8> = gzip.iter().enumerate().map(|(n, byte)| if n > 12 { !byte } else { *byte }).collect();
    let replies =
        vec![http(200, header, &gzip), http(200, header, &damaged), http(200, header, &gzip[..gzip.len() - 12])];
    let (platform, requests) = serve(replies).await;
    assert_eq!(platform.registration_actions("t").await.unwrap(), []);
    assert_eq!(kind(&platform.registration_actions("t").await.unwrap_err()), "Unreadable does not unpack");
    assert_eq!(kind(&platform.registration_actions("t").await.unwrap_err()), "Offline");
    let request = requests.lock().unwrap()[0].clone();
    let accepted = request.lines().find(|line| line.starts_with("accept-encoding: ")).unwrap();
    assert!(accepted.contains("gzip") && accepted.contains("zstd"), "{accepted}");
}

#[tokio::test]
async fn cut_slow_and_reset_answers_are_offline() {
    let cut = b"HTTP/1.1 200 X\r\nConnection: close\r\nContent-Length: 100\r\n\r\n{\"data\":".to_vec();
    let (mut platform, _) =
        serve(vec![Reply::Send(cut.clone()), Reply::Reset, Reply::Hang(cut), Reply::Hang(Vec::new())]).await;
    for expected in ["cut", "no answer"] {
        let Err(Error::Offline(why)) = platform.registration_actions("t").await else { panic!("{expected}") };
        assert!(why.contains(expected), "{why}");
    }
    platform.limits.call = Duration::from_millis(200);
    for _ in 0..2 {
        let error = platform.registration_actions("t").await.unwrap_err();
        assert!(matches!(&error, Error::Offline(why) if why == "timed out"), "{error}");
    }
}

#[tokio::test]
async fn no_connection_is_offline_and_names_no_address() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let error = client(&format!("http://{address}")).issued_code("t", 7_654_321).await.unwrap_err();
    let text = error.to_string();
    assert!(text.starts_with("offline: cannot connect: "), "{text}");
    assert!(!text.contains("7654321") && !text.contains(&address.port().to_string()), "{text}");
}

#[tokio::test]
async fn only_a_trusted_and_pinned_platform_is_spoken_to() {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".into()]).unwrap();
    let cert = made.cert.der().clone();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let key = rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.clone()], key)
        .unwrap();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            if let Ok(mut stream) = acceptor.accept(stream).await {
                let mut request = [0; 4096];
                let _ = stream.read(&mut request).await;
                let Reply::Send(bytes) = ok(json!({})) else { unreachable!() };
                let _ = stream.write_all(&bytes).await;
                let _ = stream.shutdown().await;
            }
        }
    });
    let mut roots = rustls::RootCertStore::empty();
    roots.add(cert).unwrap();
    let hash =
        ring::digest::digest(&ring::digest::SHA256, &rcgen::PublicKeyData::subject_public_key_info(&made.signing_key));
    let pin: tls::Pin = hash.as_ref().try_into().unwrap();
    for (config, trusted) in [
        (tls::config_with_roots(roots.clone(), BTreeSet::new()), true),
        (tls::config_with_roots(roots.clone(), [pin].into()), true),
        (tls::config_with_roots(roots.clone(), [[0; 32]].into()), false),
        (Ok(tls::config(BTreeSet::new()).unwrap()), false),
        (Ok(tls::config([pin].into()).unwrap()), false),
    ] {
        let platform = client(&url);
        let http = platform.http_over(config.unwrap()).unwrap();
        assert!(platform.http.set(Ok(http)).is_ok());
        match platform.registration_actions("t").await {
            Ok(_) => assert!(trusted),
            Err(Error::Offline(why)) => assert!(!trusted && why.contains("certificate"), "{why}"),
            Err(error) => panic!("{error}"),
        }
    }
}

// Retries.

#[tokio::test]
async fn only_calls_that_change_nothing_are_retried() {
    let busy = || http(503, "", "");
    let (platform, requests) = serve(vec![busy(), busy(), ok(json!({}))]).await;
    platform.registration_actions("t").await.unwrap();
    assert_eq!(requests.lock().unwrap().len(), 3);

    let (platform, requests) = serve(vec![busy(), http(429, "", ""), http(502, "", ""), busy()]).await;
    assert_eq!(kind(&platform.registration_actions("t").await.unwrap_err()), "Busy 502 None");
    assert_eq!(requests.lock().unwrap().len(), 3);

    let (platform, requests) = serve(vec![busy(), busy(), http(500, "", ""), busy()]).await;
    assert_eq!(kind(&platform.accept_terms("t").await.unwrap_err()), "Busy 503 None");
    assert_eq!(kind(&platform.issue_virtual_card("t").await.unwrap_err()), "Busy 503 None");
    assert_eq!(kind(&platform.registration_actions("t").await.unwrap_err()), "Busy 500 None");
    assert_eq!(requests.lock().unwrap().len(), 3);
}

#[tokio::test]
async fn retry_after_is_waited_for_when_short_and_told_when_long() {
    let date = "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n";
    let (platform, requests) = serve(vec![
        http(429, "Retry-After: 1\r\n", ""),
        ok(json!({})),
        http(429, "Retry-After: 30\r\n", ""),
        http(503, &format!("{date}Retry-After: Sun, 06 Nov 1994 08:51:37 GMT\r\n"), ""),
        http(429, "Retry-After: 1\r\n", ""),
    ])
    .await;
    let began = platform.clock.read().since_boot;
    platform.registration_actions("t").await.unwrap();
    assert!(platform.clock.read().since_boot >= began + Duration::from_secs(1));
    assert_eq!(kind(&platform.registration_actions("t").await.unwrap_err()), "Busy 429 Some(30)");
    assert_eq!(kind(&platform.registration_actions("t").await.unwrap_err()), "Busy 503 Some(120)");
    assert_eq!(kind(&platform.accept_terms("t").await.unwrap_err()), "Busy 429 Some(1)");
    assert_eq!(requests.lock().unwrap().len(), 5);
}

// What is sent.

#[tokio::test]
async fn each_call_says_who_asks() {
    let (platform, requests) = serve(vec![ok(json!({ "allCount": 0 })), http(304, "", "")]).await;
    let page = new(platform.history("tok", 20, 10, None).await.unwrap());
    assert_eq!((page.total, page.entries.len()), (0, 0));
    assert_eq!(platform.history("tok", 0, 10, Some("\"v1\"")).await.unwrap(), Fetched::NotModified);
    let requests = requests.lock().unwrap();
    let path = "GET /publicapi/v1.2/History?filter.historyItemType=All&filter.from=20&filter.count=10 HTTP/1.1";
    assert_eq!(requests[0].lines().next(), Some(path));
    for header in [
        "user-agent: Pocketcard/1.2.3",
        "x-deviceid: device-1",
        "x-platformtype: Android",
        "x-platformversion: 16",
        "accept-language: de-AT",
        "accept: application/json",
        "authorization: Bearer tok",
    ] {
        assert!(requests[0].lines().any(|line| line == header), "{header} in {}", requests[0]);
    }
    assert!(!requests[0].contains("if-none-match"));
    assert!(requests[1].contains("if-none-match: \"v1\""));
}

#[tokio::test]
async fn etags_come_back_with_the_value() {
    let body = json!({ "data": null, "result": { "state": "Success" } }).to_string();
    let (platform, _) = serve(vec![http(200, "ETag: W/\"v2\"\r\n", body)]).await;
    let Fetched::New { value, etag } = platform.cards("t", Some("\"v1\"")).await.unwrap() else { panic!() };
    assert_eq!((value.len(), etag.as_deref()), (0, Some("W/\"v2\"")));
}

#[tokio::test]
async fn receipts_go_where_they_belong() {
    use crate::push::{Receipt, ReceiptKind};
    let done = || ok(Value::Null);
    let (platform, requests) = serve(vec![done(), done(), done(), done(), http(404, "", "")]).await;
    for (kind, message, line, body) in [
        (
            ReceiptKind::Delivered,
            "m 1/é",
            "POST /publicapi/v1.2/Pushes/m%201%2F%C3%A9/state HTTP/1.1",
            r#"{"state":"Delivered"}"#,
        ),
        (ReceiptKind::Read, "m-1", "POST /publicapi/v1.2/Pushes/m-1/state HTTP/1.1", r#"{"state":"Read"}"#),
        (ReceiptKind::MessageRead, "31", "POST /publicapi/v1.2/Notification/31/Read HTTP/1.1", "{}"),
        (ReceiptKind::AllRead, "", "POST /publicapi/v1.2/Notification/Read HTTP/1.1", "{}"),
    ] {
        platform.receipt("t", &Receipt { number: 1, kind, message: message.to_owned() }).await.unwrap();
        let request = requests.lock().unwrap().last().unwrap().clone();
        assert_eq!(request.lines().next(), Some(line));
        assert!(request.ends_with(body), "{request}");
    }
    let unknown = Receipt { number: 1, kind: ReceiptKind::Read, message: "gone".to_owned() };
    assert!(matches!(platform.receipt("t", &unknown).await, Err(Error::NotSupported)));
}

#[tokio::test]
async fn one_message_that_cannot_be_read_takes_no_other_with_it() {
    let row = |id: Value| {
        json!({ "$type": "x", "id": id, "title": "Hello", "body": null, "creationDate": "2026-12-03T12:00:00.1234567",
            "isReaded": true, "imageUrl": "javascript:alert(1)" })
    };
    let rows = json!([row(json!(31)), row(json!("..")), 7, { "id": 8 }, row(json!("abc"))]);
    let (platform, requests) = serve(vec![ok(rows), ok(json!({ "unReadCount": 12 })), ok(Value::Null)]).await;
    let (messages, count) = new(platform.notifications("t", 50, 5, None).await.unwrap());
    assert_eq!(messages.iter().map(|message| message.id.as_str()).collect::<Vec<_>>(), ["31", "abc"]);
    assert_eq!(count, 5, "the page was full, so there may be more");
    assert!(messages[0].read && messages[0].image_url.is_none());
    assert_eq!(
        requests.lock().unwrap()[0].lines().next(),
        Some("GET /publicapi/v1.2/Notification?from=50&count=5 HTTP/1.1")
    );
    assert_eq!(platform.unread_notifications("t").await.unwrap(), 12);
    assert_eq!(new(platform.notifications("t", 0, 5, None).await.unwrap()), (Vec::new(), 0));
}

#[tokio::test]
async fn a_consent_is_changed_among_those_that_the_platform_has() {
    use crate::consents::ConsentWay;
    let rows = json!([
        { "typeId": 1, "typeName": "News", "externalId": "news", "unknown": { "kept": 1 },
            "smsNotification": { "readOnly": true, "selected": true }, "pushNotification": { "readOnly": false, "selected": false },
            "viberNotification": { "readOnly": false, "selected": false }, "emailNotification": null },
        { "typeId": 2, "typeName": "Receipts", "pushNotification": { "readOnly": false, "selected": true } },
    ]);
    let read = || ok(rows.clone());
    let (platform, requests) = serve(vec![read(), read(), ok(Value::Null), read(), read(), read()]).await;
    let before = new(platform.consents("t", None).await.unwrap());
    let ways: Vec<_> =
        before[0].channels.iter().map(|channel| (channel.way.clone(), channel.granted, channel.read_only)).collect();
    let viber = ConsentWay::Other { name: "viber".to_owned() };
    assert_eq!(ways, [(ConsentWay::Sms, true, true), (ConsentWay::Push, false, false), (viber, false, false)]);
    let after = platform.set_consent("t", 1, &ConsentWay::Push, true).await.unwrap();
    assert!(after[0].channels[1].granted && after[1].channels[0].granted);
    let put = requests.lock().unwrap()[2].clone();
    assert!(put.starts_with("PUT /publicapi/v1.2/User/Subscriptions HTTP/1.1"));
    let mut expected = rows.clone();
    expected[0]["pushNotification"]["selected"] = true.into();
    let body: Value = serde_json::from_str(put.split("\r\n\r\n").nth(1).unwrap()).unwrap();
    assert_eq!(body, expected, "all else goes back as it came");
    for (kind, way) in [(1, ConsentWay::Sms), (1, ConsentWay::Email), (3, ConsentWay::Push)] {
        let refused = platform.set_consent("t", kind, &way, false).await;
        assert!(matches!(refused, Err(Error::Rejected(_))), "{kind} {way:?}: {refused:?}");
    }
    assert_eq!(requests.lock().unwrap().len(), 6, "nothing is put that cannot be changed");
}

#[tokio::test]
async fn a_sign_in_goes_in_two_steps() {
    let reply =
        json!({ "token_type": "Bearer", "access_token": "a", "refresh_token": "r", "expires_in": 3600 }).to_string();
    let needed = json!({ "error": "TwoFactorAuthenticationCodeRequired" }).to_string();
    let (platform, requests) = serve(vec![
        http(400, "X-Loymax-2FA: two\r\n", needed),
        http(200, "", ""),
        http(200, "", &reply),
        http(200, "", &reply),
    ])
    .await;
    let answer = platform.token_password("+7 900 &=", None).await.unwrap();
    assert_eq!(answer, SignInAnswer::CodeNeeded { two_factor: "two".into() });
    platform.resend_code("two").await.unwrap();
    let got = platform.token_code("two", "1234").await.unwrap();
    let expected = Tokens { access: "a".into(), refresh: "r".into(), expires_in: Duration::from_hours(1) };
    assert_eq!(got, expected);
    assert_eq!(platform.token_refresh(&tokens()).await.unwrap(), expected);
    let requests = requests.lock().unwrap();
    for (request, start, end) in [
        (0, "POST /authorizationService/token ", "grant_type=password&username=%2B7+900+%26%3D"),
        (1, "POST /authorizationService/v1.2/auth/SendConfirmationCode ", ""),
        (2, "POST /authorizationService/token ", "grant_type=password&password=1234"),
        (3, "POST /authorizationService/token ", "grant_type=refresh_token&refresh_token=refresh"),
    ] {
        assert!(requests[request].starts_with(start) && requests[request].ends_with(end), "{}", requests[request]);
    }
    assert!(requests[1].contains("x-loymax-2fa: two") && requests[2].contains("x-loymax-2fa: two"));
    assert!(requests[0].contains("content-type: application/x-www-form-urlencoded"));
    assert!(requests[3].contains("authorization: Bearer access"));
}

#[tokio::test]
async fn each_answer_gives_the_platforms_time() {
    let samples = Arc::new(Mutex::new(Vec::new()));
    let date = "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n";
    let body = json!({ "serverTime": "1994-11-06T08:49:37.25", "features": ["tasks"], "tillCode":
        { "symbology": "Qr", "staticSymbology": "EAN_13" } });
    let (mut platform, _) = serve(vec![
        http(403, date, ""),
        http(403, &format!("{date}Age: 5\r\n"), ""),
        http(403, "Date: yesterday\r\n", ""),
        http(200, date, body.to_string()),
    ])
    .await;
    let kept = samples.clone();
    platform.on_time = Arc::new(move |sample| kept.lock().unwrap().push(sample));
    for _ in 0..3 {
        platform.user("t", None).await.unwrap_err();
    }
    let capabilities = new(platform.capabilities("t", None).await.unwrap());
    assert!(capabilities.features.contains("tasks"));
    assert_eq!(capabilities.till.unwrap().static_symbology, Symbology::Ean13);
    let samples = samples.lock().unwrap();
    let seen: Vec<_> = samples.iter().map(|s| (s.platform.to_string(), s.granularity.as_millis())).collect();
    let (date, exact) = ("1994-11-06T08:49:37Z".to_owned(), "1994-11-06T08:49:37.25Z".to_owned());
    assert_eq!(seen, [(date.clone(), 1000), (date, 1000), (exact, 1)]);
    assert!(samples.iter().all(|sample| sample.sent.since_boot <= sample.received.since_boot));
}

// Configuration.

#[test]
fn wrong_settings_name_their_field() {
    let made = |settings: Settings| Platform::new(&settings, Arc::new(SystemClock::new(None)), Arc::new(|_| ()));
    let good = || settings("https://loyalty.example");
    assert!(made(good()).is_ok());
    for (settings, expected) in [
        (Settings { url: "http://loyalty.example".into(), ..good() }, "platform_url"),
        (Settings { app_name: "Магазин".into(), ..good() }, "app_name"),
        (Settings { app_version: String::new(), ..good() }, "app_version"),
        (Settings { platform_version: "1\r\nX: y".into(), ..good() }, "platform_version"),
        (Settings { device_id: " ".into(), ..good() }, "device_id"),
        (Settings { locale: "a".repeat(300), ..good() }, "locale"),
        (Settings { pins: vec!["x".into()], ..good() }, "pins"),
    ] {
        assert!(matches!(made(settings), Err(Error::Config { field, .. }) if field == expected), "{expected}");
    }
}

#[test]
fn only_this_machine_may_be_spoken_to_in_clear() {
    for good in [
        "https://loyalty.example",
        "https://loyalty.example:8443/tenant/",
        "http://localhost:8080/",
        "http://127.1.2.3",
        "http://[::1]:80",
    ] {
        assert!(!validate_url(good).unwrap().ends_with('/'), "{good}");
    }
    for wrong in [
        "",
        "loyalty.example",
        "http://loyalty.example",
        "http://localhost.evil.example",
        "http://10.0.2.2",
        "http://127.0.0.1.nip.io",
        "ftp://localhost",
        "https://user@loyalty.example",
        "https://:p@loyalty.example",
        "https://loyalty.example/?a=b",
        "https://loyalty.example/#a",
        "file:///etc",
        "https://",
    ] {
        assert!(matches!(validate_url(wrong), Err(Error::Config { field: "platform_url", .. })), "{wrong}");
    }
}

// The shapes.

fn read<W: Wire>(data: &Value) -> Result<W::Domain> {
    let body = json!({ "data": data, "result": { "state": "Success" } }).to_string();
    success::<W>("GET test", Wrapping::Envelope, false, body.as_bytes())
}

fn raw<W: Wire>(data: &str) -> Result<W::Domain> {
    let body = format!("\u{FEFF} {{\"data\":{data},\"result\":{{\"state\":\"Success\"}}}}");
    success::<W>("GET test", Wrapping::Envelope, false, body.as_bytes())
}

fn problem<W: Wire>(data: &Value) -> String {
    match read::<W>(data) {
        Err(Error::Unreadable { problem, .. }) => problem,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("{data} was read"),
    }
}

fn currency() -> Value {
    json!({ "$type": "Currency", "id": 1, "name": "Points", "code": "PTS", "uid": "u", "externalId": "e", "isDeleted": false,
        "nameCases": { "nominative": "point", "genitive": "point's", "plural": "points", "abbreviation": "pts" } })
}

#[test]
fn balances_are_exact_and_sorted_by_what_they_do() {
    let item = |amount: &str, deleted: bool| {
        let currency = currency().to_string().replace("\"isDeleted\":false", &format!("\"isDeleted\":{deleted}"));
        format!(
            r#"{{"$type":"Item","currency":{currency},"amount":{amount},"notActivatedAmount":0,"accountIsBlocked":false,
            "lifeTimesByTime":[{{"amount":-2.50,"date":"2026-03-01T00:00:00"}},{{"amount":1e1,"date":"2026-02-01T00:00:00Z"}},
              {{"amount":-1,"date":"2026-01-01T00:00:00+03:00"}},{{"amount":-7,"date":"9999-12-31T23:59:59.9999999"}},
              {{"amount":0,"date":"2026-01-01T00:00:00"}}],
            "lifeTimesByPeriod":[{{"activationAmount":3,"expirationAmount":-4,"period":"FromYear"}},
              {{"activationAmount":0,"expirationAmount":5,"period":"Decade"}}]}}"#
        )
    };
    let items = [item("0.1000", false), item("0", true), item("79228162514264337593543950335", true)].join(",");
    let accounts = raw::<wire::DetailedBalance>(&format!("{{\"items\":[{items}],\"new\":1}}")).unwrap();
    let available: Vec<_> = accounts.iter().map(|account| account.available.to_string()).collect();
    assert_eq!(available, ["0.1000", "79228162514264337593543950335"]);
    let account = &accounts[0];
    let dated = |amount: &str, at: &str| DatedAmount { amount: amount.parse().unwrap(), at: at.parse().unwrap() };
    assert_eq!(account.activations, [dated("10", "2026-02-01T00:00:00Z")]);
    assert_eq!(account.expirations, [dated("1", "2025-12-31T21:00:00Z"), dated("2.50", "2026-03-01T00:00:00Z")]);
    let later: Vec<_> = account.later.iter().map(|p| (p.period.clone(), p.expires.to_string())).collect();
    assert_eq!(
        later,
        [(Period::BeyondYear, "4".to_owned()), (Period::Other { name: "Decade".into() }, "5".to_owned())]
    );
    assert_eq!(account.currency.abbreviation, "pts");
    for wrong in ["\"1\"", "1e999999999", "null", "true", "0.12345678901234567890123456789"] {
        let Err(Error::Unreadable { problem, .. }) =
            raw::<wire::DetailedBalance>(&format!("{{\"items\":[{}]}}", item(wrong, false)))
        else {
            panic!("{wrong}")
        };
        assert!(problem.starts_with("data.items[0].amount:"), "{problem}");
    }
}

#[test]
fn lists_may_be_null_or_absent() {
    assert_eq!(read::<wire::DetailedBalance>(&json!({})).unwrap(), []);
    assert_eq!(read::<wire::DetailedBalance>(&json!({ "items": null })).unwrap(), []);
    assert_eq!(read::<List<wire::CardRow>>(&Value::Null).unwrap(), []);
    assert_eq!(read::<wire::Questions>(&Value::Null).unwrap(), []);
    assert_eq!(read::<wire::History>(&json!({ "allCount": 3, "rows": null })).unwrap().total, 3);
    assert_eq!(read::<wire::CodeSent>(&Value::Null).unwrap(), None);
    assert_eq!(read::<wire::CodeSent>(&json!({ "confirmCodeLength": 4 })).unwrap(), Some(4));
    assert_eq!(problem::<wire::User>(&Value::Null), "data: missing");
    let ladder = read::<List<wire::Ladder>>(&json!([{ "name": "n", "logicalName": "l", "statuses": [
        { "name": "Gold", "threshold": 100.5 }, { "name": "Silver", "threshold": 10, "description": null }],
        "currentStatus": null, "currentValue": 12 }]))
    .unwrap();
    assert_eq!(ladder[0].tiers[0].name, "Silver");
    assert_eq!((ladder[0].next_at, ladder[0].current.is_none()), (None, true));
}

#[test]
fn unknown_words_are_kept() {
    let actions = read::<wire::Actions>(&json!({ "actions": [
        { "userActionType": "ChangePhone", "actionState": "Required", "isDone": true },
        { "userActionType": "ScanFace", "actionState": "Whatever", "isDone": false }] }))
    .unwrap();
    assert_eq!((&actions[0].kind, actions[0].required), (&RegistrationActionKind::ChangePhone, true));
    assert_eq!(
        (&actions[1].kind, actions[1].required),
        (&RegistrationActionKind::Other { name: "ScanFace".into() }, false)
    );

    let card = |state: &str| {
        read::<wire::CardRow>(&json!({ "id": 7, "state": state, "number": "123", "barCode": null,
        "qrContent": "", "block": false, "expiryDate": "9999-12-31T23:59:59.9999999" }))
        .unwrap()
    };
    assert_eq!(card("Issued").state, CardState::Active);
    assert_eq!(card("Packed").state, CardState::InPreparation);
    let odd = card("Laminated");
    assert_eq!(odd.state, CardState::Other("Laminated".into()));
    assert_eq!((odd.bar_code.as_str(), odd.qr_content, odd.expires), ("123", None, None));
}

#[test]
fn history_is_read_by_type() {
    let money = |amount: i32| json!({ "amount": amount, "currency": "pts", "currencyInfo": currency() });
    let row = |kind: &str, data: Value| {
        json!({ "data": data, "id": "u", "dateTime": "2026-01-01T00:00:00.1234567", "type": kind,
        "location": { "description": "Shop" } })
    };
    let rows = json!({ "allCount": 4, "rows": [
        row("PurchaseData", json!({ "externalPurchaseId": "e", "chequeNumber": "42", "amount": money(100), "isRefund": false,
            "chequeItems": [{ "positionId": 1, "description": "Milk", "count": 1.5, "unit": "l", "amount": 3, "itemId": 1 }],
            "withdraws": [{ "withdrawType": "Bonus", "amount": money(-5) }], "rewards": null })),
        row("RewardData", json!({ "offerExternalId": "o", "rewardType": "Odd", "amount": money(5) })),
        row("WithdrawData", json!({ "withdrawType": "Bonus", "amount": money(-5) })),
        row("LotteryData", json!([SECRET])),
    ]});
    let page = read::<wire::History>(&rows).unwrap();
    assert_eq!(page.total, 4);
    let HistoryWhat::Purchase { items, spent, earned, receipt, .. } = &page.entries[0].what else { panic!() };
    assert_eq!((items[0].count.to_string().as_str(), spent[0].amount.to_string().as_str()), ("1.5", "5"));
    assert_eq!((earned.len(), receipt.as_deref(), page.entries[0].store.as_deref()), (0, Some("42"), Some("Shop")));
    assert!(matches!(&page.entries[1].what, HistoryWhat::Reward { offer: Some(offer), .. } if offer == "o"));
    assert!(matches!(&page.entries[2].what, HistoryWhat::Withdrawal { amount } if amount.amount.is_sign_negative()));
    assert_eq!(page.entries[3].what, HistoryWhat::Other { kind: "LotteryData".into() });

    let mut wrong = rows.clone();
    wrong["rows"][1]["data"]["amount"]["amount"] = SECRET.into();
    assert_eq!(
        problem::<wire::History>(&wrong),
        "data.rows[1].data.amount.amount: not of the type or in the range it should be"
    );
    let mut wrong = rows;
    wrong["rows"][2]["data"].as_object_mut().unwrap().remove("amount");
    assert_eq!(problem::<wire::History>(&wrong), "data.rows[2].data.amount: missing");
}

#[test]
fn tokens_are_found_wherever_they_are() {
    let reply = json!({ "access_token": "a", "refresh_token": "r", "expires_in": 60 });
    assert_eq!(read::<wire::TokenReply>(&reply).unwrap().refresh, "r");
    let begun = |data: Value| read::<wire::Begin>(&data).unwrap().unwrap();
    assert_eq!(begun(json!({ "state": "Success", "authResult": reply, "authToken": "x" })).access, "a");
    let alone = begun(json!({ "state": "Success", "authResult": null, "authToken": "x" }));
    assert_eq!((alone.access.as_str(), alone.refresh.as_str()), ("x", ""));
    let finish = read::<wire::Finish>(&json!({ "registrationCompleted": false, "uncompletedActions": null })).unwrap();
    assert_eq!(finish, FinishAnswer { tokens: None, completed: false, actions: vec![] });
    let absurd = json!({ "access_token": "a", "refresh_token": "r", "expires_in": u64::MAX });
    assert!(read::<wire::TokenReply>(&absurd).unwrap().expires_in < Duration::from_hours(24 * 366 * 11));
    for (data, expected) in [
        (json!({}), "data.access_token: missing"),
        (json!({ "access_token": "a" }), "data.refresh_token: missing"),
        (json!({ "authResult": { "access_token": "a", "refresh_token": "r" } }), "data.authResult.expires_in: missing"),
        (json!({ "authToken": "a\nb" }), "data.authToken: not what a header can carry"),
    ] {
        assert_eq!(problem::<wire::TokenReply>(&data), expected);
    }
}

#[test]
fn codes_and_keys_are_bounded() {
    let code = |life: i64| json!({ "codeGeneratedDate": "2026-01-01T00:00:00", "code": SECRET, "lifeTime": life });
    let good = read::<wire::QrCode>(&code(86_400)).unwrap();
    assert_eq!(good.until.to_string(), "2026-01-02T00:00:00Z");
    for life in [0, -1, i64::MAX] {
        assert_eq!(problem::<wire::QrCode>(&code(life)), "data.lifeTime: not between a second and a year");
    }
    let key = || {
        json!({ "valuePattern": "1{totp_value_0}", "totp": { "algorithm": "TOTP_SHA1", "periodMillis": 3000,
        "key": "3132fF", "valueLength": 8 }, "symbology": "QR_CODE", "validUntil": "9999-12-31T23:59:59.9999999" })
    };
    let good = read::<wire::CodeKeyRow>(&key()).unwrap();
    assert_eq!((good.key, good.symbology, good.valid_until), (vec![0x31, 0x32, 0xff], Symbology::Qr, Timestamp::MAX));
    for (path, value, field) in [
        ("/valuePattern", json!(""), "data.valuePattern"),
        ("/totp/algorithm", json!("TOTP_SHA256"), "data.totp.algorithm"),
        ("/totp/periodMillis", json!(0), "data.totp.periodMillis"),
        ("/totp/periodMillis", json!(-1), "data.totp.periodMillis"),
        ("/totp/key", json!(""), "data.totp.key"),
        ("/totp/key", json!("31z2"), "data.totp.key"),
        ("/totp/key", json!("313"), "data.totp.key"),
        ("/totp/key", json!("31".repeat(129)), "data.totp.key"),
        ("/totp/valueLength", json!(0), "data.totp.valueLength"),
        ("/totp/valueLength", json!(10), "data.totp.valueLength"),
        ("/symbology", json!("MaxiCode"), "data.symbology"),
        ("/validUntil", json!("soon"), "data.validUntil"),
    ] {
        let mut wrong = key();
        *wrong.pointer_mut(path).unwrap() = value;
        let problem = problem::<wire::CodeKeyRow>(&wrong);
        assert!(problem.starts_with(&format!("{field}: ")), "{problem}");
    }
}

#[test]
fn capabilities_of_tomorrow_do_not_stop_today() {
    let body = br#"{"serverTime":null,"features":null,"minimumAppVersion":"9","tillCode":{"symbology":"Holo","staticSymbology":"Qr"}}"#;
    let (capabilities, time) = success::<wire::CapabilitiesRow>("GET test", Wrapping::Plain, false, body).unwrap();
    assert_eq!((capabilities.till, time), (None, None));
    assert_eq!(capabilities.minimum_app_version.as_deref(), Some("9"));
}

// Secrets.

/// Everything that is logged, as text.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<String>>);

impl tracing::field::Visit for Log {
    fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn fmt::Debug) {
        use fmt::Write as _;
        let _ = write!(self.0.lock().unwrap(), "{field}={value:?} ");
    }
}

impl tracing::Subscriber for Log {
    fn enabled(&self, of: &tracing::Metadata<'_>) -> bool {
        // Others' logs are not the core's: the host's sink takes the core's alone.
        of.target().starts_with("pocketcard")
    }
    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }
    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}
    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}
    fn event(&self, event: &tracing::Event<'_>) {
        event.record(&mut self.clone());
        self.0.lock().unwrap().push_str(event.metadata().level().as_str());
        self.0.lock().unwrap().push('\n');
    }
    fn enter(&self, _: &tracing::span::Id) {}
    fn exit(&self, _: &tracing::span::Id) {}
}

#[tokio::test]
async fn no_log_and_no_error_holds_a_secret() {
    let log = Log::default();
    let _guard = tracing::subscriber::set_default(log.clone());
    let refused = json!({ "data": SECRET, "result": { "state": "ValidationError", "message": SECRET,
        "validationErrors": [{ "field": SECRET, "errorMessages": [SECRET] }] } });
    let oauth = json!({ "error": SECRET, "error_description": SECRET });
    let replies = || {
        vec![
            ok(json!(SECRET)),
            ok(json!([SECRET])),
            ok(
                json!({ "id": SECRET, "items": SECRET, "actions": [SECRET], "allCount": SECRET, "access_token": [SECRET],
                "code": SECRET, "codeGeneratedDate": SECRET, "lifeTime": SECRET }),
            ),
            ok(json!({ SECRET: { SECRET: SECRET } })),
            http(200, "", format!("{{\"{SECRET}\": {{\"{SECRET}\": oops}}}}")),
            http(200, "", SECRET),
            http(400, "", refused.to_string()),
            http(400, "", oauth.to_string()),
            http(403, "", format!("\"{SECRET}\"")),
            http(302, &format!("Location: https://{SECRET}.example/{SECRET}\r\n"), SECRET),
            http(200, &format!("Content-Encoding: gzip\r\nETag: {SECRET}\r\n"), SECRET),
            Reply::Send(format!("HTTP/1.1 {SECRET}").into_bytes()),
            Reply::Reset,
        ]
    };
    let mut errors = String::new();
    let mut note = |outcome: std::result::Result<(), Error>| match outcome {
        Ok(()) => {}
        Err(error) => {
            errors.extend([format!("{error} {error:?} {:?}\n", crate::error::LoyaltyError::from(error.clone()))]);
        }
    };
    let count = replies().len();
    let (platform, _) = serve((0..8).flat_map(|_| replies()).collect()).await;
    for _ in 0..count {
        note(
            platform
                .token_password(SECRET, Some(SECRET))
                .await
                .map(|answer| assert!(!format!("{answer:?}").contains(SECRET))),
        );
    }
    for _ in 0..count {
        note(platform.token_code(SECRET, SECRET).await.map(drop));
    }
    for _ in 0..count {
        note(platform.user(SECRET, Some(SECRET)).await.map(drop));
    }
    for _ in 0..count {
        note(platform.balance(SECRET, None).await.map(drop));
    }
    for _ in 0..count {
        note(platform.history(SECRET, 0, 1, None).await.map(drop));
    }
    for _ in 0..count {
        note(platform.issued_code(SECRET, 79_001_234_567).await.map(drop));
    }
    for _ in 0..count {
        note(platform.confirm_phone(SECRET, SECRET, Some(SECRET)).await.map(drop));
    }
    for _ in 0..count {
        note(platform.registration_actions(SECRET).await.map(drop));
    }
    let log = log.0.lock().unwrap();
    assert!(log.lines().count() > 8 * (count - 1), "{log}");
    assert!(log.contains("GET Cards/{id}/QrCode") && log.contains("status=200"));
    for text in [errors.as_str(), log.as_str()] {
        for secret in [SECRET, "s3cr3t", "79001234567"] {
            assert!(!text.contains(secret), "{text}");
        }
    }
    assert!(!format!("{:?} {platform:?}", tokens()).contains("access"));
}

// Whatever comes.

fn read_all(body: &[u8]) {
    for wrapping in [Wrapping::Envelope, Wrapping::Plain] {
        let _ = success::<Nothing>("t", wrapping, true, body).is_ok();
        let _ = success::<wire::TokenReply>("t", wrapping, true, body).is_ok();
        let _ = success::<wire::Begin>("t", wrapping, true, body).is_ok();
        let _ = success::<wire::Finish>("t", wrapping, true, body).is_ok();
        let _ = success::<wire::Actions>("t", wrapping, true, body).is_ok();
        let _ = success::<wire::CodeSent>("t", wrapping, true, body).is_ok();
        let _ = success::<wire::User>("t", wrapping, true, body).is_ok();
        let _ = success::<wire::Questions>("t", wrapping, true, body).is_ok();
        let _ = success::<List<wire::Ladder>>("t", wrapping, true, body).is_ok();
        let _ = success::<wire::DetailedBalance>("t", wrapping, true, body).is_ok();
        let _ = success::<wire::History>("t", wrapping, true, body).is_ok();
        let _ = success::<List<wire::CardRow>>("t", wrapping, true, body).is_ok();
        let _ = success::<wire::QrCode>("t", wrapping, true, body).is_ok();
        let _ = success::<wire::EmitVirtual>("t", wrapping, true, body).is_ok();
        let _ = success::<wire::CodeKeyRow>("t", wrapping, true, body).is_ok();
        let _ = success::<wire::CapabilitiesRow>("t", wrapping, true, body).is_ok();
        offers::read_all(wrapping, body);
        stores::read_all(wrapping, body);
    }
    let _ = super::offers::pushed(body);
    let _ = envelope::refusal("t", 400, true, body);
    let _ = envelope::token_error(body);
}

/// JSON with the contract's own names, and values that may be anything.
fn shaped() -> impl proptest::strategy::Strategy<Value = Value> {
    use proptest::prelude::*;
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        "-?[1-9][0-9]{0,30}(\\.[0-9]{1,30})?([eE][+-]?[0-9]{1,12})?"
            .prop_map(|text| serde_json::from_str(&text).unwrap()),
        prop::sample::select(vec![
            "9999-12-31T23:59:59.9999999",
            "2026-01-01T00:00:00",
            "PurchaseData",
            "TOTP_SHA1",
            "Success",
            "Qr",
            "3132"
        ])
        .prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    let names = prop::sample::select(vec![
        "data",
        "result",
        "state",
        "items",
        "rows",
        "id",
        "type",
        "dateTime",
        "amount",
        "currency",
        "isRefund",
        "allCount",
        "chequeItems",
        "withdraws",
        "rewards",
        "lifeTimesByTime",
        "date",
        "name",
        "code",
        "lifeTime",
        "codeGeneratedDate",
        "totp",
        "key",
        "valueLength",
        "periodMillis",
        "algorithm",
        "symbology",
        "validUntil",
        "valuePattern",
        "number",
        "threshold",
        "currentValue",
        "logicalName",
        "access_token",
        "refresh_token",
        "expires_in",
        "authResult",
        "errors",
        "validationErrors",
        "field",
        "notActivatedAmount",
        "accountIsBlocked",
        "offers",
        "title",
        "rules",
        "schedule",
        "days",
        "benefit",
        "storeAttributes",
        "usesLeft",
        "couponState",
        "goodsId",
        "position",
        "cursor",
        "full",
        "stores",
        "location",
        "latitude",
        "scheduleModel",
        "mon",
        "exceptions",
        "additionalInfo",
        "$type",
    ]);
    leaf.prop_recursive(6, 64, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::hash_map(names.clone().prop_map(str::to_owned), inner, 0..8)
                .prop_map(|map| map.into_iter().collect::<Value>()),
        ]
    })
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(body in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200)) {
        read_all(&body);
    }

    #[test]
    fn any_json_is_read_or_refused(data in shaped()) {
        read_all(data.to_string().as_bytes());
        read_all(json!({ "data": data, "result": { "state": "Success" } }).to_string().as_bytes());
    }
}

#[test]
fn deep_json_is_refused() {
    read_all("[".repeat(100_000).as_bytes());
    read_all(format!("{{\"data\":{}", "{\"a\":".repeat(100_000)).as_bytes());
}

/// The runtime has several threads to run these on.
#[tokio::test]
async fn calls_can_be_spawned() {
    let replies = vec![http(403, "", ""), http(403, "", ""), http(403, "", ""), http(403, "", "")];
    let (platform, _) = serve(replies).await;
    let platform = Arc::new(platform);
    let (a, b, c, d) = (platform.clone(), platform.clone(), platform.clone(), platform);
    let calls = [
        tokio::spawn(async move { a.capabilities("t", None).await.is_err() }),
        tokio::spawn(async move { b.token_password("l", None).await.is_err() }),
        tokio::spawn(async move { c.token_refresh(&tokens()).await.is_err() }),
        tokio::spawn(async move { d.cards("t", Some("e")).await.is_err() }),
    ];
    for call in calls {
        assert!(call.await.unwrap());
    }
}
