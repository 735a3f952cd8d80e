//! The calls, one method each. Source of names and paths: Loymax Public API v1.2 and our App API.
//!
//! All of them can fail with [`Error::Offline`], [`Error::Busy`], [`Error::Unreadable`] and [`Error::NotSupported`] (a
//! 404; to what carries a key, one without words); those with a `token` with [`Error::Unauthorized`]; those that change
//! something with [`Error::Rejected`]. What a method's own docs name comes on top.

use serde_json::json;
use std::time::Duration;

use super::envelope::{self, List, Nothing};
use super::wire::{self, is_token};
use super::{Call, Fetched, FinishAnswer, Platform, SignInAnswer, TWO_FACTOR, TimeSample, Tokens};
use crate::balance::{Account, TierLadder};
use crate::card::{Card, CodeKey, IssuedCode};
use crate::error::{Error, Result};
use crate::history::HistoryPage;
use crate::session::{Answer, Member, Question, RegistrationAction};
use crate::state::Capabilities;

/// The OAuth call that signs in and refreshes.
const TOKEN: &str = "POST /authorizationService/token";

/// Signing in.
impl Platform {
    /// Signs in by `login` (phone, e-mail or card number), with a `password` where the tenant uses them.
    ///
    /// # Errors
    /// [`Error::Rejected`] where login or password is wrong; its text says how many tries are left.
    pub(crate) async fn token_password(&self, login: &str, password: Option<&str>) -> Result<SignInAnswer> {
        let mut fields = vec![("grant_type", "password"), ("username", login)];
        fields.extend(password.map(|password| ("password", password)));
        let call = Call::new(TOKEN).form(&fields);
        self.logged(&call, async {
            let answer = self.exchange(&call).await?;
            let error = if answer.status == 400 { envelope::token_error(&answer.body) } else { None };
            if error.as_deref() != Some("TwoFactorAuthenticationCodeRequired") {
                return call.read::<wire::TokenReply>(&answer).map(SignInAnswer::Tokens);
            }
            let token = answer.headers.get(TWO_FACTOR).and_then(|token| token.to_str().ok());
            let token = token.filter(|token| is_token(token));
            let two_factor = token.ok_or_else(|| call.unreadable("header X-Loymax-2FA: missing"))?.to_owned();
            Ok(SignInAnswer::CodeNeeded { two_factor })
        })
        .await
    }

    /// Ends a sign-in with the one-time `code`.
    ///
    /// # Errors
    /// [`Error::Rejected`] where the code is wrong.
    pub(crate) async fn token_code(&self, two_factor: &str, code: &str) -> Result<Tokens> {
        let call = Call::new(TOKEN).two_factor(two_factor).takes_code();
        self.ask::<wire::TokenReply>(call.form(&[("grant_type", "password"), ("password", code)])).await
    }

    /// Has the one-time code sent again.
    pub(crate) async fn resend_code(&self, two_factor: &str) -> Result<()> {
        let call = Call::new("POST /authorizationService/v1.2/auth/SendConfirmationCode").two_factor(two_factor);
        self.ask::<Nothing>(call).await
    }

    /// Trades the refresh token for new tokens. It is good for one such call: never two at once, and store what comes
    /// back before the old pair is dropped.
    ///
    /// # Errors
    /// [`Error::SessionOver`] where the refresh token is spent, expired, or there is none.
    pub(crate) async fn token_refresh(&self, tokens: &Tokens) -> Result<Tokens> {
        if tokens.refresh.is_empty() {
            return Err(Error::SessionOver);
        }
        // An answer that is not waited for takes the session with it: the token is spent.
        let call = Call::new(TOKEN).token(&tokens.access).patient();
        let call = call.form(&[("grant_type", "refresh_token"), ("refresh_token", &tokens.refresh)]);
        self.logged(&call, async {
            let answer = self.exchange(&call).await?;
            if answer.status == 400 && envelope::token_error(&answer.body).as_deref() == Some("invalid_grant") {
                return Err(Error::SessionOver);
            }
            call.read::<wire::TokenReply>(&answer)
        })
        .await
    }

    /// Starts setting a new password; gives the length of the code that was sent, where the platform says it.
    pub(crate) async fn reset_password_start(&self, login: &str) -> Result<Option<u32>> {
        let call = Call::new("POST ResetPassword/Start").json(&json!({ "notifierIdentity": login }));
        self.ask::<wire::CodeSent>(call).await
    }

    /// Sets a new password with the code that was sent.
    pub(crate) async fn reset_password_confirm(&self, login: &str, code: &str, new_password: &str) -> Result<Tokens> {
        let body = json!({ "notifierIdentity": login, "confirmCode": code, "newPassword": new_password });
        self.ask::<wire::TokenReply>(Call::new("POST ResetPassword/Confirm").takes_code().json(&body)).await
    }
}

