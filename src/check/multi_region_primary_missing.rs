//! The key is a replica, and its primary is not there.

use keyreach_policy::aws::Arn;

use super::{Check, Found, Meta, Missing, Need, Scene, Topic};
use crate::{
    assess::finding::Severity,
    snapshot::{
        cell::{Cell, CellState},
        key::RegionalKey,
    },
};

/// `multi-region-primary-missing`
#[derive(Debug)]
pub(super) struct MultiRegionPrimaryMissing;

const META: Meta = Meta {
    id: "multi-region-primary-missing",
    title: "The primary of the multi-Region key is missing",
    finds: "Replica keys whose primary key was not found where it should be, or stands outside the organization.",
    matters: "Rotation, and imported material, come from the primary: without it a replica stays as it is, and cannot \
              be replicated further.",
    fix: "Make a replica the primary (kms:UpdatePrimaryRegion) while the old one still exists; else plan to move to a \
          new key.",
    blind: "Regions that were not scanned.",
    topic: Topic::Availability,
    needs: &[Need::Metadata],
    severity: Severity::Medium,
};

impl Check for MultiRegionPrimaryMissing {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn look(&self, scene: &Scene<'_>) -> Vec<Found> {
        let set = scene.key.metadata.known().and_then(|metadata| metadata.multi_region.as_ref());
        let primary = set.filter(|set| set.key_type == "REPLICA").and_then(|set| set.primary.as_ref());
        primary.and_then(|primary| of_primary(scene, primary)).into_iter().collect()
    }
}

fn of_primary(scene: &Scene<'_>, primary: &RegionalKey) -> Option<Found> {
    let account = primary.arn.parse::<Arn>().ok().and_then(|arn| arn.account_id());
    let cells = &scene.snapshot.cells;
    let home = |cell: &&Cell| Some(cell.account_id) == account && cell.region == primary.region;
    let why = match cells.iter().find(home) {
        Some(cell) if cell.keys.iter().any(|key| key.arn == primary.arn) => return None,
        Some(cell) if cell.state() == CellState::Complete => "does not exist any more",
        Some(_) => return Some(Found::open(Missing::Primary, "the Region of its primary could not be read")),
        None if account == Some(scene.cell.account_id) => {
            return Some(Found::open(Missing::Primary, "the Region of its primary was not scanned"));
        }
        None => "stands in an account outside the scan",
    };
    Some(
        Found::fail(META.severity, "", format!("Its primary, {}, {why}.", primary.arn))
            .with("primary", primary),
    )
}
