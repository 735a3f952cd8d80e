//! The story without a terminal: numbered steps, each with what it proves and whether it held.
//!
//! Steps build on each other and wait for what the core tells its observer, not for a fixed time. Where the story needs
//! a minute to pass, a minute passes on the phone's and the platform's clocks at once.

mod offers;
mod stores;
mod tasks;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use pocketcard::balance::Account;
use pocketcard::card::{CardCode, CardView, CodeKind};
use pocketcard::error::RejectionKind;
use pocketcard::history::HistoryWhat;
use pocketcard::push::Notification;
use pocketcard::session::{PendingStep, RegistrationActionKind, RegistrationStep, SessionView};
use pocketcard::types::{Decimal, Freshness, StaleReason};
use pocketcard::{Loyalty, LoyaltyError};
use tokio::sync::{broadcast, mpsc};
use tokio::time::{Instant, timeout, timeout_at};

use crate::demo::{Demo, DemoError, SEEDED_PHONE};
use crate::phone::{News, Views};
use crate::till::{Customer, Goods, Receipt, scan};

/// How long a step waits for the screen to show something.
const PATIENCE: Duration = Duration::from_secs(5);
/// Within this the phone shows what the till did.
const PUSHED_WITHIN: Duration = Duration::from_secs(1);
/// A code is shown for 30 seconds; after this the next one is.
const NEXT_CODE: Duration = Duration::from_secs(31);
/// Who registers in the story. Of the block that the German regulator keeps free for films.
const NEW_PHONE: &str = "+49 171 3920077";

/// How a step went.
#[derive(Clone, Debug)]
pub struct Step {
    /// What happens.
    pub name: &'static str,
    /// A word on it, or why it does not hold.
    pub outcome: Result<String, String>,
    /// How long it took.
    pub took: Duration,
}

/// How the story went.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// In the order in which they were played.
    pub steps: Vec<Step>,
}

impl Report {
    /// Steps that did not hold.
    pub fn failed(&self) -> usize {
        self.steps.iter().filter(|step| step.outcome.is_err()).count()
    }
}

/// A word on it, or why a step does not hold.
type Holds = Result<String, String>;

/// There is no more to say.
const OK: Holds = Ok(String::new());

