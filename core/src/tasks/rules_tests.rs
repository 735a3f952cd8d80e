use proptest::prelude::*;

use super::*;

pub(crate) fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn noon(day: Date) -> Timestamp {
    day.at(12, 0, 0, 0).in_tz("UTC").unwrap().timestamp()
}

pub(crate) fn number(value: i64) -> Decimal {
    value.into()
}

/// A rule that counts every `purchase` there is.
pub(crate) fn rule(kind: Kind, target: i64) -> Rule {
    Rule {
        kind,
        trigger: Trigger { event: "purchase".to_owned(), conditions: BTreeMap::new() },
        target: target.into(),
        window: Window::None,
        streak: Streak::default(),
        starts: Timestamp::UNIX_EPOCH,
        ends: None,
        opt_in: false,
        counts_from: None,
        recurrence: Recurrence::None,
    }
}

/// The marathon of healthy eating: 5 days within 14, and no week without.
fn marathon() -> Rule {
    Rule { streak: Streak { missed: 7, within: Some(14) }, ..rule(Kind::Streak, 5) }
}

/// A purchase at noon.
pub(crate) fn fact(id: u128, on: &str, amount: i64) -> Fact {
    let day = day(on);
    Fact {
        id: Uuid::from_u128(id),
        event: "purchase".to_owned(),
        at: noon(day),
        day,
        fields: BTreeMap::new(),
        amount: amount.into(),
    }
}

fn on(days: &[&str]) -> Vec<Fact> {
    (1..).zip(days).map(|(id, day)| fact(id, day, 1)).collect()
}

fn december(days: &[i8]) -> Vec<Fact> {
    let days: Vec<_> = days.iter().map(|day| format!("2026-12-{day:02}")).collect();
    on(&days.iter().map(String::as_str).collect::<Vec<_>>())
}

fn value(rule: &Rule, facts: &[Fact], today: &str) -> Decimal {
    rule.value(&rule.total(facts), day(today))
}

#[test]
fn a_count_is_done_at_its_target_and_counts_no_further() {
    let rule = rule(Kind::Count, 3);
    let facts = december(&[1, 1, 9, 10]);
    assert!(!rule.total(&facts[..2]).completed);
    let done = rule.total(&facts);
    assert_eq!((done.completed, done.completions, done.counted[&None]), (true, 1, number(3)));
    assert_eq!(value(&rule, &facts[..2], "2027-06-01"), number(2), "without windows nothing passes");
}

#[test]
fn an_amount_adds_what_is_above_nothing() {
    let rule = rule(Kind::Amount, 100);
    let facts = [fact(1, "2026-12-01", 60), fact(2, "2026-12-01", 0), fact(3, "2026-12-01", -30)];
    assert!(rule.counts(&facts[0]) && !rule.counts(&facts[1]) && !rule.counts(&facts[2]));
    assert_eq!(value(&rule, &facts, "2026-12-01"), number(60));
    let more = [facts.as_slice(), &[fact(4, "2026-12-02", 55)]].concat();
    let done = rule.total(&more);
    assert_eq!((done.completed, rule.value(&done, day("2026-12-02"))), (true, number(115)));
}

#[test]
fn each_window_begins_with_nothing() {
    let rule = Rule { window: Window::Day, ..rule(Kind::Count, 3) };
    let facts = december(&[1, 1, 2]);
    assert_eq!(value(&rule, &facts, "2026-12-01"), number(2));
    assert_eq!(value(&rule, &facts, "2026-12-02"), number(1));
    assert_eq!(value(&rule, &facts, "2026-12-03"), number(0));
    assert!(!rule.total(&facts).completed, "3 in all, but not on one day");
    assert!(rule.total(&december(&[1, 2, 1, 2, 1])).completed, "a late fact counts for its own day");
}

#[test]
fn a_week_is_the_one_from_monday_and_goes_across_the_new_year() {
    let rule = Rule { window: Window::Week, ..rule(Kind::Count, 3) };
    for (of, monday) in [
        ("2026-12-27", "2026-12-21"),
        ("2026-12-28", "2026-12-28"),
        ("2026-12-31", "2026-12-28"),
        ("2027-01-03", "2026-12-28"),
        ("2027-01-04", "2027-01-04"),
        ("2024-02-29", "2024-02-26"),
    ] {
        assert_eq!(rule.window_of(day(of)), Some(day(monday)), "{of}");
    }
    let done = rule.total(&on(&["2026-12-28", "2026-12-31", "2027-01-03"]));
    assert_eq!((done.completed, done.counted[&Some(day("2026-12-28"))]), (true, number(3)));
    assert!(!rule.total(&on(&["2026-12-27", "2026-12-28", "2027-01-04"])).completed);
}

