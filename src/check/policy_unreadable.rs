//! The key policy cannot be read, or makes no sense.

use keyreach_policy::Policy;

use super::{Check, Found, Meta, Missing, Scene, Topic, lack::because};
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
    finds: "Keys that refuse kms:GetKeyPolicy and whose own policy is the cause: AWS's message says so, or says \
            nothing while other keys of the same account and Region answer; and policies that are no policy document. \
            A policy that was not read for another reason is a fact unread.",
    matters: "Nobody can say who reaches a key whose policy nobody can read. An attacker who takes a key over shuts \
              out the auditors first.",
    fix: "Let the key policy allow kms:GetKeyPolicy and kms:ListGrants to the auditor's role, or hand the key to its \
          account, so that IAM can.",
    blind: "Who wrote the policy, and what it says.",
    topic: Topic::Hygiene,
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
            Fact::Unknown(gap) => Some(Found::open(Missing::Policies, because("a policy of the key", gap))),
            Fact::Known(text) => Policy::parse(text).err().map(|error| senseless(&error.to_string())),
        };
        found.into_iter().collect()
    }
}

/// What AWS's messages call the policies that are not the key's.
/// Source: IAM User Guide, "Troubleshoot access denied error messages".
const OTHERS: [&str; 5] = [
    "identity-based policy",
    "service control policy",
    "resource control policy",
    "permissions boundary",
    "session policy",
];

/// Where no message tells, and the same role reads the policies of other keys, it is not the role that lacks the
/// permission.
fn is_the_keys_own(scene: &Scene<'_>, gap: &Gap) -> bool {
    let says = |words: &str| gap.message.contains(words);
    let others_answer = || scene.cell.keys.iter().any(|key| key.policy.known().is_some());
    gap.kind == GapKind::Denied
        && !OTHERS.iter().any(|words| says(words))
        && (says("resource-based policy") || others_answer())
}

fn refused(gap: &Gap) -> Found {
    let detail = "The key refuses to show its policy, and its own policy is the cause.";
    Found::fail(META.severity, "", detail.to_owned()).with("gap", gap)
}

fn senseless(why: &str) -> Found {
    Found::fail(META.severity, "", format!("The key policy is no policy document: {why}."))
}
