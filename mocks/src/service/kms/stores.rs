//! Custom key stores: CloudHSM clusters and external key stores.

use serde_json::{Map, Value, json};

use super::{list, not_found, page};
use crate::scenario::Xks;
use crate::wire::{Ask, Refusal, Reply};
use crate::world::{StoreState, or};

/// `DescribeCustomKeyStores`.
pub(crate) fn describe_custom_key_stores(ask: &Ask<'_>) -> Reply {
    let stores = ask.cell().stores();
    let (id, name) = (ask.input.text("CustomKeyStoreId"), ask.input.text("CustomKeyStoreName"));
    if id.is_some() || name.is_some() {
        let is_it = |store: &&StoreState| id == Some(&store.ids.id) || name == Some(&store.written.name);
        let found = stores.iter().find(is_it).ok_or_else(|| {
            let Refusal { message, .. } = not_found("Custom key store does not exist".to_owned());
            Refusal::new("CustomKeyStoreNotFoundException", message)
        })?;
        return Ok(list("CustomKeyStores", vec![entry(found)], None));
    }
    let page = page(ask, stores.len(), 100, 1000)?;
    let entries = stores.get(page.range).unwrap_or_default().iter().map(entry).collect();
    Ok(list("CustomKeyStores", entries, page.next))
}

fn entry(store: &StoreState) -> Value {
    let mut fields = Map::new();
    fields.insert("CustomKeyStoreId".into(), store.ids.id.as_str().into());
    fields.insert("CustomKeyStoreName".into(), store.written.name.as_str().into());
    fields.insert("ConnectionState".into(), or(&store.written.state, "CONNECTED").into());
    fields.insert("CreationDate".into(), store.created.into());
    if let Some(code) = &store.written.error_code {
        fields.insert("ConnectionErrorCode".into(), code.as_str().into());
    }
    match &store.written.xks {
        Some(xks) => {
            fields.insert("CustomKeyStoreType".into(), "EXTERNAL_KEY_STORE".into());
            fields.insert("XksProxyConfiguration".into(), proxy(xks));
        }
        None => {
            fields.insert("CustomKeyStoreType".into(), "AWS_CLOUDHSM".into());
            fields.insert("CloudHsmClusterId".into(), json!(store.ids.cluster));
            let certificate = "-----BEGIN CERTIFICATE-----\nMIIBexample\n-----END CERTIFICATE-----\n";
            fields.insert("TrustAnchorCertificate".into(), certificate.into());
        }
    }
    Value::Object(fields)
}

fn proxy(xks: &Xks) -> Value {
    let mut fields = Map::new();
    fields.insert("Connectivity".into(), or(&xks.connectivity, "PUBLIC_ENDPOINT").into());
    fields.insert("AccessKeyId".into(), "ABCDE12345670EXAMPLE".into());
    fields.insert("UriEndpoint".into(), xks.endpoint.as_str().into());
    fields.insert("UriPath".into(), or(&xks.path, "/kms/xks/v1").into());
    if let Some(service) = &xks.vpc_service {
        fields.insert("VpcEndpointServiceName".into(), service.as_str().into());
    }
    if let Some(owner) = &xks.vpc_owner {
        fields.insert("VpcEndpointServiceOwner".into(), owner.as_str().into());
    }
    Value::Object(fields)
}