#[test]
fn what_comes_after_a_task_is_done() {
    let once = rule(Kind::Amount, 10);
    let facts: Vec<_> = (1..=4).map(|id| fact(id, "2026-12-01", 6)).collect();
    assert_eq!(once.total(&facts).completions, 1);
    let again = Rule { recurrence: Recurrence::OnCompletion, ..once.clone() };
    let progress = again.total(&facts);
    assert_eq!((progress.completions, progress.completed, progress.counted.len()), (2, false, 0));
    assert_eq!(again.total(&facts[..3]).counted[&None], number(6), "what was more than needed is not carried over");
    // Without windows the platform says when it begins anew, and so it does where this version does not know.
    for recurrence in [Recurrence::OnExpiration, Recurrence::Other("monthly".to_owned())] {
        let progress = Rule { recurrence, ..once.clone() }.total(&facts);
        assert_eq!((progress.completions, progress.completed), (1, true));
    }
}

#[test]
fn a_task_of_every_day_is_done_once_a_day() {
    let rule = Rule { window: Window::Day, recurrence: Recurrence::OnExpiration, ..rule(Kind::Count, 2) };
    let progress = rule.total(&december(&[1, 1, 1, 2, 3, 3, 3, 3]));
    assert_eq!((progress.completions, progress.completed), (2, false));
    assert_eq!(rule.value(&progress, day("2026-12-03")), number(2));
    assert_eq!(rule.value(&progress, day("2026-12-04")), number(0));
    let mut later = progress;
    assert!(!rule.count(&mut later, &fact(9, "2026-12-03", 1)), "that day is full");
    assert!(rule.count(&mut later, &fact(10, "2026-12-02", 1)), "the second of that day comes late");
    assert_eq!(later.completions, 3);
}

#[test]
fn a_streak_counts_days_in_a_row() {
    let rule = rule(Kind::Streak, 3);
    let facts = on(&["2026-12-30", "2026-12-31", "2026-12-31"]);
    assert_eq!(value(&rule, &facts, "2026-12-31"), number(2));
    assert_eq!(value(&rule, &facts, "2027-01-01"), number(2), "today is not over");
    assert_eq!(value(&rule, &facts, "2027-01-02"), number(0), "the first of January was missed");
    assert!(rule.total(&on(&["2026-12-30", "2026-12-31", "2027-01-01"])).completed);
    assert!(rule.total(&on(&["2028-02-28", "2028-03-01", "2028-02-29"])).completed, "the day between comes late");
    assert!(!rule.total(&on(&["2026-12-30", "2026-12-31", "2027-01-02"])).completed);
}

#[test]
fn a_streak_of_weeks_goes_on_over_the_new_year() {
    let rule = Rule { window: Window::Week, ..rule(Kind::Streak, 3) };
    let facts = on(&["2026-12-27", "2027-01-03", "2027-01-04"]);
    assert_eq!(value(&rule, &facts[..2], "2027-01-10"), number(2));
    assert_eq!(value(&rule, &facts[..2], "2027-01-11"), number(0));
    assert!(rule.total(&facts).completed);
    assert!(!rule.total(&on(&["2026-12-20", "2027-01-03", "2027-01-04"])).completed);
}

#[test]
fn a_missed_week_ends_the_marathon() {
    let rule = marathon();
    let facts = december(&[1, 2, 3, 4]);
    assert_eq!(value(&rule, &facts, "2026-12-11"), number(4), "the seventh day without is not over");
    assert_eq!(value(&rule, &facts, "2026-12-12"), number(0));
    assert!(rule.total(&december(&[1, 2, 3, 4, 11])).completed);
    let anew = december(&[1, 2, 3, 4, 12]);
    assert!(!rule.total(&anew).completed);
    assert_eq!(value(&rule, &anew, "2026-12-12"), number(1), "it begins anew");
    assert!(rule.total(&[anew, december(&[8])].concat()).completed, "no week was missed, as it turns out");
}

