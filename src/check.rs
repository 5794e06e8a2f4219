//! What is worth a finding: one check a file, each a pure function of one key's [`Scene`] or of one account's
//! [`AccountScene`]. This page holds what a check is and the list of all; the scenes tell what a check may see, the
//! scale how bad a thing is. What they find goes to `assess`, which puts it in order.

mod account_scene;
mod action_wildcard;
mod administration_and_use_not_separated;
mod broad_decrypt_by_iam;
mod closed_or_unknown_account_trusted;
mod conditional_writers;
mod create_grant_unconstrained;
mod default_policy_only;
mod deny_blocks_administration;
mod deprecated_condition_or_action;
mod disabled_key_granted;
mod duplicate_grants;
mod external_account_access;
mod external_grant;
mod fact_unread;
mod foreign_administrator_only;
mod grant_near_limit;
mod grant_old;
mod grant_retirable_by_outsider;
mod grant_without_constraint;
mod guardrail_blocks_administration;
mod holders;
mod imported_without_expiry_owner;
mod ineffective_statement;
mod inventory;
mod key_disabled_long;
mod key_store_unhealthy;
mod key_unused;
mod lack;
mod material_expiring;
mod multi_region_primary_missing;
mod names;
mod no_account_statement;
mod organization_wide_access;
mod orphaned_administrator;
mod orphaned_principal;
mod pending_deletion;
mod pending_deletion_in_use;
mod perishable_writers;
mod policy_locked_out;
mod policy_near_size_limit;
mod policy_unreadable;
mod public_key_access;
mod quantum_vulnerable_key;
mod replica_in_unexpected_region;
mod replica_policy_drift;
mod reshare_by_outsider;
mod root_user_only;
mod rotation_disabled;
mod rotation_overdue_on_demand;
mod rotation_period_long;
mod scale;
mod scene;
mod single_writer;
mod stranded_key;
mod tag_controlled_access;
mod unguarded_service_principal;
mod ways;
mod wildcard_principal_with_weak_condition;
mod xks_proxy_foreign;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use serde::Serialize;
use serde_json::{Value, json};

use keyreach_policy::aws::{AccountId, Region};

use crate::{
    assess::finding::{Finding, Severity, Status, Subject, finding_id},
    framework::{self, Topic},
};

pub use account_scene::{AccountScene, IamPolicy};
pub use fact_unread::{Open, every_check_of_keys};
pub use inventory::Inventory;
pub use lack::{Lack, Missing};
pub use names::{named, nearest};
pub use orphaned_principal::Gone;
pub use scene::{Need, Scene};

/// The check that tells what was not read.
pub const FACT_UNREAD: &str = fact_unread::META.id;

use fact_unread::{Opens, Told};

/// What a check is: the text of its page, and what it must know.
#[derive(Debug, Clone, Copy)]
pub struct Meta {
    /// Its name everywhere: it reads well after "accept".
    pub id: &'static str,
    /// What is wrong where it finds something, in a line.
    pub title: &'static str,
    /// What it finds.
    pub finds: &'static str,
    /// Why that matters.
    pub matters: &'static str,
    /// How to fix it.
    pub fix: &'static str,
    /// What it cannot see.
    pub blind: &'static str,
    /// What it is about, for the frameworks.
    pub topic: Topic,
    /// The facts without which it cannot tell.
    pub needs: &'static [Need],
    /// How bad it would be where it cannot tell.
    pub severity: Severity,
}

/// A check: of keys, of accounts, or of both. That a fact of [`Meta::needs`] was not read is said for it; a fact that
/// only some need, it misses itself. Either way `fact-unread` tells it.
pub trait Check: fmt::Debug + Sync {
    /// What it is.
    fn meta(&self) -> &'static Meta;

    /// What it finds in a key.
    fn look(&self, _scene: &Scene<'_>) -> Vec<Found> {
        Vec::new()
    }

    /// What it finds in an account and belongs to no single key.
    fn look_at_account(&self, _scene: &AccountScene<'_>) -> Vec<Found> {
        Vec::new()
    }
}

