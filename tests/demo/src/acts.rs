//! What an act does: each is one call of the core, the till or the sandbox, and a word on what it came to.

use std::sync::Arc;
use std::time::Duration;

use pocketcard::card::symbol::Symbol;
use pocketcard::links::Route;
use pocketcard::push::Notification;
use pocketcard::session::RegistrationStep;
use pocketcard::tasks::Game;
use pocketcard::types::Decimal;
use pocketcard::{Loyalty, LoyaltyError};

use crate::demo::{Demo, DemoError};
use crate::model::{Act, Done};
use crate::stores::{Asked, Told};
use crate::tasks::Played;
use crate::till::{self, Goods, Refused};
use crate::ui::words::failure;

/// What an act comes to that needs the app.
const NOT_RUNNING: &str = "The app is not running.";

/// Does `act`. Runs beside the screen, which goes on.
pub async fn perform(demo: Arc<Demo>, act: Act) -> Done {
    match act {
        Act::SignIn(login) => phone(&demo, async |app| app.sign_in(login, None).await).await,
        Act::Register(login) => phone(&demo, async |app| app.register(login, None).await).await,
        Act::AcceptTerms => step(&demo, RegistrationStep::AcceptTerms).await,
        Act::SendPhoneCode(number) => step(&demo, RegistrationStep::Phone { number }).await,
        Act::ConfirmCode(code) => phone(&demo, async |app| app.confirm_code(code).await).await,
        Act::ResendCode => phone(&demo, async |app| app.resend_code().await).await,
        Act::LeaveStep => phone(&demo, async |app| app.leave_step().await).await,
        Act::Refresh => phone(&demo, async |app| app.refresh().await.map(drop)).await,
        Act::SignOut => phone(&demo, async |app| app.sign_out().await).await,
        Act::Track(activity) => match phone(&demo, async |app| app.track(activity).await).await {
            Done::Phone(None) => Done::Noted,
            failed => failed,
        },
        Act::OpenLink(link) => {
            if let Some(app) = demo.phone.app() {
                app.open_link(link);
            }
            Done::Noted
        }
        Act::TakePart(task, takes_part) => phone(&demo, async |app| app.set_opted_in(task, takes_part).await).await,
        Act::KeepAnswers(task, answers) => phone(&demo, async |app| app.keep_answers(task, answers).await).await,
        Act::Answer(task, answers) => phone(&demo, async |app| app.answer_task(task, answers).await).await,
        Act::Celebrated(tasks) => phone(&demo, async |app| app.celebrated(tasks).await).await,
        Act::ActivateOffer(offer) => phone(&demo, async |app| app.activate_offer(offer).await).await,
        Act::AskStores(asked) => ask(&demo, asked).await,
        Act::FindGoods(name) => find_goods(&demo, name).await,
        Act::FavourStore(store, favourite) => {
            phone(&demo, async |app| app.set_favourite_store(store, favourite).await).await
        }
        Act::EnterStore(store) => phone(&demo, async |app| app.set_current_store(store).await).await,
        Act::ReadMessage(id) => phone(&demo, async |app| app.read_messages(Some(vec![id])).await).await,
        Act::OpenNotification(notification) => open(&demo, notification).await,
        Act::Push(campaign, member) => {
            let pushed = demo.push(campaign, member).await;
            done(pushed.map(|()| Done::Pushed(campaign)))
        }
        Act::Play(game) => play(&demo, *game).await,
        Act::SetOnline(online) => done(demo.set_online(online).map(|()| Done::Online(online))),
        Act::KillAndOpen => done(kill_and_open(&demo).await),
        Act::SetClock(by) => {
            demo.phone.clock.set(by);
            Done::Phone(None)
        }
        Act::ResetClock => {
            demo.phone.clock.reset();
            Done::Phone(None)
        }
        Act::Pass(time) => {
            let passed = demo.pass(Duration::try_from(time).unwrap_or_default()).await;
            done(passed.map(|()| Done::Phone(None)))
        }
        Act::Scan(symbol) => match scan(symbol).await {
            Ok(code) => identify(&demo, &code).await,
            Err(problem) => Done::Identified(Err(problem)),
        },
        Act::ScanCoupon(symbol) => scan(symbol).await.map_or_else(Done::Failed, Done::Coupon),
        Act::Identify(code) => identify(&demo, &code).await,
        Act::Sell { customer, goods, coupons, with_points } => {
            let total: Decimal = goods.iter().map(|(goods, count): &(Goods, u32)| goods.cost(*count)).sum();
            let points = if with_points { customer.spendable.min(total) } else { Decimal::ZERO };
            let sold = demo.till.sell_in(till::STORE, &customer, &goods, points, &coupons);
            Done::Sold(sold.await.map_err(said))
        }
        Act::Refund(receipt) => Done::Sold(demo.till.refund(&receipt).await.map_err(said)),
        Act::FriendJoins(member) => done(demo.friend_joins(member).await.map(|()| Done::Phone(None))),
        Act::Quit => Done::Phone(None),
    }
}

