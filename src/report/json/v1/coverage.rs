//! `coverage` of `report.json`: accounts counted, every cell, every gap.

use keyreach_policy::aws::{AccountId, Region};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    report::{Report, coverage::AccountCoverage},
    snapshot::{
        cell::{self, CellState},
        gap::{self, GapKind},
    },
};

/// How far the scan came.
#[derive(Serialize, JsonSchema)]
pub(super) struct Coverage<'a> {
    /// The accounts, counted.
    accounts: Accounts,
    /// Every account in every Region that was to be visited, by account and Region.
    cells: Vec<Cell<'a>>,
    /// What could not be read and belongs to no cell.
    gaps: Vec<Gap<'a>>,
    /// What the scan was not told to ask and checks need.
    not_asked: Vec<NotAsked>,
}

/// A question that the scan was not told to ask.
#[derive(Serialize, JsonSchema)]
struct NotAsked {
    /// The option that asks it.
    option: &'static str,
    /// The checks that cannot tell without it.
    checks: Vec<&'static str>,
    /// Of how many keys they cannot.
    keys: u64,
}

/// The accounts, counted. The other four add up to `total`.
#[derive(Serialize, JsonSchema)]
struct Accounts {
    /// All that are known.
    total: usize,
    /// Entered, no gap of their own, every cell complete or disabled.
    complete: usize,
    /// Entered, and something is missing.
    partial: usize,
    /// Not entered: refused, or the scan was stopped first.
    failed: usize,
    /// Not to be scanned.
    skipped: usize,
}

/// One account in one Region.
#[derive(Serialize, JsonSchema)]
struct Cell<'a> {
    /// The account.
    account_id: AccountId,
    /// The Region.
    region: &'a Region,
    /// How far the scan came in it.
    state: CellState,
    /// How many customer managed keys were found.
    keys: usize,
    /// How many AWS managed keys were found.
    aws_managed_keys: u64,
    /// What could not be read in it.
    gaps: Vec<Gap<'a>>,
}

/// One question that AWS did not answer.
#[derive(Serialize, JsonSchema)]
struct Gap<'a> {
    /// The question, as service and operation: `kms:GetKeyPolicy`.
    operation: &'a str,
    /// What was asked about.
    resource: &'a str,
    /// What sort of no it was.
    kind: GapKind,
    /// AWS's error code; `null` where there was none.
    code: Option<&'a str>,
    /// AWS's own words, or ours where nothing came back.
    message: &'a str,
}

/// One entry of the coverage on its own.
#[derive(Serialize)]
#[serde(untagged)]
enum Entry<'a> {
    Cell(Cell<'a>),
    /// The shape of a cell, for what could not be read and belongs to none.
    Elsewhere {
        account_id: Option<AccountId>,
        region: Option<&'a Region>,
        state: CellState,
        keys: usize,
        aws_managed_keys: u64,
        gaps: Vec<Gap<'a>>,
    },
}

/// The cells, then what belongs to none, if anything does.
pub(super) fn cells<'a>(report: &'a Report<'a>) -> impl Iterator<Item = impl Serialize> {
    let gaps: Vec<Gap<'_>> = elsewhere(report).collect();
    let elsewhere = (!gaps.is_empty()).then_some(Entry::Elsewhere {
        account_id: None,
        region: None,
        state: CellState::Partial,
        keys: 0,
        aws_managed_keys: 0,
        gaps,
    });
    report.snapshot.cells.iter().map(|cell| Entry::Cell(Cell::from(cell))).chain(elsewhere)
}

/// What could not be read and belongs to no cell.
fn elsewhere<'a>(report: &'a Report<'a>) -> impl Iterator<Item = Gap<'a>> {
    let judging = report.keys.iter().flat_map(|key| &key.judged.gaps);
    report.snapshot.gaps_outside_cells().chain(judging).map(Gap::from)
}

impl<'a> From<&'a Report<'a>> for Coverage<'a> {
    fn from(report: &'a Report<'a>) -> Self {
        let coverage = &report.coverage;
        Self {
            accounts: Accounts {
                total: coverage.accounts.len(),
                complete: coverage.count(AccountCoverage::Complete),
                partial: coverage.count(AccountCoverage::Partial),
                failed: coverage.count(AccountCoverage::Failed),
                skipped: coverage.count(AccountCoverage::Skipped),
            },
            cells: report.snapshot.cells.iter().map(Cell::from).collect(),
            gaps: elsewhere(report).collect(),
            not_asked: report.not_asked.iter().map(NotAsked::from).collect(),
        }
    }
}

impl From<&crate::report::NotAsked> for NotAsked {
    fn from(of: &crate::report::NotAsked) -> Self {
        Self { option: "--last-usage", checks: of.checks.iter().copied().collect(), keys: of.keys }
    }
}

impl<'a> From<&'a cell::Cell> for Cell<'a> {
    fn from(cell: &'a cell::Cell) -> Self {
        Self {
            account_id: cell.account_id,
            region: &cell.region,
            state: cell.state(),
            keys: cell.keys.len(),
            aws_managed_keys: cell.aws_managed_keys,
            gaps: cell.all_gaps().map(Gap::from).collect(),
        }
    }
}

impl<'a> From<&'a gap::Gap> for Gap<'a> {
    fn from(gap: &'a gap::Gap) -> Self {
        Self {
            operation: &gap.operation,
            resource: &gap.resource,
            kind: gap.kind,
            code: gap.code.as_deref(),
            message: &gap.message,
        }
    }
}
