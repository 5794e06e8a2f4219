//! Key policies: `default`, and `AWS_RAM` where a share made one.

use serde_json::json;

use super::{key, list, not_found, page};
use crate::wire::{Ask, Reply};

/// `GetKeyPolicy`.
pub(crate) fn get_key_policy(ask: &Ask<'_>) -> Reply {
    let key = key(ask, false)?;
    let name = ask.input.text("PolicyName").unwrap_or("default");
    let policy = match name {
        "default" => Some(key.policy(ask.world.estate.as_ref())),
        "AWS_RAM" => key.facts.ram_policy.clone(),
        _ => None,
    };
    let policy = policy.ok_or_else(|| not_found("No such policy exists".to_owned()))?;
    Ok(json!({ "Policy": policy, "PolicyName": name }).to_string())
}

/// `ListKeyPolicies`.
pub(crate) fn list_key_policies(ask: &Ask<'_>) -> Reply {
    let key = key(ask, false)?;
    let mut names = vec![json!("default")];
    names.extend(key.facts.ram_policy.as_ref().map(|_| json!("AWS_RAM")));
    let page = page(ask, names.len(), 100, 1000)?;
    Ok(list("PolicyNames", names.get(page.range).unwrap_or_default().to_vec(), page.next))
}
