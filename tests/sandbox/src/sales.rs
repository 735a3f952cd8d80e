//! What happens on members' accounts: purchases, refunds, payments, rewards, and the history that tells of them.
//!
//! Each is one piece of work in one transaction. Who the member is, the till has found out before.

use pocketcard::types::Timestamp;
use rusqlite::types::Value as Sql;
use rusqlite::{Connection, OptionalExtension, params, params_from_iter};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::clock::later;
use crate::ledger::{self, Life};
use crate::members;
use crate::programme::{BASE_RATE, Currency, EURO, POINTS, POINTS_LIFE, STAR_FROM, STARS, TIER_WAIT, tier};
use crate::pushes;
use crate::refusal::{Outcome, conflict, invalid, missing};
use crate::stores::{self, Catalogue, stock};
use crate::wire::{ONE, amount, number, time};

/// One line of what is bought. Amounts as the database keeps them.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) goods_id: String,
    pub(crate) name: String,
    pub(crate) count: i64,
    /// Of the whole line.
    pub(crate) amount: i64,
}

/// What is bought.
#[derive(Debug)]
pub(crate) struct Purchase {
    pub(crate) id: String,
    pub(crate) member: i64,
    pub(crate) card: Option<i64>,
    pub(crate) shop: Option<i64>,
    pub(crate) lines: Vec<Line>,
    pub(crate) points: i64,
}

/// Sells. Gives the receipt.
pub(crate) fn purchase(tx: &Connection, sale: &Purchase, now: Timestamp) -> Outcome<Value> {
    let total: i64 = sale.lines.iter().map(|line| line.amount).sum();
    if sale.points > total {
        return Err(invalid("payWithPoints", "More points than the goods cost."));
    }
    let money = total - sale.points;
    let (tier, _) = tier(members::bought(tx, sale.member, now)?);
    let (at_once, later_on) = (share(money, BASE_RATE), share(money, tier.extra_rate));
    let stars = if money >= STAR_FROM { ONE } else { 0 };

    ledger::spend(tx, sale.member, &POINTS, sale.points, &sale.id, now)?;
    let life = |starts| Life { starts, ends: Some(later(starts, POINTS_LIFE)) };
    ledger::credit(tx, sale.member, &POINTS, at_once, life(now), &sale.id)?;
    ledger::credit(tx, sale.member, &POINTS, later_on, life(later(now, TIER_WAIT)), &sale.id)?;
    ledger::credit(tx, sale.member, &STARS, stars, Life { starts: now, ends: None }, &sale.id)?;
    ledger::settle(tx, sale.member, &POINTS, now)?;
    ledger::settle(tx, sale.member, &STARS, now)?;

    tx.execute(
        "INSERT INTO purchase (id, member, card, shop, at, total, paid_points, earned_now, earned_later, earned_stars)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        params![
            sale.id,
            sale.member,
            sale.card,
            sale.shop,
            now.as_microsecond(),
            total,
            sale.points,
            at_once,
            later_on,
            stars
        ],
    )?;
    let cheque = tx.last_insert_rowid();
    for (position, line) in (1_i64..).zip(&sale.lines) {
        tx.execute(
            "INSERT INTO purchase_item (purchase, position, goods_id, name, count, amount) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![sale.id, position, line.goods_id, line.name, line.count, line.amount],
        )?;
    }
    on_card(tx, sale.card, at_once + later_on, sale.points)?;
    let lines: Vec<(i64, Line)> = (1..).zip(sale.lines.iter().cloned()).collect();
    record(
        tx,
        sale.member,
        &Entry {
            kind: "PurchaseData",
            shop: sale.shop,
            description: format!("Purchase {cheque}"),
            data: purchase_data(
                &sale.id,
                cheque,
                &Sums { total, points: -sale.points, earned: at_once + later_on, stars },
                &lines,
                false,
            ),
        },
        now,
    )?;
    let balance = ledger::balance(tx, sale.member, &POINTS, now)?.amount;
    let title = if at_once > 0 { format!("+{} points", amount(at_once)) } else { "Thank you".to_owned() };
    pushes::balance(tx, sale.member, &title, &format!("You have {} points now.", amount(balance)), &sale.id, now)?;
    Ok(json!({
        "purchaseId": sale.id,
        "chequeNumber": cheque.to_string(),
        "at": crate::wire::zoned(now.as_microsecond()),
        "total": number(total),
        "paidMoney": number(money),
        "paidPoints": number(sale.points),
        "earned": number(at_once),
        "earnedLater": number(later_on),
        "earnedStars": number(stars),
        "balance": number(balance),
    }))
}

