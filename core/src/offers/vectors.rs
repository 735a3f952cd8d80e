//! Runs `tests/vectors/offers.json`, which other languages and platforms can run, too.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use serde::Deserialize;

use super::rules::{Benefit, Facts, Given, Rules, StoreFacts, WhyNot, Words};
use crate::types::{Decimal, Timestamp};

#[derive(Deserialize)]
struct Vectors {
    stores: Vec<StoreWords>,
    cases: Vec<Case>,
    benefits: Vec<BenefitCase>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct StoreWords {
    id: i64,
    time_zone: String,
    #[serde(default)]
    attributes: BTreeMap<String, Vec<String>>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    /// As the App API writes them.
    #[serde(default)]
    rules: Words,
    begin: Option<Timestamp>,
    end: Option<Timestamp>,
    revoked: Option<Timestamp>,
    asked: Vec<Asked>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Asked {
    at: Timestamp,
    channel: String,
    store: Option<i64>,
    time_zone: Option<String>,
    payment: Option<String>,
    #[serde(default)]
    activated: bool,
    uses_left: Option<u32>,
    /// `yes`, or why not.
    answer: String,
}

#[derive(Deserialize)]
struct BenefitCase {
    name: String,
    benefit: BenefitWords,
    sum: Decimal,
    points: Decimal,
    gives: GivenWords,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BenefitWords {
    discount_percent: Option<Decimal>,
    points: Option<Decimal>,
    multiplier: Option<Decimal>,
}

#[derive(Deserialize)]
struct GivenWords {
    discount: Decimal,
    points: Decimal,
}

fn answer(outcome: Result<(), WhyNot>) -> String {
    let Err(why_not) = outcome else { return "yes".to_owned() };
    let clock = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
    match why_not {
        WhyNot::Revoked => "revoked".to_owned(),
        WhyNot::Over => "over".to_owned(),
        WhyNot::UsedUp => "usedUp".to_owned(),
        WhyNot::NotYet { from } => format!("notYet {from}"),
        WhyNot::OtherChannel => "otherChannel".to_owned(),
        WhyNot::OtherStore => "otherStore".to_owned(),
        WhyNot::StoreLacks { attribute } => format!("storeLacks {attribute}"),
        WhyNot::OtherDay => "otherDay".to_owned(),
        WhyNot::OtherTime { from, to } => format!("otherTime {}-{}", clock(from), clock(to)),
        WhyNot::OtherPayment => "otherPayment".to_owned(),
        WhyNot::NotActivated => "notActivated".to_owned(),
        WhyNot::LeftToPlatform => "leftToPlatform".to_owned(),
    }
}

#[test]
fn offers() {
    let vectors: Vectors = serde_json::from_str(include_str!("../../../tests/vectors/offers.json")).unwrap();
    let zone = |name: &str| TimeZone::get(name).unwrap();
    let stores: BTreeMap<_, _> = vectors
        .stores
        .into_iter()
        .map(|StoreWords { id, time_zone, attributes }| (id, StoreFacts { id, attributes, zone: zone(&time_zone) }))
        .collect();
    for Case { name, rules, begin, end, revoked, asked } in vectors.cases {
        let rules = Rules { begin, end, revoked, ..rules.read() };
        for asked in asked {
            let member = asked.time_zone.as_deref().map(zone);
            let facts = match (asked.channel.as_str(), asked.store, &member) {
                ("online", None, Some(member)) => Facts::online(asked.at, member),
                ("store", None, Some(member)) => Facts::in_some_store(asked.at, member),
                ("store", Some(store), None) => Facts::in_store(&stores[&store], asked.at),
                other => panic!("{name}: {other:?}"),
            };
            let facts = asked.payment.as_deref().map_or(facts, |method| facts.paid_by(method));
            let facts = facts.of_member(asked.activated, asked.uses_left);
            assert_eq!(answer(rules.applies(&facts)), asked.answer, "{name}: {}", asked.at);
        }
    }
    for BenefitCase { name, benefit, sum, points, gives } in vectors.benefits {
        let BenefitWords { discount_percent, points: fixed, multiplier } = benefit;
        let benefit = Benefit { discount_percent, points: fixed, multiplier }.sound();
        assert_eq!(benefit.on(sum, points), Given { discount: gives.discount, points: gives.points }, "{name}");
    }
}
