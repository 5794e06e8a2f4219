//! Guardrails shut everybody out.

use super::{Check, Found, Meta, Need, Scene, Topic};
use crate::assess::{finding::Severity, lockout::LockoutReason};

/// `guardrail-blocks-administration`
#[derive(Debug)]
pub(super) struct GuardrailBlocksAdministration;

const META: Meta = Meta {
    id: "guardrail-blocks-administration",
    title: "A guardrail keeps everybody from changing the key policy",
    finds: "Keys that somebody could govern, were it not for service or resource control policies.",
    matters: "Nobody in the account can repair the key, and it takes an administrator of the organization to lift \
              the guardrail.",
    fix: "Give the guardrail an exception for an administrator who exists in the account.",
    blind: "Whether the guardrail is meant to last.",
    topic: Topic::Governance,
    needs: &[Need::Lockout],
    severity: Severity::High,
};

impl Check for GuardrailBlocksAdministration {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn look(&self, scene: &Scene<'_>) -> Vec<Found> {
        let is_so = scene.rests_on(LockoutReason::GuardrailBlocksAll);
        is_so.then(|| found(scene)).into_iter().collect()
    }
}

fn found(scene: &Scene<'_>) -> Found {
    let detail =
        "Somebody could call kms:PutKeyPolicy, were it not for a service or resource control policy.";
    let fix = scene.lockout.recovery.clone();
    Found::fail(META.severity, "", detail.to_owned()).with_fix(fix).with("lockout", scene.lockout)
}
