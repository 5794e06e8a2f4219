//! The binary: parse, do, exit code.

use clap::Parser;
use keyreach::{cli::Cli, command, outcome::Outcome};

fn main() -> Outcome {
    command::run(Cli::parse())
}
