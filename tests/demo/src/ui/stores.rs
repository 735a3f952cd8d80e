//! Stores: the nearest with how far and how long, what they are filtered by, where something is, and the page of one.
//!
//! A store's times are those on its own wall, wherever the member is.

use pocketcard::stores::{GoodsView, NoStores, StockView, StorePage, StoreRow, StoresView};
use pocketcard::types::Freshness;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Style, Stylize};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use super::words::{self, Calendar};
use super::{ACCENT, QUIET, TIME_ZONE, WARNING, key, message, offers, row, scrolled, session};
use crate::model::{Field, Model};
use crate::phone::Views;
use crate::stores::{Chip, Choice, Open, Picker, Stores, Told};

/// How fresh what is shown is, once it is there.
pub(super) fn freshness(stores: &Stores) -> Option<&Freshness> {
    match stores.answer()?.as_ref().ok()? {
        Told::List(view) => Some(&view.freshness),
        Told::Stock(view) => Some(&view.freshness),
        Told::Page(page) => page.as_ref().map(|page| &page.freshness),
    }
}

/// The stores' screen.
pub(super) fn draw(frame: &mut Frame, area: Rect, views: &Views, model: &Model, calendar: &Calendar) {
    let stores = &model.stores;
    let page = Page { calendar, stores, width: usize::from(area.width) };
    if let Some(open) = stores.open {
        return match stores.answer() {
            Some(Ok(Told::Page(Some(shown)))) => page.store(frame, area, shown, open),
            Some(Ok(_)) => message(frame, area, &["This store is there no more.".into(), key("Esc", "back")]),
            answer => waits(frame, area, answer.and_then(|answer| answer.as_ref().err())),
        };
    }
    let asked = page.asked(model.typing);
    let height = u16::try_from(asked.len()).unwrap_or(u16::MAX);
    let [above, area] = Layout::vertical([Constraint::Length(height), Constraint::Fill(1)]).areas(area);
    frame.render_widget(Paragraph::new(asked), above);
    if let Some(picker) = &stores.picker {
        return page.picker(frame, area, picker);
    }
    match stores.answer() {
        Some(Ok(Told::List(view))) => page.list(frame, area, view, views),
        Some(Ok(Told::Stock(view))) => page.stock(frame, area, view, views),
        answer => waits(frame, area, answer.and_then(|answer| answer.as_ref().err())),
    }
}

/// There is no answer yet, or none to be had.
fn waits(frame: &mut Frame, area: Rect, problem: Option<&String>) {
    match problem {
        Some(problem) => message(frame, area, &[Line::styled(problem.clone(), WARNING)]),
        None => message(frame, area, &[Line::styled("▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒", QUIET)]),
    }
}

/// What the lines are made with.
struct Page<'a> {
    calendar: &'a Calendar,
    stores: &'a Stores,
    width: usize,
}

