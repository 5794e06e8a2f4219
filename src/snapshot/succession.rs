//! Whether a snapshot may take the place of another one: what that one read and this one could not, and whose scan it
//! is. A value of two snapshots; what becomes of the files is for `command` to say.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use keyreach_policy::aws::AccountId;

use super::{
    Snapshot, TargetSource,
    cell::{Cell, Visit},
    organization::{Account, Entry, Organization, RegionSource},
};

/// Why a snapshot must not take the place of another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Obstacle {
    /// That one is of another organization, or of another account that is in none.
    OtherOrganization,
    /// That one read what this one could not.
    Poorer(Loss),
    /// That one is of a later time.
    Later(Timestamp),
}

/// What one snapshot read and another one could not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Loss {
    /// The one was stopped before its end, and the other was not.
    pub interrupted: bool,
    /// The organization: its id, its accounts, its guardrails.
    pub organization: bool,
    /// Accounts of which the principals or the keys of a Region were not read.
    pub accounts: BTreeSet<AccountId>,
}

impl Snapshot {
    /// Why this snapshot must not take the place of `standing`; `None`: it loses nothing.
    ///
    /// What is gone is no loss: an account that left the organization or was closed, a Region that is off. Neither is
    /// what the settings leave out. A single fact of a key that was not read this time is none either, as long as the
    /// policy of some key beside it was.
    #[must_use]
    pub fn obstacle_to_replace(&self, standing: &Self) -> Option<Obstacle> {
        if self.place() != standing.place() {
            let is_of_caller = self.scan.caller_account == standing.scan.caller_account;
            let is_known = self.organization_id().is_some() && standing.organization_id().is_some();
            if is_known || !is_of_caller {
                return Some(Obstacle::OtherOrganization);
            }
        }
        let loss = self.loss(standing);
        if loss != Loss::default() {
            return Some(Obstacle::Poorer(loss));
        }
        let later = standing.scan.taken_at > self.scan.taken_at;
        later.then_some(Obstacle::Later(standing.scan.taken_at))
    }

    /// What the scan is of: its organization, or the caller's account where that is in none.
    #[must_use]
    pub fn place(&self) -> String {
        self.organization_id().unwrap_or_else(|| self.scan.caller_account.to_string())
    }

    fn organization_id(&self) -> Option<String> {
        self.organization.known().and_then(Option::as_ref).map(|known| known.id.to_string())
    }

    fn loss(&self, standing: &Self) -> Loss {
        let of_new: BTreeMap<AccountId, &Account> =
            self.accounts.iter().map(|account| (account.id, account)).collect();
        let cells: BTreeMap<_, &Cell> =
            self.cells.iter().map(|cell| ((cell.account_id, &cell.region), cell)).collect();
        let people = standing
            .accounts
            .iter()
            .filter(|account| knows_principals(account))
            .filter(|account| self.is_unread(of_new.get(&account.id).copied(), knows_principals))
            .map(|account| account.id);
        let keys = standing.cells.iter().filter(|cell| is_read(cell)).filter(|cell| {
            cells.get(&(cell.account_id, &cell.region)).map_or_else(
                || self.is_unread(of_new.get(&cell.account_id).copied(), knows_regions),
                |found| found.visit != Visit::Disabled && !is_read(found),
            )
        });
        Loss {
            interrupted: self.scan.interrupted && !standing.scan.interrupted,
            organization: is_whole(standing) && !is_whole(self),
            accounts: people.chain(keys.map(|cell| cell.account_id)).collect(),
        }
    }

    /// Whether something of an account is missing for want of reading: the account may be gone, or not be wanted.
    fn is_unread(&self, account: Option<&Account>, was_read: impl Fn(&Account) -> bool) -> bool {
        let Some(account) = account else {
            return match self.scan.targets {
                TargetSource::OrganizationUnread => true,
                TargetSource::Organizations => !is_whole(self),
                TargetSource::Settings | TargetSource::NoOrganization => false,
            };
        };
        !matches!(account.entry, Entry::Skipped(_)) && !was_read(account)
    }
}

/// Whether the organization, or that there is none, is known with all its members.
fn is_whole(snapshot: &Snapshot) -> bool {
    let has_members = |known: &Organization| known.members.gap.is_none();
    snapshot.organization.known().is_some_and(|known| known.as_ref().is_none_or(has_members))
}

fn knows_principals(account: &Account) -> bool {
    account.iam.as_ref().is_some_and(|iam| iam.gap.is_none())
}

/// Whether a Region that has no cell is one that the account does not have, or that nobody asked for.
fn knows_regions(account: &Account) -> bool {
    matches!(account.regions, Some(RegionSource::Account | RegionSource::Settings))
}

/// Whether the keys were listed to the end, and not every single policy of them was refused.
fn is_read(cell: &Cell) -> bool {
    let listed = cell.visit == Visit::Visited && cell.gaps.iter().all(|gap| gap.operation != "kms:ListKeys");
    listed && (cell.keys.is_empty() || cell.keys.iter().any(|key| key.policy.known().is_some()))
}
