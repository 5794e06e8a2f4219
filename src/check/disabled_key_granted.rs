//! The key is disabled, and grants wait for it.

use super::{Check, Found, Meta, Need, Scene, Topic, ways};
use crate::assess::finding::Severity;

/// `disabled-key-granted`
#[derive(Debug)]
pub(super) struct DisabledKeyGranted;

const META: Meta = Meta {
    id: "disabled-key-granted",
    title: "The key is disabled, and grants still depend on it",
    finds: "Disabled keys that have grants.",
    matters: "A grant is made by whoever means to use the key: a volume that will not attach, a database that will not \
              start. And when the key is enabled again, all grants come back with it.",
    fix: "Enable the key if it is needed. If not, revoke the grants first, then let it go.",
    blind: "Whether the resource that a grant was made for still exists.",
    topic: Topic::Lifecycle,
    needs: &[Need::Metadata, Need::Grants],
    severity: Severity::Low,
};

impl Check for DisabledKeyGranted {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn look(&self, scene: &Scene<'_>) -> Vec<Found> {
        let is_disabled = scene.key.metadata.known().is_some_and(|metadata| metadata.key_state == "Disabled");
        let grants = scene.key.grants.items.len();
        let detail = format!("The key is disabled and has {}.", ways::grants(grants));
        let found = Found::fail(Severity::Low, "", detail).with("grants", grants);
        (is_disabled && grants > 0).then_some(found).into_iter().collect()
    }
}