/// What comes back: these counts of these goods, or all that is left.
#[derive(Debug)]
pub(crate) struct Refund {
    pub(crate) id: String,
    pub(crate) purchase: String,
    pub(crate) lines: Option<Vec<(String, i64)>>,
}

struct Sold {
    member: i64,
    card: Option<i64>,
    shop: Option<i64>,
    total: i64,
    points: i64,
    earned: [i64; 3],
    back_money: i64,
    back_points: i64,
    taken: [i64; 3],
    cheque: i64,
}

struct SoldLine {
    position: i64,
    line: Line,
    back: i64,
}

/// Takes goods back: money and points in the proportion in which they were paid, and the rewards in the same.
pub(crate) fn refund(tx: &Connection, refund: &Refund, now: Timestamp) -> Outcome<Value> {
    let sold = sold(tx, &refund.purchase)?;
    let lines = sold_lines(tx, &refund.purchase)?;
    let back = coming_back(&lines, refund.lines.as_deref())?;
    let total: i64 = back.iter().map(|(_, line)| line.amount).sum();
    let after = sold.back_money + sold.back_points + total;

    // Sums over all refunds of a purchase, so that the last one brings exactly what is left.
    let points = share_of(sold.points, after, sold.total) - sold.back_points;
    let money = total - points;
    let taken: [i64; 3] =
        std::array::from_fn(|which| share_of(sold.earned[which], after, sold.total) - sold.taken[which]);

    ledger::take_back(tx, sold.member, &POINTS, taken[0] + taken[1], &refund.purchase, now)?;
    ledger::take_back(tx, sold.member, &STARS, taken[2], &refund.purchase, now)?;
    ledger::give_back(tx, sold.member, &POINTS, points, &refund.purchase, now)?;
    for (position, line) in &back {
        tx.execute(
            "UPDATE purchase_item SET back_count = back_count + ?3 WHERE purchase = ?1 AND position = ?2",
            params![refund.purchase, position, line.count],
        )?;
    }
    tx.execute(
        "UPDATE purchase SET back_money = back_money + ?2, back_points = back_points + ?3, taken_now = taken_now + ?4,
             taken_later = taken_later + ?5, taken_stars = taken_stars + ?6 WHERE id = ?1",
        params![refund.purchase, money, points, taken[0], taken[1], taken[2]],
    )?;
    on_card(tx, sold.card, -(taken[0] + taken[1]), -points)?;
    if let Some(shop) = sold.shop {
        stock::bring_back(tx, shop, back.iter().map(|(_, line)| line), now)?;
    }
    record(
        tx,
        sold.member,
        &Entry {
            kind: "PurchaseData",
            shop: sold.shop,
            description: format!("Refund of purchase {}", sold.cheque),
            data: purchase_data(
                &refund.purchase,
                sold.cheque,
                &Sums { total, points, earned: -(taken[0] + taken[1]), stars: -taken[2] },
                &back,
                true,
            ),
        },
        now,
    )?;
    let balance = ledger::balance(tx, sold.member, &POINTS, now)?.amount;
    let body = format!("You have {} points now.", amount(balance));
    pushes::balance(tx, sold.member, "Refund", &body, &refund.id, now)?;
    Ok(json!({
        "refundId": refund.id,
        "purchaseId": refund.purchase,
        "at": crate::wire::zoned(now.as_microsecond()),
        "total": number(total),
        "moneyBack": number(money),
        "pointsBack": number(points),
        "takenBack": number(taken[0] + taken[1]),
        "takenBackStars": number(taken[2]),
        "balance": number(balance),
    }))
}

