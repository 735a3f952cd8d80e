//! `cargo ios`: the Swift package of the iOS shell, built and tested on this machine with the real library and a sandbox.

use std::process::Command;

use crate::{as_from_outside, bindgen, cargo, root, succeeds, target};

/// Swift's format, strictly; then all tests.
pub(crate) fn run(options: &[&str]) -> Result<(), String> {
    prepare()?;
    let sandbox = ["build", "--locked", "--package", "pocketcard-sandbox"];
    succeeds(cargo().args(sandbox), "the sandbox does not build")?;
    succeeds(&mut lint(), "the format of Swift is not as `swift format` has it")?;
    succeeds(test().args(options), "the tests of the iOS shell failed")
}

/// Puts the generated bindings where the package looks for them.
pub(crate) fn prepare() -> Result<(), String> {
    if !cfg!(target_os = "linux") {
        return Err(
            "not exercised on this system: on a Mac, `cargo libraries xcframework`, then open ios/ in Xcode".into()
        );
    }
    bindings()?;
    // What is generated names a module that only Apple has.
    let map =
        "module PocketcardFFI [system] {\n    header \"PocketcardFFI.h\"\n    link \"pocketcard\"\n    export *\n}\n";
    write("PocketcardFFI/PocketcardFFI.h", &generated("PocketcardFFI.h")?)?;
    write("PocketcardFFI/module.modulemap", map)
}

/// Generates the bindings, and puts what is Swift of them where the package looks for it.
pub(crate) fn bindings() -> Result<(), String> {
    bindgen::run(&[])?;
    // Whether the library is of this version is asked before the generated code does, which ends the process.
    let mut bindings = generated("PocketcardBindings.swift")?;
    for name in ["enum InitializationResult {", "let initializationResult: InitializationResult = {"] {
        if !bindings.contains(&format!("\nprivate {name}")) {
            return Err(format!("the generated bindings have no `private {name}` any more"));
        }
        bindings = bindings.replace(&format!("\nprivate {name}"), &format!("\npackage {name}"));
    }
    write("PocketcardBindings/PocketcardBindings.swift", &bindings)
}

fn generated(name: &str) -> Result<String, String> {
    std::fs::read_to_string(target().join("bindings/swift").join(name)).map_err(|error| format!("{name}: {error}"))
}

/// Writes a file of `ios/Generated`, where it differs: what did not change is not compiled anew.
fn write(name: &str, text: &str) -> Result<(), String> {
    let file = root().join("ios/Generated").join(name);
    if std::fs::read_to_string(&file).is_ok_and(|before| before == text) {
        return Ok(());
    }
    let folder = file.parent().ok_or("no folder")?;
    std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(&file, text))
        .map_err(|error| format!("{}: {error}", file.display()))
}

pub(crate) fn lint() -> Command {
    let mut lint = swift();
    lint.args(["swift", "format", "lint", "--strict", "--recursive", "--parallel"]);
    lint.args(["Package.swift", "Sources", "Linux", "Tests", "App"]);
    lint
}

/// One test after the other: each has a platform and a core of its own, which many at once have to wait for.
pub(crate) fn test() -> Command {
    let mut test = swift();
    test.args(["swift", "test", "--quiet", "--disable-xctest", "--no-parallel", "-Xswiftc", "-warnings-as-errors"]);
    test
}

/// What runs a command with Swift, in the package's folder: this machine's, or one that is fetched once.
fn swift() -> Command {
    // What the linker is told has no `..` in it.
    let target = target().canonicalize().unwrap_or_else(|_| target());
    let debug = target.join("debug");
    let mut swift = Command::new(root().join("xtask/toolchain.sh"));
    as_from_outside(&mut swift).current_dir(root().join("ios")).arg("--bind").arg(&target);
    swift.env("POCKETCARD_LIBRARY", &debug).env("POCKETCARD_SANDBOX", debug.join("pocketcard-sandbox"));
    swift
}
