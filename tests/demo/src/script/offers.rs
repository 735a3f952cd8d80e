//! The story's steps about offers, coupons, favourites, pushes, the inbox and consents.
//!
//! What is pushed is proved against a platform that does not answer when it is asked for the same: what the screen shows
//! then, the push alone brought.

use std::time::Duration;

use pocketcard::LoyaltyError;
use pocketcard::consents::ConsentWay;
use pocketcard::error::Rejection;
use pocketcard::links::Route;
use pocketcard::offers::favourites::{CellChange, FavouritesPeriod};
use pocketcard::offers::rules::{Channel, WhyNot};
use pocketcard::offers::{Applies, OfferId, OfferKind, OfferState, OfferView, OffersQuery};
use pocketcard::push::{Notification, PushIgnored};
use pocketcard::session::SessionView;
use pocketcard::types::{Decimal, StaleReason};
use pocketcard_sandbox::{Exchange, Fault, FaultKind};
use serde_json::{Value, json};
use tokio::time::timeout;

use super::{Holds, PATIENCE, Stage, hold, is_cached, is_live, text};
use crate::phone::Views;
use crate::till::{self, HYPERMARKET, scan};

/// Of the programme's own offers: 100 points for paying online.
const PAY_ONLINE: i64 = 1;
/// 10 % off at hypermarkets.
pub(super) const HYPER: i64 = 2;
/// Double points at weekends, once activated.
const WEEKEND: i64 = 3;
/// A personal one, to be accepted.
const HEALTHY_WEEK: i64 = 7;
/// The story's own.
const BREAKFAST: i64 = 101;
const BRUNCH: i64 = 102;
const FRESH: i64 = 103;
const FLASH: i64 = 104;
/// Where the phone asks for offers.
const OFFERS_PATH: &str = "/app/v1/offers";
/// The kind of consent that is about offers and news.
const MARKETING: i64 = 1;

impl Stage {
    pub(super) async fn one_list(&mut self) -> Holds {
        let soon = self.demo.sandbox.now() + Duration::from_hours(240);
        let coupon = json!({ "title": "25 points with any purchase", "benefit": { "points": 25 }, "expires": soon });
        self.demo.sandbox.issue_coupon(self.member()?, coupon).await.map_err(text)?;
        self.demo.set_online(true).map_err(text)?;
        self.app()?.refresh().await.map_err(text)?;
        let view = self.app()?.offers(OffersQuery::default()).map_err(text)?;
        hold(is_live(&view.freshness) && is_live(&view.coupons_freshness), "they are not live")?;
        let kinds: Vec<OfferKind> = view.offers.iter().map(|offer| offer.kind).collect();
        for kind in [OfferKind::Common, OfferKind::Personal, OfferKind::Coupon] {
            hold(kinds.contains(&kind), format!("none is {kind:?}"))?;
        }
        let used = |offer: &OfferView| offer.state == OfferState::Used;
        let places = view.offers.iter().map(|offer| {
            (used(offer), offer.kind == OfferKind::Common, offer.until.is_none(), offer.until.unwrap_or_default())
        });
        hold(places.is_sorted(), format!("the order is {:?}", titles(&view.offers)))?;
        let of_kind = OffersQuery { kind: Some(OfferKind::Coupon), ..OffersQuery::default() };
        let coupons = self.app()?.offers(of_kind).map_err(text)?.offers;
        let all_coupons = coupons.iter().all(|offer| offer.kind == OfferKind::Coupon);
        hold(all_coupons && coupons.len() < view.offers.len(), "other kinds are among the coupons")?;
        let of_text = OffersQuery { text: Some("HYPERMARKET".to_owned()), ..OffersQuery::default() };
        let found = self.app()?.offers(of_text).map_err(text)?.offers;
        hold(found.iter().all(|offer| offer.id == id(HYPER)) && found.len() == 1, "the wrong ones have the word")?;
        let online = OffersQuery { channel: Some(Channel::Online), ..OffersQuery::default() };
        let online = self.app()?.offers(online).map_err(text)?.offers;
        let has = |offer| online.iter().any(|shown| shown.id == id(offer));
        hold(has(PAY_ONLINE) && !has(HYPER), "online there are the wrong ones")?;
        Ok(titles(&view.offers).join(", "))
    }

