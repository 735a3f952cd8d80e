//! What a member does to their session: sign in, register, reset a password, link a card, sign out, leave.
//!
//! Each act is a call to the platform and a change that says how far the member has come; both outlive the app, so a
//! member who leaves for the SMS finds the code field when they return, even if the phone ended the app meanwhile.

use std::sync::Arc;

use jiff::SignedDuration;

use super::{Engine, PushAddress, blocking};
use crate::error::{Error, FieldProblem, Rejection, RejectionKind, Result};
use crate::platform::{self, Fetched, SignInAnswer};
use crate::session::{
    Answer, CodeSent, Member, PendingStep, Phase, Question, RegistrationAction, RegistrationStep, SessionChange,
    belongs_to,
};
use crate::state::Change;

/// How long before a sign-in is known to have ended the platform may have sent a push because of it.
const FIRST_WORDS: SignedDuration = SignedDuration::from_secs(5);

impl Engine {
    /// Begins a sign-in. The platform answers with tokens, or sends a one-time code.
    pub(crate) async fn sign_in(self: &Arc<Self>, login: String, password: Option<String>) -> Result<()> {
        let login = typed("login", &login)?;
        match self.platform().await?.token_password(&login, password.as_deref()).await? {
            SignInAnswer::Tokens(tokens) => self.finish_sign_in(tokens).await,
            SignInAnswer::CodeNeeded { two_factor } => {
                let vault = self.vault.clone();
                blocking(move || vault.put_two_factor(&two_factor)).await?;
                self.step(Some(PendingStep::SignInCode { login, sent_at: self.now().0.at }))
            }
        }
    }

    /// Hands in the one-time code of whichever step waits for one.
    pub(crate) async fn confirm_code(self: &Arc<Self>, code: String) -> Result<()> {
        let code = typed("code", &code)?;
        let platform = self.platform().await?;
        match self.state().session.step.clone() {
            Some(PendingStep::SignInCode { .. }) => {
                let two_factor = self.two_factor().await?;
                let tokens = platform.token_code(&two_factor, &code).await?;
                self.finish_sign_in(tokens).await
            }
            Some(PendingStep::Registration { phone_code: Some(_), .. }) => {
                let confirm = |token: String| {
                    let (platform, code) = (Arc::clone(&platform), code.clone());
                    async move { platform.confirm_phone(&token, &code, None).await }
                };
                let tokens = self.authorized(confirm).await?;
                self.adopt_tokens(tokens).await?;
                self.go_on_registering(None, None).await
            }
            Some(PendingStep::Registration { email_code: Some(_), .. }) => {
                let confirm = |token: String| {
                    let (platform, code) = (Arc::clone(&platform), code.clone());
                    async move { platform.confirm_email(&token, &code, None).await }
                };
                self.authorized(confirm).await?;
                self.go_on_registering(None, None).await
            }
            // A password reset is confirmed together with the new password.
            Some(PendingStep::PasswordReset { .. } | PendingStep::Registration { .. }) | None => {
                Err(Error::nothing_pending())
            }
        }
    }

    /// Has the code of the step that waits for one sent once more.
    pub(crate) async fn resend_code(self: &Arc<Self>) -> Result<()> {
        let platform = self.platform().await?;
        let sent_at = self.now().0.at;
        match self.state().session.step.clone() {
            Some(PendingStep::SignInCode { login, .. }) => {
                platform.resend_code(&self.two_factor().await?).await?;
                self.step(Some(PendingStep::SignInCode { login, sent_at }))
            }
            Some(PendingStep::Registration { actions, phone_code: Some(code), email_code }) => {
                let resend = |token: String| {
                    let platform = Arc::clone(&platform);
                    async move { platform.resend_phone_code(&token).await }
                };
                self.authorized(resend).await?;
                let phone_code = Some(CodeSent { sent_at, ..code });
                self.step(Some(PendingStep::Registration { actions, phone_code, email_code }))
            }
            Some(PendingStep::Registration { email_code: Some(code), .. }) => {
                self.registration_step(RegistrationStep::Email { address: code.to }).await
            }
            Some(PendingStep::PasswordReset { login, .. }) => self.reset_password(login).await,
            Some(PendingStep::Registration { .. }) | None => Err(Error::nothing_pending()),
        }
    }

