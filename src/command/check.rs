//! `keyreach check`: reads key policy documents before they are deployed, and says what AWS would refuse and
//! what it would accept without effect.

use keyreach_policy::check::{Complaint, Level, check};
use serde::Deserialize;

use super::{input, voice};
use crate::{cli::CheckArgs, outcome::Outcome, report::text::Visible};

pub(super) fn run(args: &CheckArgs) -> anyhow::Result<Outcome> {
    let (mut lines, mut unread) = (Vec::new(), false);
    for path in &args.files {
        // One file that cannot be read does not keep the others from being checked.
        match input::text(path) {
            Ok(text) => {
                let name = path.display().to_string();
                lines.extend(check(&text).iter().map(|complaint| told(&name, complaint)));
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
    let outcome = match (unread, lines.is_empty()) {
        (true, _) => Outcome::CouldNotRun,
        (false, true) => Outcome::Done,
        (false, false) => Outcome::Findings,
    };
    voice::print(outcome, |out| Ok(lines.iter().try_for_each(|line| writeln!(out, "{line}"))?))
}

fn told(name: &str, complaint: &Complaint) -> String {
    let level = match complaint.problem.level() {
        Level::Error => "error",
        Level::Ineffective => "no effect",
    };
    let (at, words) = (complaint.position, complaint.problem.to_string());
    format!("{}:{}:{}: {level}: {}", Visible(name), at.line, at.column, Visible(&words))
}

/// Whether it is what GetKeyPolicy answers, with the document as a text inside.
fn is_wrapped(text: &str) -> bool {
    #[derive(Deserialize)]
    struct Answer {
        #[serde(rename = "Policy")]
        _policy: String,
    }
    serde_json::from_str::<Answer>(text).is_ok()
}
