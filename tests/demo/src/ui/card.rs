//! The card: the symbol, the number for the cashier, how long the code is good.

use pocketcard::balance::BalanceView;
use pocketcard::card::{CardCode, CardView, CodeKind};
use pocketcard::types::{Freshness, Timestamp};
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect, Size};
use ratatui::style::Stylize;
use ratatui::text::{Line, Span};
use ratatui::widgets::Block;

use super::symbol::{Cells, ON_LIGHT};
use super::words::{self, Calendar};
use super::{ACCENT, QUIET, WARNING, message};

/// A ring that empties, quarter by quarter.
pub(super) const RING: [&str; 5] = ["○", "◔", "◑", "◕", "●"];

/// A symbol is drawn at most so many times its least size: larger than a hand is no help to a scanner.
const LARGEST: u32 = 4;

/// How fresh the card is.
pub(super) fn freshness(card: &CardView) -> &Freshness {
    match card {
        CardView::NoCard { freshness, .. }
        | CardView::Ready { freshness, .. }
        | CardView::Unusable { freshness, .. } => freshness,
    }
}

/// The card screen.
pub(super) fn draw(
    frame: &mut Frame,
    area: Rect,
    card: &CardView,
    balance: &BalanceView,
    now: Timestamp,
    calendar: &Calendar,
) {
    match card {
        CardView::NoCard { .. } => {
            let hint = Line::from(vec!["Sign in".bold(), " to see your card: ".into(), Span::styled("Enter", ACCENT)]);
            message(frame, area, &["There is no card on this phone.".into(), hint]);
        }
        CardView::Unusable { reason, number_grouped, title, .. } => {
            let [why, what] = words::unusable(*reason);
            let lines = [
                Line::styled(why, WARNING),
                what.into(),
                "".into(),
                title.clone().into(),
                number_grouped.clone().bold().into(),
            ];
            message(frame, area, &lines);
        }
        CardView::Ready { code, number_grouped, title, .. } => {
            let number = Line::from(number_grouped.clone().bold());
            let validity = validity(code, now, calendar);
            let points = balance.accounts.first().map(|account| words::amount(account.available, &account.currency));
            let tier = balance.tiers.first().and_then(|ladder| ladder.current.as_ref()).map(|tier| tier.name.clone());
            let title = [Some(title.clone()), tier, points].into_iter().flatten().collect::<Vec<_>>().join(" · ");
            let texts = match spare_lines(code, area) {
                1 => vec![[number.spans, vec!["  ".into()], validity.spans].concat().into()],
                _ => vec![number, validity, Line::styled(title, QUIET)],
            };
            draw_code(frame, area, code, &texts);
        }
    }
}

/// Nothing but symbol and number, on white, as large as it goes.
pub(super) fn draw_alone(frame: &mut Frame, area: Rect, card: &CardView) {
    frame.render_widget(Block::new().style(ON_LIGHT), area);
    let number = match card {
        CardView::Ready { number_grouped, .. } | CardView::Unusable { number_grouped, .. } => number_grouped.as_str(),
        CardView::NoCard { .. } => "There is no card on this phone.",
    };
    let number = Line::styled(number.to_owned(), ON_LIGHT.bold());
    match card {
        CardView::Ready { code, .. } => draw_code(frame, area, code, &[number]),
        CardView::Unusable { .. } | CardView::NoCard { .. } => message(frame, area, &[number]),
    }
}

/// How many lines of text there is room for beside the symbol; where that does not fit, they have all the room.
fn spare_lines(code: &CardCode, area: Rect) -> u16 {
    let cells = code.symbol.as_ref().and_then(|symbol| Cells::fitting(symbol, area.as_size(), 1));
    area.height - cells.map_or(0, |cells| cells.size().height)
}

/// The symbol and the lines under it, in the middle. Where there is no room for all lines, the last ones go.
fn draw_code(frame: &mut Frame, area: Rect, code: &CardCode, texts: &[Line<'_>]) {
    let texts = &texts[..texts.len().min(spare_lines(code, area).into())];
    let lines = u16::try_from(texts.len()).unwrap_or(u16::MAX);
    let Some(symbol) = &code.symbol else {
        return message(frame, area, &[vec!["Tell the cashier this number:".into()], texts.to_vec()].concat());
    };
    let room = Size::new(area.width, area.height - lines);
    let Some(cells) = Cells::fitting(symbol, room, LARGEST) else {
        let Size { width, height } = Cells::smallest(symbol);
        let lines = [
            Line::styled("There is no room for the symbol here.", WARNING),
            format!("It needs {width} columns and {height} rows;").into(),
            format!("there are {} and {}.", area.width, area.height).into(),
            "".into(),
        ];
        return message(frame, area, &[lines.to_vec(), texts.to_vec()].concat());
    };
    let Size { width, height } = cells.size();
    let spare = area.height - height - lines;
    let [_, middle, under, _] = Layout::vertical([
        Constraint::Length(spare / 2),
        Constraint::Length(height),
        Constraint::Length(lines),
        Constraint::Fill(1),
    ])
    .areas(area);
    let [_, middle, _] =
        Layout::horizontal([Constraint::Fill(1), Constraint::Length(width), Constraint::Fill(1)]).areas(middle);
    frame.render_widget(cells, middle);
    for (line, area) in texts.iter().zip(under.rows()) {
        frame.render_widget(line.clone().centered(), area);
    }
}

/// How long the code is good, in one quiet line.
fn validity(code: &CardCode, now: Timestamp, calendar: &Calendar) -> Line<'static> {
    if let Some(hindrance) = code.why_not_rotating {
        return Line::styled(words::hindrance(hindrance), WARNING);
    }
    match (code.kind, code.valid_until) {
        (CodeKind::Rotating { period }, Some(until)) => {
            let left = until.duration_since(now).as_millis().max(0);
            let quarters =
                usize::try_from(left * 4 / i128::try_from(period.as_millis()).unwrap_or(1).max(1)).unwrap_or(0);
            let seconds = (left + 999) / 1000;
            Line::from(vec![
                Span::styled(RING[(quarters + 1).min(4)], ACCENT),
                Span::from(format!(" new code in {seconds} s")),
            ])
        }
        (_, Some(until)) => Line::from(format!("good until {}", calendar.moment(until))),
        (_, None) => Line::from("this code does not change"),
    }
}
