//! The Member API: Loymax Public API v1.2 as its published clients use it, quirks included.
//!
//! Handlers read a request, do one piece of work and wrap what comes of it; the rules are in the modules of their subject.

pub(crate) mod envelope;

mod cards;
mod member;
mod merchants;
mod profile;
mod pushes;
mod registration;
mod token;

use axum::Router;
use axum::routing::{get, post};

use crate::platform::App;
use envelope::not_found;

/// The routes.
pub(crate) fn routes() -> Router<App> {
    let api = Router::new()
        .route("/Registration/RegisterAnonym", post(registration::register_anonymous))
        .route("/Registration/BeginRegistration", post(registration::begin))
        .route("/Registration/TryFinishRegistration", post(registration::try_finish))
        .route("/User/RegistrationActions", get(registration::actions))
        .route("/User/AcceptTenderOffer", post(registration::accept_terms))
        .route("/User/PhoneNumber", post(registration::set_phone))
        .route("/User/PhoneNumber/Confirm", post(registration::confirm_phone))
        .route("/User/PhoneNumber/SendConfirmCode", post(registration::resend_phone_code))
        .route("/User", get(member::user))
        .route("/User/Status", get(member::status))
        .route("/User/DetailedBalance", get(member::detailed_balance))
        .route("/History", get(member::history))
        .route("/User/Email", get(profile::email).post(profile::set_email))
        .route("/User/Email/Confirm", post(profile::confirm_email))
        .route("/ResetPassword/Start", post(profile::start_reset))
        .route("/ResetPassword/Confirm", post(profile::confirm_reset))
        .route("/Anketa/Questions", get(profile::questions))
        .route("/User/Answers", post(profile::answers))
        .route("/User/Deregistration/SendConfirmCode", post(profile::send_deregistration_code))
        .route("/User/Deregistration/Confirm", post(profile::confirm_deregistration))
        .route("/Cards", get(cards::list))
        .route("/Cards/EmitVirtual", get(cards::emission).put(cards::emit))
        .route("/Cards/Set", post(cards::link))
        .route("/Cards/{id}/QrCode", get(cards::issue_code))
        .route("/Cards/{id}/ChangeBlockState", post(cards::change_block))
        .route("/Cards/{id}/Replace", post(cards::replace))
        .route("/Merchants", get(merchants::list))
        .route("/Merchants/{id}", get(merchants::one))
        .route("/Pushes", post(pushes::register))
        .route("/Pushes/{id}", get(pushes::message))
        .route("/Pushes/{id}/state", post(pushes::receipt))
        .fallback(not_found);
    Router::new()
        .route("/authorizationService/token", post(token::token))
        .route("/authorizationService/v1.2/auth/SendConfirmationCode", post(token::resend))
        .nest("/publicapi/v1.2", api)
}
