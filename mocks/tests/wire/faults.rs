//! What goes wrong when a scenario says so, and the quotas.

use std::time::Duration;

use serde_json::json;

use crate::ask::{all, builtin, caller, cloud, json, raw};

fn with(fault: &str) -> std::sync::Arc<keyreach_mocks::Cloud> {
    cloud(&format!(
        r#"
        regions = ["us-east-1"]
        [[account]]
        id = "111122223333"
        [[key]]
        account = "111122223333"
        region = "us-east-1"
        count = 3
        aliases = ["k"]
        [[fault]]
        {fault}"#
    ))
}

#[tokio::test(start_paused = true)]
async fn refusals_come_as_often_as_written() {
    let cloud = with("operation = \"ListKeys\"\nkind = \"throttled\"\ntimes = 2");
    let me = caller(&cloud);
    for expected in [400, 400, 200, 200] {
        assert_eq!(json(&cloud, &me, "ListKeys", json!({})).await.0, expected);
    }
    let count = cloud.ledger().total("ListKeys");
    assert_eq!((count.calls, count.throttled, count.faulted), (4, 2, 2));
}

#[tokio::test(start_paused = true)]
async fn a_fault_can_pick_one_key_by_its_alias() {
    let cloud = with("operation = \"GetKeyPolicy\"\nkey = \"alias/k-1\"\nkind = \"denied\"");
    let me = caller(&cloud);
    let mut answers = Vec::new();
    for key in all(&cloud, &me, "ListKeys", json!({}), "Keys").await {
        answers.push(json(&cloud, &me, "GetKeyPolicy", json!({ "KeyId": key["KeyArn"] })).await.0);
    }
    assert_eq!(answers, [200, 400, 200]);
}

#[tokio::test(start_paused = true)]
async fn connections_break_before_and_in_an_answer() {
    let cloud = with("kind = \"drop\"");
    let lost = raw(&cloud, &caller(&cloud), "kms", Some("TrentService.ListKeys"), "/", "{}".into()).await;
    assert!(lost.is_err());
    let cloud = with("kind = \"truncate\"");
    let cut =
        raw(&cloud, &caller(&cloud), "kms", Some("TrentService.ListKeys"), "/", "{}".into()).await.unwrap();
    let length: usize = cut.headers()["content-length"].to_str().unwrap().parse().unwrap();
    assert!(length > cut.body().len());
}

#[tokio::test(start_paused = true)]
async fn odd_pages_still_hold_everything_once() {
    for kind in ["empty_pages", "short_pages"] {
        let cloud = with(&format!("kind = \"{kind}\""));
        assert_eq!(all(&cloud, &caller(&cloud), "ListKeys", json!({ "Limit": 2 }), "Keys").await.len(), 3);
    }
    let cloud = with("kind = \"repeat_token\"");
    let (_, first) = json(&cloud, &caller(&cloud), "ListKeys", json!({ "Limit": 1 })).await;
    let again = json!({ "Limit": 1, "Marker": first["NextMarker"] });
    assert_eq!(json(&cloud, &caller(&cloud), "ListKeys", again).await.1["NextMarker"], first["NextMarker"]);
}

#[tokio::test(start_paused = true)]
async fn a_quota_refuses_what_is_over_it_and_fills_in_simulated_time() {
    let cloud = builtin("smallest");
    let me = caller(&cloud);
    let ask = async || json(&cloud, &me, "DescribeCustomKeyStores", json!({})).await.0;
    for expected in [200, 200, 200, 200, 200, 400, 400] {
        assert_eq!(ask().await, expected);
    }
    tokio::time::advance(Duration::from_millis(200)).await;
    assert_eq!((ask().await, ask().await), (200, 400));
}