/// Registration.
impl Platform {
    /// An anonymous member for this installation; the same one again while nobody has signed in on it.
    pub(crate) async fn register_anonymous(&self) -> Result<Tokens> {
        self.ask::<wire::TokenReply>(Call::new("POST Registration/RegisterAnonym").json(&json!({}))).await
    }

    /// Begins a registration. The tokens of a platform that answers with a lone `authToken` cannot be refreshed (their
    /// `refresh` is empty); [`Self::finish_registration`] gives full ones.
    ///
    /// # Errors
    /// [`Error::Rejected`] of kind `AlreadyRegistered` or `Blocked`.
    pub(crate) async fn begin_registration(&self, login: &str, password: Option<&str>) -> Result<Tokens> {
        let body = json!({ "login": login, "password": password });
        let call = Call::new("POST Registration/BeginRegistration").json(&body);
        self.ask::<wire::Begin>(call).await?.map_err(Error::Rejected)
    }

    /// What the registration asks for, in the platform's order.
    pub(crate) async fn registration_actions(&self, token: &str) -> Result<Vec<RegistrationAction>> {
        self.ask::<wire::Actions>(Call::new("GET User/RegistrationActions").token(token)).await
    }

    /// Accepts the programme's terms.
    pub(crate) async fn accept_terms(&self, token: &str) -> Result<()> {
        self.ask::<Nothing>(Call::new("POST User/AcceptTenderOffer").token(token).json(&json!({}))).await
    }

    /// Sets a phone number and has a code sent to it; gives the code's length, where the platform says it.
    pub(crate) async fn set_phone(&self, token: &str, phone: &str) -> Result<Option<u32>> {
        let call = Call::new("POST User/PhoneNumber").token(token).json(&json!({ "phoneNumber": phone }));
        self.ask::<wire::CodeSent>(call).await
    }

    /// Confirms the phone number; the platform answers with new tokens.
    pub(crate) async fn confirm_phone(&self, token: &str, code: &str, password: Option<&str>) -> Result<Tokens> {
        let call = Call::new("POST User/PhoneNumber/Confirm").token(token).takes_code();
        self.ask::<wire::TokenReply>(call.json(&json!({ "confirmCode": code, "password": password }))).await
    }

    /// Has the phone's code sent again.
    pub(crate) async fn resend_phone_code(&self, token: &str) -> Result<()> {
        self.ask::<Nothing>(Call::new("POST User/PhoneNumber/SendConfirmCode").token(token).json(&json!({}))).await
    }

    /// Sets an e-mail address and has a code sent to it; gives the code's length, where the platform says it.
    pub(crate) async fn set_email(&self, token: &str, email: &str) -> Result<Option<u32>> {
        let call = Call::new("POST User/Email").token(token).json(&json!({ "email": email }));
        self.ask::<wire::CodeSent>(call).await
    }

    /// Confirms the e-mail address.
    pub(crate) async fn confirm_email(&self, token: &str, code: &str, password: Option<&str>) -> Result<()> {
        let call = Call::new("POST User/Email/Confirm").token(token).takes_code();
        self.ask::<Nothing>(call.json(&json!({ "confirmCode": code, "password": password }))).await
    }

    /// Ends the registration, or says what is still open.
    pub(crate) async fn finish_registration(&self, token: &str) -> Result<FinishAnswer> {
        let call = Call::new("POST Registration/TryFinishRegistration").token(token).json(&json!({}));
        self.ask::<wire::Finish>(call).await
    }

    /// The questionnaire, without what is no longer asked.
    pub(crate) async fn questions(&self, token: &str) -> Result<Vec<Question>> {
        self.ask::<wire::Questions>(Call::new("GET Anketa/Questions").token(token)).await
    }

    /// Answers the questionnaire.
    ///
    /// # Errors
    /// [`Error::Rejected`] of kind `Invalid`, whose fields are the ids of the questions.
    pub(crate) async fn answer(&self, token: &str, answers: &[Answer]) -> Result<()> {
        let answers = answers.iter().map(|answer| {
            json!({
                "questionId": answer.question,
                "questionGroupId": answer.group,
                "value": answer.value,
                "fixedAnswerIds": answer.options,
            })
        });
        self.ask::<Nothing>(Call::new("POST User/Answers").token(token).json(&answers.collect())).await
    }
}

/// The member.
impl Platform {
    /// Who is signed in.
    pub(crate) async fn user(&self, token: &str, etag: Option<&str>) -> Result<Fetched<Member>> {
        self.fetch::<wire::User>(Call::new("GET User").token(token).etag(etag)).await
    }

