//! The till, the last text message, and the core's log.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Style, Stylize};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders, Paragraph, Wrap};

use pocketcard::host::LogLevel;

use super::words::cents;
use super::{ACCENT, QUIET, WARNING};
use crate::model::{Field, Model, Till};
use crate::till::{Receipt, STORE_NAME};

/// Marks the goods that the marathon counts.
const HEALTHY: &str = "♥";

/// The right pane.
pub(super) fn draw(frame: &mut Frame, area: Rect, model: &Model) {
    let goods = u16::try_from(model.till.goods.len()).unwrap_or(u16::MAX);
    let [till, sms, log] =
        Layout::vertical([Constraint::Length(goods + 9), Constraint::Length(3), Constraint::Fill(1)]).areas(area);
    section(frame, till, &format!("Till · {STORE_NAME}"), till_lines(&model.till, model.typing, area.width));
    let sms_lines =
        model.sms.as_ref().map(|sms| vec![Line::styled(sms.to.clone(), QUIET), Line::from(sms.text.clone())]);
    let pushes = format!("SMS · b pushes {}", model.campaign.name());
    section(frame, sms, &pushes, sms_lines.unwrap_or_default());
    let kept = usize::from(log.height.saturating_sub(1));
    let log_lines = model.log.iter().skip(model.log.len().saturating_sub(kept)).map(|record| {
        let style = if record.level >= LogLevel::Warn { WARNING } else { QUIET };
        Line::styled(record.text.clone(), style)
    });
    let off = model.clock_off.as_hours();
    let title = if off == 0 { " Log ".to_owned() } else { format!(" Log · the phone's clock is {off:+} h off ") };
    let block = Block::new().borders(Borders::TOP).title(title).border_style(QUIET);
    frame.render_widget(Paragraph::new(log_lines.collect::<Vec<_>>()).block(block), log);
}

fn section(frame: &mut Frame, area: Rect, title: &str, lines: Vec<Line<'_>>) {
    let block = Block::new().borders(Borders::TOP).title(format!(" {title} ")).border_style(QUIET);
    frame.render_widget(Paragraph::new(lines).wrap(Wrap { trim: false }).block(block), area);
}

fn till_lines(till: &Till, typing: Option<Field>, width: u16) -> Vec<Line<'static>> {
    let width = usize::from(width);
    let mut lines = vec![verdict(till, typing)];
    for (place, (goods, count)) in till.goods.iter().zip(&till.counts).enumerate() {
        let style = if place == till.chosen { ACCENT.bold() } else { Style::new() };
        let mark = if place == till.chosen { "▸" } else { " " };
        let count = if *count == 0 { String::new() } else { format!("{count} ×") };
        let room = width.saturating_sub(17);
        let name: String = goods.name.chars().take(room).collect();
        let group = if goods.is_healthy() { HEALTHY } else { " " };
        lines.push(Line::styled(format!("{mark}{count:>4} {name:<room$} {group} {:>7}", cents(goods.price)), style));
    }
    let total = till.basket().map(|(goods, count)| goods.cost(count)).sum();
    let room = width.saturating_sub(19);
    let legend = format!("{HEALTHY} healthy");
    lines.push(Line::from(vec![
        Span::styled(format!(" {legend:<9}"), QUIET),
        format!("{:>room$} ", "Total").into(),
        format!("{:>7}", cents(total)).bold(),
    ]));
    if !till.coupons.is_empty() {
        let codes = till.coupons.join(", ");
        lines.push(Line::from(vec![Span::styled("✓ ", ACCENT), format!("coupon {codes}").into()]));
    }
    match (&till.problem, &till.receipt) {
        (Some(problem), _) => lines.push(Line::styled(problem.clone(), WARNING)),
        (None, Some(receipt)) => lines.extend(receipt_lines(receipt, width)),
        (None, None) => {}
    }
    lines
}

/// Whose card it is, or why nobody's.
fn verdict(till: &Till, typing: Option<Field>) -> Line<'static> {
    if typing == Some(Field::TillCode) {
        return Line::from(vec!["Code ".into(), Span::styled(format!("{}▏", till.code), ACCENT)]);
    }
    match &till.customer {
        None => Line::styled("s scans the phone, c types a code", QUIET),
        Some(Ok(customer)) => Line::from(vec![
            Span::styled("✓ ", ACCENT),
            format!("{}, {}, {} pts", customer.first_name, customer.tier, customer.spendable.normalize()).bold(),
            Span::styled(format!(" {}", customer.how), QUIET),
        ]),
        Some(Err(problem)) => Line::styled(format!("✗ {problem}"), WARNING),
    }
}

fn receipt_lines(receipt: &Receipt, width: usize) -> Vec<Line<'static>> {
    let Receipt { total, money, points, earned, earned_later, balance, can_come_back, .. } = receipt;
    let (title, paid) = if *can_come_back { ("Receipt", "paid") } else { ("Refund", "back") };
    let later = if earned_later.is_zero() { String::new() } else { format!(", +{} later", earned_later.normalize()) };
    let applied = receipt.offers.iter().filter(|tried| tried.why_not.is_none());
    let applied = applied.map(|tried| tried.title.as_str()).collect::<Vec<_>>().join(", ");
    let off = if receipt.discount.is_zero() { String::new() } else { format!("−{} ", cents(receipt.discount)) };
    let given = format!("{off}{applied}").chars().take(width).collect::<String>();
    let mut lines = vec![
        Line::from(format!("{title}  {} EUR", cents(*total)).bold()),
        format!("{paid} {} EUR and {} pts", cents(*money), points.normalize()).into(),
        format!("{:+} pts{later}; now {} pts", earned.normalize(), balance.normalize()).into(),
    ];
    if !given.is_empty() {
        lines.push(Line::styled(given, QUIET));
    }
    lines
}
