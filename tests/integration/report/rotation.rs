//! Whether and how a key can rotate: a row for every kind and state of the documentation's tables.

use keyreach::snapshot::{gap::Fact, key::MultiRegion};
use serde_json::{Value, json as value};

use super::json;
use crate::example;

/// Spec, origin, place in a multi-Region set, state; what a report says.
const ROWS: &[(&str, &str, Option<&str>, &str, &str)] = &[
    ("SYMMETRIC_DEFAULT", "AWS_KMS", None, "Enabled", "automatic"),
    ("SYMMETRIC_DEFAULT", "AWS_KMS", None, "Disabled", "automatic"),
    ("SYMMETRIC_DEFAULT", "AWS_KMS", Some("PRIMARY"), "Enabled", "automatic"),
    ("SYMMETRIC_DEFAULT", "AWS_KMS", Some("REPLICA"), "Enabled", "via_primary"),
    ("SYMMETRIC_DEFAULT", "AWS_KMS", Some("OTHER"), "Enabled", "unknown"),
    ("SYMMETRIC_DEFAULT", "AWS_KMS", None, "PendingDeletion", "not_applicable"),
    ("SYMMETRIC_DEFAULT", "AWS_KMS", Some("PRIMARY"), "PendingReplicaDeletion", "not_applicable"),
    ("SYMMETRIC_DEFAULT", "AWS_KMS", Some("REPLICA"), "PendingDeletion", "not_applicable"),
    ("SYMMETRIC_DEFAULT", "EXTERNAL", None, "Enabled", "on_demand_only"),
    ("SYMMETRIC_DEFAULT", "EXTERNAL", None, "PendingImport", "on_demand_only"),
    ("SYMMETRIC_DEFAULT", "EXTERNAL", Some("PRIMARY"), "Enabled", "on_demand_only"),
    ("SYMMETRIC_DEFAULT", "EXTERNAL", Some("REPLICA"), "Enabled", "via_primary"),
    ("SYMMETRIC_DEFAULT", "AWS_CLOUDHSM", None, "Enabled", "not_applicable"),
    ("SYMMETRIC_DEFAULT", "EXTERNAL_KEY_STORE", None, "Enabled", "not_applicable"),
    ("SYMMETRIC_DEFAULT", "A_NEW_ORIGIN", None, "Enabled", "unknown"),
    ("RSA_2048", "AWS_KMS", None, "Enabled", "not_applicable"),
    ("RSA_4096", "EXTERNAL", None, "Enabled", "not_applicable"),
    ("ECC_NIST_P256", "AWS_KMS", None, "Enabled", "not_applicable"),
    ("ECC_NIST_EDWARDS25519", "AWS_KMS", None, "Enabled", "not_applicable"),
    ("HMAC_256", "AWS_KMS", Some("REPLICA"), "Enabled", "not_applicable"),
    ("SM2", "AWS_KMS", None, "Enabled", "not_applicable"),
    ("ML_DSA_65", "AWS_KMS", None, "Enabled", "not_applicable"),
    ("ML_KEM_768", "AWS_KMS", None, "Enabled", "not_applicable"),
    ("SYMMETRIC_LATER", "AWS_KMS", None, "Enabled", "unknown"),
];

#[test]
fn every_kind_and_state_has_its_eligibility() {
    for &(spec, origin, place, state, expected) in ROWS {
        let mut metadata = example::metadata();
        metadata.key_spec = spec.to_owned();
        metadata.origin = origin.to_owned();
        metadata.key_state = state.to_owned();
        metadata.multi_region = place.map(|place| MultiRegion {
            key_type: place.to_owned(),
            primary: None,
            replicas: Vec::new(),
        });
        let mut snapshot = example::snapshot();
        snapshot.cells[0].keys[0].metadata = Fact::Known(metadata);
        let rotation = &json(&snapshot)["keys"][0]["rotation"];
        let row = format!("{spec} {origin} {place:?} {state}");
        assert_eq!(rotation["eligibility"], expected, "{row}");
        let setting = if expected == "not_applicable" { Value::Null } else { value!(true) };
        assert_eq!(rotation["enabled"], setting, "{row}");
    }
}

#[test]
fn the_last_rotation_is_the_latest_and_null_where_the_history_was_cut_short() {
    let mut snapshot = example::snapshot();
    snapshot.cells[0].keys[0].rotations.items.reverse();
    let read = json(&snapshot);
    assert_eq!(read["keys"][0]["rotation"]["last_at"], "2026-01-02T03:04:05Z");
    let gap = example::gap("kms:ListKeyRotations", "key-a", keyreach::snapshot::gap::GapKind::Throttled);
    snapshot.cells[0].keys[0].rotations.gap = Some(gap);
    assert_eq!(json(&snapshot)["keys"][0]["rotation"]["last_at"], Value::Null);
}
