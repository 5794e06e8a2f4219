//! `keyreach man`: the manual page, or that of one verb, made from the command line itself.

use clap::{Command, CommandFactory};
use clap_mangen::Man;

use super::voice;
use crate::{
    cli::{Cli, ManArgs},
    outcome::Outcome,
};

pub(super) fn run(args: &ManArgs) -> anyhow::Result<Outcome> {
    let mut whole = Cli::command();
    whole.build();
    let asked = match &args.verb {
        None => Some(&whole),
        Some(verb) => whole.find_subcommand(verb),
    };
    let Some(command) = asked else {
        complain(&whole, args.verb.as_deref().unwrap_or_default());
        return Ok(Outcome::Usage);
    };
    let mut page = Vec::new();
    let version = concat!("keyreach ", env!("CARGO_PKG_VERSION"));
    // The page's own synopsis would show flags without their values; they follow with them.
    let usage = command.clone().render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ").to_owned();
    Man::new(command.clone().override_usage(usage)).source(version).render(&mut page)?;
    voice::print(Outcome::Done, |out| Ok(out.write_all(&page)?))
}

fn complain(whole: &Command, verb: &str) {
    let verbs: Vec<&str> = whole.get_subcommands().map(Command::get_name).collect();
    voice::say(&format!("error: there is no verb `{verb}`; there is {}", verbs.join(", ")));
}