/// Plays the story and tells each line of it as soon as it is known.
///
/// # Errors
/// When the stage cannot be set up; steps that do not hold are in the report.
pub async fn play(tell: impl FnMut(&str)) -> Result<Report, DemoError> {
    let (shown, notifications) = mpsc::unbounded_channel();
    let demo = Demo::start(shown).await?;
    let goods = demo.till.goods().await?;
    let news = demo.phone.news();
    let mut stage = Stage {
        demo,
        goods,
        news,
        notifications,
        customer: None,
        purchase: None,
        device: String::new(),
        before_bonus: Decimal::ZERO,
        given_up: 0,
        pushed: None,
    };
    let mut story = Story { tell, report: Report::default() };

    story.step("the app opens without a network", "open never waits; nobody is signed in", stage.opens_offline()).await;
    story.step("a sign-in without a network", "the error says what the member can do", stage.sign_in_offline()).await;
    story
        .step("it was installed", "the app found out, and tells it unasked, for nobody yet", stage.tells_of_itself())
        .await;
    story.step("a sign-in asks for a code", "the step is kept; the sandbox sent an SMS", stage.asks_for_a_code()).await;
    story.step("a wrong code", "the platform's words reach the member", stage.wrong_code()).await;
    story.step("the code of the SMS", "the member is signed in", stage.right_code()).await;
    story.step("everything is brought", "one refresh, every screen live", stage.refreshed()).await;
    story
        .step("100 points for installing", "bound at sign-in, paid, celebrated once", stage.installation_is_paid())
        .await;
    story.step("the card has a rotating code", "computed on the phone, with a countdown", stage.rotating_code()).await;
    story.step("a scanner reads the symbol", "ZXing finds the code in the pixels", stage.scanner_reads()).await;
    story.step("the till knows the member", "the platform's verifier takes the code", stage.till_identifies()).await;
    story.step("the same code again", "a screenshot is refused", stage.replay_is_refused()).await;
    story.step("a purchase", "the phone shows the points by push, no key pressed", stage.purchase_is_pushed()).await;
    story.step("the history has the purchase", "with its sum, its points and its items", stage.history_has_it()).await;
    story.step("the next code, paid with points", "the balance falls by push", stage.pays_with_points()).await;
    story.step("a refund", "points go back, the history says refund", stage.refund()).await;
    story.step("two days pass", "pending points are spendable", stage.pending_activates()).await;
    story.step("offline at the till", "the till takes the code computed offline", stage.offline_code()).await;
    story
        .step("offline, clock a day ahead", "codes follow the time that passes, not the wall", stage.clock_moved(24))
        .await;
    story.step("offline, clock an hour back", "the same the other way", stage.clock_moved(-1)).await;
    story.step("killed and opened offline", "everything is on screen as before", stage.killed_and_opened()).await;
    story.step("the database is broken", "the card still shows, the till takes it", stage.broken_database()).await;
    story.step("online again", "what was lost comes back", stage.online_again()).await;
    story.step("the token expires", "calls at once lead to one refresh", stage.token_expires()).await;
    story.step("the session is revoked", "sign in again; card and points stay", stage.revoked()).await;
    story.step("signed in again", "the same member, everything live", stage.signed_in_again()).await;
    story.step("removed and installed again", "the same installation, not paid twice", stage.installed_again()).await;
    story.step("a task is done offline", "done and waiting, celebrated, its points apart", stage.done_offline()).await;
    story.step("killed before it was sent", "what was tracked is there", stage.killed_before_sending()).await;
    story.step("online, it is counted", "arrived once, paid once, celebrated once", stage.counted_once()).await;
    story
        .step("a questionnaire, interrupted", "answers outlive the app, and wait", stage.questionnaire_interrupted())
        .await;
    story.step("the whole set is done", "its reward, once, and a play", stage.set_is_done()).await;
    story.step("the wheel, its reply lost", "tried again it is the same play", stage.lost_reply()).await;
    story.step("the wheel, offline and killed", "played later by the same key", stage.played_offline()).await;
    story.step("a purchase is reviewed", "counted at once", stage.reviewed()).await;
    story.step("a friend joins", "the platform knows, a push tells", stage.friend_joins()).await;
    story.step("50 euros within a week", "a refund takes the progress back", stage.weekly_amount()).await;
    story.step("the marathon, taken part in offline", "waiting, then told", stage.takes_part()).await;
    story.step("healthy food on two days", "days count, not purchases", stage.marathon_begins()).await;
    story.step("a week without", "ends the run", stage.week_without()).await;
    story.step("5 different days within 14", "badge and points, once", stage.marathon_is_run()).await;
    story.step("all offers in one list", "personal first, then what ends soonest; filters", stage.one_list()).await;
    story.step("mine in this store, now?", "offline; for the others the reason", stage.mine_in_this_store()).await;
    story.step("an offer is activated", "online, at once", stage.activated_online()).await;
    story.step("an offer is activated offline", "waits, outlives a kill, sent once", stage.activated_offline()).await;
    story.step("an activation is refused", "the platform's words, and tried again", stage.refusal_explained()).await;
    story.step("a personal offer is accepted", "so many times, on phone and platform", stage.personal_accepted()).await;
    story
        .step("10 % at the hypermarket", "the till applies what the app said, and not the rest", stage.till_applies())
        .await;
    story.step("a coupon at the till", "its symbol is scanned, good for one purchase", stage.coupon_redeemed()).await;
    story.step("favourite products", "chosen within the cells that are allowed", stage.favourites_chosen()).await;
    story.step("a new offer is pushed", "on screen before it can be pulled", stage.offer_pushed()).await;
    story.step("an offer is revoked", "gone by push, without a pull", stage.offer_revoked()).await;
    story.step("a message is pushed", "it lands in the inbox, unread", stage.message_pushed()).await;
    story.step("the same push, an old push", "ignored, counted, nothing changes", stage.pushed_again()).await;
    story.step("bad pushes", "nothing changes, each is counted", stage.bad_pushes()).await;
    story.step("receipts", "Delivered and Read reach the platform, offline ones too", stage.receipts_arrive()).await;
    story.step("links into the app", "ours lead to their screens, strangers' nowhere", stage.links_lead()).await;
    story
        .step("a message is read offline", "told later; unread is right on both sides", stage.inbox_read_offline())
        .await;
    story.step("no pushes of offers, please", "the consent counts at the platform", stage.consent_changed()).await;
    story.step("an offer ends", "it vanishes at its instant, offline", stage.offer_expires()).await;
    story.step("the stores are brought", "the whole chain, and what it is filtered by", stage.chain_is_brought()).await;
    story.step("where can I buy this?", "near me; offline as last known, marked so", stage.where_to_buy()).await;
    story
        .step("the nearest stores, offline", "how far, how long, where, what, as of when", stage.nearest_offline())
        .await;
    story.step("stores in other zones", "open and closed by their own clocks", stage.hours_in_their_zones()).await;
    story
        .step("by radius, by box, so many", "each the right ones; further pages follow", stage.by_radius_box_and_page())
        .await;
    story.step("around a place typed in", "without accents, in either script", stage.around_a_place()).await;
    story.step("open now, open then", "at its minute a store comes or goes", stage.open_then()).await;
    story.step("stores with coffee, with parking", "attributes, one or several", stage.by_attribute()).await;
    story.step("stores for an offer", "those in which it applies; so do their pages say", stage.by_offer()).await;
    story.step("favourite stores", "kept through a kill, and filtered by", stage.favourite_stores()).await;
    story.step("stores by name, street, city", "typing errors are forgiven", stage.searched()).await;
    story.step("pages of stores", "breaks, past midnight, round the clock, holidays", stage.pages_of_stores()).await;
    story.step("in a store", "the card is drawn as its tills read it", stage.card_follows_the_tills()).await;
    story.step("stores to watch", "as many as the phone's system takes", stage.stores_watched()).await;
    story.step("a delta of the chain", "swapped in whole", stage.delta_swapped_in()).await;
    story.step("bad deltas", "the chain stays as it was", stage.bad_delta()).await;
    story.step("bad questions", "a clear error, no list", stage.bad_input()).await;
    story.step("bad hours", "never open by mistake", stage.bad_hours()).await;
    story.step("signed out", "nothing of the member is left on the phone", stage.signed_out()).await;
    story.step("the platform hears of it", "what was given up is counted, none is sent", stage.hears_of_it()).await;
    story.step("a new member registers", "terms, phone, code; a card and welcome points", stage.registers()).await;
    story.step("the account is deleted", "the phone forgets, the platform too", stage.deleted()).await;

    let Story { mut tell, report } = story;
    let failed = report.failed();
    tell(&format!("{} passed, {failed} failed", report.steps.len() - failed));
    Ok(report)
}