    pub(super) async fn mine_in_this_store(&mut self) -> Holds {
        self.demo.set_online(false).map_err(text)?;
        self.kill_and_open().await?;
        let in_store = |store| OffersQuery { store: Some(store), others_too: true, ..OffersQuery::default() };
        let hyper = self.app()?.offers(in_store(till::hypermarket())).map_err(text)?.offers;
        hold(applies(&hyper, HYPER)? == Applies::Yes, "10 % does not apply at the hypermarket")?;
        let online = Applies::No { why: WhyNot::OtherChannel };
        hold(applies(&hyper, PAY_ONLINE)? == online, "an online offer applies in a store")?;
        let here = self.app()?.offers(in_store(till::supermarket())).map_err(text)?.offers;
        let lacks = Applies::No { why: WhyNot::StoreLacks { attribute: "CustomTradeFormat".to_owned() } };
        hold(applies(&here, HYPER)? == lacks, "10 % applies at a supermarket")?;
        let mine_first = here.iter().map(|offer| offer.applies != Applies::Yes).is_sorted();
        hold(mine_first, "what applies is not above what does not")?;
        let mine = OffersQuery { others_too: false, ..in_store(till::supermarket()) };
        let mine = self.app()?.offers(mine).map_err(text)?.offers;
        let others = mine.iter().any(|offer| [id(HYPER), id(PAY_ONLINE)].contains(&offer.id));
        hold(!others, "what is for elsewhere is there unasked")?;
        let why = hyper.iter().filter_map(|offer| match &offer.applies {
            Applies::No { why } => Some(format!("{}: {why}", offer.title)),
            _ => None,
        });
        Ok(why.collect::<Vec<_>>().join("; "))
    }

    pub(super) async fn activated_online(&mut self) -> Holds {
        self.demo.set_online(true).map_err(text)?;
        hold(self.offer(WEEKEND)?.state == OfferState::Activate, "it does not ask for it")?;
        self.app()?.activate_offer(WEEKEND).await.map_err(text)?;
        self.until_state(WEEKEND, &OfferState::Active).await?;
        self.delivered().await?;
        self.app()?.refresh().await.map_err(text)?;
        hold(self.offer(WEEKEND)?.state == OfferState::Active, "the platform does not know of it")?;
        Ok(self.offer(WEEKEND)?.title)
    }

    pub(super) async fn activated_offline(&mut self) -> Holds {
        self.put_offer(BREAKFAST, "10 points for breakfast", json!({ "logicalName": "breakfast" })).await?;
        self.demo.set_online(false).map_err(text)?;
        drop(self.demo.sandbox.exchanges());
        for _ in 0..2 {
            self.app()?.activate_offer(BREAKFAST).await.map_err(text)?;
        }
        self.until_state(BREAKFAST, &OfferState::Waiting).await?;
        self.kill_and_open().await?;
        hold(self.offer(BREAKFAST)?.state == OfferState::Waiting, "it does not wait any more")?;
        self.demo.set_online(true).map_err(text)?;
        self.delivered().await?;
        self.until_state(BREAKFAST, &OfferState::Active).await?;
        self.app()?.refresh().await.map_err(text)?;
        let calls = self.demo.sandbox.exchanges();
        let sent = calls.iter().filter(|call| is_done(call, "POST", "/personalOffer/breakfast/accept")).count();
        hold(sent == 1, format!("it was sent {sent} times"))?;
        hold(self.offer(BREAKFAST)?.state == OfferState::Active, "the platform does not know of it")?;
        Ok("activated twice, killed, sent once".to_owned())
    }

