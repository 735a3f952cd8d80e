//! Tasks: what is celebrated, sets, tasks, games, badges and level.
//!
//! What is chosen shows in full. Nothing is said by colour alone: what is counted, waiting, missed or open has a sign each.

use pocketcard::tasks::{
    Badge, Celebration, Game, GameKind, Level, NextStep, Participation, Reward, StreakDot, StreakMark, TaskKind,
    TaskQuestionKind, TaskSetView, TaskState, TaskView,
};
use pocketcard::types::{Decimal, Freshness, StaleReason};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Style, Stylize};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use super::card::RING;
use super::words::{self, Calendar};
use super::{ACCENT, QUIET, WARNING, key, message, row, scrolled, session};
use crate::model::Model;
use crate::phone::Views;
use crate::tasks::Chosen;

/// The widest bar.
const BAR: usize = 16;
/// How much of a bar a task has, sign by sign: counted, waiting, left.
const PARTS: [&str; 3] = ["━", "╍", "─"];

/// The tasks' screen.
pub(super) fn draw(frame: &mut Frame, area: Rect, views: &Views, model: &Model, calendar: &Calendar) {
    let tasks = &views.tasks;
    if tasks.tasks.is_empty() && tasks.games.is_empty() {
        return empty(frame, area, views);
    }
    let page = Page { views, model, calendar, width: usize::from(area.width) };
    let mut lines: Vec<Line<'_>> = Vec::new();
    let mut shown = 0..0;
    lines.extend(tasks.celebrations.iter().flat_map(|celebration| page.celebration(celebration)));
    lines.extend(tasks.sets.iter().flat_map(|set| page.set(set)));
    for task in &tasks.tasks {
        let chosen = model.chosen == Some(Chosen::Task(task.id.clone()));
        let from = lines.len();
        lines.extend(page.task(task, chosen));
        if chosen {
            shown = from..lines.len();
        }
    }
    for game in &tasks.games {
        let chosen = model.chosen == Some(Chosen::Game(game.id.clone()));
        let from = lines.len();
        lines.extend(page.game(game, chosen));
        if chosen {
            shown = from..lines.len();
        }
    }
    lines.extend(tasks.level.as_ref().map(level));
    lines.extend(tasks.badges.iter().map(|badge| page.badge(badge)));
    scrolled(frame, area, lines, shown);
}

/// Nothing to show yet, or nothing at all.
fn empty(frame: &mut Frame, area: Rect, views: &Views) {
    if !session::is_signed_in(&views.session) {
        let hint = Line::from(vec!["Sign in".bold(), " to see them: ".into(), Span::styled("Enter", ACCENT)]);
        return message(frame, area, &["Tasks bring points and badges.".into(), hint]);
    }
    match views.tasks.freshness {
        Freshness::Unknown { reason: StaleReason::NotAsked } => {
            let shapes = ["▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒    ▒▒▒▒▒▒", "░░░░░░░░░░░░░░░░", ""];
            let lines = shapes.repeat(4).into_iter().map(|shape| Line::styled(format!("  {shape}"), QUIET));
            frame.render_widget(Paragraph::new(lines.collect::<Vec<_>>()), area);
        }
        Freshness::Unknown { reason: StaleReason::NotSupported } => {
            message(frame, area, &["This programme has no tasks.".into()]);
        }
        Freshness::Unknown { .. } => {
            let refresh = Line::from(vec![Span::styled("g", ACCENT), " tries again.".into()]);
            message(frame, area, &["The tasks did not come.".into(), refresh]);
        }
        Freshness::Live { .. } | Freshness::Cached { .. } => {
            message(frame, area, &["There are no tasks now.".into(), "New ones show here.".into()]);
        }
    }
}

/// What the lines are made with.
struct Page<'a> {
    views: &'a Views,
    model: &'a Model,
    calendar: &'a Calendar,
    width: usize,
}

