//! The coverage matrix: a row for every account that has cells, a column for every Region that has any.

use std::collections::{BTreeMap, BTreeSet};

use keyreach_policy::aws::{AccountId, Region};

use super::{Table, scope::spaced, words::grouped};
use crate::{
    report::Report,
    snapshot::cell::{Cell, CellState},
};

/// Accounts in the matrix: a row has a square for each Region.
const ROWS: usize = 300;

/// Accounts by Regions.
pub(super) struct Matrix<'a> {
    pub(super) regions: Vec<&'a str>,
    pub(super) accounts: Table<Row<'a>>,
    pub(super) legend: Vec<Legend>,
}

/// One account in all Regions.
pub(super) struct Row<'a> {
    pub(super) id: String,
    pub(super) name: &'a str,
    pub(super) squares: Vec<Option<Square>>,
}

/// One account in one Region.
pub(super) struct Square {
    pub(super) state: &'static str,
    pub(super) word: String,
    pub(super) keys: String,
}

impl Square {
    fn of(cell: &Cell) -> Self {
        let state = cell.state();
        let listed = matches!(state, CellState::Complete | CellState::Partial);
        // Most cells of an organization are empty: a page of zeros would hide the numbers.
        let (word, keys) = match (listed, cell.keys.len()) {
            (true, 0) => (format!("{}, no keys", spaced(state.as_str())), String::new()),
            (true, keys) => (spaced(state.as_str()), grouped(keys)),
            (false, _) => (spaced(state.as_str()), String::new()),
        };
        Self { state: state.as_str(), word, keys }
    }
}

impl<'a> Matrix<'a> {
    pub(super) fn of(report: &Report<'a>) -> Self {
        let snapshot = report.snapshot;
        let names: BTreeMap<AccountId, &str> =
            snapshot.accounts.iter().filter_map(|a| Some((a.id, a.name.as_deref()?))).collect();
        let regions: BTreeSet<&'a Region> = snapshot.cells.iter().map(|cell| &cell.region).collect();
        let mut accounts: BTreeMap<AccountId, BTreeMap<&Region, &Cell>> = BTreeMap::new();
        for cell in &snapshot.cells {
            accounts.entry(cell.account_id).or_default().insert(&cell.region, cell);
        }
        let row = |(id, cells): (&AccountId, &BTreeMap<&Region, &Cell>)| Row {
            id: id.to_string(),
            name: names.get(id).copied().unwrap_or_default(),
            squares: regions.iter().map(|region| cells.get(region).map(|cell| Square::of(cell))).collect(),
        };
        Self {
            accounts: Table::up_to(ROWS, accounts.iter().map(row)),
            regions: regions.iter().map(|region| region.as_str()).collect(),
            legend: legend(report, accounts.len() * regions.len() - report.snapshot.cells.len()),
        }
    }
}

/// One state: what it means, and how many cells are in it.
pub(super) struct Legend {
    pub(super) state: &'static str,
    pub(super) word: String,
    pub(super) cells: String,
    pub(super) meaning: &'static str,
}

/// Every state, and the squares that are no cell.
fn legend(report: &Report<'_>, blank: usize) -> Vec<Legend> {
    let states = [
        (CellState::Complete, "everything was read; a number counts the customer managed keys"),
        (CellState::Partial, "the keys were listed, and something was not read"),
        (CellState::Failed, "the keys could not be listed"),
        (CellState::Disabled, "the Region is off for the account"),
        (CellState::NotStarted, "the scan was stopped before its turn"),
    ];
    let entry = |(state, meaning): (CellState, &'static str)| Legend {
        state: state.as_str(),
        word: spaced(state.as_str()),
        cells: grouped(report.coverage.cells_in(state)),
        meaning,
    };
    let blank = Legend {
        state: "blank",
        word: "not asked".to_owned(),
        cells: grouped(blank),
        meaning: "the Region is not among those that were listed for the account",
    };
    states.into_iter().map(entry).chain([blank]).collect()
}
