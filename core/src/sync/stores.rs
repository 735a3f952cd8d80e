//! The chain: pulling what changed of it, and what a member asks of it, with or without a network.
//!
//! A view is asked for off the worker. The first reads the chain's blob, which is then kept in memory; after that it takes
//! the rows on screen from the disk and nothing else. No view waits for a delta that is being taken in.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::{Engine, Failure, stale_reason};
use crate::error::{Error, Result};
use crate::offers::OffersQuery;
use crate::offers::rules::Facts;
use crate::platform::{MerchantsPage, Platform};
use crate::runtime::{SingleFlight, blocking};
use crate::state::{Answer, Change, Moment, Part};
use crate::storage::stores::{Head, StoresFile};
use crate::stores::catalogue::{self, Catalogue};
use crate::stores::search::{Meant, Names};
use crate::stores::{
    self, Applies, Candidate, CurrentStore, Delta, GoodsView, Known, Position, StockView, StorePage, StoresPlace,
    StoresQuery, StoresView, WatchedStore,
};
use crate::types::{Freshness, Goods, StaleReason, Timestamp};

/// How old the chain is before it is asked for again: where the platform tells what changed, and where only the whole list
/// can be asked for. Each phone adds up to a quarter, so that those which asked together do not do so again.
const DELTA_AFTER: Duration = Duration::from_mins(15);
const LIST_AFTER: Duration = Duration::from_hours(24);
const SPREAD: f64 = 0.25;

/// How long a refresh waits for the chain. A phone's first one may take longer and then goes on by itself.
const PATIENCE: Duration = Duration::from_secs(5);

/// Stores of one page, where only the whole list can be asked for.
const MERCHANTS_PAGE: usize = 500;
/// The most pages: no chain has more stores.
const MOST_PAGES: usize = 400;

/// The most stores that one question about goods names.
const MOST_ASKED: u32 = 200;

/// How many stores a phone's system watches for one app. Source: Core Location's 20 regions, the geofencing of Google Play
/// services and of Huawei's Location Kit with 100 each.
const WATCHED_IOS: u32 = 20;
const WATCHED_ANDROID: u32 = 100;

/// What the engine holds of the chain.
pub(super) struct Chain {
    reader: Mutex<Reader>,
    pulling: SingleFlight<Option<Failure>>,
    /// Of this process, from 0 to 1.
    spread: f64,
}

struct Reader {
    file: StoresFile,
    /// What was read last.
    read: Option<Read>,
}

/// A chain in memory.
struct Read {
    head: Head,
    catalogue: Catalogue,
    /// What stores are called, and where they are, once a text was looked for.
    names: Option<Names>,
    addresses: Option<Names>,
}

impl Reader {
    /// Reads the chain, if it is not in memory.
    fn ready(&mut self) -> Result<()> {
        if self.read.is_none() {
            self.read = self.load()?;
        }
        Ok(())
    }

    fn load(&mut self) -> Result<Option<Read>> {
        let read = |(head, stores, places)| {
            Some(Read { head, catalogue: Catalogue::read(stores, places)?, names: None, addresses: None })
        };
        let Some(blobs) = self.file.load()? else { return Ok(None) };
        if let Some(read) = read(blobs) {
            return Ok(Some(read));
        }
        tracing::info!("the stores are made ready anew");
        self.file.rebuild()?;
        Ok(self.file.load()?.and_then(read))
    }

    /// The stores that a text means, by what they are called or by where they are alone; none where the chain is another by
    /// now.
    fn meant(&mut self, text: &str, titles: bool) -> Result<Option<Vec<Meant>>> {
        let Some(read) = &mut self.read else { return Ok(Some(Vec::new())) };
        let words = if titles { &mut read.names } else { &mut read.addresses };
        let words = match words {
            Some(words) => words,
            none => {
                let Some(blob) = self.file.names(read.head.version)? else { return Ok(None) };
                none.insert(catalogue::names(&blob, titles))
            }
        };
        Ok(Some(words.find(text, usize::MAX)))
    }
}

impl Chain {
    pub(super) fn new(folder: &std::path::Path) -> Self {
        let reader = Reader { file: StoresFile::new(folder), read: None };
        Self { reader: Mutex::new(reader), pulling: SingleFlight::new(), spread: fastrand::f64() }
    }

