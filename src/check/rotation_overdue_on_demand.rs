//! Imported material that its owner has not replaced for long.

use super::{Check, Found, Meta, Missing, Need, Scene, Topic, lack::because, pending_deletion::days};
use crate::{
    assess::{finding::Severity, rotation::Eligibility},
    snapshot::key::KeyMetadata,
};

/// `rotation-overdue-on-demand`
#[derive(Debug)]
pub(super) struct RotationOverdueOnDemand;

const META: Meta = Meta {
    id: "rotation-overdue-on-demand",
    title: "Imported key material has not been rotated for long",
    finds: "Enabled symmetric keys with imported material that nobody rotated on demand within \
            on_demand_rotation_days, 365 by default. A key that was never rotated counts from its creation.",
    matters: "KMS does not rotate what it did not make. Whoever imports material must remember to replace it.",
    fix: "Import new material (kms:ImportKeyMaterial with ImportType NEW_KEY_MATERIAL), of a multi-Region key into the \
          primary and then into every replica, and rotate to it on the primary (kms:RotateKeyOnDemand). All material \
          before it must stay available.",
    blind: "Rotation by hand, by moving an alias to a new key. How old the material was when it was imported.",
    topic: Topic::Rotation,
    needs: &[Need::Metadata],
    severity: Severity::Low,
};

impl Check for RotationOverdueOnDemand {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn look(&self, scene: &Scene<'_>) -> Vec<Found> {
        let is_eligible = match Eligibility::of(scene.key) {
            Eligibility::OnDemandOnly => true,
            Eligibility::ViaPrimary => !scene.is_judged_by_primary(),
            _ => false,
        };
        let metadata = scene.enabled().filter(|metadata| is_eligible && metadata.origin == "EXTERNAL");
        metadata.and_then(|metadata| overdue(scene, metadata)).into_iter().collect()
    }
}

fn overdue(scene: &Scene<'_>, metadata: &KeyMetadata) -> Option<Found> {
    let rotations = &scene.key.rotations;
    let rotated = rotations.items.iter().filter_map(|rotation| rotation.rotation_date).max();
    let Some(since) = rotated.or(metadata.creation_date) else {
        return Some(Found::open(Missing::Creation, "KMS did not tell when the key was created"));
    };
    let age = days(since, scene.snapshot.scan.taken_at);
    if age <= i64::from(scene.settings.thresholds.on_demand_rotation_days) {
        return None;
    }
    if let Some(gap) = &rotations.gap {
        return Some(Found::open(Missing::Rotations, because("the rotations of the key", gap)));
    }
    let what = if rotated.is_some() { "last rotated" } else { "created, and never rotated," };
    let detail = format!("The key was {what} {age} days before the scan.");
    Some(Found::fail(META.severity, "", detail).with("since", since).with("days", age))
}
