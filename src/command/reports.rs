//! What `scan`, `demo` and `analyze` have in common: judge a snapshot, write everything, say how it went.

use std::collections::BTreeSet;

use super::{folder::Folder, standing, voice};
use crate::{
    assess::{
        acceptance::{Acceptance, AcceptanceState},
        assess,
        finding::Severity,
    },
    config::{FailOn, Format, ReportSettings, Settings},
    outcome::Outcome,
    report::{Report, closing, coverage::Coverage, parts},
    snapshot::{Snapshot, file},
};

/// Judges the snapshot, writes it and its reports, and says in a line how it went.
pub(super) fn write(settings: &Settings, folder: Folder, snapshot: &Snapshot) -> anyhow::Result<Outcome> {
    let Settings { report: settings, judgement, .. } = settings;
    let folder = &if settings.replace { folder } else { standing::spare(folder, snapshot)? };
    folder.write("snapshot.json", |out| file::print(snapshot, out))?;
    let assessment = assess(snapshot, judgement);
    let report = Report::new(snapshot, &assessment)?;
    for &format in &settings.formats {
        write_format(&report, format, folder)?;
    }
    if !settings.quiet {
        say_what_became(report.acceptances);
        say_how_it_went(&report, settings, folder);
    }
    if let Some(reason) = closing::nothing_readable(snapshot) {
        voice::say(&format!("error: nothing could be read: {reason}"));
        return Ok(Outcome::CouldNotRun);
    }
    Ok(outcome(settings, &report.coverage, report.worst()))
}

fn write_format(report: &Report<'_>, format: Format, folder: &Folder) -> anyhow::Result<()> {
    let mut written = BTreeSet::new();
    for part in parts(report, format) {
        folder.write(part.path(), |out| part.render(out))?;
        written.insert(folder.place(part.path()));
    }
    format.tree().map_or(Ok(()), |tree| folder.sweep(tree, &written))
}

fn outcome(settings: &ReportSettings, coverage: &Coverage<'_>, worst: Option<Severity>) -> Outcome {
    let incomplete = coverage.interrupted || (!coverage.is_complete() && !settings.allow_gaps);
    let too_bad = worst.zip(threshold(settings.fail_on)).is_some_and(|(worst, threshold)| worst <= threshold);
    match (incomplete, too_bad) {
        (true, _) => Outcome::Incomplete,
        (false, true) => Outcome::Findings,
        (false, false) => Outcome::Done,
    }
}

/// Severities compare from the worst down.
pub(super) fn threshold(fail_on: FailOn) -> Option<Severity> {
    match fail_on {
        FailOn::None => None,
        FailOn::Low => Some(Severity::Low),
        FailOn::Medium => Some(Severity::Medium),
        FailOn::High => Some(Severity::High),
        FailOn::Critical => Some(Severity::Critical),
    }
}

/// How it went, and what to do next.
fn say_how_it_went(report: &Report<'_>, settings: &ReportSettings, folder: &Folder) {
    let place = folder.path().display().to_string();
    closing::lines(report, &place).iter().for_each(|line| voice::say(line));
    if settings.formats.contains(&Format::Html) {
        voice::say(&format!("read {}", folder.place("report.html").display()));
    }
    if let Some(question) = closing::question(report) {
        let snapshot = folder.place("snapshot.json");
        voice::say(&format!("next: keyreach {question} --snapshot {}", snapshot.display()));
    }
}

/// Acceptances that accept nothing, and why.
fn say_what_became(acceptances: &[Acceptance]) {
    for one in acceptances {
        let Acceptance { check, reason, owner, ticket, expires, findings, .. } = one;
        let about = one.about();
        let what = match one.state {
            AcceptanceState::InForce => continue,
            AcceptanceState::Unused => "fits no finding: remove it".to_owned(),
            AcceptanceState::Expired => {
                format!("expired on {expires}; {findings} findings that it fits count")
            }
        };
        let ticket = ticket.as_ref().map(|ticket| format!(", {ticket}")).unwrap_or_default();
        voice::say(&format!("the acceptance of {check}, {about}, by {owner}{ticket} ({reason}) {what}"));
    }
}
