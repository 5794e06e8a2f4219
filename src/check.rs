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
mod foreign_administrator_only;
mod grant_near_limit;
mod grant_old;
mod grant_retirable_by_outsider;
mod grant_without_constraint;
mod guardrail_blocks_administration;
mod holders;
mod imported_without_expiry_owner;
mod ineffective_statement;
mod key_disabled_long;
mod key_store_unhealthy;
mod key_unused;
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

use std::{collections::BTreeMap, fmt};

use serde::Serialize;
use serde_json::{Value, json};

use keyreach_policy::aws::{AccountId, Region};

use crate::{
    assess::finding::{Finding, Severity, Status, Subject, finding_id},
    framework::{self, Topic},
};

pub use account_scene::{AccountScene, IamPolicy};
pub use names::{named, nearest};
pub use scene::{Need, Scene};

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
/// only some need, it misses itself.
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
pub const ALL: [&dyn Check; 51] = [
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

/// What a check found in a key, or could not tell.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Whether it was found.
    pub status: Status,
    /// How bad it is, or would be.
    pub severity: Severity,
    /// The part of the key that is meant: a Sid, a grant's id, a principal; empty where the whole is meant.
    pub part: String,
    /// What was found, in a few sentences.
    pub detail: String,
    /// The facts it rests on.
    pub evidence: BTreeMap<String, Value>,
}

impl Found {
    /// Something is wrong with a part of the key; an empty part is the whole key.
    fn fail(severity: Severity, part: impl Into<String>, detail: String) -> Self {
        Self { status: Status::Fail, severity, part: part.into(), detail, evidence: BTreeMap::new() }
    }

    /// With a fact it rests on.
    fn with(mut self, name: &str, fact: impl Serialize) -> Self {
        self.evidence.insert(name.to_owned(), json!(fact));
        self
    }

    /// The lockout verdict itself is what is wrong; the sentence on the repair says the rest.
    fn of_verdict(scene: &Scene<'_>, severity: Severity) -> Self {
        Self::fail(severity, "", scene.lockout.recovery.clone()).with("lockout", scene.lockout)
    }

    /// A missing fact is no pass.
    fn unknown(severity: Severity, why: &str) -> Self {
        let detail = format!("Undecided: {why}.");
        Self { status: Status::Unknown, ..Self::fail(severity, "", detail) }.with("unread", why)
    }
}

/// What all checks have to say of a key: what they found, and what they could not tell.
#[must_use]
pub fn findings(scene: &Scene<'_>) -> Vec<Finding> {
    let about = About {
        subject: Subject::Key(&scene.key.arn),
        account: scene.cell.account_id,
        region: Some(&scene.cell.region),
    };
    let of_check = |check: &&dyn Check| {
        let open = check.meta().needs.iter().find_map(|need| scene.unread(*need));
        about.findings(check.meta(), check.look(scene), open)
    };
    ALL.iter().flat_map(of_check).collect()
}

/// What all checks have to say of an account, beside its keys.
#[must_use]
pub fn account_findings(scene: &AccountScene<'_>) -> Vec<Finding> {
    let account = scene.account.id;
    let about = About { subject: Subject::Account(account, None), account, region: None };
    let of_check = |check: &&dyn Check| {
        let open = check.meta().needs.iter().find_map(|need| scene.unread(*need));
        about.findings(check.meta(), check.look_at_account(scene), open)
    };
    ALL.iter().flat_map(of_check).collect()
}

/// What a finding is about.
#[derive(Clone, Copy)]
struct About<'a> {
    subject: Subject<'a>,
    account: AccountId,
    region: Option<&'a Region>,
}

impl About<'_> {
    fn findings(self, meta: &Meta, found: Vec<Found>, open: Option<String>) -> Vec<Finding> {
        let open = open.map(|why| Found::unknown(meta.severity, &why));
        found.into_iter().chain(open).map(|found| self.finding(meta, found)).collect()
    }

    fn finding(self, meta: &Meta, found: Found) -> Finding {
        let key_arn = match self.subject {
            Subject::Key(arn) => Some(arn.to_owned()),
            Subject::Account(..) => None,
        };
        Finding {
            id: finding_id(meta.id, self.subject, &found.part),
            check: meta.id.to_owned(),
            severity: found.severity,
            status: found.status,
            account_id: self.account,
            region: self.region.cloned(),
            key_arn,
            title: title(meta, found.status),
            detail: found.detail,
            remediation: meta.fix.to_owned(),
            frameworks: framework::controls(meta.id, meta.topic, &found.evidence),
            evidence: found.evidence,
        }
    }
}

/// What a finding says in a line. Most readers see no more of it than this, so it states nothing that is not known.
pub(crate) fn title(meta: &Meta, status: Status) -> String {
    match status {
        Status::Fail | Status::Accepted => meta.title.to_owned(),
        Status::Unknown => format!("Not known: {}", meta.title),
    }
}