struct Story<T> {
    tell: T,
    report: Report,
}

impl<T: FnMut(&str)> Story<T> {
    async fn step(&mut self, name: &'static str, proves: &'static str, step: impl Future<Output = Holds>) {
        let began = Instant::now();
        let outcome = step.await;
        let took = began.elapsed();
        let number = self.report.steps.len() + 1;
        let verdict = if outcome.is_ok() { "ok" } else { "FAILED" };
        (self.tell)(&format!("{number:>2}. {verdict:<6} {:>5} ms  {name}: {proves}", took.as_millis()));
        match &outcome {
            Ok(word) if word.is_empty() => {}
            Ok(word) => (self.tell)(&format!("                      {word}")),
            Err(reason) => (self.tell)(&format!("                      does not hold: {reason}")),
        }
        self.report.steps.push(Step { name, outcome, took });
    }
}

/// What the steps share.
struct Stage {
    demo: Demo,
    goods: Vec<Goods>,
    news: broadcast::Receiver<News>,
    notifications: mpsc::UnboundedReceiver<Notification>,
    customer: Option<Customer>,
    purchase: Option<Receipt>,
    /// What the platform calls this installation.
    device: String,
    /// What the member could spend before the points for the installation.
    before_bonus: Decimal,
    /// How many events the sign-out gave up.
    given_up: u64,
    /// The message of an offer that was pushed.
    pushed: Option<String>,
}

