//! The inbox: messages by day, a dot at what is unread.

use pocketcard::types::Freshness;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Style, Stylize};
use ratatui::text::{Line, Span};

use super::words::{self, Calendar};
use super::{ACCENT, QUIET, message, scrolled, session};
use crate::model::Model;
use crate::phone::Views;

/// The inbox' screen.
pub(super) fn draw(frame: &mut Frame, area: Rect, views: &Views, model: &Model, calendar: &Calendar) {
    let inbox = &views.inbox;
    if inbox.messages.is_empty() {
        return empty(frame, area, views);
    }
    let width = usize::from(area.width);
    let mut lines = vec![Line::styled(format!(" {} unread", inbox.unread), QUIET)];
    let mut shown = 0..0;
    for entry in &inbox.messages {
        let from = lines.len();
        let chosen = model.message.as_ref().filter(|chosen| chosen.id == entry.id);
        let dot = if entry.read { " " } else { "●" };
        let mark = if chosen.is_some() { "▸" } else { " " };
        let style = match (chosen.is_some(), entry.read) {
            (true, _) => ACCENT.bold(),
            (false, false) => Style::new().bold(),
            (false, true) => Style::new(),
        };
        let at = calendar.moment(entry.at);
        let room = width.saturating_sub(at.chars().count() + 6);
        let title: String = entry.title.chars().take(room).collect();
        lines.push(Line::from(vec![
            Span::styled(format!(" {mark}{dot} "), ACCENT),
            Span::styled(format!("{title:<room$} "), style),
            Span::styled(at, QUIET),
        ]));
        if chosen.is_some_and(|chosen| chosen.open) {
            let body = words::lines(&entry.body, width.saturating_sub(5));
            lines.extend(body.into_iter().map(|text| Line::from(format!("    {text}"))));
        }
        if chosen.is_some() {
            shown = from..lines.len();
        }
    }
    if inbox.more {
        lines.push(Line::styled(" There is more.", QUIET));
    }
    scrolled(frame, area, lines, shown);
}

fn empty(frame: &mut Frame, area: Rect, views: &Views) {
    if !session::is_signed_in(&views.session) {
        let hint = Line::from(vec!["Sign in".bold(), " to see them: ".into(), Span::styled("Enter", ACCENT)]);
        return message(frame, area, &["Messages are for members.".into(), hint]);
    }
    match views.inbox.freshness {
        Freshness::Unknown { .. } => message(frame, area, &["The messages have not come yet.".into()]),
        Freshness::Live { .. } | Freshness::Cached { .. } => message(
            frame,
            area,
            &["There are no messages.".into(), vec![Span::styled("b", ACCENT), " sends some.".into()].into()],
        ),
    }
}
