//! A seeded simulation: many phones, each with a network, a storage and a clock that fail as its seed says; afterwards all is
//! healed, and the platform must have every event that was tracked, once and in order, and agree with the phone.
//!
//! `POCKETCARD_SEEDS=20000` runs more seeds, `POCKETCARD_SEED=17` that one alone, with all that it did. What a seed does is
//! fixed; how its threads come to run is not, so a rare failure may want its seed run more than once.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::join_all;
use pocketcard::Loyalty;
use pocketcard::events::{Activity, DropReason, FieldValue};
use pocketcard::history::{HistoryFilter, HistoryWhat};
use pocketcard::session::SessionView;
use pocketcard::simulation::stop_after;
use pocketcard::tasks::{Participation, TaskAnswer};
use pocketcard::types::{Decimal, Timestamp};
use pocketcard_sandbox::ReceivedEvent;
use pocketcard_tests::{PATIENCE, Phone, Platform, TestClock};
use serde_json::{Value, json};

/// How many seeds run where nobody says.
const SEEDS: u64 = 2_000;
/// Phones wait for their network most of the time: so many share a core.
const PHONES_A_CORE: usize = 6;
/// In the middle of a day, far from a change of daylight saving.
const NOW: &str = "2031-05-14T10:00:00Z";
/// More than the platform or a backoff ever asks to wait.
const LONG: Duration = Duration::from_hours(2);

#[test]
fn after_healing_the_platform_has_every_event_once_and_agrees_with_the_phone() {
    let platforms = [platform(), platform()];
    if let Ok(seed) = std::env::var("POCKETCARD_SEED") {
        Seed::run(seed.parse().unwrap(), &platforms, true);
        return;
    }
    let seeds = std::env::var("POCKETCARD_SEEDS").map_or(SEEDS, |seeds| seeds.parse().unwrap());
    let (next, failed, sums) = (AtomicU64::new(0), Mutex::new(BTreeMap::new()), Mutex::new(Sums::default()));
    // The hook would print the middle of many seeds; each failure is told once, at the end.
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let threads = PHONES_A_CORE * std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds {
                        return;
                    }
                    match catch_unwind(AssertUnwindSafe(|| Seed::run(seed, &platforms, false))) {
                        Ok(sum) => sums.lock().unwrap().add(&sum),
                        Err(panic) => {
                            let text = panic.downcast_ref::<String>().cloned();
                            let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
                            failed.lock().unwrap().insert(seed, text.unwrap_or_default());
                        }
                    }
                }
            });
        }
    });
    std::panic::set_hook(hook);
    let (failed, sums) = (failed.into_inner().unwrap(), sums.into_inner().unwrap());
    println!("{seeds} seeds: {sums:?}");
    let lines = failed.iter().map(|(seed, text)| {
        format!("POCKETCARD_SEED={seed} cargo test -p pocketcard-tests --test simulation # {text}")
    });
    assert!(failed.is_empty(), "{} of {seeds} seeds fail:\n{}", failed.len(), lines.collect::<Vec<_>>().join("\n"));
    // Each of these is rare in one seed, and there in a hundred.
    let tried = [sums.refused, sums.again, sums.given_up, sums.reinstalled];
    assert!(seeds < 100 || tried.iter().all(|count| *count > 0), "it tries less than it should: {sums:?}");
}

/// What happened to all seeds together.
#[derive(Debug, Default)]
struct Sums {
    /// Events that `track` said to be on disk.
    acknowledged: u64,
    /// Events that it did not: the storage had died.
    refused: u64,
    /// Events that the platform got more than once.
    again: u64,
    /// Events that went when the member signed out.
    given_up: u64,
    /// Phones whose app was removed and came back.
    reinstalled: u64,
}

impl Sums {
    fn add(&mut self, other: &Self) {
        self.acknowledged += other.acknowledged;
        self.refused += other.refused;
        self.again += other.again;
        self.given_up += other.given_up;
        self.reinstalled += other.reinstalled;
    }
}