impl Page<'_> {
    /// Where it is looked, for what, and what is let through.
    fn asked(&self, typing: Option<Field>) -> Vec<Line<'static>> {
        let Stores { locates, place, text, wanted, goods, chips, .. } = self.stores;
        let line = |key: &'static str, typed: &str, field, otherwise: &str| {
            let shown = if typing == Some(field) {
                Span::styled(format!("{typed}▏"), ACCENT)
            } else if typed.is_empty() {
                Span::styled(otherwise.to_owned(), QUIET)
            } else {
                Span::from(typed.to_owned()).bold()
            };
            Line::from(vec![Span::styled(format!(" {key}  "), ACCENT), shown])
        };
        let around = if *locates { "near you" } else { "anywhere; j finds where you are" };
        let place = if place.is_empty() || typing == Some(Field::Place) { place } else { &format!("around {place}") };
        let mut lines =
            vec![line("l", place, Field::Place, around), line("/", text, Field::StoreText, "a name, a street, a city")];
        let chips = chips.iter().map(|chip| self.chip(chip)).collect::<Vec<_>>().join(" · ");
        let keys = std::iter::once(" f  ").chain(std::iter::repeat("    "));
        let chips = if chips.is_empty() {
            vec![("all".to_owned(), QUIET)]
        } else {
            words::lines(&chips, self.width.saturating_sub(5))
                .into_iter()
                .map(|text| (text, Style::new().bold()))
                .collect()
        };
        lines.extend(
            chips
                .into_iter()
                .zip(keys)
                .map(|((text, style), key)| Line::from(vec![Span::styled(key, ACCENT), Span::styled(text, style)])),
        );
        if typing == Some(Field::Goods) {
            lines.push(line("e", wanted, Field::Goods, ""));
        } else if let Some(goods) = goods {
            lines.push(line("e", &format!("where is {}", goods.name), Field::Goods, ""));
        }
        lines
    }

    fn chip(&self, chip: &Chip) -> String {
        match chip {
            Chip::Within(kilometers) => format!("within {kilometers} km"),
            Chip::OpenNow => "open now".to_owned(),
            Chip::OpenAt(instant) => format!("open {}", self.calendar.clock(*instant)),
            Chip::Favourites => "your favourites".to_owned(),
            Chip::Offer(_, title) => format!("for “{title}”"),
            Chip::Attribute(attribute) => words::attribute(attribute),
        }
    }

    /// What there is to choose from; what is chosen is ticked.
    fn picker(&self, frame: &mut Frame, area: Rect, picker: &Picker) {
        let rows: Vec<(bool, String, String)> = match &picker.from {
            Choice::Chips(chips) => chips
                .iter()
                .map(|(chip, stores)| {
                    let count = stores.map_or_else(String::new, |stores| stores.to_string());
                    (self.stores.chips.contains(chip), self.chip(chip), count)
                })
                .collect(),
            Choice::Goods(GoodsView { goods, missed }) if goods.is_empty() => {
                let why = missed.map_or("We do not sell it.", words::why);
                return message(frame, area, &["Nothing of this name is known.".into(), why.into()]);
            }
            Choice::Goods(view) => view.goods.iter().map(|goods| (false, goods.name.clone(), String::new())).collect(),
        };
        let mut lines = match &picker.from {
            Choice::Goods(GoodsView { missed: Some(reason), .. }) => {
                vec![Line::styled(format!(" {}; asked about before:", words::why(*reason)), QUIET)]
            }
            _ => Vec::new(),
        };
        let shown = lines.len() + picker.at;
        lines.extend(rows.into_iter().enumerate().map(|(place, (ticked, words, count))| {
            let at = place == picker.at;
            let margin = format!(" {}{} ", if at { "▸" } else { " " }, if ticked { "✓" } else { " " });
            row(self.width, &margin, &words, count, if at { ACCENT.bold() } else { Style::new() })
        }));
        scrolled(frame, area, lines, shown..shown + 1);
    }

    fn list(&self, frame: &mut Frame, area: Rect, view: &StoresView, views: &Views) {
        if let Some(nothing) = &view.nothing {
            return self.nothing(frame, area, nothing, views);
        }
        let mut above = Vec::new();
        if let Freshness::Live { as_of } = view.freshness {
            above.push(Line::styled(format!(" The stores as of {}", self.calendar.moment(as_of)), QUIET));
        }
        if self.stores.offset > 0 {
            above.push(Line::styled(format!(" From number {} on; < goes back", self.stores.offset + 1), QUIET));
        }
        let rows = view.stores.iter().map(|store| (store, None));
        let further = view.further.then(|| Line::from(vec![Span::styled(" >", ACCENT), "  further ones".into()]));
        self.rows(frame, area, above, rows, further);
    }

    fn stock(&self, frame: &mut Frame, area: Rect, view: &StockView, views: &Views) {
        if let Some(nothing) = &view.nothing {
            return self.nothing(frame, area, nothing, views);
        }
        let have = words::count(view.stores.len() as u64, "store has it", "stores have it");
        let mut facts = vec![have, format!("{} without", view.without)];
        if view.unknown > 0 {
            facts.push(format!("of {} not known", view.unknown));
        }
        let mut above = vec![Line::styled(format!(" {}", facts.join(", ")), QUIET)];
        if !matches!(view.freshness, Freshness::Live { .. }) {
            above.push(Line::styled(" As last known; it may be gone.", WARNING));
        }
        let rows = view.stores.iter().map(|row| {
            let word = format!("had it at {}", self.calendar.moment(row.as_of));
            (&row.store, Some(word))
        });
        self.rows(frame, area, above, rows, None);
    }

    fn rows<'r>(
        &self,
        frame: &mut Frame,
        area: Rect,
        mut lines: Vec<Line<'static>>,
        rows: impl Iterator<Item = (&'r StoreRow, Option<String>)>,
        below: Option<Line<'static>>,
    ) {
        let mut shown = 0..0;
        for (store, word) in rows {
            let from = lines.len();
            let chosen = self.stores.chosen == Some(store.id);
            lines.extend(self.entry(store, word, chosen));
            if chosen {
                shown = from..lines.len();
            }
        }
        lines.extend(below);
        scrolled(frame, area, lines, shown);
    }

    /// What it is, how far or where; whether it is open, what it has.
    fn entry(&self, store: &StoreRow, word: Option<String>, chosen: bool) -> Vec<Line<'static>> {
        let style = if chosen { ACCENT.bold() } else { Style::new() };
        let margin = match (chosen, store.favourite) {
            (true, _) => " ▸ ",
            (false, true) => " ★ ",
            (false, false) => "   ",
        };
        // The city tells which place was taken for the one that was typed; without a place, what is called the same apart.
        let far = store.distance_meters.map(words::distance);
        let city = store.address.city.clone().filter(|_| far.is_none() || !self.stores.place.is_empty());
        let place = [city, far].into_iter().flatten().collect::<Vec<_>>().join(" · ");
        let mut lines = vec![row(self.width, margin, &store.title, place, style)];
        let open = words::open(&store.open, &self.there(store));
        let attributes = store.attributes.iter().map(words::attribute);
        if chosen {
            lines.push(Line::from(format!("   {open}")));
            let address = words::address(&store.address);
            let facts = [word, Some(address), Some(attributes.collect::<Vec<_>>().join(" · "))];
            let facts = facts.into_iter().flatten().filter(|fact| !fact.is_empty());
            lines.extend(facts.flat_map(|fact| self.wrapped(&fact)).map(|text| Line::styled(text, QUIET)));
            lines.push(key("Enter", "its page"));
        } else {
            let facts: Vec<String> = word.into_iter().chain([open]).chain(attributes).collect();
            lines.push(row(self.width, "   ", &facts.join(" · "), String::new(), QUIET));
        }
        lines
    }

    /// The calendar on a store's wall, at the time that was asked about.
    fn there(&self, store: &StoreRow) -> Calendar {
        self.calendar.there(store.time_zone.as_deref(), self.stores.open_at().filter(|_| self.stores.open.is_none()))
    }

    /// Why there is no store, and what brings some.
    fn nothing(&self, frame: &mut Frame, area: Rect, nothing: &NoStores, views: &Views) {
        let hint =
            |key: &'static str, what: &str| Line::from(vec![Span::styled(key, ACCENT), format!(" {what}").into()]);
        let lines = match nothing {
            NoStores::NoCatalogue if !session::is_signed_in(&views.session) => {
                ["The stores come when you sign in.".into(), hint("8", "leads there.")]
            }
            NoStores::NoCatalogue => ["The stores have not come yet.".into(), hint("g", "asks for them.")],
            NoStores::UnknownPlace => {
                let place = self.stores.place.trim();
                [format!("We have no store around “{place}”.").into(), hint("l", "looks elsewhere.")]
            }
            NoStores::UnknownAttribute { name } => {
                [format!("No store has {name}.").into(), hint("f", "filters by something else.")]
            }
            NoStores::NoFavourites => ["You have no favourite stores.".into(), hint("a", "makes one of a store.")],
            NoStores::NoneMatches => ["No store is all of this.".into(), hint("Esc", "asks for less.")],
        };
        message(frame, area, &lines);
    }

    /// The page of a store.
    fn store(&self, frame: &mut Frame, area: Rect, page: &StorePage, open: Open) {
        let mut lines = self.page(page);
        let room = usize::from(area.height);
        let above = usize::from(open.above).min(lines.len().saturating_sub(room));
        frame.render_widget(Paragraph::new(lines.split_off(above)), area);
    }

    fn page(&self, page: &StorePage) -> Vec<Line<'static>> {
        let StorePage { store, .. } = page;
        let there = self.there(store);
        let star = if store.favourite { " ★ " } else { "   " };
        let mut lines = vec![Line::from(format!("{star}{}", store.title)).bold()];
        let quiet = |text: &str| self.wrapped(text).map(|text| Line::styled(text, QUIET)).collect::<Vec<_>>();
        lines.extend(quiet(&words::address(&store.address)));
        if page.archived {
            lines.push(Line::styled("   Closed for good.", WARNING));
        } else {
            lines.push(Line::from(format!("   {}", words::open(&store.open, &there))));
        }
        lines.extend(quiet(&store.attributes.iter().map(words::attribute).collect::<Vec<_>>().join(" · ")));
        let texts = [page.description.as_deref(), page.contacts.as_deref()];
        lines.extend(texts.into_iter().flatten().flat_map(quiet));
        let favourite = if store.favourite { "no favourite any more" } else { "make it a favourite" };
        lines.extend([
            key("a", favourite),
            key("n", if page.current { "you are here; say that you left" } else { "say that you are here" }),
            key("Esc", "back"),
        ]);
        if let Some(till) = page.till {
            let card = if page.current { "so does your card now" } else { "so will your card when you are here" };
            lines.extend(quiet(&format!("Its tills read {}; {card}.", words::symbology(till))));
        }
        lines.push(Line::default());
        if let Some(zone) = store.time_zone.as_deref().filter(|zone| *zone != TIME_ZONE) {
            let assumed = if page.time_zone_assumed { ", as far as we know" } else { "" };
            lines.push(Line::styled(format!("   Times of {zone}{assumed}"), QUIET));
        }
        for day in &page.week {
            let style = if day.today { ACCENT.bold() } else { Style::new() };
            let mark = if day.today { " ▸ " } else { "   " };
            let star = if day.exception { "*" } else { " " };
            let name = format!("{mark}{}{star} ", words::weekday(day.weekday));
            lines.extend(self.beside(&name, &words::hours(&day.hours), style));
        }
        if page.week.is_empty() {
            lines.push(Line::styled("   Its hours are not known.", QUIET));
        }
        if !page.exceptions.is_empty() {
            lines.push(Line::styled("   * On other days than usual:", QUIET));
        }
        for day in &page.exceptions {
            lines.extend(self.beside(
                &format!("   {:<7}", words::short_date(&day.date)),
                &words::hours(&day.hours),
                QUIET,
            ));
        }
        lines.push(Line::default());
        for answer in &page.stock {
            let has = if answer.available { "has" } else { "has no" };
            let at = self.calendar.moment(answer.as_of);
            lines.extend(self.wrapped(&format!("At {at} it {has} {}", answer.goods.name)).map(Line::from));
        }
        let offers = offers::Page { calendar: self.calendar, width: self.width };
        lines.extend(page.offers.iter().flat_map(|offer| offers.offer(offer, false)));
        if let Freshness::Live { as_of } = page.freshness {
            lines.push(Line::styled(format!("   The stores as of {}", self.calendar.moment(as_of)), QUIET));
        }
        lines
    }

    /// Text beside a name, on as many lines as it takes.
    fn beside(&self, name: &str, text: &str, style: Style) -> Vec<Line<'static>> {
        let indent = name.chars().count();
        let lines = words::lines(text, self.width.saturating_sub(indent + 1));
        let names = std::iter::once(name).chain(std::iter::repeat(""));
        lines.iter().zip(names).map(|(text, name)| Line::styled(format!("{name:<indent$}{text}"), style)).collect()
    }

    fn wrapped(&self, text: &str) -> impl Iterator<Item = String> + use<> {
        words::lines(text, self.width.saturating_sub(4)).into_iter().map(|text| format!("   {text}"))
    }
}
