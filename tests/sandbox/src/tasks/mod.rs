//! Tasks: counted out of a member's facts by the rules that the app has, too, and rewarded once for each completion.
//!
//! Nothing of a count is stored: whenever a fact comes or goes, all facts of the member are counted anew, in the order in which
//! the platform learned of them. What is stored is what was told (versions) and what was given (completions). Only members are
//! rewarded: what an unknown one finishes is, once they are known. What there is to do is in [`definitions`].

pub(crate) mod definitions;

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use pocketcard::tasks::rules::{Progress, Rule};
use pocketcard::types::{Decimal, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::clock::later;
use crate::events;
use crate::facts;
use crate::games;
use crate::keyed;
use crate::ledger::Life;
use crate::members::{self, State};
use crate::programme::{self, ACCOUNTS, POINTS_LIFE};
use crate::pushes::{self, Push};
use crate::refusal::{Outcome, invalid};
use crate::sales::{self, Purchase};
use crate::wire::{self, Moment, zoned};

use definitions::{Definition, Programme, Question, QuestionKind, Reward};

/// The most ids of counted facts that a task tells.
const MOST_IDS: usize = 200;
/// The most answers in one call.
const MOST_ANSWERS: usize = 50;
/// How long the news of a completion is worth delivering.
const PUSH_LIFE: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Why tasks are counted anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    /// Something came, or the member or the programme changed. No reward is taken back.
    Came,
    /// A purchase was brought back: what it completed is undone.
    TakenBack,
}

/// Where a member stands with a task.
#[derive(Debug)]
struct Standing<'p> {
    task: &'p Definition,
    rule: Rule,
    progress: Progress,
    /// What was counted in, newest first.
    counted: Vec<Uuid>,
    /// The questions that have an answer.
    answered: BTreeSet<i64>,
    version: i64,
    known: Option<Known>,
}

/// What the member was told of a task.
#[derive(Debug)]
struct Known {
    version: i64,
    completions: u32,
    print: Vec<u8>,
}

/// The tasks of a member, as the App API writes them, without the time.
pub(crate) fn list(tx: &Connection, member: i64, now: Timestamp) -> Outcome<Value> {
    let programme = Programme::load(tx)?;
    let standings = standings(tx, member, &programme)?;
    let today = today(tx, member, now)?;
    let completed = finished(&standings);
    let sets: Vec<Value> = programme
        .sets
        .iter()
        .map(|set| {
            let there: Vec<&String> = of_set(set, &programme).collect();
            json!({
                "id": set.id,
                "title": set.title,
                "taskIds": there,
                "reward": set.reward,
                "completed": is_complete(set, &programme, &completed),
            })
        })
        .collect();
    let awarded = awarded(tx, member)?;
    let badges: Vec<Value> = programme
        .badges()
        .into_iter()
        .map(|(id, title)| {
            json!({ "id": id, "title": title, "imageUrl": null, "awarded": awarded.get(id).copied().map(zoned) })
        })
        .collect();
    Ok(json!({
        "sets": sets,
        "tasks": standings.iter().map(|standing| standing.wire(today, now)).collect::<Vec<_>>(),
        "badges": badges,
        "level": programme.level(completed.len()),
    }))
}

/// Counts all tasks of a member anew, and does what follows.
pub(crate) fn recount(tx: &Connection, member: i64, cause: Cause, now: Timestamp) -> Outcome<()> {
    let programme = Programme::load(tx)?;
    let mut standings = standings(tx, member, &programme)?;
    let rewarded = members::member(tx, member)?.state == State::Normal;
    let today = today(tx, member, now)?;
    let mut lost = false;
    for standing in &mut standings {
        let before = standing.known.as_ref().map_or(0, |known| known.completions);
        let completions = standing.progress.completions;
        let undone = if cause == Cause::TakenBack { before.saturating_sub(completions) } else { 0 };
        lost |= undone > 0;
        if rewarded {
            let task = standing.task;
            let gives = Gives { key: &task.id, title: &task.title, reward: &task.reward, game: task.game.as_deref() };
            settle(tx, member, &gives, task.points_never_expire, (completions, undone), now)?;
        }
        if standing.note(tx, member)? && completions > before {
            let push = Push {
                title: "Done".to_owned(),
                body: standing.task.title.clone(),
                kind: "task".to_owned(),
                client_external_id: standing.task.id.clone(),
                version: Some(standing.version),
                expires: Some(later(now, PUSH_LIFE)),
                link: Some(format!("pocketcard://tasks/{}", standing.task.id)),
                payload: Some(standing.wire(today, now)),
                image_url: None,
            };
            pushes::send(tx, member, &push, now)?;
        }
    }
    if rewarded {
        let completed = finished(&standings);
        for set in &programme.sets {
            let complete = is_complete(set, &programme, &completed);
            let key = format!("set:{}", set.id);
            let gives = Gives { key: &key, title: &set.title, reward: &set.reward, game: set.game.as_deref() };
            let undone = u32::from(lost && !complete);
            settle(tx, member, &gives, false, (u32::from(complete), undone), now)?;
        }
    }
    Ok(())
}

