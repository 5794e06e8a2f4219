//! Every account of the organization can use the key.

use super::{Check, Found, Meta, Need, Scene, Topic, scale, ways};
use crate::assess::{
    exposure::{Reach, ReachZone},
    finding::Severity,
};

/// `organization-wide-access`
#[derive(Debug)]
pub(super) struct OrganizationWideAccess;

const META: Meta = Meta {
    id: "organization-wide-access",
    title: "Every account of the organization can use the key",
    finds: "Statements that let callers of the organization use the key without naming their account.",
    matters: "The key is as safe as the weakest account of the organization, sandboxes and accounts still to come \
              included.",
    fix: "Name the accounts that need the key, or the part of the organization with aws:PrincipalOrgPaths; keep \
          decryption to the roles that read the data.",
    blind: "Whether principals of accounts that were not scanned hold the permission on their side.",
    topic: Topic::Exposure,
    needs: &[Need::Exposure],
    severity: Severity::Medium,
};

impl Check for OrganizationWideAccess {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn look(&self, scene: &Scene<'_>) -> Vec<Found> {
        let is_wide = |way: &&Reach| way.zone == ReachZone::Organization && way.principal == "*";
        ways::found(scene.uses().filter(is_wide), weigh)
    }
}

/// What nobody who exists can do today is less pressing.
fn weigh(way: &Reach) -> Severity {
    let severity = scale::of_reach(way);
    if way.confirmed == Some(false) { scale::milder(severity) } else { severity }
}