/// What each line of a purchase still costs, by its position; nothing where all of it is back.
pub(crate) fn left(tx: &Connection, purchase: &str) -> Outcome<Vec<(i64, Option<i64>)>> {
    let lines = sold_lines(tx, purchase)?;
    let left = |sold: &SoldLine| {
        let back = share_of(sold.line.amount, sold.back, sold.line.count);
        (sold.position, (sold.back < sold.line.count).then(|| sold.line.amount - back))
    };
    Ok(lines.iter().map(left).collect())
}

/// Takes points for something that is no purchase of goods: parking, a cup of coffee. Gives the receipt.
pub(crate) fn payment(
    tx: &Connection,
    id: &str,
    payer: (i64, Option<i64>),
    points: i64,
    at_shop: Option<i64>,
    now: Timestamp,
) -> Outcome<Value> {
    let (member, card) = payer;
    ledger::spend(tx, member, &POINTS, points, id, now)?;
    on_card(tx, card, 0, points)?;
    record(
        tx,
        member,
        &Entry {
            kind: "WithdrawData",
            shop: at_shop,
            description: "Paid with points".to_owned(),
            data: json!({
                "$type": "Loymax.History.UI.Model.HistoryWithdrawDataModel",
                "withdrawType": "Bonus",
                "amount": POINTS.money(-points),
            }),
        },
        now,
    )?;
    let balance = ledger::balance(tx, member, &POINTS, now)?.amount;
    let title = format!("−{} points", amount(points));
    pushes::balance(tx, member, &title, &format!("You have {} points now.", amount(balance)), id, now)?;
    Ok(json!({
        "paymentId": id,
        "at": crate::wire::zoned(now.as_microsecond()),
        "paidPoints": number(points),
        "balance": number(balance),
    }))
}

/// Points that the programme gives.
#[derive(Debug)]
pub(crate) struct Reward {
    pub(crate) currency: Currency,
    pub(crate) amount: i64,
    pub(crate) life: Life,
    pub(crate) description: String,
    pub(crate) offer: Option<String>,
}

/// Gives a member points outside of a purchase. Gives the origin under which they can be taken back.
pub(crate) fn reward(tx: &Connection, member: i64, reward: &Reward, now: Timestamp) -> Outcome<String> {
    let id = Uuid::new_v4().to_string();
    ledger::credit(tx, member, &reward.currency, reward.amount, reward.life, &id)?;
    ledger::settle(tx, member, &reward.currency, now)?;
    record(
        tx,
        member,
        &Entry {
            kind: "RewardData",
            shop: None,
            description: reward.description.clone(),
            data: json!({
                "$type": "Loymax.History.UI.Model.HistoryRewardDataModel",
                "offerExternalId": reward.offer,
                "rewardType": "Bonus",
                "amount": reward.currency.money(reward.amount),
            }),
        },
        now,
    )?;
    let body = format!("{}: +{}", reward.description, amount(reward.amount));
    pushes::balance(tx, member, "Points for you", &body, &id, now)?;
    Ok(id)
}

/// Takes points back that were given as a reward, because what they were for is undone.
pub(crate) fn take_reward_back(
    tx: &Connection,
    member: i64,
    (currency, points): (&Currency, i64),
    description: &str,
    origin: &str,
    now: Timestamp,
) -> Outcome<()> {
    ledger::take_back(tx, member, currency, points, origin, now)?;
    record(
        tx,
        member,
        &Entry {
            kind: "WithdrawData",
            shop: None,
            description: description.to_owned(),
            data: json!({
                "$type": "Loymax.History.UI.Model.HistoryWithdrawDataModel",
                "withdrawType": "Bonus",
                "amount": currency.money(-points),
            }),
        },
        now,
    )?;
    let body = format!("{description}: −{}", amount(points));
    pushes::balance(tx, member, "Points taken back", &body, origin, now)
}

/// Which entries of the history are wanted.
#[derive(Debug, Default)]
pub(crate) struct Filter {
    pub(crate) from_date: Option<Timestamp>,
    pub(crate) to_date: Option<Timestamp>,
    pub(crate) kind: Option<&'static str>,
    pub(crate) from: i64,
    pub(crate) count: i64,
}

