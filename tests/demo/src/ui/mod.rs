//! How the model looks: the phone on the left, the till on the right.
//!
//! Pure: [`draw`] is a function of the model. A screen is a function of its view; it holds no rule of the core.

mod balance;
mod card;
mod help;
mod history;
mod inbox;
mod offers;
mod outbox;
mod session;
mod stores;
pub mod symbol;
mod tasks;
mod till;
pub mod words;

use std::ops::Range;

use jiff::tz::TimeZone;
use pocketcard::types::{Freshness, Screen};
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Style, Stylize};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders, Paragraph, Wrap};

use crate::model::Model;
use crate::phone::{TIME_ZONE, Views};
use words::Calendar;

/// What is pressed, what matters.
const ACCENT: Style = Style::new().fg(Color::Cyan);
/// What is beside the point.
const QUIET: Style = Style::new().fg(Color::DarkGray);
/// What needs the member.
const WARNING: Style = Style::new().fg(Color::Red);

/// The narrowest phone: a rotating code's symbol with its quiet zone, and a little air.
const PHONE_WIDTH: u16 = 41;
/// The till is not wider than it has to be.
const TILL_WIDTH: u16 = 53;

/// Draws everything.
pub fn draw(frame: &mut Frame, model: &Model) {
    let calendar = Calendar::new(model.now, TimeZone::get(TIME_ZONE).unwrap_or(TimeZone::UTC));
    if model.help {
        return help::draw(frame, frame.area());
    }
    if let (true, Some(views)) = (model.enlarged, &model.views) {
        return card::draw_alone(frame, frame.area(), &views.card);
    }
    let [panes, keys] = Layout::vertical([Constraint::Fill(1), Constraint::Length(1)]).areas(frame.area());
    let till = TILL_WIDTH.min(panes.width.saturating_sub(PHONE_WIDTH));
    let [phone, till] = Layout::horizontal([Constraint::Fill(1), Constraint::Length(till)]).areas(panes);
    draw_phone(frame, phone, model, &calendar);
    let pane = Block::new().borders(Borders::LEFT).border_style(QUIET);
    till::draw(frame, pane.inner(till), model);
    frame.render_widget(pane, till);
    help::draw_line(frame, keys, model);
}

fn draw_phone(frame: &mut Frame, area: Rect, model: &Model, calendar: &Calendar) {
    let Some(views) = &model.views else {
        return message(frame, area, &["The app is not running.".into(), "k opens it.".into()]);
    };
    let word = model.notice.clone().map(|notice| Line::styled(notice, WARNING)).or_else(|| {
        let notification = model.notification.as_ref()?;
        let words = [notification.title.clone().bold(), format!("  {}", notification.body).into()];
        Some(Line::from([words.to_vec(), vec![Span::styled("  v", ACCENT), " opens it".into()]].concat()))
    });
    let width = usize::from(area.width).max(1);
    let rows = word.as_ref().map_or(0, |word| u16::try_from(word.width().div_ceil(width).min(3)).unwrap_or(1));
    let [tabs, thin, body, banner] =
        Layout::vertical([Constraint::Length(1), Constraint::Length(1), Constraint::Fill(1), Constraint::Length(rows)])
            .areas(area);
    let unread = views.inbox.unread > 0;
    frame.render_widget(destinations(model.screen, unread, tabs.width), tabs);
    let [thin, signal] = Layout::horizontal([Constraint::Fill(1), Constraint::Length(4)]).areas(thin);
    frame.render_widget(thin_line(model, views, calendar), thin);
    let bars = if model.online { Span::styled("▂▄▆", QUIET) } else { Span::styled("off", WARNING) };
    frame.render_widget(bars, signal);
    frame.render_widget(Paragraph::new(word.unwrap_or_default()).centered().wrap(Wrap { trim: true }), banner);
    match model.screen {
        Screen::Card => card::draw(frame, body, &views.card, &views.balance, model.now, calendar),
        Screen::Balance => balance::draw(frame, body, &views.balance, calendar),
        Screen::History => history::draw(frame, body, &views.history, calendar),
        Screen::Tasks => tasks::draw(frame, body, views, model, calendar),
        Screen::Offers => offers::draw(frame, body, views, model, calendar),
        Screen::Inbox => inbox::draw(frame, body, views, model, calendar),
        Screen::Stores => stores::draw(frame, body, views, model, calendar),
        Screen::Session | Screen::Favourites | Screen::Consents | Screen::Outbox => {
            session::draw(frame, body, views, model, calendar);
        }
    }
}

