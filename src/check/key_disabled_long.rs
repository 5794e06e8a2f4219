//! The key is disabled, and nothing speaks of it being in use since.

use jiff::Timestamp;

use super::{Check, Found, Meta, Missing, Need, Scene, Topic, lack::because, pending_deletion::days};
use crate::{
    assess::{finding::Severity, rotation::Eligibility},
    snapshot::gap::Fact,
};

/// `key-disabled-long`
#[derive(Debug)]
pub(super) struct KeyDisabledLong;

const META: Meta = Meta {
    id: "key-disabled-long",
    title: "The key is disabled and has shown no sign of life for long",
    finds: "Disabled keys whose creation, last rotation and, where the scan asked, last use all lie more than \
            disabled_key_days back, 90 by default.",
    matters: "A disabled key costs what an enabled one costs, and whoever may enable it opens everything that was \
              encrypted under it.",
    fix: "Decide: enable the key, or, when nothing is encrypted under it any more, schedule its deletion.",
    blind: "When the key was disabled: KMS does not tell, CloudTrail does (DisableKey). It may have been yesterday.",
    topic: Topic::Lifecycle,
    needs: &[Need::Metadata],
    severity: Severity::Low,
};

impl Check for KeyDisabledLong {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn look(&self, scene: &Scene<'_>) -> Vec<Found> {
        let is_disabled = scene.metadata().is_some_and(|metadata| metadata.key_state == "Disabled");
        if is_disabled { disabled(scene).into_iter().collect() } else { Vec::new() }
    }
}

fn disabled(scene: &Scene<'_>) -> Option<Found> {
    let Some((last, sign)) = signs(scene).into_iter().max() else {
        return Some(Found::open(Missing::Creation, "KMS did not tell when the key was created"));
    };
    let ago = days(last, scene.snapshot.scan.taken_at);
    if ago <= i64::from(scene.settings.thresholds.disabled_key_days) {
        return None;
    }
    let usage_gap = scene.key.last_usage.as_ref().and_then(Fact::gap);
    if let Some(gap) = usage_gap {
        return Some(Found::open(Missing::LastUse, because("the last use of the key", gap)));
    }
    if let Some(gap) = &scene.key.rotations.gap {
        return Some(Found::open(Missing::Rotations, because("the rotations of the key", gap)));
    }
    let asked = if scene.key.last_usage.is_some() { "" } else { " The scan did not ask for its last use." };
    let detail = format!(
        "The key is disabled. Its last sign of life is its {sign}, {ago} days before the scan; it was disabled some \
         time after that.{asked}"
    );
    Some(Found::fail(META.severity, "", detail).with("last_sign", sign).with("at", last))
}

/// What shows that the key was enabled: a disabled one is neither used nor rotated.
fn signs(scene: &Scene<'_>) -> Vec<(Timestamp, &'static str)> {
    let created = scene.metadata().and_then(|metadata| metadata.creation_date);
    // A replica gets new material with its primary, be it disabled or not.
    let rotates = Eligibility::of(scene.key) != Eligibility::ViaPrimary;
    let rotated = scene.key.rotations.items.iter().filter_map(|rotation| rotation.rotation_date).max();
    let rotated = rotated.filter(|_| rotates);
    let used = scene.key.last_usage.as_ref().and_then(Fact::known).and_then(|usage| usage.used_at);
    let all = [(created, "creation"), (rotated, "last rotation"), (used, "last use")];
    all.into_iter().filter_map(|(at, sign)| Some((at?, sign))).collect()
}
