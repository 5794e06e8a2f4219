//! `metrics.prom`: the counts of a scan in Prometheus's text format, for node_exporter's textfile collector or
//! Grafana. Every value that a label can have is there, zero where nothing has it, so that no series disappears;
//! no label holds a key, so that there are few.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
};

use keyreach_policy::aws::AccountId;

use super::{Part, Report, Undecided, coverage::AccountCoverage, text::Visible};
use crate::{
    assess::{
        exposure::ExposureLevel,
        finding::{Finding, Severity, Status},
        lockout::LockoutVerdict,
    },
    check::{ALL, FACT_UNREAD},
    snapshot::{
        cell::{CellState, Visit},
        gap::GapKind,
    },
};

const CELLS: [CellState; 5] =
    [CellState::Complete, CellState::Partial, CellState::Failed, CellState::Disabled, CellState::NotStarted];

const ACCOUNTS: [AccountCoverage; 4] =
    [AccountCoverage::Complete, AccountCoverage::Partial, AccountCoverage::Failed, AccountCoverage::Skipped];

/// A label and its value.
type Label<'a> = (&'static str, &'a str);

pub(super) fn parts<'a>(report: &'a Report<'a>) -> Vec<Part<'a>> {
    vec![Part::new("metrics.prom", |out| {
        scan(report, out)?;
        coverage(report, out)?;
        keys(report, out)?;
        findings(report, out)
    })]
}

fn scan(report: &Report<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let scan = &report.snapshot.scan;
    let organization = report.snapshot.organization.known().and_then(Option::as_ref);
    let labels = [
        ("version", scan.tool_version.as_str()),
        ("partition", scan.partition.as_str()),
        ("organization_id", organization.map(|of| of.id.as_str()).unwrap_or_default()),
    ];
    family(out, "keyreach_scan", "The scan that the other metrics are of; always 1.")?;
    sample(out, "keyreach_scan", &labels, 1)?;
    let name = "keyreach_scan_timestamp_seconds";
    family(out, name, "When the facts were taken, in seconds since 1970.")?;
    sample(out, name, &[], scan.taken_at.as_second())?;
    let name = "keyreach_scan_complete";
    family(out, name, "1 where everything that was to be read was read, else 0.")?;
    sample(out, name, &[], u8::from(report.coverage.is_complete()))?;
    let name = "keyreach_scan_interrupted";
    family(out, name, "1 where the scan was stopped before its end, else 0.")?;
    sample(out, name, &[], u8::from(report.coverage.interrupted))
}

fn coverage(report: &Report<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let coverage = &report.coverage;
    let name = "keyreach_accounts";
    family(out, name, "Accounts by how far the scan came in them.")?;
    for state in ACCOUNTS {
        sample(out, name, &[("state", state.as_str())], coverage.count(state))?;
    }
    let name = "keyreach_cells";
    family(out, name, "Accounts in Regions by how far the scan came in them.")?;
    for state in CELLS {
        sample(out, name, &[("state", state.as_str())], coverage.cells_in(state))?;
    }
    let name = "keyreach_gaps";
    family(out, name, "Questions that AWS did not answer, by the sort of no.")?;
    let kinds = coverage.gaps_by_kind();
    for kind in GapKind::ALL {
        sample(out, name, &[("kind", kind.as_str())], kinds.get(&kind).copied().unwrap_or(0))?;
    }
    let name = "keyreach_account";
    family(out, name, "The accounts that are known, with their names; always 1.")?;
    for account in &report.snapshot.accounts {
        let id = account.id.to_string();
        let labels = [("account_id", id.as_str()), ("name", account.name.as_deref().unwrap_or_default())];
        sample(out, name, &labels, 1)?;
    }
    let name = "keyreach_account_complete";
    family(
        out,
        name,
        "1 where everything of the account was read, else 0; none where it was not to be scanned.",
    )?;
    let scanned = coverage.accounts.iter().filter(|(_, state)| **state != AccountCoverage::Skipped);
    for (account, state) in scanned {
        let is_complete = u8::from(*state == AccountCoverage::Complete);
        sample(out, name, &[("account_id", &account.to_string())], is_complete)?;
    }
    Ok(())
}

