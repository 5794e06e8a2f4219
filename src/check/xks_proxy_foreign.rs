//! The way to the external key manager runs through another account.

use keyreach_policy::aws::AccountId;

use super::{Check, Found, Meta, Missing, Need, Scene, Topic, lack::because};
use crate::{assess::finding::Severity, snapshot::cell::KeyStore};

/// `xks-proxy-foreign`
#[derive(Debug)]
pub(super) struct XksProxyForeign;

const META: Meta = Meta {
    id: "xks-proxy-foreign",
    title: "The proxy of the external key store belongs to another account",
    finds: "Keys in an external key store whose proxy is reached through a VPC endpoint service of another account.",
    matters: "Every use of the key passes that proxy. Whoever runs it can refuse service at any time, and an attacker who \
              moved the store to another proxy holds the data to ransom.",
    fix: "Make sure that the account is meant to run the proxy: a vendor under contract, or the account of your own \
          network team. Otherwise point the store at your own proxy (kms:UpdateCustomKeyStore).",
    blind: "Who runs the proxy behind a public endpoint; where the external key manager itself stands.",
    topic: Topic::Availability,
    needs: &[Need::Metadata],
    severity: Severity::Medium,
};

impl Check for XksProxyForeign {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn look(&self, scene: &Scene<'_>) -> Vec<Found> {
        let external = scene.metadata().filter(|metadata| metadata.origin == "EXTERNAL_KEY_STORE");
        let id = external.and_then(|metadata| metadata.custom_key_store_id.as_deref());
        id.and_then(|id| of_store(scene, id)).into_iter().collect()
    }
}

fn of_store(scene: &Scene<'_>, id: &str) -> Option<Found> {
    let stores = &scene.cell.key_stores;
    match (stores.items.iter().find(|store| store.custom_key_store_id == id), &stores.gap) {
        (Some(store), _) => foreign(scene, store),
        (None, Some(gap)) => Some(Found::open(Missing::KeyStores, because("the key stores", gap))),
        // That the store is not there is another check's to say.
        (None, None) => None,
    }
}

fn foreign(scene: &Scene<'_>, store: &KeyStore) -> Option<Found> {
    let Some(owner) = store.xks_vpc_endpoint_service_owner.as_deref() else { return not_told(store) };
    let account = owner.parse::<AccountId>().ok();
    if account == Some(scene.cell.account_id) {
        return None;
    }
    let is_trusted = account.is_some_and(|id| scene.settings.trusted.accounts.contains_key(&id));
    let is_member = account.map_or(Some(false), |id| scene.is_member(id));
    let (severity, who) = match is_member {
        _ if is_trusted => (Severity::Info, "which the settings trust"),
        Some(true) => (Severity::Low, "which belongs to the organization"),
        Some(false) => (META.severity, "which nobody vouches for"),
        None => return scene.members_unread().map(Found::Open),
    };
    let id = &store.custom_key_store_id;
    let service = store.xks_vpc_endpoint_service_name.as_deref();
    let named = service.map(|service| format!(" {service}")).unwrap_or_default();
    let detail = format!(
        "Key store {id} is reached through the VPC endpoint service{named} of account {owner}, {who}.{}",
        at(store)
    );
    let found = Found::fail(severity, id.clone(), detail).with("owner", owner);
    Some(
        found
            .with("service", service)
            .with("endpoint", &store.xks_uri_endpoint)
            .with("path", &store.xks_uri_path),
    )
}

/// Every endpoint service has an owner, and a public endpoint has no service.
fn not_told(store: &KeyStore) -> Option<Found> {
    let is_service = store.xks_connectivity.as_deref() == Some("VPC_ENDPOINT_SERVICE")
        || store.xks_vpc_endpoint_service_name.is_some();
    let id = &store.custom_key_store_id;
    let why = format!("AWS did not say who owns the VPC endpoint service of key store {id}");
    is_service.then(|| Found::open(Missing::ProxyOwner, why))
}

/// Where the proxy answers, as a sentence.
fn at(store: &KeyStore) -> String {
    let path = store.xks_uri_path.as_deref().unwrap_or_default();
    store
        .xks_uri_endpoint
        .as_ref()
        .map(|endpoint| format!(" Its proxy answers at {endpoint}{path}."))
        .unwrap_or_default()
}