/// Counts what was bought.
pub(crate) fn bought(tx: &Connection, sale: &Purchase, online: bool, now: Timestamp) -> Outcome<()> {
    facts::bought(tx, sale, online, now)?;
    recount(tx, sale.member, Cause::Came, now)
}

/// Counts no longer what was brought back.
pub(crate) fn brought_back(tx: &Connection, purchase: &str, now: Timestamp) -> Outcome<()> {
    facts::brought_back(tx, purchase)?;
    let member = tx.query_row("SELECT member FROM purchase WHERE id = ?1", [purchase], |row| row.get(0))?;
    recount(tx, member, Cause::TakenBack, now)
}

/// Counts a friend who came because `member` invited them.
pub(crate) fn friend_joined(tx: &Connection, member: i64, friend: i64, now: Timestamp) -> Outcome<()> {
    facts::friend_joined(tx, member, friend, now)?;
    recount(tx, member, Cause::Came, now)
}

/// The member takes part in a task from `at` on, or (`None`) no longer.
pub(crate) fn take_part(
    tx: &Connection,
    caller: i64,
    (task, key): (&str, Uuid),
    at: Option<Timestamp>,
    request: &Value,
    now: Timestamp,
) -> Outcome<()> {
    let member = events::owner(tx, caller)?;
    let request = json!({ "task": task, "optIn": at.is_some(), "body": request });
    keyed::once(tx, member, key, &request, || {
        let programme = Programme::load(tx)?;
        if programme.task(task)?.opt_in {
            match at {
                // Whoever takes part already does so since then.
                Some(at) => tx.execute(
                    "INSERT INTO opt_in (member, task, counts_from) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
                    params![member, task, at.as_microsecond()],
                )?,
                None => tx.execute("DELETE FROM opt_in WHERE member = ?1 AND task = ?2", params![member, task])?,
            };
            recount(tx, member, Cause::Came, now)?;
        }
        Ok(String::new())
    })?;
    Ok(())
}

/// Takes answers to a task's questions. If one is wrong, none is taken.
pub(crate) fn answer(
    tx: &Connection,
    caller: i64,
    (task, key): (&str, Uuid),
    answers: &[(i64, String)],
    when: Moment,
    now: Timestamp,
) -> Outcome<()> {
    let member = events::owner(tx, caller)?;
    keyed::once(tx, member, key, &json!({ "task": task, "answers": answers, "at": when.at.to_string() }), || {
        let programme = Programme::load(tx)?;
        let task = programme.task(task)?;
        if answers.is_empty() || answers.len() > MOST_ANSWERS {
            return Err(invalid("answers", format!("1 to {MOST_ANSWERS} answers")));
        }
        let mut errors = Vec::new();
        let mut kept = Vec::new();
        for (id, value) in answers {
            let question = task.questions.iter().find(|question| question.id == *id);
            match question.ok_or("There is no such question.").and_then(|question| checked(question, value)) {
                Ok(value) => kept.push((*id, value)),
                Err(message) => errors.push(json!({ "field": format!("answers/{id}"), "message": message })),
            }
        }
        if !errors.is_empty() {
            return Err(invalid("answers", "Some answers cannot be taken.").telling(json!({ "errors": errors })));
        }
        for (question, value) in kept {
            let before: Option<String> = tx
                .query_row(
                    "SELECT value FROM task_answer WHERE member = ?1 AND task = ?2 AND question = ?3",
                    params![member, task.id, question],
                    |row| row.get(0),
                )
                .optional()?;
            tx.execute(
                "INSERT INTO task_answer (member, task, question, value, at) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT (member, task, question) DO UPDATE SET value = excluded.value, at = excluded.at",
                params![member, task.id, question, value, when.at.as_microsecond()],
            )?;
            if before.is_none() {
                facts::answered(tx, member, &task.id, question, when)?;
            }
        }
        recount(tx, member, Cause::Came, now)?;
        Ok(String::new())
    })?;
    Ok(())
}

