//! Grants that were made long ago.

use super::{Check, Found, Meta, Missing, Need, Scene, Topic, holders, pending_deletion::days};
use crate::{assess::finding::Severity, snapshot::grant::Grant};

/// `grant-old`
#[derive(Debug)]
pub(super) struct GrantOld;

const META: Meta = Meta {
    id: "grant-old",
    title: "Grants on the key are old",
    finds: "Grants to others than AWS services that were made more than old_grant_days ago, 365 by default.",
    matters: "Grants are meant to be made for a task and retired after it. Those that stay are access that no policy \
              shows and that outlives rotated credentials.",
    fix: "Ask the issuer whether the grant is still needed; if not, retire or revoke it. Give lasting access in the \
          key policy instead, where it can be seen.",
    blind: "Whether the grant is still used.",
    topic: Topic::StaleAccess,
    needs: &[Need::Grants],
    severity: Severity::Low,
};

impl Check for GrantOld {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn look(&self, scene: &Scene<'_>) -> Vec<Found> {
        let (now, most) = (scene.snapshot.scan.taken_at, scene.settings.thresholds.old_grant_days);
        let is_old =
            |grant: &&Grant| grant.creation_date.is_some_and(|made| days(made, now) > i64::from(most));
        let old: Vec<&Grant> = holders::of_people(scene).filter(is_old).collect();
        let found = holders::found(META.severity, &old, &format!("more than {most} days old"));
        let is_undated = holders::of_people(scene).any(|grant| grant.creation_date.is_none());
        let undated = is_undated
            .then(|| Found::open(Missing::GrantDates, "KMS did not tell when some grants were made"));
        found.into_iter().chain(undated).collect()
    }
}
