//! What is worth a finding: one check a file, each a pure function of one key's [`Scene`]. This page holds what a
//! check is and the list of all; the scene tells what a check may see, the scale how bad a thing is.
//! What they find goes to `assess`, which puts it in order.

mod closed_or_unknown_account_trusted;
mod external_account_access;
mod external_grant;
mod ineffective_statement;
mod organization_wide_access;
mod orphaned_principal;
mod public_key_access;
mod reshare_by_outsider;
mod scale;
mod scene;
mod unguarded_service_principal;
mod ways;
mod wildcard_principal_with_weak_condition;

use std::{collections::BTreeMap, fmt};

use serde_json::Value;

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

    /// What it finds in a scene. Facts that it needs and that were not read are the framework's business.
    fn look(&self, scene: &Scene<'_>) -> Vec<Found>;
}

/// Every check, by id.
pub const ALL: [&dyn Check; 10] = [
    &closed_or_unknown_account_trusted::ClosedOrUnknownAccountTrusted,
    &external_account_access::ExternalAccountAccess,
    &external_grant::ExternalGrant,
    &ineffective_statement::IneffectiveStatement,
    &organization_wide_access::OrganizationWideAccess,
    &orphaned_principal::OrphanedPrincipal,
    &public_key_access::PublicKeyAccess,
    &reshare_by_outsider::ReshareByOutsider,
    &unguarded_service_principal::UnguardedServicePrincipal,
    &wildcard_principal_with_weak_condition::WildcardPrincipalWithWeakCondition,
];

/// What a check found in a key.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// How bad it is.
    pub severity: Severity,
    /// The part of the key that is meant: a Sid, a grant's id, a principal; empty where the whole is meant.
    pub part: String,
    /// What was found, in a few sentences.
    pub detail: String,
    /// The facts it rests on.
    pub evidence: BTreeMap<String, Value>,
}

/// What all checks have to say of a key: what they found, and what they could not tell.
#[must_use]
pub fn findings(scene: &Scene<'_>) -> Vec<Finding> {
    let of_check = |check: &&dyn Check| {
        let meta = check.meta();
        let found = check.look(scene).into_iter().map(|found| finding(meta, scene, Status::Fail, found));
        let open = meta.needs.iter().find_map(|need| scene.unread(*need));
        let open = open.map(|why| finding(meta, scene, Status::Unknown, unknown(meta, &why)));
        found.chain(open).collect::<Vec<_>>()
    };
    ALL.iter().flat_map(of_check).collect()
}

/// A missing fact is no pass.
fn unknown(meta: &Meta, why: &str) -> Found {
    Found {
        severity: meta.severity,
        part: String::new(),
        detail: format!("Not known: {why}."),
        evidence: BTreeMap::from([("unread".to_owned(), why.into())]),
    }
}

fn finding(meta: &Meta, scene: &Scene<'_>, status: Status, found: Found) -> Finding {
    Finding {
        id: finding_id(meta.id, Subject::Key(&scene.key.arn), &found.part),
        check: meta.id.to_owned(),
        severity: found.severity,
        status,
        account_id: scene.account,
        region: Some(scene.region.clone()),
        key_arn: Some(scene.key.arn.clone()),
        title: meta.title.to_owned(),
        detail: found.detail,
        remediation: meta.fix.to_owned(),
        evidence: found.evidence,
        frameworks: Vec::new(),
    }
}