/// Every check, by id.
pub const ALL: [&dyn Check; 52] = [
    &action_wildcard::ActionWildcard,
    &administration_and_use_not_separated::AdministrationAndUseNotSeparated,
    &broad_decrypt_by_iam::BroadDecryptByIam,
    &closed_or_unknown_account_trusted::ClosedOrUnknownAccountTrusted,
    &conditional_writers::ConditionalWriters,
    &create_grant_unconstrained::CreateGrantUnconstrained,
    &default_policy_only::DefaultPolicyOnly,
    &deny_blocks_administration::DenyBlocksAdministration,
    &deprecated_condition_or_action::DeprecatedConditionOrAction,
    &disabled_key_granted::DisabledKeyGranted,
    &duplicate_grants::DuplicateGrants,
    &external_account_access::ExternalAccountAccess,
    &external_grant::ExternalGrant,
    &fact_unread::FactUnread,
    &foreign_administrator_only::ForeignAdministratorOnly,
    &grant_near_limit::GrantNearLimit,
    &grant_old::GrantOld,
    &grant_retirable_by_outsider::GrantRetirableByOutsider,
    &grant_without_constraint::GrantWithoutConstraint,
    &guardrail_blocks_administration::GuardrailBlocksAdministration,
    &imported_without_expiry_owner::ImportedWithoutExpiryOwner,
    &ineffective_statement::IneffectiveStatement,
    &key_disabled_long::KeyDisabledLong,
    &key_store_unhealthy::KeyStoreUnhealthy,
    &key_unused::KeyUnused,
    &material_expiring::MaterialExpiring,
    &multi_region_primary_missing::MultiRegionPrimaryMissing,
    &no_account_statement::NoAccountStatement,
    &organization_wide_access::OrganizationWideAccess,
    &orphaned_administrator::OrphanedAdministrator,
    &orphaned_principal::OrphanedPrincipal,
    &pending_deletion::PendingDeletion,
    &pending_deletion_in_use::PendingDeletionInUse,
    &perishable_writers::PerishableWriters,
    &policy_locked_out::PolicyLockedOut,
    &policy_near_size_limit::PolicyNearSizeLimit,
    &policy_unreadable::PolicyUnreadable,
    &public_key_access::PublicKeyAccess,
    &quantum_vulnerable_key::QuantumVulnerableKey,
    &replica_in_unexpected_region::ReplicaInUnexpectedRegion,
    &replica_policy_drift::ReplicaPolicyDrift,
    &reshare_by_outsider::ReshareByOutsider,
    &root_user_only::RootUserOnly,
    &rotation_disabled::RotationDisabled,
    &rotation_overdue_on_demand::RotationOverdueOnDemand,
    &rotation_period_long::RotationPeriodLong,
    &single_writer::SingleWriter,
    &stranded_key::StrandedKey,
    &tag_controlled_access::TagControlledAccess,
    &unguarded_service_principal::UnguardedServicePrincipal,
    &wildcard_principal_with_weak_condition::WildcardPrincipalWithWeakCondition,
    &xks_proxy_foreign::XksProxyForeign,
];

/// What a check found in a key, or the fact that it misses to tell.
#[derive(Debug, Clone, PartialEq)]
pub enum Found {
    /// Something is wrong.
    Fault(Fault),
    /// A fact was not read.
    Open(Lack),
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// How bad it is.
    severity: Severity,
    /// The part of the key that is meant: a Sid, a grant's id, a principal; empty where the whole is meant.
    part: String,
    /// What was found, in a few sentences.
    detail: String,
    /// What to do, where it is not what the check always says.
    fix: Option<String>,
    /// The facts it rests on.
    evidence: BTreeMap<String, Value>,
}

impl Found {
    /// Something is wrong with a part of the key; an empty part is the whole key.
    fn fail(severity: Severity, part: impl Into<String>, detail: String) -> Self {
        Self::Fault(Fault { severity, part: part.into(), detail, fix: None, evidence: BTreeMap::new() })
    }

    /// With a fact it rests on.
    fn with(mut self, name: &str, fact: impl Serialize) -> Self {
        if let Self::Fault(fault) = &mut self {
            fault.evidence.insert(name.to_owned(), json!(fact));
        }
        self
    }

    /// With what is to be done about this one.
    fn with_fix(mut self, fix: String) -> Self {
        if let Self::Fault(fault) = &mut self {
            fault.fix = Some(fix);
        }
        self
    }

    /// The lockout verdict itself is what is wrong; the sentence on the repair says the rest.
    fn of_verdict(scene: &Scene<'_>, severity: Severity) -> Self {
        Self::fail(severity, "", scene.lockout.recovery.clone()).with("lockout", scene.lockout)
    }

