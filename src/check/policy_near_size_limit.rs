//! The key policy is almost as long as it can be.

use super::{Check, Found, Meta, Need, Scene, Topic};
use crate::{assess::finding::Severity, snapshot::gap::Fact};

/// `policy-near-size-limit`
#[derive(Debug)]
pub(super) struct PolicyNearSizeLimit;

const META: Meta = Meta {
    id: "policy-near-size-limit",
    title: "The key policy is almost as long as KMS allows",
    finds: "Key policies longer than nine tenths of the 32,768 bytes that KMS accepts.",
    matters: "The next statement will not fit, perhaps the one that a repair needs. And nobody can judge by eye what so \
              long a policy allows.",
    fix: "Give access for single tasks as grants, and take out what nobody needs. Where principals of one sort are put \
          under a condition instead, such as aws:PrincipalOrgPaths or a pattern on aws:PrincipalArn, keep \
          aws:PrincipalAccount or aws:PrincipalOrgID as a fixed value beside it: a pattern alone lets in whoever \
          bears the name elsewhere.",
    blind: "White space that the text would be shorter without.",
    topic: Topic::Hygiene,
    needs: &[Need::Policies],
    severity: Severity::Low,
};

/// Source: AWS KMS Developer Guide, "Resource quotas". It cannot be raised.
const LIMIT: usize = 32_768;

impl Check for PolicyNearSizeLimit {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn look(&self, scene: &Scene<'_>) -> Vec<Found> {
        let Fact::Known(text) = &scene.key.policy else { return Vec::new() };
        let bytes = text.len();
        let detail = format!("The key policy is {bytes} bytes long; KMS accepts {LIMIT}.");
        let found = || Found::fail(META.severity, "", detail).with("bytes", bytes).with("limit", LIMIT);
        (bytes > LIMIT / 10 * 9).then(found).into_iter().collect()
    }
}
