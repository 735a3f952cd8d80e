//! Sign-in, registration, and who is signed in.

use pocketcard::session::{CodeSent, Member, PendingStep, RegistrationAction, RegistrationActionKind, SessionView};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Stylize;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Padding, Paragraph, Wrap};

use super::words::Calendar;
use super::{ACCENT, QUIET, WARNING, outbox};
use crate::model::{Field, Model};
use crate::phone::Views;

/// Whether a member's data is on the phone.
pub(super) fn is_signed_in(session: &SessionView) -> bool {
    !matches!(session, SessionView::SignedOut { .. })
}

/// The session screen, and under it what waits to be sent. What is typed so far is the shell's own, so it comes with the
/// model.
pub(super) fn draw(frame: &mut Frame, area: Rect, views: &Views, model: &Model, calendar: &Calendar) {
    let Views { session, outbox, .. } = views;
    let mut lines = match session {
        SessionView::SignedOut { step: None } => sign_in("Sign in", model),
        SessionView::SignInAgain { step: None, member } => {
            let mut lines = vec![Line::styled("The programme asks you to sign in again.", WARNING)];
            lines.push(Line::from(format!("The card and the points of {} stay.", name(member.as_ref()))));
            lines.push(Line::default());
            lines.extend(sign_in("Sign in again", model));
            lines
        }
        SessionView::SignedOut { step: Some(step) } | SessionView::SignInAgain { step: Some(step), .. } => {
            waiting(step, model, calendar)
        }
        SessionView::SignedIn { member, deletion_code } => {
            let mut lines = signed_in(member.as_ref(), deletion_code.as_ref());
            lines.extend(outbox::before_sign_out(outbox));
            lines
        }
    };
    lines.push(Line::default());
    lines.extend(outbox::lines(outbox, calendar));
    let block = Block::new().padding(Padding::uniform(1));
    frame.render_widget(Paragraph::new(lines).wrap(Wrap { trim: false }).block(block), area);
}

fn sign_in(title: &'static str, model: &Model) -> Vec<Line<'static>> {
    vec![
        Line::from(title.bold()),
        Line::default(),
        field("Phone", &model.login, model.typing == Some(Field::Login)),
        Line::default(),
        key("Enter", "get a code by SMS"),
        key("e", "another number"),
        key("n", "new here: register this number"),
    ]
}

fn waiting(step: &PendingStep, model: &Model, calendar: &Calendar) -> Vec<Line<'static>> {
    let code = |to: &str, sent: String| {
        vec![
            Line::from("Code".bold()),
            Line::default(),
            Line::from(format!("We sent a code to {to}, {sent}.")),
            Line::default(),
            field("Code", &model.code, model.typing == Some(Field::Code)),
            Line::default(),
            key("Enter", "hand it in"),
            key("Tab", "take it from the SMS"),
            key("Esc a", "have it sent again"),
            key("Esc Esc", "begin again"),
        ]
    };
    match step {
        PendingStep::SignInCode { login, sent_at } => code(login, calendar.time(*sent_at)),
        PendingStep::PasswordReset { code: sent, .. }
        | PendingStep::Registration { phone_code: Some(sent), .. }
        | PendingStep::Registration { email_code: Some(sent), .. } => code(&sent.to, calendar.time(sent.sent_at)),
        PendingStep::Registration { actions, .. } => registration(actions, model),
    }
}

/// One thing at a time: what is done, what is next.
fn registration(actions: &[RegistrationAction], model: &Model) -> Vec<Line<'static>> {
    let mut lines = vec![Line::from("New member".bold()), Line::from(model.login.clone()), Line::default()];
    let next = actions.iter().position(|action| action.required && !action.done);
    for (place, action) in actions.iter().enumerate().filter(|(_, action)| action.required) {
        let what = match action.kind {
            RegistrationActionKind::AcceptTerms => "accept the terms (example.com/terms)",
            RegistrationActionKind::ChangePhone => "confirm the phone number by a code",
            _ => "something this demo does not ask for",
        };
        let line = match (action.done, next == Some(place)) {
            (true, _) => Line::styled(format!("  ✓ {what}"), QUIET),
            (false, true) => key("Enter", what),
            (false, false) => Line::from(format!("    {what}")),
        };
        lines.push(line);
    }
    lines.push(key("Esc", "not now"));
    lines
}

fn signed_in(member: Option<&Member>, deletion: Option<&CodeSent>) -> Vec<Line<'static>> {
    let phone = member.and_then(|member| member.phone.clone()).unwrap_or_default();
    let mut lines = vec![Line::from(name(member).bold()), Line::from(phone), Line::default()];
    if let Some(sent) = deletion {
        lines.push(Line::styled(format!("A code to leave the programme went to {}.", sent.to), WARNING));
    }
    lines.push(key("x", "sign out; card and points leave this phone"));
    lines
}

fn name(member: Option<&Member>) -> String {
    let names = member.map(|member| [member.first_name.clone(), member.last_name.clone()]).unwrap_or_default();
    let name = names.into_iter().flatten().collect::<Vec<_>>().join(" ");
    if name.is_empty() { "Member".to_owned() } else { name }
}

/// A field, with a cursor where it is typed into.
fn field(label: &'static str, text: &str, typing: bool) -> Line<'static> {
    let cursor = if typing { "▏" } else { "" };
    let style = if typing { ACCENT } else { QUIET };
    Line::from(vec![format!("{label}  ").into(), Span::styled(format!("[ {text}{cursor} ]"), style)])
}

fn key(key: &'static str, what: &'static str) -> Line<'static> {
    Line::from(vec!["  ".into(), Span::styled(key, ACCENT), format!("  {what}").into()])
}