/// `from`, who was not known, turned out to be `to`: what they did for tasks is theirs.
pub(crate) fn hand_over(tx: &Connection, from: i64, to: i64, now: Timestamp) -> Outcome<()> {
    for statement in [
        "UPDATE OR IGNORE opt_in SET member = ?2 WHERE member = ?1",
        "UPDATE OR IGNORE task_answer SET member = ?2 WHERE member = ?1",
        "DELETE FROM opt_in WHERE member = ?1 AND ?2 <> ?1",
        "DELETE FROM task_answer WHERE member = ?1 AND ?2 <> ?1",
        // The app has seen the versions of both: what it is told next must be above.
        "INSERT INTO task_state (member, task, version, completions, print)
             SELECT ?2, task, version + 1, 0, x'' FROM task_state WHERE member = ?1
             ON CONFLICT (member, task) DO UPDATE SET version = max(version, excluded.version)",
        "DELETE FROM task_state WHERE member = ?1 AND ?2 <> ?1",
    ] {
        tx.execute(statement, [from, to])?;
    }
    keyed::hand_over(tx, from, to)?;
    recount(tx, to, Cause::Came, now)
}

/// The member is gone: what they did is forgotten.
pub(crate) fn forget(tx: &Connection, member: i64) -> Outcome<()> {
    for statement in [
        "DELETE FROM fact WHERE member = ?1",
        "DELETE FROM opt_in WHERE member = ?1",
        "DELETE FROM task_answer WHERE member = ?1",
        "DELETE FROM task_state WHERE member = ?1",
    ] {
        tx.execute(statement, [member])?;
    }
    events::forget(tx, member)
}

/// Adds a task, or replaces the one of the same id, and counts it for all.
pub(crate) fn put(tx: &Connection, task: Value, now: Timestamp) -> Outcome<()> {
    definitions::put(tx, &Definition::read(task)?)?;
    recount_all(tx, now)
}

/// Drops a task. What it gave stays given.
pub(crate) fn remove(tx: &Connection, id: &str, now: Timestamp) -> Outcome<()> {
    definitions::remove(tx, id)?;
    recount_all(tx, now)
}

fn recount_all(tx: &Connection, now: Timestamp) -> Outcome<()> {
    let members: Vec<i64> = tx
        .prepare_cached("SELECT member FROM fact UNION SELECT member FROM opt_in ORDER BY member")?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    members.into_iter().try_for_each(|member| recount(tx, member, Cause::Came, now))
}

/// Counts all facts of a member for all tasks.
fn standings<'p>(tx: &Connection, member: i64, programme: &'p Programme) -> Outcome<Vec<Standing<'p>>> {
    let facts = facts::of_member(tx, member)?;
    let opted: BTreeMap<String, i64> = tx
        .prepare_cached("SELECT task, counts_from FROM opt_in WHERE member = ?1")?
        .query_map([member], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    let mut known: BTreeMap<String, Known> = tx
        .prepare_cached("SELECT task, version, completions, print FROM task_state WHERE member = ?1")?
        .query_map([member], |row| {
            Ok((row.get(0)?, Known { version: row.get(1)?, completions: row.get(2)?, print: row.get(3)? }))
        })?
        .collect::<Result<_, _>>()?;
    programme
        .tasks
        .iter()
        .map(|task| {
            let rule = task.rule(opted.get(&task.id).copied().map(wire::instant))?;
            let mut progress = Progress::default();
            let mut counted = Vec::new();
            for fact in &facts {
                if rule.counts(fact) {
                    counted.push(fact.id);
                }
                rule.count(&mut progress, fact);
            }
            counted.reverse();
            counted.truncate(MOST_IDS);
            let answered = facts.iter().filter(|fact| fact.event == "task.answered");
            let answered = answered.filter(|fact| fact.fields.get("task") == Some(&task.id));
            let answered = answered.filter_map(|fact| fact.fields.get("question")?.parse().ok()).collect();
            let known = known.remove(&task.id);
            let revision = programme.revisions.get(&task.id).copied().unwrap_or(0);
            let version = 1 + revision + known.as_ref().map_or(0, |known| known.version);
            Ok(Standing { task, rule, progress, counted, answered, version, known })
        })
        .collect()
}

