//! What waits to be told to the platform, in words.

use pocketcard::events::{DropReason, OutboxView};
use ratatui::style::Stylize;
use ratatui::text::Line;

use super::words::{self, Calendar, count};
use super::{QUIET, WARNING};

/// The outbox, line by line.
pub(super) fn lines(outbox: &OutboxView, calendar: &Calendar) -> Vec<Line<'static>> {
    let OutboxView { queued, oldest, sent, dropped, refused, acts, receipts, ignored_pushes, ignored_links, stopped } =
        outbox;
    let mut lines = vec![Line::from("What this phone tells the programme".bold())];
    if *queued == 0 && *acts == 0 && *receipts == 0 {
        lines.push(Line::from("  Nothing waits to be sent."));
    }
    if *queued > 0 {
        let since = oldest.map(|oldest| format!(", since {}", calendar.moment(oldest))).unwrap_or_default();
        lines.push(Line::from(format!("  {} to be sent{since}", count(u64::from(*queued), "event", "events"))));
    }
    if *acts > 0 {
        lines.push(Line::from(format!(
            "  {} to be sent",
            count(u64::from(*acts), "choice of yours", "choices of yours")
        )));
    }
    if *receipts > 0 {
        lines.push(Line::from(format!("  {} to be sent", count(u64::from(*receipts), "receipt", "receipts"))));
    }
    if let Some(reason) = stopped.filter(|_| *queued > 0 || *acts > 0 || *receipts > 0) {
        lines.push(Line::styled(format!("  {}; they go by themselves", words::why(reason)), WARNING));
    }
    lines.push(Line::styled(format!("  {sent} sent"), QUIET));
    lines.extend(dropped.iter().map(|dropped| {
        let why = match dropped.reason {
            DropReason::Full => "too many waited",
            DropReason::SignedOut => "somebody signed out first",
        };
        Line::styled(format!("  {} given up: {why}", dropped.count), QUIET)
    }));
    let ignored: u64 = ignored_pushes.iter().map(|ignored| ignored.count).sum();
    if ignored + ignored_links > 0 {
        lines.push(Line::styled(
            format!("  {} ignored", count(ignored + ignored_links, "push or link", "pushes or links")),
            QUIET,
        ));
    }
    lines.extend(refused.iter().take(3).map(|refused| {
        let reason = refused.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
        Line::styled(format!("  refused: {}, {}{reason}", refused.kind, calendar.moment(refused.at)), QUIET)
    }));
    lines
}

/// What a sign-out would lose.
pub(super) fn before_sign_out(outbox: &OutboxView) -> Option<Line<'static>> {
    let waiting = u64::from(outbox.queued) + u64::from(outbox.acts);
    (waiting > 0).then(|| {
        let what = count(waiting, "unsent thing", "unsent things");
        Line::styled(format!("     {what} may be lost"), WARNING)
    })
}
