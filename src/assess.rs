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
    aws::{AccountId, Arn},
};
use rayon::prelude::*;

use crate::{
    check::{self, Scene},
    config::JudgementSettings,
    reach::{self, Facts, Judged, Perimeter, Reviewed},
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
use library::Library;
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
        library: Library::of(snapshot),
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

/// The policies of a key.
struct Texts<'a> {
    /// Those that are policy documents
    read: Vec<(ViaKind, &'a Reviewed)>,
    /// There are others, or may be
    unread: bool,
}

impl Bench<'_> {
    fn judge(&self, cell: &Cell, key: &Key) -> (KeyAssessment, Vec<Finding>) {
        let account = self.accounts.get(&cell.account_id).copied();
        let texts = self.texts(key);
        let Judged { exposure, grant_zones, bug } = self.exposure(cell.account_id, account, key, &texts);
        let policies: Vec<(ViaKind, &Policy)> =
            texts.read.iter().map(|(kind, policy)| (*kind, policy.policy())).collect();
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

    fn texts(&self, key: &Key) -> Texts<'_> {
        let texts = [
            (ViaKind::KeyPolicy, key.policy.known()),
            (ViaKind::Ram, key.ram_policy.known().and_then(Option::as_ref)),
        ];
        let written = || texts.iter().filter_map(|(kind, text)| Some((*kind, text.as_ref()?.as_str())));
        let read: Vec<_> =
            written().filter_map(|(kind, text)| Some((kind, self.library.policy(text)?))).collect();
        let unread =
            read.len() < written().count() || key.policy.gap().is_some() || key.ram_policy.gap().is_some();
        Texts { read, unread }
    }

    fn exposure(
        &self,
        account: AccountId,
        of_account: Option<&Account>,
        key: &Key,
        texts: &Texts<'_>,
    ) -> Judged {
        let Ok(arn) = key.arn.parse::<Arn>() else {
            return Judged {
                exposure: Exposure::not_judged(),
                grant_zones: vec![GrantZone::Unknown; key.grants.items.len()],
                bug: Some(format!("`{}` is no ARN", key.arn)),
            };
        };
        let guardrails = self.library.guardrails_over(account, of_account);
        reach::exposure(Facts {
            arn: &arn,
            metadata: key.metadata.known(),
            tags: key.tags.known(),
            aliases: &key.aliases,
            policies: &texts.read,
            grants: &key.grants.items,
            unread: texts.unread || key.grants.gap.is_some(),
            guardrails: &guardrails,
            perimeter: &self.perimeter,
            taken_at: self.snapshot.scan.taken_at,
        })
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
