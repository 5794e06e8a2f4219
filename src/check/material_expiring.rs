//! Imported key material is gone, or will be soon.

use jiff::Timestamp;

use super::{Check, Found, Meta, Missing, Need, Scene, Topic, lack::because, pending_deletion::days};
use crate::{
    assess::finding::Severity,
    snapshot::key::{KeyMetadata, Rotation},
};

/// `material-expiring`
#[derive(Debug)]
pub(super) struct MaterialExpiring;

const META: Meta = Meta {
    id: "material-expiring",
    title: "Imported key material is missing or expires soon",
    finds: "Keys whose imported material is not there, has expired or expires soon; of keys with several materials, \
            each one.",
    matters: "When material expires KMS deletes it at once, and the key cannot be used until the very same material \
              is imported again. Of several materials all must be there.",
    fix: "Import the same material again (kms:ImportKeyMaterial), with a later expiry or none, before it expires; \
          keep the material itself where its owner finds it.",
    blind: "Whether anybody still has the material.",
    topic: Topic::Availability,
    needs: &[Need::Metadata],
    severity: Severity::High,
};

/// From here on it is urgent.
const SOON: i64 = 7;

impl Check for MaterialExpiring {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn look(&self, scene: &Scene<'_>) -> Vec<Found> {
        let Some(metadata) = scene.key.metadata.known().filter(|metadata| metadata.origin == "EXTERNAL")
        else {
            return Vec::new();
        };
        let rotations = &scene.key.rotations;
        let mut found: Vec<Found> =
            rotations.items.iter().filter_map(|material| of_material(scene, material)).collect();
        if found.is_empty() {
            found.extend(of_key(scene, metadata));
        }
        let gap = rotations
            .gap
            .as_ref()
            .map(|gap| Found::open(Missing::Rotations, because("the key materials", gap)));
        found.extend(gap);
        found
    }
}

fn of_key(scene: &Scene<'_>, metadata: &KeyMetadata) -> Option<Found> {
    if metadata.key_state == "PendingImport" {
        let detail = "The key has no material: it was never imported, was deleted, or has expired.";
        return Some(Found::fail(Severity::High, "", detail.to_owned()));
    }
    expiry(scene, "", "The key's material", metadata.valid_to?)
}

fn of_material(scene: &Scene<'_>, material: &Rotation) -> Option<Found> {
    let id = material.key_material_id.as_deref().unwrap_or_default();
    let name = format!("Key material {id}");
    // Material of the next rotation is no part of the key yet.
    let is_awaited = material.key_material_state.as_deref().is_some_and(|state| state.starts_with("PENDING"));
    if material.import_state.as_deref() == Some("PENDING_IMPORT") && !is_awaited {
        let detail = format!("{name} is missing: without it the key cannot be used.");
        return Some(Found::fail(Severity::High, id, detail));
    }
    expiry(scene, id, &name, material.valid_to?)
}

fn expiry(scene: &Scene<'_>, part: &str, name: &str, valid_to: Timestamp) -> Option<Found> {
    let now = scene.snapshot.scan.taken_at;
    let left = days(now, valid_to);
    let (severity, detail) = if valid_to <= now {
        (Severity::High, format!("{name} has expired."))
    } else if left <= SOON {
        (Severity::High, format!("{name} expires in {left} days."))
    } else if left <= i64::from(scene.settings.thresholds.expiring_material_days) {
        (Severity::Medium, format!("{name} expires in {left} days."))
    } else {
        return None;
    };
    Some(Found::fail(severity, part, detail).with("valid_to", valid_to).with("days_left", left))
}
