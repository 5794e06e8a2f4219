//! `keyreach explain`: the page of a check, or all of them.

use std::io::{self, IsTerminal};

use super::voice;
use crate::{
    check::{named, nearest},
    cli::ExplainArgs,
    outcome::Outcome,
    report::explain,
};

/// Longer lines are hard to read.
const WIDEST: usize = 100;
/// Where the output is no terminal.
const USUAL: usize = 80;

pub(super) fn run(args: &ExplainArgs) -> anyhow::Result<Outcome> {
    let text = match &args.check {
        None if args.markdown => explain::markdown(),
        None => explain::book(width()),
        Some(id) => match named(id) {
            Some(meta) => explain::page(meta, width()),
            None => {
                complain(id);
                return Ok(Outcome::Usage);
            }
        },
    };
    voice::print(Outcome::Done, |out| Ok(out.write_all(text.as_bytes())?))
}

fn complain(id: &str) {
    voice::say(&format!("error: no check is called `{id}`"));
    let near = nearest(id);
    if near.is_empty() {
        voice::say("`keyreach explain --all` shows every check");
    } else {
        voice::say(&format!("there is {}", near.join(", ")));
    }
}

fn width() -> usize {
    let terminal = io::stdout().is_terminal().then(terminal_size::terminal_size).flatten();
    terminal.map_or(USUAL, |(width, _)| usize::from(width.0).min(WIDEST))
}
