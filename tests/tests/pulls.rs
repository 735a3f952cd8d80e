//! Pulling a view when nothing changed is no heavy work: counted in allocations, which no noisy machine changes.

use allocation_counter::measure;
use pocketcard::history::HistoryFilter;
use pocketcard_tests::{ANNA, Phone, Platform};

#[test]
fn a_pull_allocates_for_the_view_that_it_gives_and_little_else() {
    let platform = Platform::start();
    let phone = Phone::new(platform.url());
    phone.sign_in(&platform, ANNA);
    let app = phone.app();
    drop(app.card());
    let entries = u64::try_from(app.history(HistoryFilter::All).entries.len()).unwrap();
    for (view, most, count) in [
        // Its texts and the symbol's bits; drawing the symbol anew would be hundreds.
        ("card", 12, measure(|| drop(app.card())).count_total),
        ("session", 10, measure(|| drop(app.session())).count_total),
        ("balance", 60, measure(|| drop(app.balance())).count_total),
        ("history", 4 + 16 * entries, measure(|| drop(app.history(HistoryFilter::All))).count_total),
    ] {
        assert!(count <= most, "{view}: {count} allocations, expected at most {most}");
    }
}