/// A member's history, newest first, as the Member API writes it.
pub(crate) fn history(tx: &Connection, member: i64, filter: &Filter) -> Outcome<Value> {
    let arguments = [
        Sql::Integer(member),
        Sql::Integer(filter.from_date.map_or(i64::MIN, Timestamp::as_microsecond)),
        Sql::Integer(filter.to_date.map_or(i64::MAX, Timestamp::as_microsecond)),
        filter.kind.map_or(Sql::Null, |kind| Sql::Text(kind.to_owned())),
    ];
    let matching = "FROM history WHERE member = ?1 AND at >= ?2 AND at <= ?3 AND (?4 IS NULL OR kind = ?4)";
    let all: i64 =
        tx.query_row(&format!("SELECT count(*) {matching}"), params_from_iter(&arguments), |row| row.get(0))?;
    let mut page = tx.prepare_cached(&format!(
        "SELECT id, at, kind, shop, description, data {matching} ORDER BY at DESC, rowid DESC LIMIT ?5 OFFSET ?6"
    ))?;
    let mut found =
        page.query(params_from_iter(arguments.iter().chain(&[Sql::Integer(filter.count), Sql::Integer(filter.from)])))?;
    let catalogue = Catalogue::read(tx)?;
    let mut rows = Vec::new();
    while let Some(row) = found.next()? {
        let at_shop: Option<i64> = row.get("shop")?;
        let location = at_shop.map(|shop| catalogue.location(shop)).transpose()?.flatten();
        let brand = location.as_ref().map(|_| stores::brand());
        rows.push(json!({
            "id": row.get::<_, String>("id")?,
            "dateTime": time(row.get("at")?),
            "type": row.get::<_, String>("kind")?,
            "description": row.get::<_, Option<String>>("description")?,
            "location": location,
            "brand": brand,
            "data": serde_json::from_str::<Value>(row.get_ref("data")?.as_str().map_err(rusqlite::Error::from)?)?,
        }));
    }
    Ok(json!({ "allCount": all, "rows": if rows.is_empty() { Value::Null } else { Value::Array(rows) } }))
}

struct Entry {
    kind: &'static str,
    shop: Option<i64>,
    description: String,
    data: Value,
}

/// What a purchase or refund came to. What the member got is above zero, what they gave below.
struct Sums {
    total: i64,
    points: i64,
    earned: i64,
    stars: i64,
}

fn record(tx: &Connection, member: i64, entry: &Entry, now: Timestamp) -> Outcome<()> {
    tx.execute(
        "INSERT INTO history (id, member, at, kind, shop, description, data) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            Uuid::new_v4().to_string(),
            member,
            now.as_microsecond(),
            entry.kind,
            entry.shop,
            entry.description,
            entry.data.to_string()
        ],
    )?;
    Ok(())
}

fn purchase_data(id: &str, cheque: i64, sums: &Sums, lines: &[(i64, Line)], is_refund: bool) -> Value {
    let items: Vec<Value> = lines
        .iter()
        .map(|(position, line)| {
            json!({
                "positionId": position.to_string(),
                "description": line.name,
                "count": number(line.count),
                "unit": "pcs",
                "amount": number(line.amount),
                "itemId": line.goods_id,
            })
        })
        .collect();
    let withdraws: Vec<Value> = (sums.points != 0)
        .then(|| json!({ "withdrawType": "Bonus", "amount": POINTS.money(sums.points) }))
        .into_iter()
        .collect();
    let rewards: Vec<Value> = [(&POINTS, sums.earned), (&STARS, sums.stars)]
        .into_iter()
        .filter(|(_, earned)| *earned != 0)
        .map(|(currency, earned)| json!({ "rewardType": "Bonus", "amount": currency.money(earned) }))
        .collect();
    json!({
        "$type": "Loymax.History.UI.Model.HistoryPurchaseDataModel",
        "externalPurchaseId": id,
        "chequeNumber": cheque.to_string(),
        "amount": EURO.money(sums.total),
        "isRefund": is_refund,
        "chequeItems": items,
        "withdraws": if withdraws.is_empty() { Value::Null } else { Value::Array(withdraws) },
        "rewards": if rewards.is_empty() { Value::Null } else { Value::Array(rewards) },
    })
}

