//! Runs `tests/vectors/hours.json`, which other languages can run, too.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Deserialize;

use super::hours::{Day, Hours, OpenState};
use super::zone;
use crate::types::Timestamp;

#[derive(Deserialize)]
struct Vectors {
    cases: Vec<Case>,
}

type Texts = Vec<(String, String)>;

#[derive(Deserialize)]
struct Case {
    name: String,
    zone: String,
    week: Option<BTreeMap<String, Texts>>,
    #[serde(default)]
    exceptions: BTreeMap<Date, Texts>,
    asked: Vec<Asked>,
}

#[derive(Deserialize)]
struct Asked {
    at: Timestamp,
    #[serde(flatten)]
    state: BTreeMap<String, serde_json::Value>,
}

fn day(texts: &Texts) -> Day {
    Day::read(texts.iter().map(|(from, to)| (from.as_str(), to.as_str())))
}

#[test]
fn hours() {
    let vectors: Vectors = serde_json::from_str(include_str!("../../../tests/vectors/hours.json")).unwrap();
    for Case { name, zone: name_of_zone, week, exceptions, asked } in vectors.cases {
        let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
        let week = week.map(|week| days.map(|name| week.get(name).map(day).unwrap_or_default()));
        let exceptions = exceptions.iter().map(|(&date, texts)| (date, day(texts))).collect();
        let hours = Hours { week, exceptions };
        for Asked { at, state } in asked {
            let instant = |state: &serde_json::Value| state.as_str().map(|text| text.parse().unwrap());
            let expected = match state.iter().next().map(|(word, value)| (word.as_str(), value)) {
                Some(("open", until)) => OpenState::Open { until: instant(until) },
                Some(("closed", opens_at)) => OpenState::Closed { opens_at: instant(opens_at) },
                _ => OpenState::Unknown,
            };
            let ours = zone(&name_of_zone).map_or(OpenState::Unknown, |zone| hours.state(&zone, at));
            assert_eq!(ours, expected, "{name}: {at}");
        }
    }
}
