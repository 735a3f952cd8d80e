//! Where a link leads: one function from a text to a screen of the app, or to why there is none.
//!
//! Pure. A link comes from outside, in a push or from another app, so it opens nothing but screens of this one: those of
//! the app's own scheme (`pocketcard://offers/7`) and of `https` on the hosts that the app is registered for. What
//! follows `?` or `#` has no say in it.

use std::borrow::Cow;

use url::{Host, Url};

/// No link of ours is longer.
const LONGEST: usize = 2048;
/// No id in one is longer.
const LONGEST_ID: usize = 128;

/// A place in the app that a link leads to.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Route {
    /// The card: `card`.
    Card,
    /// Accounts and tier: `balance`.
    Balance,
    /// Purchases, rewards, withdrawals: `history`.
    History,
    /// All offers and coupons: `offers`.
    Offers,
    /// One offer: `offers/7`.
    Offer {
        /// The offer's number.
        offer: i64,
    },
    /// The coupons among the offers: `coupons`.
    Coupons,
    /// One coupon: `coupons/7`.
    Coupon {
        /// The coupon's number.
        coupon: i64,
    },
    /// The tasks: `tasks`.
    Tasks,
    /// One task: `tasks/first-store`.
    Task {
        /// The task's id.
        task: String,
    },
    /// The stores: `stores`.
    Stores,
    /// One store: `stores/7`.
    Store {
        /// The store's number.
        store: i64,
    },
    /// The inbox: `inbox`.
    Inbox,
    /// One message: `inbox/7`.
    Message {
        /// The message's id.
        message: String,
    },
    /// Consents, language, sign-out: `settings`.
    Settings,
}

/// Why a link leads to no screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoRoute {
    /// It is no link, or one of another scheme or host.
    Foreign,
    /// It is ours, and leads to nothing that this version knows.
    Unknown,
}

/// What links are the app's own.
#[derive(Clone, Debug)]
pub(crate) struct Links {
    scheme: String,
    hosts: Vec<String>,
}

impl Links {
    /// Takes the app's scheme and the hosts of its universal links.
    ///
    /// # Errors
    /// The field of the configuration that cannot work, and why.
    pub(crate) fn new(scheme: &str, hosts: &[String]) -> Result<Self, (&'static str, &'static str)> {
        let mut letters = scheme.chars();
        let is_scheme = letters.next().is_some_and(|first| first.is_ascii_lowercase())
            && letters.all(|letter| matches!(letter, 'a'..='z' | '0'..='9' | '+' | '-' | '.'));
        if !is_scheme || scheme.len() > 64 {
            return Err(("link_scheme", "it must be a scheme of the app's own in lower case, such as `pocketcard`"));
        }
        if matches!(scheme, "http" | "https" | "ftp" | "file" | "ws" | "wss" | "data" | "javascript" | "about" | "blob")
        {
            return Err(("link_scheme", "it must be a scheme of the app's own, no general one"));
        }
        let letters = |host: &str| host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'));
        let is_host = |host: &String| {
            letters(host)
                && !host.ends_with('.')
                && matches!(Host::parse(host), Ok(Host::Domain(parsed)) if parsed == *host)
        };
        if !hosts.iter().all(is_host) {
            return Err(("link_hosts", "each must be a host's name in lower case, such as `loyalty.example.com`"));
        }
        Ok(Self { scheme: scheme.to_owned(), hosts: hosts.to_vec() })
    }

    /// The link to a message of the inbox.
    pub(crate) fn message(&self, id: &str) -> String {
        let id = percent_encoding::utf8_percent_encode(id, percent_encoding::NON_ALPHANUMERIC);
        format!("{}://inbox/{id}", self.scheme)
    }

    /// Where `link` leads.
    pub(crate) fn route(&self, link: &str) -> Result<Route, NoRoute> {
        if link.len() > LONGEST || link.chars().any(|letter| letter.is_control() || letter.is_whitespace()) {
            return Err(NoRoute::Foreign);
        }
        let url = Url::parse(link).map_err(|_| NoRoute::Foreign)?;
        let plain = url.username().is_empty() && url.password().is_none() && url.port().is_none();
        let host = url.host_str().unwrap_or_default();
        let in_app = url.scheme() == self.scheme && !url.cannot_be_a_base();
        let on_web = url.scheme() == "https" && self.hosts.iter().any(|own| own == host);
        if !plain || !(in_app || on_web) {
            return Err(NoRoute::Foreign);
        }
        // In the app's own scheme, what stands in the host's place is the first part of the path.
        let first = if in_app && !host.is_empty() { Some(host) } else { None };
        let parts = first.into_iter().chain(url.path_segments().into_iter().flatten());
        let parts: Option<Vec<_>> = parts.map(decoded).collect();
        let mut parts = parts.ok_or(NoRoute::Unknown)?;
        // A slash at the end is none of the path's.
        if parts.last().is_some_and(|last| last.is_empty()) {
            parts.pop();
        }
        let parts: Vec<_> = parts.iter().map(Cow::as_ref).collect();
        screen(&parts).ok_or(NoRoute::Unknown)
    }
}

/// A part of a path as it was meant, where it can be one of ours.
fn decoded(part: &str) -> Option<Cow<'_, str>> {
    let text = percent_encoding::percent_decode_str(part).decode_utf8().ok()?;
    let fits = text.len() <= LONGEST_ID && !text.chars().any(|letter| letter.is_control() || letter == '/');
    fits.then_some(text)
}

