//! The boundary as Kotlin and Swift see it: the generator works, and gives the methods it should and no others.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

/// What a shell may call. Chunky on purpose: whole views and acts, no getters.
const METHODS: [&str; 54] = [
    "activateOffer",
    "answer",
    "answerTask",
    "balance",
    "card",
    "celebrated",
    "checkStock",
    "chooseFavourite",
    "confirmCode",
    "confirmDeletion",
    "consents",
    "favourites",
    "findGoods",
    "flush",
    "history",
    "inbox",
    "issueVirtualCard",
    "keepAnswers",
    "leaveStep",
    "linkCard",
    "loadHistory",
    "loadInbox",
    "offer",
    "offers",
    "openLink",
    "outbox",
    "play",
    "pushOpened",
    "questions",
    "readMessages",
    "receivePush",
    "refresh",
    "register",
    "registrationStep",
    "requestDeletion",
    "resendCode",
    "resetPassword",
    "session",
    "setActive",
    "setConsent",
    "setCurrentStore",
    "setFavouriteStore",
    "setInstallReferrer",
    "setNewPassword",
    "setOptedIn",
    "setPushToken",
    "signIn",
    "signOut",
    "store",
    "stores",
    "storesToWatch",
    "subscribe",
    "tasks",
    "track",
];

/// The bindings, generated once for all tests of this file.
fn bindings() -> &'static (String, String) {
    static BINDINGS: std::sync::OnceLock<(String, String)> = std::sync::OnceLock::new();
    BINDINGS.get_or_init(|| {
        let out = tempfile::tempdir().unwrap();
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let run =
            Command::new(env!("CARGO")).arg("bindgen").arg("--out").arg(out.path()).current_dir(root).output().unwrap();
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
        let read = |file: &str| std::fs::read_to_string(out.path().join(file)).unwrap();
        (read("kotlin/app/pocketcard/pocketcard.kt"), read("swift/PocketcardBindings.swift"))
    })
}

/// The names of the functions declared between two markers.
fn functions<'a>(source: &'a str, from: &str, to: &str, keyword: &str) -> BTreeSet<&'a str> {
    let start = source.find(from).unwrap_or_else(|| panic!("no `{from}`"));
    let body = &source[start..];
    let end = body[from.len()..].find(to).map_or(body.len(), |end| end + from.len());
    let declared = body[..end].split(keyword).skip(1);
    declared
        .filter_map(|rest| rest.split(['(', '`', '<']).find(|name| !name.trim().is_empty()))
        .map(str::trim)
        .collect()
}

#[test]
fn kotlin_has_the_methods_it_should() {
    let (kotlin, _) = bindings();
    let methods = functions(kotlin, "public interface LoyaltyInterface {", "companion object", "fun ");
    assert_eq!(methods, METHODS.into());
}

#[test]
fn swift_has_the_methods_it_should() {
    let (_, swift) = bindings();
    let methods = functions(swift, "public protocol LoyaltyProtocol", "\n}", "func ");
    assert_eq!(methods, METHODS.into());
}

#[test]
fn amounts_and_times_are_the_platforms_own() {
    let (kotlin, swift) = bindings();
    assert!(kotlin.contains("public typealias Decimal = BigDecimal"), "amounts are BigDecimal in Kotlin");
    assert!(kotlin.contains("public typealias Timestamp = Instant"), "times are java.time.Instant in Kotlin");
    assert!(swift.contains("public typealias Timestamp = Date"), "times are Date in Swift");
    assert!(swift.contains("public typealias Decimal = Foundation.Decimal"), "amounts are Decimal in Swift");
}

/// Kotlin cannot take these names: a method `close` or `to_string` hides the object's own, an error's field `message`
/// hides the exception's.
#[test]
fn no_name_gets_in_kotlins_way() {
    let (kotlin, _) = bindings();
    let errors =
        kotlin.split("sealed class LoyaltyException").nth(1).expect("the error").split("companion object").next();
    assert!(!errors.unwrap().contains("`message`"));
    let methods = functions(kotlin, "public interface LoyaltyInterface {", "companion object", "fun ");
    assert!(methods.is_disjoint(&["close", "toString"].into()));
}
