//! What the stores have of the goods: at first what the seed says, then less by what is sold, or what a test says.
//!
//! Stores report each full hour what they have; what a till sells or a test sets is known at once.

use std::collections::BTreeSet;

use pocketcard::types::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{Catalogue, unknown};
use crate::database;
use crate::programme::GOODS;
use crate::refusal::{Outcome, invalid, missing};
use crate::sales::Line;
use crate::wire::{ONE, zoned};

/// The most stores that one call asks about.
pub(crate) const MOST_STORES: usize = 200;
/// The most of something that a store has.
const MOST_COUNT: i64 = 1_000_000;
/// The longest text to search for, in characters.
const MOST_QUERY: usize = 100;
const HOUR: i64 = 3_600_000_000;

/// Whether these stores have it, by store. Stores that are none are left out.
pub(crate) fn list(tx: &Connection, goods: &str, stores: &BTreeSet<i64>, now: Timestamp) -> Outcome<Value> {
    sold(goods)?;
    let catalogue = Catalogue::read(tx)?;
    let seed = database::setting(tx, "seed")?.unwrap_or_default();
    let hour = now.as_microsecond().div_euclid(HOUR) * HOUR;
    let mut list = Vec::new();
    for store in stores.iter().filter(|store| catalogue.has_till(**store)) {
        let (count, at) = match kept(tx, *store, goods)? {
            Some((count, at)) => (count, at.max(hour)),
            None => (at_first(&seed, *store, goods), hour),
        };
        list.push(json!({ "storeId": store, "goodsId": goods, "available": count > 0, "asOf": zoned(at) }));
    }
    Ok(list.into())
}

/// The goods whose names have all words of `query`, in any case.
pub(crate) fn search(query: &str) -> Outcome<Value> {
    if query.chars().count() > MOST_QUERY {
        return Err(invalid("query", format!("at most {MOST_QUERY} characters")));
    }
    let words: Vec<String> = query.split_whitespace().map(str::to_lowercase).collect();
    let found = GOODS.iter().filter(|(_, name, _)| {
        let name = name.to_lowercase();
        words.iter().all(|word| name.contains(word))
    });
    Ok(found.map(|(id, name, _)| json!({ "goodsId": id, "name": name })).collect())
}

/// A store has so many pieces from now on.
pub(crate) fn set(tx: &Connection, store: i64, goods: &str, pieces: i64, now: Timestamp) -> Outcome<()> {
    sold(goods)?;
    if !Catalogue::read(tx)?.has_till(store) {
        return Err(unknown());
    }
    if !(0..=MOST_COUNT).contains(&pieces) {
        return Err(invalid("count", format!("0 to {MOST_COUNT}")));
    }
    keep(tx, store, goods, pieces * ONE, now)
}

/// A till of this store sold these lines. Of what was not there, nothing is left.
pub(crate) fn sell(tx: &Connection, store: i64, lines: &[Line], now: Timestamp) -> Outcome<()> {
    let seed = database::setting(tx, "seed")?.unwrap_or_default();
    for line in lines.iter().filter(|line| sold(&line.goods_id).is_ok()) {
        let before = match kept(tx, store, &line.goods_id)? {
            Some((count, _)) => count,
            None => at_first(&seed, store, &line.goods_id),
        };
        keep(tx, store, &line.goods_id, (before - line.count).max(0), now)?;
    }
    Ok(())
}

/// Goods came back to the store that sold them.
pub(crate) fn bring_back<'l>(
    tx: &Connection,
    store: i64,
    lines: impl Iterator<Item = &'l Line>,
    now: Timestamp,
) -> Outcome<()> {
    for line in lines {
        if let Some((count, _)) = kept(tx, store, &line.goods_id)? {
            keep(tx, store, &line.goods_id, (count + line.count).min(MOST_COUNT * ONE), now)?;
        }
    }
    Ok(())
}

fn kept(tx: &Connection, store: i64, goods: &str) -> Outcome<Option<(i64, i64)>> {
    Ok(tx
        .prepare_cached("SELECT count, at FROM stock WHERE store = ?1 AND goods_id = ?2")?
        .query_row(params![store, goods], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?)
}

fn keep(tx: &Connection, store: i64, goods: &str, count: i64, now: Timestamp) -> Outcome<()> {
    tx.prepare_cached(
        "INSERT INTO stock (store, goods_id, count, at) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (store, goods_id) DO UPDATE SET count = excluded.count, at = excluded.at",
    )?
    .execute(params![store, goods, count, now.as_microsecond()])?;
    Ok(())
}

/// What a store has at first: in two of ten cases nothing, else 1 to 40 pieces.
fn at_first(seed: &str, store: i64, goods: &str) -> i64 {
    let digest = Sha256::new().chain_update(seed).chain_update(store.to_be_bytes()).chain_update(goods).finalize();
    match digest.as_slice() {
        [first, second, ..] if first % 10 >= 2 => i64::from(second % 40 + 1) * ONE,
        _ => 0,
    }
}

fn sold(goods: &str) -> Outcome<()> {
    if GOODS.iter().any(|(id, ..)| *id == goods) {
        Ok(())
    } else {
        Err(missing("GoodsNotFound", "No till sells this."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_stores_have_it_at_first_and_some_do_not() {
        let without = (1..=1_000).filter(|store| at_first("1", *store, GOODS[0].0) == 0).count();
        assert!((120..300).contains(&without), "{without}");
        assert_eq!(at_first("1", 7, GOODS[0].0), at_first("1", 7, GOODS[0].0));
    }

    #[test]
    fn goods_are_found_by_words_in_any_case() {
        let names = |query: &str| search(query).unwrap().as_array().unwrap().len();
        assert_eq!((names("COFFEE kg"), names("oil 0.75"), names(""), names("tea")), (1, 1, GOODS.len(), 0));
        assert!(search(&"x".repeat(101)).is_err());
    }
}