    pub(super) async fn refusal_explained(&mut self) -> Holds {
        self.put_offer(BRUNCH, "10 points for brunch", json!({ "logicalName": "brunch" })).await?;
        self.demo.set_online(false).map_err(text)?;
        self.app()?.activate_offer(BRUNCH).await.map_err(text)?;
        self.until_state(BRUNCH, &OfferState::Waiting).await?;
        // Meanwhile the programme gives the name to another.
        let changed = offer(BRUNCH, "10 points for brunch", json!({ "logicalName": "late-brunch" }));
        self.demo.sandbox.put_offer(changed).await.map_err(text)?;
        self.demo.set_online(true).map_err(text)?;
        self.delivered().await?;
        let refused = |views: &Views| match shown(views, BRUNCH).map(|offer| offer.state) {
            Some(OfferState::Refused { text }) => Some(text),
            _ => None,
        };
        let views = self.until("it says that it was refused", |views| refused(views).is_some()).await?;
        let words = refused(&views).unwrap_or_default();
        hold(!words.is_empty(), "it does not say why")?;
        // Tried again with what is true now, it works.
        self.app()?.refresh().await.map_err(text)?;
        self.app()?.activate_offer(BRUNCH).await.map_err(text)?;
        self.until_state(BRUNCH, &OfferState::Active).await?;
        Ok(words)
    }

    pub(super) async fn personal_accepted(&mut self) -> Holds {
        let before = self.offer(HEALTHY_WEEK)?;
        hold(before.kind == OfferKind::Personal && before.state == OfferState::Activate, format!("it is {before:?}"))?;
        self.app()?.activate_offer(HEALTHY_WEEK).await.map_err(text)?;
        self.until_state(HEALTHY_WEEK, &OfferState::Active).await?;
        self.delivered().await?;
        self.app()?.refresh().await.map_err(text)?;
        let after = self.offer(HEALTHY_WEEK)?;
        hold(after.uses_left == Some(3), format!("{:?} uses are left", after.uses_left))?;
        Ok(format!("{}: 3 times", after.title))
    }

    pub(super) async fn till_applies(&mut self) -> Holds {
        let customer = self.next_customer().await?;
        let at_hyper = OffersQuery {
            store: Some(till::hypermarket()),
            payment: Some("cash".to_owned()),
            others_too: true,
            ..OffersQuery::default()
        };
        let before = self.app()?.offers(at_hyper).map_err(text)?.offers;
        let goods = self.goods(1)?;
        let basket = [(goods.clone(), 2)];
        let bought = self.demo.till.sell_in(HYPERMARKET, &customer, &basket, Decimal::ZERO, &[]);
        let receipt = bought.await.map_err(text)?;
        let wanted = (goods.cost(2) / Decimal::TEN).round_dp(2);
        hold(receipt.discount == wanted, format!("{} off, not {wanted}", receipt.discount))?;
        let mut compared = 0;
        for tried in &receipt.offers {
            // Those that are taken back or over the app does not show.
            let Some(shown) = before.iter().find(|shown| shown.id == id(tried.offer)) else { continue };
            let said = match &shown.applies {
                Applies::No { why } => Some(word(why)),
                Applies::Yes | Applies::NotAsked => None,
            };
            let title = &tried.title;
            hold(said == tried.why_not.as_deref(), format!("{title}: {said:?}, the till {:?}", tried.why_not))?;
            compared += 1;
        }
        let known = before.iter().filter(|shown| shown.kind != OfferKind::Coupon).count();
        hold(compared == known && compared > 0, format!("the till told of {compared} of {known}"))?;
        self.balance_comes(&receipt).await?;
        let applied: Vec<_> = receipt.offers.iter().filter(|tried| tried.why_not.is_none()).collect();
        let applied: Vec<&str> = applied.iter().map(|tried| tried.title.as_str()).collect();
        Ok(format!("{} off; of {compared} offers: {}", receipt.discount, applied.join(", ")))
    }

