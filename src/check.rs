//! What is worth a finding: one check a file, each a pure function of one key's [`Scene`]. This page holds what a
//! check is and the list of all; the scene tells what a check may see, the scale how bad a thing is.
//! What they find goes to `assess`, which puts it in order.

mod closed_or_unknown_account_trusted;
mod conditional_writers;
mod deny_blocks_administration;
mod disabled_key_granted;
mod external_account_access;
mod external_grant;
mod foreign_administrator_only;
mod guardrail_blocks_administration;
mod ineffective_statement;
mod key_store_unhealthy;
mod material_expiring;
mod multi_region_primary_missing;
mod no_account_statement;
mod organization_wide_access;
mod orphaned_administrator;
mod orphaned_principal;
mod pending_deletion;
mod pending_deletion_in_use;
mod perishable_writers;
mod policy_locked_out;
mod public_key_access;
mod reshare_by_outsider;
mod root_user_only;
mod scale;
mod scene;
mod single_writer;
mod stranded_key;
mod unguarded_service_principal;
mod ways;
mod wildcard_principal_with_weak_condition;

use std::{collections::BTreeMap, fmt};

use serde::Serialize;
use serde_json::{Value, json};

use crate::assess::finding::{Finding, Severity, Status, Subject, finding_id};

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
    /// The facts without which it cannot tell.
    pub needs: &'static [Need],
    /// How bad it would be where it cannot tell.
    pub severity: Severity,
}

/// A check of one key.
pub trait Check: fmt::Debug + Sync {
    /// What it is.
    fn meta(&self) -> &'static Meta;

    /// What it finds in a scene. That a fact of [`Meta::needs`] was not read is said for it; a fact that only some
    /// keys need, it misses itself.
    fn look(&self, scene: &Scene<'_>) -> Vec<Found>;
}

/// Every check, by id.
pub const ALL: [&dyn Check; 27] = [
    &closed_or_unknown_account_trusted::ClosedOrUnknownAccountTrusted,
    &conditional_writers::ConditionalWriters,
    &deny_blocks_administration::DenyBlocksAdministration,
    &disabled_key_granted::DisabledKeyGranted,
    &external_account_access::ExternalAccountAccess,
    &external_grant::ExternalGrant,
    &foreign_administrator_only::ForeignAdministratorOnly,
    &guardrail_blocks_administration::GuardrailBlocksAdministration,
    &ineffective_statement::IneffectiveStatement,
    &key_store_unhealthy::KeyStoreUnhealthy,
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
    &public_key_access::PublicKeyAccess,
    &reshare_by_outsider::ReshareByOutsider,
    &root_user_only::RootUserOnly,
    &single_writer::SingleWriter,
    &stranded_key::StrandedKey,
    &unguarded_service_principal::UnguardedServicePrincipal,
    &wildcard_principal_with_weak_condition::WildcardPrincipalWithWeakCondition,
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
        let detail = format!("Not known: {why}.");
        Self { status: Status::Unknown, ..Self::fail(severity, "", detail) }.with("unread", why)
    }
}

/// What all checks have to say of a key: what they found, and what they could not tell.
#[must_use]
pub fn findings(scene: &Scene<'_>) -> Vec<Finding> {
    let of_check = |check: &&dyn Check| {
        let meta = check.meta();
        let open = meta.needs.iter().find_map(|need| scene.unread(*need));
        let open = open.map(|why| Found::unknown(meta.severity, &why));
        check.look(scene).into_iter().chain(open).map(|found| finding(meta, scene, found)).collect::<Vec<_>>()
    };
    ALL.iter().flat_map(of_check).collect()
}

fn finding(meta: &Meta, scene: &Scene<'_>, found: Found) -> Finding {
    Finding {
        id: finding_id(meta.id, Subject::Key(&scene.key.arn), &found.part),
        check: meta.id.to_owned(),
        severity: found.severity,
        status: found.status,
        account_id: scene.cell.account_id,
        region: Some(scene.cell.region.clone()),
        key_arn: Some(scene.key.arn.clone()),
        title: meta.title.to_owned(),
        detail: found.detail,
        remediation: meta.fix.to_owned(),
        evidence: found.evidence,
        frameworks: Vec::new(),
    }
}
