//! Journeys of the session: in, through each door, and out.

use pocketcard::LoyaltyError;
use pocketcard::card::{CardView, Unusable};
use pocketcard::error::RejectionKind;
use pocketcard::history::HistoryFilter;
use pocketcard::session::{PendingStep, RegistrationActionKind, RegistrationStep, SessionView};
use pocketcard_tests::{ANNA, BORIS, CLARA, DAVID, Phone, Platform, rejection, run};
use serde_json::json;

fn first_name(phone: &Phone) -> Option<String> {
    match phone.app().session() {
        SessionView::SignedIn { member, .. } => member?.first_name,
        other => panic!("not signed in: {other:?}"),
    }
}

#[test]
fn a_one_time_code_signs_in_and_a_wrong_one_says_how_many_tries_are_left() {
    let platform = Platform::start();
    let phone = Phone::new(platform.url());
    assert_eq!(phone.app().session(), SessionView::SignedOut { step: None });

    run(phone.app().sign_in(format!("  {ANNA} "), None)).unwrap();
    let SessionView::SignedOut { step: Some(PendingStep::SignInCode { login, .. }) } = phone.app().session() else {
        panic!("{:?}", phone.app().session())
    };
    assert_eq!(login, ANNA, "blanks around what was typed do not count");

    let refusal = rejection(run(phone.app().confirm_code("000000".to_owned())));
    assert_eq!(refusal.kind, RejectionKind::WrongCode);
    assert!(refusal.text.unwrap().contains('4'), "the platform's words say how many tries are left");
    assert!(matches!(phone.app().session(), SessionView::SignedOut { step: Some(_) }), "another try is possible");

    run(phone.app().confirm_code(platform.code(ANNA))).unwrap();
    assert_eq!(first_name(&phone).as_deref(), Some("Anna"));
}

#[test]
fn the_code_field_is_still_there_after_the_phone_ended_the_app() {
    let platform = Platform::start();
    let mut phone = Phone::new(platform.url());
    run(phone.app().sign_in(ANNA.to_owned(), None)).unwrap();
    phone.reopen();
    assert!(matches!(phone.app().session(), SessionView::SignedOut { step: Some(PendingStep::SignInCode { .. }) }));
    run(phone.app().confirm_code(platform.code(ANNA))).unwrap();
    assert_eq!(first_name(&phone).as_deref(), Some("Anna"));
}

#[test]
fn a_code_can_be_sent_again_and_the_sign_in_left() {
    let platform = Platform::start();
    let phone = Phone::new(platform.url());
    run(phone.app().sign_in(ANNA.to_owned(), None)).unwrap();
    run(phone.app().resend_code()).unwrap();
    assert_eq!(platform.messages(ANNA), 2);
    run(phone.app().leave_step()).unwrap();
    assert_eq!(phone.app().session(), SessionView::SignedOut { step: None });
    let refusal = rejection(run(phone.app().confirm_code(platform.code(ANNA))));
    assert_eq!(refusal.kind, RejectionKind::NothingPending);
    assert_eq!(rejection(run(phone.app().resend_code())).kind, RejectionKind::NothingPending);
}

#[test]
fn five_wrong_codes_block_and_the_platform_says_so() {
    let platform = Platform::start();
    let phone = Phone::new(platform.url());
    run(phone.app().sign_in(ANNA.to_owned(), None)).unwrap();
    let texts: Vec<_> = (0..6).map(|_| rejection(run(phone.app().confirm_code("000000".to_owned()))).text).collect();
    assert!(texts.iter().all(Option::is_some), "each refusal has words for the member: {texts:?}");
    assert_ne!(texts[0], texts[5], "a block is not said like a wrong code");
    assert!(run(phone.app().confirm_code(platform.code(ANNA))).is_err(), "while blocked, the right code does not help");
}

#[test]
fn a_password_signs_in_where_the_member_has_one() {
    let platform = Platform::start();
    let phone = Phone::new(platform.url());
    let refusal = rejection(run(phone.app().sign_in(BORIS.to_owned(), Some("wrong".to_owned()))));
    assert_eq!(refusal.kind, RejectionKind::WrongCode);
    assert!(refusal.text.is_some());
    run(phone.app().sign_in(BORIS.to_owned(), Some("correct horse".to_owned()))).unwrap();
    assert_eq!(first_name(&phone).as_deref(), Some("Boris"));
}