    pub(super) async fn coupon_redeemed(&mut self) -> Holds {
        let coupon = |views: &Views| {
            let offers = views.offers.as_ref()?;
            offers.all.offers.iter().find(|offer| offer.kind == OfferKind::Coupon).cloned()
        };
        let shown = coupon(&self.views()?).ok_or("there is no coupon")?;
        let detail = self.app()?.offer(shown.id, OffersQuery::default()).map_err(text)?.ok_or("it is gone")?;
        let code = detail.code.ok_or("it has no code")?;
        let read = scan(code.symbol.as_ref().ok_or("it has no symbol")?).ok_or("the scanner reads nothing")?;
        hold(read == code.text, "another text was read")?;
        let customer = self.next_customer().await?;
        let basket = [(self.goods(0)?, 1)];
        let bought =
            self.demo.till.sell_in(till::STORE, &customer, &basket, Decimal::ZERO, std::slice::from_ref(&read));
        let receipt = bought.await.map_err(text)?;
        self.balance_comes(&receipt).await?;
        self.app()?.refresh().await.map_err(text)?;
        let used = |views: &Views| {
            let offers = views.offers.as_ref().map(|offers| &offers.all.offers);
            let after = offers.and_then(|offers| offers.iter().find(|offer| offer.id == shown.id));
            after.is_none_or(|offer| offer.state == OfferState::Used)
        };
        self.until("it is used up", used).await?;
        let customer = self.next_customer().await?;
        match self.demo.till.sell_in(till::STORE, &customer, &basket, Decimal::ZERO, &[read]).await {
            Err(refused) if refused.reason == "used" => Ok(format!("{}; a second time: {refused}", shown.title)),
            other => Err(format!("a second time the till said {other:?}")),
        }
    }

    pub(super) async fn favourites_chosen(&mut self) -> Holds {
        let period = self.period()?;
        let open = |period: &FavouritesPeriod| {
            let mut cells = period.cells.iter();
            cells.find(|cell| cell.goods.is_none() && cell.change == CellChange::Allowed).map(|cell| cell.position)
        };
        let position = open(&period).ok_or("no cell can be filled")?;
        let goods = period.choices.first().cloned().ok_or("nothing can be chosen")?;
        let app = self.app()?;
        app.choose_favourite(period.id, position, Some(goods.id.clone())).await.map_err(text)?;
        let after = self.period()?;
        let cell = after.cells.iter().find(|cell| cell.position == position).ok_or("the cell is gone")?;
        hold(cell.goods.as_ref() == Some(&goods), "it is not in the cell")?;
        hold(cell.change == CellChange::Fixed, "the cell can be changed at once")?;
        hold(!after.choices.contains(&goods), "it can be chosen twice")?;
        let field = |outcome| match outcome {
            Err(LoyaltyError::Rejected { reason: Rejection { fields, .. } }) => {
                Ok(fields.into_iter().map(|problem| problem.field).collect::<Vec<_>>().join(" "))
            }
            other => Err(format!("it said {other:?}")),
        };
        hold(
            field(app.choose_favourite(period.id, position, None).await)? == "position",
            "a cell that stays was changed",
        )?;
        let next = open(&after).ok_or("there is one cell only")?;
        let twice = field(app.choose_favourite(period.id, next, Some(goods.id)).await)?;
        hold(twice == "goods", "what is chosen was chosen again")?;
        self.demo.set_online(false).map_err(text)?;
        let other = after.choices.first().map(|goods| goods.id.clone());
        let offline = app.choose_favourite(period.id, next, other).await;
        self.demo.set_online(true).map_err(text)?;
        hold(offline == Err(LoyaltyError::Offline), format!("offline it said {offline:?}"))?;
        Ok(format!("{} in cell {position} of {}", goods.name, period.cells.len()))
    }

    pub(super) async fn offer_pushed(&mut self) -> Holds {
        let version =
            self.demo.sandbox.put_offer(offer(FRESH, "Fresh today", json!({}))).await.map_err(text)?["version"].clone();
        self.silence_offers()?;
        hold(shown(&self.views()?, FRESH).is_none(), "it is there already")?;
        let push = json!({ "to": { "member": self.member()? }, "offer": FRESH });
        self.demo.sandbox.push(push).await.map_err(text)?;
        let views = self.until("the offer is there", |views| shown(views, FRESH).is_some()).await?;
        let notification = self.notified("Fresh today").await?;
        hold(notification.link.as_deref() == Some("pocketcard://offers/103"), "its link leads elsewhere")?;
        self.until("the pull failed", |views| {
            views.offers.as_ref().is_some_and(|offers| !is_live(&offers.all.freshness))
        })
        .await?;
        hold(shown(&self.views()?, FRESH).is_some(), "it went with the pull that failed")?;
        self.demo.sandbox.clear_faults();
        self.pushed = notification.message;
        Ok(format!(
            "version {version}, shown before it could be asked for: {}",
            shown(&views, FRESH).map(|offer| offer.title).unwrap_or_default()
        ))
    }

