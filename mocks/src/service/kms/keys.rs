//! Keys, their metadata, aliases and tags.

use serde_json::{Map, Value, json};

use super::{in_days, key, list, page};
use crate::wire::{Ask, Reply};
use crate::world::Key;

/// `ListKeys`.
pub(crate) fn list_keys(ask: &Ask<'_>) -> Reply {
    let cell = ask.cell();
    let page = page(ask, cell.len(), 100, 1000)?;
    let keys = page
        .range
        .filter_map(|number| cell.ids(number))
        .map(|(id, arn)| json!({ "KeyId": id, "KeyArn": arn }))
        .collect();
    Ok(list("Keys", keys, page.next))
}

/// `ListAliases`.
pub(crate) fn list_aliases(ask: &Ask<'_>) -> Reply {
    let cell = ask.cell();
    let write = |alias: crate::world::Alias| {
        let mut entry = json!({ "AliasName": alias.name, "AliasArn": cell.arn(&alias.name) });
        if let (Some(id), Some(fields)) = (alias.key, entry.as_object_mut()) {
            fields.insert("TargetKeyId".into(), id.into());
            fields.insert("CreationDate".into(), alias.created.into());
            fields.insert("LastUpdatedDate".into(), alias.created.into());
        }
        entry
    };
    if ask.input.text("KeyId").is_some() {
        let key = key(ask, false)?;
        let own: Vec<_> = (0..cell.aliases())
            .filter_map(|number| cell.alias(number))
            .filter(|alias| alias.key.as_deref() == Some(key.id.as_str()))
            .map(write)
            .collect();
        let page = page(ask, own.len(), 50, 100)?;
        return Ok(list("Aliases", own.get(page.range).unwrap_or_default().to_vec(), page.next));
    }
    let page = page(ask, cell.aliases(), 50, 100)?;
    let aliases = page.range.filter_map(|number| cell.alias(number)).map(write).collect();
    Ok(list("Aliases", aliases, page.next))
}

/// `ListResourceTags`.
pub(crate) fn list_resource_tags(ask: &Ask<'_>) -> Reply {
    let key = key(ask, false)?;
    let tags: Vec<Value> =
        key.facts.tags.iter().map(|(name, value)| json!({ "TagKey": name, "TagValue": value })).collect();
    let page = page(ask, tags.len(), 50, 50)?;
    Ok(list("Tags", tags.get(page.range).unwrap_or_default().to_vec(), page.next))
}

/// `DescribeKey`.
pub(crate) fn describe_key(ask: &Ask<'_>) -> Reply {
    let key = key(ask, true)?;
    Ok(json!({ "KeyMetadata": metadata(ask, &key) }).to_string())
}

fn metadata(ask: &Ask<'_>, key: &Key) -> Value {
    let state = key.state();
    let mut fields = Map::new();
    let mut put = |name: &str, value: Value| fields.insert(name.into(), value);
    put("AWSAccountId", key.account.as_str().into());
    put("KeyId", key.id.as_str().into());
    put("Arn", key.arn.as_str().into());
    put("CreationDate", key.created.into());
    put("Enabled", (state == "Enabled").into());
    put("Description", key.facts.description.as_str().into());
    put("KeyUsage", key.usage().into());
    put("KeyState", state.into());
    put("Origin", key.origin().into());
    put("KeyManager", if key.aws_managed { "AWS" } else { "CUSTOMER" }.into());
    put("KeySpec", key.spec().into());
    put("CustomerMasterKeySpec", key.spec().into());
    put("MultiRegion", key.multi.is_some().into());
    if let Some((list, algorithms)) = algorithms(key.spec(), key.usage()) {
        put(list, json!(algorithms));
    }
    if let Some(days) = key.facts.deletion_days {
        put("DeletionDate", in_days(ask, days).into());
    }
    if let Some(days) = key.facts.pending_window_days {
        put("PendingDeletionWindowInDays", days.into());
    }
    if let Some(multi) = multi_region(ask, key) {
        put("MultiRegionConfiguration", multi);
    }
    if let Some(store) = &key.store {
        put("CustomKeyStoreId", store.id.as_str().into());
        if let Some(cluster) = &store.cluster {
            put("CloudHsmClusterId", cluster.as_str().into());
        }
    }
    if let Some(id) = &key.facts.xks_key {
        put("XksKeyConfiguration", json!({ "Id": id }));
    }
    imported(ask, key, &mut fields);
    Value::Object(fields)
}

