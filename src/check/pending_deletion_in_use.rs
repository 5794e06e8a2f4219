//! The key is on its way to deletion, and somebody uses it.

use super::{
    Check, Found, Meta, Missing, Need, Scene, Topic,
    key_unused::NOT_ASKED,
    lack::because,
    pending_deletion::{days, is_doomed},
};
use crate::{
    assess::finding::Severity,
    snapshot::{gap::Fact, key::LastUsage},
};

/// `pending-deletion-in-use`
#[derive(Debug)]
pub(super) struct PendingDeletionInUse;

const META: Meta = Meta {
    id: "pending-deletion-in-use",
    title: "The key is scheduled for deletion and was used lately",
    finds: "Keys that wait for their deletion and whose last use is not long ago. It needs --last-usage.",
    matters: "What used the key yesterday will fail tomorrow, and what it wrote will be unreadable.",
    fix: "Cancel the deletion (kms:CancelKeyDeletion), find out in CloudTrail who uses the key, and move that to \
          another key first.",
    blind: "Use that KMS does not see: public keys used outside, data keys that are kept, volumes that are attached. \
            Use before KMS began to keep track of it.",
    topic: Topic::Lifecycle,
    needs: &[Need::Metadata],
    severity: Severity::Critical,
};

impl Check for PendingDeletionInUse {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn look(&self, scene: &Scene<'_>) -> Vec<Found> {
        if !scene.key.metadata.known().is_some_and(is_doomed) {
            return Vec::new();
        }
        let found = match &scene.key.last_usage {
            None => Some(Found::open(Missing::LastUseNotAsked, NOT_ASKED)),
            Some(Fact::Unknown(gap)) => {
                Some(Found::open(Missing::LastUse, because("the last use of the key", gap)))
            }
            Some(Fact::Known(usage)) => used(scene, usage),
        };
        found.into_iter().collect()
    }
}

fn used(scene: &Scene<'_>, usage: &LastUsage) -> Option<Found> {
    let (now, recent) = (scene.snapshot.scan.taken_at, i64::from(scene.settings.thresholds.recent_use_days));
    if let Some(at) = usage.used_at {
        let ago = days(at, now);
        let operation = usage.operation.as_deref().unwrap_or("an operation");
        return (ago <= recent).then(|| {
            Found::fail(
                META.severity,
                "",
                format!("The key was last used {ago} days before the scan, for {operation}."),
            )
            .with("last_used", at)
            .with("operation", operation)
        });
    }
    // Not used since tracking began says nothing of the time before.
    let tracked = usage.tracking_start_date.map(|since| days(since, now));
    let is_covered = tracked.is_some_and(|tracked| tracked >= recent);
    (!is_covered)
        .then(|| Found::open(Missing::LastUse, "KMS has not kept track of the key's use for long enough"))
}