    pub(super) async fn offer_revoked(&mut self) -> Holds {
        self.silence_offers()?;
        self.demo.sandbox.revoke_offer(FRESH).await.map_err(text)?;
        self.until("the offer is gone", |views| shown(views, FRESH).is_none()).await?;
        self.demo.sandbox.clear_faults();
        self.app()?.refresh().await.map_err(text)?;
        hold(shown(&self.views()?, FRESH).is_none(), "it came back")?;
        Ok("no notification, no pull".to_owned())
    }

    pub(super) async fn message_pushed(&mut self) -> Holds {
        let before = self.views()?.inbox.unread;
        let push =
            json!({ "to": { "member": self.member()? }, "title": "Closed on Monday", "body": "We count our goods." });
        self.demo.sandbox.push(push).await.map_err(text)?;
        let there = |views: &Views| {
            let first = views.inbox.messages.first();
            first.is_some_and(|message| message.title == "Closed on Monday" && !message.read)
        };
        let views = self.until("the message is in the inbox", there).await?;
        hold(views.inbox.unread == before + 1, format!("{} are unread, not one more", views.inbox.unread))?;
        self.notified("Closed on Monday").await?;
        Ok(format!("{} unread", views.inbox.unread))
    }

    pub(super) async fn pushed_again(&mut self) -> Holds {
        let member = self.member()?;
        let put = self.demo.sandbox.put_offer(offer(FRESH + 100, "Third version", json!({}))).await.map_err(text)?;
        let sent = json!({ "to": { "member": member }, "offer": FRESH + 100 });
        self.demo.sandbox.push(sent).await.map_err(text)?;
        let message = self.notified("Third version").await?.message.ok_or("it has no id")?;
        self.until("the third version is there", |views| shown(views, FRESH + 100).is_some()).await?;
        let version = put["version"].as_i64().ok_or("it has no version")?;
        let data = |message: &str, version: i64| {
            let old = json!({ "id": FRESH + 100, "version": version, "title": "An old word", "rules": {} });
            json!({
                "message_id": message, "kind": "offer", "title": "Again", "body": "Again",
                "version": version.to_string(), "payload": old.to_string(),
            })
        };
        // The service delivers twice; then what was on its way for long arrives.
        let again =
            [(data(&message, version), PushIgnored::Duplicate), (data("an-older-word", version), PushIgnored::Stale)];
        for (data, reason) in again {
            self.ignored(json!({ "data": data }), reason).await?;
        }
        let title = shown(&self.views()?, FRESH + 100).map(|offer| offer.title);
        hold(title.as_deref() == Some("Third version"), format!("it is {title:?} now"))?;
        self.demo.sandbox.revoke_offer(FRESH + 100).await.map_err(text)?;
        self.until("the offer is gone", |views| shown(views, FRESH + 100).is_none()).await?;
        Ok("counted, not shown".to_owned())
    }

    pub(super) async fn bad_pushes(&mut self) -> Holds {
        // The pulls that earlier pushes asked for may still be under way.
        self.app()?.refresh().await.map_err(text)?;
        let before = self.views()?;
        let huge = "x".repeat(20_000);
        let bad = [
            (json!({ "title": "Neither an id nor a kind" }), PushIgnored::Unreadable),
            (json!({ "message_id": "bad-2", "kind": "balance", "body": huge }), PushIgnored::Unreadable),
            (json!({ "message_id": "bad-3", "kind": "offer", "payload": "{not JSON" }), PushIgnored::WrongPayload),
            (
                json!({ "message_id": "bad-4", "kind": "message", "title": "Win", "body": "Now", "link": "https://evil.example/" }),
                PushIgnored::ForeignLink,
            ),
            (
                json!({ "message_id": "bad-5", "kind": "balance", "expires": "2020-01-01T00:00:00Z" }),
                PushIgnored::Expired,
            ),
        ];
        let count = bad.len();
        for (data, reason) in bad {
            self.ignored(json!({ "data": data }), reason).await?;
        }
        let after = self.views()?;
        hold(after.balance.accounts == before.balance.accounts, "the balance changed")?;
        hold(after.inbox.messages == before.inbox.messages, "the messages changed")?;
        hold(after.inbox.unread == before.inbox.unread, "the unread count changed")?;
        hold(titles_of(&after) == titles_of(&before), "the offers changed")?;
        hold(self.notifications.try_recv().is_err(), "a notification was shown")?;
        Ok(format!("{count}, each counted by its reason"))
    }

