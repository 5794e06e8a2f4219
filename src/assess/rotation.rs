//! Whether and how a key can rotate, by its kind and state.
//! Source: AWS KMS Developer Guide, "Rotate AWS KMS keys"; API reference, GetKeyRotationStatus.

use schemars::JsonSchema;
use serde::Serialize;

use crate::snapshot::key::{Key, KeyMetadata};

/// How a key can get new key material.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Eligibility {
    /// KMS can rotate it by itself.
    Automatic,
    /// Imported material: its owner imports the next one, then rotates.
    OnDemandOnly,
    /// It is a replica: its primary rotates, and it follows.
    ViaPrimary,
    /// Its kind cannot, or it is on its way to deletion.
    NotApplicable,
    /// What decides it was not read, or is newer than this version.
    Unknown,
}

impl Eligibility {
    /// How a key can rotate.
    #[must_use]
    pub fn of(key: &Key) -> Self {
        key.metadata.known().map_or(Self::Unknown, Self::of_metadata)
    }

    fn of_metadata(metadata: &KeyMetadata) -> Self {
        // On the way to deletion KMS answers `false` whatever the setting is: that is no "rotation off".
        if matches!(metadata.key_state.as_str(), "PendingDeletion" | "PendingReplicaDeletion") {
            return Self::NotApplicable;
        }
        if metadata.key_spec != "SYMMETRIC_DEFAULT" {
            return if keeps_one_material(&metadata.key_spec) { Self::NotApplicable } else { Self::Unknown };
        }
        let place = metadata.multi_region.as_ref().map(|set| set.key_type.as_str());
        match (metadata.origin.as_str(), place) {
            ("AWS_CLOUDHSM" | "EXTERNAL_KEY_STORE", _) => Self::NotApplicable,
            ("AWS_KMS" | "EXTERNAL", Some("REPLICA")) => Self::ViaPrimary,
            ("AWS_KMS", None | Some("PRIMARY")) => Self::Automatic,
            ("EXTERNAL", None | Some("PRIMARY")) => Self::OnDemandOnly,
            _ => Self::Unknown,
        }
    }
}

/// The families of specs that have one key material for life. A family AWS adds later is unknown, not exempt.
fn keeps_one_material(spec: &str) -> bool {
    ["RSA_", "ECC_", "HMAC_", "ML_DSA_", "ML_KEM_"].iter().any(|family| spec.starts_with(family))
        || spec == "SM2"
}
