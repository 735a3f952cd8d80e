//! Favourite goods: what a member chooses for the month, a cell each.
//!
//! There is one period a month, by the programme's own zone. Three cells are everybody's, two more those of members from Silver
//! on. A cell can be changed once a day.

use jiff::civil::{Date, date};
use jiff::{SignedDuration, ToSpan};
use pocketcard::types::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::{Value, json};

use crate::clock::later;
use crate::members::{self, State};
use crate::programme::{self, GOODS, TIERS, tier};
use crate::refusal::{Outcome, conflict, forbidden, missing};
use crate::wire::{instant, time};

const DEFAULT: i64 = 3;
const MOST: i64 = 5;
/// How long a choice stands at least.
const SETTLED: SignedDuration = SignedDuration::from_hours(24);

/// A month in which favourites are chosen; its number is as 203105.
#[derive(Debug, Clone, Copy)]
struct Period {
    id: i64,
    from: Timestamp,
    to: Timestamp,
}

impl Period {
    fn of(month: Date) -> Option<Self> {
        let first = month.first_of_month();
        let instant = |day: Date| Some(programme::zone().to_zoned(day.into()).ok()?.timestamp());
        let id = i64::from(first.year()) * 100 + i64::from(first.month());
        Some(Self { id, from: instant(first)?, to: instant(first.checked_add(1.month()).ok()?)? })
    }

    /// The period of this number, unless it lies ahead.
    fn known(id: i64, now: Timestamp) -> Outcome<Self> {
        let month = u8::try_from(id % 100).ok().and_then(|month| i8::try_from(month).ok());
        let period = i16::try_from(id / 100).ok().zip(month).and_then(|(year, month)| {
            let in_use = (2000..2200).contains(&year) && (1..=12).contains(&month);
            if in_use { Self::of(date(year, month, 1)) } else { None }
        });
        period
            .filter(|period| period.from <= now)
            .ok_or_else(|| missing("FavoriteGoodsNotFound", "There are no favourites of this number."))
    }
}

/// What favourites can be chosen now, as the Member API writes it.
pub(crate) fn list(tx: &Connection, member: i64, now: Timestamp) -> Outcome<Value> {
    // Nobody who is not a member chooses anything.
    let known = members::member(tx, member)?.state == State::Normal;
    let period = Period::of(programme::zone().to_datetime(now).date()).filter(|_| known);
    let period = period.map(|period| {
        json!({
            "$type": "Loymax.FavoriteGoods.FavoriteGoodsModel",
            "id": period.id,
            "fromDate": time(period.from.as_microsecond()),
            "toDate": time(period.to.as_microsecond()),
            "defaultGoodsCount": DEFAULT,
            "maxGoodsCount": MOST,
        })
    });
    Ok(period.map_or(Value::Null, |period| json!([period])))
}

/// The cells of a period, as the Member API writes them.
pub(crate) fn cells(tx: &Connection, member: i64, id: i64, now: Timestamp) -> Outcome<Value> {
    members::complete(tx, member)?;
    let period = Period::known(id, now)?;
    let allowed = allowed(tx, member, now)?;
    let cell = |position| -> Outcome<Value> {
        let (goods, changed) = chosen(tx, member, period, position)?;
        Ok(json!({
            "$type": "Loymax.FavoriteGoods.FavoriteGoodsCellModel",
            "position": position,
            "allowChange": now < period.to && position <= allowed && settled(changed, now),
            "good": goods.as_deref().and_then(good),
            "lastChanged": changed.map(time),
            "positionType": if position <= DEFAULT { "Default" } else { "Additional" },
        }))
    };
    Ok(Value::Array((1..=MOST).map(cell).collect::<Outcome<_>>()?))
}

/// What can be chosen in a period, as the Member API writes it.
pub(crate) fn choice(tx: &Connection, member: i64, id: i64, now: Timestamp) -> Outcome<Value> {
    members::complete(tx, member)?;
    Period::known(id, now)?;
    Ok(GOODS.iter().filter_map(|(goods, _, _)| good(goods)).collect())
}

/// Chooses goods for a cell, or clears it. What stands there already is chosen once more without harm.
pub(crate) fn choose(
    tx: &Connection,
    member: i64,
    (id, position): (i64, i64),
    goods: Option<&str>,
    now: Timestamp,
) -> Outcome<()> {
    members::complete(tx, member)?;
    let period = Period::known(id, now)?;
    if !(1..=MOST).contains(&position) {
        return Err(missing("FavoriteGoodsCellNotFound", "There is no such cell."));
    }
    let (before, changed) = chosen(tx, member, period, position)?;
    if before.as_deref() == goods {
        return Ok(());
    }
    if now >= period.to {
        return Err(forbidden("FavoriteGoodsPeriodOver", "This month is over. Choose for the new one."));
    }
    if position > allowed(tx, member, now)? {
        return Err(forbidden(
            "FavoriteGoodsCellNotAllowed",
            format!("This cell is for members from {} on.", silver().name),
        ));
    }
    if !settled(changed, now) {
        return Err(forbidden("FavoriteGoodsChangedRecently", "A cell can be changed once a day."));
    }
    if goods.is_some_and(|goods| good(goods).is_none()) {
        return Err(missing("GoodsNotFound", "These goods cannot be chosen."));
    }
    let elsewhere: bool = tx.query_row(
        "SELECT EXISTS (SELECT 1 FROM favourite WHERE member = ?1 AND period = ?2 AND goods_id = ?3)",
        params![member, period.id, goods],
        |row| row.get(0),
    )?;
    if elsewhere {
        return Err(conflict("FavoriteGoodsChosenAlready", "These goods are in another cell already."));
    }
    tx.execute(
        "INSERT INTO favourite (member, period, position, goods_id, changed) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (member, period, position) DO UPDATE SET goods_id = excluded.goods_id, changed = excluded.changed",
        params![member, period.id, position, goods, now.as_microsecond()],
    )?;
    Ok(())
}

/// Forgets what a member chose.
pub(crate) fn forget(tx: &Connection, member: i64) -> Outcome<()> {
    tx.execute("DELETE FROM favourite WHERE member = ?1", [member])?;
    Ok(())
}

/// What stands in a cell, and when that was chosen or cleared.
fn chosen(tx: &Connection, member: i64, period: Period, position: i64) -> Outcome<(Option<String>, Option<i64>)> {
    let row = tx
        .prepare_cached("SELECT goods_id, changed FROM favourite WHERE member = ?1 AND period = ?2 AND position = ?3")?
        .query_row(params![member, period.id, position], |row| Ok((row.get(0)?, Some(row.get(1)?))))
        .optional()?;
    Ok(row.unwrap_or_default())
}

/// How many cells a member has.
fn allowed(tx: &Connection, member: i64, now: Timestamp) -> Outcome<i64> {
    let more = tier(members::bought(tx, member, now)?).0.threshold >= silver().threshold;
    Ok(if more { MOST } else { DEFAULT })
}

fn silver() -> &'static programme::Tier {
    &TIERS[1]
}

fn settled(changed: Option<i64>, now: Timestamp) -> bool {
    changed.is_none_or(|changed| later(instant(changed), SETTLED) <= now)
}

fn good(goods: &str) -> Option<Value> {
    let (id, name, _) = GOODS.iter().find(|(id, _, _)| *id == goods)?;
    Some(json!({ "goodsId": id, "name": name }))
}