#[test]
fn a_forgotten_password_is_set_anew() {
    let platform = Platform::start();
    let phone = Phone::new(platform.url());
    run(phone.app().reset_password(BORIS.to_owned())).unwrap();
    assert!(matches!(phone.app().session(), SessionView::SignedOut { step: Some(PendingStep::PasswordReset { .. }) }));
    assert!(run(phone.app().set_new_password("000000".to_owned(), "battery staple 7".to_owned())).is_err());
    run(phone.app().resend_code()).unwrap();
    run(phone.app().set_new_password(platform.code(BORIS), "battery staple 7".to_owned())).unwrap();
    assert_eq!(first_name(&phone).as_deref(), Some("Boris"));
    let other = Phone::new(platform.url());
    run(other.app().sign_in(BORIS.to_owned(), Some("battery staple 7".to_owned()))).unwrap();
}

#[test]
fn a_registration_asks_step_by_step_is_resumed_after_a_kill_and_ends_signed_in() {
    let platform = Platform::start();
    let mut phone = Phone::new(platform.url());
    let number = "+491713920099";
    run(phone.app().register(number.to_owned(), None)).unwrap();
    let mut steps = 0;
    while let SessionView::SignedOut { step } = phone.app().session() {
        let Some(PendingStep::Registration { actions, phone_code, email_code }) = step else { panic!("{step:?}") };
        steps += 1;
        assert!(steps < 12, "the registration goes in circles: {actions:?}");
        if phone_code.is_some() {
            phone.reopen();
            run(phone.app().confirm_code(platform.code(number))).unwrap();
            continue;
        }
        if email_code.is_some() {
            run(phone.app().confirm_code(platform.email_code("new@example.com"))).unwrap();
            continue;
        }
        let open = actions.iter().find(|action| action.required && !action.done).expect("something is open");
        let step = match &open.kind {
            RegistrationActionKind::AcceptTerms => RegistrationStep::AcceptTerms,
            RegistrationActionKind::ChangePhone => RegistrationStep::Phone { number: number.to_owned() },
            RegistrationActionKind::ChangeEmail => RegistrationStep::Email { address: "new@example.com".to_owned() },
            RegistrationActionKind::AssignCard | RegistrationActionKind::AttachCard => {
                RegistrationStep::TakeVirtualCard
            }
            RegistrationActionKind::Questions => {
                let questions = run(phone.app().questions()).unwrap();
                let answers = questions.iter().map(|question| pocketcard::session::Answer {
                    question: question.id,
                    group: question.group,
                    value: question.options.is_empty().then(|| "A".to_owned()),
                    options: question.options.first().map(|option| option.id).into_iter().collect(),
                });
                RegistrationStep::Answers { answers: answers.collect() }
            }
            other => panic!("the sandbox asks for {other:?}"),
        };
        run(phone.app().registration_step(step)).unwrap();
    }
    assert!(steps >= 2, "a registration has more than one step");
    assert!(matches!(phone.app().session(), SessionView::SignedIn { member: Some(_), .. }));
    let again = Phone::new(platform.url());
    let refusal = rejection(run(again.app().register(number.to_owned(), None)));
    assert_eq!(refusal.kind, RejectionKind::AlreadyRegistered);
}

#[test]
fn a_plastic_card_is_linked_and_a_virtual_one_issued() {
    let platform = Platform::start();
    platform.member(json!({ "phone": "+491713920050", "withoutCard": true }));
    let phone = Phone::new(platform.url());
    run(phone.app().sign_in("+491713920050".to_owned(), None)).unwrap();
    run(phone.app().confirm_code(platform.code("+491713920050"))).unwrap();
    phone.wait("no card, and one can be had", |app| {
        matches!(app.card(), CardView::NoCard { can_issue: true, .. }).then_some(())
    });
    let refusal = rejection(run(phone.app().link_card("1".to_owned(), None)));
    assert!(refusal.text.is_some(), "a number that is no card's is refused in words");

    let (_, plastic) = platform.ask("POST", "/sandbox/cards", &json!({ "pin": "4711" }));
    let number = plastic["number"].as_str().unwrap();
    run(phone.app().link_card(number.to_owned(), Some("4711".to_owned()))).unwrap();
    assert!(matches!(phone.app().card(), CardView::Ready { number: shown, .. } if shown == number));

    platform.member(json!({ "phone": "+491713920051", "withoutCard": true }));
    let other = Phone::new(platform.url());
    run(other.app().sign_in("+491713920051".to_owned(), None)).unwrap();
    run(other.app().confirm_code(platform.code("+491713920051"))).unwrap();
    run(other.app().issue_virtual_card()).unwrap();
    assert!(matches!(other.app().card(), CardView::Ready { .. }));
    assert_eq!(platform.identify(&other.code().text).0, 200, "the till takes the new card's code");
}

