//! Members' accounts: lots of points that start, can be spent, and end.
//!
//! A balance is never stored: it is what the lots come to at an instant, so moving the clock moves it. What is spent comes out
//! of the lot that ends first. What a refund takes back and is no longer there becomes a debt, a lot below zero, which the
//! next points pay off.

use pocketcard::types::Timestamp;
use rusqlite::{Connection, params};
use serde_json::{Value, json};

use crate::clock::later;
use crate::programme::{ACCOUNTS, Currency, GIVEN_BACK_LIFE, STARS};
use crate::refusal::{Outcome, forbidden};
use crate::wire::{number, time};

const DAY: i64 = 24 * 3600 * 1_000_000;

/// When points can be spent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Life {
    pub(crate) starts: Timestamp,
    /// `None`: they never expire.
    pub(crate) ends: Option<Timestamp>,
}

/// What an account comes to at an instant. Amounts as the database keeps them.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Balance {
    /// What can be spent; below zero when the member owes points.
    pub(crate) amount: i64,
    /// What cannot be spent yet.
    pub(crate) pending: i64,
    /// What starts, and when; soonest first.
    pub(crate) starting: Vec<(i64, i64)>,
    /// What ends, and when; soonest first.
    pub(crate) ending: Vec<(i64, i64)>,
}

/// Gives points.
pub(crate) fn credit(
    tx: &Connection,
    member: i64,
    currency: &Currency,
    amount: i64,
    life: Life,
    origin: &str,
) -> Outcome<()> {
    if amount > 0 {
        tx.execute(
            "INSERT INTO lot (member, currency, remaining, starts, ends, origin) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![
                member,
                currency.id,
                amount,
                life.starts.as_microsecond(),
                life.ends.map(Timestamp::as_microsecond),
                origin
            ],
        )?;
    }
    Ok(())
}

/// What the account comes to at `now`.
pub(crate) fn balance(tx: &Connection, member: i64, currency: &Currency, now: Timestamp) -> Outcome<Balance> {
    let micros = now.as_microsecond();
    let mut lots = tx.prepare_cached(
        "SELECT remaining, starts, ends FROM lot
         WHERE member = ?1 AND currency = ?2 AND remaining <> 0 AND (ends IS NULL OR ends > ?3)
         ORDER BY starts, ends NULLS LAST, id",
    )?;
    let mut balance = Balance::default();
    let mut rows = lots.query(params![member, currency.id, micros])?;
    while let Some(row) = rows.next()? {
        let (remaining, starts, ends): (i64, i64, Option<i64>) = (row.get(0)?, row.get(1)?, row.get(2)?);
        if starts > micros {
            balance.pending += remaining;
            balance.starting.push((remaining, starts));
        } else {
            balance.amount += remaining;
            if let Some(ends) = ends {
                balance.ending.push((remaining, ends));
            }
        }
    }
    balance.ending.sort_by_key(|(_, ends)| *ends);
    Ok(balance)
}

/// Takes points that the member pays with.
pub(crate) fn spend(
    tx: &Connection,
    member: i64,
    currency: &Currency,
    amount: i64,
    origin: &str,
    now: Timestamp,
) -> Outcome<()> {
    settle(tx, member, currency, now)?;
    let spendable = balance(tx, member, currency, now)?.amount;
    if amount > spendable {
        return Err(forbidden("NotEnoughPoints", "The member does not have that many points.")
            .telling(json!({ "spendable": number(spendable.max(0)) })));
    }
    let mut open = amount;
    for (lot, remaining) in spendable_lots(tx, member, currency, now)? {
        let taken = open.min(remaining);
        if taken == 0 {
            break;
        }
        take(tx, lot, taken)?;
        tx.execute("INSERT INTO spending (lot, amount, origin) VALUES (?1, ?2, ?3)", params![lot, taken, origin])?;
        open -= taken;
    }
    Ok(())
}

