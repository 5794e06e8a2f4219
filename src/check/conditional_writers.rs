//! Whoever can rewrite the key's policy can only under a condition.

use super::{Check, Found, Meta, Need, Scene, Topic};
use crate::assess::{finding::Severity, lockout::LockoutVerdict};

/// `conditional-writers`
#[derive(Debug)]
pub(super) struct ConditionalWriters;

const META: Meta = Meta {
    id: "conditional-writers",
    title: "The key policy can be changed under conditions only",
    finds: "Keys whose policy nobody can rewrite without a condition on network, MFA, tags, aliases or \
            time.",
    matters: "A VPC endpoint is deleted, a tag or an alias removed, a date passes, and the key can no longer be governed.",
    fix: "Add a statement without that condition, for the account or for an administrator who is used in an \
          emergency alone.",
    blind: "Whether the condition can be met today.",
    topic: Topic::Governance,
    needs: &[Need::Lockout],
    severity: Severity::Medium,
};

impl Check for ConditionalWriters {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn look(&self, scene: &Scene<'_>) -> Vec<Found> {
        let is_so = scene.lockout.verdict == LockoutVerdict::Conditional;
        is_so.then(|| Found::of_verdict(scene, META.severity)).into_iter().collect()
    }
}
