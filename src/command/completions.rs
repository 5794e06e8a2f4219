//! `keyreach completions`: what a shell completes, made from the command line itself.

use std::io::{self, Write};

use clap::CommandFactory;

use crate::{
    cli::{Cli, CompletionsArgs},
    outcome::Outcome,
};

pub(super) fn run(args: &CompletionsArgs) -> anyhow::Result<Outcome> {
    // The generator panics where it cannot write, so it writes into memory.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "keyreach", &mut script);
    io::stdout().lock().write_all(&script)?;
    Ok(Outcome::Done)
}
