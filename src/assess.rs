//! Every key judged, in parallel: a [`Snapshot`] in, an [`Assessment`] out.
//!
//! Pure: no clock, no files, and nothing in the result shows how many threads made it.
//! Exposure is decided in `reach`, what is worth a finding in `check`; lockout is not judged yet, and says so.

pub mod exposure;
pub mod finding;
mod library;
pub mod lockout;
pub mod rotation;

use std::collections::BTreeMap;

use keyreach_policy::{
    Policy,
    aws::AccountId,
};
use rayon::prelude::*;

use crate::{
    check::{self, Scene},
    config::JudgementSettings,
    reach::{self, Judged, Library, Perimeter},
    snapshot::{
        Snapshot,
        cell::Cell,
        gap::{Gap, GapKind},
        key::Key,
        organization::Account,
    },
};
use exposure::{Exposure, GrantZone, ViaKind};
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

/// Judges every key of a snapshot.
#[must_use]
pub fn assess(snapshot: &Snapshot, settings: &JudgementSettings) -> Assessment {
    let accounts: BTreeMap<AccountId, &Account> = snapshot.accounts.iter().map(|a| (a.id, a)).collect();
    let keys: Vec<(&Cell, &Key)> =
        snapshot.cells.iter().flat_map(|cell| cell.keys.iter().map(move |key| (cell, key))).collect();
    let bench = Bench {
        snapshot,
        accounts: &accounts,
        library: library::read(snapshot),
        perimeter: Perimeter::new(snapshot, &settings.trusted),
        settings,
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
    library: Library<'a>,
    perimeter: Perimeter,
    settings: &'a JudgementSettings,
}

impl Bench<'_> {
    fn judge(&self, cell: &Cell, key: &Key) -> (KeyAssessment, Vec<Finding>) {
        let account = self.accounts.get(&cell.account_id).copied();
        let dossier = self.library.dossier(cell.account_id, account, key);
        let facts = dossier.as_ref().map(|dossier| dossier.facts(&self.perimeter, self.snapshot.scan.taken_at));
        let Judged { exposure, grant_zones, bug } =
            facts.map_or_else(|| Judged::of_no_arn(key), reach::exposure);
        let policies: Vec<(ViaKind, &Policy)> = facts
            .iter()
            .flat_map(|facts| facts.policies.iter().map(|(kind, policy)| (*kind, policy.policy())))
            .collect();
        let findings = check::findings(&Scene {
            snapshot: self.snapshot,
            accounts: self.accounts,
            settings: self.settings,
            cell,
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
}

impl Judged {
    /// A key of which no question can be asked.
    fn of_no_arn(key: &Key) -> Self {
        Self {
            exposure: Exposure::not_judged(),
            grant_zones: vec![GrantZone::Unknown; key.grants.items.len()],
            bug: Some(format!("`{}` is no ARN", key.arn)),
        }
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