impl Page<'_> {
    /// Once, and quietly.
    fn celebration(&self, Celebration { title, reward, completions, .. }: &Celebration) -> Vec<Line<'static>> {
        let times = if *completions > 1 { format!(" for the {completions}. time") } else { String::new() };
        let title = format!(" ★ Done{times}: {title}");
        let reward = self.reward(reward.as_ref());
        let reward = if reward.is_empty() { reward } else { format!("{reward} · ") };
        vec![
            Line::styled(title, ACCENT.bold()),
            Line::from(vec![format!("   {reward}").into(), Span::styled("Enter", ACCENT), " goes on".into()]),
        ]
    }

    /// "◑ Getting started", "2 of 5 done".
    fn set(&self, set: &TaskSetView) -> [Line<'static>; 2] {
        let all = set.tasks.len();
        let quarters = (usize::try_from(set.done).unwrap_or(0) * 4).checked_div(all).unwrap_or(0);
        let waiting = if set.waiting == 0 { String::new() } else { format!(", {} waiting", set.waiting) };
        let ring = if set.completed { "✓" } else { RING[quarters.min(4)] };
        let title =
            row(self.width, &format!(" {ring} "), &set.title, self.reward(set.reward.as_ref()), Style::new().bold());
        [title, Line::from(format!("   {} of {all} done{waiting}", set.done))]
    }

    fn task(&self, task: &TaskView, chosen: bool) -> Vec<Line<'static>> {
        let style = if chosen { ACCENT.bold() } else { Style::new() };
        let margin = if chosen { " ▸ " } else { "   " };
        let sign = match task.state {
            TaskState::Done => "✓ ",
            TaskState::DoneWaiting => "◐ ",
            TaskState::Open | TaskState::Upcoming { .. } | TaskState::Expired => "",
        };
        let margin = format!("{margin}{sign}");
        let mut lines = vec![row(self.width, &margin, &task.title, self.reward(task.reward.as_ref()), style)];
        let state = match &task.state {
            TaskState::Open => {
                lines.push(self.progress(task));
                None
            }
            TaskState::DoneWaiting => Some("done, waiting for the platform".to_owned()),
            TaskState::Upcoming { from } => Some(format!("from {}", self.calendar.moment(*from))),
            TaskState::Expired => Some("over".to_owned()),
            TaskState::Done => None,
        };
        lines.extend(state.map(|state| Line::styled(format!("   {state}"), QUIET)));
        if let (Some(ends), TaskState::Open) = (task.ends, &task.state) {
            lines.push(Line::styled(format!("   ends {}", self.calendar.until(ends)), QUIET));
        }
        let begun = task.streak.iter().any(|dot| matches!(dot.mark, StreakMark::Counted | StreakMark::Waiting));
        if task.state == TaskState::Open && (chosen || begun) && !task.streak.is_empty() {
            lines.push(dots(&task.streak));
        }
        if chosen {
            lines.extend(self.details(task));
        }
        lines
    }

    /// What is counted, what waits to be, what is left; and what comes next.
    fn progress(&self, task: &TaskView) -> Line<'static> {
        let waiting =
            if task.waiting.is_zero() { String::new() } else { format!(", {} waiting", task.waiting.normalize()) };
        let next = match &task.next {
            NextStep::TakePart => " · take part".to_owned(),
            NextStep::Answer { left } => format!(" · {}", words::count(u64::from(*left), "question", "questions")),
            NextStep::Follow { .. } | NextStep::Nothing | NextStep::Do { .. } => String::new(),
            NextStep::ComeBack => " · come back".to_owned(),
            NextStep::Wait => " · wait".to_owned(),
        };
        let words = format!(" {} of {}{waiting}{next}", task.confirmed.normalize(), task.target.normalize());
        let width = self.width.saturating_sub(3 + words.chars().count()).clamp(3, BAR);
        let parts = bar(task.confirmed, task.waiting, task.target, width);
        let styles = [ACCENT, ACCENT, QUIET];
        let spans =
            PARTS.iter().zip(parts).zip(styles).map(|((sign, count), style)| Span::styled(sign.repeat(count), style));
        Line::from([vec![Span::raw("   ")], spans.collect(), vec![Span::raw(words)]].concat())
    }

    /// What only the chosen task shows.
    fn details(&self, task: &TaskView) -> Vec<Line<'static>> {
        let wrapped = |text: &str| words::lines(text, self.width.saturating_sub(4)).into_iter();
        let mut lines: Vec<Line<'_>> =
            wrapped(&task.description).map(|text| Line::styled(format!("   {text}"), QUIET)).collect();
        if task.state == TaskState::Open && !task.streak.is_empty() {
            lines.push(Line::styled("   ● counted ◐ waiting × missed [ ] now", QUIET));
        }
        if let Some(refused) = &task.refused {
            let refused = if refused.is_empty() { "The programme refused." } else { refused };
            lines.extend(wrapped(refused).map(|text| Line::styled(format!("   {text}"), WARNING)));
        }
        if let TaskKind::Other { .. } = task.kind {
            lines.push(Line::styled("   This app cannot count it; the programme does.", QUIET));
        }
        let participation = match task.participation {
            Participation::InWaiting => Some("You take part; to be sent."),
            Participation::OutWaiting => Some("You left; to be sent."),
            Participation::Automatic | Participation::Out | Participation::In => None,
        };
        lines.extend(participation.map(|text| Line::from(format!("   {text}"))));
        if matches!(task.participation, Participation::In | Participation::InWaiting) && task.state == TaskState::Open {
            lines.push(key("u", "leave it"));
        }
        match &self.model.answering {
            Some(answering) if answering.task == task.id => lines.extend(self.question(task)),
            _ => lines.extend(next(&task.next)),
        }
        lines
    }

    /// The question that is asked now, where it stands.
    fn question(&self, task: &TaskView) -> Vec<Line<'static>> {
        let Some(answering) = &self.model.answering else { return Vec::new() };
        let Some((place, question)) = answering.question(task) else { return Vec::new() };
        let title = format!("{} of {}: {}", place + 1, task.questions.len(), question.title);
        let mut lines: Vec<Line<'_>> = words::lines(&title, self.width.saturating_sub(4))
            .into_iter()
            .map(|text| Line::from(format!("   {text}")).bold())
            .collect();
        if question.kind == TaskQuestionKind::Choice {
            let options = (1..).zip(&question.options).map(|(number, option)| {
                Line::from(vec![Span::styled(format!("   {number}"), ACCENT), format!("  {}", option.name).into()])
            });
            lines.extend(options);
        } else {
            let hint = match question.kind {
                TaskQuestionKind::Number => "a number",
                TaskQuestionKind::Date => "a day, as 2026-11-22",
                _ => "",
            };
            let field = Span::styled(format!("   [ {}▏ ]", answering.text), ACCENT);
            lines.push(Line::from(vec![field, Span::styled(format!(" {hint}"), QUIET)]));
        }
        lines
    }

    fn game(&self, game: &Game, chosen: bool) -> Vec<Line<'static>> {
        let style = if chosen { ACCENT.bold() } else { Style::new() };
        let margin = if chosen { " ▸ " } else { "   " };
        let left = match game.plays_left {
            0 => "no play left".to_owned(),
            left => words::count(u64::from(left), "play", "plays"),
        };
        let mut lines = vec![row(self.width, margin, &game.title, left, style)];
        if !chosen {
            return lines;
        }
        let outcome =
            self.model.played.as_ref().filter(|played| played.game.id == game.id).map(|played| &played.outcome);
        let landed = outcome.and_then(|outcome| outcome.sector).and_then(|sector| usize::try_from(sector).ok());
        for (place, sector) in game.sectors.iter().enumerate() {
            let here = landed == Some(place);
            let line = format!("   {} {sector}", if here { "▶" } else { "·" });
            lines.push(Line::styled(line, if here { ACCENT.bold() } else { QUIET }));
        }
        match outcome {
            Some(outcome) => {
                let reward = self.reward(outcome.reward.as_ref());
                let reward = if reward.is_empty() { reward } else { format!(": {reward}") };
                lines.push(Line::from(format!("   {}{reward}", outcome.outcome)).bold());
            }
            None if game.kind == GameKind::Scratch && game.plays_left > 0 => lines.push(Line::from("   ▒▒▒▒▒▒▒▒▒▒▒▒")),
            None => {}
        }
        if let Some(until) = game.until {
            lines.push(Line::styled(format!("   until {}", self.calendar.until(until)), QUIET));
        }
        if game.plays_left > 0 {
            let verb = match game.kind {
                GameKind::Wheel => "turn the wheel",
                GameKind::Scratch => "scratch it",
                GameKind::Other { .. } => "play",
            };
            lines.push(key("Enter", verb));
        }
        lines
    }

    fn badge(&self, badge: &Badge) -> Line<'static> {
        match badge.awarded {
            Some(at) => Line::from(format!(" ★ {}, since {}", badge.title, self.calendar.date(at))),
            None => Line::styled(format!(" ☆ {}", badge.title), QUIET),
        }
    }

    /// "+200 pts ★": what it brings, in short; the star is a badge, as in their list.
    fn reward(&self, reward: Option<&Reward>) -> String {
        let Some(Reward { points, offer, badge }) = reward else { return String::new() };
        let points = points.as_ref().map(|points| words::expected_short(points, &self.views.balance.accounts));
        let offer = offer.as_ref().map(|_| "an offer".to_owned());
        let badge = badge.as_ref().map(|_| "★".to_owned());
        [points, offer, badge].into_iter().flatten().collect::<Vec<_>>().join(" ")
    }
}

