//! `keyreach check`: reads key policy documents before they are deployed, and says what AWS would refuse and
//! what it would accept without effect.

use std::fs;

use anyhow::Context;
use keyreach_policy::check::{Level, check};

use super::voice;
use crate::{cli::CheckArgs, outcome::Outcome, report::text::Visible};

pub(super) fn run(args: &CheckArgs) -> anyhow::Result<Outcome> {
    let mut unread = false;
    let mut lines = Vec::new();
    for path in &args.files {
        // One file that cannot be read does not keep the others from being checked.
        match fs::read_to_string(path).with_context(|| format!("cannot read `{}`", path.display())) {
            Ok(text) => {
                for complaint in check(&text) {
                    let level = match complaint.problem.level() {
                        Level::Error => "error",
                        Level::Ineffective => "no effect",
                    };
                    let name = path.display().to_string();
                    let words = complaint.problem.to_string();
                    let at = complaint.position;
                    lines.push(format!(
                        "{}:{}:{}: {level}: {}",
                        Visible(&name),
                        at.line,
                        at.column,
                        Visible(&words)
                    ));
                }
            }
            Err(error) => {
                voice::error(&error);
                unread = true;
            }
        }
    }
    let outcome = match (unread, lines.is_empty()) {
        (true, _) => Outcome::CouldNotRun,
        (false, true) => Outcome::Done,
        (false, false) => Outcome::Findings,
    };
    voice::print(outcome, |out| Ok(lines.iter().try_for_each(|line| writeln!(out, "{line}"))?))
}