impl Standing<'_> {
    /// Notes where the member stands, as a new version where that is news. Says whether it is.
    fn note(&mut self, tx: &Connection, member: i64) -> Outcome<bool> {
        let content = json!([
            self.sums(),
            self.progress.completions,
            self.progress.completed,
            self.rule.counts_from.map(|at| at.to_string()),
            self.counted,
        ]);
        let print = wire::fingerprint(&content.to_string());
        let blank = self.progress == Progress::default() && self.rule.counts_from.is_none() && self.counted.is_empty();
        match &self.known {
            Some(known) if known.print == print => return Ok(false),
            None if blank => return Ok(false),
            _ => {}
        }
        self.version += 1;
        tx.execute(
            "INSERT INTO task_state (member, task, version, completions, print) VALUES (?1, ?2, 1, ?3, ?4)
             ON CONFLICT (member, task) DO UPDATE SET version = version + 1, completions = excluded.completions,
                 print = excluded.print",
            params![member, self.task.id, self.progress.completions, print],
        )?;
        Ok(true)
    }

    fn sums(&self) -> Vec<Value> {
        let sum = |(from, value): (&Option<Date>, &Decimal)| json!({ "from": from.map(|from| from.to_string()), "value": wire::decimal(*value) });
        self.progress.counted.iter().map(sum).collect()
    }

    /// The task, as the App API writes it.
    fn wire(&self, today: Date, now: Timestamp) -> Value {
        let Self { task, rule, progress, .. } = self;
        let value = rule.value(progress, today);
        let status = if progress.completed {
            "completed"
        } else if rule.ends.is_some_and(|ends| ends <= now) {
            "expired"
        } else if value > Decimal::ZERO {
            "inProgress"
        } else {
            "notStarted"
        };
        let questions: Vec<Value> = task
            .questions
            .iter()
            .map(|question| {
                let mut wire = json!(question);
                wire["answered"] = self.answered.contains(&question.id).into();
                wire
            })
            .collect();
        json!({
            "id": task.id,
            "version": self.version,
            "title": task.title,
            "description": task.description,
            "imageUrl": task.image_url,
            "kind": task.kind,
            "trigger": task.trigger,
            "target": wire::decimal(task.target),
            "window": task.window,
            "streak": task.streak,
            "starts": rule.starts.to_string(),
            "ends": rule.ends.map(|ends| ends.to_string()),
            "optIn": task.opt_in,
            "optedIn": rule.counts_from.is_some(),
            "countsFrom": rule.counts_from.map(|at| at.to_string()),
            "recurrence": task.recurrence,
            "reward": task.reward,
            "questions": (!questions.is_empty()).then_some(questions),
            "action": task.action,
            "status": status,
            "progress": wire::decimal(value),
            "counted": self.sums(),
            "completions": progress.completions,
            "countedEventIds": self.counted,
        })
    }
}

/// The tasks that were completed at least once.
fn finished<'p>(standings: &[Standing<'p>]) -> BTreeSet<&'p str> {
    let completed = standings.iter().filter(|standing| standing.progress.completions > 0);
    completed.map(|standing| standing.task.id.as_str()).collect()
}

/// The tasks of a set that are still there.
fn of_set<'s>(set: &'s definitions::Set, programme: &'s Programme) -> impl Iterator<Item = &'s String> {
    set.task_ids.iter().filter(|id| programme.task(id).is_ok())
}

fn is_complete(set: &definitions::Set, programme: &Programme, completed: &BTreeSet<&str>) -> bool {
    of_set(set, programme).next().is_some() && of_set(set, programme).all(|id| completed.contains(id.as_str()))
}

/// The member's own day: where their apps were last, else where the shops are.
fn today(tx: &Connection, member: i64, now: Timestamp) -> Outcome<Date> {
    let zone = events::offset(tx, member)?.map_or_else(programme::zone, TimeZone::fixed);
    Ok(now.to_zoned(zone).date())
}

