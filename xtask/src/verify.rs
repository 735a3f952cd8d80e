//! What guards main: format, lints, tests, docs, each by its own tool, in Rust, Kotlin and Swift, and the test runners' own
//! totals at the end.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::{as_from_outside, cargo, ios, root, target};

pub(crate) fn run() -> Result<(), String> {
    install("zbarimg", "zbar-tools", "`zbar` (Homebrew, Fedora, Arch)", &|| answers("zbarimg"))?;
    install_java()?;
    let mut totals = Totals::default();
    step("format", cargo().args(["fmt", "--all", "--check"]), &mut totals)?;
    let lints = ["clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"];
    step("lints", cargo().args(lints), &mut totals)?;
    // Private items too: the map in `core/src/lib.rs` leads to them.
    let docs = ["doc", "--locked", "--workspace", "--no-deps", "--document-private-items"];
    step("docs", cargo().args(docs).env("RUSTDOCFLAGS", "-D warnings"), &mut totals)?;
    tests("tests", cargo().args(["test", "--locked", "--workspace", "--no-fail-fast"]), &mut totals)?;
    // Format, the bindings, the tests of each module with the real library, the records of the public API; the app as it is
    // released, shrunk and looked over by Android Lint. The sandbox was built for the tests above, with other features than
    // it has alone: building it anew takes minutes. Two modules at once, since a test run keeps one processor busy.
    let android = ["--batch-mode", "--fail-at-end", "--threads", "2", "-Prelease", "-Dsandbox.built", "verify"];
    tests("android", maven().args(android), &mut totals)?;
    // Elsewhere Swift wants the library as a framework.
    if cfg!(target_os = "linux") {
        ios::prepare()?;
        step("format of Swift", &mut ios::lint(), &mut totals)?;
        tests("ios", &mut ios::test(), &mut totals)?;
    }
    totals.begin("tests, by their runners' own words");
    for line in &totals.lines {
        println!("{line}");
    }
    for line in &totals.failures {
        println!("{line}");
    }
    let took = totals.steps.windows(2).map(|step| format!("{} {} s", step[0].0, (step[1].1 - step[0].1).as_secs()));
    println!("{}", took.collect::<Vec<_>>().join(", "));
    println!("{} passed, {} failed", totals.passed, totals.failed);
    if totals.failed > 0 || !totals.unsuccessful.is_empty() {
        return Err(format!("failed: {}", totals.unsuccessful.join(", ")));
    }
    Ok(())
}

/// What builds the Kotlin modules, and what Skia draws the desk with.
pub(crate) fn install_java() -> Result<(), String> {
    install("javac", "openjdk-17-jdk-headless", "a JDK, 17 or newer", &|| answers("javac"))?;
    install("mvn", "maven", "`maven` (Homebrew, Fedora, Arch)", &|| answers("mvn"))?;
    install("libGL.so.1", "libgl1", "Mesa", &|| !cfg!(target_os = "linux") || is_loadable("libGL.so.1"))
}

/// Maven in the Android shell, with cargo's output where cargo puts it.
pub(crate) fn maven() -> Command {
    let mut maven = Command::new("mvn");
    let mut builds = std::ffi::OsString::from("-Drust.target=");
    builds.push(target());
    as_from_outside(&mut maven).current_dir(root().join("android")).arg(builds);
    maven
}

fn answers(command: &str) -> bool {
    Command::new(command).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
}

/// Whether programs of this machine find a library.
fn is_loadable(library: &str) -> bool {
    let known =
        ["ldconfig", "/sbin/ldconfig"].iter().find_map(|ldconfig| Command::new(ldconfig).arg("-p").output().ok());
    known.is_some_and(|known| String::from_utf8_lossy(&known.stdout).contains(library))
}

/// Sees to what the tests need: by the machine's package manager where that can be done without asking.
pub(crate) fn install(what: &str, package: &str, elsewhere: &str, is_there: &dyn Fn() -> bool) -> Result<(), String> {
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
        return Err(format!("`{what}` is needed: install `{package}` (Debian, Ubuntu) or {elsewhere}"));
    }
    Ok(())
}

fn step(name: &'static str, command: &mut Command, totals: &mut Totals) -> Result<(), String> {
    totals.begin(name);
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err(format!("{name}: failed")),
        Err(error) => Err(format!("{name}: {error}")),
    }
}

