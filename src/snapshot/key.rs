//! One customer managed key: what DescribeKey says of it, its policies, rotation and tags.
//! AWS's enumerations stay text: new values appear every year and are shown, not refused.

use std::collections::BTreeMap;

use jiff::Timestamp;
use keyreach_policy::aws::Region;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::gap::{Fact, Gap, Listing};
use super::grant::Grant;

/// A customer managed key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Key {
    /// The id, unique in its account and Region.
    pub key_id: String,
    /// The ARN that ListKeys gave.
    pub arn: String,
    /// What DescribeKey says.
    pub metadata: Fact<KeyMetadata>,
    /// The key policy named `default`, as text: it need not be JSON we understand.
    pub policy: Fact<String>,
    /// The policy that Resource Access Manager attaches; `null` where the key is not shared.
    pub ram_policy: Fact<Option<String>>,
    /// The grants on the key.
    pub grants: Listing<Grant>,
    /// Whether and how it rotates; `null` for kinds of key that cannot.
    pub rotation: Fact<Option<RotationStatus>>,
    /// Its key materials and rotations, oldest first; empty for kinds of key that cannot rotate.
    pub rotations: Listing<Rotation>,
    /// The tags.
    pub tags: Fact<BTreeMap<String, String>>,
    /// The aliases, in order. Whether the list is complete is the cell's to say.
    pub aliases: Vec<String>,
    /// The last cryptographic use; absent when the scan did not ask.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_usage: Option<Fact<LastUsage>>,
}

impl Key {
    /// Every gap in what is known of the key.
    pub fn gaps(&self) -> impl Iterator<Item = &Gap> {
        [
            self.metadata.gap(),
            self.policy.gap(),
            self.ram_policy.gap(),
            self.grants.gap.as_ref(),
            self.rotation.gap(),
            self.rotations.gap.as_ref(),
            self.tags.gap(),
            self.last_usage.as_ref().and_then(Fact::gap),
        ]
        .into_iter()
        .flatten()
    }
}

/// The answer of DescribeKey, in AWS's names and values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyMetadata {
    /// What its owner wrote about it.
    pub description: String,
    /// `Enabled`, `Disabled`, `PendingDeletion`, …
    pub key_state: String,
    /// `SYMMETRIC_DEFAULT`, `RSA_4096`, `ML_DSA_65`, …
    pub key_spec: String,
    /// `ENCRYPT_DECRYPT`, `SIGN_VERIFY`, …
    pub key_usage: String,
    /// `AWS_KMS`, `EXTERNAL`, `AWS_CLOUDHSM`, `EXTERNAL_KEY_STORE`.
    pub origin: String,
    /// When it was created.
    #[schemars(with = "Option<String>")]
    pub creation_date: Option<Timestamp>,
    /// When it will be deleted; only in state `PendingDeletion`.
    #[schemars(with = "Option<String>")]
    pub deletion_date: Option<Timestamp>,
    /// Days the deletion will wait once the last replica is gone; only in `PendingReplicaDeletion`.
    pub pending_deletion_window_in_days: Option<i32>,
    /// The earliest expiry among its imported materials.
    #[schemars(with = "Option<String>")]
    pub valid_to: Option<Timestamp>,
    /// `KEY_MATERIAL_EXPIRES` or `KEY_MATERIAL_DOES_NOT_EXPIRE`; only for imported material.
    pub expiration_model: Option<String>,
    /// The custom key store that holds it.
    pub custom_key_store_id: Option<String>,
    /// The CloudHSM cluster that holds it.
    pub cloud_hsm_cluster_id: Option<String>,
    /// Its id in the external key manager.
    pub xks_key_id: Option<String>,
    /// The material in use now.
    pub current_key_material_id: Option<String>,
    /// Its place in a set of multi-Region keys; `null` for a single-Region key.
    pub multi_region: Option<MultiRegion>,
}

impl KeyMetadata {
    /// Whether KMS tells of the key's rotation: of symmetric keys for encryption that it holds itself. It
    /// refuses while imported material is still awaited.
    /// Source: AWS KMS Developer Guide, "Key type reference" and "Key states".
    #[must_use]
    pub fn tells_rotation(&self) -> bool {
        let awaits_material = self.origin == "EXTERNAL" && self.key_state == "PendingImport";
        let holds_materials = matches!(self.origin.as_str(), "AWS_KMS" | "EXTERNAL");
        self.key_spec == "SYMMETRIC_DEFAULT" && holds_materials && !awaits_material
    }
}

/// A key's place in a set of multi-Region keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MultiRegion {
    /// `PRIMARY` or `REPLICA`.
    #[serde(rename = "type")]
    pub key_type: String,
    /// The primary key.
    pub primary: Option<RegionalKey>,
    /// The replicas, by Region.
    pub replicas: Vec<RegionalKey>,
}

/// A key of a multi-Region set.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RegionalKey {
    /// Its ARN.
    pub arn: String,
    /// Its Region.
    pub region: Region,
}

/// The answer of GetKeyRotationStatus.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RotationStatus {
    /// Automatic rotation is on.
    pub enabled: bool,
    /// Days between rotations.
    pub period_in_days: Option<i32>,
    /// When it rotates next.
    #[schemars(with = "Option<String>")]
    pub next_rotation_date: Option<Timestamp>,
    /// When the rotation on demand that is under way began.
    #[schemars(with = "Option<String>")]
    pub on_demand_rotation_start_date: Option<Timestamp>,
}

/// One material of a key, as ListKeyRotations tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rotation {
    /// Its id.
    pub key_material_id: Option<String>,
    /// `CURRENT`, `NON_CURRENT`, `PENDING_ROTATION`, …
    pub key_material_state: Option<String>,
    /// `IMPORTED` or `PENDING_IMPORT`; only for imported material.
    pub import_state: Option<String>,
    /// Whether imported material expires.
    pub expiration_model: Option<String>,
    /// When imported material expires.
    #[schemars(with = "Option<String>")]
    pub valid_to: Option<Timestamp>,
    /// When it came into use; absent for the first material.
    #[schemars(with = "Option<String>")]
    pub rotation_date: Option<Timestamp>,
    /// `AUTOMATIC` or `ON_DEMAND`.
    pub rotation_type: Option<String>,
}

/// The answer of GetKeyLastUsage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LastUsage {
    /// The last successful cryptographic operation since tracking began.
    pub operation: Option<String>,
    /// When it was; absent when the key was not used since tracking began.
    #[schemars(with = "Option<String>")]
    pub used_at: Option<Timestamp>,
    /// Since when KMS keeps track of this key. Use before that is not known.
    #[schemars(with = "Option<String>")]
    pub tracking_start_date: Option<Timestamp>,
}