/// A platform that many seeds share, with tasks that count for ever beside the programme's own.
fn platform() -> Platform {
    let platform = Platform::unrecorded(folder(), NOW.parse().unwrap());
    platform.put_task(json!({
        "id": "offers", "title": "Offers", "kind": "count", "trigger": { "event": "offer.viewed" }, "target": 1_000_000,
    }));
    platform.put_task(json!({
        "id": "sums", "title": "Sums", "kind": "amount", "target": 1_000_000,
        "trigger": { "event": "custom", "where": { "name": "sum" } },
    }));
    platform.put_task(json!({
        "id": "coupons", "title": "Coupons", "kind": "count", "trigger": { "event": "coupon.shown" }, "target": 3,
        "optIn": true, "recurrence": "onCompletion", "reward": { "points": { "amount": 7, "currencyCode": "POINTS" } },
    }));
    platform
}

/// In memory where the machine has such a place: what is tested is the order of writes, not the disk.
fn folder() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory).unwrap() } else { tempfile::tempdir().unwrap() }
}

/// Something that was tracked, known by its kind and number.
struct Tracked {
    kind: &'static str,
    number: i64,
    /// What was tracked at the same time is in no order.
    turn: usize,
    /// `track` said that it is on disk.
    acknowledged: bool,
    /// The folder that held it was removed since.
    removed: bool,
}

/// A phone, and what its seed does to it.
struct Seed<'a> {
    rng: fastrand::Rng,
    platform: &'a Platform,
    runtime: tokio::runtime::Runtime,
    phone: Phone,
    extension: Option<Arc<Loyalty>>,
    login: String,
    tracked: Vec<Tracked>,
    turns: usize,
    purchases: Vec<String>,
    reinstalled: bool,
    /// What was done, for who looks into a failure.
    story: Vec<String>,
}

