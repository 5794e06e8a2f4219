//! One file a verb. The stages in order; the clock is read and the files are written here.

mod analyze;
mod check;
mod completions;
#[cfg(feature = "aws")]
mod demo;
mod diff;
mod environment;
mod explain;
mod folder;
mod input;
mod man;
mod reports;
mod role;
#[cfg(feature = "aws")]
mod scan;
mod schema;
mod settings;
mod simulate;
mod standing;
mod voice;
#[cfg(feature = "aws")]
mod watch;
mod who_can;

use std::{
    error::Error,
    io::{self, IsTerminal},
};

use tracing_subscriber::{EnvFilter, fmt::writer::BoxMakeWriter};

use crate::{
    cli::{Cli, Verb},
    config::ConfigError,
    outcome::Outcome,
};

/// Does what was asked. Errors go to stderr and become an exit code.
pub fn run(cli: Cli) -> Outcome {
    start_log(cli.verbose);
    environment::warn_of_strangers();
    let done = match cli.verb {
        #[cfg(feature = "aws")]
        Verb::Scan(args) => scan::run(args),
        #[cfg(feature = "aws")]
        Verb::Demo(args) => demo::run(args),
        #[cfg(not(feature = "aws"))]
        Verb::Scan(_) | Verb::Demo(_) => Ok(refuse_without_aws()),
        Verb::Analyze(args) => analyze::run(args),
        Verb::Simulate(args) => simulate::run(&args),
        Verb::Check(args) => check::run(&args),
        Verb::WhoCan(args) => who_can::run(&args),
        Verb::Explain(args) => explain::run(&args),
        Verb::Diff(args) => diff::run(&args),
        Verb::Role(args) => role::run(&args),
        Verb::Schema(args) => schema::run(&args),
        Verb::Completions(args) => completions::run(&args),
        Verb::Man(args) => man::run(&args),
    };
    done.unwrap_or_else(|error| {
        voice::error(&error);
        outcome_of(&error)
    })
}

fn outcome_of(error: &anyhow::Error) -> Outcome {
    let in_the_settings = error.chain().any(|cause| is_of_connection(cause) || cause.is::<ConfigError>());
    if in_the_settings { Outcome::Usage } else { Outcome::CouldNotRun }
}

#[cfg(feature = "aws")]
fn is_of_connection(cause: &(dyn Error + 'static)) -> bool {
    matches!(cause.downcast_ref(), Some(crate::collect::CollectError::Connection(_)))
}

#[cfg(not(feature = "aws"))]
fn is_of_connection(_: &(dyn Error + 'static)) -> bool {
    false
}

#[cfg(not(feature = "aws"))]
fn refuse_without_aws() -> Outcome {
    voice::say(
        "error: this keyreach was built without the feature `aws`: it judges snapshots and asks AWS nothing",
    );
    Outcome::Usage
}

/// Quiet unless asked. The SDK's own log can hold what requests hold, so it takes a second `-v`.
fn start_log(verbose: u8) {
    let directives = match verbose {
        0 => "off",
        1 => "keyreach=debug",
        _ => "keyreach=debug,aws_config=info,aws_smithy_runtime=info",
    };
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(directives))
        .with_writer(BoxMakeWriter::new(io::stderr))
        .with_ansi(io::stderr().is_terminal())
        .init();
}
