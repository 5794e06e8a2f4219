//! The keys and the key stores, a row each: what a reader without script and a printer see.

use std::collections::BTreeMap;

use keyreach_policy::aws::AccountId;

use super::{
    Table, opening,
    words::{count, day, grouped},
};
use crate::{
    assess::rotation::Eligibility,
    report::{Report, ReportedKey},
    snapshot::{
        Snapshot,
        cell::{Cell, KeyStore},
        gap::Listing,
        grant::Grant,
        key::{Key, KeyMetadata},
    },
};

const UNKNOWN: &str = "unknown";

/// One key.
pub(super) struct Row<'a> {
    pub(super) alias: &'a str,
    pub(super) more_aliases: usize,
    pub(super) key_id: &'a str,
    pub(super) description: &'a str,
    pub(super) account_id: String,
    pub(super) account_name: &'a str,
    pub(super) region: &'a str,
    pub(super) state: String,
    pub(super) spec: &'a str,
    pub(super) origin: &'a str,
    pub(super) rotation: String,
    pub(super) grants: String,
    pub(super) exposure: &'static str,
    pub(super) lockout: &'static str,
    pub(super) gaps: usize,
}

/// Every key, the most exposed first, then those that are the hardest to govern: a page may not hold all.
pub(super) fn rows<'a>(report: &Report<'a>) -> Table<Row<'a>> {
    let names = account_names(report.snapshot);
    let mut keys: Vec<&ReportedKey<'a>> = report.keys.iter().collect();
    keys.sort_by_key(|key| urgency(key));
    let name = |key: &ReportedKey<'_>| names.get(&key.cell.account_id).copied().unwrap_or_default();
    Table::new(keys.into_iter().map(|key| row(key, name(key))))
}

/// The place of a key's judgements, the worst first.
fn urgency(key: &ReportedKey<'_>) -> (Option<usize>, Option<usize>) {
    let (exposure, lockout) = (key.judged.exposure.level, key.judged.lockout.verdict);
    (
        opening::WIDEST_FIRST.iter().position(|(level, _)| *level == exposure),
        opening::WORST_FIRST.iter().position(|verdict| *verdict == lockout),
    )
}

pub(super) fn row<'a>(reported: &ReportedKey<'a>, account_name: &'a str) -> Row<'a> {
    let &ReportedKey { cell, key, judged } = reported;
    let metadata = key.metadata.known();
    Row {
        alias: key.aliases.first().map_or_else(|| no_alias(cell), String::as_str),
        more_aliases: key.aliases.len().saturating_sub(1),
        key_id: &key.key_id,
        description: metadata.map(|m| m.description.as_str()).unwrap_or_default(),
        account_id: cell.account_id.to_string(),
        account_name,
        region: cell.region.as_str(),
        state: metadata.map_or_else(|| UNKNOWN.to_owned(), state),
        spec: metadata.map_or(UNKNOWN, |m| &m.key_spec),
        origin: metadata.map_or(UNKNOWN, |m| &m.origin),
        rotation: rotation(key, judged.rotation),
        grants: grants(&key.grants),
        exposure: judged.exposure.level.as_str(),
        lockout: judged.lockout.verdict.as_str(),
        gaps: key.gaps().count(),
    }
}

/// No alias is known: there is none, or the list could not be read, which is not the same.
fn no_alias(cell: &Cell) -> &'static str {
    if cell.gaps.iter().any(|gap| gap.operation == "kms:ListAliases") {
        "aliases not read"
    } else {
        "no alias"
    }
}

fn state(metadata: &KeyMetadata) -> String {
    match metadata.deletion_date {
        Some(date) => format!("{}, on {}", metadata.key_state, day(date)),
        None => metadata.key_state.clone(),
    }
}

fn rotation(key: &Key, eligibility: Eligibility) -> String {
    let setting = match key.rotation.known() {
        Some(Some(status)) if status.enabled => match status.period_in_days {
            Some(days) => format!("on, {days} days"),
            None => "on".to_owned(),
        },
        Some(Some(_)) => "off".to_owned(),
        Some(None) | None => UNKNOWN.to_owned(),
    };
    match eligibility {
        Eligibility::Automatic => setting,
        Eligibility::ViaPrimary => format!("by its primary: {setting}"),
        Eligibility::OnDemandOnly => "on demand only".to_owned(),
        Eligibility::NotApplicable => "not applicable".to_owned(),
        Eligibility::Unknown => UNKNOWN.to_owned(),
    }
}

fn grants(grants: &Listing<Grant>) -> String {
    match (grants.items.len(), &grants.gap) {
        (0, Some(_)) => UNKNOWN.to_owned(),
        (read, Some(_)) => format!("{} or more", grouped(read)),
        (read, None) => grouped(read),
    }
}

/// One custom key store.
pub(super) struct StoreRow<'a> {
    pub(super) name: &'a str,
    pub(super) id: &'a str,
    pub(super) account_id: String,
    pub(super) account_name: &'a str,
    pub(super) region: &'a str,
    pub(super) kind: &'a str,
    pub(super) connection: String,
    pub(super) behind: String,
    pub(super) keys: String,
}

/// Every custom key store.
pub(super) fn stores(snapshot: &Snapshot) -> Table<StoreRow<'_>> {
    let names = account_names(snapshot);
    let stores: Vec<(&Cell, &KeyStore)> = snapshot
        .cells
        .iter()
        .flat_map(|cell| cell.key_stores.items.iter().map(move |store| (cell, store)))
        .collect();
    Table::new(stores.into_iter().map(|(cell, store)| StoreRow {
        name: store.name.as_deref().unwrap_or_default(),
        id: &store.custom_key_store_id,
        account_id: cell.account_id.to_string(),
        account_name: names.get(&cell.account_id).copied().unwrap_or_default(),
        region: cell.region.as_str(),
        kind: store.custom_key_store_type.as_deref().unwrap_or(UNKNOWN),
        connection: connection(store),
        behind: behind(store),
        keys: count(keys_in(cell, &store.custom_key_store_id), "key", "keys"),
    }))
}

fn connection(store: &KeyStore) -> String {
    let state = store.connection_state.as_deref().unwrap_or(UNKNOWN);
    match &store.connection_error_code {
        Some(code) => format!("{state}: {code}"),
        None => state.to_owned(),
    }
}

fn behind(store: &KeyStore) -> String {
    let cluster = store.cloud_hsm_cluster_id.clone();
    let connectivity = store.xks_connectivity.clone();
    let service = store.xks_vpc_endpoint_service_name.clone();
    let owner =
        store.xks_vpc_endpoint_service_owner.as_ref().map(|owner| format!("endpoint service of {owner}"));
    let proxy = store.xks_uri_endpoint.as_ref().map(|endpoint| {
        let path = store.xks_uri_path.as_deref().unwrap_or_default();
        format!("proxy at {endpoint}{path}")
    });
    [cluster, connectivity, service, owner, proxy].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn keys_in(cell: &Cell, store: &str) -> usize {
    let holds =
        |key: &&Key| key.metadata.known().is_some_and(|m| m.custom_key_store_id.as_deref() == Some(store));
    cell.keys.iter().filter(holds).count()
}

pub(super) fn account_names(snapshot: &Snapshot) -> BTreeMap<AccountId, &str> {
    snapshot.accounts.iter().filter_map(|a| Some((a.id, a.name.as_deref()?))).collect()
}
