//! Assembles a snapshot from what was found. Pure: it asks nobody, and the order in which things are found
//! does not show.

use std::collections::BTreeMap;

use keyreach_policy::aws::{AccountId, OrgPath};

use super::levels::without_policy;
use crate::snapshot::{
    SCHEMA_VERSION, Scan, Snapshot,
    cell::Cell,
    gap::{Fact, Gap},
    organization::{Account, Organization},
};

/// A snapshot in the making.
#[derive(Debug)]
pub(super) struct Builder {
    organization: Fact<Option<Organization>>,
    accounts: Vec<Account>,
    cells: Vec<Cell>,
    paths: BTreeMap<AccountId, OrgPath>,
    gaps: Vec<Gap>,
}

impl Builder {
    /// A snapshot of this organization, with nothing else in it yet.
    pub(super) fn new(organization: Fact<Option<Organization>>) -> Self {
        Self {
            organization,
            accounts: Vec::new(),
            cells: Vec::new(),
            paths: BTreeMap::new(),
            gaps: Vec::new(),
        }
    }

    /// An account with its cells.
    pub(super) fn found_account(&mut self, account: Account, cells: Vec<Cell>) {
        self.accounts.push(account);
        self.cells.extend(cells);
    }

    /// Where an account hangs, as the walk of the tree tells.
    pub(super) fn found_paths(&mut self, paths: BTreeMap<AccountId, OrgPath>) {
        self.paths.extend(paths);
    }

    /// What could not be read and belongs to no account.
    pub(super) fn found_gap(&mut self, gap: Gap) {
        self.gaps.push(gap);
    }

    /// The snapshot.
    pub(super) fn finish(mut self, scan: Scan) -> Snapshot {
        for account in &mut self.accounts {
            account.path = account.path.take().or_else(|| self.paths.get(&account.id).cloned());
        }
        self.accounts.sort_by_key(|account| account.id);
        if let Fact::Known(Some(organization)) = &self.organization {
            self.gaps.extend(without_policy(organization, &self.accounts));
        }
        self.cells.sort_by(|a, b| (a.account_id, &a.region).cmp(&(b.account_id, &b.region)));
        self.gaps.sort();
        Snapshot {
            schema_version: SCHEMA_VERSION.to_owned(),
            scan,
            organization: self.organization,
            accounts: self.accounts,
            cells: self.cells,
            gaps: self.gaps,
        }
    }
}
