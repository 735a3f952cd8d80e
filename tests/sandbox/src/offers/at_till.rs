//! What offers and coupons make of a purchase.
//!
//! Each discount is of the full price, so the order in which offers are tried does not matter; together they are never more
//! than it. Points are reckoned on what is paid in the end. A refund takes both back in proportion, and once all is back, offers
//! and coupons count as not used.

use pocketcard::offers::rules::{Benefit, Facts, StoreFacts, WhyNot};
use pocketcard::types::{Decimal, Timestamp};
use rusqlite::{Connection, params};
use serde_json::{Value, json};

use super::{is_back, of_member, zone_named};
use crate::coupons::{self, Coupon};
use crate::programme;
use crate::refusal::{Outcome, invalid};
use crate::sales::{self, Line};
use crate::stores::{self, Catalogue};
use crate::wire::{self, ONE, number};

/// What a purchase is paid by where the till does not say.
pub(crate) const CASH: &str = "cash";

/// How a purchase is made, as far as offers care.
#[derive(Debug)]
pub(crate) struct Circumstances<'a> {
    pub(crate) online: bool,
    pub(crate) store: Option<i64>,
    /// As the platform writes it.
    pub(crate) payment: &'a str,
    /// Of whoever buys online.
    pub(crate) time_zone: Option<&'a str>,
    /// Coupons that were shown.
    pub(crate) coupons: &'a [String],
}

/// What offers and coupons give on a purchase. Amounts as the database keeps them.
#[derive(Debug, Default)]
pub(crate) struct Given {
    /// Beyond what the purchase earns without them.
    pub(crate) points: i64,
    pub(crate) discount: i64,
    offers: Vec<i64>,
    coupons: Vec<Coupon>,
    /// What became of each, for the receipt.
    offers_told: Vec<Value>,
    coupons_told: Vec<Value>,
}

/// Holds all offers of a member against a purchase, and takes the discounts off its lines.
pub(crate) fn apply(
    tx: &Connection,
    (member, paid_points): (i64, i64),
    how: &Circumstances<'_>,
    lines: &mut [Line],
    now: Timestamp,
) -> Outcome<Given> {
    let coupons = coupons::shown(tx, member, how.coupons, now)?;
    let zone = zone_named(how.time_zone).ok_or_else(|| invalid("timeZone", "as Europe/Berlin"))?;
    let store = match how.store {
        Some(id) => Catalogue::read(tx)?.facts(id).ok_or_else(stores::unknown)?,
        // A till that does not say where it stands is in none of the stores that rules ask for.
        None => StoreFacts { id: 0, attributes: std::collections::BTreeMap::new(), zone: programme::zone() },
    };
    let facts = if how.online { Facts::online(now, &zone) } else { Facts::in_store(&store, now) };
    let facts = facts.paid_by(how.payment);
    let offers = of_member(tx, member, now)?;
    let verdicts: Vec<_> = offers.iter().map(|offer| (offer, offer.applies(facts))).collect();

    let full: i64 = lines.iter().map(|line| line.amount).sum();
    let price = wire::amount(full);
    let off = |benefit: &Benefit| units(benefit.on(price, Decimal::ZERO).discount);
    let applied = || verdicts.iter().filter(|(_, verdict)| verdict.is_ok()).map(|(offer, _)| &offer.benefit);
    let discount = applied().chain(coupons.iter().map(|coupon| &coupon.benefit)).map(off).sum::<i64>().min(full);
    take_off(lines, discount);
    let earned = sales::earned(tx, member, (full - discount - paid_points).max(0), now)?;
    let earned = wire::amount(earned.at_once + earned.later_on);
    let more = |benefit: &Benefit| units(benefit.on(price, earned).points);

    let mut given = Given { discount, ..Given::default() };
    for (offer, verdict) in &verdicts {
        let mut told = json!({ "offerId": offer.id(), "title": offer.definition.title, "applied": verdict.is_ok() });
        match verdict {
            Ok(()) => {
                given.points += more(&offer.benefit);
                given.offers.push(offer.id());
                told["discount"] = number(off(&offer.benefit));
                told["points"] = number(more(&offer.benefit));
            }
            Err(why_not) => tell(&mut told, why_not),
        }
        given.offers_told.push(told);
    }
    for coupon in coupons {
        let points = more(&coupon.benefit);
        given.points += points;
        given.coupons_told.push(json!({
            "couponId": coupon.id,
            "code": coupon.code,
            "title": coupon.title,
            "discount": number(off(&coupon.benefit)),
            "points": number(points),
        }));
        given.coupons.push(coupon);
    }
    Ok(given)
}

