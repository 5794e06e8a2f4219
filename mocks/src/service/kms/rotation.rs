//! Rotation: its status and its history. Which kinds of key answer `false`, which refuse, follows AWS's tables.

use serde_json::{Map, Value, json};

use super::{in_days, key, list, page};
use crate::scenario::Material;
use crate::wire::{Ask, Refusal, Reply};
use crate::world::{Key, or};

fn unsupported(key: &Key) -> Refusal {
    let message = format!("{} origin is {} which is not valid for this operation.", key.arn, key.origin());
    Refusal::new("UnsupportedOperationException", message)
}

/// `GetKeyRotationStatus`.
pub(crate) fn get_key_rotation_status(ask: &Ask<'_>) -> Reply {
    let key = key(ask, false)?;
    if key.is_in_store() || (key.origin() == "EXTERNAL" && key.state() == "PendingImport") {
        return Err(unsupported(&key));
    }
    if key.aws_managed {
        return Ok(
            json!({ "KeyRotationEnabled": true, "KeyId": key.arn, "RotationPeriodInDays": 365 }).to_string()
        );
    }
    let rotation = &key.facts.rotation;
    let dying = matches!(key.state(), "PendingDeletion" | "PendingReplicaDeletion");
    let can = key.is_symmetric() && key.origin() == "AWS_KMS" && !dying;
    let mut fields = Map::new();
    fields.insert("KeyId".into(), key.arn.as_str().into());
    fields.insert("KeyRotationEnabled".into(), (can && rotation.enabled).into());
    if can && rotation.enabled {
        let period = if rotation.period_days == 0 { 365 } else { rotation.period_days };
        let next = if rotation.next_days == 0 { period / 2 } else { rotation.next_days };
        fields.insert("RotationPeriodInDays".into(), period.into());
        fields.insert("NextRotationDate".into(), in_days(ask, next).into());
    }
    if let Some(days) = rotation.on_demand_started_days {
        fields.insert("OnDemandRotationStartDate".into(), in_days(ask, -days).into());
    }
    Ok(Value::Object(fields).to_string())
}

/// `ListKeyRotations`.
pub(crate) fn list_key_rotations(ask: &Ask<'_>) -> Reply {
    let key = key(ask, false)?;
    let all_material = ask.input.text("IncludeKeyMaterial") == Some("ALL_KEY_MATERIAL");
    if key.is_in_store() || (all_material && !key.is_symmetric()) {
        return Err(unsupported(&key));
    }
    let mut rows = if key.origin() == "EXTERNAL" { imported(ask, &key) } else { made_by_kms(ask, &key) };
    if !all_material {
        rows.retain(|row| row.get("RotationType").is_some());
    }
    let page = page(ask, rows.len(), 100, 1000)?;
    Ok(list("Rotations", rows.get(page.range).unwrap_or_default().to_vec(), page.next))
}

/// The rotations of a key whose material KMS made, oldest first, then the first material.
fn made_by_kms(ask: &Ask<'_>, key: &Key) -> Vec<Value> {
    if !key.is_symmetric() {
        return Vec::new();
    }
    let rotation = &key.facts.rotation;
    let automatic = rotation.automatic.iter().map(|days| (*days, "AUTOMATIC"));
    let mut past: Vec<(i64, &str)> =
        automatic.chain(rotation.on_demand.iter().map(|days| (*days, "ON_DEMAND"))).collect();
    past.sort_by_key(|(days, _)| -days);
    let newest = u64::try_from(past.len()).unwrap_or(0);
    let state = |number: u64| if number == newest { "CURRENT" } else { "NON_CURRENT" };
    let mut rows = vec![json!({
        "KeyId": key.arn,
        "KeyMaterialId": key.material_id(newest),
        "KeyMaterialState": state(0),
    })];
    for (number, (days, kind)) in (1..).zip(past) {
        rows.push(json!({
            "KeyId": key.arn,
            "KeyMaterialId": key.material_id(newest - number),
            "KeyMaterialState": state(number),
            "RotationDate": in_days(ask, -days),
            "RotationType": kind,
        }));
    }
    rows
}

fn imported(ask: &Ask<'_>, key: &Key) -> Vec<Value> {
    let row = |(number, material): (u64, &Material)| {
        let mut fields = Map::new();
        let state = or(&material.state, "CURRENT");
        fields.insert("KeyId".into(), key.arn.as_str().into());
        // The current material's id is number 0 wherever it stands in the list.
        let number = if state == "CURRENT" { 0 } else { number + 1 };
        fields.insert("KeyMaterialId".into(), key.material_id(number).into());
        fields.insert("KeyMaterialState".into(), state.into());
        fields.insert(
            "ImportState".into(),
            if material.missing { "PENDING_IMPORT" } else { "IMPORTED" }.into(),
        );
        if !material.description.is_empty() {
            fields.insert("KeyMaterialDescription".into(), material.description.as_str().into());
        }
        if !material.missing {
            let expires = material.expires_days.is_some();
            let model = if expires { "KEY_MATERIAL_EXPIRES" } else { "KEY_MATERIAL_DOES_NOT_EXPIRE" };
            fields.insert("ExpirationModel".into(), model.into());
        }
        if let Some(days) = material.expires_days {
            fields.insert("ValidTo".into(), in_days(ask, days).into());
        }
        if let Some(days) = material.rotated_days {
            fields.insert("RotationDate".into(), in_days(ask, -days).into());
            fields.insert("RotationType".into(), "ON_DEMAND".into());
        }
        Value::Object(fields)
    };
    (0..).zip(&key.facts.materials).map(row).collect()
}