impl Stage {
    async fn opens_offline(&mut self) -> Holds {
        self.demo.set_online(false).map_err(text)?;
        let began = Instant::now();
        self.demo.phone.open().map_err(text)?;
        let took = began.elapsed();
        let views = self.views()?;
        hold(views.session == SessionView::SignedOut { step: None }, "somebody is signed in")?;
        hold(matches!(views.card, CardView::NoCard { .. }), "there is a card")?;
        self.demo.phone.register_for_pushes().await.map_err(text)?;
        Ok(format!("open took {} ms", took.as_millis()))
    }

    async fn sign_in_offline(&mut self) -> Holds {
        match self.app()?.sign_in(SEEDED_PHONE.to_owned(), None).await {
            Err(LoyaltyError::Offline) => OK,
            other => Err(format!("it said {other:?}")),
        }
    }

    async fn asks_for_a_code(&mut self) -> Holds {
        self.demo.set_online(true).map_err(text)?;
        self.app()?.sign_in(SEEDED_PHONE.to_owned(), None).await.map_err(text)?;
        let asked = |views: &Views| {
            matches!(&views.session, SessionView::SignedOut { step: Some(PendingStep::SignInCode { .. }) })
        };
        self.until("the session waits for a code", asked).await?;
        let code = self.sms(SEEDED_PHONE).await?;
        Ok(format!("an SMS with {} digits went out", code.len()))
    }

    async fn wrong_code(&mut self) -> Holds {
        let right = self.sms(SEEDED_PHONE).await?;
        let wrong: String = right.chars().map(|digit| if digit == '0' { '1' } else { '0' }).collect();
        match self.app()?.confirm_code(wrong).await {
            Err(LoyaltyError::Rejected { reason }) => {
                let words = reason.text.unwrap_or_default();
                hold(reason.kind == RejectionKind::WrongCode, format!("its kind is {:?}", reason.kind))?;
                hold(words.contains("ries left"), format!("the words are {words:?}"))?;
                Ok(words)
            }
            other => Err(format!("it said {other:?}")),
        }
    }

    async fn right_code(&mut self) -> Holds {
        let code = self.sms(SEEDED_PHONE).await?;
        self.app()?.confirm_code(code).await.map_err(text)?;
        let name = |views: &Views| match &views.session {
            SessionView::SignedIn { member: Some(member), .. } => member.first_name.clone(),
            _ => None,
        };
        let views = self.until("somebody is signed in", |views| name(views).is_some()).await?;
        Ok(format!("hello, {}", name(&views).unwrap_or_default()))
    }

    async fn refreshed(&mut self) -> Holds {
        let report = self.app()?.refresh().await.map_err(text)?;
        hold(report.stale.is_empty(), format!("not fresh: {:?}", report.stale))?;
        let views = self.views()?;
        hold(is_live(&views.balance.freshness) && is_live(&views.history.freshness), "a screen is not live")?;
        let points = spendable(&views).ok_or("there is no account")?;
        Ok(format!("{points} points, {} entries of history", views.history.entries.len()))
    }

    async fn rotating_code(&mut self) -> Holds {
        let views = self.until("the code rotates", |views| rotating(views).is_some()).await?;
        let code = rotating(&views).ok_or("the code does not rotate")?;
        hold(code.valid_from.is_some() && code.valid_until.is_some(), "it does not say until when it is good")?;
        Ok(format!("the {} digits stand in the symbol of {:?}", code.text.len(), code.symbol))
    }

    #[expect(clippy::unused_async, reason = "a step like the others")]
    async fn scanner_reads(&mut self) -> Holds {
        let (code, read) = self.scanned()?;
        hold(read == code.text, "another text was read")?;
        OK
    }

