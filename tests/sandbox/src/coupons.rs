//! Coupons: each is one member's, and good for one purchase, at which its code is shown.

use pocketcard::offers::rules::Benefit;
use pocketcard::types::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::extract::short;
use crate::offers::definitions::benefit;
use crate::refusal::{Failure, Outcome, conflict, forbidden, invalid};
use crate::wire::{self, time};

/// The most coupons of one purchase.
pub(crate) const MOST: usize = 10;

/// A coupon.
#[derive(Debug)]
pub(crate) struct Coupon {
    pub(crate) id: i64,
    pub(crate) code: String,
    pub(crate) title: String,
    pub(crate) benefit: Benefit,
    member: i64,
    description: Option<String>,
    created: i64,
    updated: Option<i64>,
    starts: Option<i64>,
    ends: Option<i64>,
    used: bool,
}

/// A coupon for a member, as a test asks for it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewCoupon {
    pub(crate) title: String,
    #[serde(default)]
    pub(crate) description: Option<String>,
    /// A random one if absent.
    #[serde(default)]
    pub(crate) code: Option<String>,
    pub(crate) benefit: Value,
    #[serde(default)]
    pub(crate) activates: Option<Timestamp>,
    #[serde(default)]
    pub(crate) expires: Option<Timestamp>,
}

const COLUMNS: &str =
    "id, code, title, benefit, member, description, created, updated, starts, ends, used_by IS NOT NULL";

fn read(row: &Row<'_>) -> rusqlite::Result<(Coupon, String)> {
    let coupon = Coupon {
        id: row.get(0)?,
        code: row.get(1)?,
        title: row.get(2)?,
        benefit: Benefit::default(),
        member: row.get(4)?,
        description: row.get(5)?,
        created: row.get(6)?,
        updated: row.get(7)?,
        starts: row.get(8)?,
        ends: row.get(9)?,
        used: row.get(10)?,
    };
    Ok((coupon, row.get(3)?))
}

fn whole((coupon, words): (Coupon, String)) -> Outcome<Coupon> {
    Ok(Coupon { benefit: benefit(&serde_json::from_str(&words)?)?, ..coupon })
}

impl Coupon {
    fn over(&self, now: Timestamp) -> bool {
        self.ends.is_some_and(|ends| ends <= now.as_microsecond())
    }

    fn state(&self, now: Timestamp) -> &'static str {
        if self.used {
            "Used"
        } else if self.over(now) {
            "Expired"
        } else if self.starts.is_some_and(|starts| starts > now.as_microsecond()) {
            "Created"
        } else {
            "Issued"
        }
    }

    fn wire(&self, now: Timestamp) -> Value {
        json!({
            "$type": "Loymax.Coupon.CouponModel",
            "id": self.id,
            "code": self.code,
            "qrContent": self.code,
            "createDate": time(self.created),
            "updateDate": self.updated.map(time),
            "activationDate": self.starts.map(time),
            "expiryDate": self.ends.map(time),
            "couponState": self.state(now),
            "emissionTitle": self.title,
            "shortDescription": self.description,
            "description": self.description,
        })
    }
}

/// A member's coupons, newest first, as the Member API writes them.
pub(crate) fn list(tx: &Connection, member: i64, now: Timestamp) -> Outcome<Value> {
    let coupons = tx
        .prepare_cached(&format!("SELECT {COLUMNS} FROM coupon WHERE member = ?1 ORDER BY created DESC, id DESC"))?
        .query_map([member], |row| Ok(read(row)?.0.wire(now)))?
        .collect::<Result<Vec<Value>, _>>()?;
    Ok(if coupons.is_empty() { Value::Null } else { Value::Array(coupons) })
}

/// Gives a member a coupon. Gives it as the Member API writes it.
pub(crate) fn issue(tx: &Connection, member: i64, new: &NewCoupon, now: Timestamp) -> Outcome<Value> {
    let title = short("title", &new.title, 200)?;
    let description = new.description.as_deref().map(|text| short("description", text, 1_000)).transpose()?;
    benefit(&new.benefit)?;
    let code = match &new.code {
        Some(code) => short("code", code, 64)?,
        None => wire::random_digits(12)?,
    };
    if new.expires.is_some_and(|ends| new.activates.is_some_and(|starts| ends <= starts)) {
        return Err(invalid("expires", "It lies before the start."));
    }
    if by_code(tx, &code)?.is_some() {
        return Err(conflict("CodeTaken", "Another coupon has this code."));
    }
    let micros = |at: Option<Timestamp>| at.map(Timestamp::as_microsecond);
    tx.execute(
        "INSERT INTO coupon (member, code, title, description, benefit, created, starts, ends)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            member,
            code,
            title,
            description,
            new.benefit.to_string(),
            now.as_microsecond(),
            micros(new.activates),
            micros(new.expires)
        ],
    )?;
    let issued = by_code(tx, &code)?.map(|coupon| coupon.wire(now));
    Ok(issued.unwrap_or_default())
}

fn by_code(tx: &Connection, code: &str) -> Outcome<Option<Coupon>> {
    let found = tx.query_row(&format!("SELECT {COLUMNS} FROM coupon WHERE code = ?1"), [code], read).optional()?;
    found.map(whole).transpose()
}

/// The coupons that a member shows at a till. All must be good, or nothing is sold.
pub(crate) fn shown(tx: &Connection, member: i64, codes: &[String], now: Timestamp) -> Outcome<Vec<Coupon>> {
    if codes.len() > MOST {
        return Err(invalid("coupons", format!("at most {MOST}")));
    }
    let mut shown: Vec<Coupon> = Vec::with_capacity(codes.len());
    for code in codes {
        let code = short("coupons", code, 64)?;
        let coupon = by_code(tx, &code)?.filter(|coupon| coupon.member == member);
        let coupon = coupon.ok_or_else(|| no(&code, "unknown", "The member has no such coupon."))?;
        match coupon.state(now) {
            "Used" => return Err(no(&code, "used", "This coupon was used already.")),
            "Expired" => return Err(no(&code, "expired", "This coupon has expired.")),
            "Created" => return Err(no(&code, "notYet", "This coupon is not good yet.")),
            _ if shown.iter().any(|known| known.id == coupon.id) => {
                return Err(no(&code, "used", "This coupon is shown twice."));
            }
            _ => shown.push(coupon),
        }
    }
    Ok(shown)
}

/// A purchase has used this coupon.
pub(crate) fn redeem(tx: &Connection, id: i64, purchase: &str, now: Timestamp) -> Outcome<()> {
    tx.execute(
        "UPDATE coupon SET used_by = ?2, updated = ?3 WHERE id = ?1",
        params![id, purchase, now.as_microsecond()],
    )?;
    Ok(())
}

/// Gives back the coupons that a purchase used.
pub(crate) fn give_back(tx: &Connection, purchase: &str, now: Timestamp) -> Outcome<()> {
    tx.execute(
        "UPDATE coupon SET used_by = NULL, updated = ?2 WHERE used_by = ?1",
        params![purchase, now.as_microsecond()],
    )?;
    Ok(())
}

fn no(code: &str, reason: &'static str, message: &str) -> Failure {
    forbidden("CouponRefused", message).telling(json!({ "coupon": code, "reason": reason }))
}
