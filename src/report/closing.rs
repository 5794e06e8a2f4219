//! What is said when the reports are written, a line each: the worst keys and why, what was not read and where, how it
//! went, and what to do next. For people; programs read the reports.

use std::collections::{BTreeMap, BTreeSet};

use keyreach_policy::aws::AccountId;

use super::{
    Report,
    coverage::{AccountCoverage, Coverage},
    subject::Subjects,
};
use crate::{
    assess::{
        finding::{Finding, Severity, Status},
        lockout::LockoutVerdict,
    },
    snapshot::{
        Snapshot, TargetSource,
        cell::{Cell, CellState},
        gap::{Gap, GapKind},
        organization::Organization,
    },
};

/// As many keys are named.
const KEYS: usize = 5;
/// As many sorts of unanswered questions are named.
const QUESTIONS: usize = 6;
/// As many accounts are named for each.
const ACCOUNTS: usize = 3;
/// What a question that was not asked before the scan was stopped has for a code.
const INTERRUPTED: &str = "Interrupted";

/// Everything, in order. `place` is where the reports are.
#[must_use]
pub fn lines(report: &Report<'_>, place: &str) -> Vec<String> {
    let mut lines: Vec<String> = odd_targets(report.snapshot).into_iter().collect();
    lines.extend(worst(report));
    lines.extend(unread(report));
    lines.push(summary(report, place));
    lines
}

/// The key to ask about first, and what to ask: the words after `keyreach`.
#[must_use]
pub fn question(report: &Report<'_>) -> Option<String> {
    let (arn, _) = *worst_keys(report).first()?;
    let key = report.keys.iter().find(|key| key.key.arn == arn)?;
    let is_lost = key.judged.lockout.verdict == LockoutVerdict::LockedOut;
    Some(format!("who-can {} {arn}", if is_lost { "kms:PutKeyPolicy" } else { "kms:Decrypt" }))
}

/// What a user should know who expected the whole organization.
fn odd_targets(snapshot: &Snapshot) -> Option<String> {
    match snapshot.scan.targets {
        TargetSource::Organizations | TargetSource::Settings => None,
        TargetSource::NoOrganization => {
            Some("the caller's account is in no organization: scanned it alone".to_owned())
        }
        TargetSource::OrganizationUnread => {
            let gap = organization_gap(snapshot);
            if gap.is_some_and(|gap| gap.code.as_deref() == Some(INTERRUPTED)) {
                return Some("stopped before the organization's accounts were listed".to_owned());
            }
            let why = gap.map(|gap| format!(" ({}: {})", gap.operation, gap.message)).unwrap_or_default();
            Some(format!(
                "the organization's accounts could not be listed{why}: scanned the caller's own account alone; \
                 see --organization-role, or name them with --accounts"
            ))
        }
    }
}

fn organization_gap(snapshot: &Snapshot) -> Option<&Gap> {
    let inside = snapshot.organization.known().and_then(Option::as_ref);
    snapshot.organization.gap().or_else(|| inside.and_then(|known: &Organization| known.members.gap.as_ref()))
}

/// The keys with critical and high findings, the worst first and of each sort one in turn, each with its findings in
/// their order.
fn worst_keys<'a>(report: &Report<'a>) -> Vec<(&'a str, Vec<&'a Finding>)> {
    let mut keys: Vec<(&str, Vec<&Finding>)> = Vec::new();
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    let counts = |finding: &&Finding| finding.status == Status::Fail && finding.severity <= Severity::High;
    // Findings stand with the worst first, and so do the keys that they are about.
    for finding in report.findings.iter().filter(counts) {
        let Some(arn) = finding.key_arn.as_deref() else { continue };
        let place = *places.entry(arn).or_insert(keys.len());
        match keys.get_mut(place) {
            Some((_, findings)) => findings.push(finding),
            None => keys.push((arn, vec![finding])),
        }
    }
    // Keys that are bad in the same way stand behind each other, not before what else is as bad.
    let mut alike: BTreeMap<(Severity, &str), usize> = BTreeMap::new();
    let mut ranked = Vec::with_capacity(keys.len());
    for (arn, findings) in keys {
        let Some(first) = findings.first() else { continue };
        let before = alike.entry((first.severity, &first.check)).or_default();
        *before += 1;
        ranked.push(((first.severity, *before), (arn, findings)));
    }
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.into_iter().map(|(_, key)| key).collect()
}

