//! `cargo demo`: the phone and the till in this terminal, or the story by itself.

use std::process::ExitCode;

use clap::Parser;
use pocketcard_demo::{script, terminal};

/// A member signs in, shows the card at a till, and sees the points arrive.
///
/// Everything runs on this machine: the platform is the sandbox, on loopback; all data is in a temporary folder, which goes
/// at the end. In the terminal, ? lists the keys.
#[derive(Parser)]
#[command(name = "cargo demo", version)]
struct Arguments {
    /// Play the story without a terminal; print each step and what it proves; fail if one does not hold
    #[arg(long)]
    script: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    let outcome = if Arguments::parse().script {
        script::play(|line| println!("{line}")).await.map(|report| report.failed() == 0)
    } else {
        terminal::run().await.map(|()| true)
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
