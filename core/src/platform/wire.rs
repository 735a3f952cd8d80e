//! The shapes on the wire, and what the core makes of each.
//!
//! Names and spellings are the platform's own and end here. Source: Loymax Public API v1.2 and our App API.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::Value;

use super::envelope::{List, Wire, named};
use super::number::Num;
use super::time::Time;
use super::{FinishAnswer, Tokens};
use crate::balance::{Account, DatedAmount, Period, PeriodAmount, Tier, TierLadder};
use crate::card::{Card, CardState, CodeKey, IssuedCode, Symbology, TillCode};
use crate::error::{Rejection, RejectionKind};
use crate::history::{HistoryEntry, HistoryPage, HistoryWhat, ReceiptItem};
use crate::session::{Member, Question, QuestionOption, RegistrationAction, RegistrationActionKind};
use crate::state::Capabilities;
use crate::types::{Currency, Money};

type Read<T> = Result<T, String>;

/// Declares wire structs: all are camel case, and ignore what they do not know.
macro_rules! wire {
    ($($(#[$meta:meta])* struct $name:ident { $($(#[$field_meta:meta])* $field:ident: $type:ty,)* })*) => {$(
        $(#[$meta])*
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        pub(super) struct $name { $($(#[$field_meta])* $field: $type,)* }
    )*};
}
pub(super) use wire;

// Tokens, registration, codes.

wire! {
    /// A token reply, bare or within `authResult`, or a lone `authToken`.
    struct TokenReply {
        #[serde(rename = "access_token")]
        access_token: Option<String>,
        #[serde(rename = "refresh_token")]
        refresh_token: Option<String>,
        #[serde(rename = "expires_in")]
        expires_in: Option<u64>,
        auth_result: Option<Box<TokenReply>>,
        auth_token: Option<String>,
        // Of `BeginRegistration`.
        state: Option<String>,
        error_message: Option<String>,
        // Of `TryFinishRegistration`.
        registration_completed: Option<bool>,
        #[serde(default)]
        uncompleted_actions: List<Step>,
    }
    struct Step {
        user_action_type: String,
        action_state: String,
        is_done: bool,
    }
    struct Actions {
        #[serde(default)]
        actions: List<Step>,
    }
    struct CodeSent {
        #[serde(alias = "confirmCodeLength")]
        code_length: Option<u32>,
    }
}

/// The longest life of an access token that is believed, so that no sum with it overflows.
const LONGEST_TOKEN_LIFE: u64 = 10 * 366 * 24 * 3600;
/// What is assumed of a lone `authToken`, which comes with no life of its own: the platform's 401 ends it sooner.
const AUTH_TOKEN_LIFE: Duration = Duration::from_hours(24);

impl TokenReply {
    fn tokens(self) -> Read<Option<Tokens>> {
        if let Some(reply) = self.auth_result {
            return reply.tokens().map_err(|problem| format!("authResult.{problem}"));
        }
        match (self.access_token, self.auth_token) {
            (Some(access), _) => {
                let refresh = self.refresh_token.ok_or("refresh_token: missing")?;
                let seconds = self.expires_in.ok_or("expires_in: missing")?;
                if !is_token(&access) || !is_token(&refresh) {
                    return Err("access_token, refresh_token: not what a header can carry".into());
                }
                let expires_in = Duration::from_secs(seconds.min(LONGEST_TOKEN_LIFE));
                Ok(Some(Tokens { access, refresh, expires_in }))
            }
            (None, Some(access)) if is_token(&access) => {
                Ok(Some(Tokens { access, refresh: String::new(), expires_in: AUTH_TOKEN_LIFE }))
            }
            (None, Some(_)) => Err("authToken: not what a header can carry".into()),
            (None, None) => Ok(None),
        }
    }
}

/// Tokens travel in headers: visible ASCII, and not megabytes of it.
pub(super) fn is_token(text: &str) -> bool {
    (1..=8192).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

impl Wire for TokenReply {
    type Domain = Tokens;
    fn read(self) -> Read<Tokens> {
        self.tokens()?.ok_or_else(|| "access_token: missing".into())
    }
}

/// A token reply, unless the registration is refused within an envelope that claims success.
#[derive(Deserialize)]
#[serde(transparent)]
pub(super) struct Begin(TokenReply);

impl Wire for Begin {
    type Domain = std::result::Result<Tokens, Rejection>;
    fn read(self) -> Read<Self::Domain> {
        let kind = match self.0.state.as_deref() {
            Some("RegistrationAlreadyCompleted") => RejectionKind::AlreadyRegistered,
            Some("RegistrationBlocked") => RejectionKind::Blocked,
            _ => return self.0.read().map(Ok),
        };
        Ok(Err(Rejection { kind, text: self.0.error_message, fields: Vec::new() }))
    }
}

/// A token reply with how far the registration is.
#[derive(Deserialize)]
#[serde(transparent)]
pub(super) struct Finish(TokenReply);

impl Wire for Finish {
    type Domain = FinishAnswer;
    fn read(mut self) -> Read<FinishAnswer> {
        let completed = self.0.registration_completed.ok_or("registrationCompleted: missing")?;
        let actions = std::mem::take(&mut self.0.uncompleted_actions).read()?;
        Ok(FinishAnswer { tokens: self.0.tokens()?, completed, actions })
    }
}

impl Wire for Step {
    type Domain = RegistrationAction;
    fn read(self) -> Read<RegistrationAction> {
        use RegistrationActionKind as Kind;
        let kind = match self.user_action_type.as_str() {
            "AcceptTenderOffer" => Kind::AcceptTerms,
            "ChangePhone" => Kind::ChangePhone,
            "ChangeEmail" => Kind::ChangeEmail,
            "Questions" => Kind::Questions,
            "AttachCard" => Kind::AttachCard,
            "AssignCard" => Kind::AssignCard,
            "PasswordRequired" => Kind::PasswordRequired,
            "AcceptSubscriptionsConfirm" => Kind::AcceptSubscriptions,
            _ => Kind::Other { name: self.user_action_type },
        };
        Ok(RegistrationAction { kind, required: self.action_state == "Required", done: self.is_done })
    }
}

impl Wire for Actions {
    type Domain = Vec<RegistrationAction>;
    fn read(self) -> Read<Self::Domain> {
        self.actions.read()
    }
}

impl Wire for CodeSent {
    type Domain = Option<u32>;
    fn read(self) -> Read<Option<u32>> {
        // The screen draws one box a digit.
        Ok(self.code_length.filter(|length| (1..=32).contains(length)))
    }
    fn absent() -> Option<Self> {
        Some(Self { code_length: None })
    }
}

// The member and the questionnaire.

wire! {
    struct User {
        id: i64,
        first_name: Option<String>,
        last_name: Option<String>,
        phone_number: Option<String>,
        email: Option<String>,
    }
    struct QuestionRow {
        id: i64,
        #[serde(alias = "groupId")]
        question_group_id: Option<i64>,
        display_name: String,
        r#type: String,
        is_archived: Option<bool>,
        #[serde(default)]
        items: List<QuestionItem>,
    }
    struct QuestionItem {
        id: i64,
        name: String,
    }
}

impl Wire for User {
    type Domain = Member;
    fn read(self) -> Read<Member> {
        let Self { id, first_name, last_name, phone_number: phone, email } = self;
        Ok(Member { id, first_name, last_name, phone, email })
    }
}

/// The questionnaire without what is no longer asked.
#[derive(Deserialize)]
#[serde(transparent)]
pub(super) struct Questions(List<QuestionRow>);

impl Wire for Questions {
    type Domain = Vec<Question>;
    fn read(self) -> Read<Vec<Question>> {
        let asked = self.0.0.into_iter().filter(|row| row.is_archived != Some(true));
        let option = |item: QuestionItem| QuestionOption { id: item.id, name: item.name };
        Ok(asked
            .map(|row| Question {
                id: row.id,
                group: row.question_group_id,
                text: row.display_name,
                kind: row.r#type,
                options: row.items.0.into_iter().map(option).collect(),
            })
            .collect())
    }
    fn absent() -> Option<Self> {
        Some(Self(List::default()))
    }
}

// Status and balance.

wire! {
    struct Ladder {
        name: String,
        logical_name: String,
        #[serde(default)]
        statuses: List<TierRow>,
        current_status: Option<TierRow>,
        current_value: Num,
        next_status_value: Option<Num>,
    }
    struct TierRow {
        name: String,
        threshold: Num,
        description: Option<String>,
    }
    struct DetailedBalance {
        #[serde(default)]
        items: List<BalanceRow>,
    }
    struct BalanceRow {
        currency: CurrencyRow,
        amount: Num,
        not_activated_amount: Num,
        account_is_blocked: bool,
        #[serde(default)]
        life_times_by_time: List<Dated>,
        #[serde(default)]
        life_times_by_period: List<InPeriod>,
    }
    struct Dated {
        amount: Num,
        date: Time,
    }
    struct InPeriod {
        activation_amount: Num,
        expiration_amount: Num,
        period: String,
    }
    struct CurrencyRow {
        id: i64,
        name: String,
        code: String,
        is_deleted: Option<bool>,
        name_cases: Option<NameCases>,
    }
    struct NameCases {
        nominative: Option<String>,
        genitive: Option<String>,
        plural: Option<String>,
        abbreviation: Option<String>,
    }
    struct MoneyRow {
        amount: Num,
        currency: String,
    }
}

impl Wire for TierRow {
    type Domain = Tier;
    fn read(self) -> Read<Tier> {
        Ok(Tier { name: self.name, threshold: self.threshold.0, description: self.description })
    }
}

impl Wire for Ladder {
    type Domain = TierLadder;
    fn read(self) -> Read<TierLadder> {
        let mut tiers = self.statuses.read()?;
        tiers.sort_by_key(|tier| tier.threshold);
        Ok(TierLadder {
            name: self.name,
            logical_name: self.logical_name,
            tiers,
            current: self.current_status.map(Wire::read).transpose()?,
            value: self.current_value.0,
            next_at: self.next_status_value.map(|value| value.0),
        })
    }
}

impl Wire for CurrencyRow {
    type Domain = Currency;
    fn read(self) -> Read<Currency> {
        // A tenant that has not filled in the cases still has a name to show.
        let case = |case: fn(&NameCases) -> &Option<String>, otherwise: &str| {
            self.name_cases.as_ref().and_then(|cases| case(cases).clone()).unwrap_or_else(|| otherwise.to_owned())
        };
        Ok(Currency {
            nominative: case(|cases| &cases.nominative, &self.name),
            genitive: case(|cases| &cases.genitive, &self.name),
            plural: case(|cases| &cases.plural, &self.name),
            abbreviation: case(|cases| &cases.abbreviation, &self.code),
            id: self.id,
            name: self.name,
            code: self.code,
        })
    }
}

impl Wire for DetailedBalance {
    type Domain = Vec<Account>;
    fn read(self) -> Read<Vec<Account>> {
        // What is left of a currency that was deleted still belongs to the member; an empty account of one is clutter.
        let shown = self.items.0.into_iter().filter(|row| {
            row.currency.is_deleted != Some(true) || !row.amount.0.is_zero() || !row.not_activated_amount.0.is_zero()
        });
        shown.map(Wire::read).collect()
    }
}

impl Wire for BalanceRow {
    type Domain = Account;
    fn read(self) -> Read<Account> {
        // Amounts above zero become spendable then, amounts below lapse then; what has no end does neither.
        let dated = |wanted: fn(&Decimal) -> bool| {
            let rows = self.life_times_by_time.0.iter().filter(|row| wanted(&row.amount.0));
            let mut dated: Vec<_> =
                rows.filter_map(|row| Some(DatedAmount { amount: row.amount.0.abs(), at: row.date.end()? })).collect();
            dated.sort_by_key(|row| row.at);
            dated
        };
        let activations = dated(|amount| *amount > Decimal::ZERO);
        let expirations = dated(|amount| *amount < Decimal::ZERO);
        let later = self.life_times_by_period.0.into_iter().map(|row| PeriodAmount {
            period: match row.period.as_str() {
                "FromWeekToMonth" => Period::WeekToMonth,
                "FromMonthToYear" => Period::MonthToYear,
                "FromYear" => Period::BeyondYear,
                _ => Period::Other { name: row.period },
            },
            activates: row.activation_amount.0.abs(),
            expires: row.expiration_amount.0.abs(),
        });
        Ok(Account {
            later: later.collect(),
            currency: self.currency.read()?,
            available: self.amount.0,
            pending: self.not_activated_amount.0,
            blocked: self.account_is_blocked,
            activations,
            expirations,
        })
    }
}

// History.

wire! {
    struct History {
        all_count: u64,
        #[serde(default)]
        rows: List<HistoryRow>,
    }
    struct HistoryRow {
        id: String,
        date_time: Time,
        r#type: String,
        description: Option<String>,
        location: Option<Location>,
        // Its shape depends on `type`, which may come after it or be unknown.
        data: Option<Value>,
    }
    struct Location {
        description: Option<String>,
    }
    struct Reward {
        offer_external_id: Option<String>,
        amount: MoneyRow,
    }
    struct Withdrawal {
        amount: MoneyRow,
    }
    struct Purchase {
        cheque_number: Option<String>,
        amount: MoneyRow,
        is_refund: bool,
        #[serde(default)]
        cheque_items: List<ChequeItem>,
        #[serde(default)]
        withdraws: List<Withdrawal>,
        #[serde(default)]
        rewards: List<Withdrawal>,
    }
    struct ChequeItem {
        description: String,
        count: Num,
        unit: Option<String>,
        amount: Num,
    }
}

impl From<MoneyRow> for Money {
    fn from(row: MoneyRow) -> Self {
        Self { amount: row.amount.0, currency: row.currency }
    }
}

impl Wire for History {
    type Domain = HistoryPage;
    fn read(self) -> Read<HistoryPage> {
        let entries = self.rows.read().map_err(|problem| format!("rows{problem}"))?;
        Ok(HistoryPage { total: self.all_count, entries })
    }
}

impl Wire for HistoryRow {
    type Domain = HistoryEntry;
    fn read(self) -> Read<HistoryEntry> {
        if self.id.is_empty() {
            return Err("id: empty".into());
        }
        let what = match self.r#type.as_str() {
            "PurchaseData" => purchase(inner(self.data)?),
            "RewardData" => {
                let reward: Reward = inner(self.data)?;
                HistoryWhat::Reward { amount: reward.amount.into(), offer: reward.offer_external_id }
            }
            "WithdrawData" => HistoryWhat::Withdrawal { amount: inner::<Withdrawal>(self.data)?.amount.into() },
            _ => HistoryWhat::Other { kind: self.r#type },
        };
        let store = self.location.and_then(|location| location.description);
        Ok(HistoryEntry { id: self.id, at: self.date_time.0, description: self.description, store, what })
    }
}

fn purchase(row: Purchase) -> HistoryWhat {
    let item = |item: ChequeItem| ReceiptItem {
        description: item.description,
        count: item.count.0,
        unit: item.unit,
        amount: item.amount.0,
    };
    let spent = |row: Withdrawal| Money { amount: row.amount.amount.0.abs(), currency: row.amount.currency };
    HistoryWhat::Purchase {
        amount: row.amount.into(),
        refund: row.is_refund,
        receipt: row.cheque_number,
        items: row.cheque_items.0.into_iter().map(item).collect(),
        spent: row.withdraws.0.into_iter().map(spent).collect(),
        earned: row.rewards.0.into_iter().map(|row| row.amount.into()).collect(),
    }
}

/// A row's `data`, once its `type` is known.
fn inner<T: serde::de::DeserializeOwned>(data: Option<Value>) -> Read<T> {
    let data = data.ok_or("data: missing")?;
    named(data).map_err(|problem| format!("data.{problem}"))
}

// Cards and codes.

wire! {
    struct CardRow {
        id: i64,
        qr_content: Option<String>,
        state: String,
        number: String,
        bar_code: Option<String>,
        block: Option<bool>,
        expiry_date: Option<Time>,
        card_category: Option<CardCategory>,
    }
    struct CardCategory {
        title: Option<String>,
    }
    struct QrCode {
        code_generated_date: Time,
        code: String,
        life_time: i64,
    }
    struct EmitVirtual {
        is_virtual_card_emission_allowed: bool,
    }
    struct CodeKeyRow {
        value_pattern: String,
        totp: Totp,
        symbology: String,
        valid_until: Time,
    }
    struct Totp {
        algorithm: String,
        period_millis: u64,
        key: String,
        value_length: u32,
    }
    struct CapabilitiesRow {
        server_time: Option<Time>,
        #[serde(default)]
        features: List<String>,
        minimum_app_version: Option<String>,
        till_code: Option<TillCodeRow>,
    }
    struct TillCodeRow {
        symbology: String,
        static_symbology: String,
    }
}

impl Wire for CardRow {
    type Domain = Card;
    fn read(self) -> Read<Card> {
        let filled = |text: Option<String>| text.filter(|text| !text.is_empty());
        Ok(Card {
            id: self.id,
            // The linear code of a card that has none of its own is its number.
            bar_code: filled(self.bar_code).unwrap_or_else(|| self.number.clone()),
            number: self.number,
            qr_content: filled(self.qr_content),
            state: match self.state.as_str() {
                "Creating" | "Created" | "Prepared" | "Packed" | "Emitted" => CardState::InPreparation,
                "Issued" | "Activated" => CardState::Active,
                "Replaced" => CardState::Replaced,
                "Expired" => CardState::Expired,
                _ => CardState::Other(self.state),
            },
            blocked: self.block == Some(true),
            expires: self.expiry_date.and_then(Time::end),
            title: self.card_category.and_then(|category| category.title).unwrap_or_default(),
        })
    }
}

/// No code is issued for longer: a life of years would be shown long after the platform forgot the code.
const LONGEST_CODE_LIFE: i64 = 366 * 24 * 3600;

impl Wire for QrCode {
    type Domain = IssuedCode;
    fn read(self) -> Read<IssuedCode> {
        if self.code.is_empty() {
            return Err("code: empty".into());
        }
        if !(1..=LONGEST_CODE_LIFE).contains(&self.life_time) {
            return Err("lifeTime: not between a second and a year".into());
        }
        let from = self.code_generated_date.0;
        let until = from.checked_add(jiff::SignedDuration::from_secs(self.life_time));
        Ok(IssuedCode { code: self.code, from, until: until.map_err(|_| "codeGeneratedDate: out of range")? })
    }
}

impl Wire for EmitVirtual {
    type Domain = bool;
    fn read(self) -> Read<bool> {
        Ok(self.is_virtual_card_emission_allowed)
    }
}

impl Wire for CodeKeyRow {
    type Domain = CodeKey;
    fn read(self) -> Read<CodeKey> {
        let Totp { algorithm, period_millis, key, value_length } = self.totp;
        let check = |right: bool, problem: &str| if right { Ok(()) } else { Err(problem.to_owned()) };
        check(algorithm == "TOTP_SHA1", "totp.algorithm: not TOTP_SHA1")?;
        let key = CodeKey {
            value_pattern: self.value_pattern,
            period_millis,
            key: base16(&key).ok_or("totp.key: not base 16")?,
            value_length,
            symbology: symbology(&self.symbology).ok_or("symbology: none that this version draws")?,
            valid_until: self.valid_until.0,
        };
        key.validate().map_err(|error| {
            let place = if error.field == "valuePattern" { "" } else { "totp." };
            format!("{place}{}: {}", error.field, error.problem)
        })?;
        Ok(key)
    }
}

fn base16(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> =
        text.chars().map(|digit| digit.to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect();
    let digits = digits.filter(|digits| digits.len().is_multiple_of(2))?;
    Some(digits.chunks_exact(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit)).collect())
}

/// A symbology by any of its usual spellings: `Qr`, `QR_CODE`, `Pdf417`, `PDF_417`, `EAN-13`.
pub(super) fn symbology(name: &str) -> Option<Symbology> {
    let letters = name.chars().filter(char::is_ascii_alphanumeric);
    match letters.map(|c| c.to_ascii_lowercase()).collect::<String>().as_str() {
        "qr" | "qrcode" => Some(Symbology::Qr),
        "aztec" => Some(Symbology::Aztec),
        "pdf417" => Some(Symbology::Pdf417),
        "code128" => Some(Symbology::Code128),
        "ean13" => Some(Symbology::Ean13),
        _ => None,
    }
}

impl Wire for CapabilitiesRow {
    /// With the platform's time, where it says it.
    type Domain = (Capabilities, Option<Timestamp>);
    fn read(self) -> Read<Self::Domain> {
        let till = self.till_code.and_then(|till| {
            // Tills that read a symbol this version cannot draw: the core's own default is as good as any.
            let (symbology, static_symbology) = (symbology(&till.symbology)?, symbology(&till.static_symbology)?);
            Some(TillCode { symbology, static_symbology })
        });
        let capabilities = Capabilities {
            features: self.features.0.into_iter().collect::<BTreeSet<_>>(),
            minimum_app_version: self.minimum_app_version,
            till,
        };
        Ok((capabilities, self.server_time.and_then(Time::end)))
    }
}