fn worst(report: &Report<'_>) -> Vec<String> {
    let keys = worst_keys(report);
    let subjects = Subjects::of(report);
    let of_key = |(arn, findings): &(&str, Vec<&Finding>)| {
        let first = findings.first()?;
        let key = subjects.key(first)?;
        let name = key.key.aliases.first().map_or(*arn, String::as_str);
        let account = named(&subjects, first.account_id);
        let more = match findings.len() - 1 {
            0 => String::new(),
            1 => "; 1 more finding".to_owned(),
            more => format!("; {more} more findings"),
        };
        let severity = first.severity.as_str();
        Some(format!("  {severity}: {name} in {account}, {}: {}{more}", key.cell.region, first.title))
    };
    let mut lines: Vec<String> = keys.iter().take(KEYS).filter_map(of_key).collect();
    if !lines.is_empty() {
        let of_all = if keys.len() > KEYS { format!(", {KEYS} of {}", keys.len()) } else { String::new() };
        lines.insert(0, format!("the worst keys{of_all}:"));
    }
    lines
}

/// An account by its id, and its name where that is known.
fn named(subjects: &Subjects<'_>, id: AccountId) -> String {
    let name = subjects.account(id).and_then(|account| account.name.as_ref());
    name.map_or_else(|| id.to_string(), |name| format!("{id} ({name})"))
}

/// What was not read: the accounts that refused first, then what was missed most often.
fn unread(report: &Report<'_>) -> Vec<String> {
    let subjects = Subjects::of(report);
    let groups = groups(&report.coverage, report.snapshot);
    let mut lines: Vec<String> = groups
        .iter()
        .take(QUESTIONS)
        .map(|group| {
            let mut accounts: Vec<String> =
                group.accounts.iter().take(ACCOUNTS).map(|id| named(&subjects, *id)).collect();
            if let Some(more) = group.accounts.len().checked_sub(ACCOUNTS).filter(|more| *more > 0) {
                accounts.push(format!("{more} more"));
            }
            let place =
                if accounts.is_empty() { String::new() } else { format!(" in {}", accounts.join(", ")) };
            let times = if group.count > group.accounts.len().max(1) {
                format!(" ({} times)", group.count)
            } else {
                String::new()
            };
            format!("  {}: {}{place}{times}", group.kind, group.operation)
        })
        .collect();
    if let Some(more) = groups.len().checked_sub(QUESTIONS).filter(|more| *more > 0) {
        lines.push(format!("  and {more} more, which the reports list"));
    }
    if !lines.is_empty() {
        lines.insert(0, "not read:".to_owned());
    }
    lines
}

/// One question that went unanswered alike.
struct Group<'a> {
    kind: GapKind,
    operation: &'a str,
    count: usize,
    accounts: BTreeSet<AccountId>,
}