    async fn till_identifies(&mut self) -> Holds {
        let (_, read) = self.scanned()?;
        let customer = self.demo.till.identify(&read).await.map_err(text)?;
        hold(customer.how == "rotatingCode", format!("the till took it for {}", customer.how))?;
        let word = format!("{}, {}, {} points", customer.first_name, customer.tier, customer.spendable);
        self.customer = Some(customer);
        Ok(word)
    }

    async fn replay_is_refused(&mut self) -> Holds {
        let (_, read) = self.scanned()?;
        match self.demo.till.identify(&read).await {
            Err(refused) if refused.reason == "replayed" => Ok(refused.message),
            other => Err(format!("the till said {other:?}")),
        }
    }

    async fn purchase_is_pushed(&mut self) -> Holds {
        let customer = self.customer.clone().ok_or("the till knows nobody")?;
        let basket = [(self.goods(0)?, 1), (self.goods(1)?, 2)];
        let receipt = self.demo.till.sell(&customer, &basket, Decimal::ZERO).await.map_err(text)?;
        let took = self.balance_comes(&receipt).await?;
        hold(took <= PUSHED_WITHIN, format!("it took {} ms", took.as_millis()))?;
        let notification = timeout(PATIENCE, self.notifications.recv()).await.ok().flatten();
        let title = notification.ok_or("no notification came")?.title;
        let word = format!("{title}: on the phone {} ms after the receipt", took.as_millis());
        self.purchase = Some(receipt);
        Ok(word)
    }

    async fn history_has_it(&mut self) -> Holds {
        let receipt = self.purchase.clone().ok_or("nothing was bought")?;
        let found = |views: &Views| {
            views.history.entries.iter().any(|entry| match &entry.what {
                HistoryWhat::Purchase { amount, refund: false, items, earned, .. } => {
                    amount.amount == receipt.total && items.len() == 2 && !earned.is_empty()
                }
                _ => false,
            })
        };
        self.until("the purchase is in the history", found).await?;
        OK
    }

    async fn pays_with_points(&mut self) -> Holds {
        let customer = self.next_customer().await?;
        let points = Decimal::from(5);
        let receipt = self.demo.till.sell(&customer, &[(self.goods(2)?, 4)], points).await.map_err(text)?;
        hold(receipt.points == points, format!("{} points were taken", receipt.points))?;
        let took = self.balance_comes(&receipt).await?;
        Ok(format!("{} money, {} points; on the phone after {} ms", receipt.money, receipt.points, took.as_millis()))
    }

    async fn refund(&mut self) -> Holds {
        let bought = self.purchase.clone().ok_or("nothing was bought")?;
        let refund = self.demo.till.refund(&bought).await.map_err(text)?;
        hold(refund.money == bought.money, format!("{} came back", refund.money))?;
        self.balance_comes(&refund).await?;
        let said = |views: &Views| {
            let mut entries = views.history.entries.iter();
            entries.any(|entry| matches!(entry.what, HistoryWhat::Purchase { refund: true, .. }))
        };
        self.until("the history has the refund", said).await?;
        Ok(format!("{} money back, {:+} points", refund.money, refund.earned))
    }

    async fn pending_activates(&mut self) -> Holds {
        let before = self.account()?;
        let next = before.activations.first().cloned().ok_or("nothing is pending")?;
        self.demo.pass(Duration::from_hours(49)).await.map_err(text)?;
        self.app()?.refresh().await.map_err(text)?;
        let after = self.account()?;
        let wanted = before.available + next.amount;
        hold(after.available == wanted, format!("{} are spendable, not {wanted}", after.available))?;
        Ok(format!("{} + {} = {}", before.available, next.amount, after.available))
    }

