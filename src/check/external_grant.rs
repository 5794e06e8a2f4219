//! A grant gives a principal outside the organization the use of the key.

use super::{Check, Found, Meta, Need, Scene, Topic, scale, ways};
use crate::{
    assess::{
        exposure::{GrantZone, Reach, ReachZone, ViaKind},
        finding::Severity,
    },
    snapshot::grant::Grant,
};

/// `external-grant`
#[derive(Debug)]
pub(super) struct ExternalGrant;

const META: Meta = Meta {
    id: "external-grant",
    title: "A grant gives the key to a principal outside the organization",
    finds: "Grants whose grantee stands outside the organization, also where a resource control policy closes the way \
            today.",
    matters: "A grant needs no policy, neither here nor there, and outlives rotated credentials and tidied policies: \
              nobody sees it who looks at policies alone.",
    fix: "Revoke the grant (kms:RevokeGrant with its id) unless the other side needs it; if so, hold it to an \
          encryption context and list its account as trusted in the settings.",
    blind: "Whether the grantee still exists over there.",
    topic: Topic::Exposure,
    needs: &[Need::Exposure, Need::Grants],
    severity: Severity::High,
};

impl Check for ExternalGrant {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn look(&self, scene: &Scene<'_>) -> Vec<Found> {
        let by_grant = |way: &&Reach| way.via.iter().any(|via| via.kind == ViaKind::Grant);
        let is_outside = |way: &&Reach| way.zone != ReachZone::Organization;
        let open = ways::found(scene.uses().filter(by_grant).filter(is_outside), scale::of_reach);
        let is_open = |grant: &Grant| open.iter().any(|found| found.part() == Some(grant.grant_id.as_str()));
        let zoned = scene.key.grants.items.iter().zip(scene.grant_zones);
        let shut: Vec<Found> = zoned
            .filter(|(grant, zone)| is_foreign(**zone) && !is_open(grant))
            .map(|(grant, _)| shut(grant))
            .collect();
        open.into_iter().chain(shut).collect()
    }
}

fn is_foreign(zone: GrantZone) -> bool {
    matches!(zone, GrantZone::External | GrantZone::Trusted | GrantZone::Public)
}

fn shut(grant: &Grant) -> Found {
    let grantee = grant.grantee_principal.as_deref().unwrap_or_default();
    let detail = format!(
        "Grant {} names {grantee} as its grantee. Nothing can be done with it today: a Deny statement or a resource \
         control policy stands in its way.",
        grant.grant_id
    );
    Found::fail(Severity::Low, grant.grant_id.clone(), detail).with("grant", grant)
}