    pub(super) async fn receipts_arrive(&mut self) -> Holds {
        let first = self.pushed.clone().ok_or("no push was noted")?;
        self.app()?.push_opened(first.clone()).await.map_err(text)?;
        self.delivered().await?;
        let states = self.demo.till.receipts(&first).await.map_err(text)?;
        hold(states == ["Delivered", "Read"], format!("it was told {states:?}"))?;
        let push = json!({ "to": { "member": self.member()? }, "title": "Read this later", "body": "On the train." });
        self.demo.sandbox.push(push).await.map_err(text)?;
        let later = self.notified("Read this later").await?.message.ok_or("it has no id")?;
        self.delivered().await?;
        self.demo.set_online(false).map_err(text)?;
        for _ in 0..2 {
            self.app()?.push_opened(later.clone()).await.map_err(text)?;
        }
        let waiting = self.views()?.outbox.receipts;
        hold(waiting == 1, format!("{waiting} wait"))?;
        self.kill_and_open().await?;
        self.demo.set_online(true).map_err(text)?;
        self.delivered().await?;
        let states = self.demo.till.receipts(&later).await.map_err(text)?;
        hold(states == ["Delivered", "Read"], format!("of the second it was told {states:?}"))?;
        Ok("opened offline, killed, told once".to_owned())
    }

    pub(super) async fn links_lead(&mut self) -> Holds {
        let app = self.app()?;
        let before = self.views()?.outbox.ignored_links;
        let leads = [
            ("pocketcard://offers/2", Route::Offer { offer: HYPER }),
            ("pocketcard://inbox", Route::Inbox),
            ("pocketcard://tasks/install", Route::Task { task: "install".to_owned() }),
        ];
        for (link, route) in leads {
            let led = app.open_link(link.to_owned());
            hold(led == Some(route), format!("{link} leads to {led:?}"))?;
        }
        let strangers = ["https://evil.example/offers/2", "javascript:alert(1)", "otherapp://offers/2"];
        for link in strangers {
            let led = app.open_link(link.to_owned());
            hold(led.is_none(), format!("{link} leads to {led:?}"))?;
        }
        let wanted = before + strangers.len() as u64;
        self.until("strangers' links are counted", |views| views.outbox.ignored_links == wanted).await?;
        Ok(format!("{} strangers lead nowhere, and are counted", strangers.len()))
    }

    pub(super) async fn inbox_read_offline(&mut self) -> Holds {
        self.app()?.refresh().await.map_err(text)?;
        let before = self.views()?.inbox;
        let unread = before.messages.iter().find(|message| !message.read).ok_or("nothing is unread")?.id.clone();
        self.demo.set_online(false).map_err(text)?;
        self.app()?.read_messages(Some(vec![unread.clone()])).await.map_err(text)?;
        let read = |views: &Views| views.inbox.messages.iter().any(|message| message.id == unread && message.read);
        let views = self.until("it is read", read).await?;
        hold(views.inbox.unread + 1 == before.unread, format!("{} are unread", views.inbox.unread))?;
        hold(views.outbox.receipts == 1, format!("{} receipts wait", views.outbox.receipts))?;
        self.kill_and_open().await?;
        hold(self.views()?.inbox.unread == views.inbox.unread, "it is unread again")?;
        drop(self.demo.sandbox.exchanges());
        self.demo.set_online(true).map_err(text)?;
        self.delivered().await?;
        self.app()?.refresh().await.map_err(text)?;
        let calls = self.demo.sandbox.exchanges();
        let path = format!("/Notification/{unread}/Read");
        let sent = calls.iter().filter(|call| is_done(call, "POST", &path)).count();
        hold(sent == 1, format!("it was sent {sent} times"))?;
        let page = calls.iter().rfind(|call| is_done(call, "GET", "/Notification")).ok_or("nobody asked")?;
        let page: Value = serde_json::from_slice(&page.response_body).map_err(text)?;
        let rows = page["data"].as_array().ok_or("the platform has no messages")?;
        let theirs = rows.iter().filter(|row| row["isReaded"] == false).count();
        let ours = self.views()?.inbox.unread;
        hold(u32::try_from(theirs) == Ok(ours), format!("{ours} are unread here, {theirs} there"))?;
        Ok(format!("{ours} unread, here and there"))
    }

