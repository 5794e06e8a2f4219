//! Grants, as `ListGrants` shows them: the key by its ARN, the issuer as an account root.

use serde_json::{Map, Value, json};

use super::{in_days, key, list, page};
use crate::scenario::Grant;
use crate::seed;
use crate::wire::{Ask, Reply};
use crate::world::Key;

/// `ListGrants`.
pub(crate) fn list_grants(ask: &Ask<'_>) -> Reply {
    let key = key(ask, false)?;
    let estate = ask.world.estate.as_ref();
    let total = key.grants(estate);
    let wanted = |name: &str| ask.input.text(name);
    if let (None, None) = (wanted("GranteePrincipal"), wanted("GrantId")) {
        let page = page(ask, total, 50, 100)?;
        let grants = page
            .range
            .filter_map(|number| Some(entry(ask, &key, number, &key.grant(estate, number)?)))
            .collect();
        return Ok(list("Grants", grants, page.next));
    }
    let fits =
        |field: &Value, wanted: Option<&str>| wanted.is_none_or(|wanted| field.as_str() == Some(wanted));
    let all: Vec<Value> = (0..total)
        .filter_map(|number| Some(entry(ask, &key, number, &key.grant(estate, number)?)))
        .filter(|grant| {
            let field = |name: &str| grant.get(name).unwrap_or(&Value::Null);
            fits(field("GranteePrincipal"), wanted("GranteePrincipal"))
                && fits(field("GrantId"), wanted("GrantId"))
        })
        .collect();
    let page = page(ask, all.len(), 50, 100)?;
    Ok(list("Grants", all.get(page.range).unwrap_or_default().to_vec(), page.next))
}

fn entry(ask: &Ask<'_>, key: &Key, number: usize, grant: &Grant) -> Value {
    let issuer = grant.issuing_account.as_deref().unwrap_or(&key.account);
    let drawn = seed::hash(ask.world.seed, &["grant", &key.id, &number.to_string()]);
    let mut fields = Map::new();
    fields.insert("KeyId".into(), key.arn.as_str().into());
    fields.insert("GrantId".into(), seed::hex64(drawn).into());
    fields.insert("Name".into(), grant.name.as_str().into());
    fields.insert("CreationDate".into(), in_days(ask, -grant.age_days.max(1)).into());
    fields.insert("IssuingAccount".into(), format!("arn:{}:iam::{issuer}:root", ask.world.partition).into());
    fields.insert("Operations".into(), json!(grant.operations));
    for (name, value) in [
        ("GranteePrincipal", &grant.grantee),
        ("GranteeServicePrincipal", &grant.grantee_service),
        ("RetiringPrincipal", &grant.retiring),
        ("RetiringServicePrincipal", &grant.retiring_service),
    ] {
        if let Some(value) = value {
            fields.insert(name.into(), value.as_str().into());
        }
    }
    let mut constraints = Map::new();
    if !grant.context_equals.is_empty() {
        constraints.insert("EncryptionContextEquals".into(), json!(grant.context_equals));
    }
    if !grant.context_subset.is_empty() {
        constraints.insert("EncryptionContextSubset".into(), json!(grant.context_subset));
    }
    if let Some(arn) = &grant.source_arn {
        constraints.insert("SourceArn".into(), arn.as_str().into());
    }
    if !constraints.is_empty() {
        fields.insert("Constraints".into(), constraints.into());
    }
    fields.into()
}
