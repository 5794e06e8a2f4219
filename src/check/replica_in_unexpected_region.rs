//! Key material stands where it should not.

use keyreach_policy::aws::Region;

use super::{Check, Found, Meta, Missing, Scene, Topic, lack::because};
use crate::{
    assess::finding::Severity,
    snapshot::{
        gap::Fact,
        key::{KeyMetadata, MultiRegion},
    },
};

/// `replica-in-unexpected-region`
#[derive(Debug)]
pub(super) struct ReplicaInUnexpectedRegion;

const META: Meta = Meta {
    id: "replica-in-unexpected-region",
    title: "A replica of the key stands in a Region that the settings do not expect",
    finds: "Replica keys in Regions outside replica_regions, and replicas there that a primary names and the scan did \
            not see. Without that setting it finds nothing.",
    matters: "A replica takes the key material to another Region, and perhaps to another jurisdiction; a single-Region \
              key never leaves its own.",
    fix: "Delete the replica when nothing in its Region needs it; keep kms:ReplicateKey to expected Regions with \
          kms:ReplicaRegion. Or add the Region to replica_regions.",
    blind: "Data that is copied together with the key.",
    topic: Topic::Location,
    needs: &[],
    severity: Severity::Medium,
};

impl Check for ReplicaInUnexpectedRegion {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn look(&self, scene: &Scene<'_>) -> Vec<Found> {
        if scene.settings.expected.replica_regions.is_empty() {
            return Vec::new();
        }
        match &scene.key.metadata {
            Fact::Unknown(gap) => vec![Found::open(Missing::Metadata, because("the key", gap))],
            Fact::Known(KeyMetadata { multi_region: None, .. }) => Vec::new(),
            Fact::Known(KeyMetadata { multi_region: Some(set), .. }) => of_set(scene, set),
        }
    }
}

fn of_set(scene: &Scene<'_>, set: &MultiRegion) -> Vec<Found> {
    let is_unexpected = |region: &Region| !scene.settings.expected.replica_regions.contains(region);
    if set.key_type == "REPLICA" {
        let region = &scene.cell.region;
        let detail = format!("The key is a replica in {region}, which is none of the expected Regions.");
        let found = || Found::fail(META.severity, "", detail).with("region", region);
        return is_unexpected(region).then(found).into_iter().collect();
    }
    let unseen = set
        .replicas
        .iter()
        .filter(|replica| is_unexpected(&replica.region) && scene.other(&replica.arn).is_none());
    let found = |replica: &crate::snapshot::key::RegionalKey| {
        let detail =
            format!("Its replica {} stands in {}, where it was not read.", replica.arn, replica.region);
        Found::fail(META.severity, replica.region.as_str(), detail).with("replica", replica)
    };
    unseen.map(found).collect()
}