impl<'a> Seed<'a> {
    fn run(seed: u64, platforms: &'a [Platform], tells: bool) -> Sums {
        let platform = &platforms[usize::try_from(seed).unwrap() % platforms.len()];
        let login = format!("+49151{seed:08}");
        platform.member(json!({ "phone": login }));
        let phone = Phone::of(platform.url(), folder(), TestClock::at(NOW.parse::<Timestamp>().unwrap()));
        let mut run = Self {
            rng: fastrand::Rng::with_seed(seed),
            platform,
            runtime: tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap(),
            phone,
            extension: None,
            login,
            tracked: Vec::new(),
            turns: 0,
            purchases: Vec::new(),
            reinstalled: false,
            story: Vec::new(),
        };
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            run.live();
            run.heal();
            run.check()
        }));
        run.platform.heal_device(&run.device());
        if tells {
            println!("{}\n\n{}", run.story.join("\n"), run.phone.log.text());
        }
        outcome.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }

    fn wait<T>(&self, call: impl Future<Output = T>) -> T {
        self.runtime.block_on(call)
    }

    fn note(&mut self, what: impl Into<String>) {
        self.story.push(what.into());
    }

    fn chance(&mut self, percent: u32) -> bool {
        self.rng.u32(..100) < percent
    }

    /// What the platform knows the phone by. Made by the first opening, as its secret store never fails here.
    fn device(&self) -> String {
        serde_json::from_slice(&self.phone.secrets.all()["pocketcard.installation"]).unwrap()
    }

    fn live(&mut self) {
        // Some look around before they sign in.
        if self.chance(60) {
            self.sign_in();
        }
        for _ in 0..self.rng.usize(4..13) {
            match self.rng.u32(..100) {
                0..25 => self.track(),
                25..31 => self.track_from_extension(),
                31..43 => self.flush(),
                43..48 => _ = self.refresh(),
                48..53 => self.opt(),
                53..56 => self.answer(),
                56..60 => self.buy(),
                60..62 => self.refund(),
                62..67 => self.sign_in(),
                67..69 => self.sign_out(),
                69..74 => self.reopen(),
                74..80 => self.stop(),
                80..92 => self.spoil(),
                92..97 => self.pass(),
                97..98 => self.reinstall(),
                _ => self.come_to_the_front(),
            }
        }
    }

    fn activity(&mut self) -> (Tracked, Activity) {
        let number = i64::try_from(self.tracked.len()).unwrap() + 1;
        let (kind, activity) = match self.rng.u32(..8) {
            0 | 1 => ("offer.viewed", Activity::OfferViewed { offer: number }),
            2 => ("coupon.shown", Activity::CouponShown { coupon: number }),
            3 => ("store.viewed", Activity::StoreViewed { store: number }),
            4 => ("card.shown", Activity::CardShown { code: Some(number.to_string()) }),
            5 => ("task.viewed", Activity::TaskViewed { task: number.to_string() }),
            _ => {
                let name = if self.rng.bool() { "sum" } else { "purchase.reviewed" }.to_owned();
                let value = FieldValue::Number { value: number.into() };
                ("custom", Activity::Custom { name, fields: [("amount".to_owned(), value)].into() })
            }
        };
        let turn = self.turns;
        (Tracked { kind, number, turn, acknowledged: false, removed: false }, activity)
    }

    fn track_on(&mut self, app: &Arc<Loyalty>, count: usize) {
        self.turns += 1;
        let from = self.tracked.len();
        let activities: Vec<_> = (0..count)
            .map(|_| {
                let (tracked, activity) = self.activity();
                self.tracked.push(tracked);
                activity
            })
            .collect();
        let outcomes = self.wait(join_all(activities.into_iter().map(|activity| app.track(activity))));
        for (tracked, outcome) in self.tracked[from..].iter_mut().zip(outcomes) {
            tracked.acknowledged = outcome.is_ok();
        }
        let told: Vec<_> = self.tracked[from..]
            .iter()
            .map(|tracked| format!("{} {} {}", tracked.kind, tracked.number, tracked.acknowledged))
            .collect();
        self.note(format!("track {}", told.join(", ")));
    }

    fn track(&mut self) {
        let app = Arc::clone(self.phone.app());
        let at_once = if self.chance(30) { self.rng.usize(2..6) } else { 1 };
        for _ in 0..self.rng.usize(1..4) {
            self.track_on(&app, at_once);
        }
    }

    /// A second process on the same folder: what came in with a notification, noted by the app's extension.
    fn track_from_extension(&mut self) {
        if self.extension.is_none() || self.chance(30) {
            self.note("extension");
            self.extension = Some(Loyalty::open(self.phone.config.clone(), self.phone.host()).unwrap());
        }
        if let Some(extension) = self.extension.clone() {
            self.track_on(&extension, 1);
        }
        if self.chance(40) {
            self.extension = None;
        }
    }

    fn flush(&mut self) {
        let report = self.wait(self.phone.app().flush(PATIENCE));
        self.note(format!("flush {report:?}"));
    }

    /// True when all is fresh now.
    fn refresh(&mut self) -> bool {
        let report = self.wait(self.phone.app().refresh());
        self.note(format!("refresh {report:?}"));
        report.is_ok_and(|report| report.stale.is_empty())
    }

    fn opt(&mut self) {
        let task = if self.rng.bool() { "coupons" } else { "healthy-marathon" };
        let opted_in = self.chance(70);
        let outcome = self.wait(self.phone.app().set_opted_in(task.to_owned(), opted_in));
        self.note(format!("opt {task} {opted_in} {outcome:?}"));
    }

    fn answer(&mut self) {
        let all = [(1, "12"), (2, "4"), (3, "Oranges")];
        let given = &all[..self.rng.usize(1..=3)];
        let answers =
            given.iter().map(|(question, value)| TaskAnswer { question: *question, value: (*value).to_owned() });
        let outcome = self.wait(self.phone.app().answer_task("questionnaire".to_owned(), answers.collect()));
        self.note(format!("answer {} {outcome:?}", given.len()));
    }

    fn buy(&mut self) {
        let id = format!("{:08x}-0000-4000-8000-{:012x}", self.rng.u32(..), self.rng.u64(..1 << 48));
        let healthy = json!({ "goodsId": "4012345678901", "name": "Rye bread", "count": 1, "price": 3 });
        let other = json!({ "goodsId": "1", "name": "Lamp", "count": self.rng.u32(1..4), "price": 20 });
        let items = if self.rng.bool() { json!([healthy]) } else { json!([other, healthy]) };
        let sale = json!({ "purchaseId": id, "code": self.login, "items": items });
        let (status, answer) = self.platform.ask("POST", "/till/purchases", &sale);
        assert_eq!(status, 200, "{answer}");
        self.note("buy");
        self.purchases.push(id);
    }

    fn refund(&mut self) {
        let Some(id) = self.purchases.pop() else { return };
        let (status, answer) = self.platform.ask("POST", "/till/refunds", &json!({ "purchaseId": id }));
        assert_eq!(status, 200, "{answer}");
        self.note("refund");
    }

    fn is_signed_in(&self) -> bool {
        matches!(self.phone.app().session(), SessionView::SignedIn { .. })
    }

    fn sign_in(&mut self) {
        if self.is_signed_in() {
            return;
        }
        let begun = self.wait(self.phone.app().sign_in(self.login.clone(), None));
        self.note(format!("sign in {begun:?}"));
        if begun.is_ok() {
            let confirmed = self.wait(self.phone.app().confirm_code(self.platform.code(&self.login)));
            self.note(format!("confirm code {confirmed:?}"));
        }
    }

    fn sign_out(&mut self) {
        let outcome = self.wait(self.phone.app().sign_out());
        self.note(format!("sign out {outcome:?}"));
    }

    fn reopen(&mut self) {
        self.note("reopen");
        self.phone.reopen();
        // Not for long after the app ended.
        if self.chance(50) {
            self.extension = None;
        }
    }

    fn stop(&mut self) {
        let steps = self.rng.u32(1..=25);
        self.note(format!("stop after {steps} steps"));
        stop_after(&self.phone.folder, steps);
        if self.chance(30) {
            self.reopen();
        }
        if self.chance(70) {
            self.track();
        }
        if self.chance(70) {
            if self.rng.bool() { self.flush() } else { _ = self.refresh() }
        }
        self.reopen();
    }

    fn spoil(&mut self) {
        let paths =
            ["/app/v1/events", "/app/v1/events", "/app/v1/tasks", "/app", "/publicapi", "/authorizationService", "/"];
        for _ in 0..self.rng.usize(1..4) {
            let kind = match self.rng.u32(..12) {
                0 | 1 => json!("reset"),
                2 => json!("cutBody"),
                3 | 4 => json!("duplicate"),
                5 | 6 => json!("hold"),
                7 => json!({ "status": { "code": 401 } }),
                8 => json!({ "status": { "code": 429, "retryAfter": self.rng.u32(3..4_000) } }),
                9 => json!({ "status": { "code": *self.rng.choice(&[500, 503]).unwrap() } }),
                10 => json!({ "latency": { "millis": self.rng.u32(1..30) } }),
                _ => json!(*self.rng.choice(&["html", "fail"]).unwrap()),
            };
            let fault = json!({
                "path": *self.rng.choice(&paths).unwrap(), "device": self.device(), "kind": kind, "skip": self.rng.u32(..3),
                "times": self.rng.u32(1..4), "processed": self.rng.bool(),
            });
            self.note(format!("fault {fault}"));
            self.platform.fault(fault);
        }
    }

    fn pass(&mut self) {
        let seconds = *self.rng.choice(&[1, 30, 700, 8_000, 100_000]).unwrap();
        self.note(format!("{seconds} seconds pass"));
        self.phone.clock.pass(Duration::from_secs(seconds));
    }

    /// The app is removed and installed again: the folder is gone, the secret store is not.
    fn reinstall(&mut self) {
        self.note("reinstall");
        self.extension = None;
        self.phone.kill();
        std::fs::remove_dir_all(&self.phone.folder).unwrap();
        for tracked in &mut self.tracked {
            tracked.removed = true;
        }
        self.reinstalled = true;
        self.phone.open();
    }

    fn come_to_the_front(&mut self) {
        self.note("to the front");
        self.phone.app().set_active(true);
        self.flush();
        self.phone.app().set_active(false);
    }

    /// Nothing goes wrong any more, and there is time.
    fn heal(&mut self) {
        self.note("heal");
        self.platform.heal_device(&self.device());
        stop_after(&self.phone.folder, 0);
        self.extension = None;
        self.phone.reopen();
        for _ in 0..5 {
            self.phone.clock.pass(LONG);
            self.sign_in();
            self.flush();
            if self.refresh() && self.is_quiet() {
                return;
            }
        }
        panic!("no rest: {:?} {:?}", self.phone.app().session(), self.phone.app().outbox());
    }

    fn is_quiet(&self) -> bool {
        let (outbox, tasks) = (self.phone.app().outbox(), self.phone.app().tasks());
        let waits = |participation| matches!(participation, Participation::InWaiting | Participation::OutWaiting);
        outbox.queued == 0
            && outbox.acts == 0
            && outbox.stopped.is_none()
            && self.is_signed_in()
            && tasks.expected.is_empty()
            && tasks.tasks.iter().all(|task| task.waiting.is_zero() && !waits(task.participation))
    }

    fn check(&self) -> Sums {
        let events = self.platform.events(&self.device());
        self.check_events(&events);
        self.check_sequence(&events);
        self.check_view(&events);
        let acknowledged = self.tracked.iter().filter(|tracked| tracked.acknowledged).count() as u64;
        Sums {
            acknowledged,
            refused: self.tracked.len() as u64 - acknowledged,
            again: events.iter().filter(|event| event.received > 1).count() as u64,
            given_up: self.dropped(),
            reinstalled: u64::from(self.reinstalled),
        }
    }

    /// How many events the phone says that it gave up.
    fn dropped(&self) -> u64 {
        let dropped = self.phone.app().outbox().dropped;
        assert!(dropped.iter().all(|dropped| dropped.reason == DropReason::SignedOut), "there was room: {dropped:?}");
        dropped.iter().map(|dropped| dropped.count).sum()
    }

    fn check_events(&self, events: &[ReceivedEvent]) {
        let wrong = events.iter().find(|event| event.status != "accepted");
        assert!(wrong.is_none(), "{wrong:?}");
        let installed = events.iter().filter(|event| event.kind == "app.installed").count();
        assert_eq!(installed, 1, "the installation is told once");
        let mut at: BTreeMap<(&str, i64), usize> = BTreeMap::new();
        for (place, event) in events.iter().enumerate() {
            if let Some(number) = number(event) {
                assert_eq!(at.insert((&event.kind, number), place), None, "{} {number} came twice", event.kind);
            }
        }
        let ours: BTreeSet<_> = self.tracked.iter().map(|tracked| (tracked.kind, tracked.number)).collect();
        assert!(at.keys().all(|key| ours.contains(key)), "nothing comes that was not tracked");
        let known = self.tracked.iter().filter(|tracked| tracked.acknowledged && !tracked.removed);
        let missing: Vec<_> = known.filter(|tracked| !at.contains_key(&(tracked.kind, tracked.number))).collect();
        let lost: Vec<_> = missing.iter().map(|tracked| (tracked.kind, tracked.number)).collect();
        let reported = events.iter().filter(|event| event.kind == "events.dropped");
        let reported: u64 = reported.map(|event| event.data["count"].as_u64().unwrap()).sum();
        if !self.reinstalled {
            // Of what was given up while it was on its way, some had arrived: the platform knows that, and is told no more.
            assert!(lost.len() as u64 <= reported, "lost: {lost:?}, told: {reported}");
            assert!(reported <= self.dropped(), "told: {reported}, given up: {}", self.dropped());
        }
        // Behind one another as they were tracked, but for what was on its way when the member signed out.
        if self.dropped() == 0 && !self.reinstalled {
            let came = self.tracked.iter().filter(|tracked| tracked.acknowledged);
            let came: Vec<_> = came.map(|tracked| (tracked.turn, at[&(tracked.kind, tracked.number)])).collect();
            let mut ends = BTreeMap::new();
            for (turn, place) in &came {
                let end: &mut usize = ends.entry(*turn).or_insert(0);
                *end = (*end).max(*place);
            }
            for (turn, place) in &came {
                let before = ends.range(..turn).map(|(_, place)| *place).max();
                assert!(before.is_none_or(|before| before < *place), "what was tracked in turn {turn} came too early");
            }
        }
    }

    fn check_sequence(&self, events: &[ReceivedEvent]) {
        let places: Vec<_> = events.iter().map(|event| event.sequence.unwrap()).collect();
        if self.reinstalled {
            return;
        }
        let different: BTreeSet<_> = places.iter().collect();
        assert_eq!(different.len(), places.len(), "no place is given twice: {places:?}");
        let gaps: u64 = self.platform.event_gaps(&self.device()).iter().map(|gap| gap.end() - gap.start() + 1).sum();
        let late = places.windows(2).filter(|pair| pair[0] > pair[1]).count() as u64;
        assert_eq!((gaps, late), (0, 0), "gaps or disorder in {places:?}");
    }

    /// The phone shows what the platform has, and the platform has counted each event once.
    fn check_view(&self, events: &[ReceivedEvent]) {
        let app = self.phone.app();
        let token = self.phone.token();
        let tasks = self.platform.get("/app/v1/tasks", &token);
        let balance = self.platform.get("/publicapi/v1.2/User/DetailedBalance", &token);
        let tasks = tasks["tasks"].as_array().unwrap();
        let view = app.tasks();
        assert_eq!(view.tasks.len(), tasks.len());
        for task in tasks {
            let shown = view.tasks.iter().find(|shown| task["id"] == shown.id.as_str()).unwrap();
            assert_eq!(shown.confirmed, decimal(&task["progress"]), "{}", shown.id);
            assert_eq!(Decimal::from(shown.completions), decimal(&task["completions"]), "{}", shown.id);
            if task["optIn"] == true {
                assert_eq!(shown.participation == Participation::In, task["optedIn"] == true, "{}", shown.id);
            }
        }
        let counted = |id: &str| view.tasks.iter().find(|task| task.id == id).unwrap().confirmed;
        let offers = events.iter().filter(|event| event.kind == "offer.viewed").count();
        assert_eq!(counted("offers"), Decimal::from(offers), "each offer is counted once");
        let sums = events.iter().filter(|event| event.kind == "custom" && event.data["name"] == "sum");
        assert_eq!(counted("sums"), sums.map(|event| decimal(&event.data["amount"])).sum(), "each sum is counted once");
        for account in balance["data"]["items"].as_array().unwrap() {
            let shown = app.balance().accounts;
            let shown = shown.iter().find(|shown| account["currency"]["code"] == shown.currency.code.as_str()).unwrap();
            assert_eq!(shown.available, decimal(&account["amount"]));
        }
        assert!(app.balance().expected.is_empty());
        let installed =
            |what: &HistoryWhat| matches!(what, HistoryWhat::Reward { offer: Some(offer), .. } if offer == "install");
        let history = app.history(HistoryFilter::All).entries;
        let paid = history.iter().filter(|entry| installed(&entry.what)).count();
        assert_eq!(
            paid,
            1,
            "the installation is paid for once: {:?}",
            history.iter().map(|entry| &entry.what).collect::<Vec<_>>()
        );
    }
}

/// The number that an event was tracked with.
fn number(event: &ReceivedEvent) -> Option<i64> {
    let name = match event.kind.as_str() {
        "offer.viewed" => "offerId",
        "coupon.shown" => "couponId",
        "store.viewed" => "storeId",
        "card.shown" => "codeKind",
        "task.viewed" => "taskId",
        "custom" => "amount",
        _ => return None,
    };
    let value = &event.data[name];
    Some(value.as_str().map_or_else(|| value.to_string(), str::to_owned).parse().unwrap())
}

fn decimal(value: &Value) -> Decimal {
    value.to_string().parse().unwrap()
}
