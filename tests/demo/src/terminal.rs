//! The terminal: keys in, frames out, and the terminal as it was when this ends, however it ends.
//!
//! One loop owns the model. Acts run beside it and come back as [`Done`]; the core's news, notifications and keys arrive
//! over channels. Nothing here waits for the network or the disk.

use std::io::{IsTerminal, stdout};
use std::sync::Arc;
use std::time::Duration;

use pocketcard::events::Activity;
use pocketcard::host::Clock;
use pocketcard::push::Notification;
use pocketcard::types::Screen;
use ratatui::DefaultTerminal;
use ratatui::crossterm::event::{self, DisableBracketedPaste, EnableBracketedPaste, Event, KeyEventKind};
use ratatui::crossterm::execute;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

use crate::acts::perform;
use crate::demo::{Demo, DemoError, SEEDED_PHONE};
use crate::model::{Act, Done, Model};
use crate::phone::{News, Views};
use crate::stores::Asked;
use crate::ui;

/// How often the countdown is drawn.
const TICK: Duration = Duration::from_millis(200);

/// Plays the phone and the till on this terminal until somebody quits.
///
/// # Errors
/// When there is no terminal, or the demo cannot begin.
pub async fn run() -> Result<(), DemoError> {
    if !stdout().is_terminal() {
        let error = std::io::Error::other("this is no terminal; `cargo demo --script` needs none");
        return Err(DemoError::Io { what: "cannot draw", error });
    }
    let (shown, notifications) = mpsc::unbounded_channel();
    let demo = Arc::new(Demo::start(shown).await?);
    let goods = demo.till.goods().await?;
    demo.phone.open()?;
    demo.phone.register_for_pushes().await?;
    let clock = demo.phone.clock.read();
    let model = Model::new(demo.phone.views(), clock.wall, goods, SEEDED_PHONE.to_owned());
    let screen = Held::new().map_err(|error| DemoError::Io { what: "cannot use the terminal", error })?;
    Loop { demo, model, screen, acts: JoinSet::new(), seen: None, asked: None }.play(notifications).await
}

/// The terminal while it is ours.
struct Held(DefaultTerminal);

impl Held {
    fn new() -> std::io::Result<Self> {
        // Restores the terminal on a panic as well.
        let terminal = ratatui::try_init()?;
        let held = Self(terminal);
        execute!(stdout(), EnableBracketedPaste)?;
        Ok(held)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        // A terminal that is gone needs no restoring.
        let _ = execute!(stdout(), DisableBracketedPaste);
        ratatui::restore();
    }
}

struct Loop {
    demo: Arc<Demo>,
    model: Model,
    screen: Held,
    acts: JoinSet<Done>,
    /// What the member looked at last, as it was tracked.
    seen: Option<Activity>,
    /// What the stores' screen asked last, and in which minute.
    asked: Option<(Asked, i64)>,
}