fn screen(parts: &[&str]) -> Option<Route> {
    let number = |id: &str| id.bytes().all(|byte| byte.is_ascii_digit()).then(|| id.parse().ok()).flatten();
    let id = |id: &str| (!id.is_empty()).then(|| id.to_owned());
    Some(match *parts {
        ["card"] => Route::Card,
        ["balance"] => Route::Balance,
        ["history"] => Route::History,
        ["offers"] => Route::Offers,
        ["offers", offer] => Route::Offer { offer: number(offer)? },
        ["coupons"] => Route::Coupons,
        ["coupons", coupon] => Route::Coupon { coupon: number(coupon)? },
        ["tasks"] => Route::Tasks,
        ["tasks", task] => Route::Task { task: id(task)? },
        ["stores"] => Route::Stores,
        ["stores", store] => Route::Store { store: number(store)? },
        ["inbox"] => Route::Inbox,
        ["inbox", message] => Route::Message { message: id(message)? },
        ["settings"] => Route::Settings,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn links() -> Links {
        Links::new("pocketcard", &["loyalty.example".to_owned()]).unwrap()
    }

    #[test]
    fn links_of_ours_lead_to_their_screens() {
        for (link, route) in [
            ("pocketcard://card", Route::Card),
            ("POCKETCARD://balance/", Route::Balance),
            ("pocketcard:///history", Route::History),
            ("pocketcard://offers?utm=x#y", Route::Offers),
            ("https://loyalty.example/offers/7", Route::Offer { offer: 7 }),
            ("HTTPS://Loyalty.Example:443/coupons/8/", Route::Coupon { coupon: 8 }),
            ("pocketcard://coupons", Route::Coupons),
            ("pocketcard://tasks", Route::Tasks),
            ("pocketcard://tasks/first%20store", Route::Task { task: "first store".to_owned() }),
            ("pocketcard://stores", Route::Stores),
            ("pocketcard://stores/12", Route::Store { store: 12 }),
            ("pocketcard://inbox", Route::Inbox),
            ("pocketcard://inbox/31", Route::Message { message: "31".to_owned() }),
            ("pocketcard://settings", Route::Settings),
        ] {
            assert_eq!(links().route(link), Ok(route), "{link}");
        }
    }

    #[test]
    fn links_elsewhere_lead_nowhere() {
        for link in [
            "",
            "offers",
            "//loyalty.example/offers",
            "http://loyalty.example/offers",
            "https://evil.example/offers",
            "https://loyalty.example.evil/offers",
            "https://sub.loyalty.example/offers",
            "https://loyalty.example./offers",
            "https://loyalty.example@evil.example/offers",
            "https://user@loyalty.example/offers",
            "https://user:word@loyalty.example/offers",
            "https://loyalty.example:8443/offers",
            "https://evil.example\\@loyalty.example/offers",
            "https:\n//loyalty.example/offers",
            " pocketcard://offers",
            "pocketcard:offers",
            "pocketcards://offers",
            "javascript:alert(1)",
            "intent://offers#Intent;scheme=pocketcard;end",
            "file:///data/data/pocketcard.db",
            "content://contacts",
            "tel:+491713920001",
            "data:text/html,offers",
        ] {
            assert_eq!(links().route(link), Err(NoRoute::Foreign), "{link:?}");
        }
        assert_eq!(links().route(&format!("pocketcard://offers?{}", "x".repeat(3000))), Err(NoRoute::Foreign));
    }

    #[test]
    fn what_this_version_does_not_know_leads_nowhere_either() {
        for link in [
            "pocketcard://",
            "pocketcard://offers/7/extra",
            "pocketcard://offers//7",
            "pocketcard://offers/seven",
            "pocketcard://offers/-7",
            "pocketcard://offers/99999999999999999999",
            "pocketcard://Offers",
            "pocketcard://tasks/a%2Fb",
            "pocketcard://tasks/%00",
            "pocketcard://tasks/%FF",
            "https://loyalty.example/",
            "https://loyalty.example/games/wheel",
        ] {
            assert_eq!(links().route(link), Err(NoRoute::Unknown), "{link}");
        }
        assert_eq!(links().route(&format!("pocketcard://tasks/{}", "x".repeat(200))), Err(NoRoute::Unknown));
        assert_eq!(links().route("pocketcard://offers/../card"), Err(NoRoute::Unknown), "what is first stays first");
    }

    #[test]
    fn a_wrong_configuration_is_named() {
        for scheme in ["", "https", "javascript", "Pocketcard", "pocket card", "1card", "pocket_card"] {
            assert_eq!(Links::new(scheme, &[]).unwrap_err().0, "link_scheme", "{scheme}");
        }
        for host in
            ["", "https://a.example", "a.example/", "A.example", "127.0.0.1", "a.example:443", "*.example", "a b"]
        {
            assert_eq!(Links::new("pocketcard", &[host.to_owned()]).unwrap_err().0, "link_hosts", "{host}");
        }
    }

    proptest! {
        #[test]
        fn only_our_scheme_and_hosts_lead_anywhere(link in "[a-z]{1,12}:/{0,3}[a-z.@:]{0,16}/(offers|card|tasks/x)?.{0,8}") {
            let ours = link.starts_with("pocketcard:/") || link.starts_with("https:/") && link.contains("loyalty.example");
            prop_assert!(links().route(&link).is_err() || ours, "{}", link);
        }

        #[test]
        fn any_text_is_read_or_refused(link in any::<String>()) {
            let _ = links().route(&link);
        }
    }
}
