//! `cargo sandbox`: the sandbox alone, for an app team to develop against.

use std::io::IsTerminal as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use pocketcard_sandbox::{Options, Sandbox, WHOLE_CHAIN, default_database};
use tracing_subscriber::EnvFilter;

/// Runs a loyalty platform to develop against. Open its address in a browser for everything else.
#[derive(Parser)]
#[command(name = "cargo sandbox", version)]
struct Arguments {
    /// Where to listen; port 0 takes any that is free
    #[arg(long, default_value = "127.0.0.1:8787")]
    address: SocketAddr,
    /// The database file; made if it is not there, kept between runs [default: one in the temporary folder]
    #[arg(long)]
    database: Option<PathBuf>,
    /// What the first members are made from, when the database is made
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many stores the chain has, from 3 to 100000, when the database is made
    #[arg(long, default_value_t = WHOLE_CHAIN)]
    stores: u64,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_target(false)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
    let mut options = Options::new(arguments.database.unwrap_or_else(default_database));
    options.address = arguments.address;
    options.seed = arguments.seed;
    options.stores = arguments.stores;
    let database = options.database.clone();
    let sandbox = match Sandbox::start(options).await {
        Ok(sandbox) => sandbox,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::FAILURE;
        }
    };
    println!("The sandbox is at {} (help and members there); Ctrl-C ends it.", sandbox.url());
    println!("Its database is {}", database.display());
    if let Err(error) = tokio::signal::ctrl_c().await {
        eprintln!("error: cannot wait for Ctrl-C: {error}");
    }
    sandbox.shutdown().await;
    ExitCode::SUCCESS
}