    async fn offline_code(&mut self) -> Holds {
        self.demo.set_online(false).map_err(text)?;
        match self.app()?.refresh().await {
            Err(LoyaltyError::Offline) => {}
            other => return Err(format!("the refresh said {other:?}")),
        }
        let offline = |views: &Views| is_cached(&views.balance.freshness, StaleReason::Offline);
        self.until("the balance says that there is no connection", offline).await?;
        let customer = self.next_customer().await?;
        Ok(format!("the till knows {}", customer.first_name))
    }

    async fn clock_moved(&mut self, hours: i64) -> Holds {
        let clock = Arc::clone(&self.demo.phone.clock);
        clock.set(SignedDuration::from_hours(hours));
        let outcome = self.next_customer().await;
        clock.reset();
        outcome.map(|customer| format!("the till knows {}", customer.first_name))
    }

    async fn killed_and_opened(&mut self) -> Holds {
        let before = self.views()?;
        let took = self.kill_and_open().await?;
        let after = self.views()?;
        hold(after.session == before.session, "the session is another")?;
        hold(after.balance.accounts == before.balance.accounts, "the accounts are others")?;
        hold(after.balance.tiers == before.balance.tiers, "the tier is another")?;
        hold(after.history.entries == before.history.entries, "the history is another")?;
        let customer = self.next_customer().await?;
        Ok(format!("open took {} ms; the till knows {}", took.as_millis(), customer.first_name))
    }

    async fn broken_database(&mut self) -> Holds {
        let before = self.views()?;
        self.demo.phone.kill().map_err(text)?;
        let mut broken = 0;
        for file in files(&self.demo.phone.data_folder())? {
            std::fs::write(&file, b"this was a database").map_err(text)?;
            broken += 1;
        }
        hold(broken > 0, "there was no file to break")?;
        self.demo.phone.open().map_err(text)?;
        let after = self.views()?;
        hold(number(&after).is_some() && number(&after) == number(&before), "the card is another, or gone")?;
        // Card, key and clock are in the secret store, too: the code still rotates.
        let customer = self.next_customer().await?;
        Ok(format!("{broken} files broken; the till knows {} by {}", customer.first_name, customer.how))
    }

    async fn online_again(&mut self) -> Holds {
        self.demo.set_online(true).map_err(text)?;
        self.app()?.refresh().await.map_err(text)?;
        let everything = |views: &Views| {
            let member = matches!(&views.session, SessionView::SignedIn { member: Some(_), .. });
            member && spendable(views).is_some() && !views.history.entries.is_empty() && rotating(views).is_some()
        };
        self.until("everything is on screen", everything).await?;
        OK
    }

    async fn token_expires(&mut self) -> Holds {
        self.demo.pass(Duration::from_mins(11)).await.map_err(text)?;
        drop(self.demo.sandbox.exchanges());
        let app = self.app()?;
        let (one, two, three) = tokio::join!(app.refresh(), app.load_history(), app.questions());
        let failed = [one.err(), two.err(), three.err()].into_iter().flatten().next();
        if let Some(error) = failed {
            return Err(text(error));
        }
        let calls = self.demo.sandbox.exchanges();
        let refreshes = calls.iter().filter(|call| call.path == "/authorizationService/token").count();
        hold(refreshes == 1, format!("{refreshes} refreshes"))?;
        Ok(format!("{} calls, one refresh", calls.len() - 1))
    }

    async fn revoked(&mut self) -> Holds {
        let before = self.views()?;
        self.demo.till.end_sessions(&SEEDED_PHONE.replace(' ', "")).await.map_err(text)?;
        match self.app()?.refresh().await {
            Err(LoyaltyError::SignInAgain) => {}
            other => return Err(format!("the refresh said {other:?}")),
        }
        let again = |views: &Views| matches!(views.session, SessionView::SignInAgain { .. });
        let after = self.until("the session says sign in again", again).await?;
        hold(after.balance.accounts == before.balance.accounts, "the accounts are gone")?;
        hold(is_cached(&after.balance.freshness, StaleReason::SignInAgain), "the balance does not say why it is old")?;
        let customer = self.next_customer().await?;
        Ok(format!("the till still knows {}", customer.first_name))
    }

