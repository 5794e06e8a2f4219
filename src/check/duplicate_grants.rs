//! Grants that say the same.

use std::collections::BTreeMap;

use super::{Check, Found, Meta, Need, Scene, Topic, holders};
use crate::{assess::finding::Severity, snapshot::grant::Grant};

/// `duplicate-grants`
#[derive(Debug)]
pub(super) struct DuplicateGrants;

const META: Meta = Meta {
    id: "duplicate-grants",
    title: "Several grants on the key say the same",
    finds: "Grants to others than AWS services with the same grantee, retiring principal, operations and constraints \
            as an older one.",
    matters: "Whoever revokes one of them believes the access gone. Each counts against the 50,000 that a key can have.",
    fix: "Retire all but one; name grants when they are made, so that asking twice makes one.",
    blind: "Whether each belongs to a task of its own that will retire it.",
    topic: Topic::StaleAccess,
    needs: &[Need::Grants],
    severity: Severity::Info,
};

impl Check for DuplicateGrants {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn look(&self, scene: &Scene<'_>) -> Vec<Found> {
        let mut alike: BTreeMap<String, Vec<&Grant>> = BTreeMap::new();
        for grant in holders::of_people(scene) {
            alike.entry(substance(grant)).or_default().push(grant);
        }
        let further = alike.into_values().flat_map(|mut grants| {
            grants.sort_by(|one, other| {
                (one.creation_date, &one.grant_id).cmp(&(other.creation_date, &other.grant_id))
            });
            grants.into_iter().skip(1)
        });
        let mut further: Vec<&Grant> = further.collect();
        further.sort_by(|one, other| one.grant_id.cmp(&other.grant_id));
        holders::found(META.severity, &further, "that repeat another").into_iter().collect()
    }
}

/// What a grant says, without who made it, when, and under which name.
fn substance(grant: &Grant) -> String {
    format!(
        "{:?} {:?} {:?} {:?} {:?}",
        grant.grantee_principal,
        grant.retiring_principal,
        grant.retiring_service_principal,
        grant.operations,
        grant.constraints
    )
}
