//! Somebody who governed the key is gone.

use super::orphaned_principal::missing;
use super::{Check, Found, Meta, Need, Scene, Topic};
use crate::assess::{finding::Severity, lockout::LockoutVerdict};

/// `orphaned-administrator`
#[derive(Debug)]
pub(super) struct OrphanedAdministrator;

const META: Meta = Meta {
    id: "orphaned-administrator",
    title: "An administrator whom the key policy names does not exist any more",
    finds: "Principals that the key policy lets rewrite it and that were deleted: ids that nobody in the account \
            bears, users and roles that the account does not have.",
    matters: "The policy looks as if somebody governed the key. As long as the id stands in it the policy cannot be \
              saved again unchanged.",
    fix: "Take the principal out, and name one who exists.",
    blind: "Principals of accounts that were not scanned.",
    topic: Topic::Governance,
    needs: &[Need::Policies, Need::NamedPrincipals],
    severity: Severity::Medium,
};

impl Check for OrphanedAdministrator {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn look(&self, scene: &Scene<'_>) -> Vec<Found> {
        let firm = scene.lockout.verdict == LockoutVerdict::Manageable;
        let severity = if firm { Severity::Low } else { Severity::Medium };
        let found = |principal: &&keyreach_policy::principal::Principal| {
            let why = missing(scene.inventory, scene.cell.account_id, principal)?;
            let name = principal.as_str();
            let detail = format!("{name}, whom the key policy lets rewrite it: {why}.");
            Some(Found::fail(severity, name, detail).with("principal", name))
        };
        let mut all: Vec<Found> = scene.administrators().named.iter().filter_map(found).collect();
        all.sort_by(|one, other| one.part().cmp(&other.part()));
        all.dedup_by(|one, other| one.part() == other.part());
        all
    }
}