    async fn signed_in_again(&mut self) -> Holds {
        self.sign_in().await?;
        self.app()?.refresh().await.map_err(text)?;
        let live =
            |views: &Views| matches!(views.session, SessionView::SignedIn { .. }) && is_live(&views.balance.freshness);
        self.until("everything is live", live).await?;
        OK
    }

    async fn signed_out(&mut self) -> Holds {
        let number = number(&self.views()?).ok_or("there is no card")?;
        let waited = self.not_sent().await?;
        self.app()?.sign_out().await.map_err(text)?;
        let views = self.views()?;
        hold(views.session == SessionView::SignedOut { step: None }, "somebody is signed in")?;
        hold(matches!(views.card, CardView::NoCard { .. }), "the card is there")?;
        hold(views.balance.accounts.is_empty() && views.history.entries.is_empty(), "points or history are there")?;
        let folder = self.demo.phone.data_folder();
        let files = files(&folder)?;
        for file in &files {
            let bytes = std::fs::read(file).map_err(text)?;
            let left = bytes.windows(number.len()).any(|window| window == number.as_bytes());
            hold(!left, format!("the card's number is in {}", file.display()))?;
        }
        let outbox = self.nothing_is_left(&waited)?;
        Ok(format!("the card's number is in none of {} files; {outbox}", files.len()))
    }

    async fn registers(&mut self) -> Holds {
        let app = self.app()?;
        app.register(NEW_PHONE.to_owned(), None).await.map_err(text)?;
        hold(self.asked_for(&RegistrationActionKind::AcceptTerms), "it does not ask for the terms")?;
        app.registration_step(RegistrationStep::AcceptTerms).await.map_err(text)?;
        hold(self.asked_for(&RegistrationActionKind::ChangePhone), "it does not ask for the phone number")?;
        app.registration_step(RegistrationStep::Phone { number: NEW_PHONE.to_owned() }).await.map_err(text)?;
        let code = self.sms(NEW_PHONE).await?;
        app.confirm_code(code).await.map_err(text)?;
        let ready = |views: &Views| number(views).is_some() && spendable(views).is_some();
        let views = self.until("there are a card and points", ready).await?;
        Ok(format!("{} points to begin with", spendable(&views).unwrap_or_default()))
    }

    async fn deleted(&mut self) -> Holds {
        let app = self.app()?;
        app.request_deletion().await.map_err(text)?;
        let waits = |views: &Views| matches!(views.session, SessionView::SignedIn { deletion_code: Some(_), .. });
        self.until("a code is asked for", waits).await?;
        let code = self.sms(NEW_PHONE).await?;
        app.confirm_deletion(code, None).await.map_err(text)?;
        hold(self.views()?.session == SessionView::SignedOut { step: None }, "somebody is signed in")?;
        match app.sign_in(NEW_PHONE.to_owned(), None).await {
            Err(LoyaltyError::Rejected { .. }) => OK,
            other => Err(format!("a sign-in afterwards said {other:?}")),
        }
    }

    fn app(&self) -> Result<Arc<Loyalty>, String> {
        self.demo.phone.app().ok_or_else(|| "the app is not running".to_owned())
    }

    fn views(&self) -> Result<Views, String> {
        self.demo.phone.views().ok_or_else(|| "the app is not running".to_owned())
    }

    fn account(&self) -> Result<Account, String> {
        self.views()?.balance.accounts.into_iter().next().ok_or_else(|| "there is no account".to_owned())
    }

    fn goods(&self, place: usize) -> Result<Goods, String> {
        self.goods.get(place).cloned().ok_or_else(|| "the till sells nothing".to_owned())
    }