fn on_card(tx: &Connection, card: Option<i64>, accumulated: i64, paid: i64) -> Outcome<()> {
    tx.execute(
        "UPDATE card SET accumulated = accumulated + ?2, paid = paid + ?3 WHERE id = ?1",
        params![card, accumulated, paid],
    )?;
    Ok(())
}

fn sold(tx: &Connection, id: &str) -> Outcome<Sold> {
    tx.query_row(
        "SELECT member, card, shop, total, paid_points, earned_now, earned_later, earned_stars, back_money, back_points,
                taken_now, taken_later, taken_stars, number
         FROM purchase WHERE id = ?1",
        [id],
        |row| {
            Ok(Sold {
                member: row.get(0)?,
                card: row.get(1)?,
                shop: row.get(2)?,
                total: row.get(3)?,
                points: row.get(4)?,
                earned: [row.get(5)?, row.get(6)?, row.get(7)?],
                back_money: row.get(8)?,
                back_points: row.get(9)?,
                taken: [row.get(10)?, row.get(11)?, row.get(12)?],
                cheque: row.get(13)?,
            })
        },
    )
    .optional()?
    .ok_or_else(|| missing("PurchaseNotFound", "There is no such purchase."))
}

fn sold_lines(tx: &Connection, purchase: &str) -> Outcome<Vec<SoldLine>> {
    Ok(tx
        .prepare_cached(
            "SELECT position, goods_id, name, count, amount, back_count FROM purchase_item WHERE purchase = ?1
             ORDER BY position",
        )?
        .query_map([purchase], |row| {
            let line = Line { goods_id: row.get(1)?, name: row.get(2)?, count: row.get(3)?, amount: row.get(4)? };
            Ok(SoldLine { position: row.get(0)?, line, back: row.get(5)? })
        })?
        .collect::<Result<_, _>>()?)
}

/// Which counts of which lines come back, with what they cost.
fn coming_back(lines: &[SoldLine], wanted: Option<&[(String, i64)]>) -> Outcome<Vec<(i64, Line)>> {
    let mut counts: Vec<i64> = vec![0; lines.len()];
    match wanted {
        None => {
            for (count, sold) in counts.iter_mut().zip(lines) {
                *count = sold.line.count - sold.back;
            }
        }
        Some(wanted) => {
            for (goods_id, wanted) in wanted {
                let mut open = *wanted;
                for (count, sold) in counts.iter_mut().zip(lines).filter(|(_, sold)| sold.line.goods_id == *goods_id) {
                    let left = sold.line.count - sold.back - *count;
                    *count += open.min(left);
                    open -= open.min(left);
                }
                if open > 0 {
                    let message = format!("More of {goods_id} comes back than was bought and is not back yet.");
                    return Err(conflict("MoreThanBought", message));
                }
            }
        }
    }
    let back: Vec<(i64, Line)> = lines
        .iter()
        .zip(counts)
        .filter(|(_, count)| *count > 0)
        .map(|(sold, count)| {
            let before = share_of(sold.line.amount, sold.back, sold.line.count);
            let amount = share_of(sold.line.amount, sold.back + count, sold.line.count) - before;
            (sold.position, Line { count, amount, ..sold.line.clone() })
        })
        .collect();
    if back.is_empty() { Err(conflict("NothingLeft", "All of this purchase is back already.")) } else { Ok(back) }
}

/// So many parts in a thousand, in whole hundredths, rounded down.
fn share(units: i64, thousandths: i64) -> i64 {
    let hundredth = ONE / 100;
    units.saturating_mul(thousandths) / 1_000 / hundredth * hundredth
}

/// `whole * part / of`, rounded down; everything when nothing was to be shared.
fn share_of(whole: i64, part: i64, of: i64) -> i64 {
    if of == 0 {
        return whole;
    }
    i64::try_from(i128::from(whole) * i128::from(part) / i128::from(of)).unwrap_or(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_round_down_and_add_up() {
        assert_eq!(share(199 * ONE / 10, 50), 9_900);
        assert_eq!(share_of(10, 1, 3) + (share_of(10, 2, 3) - share_of(10, 1, 3)) + (10 - share_of(10, 2, 3)), 10);
        assert_eq!(share_of(7, 0, 0), 7);
    }
}
