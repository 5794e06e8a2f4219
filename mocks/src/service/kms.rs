//! KMS: one file for each group of operations. Here is what they share: finding the key a request names,
//! cutting pages, times.

pub(crate) mod grants;
pub(crate) mod keys;
pub(crate) mod policy;
pub(crate) mod rotation;
pub(crate) mod stores;
pub(crate) mod usage;

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::clock::DAY;
use crate::page::{self, Page};
use crate::wire::{Ask, Refusal};
use crate::world::Key;

fn not_found(message: String) -> Refusal {
    Refusal::new("NotFoundException", message)
}

/// The key that `KeyId` names: by id, by ARN, or by alias where the operation takes one.
fn key(ask: &Ask<'_>, takes_alias: bool) -> Result<Arc<Key>, Refusal> {
    let named = ask.required("KeyId")?;
    let resource = if named.starts_with("arn:") { of_arn(ask, named)? } else { named };
    if resource.starts_with("alias/") {
        let arn = ask.cell().arn(resource);
        if !takes_alias {
            return Err(Refusal::new("InvalidArnException", format!("Invalid keyId '{named}'")));
        }
        let found = ask.cell().key_of_alias(resource);
        return found.ok_or_else(|| not_found(format!("Alias {arn} is not found.")));
    }
    let id = resource.strip_prefix("key/").unwrap_or(resource);
    let found = ask.cell().key(id);
    found.ok_or_else(|| {
        let looks_right =
            id.strip_prefix("mrk-").unwrap_or(id).bytes().all(|c| c.is_ascii_hexdigit() || c == b'-');
        if looks_right {
            not_found(format!("Key '{}' does not exist", ask.cell().arn(&format!("key/{id}"))))
        } else {
            not_found(format!("Invalid keyId '{id}'"))
        }
    })
}

/// The resource of an ARN of the account and region asked.
fn of_arn<'a>(ask: &Ask<'_>, arn: &'a str) -> Result<&'a str, Refusal> {
    let mut parts = arn.splitn(6, ':').skip(1);
    let (Some(_), Some("kms"), Some(region), Some(account), Some(resource)) =
        (parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(Refusal::new("InvalidArnException", format!("{arn} is not a valid ARN")));
    };
    if region != ask.world.region_name(ask.region) {
        return Err(not_found(format!("Invalid arn {region}")));
    }
    if account != ask.world.account(ask.caller.account).id {
        let message = format!(
            "User: {} is not authorized to perform this operation on resource: {arn} because no resource-based \
             policy allows the action",
            ask.caller.arn
        );
        return Err(Refusal::new("AccessDeniedException", message));
    }
    Ok(resource)
}

/// Cuts the page that `Limit` and `Marker` ask for.
fn page(ask: &Ask<'_>, total: usize, default: usize, most: usize) -> Result<Page, Refusal> {
    let size = match ask.input.number("Limit") {
        None => default,
        Some(limit) => match usize::try_from(limit) {
            Ok(limit) if limit >= 1 && limit <= most => limit,
            _ => return Err(limit_refused(limit, most)),
        },
    };
    page::cut(total, size, ask.input.text("Marker"), ask.paging)
        .ok_or_else(|| Refusal::new("InvalidMarkerException", "Could not deserialize marker."))
}

fn limit_refused(limit: i64, most: usize) -> Refusal {
    let bound = if limit < 1 {
        "greater than or equal to 1".to_owned()
    } else {
        format!("less than or equal to {most}")
    };
    Refusal::new(
        "ValidationException",
        format!(
            "1 validation error detected: Value '{limit}' at 'limit' failed to satisfy constraint: Member must have \
             value {bound}"
        ),
    )
}

/// A list as KMS sends it.
fn list(field: &str, items: Vec<Value>, next: Option<String>) -> String {
    let mut answer = Map::new();
    answer.insert(field.into(), items.into());
    answer.insert("Truncated".into(), next.is_some().into());
    if let Some(next) = next {
        answer.insert("NextMarker".into(), next.into());
    }
    Value::Object(answer).to_string()
}

/// So many days from the start of the simulated time.
fn in_days(ask: &Ask<'_>, days: i64) -> i64 {
    ask.world.base + days * DAY
}
