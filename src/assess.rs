//! Every key judged, in parallel: a [`Snapshot`] in, an [`Assessment`] out.
//!
//! Pure: no clock, no files, and nothing in the result shows how many threads made it.
//! Exposure is decided in `reach`, lockout in `lockout`, what is worth a finding in `check`.

pub mod acceptance;
pub mod access;
mod accounts;
pub mod bare;
pub mod exposure;
pub mod finding;
mod governance;
mod library;
pub mod lockout;
pub mod outsider;
pub mod rotation;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use keyreach_policy::{
    Policy,
    aws::{AccountId, Region},
};
use rayon::prelude::*;

use crate::{
    accept::{OpenKey, accept},
    check::{self, Gone, Inventory, Open, Sayings, Scene},
    config::JudgementSettings,
    reach::{self, Dossier, Judged, Library, Perimeter, Population},
    snapshot::{
        Snapshot,
        cell::Cell,
        gap::{Gap, GapKind},
        key::Key,
        organization::Account,
    },
};
use acceptance::Acceptance;
use exposure::{Exposure, GrantZone, ReachZone, ViaKind};
use finding::Finding;
use governance::Ruling;
use lockout::{Lockout, Unread};
use rotation::Eligibility;

/// What was made of a snapshot.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessment {
    /// One a key, in the snapshot's order: cells as they stand, and their keys as they stand.
    pub keys: Vec<KeyAssessment>,
    /// What the checks found, in the order in which [`Finding`]s compare.
    pub findings: Vec<Finding>,
    /// What became of the acceptances in the settings, in their order.
    pub acceptances: Vec<Acceptance>,
    /// The accounts of which each check cannot tell, beside what it cannot tell of keys.
    pub undecided: BTreeMap<&'static str, u64>,
}

/// What was made of one key.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyAssessment {
    /// Who outside can reach it.
    pub exposure: Exposure,
    /// Who can still govern it.
    pub lockout: Arc<Lockout>,
    /// Where each of its grants leads, in the order of the key's grants.
    pub grant_zones: Vec<GrantZone>,
    /// Whether and how it can rotate.
    pub rotation: Eligibility,
    /// The checks that cannot tell, by id: a fact that they need was not read.
    pub undecided: BTreeSet<&'static str>,
    /// The checks that cannot tell because the scan was not told to ask.
    pub not_asked: BTreeSet<&'static str>,
    /// Where Keyreach contradicts itself about the key.
    pub gaps: Vec<Gap>,
}

/// Judges every key of a snapshot.
#[must_use]
pub fn assess(snapshot: &Snapshot, settings: &JudgementSettings) -> Assessment {
    let (accounts, library) = (accounts(snapshot), library::read(snapshot));
    let bench = Bench::new(snapshot, settings, &accounts, &library);
    let cases = bench.cases();
    let rulings = bench.rulings(&cases);
    let inventory = Inventory::new(snapshot, &accounts, &bench.perimeter.bearers.arns);
    // Collecting an indexed parallel iterator keeps its order, whatever thread took which key.
    let judged: Vec<_> =
        cases.par_iter().zip(&rulings).map(|(case, ruling)| bench.judge(case, ruling, &inventory)).collect();
    let mut keys: Vec<KeyAssessment> = Vec::with_capacity(judged.len());
    let mut findings = Vec::new();
    let mut open: BTreeMap<AccountId, Vec<(&Region, Open)>> = BTreeMap::new();
    for (case, (key, said, elsewhere)) in cases.iter().zip(judged) {
        keys.push(key);
        findings.extend(said);
        let of_account = elsewhere.into_iter().map(|one| (&case.cell.region, one));
        open.entry(case.cell.account_id).or_default().extend(of_account);
    }
    let (of_accounts, undecided) = bench.account_findings(&open);
    findings.extend(of_accounts);
    let open_keys: Vec<OpenKey<'_>> =
        cases.iter().zip(&keys).map(|(case, key)| open_key(case.key, key)).collect();
    let acceptances = accept(snapshot, &settings.accepted, &open_keys, &mut findings);
    findings.sort_by(Finding::order);
    Assessment { keys, findings, acceptances, undecided }
}

/// A key with all checks that cannot tell of it, for whatever reason.
fn open_key<'a>(key: &'a Key, judged: &KeyAssessment) -> OpenKey<'a> {
    (key, judged.undecided.union(&judged.not_asked).copied().collect())
}

/// Judges who governs each key, and nothing else; in the snapshot's order. For tests and benches alone.
#[doc(hidden)]
#[must_use]
pub fn lockouts(snapshot: &Snapshot, settings: &JudgementSettings) -> Vec<Arc<Lockout>> {
    let (accounts, library) = (accounts(snapshot), library::read(snapshot));
    let bench = Bench::new(snapshot, settings, &accounts, &library);
    bench.rulings(&bench.cases()).iter().map(|ruling| Arc::clone(&ruling.lockout)).collect()
}