/// The screens by their keys, in short where there is no room; a dot where a message is unread.
fn destinations(shown: Screen, unread: bool, width: u16) -> Line<'static> {
    const LONG: u16 = 67;
    let screens = [
        (Screen::Card, "Card", "Card"),
        (Screen::Balance, "Balance", "Bal"),
        (Screen::History, "History", "His"),
        (Screen::Tasks, "Tasks", "Tsk"),
        (Screen::Offers, "Offers", "Off"),
        (Screen::Stores, "Stores", "Store"),
        (Screen::Inbox, "Inbox", "In"),
        (Screen::Session, "Me", "Me"),
    ];
    let mut line = Line::default();
    for (number, (screen, long, short)) in (1..).zip(screens) {
        let style = if screen == shown { ACCENT.bold() } else { Style::new() };
        let dot = if unread && screen == Screen::Inbox { "•" } else { "" };
        let name = if width >= LONG { format!("{number} {long}{dot}") } else { format!("{number}{short}{dot}") };
        if width >= LONG || number > 1 {
            line.push_span(" ");
        }
        line.push_span(Span::styled(name, style));
    }
    line
}

/// "No connection · as of 14:05": why what is shown is not live.
fn thin_line(model: &Model, views: &Views, calendar: &Calendar) -> Line<'static> {
    let freshness = match model.screen {
        Screen::Card => card::freshness(&views.card),
        Screen::Balance => &views.balance.freshness,
        Screen::History => &views.history.freshness,
        Screen::Tasks => &views.tasks.freshness,
        Screen::Inbox => &views.inbox.freshness,
        Screen::Offers => match offers::freshness(views) {
            Some(freshness) => freshness,
            None => return Line::default(),
        },
        Screen::Stores => match stores::freshness(&model.stores) {
            Some(freshness) => freshness,
            None => return Line::default(),
        },
        Screen::Session | Screen::Favourites | Screen::Consents | Screen::Outbox => return Line::default(),
    };
    // Before a sign-in nothing is expected to be known.
    let expected = session::is_signed_in(&views.session) || !matches!(freshness, Freshness::Unknown { .. });
    Line::from(calendar.freshness(freshness).filter(|_| expected).unwrap_or_default()).centered()
}

/// A few lines in the middle: an empty screen says why, and what brings something there.
fn message(frame: &mut Frame, area: Rect, lines: &[Line<'_>]) {
    let height = u16::try_from(lines.len()).unwrap_or(u16::MAX);
    let [_, area, _] =
        Layout::vertical([Constraint::Fill(1), Constraint::Length(height), Constraint::Fill(2)]).areas(area);
    frame.render_widget(Paragraph::new(lines.to_vec()).centered(), area);
}

/// A list of which what is chosen is always in sight; its beginning, where it is higher than the screen.
fn scrolled(frame: &mut Frame, area: Rect, mut lines: Vec<Line<'_>>, chosen: Range<usize>) {
    let skip = chosen.end.saturating_sub(usize::from(area.height)).min(chosen.start);
    frame.render_widget(Paragraph::new(lines.split_off(skip)), area);
}

/// Words on the left, as much of them as there is room for, and a few more on the right.
fn row(width: usize, margin: &str, words: &str, right: String, style: Style) -> Line<'static> {
    let signs = |text: &str| text.chars().count();
    let room = width.saturating_sub(signs(margin) + signs(&right) + 2);
    let words = if signs(words) > room {
        words.chars().take(room.saturating_sub(1)).chain(['…']).collect()
    } else {
        words.to_owned()
    };
    let left = format!("{margin}{words}");
    let gap = width.saturating_sub(signs(&left) + signs(&right) + 1);
    Line::from(vec![Span::styled(left, style), " ".repeat(gap).into(), Span::styled(right, ACCENT)])
}

/// What a key does with what is chosen.
fn key(key: &'static str, what: &'static str) -> Line<'static> {
    Line::from(vec![Span::styled(format!("   {key}"), ACCENT), format!("  {what}").into()])
}

#[cfg(test)]
mod tests;