fn groups<'a>(coverage: &Coverage<'a>, snapshot: &'a Snapshot) -> Vec<Group<'a>> {
    let in_cells = coverage.gaps.iter().filter_map(|(cell, gap)| Some(((*cell)?.account_id, *gap)));
    let in_accounts = snapshot.accounts.iter().flat_map(|of| of.gaps().map(|gap| (of.id, gap)));
    let of_accounts = in_cells.chain(in_accounts).map(|(account, gap)| (Some(account), gap));
    let others = snapshot.gaps_outside_accounts().map(|gap| (None, gap));
    let mut groups: BTreeMap<(&str, GapKind), Group<'a>> = BTreeMap::new();
    // What was not asked any more is told by the line that says that the scan was stopped.
    for (account, gap) in
        of_accounts.chain(others).filter(|(_, gap)| gap.code.as_deref() != Some(INTERRUPTED))
    {
        let empty =
            || Group { kind: gap.kind, operation: &gap.operation, count: 0, accounts: BTreeSet::new() };
        let group = groups.entry((&gap.operation, gap.kind)).or_insert_with(empty);
        group.count += 1;
        group.accounts.extend(account);
    }
    let mut all: Vec<Group<'a>> = groups.into_values().collect();
    all.sort_by_key(|group| (group.operation != "sts:AssumeRole", std::cmp::Reverse(group.count)));
    all
}

/// The most telling reason why no cell at all was read; `None` where one was, or where the scan was stopped.
#[must_use]
pub fn nothing_readable(snapshot: &Snapshot) -> Option<String> {
    let read = |state| matches!(state, CellState::Complete | CellState::Partial | CellState::Disabled);
    if snapshot.scan.interrupted || snapshot.cells.iter().any(|cell| read(cell.state())) {
        return None;
    }
    let in_cells: Vec<&Gap> = snapshot.cells.iter().flat_map(Cell::all_gaps).collect();
    let in_accounts: Vec<&Gap> = snapshot.accounts.iter().flat_map(|account| account.gaps()).collect();
    // Where a cell was entered, what happened there tells; else what happened at the door.
    let gap = commonest(&in_cells).or_else(|| commonest(&in_accounts));
    Some(gap.map_or_else(
        || "no account is left to scan".to_owned(),
        |gap| format!("{} on {}: {}", gap.operation, gap.resource, gap.message),
    ))
}

/// The first of those that there are most of.
fn commonest<'a>(gaps: &[&'a Gap]) -> Option<&'a Gap> {
    let mut counts: BTreeMap<(&str, GapKind), usize> = BTreeMap::new();
    for gap in gaps {
        *counts.entry((&gap.operation, gap.kind)).or_default() += 1;
    }
    let most = counts.values().max()?;
    let is_common = |gap: &&&Gap| counts.get(&(gap.operation.as_str(), gap.kind)) == Some(most);
    gaps.iter().find(is_common).copied()
}

fn summary(report: &Report<'_>, place: &str) -> String {
    let coverage = &report.coverage;
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
    let keys = report.keys.len();
    format!(
        "{keys} {} in {} of {accounts} accounts; {verdict}; {}; reports in {place}",
        if keys == 1 { "key" } else { "keys" },
        covered(report),
        findings(report),
    )
}

/// Accounts of which something was read: one that was entered and told nothing is none.
fn covered(report: &Report<'_>) -> usize {
    let is_listed = |cell: &&Cell| matches!(cell.state(), CellState::Complete | CellState::Partial);
    let listed: BTreeSet<AccountId> =
        report.snapshot.cells.iter().filter(is_listed).map(|cell| cell.account_id).collect();
    let is_covered = |(id, coverage): &(&AccountId, &AccountCoverage)| match coverage {
        AccountCoverage::Complete => true,
        AccountCoverage::Partial => listed.contains(id),
        AccountCoverage::Failed | AccountCoverage::Skipped => false,
    };
    report.coverage.accounts.iter().filter(is_covered).count()
}

/// Findings by severity, those that are there.
fn findings(report: &Report<'_>) -> String {
    let of = |(severity, number): (&Severity, &u64)| format!("{number} {}", severity.as_str());
    let told: Vec<String> = report.summary.by_severity.iter().map(of).collect();
    match (told.is_empty(), report.coverage.is_complete()) {
        (false, _) => format!("findings: {}", told.join(", ")),
        (true, true) => "no findings".to_owned(),
        (true, false) => "no findings in what was read".to_owned(),
    }
}