    /// The tier ladders.
    pub(crate) async fn status(&self, token: &str, etag: Option<&str>) -> Result<Fetched<Vec<TierLadder>>> {
        self.fetch::<List<wire::Ladder>>(Call::new("GET User/Status").token(token).etag(etag)).await
    }

    /// The accounts.
    pub(crate) async fn balance(&self, token: &str, etag: Option<&str>) -> Result<Fetched<Vec<Account>>> {
        self.fetch::<wire::DetailedBalance>(Call::new("GET User/DetailedBalance").token(token).etag(etag)).await
    }

    /// `count` entries of the history, from the `from`th on, counted from the newest, which is 0.
    pub(crate) async fn history(
        &self,
        token: &str,
        from: u64,
        count: u32,
        etag: Option<&str>,
    ) -> Result<Fetched<HistoryPage>> {
        let call = Call::new("GET History").token(token).etag(etag).query("filter.historyItemType", "All");
        self.fetch::<wire::History>(call.query("filter.from", from).query("filter.count", count)).await
    }

    /// Has a code sent that confirms leaving the programme; gives its length, where the platform says it.
    pub(crate) async fn send_deregistration_code(&self, token: &str) -> Result<Option<u32>> {
        let call = Call::new("POST User/Deregistration/SendConfirmCode").token(token).json(&json!({}));
        self.ask::<wire::CodeSent>(call).await
    }

    /// Leaves the programme: the account is deleted.
    pub(crate) async fn confirm_deregistration(&self, token: &str, code: &str, reason: Option<&str>) -> Result<()> {
        let call = Call::new("POST User/Deregistration/Confirm").token(token).takes_code();
        self.ask::<Nothing>(call.json(&json!({ "confirmCode": code, "reason": reason }))).await
    }
}

/// Cards, codes, pushes.
impl Platform {
    /// The member's cards.
    pub(crate) async fn cards(&self, token: &str, etag: Option<&str>) -> Result<Fetched<Vec<Card>>> {
        self.fetch::<List<wire::CardRow>>(Call::new("GET Cards").token(token).etag(etag)).await
    }

    /// A code for `card_id` that is good for a short time.
    pub(crate) async fn issued_code(&self, token: &str, card_id: i64) -> Result<IssuedCode> {
        self.ask::<wire::QrCode>(Call::new("GET Cards/{id}/QrCode").token(token).id(card_id)).await
    }

    /// Whether the member may have a (further) virtual card.
    pub(crate) async fn virtual_card_allowed(&self, token: &str) -> Result<bool> {
        self.ask::<wire::EmitVirtual>(Call::new("GET Cards/EmitVirtual").token(token)).await
    }

    /// Gives the member a virtual card.
    pub(crate) async fn issue_virtual_card(&self, token: &str) -> Result<Card> {
        self.ask::<wire::CardRow>(Call::new("PUT Cards/EmitVirtual").token(token).json(&json!({}))).await
    }

    /// Links a plastic card, with the password printed on it where it has one.
    pub(crate) async fn link_card(&self, token: &str, number: &str, password: Option<&str>) -> Result<()> {
        let body = json!({ "cardNumber": number, "password": password });
        self.ask::<Nothing>(Call::new("POST Cards/Set").token(token).json(&body)).await
    }

    /// Registers this installation for pushes; `service` is `Fcm`, `Apns` or `HMS`.
    pub(crate) async fn register_push(&self, token: &str, push_token: &str, service: &str) -> Result<()> {
        let body = json!({ "token": push_token, "platformType": self.system, "pushServiceType": service });
        self.ask::<Nothing>(Call::new("POST Pushes").token(token).json(&body)).await
    }

    /// What this platform offers beyond the member API.
    ///
    /// # Errors
    /// [`Error::NotSupported`] where it offers nothing.
    pub(crate) async fn capabilities(&self, token: &str, etag: Option<&str>) -> Result<Fetched<Capabilities>> {
        let call = Call::new("GET /app/v1/capabilities").token(token).etag(etag);
        let sample =
            |time, sent, received| TimeSample { platform: time, granularity: Duration::from_millis(1), sent, received };
        let fetched = self.fetch_with::<wire::CapabilitiesRow>(call, |&(_, server_time), answer| {
            // What a cache kept is as old as it says.
            if let Some(time) = server_time.filter(|_| !answer.headers.contains_key(reqwest::header::AGE)) {
                (self.on_time)(sample(time, answer.sent.clone(), answer.received.clone()));
            }
        });
        Ok(fetched.await?.map(|(capabilities, _)| capabilities))
    }

    /// The key from which the phone makes the rotating codes of `card_id`.
    pub(crate) async fn code_key(&self, token: &str, card_id: i64) -> Result<CodeKey> {
        self.ask::<wire::CodeKeyRow>(Call::new("GET /app/v1/cards/{id}/code-key").token(token).id(card_id)).await
    }
}
