//! The sandbox, run in this process: the platform, its till, its operator and the phone's push service.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use pocketcard::Loyalty;
use pocketcard::push::{Push, PushOutcome};
use pocketcard::types::Timestamp;
use pocketcard_sandbox::contract::Contract;
use pocketcard_sandbox::{Exchange, NewMember, Options, ReceivedEvent, Sandbox, Settings};
use serde_json::{Value, json};

/// Seeded: Silver, with points pending and expiring. Signs in by one-time code.
pub const ANNA: &str = "+491713920001";
/// Seeded: Gold. Has a password.
pub const BORIS: &str = "+491713920002";
/// Seeded: nothing bought yet.
pub const CLARA: &str = "+491713920003";
/// Seeded: the card is blocked.
pub const DAVID: &str = "+491713920004";

/// A platform of the test's own.
pub struct Platform {
    sandbox: Mutex<Option<Sandbox>>,
    url: String,
    http: reqwest::Client,
    runtime: tokio::runtime::Runtime,
    folder: tempfile::TempDir,
}

impl Platform {
    /// Starts one on a free port, with the seeded members.
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self::started(options(&folder), folder)
    }

    /// One for many phones, with its data in `folder` and its clock at `now`: nothing that is said is kept.
    pub fn unrecorded(folder: tempfile::TempDir, now: Timestamp) -> Self {
        Self::started(Options { record: false, starts_at: Some(now), ..options(&folder) }, folder)
    }

    /// One whose chain has so many stores; nothing that is said is kept.
    pub fn with_stores(count: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self::started(Options { record: false, stores: count, ..options(&folder) }, folder)
    }

    fn started(options: Options, folder: tempfile::TempDir) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let sandbox = runtime.block_on(Sandbox::start(options)).unwrap();
        let url = sandbox.url().to_owned();
        // The tests' own client wants a process-wide provider, though it speaks in the clear; the core brings its own.
        let _ = rustls::crypto::ring::default_provider().install_default();
        // The sandbox closes a connection that is idle for a minute, which may be just when it is used again.
        let http = reqwest::Client::builder().pool_idle_timeout(Duration::from_secs(30)).build().unwrap();
        Self { sandbox: Mutex::new(Some(sandbox)), url, http, runtime, folder }
    }

    /// Stops it and starts it again on the same address and database.
    pub fn restart(&self) {
        let mut sandbox = self.sandbox.lock().unwrap();
        let old = sandbox.take().expect("it runs");
        let address = old.address();
        self.runtime.block_on(old.shutdown());
        let options = Options { address, ..options(&self.folder) };
        *sandbox = Some(self.runtime.block_on(Sandbox::start(options)).unwrap());
    }

    /// Where it listens.
    pub fn url(&self) -> &str {
        &self.url
    }

    fn with<T>(&self, act: impl FnOnce(&Sandbox, &tokio::runtime::Runtime) -> T) -> T {
        act(self.sandbox.lock().unwrap().as_ref().expect("it runs"), &self.runtime)
    }

    /// The newest one-time code sent to a phone number.
    pub fn code(&self, phone: &str) -> String {
        self.with(|sandbox, runtime| runtime.block_on(sandbox.sms(phone)).unwrap()[0].code.clone())
    }

    /// How many text messages went to a phone number.
    pub fn messages(&self, phone: &str) -> usize {
        self.with(|sandbox, runtime| runtime.block_on(sandbox.sms(phone)).unwrap().len())
    }

    /// The newest one-time code sent to an e-mail address.
    pub fn email_code(&self, address: &str) -> String {
        self.with(|sandbox, runtime| runtime.block_on(sandbox.emails(address)).unwrap()[0].code.clone())
    }

    /// Makes things go wrong, as the control API's JSON says it: `{"path": "/publicapi", "kind": "reset"}`.
    pub fn fault(&self, fault: Value) {
        self.with(|sandbox, _| sandbox.add_fault(serde_json::from_value(fault).unwrap()).unwrap());
    }

    /// Nothing goes wrong any more.
    pub fn heal(&self) {
        self.with(|sandbox, _| sandbox.clear_faults());
    }

    /// Nothing goes wrong any more for one installation.
    pub fn heal_device(&self, device: &str) {
        self.with(|sandbox, _| sandbox.clear_faults_of(device));
    }

    /// The phone has no signal: every connection of it is reset.
    pub fn cut_off(&self) {
        for path in ["/publicapi", "/authorizationService", "/app"] {
            self.fault(json!({ "path": path, "kind": "reset" }));
        }
    }

    /// The next so many calls with a token get 401.
    pub fn storm(&self, calls: u32) {
        self.with(|sandbox, _| sandbox.unauthorized(calls));
    }

    /// Lets time pass on the platform.
    pub fn advance(&self, by: Duration) {
        self.with(|sandbox, runtime| runtime.block_on(sandbox.advance(by)).unwrap());
    }

    /// Changes what an operator would set.
    pub fn set(&self, change: impl FnOnce(&mut Settings)) {
        self.with(|sandbox, runtime| {
            let mut settings = sandbox.settings();
            change(&mut settings);
            runtime.block_on(sandbox.set(settings)).unwrap();
        });
    }

    /// Makes a member; fields as the control API names them.
    pub fn member(&self, new: Value) -> Value {
        let new: NewMember = serde_json::from_value(new).unwrap();
        self.with(|sandbox, runtime| runtime.block_on(sandbox.create_member(new)).unwrap())
    }

    /// What was said on the Member API and the App API since the last time.
    ///
    /// # Panics
    /// When some of it is not as `core/platform-api.yaml` has it: every journey holds its traffic against the contract,
    /// in both directions.
    pub fn exchanges(&self) -> Vec<Exchange> {
        static CONTRACT: LazyLock<Contract> = LazyLock::new(|| Contract::load().unwrap());
        let exchanges = self.with(|sandbox, _| sandbox.exchanges());
        for exchange in &exchanges {
            if let Err(problems) = CONTRACT.check(exchange) {
                panic!("{} {} breaks the contract: {problems:?}", exchange.method, exchange.path);
            }
        }
        exchanges
    }

    /// Asks the sandbox; gives status and body.
    pub fn ask(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let request = self.http.request(method.parse().unwrap(), format!("{}{path}", self.url));
        let request = if body.is_null() { request } else { request.json(body) };
        self.runtime.block_on(async {
            let answer = request.send().await.unwrap();
            (answer.status().as_u16(), answer.json().await.unwrap_or(Value::Null))
        })
    }

    /// What the platform says to whoever has this access token.
    pub fn get(&self, path: &str, token: &str) -> Value {
        let request = self.http.get(format!("{}{path}", self.url)).bearer_auth(token);
        self.runtime.block_on(async { request.send().await.unwrap().json().await.unwrap() })
    }

    /// What the platform has had of an installation, in the order in which it first came.
    pub fn events(&self, device: &str) -> Vec<ReceivedEvent> {
        let device = device.to_owned();
        self.with(|sandbox, runtime| runtime.block_on(sandbox.events(&device))).unwrap()
    }

    /// The places in an installation's sequence that nothing came for.
    pub fn event_gaps(&self, device: &str) -> Vec<std::ops::RangeInclusive<u64>> {
        let device = device.to_owned();
        self.with(|sandbox, runtime| runtime.block_on(sandbox.event_gaps(&device))).unwrap()
    }

    /// Adds a task, or replaces one.
    pub fn put_task(&self, task: Value) {
        let (status, answer) = self.ask("POST", "/sandbox/tasks", &task);
        assert!(status < 300, "{answer}");
    }

    /// Adds an offer, or replaces one.
    pub fn put_offer(&self, offer: &Value) {
        let (status, answer) = self.ask("POST", "/sandbox/offers", offer);
        assert!(status < 300, "{answer}");
    }

    /// Sends what an operator would, to a member or a segment, by push and into the inbox.
    pub fn send(&self, campaign: &Value) {
        let (status, answer) = self.ask("POST", "/sandbox/pushes", campaign);
        assert!(status < 300, "{answer}");
    }

    /// The id of the member with this phone number.
    pub fn member_id(&self, phone: &str) -> i64 {
        let (_, list) = self.ask("GET", "/sandbox/members", &Value::Null);
        let members = list["members"].as_array().unwrap();
        members.iter().find(|member| member["phone"] == phone).unwrap()["id"].as_i64().unwrap()
    }

    /// Holds a code under the till's scanner: who it is, or why not.
    pub fn identify(&self, code: &str) -> (u16, Value) {
        self.ask("POST", "/till/identify", &json!({ "code": code }))
    }

    /// Rings up goods for a price and gives the receipt.
    pub fn sell(&self, code: &str, price: &str, points: &str) -> Value {
        let (price, points): (Value, Value) =
            (serde_json::from_str(price).unwrap(), serde_json::from_str(points).unwrap());
        let goods = json!([{ "goodsId": "coffee", "name": "Coffee", "count": 1, "price": price }]);
        self.ring_up(&json!({ "code": code, "items": goods, "payWithPoints": points }))
    }

    /// Rings up what a till says, and gives the receipt.
    pub fn ring_up(&self, sale: &Value) -> Value {
        let (status, receipt) = self.ask("POST", "/till/purchases", sale);
        assert_eq!(status, 200, "{receipt}");
        receipt
    }

    /// Ends every session of the member with this phone number, as an operator can.
    pub fn revoke(&self, phone: &str) {
        let id = self.member_id(phone);
        let (status, answer) = self.ask("DELETE", &format!("/sandbox/members/{id}/sessions"), &Value::Null);
        assert!(status < 300, "{answer}");
    }

    /// What was sent to `token` so far, oldest first, as its service would hand it to the app.
    pub fn pushes(&self, token: &str) -> Vec<Push> {
        let (status, answer) = self.ask("GET", &format!("/push/poll?token={token}&after=0&wait=0"), &Value::Null);
        assert_eq!(status, 200, "{answer}");
        answer["messages"].as_array().into_iter().flatten().map(push).collect()
    }

    /// The receipts that came, oldest first: which message, and `Delivered` or `Read`.
    pub fn receipts(&self) -> Vec<(String, String)> {
        let (_, answer) = self.ask("GET", "/sandbox/receipts", &Value::Null);
        let text = |receipt: &Value, key: &str| receipt[key].as_str().unwrap().to_owned();
        let receipts = answer["receipts"].as_array().unwrap();
        receipts.iter().map(|receipt| (text(receipt, "messageId"), text(receipt, "state"))).collect()
    }

    /// Stands in for the phone's push service from now on: hands the app what is sent to `token`, in the service's form.
    pub fn deliver_pushes(&self, app: &Arc<Loyalty>, token: &str) -> Arc<Mutex<Vec<PushOutcome>>> {
        let outcomes: Arc<Mutex<Vec<PushOutcome>>> = Arc::default();
        let (kept, app, http) = (Arc::clone(&outcomes), Arc::downgrade(app), self.http.clone());
        let poll = format!("{}/push/poll?token={token}&wait=30", self.url);
        self.runtime.spawn(async move {
            let mut after = 0;
            while let Ok(answer) = http.get(format!("{poll}&after={after}")).send().await {
                let Ok(answer) = answer.json::<Value>().await else { return };
                after = answer["next"].as_i64().unwrap_or(after);
                for message in answer["messages"].as_array().into_iter().flatten() {
                    let Some(app) = app.upgrade() else { return };
                    let outcome = app.receive_push(push(message)).await.unwrap();
                    kept.lock().unwrap().push(outcome);
                }
            }
        });
        outcomes
    }
}

impl Drop for Platform {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.exchanges();
        }
    }
}

fn options(folder: &tempfile::TempDir) -> Options {
    Options { record: true, ..Options::new(folder.path().join("sandbox.db")) }
}

/// A push as its service's library hands it to an app.
fn push(message: &Value) -> Push {
    let strings = |data: &Value| -> HashMap<String, String> {
        let data = data.as_object().unwrap();
        data.iter().map(|(key, value)| (key.clone(), value.as_str().unwrap().to_owned())).collect()
    };
    let payload = &message["payload"];
    match message["service"].as_str() {
        Some("Apns") => Push::UserInfo { json: payload.to_string() },
        Some("HMS") => Push::Hms { data: payload["message"]["data"].as_str().unwrap().to_owned() },
        _ => Push::Data { entries: strings(&payload["message"]["data"]) },
    }
}
