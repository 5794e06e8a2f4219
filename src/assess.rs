//! Every key judged, in parallel: a [`Snapshot`] in, an [`Assessment`] out.
//!
//! Pure: no clock, no files, and nothing in the result shows how many threads made it.
//! Exposure is decided in `reach`, what is worth a finding in `check`; lockout is not judged yet, and says so.

pub mod access;
pub mod exposure;
pub mod finding;
mod library;
pub mod lockout;
pub mod rotation;

use std::collections::BTreeMap;

use keyreach_policy::{Policy, aws::AccountId};
use rayon::prelude::*;

use crate::{
    check::{self, Scene},
    config::TrustedSettings,
    reach::{self, Dossier, Judged, Library, Perimeter, Population},
    snapshot::{
        Snapshot,
        cell::Cell,
        gap::{Gap, GapKind},
        key::Key,
        organization::Account,
    },
};
use exposure::{Exposure, GrantZone, ReachZone, ViaKind};
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
    let keys: Vec<(&Cell, &Key)> =
        snapshot.cells.iter().flat_map(|cell| cell.keys.iter().map(move |key| (cell, key))).collect();
    let library = library::read(snapshot);
    let bench = Bench {
        snapshot,
        accounts: &accounts,
        library: &library,
        population: Population::new(snapshot, &library),
        perimeter: Perimeter::new(snapshot, trusted),
        trusted,
    };
    // Collecting an indexed parallel iterator keeps its order, whatever thread took which key.
    let judged: Vec<_> = keys.par_iter().map(|(cell, key)| bench.judge(cell, key)).collect();
    let (keys, findings): (Vec<_>, Vec<_>) = judged.into_iter().unzip();
    let mut findings: Vec<Finding> = findings.into_iter().flatten().collect();
    findings.sort_by(Finding::order);
    Assessment { keys, findings }
}

/// What judging one key needs beside the key.
struct Bench<'a> {
    snapshot: &'a Snapshot,
    accounts: &'a BTreeMap<AccountId, &'a Account>,
    library: &'a Library<'a>,
    population: Population<'a>,
    perimeter: Perimeter,
    trusted: &'a TrustedSettings,
}

impl Bench<'_> {
    fn judge(&self, cell: &Cell, key: &Key) -> (KeyAssessment, Vec<Finding>) {
        let account = self.accounts.get(&cell.account_id).copied();
        let dossier = self.library.dossier(cell.account_id, account, key);
        let Judged { exposure, grant_zones, bug } = self.exposure(key, dossier.as_ref());
        let policies: Vec<(ViaKind, &Policy)> = dossier
            .iter()
            .flat_map(Dossier::policies)
            .map(|(kind, policy)| (kind, policy.policy()))
            .collect();
        let findings = check::findings(&Scene {
            snapshot: self.snapshot,
            accounts: self.accounts,
            trusted: self.trusted,
            account: cell.account_id,
            region: &cell.region,
            key,
            policies: &policies,
            exposure: &exposure,
            grant_zones: &grant_zones,
        });
        let judged = KeyAssessment {
            exposure,
            lockout: Lockout::not_judged(Unread::about(self.snapshot, cell.account_id, account, key)),
            grant_zones,
            rotation: Eligibility::of(key),
            gaps: bug.map(|message| bug_gap(key, message)).into_iter().collect(),
        };
        (judged, findings)
    }

    fn exposure(&self, key: &Key, dossier: Option<&Dossier<'_>>) -> Judged {
        let Some(dossier) = dossier else {
            return Judged {
                exposure: Exposure::not_judged(),
                grant_zones: vec![GrantZone::Unknown; key.grants.items.len()],
                bug: Some(format!("`{}` is no ARN", key.arn)),
            };
        };
        let taken_at = self.snapshot.scan.taken_at;
        let mut judged = reach::exposure(dossier.facts(&self.perimeter, taken_at));
        let from_inside = |reach: &&mut exposure::Reach| reach.zone == ReachZone::Organization;
        let mut reaches = judged.exposure.reaches.iter_mut().filter(from_inside).peekable();
        let gate = reaches.peek().and_then(|_| dossier.gate(&self.perimeter, taken_at));
        for reach in reaches {
            let confirmation =
                gate.as_ref().map(|gate| gate.confirm(&self.population, reach)).unwrap_or_default();
            reach.confirmed = confirmation.holds;
            judged.bug = judged.bug.take().or(confirmation.bug);
        }
        judged
    }
}

/// Keyreach contradicts itself.
fn bug_gap(key: &Key, message: String) -> Gap {
    Gap {
        operation: "keyreach:Exposure".to_owned(),
        resource: key.arn.clone(),
        kind: GapKind::Bug,
        code: None,
        message,
    }
}
