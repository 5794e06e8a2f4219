//! Somebody outside can create grants on the key.

use super::{Check, Found, Meta, Need, Scene, Topic, scale, ways};
use crate::assess::{
    exposure::{Access, Reach, ReachZone},
    finding::Severity,
};

/// `reshare-by-outsider`
#[derive(Debug)]
pub(super) struct ReshareByOutsider;

const META: Meta = Meta {
    id: "reshare-by-outsider",
    title: "Somebody outside the organization can pass the key on",
    finds: "Ways in from outside the organization that include kms:CreateGrant, whether a policy or a grant opens \
            them, and whether or not kms:GrantIsForAWSResource holds them to AWS services.",
    matters: "Whoever may create grants can give the use of the key to any principal of any account, without a trace \
              in a policy. Held to kms:GrantIsForAWSResource, only services acting for the outsider can, for its \
              resources.",
    fix: "Take kms:CreateGrant away from outsiders; where a service of theirs needs it, ask for \
          kms:GrantIsForAWSResource and list the operations in kms:GrantOperations.",
    blind: "Grants that were made and retired before the scan.",
    topic: Topic::Exposure,
    needs: &[Need::Exposure, Need::Policies, Need::Grants],
    severity: Severity::High,
};

impl Check for ReshareByOutsider {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn look(&self, scene: &Scene<'_>) -> Vec<Found> {
        let is_outside = |way: &&Reach| way.zone != ReachZone::Organization;
        let creates = |way: &&Reach| way.actions.iter().any(|action| action == "kms:CreateGrant");
        ways::found(scene.reaches().filter(is_outside).filter(creates), weigh)
    }
}

/// Passing on alone counts here, whatever else the way gives.
fn weigh(way: &Reach) -> Severity {
    scale::of_reach(&Reach { access: vec![Access::Grant], ..way.clone() })
}
