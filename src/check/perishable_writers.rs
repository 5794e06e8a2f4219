//! Only perishable roles can rewrite the key's policy.

use super::{Check, Found, Meta, Need, Scene, Topic};
use crate::assess::{finding::Severity, lockout::LockoutReason};

/// `perishable-writers`
#[derive(Debug)]
pub(super) struct PerishableWriters;

const META: Meta = Meta {
    id: "perishable-writers",
    title: "All who can change the key policy may be gone tomorrow",
    finds: "Keys whose policy only roles of one perishable sort can rewrite: roles that Identity Center makes for \
            permission sets, roles that only services or web identities assume, roles that nobody has used for \
            long.",
    matters: "Identity Center replaces a role when its last assignment is removed and made again; pipelines take \
              their roles along; unused roles are tidied away. Each leaves a key without a governor.",
    fix: "Let the policy allow kms:* to the account, or name a role that is meant to last.",
    blind: "How long a role will last.",
    topic: Topic::Governance,
    needs: &[Need::Lockout],
    severity: Severity::Medium,
};

impl Check for PerishableWriters {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn look(&self, scene: &Scene<'_>) -> Vec<Found> {
        const SORTS: [(LockoutReason, &str); 3] = [
            (LockoutReason::IdentityCenterOnly, "roles of Identity Center"),
            (LockoutReason::PipelineOnly, "roles of pipelines"),
            (LockoutReason::IdleOnly, "roles that nobody has used for long"),
        ];
        let sorts: Vec<&str> =
            SORTS.iter().filter(|(reason, _)| scene.rests_on(*reason)).map(|(_, name)| *name).collect();
        if sorts.is_empty() {
            return Vec::new();
        }
        let detail = format!("Only {}. {}", sorts.join(" that are also "), scene.lockout.recovery);
        vec![Found::fail(META.severity, "", detail).with("lockout", scene.lockout)]
    }
}