#[test]
fn days_drop_out_of_the_marathon_after_two_weeks() {
    let rule = marathon();
    assert!(rule.total(&december(&[1, 5, 9, 13, 14])).completed);
    let facts = december(&[1, 5, 9, 13, 15]);
    assert!(!rule.total(&facts).completed);
    assert_eq!(value(&rule, &facts, "2026-12-15"), number(4));
    assert_eq!(value(&rule, &facts, "2026-12-19"), number(3), "the fifth has dropped out, too");
    let run = rule.run(&rule.total(&facts).counted, day("2026-12-19"));
    assert_eq!(run, ["2026-12-09", "2026-12-13", "2026-12-15"].map(day));
    assert!(rule.total(&december(&[1, 5, 9, 13, 15, 16])).completed);
}

#[test]
fn a_day_counts_for_one_streak() {
    let rule = Rule { recurrence: Recurrence::OnCompletion, ..rule(Kind::Streak, 3) };
    let progress = rule.total(&december(&[1, 2, 3, 3, 4]));
    assert_eq!((progress.completions, rule.value(&progress, day("2026-12-04"))), (1, number(1)));
    assert_eq!(rule.total(&december(&[1, 2, 3, 4, 5, 6])).completions, 2);
    let progress = rule.total(&december(&[1, 3, 2, 3, 1]));
    assert_eq!((progress.completions, rule.value(&progress, day("2026-12-03"))), (1, number(0)), "in whatever order");
}

#[test]
fn fields_must_be_as_the_trigger_says() {
    let conditions = BTreeMap::from([("group".to_owned(), "healthy".to_owned())]);
    let rule = Rule { trigger: Trigger { event: "purchase".to_owned(), conditions }, ..rule(Kind::Count, 1) };
    let of = |fields: &[(&str, &str)]| {
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Fact { fields, ..fact(1, "2026-12-01", 1) }
    };
    assert!(rule.matches(&of(&[("group", "healthy"), ("goodsId", "7")])));
    assert!(!rule.matches(&of(&[("group", "sweets")])));
    assert!(!rule.matches(&of(&[])));
    assert!(!rule.matches(&Fact { event: "purchase.item".to_owned(), ..of(&[("group", "healthy")]) }));
}

#[test]
fn a_task_counts_from_its_start_to_its_end_and_from_the_instant_of_taking_part() {
    let fact = fact(1, "2026-12-01", 1);
    let (at, before) = (fact.at, fact.at - jiff::SignedDuration::from_nanos(1));
    let after = fact.at + jiff::SignedDuration::from_nanos(1);
    let open = rule(Kind::Count, 1);
    assert!(Rule { starts: at, ..open.clone() }.counts(&fact));
    assert!(!Rule { starts: after, ..open.clone() }.counts(&fact));
    assert!(Rule { ends: Some(after), ..open.clone() }.counts(&fact));
    assert!(!Rule { ends: Some(at), ..open.clone() }.counts(&fact));
    let opt_in = Rule { opt_in: true, ..open.clone() };
    assert!(!opt_in.counts(&fact) && opt_in.matches(&fact));
    for (from, counts) in [(before, true), (at, true), (after, false)] {
        assert_eq!(Rule { counts_from: Some(from), ..opt_in.clone() }.counts(&fact), counts);
    }
    assert!(Rule { counts_from: Some(after), ..open }.counts(&fact), "nobody needs to take part");
}

#[test]
fn what_this_version_does_not_know_counts_nothing() {
    let known = rule(Kind::Count, 1);
    for unknown in [
        Rule { kind: Kind::Other("quiz".to_owned()), ..known.clone() },
        Rule { window: Window::Other("month".to_owned()), ..known.clone() },
        rule(Kind::Count, 0),
        rule(Kind::Count, -1),
    ] {
        assert!(!unknown.is_known() && !unknown.counts(&fact(1, "2026-12-01", 1)));
        assert_eq!(unknown.total(&december(&[1, 2])), Progress::default());
    }
}

#[test]
fn a_questionnaire_counts_answers_whatever_the_day() {
    let trigger = Trigger { event: "task.answered".to_owned(), conditions: BTreeMap::new() };
    let rule = Rule { trigger, window: Window::Day, ..rule(Kind::Questionnaire, 2) };
    let answer = |id, on| Fact { event: "task.answered".to_owned(), ..fact(id, on, 0) };
    let progress = rule.total(&[answer(1, "2026-12-01"), answer(2, "2026-12-05")]);
    assert_eq!((progress.completed, progress.counted[&None]), (true, number(2)));
}