impl Loop {
    async fn play(mut self, mut notifications: mpsc::UnboundedReceiver<Notification>) -> Result<(), DemoError> {
        let mut news = self.demo.phone.news();
        let mut keys = keys();
        let mut asked_to_end = std::pin::pin!(asked_to_end());
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Skip);
        loop {
            let drawn = self.screen.0.draw(|frame| ui::draw(frame, &self.model));
            drawn.map_err(|error| DemoError::Io { what: "cannot draw", error })?;
            self.track_what_is_seen();
            self.ask_for_stores();
            let act = tokio::select! {
                key = keys.recv() => match key {
                    Some(Event::Key(key)) if key.kind != KeyEventKind::Release => self.model.key(key),
                    Some(Event::Paste(text)) => self.model.paste(&text),
                    Some(_) => None,
                    // The terminal is gone.
                    None => Some(Act::Quit),
                },
                Ok(news) = news.recv() => {
                    self.hear(news);
                    None
                }
                Some(notification) = notifications.recv() => {
                    self.model.notification = Some(notification);
                    None
                }
                Some(done) = self.acts.join_next() => {
                    self.finish(done).await?;
                    None
                }
                _ = tick.tick() => {
                    self.look_at_the_clock();
                    None
                }
                () = &mut asked_to_end => Some(Act::Quit),
            };
            match act {
                Some(Act::Quit) => return Ok(()),
                Some(act) => self.begin(act),
                None => {}
            }
        }
    }

    fn begin(&mut self, act: Act) {
        if act == Act::KillAndOpen {
            // What the app was doing dies with it.
            self.acts.abort_all();
            self.model.answering = None;
        }
        self.acts.spawn(perform(Arc::clone(&self.demo), act));
    }

    async fn finish(&mut self, done: Result<Done, tokio::task::JoinError>) -> Result<(), DemoError> {
        match done {
            Ok(done) => {
                if matches!(done, Done::Reopened | Done::Online(_)) {
                    self.asked = None;
                }
                if matches!(done, Done::Reopened) {
                    // What it shows, it shows anew.
                    self.seen = None;
                }
                self.model.done(done);
            }
            Err(error) if error.is_cancelled() => {}
            Err(error) => return Err(error.into()),
        }
        self.model.show(self.demo.phone.views());
        self.model.sms = self.demo.till.last_sms().await?;
        Ok(())
    }

    /// A shell tells what its member looks at when it comes into sight.
    fn track_what_is_seen(&mut self) {
        let sight = self.model.sight();
        if sight != self.seen {
            self.seen.clone_from(&sight);
            if let Some(activity) = sight {
                self.begin(Act::Track(activity));
            }
        }
    }

    /// The stores' screen asks anew when what it asks is another, and each minute: hours begin and end.
    fn ask_for_stores(&mut self) {
        let minute = self.model.now.as_second().div_euclid(60);
        let asked = self.model.asked().map(|asked| (asked, minute));
        if asked != self.asked {
            self.asked.clone_from(&asked);
            if let Some((asked, _)) = asked {
                self.begin(Act::AskStores(asked));
            }
        }
    }

    /// The core says which screens changed: their views are pulled.
    fn hear(&mut self, news: News) {
        match news {
            News::Log(record) => self.model.log(record),
            News::Changed(screens) => {
                if screens.iter().any(|screen| matches!(screen, Screen::Stores | Screen::Offers)) {
                    self.asked = None;
                }
                if let (Some(app), Some(mut views)) = (self.demo.phone.app(), self.model.views.clone()) {
                    for screen in screens {
                        views.pull(&app, screen);
                    }
                    self.model.show(Some(views));
                }
            }
        }
    }

    /// The card is pulled again when its code has lapsed, or the member moved the clock; the tasks,
    /// when a day has ended; the offers, since hours and offers end.
    fn look_at_the_clock(&mut self) {
        self.model.now = self.demo.phone.clock.read().wall;
        self.model.clock_off = self.demo.phone.clock.off();
        if let (Some(app), Some(views)) = (self.demo.phone.app(), &mut self.model.views) {
            Views::pull(views, &app, Screen::Card);
            Views::pull(views, &app, Screen::Tasks);
            Views::pull(views, &app, Screen::Offers);
        }
    }
}

/// What is typed and pasted, read on a thread of its own: reading blocks. The thread ends with the process.
fn keys() -> mpsc::UnboundedReceiver<Event> {
    let (send, keys) = mpsc::unbounded_channel();
    std::thread::spawn(move || while event::read().is_ok_and(|event| send.send(event).is_ok()) {});
    keys
}

/// Somebody outside asks the process to end. Ctrl-C on this terminal is a key.
async fn asked_to_end() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        // The window was closed; somebody ended the process.
        if let (Ok(mut hangup), Ok(mut terminate)) = (signal(SignalKind::hangup()), signal(SignalKind::terminate())) {
            tokio::select! {
                _ = hangup.recv() => return,
                _ = terminate.recv() => return,
                _ = tokio::signal::ctrl_c() => return,
            }
        }
    }
    // Where signals cannot be waited for there is still the key.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
