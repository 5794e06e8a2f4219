//! One file a verb. The stages in order; the clock is read and the files are written here.

mod analyze;
mod check;
mod completions;
#[cfg(feature = "demo")]
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
#[cfg(feature = "sdk")]
mod watch;
mod who_can;

use std::{
    error::Error,
    io::{self, IsTerminal},
};

use tracing_subscriber::{
    Layer,
    filter::{LevelFilter, Targets},
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

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
        #[cfg(feature = "demo")]
        Verb::Demo(args) => demo::run(args),
        #[cfg(not(feature = "aws"))]
        Verb::Scan(_) => Ok(refuse_without("aws")),
        #[cfg(not(feature = "demo"))]
        Verb::Demo(_) => Ok(refuse_without("demo")),
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

#[cfg(feature = "sdk")]
fn is_of_connection(cause: &(dyn Error + 'static)) -> bool {
    matches!(cause.downcast_ref(), Some(crate::collect::CollectError::Connection(_)))
}

#[cfg(not(feature = "sdk"))]
fn is_of_connection(_: &(dyn Error + 'static)) -> bool {
    false
}

#[cfg(not(all(feature = "aws", feature = "demo")))]
fn refuse_without(feature: &str) -> Outcome {
    voice::say(&format!(
        "error: this keyreach was built without the Cargo feature `{feature}`, which holds this verb"
    ));
    Outcome::Usage
}

/// Quiet unless asked. The SDK's own log can hold what requests hold, so it takes a second `-v`.
fn start_log(verbose: u8) {
    let level = |least, level| if verbose >= least { level } else { LevelFilter::OFF };
    let wanted = Targets::new().with_target("keyreach", level(1, LevelFilter::DEBUG)).with_targets(
        ["aws_config", "aws_smithy_runtime"].map(|target| (target, level(2, LevelFilter::INFO))),
    );
    let log = tracing_subscriber::fmt::layer().with_writer(io::stderr).with_ansi(io::stderr().is_terminal());
    tracing_subscriber::registry().with(log.with_filter(wanted)).init();
}
