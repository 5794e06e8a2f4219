//! Nobody can use the key for what it is for.

use super::{Check, Found, Meta, Need, Scene, Topic};
use crate::assess::finding::Severity;

/// `stranded-key`
#[derive(Debug)]
pub(super) struct StrandedKey;

const META: Meta = Meta {
    id: "stranded-key",
    title: "Nobody can use the key any more",
    finds: "Keys with which no principal, service or grantee can decrypt, sign, or do what else the key is for.",
    matters: "What was encrypted under the key cannot be read.",
    fix: "Let whoever governs the key allow its use again; if the data is not needed, let the key go.",
    blind: "Whether anything is encrypted under the key.",
    topic: Topic::Governance,
    needs: &[Need::Use],
    severity: Severity::High,
};

impl Check for StrandedKey {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn look(&self, scene: &Scene<'_>) -> Vec<Found> {
        let detail =
            "No principal of the account, nobody outside, no service and no grantee can use the key.";
        let found = Found::fail(META.severity, "", detail.to_owned());
        (scene.usable == Some(false)).then_some(found).into_iter().collect()
    }
}