/// Takes back points that `origin` gave: those that have not started yet first, then spent or not, as a debt if need be.
pub(crate) fn take_back(
    tx: &Connection,
    member: i64,
    currency: &Currency,
    amount: i64,
    origin: &str,
    now: Timestamp,
) -> Outcome<()> {
    let mut open = amount;
    let lots: Vec<(i64, i64)> = tx
        .prepare_cached(
            "SELECT id, remaining FROM lot
             WHERE member = ?1 AND currency = ?2 AND origin = ?3 AND remaining > 0 AND (ends IS NULL OR ends > ?4)
             ORDER BY starts DESC, id",
        )?
        .query_map(params![member, currency.id, origin, now.as_microsecond()], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    for (lot, remaining) in lots {
        let taken = open.min(remaining);
        take(tx, lot, taken)?;
        open -= taken;
    }
    if open > 0 {
        tx.execute(
            "INSERT INTO lot (member, currency, remaining, starts, ends, origin) VALUES (?1, ?2, ?3, ?4, NULL, ?5)",
            params![member, currency.id, -open, now.as_microsecond(), origin],
        )?;
        settle(tx, member, currency, now)?;
    }
    Ok(())
}

/// Gives back points that were spent on `origin`, to the lots they came from. What has expired meanwhile lives for another
/// [`GIVEN_BACK_LIFE`].
pub(crate) fn give_back(
    tx: &Connection,
    member: i64,
    currency: &Currency,
    amount: i64,
    origin: &str,
    now: Timestamp,
) -> Outcome<()> {
    let mut open = amount;
    let spendings: Vec<(i64, i64, i64, Option<i64>)> = tx
        .prepare_cached(
            "SELECT spending.id, spending.amount, spending.lot, lot.ends FROM spending JOIN lot ON lot.id = spending.lot
             WHERE spending.origin = ?1 AND spending.amount > 0 ORDER BY spending.id DESC",
        )?
        .query_map([origin], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?
        .collect::<Result<_, _>>()?;
    for (spending, spent, lot, ends) in spendings {
        let back = open.min(spent);
        if back == 0 {
            break;
        }
        tx.execute("UPDATE spending SET amount = amount - ?2 WHERE id = ?1", params![spending, back])?;
        if ends.is_none_or(|ends| ends > now.as_microsecond()) {
            take(tx, lot, -back)?;
        } else {
            let life = Life { starts: now, ends: Some(later(now, GIVEN_BACK_LIFE)) };
            credit(tx, member, currency, back, life, origin)?;
        }
        open -= back;
    }
    settle(tx, member, currency, now)
}

/// Pays debts off with what can be spent at `now`.
pub(crate) fn settle(tx: &Connection, member: i64, currency: &Currency, now: Timestamp) -> Outcome<()> {
    let debts: Vec<(i64, i64)> = tx
        .prepare_cached(
            "SELECT id, -remaining FROM lot WHERE member = ?1 AND currency = ?2 AND remaining < 0 ORDER BY id",
        )?
        .query_map(params![member, currency.id], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    for (debt, owed) in debts {
        let mut open = owed;
        for (lot, remaining) in spendable_lots(tx, member, currency, now)? {
            let taken = open.min(remaining);
            take(tx, lot, taken)?;
            open -= taken;
        }
        take(tx, debt, open - owed)?;
    }
    Ok(())
}

/// All accounts of a member, as the Member API writes them.
pub(crate) fn detailed(tx: &Connection, member: i64, now: Timestamp) -> Outcome<Value> {
    let mut items = Vec::with_capacity(ACCOUNTS.len());
    for currency in &ACCOUNTS {
        let balance = balance(tx, member, currency, now)?;
        let week = now.as_microsecond() + 7 * DAY;
        let mut by_time: Vec<(i64, i64)> = balance.starting.clone();
        by_time.extend(balance.ending.iter().map(|(amount, ends)| (-amount, *ends)));
        by_time.retain(|(_, at)| *at < week);
        by_time.sort_by_key(|(_, at)| *at);
        let by_time: Vec<Value> =
            by_time.into_iter().map(|(amount, at)| json!({ "amount": number(amount), "date": time(at) })).collect();
        let by_period = by_period(&balance, currency, now);
        items.push(json!({
            "$type": "Loymax.Balance.DetailedBalanceItem",
            "currency": currency.wire(),
            "amount": number(balance.amount),
            "notActivatedAmount": number(balance.pending),
            "accountIsBlocked": false,
            "lifeTimesByTime": if by_time.is_empty() { Value::Null } else { Value::Array(by_time) },
            "lifeTimesByPeriod": by_period,
        }));
    }
    Ok(json!({ "items": items }))
}

/// What starts and ends later than within a week, summed up. The platform writes what ends with either sign: below zero for
/// points, above for stars.
fn by_period(balance: &Balance, currency: &Currency, now: Timestamp) -> Vec<Value> {
    let now = now.as_microsecond();
    let sign = if currency.id == STARS.id { 1 } else { -1 };
    [("FromWeekToMonth", 7, 30), ("FromMonthToYear", 30, 365), ("FromYear", 365, i64::MAX / DAY)]
        .into_iter()
        .filter_map(|(period, from, to)| {
            let within = now.saturating_add(from * DAY)..now.saturating_add(to.saturating_mul(DAY));
            let sum = |lots: &[(i64, i64)]| -> i64 {
                lots.iter().filter(|(_, at)| within.contains(at)).map(|(amount, _)| amount).sum()
            };
            let (starting, ending) = (sum(&balance.starting), sum(&balance.ending));
            (starting != 0 || ending != 0).then(|| {
                json!({
                    "activationAmount": number(starting),
                    "expirationAmount": number(sign * ending),
                    "period": period,
                })
            })
        })
        .collect()
}

fn spendable_lots(tx: &Connection, member: i64, currency: &Currency, now: Timestamp) -> Outcome<Vec<(i64, i64)>> {
    Ok(tx
        .prepare_cached(
            "SELECT id, remaining FROM lot
             WHERE member = ?1 AND currency = ?2 AND remaining > 0 AND starts <= ?3 AND (ends IS NULL OR ends > ?3)
             ORDER BY ends NULLS LAST, id",
        )?
        .query_map(params![member, currency.id, now.as_microsecond()], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?)
}

fn take(tx: &Connection, lot: i64, amount: i64) -> Outcome<()> {
    tx.execute("UPDATE lot SET remaining = remaining - ?2 WHERE id = ?1", params![lot, amount])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::programme::POINTS;
    use crate::refusal::Failure;
    use crate::wire::ONE;

    fn books() -> (Connection, Timestamp) {
        let tx = Connection::open_in_memory().unwrap();
        tx.execute_batch(include_str!("../migrations/001_first.sql")).unwrap();
        tx.execute_batch("INSERT INTO member (id, uid, state, created) VALUES (1, 'm', 'Normal', 0)").unwrap();
        (tx, "2030-01-01T00:00:00Z".parse().unwrap())
    }

    fn days(from: Timestamp, days: i64) -> Timestamp {
        later(from, SignedDuration::from_hours(24 * days))
    }

    fn give(tx: &Connection, amount: i64, starts: Timestamp, ends: Option<Timestamp>, origin: &str) {
        credit(tx, 1, &POINTS, amount * ONE, Life { starts, ends }, origin).unwrap();
    }

    fn have(tx: &Connection, now: Timestamp) -> i64 {
        balance(tx, 1, &POINTS, now).unwrap().amount / ONE
    }

    #[test]
    fn lots_start_and_end_with_the_clock() {
        let (tx, now) = books();
        give(&tx, 10, days(now, 3), Some(days(now, 9)), "a");
        assert_eq!((have(&tx, now), have(&tx, days(now, 3)), have(&tx, days(now, 9))), (0, 10, 0));
    }

    #[test]
    fn what_ends_first_is_spent_first_and_comes_back_on_refund() {
        let (tx, now) = books();
        give(&tx, 10, now, None, "keeps");
        give(&tx, 10, now, Some(days(now, 1)), "ends");
        spend(&tx, 1, &POINTS, 12 * ONE, "sale", now).unwrap();
        assert_eq!(have(&tx, days(now, 2)), 8);
        // The lot that ended lives on for a month in what is given back.
        give_back(&tx, 1, &POINTS, 12 * ONE, "sale", days(now, 2)).unwrap();
        assert_eq!((have(&tx, days(now, 2)), have(&tx, days(now, 33))), (20, 10));
    }

    #[test]
    fn more_than_there_is_cannot_be_spent() {
        let (tx, now) = books();
        give(&tx, 10, now, None, "a");
        assert!(matches!(spend(&tx, 1, &POINTS, 11 * ONE, "sale", now), Err(Failure::Refused(_))));
        assert_eq!(have(&tx, now), 10);
    }

    #[test]
    fn what_was_spent_already_becomes_a_debt_that_the_next_points_pay() {
        let (tx, now) = books();
        give(&tx, 10, now, None, "sale");
        spend(&tx, 1, &POINTS, 10 * ONE, "other", now).unwrap();
        take_back(&tx, 1, &POINTS, 10 * ONE, "sale", now).unwrap();
        assert_eq!(have(&tx, now), -10);
        give(&tx, 15, now, Some(days(now, 1)), "next");
        settle(&tx, 1, &POINTS, now).unwrap();
        assert_eq!((have(&tx, now), have(&tx, days(now, 2))), (5, 0));
    }
}
