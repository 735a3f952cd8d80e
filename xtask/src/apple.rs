//! The library as a framework for Xcode: `ios/Generated/PocketcardFFI.xcframework`, for iPhones and their simulator.
//!
//! Needs a Mac with Xcode, and is not exercised where there is none. `cross.sh` makes one of the same layout without.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{cargo, ios, root, succeeds, target};

/// The least iOS, as in `ios/Package.swift` and `cross.sh`.
const IOS: &str = "17.0";
const ARCHIVE: &str = "libpocketcard.a";

pub(crate) fn xcframework() -> Result<(), String> {
    if !cfg!(target_os = "macos") {
        return Err("this needs a Mac with Xcode; without, `cargo libraries cross ios` makes one for ARM alone".into());
    }
    ios::bindings()?;
    let phone = library("aarch64-apple-ios")?;
    let simulator = target().join("xcframework").join(ARCHIVE);
    let headers = headers(&target().join("xcframework/Headers"))?;
    // A framework has one library for the simulator, whichever Mac it runs on.
    let mut lipo = Command::new("lipo");
    lipo.arg("-create").arg(library("aarch64-apple-ios-sim")?).arg(library("x86_64-apple-ios")?);
    succeeds(lipo.arg("-output").arg(&simulator), "the simulator's two libraries do not become one")?;

    let framework = root().join("ios/Generated/PocketcardFFI.xcframework");
    if framework.exists() {
        std::fs::remove_dir_all(&framework).map_err(|error| format!("{}: {error}", framework.display()))?;
    }
    let mut xcodebuild = Command::new("xcodebuild");
    xcodebuild.arg("-create-xcframework");
    for library in [&phone, &simulator] {
        xcodebuild.arg("-library").arg(library).arg("-headers").arg(&headers);
    }
    succeeds(xcodebuild.arg("-output").arg(&framework), "Xcode makes no framework; is it installed and chosen?")?;
    println!("{}", framework.display());
    Ok(())
}

/// Builds the library for one of Apple's targets. Gives where it is.
fn library(platform: &str) -> Result<PathBuf, String> {
    let mut build = cargo();
    build
        .args(["rustc", "--locked", "--release", "--package", "pocketcard", "--lib", "--crate-type", "staticlib"])
        .args(["--target", platform])
        .env("IPHONEOS_DEPLOYMENT_TARGET", IOS);
    succeeds(&mut build, &format!("{platform} does not build; is there `rustup target add {platform}`?"))?;
    Ok(target().join(platform).join("release").join(ARCHIVE))
}

/// What Swift reads of the library, laid out as in a framework. Gives the folder.
fn headers(folder: &Path) -> Result<PathBuf, String> {
    // In a folder of their own: Xcode puts the headers of all frameworks into one.
    let ours = folder.join("PocketcardFFI");
    let header = target().join("bindings/swift/PocketcardFFI.h");
    std::fs::create_dir_all(&ours)
        .and_then(|()| std::fs::copy(header, ours.join("PocketcardFFI.h")))
        .and_then(|_| std::fs::copy(root().join("xtask/PocketcardFFI.modulemap"), ours.join("module.modulemap")))
        .map_err(|error| format!("{}: {error}", ours.display()))?;
    Ok(folder.to_owned())
}
