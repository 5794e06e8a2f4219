//! Nobody but the root user can rewrite the key's policy.

use super::{Check, Found, Meta, Need, Scene, Topic};
use crate::assess::{finding::Severity, lockout::LockoutVerdict};

/// `root-user-only`
#[derive(Debug)]
pub(super) struct RootUserOnly;

const META: Meta = Meta {
    id: "root-user-only",
    title: "Only the root user can change the key policy",
    finds: "Keys whose policy nobody but the account's root user can rewrite.",
    matters: "The root user of a member account is rarely at hand: often it has no password, and a service control \
              policy that is added tomorrow may bind it too.",
    fix: "Give kms:PutKeyPolicy on the key to a role of the account in IAM.",
    blind: "Whether anybody has the password and the MFA device of the root user.",
    topic: Topic::Governance,
    needs: &[Need::Lockout],
    severity: Severity::Medium,
};

impl Check for RootUserOnly {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn look(&self, scene: &Scene<'_>) -> Vec<Found> {
        let is_so = scene.lockout.verdict == LockoutVerdict::RootOnly;
        is_so.then(|| Found::of_verdict(scene, META.severity)).into_iter().collect()
    }
}
