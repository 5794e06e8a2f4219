//! KMS could rotate the key by itself, and does not.

use super::{Check, Found, Meta, Missing, Need, Scene, Topic, lack::because};
use crate::{
    assess::{finding::Severity, rotation::Eligibility},
    snapshot::gap::Fact,
};

/// `rotation-disabled`
#[derive(Debug)]
pub(super) struct RotationDisabled;

const META: Meta = Meta {
    id: "rotation-disabled",
    title: "Automatic rotation of the key is off",
    finds: "Enabled keys that KMS can rotate by itself and that it does not rotate. Kinds of key that cannot rotate \
            automatically (asymmetric, HMAC, imported material, custom key stores) are left out; replicas follow \
            their primary, which is judged in their place where it was read and is enabled.",
    matters: "Rotation bounds how much data one key material protects, and auditors ask for it. It costs nothing in \
              operation: old material stays, and nothing must be encrypted again.",
    fix: "Turn rotation on (kms:EnableKeyRotation), of a multi-Region key on its primary.",
    blind: "Rotation by hand, by moving an alias to a new key.",
    topic: Topic::Rotation,
    needs: &[Need::Metadata],
    severity: Severity::Medium,
};

impl Check for RotationDisabled {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn look(&self, scene: &Scene<'_>) -> Vec<Found> {
        if scene.enabled().is_none_or(|metadata| metadata.origin != "AWS_KMS") {
            return Vec::new();
        }
        let found = match Eligibility::of(scene.key) {
            Eligibility::Automatic => of_rotation(scene),
            Eligibility::ViaPrimary if !scene.is_judged_by_primary() => of_rotation(scene),
            Eligibility::Unknown => {
                Some(Found::open(Missing::Kind, "whether a key of this kind can rotate is not known"))
            }
            Eligibility::ViaPrimary | Eligibility::OnDemandOnly | Eligibility::NotApplicable => None,
        };
        found.into_iter().collect()
    }
}

fn of_rotation(scene: &Scene<'_>) -> Option<Found> {
    match &scene.key.rotation {
        Fact::Unknown(gap) => Some(Found::open(Missing::Rotation, because("the rotation of the key", gap))),
        Fact::Known(None) => {
            Some(Found::open(Missing::Rotation, "KMS said nothing of the rotation of the key"))
        }
        Fact::Known(Some(status)) if status.enabled => None,
        Fact::Known(Some(_)) => {
            let last = scene.key.rotations.items.iter().filter_map(|rotation| rotation.rotation_date).max();
            let when = last.map_or_else(
                || "It was never rotated.".to_owned(),
                |last| format!("It was last rotated on {}.", last.strftime("%Y-%m-%d")),
            );
            let when = if scene.key.rotations.gap.is_some() { String::new() } else { format!(" {when}") };
            let detail = format!("KMS does not rotate the key.{when}");
            Some(Found::fail(META.severity, "", detail).with("last_rotation", last))
        }
    }
}