/// What the runners said of themselves.
#[derive(Default)]
struct Totals {
    lines: Vec<String>,
    /// Which tests failed, and why where the runner says so in a line.
    failures: Vec<String>,
    passed: u64,
    failed: u64,
    /// The steps that did not end well.
    unsuccessful: Vec<&'static str>,
    /// The steps, each with when it began.
    steps: Vec<(&'static str, Instant)>,
}

impl Totals {
    #[expect(clippy::disallowed_methods, reason = "a step takes the machine's time")]
    fn begin(&mut self, name: &'static str) {
        println!("\n== {name}");
        self.steps.push((name, Instant::now()));
    }

    /// Takes a runner's closing line, cargo's, Surefire's or Swift Testing's, and what it says of a test that failed; any
    /// other is none.
    fn read(&mut self, line: &str) {
        if line.starts_with("test result:") {
            let count = |word: &str| {
                let before = line.split([';', '.']).find_map(|part| part.trim().strip_suffix(word))?;
                before.trim().parse::<u64>().ok()
            };
            self.passed += count("passed").unwrap_or(0);
            self.failed += count("failed").unwrap_or(0);
        } else if let Some((_, counts)) = line.split_once("] Tests run: ")
            // Of each class, too: only the module's is a total.
            && !counts.contains("Time elapsed")
        {
            let counts: Vec<u64> = counts
                .split(|character: char| !character.is_ascii_digit())
                .filter_map(|digits| digits.parse().ok())
                .collect();
            let [run, failures, errors, skipped] = counts[..] else { return };
            self.failed += failures + errors;
            self.passed += run.saturating_sub(failures + errors + skipped);
        } else if let Some((_, counts)) = line.split_once(" Test run with ") {
            // Of those that failed it says how many in a line for each.
            let run = counts.split(' ').next().and_then(|count| count.parse::<u64>().ok()).unwrap_or(0);
            let failed = self.failures.iter().filter(|line| is_swift_failure(line)).count() as u64;
            self.failed += failed;
            self.passed += run.saturating_sub(failed);
        } else {
            if is_swift_failure(line) || line.ends_with("... FAILED") || line.starts_with("[ERROR]   ") {
                self.failures.push(line.to_owned());
            }
            return;
        }
        self.lines.push(line.to_owned());
    }
}

/// Whether this is Swift Testing's line on a test, not a suite, that failed.
fn is_swift_failure(line: &str) -> bool {
    line.starts_with("✘ Test ") && !line.starts_with("✘ Test run ") && line.contains(" failed after ")
}

/// Runs tests, shows what they print as they print it, and keeps the closing line of each runner.
fn tests(name: &'static str, command: &mut Command, totals: &mut Totals) -> Result<(), String> {
    totals.begin(name);
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(|error| format!("{name}: {error}"))?;
    let output = child.stdout.take().ok_or("no output")?;
    for line in BufReader::new(output).lines() {
        let line = line.map_err(|error| error.to_string())?;
        println!("{line}");
        let _ = std::io::stdout().flush();
        totals.read(&line);
    }
    if !child.wait().map_err(|error| error.to_string())?.success() {
        totals.unsuccessful.push(name);
    }
    Ok(())
}

#[cfg(test)]
mod closing_lines {
    use super::Totals;

    #[test]
    fn that_of_each_runner_counts_and_no_other() {
        let mut totals = Totals::default();
        for line in [
            "test result: ok. 12 passed; 1 failed; 0 ignored; 0 measured; 3 filtered out; finished in 0.50s",
            "[INFO] Tests run: 6, Failures: 0, Errors: 0, Skipped: 0, Time elapsed: 8.1 s -- in app.pocketcard.BoundaryTest",
            "[ERROR] Tests run: 9, Failures: 1, Errors: 1, Skipped: 2",
            "test a_test ... ok",
            "test another ... FAILED",
            "[ERROR] Failures: ",
            "[ERROR]   CardTileTest.a tap opens the card:57 expected:<1> but was:<2>",
            "✔ Test \"A full disk\" passed after 0.808 seconds.",
            "✘ Test \"hours.json\" recorded an issue at VectorsTests.swift:108:9: Expectation failed",
            "✘ Test \"hours.json\" failed after 0.417 seconds with 1 issue.",
            "✘ Suite VectorsTests failed after 0.419 seconds with 1 issue.",
            "✘ Test run with 8 tests failed after 0.420 seconds with 1 issue.",
        ] {
            totals.read(line);
        }
        assert_eq!(totals.failures.len(), 3);
        assert_eq!((totals.passed, totals.failed, totals.lines.len()), (12 + 5 + 7, 1 + 2 + 1, 3));
    }
}
