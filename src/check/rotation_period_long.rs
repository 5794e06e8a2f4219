//! The key rotates, and seldom.

use super::{Check, Found, Meta, Missing, Need, Scene, Topic, lack::because};
use crate::{
    assess::{finding::Severity, rotation::Eligibility},
    snapshot::gap::Fact,
};

/// `rotation-period-long`
#[derive(Debug)]
pub(super) struct RotationPeriodLong;

const META: Meta = Meta {
    id: "rotation-period-long",
    title: "The key rotates more seldom than the settings ask",
    finds: "Keys with automatic rotation whose period is longer than rotation_period_days, 365 by default. Replicas \
            follow their primary, which is judged in their place where it was read and is enabled.",
    matters: "Benchmarks that ask whether rotation is on pass a period of seven years, while most policies mean one.",
    fix: "Turn rotation on again with a shorter period (kms:EnableKeyRotation with RotationPeriodInDays). It counts \
          from that day.",
    blind: "Rotations on demand between the automatic ones.",
    topic: Topic::Rotation,
    needs: &[Need::Metadata],
    severity: Severity::Low,
};

impl Check for RotationPeriodLong {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn look(&self, scene: &Scene<'_>) -> Vec<Found> {
        let is_eligible = match Eligibility::of(scene.key) {
            Eligibility::Automatic => true,
            Eligibility::ViaPrimary => !scene.is_judged_by_primary(),
            _ => false,
        };
        let is_eligible = is_eligible && scene.enabled().is_some_and(|metadata| metadata.origin == "AWS_KMS");
        let status = match &scene.key.rotation {
            _ if !is_eligible => None,
            Fact::Unknown(gap) => {
                return vec![Found::open(Missing::Rotation, because("the rotation of the key", gap))];
            }
            Fact::Known(status) => status.as_ref().filter(|status| status.enabled),
        };
        let found = status.and_then(|status| match status.period_in_days {
            None => Some(Found::open(Missing::Rotation, "KMS did not tell the period of rotation")),
            Some(days) => of_period(scene, days),
        });
        found.into_iter().collect()
    }
}

fn of_period(scene: &Scene<'_>, days: i32) -> Option<Found> {
    let most = scene.settings.thresholds.rotation_period_days;
    let is_long = i64::from(days) > i64::from(most);
    let detail = format!("The key rotates every {days} days; the settings ask for {most}.");
    is_long.then(|| Found::fail(META.severity, "", detail).with("period_days", days).with("most", most))
}
