//! The key has almost as many grants as it can have.

use super::{Check, Found, Meta, Need, Scene, Topic};
use crate::assess::finding::Severity;

/// `grant-near-limit`
#[derive(Debug)]
pub(super) struct GrantNearLimit;

const META: Meta = Meta {
    id: "grant-near-limit",
    title: "The key has almost as many grants as KMS allows",
    finds: "Keys with more than four fifths of the 50,000 grants that one key can have where the quota was not raised.",
    matters: "At the limit no grant can be made any more: volumes do not attach, databases do not start. Many grants \
              are mostly grants that nobody retired.",
    fix: "Find who makes grants and does not retire them; retire them, or spread the load over several keys. AWS raises the \
          quota on request.",
    blind: "How fast grants are added.",
    topic: Topic::Availability,
    needs: &[Need::Grants],
    severity: Severity::Medium,
};

/// Source: AWS KMS Developer Guide, "Resource quotas". AWS raises it on request, and no API that we call tells.
const LIMIT: usize = 50_000;

impl Check for GrantNearLimit {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn look(&self, scene: &Scene<'_>) -> Vec<Found> {
        found(scene.key.grants.items.len()).into_iter().collect()
    }
}

fn found(grants: usize) -> Option<Found> {
    let severity = if grants >= LIMIT / 10 * 9 { Severity::Medium } else { Severity::Low };
    let detail = format!("The key has {grants} grants of {LIMIT}, the quota where AWS did not raise it.");
    let found = || Found::fail(severity, "", detail).with("grants", grants).with("limit", LIMIT);
    (grants > LIMIT / 10 * 8).then(found)
}

#[cfg(test)]
mod tests {
    use super::{Severity, found};

    #[test]
    fn four_fifths_and_nine_tenths_are_the_borders() {
        let severity = |grants| found(grants).and_then(|found| found.severity());
        assert_eq!(severity(40_000), None);
        assert_eq!(severity(40_001), Some(Severity::Low));
        assert_eq!(severity(44_999), Some(Severity::Low));
        assert_eq!(severity(45_000), Some(Severity::Medium));
    }
}
