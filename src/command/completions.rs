//! `keyreach completions`: what a shell completes, made from the command line itself.

use clap::CommandFactory;

use super::voice;
use crate::{
    cli::{Cli, CompletionsArgs},
    outcome::Outcome,
};

pub(super) fn run(args: &CompletionsArgs) -> anyhow::Result<Outcome> {
    // The generator panics where it cannot write, so it writes into memory.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "keyreach", &mut script);
    voice::print(Outcome::Done, |out| Ok(out.write_all(&script)?))
}