/// How many signs of a bar are counted, waiting, left. What is there at all has a sign, and only what is done fills it.
fn bar(counted: Decimal, waiting: Decimal, target: Decimal, width: usize) -> [usize; 3] {
    let signs = |amount: Decimal| -> usize {
        let share = if target.is_zero() { Decimal::ZERO } else { (amount / target).clamp(Decimal::ZERO, Decimal::ONE) };
        (share * Decimal::from(width)).ceil().to_string().parse().unwrap_or(0)
    };
    let total = signs(counted + waiting);
    let total = if counted + waiting < target { total.min(width.saturating_sub(1)) } else { total };
    let counted = if waiting.is_zero() { total } else { signs(counted).min(total.saturating_sub(1)) };
    [counted, total - counted, width - total]
}

/// A streak's days or weeks; the one that goes on now is in brackets.
fn dots(dots: &[StreakDot]) -> Line<'static> {
    let signs: String = dots
        .iter()
        .map(|dot| {
            let sign = match dot.mark {
                StreakMark::Counted => "●",
                StreakMark::Waiting => "◐",
                StreakMark::Missed => "×",
                StreakMark::Open => "○",
            };
            if dot.now { format!("[{sign}]") } else { sign.to_owned() }
        })
        .collect();
    Line::from(format!("   {signs}"))
}

/// What the member can do about the chosen task.
fn next(next: &NextStep) -> Option<Line<'static>> {
    Some(match next {
        NextStep::Nothing => return None,
        NextStep::TakePart => key("Enter", "take part"),
        NextStep::Answer { .. } => key("Enter", "answer"),
        NextStep::Follow { label, .. } => {
            Line::from(vec![Span::styled("   Enter", ACCENT), format!("  {label}").into()])
        }
        NextStep::Do { remaining } => Line::from(format!("   {} to go", remaining.normalize())),
        NextStep::ComeBack => Line::from("   Counted. Come back for the next."),
        NextStep::Wait => Line::from("   The platform will count it."),
    })
}

fn level(level: &Level) -> Line<'static> {
    let towards = level
        .next
        .map_or_else(String::new, |next| format!(": {} of {} to the next", level.value.normalize(), next.normalize()));
    Line::from(format!(" Level {}, {}{towards}", level.number, level.name))
}
