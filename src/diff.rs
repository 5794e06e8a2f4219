//! What changed between two runs: a pure function of two reports. A fact that either side did not read is no
//! change: a cell that NEW could not list closes nothing, an unread policy did not change.
//! Knows no files and no AWS; `command::diff` brings the runs and prints what [`compare`] answers.

mod cover;
mod document;
mod exposure;
mod facts;
mod finding;
mod grant;
mod key;
mod leaves;
mod lockout;
mod markdown;
mod notes;
mod policy;
mod run;
mod text;
mod words;

use std::collections::BTreeSet;

use schemars::schema_for;
use serde_json::Value;

pub use document::{
    Change, CoverageChange, Diff, Direction, FindingChange, FindingKind, GrantChange, KeyChange, KeyName,
    Level, NotSeen, PolicyChange, ReachChange, Seen, ServiceChange, Shift, StatementChange, Unread,
    WriterChange,
};
pub use markdown::render as render_markdown;
pub use run::Run;
pub use text::render as render_text;

use document::{Keys, Side, Summary};

/// The JSON Schema of a diff.
#[must_use]
pub fn schema() -> Value {
    schema_for!(Diff).to_value()
}

/// What changed from `old` to `new`. Two equal runs give a diff that [`Diff::is_empty`].
#[must_use]
pub fn compare(old: &Run, new: &Run) -> Diff {
    let keys = keys(old, new);
    let findings = finding::compare(old, new);
    let coverage = notes::coverage(old, new);
    Diff {
        schema_version: "1.0".to_owned(),
        old: side(old),
        new: side(new),
        notes: notes::about(old, new),
        summary: Summary::of(&keys, &findings),
        unread: notes::unread(old, new, &coverage, &keys),
        coverage,
        keys,
        findings,
    }
}

fn side(run: &Run) -> Side {
    Side {
        scan_id: run.scan.id.clone(),
        taken_at: run.scan.taken_at.clone(),
        tool_version: run.scan.tool.version.clone(),
        organization_id: run.scan.organization_id.clone(),
    }
}

fn keys(old: &Run, new: &Run) -> Keys {
    let mut keys = Keys::default();
    let arns: BTreeSet<&String> = old.keys.keys().chain(new.keys.keys()).collect();
    for arn in arns {
        match (old.keys.get(arn), new.keys.get(arn)) {
            (None, Some(now)) => keys.new.push(key::found(old, now)),
            (Some(was), None) => match new.unlisted(was) {
                None => keys.gone.push(was.name()),
                Some(why) => keys.not_seen.push(NotSeen { key: was.name(), why }),
            },
            (Some(was), Some(now)) => {
                let change = key::compare(was, now);
                if !change.is_empty() {
                    keys.changed.push(change);
                }
                let facts = key::no_longer_read(was, now);
                if !facts.is_empty() {
                    keys.unread.push(Unread { key: now.name(), facts });
                }
            }
            (None, None) => {}
        }
    }
    keys
}
