//! Grants that hold whatever the encryption context says.

use super::{Check, Found, Meta, Need, Scene, Topic, holders};
use crate::{assess::finding::Severity, snapshot::grant::Grant};

/// `grant-without-constraint`
#[derive(Debug)]
pub(super) struct GrantWithoutConstraint;

const META: Meta = Meta {
    id: "grant-without-constraint",
    title: "Grants on the key hold for everything encrypted under it",
    finds: "Grants on symmetric keys that let others than AWS services encrypt or decrypt and that have no \
            constraint: no encryption context and no source ARN.",
    matters: "A grant is meant for one task. Without a constraint its holder can decrypt everything that was ever \
              encrypted under the key.",
    fix: "Make the grant again with EncryptionContextEquals or EncryptionContextSubset, then retire the old one.",
    blind: "Whether the data has an encryption context to be held to.",
    topic: Topic::LeastPrivilege,
    needs: &[Need::Metadata, Need::Grants],
    severity: Severity::Low,
};

impl Check for GrantWithoutConstraint {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn look(&self, scene: &Scene<'_>) -> Vec<Found> {
        let is_symmetric = scene.metadata().is_some_and(|metadata| metadata.key_spec == "SYMMETRIC_DEFAULT");
        if !is_symmetric {
            return Vec::new();
        }
        let open: Vec<&Grant> = holders::of_people(scene).filter(|grant| is_open(grant)).collect();
        let fault = "without a constraint on the encryption context";
        holders::found(META.severity, &open, fault).into_iter().collect()
    }
}

fn is_open(grant: &Grant) -> bool {
    let constraints = &grant.constraints;
    let uses =
        |operation: &String| !matches!(operation.as_str(), "DescribeKey" | "RetireGrant" | "GetPublicKey");
    let pairs = [&constraints.encryption_context_equals, &constraints.encryption_context_subset];
    constraints.source_arn.is_none()
        && pairs.into_iter().flatten().all(|pairs| pairs.is_empty())
        && grant.operations.iter().any(uses)
}
