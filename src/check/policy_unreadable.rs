//! The key policy cannot be read, or makes no sense.

use keyreach_policy::Policy;

use super::{Check, Found, Meta, Scene, scene::because};
use crate::{
    assess::finding::Severity,
    snapshot::gap::{Fact, Gap, GapKind},
};

/// `policy-unreadable`
#[derive(Debug)]
pub(super) struct PolicyUnreadable;

const META: Meta = Meta {
    id: "policy-unreadable",
    title: "The key policy keeps auditors out or cannot be understood",
    finds: "Keys that refuse kms:GetKeyPolicy while other keys of the same account and Region answer it, so that the \
            key's own policy must be the cause; and policies that are no policy document. A policy that was not read \
            for another reason is unknown.",
    matters: "Nobody can say who reaches a key whose policy nobody can read. An attacker who takes a key over shuts \
              out the auditors first.",
    fix: "Let the key policy allow kms:GetKeyPolicy and kms:ListGrants to the auditor's role, or hand the key to its \
          account, so that IAM can.",
    blind: "Who wrote the policy, and what it says.",
    needs: &[],
    severity: Severity::Medium,
};

impl Check for PolicyUnreadable {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn look(&self, scene: &Scene<'_>) -> Vec<Found> {
        let found = match &scene.key.policy {
            Fact::Unknown(gap) if is_the_keys_own(scene, gap) => Some(refused(gap)),
            Fact::Unknown(gap) => Some(Found::unknown(META.severity, &because("the key policy", gap))),
            Fact::Known(text) => Policy::parse(text).err().map(|error| senseless(&error.to_string())),
        };
        found.into_iter().collect()
    }
}

/// Where the same role reads the policies of other keys, it is not the role that lacks the permission.
fn is_the_keys_own(scene: &Scene<'_>, gap: &Gap) -> bool {
    gap.kind == GapKind::Denied && scene.cell.keys.iter().any(|key| key.policy.known().is_some())
}

fn refused(gap: &Gap) -> Found {
    let detail = "The key refuses to show its policy, and other keys of the account and Region do not.";
    Found::fail(META.severity, "", detail.to_owned()).with("gap", gap)
}

fn senseless(why: &str) -> Found {
    Found::fail(META.severity, "", format!("The key policy is no policy document: {why}."))
}