fn keys(report: &Report<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let mut exposure: BTreeMap<(AccountId, ExposureLevel), u64> = BTreeMap::new();
    let mut lockout: BTreeMap<(AccountId, LockoutVerdict), u64> = BTreeMap::new();
    for key in &report.keys {
        *exposure.entry((key.cell.account_id, key.judged.exposure.level)).or_default() += 1;
        *lockout.entry((key.cell.account_id, key.judged.lockout.verdict)).or_default() += 1;
    }
    let accounts = counted(report);
    let name = "keyreach_keys_by_exposure";
    family(out, name, "Customer managed keys by account and by how far outside they can be reached.")?;
    for account in &accounts {
        for level in ExposureLevel::ALL {
            let labels = [("account_id", &*account.to_string()), ("exposure", level.as_str())];
            sample(out, name, &labels, exposure.get(&(*account, level)).copied().unwrap_or(0))?;
        }
    }
    let name = "keyreach_keys_by_lockout";
    family(out, name, "Customer managed keys by account and by how firmly they are governed.")?;
    for account in &accounts {
        for verdict in LockoutVerdict::ALL {
            let labels = [("account_id", &*account.to_string()), ("lockout", verdict.as_str())];
            sample(out, name, &labels, lockout.get(&(*account, verdict)).copied().unwrap_or(0))?;
        }
    }
    Ok(())
}

/// The accounts that have a number of keys. One of which no Region could be read has none, not even zero.
fn counted(report: &Report<'_>) -> BTreeSet<AccountId> {
    let complete = report.coverage.accounts.iter().filter(|(_, state)| **state == AccountCoverage::Complete);
    let visited = report.snapshot.cells.iter().filter(|cell| cell.visit == Visit::Visited);
    complete.map(|(account, _)| *account).chain(visited.map(|cell| cell.account_id)).collect()
}

fn findings(report: &Report<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let mut counts: BTreeMap<(&str, Severity, Status), u64> = BTreeMap::new();
    for Finding { check, severity, status, .. } in report.findings {
        *counts.entry((check, *severity, *status)).or_default() += 1;
    }
    let known = ALL.iter().map(|check| check.meta().id);
    let checks: BTreeSet<&str> = counts.keys().map(|(check, ..)| *check).chain(known).collect();
    let name = "keyreach_findings";
    family(out, name, "Findings by check, severity and status.")?;
    for check in checks {
        for severity in Severity::ALL {
            for status in Status::ALL {
                let labels = [("check", check), ("severity", severity.as_str()), ("status", status.as_str())];
                sample(out, name, &labels, counts.get(&(check, severity, status)).copied().unwrap_or(0))?;
            }
        }
    }
    undecided(report, out)
}

/// That a check found nothing is no pass where it could not tell.
fn undecided(report: &Report<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let of = |check: &str| report.undecided.get(check).copied().unwrap_or_default();
    let checks = || ALL.iter().map(|check| check.meta().id).filter(|id| *id != FACT_UNREAD);
    let name = "keyreach_undecided_keys";
    family(out, name, "Keys of which a check cannot tell: a fact was not read, or not asked for.")?;
    for check in checks() {
        let Undecided { keys, not_asked, .. } = of(check);
        for (why, keys) in [("unread", keys), ("not_asked", not_asked)] {
            sample(out, name, &[("check", check), ("why", why)], keys)?;
        }
    }
    let name = "keyreach_undecided_accounts";
    family(out, name, "Accounts of which a check cannot tell, or of whose keys not all were seen.")?;
    for check in checks() {
        sample(out, name, &[("check", check)], of(check).accounts)?;
    }
    Ok(())
}

fn family(out: &mut dyn io::Write, name: &str, help: &str) -> io::Result<()> {
    writeln!(out, "# HELP {name} {help}\n# TYPE {name} gauge")
}

fn sample(
    out: &mut dyn io::Write,
    name: &str,
    labels: &[Label<'_>],
    value: impl std::fmt::Display,
) -> io::Result<()> {
    let labels: Vec<String> =
        labels.iter().map(|(label, value)| format!("{label}=\"{}\"", escaped(value))).collect();
    if labels.is_empty() {
        writeln!(out, "{name} {value}")
    } else {
        writeln!(out, "{name}{{{}}} {value}", labels.join(","))
    }
}

/// A label's value. What acts is spelled out first, so that no line feed is left to escape.
fn escaped(value: &str) -> String {
    Visible(value).to_string().replace('\\', r"\\").replace('"', "\\\"")
}
