//! The rows of `coverage.csv`: each account and each of its Regions, and how far the scan came there. A table of findings
//! does not tell an account without findings from one that was not read; this one does.

use std::collections::BTreeSet;

use keyreach_policy::aws::{AccountId, Region};
use serde::Serialize;

use super::{Columns, Scan};
use crate::{
    report::{Report, ReportedKey, subject::Subjects},
    snapshot::{
        cell::{Cell, CellState},
        gap::Gap,
        organization::Account,
    },
};

pub(super) const COLUMNS: &Columns = &[
    ("account_id", "account_id"),
    ("account_name", "account_name"),
    ("region", "region"),
    ("state", "state"),
    ("keys", "keys"),
    ("gaps", "gaps/*"),
    ("scan_id", "scan/id"),
    ("taken_at", "scan/taken_at"),
];

/// An account, one of its Regions, or what belongs to neither.
#[derive(Serialize)]
pub(super) struct Row<'a> {
    account_id: Option<AccountId>,
    account_name: Option<&'a str>,
    region: Option<&'a Region>,
    state: &'static str,
    keys: Option<usize>,
    gaps: BTreeSet<String>,
    scan: Scan<'a>,
}

/// Each account, then each of their Regions; last, where anything is missing there, what belongs to no account.
pub(super) fn rows<'a>(report: &'a Report<'a>) -> impl Iterator<Item = Row<'a>> {
    let subjects = Subjects::of(report);
    let accounts = report.snapshot.accounts.iter().map(|account| of_account(report, account));
    let cells = report.snapshot.cells.iter().map(move |cell| {
        let account = subjects.account(cell.account_id);
        of_cell(report, account, cell)
    });
    accounts.chain(cells).chain(elsewhere(report))
}

fn of_account<'a>(report: &'a Report<'a>, account: &'a Account) -> Row<'a> {
    Row {
        account_id: Some(account.id),
        account_name: account.name.as_deref(),
        region: None,
        state: report.coverage.accounts.get(&account.id).map(|state| state.as_str()).unwrap_or_default(),
        keys: None,
        gaps: in_words(account.gaps()),
        scan: Scan::of(report),
    }
}

fn of_cell<'a>(report: &'a Report<'a>, account: Option<&'a Account>, cell: &'a Cell) -> Row<'a> {
    let state = cell.state();
    // What could not be listed has no number of keys, not even zero.
    let was_listed = matches!(state, CellState::Complete | CellState::Partial | CellState::Disabled);
    Row {
        account_id: Some(cell.account_id),
        account_name: account.and_then(|account| account.name.as_deref()),
        region: Some(&cell.region),
        state: state.as_str(),
        keys: was_listed.then_some(cell.keys.len()),
        gaps: in_words(cell.all_gaps()),
        scan: Scan::of(report),
    }
}

fn elsewhere<'a>(report: &'a Report<'a>) -> Option<Row<'a>> {
    let judging = report.keys.iter().flat_map(|ReportedKey { judged, .. }| &judged.gaps);
    let gaps = in_words(report.snapshot.gaps_outside_accounts().chain(judging));
    (!gaps.is_empty()).then_some(Row {
        account_id: None,
        account_name: None,
        region: None,
        state: CellState::Partial.as_str(),
        keys: None,
        gaps,
        scan: Scan::of(report),
    })
}

/// `kms:ListKeys denied`, each once.
fn in_words<'g>(gaps: impl Iterator<Item = &'g Gap>) -> BTreeSet<String> {
    gaps.map(|gap| format!("{} {}", gap.operation, gap.kind)).collect()
}
