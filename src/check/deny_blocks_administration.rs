//! A Deny statement shuts everybody out.

use super::{Check, Found, Meta, Need, Scene, Topic};
use crate::assess::{finding::Severity, lockout::LockoutReason};

/// `deny-blocks-administration`
#[derive(Debug)]
pub(super) struct DenyBlocksAdministration;

const META: Meta = Meta {
    id: "deny-blocks-administration",
    title: "A Deny statement keeps everybody from changing the key policy",
    finds: "Keys that somebody could govern, were it not for Deny statements of the key policy itself.",
    matters: "A Deny binds the root user as well, and cannot be lifted by anybody whom it binds.",
    fix: "Open a case with AWS Support; then give the Deny an exception for an administrator who exists.",
    blind: "Whom the exception was meant for.",
    topic: Topic::Governance,
    needs: &[Need::Lockout],
    severity: Severity::High,
};

impl Check for DenyBlocksAdministration {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn look(&self, scene: &Scene<'_>) -> Vec<Found> {
        let is_so = scene.rests_on(LockoutReason::DenyBlocksAll);
        is_so.then(|| found(scene)).into_iter().collect()
    }
}

fn found(scene: &Scene<'_>) -> Found {
    let detail = "Somebody could call kms:PutKeyPolicy, were it not for a Deny statement of the key policy.";
    let fix = scene.lockout.recovery.clone();
    Found::fail(META.severity, "", detail.to_owned()).with_fix(fix).with("lockout", scene.lockout)
}
