//! The custom key store that holds the key is not connected.

use super::{Check, Found, Meta, Missing, Need, Scene, Topic, lack::because};
use crate::{assess::finding::Severity, snapshot::cell::KeyStore};

/// `key-store-unhealthy`
#[derive(Debug)]
pub(super) struct KeyStoreUnhealthy;

const META: Meta = Meta {
    id: "key-store-unhealthy",
    title: "The custom key store that holds the key is not connected",
    finds: "Keys in a CloudHSM or external key store whose connection is off, failed or on its way.",
    matters: "While the store is not connected nothing can be encrypted or decrypted under its keys.",
    fix: "Read the connection error, mend the cluster or the proxy, and connect the store again \
          (kms:ConnectCustomKeyStore).",
    blind: "The state of the cluster or of the external key manager itself.",
    topic: Topic::Availability,
    needs: &[Need::Metadata],
    severity: Severity::High,
};

impl Check for KeyStoreUnhealthy {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn look(&self, scene: &Scene<'_>) -> Vec<Found> {
        let id = scene.key.metadata.known().and_then(|metadata| metadata.custom_key_store_id.as_deref());
        id.and_then(|id| of_store(scene, id)).into_iter().collect()
    }
}

fn of_store(scene: &Scene<'_>, id: &str) -> Option<Found> {
    let stores = &scene.cell.key_stores;
    match (stores.items.iter().find(|store| store.custom_key_store_id == id), &stores.gap) {
        (Some(store), _) => unhealthy(store),
        (None, Some(gap)) => Some(Found::open(Missing::KeyStores, because("the key stores", gap))),
        (None, None) => Some(Found::fail(
            Severity::High,
            id,
            format!("Key store {id}, which holds the key, does not exist."),
        )),
    }
}

fn unhealthy(store: &KeyStore) -> Option<Found> {
    let state = store.connection_state.as_deref().unwrap_or("in an unknown state");
    let severity = match state {
        "CONNECTED" => return None,
        "CONNECTING" => Severity::Medium,
        _ => Severity::High,
    };
    let error = store.connection_error_code.as_deref().map(|code| format!(" ({code})")).unwrap_or_default();
    let detail = format!("Key store {}, which holds the key, is {state}{error}.", store.custom_key_store_id);
    Some(
        Found::fail(severity, store.custom_key_store_id.clone(), detail)
            .with("connection_state", state)
            .with("connection_error_code", &store.connection_error_code),
    )
}
