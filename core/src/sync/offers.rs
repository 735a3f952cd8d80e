//! Offers, coupons and favourite products: pulling them, and what a member does about them.

use std::sync::Arc;

use jiff::tz::TimeZone;

use super::{Engine, Failure};
use crate::acts::Ask;
use crate::error::{Error, FieldProblem, Rejection, RejectionKind, Result};
use crate::offers::favourites::{self, FavouritesView};
use crate::offers::rules::StoreFacts;
use crate::offers::{self, OfferAct, OfferDetail, OfferId, OfferStore, OffersQuery, OffersView, Ours, Seen};
use crate::platform::{Fetched, Platform};
use crate::state::{Answer, Part};

impl Engine {
    /// What the offers' screen shows.
    pub(crate) fn offers(&self, query: &OffersQuery) -> Result<OffersView> {
        let state = self.state();
        let store = query.store.as_ref().map(store_facts).transpose()?;
        let asks: Vec<_> = state.acts.of_offers().collect();
        let ours = Ours { offers: &state.offers, coupons: &state.coupons, asks: &asks };
        let seen = Seen { now: self.now().0.at, zone: &self.zone, store: store.as_ref() };
        Ok(offers::view(ours, query, seen, (state.freshness(Part::Offers), state.freshness(Part::Coupons))))
    }

    /// All about one offer.
    pub(crate) fn offer(&self, id: OfferId, query: &OffersQuery) -> Result<Option<OfferDetail>> {
        let state = self.state();
        let store = query.store.as_ref().map(store_facts).transpose()?;
        let asks: Vec<_> = state.acts.of_offers().collect();
        let ours = Ours { offers: &state.offers, coupons: &state.coupons, asks: &asks };
        let seen = Seen { now: self.now().0.at, zone: &self.zone, store: store.as_ref() };
        Ok(offers::detail(ours, id, query, seen, (state.cards.here, state.capabilities.till)))
    }

    /// What the screen of favourite products shows.
    pub(crate) fn favourites(&self) -> FavouritesView {
        let state = self.state();
        favourites::view(&state.favourites, self.now().0.at, state.freshness(Part::Favourites))
    }

    /// Activates an offer, or accepts a personal one, as soon as there is a network. Once is enough.
    pub(crate) fn activate_offer(self: &Arc<Self>, id: i64) -> Result<()> {
        self.check_signed_in()?;
        let state = self.state();
        let offer = state.offers.iter().find(|offer| offer.id == id).ok_or_else(|| wrong("offer"))?;
        let asked = state.acts.of_offers().filter(|(act, _)| act.offer() == id).last();
        let waits = asked.is_some_and(|(_, asked)| !matches!(asked, offers::Asked::Refused(_)));
        if waits || offer.activated == Some(true) {
            return Ok(());
        }
        let logical_name = offer.logical_name.clone().ok_or(Error::NotSupported)?;
        self.ask(|_| Ask::Offer(OfferAct::Activate { offer: id, logical_name }))
    }

    /// Puts goods into a cell, or empties it, and shows what came of it.
    pub(crate) async fn choose_favourite(self: &Arc<Self>, cell: (i64, u32), goods: Option<String>) -> Result<()> {
        self.check_signed_in()?;
        let now = self.now().0.at;
        favourites::check(&self.state().favourites, cell, goods.as_deref(), now)
            .map_err(|choice| wrong(choice.field()))?;
        let platform = self.platform().await?;
        self.authorized(|token: String| {
            let (platform, goods) = (Arc::clone(&platform), goods.clone());
            async move { platform.choose_favourite(&token, cell, goods.as_deref()).await }
        })
        .await?;
        // It is chosen, though it may not be shown yet.
        let _ = self.pull_favourites().await;
        Ok(())
    }

    /// Pulls offers, coupons and favourite products. What the platform does not have is no failure.
    pub(super) async fn pull_offers(self: &Arc<Self>) -> Vec<Option<Failure>> {
        let coupons = |platform: Arc<Platform>, token: String, etag: Option<String>| async move {
            platform.coupons(&token, etag.as_deref()).await
        };
        let (offers, coupons, favourites) = tokio::join!(
            self.pull_offers_alone(),
            self.fetch(Part::Coupons, coupons, Answer::Coupons),
            self.pull_favourites()
        );
        let all = [offers, coupons, favourites];
        all.into_iter().map(|failure| failure.filter(|failure| !matches!(failure.error, Error::NotSupported))).collect()
    }

    async fn pull_offers_alone(self: &Arc<Self>) -> Option<Failure> {
        let with_rules = self.state().capabilities.features.contains("offers");
        let call = move |platform: Arc<Platform>, token: String, etag: Option<String>| async move {
            if with_rules {
                platform.offers(&token, etag.as_deref()).await
            } else {
                Ok(Fetched::New { value: platform.plain_offers(&token).await?, etag: None })
            }
        };
        self.fetch(Part::Offers, call, Answer::Offers).await
    }

    async fn pull_favourites(self: &Arc<Self>) -> Option<Failure> {
        let call = |platform: Arc<Platform>, token: String, _| async move {
            Ok(Fetched::New { value: platform.favourites(&token).await?, etag: None })
        };
        self.fetch(Part::Favourites, call, Answer::Favourites).await
    }

    /// What the platform did may show in offers and coupons.
    pub(super) async fn pull_offers_again(self: &Arc<Self>) {
        if !self.is_signed_in() {
            return;
        }
        let failures: Vec<_> = self.pull_offers().await.into_iter().flatten().collect();
        if !failures.is_empty() {
            self.settle(&failures);
        }
    }
}

fn store_facts(store: &OfferStore) -> Result<StoreFacts> {
    let zone = TimeZone::get(&store.time_zone).map_err(|_| wrong("store"))?;
    let attributes = store.attributes.iter().map(|(name, values)| (name.clone(), values.clone())).collect();
    Ok(StoreFacts { id: store.id, attributes, zone })
}

/// What was asked for cannot be done, for what this field of it is.
fn wrong(field: &str) -> Error {
    Error::Rejected(Rejection {
        kind: RejectionKind::Invalid,
        text: None,
        fields: vec![FieldProblem { field: field.to_owned(), texts: Vec::new() }],
    })
}
