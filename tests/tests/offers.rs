//! Journeys of offers: activated with or without a network, held against a store, and stores held against an offer.

use pocketcard::LoyaltyError;
use pocketcard::offers::rules::WhyNot;
use pocketcard::offers::{Applies, OfferId, OfferState, OfferView, OffersQuery};
use pocketcard::stores::{StoreAttribute, StoreRow, StoresQuery};
use pocketcard_tests::{PATIENCE, Phone, Platform, run};

/// Of the programme's own offers: 100 points for paying online.
const PAY_ONLINE: i64 = 1;
/// 10 % off at hypermarkets.
const HYPER: i64 = 2;
/// Double points at weekends, once activated.
const WEEKEND: i64 = 3;

fn offer(app: &pocketcard::Loyalty, id: i64) -> Option<OfferView> {
    let offers = app.offers(OffersQuery::default()).unwrap().offers;
    offers.into_iter().find(|offer| offer.id == OfferId::Offer { id })
}

fn state(app: &pocketcard::Loyalty, id: i64) -> Option<OfferState> {
    offer(app, id).map(|offer| offer.state)
}

fn signed_in(platform: &Platform) -> Phone {
    let phone = Phone::signed_in(platform);
    phone.wait("the offers", |app| offer(app, WEEKEND));
    phone
}

#[test]
fn an_offer_activated_offline_waits_through_a_restart_and_is_sent_once() {
    let platform = Platform::start();
    let mut phone = signed_in(&platform);
    assert_eq!(state(phone.app(), WEEKEND), Some(OfferState::Activate));
    platform.cut_off();
    run(phone.app().activate_offer(WEEKEND)).unwrap();
    run(phone.app().activate_offer(WEEKEND)).unwrap();
    assert_eq!(state(phone.app(), WEEKEND), Some(OfferState::Waiting));
    phone.reopen();
    assert_eq!(state(phone.app(), WEEKEND), Some(OfferState::Waiting), "a restart undoes nothing");
    platform.exchanges();
    platform.heal();
    // The app that was killed may be at it still for a while: nobody else sends meanwhile.
    phone.wait("it is sent", |app| (run(app.flush(PATIENCE)).unwrap().acts == 0).then_some(()));
    assert_eq!(state(phone.app(), WEEKEND), Some(OfferState::Active));
    let sent = platform.exchanges().into_iter().filter(|call| call.method == "POST" && call.path.ends_with("/accept"));
    assert_eq!(sent.count(), 1);
}

#[test]
fn what_is_no_offer_of_the_members_cannot_be_activated() {
    let platform = Platform::start();
    let phone = signed_in(&platform);
    let refused = run(phone.app().activate_offer(4_711));
    assert!(matches!(refused, Err(LoyaltyError::Rejected { .. })), "{refused:?}");
}

#[test]
fn a_store_knows_which_offers_apply_in_it_and_an_offer_where() {
    let platform = Platform::start();
    let phone = signed_in(&platform);
    let all = |query: StoresQuery| run(phone.app().stores(query)).unwrap().stores;
    let everywhere = StoresQuery { limit: 500, ..StoresQuery::default() };
    phone.wait("the chain", |_| (!all(everywhere.clone()).is_empty()).then_some(()));
    platform.cut_off();
    let format = |store: &StoreRow| {
        let format = store.attributes.iter().find(|attribute| attribute.name == "CustomTradeFormat");
        format.map(|StoreAttribute { value, .. }| value.clone())
    };
    let is_hyper = |store: &StoreRow| format(store).as_deref() == Some("Hypermarket");
    let there = all(StoresQuery { offer: Some(HYPER), ..everywhere.clone() });
    let wanted: Vec<i64> =
        all(everywhere.clone()).iter().filter(|store| is_hyper(store)).map(|store| store.id).collect();
    assert!(!wanted.is_empty() && there.iter().map(|store| store.id).eq(wanted), "{there:?}");
    assert!(all(StoresQuery { offer: Some(PAY_ONLINE), ..everywhere.clone() }).is_empty(), "a store is not online");
    let refused = run(phone.app().stores(StoresQuery { offer: Some(4_711), ..everywhere.clone() }));
    assert!(matches!(refused, Err(LoyaltyError::Rejected { .. })), "{refused:?}");

    let applies = |store: i64, id| {
        let page = run(phone.app().store(store)).unwrap().unwrap();
        page.offers.into_iter().find(|offer| offer.id == OfferId::Offer { id }).map(|offer| offer.applies)
    };
    let other = all(everywhere).into_iter().find(|store| !is_hyper(store)).unwrap().id;
    assert_eq!(applies(there[0].id, HYPER), Some(Applies::Yes));
    assert_eq!(applies(other, HYPER), None, "what is for other stores is not there");
    let why = applies(other, WEEKEND);
    let not_now = [WhyNot::NotActivated, WhyNot::OtherDay].map(|why| Some(Applies::No { why }));
    assert!(not_now.contains(&why), "{why:?}");
}
