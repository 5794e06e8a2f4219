//! How far the scan came, counted: accounts, cells, unanswered questions. Every account counts once,
//! so that the counts add up; whatever is not known to be complete is not complete.

use std::collections::{BTreeMap, BTreeSet};

use keyreach_policy::aws::AccountId;

use crate::assess::Assessment;
use crate::snapshot::{
    Snapshot, TargetSource,
    cell::{Cell, CellState},
    gap::{Gap, GapKind},
    organization::{Account, Entry},
};

/// How far the scan came.
#[derive(Debug)]
pub struct Coverage<'a> {
    /// How far it came in each account.
    pub accounts: BTreeMap<AccountId, AccountCoverage>,
    /// The accounts in which the keys of at least one Region were listed.
    pub listed: BTreeSet<AccountId>,
    /// How many cells are in each state.
    pub cells: BTreeMap<CellState, u64>,
    /// Every gap with the cell it was met in; those of no cell first.
    pub gaps: Vec<(Option<&'a Cell>, &'a Gap)>,
    /// The accounts of the organization could not be told.
    pub accounts_unread: bool,
    /// The scan was stopped before its end.
    pub interrupted: bool,
}

/// How far the scan came in one account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AccountCoverage {
    /// Entered, no gap of its own, and every cell complete or disabled.
    Complete,
    /// Entered, and something is missing.
    Partial,
    /// Not entered: it refused, or the scan was stopped before its turn came.
    Failed,
    /// Not one to scan.
    Skipped,
}

impl AccountCoverage {
    /// The name in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Partial => "partial",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }

    fn of(account: &Account, cells_complete: bool) -> Self {
        match account.entry {
            Entry::Skipped(_) => Self::Skipped,
            Entry::Refused | Entry::NotStarted => Self::Failed,
            Entry::Role(_) | Entry::Caller(_) if cells_complete && account.gaps().next().is_none() => {
                Self::Complete
            }
            Entry::Role(_) | Entry::Caller(_) => Self::Partial,
        }
    }
}

impl<'a> Coverage<'a> {
    /// Counts what a snapshot holds and lacks, and where judging it failed.
    #[must_use]
    pub fn of(snapshot: &'a Snapshot, assessment: &'a Assessment) -> Self {
        let mut cells = BTreeMap::new();
        let mut cells_complete: BTreeMap<AccountId, bool> = BTreeMap::new();
        let mut listed = BTreeSet::new();
        for cell in &snapshot.cells {
            let state = cell.state();
            *cells.entry(state).or_default() += 1;
            if matches!(state, CellState::Complete | CellState::Partial) {
                listed.insert(cell.account_id);
            }
            *cells_complete.entry(cell.account_id).or_insert(true) &=
                matches!(state, CellState::Complete | CellState::Disabled);
        }
        let accounts = snapshot.accounts.iter().map(|account| {
            let cells_complete = cells_complete.get(&account.id).copied().unwrap_or(true);
            (account.id, AccountCoverage::of(account, cells_complete))
        });
        let outside = snapshot.gaps_outside_cells().map(|gap| (None, gap));
        let judging = assessment.keys.iter().flat_map(|key| &key.gaps).map(|gap| (None, gap));
        let inside = snapshot.cells.iter().flat_map(|cell| cell.all_gaps().map(move |gap| (Some(cell), gap)));
        Self {
            accounts: accounts.collect(),
            listed,
            cells,
            gaps: outside.chain(judging).chain(inside).collect(),
            accounts_unread: snapshot.scan.targets == TargetSource::OrganizationUnread,
            interrupted: snapshot.scan.interrupted,
        }
    }

    /// How many accounts were to be read, and of how many the keys of at least one Region were listed.
    #[must_use]
    pub fn read(&self) -> (usize, usize) {
        let told = |(id, state): &(&AccountId, &AccountCoverage)| {
            **state == AccountCoverage::Complete || self.listed.contains(*id)
        };
        let to_read = self.accounts.iter().filter(|(_, state)| **state != AccountCoverage::Skipped);
        let (all, read): (Vec<_>, Vec<_>) = (to_read.clone().collect(), to_read.filter(told).collect());
        (all.len(), read.len())
    }

    /// How many accounts were covered that far.
    #[must_use]
    pub fn count(&self, coverage: AccountCoverage) -> usize {
        self.accounts.values().filter(|&&of_account| of_account == coverage).count()
    }

    /// How many cells are in that state.
    #[must_use]
    pub fn cells_in(&self, state: CellState) -> u64 {
        self.cells.get(&state).copied().unwrap_or(0)
    }

    /// Everything that was to be read was read. Accounts left out on purpose do not count against it.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        let unread_cells = [CellState::Partial, CellState::Failed, CellState::NotStarted];
        !self.interrupted
            && !self.accounts_unread
            && self.gaps.is_empty()
            && self.count(AccountCoverage::Partial) + self.count(AccountCoverage::Failed) == 0
            && unread_cells.iter().all(|&state| self.cells_in(state) == 0)
    }

    /// How many questions went unanswered, by the sort of no, in the order in which sorts are shown.
    #[must_use]
    pub fn gaps_by_kind(&self) -> BTreeMap<GapKind, u64> {
        let mut kinds = BTreeMap::new();
        for (_, gap) in &self.gaps {
            *kinds.entry(gap.kind).or_default() += 1;
        }
        kinds
    }
}
