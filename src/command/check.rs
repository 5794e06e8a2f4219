//! `keyreach check`: reads key policy documents before they are deployed, and says what AWS would refuse and
//! what it would accept without effect.

use std::io::{self, Write};

use keyreach_policy::check::{Complaint, Level, check};
use serde::Deserialize;

use super::{input, voice};
use crate::{cli::CheckArgs, outcome::Outcome, report::text::Visible};

pub(super) fn run(args: &CheckArgs) -> anyhow::Result<Outcome> {
    let (mut complained, mut unread) = (false, false);
    let mut out = io::stdout().lock();
    for path in &args.files {
        // One file that cannot be read does not keep the others from being checked.
        match input::text(path) {
            Ok(text) => {
                let complaints = check(&text);
                complained |= !complaints.is_empty();
                complaints.iter().try_for_each(|one| tell(&path.display().to_string(), one, &mut out))?;
                if is_wrapped(&text) {
                    voice::say(
                        "the policy stands in the file as a text: `aws kms get-key-policy --query Policy \
                         --output text` prints the document alone",
                    );
                }
            }
            Err(error) => {
                voice::error(&error);
                unread = true;
            }
        }
    }
    Ok(match (unread, complained) {
        (true, _) => Outcome::CouldNotRun,
        (false, false) => Outcome::Done,
        (false, true) => Outcome::Findings,
    })
}

fn tell(name: &str, complaint: &Complaint, out: &mut dyn Write) -> io::Result<()> {
    let level = match complaint.problem.level() {
        Level::Error => "error",
        Level::Ineffective => "no effect",
    };
    let (at, words) = (complaint.position, complaint.problem.to_string());
    writeln!(out, "{}:{}:{}: {level}: {}", Visible(name), at.line, at.column, Visible(&words))
}

/// Whether it is what GetKeyPolicy answers, with the document as a text inside.
fn is_wrapped(text: &str) -> bool {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Answer {
        #[serde(rename = "Policy")]
        _policy: String,
    }
    serde_json::from_str::<Answer>(text).is_ok()
}
