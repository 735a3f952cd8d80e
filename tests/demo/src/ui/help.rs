//! Which keys there are.

use pocketcard::types::Screen;
use ratatui::Frame;
use ratatui::layout::{Constraint, Rect};
use ratatui::style::Stylize;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Cell, Row, Table};

use super::{ACCENT, QUIET};
use crate::model::Model;

const KEYS: [(&str, &str); 22] = [
    ("1 to 8, Tab", "card, balance, history, tasks, offers, stores, inbox, me"),
    ("Enter", "sign in, go on; review, activate, open what is chosen"),
    (", . Enter", "lists: choose; do what it asks for"),
    ("u, f", "tasks: leave the chosen one; offers, stores: filter"),
    ("/ l j e < >", "stores: search, place, position, product, pages"),
    ("a, n", "stores: a favourite or none; you are here"),
    ("z", "the symbol alone, enlarged"),
    ("g, x", "refresh, sign out"),
    ("s, c", "till: scan the card or coupon; type or paste a code"),
    ("↑ ↓ + −", "till: choose goods, how many; tasks count ♥"),
    ("m, p", "till: pay with money, with points"),
    ("r", "till: take the last sale back"),
    ("i, b", "platform: an invited friend joins; send a push"),
    ("v", "open the last notification"),
    ("o", "the phone loses its connection, or finds it"),
    ("k", "kill the app hard, and open it again"),
    ("d, h, 0", "the phone's clock: a day on, an hour back, right"),
    ("t, y, w", "30 seconds, a day, two weeks pass, everywhere"),
    ("Esc, Tab", "leave a field or a page; the code's: from the SMS"),
    ("?", "this page"),
    ("q, Ctrl-C", "quit; all is in a temporary folder and goes"),
    ("", "cargo demo --script plays the story by itself"),
];

/// The page of keys.
pub(super) fn draw(frame: &mut Frame, area: Rect) {
    let rows = KEYS.map(|(key, what)| Row::new([Cell::from(Span::styled(key, ACCENT)), Cell::from(what)]));
    let block = Block::bordered().title(" Keys ").title_bottom(" any key goes back ").border_style(QUIET);
    frame.render_widget(Table::new(rows, [Constraint::Length(14), Constraint::Fill(1)]).block(block), area);
}

/// The most useful keys, in one line.
pub(super) fn draw_line(frame: &mut Frame, area: Rect, model: &Model) {
    let keys: &[(&str, &str)] = match model.typing {
        _ if model.answering.is_some() => &[("Enter", "next"), ("Esc", "go on later; answers are kept")],
        None if model.screen == Screen::Tasks => &[
            ("?", "keys"),
            (", .", "choose"),
            ("Enter", "do it"),
            ("u", "leave"),
            ("i", "friend"),
            ("y", "a day"),
            ("o", "offline"),
            ("q", "quit"),
        ],
        None if model.screen == Screen::Offers => &[
            ("?", "keys"),
            (", .", "choose"),
            ("f", "filter"),
            ("Enter", "activate"),
            ("s", "coupon"),
            ("b", "push"),
            ("q", "quit"),
        ],
        None if model.screen == Screen::Stores && model.stores.picker.is_some() => &[
            ("?", "keys"),
            (", .", "choose"),
            ("Enter", "take it, or not"),
            ("Esc", "back to the list"),
            ("q", "quit"),
        ],
        None if model.screen == Screen::Stores && model.stores.open.is_some() => &[
            ("?", "keys"),
            (", .", "scroll"),
            ("a", "favourite"),
            ("n", "you are here"),
            ("o", "offline"),
            ("Esc", "back"),
            ("q", "quit"),
        ],
        None if model.screen == Screen::Stores => &[
            ("?", "keys"),
            (", .", "choose"),
            ("Enter", "open"),
            ("/", "search"),
            ("f", "filter"),
            ("l", "place"),
            ("e", "product"),
            ("q", "quit"),
        ],
        None if model.screen == Screen::Inbox => {
            &[("?", "keys"), (", .", "choose"), ("Enter", "open"), ("b", "push"), ("v", "notification"), ("q", "quit")]
        }
        Some(_) => &[("Enter", "done"), ("Esc", "leave the field")],
        None => &[
            ("?", "keys"),
            ("s", "scan"),
            ("+", "goods"),
            ("m", "money"),
            ("p", "points"),
            ("o", "offline"),
            ("k", "kill"),
            ("z", "large"),
            ("q", "quit"),
        ],
    };
    let spans: Vec<Span<'_>> =
        keys.iter().flat_map(|(key, what)| [Span::styled(*key, ACCENT).bold(), format!(" {what}  ").into()]).collect();
    frame.render_widget(Line::from(spans).style(QUIET), area);
}