    /// Waits until the screens show something, looking again at each change that the core tells of.
    async fn until(&mut self, what: &str, shows: impl Fn(&Views) -> bool) -> Result<Views, String> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let views = self.views()?;
            if shows(&views) {
                return Ok(views);
            }
            match timeout_at(deadline, self.news.recv()).await {
                Ok(Ok(_) | Err(broadcast::error::RecvError::Lagged(_))) => {}
                Ok(Err(broadcast::error::RecvError::Closed)) => return Err("the phone fell silent".to_owned()),
                Err(_) => return Err(format!("waited {} s until {what}", PATIENCE.as_secs())),
            }
        }
    }

    /// Waits until the phone shows the balance of a receipt. Gives how long that took.
    async fn balance_comes(&mut self, receipt: &Receipt) -> Result<Duration, String> {
        let began = Instant::now();
        let balance = receipt.balance;
        self.until("the phone shows the new balance", |views| spendable(views) == Some(balance)).await?;
        Ok(began.elapsed())
    }

    /// The code of the last text message to this number.
    async fn sms(&self, phone: &str) -> Result<String, String> {
        let sent = self.demo.sandbox.sms(phone).await.map_err(text)?;
        sent.into_iter().next().map(|sms| sms.code).ok_or_else(|| "no SMS was sent".to_owned())
    }

    /// Signs the seeded member in by a code.
    async fn sign_in(&self) -> Result<(), String> {
        self.app()?.sign_in(SEEDED_PHONE.to_owned(), None).await.map_err(text)?;
        let code = self.sms(SEEDED_PHONE).await?;
        self.app()?.confirm_code(code).await.map_err(text)
    }

    /// The code on the screen, and what a scanner reads of its symbol.
    fn scanned(&self) -> Result<(CardCode, String), String> {
        let CardView::Ready { code, .. } = self.views()?.card else {
            return Err("there is no card to scan".to_owned());
        };
        let read = scan(code.symbol.as_ref().ok_or("there is no symbol")?).ok_or("the scanner reads nothing")?;
        Ok((code, read))
    }

    /// The till scans the next rotating code.
    async fn next_customer(&mut self) -> Result<Customer, String> {
        self.demo.pass(NEXT_CODE).await.map_err(text)?;
        let (code, read) = self.scanned()?;
        hold(matches!(code.kind, CodeKind::Rotating { .. }), format!("the code does not rotate: {code:?}"))?;
        self.demo.till.identify(&read).await.map_err(text)
    }

    async fn kill_and_open(&mut self) -> Result<Duration, String> {
        self.demo.phone.kill().map_err(text)?;
        let began = Instant::now();
        self.demo.phone.open().map_err(text)?;
        let took = began.elapsed();
        self.demo.phone.register_for_pushes().await.map_err(text)?;
        Ok(took)
    }

    /// Whether the registration asks for this next.
    fn asked_for(&self, kind: &RegistrationActionKind) -> bool {
        let Some(Views { session: SessionView::SignedOut { step }, .. }) = self.demo.phone.views() else {
            return false;
        };
        let Some(PendingStep::Registration { actions, .. }) = step else { return false };
        actions.iter().find(|action| action.required && !action.done).is_some_and(|next| next.kind == *kind)
    }
}

fn hold(condition: bool, otherwise: impl Into<String>) -> Result<(), String> {
    if condition { Ok(()) } else { Err(otherwise.into()) }
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

fn files(folder: &Path) -> Result<Vec<std::path::PathBuf>, String> {
    let entries = std::fs::read_dir(folder).map_err(text)?;
    Ok(entries.flatten().map(|entry| entry.path()).filter(|path| path.is_file()).collect())
}

fn spendable(views: &Views) -> Option<Decimal> {
    views.balance.accounts.first().map(|account| account.available)
}

fn rotating(views: &Views) -> Option<&CardCode> {
    match &views.card {
        CardView::Ready { code, .. } if matches!(code.kind, CodeKind::Rotating { .. }) => Some(code),
        _ => None,
    }
}

fn number(views: &Views) -> Option<String> {
    match &views.card {
        CardView::Ready { number, .. } => Some(number.clone()),
        _ => None,
    }
}

fn is_live(freshness: &Freshness) -> bool {
    matches!(freshness, Freshness::Live { .. })
}

fn is_cached(freshness: &Freshness, why: StaleReason) -> bool {
    matches!(freshness, Freshness::Cached { reason, .. } if *reason == why)
}
