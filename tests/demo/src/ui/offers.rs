//! Offers and coupons: what applies, what can be activated, and for the others why not.

use pocketcard::offers::{Applies, OfferDetail, OfferId, OfferKind, OfferState, OfferView};
use pocketcard::types::{Freshness, StaleReason};
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect, Size};
use ratatui::style::{Style, Stylize};
use ratatui::text::{Line, Span};

use super::symbol::Cells;
use super::words::{self, Calendar};
use super::{ACCENT, QUIET, WARNING, key, message, scrolled, session};
use crate::model::Model;
use crate::offers::Filter;
use crate::phone::Views;

/// Rows of the list that stay in sight over a coupon's symbol.
const OVER_SYMBOL: u16 = 5;

/// How fresh the offers are.
pub(super) fn freshness(views: &Views) -> Option<&Freshness> {
    views.offers.as_ref().map(|offers| &offers.all.freshness)
}

/// The offers' screen.
pub(super) fn draw(frame: &mut Frame, area: Rect, views: &Views, model: &Model, calendar: &Calendar) {
    let all = views.offers.as_ref().map_or(0, |offers| offers.all.offers.len());
    if all == 0 {
        return empty(frame, area, views);
    }
    let [filters, area] = Layout::vertical([Constraint::Length(1), Constraint::Fill(1)]).areas(area);
    frame.render_widget(filter_line(model.filter), filters);
    let code = model.offer().and_then(|detail| detail.code.as_ref()?.symbol.as_ref());
    let room = Size::new(area.width, area.height.saturating_sub(OVER_SYMBOL));
    let cells = code.and_then(|symbol| Cells::fitting(symbol, room, 2));
    let height = cells.map_or(0, |cells| cells.size().height);
    let [list, under] = Layout::vertical([Constraint::Fill(1), Constraint::Length(height)]).areas(area);
    if let Some(cells) = cells {
        let width = Constraint::Length(cells.size().width);
        let [_, middle, _] = Layout::horizontal([Constraint::Fill(1), width, Constraint::Fill(1)]).areas(under);
        frame.render_widget(cells, middle);
    }
    let offers = model.offers();
    if offers.is_empty() {
        return message(frame, list, &["None of your offers is for this.".into()]);
    }
    let page = Page { calendar, width: usize::from(list.width) };
    let mut lines: Vec<Line<'_>> = Vec::new();
    let mut shown = 0..0;
    for offer in offers {
        let from = lines.len();
        let chosen = model.offer == Some(offer.id);
        lines.extend(page.offer(offer, chosen));
        if let Some(detail) = model.offer().filter(|_| chosen) {
            lines.extend(page.detail(detail));
            shown = from..lines.len();
        }
    }
    scrolled(frame, list, lines, shown);
}

fn filter_line(shown: Filter) -> Line<'static> {
    let mut line = Line::from(Span::styled(" f", ACCENT));
    for (filter, name) in Filter::ALL {
        line.push_span("  ");
        line.push_span(Span::styled(name, if filter == shown { ACCENT.bold() } else { QUIET }));
    }
    line
}

/// Nothing to show yet, or nothing at all.
fn empty(frame: &mut Frame, area: Rect, views: &Views) {
    if !session::is_signed_in(&views.session) {
        let hint = Line::from(vec!["Sign in".bold(), " to see them: ".into(), Span::styled("Enter", ACCENT)]);
        return message(frame, area, &["Offers and coupons are for members.".into(), hint]);
    }
    match freshness(views) {
        Some(Freshness::Unknown { reason: StaleReason::NotSupported }) => {
            message(frame, area, &["This programme has no offers.".into()]);
        }
        Some(Freshness::Unknown { .. }) | None => {
            let refresh = Line::from(vec![Span::styled("g", ACCENT), " asks for them.".into()]);
            message(frame, area, &["The offers have not come yet.".into(), refresh]);
        }
        Some(Freshness::Live { .. } | Freshness::Cached { .. }) => {
            message(frame, area, &["There are no offers now.".into(), "New ones show here.".into()]);
        }
    }
}

/// What the lines are made with.
pub(super) struct Page<'a> {
    pub(super) calendar: &'a Calendar,
    pub(super) width: usize,
}

impl Page<'_> {
    /// What it is, what it gives; where it stands, whether it applies.
    pub(super) fn offer(&self, offer: &OfferView, chosen: bool) -> Vec<Line<'static>> {
        let style = if chosen { ACCENT.bold() } else { Style::new() };
        let margin = match (chosen, offer.kind) {
            (true, _) => " ▸ ",
            (false, OfferKind::Common) => "   ",
            (false, OfferKind::Personal | OfferKind::Coupon) => " ★ ",
        };
        let gives = words::benefit(&offer.gives);
        let room = self.width.saturating_sub(margin.chars().count() + gives.chars().count() + 2);
        let title: String = offer.title.chars().take(room).collect();
        let mut lines = vec![Line::from(vec![
            Span::styled(format!("{margin}{title:<room$} "), style),
            Span::styled(gives, ACCENT),
        ])];
        let until = offer.until.map(|until| format!("until {}", self.calendar.until(until)));
        let word = match &offer.applies {
            Applies::Yes => Some("applies here, now".to_owned()),
            Applies::No { why } => Some(words::why_not(why, self.calendar)),
            Applies::NotAsked => None,
        };
        let state = words::offer_state(&offer.state, self.calendar);
        let state = [state, word, until].into_iter().flatten().collect::<Vec<_>>().join(" · ");
        let style = if matches!(offer.state, OfferState::Refused { .. }) { WARNING } else { QUIET };
        lines.extend(self.wrapped(&state).map(|text| Line::styled(text, style)));
        lines
    }

    /// What only the chosen one shows.
    fn detail(&self, detail: &OfferDetail) -> Vec<Line<'static>> {
        let mut lines: Vec<Line<'_>> = self.wrapped(&detail.description).map(Line::from).collect();
        let mut facts = words::where_and_when(detail);
        if detail.offer.kind != OfferKind::Coupon {
            facts.push(match &detail.offer.applies {
                Applies::No { why } => format!("At this till: {}.", words::why_not(why, self.calendar)),
                Applies::Yes | Applies::NotAsked => "Applies at this till, now.".to_owned(),
            });
        }
        facts.extend(match (detail.offer.kind, detail.offer.uses_left) {
            (OfferKind::Coupon, _) | (_, None) => None,
            (_, Some(left)) => Some(format!("{} left.", words::count(u64::from(left), "use", "uses"))),
        });
        facts.extend(detail.code.as_ref().map(|code| format!("Code {}", code.text)));
        lines.extend(facts.iter().flat_map(|fact| self.wrapped(fact)).map(|text| Line::styled(text, QUIET)));
        let next = match (detail.offer.id, &detail.offer.state) {
            (OfferId::Offer { .. }, OfferState::Activate) => Some(("Enter", "activate it")),
            (OfferId::Offer { .. }, OfferState::Refused { .. }) => Some(("Enter", "try again")),
            (OfferId::Coupon { .. }, OfferState::Active) => Some(("s", "show it to the till")),
            _ => None,
        };
        lines.extend(next.map(|(sign, what)| key(sign, what)));
        lines
    }

    fn wrapped(&self, text: &str) -> impl Iterator<Item = String> {
        words::lines(text, self.width.saturating_sub(4)).into_iter().map(|text| format!("   {text}"))
    }
}