    pub(super) async fn consent_changed(&mut self) -> Holds {
        let app = self.app()?;
        self.demo.set_online(false).map_err(text)?;
        let offline = app.set_consent(MARKETING, ConsentWay::Push, false).await;
        hold(offline == Err(LoyaltyError::Offline), format!("offline it said {offline:?}"))?;
        self.demo.set_online(true).map_err(text)?;
        app.set_consent(MARKETING, ConsentWay::Push, false).await.map_err(text)?;
        self.until("pushes are off", |views| granted(views, MARKETING) == Some(false)).await?;
        let push =
            json!({ "to": { "member": self.member()? }, "title": "Not pushed", "body": "In the inbox all the same." });
        let told = self.demo.sandbox.push(push).await.map_err(text)?;
        hold(told["messages"][0]["devices"] == 0, format!("it was pushed: {told}"))?;
        app.refresh().await.map_err(text)?;
        let there = |views: &Views| views.inbox.messages.iter().any(|message| message.title == "Not pushed");
        self.until("the message is in the inbox", there).await?;
        app.set_consent(MARKETING, ConsentWay::Push, true).await.map_err(text)?;
        self.until("pushes are on", |views| granted(views, MARKETING) == Some(true)).await?;
        Ok("off: in the inbox, and no push".to_owned())
    }

    pub(super) async fn offer_expires(&mut self) -> Holds {
        let end = self.demo.sandbox.now() + Duration::from_hours(1);
        self.put_offer(FLASH, "Flash sale", json!({ "end": end })).await?;
        hold(self.offer(FLASH)?.until == Some(end), "it does not say until when")?;
        self.demo.set_online(false).map_err(text)?;
        self.demo.pass(Duration::from_mins(59)).await.map_err(text)?;
        hold(shown(&self.views()?, FLASH).is_some(), "it is gone a minute early")?;
        // Trusted time is told to the second, and may be that much behind.
        self.demo.pass(Duration::from_secs(61)).await.map_err(text)?;
        hold(shown(&self.views()?, FLASH).is_none(), "it is still there")?;
        let offline = self.app()?.refresh().await;
        hold(offline == Err(LoyaltyError::Offline), format!("a refresh said {offline:?}"))?;
        let cached = |views: &Views| {
            views.offers.as_ref().is_some_and(|offers| is_cached(&offers.all.freshness, StaleReason::Offline))
        };
        self.until("the list says that there is no connection", cached).await?;
        self.demo.set_online(true).map_err(text)?;
        Ok("gone at its instant, without a sync".to_owned())
    }

    /// Sends this to the phone as it is, and waits until it is counted as of no use for this reason.
    async fn ignored(&mut self, raw: Value, reason: PushIgnored) -> Result<(), String> {
        let count = |views: &Views| {
            let ignored = views.outbox.ignored_pushes.iter().find(|ignored| ignored.reason == reason);
            ignored.map_or(0, |ignored| ignored.count)
        };
        let before = count(&self.views()?);
        let push = json!({ "to": { "member": self.member()? }, "raw": raw });
        self.demo.sandbox.push(push).await.map_err(text)?;
        self.until(&format!("{reason:?} is counted"), |views| count(views) == before + 1).await.map(drop)
    }

    /// Waits for the notification of this title. Others may come before it.
    async fn notified(&mut self, title: &str) -> Result<Notification, String> {
        loop {
            match timeout(PATIENCE, self.notifications.recv()).await {
                Ok(Some(notification)) if notification.title == title => return Ok(notification),
                Ok(Some(_)) => {}
                _ => return Err(format!("no notification of {title:?} came")),
            }
        }
    }

