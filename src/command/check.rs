//! `keyreach check`: reads key policy documents before they are deployed, and says what AWS would refuse and
//! what it would accept without effect.

use std::{
    fs,
    io::{self, Write},
};

use anyhow::Context;
use keyreach_policy::check::{Level, check};

use super::voice;
use crate::{cli::CheckArgs, outcome::Outcome, report::text::Visible};

pub(super) fn run(args: &CheckArgs) -> anyhow::Result<Outcome> {
    let (mut complaints, mut unread) = (0_usize, false);
    let mut out = io::stdout().lock();
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
                    writeln!(
                        out,
                        "{}:{}:{}: {level}: {}",
                        Visible(&name),
                        at.line,
                        at.column,
                        Visible(&words)
                    )?;
                    complaints += 1;
                }
            }
            Err(error) => {
                voice::error(&error);
                unread = true;
            }
        }
    }
    Ok(match (unread, complaints) {
        (true, _) => Outcome::CouldNotRun,
        (false, 0) => Outcome::Done,
        (false, _) => Outcome::Findings,
    })
}
