//! What guards main: format, lints, tests, docs, each by its own tool, and the test runners' own totals at the end.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use crate::cargo;

pub(crate) fn run() -> Result<(), String> {
    install("zbarimg", "zbar-tools")?;
    step("format", cargo().args(["fmt", "--all", "--check"]))?;
    step("lints", cargo().args(["clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"]))?;
    // Private items too: the map in `core/src/lib.rs` leads to them.
    let docs = ["doc", "--locked", "--workspace", "--no-deps", "--document-private-items"];
    step("docs", cargo().args(docs).env("RUSTDOCFLAGS", "-D warnings"))?;
    let totals = tests(cargo().args(["test", "--locked", "--workspace", "--no-fail-fast"]))?;
    println!("\ntests, by their runners' own words:");
    for line in &totals.lines {
        println!("{line}");
    }
    println!("{} passed, {} failed", totals.passed, totals.failed);
    if totals.failed > 0 || !totals.succeeded {
        return Err("the tests failed".to_owned());
    }
    Ok(())
}

/// Sees to a command that the tests call: by the machine's package manager where that can be done without asking.
fn install(command: &str, package: &str) -> Result<(), String> {
    let is_there =
        || Command::new(command).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok();
    if is_there() {
        return Ok(());
    }
    println!("set-up: {package}");
    let apt = |arguments: &[&str]| {
        let mut apt = Command::new("apt-get");
        apt.args(arguments).env("DEBIAN_FRONTEND", "noninteractive").stdout(Stdio::null());
        apt.status().is_ok_and(|status| status.success())
    };
    if !(apt(&["install", "-y", "-q", package]) || apt(&["update", "-q"]) && apt(&["install", "-y", "-q", package]))
        || !is_there()
    {
        return Err(format!(
            "`{command}` is needed: install `{package}` (Debian, Ubuntu) or `zbar` (Homebrew, Fedora, Arch)"
        ));
    }
    Ok(())
}

fn step(name: &str, command: &mut Command) -> Result<(), String> {
    println!("\n== {name}");
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err(format!("{name}: failed")),
        Err(error) => Err(format!("{name}: {error}")),
    }
}

struct Totals {
    lines: Vec<String>,
    passed: u64,
    failed: u64,
    succeeded: bool,
}

/// Runs cargo's tests, shows what they print as they print it, and keeps the closing line of each runner.
fn tests(command: &mut Command) -> Result<Totals, String> {
    println!("\n== tests");
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(|error| error.to_string())?;
    let mut totals = Totals { lines: Vec::new(), passed: 0, failed: 0, succeeded: false };
    let output = child.stdout.take().ok_or("no output")?;
    for line in BufReader::new(output).lines() {
        let line = line.map_err(|error| error.to_string())?;
        println!("{line}");
        let _ = std::io::stdout().flush();
        if line.starts_with("test result:") {
            let count = |word: &str| {
                let before = line.split([';', '.']).find_map(|part| part.trim().strip_suffix(word))?;
                before.trim().parse::<u64>().ok()
            };
            totals.passed += count("passed").unwrap_or(0);
            totals.failed += count("failed").unwrap_or(0);
            totals.lines.push(line);
        }
    }
    totals.succeeded = child.wait().map_err(|error| error.to_string())?.success();
    Ok(totals)
}