    async fn two_factor(&self) -> Result<String> {
        let vault = self.vault.clone();
        blocking(move || vault.two_factor()).await?.ok_or_else(Error::nothing_pending)
    }

    /// Lets go of the step under way. What the platform has of a registration stays there and can be resumed.
    pub(crate) fn leave_step(&self) -> Result<()> {
        self.commit(&[Change::Session(SessionChange::Step(None)), Change::Session(SessionChange::DeletionCode(None))])
    }

    /// Begins a registration, or resumes one.
    pub(crate) async fn register(self: &Arc<Self>, login: String, password: Option<String>) -> Result<()> {
        let login = typed("login", &login)?;
        if self.state().session.phase == Phase::SignedIn {
            return Err(Error::Rejected(Rejection { kind: RejectionKind::AlreadyRegistered, ..Rejection::default() }));
        }
        let tokens = self.platform().await?.begin_registration(&login, password.as_deref()).await?;
        self.adopt_tokens(tokens).await?;
        self.go_on_registering(None, None).await
    }

    /// Does one of the things that the registration asks for.
    pub(crate) async fn registration_step(self: &Arc<Self>, step: RegistrationStep) -> Result<()> {
        let Some(PendingStep::Registration { phone_code, email_code, .. }) = self.state().session.step.clone() else {
            return Err(Error::nothing_pending());
        };
        let platform = self.platform().await?;
        let sent_at = self.now().0.at;
        let to = match &step {
            RegistrationStep::Phone { number } | RegistrationStep::LinkCard { number, .. } => {
                Some(typed("number", number)?)
            }
            RegistrationStep::Email { address } => Some(typed("address", address)?),
            RegistrationStep::AcceptTerms
            | RegistrationStep::Answers { .. }
            | RegistrationStep::TakeVirtualCard
            | RegistrationStep::Finish => None,
        };
        let to_send = to.clone().unwrap_or_default();
        let call = |token: String| {
            let (platform, step, to) = (Arc::clone(&platform), step.clone(), to_send.clone());
            async move {
                match step {
                    RegistrationStep::AcceptTerms => platform.accept_terms(&token).await.map(|()| None),
                    RegistrationStep::Phone { .. } => platform.set_phone(&token, &to).await,
                    RegistrationStep::Email { .. } => platform.set_email(&token, &to).await,
                    RegistrationStep::Answers { answers } => platform.answer(&token, &answers).await.map(|()| None),
                    RegistrationStep::LinkCard { password, .. } => {
                        platform.link_card(&token, &to, password.as_deref()).await.map(|()| None)
                    }
                    RegistrationStep::TakeVirtualCard => platform.issue_virtual_card(&token).await.map(|_| None),
                    RegistrationStep::Finish => Ok(None),
                }
            }
        };
        let length = self.authorized(call).await?;
        let sent = to.map(|to| CodeSent { to, length, sent_at });
        match step {
            RegistrationStep::Phone { .. } => self.go_on_registering(sent, email_code).await,
            RegistrationStep::Email { .. } => self.go_on_registering(phone_code, sent).await,
            _ => self.go_on_registering(phone_code, email_code).await,
        }
    }

    /// Asks what is still to do, and finishes the registration when that is nothing that is required.
    async fn go_on_registering(
        self: &Arc<Self>,
        phone_code: Option<CodeSent>,
        email_code: Option<CodeSent>,
    ) -> Result<()> {
        let platform = self.platform().await?;
        let ask = |token: String| {
            let platform = Arc::clone(&platform);
            async move { platform.registration_actions(&token).await }
        };
        let mut actions = self.authorized(ask).await?;
        if !actions.iter().any(is_open) {
            let finish = |token: String| {
                let platform = Arc::clone(&platform);
                async move { platform.finish_registration(&token).await }
            };
            let finished = self.authorized(finish).await?;
            if finished.completed {
                if let Some(tokens) = finished.tokens {
                    return self.finish_sign_in(tokens).await;
                }
                let access = self.tokens().await?.access.clone();
                return self.enter(&access, None).await;
            }
            actions = finished.actions;
        }
        self.step(Some(PendingStep::Registration { actions, phone_code, email_code }))
    }

