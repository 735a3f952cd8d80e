//! A real process that tracks and is killed, over and over: what it said to be on disk arrives, once.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use pocketcard::Loyalty;
use pocketcard::events::Activity;
use pocketcard::host::Host;
use pocketcard::loyalty::Config;
use pocketcard_tests::{PATIENCE, Phone, Platform, Secrets, config, run};

const ROUNDS: i64 = 40;
/// The first number of the events of each process is a multiple of this.
const APART: i64 = 100_000;

#[test]
fn no_acknowledged_event_is_lost_when_the_process_is_killed() {
    // Asked for by ourselves below.
    if let Ok(folder) = std::env::var("POCKETCARD_TRACK") {
        return track_until_killed(&folder, std::env::var("POCKETCARD_FROM").unwrap().parse().unwrap());
    }
    let platform = Platform::start();
    let mut phone = Phone::new(platform.url());
    phone.kill();
    phone.secrets.write_to(&secrets_of(&phone.folder));
    let mut rng = fastrand::Rng::with_seed(7);
    let mut kept = BTreeSet::new();
    for round in 0..ROUNDS {
        // Now and then a second process, as an extension of the app is one.
        let processes = if round % 3 == 0 { 2 } else { 1 };
        let children: Vec<_> =
            (0..processes).map(|which| start(&phone.folder, (2 * round + which + 1) * APART)).collect();
        let mut told = Vec::new();
        for (mut child, stdout) in children {
            let mut lines = BufReader::new(stdout);
            if rng.bool() {
                // In the midst of it.
                read(&mut lines, rng.usize(1..50), &mut told);
            }
            // Or as it starts. The machine's time, so that the moment is none that the process knows of.
            std::thread::sleep(Duration::from_micros(rng.u64(0..20_000)));
            child.kill().unwrap();
            child.wait().unwrap();
            read(&mut lines, usize::MAX, &mut told);
        }
        kept.extend(told);
    }
    assert!(kept.len() > 100, "they came to track: {}", kept.len());
    phone.config = large(phone.config.clone());
    phone.open();
    let report = run(phone.app().flush(PATIENCE)).unwrap();
    assert_eq!((report.queued, report.stopped), (0, None));
    let device: String = serde_json::from_slice(&phone.secrets.all()["pocketcard.installation"]).unwrap();
    let events = platform.events(&device);
    let mut came = BTreeSet::new();
    for event in events.iter().filter(|event| event.kind == "offer.viewed") {
        assert!(came.insert(event.data["offerId"].as_i64().unwrap()), "{event:?} came twice");
    }
    let lost: Vec<_> = kept.difference(&came).collect();
    assert!(lost.is_empty(), "lost: {lost:?} of {}", kept.len());
    assert!(events.iter().all(|event| event.status == "accepted"));
    assert_eq!(events.iter().filter(|event| event.kind == "app.installed").count(), 1);
    let places = (1..).take(events.len()).collect::<Vec<u64>>();
    assert_eq!(events.iter().filter_map(|event| event.sequence).collect::<Vec<_>>(), places, "in order, without gaps");
    // Each process went on from a number of its own: as they were tracked they came, but for five at once.
    let turn = |number: i64| if number % 10 < 5 { number } else { number / 10 * 10 + 5 };
    for process in 1..=2 * ROUNDS {
        let numbers = events.iter().filter_map(|event| event.data["offerId"].as_i64());
        let of_process = numbers.filter(|number| number / APART == process);
        assert!(of_process.map(turn).is_sorted(), "process {process} is out of order");
    }
}

fn secrets_of(folder: &Path) -> PathBuf {
    folder.with_file_name("secrets")
}

/// More than these processes fill: nothing is given up.
fn large(config: Config) -> Config {
    Config { outbox_events: 1_000_000, outbox_bytes: 1_000_000_000, ..config }
}

fn start(folder: &Path, from: i64) -> (Child, ChildStdout) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "no_acknowledged_event_is_lost_when_the_process_is_killed", "--nocapture"])
        .env("POCKETCARD_TRACK", folder)
        .env("POCKETCARD_FROM", from.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let stdout = child.stdout.take().unwrap();
    (child, stdout)
}

/// Reads up to `most` numbers that the process said to be kept; a line that was cut is none.
fn read(lines: &mut BufReader<ChildStdout>, most: usize, told: &mut Vec<i64>) {
    let mut line = String::new();
    let until = told.len().saturating_add(most);
    while told.len() < until && lines.read_line(&mut line).unwrap() > 0 {
        if let Some(number) = line.strip_prefix("kept ").and_then(|number| number.strip_suffix('\n')) {
            told.push(number.parse().unwrap());
        }
        line.clear();
    }
}

/// What the process does that is to be killed: it tracks five events one after the other, five at once, and so on, and
/// says of each that is on disk which one it was.
fn track_until_killed(folder: &str, from: i64) {
    let secrets = Arc::new(Secrets::read_from(&secrets_of(Path::new(folder))));
    let config = large(Config { data_folder: folder.to_owned(), ..config("http://127.0.0.1:9") });
    let host = Host { secrets: secrets as _, log: None, clock: None, boot: None };
    let app = Loyalty::open(config, host).unwrap();
    let track = async |number: i64| {
        app.track(Activity::OfferViewed { offer: number }).await.unwrap();
        // One write, and past what captures a test's output.
        std::io::stdout().write_all(format!("kept {number}\n").as_bytes()).unwrap();
        std::io::stdout().flush().unwrap();
    };
    run(async {
        for number in (from..from + APART).step_by(10) {
            for number in number..number + 5 {
                track(number).await;
            }
            join_all((number + 5..number + 10).map(track)).await;
        }
    });
}