async fn phone(demo: &Demo, act: impl AsyncFnOnce(Arc<Loyalty>) -> Result<(), LoyaltyError>) -> Done {
    match demo.phone.app() {
        Some(app) => Done::Phone(act(app).await.err().as_ref().map(failure)),
        None => Done::Phone(Some(NOT_RUNNING.to_owned())),
    }
}

async fn step(demo: &Demo, step: RegistrationStep) -> Done {
    phone(demo, async |app| app.registration_step(step).await).await
}

async fn ask(demo: &Demo, asked: Asked) -> Done {
    let Some(app) = demo.phone.app() else { return Done::Phone(Some(NOT_RUNNING.to_owned())) };
    let told = match asked.clone() {
        Asked::List(query) => app.stores(*query).await.map(Told::List),
        Asked::Stock(goods, query) => app.check_stock(goods, *query).await.map(Told::Stock),
        Asked::Page(store) => app.store(store).await.map(|page| Told::Page(page.map(Box::new))),
    };
    Done::Stores(asked, told.map_err(|error| failure(&error)))
}

async fn find_goods(demo: &Demo, name: String) -> Done {
    let Some(app) = demo.phone.app() else { return Done::Phone(Some(NOT_RUNNING.to_owned())) };
    match app.find_goods(name).await {
        Ok(found) => Done::Goods(found),
        Err(error) => Done::Phone(Some(failure(&error))),
    }
}

async fn play(demo: &Demo, game: Game) -> Done {
    let Some(app) = demo.phone.app() else { return Done::Phone(Some(NOT_RUNNING.to_owned())) };
    match app.play(game.id.clone()).await {
        Ok(outcome) => Done::Played(Played { game, outcome }),
        // The core keeps the play's key.
        Err(LoyaltyError::Offline) => {
            Done::Phone(Some("No connection. Play again later: it is the same play, with the same result.".to_owned()))
        }
        Err(error) => Done::Phone(Some(failure(&error))),
    }
}

/// The member taps a notification: the platform is told, and its link says which screen it is about.
async fn open(demo: &Demo, notification: Notification) -> Done {
    let Some(app) = demo.phone.app() else { return Done::Phone(Some(NOT_RUNNING.to_owned())) };
    if let Some(message) = notification.message
        && let Err(error) = app.push_opened(message).await
    {
        return Done::Phone(Some(failure(&error)));
    }
    let route = notification.link.and_then(|link| app.open_link(link));
    // What opens before the member's eyes is read.
    if let Some(Route::Message { message }) = &route
        && let Err(error) = app.read_messages(Some(vec![message.clone()])).await
    {
        return Done::Phone(Some(failure(&error)));
    }
    Done::Opened(route)
}

async fn scan(symbol: Box<Symbol>) -> Result<String, String> {
    // Reading pixels is work: not on a thread that others wait for.
    let read = tokio::task::spawn_blocking(move || till::scan(&symbol)).await;
    read.map_err(|error| error.to_string())?.ok_or_else(|| "The scanner cannot read the symbol.".to_owned())
}

async fn identify(demo: &Demo, code: &str) -> Done {
    Done::Identified(demo.till.identify(code).await.map_err(said))
}

async fn kill_and_open(demo: &Arc<Demo>) -> Result<Done, DemoError> {
    let phone = Arc::clone(&demo.phone);
    // This reads and writes the disk.
    let opened = tokio::task::spawn_blocking(move || -> Result<(), DemoError> {
        phone.kill().map_err(|error| DemoError::Io { what: "cannot kill the app", error })?;
        phone.open()?;
        Ok(())
    });
    opened.await??;
    demo.phone.register_for_pushes().await?;
    if let Some(app) = demo.phone.app() {
        // An app that comes to the front refreshes; what cannot be refreshed, its view says.
        let _ = app.refresh().await;
    }
    Ok(Done::Reopened)
}

fn done(outcome: Result<Done, DemoError>) -> Done {
    outcome.unwrap_or_else(|error| Done::Failed(error.to_string()))
}

fn said(refused: Refused) -> String {
    refused.message
}