#[test]
fn a_blocked_card_says_so_instead_of_scanning() {
    let platform = Platform::start();
    let phone = Phone::new(platform.url());
    run(phone.app().sign_in(DAVID.to_owned(), None)).unwrap();
    run(phone.app().confirm_code(platform.code(DAVID))).unwrap();
    phone.wait("the card is blocked", |app| {
        matches!(app.card(), CardView::Unusable { reason: Unusable::Blocked, .. }).then_some(())
    });
}

#[test]
fn signing_out_wipes_even_without_a_network() {
    let platform = Platform::start();
    let mut phone = Phone::new(platform.url());
    phone.sign_in(&platform, ANNA);
    let CardView::Ready { number, .. } = phone.app().card() else { panic!("no card") };
    assert!(contains(&phone.files(), &number));
    platform.cut_off();
    run(phone.app().sign_out()).unwrap();
    assert_eq!(phone.app().session(), SessionView::SignedOut { step: None });
    assert!(matches!(phone.app().card(), CardView::NoCard { .. }));
    assert!(phone.app().balance().accounts.is_empty());
    assert!(phone.app().history(HistoryFilter::All).entries.is_empty());
    assert!(!contains(&phone.files(), &number), "not in the database, not in its log");
    assert!(!contains(&phone.files(), "Anna"));
    let left: Vec<_> = phone.secrets.all().into_keys().collect();
    assert_eq!(left, ["pocketcard.installation"], "the installation outlives a member");
    phone.reopen();
    assert_eq!(phone.app().session(), SessionView::SignedOut { step: None });
}

#[test]
fn a_sign_out_that_the_phone_interrupted_is_finished_at_the_next_start() {
    let platform = Platform::start();
    let mut phone = Phone::new(platform.url());
    phone.sign_in(&platform, ANNA);
    phone.secrets.locked.store(true, std::sync::atomic::Ordering::SeqCst);
    assert!(run(phone.app().sign_out()).is_err(), "the secrets could not be wiped, and that is said");
    assert!(matches!(phone.app().card(), CardView::NoCard { .. }), "but nothing is shown any more");
    phone.kill();
    phone.secrets.locked.store(false, std::sync::atomic::Ordering::SeqCst);
    assert!(phone.secrets.all().len() > 1);
    phone.open();
    assert_eq!(phone.app().session(), SessionView::SignedOut { step: None });
    assert_eq!(phone.secrets.all().len(), 1);
}

#[test]
fn nobody_sees_another_members_data_on_a_phone_that_changed_hands() {
    let platform = Platform::start();
    let phone = Phone::new(platform.url());
    phone.sign_in(&platform, ANNA);
    let CardView::Ready { number: annas, .. } = phone.app().card() else { panic!("no card") };
    platform.revoke(ANNA);
    let _ = run(phone.app().refresh());
    assert!(matches!(phone.app().session(), SessionView::SignInAgain { .. }));

    // The platform answers who signs in, and nothing more: what is on screen then can only be old.
    for path in ["Cards", "History", "User/DetailedBalance", "User/Status"] {
        platform.fault(json!({ "path": format!("/publicapi/v1.2/{path}"), "kind": "reset" }));
    }
    run(phone.app().sign_in(CLARA.to_owned(), None)).unwrap();
    run(phone.app().confirm_code(platform.code(CLARA))).unwrap();
    assert_eq!(first_name(&phone).as_deref(), Some("Clara"));
    assert!(!format!("{:?}", phone.app().card()).contains(&annas));
    assert!(phone.app().balance().accounts.is_empty());
    assert!(phone.app().history(HistoryFilter::All).entries.is_empty());
    assert!(!contains(&phone.files(), "Anna"));
}

#[test]
fn what_was_under_way_at_a_sign_out_brings_nothing_back() {
    let platform = Platform::start();
    let phone = Phone::new(platform.url());
    run(phone.app().sign_in(ANNA.to_owned(), None)).unwrap();
    platform.fault(json!({ "path": "/app/v1/cards", "kind": { "latency": { "millis": 400 } } }));
    platform.fault(json!({ "path": "/publicapi/v1.2/History", "kind": { "latency": { "millis": 400 } } }));
    run(phone.app().confirm_code(platform.code(ANNA))).unwrap();
    phone.wait("the card, while its key is on its way", |app| {
        matches!(app.card(), CardView::Ready { .. }).then_some(())
    });
    run(phone.app().sign_out()).unwrap();
    std::thread::sleep(std::time::Duration::from_millis(900));
    assert!(matches!(phone.app().card(), CardView::NoCard { .. }));
    assert!(phone.app().history(HistoryFilter::All).entries.is_empty());
    assert_eq!(phone.secrets.all().into_keys().collect::<Vec<_>>(), ["pocketcard.installation"]);
    assert!(!contains(&phone.files(), "Anna"));
}

