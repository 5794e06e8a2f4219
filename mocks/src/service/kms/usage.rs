//! The last use of a key, which AWS has told since 2026.

use serde_json::{Map, json};

use super::{in_days, key};
use crate::seed;
use crate::wire::{Ask, Reply};
use crate::world::{Key, or};

/// Days since AWS began to track.
const TRACKED_DAYS: i64 = 240;

/// `GetKeyLastUsage`.
pub(crate) fn get_key_last_usage(ask: &Ask<'_>) -> Reply {
    let key = key(ask, false)?;
    let mut last = Map::new();
    if let Some(days) = key.facts.last_used_days {
        let drawn = seed::hash(ask.world.seed, &["usage", &key.id]);
        last.insert("Operation".into(), or(&key.facts.last_operation, usual(&key)).into());
        last.insert("Timestamp".into(), in_days(ask, -days).into());
        last.insert("CloudTrailEventId".into(), seed::uuid(drawn, seed::mix(drawn)).into());
        last.insert("KmsRequestId".into(), seed::uuid(seed::mix(drawn), drawn).into());
    }
    Ok(json!({
        "KeyId": key.arn,
        "KeyLastUsage": last,
        "TrackingStartDate": in_days(ask, -TRACKED_DAYS).max(key.created),
        "KeyCreationDate": key.created,
    })
    .to_string())
}

fn usual(key: &Key) -> &'static str {
    match key.usage() {
        "SIGN_VERIFY" => "Sign",
        "GENERATE_VERIFY_MAC" => "GenerateMac",
        "KEY_AGREEMENT" => "DeriveSharedSecret",
        "ENCAPSULATE_DECAPSULATE" => "Decapsulate",
        _ => "GenerateDataKey",
    }
}