impl Given {
    /// Says of a purchase that was made what it used.
    pub(crate) fn used(&self, tx: &Connection, member: i64, purchase: &str, now: Timestamp) -> Outcome<()> {
        for offer in &self.offers {
            tx.execute(
                "INSERT INTO offer_use (purchase, offer, member, at) VALUES (?1, ?2, ?3, ?4)",
                params![purchase, offer, member, now.as_microsecond()],
            )?;
        }
        self.coupons.iter().try_for_each(|coupon| coupons::redeem(tx, coupon.id, purchase, now))
    }

    /// Adds to a receipt what was given, and for the other offers why not.
    pub(crate) fn tell(self, receipt: &mut Value) {
        receipt["discount"] = number(self.discount);
        receipt["offerPoints"] = number(self.points);
        receipt["offers"] = Value::Array(self.offers_told);
        receipt["coupons"] = Value::Array(self.coupons_told);
    }
}

/// After a refund: where nothing is left of the purchase, it used no offer and no coupon.
pub(crate) fn brought_back(tx: &Connection, purchase: &str, now: Timestamp) -> Outcome<()> {
    if is_back(tx, purchase)? {
        tx.execute("UPDATE offer_use SET undone = 1 WHERE purchase = ?1", [purchase])?;
        coupons::give_back(tx, purchase, now)?;
    }
    Ok(())
}

/// The first reason why not, in the words of the core's.
fn tell(told: &mut Value, why_not: &WhyNot) {
    let clock = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
    told["reason"] = match why_not {
        WhyNot::Revoked => "revoked",
        WhyNot::Over => "over",
        WhyNot::UsedUp => "usedUp",
        WhyNot::NotYet { from } => {
            told["from"] = wire::zoned(from.as_microsecond());
            "notYet"
        }
        WhyNot::OtherChannel => "otherChannel",
        WhyNot::OtherStore => "otherStore",
        WhyNot::StoreLacks { attribute } => {
            told["attribute"] = attribute.as_str().into();
            "storeLacks"
        }
        WhyNot::OtherDay => "otherDay",
        WhyNot::OtherTime { from, to } => {
            told["from"] = clock(*from).into();
            told["to"] = clock(*to).into();
            "otherTime"
        }
        WhyNot::OtherPayment => "otherPayment",
        WhyNot::NotActivated => "notActivated",
        WhyNot::LeftToPlatform => "leftToPlatform",
    }
    .into();
}

/// Spreads a discount over the lines in proportion, in whole cents that add up to it.
fn take_off(lines: &mut [Line], discount: i64) {
    let cent = i128::from(ONE / 100);
    let full: i128 = lines.iter().map(|line| i128::from(line.amount) / cent).sum();
    if full == 0 {
        return;
    }
    let (mut before, mut sum) = (0, 0);
    for line in lines {
        sum += i128::from(line.amount) / cent;
        let until = i128::from(discount) / cent * sum / full;
        line.amount -= i64::try_from((until - before) * cent).unwrap_or(0);
        before = until;
    }
}

/// As the database keeps it; what is given has at most four decimals, and no more than a till can ring up.
fn units(amount: Decimal) -> i64 {
    wire::units(amount).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(cents: &[i64]) -> Vec<Line> {
        let line = |cents: &i64| Line {
            goods_id: "1".to_owned(),
            name: "Thing".to_owned(),
            count: ONE,
            amount: cents * (ONE / 100),
        };
        cents.iter().map(line).collect()
    }

    #[test]
    fn discounts_are_spread_to_the_cent_and_no_line_costs_less_than_nothing() {
        for (prices, discount) in
            [(vec![1, 1, 1], 2), (vec![1999, 1, 0], 2000), (vec![333, 333, 334], 100), (vec![], 0)]
        {
            let mut lines = lines(&prices);
            take_off(&mut lines, discount * (ONE / 100));
            let left: i64 = lines.iter().map(|line| line.amount).sum();
            assert_eq!(left, (prices.iter().sum::<i64>() - discount) * (ONE / 100), "{prices:?}");
            assert!(lines.iter().all(|line| line.amount >= 0 && line.amount % (ONE / 100) == 0), "{lines:?}");
        }
    }
}