    /// A missing fact is no pass.
    fn open(fact: Missing, why: impl Into<String>) -> Self {
        Self::Open(Lack::new(fact, why))
    }

    /// The part of the key that something is wrong with.
    fn part(&self) -> Option<&str> {
        match self {
            Self::Fault(fault) => Some(&fault.part),
            Self::Open(_) => None,
        }
    }

    /// How bad it is.
    #[cfg(test)]
    fn severity(&self) -> Option<Severity> {
        match self {
            Self::Fault(fault) => Some(fault.severity),
            Self::Open(_) => None,
        }
    }
}

/// What all checks have to say of a key.
#[derive(Debug, Default)]
pub struct Sayings {
    /// What they found, and the facts of the key that were not read.
    pub findings: Vec<Finding>,
    /// What was not read and is a fact of the key's account.
    pub elsewhere: Vec<Open>,
    /// The checks that cannot tell.
    pub undecided: BTreeSet<&'static str>,
    /// The checks for which the scan was not told to ask.
    pub not_asked: BTreeSet<&'static str>,
}

/// What all checks have to say of a key: what they found, and what they could not tell.
#[must_use]
pub fn findings(scene: &Scene<'_>) -> Sayings {
    let about = About {
        subject: Subject::Key(&scene.key.arn),
        account: scene.cell.account_id,
        region: Some(&scene.cell.region),
    };
    let Sorted { mut findings, opens } = Sorted::all(about, |check| {
        let needs = check.meta().needs.iter();
        (check.look(scene), needs.flat_map(|need| scene.lacks(*need)).collect())
    });
    let Told { findings: open, elsewhere, undecided, not_asked } = opens.told(about);
    findings.extend(open);
    Sayings { findings, elsewhere, undecided, not_asked }
}

/// What all checks have to say of an account, beside its keys, and which of them cannot tell. `of_keys` is what its
/// keys miss of its facts.
#[must_use]
pub fn account_findings(
    scene: &AccountScene<'_>,
    of_keys: &[(&Region, Open)],
) -> (Vec<Finding>, BTreeSet<&'static str>) {
    let account = scene.account.id;
    let about = About { subject: Subject::Account(account, None), account, region: None };
    let Sorted { mut findings, opens } = Sorted::all(about, |check| {
        let needs = check.meta().needs.iter();
        (check.look_at_account(scene), needs.filter_map(|need| scene.lack(*need)).collect())
    });
    let (open, undecided) = fact_unread::of_account(scene, opens, of_keys);
    findings.extend(open);
    (findings, undecided)
}

/// What checks say, apart: what they found, and what they miss.
#[derive(Default)]
struct Sorted {
    findings: Vec<Finding>,
    opens: Opens,
}

impl Sorted {
    /// Asks each check, and what of its needs is missing.
    fn all(about: About<'_>, ask: impl Fn(&dyn Check) -> (Vec<Found>, Vec<Lack>)) -> Self {
        let mut sorted = Self::default();
        for check in ALL {
            let meta = check.meta();
            let (found, lacks) = ask(check);
            for one in found.into_iter().chain(lacks.into_iter().map(Found::Open)) {
                match one {
                    Found::Fault(fault) => sorted.findings.push(about.finding(meta, fault)),
                    Found::Open(lack) => sorted.opens.add(lack, meta.id),
                }
            }
        }
        sorted
    }
}

/// What a finding is about.
#[derive(Clone, Copy)]
struct About<'a> {
    subject: Subject<'a>,
    account: AccountId,
    region: Option<&'a Region>,
}

impl About<'_> {
    fn key_arn(self) -> Option<String> {
        match self.subject {
            Subject::Key(arn) => Some(arn.to_owned()),
            Subject::Account(..) => None,
        }
    }

    fn finding(self, meta: &Meta, fault: Fault) -> Finding {
        Finding {
            id: finding_id(meta.id, self.subject, &fault.part),
            check: meta.id.to_owned(),
            severity: fault.severity,
            status: Status::Fail,
            account_id: self.account,
            region: self.region.cloned(),
            key_arn: self.key_arn(),
            title: meta.title.to_owned(),
            detail: fault.detail,
            remediation: fault.fix.unwrap_or_else(|| meta.fix.to_owned()),
            frameworks: framework::controls(meta.id, meta.topic, &fault.evidence),
            evidence: fault.evidence,
        }
    }
}