    /// Off the worker: this reads the disk.
    fn with<T>(&self, work: impl FnOnce(&mut Reader) -> Result<T>) -> Result<T> {
        work(&mut self.reader.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Engine {
    /// The stores that a query asks for.
    pub(crate) async fn stores(self: &Arc<Self>, query: StoresQuery) -> Result<StoresView> {
        query.check()?;
        let engine = Arc::clone(self);
        blocking(move || engine.stores_here(&query)).await
    }

    fn stores_here(&self, query: &StoresQuery) -> Result<StoresView> {
        let state = self.state();
        let now = self.now().0.at;
        let offer = query
            .offer
            .map(|id| state.offers.iter().find(|offer| offer.id == id).ok_or_else(|| stores::invalid("offer")));
        let offer = offer.transpose()?;
        let applies = |store: &Candidate<'_>| {
            offer.is_none_or(|offer| offer.rules.concerns(&Facts::in_store(&store.facts(), now)))
        };
        let applies: Option<Applies<'_>> = if offer.is_some() { Some(&applies) } else { None };
        self.chain.with(|reader| {
            // What another process took in meanwhile is read anew.
            for _ in 0..3 {
                reader.ready()?;
                let text = query.text.as_deref().filter(|text| !text.trim().is_empty());
                let around = match &query.place {
                    Some(StoresPlace::Around { text, .. }) => Some(text),
                    _ => None,
                };
                let matches = text.map(|text| reader.meant(text, true)).transpose()?;
                let around = around.map(|text| reader.meant(text, false)).transpose()?;
                if matches == Some(None) || around == Some(None) {
                    reader.read = None;
                    continue;
                }
                let (matches, around) = (matches.flatten(), around.flatten());
                let Reader { file, read } = &mut *reader;
                let (head, catalogue) = read.as_ref().map(|read| (&read.head, &read.catalogue)).unzip();
                let known = Known {
                    catalogue,
                    matches: matches.as_deref(),
                    place: catalogue.zip(around).and_then(|(catalogue, around)| catalogue.middle(&around)),
                    own: &state.stores,
                    freshness: freshness(state.freshness(Part::Stores), head),
                    now,
                };
                let hits = stores::find(&known, query, applies);
                let ids: Vec<i64> = known.catalogue.map_or_else(Vec::new, |catalogue| {
                    hits.found.stores.iter().filter_map(|hit| catalogue.id(hit.store)).collect()
                });
                let rows = match head {
                    Some(head) => file.listed(head.version, &ids)?,
                    None => Some(BTreeMap::new()),
                };
                if let Some(rows) = rows {
                    return Ok(stores::view(&known, query, hits, rows));
                }
                *read = None;
            }
            Err(Error::Storage("the stores change all the time".to_owned()))
        })
    }

    /// The page of a store; none where the chain has none of this number.
    pub(crate) async fn store(self: &Arc<Self>, id: i64) -> Result<Option<StorePage>> {
        let engine = Arc::clone(self);
        blocking(move || {
            let state = engine.state();
            let now = engine.now().0.at;
            let page = engine.chain.with(|reader| {
                let Some(store) = reader.file.store(id)? else { return Ok(None) };
                let stock = reader.file.stock_in(id)?;
                let head = reader.file.head()?;
                let freshness = freshness(state.freshness(Part::Stores), head.as_ref());
                Ok(Some(stores::page(store, &state.stores, state.current_store, stock, freshness, now)))
            })?;
            let Some(page) = page else { return Ok(None) };
            let store = Some(page.store.for_offers(engine.zone.iana_name().unwrap_or("UTC")));
            let offers = engine.offers(&OffersQuery { store, ..OffersQuery::default() })?.offers;
            Ok(Some(StorePage { offers, ..page }))
        })
        .await
    }

    /// The stores to watch around a position, nearest first.
    pub(crate) async fn stores_to_watch(self: &Arc<Self>, position: Position, limit: u32) -> Result<Vec<WatchedStore>> {
        let most = if self.settings.platform_type == "Ios" { WATCHED_IOS } else { WATCHED_ANDROID };
        let place = Some(StoresPlace::Near { position, radius_meters: None });
        let query = StoresQuery { place, limit: limit.min(most), ..StoresQuery::default() };
        Ok(stores::watched(self.stores(query).await?))
    }

    /// Makes a store one of the member's favourites, or no longer.
    pub(crate) fn set_favourite_store(&self, store: i64, favourite: bool) -> Result<()> {
        self.commit(&[Change::Favourite { store, favourite }])
    }

    /// The member is in a store, or in none: the card shows what its tills read.
    pub(crate) async fn set_current_store(self: &Arc<Self>, store: Option<i64>) -> Result<()> {
        let engine = Arc::clone(self);
        let current = blocking(move || {
            let Some(id) = store else { return Ok(None) };
            match engine.chain.with(|reader| reader.file.store(id))? {
                Some(store) => Ok(Some(CurrentStore { id, till: store.detail.till })),
                None => Err(stores::invalid("store")),
            }
        });
        self.commit(&[Change::InStore(current.await?)])
    }

    /// Goods by name; without an answer, those that were asked about before.
    pub(crate) async fn find_goods(self: &Arc<Self>, query: String) -> Result<GoodsView> {
        let query = query.trim().to_owned();
        if query.chars().count() > 100 {
            return Err(stores::invalid("query"));
        }
        let asked = {
            let query = query.clone();
            self.ask_stock(move |platform, token| {
                let query = query.clone();
                async move { platform.goods(&token, &query).await }
            })
        };
        let missed = match asked.await {
            Ok(goods) => return Ok(GoodsView { goods, missed: None }),
            Err(error) => passing(error)?,
        };
        let engine = Arc::clone(self);
        let known = blocking(move || engine.chain.with(|reader| reader.file.goods())).await?;
        let words: Vec<String> = query.split_whitespace().map(str::to_lowercase).collect();
        let has_all = |goods: &Goods| {
            let name = goods.name.to_lowercase();
            words.iter().all(|word| name.contains(word))
        };
        Ok(GoodsView { goods: known.into_iter().filter(has_all).collect(), missed: Some(missed) })
    }

    /// Which of the stores that a query asks for have something; without an answer, what is known from before.
    pub(crate) async fn check_stock(self: &Arc<Self>, goods: Goods, query: StoresQuery) -> Result<StockView> {
        let member = self.state().sign_out_count;
        let around = self.stores(StoresQuery { limit: query.limit.min(MOST_ASKED), ..query }).await?;
        let ids: Vec<i64> = around.stores.iter().map(|store| store.id).collect();
        let asked = {
            let (goods, ids) = (goods.clone(), ids.clone());
            self.ask_stock(move |platform, token| {
                let (goods, ids) = (goods.clone(), ids.clone());
                async move {
                    match ids.as_slice() {
                        [] => Ok(BTreeMap::new()),
                        ids => platform.stock(&token, &goods, ids).await,
                    }
                }
            })
        };
        let engine = Arc::clone(self);
        match asked.await {
            Ok(answers) => {
                let kept = answers.clone();
                let keep = blocking(move || {
                    engine.check_member(member)?;
                    engine.chain.with(|reader| reader.file.put_stock(&goods, &kept))
                });
                if let Err(error) = keep.await {
                    tracing::warn!(%error, "what stores have is not kept");
                }
                Ok(stores::stock_view(around, &answers, Freshness::Live { as_of: self.now().0.at }))
            }
            Err(error) => {
                let reason = passing(error)?;
                let known = blocking(move || engine.chain.with(|reader| reader.file.stock(&goods.id, &ids))).await?;
                let oldest = known.values().map(|answer| answer.as_of).min();
                let freshness = match oldest {
                    Some(as_of) => Freshness::Cached { as_of, reason },
                    None => Freshness::Unknown { reason },
                };
                Ok(stores::stock_view(around, &known, freshness))
            }
        }
    }

    /// Asks what only platforms with stock know.
    async fn ask_stock<T, F>(self: &Arc<Self>, call: impl Fn(Arc<Platform>, String) -> F) -> Result<T>
    where
        F: Future<Output = Result<T>>,
    {
        if !self.state().capabilities.features.contains("stock") {
            return Err(Error::NotSupported);
        }
        self.check_signed_in()?;
        self.check_wait()?;
        let platform = self.platform().await?;
        self.authorized(|token| call(Arc::clone(&platform), token)).await
    }

    /// Pulls what changed of the chain, where that is due. Waits for it a while.
    pub(super) async fn pull_stores(self: &Arc<Self>) -> Option<Failure> {
        let engine = Arc::clone(self);
        let pulled = self.chain.pulling.join(async move { Ok(engine.pull_chain().await) });
        tokio::time::timeout(PATIENCE, pulled).await.ok()?.ok()?
    }

    async fn pull_chain(self: &Arc<Self>) -> Option<Failure> {
        let error = self.try_pull_chain().await.err()?;
        let reason = stale_reason(&error);
        match &error {
            Error::Unreadable { call, problem } => tracing::warn!(call, problem, "the stores cannot be read"),
            // Such a platform has no stores: that is no failure.
            Error::NotSupported => {}
            error => tracing::warn!(%error, "the stores are not refreshed"),
        }
        if let Err(error) = self.commit(&[Change::Missed { part: Part::Stores, reason }]) {
            tracing::debug!(%error, "a failure is not noted");
        }
        (!matches!(error, Error::NotSupported)).then_some(Failure { part: Part::Stores, error })
    }

    async fn try_pull_chain(self: &Arc<Self>) -> Result<()> {
        let engine = Arc::clone(self);
        let known = blocking(move || engine.chain.with(|reader| reader.file.head())).await?;
        let now = self.now().0.at;
        if known.as_ref().is_some_and(|head| !self.is_due(head, now)) {
            return Ok(());
        }
        let since = known.as_ref().and_then(|head| head.cursor.clone());
        let delta = self.ask_chain(since).await?;
        let engine = Arc::clone(self);
        blocking(move || engine.swap_in(known, delta)).await
    }

    fn is_due(&self, head: &Head, now: Timestamp) -> bool {
        let after = if head.cursor.is_some() { DELTA_AFTER } else { LIST_AFTER };
        let after = after.mul_f64(1.0 + SPREAD * self.chain.spread);
        // A time that lies ahead is one of a clock that was wrong.
        head.as_of > now || crate::clock::later(head.as_of, after) <= now
    }

    /// What changed, from whichever call the platform has.
    async fn ask_chain(self: &Arc<Self>, since: Option<String>) -> Result<Delta> {
        let platform = self.platform().await?;
        if self.state().capabilities.features.contains("storeDetails") {
            let answer = self.authorized(|token: String| {
                let (platform, since) = (Arc::clone(&platform), since.clone());
                async move { platform.stores(&token, since.as_deref()).await }
            });
            let answer = Box::pin(answer).await?;
            return blocking(move || answer.read()).await;
        }
        let mut delta =
            Delta { cursor: None, full: true, stores: Vec::new(), unreadable: Vec::new(), removed: Vec::new() };
        let mut from = 0;
        for _ in 0..MOST_PAGES {
            let page = self.authorized(|token: String| {
                let platform = Arc::clone(&platform);
                async move { platform.merchants(&token, from, MERCHANTS_PAGE).await }
            });
            let MerchantsPage { stores, unreadable, count } = Box::pin(page).await?;
            if count == 0 {
                break;
            }
            from += count;
            delta.stores.extend(stores);
            delta.unreadable.extend(unreadable);
        }
        if delta.stores.is_empty() && from > 0 {
            return Err(Error::Unreadable { call: "GET Merchants", problem: "none of them can be read".to_owned() });
        }
        Ok(delta)
    }

    /// Takes a delta in: on disk as a whole, then in memory.
    fn swap_in(&self, known: Option<Head>, mut delta: Delta) -> Result<()> {
        let at = self.now().0.at;
        let own = self.zone.iana_name().unwrap_or("UTC");
        for store in delta.stores.iter_mut().filter(|store| store.detail.zone.is_none()) {
            store.detail.zone = Some(stores::assumed_zone(store.listed.position, &self.zones, own));
            store.detail.zone_assumed = true;
        }
        let same = !delta.full && delta.stores.is_empty() && delta.removed.is_empty();
        match known {
            Some(head) if same => {
                self.chain.with(|reader| {
                    reader.file.confirm(head.version, delta.cursor.as_deref(), at)?;
                    if let Some(read) = reader.read.as_mut().filter(|read| read.head.version == head.version) {
                        read.head.as_of = at;
                    }
                    Ok(())
                })?;
            }
            known => {
                if StoresFile::apply(&self.folder, known.map(|head| head.version), &delta, at)?.is_none() {
                    tracing::info!("another process has taken in the stores");
                }
                // A broken file was made anew: what is open of it is not the file any more.
                self.chain.with(|reader| {
                    *reader = Reader { file: StoresFile::new(&self.folder), read: None };
                    Ok(())
                })?;
            }
        }
        let ticket = self.questions.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let asked = Moment::of(self.clock.read());
        self.commit_here(&[Change::Answered { at, etag: None, ticket, asked, answer: Answer::Stores }], |_| true)
    }
}

/// Why there is no answer, where it is for something that passes and what was known before can be shown.
///
/// # Errors
/// What is for the member to act on.
fn passing(error: Error) -> Result<StaleReason> {
    match error {
        Error::Rejected(_) | Error::NotSupported | Error::UpdateApp(_) | Error::Bug(_) | Error::Config { .. } => {
            Err(error)
        }
        error => Ok(stale_reason(&error)),
    }
}

/// How fresh the chain is: its own file says of when it is, whatever became of the rest.
fn freshness(asked: Freshness, head: Option<&Head>) -> Freshness {
    match (asked, head) {
        (Freshness::Live { .. }, Some(head)) => Freshness::Live { as_of: head.as_of },
        (Freshness::Cached { reason, .. } | Freshness::Unknown { reason }, Some(head)) => {
            Freshness::Cached { as_of: head.as_of, reason }
        }
        (Freshness::Cached { reason, .. } | Freshness::Unknown { reason }, None) => Freshness::Unknown { reason },
        (Freshness::Live { .. }, None) => Freshness::Unknown { reason: StaleReason::NotAsked },
    }
}
