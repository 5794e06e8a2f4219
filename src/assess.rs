//! Every key judged, in parallel: a [`Snapshot`] in, an [`Assessment`] out.
//!
//! Pure: no clock, no files, and nothing in the result shows how many threads made it.
//! Exposure is decided in `reach`; lockout is not judged yet, and says so.

pub mod access;
pub mod exposure;
pub mod finding;
mod library;
pub mod lockout;
pub mod rotation;

use std::collections::BTreeMap;

use jiff::Timestamp;
use keyreach_policy::aws::AccountId;
use rayon::prelude::*;

use crate::{
    config::TrustedSettings,
    reach::{self, Judged, Library, Perimeter, Population},
    snapshot::{
        Snapshot,
        gap::{Gap, GapKind},
        key::Key,
        organization::Account,
    },
};
use exposure::{Exposure, GrantZone, ReachZone};
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
    /// Where Keyreach contradicts itself about the key.
    pub gaps: Vec<Gap>,
}

/// Judges every key of a snapshot. `trusted` tells which parties outside are known and wanted.
#[must_use]
pub fn assess(snapshot: &Snapshot, trusted: &TrustedSettings) -> Assessment {
    let accounts: BTreeMap<AccountId, &Account> = snapshot.accounts.iter().map(|a| (a.id, a)).collect();
    let keys: Vec<(AccountId, &Key)> =
        snapshot.cells.iter().flat_map(|cell| cell.keys.iter().map(|key| (cell.account_id, key))).collect();
    let library = library::read(snapshot);
    let bench = Bench {
        library: &library,
        population: Population::new(snapshot, &library),
        perimeter: Perimeter::new(snapshot, trusted),
        taken_at: snapshot.scan.taken_at,
    };
    let judge = |&(account, key): &(AccountId, &Key)| {
        let of_account = accounts.get(&account).copied();
        let unread = Unread::about(snapshot, account, of_account, key);
        bench.judge(account, of_account, key, unread)
    };
    // Collecting an indexed parallel iterator keeps its order, whatever thread took which key.
    Assessment { keys: keys.par_iter().map(judge).collect(), findings: Vec::new() }
}

/// What judging one key needs beside the key.
struct Bench<'a> {
    library: &'a Library<'a>,
    population: Population<'a>,
    perimeter: Perimeter,
    taken_at: Timestamp,
}

impl Bench<'_> {
    fn judge(
        &self,
        account: AccountId,
        of_account: Option<&Account>,
        key: &Key,
        unread: Unread,
    ) -> KeyAssessment {
        let Judged { exposure, grant_zones, bug } = self.exposure(account, of_account, key);
        let gap = |message| Gap {
            operation: "keyreach:Exposure".to_owned(),
            resource: key.arn.clone(),
            kind: GapKind::Bug,
            code: None,
            message,
        };
        KeyAssessment {
            exposure,
            lockout: Lockout::not_judged(unread),
            grant_zones,
            rotation: Eligibility::of(key),
            gaps: bug.map(gap).into_iter().collect(),
        }
    }

    fn exposure(&self, account: AccountId, of_account: Option<&Account>, key: &Key) -> Judged {
        let Some(dossier) = self.library.dossier(account, of_account, key) else {
            return Judged {
                exposure: Exposure::not_judged(),
                grant_zones: vec![GrantZone::Unknown; key.grants.items.len()],
                bug: Some(format!("`{}` is no ARN", key.arn)),
            };
        };
        let facts = dossier.facts(&self.perimeter, self.taken_at);
        let mut judged = reach::exposure(facts);
        let from_inside = |reach: &&mut exposure::Reach| reach.zone == ReachZone::Organization;
        let mut reaches = judged.exposure.reaches.iter_mut().filter(from_inside).peekable();
        let gate = reaches.peek().and_then(|_| dossier.gate(&self.perimeter, self.taken_at));
        for reach in reaches {
            let confirmation =
                gate.as_ref().map(|gate| gate.confirm(&self.population, reach)).unwrap_or_default();
            reach.confirmed = confirmation.holds;
            judged.bug = judged.bug.take().or(confirmation.bug);
        }
        judged
    }
}
