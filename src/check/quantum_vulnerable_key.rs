//! A quantum computer could break the key.

use super::{Check, Found, Meta, Missing, Need, Scene, Topic, pending_deletion::is_doomed};
use crate::{assess::finding::Severity, snapshot::key::KeyMetadata};

/// `quantum-vulnerable-key`
#[derive(Debug)]
pub(super) struct QuantumVulnerableKey;

const META: Meta = Meta {
    id: "quantum-vulnerable-key",
    title: "The key rests on mathematics that a quantum computer solves",
    finds: "RSA, elliptic-curve and SM2 keys that are not on their way to deletion. Keys for signatures are info; keys \
            that encrypt or agree on secrets are low.",
    matters: "What is encrypted today can be recorded and read later, and a signature that must hold for decades can \
              be forged by then. NIST means to deprecate keys of 112 bits of security, such as RSA_2048, after 2030 and \
              all of these after 2035. Migrations take years, and an inventory is how they begin.",
    fix: "Find out how long what the key protects must hold. Sign with ML_DSA keys instead, which verifiers must know; \
          encrypt with symmetric keys, or establish secrets with ML_KEM keys. Keep the old key for what it protects.",
    blind: "Whether what the key protects is still worth anything then. Asymmetric keys outside KMS; TLS to KMS itself.",
    needs: &[Need::Metadata],
    topic: Topic::Lifecycle,
    severity: Severity::Low,
};

/// Families of key specs that Shor's algorithm breaks.
const BROKEN: [&str; 3] = ["RSA_", "ECC_", "SM2"];

/// Those that no quantum algorithm is known to break.
/// Source: AWS KMS Developer Guide, "Key spec reference".
const SAFE: [&str; 4] = ["SYMMETRIC_DEFAULT", "HMAC_", "ML_DSA_", "ML_KEM_"];

impl Check for QuantumVulnerableKey {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn look(&self, scene: &Scene<'_>) -> Vec<Found> {
        scene.metadata().filter(|metadata| !is_doomed(metadata)).and_then(found).into_iter().collect()
    }
}

fn found(metadata: &KeyMetadata) -> Option<Found> {
    let spec = metadata.key_spec.as_str();
    let is_of = |families: &[&str]| families.iter().any(|family| spec.starts_with(family));
    if is_of(&SAFE) {
        return None;
    }
    if !is_of(&BROKEN) {
        let why = format!("whether keys of spec {spec} withstand a quantum computer is not known");
        return Some(Found::open(Missing::Kind, why));
    }
    let (severity, what) = match metadata.key_usage.as_str() {
        "SIGN_VERIFY" => (Severity::Info, "signatures that must hold for long can be forged"),
        _ => (META.severity, "what is recorded today can be read"),
    };
    let detail = format!("The key is {spec}: once such computers exist, {what}.");
    Some(Found::fail(severity, "", detail).with("key_spec", spec).with("key_usage", &metadata.key_usage))
}
