//! Nobody uses the key.

use super::{Check, Found, Meta, Missing, Need, Scene, Topic, lack::because, pending_deletion::days, ways};
use crate::{
    assess::finding::Severity,
    snapshot::{
        gap::Fact,
        key::{KeyMetadata, LastUsage},
    },
};

/// `key-unused`
#[derive(Debug)]
pub(super) struct KeyUnused;

const META: Meta = Meta {
    id: "key-unused",
    title: "Nobody has used the key for long",
    finds: "Enabled keys without a cryptographic operation within unused_key_days, 180 by default; of a multi-Region \
            key it is info, for a Region that stands by is not used until it is needed. It needs --last-usage: without \
            it the coverage of the report says that nobody asked. Where KMS has not kept track of a key for long \
            enough, the answer is unknown.",
    matters: "A key that nobody needs still costs money, can still be misused, and hides the keys that matter.",
    fix: "Find out what the key was for, and what its grants are for. Disable it first and wait; schedule its deletion \
          only when nothing is encrypted under it any more.",
    blind: "Data that is encrypted under the key and that nobody reads: backups, archives, volumes that stay attached. \
            Public keys used outside of KMS, data keys that are kept. Use before KMS began to keep track of it.",
    topic: Topic::Lifecycle,
    needs: &[Need::Metadata],
    severity: Severity::Low,
};

/// Why a check that asks for the last use cannot tell where nobody asked.
pub(super) const NOT_ASKED: &str = "the scan did not ask when the key was last used (--last-usage)";

impl Check for KeyUnused {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn look(&self, scene: &Scene<'_>) -> Vec<Found> {
        let Some(metadata) = scene.enabled() else { return Vec::new() };
        let found = match &scene.key.last_usage {
            None => Some(Found::open(Missing::LastUseNotAsked, NOT_ASKED)),
            Some(Fact::Unknown(gap)) => {
                Some(Found::open(Missing::LastUse, because("the last use of the key", gap)))
            }
            Some(Fact::Known(usage)) => unused(scene, metadata, usage),
        };
        found.into_iter().collect()
    }
}

fn unused(scene: &Scene<'_>, metadata: &KeyMetadata, usage: &LastUsage) -> Option<Found> {
    let (now, most) = (scene.snapshot.scan.taken_at, i64::from(scene.settings.thresholds.unused_key_days));
    if let Some(at) = usage.used_at {
        let ago = days(at, now);
        let detail = format!("The key was last used {ago} days before the scan.");
        return (ago > most).then(|| idle(scene, &detail).with("last_used", at));
    }
    if metadata.creation_date.is_some_and(|created| days(created, now) <= most) {
        return None;
    }
    // Not used since tracking began says nothing of the time before.
    let tracked = usage.tracking_start_date.map(|since| days(since, now));
    match tracked.filter(|tracked| *tracked > most) {
        Some(tracked) => {
            let detail = format!("The key was not used in the {tracked} days that KMS has kept track of it.");
            Some(idle(scene, &detail).with("tracked_since", usage.tracking_start_date))
        }
        None => {
            Some(Found::open(Missing::LastUse, "KMS has not kept track of the key's use for long enough"))
        }
    }
}

/// Use is kept track of by Region, and a grant may stand for something that asked KMS once and still holds the answer.
fn idle(scene: &Scene<'_>, detail: &str) -> Found {
    let is_one_of_many = scene.metadata().is_some_and(|metadata| metadata.multi_region.is_some());
    let severity = if is_one_of_many { Severity::Info } else { META.severity };
    let of_region = if is_one_of_many { " Its use in other Regions stands with its other keys." } else { "" };
    let grants = scene.key.grants.items.len();
    let held = if grants == 0 { String::new() } else { format!(" It has {}.", ways::grants(grants)) };
    Found::fail(severity, "", format!("{detail}{of_region}{held}")).with("grants", grants)
}
