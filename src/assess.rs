//! Every key judged, in parallel: a [`Snapshot`] in, an [`Assessment`] out.
//!
//! Pure: no clock, no files, and nothing in the result shows how many threads made it.
//! This version has the shapes of the judgement and says honestly that it does not judge yet.

pub mod exposure;
pub mod finding;
pub mod lockout;
pub mod rotation;

use std::collections::BTreeMap;

use keyreach_policy::aws::AccountId;
use rayon::prelude::*;

use crate::snapshot::{Snapshot, key::Key, organization::Account};
use exposure::{Exposure, GrantZone};
use finding::Finding;
use lockout::{Lockout, Unread};
use rotation::Eligibility;

/// What was made of a snapshot.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessment {
    /// One a key, in the snapshot's order: cells as they stand, and their keys as they stand.
    pub keys: Vec<KeyAssessment>,
    /// What the checks found, in the order in which [`Finding`]s compare.
    pub findings: Vec<Finding>,
}

/// What was made of one key.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyAssessment {
    /// Who outside can reach it.
    pub exposure: Exposure,
    /// Who can still govern it.
    pub lockout: Lockout,
    /// Where each of its grants leads, in the order of the key's grants.
    pub grant_zones: Vec<GrantZone>,
    /// Whether and how it can rotate.
    pub rotation: Eligibility,
}

/// Judges every key of a snapshot.
#[must_use]
pub fn assess(snapshot: &Snapshot) -> Assessment {
    let accounts: BTreeMap<AccountId, &Account> = snapshot.accounts.iter().map(|a| (a.id, a)).collect();
    let keys: Vec<(AccountId, &Key)> =
        snapshot.cells.iter().flat_map(|cell| cell.keys.iter().map(|key| (cell.account_id, key))).collect();
    let judge = |&(account, key): &(AccountId, &Key)| {
        let unread = Unread::about(snapshot, account, accounts.get(&account).copied(), key);
        assess_key(key, unread)
    };
    // Collecting an indexed parallel iterator keeps its order, whatever thread took which key.
    Assessment { keys: keys.par_iter().map(judge).collect(), findings: Vec::new() }
}

fn assess_key(key: &Key, unread: Unread) -> KeyAssessment {
    KeyAssessment {
        exposure: Exposure::not_judged(),
        lockout: Lockout::not_judged(unread),
        grant_zones: vec![GrantZone::Unknown; key.grants.items.len()],
        rotation: Eligibility::of(key),
    }
}
