//! Who is signed in, and where a sign-in or registration stands.
//!
//! Pure: types and views. The calls to the platform and the order of writes are in [`crate::sync`]; tokens never pass
//! through here, they live in the host's secret store.

use serde::{Deserialize, Serialize};

use crate::types::Timestamp;

/// The member, as far as a screen shows them.
///
/// Source: Loymax Public API v1.2, `GET User`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, uniffi::Record)]
pub struct Member {
    /// The platform's number for the member.
    pub id: i64,
    /// Given name.
    pub first_name: Option<String>,
    /// Family name.
    pub last_name: Option<String>,
    /// Phone number as the platform masks it.
    pub phone: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
}

/// Something a registration asks for before it is complete.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, uniffi::Record)]
pub struct RegistrationAction {
    /// What is asked for.
    pub kind: RegistrationActionKind,
    /// It cannot be skipped.
    pub required: bool,
    /// The platform has it.
    pub done: bool,
}

/// What a registration can ask for.
///
/// Source: Loymax Public API v1.2, `userActionType`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, uniffi::Enum)]
pub enum RegistrationActionKind {
    /// Accept the programme's terms.
    AcceptTerms,
    /// Give and confirm a phone number.
    ChangePhone,
    /// Give and confirm an e-mail address.
    ChangeEmail,
    /// Answer the questionnaire.
    Questions,
    /// Link a plastic card.
    AttachCard,
    /// Take a virtual card.
    AssignCard,
    /// Choose a password.
    PasswordRequired,
    /// Confirm consents.
    AcceptSubscriptions,
    /// One that this version does not know; the member can go on without it.
    Other {
        /// The platform's word for it.
        name: String,
    },
}

/// What the sign-in waits for, when it waits for the member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, uniffi::Enum)]
pub enum PendingStep {
    /// A one-time code was sent to sign in.
    SignInCode {
        /// What the member typed to sign in (phone, e-mail or card number).
        login: String,
        /// When it was sent.
        sent_at: Timestamp,
    },
    /// The registration has open steps.
    Registration {
        /// What is asked for, in the platform's order.
        actions: Vec<RegistrationAction>,
        /// A code was sent to this phone number, its length as the platform says it.
        phone_code: Option<CodeSent>,
        /// A code was sent to this e-mail address.
        email_code: Option<CodeSent>,
    },
    /// A code was sent to set a new password.
    PasswordReset {
        /// The phone or e-mail the code went to.
        login: String,
        /// How the code looks.
        code: CodeSent,
    },
}

/// A one-time code that is on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, uniffi::Record)]
pub struct CodeSent {
    /// Where to, as the member typed it.
    pub to: String,
    /// How many digits, when the platform says so.
    pub length: Option<u32>,
    /// When it was sent.
    pub sent_at: Timestamp,
}

/// What the session screen shows.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum SessionView {
    /// Nobody is signed in. A step may be under way.
    SignedOut {
        /// What the sign-in waits for.
        step: Option<PendingStep>,
    },
    /// A member is signed in.
    SignedIn {
        /// Who; none until the platform has said so.
        member: Option<Member>,
        /// A step that was begun while signed in, such as deleting the account.
        deletion_code: Option<CodeSent>,
    },
    /// The platform asks the member to sign in again. Their card and data stay on screen.
    SignInAgain {
        /// Who was signed in.
        member: Option<Member>,
        /// What the sign-in waits for.
        step: Option<PendingStep>,
    },
}

/// Where the session stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Phase {
    /// Nobody is signed in; nothing of a member is kept.
    #[default]
    SignedOut,
    /// The platform takes the tokens, as far as is known.
    SignedIn,
    /// The platform refused the tokens for good. The member's data is kept and shown.
    SignInAgain,
}

/// What is kept of the session, tokens apart.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Session {
    /// Where it stands.
    pub(crate) phase: Phase,
    /// Whose data is kept.
    pub(crate) member: Option<Member>,
    /// What a sign-in or registration waits for.
    pub(crate) step: Option<PendingStep>,
    /// The code that confirms leaving the programme is on its way.
    pub(crate) deletion_code: Option<CodeSent>,
    /// The member's data went from the database, and must still go from the secret store and the database's log.
    #[serde(default)]
    pub(crate) wiping: bool,
}