    /// The questions of the programme's questionnaire.
    pub(crate) async fn questions(self: &Arc<Self>) -> Result<Vec<Question>> {
        let platform = self.platform().await?;
        self.authorized(|token: String| {
            let platform = Arc::clone(&platform);
            async move { platform.questions(&token).await }
        })
        .await
    }

    /// Answers questions of the questionnaire after registration.
    pub(crate) async fn answer(self: &Arc<Self>, answers: Vec<Answer>) -> Result<()> {
        self.check_signed_in()?;
        let platform = self.platform().await?;
        self.authorized(|token: String| {
            let (platform, answers) = (Arc::clone(&platform), answers.clone());
            async move { platform.answer(&token, &answers).await }
        })
        .await
    }

    /// Has a code sent that allows a new password.
    pub(crate) async fn reset_password(self: &Arc<Self>, login: String) -> Result<()> {
        let login = typed("login", &login)?;
        let length = self.platform().await?.reset_password_start(&login).await?;
        let code = CodeSent { to: login.clone(), length, sent_at: self.now().0.at };
        self.step(Some(PendingStep::PasswordReset { login, code }))
    }

    /// Sets the new password and signs in.
    pub(crate) async fn set_new_password(self: &Arc<Self>, code: String, new_password: String) -> Result<()> {
        let Some(PendingStep::PasswordReset { login, .. }) = self.state().session.step.clone() else {
            return Err(Error::nothing_pending());
        };
        let code = typed("code", &code)?;
        let tokens = self.platform().await?.reset_password_confirm(&login, &code, &new_password).await?;
        self.finish_sign_in(tokens).await
    }

    /// Takes the tokens of a sign-in into use. The code that they were given for is spent, so nothing may lose them.
    async fn finish_sign_in(self: &Arc<Self>, tokens: platform::Tokens) -> Result<()> {
        let access = tokens.access.clone();
        self.enter(&access, Some(tokens)).await
    }

    async fn enter(self: &Arc<Self>, access: &str, tokens: Option<platform::Tokens>) -> Result<()> {
        let member = self.who(access).await;
        if let Err(error) = &member {
            tracing::warn!(%error, "the platform does not say who signed in");
        }
        let member = member.ok();
        let session = Arc::clone(&self.state().session);
        let news = !belongs_to(&session, member.as_ref());
        if session.phase != Phase::SignedOut && news {
            // The phone changed hands, or may have: nothing of the member before may be seen by this one.
            let in_use = self.tokens().await.ok();
            self.forget_member().await?;
            if let (None, Some(in_use)) = (&tokens, in_use) {
                self.keep(in_use).await;
            }
        }
        if let Some(tokens) = tokens {
            self.adopt_tokens(tokens).await?;
        }
        let mut changes = vec![Change::Session(SessionChange::SignedIn(member))];
        if news {
            // What is on its way to somebody else is not shown to this member. The platform's first words to them may have
            // come before its answer.
            changes.push(Change::PushesSince(crate::clock::shifted(self.now().0.at, -FIRST_WORDS)));
        }
        self.commit(&changes)?;
        self.after_sign_in();
        Ok(())
    }

    async fn who(self: &Arc<Self>, access: &str) -> Result<Member> {
        match self.platform().await?.user(access, None).await? {
            Fetched::New { value, .. } => Ok(value),
            Fetched::NotModified => {
                Err(Error::Unreadable { call: "GET User", problem: "304 to a request without a condition".to_owned() })
            }
        }
    }

    /// Brings the member's data, without the sign-in having to wait for it.
    fn after_sign_in(self: &Arc<Self>) {
        let engine = Arc::clone(self);
        crate::runtime::spawn(async move {
            let vault = engine.vault.clone();
            // The platform binds the address to the member who signed in last.
            let outcome = blocking(move || match vault.push_address()? {
                Some(address) => vault.put_push_address(&PushAddress { registered: false, ..address }),
                None => Ok(()),
            });
            if let Err(error) = outcome.await {
                tracing::warn!(%error, "pushes may not reach this phone");
            }
            // The platform has bound this installation to the member, and what it did before counts as theirs.
            let vault = engine.vault.clone();
            if let Err(error) = blocking(move || vault.forget_anonymous()).await {
                tracing::warn!(%error, "the anonymous member's token is kept");
            }
            let (_, refreshed) = tokio::join!(engine.flush(), engine.refresh());
            if let Err(error) = refreshed {
                tracing::warn!(%error, "the first refresh failed");
            }
        });
    }

