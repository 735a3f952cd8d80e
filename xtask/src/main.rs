//! The project's own commands: `cargo verify` runs all tests, `cargo bindgen` writes the Kotlin and Swift bindings,
//! `cargo libraries` builds and checks the library as phones load it, `cargo desk` opens the app on a desktop.

mod apple;
mod bindgen;
mod desk;
mod ios;
mod libraries;
mod verify;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

const HELP: &str = "\
cargo verify               format, lints, all tests, docs, the app as it is released; installs what it needs first
cargo bindgen [OPTIONS]    writes the Kotlin and Swift bindings into target/bindings
    --out FOLDER           another folder
    --release              from a release build
cargo desk                 the app in a desktop's window, against a sandbox of its own
cargo ios [OPTIONS]        builds the Swift package and runs its tests; OPTIONS are those of `swift test`
cargo libraries build [FOLDER]   builds libpocketcard.so for Android's four ABIs into FOLDER/<abi>, by default
                       target/jni, and checks it; needs an NDK (ANDROID_NDK_HOME) and rustup's targets
cargo libraries check FOLDER     checks every library in FOLDER/<abi>: machine, page alignment, symbols, what it needs
cargo libraries cross check      compiles the library for Android and iOS on a Debian-like machine with neither SDK: checks,
                       gives nothing to ship
cargo libraries cross ios        builds it for iPhones and their simulator on such a machine, holds it against what an app
                       links with, and makes target/cross/PocketcardFFI.xcframework and its zip; Xcode never saw one
cargo libraries xcframework      makes ios/Generated/PocketcardFFI.xcframework, and the bindings beside it, for ios/Package.swift;
                       needs a Mac with Xcode and rustup's targets; not exercised here";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments.as_slice() {
        ["verify"] => verify::run(),
        ["bindgen", options @ ..] => bindgen::run(options),
        ["desk"] => desk::run(),
        ["ios", options @ ..] => ios::run(options),
        ["libraries", options @ ..] => libraries::run(options),
        _ => Err(HELP.to_owned()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}

/// The folder of the workspace.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Where cargo builds.
fn target() -> PathBuf {
    root().join(std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into()))
}

/// The cargo that runs us.
fn cargo() -> std::process::Command {
    let mut cargo = std::process::Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    as_from_outside(&mut cargo).current_dir(root());
    cargo
}

fn succeeds(command: &mut std::process::Command, otherwise: &str) -> Result<(), String> {
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err(otherwise.to_owned()),
        Err(error) => Err(format!("{otherwise} ({error})")),
    }
}

/// Takes back what cargo tells of us: ring asks for it and, where it differs from the last time, is compiled anew, and all
/// that is above it. A cargo that we run builds the same as one that a person runs.
fn as_from_outside(command: &mut std::process::Command) -> &mut std::process::Command {
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")) {
            command.env_remove(name);
        }
    }
    command
}
