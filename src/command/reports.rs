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
    report::{
        Report,
        coverage::{AccountCoverage, Coverage},
        parts,
    },
    snapshot::{Snapshot, TargetSource, cell::CellState, file},
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
        say_how_it_went(&report, folder);
    }
    if let Some(reason) = nothing_readable(snapshot) {
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

/// The first reason, where no cell at all was read: in a cell that was entered, before in one that was not.
fn nothing_readable(snapshot: &Snapshot) -> Option<String> {
    let read = |state| matches!(state, CellState::Complete | CellState::Partial | CellState::Disabled);
    if snapshot.scan.interrupted || snapshot.cells.iter().any(|cell| read(cell.state())) {
        return None;
    }
    let in_cells = snapshot.cells.iter().flat_map(|cell| cell.all_gaps());
    let gaps = snapshot.accounts.iter().flat_map(|account| account.gaps()).chain(in_cells);
    let gap = gaps.min_by_key(|gap| gap.operation == "sts:AssumeRole");
    Some(gap.map_or_else(
        || "no account is left to scan".to_owned(),
        |gap| format!("{} on {}: {}", gap.operation, gap.resource, gap.message),
    ))
}

fn say_how_it_went(report: &Report<'_>, folder: &Folder) {
    let (snapshot, coverage) = (report.snapshot, &report.coverage);
    if let Some(words) = odd_targets(snapshot) {
        voice::say(&words);
    }
    let covered = coverage.count(AccountCoverage::Complete) + coverage.count(AccountCoverage::Partial);
    let accounts = coverage.accounts.len() - coverage.count(AccountCoverage::Skipped);
    let verdict = if coverage.interrupted {
        "stopped before the end".to_owned()
    } else if coverage.is_complete() {
        "coverage complete".to_owned()
    } else {
        let kinds: Vec<String> =
            coverage.gaps_by_kind().iter().map(|(kind, count)| format!("{count} {kind}")).collect();
        format!("coverage incomplete ({})", kinds.join(", "))
    };
    voice::say(&format!(
        "{} keys in {covered} of {accounts} accounts; {verdict}; {}; reports in {}",
        report.keys.len(),
        findings(report),
        folder.path().display()
    ));
}

/// Acceptances that accept nothing, and why.
fn say_what_became(acceptances: &[Acceptance]) {
    for one in acceptances {
        let Acceptance { check, reason, owner, expires, findings, .. } = one;
        let about = one.about();
        let what = match one.state {
            AcceptanceState::InForce => continue,
            AcceptanceState::Unused => "fits no finding: remove it".to_owned(),
            AcceptanceState::Expired => {
                format!("expired on {expires}; {findings} findings that it fits count")
            }
        };
        voice::say(&format!("the acceptance of {check}, {about}, by {owner} ({reason}) {what}"));
    }
}

/// Findings by severity, those that are there.
fn findings(report: &Report<'_>) -> String {
    let of = |(severity, number): (&Severity, &u64)| format!("{number} {}", severity.as_str());
    let told: Vec<String> = report.summary.by_severity.iter().map(of).collect();
    if told.is_empty() { "no findings".to_owned() } else { format!("findings: {}", told.join(", ")) }
}

/// What a user should know who expected the whole organization.
fn odd_targets(snapshot: &Snapshot) -> Option<String> {
    match snapshot.scan.targets {
        TargetSource::Organizations | TargetSource::Settings => None,
        TargetSource::NoOrganization => {
            Some("the caller's account is in no organization: scanned it alone".to_owned())
        }
        TargetSource::OrganizationUnread => {
            let members = snapshot.organization.known().and_then(Option::as_ref).map(|known| &known.members);
            let gap = snapshot.organization.gap().or_else(|| members?.gap.as_ref());
            let why = gap.map(|gap| format!(" ({}: {})", gap.operation, gap.message)).unwrap_or_default();
            Some(format!(
                "the organization's accounts could not be listed{why}: scanned the caller's own account alone; \
                 see --organization-role, or name them with --accounts"
            ))
        }
    }
}