/// Expiry and current material, for the keys that have them.
fn imported(ask: &Ask<'_>, key: &Key, fields: &mut Map<String, Value>) {
    if key.origin() == "EXTERNAL" && state_has_material(key.state()) {
        let earliest = key.facts.materials.iter().filter_map(|material| material.expires_days).min();
        let model = if earliest.is_some() { "KEY_MATERIAL_EXPIRES" } else { "KEY_MATERIAL_DOES_NOT_EXPIRE" };
        fields.insert("ExpirationModel".into(), model.into());
        if let Some(days) = earliest {
            fields.insert("ValidTo".into(), in_days(ask, days).into());
        }
    }
    let tells = key.is_symmetric() && matches!(key.origin(), "AWS_KMS" | "EXTERNAL");
    if tells && state_has_material(key.state()) {
        fields.insert("CurrentKeyMaterialId".into(), key.material_id(0).into());
    }
}

fn state_has_material(state: &str) -> bool {
    !matches!(state, "PendingImport" | "Creating")
}

fn multi_region(ask: &Ask<'_>, key: &Key) -> Option<Value> {
    let multi = key.multi.as_ref()?;
    let account = &key.account;
    let place = |region: &str| {
        let arn = format!("arn:{}:kms:{region}:{account}:key/{}", ask.world.partition, key.id);
        json!({ "Arn": arn, "Region": region })
    };
    Some(json!({
        "MultiRegionKeyType": if multi.is_primary { "PRIMARY" } else { "REPLICA" },
        "PrimaryKey": place(&multi.primary),
        "ReplicaKeys": multi.replicas.iter().map(|region| place(region)).collect::<Vec<_>>(),
    }))
}

/// The algorithms of a key, and the field they stand in.
fn algorithms(spec: &str, usage: &str) -> Option<(&'static str, &'static [&'static str])> {
    const RSA: &[&str] = &[
        "RSASSA_PKCS1_V1_5_SHA_256",
        "RSASSA_PKCS1_V1_5_SHA_384",
        "RSASSA_PKCS1_V1_5_SHA_512",
        "RSASSA_PSS_SHA_256",
        "RSASSA_PSS_SHA_384",
        "RSASSA_PSS_SHA_512",
    ];
    Some(match (usage, spec) {
        ("ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT") => ("EncryptionAlgorithms", &["SYMMETRIC_DEFAULT"]),
        ("ENCRYPT_DECRYPT", "SM2") => ("EncryptionAlgorithms", &["SM2PKE"]),
        ("ENCRYPT_DECRYPT", _) => ("EncryptionAlgorithms", &["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"]),
        ("SIGN_VERIFY", "ECC_NIST_P256" | "ECC_SECG_P256K1") => ("SigningAlgorithms", &["ECDSA_SHA_256"]),
        ("SIGN_VERIFY", "ECC_NIST_P384") => ("SigningAlgorithms", &["ECDSA_SHA_384"]),
        ("SIGN_VERIFY", "ECC_NIST_P521") => ("SigningAlgorithms", &["ECDSA_SHA_512"]),
        ("SIGN_VERIFY", "ECC_NIST_EDWARDS25519") => {
            ("SigningAlgorithms", &["ED25519_SHA_512", "ED25519_PH_SHA_512"])
        }
        ("SIGN_VERIFY", "SM2") => ("SigningAlgorithms", &["SM2DSA"]),
        ("SIGN_VERIFY", "ML_DSA_44" | "ML_DSA_65" | "ML_DSA_87") => {
            ("SigningAlgorithms", &["ML_DSA_SHAKE_256"])
        }
        ("SIGN_VERIFY", _) => ("SigningAlgorithms", RSA),
        ("GENERATE_VERIFY_MAC", "HMAC_224") => ("MacAlgorithms", &["HMAC_SHA_224"]),
        ("GENERATE_VERIFY_MAC", "HMAC_384") => ("MacAlgorithms", &["HMAC_SHA_384"]),
        ("GENERATE_VERIFY_MAC", "HMAC_512") => ("MacAlgorithms", &["HMAC_SHA_512"]),
        ("GENERATE_VERIFY_MAC", _) => ("MacAlgorithms", &["HMAC_SHA_256"]),
        ("KEY_AGREEMENT", _) => ("KeyAgreementAlgorithms", &["ECDH"]),
        ("ENCAPSULATE_DECAPSULATE", _) => ("EncapsulationAlgorithms", &["ML_KEM"]),
        _ => return None,
    })
}
