//! One principal alone can rewrite the key's policy.

use super::{Check, Found, Meta, Need, Scene, Topic};
use crate::assess::{finding::Severity, lockout::LockoutReason};

/// `single-writer`
#[derive(Debug)]
pub(super) struct SingleWriter;

const META: Meta = Meta {
    id: "single-writer",
    title: "Only one principal can change the key policy",
    finds: "Keys whose policy exactly one principal can rewrite without further conditions.",
    matters: "When that one is deleted, even by mistake, the key can no longer be governed; one created again under \
              its name does not get the right back.",
    fix: "Let the policy allow kms:* to the account, or name a second administrator.",
    blind: "Principals that are about to be deleted.",
    topic: Topic::Governance,
    needs: &[Need::Lockout],
    severity: Severity::Medium,
};

impl Check for SingleWriter {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn look(&self, scene: &Scene<'_>) -> Vec<Found> {
        let is_so = scene.rests_on(LockoutReason::SingleWriter);
        is_so.then(|| Found::of_verdict(scene, META.severity)).into_iter().collect()
    }
}
