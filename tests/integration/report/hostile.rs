//! Whoever may name a key may try to write into the report: every foreign text, in the page and in JSON; the other
//! formats stand in `feeds`.

use keyreach::{
    report::text,
    snapshot::{
        Snapshot,
        gap::{Fact, GapKind},
    },
};
use serde_json::Value;

use super::{html, json, rendered};
use crate::example;

/// Breaks out of elements, attributes and scripts; moves cursors; turns and hides text.
pub(super) fn hostile(place: &str) -> String {
    format!(
        "{place}</script><script>alert('x')</script>\"'&<!--\u{1b}[2J\u{9b}31m\u{202e}\u{2066}\u{200b}\u{e0041}\n\u{0}\u{2028}"
    )
}

/// The same text as a page may show it.
fn harmless(place: &str) -> String {
    let shown = text::Visible(&hostile(place)).to_string();
    shown
        .replace('&', "&#38;")
        .replace('<', "&#60;")
        .replace('>', "&#62;")
        .replace('"', "&#34;")
        .replace('\'', "&#39;")
}

/// A snapshot in which everything that somebody else writes is hostile, and the places the page shows.
pub(super) fn snapshot() -> (Snapshot, Vec<&'static str>) {
    let mut snapshot = example::snapshot();
    snapshot.scan.id = hostile("scan-id");
    snapshot.scan.caller_arn = hostile("caller");
    snapshot.scan.tool_version = hostile("version");
    let account = &mut snapshot.accounts[1];
    account.name = Some(hostile("account-name"));
    account.state = Some(hostile("account-state"));
    let mut gap = example::gap(&hostile("operation"), &hostile("resource"), GapKind::Denied);
    gap.code = Some(hostile("code"));
    gap.message = hostile("message");
    account.gaps.push(gap);
    if let Fact::Known(Some(organization)) = &mut snapshot.organization {
        organization.units.items[0].name = Some(hostile("unit-name"));
    }
    let mut store = example::key_store(&hostile("store-id"));
    store.name = Some(hostile("store-name"));
    store.custom_key_store_type = Some(hostile("store-type"));
    store.connection_state = Some(hostile("connection"));
    store.connection_error_code = Some(hostile("connection-error"));
    store.cloud_hsm_cluster_id = Some(hostile("cluster"));
    store.xks_vpc_endpoint_service_owner = Some(hostile("endpoint-owner"));
    store.xks_vpc_endpoint_service_name = Some(hostile("endpoint-service"));
    store.xks_uri_endpoint = Some(hostile("proxy-endpoint"));
    store.xks_uri_path = Some(hostile("proxy-path"));
    snapshot.cells[1].key_stores.items.push(store);
    spoil_key(&mut snapshot);
    let shown = "scan-id caller version account-name account-state operation resource code message unit-name \
                 store-id store-name store-type connection connection-error cluster endpoint-owner endpoint-service proxy-endpoint proxy-path alias key-id \
                 description state spec origin";
    (snapshot, shown.split_whitespace().collect())
}

fn spoil_key(snapshot: &mut Snapshot) {
    let key = &mut snapshot.cells[1].keys[0];
    key.key_id = hostile("key-id");
    key.arn = hostile("arn");
    key.aliases = vec![hostile("alias"), hostile("second-alias")];
    key.tags = Fact::Known([(hostile("tag-key"), hostile("tag-value"))].into());
    key.policy = Fact::Known(hostile("policy"));
    let statement = serde_json::json!({ "Statement": [{ "Sid": hostile("sid") }] });
    key.ram_policy = Fact::Known(Some(statement.to_string()));
    let mut metadata = example::metadata();
    metadata.description = hostile("description");
    metadata.key_state = hostile("state");
    metadata.key_spec = hostile("spec");
    metadata.key_usage = hostile("usage");
    metadata.origin = hostile("origin");
    key.metadata = Fact::Known(metadata);
    let grant = &mut key.grants.items[0];
    grant.grant_id = hostile("grant-id");
    grant.name = Some(hostile("grant-name"));
    grant.grantee_principal = Some(hostile("grantee"));
    grant.retiring_principal = Some(hostile("retiring"));
    grant.issuing_account = Some(hostile("issuing"));
    grant.operations = vec![hostile("operation-of-grant")];
    grant.constraints.source_arn = Some(hostile("source-arn"));
    grant.constraints.encryption_context_subset = Some([(hostile("ec-key"), hostile("ec-value"))].into());
}

#[test]
fn the_page_shows_foreign_text_and_does_nothing_it_says() {
    let (snapshot, shown) = snapshot();
    let page = html(&snapshot);
    for place in shown {
        assert!(page.contains(&harmless(place)), "{place} is not shown");
    }
    assert_eq!(page.matches("<script").count(), 2, "only our own script and the data, which does not run");
    assert_eq!(page.matches("</script").count(), 2);
    assert_eq!(page.matches("<!--").count(), 0);
    let acting: Vec<char> = page.chars().filter(|&c| text::acts(c) && c != '\n').collect();
    assert_eq!(acting, [' '; 0]);
}

#[test]
fn json_keeps_every_character_and_sends_none_that_acts() {
    let (snapshot, _) = snapshot();
    let text = rendered(&snapshot, keyreach::config::Format::Json);
    let acting: Vec<char> = text.trim_end().chars().filter(|&c| text::acts(c)).collect();
    assert_eq!(acting, [' '; 0]);
    let report = json(&snapshot);
    let key = &report["keys"][1];
    let expected = [
        (&report["scan"]["caller_arn"], "caller"),
        (&report["accounts"][1]["name"], "account-name"),
        (&report["coverage"]["gaps"][0]["message"], "message"),
        (&key["arn"], "arn"),
        (&key["aliases"][1], "second-alias"),
        (&key["description"], "description"),
        (&key["tags"][hostile("tag-key")], "tag-value"),
        (&key["policies"][0]["document"], "policy"),
        (&key["policies"][1]["document"]["Statement"][0]["Sid"], "sid"),
        (&key["grants"][0]["grantee"], "grantee"),
        (&key["grants"][0]["retiring"], "retiring"),
        (&key["grants"][0]["constraints"]["SourceArn"], "source-arn"),
        (&key["grants"][0]["constraints"]["EncryptionContextSubset"][hostile("ec-key")], "ec-value"),
    ];
    for (found, place) in expected {
        assert_eq!(*found, Value::String(hostile(place)), "{place}");
    }
}
