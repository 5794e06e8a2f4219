//! The key is on its way to deletion.

use jiff::Timestamp;

use super::{Check, Found, Meta, Need, Scene, Topic, ways};
use crate::{assess::finding::Severity, snapshot::key::KeyMetadata};

/// `pending-deletion`
#[derive(Debug)]
pub(super) struct PendingDeletion;

const META: Meta = Meta {
    id: "pending-deletion",
    title: "The key is scheduled for deletion",
    finds: "Keys that wait for their deletion, with the days that are left and the grants that depend on them.",
    matters: "A deleted key is gone for good, and with it everything that is encrypted under it. Nobody, AWS Support \
              included, can bring it back.",
    fix: "Make sure that nothing is encrypted under the key any more; if in doubt, cancel the deletion \
          (kms:CancelKeyDeletion) and disable the key instead.",
    blind: "What is encrypted under the key.",
    topic: Topic::Lifecycle,
    needs: &[Need::Metadata],
    severity: Severity::High,
};

/// The least waiting period that KMS accepts: from here on there is no time for second thoughts.
const SHORT: i64 = 7;

impl Check for PendingDeletion {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn look(&self, scene: &Scene<'_>) -> Vec<Found> {
        scene
            .key
            .metadata
            .known()
            .filter(|metadata| is_doomed(metadata))
            .map(|key| found(scene, key))
            .into_iter()
            .collect()
    }
}

/// Whether a key waits for its deletion.
pub(super) fn is_doomed(metadata: &KeyMetadata) -> bool {
    matches!(metadata.key_state.as_str(), "PendingDeletion" | "PendingReplicaDeletion")
}

fn found(scene: &Scene<'_>, metadata: &KeyMetadata) -> Found {
    let now = scene.snapshot.scan.taken_at;
    let left = metadata.deletion_date.map(|date| days(now, date));
    let when = match (left, metadata.pending_deletion_window_in_days) {
        (Some(left), _) => format!("The key will be deleted in {left} days"),
        (None, Some(days)) => format!("The key will be deleted {days} days after its last replica is gone"),
        (None, None) => "The key will be deleted".to_owned(),
    };
    let severity = if left.is_some_and(|left| left <= SHORT) { Severity::High } else { Severity::Medium };
    let grants = &scene.key.grants.items;
    let grantees: Vec<String> = grants
        .iter()
        .filter_map(|grant| {
            grant.grantee_principal.clone().or_else(|| grant.grantee_service_principal.clone())
        })
        .collect();
    let dependents = if grants.is_empty() {
        "No grant depends on it".to_owned()
    } else {
        format!(
            "{} to {} would be lost with it",
            ways::grants(grants.len()),
            ways::listed(unique(grantees), 3)
        )
    };
    Found::fail(severity, "", format!("{when}. {dependents}."))
        .with("days_left", left)
        .with("deletion_date", metadata.deletion_date)
        .with("grants", grants.len())
}

fn unique(mut all: Vec<String>) -> Vec<String> {
    all.sort_unstable();
    all.dedup();
    all
}

/// Whole days from one time to another, none where it has passed.
pub(super) fn days(from: Timestamp, to: Timestamp) -> i64 {
    (to.as_second() - from.as_second()).div_euclid(86_400).max(0)
}
