//! Only other accounts are named to govern the key.

use super::{Check, Found, Meta, Need, Scene, Topic};
use crate::assess::{finding::Severity, lockout::LockoutReason};

/// `foreign-administrator-only`
#[derive(Debug)]
pub(super) struct ForeignAdministratorOnly;

const META: Meta = Meta {
    id: "foreign-administrator-only",
    title: "The key policy names administrators of other accounts only",
    finds: "Key policies whose only administrators stand in other accounts.",
    matters: "kms:PutKeyPolicy cannot be called from another account: the statement has no effect, and nobody \
              governs the key.",
    fix: "Open a case with AWS Support from the key's own account; then let the policy allow kms:* to that account.",
    blind: "What the other account was meant to do.",
    topic: Topic::Governance,
    needs: &[Need::Lockout],
    severity: Severity::High,
};

impl Check for ForeignAdministratorOnly {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn look(&self, scene: &Scene<'_>) -> Vec<Found> {
        let is_so = scene.rests_on(LockoutReason::ExternalWriterOnly);
        is_so.then(|| Found::of_verdict(scene, META.severity)).into_iter().collect()
    }
}
