//! The scenarios that come with the crate.

use keyreach_mocks::{Cloud, Scenario};
use serde_json::json;

use crate::ask::{As, all, assume, builtin, caller, cloud, json};

#[test]
fn every_scenario_of_the_list_builds() {
    for name in Scenario::BUILTIN {
        let text =
            std::fs::read_to_string(format!("{}/scenarios/{name}.toml", env!("CARGO_MANIFEST_DIR"))).unwrap();
        let scenario = Scenario::parse(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        Cloud::new(&scenario).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(Scenario::builtin(name).is_some());
    }
}

const HALF: &str = r#"
regions = []
quotas = false
[scan_role]
[[account]]
id = "123456789012"
[[account]]
id = "100000000000"
[[account]]
id = "111122223333"
[generated]
accounts = 20
regions = 4
keys = 10
aws_managed_keys = 2
principals_per_account = 30
heavy_account_share = 0.5
heavy_regions = 2
grants_on_first_key = 20000
grants_per_key = 1
"#;

#[tokio::test(start_paused = true)]
async fn generated_keys_are_found_again_by_their_ids() {
    let cloud = cloud(HALF);
    let me = assume(&cloud, &caller(&cloud), "100000000000", "").await.unwrap();
    let keys = all(&cloud, &me, "ListKeys", json!({ "Limit": 1000 }), "Keys").await;
    assert_eq!(keys.len(), 382, "half of all 1,520 keys in two regions, and two of AWS in each");
    let key = keys.last().unwrap();
    let (status, described) = json(&cloud, &me, "DescribeKey", json!({ "KeyId": key["KeyArn"] })).await;
    assert_eq!((status, &described["KeyMetadata"]["KeyId"]), (200, &key["KeyId"]));
    let elsewhere = me.at("us-west-1");
    assert_eq!(json(&cloud, &elsewhere, "DescribeKey", json!({ "KeyId": key["KeyId"] })).await.0, 400);
    let (_, aws) = json(&cloud, &me, "DescribeKey", json!({ "KeyId": keys[0]["KeyId"] })).await;
    assert_eq!(aws["KeyMetadata"]["KeyManager"], "AWS");
    let grants =
        all(&cloud, &me, "ListGrants", json!({ "KeyId": keys[2]["KeyId"], "Limit": 100 }), "Grants").await;
    assert_eq!(grants.len(), 20_000);
    let aliases = all(&cloud, &me, "ListAliases", json!({}), "Aliases").await;
    assert_eq!(aliases.len(), keys.len());
}

#[tokio::test(start_paused = true)]
async fn every_generated_policy_is_json() {
    let cloud = cloud(HALF);
    let me = assume(&cloud, &caller(&cloud), "100000000000", "").await.unwrap();
    for key in all(&cloud, &me, "ListKeys", json!({}), "Keys").await {
        let (_, answer) = json(&cloud, &me, "GetKeyPolicy", json!({ "KeyId": key["KeyId"] })).await;
        let policy: serde_json::Value = serde_json::from_str(answer["Policy"].as_str().unwrap()).unwrap();
        assert_eq!(policy["Version"], "2012-10-17");
    }
}

#[tokio::test(start_paused = true)]
async fn the_same_scenario_answers_the_same() {
    let mut answers = Vec::new();
    for _ in 0..2 {
        let mut scenario = Scenario::builtin("menagerie").unwrap();
        scenario.clock = Some("2026-11-20T09:00:00Z".into());
        let cloud = Cloud::new(&scenario).unwrap();
        let me = assume(&cloud, &caller(&cloud), "666677778888", "").await.unwrap().at("eu-west-1");
        let keys = all(&cloud, &me, "ListKeys", json!({}), "Keys").await;
        let mut described = Vec::new();
        for key in &keys {
            described.push(json(&cloud, &me, "DescribeKey", json!({ "KeyId": key["KeyId"] })).await);
            described.push(json(&cloud, &me, "GetKeyPolicy", json!({ "KeyId": key["KeyId"] })).await);
        }
        answers.push((keys, described));
    }
    assert_eq!(answers[0], answers[1]);
    assert!(answers[0].0.len() > 15);
}

#[tokio::test(start_paused = true)]
async fn the_menagerie_holds_every_spec_state_and_origin() {
    let cloud = builtin("menagerie");
    let mut met = std::collections::BTreeSet::new();
    for account in ["210987654321", "555566667777", "333344445555", "666677778888"] {
        let me = assume(&cloud, &caller(&cloud), account, "").await.unwrap();
        for region in ["us-east-1", "us-east-2", "eu-west-1", "eu-central-1"] {
            let me = me.at(region);
            for key in list_keys(&cloud, &me).await {
                let (_, answer) = json(&cloud, &me, "DescribeKey", json!({ "KeyId": key })).await;
                for field in ["KeySpec", "KeyState", "Origin", "KeyUsage"] {
                    met.insert(answer["KeyMetadata"][field].as_str().unwrap().to_owned());
                }
            }
        }
    }
    // 20 specs, 8 states, 4 origins, 5 usages.
    assert_eq!(met.len(), 37, "{met:?}");
}

/// `ListKeys` breaks once in the menagerie, so a list is asked for until it comes.
async fn list_keys(cloud: &Cloud, me: &As) -> Vec<serde_json::Value> {
    let (mut keys, mut marker) = (Vec::new(), json!(null));
    loop {
        let (status, answer) = json(cloud, me, "ListKeys", json!({ "Limit": 1000, "Marker": marker })).await;
        if status != 200 {
            continue;
        }
        keys.extend(answer["Keys"].as_array().unwrap().iter().map(|key| key["KeyId"].clone()));
        marker = answer["NextMarker"].clone();
        if marker.is_null() {
            return keys;
        }
    }
}