    /// From now on the platform does not answer when it is asked for offers.
    fn silence_offers(&self) -> Result<(), String> {
        let fault = Fault {
            device: None,
            path: OFFERS_PATH.to_owned(),
            method: None,
            kind: FaultKind::Reset,
            skip: 0,
            times: None,
            processed: false,
        };
        self.demo.sandbox.add_fault(fault).map_err(text)
    }

    /// The programme has a new offer, and the phone knows of it.
    async fn put_offer(&mut self, id: i64, title: &str, more: Value) -> Result<(), String> {
        self.demo.sandbox.put_offer(offer(id, title, more)).await.map_err(text)?;
        self.app()?.refresh().await.map_err(text)?;
        self.until("the new offer is there", |views| shown(views, id).is_some()).await.map(drop)
    }

    async fn until_state(&mut self, id: i64, state: &OfferState) -> Result<(), String> {
        let is = |views: &Views| shown(views, id).is_some_and(|offer| offer.state == *state);
        self.until(&format!("offer {id} is {state:?}"), is).await.map(drop)
    }

    fn offer(&self, id: i64) -> Result<OfferView, String> {
        shown(&self.views()?, id).ok_or_else(|| format!("there is no offer {id}"))
    }

    fn period(&self) -> Result<FavouritesPeriod, String> {
        let view = self.app()?.favourites();
        view.periods.into_iter().next().ok_or_else(|| "no favourites can be chosen".to_owned())
    }

    fn member(&self) -> Result<i64, String> {
        match self.views()?.session {
            SessionView::SignedIn { member: Some(member), .. } => Ok(member.id),
            _ => Err("nobody is signed in".to_owned()),
        }
    }
}

pub(super) fn id(offer: i64) -> OfferId {
    OfferId::Offer { id: offer }
}

/// An offer to be activated where it has a name, in all stores, as the sandbox takes it.
fn offer(id: i64, title: &str, more: Value) -> Value {
    let mut offer = json!({ "id": id, "title": title, "description": title, "rules": { "benefit": { "points": 10 } } });
    if more.get("logicalName").is_some() {
        offer["rules"]["activation"] = "required".into();
    }
    for (name, value) in more.as_object().into_iter().flatten() {
        offer[name] = value.clone();
    }
    offer
}

fn shown(views: &Views, offer: i64) -> Option<OfferView> {
    views.offers.as_ref()?.all.offers.iter().find(|shown| shown.id == id(offer)).cloned()
}

fn applies(offers: &[OfferView], offer: i64) -> Result<Applies, String> {
    let shown = offers.iter().find(|shown| shown.id == id(offer));
    shown.map(|shown| shown.applies.clone()).ok_or_else(|| format!("offer {offer} is not listed"))
}

fn titles(offers: &[OfferView]) -> Vec<String> {
    offers.iter().map(|offer| offer.title.clone()).collect()
}

fn titles_of(views: &Views) -> Option<Vec<String>> {
    views.offers.as_ref().map(|offers| titles(&offers.all.offers))
}

/// The consent to pushes of this kind.
fn granted(views: &Views, kind: i64) -> Option<bool> {
    let consent = views.consents.consents.iter().find(|consent| consent.kind == kind)?;
    consent.channels.iter().find(|channel| channel.way == ConsentWay::Push).map(|channel| channel.granted)
}

fn is_done(call: &Exchange, method: &str, path: &str) -> bool {
    call.method == method && call.path.ends_with(path) && call.status == 200
}

/// What the till says for this.
fn word(why: &WhyNot) -> &'static str {
    match why {
        WhyNot::Revoked => "revoked",
        WhyNot::Over => "over",
        WhyNot::UsedUp => "usedUp",
        WhyNot::NotYet { .. } => "notYet",
        WhyNot::OtherChannel => "otherChannel",
        WhyNot::OtherStore => "otherStore",
        WhyNot::StoreLacks { .. } => "storeLacks",
        WhyNot::OtherDay => "otherDay",
        WhyNot::OtherTime { .. } => "otherTime",
        WhyNot::OtherPayment => "otherPayment",
        WhyNot::NotActivated => "notActivated",
        WhyNot::LeftToPlatform => "leftToPlatform",
    }
}