/// What completing something gives.
struct Gives<'a> {
    key: &'a str,
    title: &'a str,
    reward: &'a Reward,
    game: Option<&'a str>,
}

/// Rewards each completion once, and takes back as many rewards as completions are undone.
fn settle(
    tx: &Connection,
    member: i64,
    gives: &Gives<'_>,
    for_ever: bool,
    (completions, undone): (u32, u32),
    now: Timestamp,
) -> Outcome<()> {
    let rewarded: u32 = tx.query_row(
        "SELECT coalesce(max(nth), 0) FROM completion WHERE member = ?1 AND task = ?2",
        params![member, gives.key],
        |row| row.get(0),
    )?;
    for nth in rewarded + 1..=completions {
        give(tx, member, gives, for_ever, nth, now)?;
    }
    let left = completions.max(rewarded.saturating_sub(undone));
    for nth in (left + 1..=rewarded).rev() {
        take_back(tx, member, gives.key, nth, now)?;
    }
    Ok(())
}

fn give(tx: &Connection, member: i64, gives: &Gives<'_>, for_ever: bool, nth: u32, now: Timestamp) -> Outcome<()> {
    let points = gives.reward.points.as_ref().map(definitions::Points::units).transpose()?;
    let origin = match points {
        Some((currency, amount)) => {
            let life = Life { starts: now, ends: (!for_ever).then(|| later(now, POINTS_LIFE)) };
            let offer = Some(gives.key.to_owned());
            let reward = sales::Reward { currency, amount, life, description: gives.title.to_owned(), offer };
            Some(sales::reward(tx, member, &reward, now)?)
        }
        None => None,
    };
    tx.execute(
        "INSERT INTO completion (member, task, nth, at, title, badge, currency, points, origin)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        params![
            member,
            gives.key,
            nth,
            now.as_microsecond(),
            gives.title,
            gives.reward.badge,
            points.as_ref().map(|(currency, _)| currency.id),
            points.as_ref().map_or(0, |(_, amount)| *amount),
            origin
        ],
    )?;
    match gives.game {
        Some(game) => games::grant(tx, member, game, &format!("{}:{nth}", gives.key), now),
        None => Ok(()),
    }
}

fn take_back(tx: &Connection, member: i64, key: &str, nth: u32, now: Timestamp) -> Outcome<()> {
    let (title, currency, points, origin): (String, Option<i64>, i64, Option<String>) = tx.query_row(
        "DELETE FROM completion WHERE member = ?1 AND task = ?2 AND nth = ?3 RETURNING title, currency, points, origin",
        params![member, key, nth],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
    )?;
    games::withdraw(tx, member, &format!("{key}:{nth}"))?;
    let currency = ACCOUNTS.iter().find(|known| Some(known.id) == currency);
    match (currency, origin) {
        (Some(currency), Some(origin)) => {
            sales::take_reward_back(tx, member, (currency, points), &format!("{title}: undone"), &origin, now)
        }
        _ => Ok(()),
    }
}

/// When which badge was awarded first.
fn awarded(tx: &Connection, member: i64) -> Outcome<BTreeMap<String, i64>> {
    Ok(tx
        .prepare_cached("SELECT badge, min(at) FROM completion WHERE member = ?1 AND badge IS NOT NULL GROUP BY badge")?
        .query_map([member], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?)
}

/// What is kept of an answer, if it is one.
fn checked(question: &Question, value: &str) -> Result<String, &'static str> {
    let value = value.trim();
    match question.kind {
        QuestionKind::Choice => {
            let chosen = question.options.iter().find(|option| option.id.to_string() == value);
            chosen.map(|option| option.id.to_string()).ok_or("One of the answers offered.")
        }
        QuestionKind::Text if (1..=1_000).contains(&value.chars().count()) => Ok(value.to_owned()),
        QuestionKind::Text => Err("1 to 1000 characters."),
        QuestionKind::Number => {
            let number = Decimal::from_str_exact(value).map_err(|_| "A number, as 2 or 2.5.")?;
            Ok(number.normalize().to_string())
        }
        QuestionKind::Date => value.parse::<Date>().map(|day| day.to_string()).map_err(|_| "A day, as 2026-01-31."),
    }
}
