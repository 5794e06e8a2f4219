//! Somebody outside the organization can end a grant on the key, and do nothing else with it.

use super::{Check, Found, Meta, Need, Scene, Topic, ways};
use crate::assess::{
    exposure::{Reach, ReachZone},
    finding::Severity,
};

/// `grant-retirable-by-outsider`
#[derive(Debug)]
pub(super) struct GrantRetirableByOutsider;

const META: Meta = Meta {
    id: "grant-retirable-by-outsider",
    title: "Somebody outside the organization can retire a grant on the key",
    finds: "Ways in from outside the organization that give kms:RetireGrant and nothing else: a grant whose retiring \
            principal or issuing account stands outside, or a statement that allows the permission.",
    matters: "Whoever retires a grant takes the key from its grantee: a workload that lives on the grant stops. It gives \
              nobody the key, so it never raises the exposure level.",
    fix: "Create the grant again with a retiring principal of your own and revoke this one; take kms:RetireGrant out of \
          statements for outsiders.",
    blind: "What stops when the grant ends. Whether a policy alone can allow kms:RetireGrant: AWS does not say.",
    topic: Topic::Exposure,
    needs: &[Need::Exposure, Need::Grants],
    severity: Severity::Low,
};

impl Check for GrantRetirableByOutsider {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn look(&self, scene: &Scene<'_>) -> Vec<Found> {
        let is_outside = |way: &&Reach| way.zone != ReachZone::Organization;
        let retires = |way: &&Reach| way.only_retires_grants();
        ways::found(scene.reaches().filter(is_outside).filter(retires), |_| Severity::Low)
    }
}
