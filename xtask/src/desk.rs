//! `cargo desk`: the app in a desktop's window, against a sandbox of its own. Built by Maven, run by Java.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::verify::{install, install_java, maven};
use crate::{bindgen, cargo, root, succeeds, target};

pub(crate) fn run() -> Result<(), String> {
    // Before minutes of building; the window says the same where a display does not answer.
    if cfg!(target_os = "linux") && std::env::var_os("DISPLAY").is_none_or(|display| display.is_empty()) {
        return Err("no display: set DISPLAY, or run the tests with `cd android && mvn -pl desk -am verify`".to_owned());
    }
    install_java()?;
    install("libawt_xawt.so", "openjdk-17-jre", "a JDK that is not headless", &opens_windows)?;
    bindgen::library(false)?;
    let sandbox = ["build", "--locked", "--package", "pocketcard-sandbox"];
    succeeds(cargo().args(sandbox), "the sandbox does not build")?;
    let package = ["--batch-mode", "--quiet", "-DskipTests", "--projects", "desk", "--also-make", "package"];
    succeeds(maven().args(package), "the desk does not build")?;
    let built = root().join("android/desk/target");
    let others = std::fs::read_to_string(built.join("class-path.txt")).map_err(|error| error.to_string())?;
    // Of the jars that Maven makes there is one.
    let class_path = format!("{}/*:{}", built.display(), others.trim());
    let debug = target().join("debug");
    let mut java = Command::new("java");
    java.arg(property("jna.library.path", &debug))
        .arg(property("pocketcard.sandbox", &debug.join("pocketcard-sandbox")))
        .args(["-cp", &class_path, "app.pocketcard.desk.MainKt"])
        .stdin(Stdio::null());
    succeeds(&mut java, "the desk ended early")
}

fn property(name: &str, value: &Path) -> String {
    format!("-D{name}={}", value.display())
}

/// Whether Java can: what is installed to compile and test need not.
fn opens_windows() -> bool {
    let settings = Command::new("java").args(["-XshowSettings:properties", "-version"]).output();
    let settings = settings.map(|java| String::from_utf8_lossy(&java.stderr).into_owned()).unwrap_or_default();
    let home = settings.lines().find_map(|line| line.trim().strip_prefix("java.home = "));
    !cfg!(target_os = "linux") || home.is_some_and(|home| Path::new(home).join("lib/libawt_xawt.so").exists())
}
