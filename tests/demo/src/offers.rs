//! What a member does about offers, messages and notifications, key by key; and what the platform pushes.
//!
//! Pure, as all of [`crate::model`], of which this is a part. Whether an offer can be activated, the core says.

use pocketcard::inbox::Message;
use pocketcard::links::Route;
use pocketcard::offers::{OfferDetail, OfferId, OfferKind, OfferState, OfferView};
use pocketcard::types::Screen;

use crate::model::{Act, Model};
use crate::tasks::Chosen;

/// Which offers are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Filter {
    /// All, wherever they are for.
    #[default]
    All,
    /// All, and whether each applies in the till's store, now.
    Here,
    /// What is for online.
    Online,
    /// Coupons.
    Coupons,
}

/// What is chosen in the inbox. By id: others come above it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChosenMessage {
    /// The message's id.
    pub id: String,
    /// Its text is shown.
    pub open: bool,
}

/// What the platform sends with a key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Campaign {
    /// News of an offer that did not exist before.
    #[default]
    Offer,
    /// A message.
    Message,
    /// Takes that offer back.
    Revoke,
}

impl Filter {
    /// All there are, with their names.
    pub const ALL: [(Self, &str); 4] =
        [(Self::All, "all"), (Self::Here, "here"), (Self::Online, "online"), (Self::Coupons, "coupons")];

    fn next(self) -> Self {
        match self {
            Self::All => Self::Here,
            Self::Here => Self::Online,
            Self::Online => Self::Coupons,
            Self::Coupons => Self::All,
        }
    }
}

impl Campaign {
    /// What comes after it.
    pub(crate) fn next(self) -> Self {
        match self {
            Self::Offer => Self::Message,
            Self::Message => Self::Revoke,
            Self::Revoke => Self::Offer,
        }
    }

    /// What it is, in words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Offer => "a new offer",
            Self::Message => "a message",
            Self::Revoke => "the offer's end",
        }
    }
}

impl Model {
    /// The offers that the filter lets through.
    pub fn offers(&self) -> Vec<&OfferView> {
        let Some(offers) = self.views.as_ref().and_then(|views| views.offers.as_ref()) else { return Vec::new() };
        match self.filter {
            Filter::All => offers.all.offers.iter().collect(),
            Filter::Here => offers.here.offers.iter().collect(),
            Filter::Online => offers.online.offers.iter().filter(|offer| offer.kind != OfferKind::Coupon).collect(),
            Filter::Coupons => offers.all.offers.iter().filter(|offer| offer.kind == OfferKind::Coupon).collect(),
        }
    }

    /// All that is known of the chosen offer, while it is there.
    pub fn offer(&self) -> Option<&OfferDetail> {
        let (chosen, offers) = (self.offer?, self.views.as_ref()?.offers.as_ref()?);
        offers.details.iter().find(|detail| detail.offer.id == chosen)
    }

    fn message(&self) -> Option<&Message> {
        let chosen = self.message.as_ref()?;
        self.views.as_ref()?.inbox.messages.iter().find(|message| message.id == chosen.id)
    }

    /// The next filter. What is chosen stays so where it is still listed.
    pub(crate) fn filter_on(&mut self) {
        self.filter = self.filter.next();
        self.offer = self.offer.filter(|chosen| self.offers().iter().any(|offer| offer.id == *chosen));
    }

    /// The next or the previous offer.
    pub(crate) fn choose_offer(&mut self, forward: bool) {
        let all: Vec<OfferId> = self.offers().iter().map(|offer| offer.id).collect();
        self.offer = beside(all, self.offer, forward);
    }

    /// The next or the previous message, closed.
    pub(crate) fn choose_message(&mut self, forward: bool) {
        let Some(views) = &self.views else { return };
        let all: Vec<String> = views.inbox.messages.iter().map(|message| message.id.clone()).collect();
        let next = beside(all, self.message.take().map(|chosen| chosen.id), forward);
        self.message = next.map(|id| ChosenMessage { id, open: false });
    }

    /// Enter on the offers' screen: activates what is chosen, where the member can.
    pub(crate) fn activate(&mut self) -> Option<Act> {
        let Some(detail) = self.offer() else {
            self.choose_offer(true);
            return None;
        };
        match (detail.offer.id, &detail.offer.state) {
            (OfferId::Offer { id }, OfferState::Activate | OfferState::Refused { .. }) => Some(Act::ActivateOffer(id)),
            _ => None,
        }
    }

    /// Enter on the inbox' screen: opens the chosen message, which is read then, or closes it.
    pub(crate) fn open_message(&mut self) -> Option<Act> {
        let Some(read) = self.message().map(|message| message.read) else {
            self.choose_message(true);
            return None;
        };
        let chosen = self.message.as_mut()?;
        chosen.open = !chosen.open;
        (chosen.open && !read).then(|| Act::ReadMessage(chosen.id.clone()))
    }

    /// The member taps the notification.
    pub(crate) fn open_notification(&mut self) -> Option<Act> {
        self.notification.take().map(Act::OpenNotification)
    }

    /// A link led here; none: to no screen.
    pub(crate) fn lead_to(&mut self, route: Option<Route>) {
        match route {
            Some(Route::Card) => self.screen = Screen::Card,
            Some(Route::Balance) => self.screen = Screen::Balance,
            Some(Route::History) => self.screen = Screen::History,
            Some(Route::Offers) => self.screen = Screen::Offers,
            Some(Route::Coupons) => (self.screen, self.filter, self.offer) = (Screen::Offers, Filter::Coupons, None),
            Some(Route::Offer { offer }) => self.lead_to_offer(OfferId::Offer { id: offer }),
            Some(Route::Coupon { coupon }) => self.lead_to_offer(OfferId::Coupon { id: coupon }),
            Some(Route::Tasks) => self.screen = Screen::Tasks,
            Some(Route::Task { task }) => (self.screen, self.chosen) = (Screen::Tasks, Some(Chosen::Task(task))),
            Some(Route::Inbox) => self.screen = Screen::Inbox,
            Some(Route::Message { message }) => {
                (self.screen, self.message) = (Screen::Inbox, Some(ChosenMessage { id: message, open: true }));
            }
            Some(Route::Settings) => self.screen = Screen::Session,
            Some(Route::Stores) => self.lead_to_stores(None),
            Some(Route::Store { store }) => self.lead_to_stores(Some(store)),
            None => {}
        }
    }

    fn lead_to_offer(&mut self, id: OfferId) {
        (self.screen, self.filter, self.offer) = (Screen::Offers, Filter::All, Some(id));
        if self.offer().is_none() {
            self.notice = Some("This offer is there no more.".to_owned());
        }
    }
}

/// What stands before or behind `now`; the first where that is nowhere.
pub(crate) fn beside<T: PartialEq>(all: Vec<T>, now: Option<T>, forward: bool) -> Option<T> {
    let place = all.iter().position(|item| Some(item) == now.as_ref());
    let next = match place {
        None => 0,
        Some(place) if forward => (place + 1).min(all.len().saturating_sub(1)),
        Some(place) => place.saturating_sub(1),
    };
    all.into_iter().nth(next)
}
