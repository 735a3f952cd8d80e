//! Balance and tier: what is spendable, what comes, what lapses; never added up with one another.

use pocketcard::balance::{Account, BalanceView, DatedAmount, ExpectedPoints, Period, PeriodAmount, TierLadder};
use pocketcard::types::Decimal;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Stylize;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Wrap};

use super::words::{self, Calendar};
use super::{ACCENT, QUIET, WARNING, message};

/// The balance screen.
pub(super) fn draw(frame: &mut Frame, area: Rect, balance: &BalanceView, calendar: &Calendar) {
    if balance.accounts.is_empty() {
        return message(frame, area, &["No points yet.".into(), "The first purchase brings some.".into()]);
    }
    let accounts = balance.accounts.iter().flat_map(|account| lines_of(account, calendar));
    let tiers = balance.tiers.iter().flat_map(|ladder| tier(ladder, area.width));
    let lines: Vec<Line<'_>> = accounts.chain(expected(balance)).chain(tiers).collect();
    frame.render_widget(Paragraph::new(lines).wrap(Wrap { trim: false }), area);
}

fn lines_of(account: &Account, calendar: &Calendar) -> Vec<Line<'static>> {
    let spendable = words::amount(account.available, &account.currency);
    let mut lines = vec![Line::from(vec![" ".into(), Span::styled(spendable, ACCENT).bold()])];
    if account.blocked {
        lines.push(Line::styled("   cannot be spent now", WARNING));
    }
    let dated = |mark: &'static str, verb: &'static str, dated: &DatedAmount| {
        Line::from(format!("   {mark}{} {verb} {}", dated.amount.normalize(), calendar.date(dated.at)))
    };
    lines.extend(account.activations.iter().map(|amount| dated("+", "on", amount)));
    lines.extend(account.expirations.iter().map(|amount| dated("", "expire on", amount)));
    lines.extend(account.later.iter().flat_map(later).map(|text| Line::styled(text, QUIET)));
    lines.push(Line::default());
    lines
}

/// What tasks done on this phone will bring: beside the accounts, and in none of them.
fn expected(balance: &BalanceView) -> Vec<Line<'static>> {
    let line = |points: &ExpectedPoints| {
        let amount = words::expected(points, &balance.accounts);
        Line::styled(format!(" {amount} from tasks, to be confirmed"), QUIET)
    };
    let mut lines: Vec<_> = balance.expected.iter().map(line).collect();
    if !lines.is_empty() {
        lines.push(Line::default());
    }
    lines
}

/// What lies too far ahead for a date.
fn later(amount: &PeriodAmount) -> Vec<String> {
    let when = match &amount.period {
        Period::WeekToMonth => "within a month",
        Period::MonthToYear => "within a year",
        Period::BeyondYear => "in more than a year",
        Period::Other { name } => name,
    };
    let some = |amount: &Decimal| !amount.is_zero();
    let activates = Some(amount.activates).filter(some).map(|sum| format!("   +{} {when}", sum.normalize()));
    let expires = Some(amount.expires).filter(some).map(|sum| format!("   {} expire {when}", sum.normalize()));
    activates.into_iter().chain(expires).collect()
}

fn tier(ladder: &TierLadder, width: u16) -> Vec<Line<'static>> {
    let name = ladder.current.as_ref().map_or_else(|| "No tier yet".to_owned(), |tier| tier.name.clone());
    let brings = ladder.current.as_ref().and_then(|tier| tier.description.clone());
    let mut lines = vec![Line::from(vec![" ".into(), name.bold(), format!("  {}", ladder.name).into()])];
    lines.extend(brings.map(|text| Line::styled(format!("   {text}"), QUIET)));
    if let Some(next_at) = ladder.next_at {
        let next = ladder.tiers.iter().find(|tier| tier.threshold == next_at).map_or("the next", |tier| &tier.name);
        let towards = format!("   {} of {} to {next}", ladder.value.normalize(), next_at.normalize());
        lines.push(bar(ladder.value, next_at, width.saturating_sub(6)));
        lines.push(Line::styled(towards, QUIET));
    }
    lines.push(Line::default());
    lines
}

fn bar(value: Decimal, of: Decimal, width: u16) -> Line<'static> {
    let width = width.clamp(1, 40);
    let share = if of.is_zero() { Decimal::ONE } else { (value / of).clamp(Decimal::ZERO, Decimal::ONE) };
    let filled = (share * Decimal::from(width)).floor().to_string().parse().unwrap_or(0_usize);
    let empty = usize::from(width).saturating_sub(filled);
    Line::from(vec!["   ".into(), Span::styled("━".repeat(filled), ACCENT), Span::styled("─".repeat(empty), QUIET)])
}