    /// Links a plastic card to the member.
    pub(crate) async fn link_card(self: &Arc<Self>, number: String, password: Option<String>) -> Result<()> {
        self.check_signed_in()?;
        let number = typed("number", &number)?;
        let platform = self.platform().await?;
        self.authorized(|token: String| {
            let (platform, number, password) = (Arc::clone(&platform), number.clone(), password.clone());
            async move { platform.link_card(&token, &number, password.as_deref()).await }
        })
        .await?;
        self.show_new_card().await
    }

    /// Has the platform issue a virtual card.
    pub(crate) async fn issue_virtual_card(self: &Arc<Self>) -> Result<()> {
        self.check_signed_in()?;
        let platform = self.platform().await?;
        self.authorized(|token: String| {
            let platform = Arc::clone(&platform);
            async move { platform.issue_virtual_card(&token).await }
        })
        .await?;
        self.show_new_card().await
    }

    async fn show_new_card(self: &Arc<Self>) -> Result<()> {
        match self.pull_cards().await.into_iter().flatten().next() {
            Some(failure) => Err(failure.error),
            None => Ok(()),
        }
    }

    /// Has the code sent that confirms leaving the programme.
    pub(crate) async fn request_deletion(self: &Arc<Self>) -> Result<()> {
        self.check_signed_in()?;
        let platform = self.platform().await?;
        let send = |token: String| {
            let platform = Arc::clone(&platform);
            async move { platform.send_deregistration_code(&token).await }
        };
        let length = self.authorized(send).await?;
        let to = self.state().session.member.as_ref().and_then(|member| member.phone.clone()).unwrap_or_default();
        let code = CodeSent { to, length, sent_at: self.now().0.at };
        self.commit(&[Change::Session(SessionChange::DeletionCode(Some(code)))])
    }

    /// Leaves the programme for good; the phone forgets the member.
    pub(crate) async fn confirm_deletion(self: &Arc<Self>, code: String, reason: Option<String>) -> Result<()> {
        self.check_signed_in()?;
        let code = typed("code", &code)?;
        let platform = self.platform().await?;
        self.authorized(|token: String| {
            let (platform, code, reason) = (Arc::clone(&platform), code.clone(), reason.clone());
            async move { platform.confirm_deregistration(&token, &code, reason.as_deref()).await }
        })
        .await?;
        self.forget_member().await
    }

    /// A member's data is asked for and changed by that member only: a registration under way has tokens, too.
    pub(super) fn check_signed_in(&self) -> Result<()> {
        if self.is_signed_in() { Ok(()) } else { Err(Error::SessionOver) }
    }

    fn step(&self, step: Option<PendingStep>) -> Result<()> {
        self.commit(&[Change::Session(SessionChange::Step(step))])
    }

    /// The next page of the history, behind what is kept.
    pub(crate) async fn load_history(self: &Arc<Self>) -> Result<()> {
        self.check_signed_in()?;
        self.check_wait()?;
        let from = self.state().history.entries.len();
        self.pull_history(from).await.map_or(Ok(()), |failure| Err(failure.error))
    }
}

fn is_open(action: &RegistrationAction) -> bool {
    action.required && !action.done
}

/// What a member typed, without the blanks around it.
fn typed(field: &'static str, text: &str) -> Result<String> {
    let text = text.trim();
    if text.is_empty() || text.len() > 256 || text.chars().any(char::is_control) {
        return Err(Error::Rejected(Rejection {
            kind: RejectionKind::Invalid,
            text: None,
            fields: vec![FieldProblem { field: field.to_owned(), texts: Vec::new() }],
        }));
    }
    Ok(text.to_owned())
}