/// What happens to a session.
#[derive(Clone, Debug)]
pub(crate) enum SessionChange {
    /// A sign-in, a registration or a password reset waits for the member, or no longer does.
    Step(Option<PendingStep>),
    /// The platform took the member in; who it is may yet be unknown.
    SignedIn(Option<Member>),
    /// There are tokens of somebody whose session the database lost.
    Found,
    /// Nothing of the member before is left anywhere.
    Wiped,
    /// The platform told who the member is.
    Member(Member),
    /// The platform sent the code that confirms leaving, or the member changed their mind.
    DeletionCode(Option<CodeSent>),
    /// The platform refuses the tokens for good.
    Over,
}

/// The session after `change`. Whether what is kept must go first is [`belongs_to`]'s to say.
pub(crate) fn apply(session: &mut Session, change: &SessionChange) {
    match change {
        SessionChange::Step(step) => session.step.clone_from(step),
        SessionChange::SignedIn(member) => {
            *session = Session { phase: Phase::SignedIn, member: member.clone(), ..Session::default() };
        }
        SessionChange::Found => session.phase = Phase::SignedIn,
        SessionChange::Wiped => session.wiping = false,
        SessionChange::Member(member) => session.member = Some(member.clone()),
        SessionChange::DeletionCode(code) => session.deletion_code.clone_from(code),
        SessionChange::Over => {
            // Where nobody was signed in, a registration lost its tokens.
            if session.phase == Phase::SignedIn {
                session.phase = Phase::SignInAgain;
            }
            session.step = None;
            session.deletion_code = None;
        }
    }
}

/// Whether what is kept is known to be `member`'s.
pub(crate) fn belongs_to(session: &Session, member: Option<&Member>) -> bool {
    member.is_some_and(|member| session.member.as_ref().is_some_and(|kept| kept.id == member.id))
}

/// What the session screen shows.
pub(crate) fn view(session: &Session) -> SessionView {
    let Session { phase, member, step, deletion_code, wiping: _ } = session.clone();
    match phase {
        Phase::SignedOut => SessionView::SignedOut { step },
        Phase::SignedIn => SessionView::SignedIn { member, deletion_code },
        Phase::SignInAgain => SessionView::SignInAgain { member, step },
    }
}

/// One thing a registration asks for, done.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum RegistrationStep {
    /// Accept the programme's terms.
    AcceptTerms,
    /// Give a phone number; a code is sent to it.
    Phone {
        /// As the member types it.
        number: String,
    },
    /// Give an e-mail address; a code is sent to it.
    Email {
        /// As the member types it.
        address: String,
    },
    /// Answer questions of the questionnaire.
    Answers {
        /// One each.
        answers: Vec<Answer>,
    },
    /// Link a plastic card.
    LinkCard {
        /// The number printed on it.
        number: String,
        /// Where the programme prints one on it.
        password: Option<String>,
    },
    /// Take a virtual card.
    TakeVirtualCard,
    /// Nothing new: ask the platform whether the registration is complete now.
    Finish,
}

/// A question of the programme's questionnaire.
///
/// Source: Loymax Public API v1.2, `GET Anketa/Questions`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, uniffi::Record)]
pub struct Question {
    /// The platform's number for it.
    pub id: i64,
    /// The group it belongs to, where the platform says so; goes back with the answer.
    pub group: Option<i64>,
    /// What is asked, in the platform's words.
    pub text: String,
    /// The platform's word for what is expected, as `String`, `Date` or `Select`.
    pub kind: String,
    /// What can be chosen; empty where the answer is free.
    pub options: Vec<QuestionOption>,
}

/// What can be chosen as an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, uniffi::Record)]
pub struct QuestionOption {
    /// The platform's number for it.
    pub id: i64,
    /// For the member.
    pub name: String,
}

/// The member's answer to a [`Question`].
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct Answer {
    /// The question's `id`.
    pub question: i64,
    /// The question's `group`.
    pub group: Option<i64>,
    /// What the member wrote; none where they chose.
    pub value: Option<String>,
    /// The `id`s of what they chose.
    pub options: Vec<i64>,
}

/// Hides what the member wrote from logs.
impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answer").field("question", &self.question).finish_non_exhaustive()
    }
}