#[test]
fn a_sign_out_in_one_process_holds_in_the_other() {
    let platform = Platform::start();
    let phone = Phone::new(platform.url());
    phone.sign_in(&platform, ANNA);
    let extension = pocketcard::Loyalty::open(phone.config.clone(), phone.host()).unwrap();
    platform.fault(json!({ "path": "/publicapi", "kind": { "latency": { "millis": 300 } } }));
    let pulling = std::thread::spawn({
        let extension = std::sync::Arc::clone(&extension);
        move || run(extension.refresh())
    });
    std::thread::sleep(std::time::Duration::from_millis(100));
    run(phone.app().sign_out()).unwrap();
    let _ = pulling.join().unwrap();
    assert_eq!(extension.session(), SessionView::SignedOut { step: None });
    assert!(extension.history(HistoryFilter::All).entries.is_empty());
    assert!(!contains(&phone.files(), "Anna"), "the extension wrote nothing back");
}

#[test]
fn a_lost_database_and_a_lost_session_show_the_old_card_to_nobody_else() {
    let platform = Platform::start();
    let mut phone = Phone::new(platform.url());
    phone.sign_in(&platform, ANNA);
    let CardView::Ready { number: annas, .. } = phone.app().card() else { panic!("no card") };
    phone.kill();
    std::fs::write(phone.folder.join("pocketcard.db"), b"no database any more, and long enough to have a header")
        .unwrap();
    platform.revoke(ANNA);
    phone.open();
    let _ = run(phone.app().refresh());
    assert!(matches!(phone.app().session(), SessionView::SignInAgain { .. }), "{:?}", phone.app().session());
    assert!(matches!(phone.app().card(), CardView::Ready { .. }), "the card is always there");
    platform.fault(json!({ "path": "/publicapi/v1.2/Cards", "kind": "reset" }));
    run(phone.app().sign_in(CLARA.to_owned(), None)).unwrap();
    run(phone.app().confirm_code(platform.code(CLARA))).unwrap();
    assert!(!format!("{:?}", phone.app().card()).contains(&annas));
    run(phone.app().sign_out()).unwrap();
    assert!(!contains(&phone.files(), &annas), "the file that was set aside is gone, too");
}

#[test]
fn a_platform_that_does_not_say_who_signed_in_does_not_waste_the_code() {
    let platform = Platform::start();
    let phone = Phone::new(platform.url());
    run(phone.app().sign_in(ANNA.to_owned(), None)).unwrap();
    platform.fault(json!({ "path": "/publicapi/v1.2/User", "kind": { "status": { "code": 500 } } }));
    run(phone.app().confirm_code(platform.code(ANNA))).unwrap();
    assert!(matches!(phone.app().session(), SessionView::SignedIn { member: None, .. }));
    platform.heal();
    phone.clock.pass(std::time::Duration::from_mins(1));
    phone.wait("the member's name, with the next refresh", |app| {
        let _ = run(app.refresh());
        matches!(app.session(), SessionView::SignedIn { member: Some(_), .. }).then_some(())
    });
}

#[test]
fn an_account_is_deleted_with_a_code_and_nothing_is_left() {
    let platform = Platform::start();
    let phone = Phone::new(platform.url());
    phone.sign_in(&platform, CLARA);
    run(phone.app().request_deletion()).unwrap();
    assert!(matches!(phone.app().session(), SessionView::SignedIn { deletion_code: Some(_), .. }));
    let refusal = rejection(run(phone.app().confirm_deletion("000000".to_owned(), None)));
    assert_eq!(refusal.kind, RejectionKind::WrongCode);
    run(phone.app().leave_step()).unwrap();
    assert!(matches!(phone.app().session(), SessionView::SignedIn { deletion_code: None, .. }), "a change of mind");

    run(phone.app().request_deletion()).unwrap();
    run(phone.app().confirm_deletion(platform.code(CLARA), Some("moving away".to_owned()))).unwrap();
    assert_eq!(phone.app().session(), SessionView::SignedOut { step: None });
    assert!(!contains(&phone.files(), "Clara"));
    assert!(run(phone.app().sign_in(CLARA.to_owned(), None)).is_err(), "the platform no longer knows the member");
}

#[test]
fn what_needs_a_session_says_sign_in_without_one() {
    let platform = Platform::start();
    let phone = Phone::new(platform.url());
    assert_eq!(run(phone.app().refresh()), Err(LoyaltyError::SignInAgain));
    assert_eq!(run(phone.app().link_card("1".to_owned(), None)), Err(LoyaltyError::SignInAgain));
    assert_eq!(rejection(run(phone.app().sign_in("  ".to_owned(), None))).fields[0].field, "login");
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}