/// Judges who governs one key of the snapshot, and nothing else. `None` where the snapshot has no key of that ARN.
#[must_use]
pub fn lockout_of(snapshot: &Snapshot, settings: &JudgementSettings, arn: &str) -> Option<Arc<Lockout>> {
    let (accounts, library) = (accounts(snapshot), library::read(snapshot));
    let bench = Bench::new(snapshot, settings, &accounts, &library);
    let mut keys = snapshot.cells.iter().flat_map(|cell| cell.keys.iter().map(move |key| (cell, key)));
    let (cell, key) = keys.find(|(_, key)| key.arn == arn)?;
    let rulings = bench.rulings(&[bench.case(cell, key)]);
    rulings.first().map(|ruling| Arc::clone(&ruling.lockout))
}

fn accounts(snapshot: &Snapshot) -> BTreeMap<AccountId, &Account> {
    snapshot.accounts.iter().map(|account| (account.id, account)).collect()
}

/// One key, with what the snapshot says of it put together.
struct Case<'a> {
    cell: &'a Cell,
    key: &'a Key,
    account: Option<&'a Account>,
    /// `None` where the key's ARN is none
    dossier: Option<Dossier<'a>>,
    unread: Unread,
}

/// What judging one key needs beside the key.
struct Bench<'a> {
    snapshot: &'a Snapshot,
    settings: &'a JudgementSettings,
    accounts: &'a BTreeMap<AccountId, &'a Account>,
    library: &'a Library<'a>,
    population: Population<'a>,
    perimeter: Perimeter,
}

impl<'a> Bench<'a> {
    fn new(
        snapshot: &'a Snapshot,
        settings: &'a JudgementSettings,
        accounts: &'a BTreeMap<AccountId, &'a Account>,
        library: &'a Library<'a>,
    ) -> Self {
        let population = Population::new(snapshot, library);
        let perimeter = Perimeter::new(snapshot, &settings.trusted);
        Self { snapshot, settings, accounts, library, population, perimeter }
    }

    fn cases(&self) -> Vec<Case<'a>> {
        let keys: Vec<(&'a Cell, &'a Key)> = self
            .snapshot
            .cells
            .iter()
            .flat_map(|cell| cell.keys.iter().map(move |key| (cell, key)))
            .collect();
        keys.par_iter().map(|(cell, key)| self.case(cell, key)).collect()
    }

    fn case(&self, cell: &'a Cell, key: &'a Key) -> Case<'a> {
        let account = self.accounts.get(&cell.account_id).copied();
        let dossier = self.library.dossier(cell, account, key);
        let unread = Unread::about(self.snapshot, cell.account_id, account, key);
        Case { cell, key, account, dossier, unread }
    }
}

impl Bench<'_> {
    fn judge(
        &self,
        case: &Case<'_>,
        ruling: &Ruling,
        inventory: &Inventory<'_>,
    ) -> (KeyAssessment, Vec<Finding>, Vec<Open>) {
        let Case { cell, key, .. } = *case;
        let Some(dossier) = &case.dossier else {
            return (KeyAssessment::of_no_arn(key, &ruling.lockout), Vec::new(), Vec::new());
        };
        let Judged { exposure, grant_zones, bug } = self.exposure(dossier);
        let policies: Vec<(ViaKind, &Policy)> =
            dossier.policies().map(|(kind, policy)| (kind, policy.policy())).collect();
        let texts = policies.iter().map(|(_, policy)| *policy);
        let said = check::findings(&Scene {
            snapshot: self.snapshot,
            accounts: self.accounts,
            inventory,
            settings: self.settings,
            cell,
            key,
            policies: &policies,
            gone: &Gone::of(inventory, cell.account_id, texts, &key.grants.items),
            exposure: &exposure,
            grant_zones: &grant_zones,
            lockout: &ruling.lockout,
            usable: self.usable(case, &exposure),
        });
        let bugs = bug.map(|message| bug_gap(key, "keyreach:Exposure", message)).into_iter();
        let others = ruling.bug.clone().map(|message| bug_gap(key, "keyreach:Lockout", message));
        let Sayings { findings, elsewhere, undecided, not_asked } = said;
        let judged = KeyAssessment {
            exposure,
            lockout: Arc::clone(&ruling.lockout),
            grant_zones,
            rotation: Eligibility::of(key),
            undecided,
            not_asked,
            gaps: bugs.chain(others).collect(),
        };
        (judged, findings, elsewhere)
    }

    fn exposure(&self, dossier: &Dossier<'_>) -> Judged {
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

impl KeyAssessment {
    /// A key of which no question can be asked.
    fn of_no_arn(key: &Key, lockout: &Arc<Lockout>) -> Self {
        let message = format!("`{}` is not an ARN", key.arn);
        Self {
            exposure: Exposure::not_judged(),
            lockout: Arc::clone(lockout),
            grant_zones: vec![GrantZone::Unknown; key.grants.items.len()],
            rotation: Eligibility::of(key),
            undecided: check::every_check_of_keys(),
            not_asked: BTreeSet::new(),
            gaps: vec![bug_gap(key, "keyreach:Exposure", message)],
        }
    }
}

/// Keyreach contradicts itself.
fn bug_gap(key: &Key, operation: &str, message: String) -> Gap {
    Gap {
        operation: operation.to_owned(),
        resource: key.arn.clone(),
        kind: GapKind::Bug,
        code: None,
        message,
    }
}
