//! History by day: purchases, rewards, withdrawals, refunds.

use pocketcard::history::{HistoryEntry, HistoryView, HistoryWhat};
use pocketcard::types::Money;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Stylize;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use super::words::{self, Calendar};
use super::{ACCENT, QUIET, message};

/// The history screen.
pub(super) fn draw(frame: &mut Frame, area: Rect, history: &HistoryView, calendar: &Calendar) {
    if history.entries.is_empty() {
        return message(frame, area, &["Nothing has happened yet.".into(), "Purchases and rewards show here.".into()]);
    }
    let mut lines =
        vec![Line::from(vec![Span::styled(" Enter", ACCENT), Span::styled(" reviews the last purchase", QUIET)])];
    let mut day = String::new();
    for entry in &history.entries {
        let of_entry = calendar.day(entry.at);
        if of_entry != day {
            lines.push(Line::from(format!(" {of_entry}")).bold());
            day = of_entry;
        }
        lines.extend(lines_of(entry, usize::from(area.width), calendar));
    }
    if history.more {
        lines.push(Line::styled(" There is more.", QUIET));
    }
    frame.render_widget(Paragraph::new(lines), area);
}

fn lines_of(entry: &HistoryEntry, width: usize, calendar: &Calendar) -> Vec<Line<'static>> {
    let words = entry.description.clone();
    let time = format!("  {} ", calendar.time(entry.at));
    let store = entry.store.clone().unwrap_or_default();
    match &entry.what {
        HistoryWhat::Purchase { amount, refund, spent, earned, .. } => {
            let what = if *refund { "Refund" } else { "Purchase" };
            // Points that paid come back with a refund.
            let paid =
                |money: &Money| Money { amount: if *refund { money.amount } else { -money.amount }, ..money.clone() };
            let points: Vec<String> =
                spent.iter().map(paid).chain(earned.iter().cloned()).map(|money| words::signed(&money)).collect();
            vec![
                row(&time, what, Span::from(words::price(amount)), width),
                row("        ", &store, Span::styled(points.join(" "), ACCENT), width),
            ]
        }
        HistoryWhat::Reward { amount, .. } | HistoryWhat::Withdrawal { amount } => {
            let what = words.unwrap_or_else(|| "Points".to_owned());
            vec![row(&time, &what, Span::styled(words::signed(amount), ACCENT), width)]
        }
        HistoryWhat::Other { kind } => vec![row(&time, &words.unwrap_or_else(|| kind.clone()), Span::default(), width)],
    }
}

/// Words on the left, as much of them as there is room for, and an amount on the right.
fn row(margin: &str, words: &str, amount: Span<'static>, width: usize) -> Line<'static> {
    let room = width.saturating_sub(margin.len() + amount.width() + 2);
    let words: String = words.chars().take(room).collect();
    Line::from(vec![Span::styled(margin.to_owned(), QUIET), format!("{words:<room$} ").into(), amount])
}