/// Rules of every kind that is known, over a few weeks about the new year.
pub(crate) fn rules() -> impl Strategy<Value = Rule> {
    let kind = prop_oneof![Just(Kind::Count), Just(Kind::Amount), Just(Kind::Streak)];
    let window = prop_oneof![Just(Window::None), Just(Window::Day), Just(Window::Week)];
    let recurrence =
        prop_oneof![Just(Recurrence::None), Just(Recurrence::OnCompletion), Just(Recurrence::OnExpiration)];
    let streak = (1_u32..5, prop::option::of(1_u32..12)).prop_map(|(missed, within)| Streak { missed, within });
    let from = || prop::option::of(0_i32..20);
    (kind, window, recurrence, streak, 1_i64..6, from(), from()).prop_map(
        |(kind, window, recurrence, streak, target, starts, ends)| Rule {
            window,
            recurrence,
            streak,
            starts: starts.map_or(Timestamp::UNIX_EPOCH, |days| noon(later(days / 4))),
            ends: ends.map(|days| noon(later(20 + days))),
            ..rule(kind, target)
        },
    )
}

fn once() -> impl Strategy<Value = Rule> {
    rules().prop_map(|rule| Rule { recurrence: Recurrence::None, ..rule })
}

pub(crate) fn later(days: i32) -> Date {
    day("2026-12-20").checked_add(days.days()).unwrap()
}

fn facts() -> impl Strategy<Value = Vec<Fact>> {
    let fact = (0_i32..30, -1_i64..4).prop_map(|(days, amount)| fact(0, &later(days).to_string(), amount));
    prop::collection::vec(fact, 0..25)
}

/// Facts, and whether each is left.
fn thinned() -> impl Strategy<Value = (Vec<Fact>, Vec<Fact>)> {
    facts().prop_flat_map(|facts| {
        let fewer = prop::sample::subsequence(facts.clone(), 0..=facts.len());
        (Just(facts), fewer)
    })
}

proptest! {
    #[test]
    fn counting_on_is_counting_from_the_beginning(rule in rules(), facts in facts(), cut in any::<prop::sample::Index>()) {
        let (a, b) = facts.split_at(cut.index(facts.len() + 1));
        let mut progress = rule.total(a);
        // As it comes over the wire, or from disk.
        progress = serde_json::from_str(&serde_json::to_string(&progress).unwrap()).unwrap();
        for fact in b {
            rule.count(&mut progress, fact);
        }
        prop_assert_eq!(progress, rule.total(&facts));
    }

    #[test]
    fn order_does_not_matter_to_what_is_done_once(
        rule in once(),
        (facts, shuffled) in facts().prop_flat_map(|facts| (Just(facts.clone()), Just(facts).prop_shuffle())),
    ) {
        let (one, other) = (rule.total(&facts), rule.total(&shuffled));
        prop_assert_eq!((one.completions, one.completed), (other.completions, other.completed));
        if !one.completed {
            prop_assert_eq!(one.counted, other.counted);
        }
    }

    #[test]
    fn more_facts_undo_nothing(rule in rules(), facts in facts()) {
        let mut progress = Progress::default();
        for fact in &facts {
            let before = progress.clone();
            let counted = rule.count(&mut progress, fact);
            prop_assert!(progress.completions >= before.completions && progress.completions <= before.completions + 1);
            prop_assert!(progress.completed || !before.completed);
            prop_assert!(counted || progress == before, "what does not count changes nothing");
        }
    }

    #[test]
    fn fewer_facts_finish_no_more(rule in once(), (facts, fewer) in thinned()) {
        let (all, left) = (rule.total(&facts), rule.total(&fewer));
        prop_assert!(left.completions <= all.completions && (all.completed || !left.completed));
    }

    #[test]
    fn what_is_shown_of_a_streak_is_what_is_counted(rule in once(), facts in facts(), days in 0_i32..40) {
        let progress = rule.total(&facts);
        let today = later(days);
        let value = rule.value(&progress, today);
        if progress.completed {
            prop_assert!(value >= rule.target);
        } else {
            prop_assert!(value >= Decimal::ZERO && value < rule.target);
        }
        let run = rule.run(&progress.counted, today);
        prop_assert!(run.is_sorted() && run.last().is_none_or(|last| *last <= today));
        prop_assert!(rule.kind != Kind::Streak || progress.completed || value == Decimal::from(run.len()));
    }

    #[test]
    fn rules_come_back_from_disk(rule in rules(), opt_in in any::<bool>()) {
        let rule = Rule { opt_in, counts_from: rule.ends, ..rule };
        prop_assert_eq!(&serde_json::from_str::<Rule>(&serde_json::to_string(&rule).unwrap()).unwrap(), &rule);
    }
}
