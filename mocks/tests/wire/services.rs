//! What the services answer, refuse and page.

use serde_json::json;

use crate::ask::{all, assume, between, builtin, caller, cloud, json, query, raw};

const TWO: &str = r#"
regions = ["us-east-1", "eu-west-1"]
opt_in_regions = ["af-south-1"]
[scan_role]
external_id = "e-1"
[organization]
management = "222222222222"
[[account]]
id = "111122223333"
name = "audit"
[[account]]
id = "222222222222"
name = "management"
opted_in = ["af-south-1"]
[[account.iam.role]]
name = "odd"
path = "/<&\"'>/"
trust = "service:ec2.amazonaws.com"
attached = ["AdministratorAccess"]
[[key]]
account = "222222222222"
regions = ["us-east-1"]
count = 3
aliases = ["a"]
[[key]]
account = "222222222222"
region = "eu-west-1"
origin = "AWS_CLOUDHSM"
store = "hsm"
[[key]]
account = "222222222222"
region = "eu-west-1"
spec = "RSA_2048"
usage = "SIGN_VERIFY"
[[store]]
account = "222222222222"
region = "eu-west-1"
name = "hsm"
"#;

#[tokio::test(start_paused = true)]
async fn a_role_lets_in_whom_the_scenario_says() {
    let cloud = cloud(TWO);
    let me = caller(&cloud);
    assert_eq!(assume(&cloud, &me, "222222222222", "").await.err().as_deref(), Some("AccessDenied"));
    assert_eq!(assume(&cloud, &me, "333333333333", "").await.err().as_deref(), Some("AccessDenied"));
    let long = "&ExternalId=e-1&DurationSeconds=7200";
    assert_eq!(assume(&cloud, &me, "222222222222", long).await.err().as_deref(), Some("ValidationError"));
    let big = format!("&ExternalId=e-1&Policy={}", "x".repeat(2049));
    assert_eq!(
        assume(&cloud, &me, "222222222222", &big).await.err().as_deref(),
        Some("PackedPolicyTooLarge")
    );
    let session =
        assume(&cloud, &me, "222222222222", "&ExternalId=e-1&DurationSeconds=900").await.ok().unwrap();
    let (_, xml) = query(&cloud, &session, "sts", "Action=GetCallerIdentity&Version=2011-06-15").await;
    assert_eq!(between(&xml, "Arn"), "arn:aws:sts::222222222222:assumed-role/keyreach-audit/scan");
    tokio::time::advance(std::time::Duration::from_secs(901)).await;
    let (status, error) = json(&cloud, &session, "ListKeys", json!({})).await;
    assert_eq!((status, error["__type"].as_str()), (400, Some("ExpiredTokenException")));
}

#[tokio::test(start_paused = true)]
async fn a_session_policy_holds_a_session_to_what_it_lists() {
    let cloud = cloud(TWO);
    let policy = "&ExternalId=e-1&Policy=%7B%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22kms%3AListKeys%22%2C%22Resource%22%3A%22*%22%7D%5D%7D";
    let session = assume(&cloud, &caller(&cloud), "222222222222", policy).await.ok().unwrap();
    assert_eq!(json(&cloud, &session, "ListKeys", json!({})).await.0, 200);
    let (status, error) = json(&cloud, &session, "ListAliases", json!({})).await;
    assert_eq!((status, error["__type"].as_str()), (400, Some("AccessDeniedException")));
}

#[tokio::test(start_paused = true)]
async fn kms_answers_each_kind_of_key_as_aws_does() {
    let cloud = cloud(TWO);
    let us = assume(&cloud, &caller(&cloud), "222222222222", "&ExternalId=e-1").await.ok().unwrap();
    let keys = all(&cloud, &us, "ListKeys", json!({ "Limit": 1 }), "Keys").await;
    assert_eq!(keys.len(), 3);
    let named = |key: &serde_json::Value| json!({ "KeyId": key["KeyArn"] });
    let (_, described) = json(&cloud, &us, "DescribeKey", named(&keys[0])).await;
    assert_eq!(described["KeyMetadata"]["KeyState"], "Enabled");
    let (_, policy) = json(&cloud, &us, "GetKeyPolicy", named(&keys[0])).await;
    assert!(policy["Policy"].as_str().unwrap().contains("arn:aws:iam::222222222222:root"));
    let (_, none) =
        json(&cloud, &us, "GetKeyPolicy", json!({ "KeyId": keys[0]["KeyId"], "PolicyName": "AWS_RAM" }))
            .await;
    assert_eq!(none["__type"], "NotFoundException");
    let (_, limit) =
        json(&cloud, &us, "ListGrants", json!({ "KeyId": keys[0]["KeyId"], "Limit": 101 })).await;
    assert_eq!(limit["__type"], "ValidationException");
    let eu = us.at("eu-west-1");
    let keys = all(&cloud, &eu, "ListKeys", json!({}), "Keys").await;
    let (_, hsm) = json(&cloud, &eu, "GetKeyRotationStatus", named(&keys[0])).await;
    assert_eq!(hsm["__type"], "UnsupportedOperationException");
    let (_, rsa) = json(&cloud, &eu, "GetKeyRotationStatus", named(&keys[1])).await;
    assert_eq!(rsa["KeyRotationEnabled"], false);
    let (_, stores) = json(&cloud, &eu, "DescribeCustomKeyStores", json!({})).await;
    assert_eq!(stores["CustomKeyStores"][0]["CustomKeyStoreType"], "AWS_CLOUDHSM");
    let (_, wrong) = json(&cloud, &us, "DescribeKey", named(&keys[1])).await;
    assert_eq!(wrong["__type"], "NotFoundException");
}

#[tokio::test(start_paused = true)]
async fn an_alias_is_answered_and_shows_in_the_ledger() {
    let cloud = cloud(TWO);
    let us = assume(&cloud, &caller(&cloud), "222222222222", "&ExternalId=e-1").await.ok().unwrap();
    assert_eq!(json(&cloud, &us, "DescribeKey", json!({ "KeyId": "alias/a-1" })).await.0, 200);
    assert_eq!(cloud.ledger().total("DescribeKey").by_alias, 1);
}

#[tokio::test(start_paused = true)]
async fn a_region_that_is_off_knows_no_credentials() {
    let cloud = cloud(TWO);
    let me = caller(&cloud);
    let (_, error) = json(&cloud, &me.at("af-south-1"), "ListKeys", json!({})).await;
    assert_eq!(error["__type"], "UnrecognizedClientException");
    let session = assume(&cloud, &me, "222222222222", "&ExternalId=e-1").await.ok().unwrap();
    assert_eq!(json(&cloud, &session.at("af-south-1"), "ListKeys", json!({})).await.0, 200);
    let response = raw(&cloud, &me, "account", None, "/listRegions", "{}".into()).await.unwrap();
    let text = String::from_utf8(response.body().to_vec()).unwrap();
    assert!(text.contains(r#"{"RegionName":"af-south-1","RegionOptStatus":"DISABLED"}"#), "{text}");
}

#[tokio::test(start_paused = true)]
async fn only_the_management_account_reads_the_organization() {
    let cloud = cloud(TWO);
    let me = caller(&cloud);
    assert_eq!(json(&cloud, &me, "DescribeOrganization", json!({})).await.0, 200);
    let (_, error) = json(&cloud, &me, "ListAccounts", json!({})).await;
    assert_eq!(error["__type"], "AccessDeniedException");
    let session = assume(&cloud, &me, "222222222222", "&ExternalId=e-1").await.ok().unwrap();
    let accounts = all(&cloud, &session, "ListAccounts", json!({}), "Accounts").await;
    assert_eq!(accounts.len(), 2);
    assert!(accounts[0]["Paths"][0].as_str().unwrap().ends_with("/111122223333/"));
    assert!(accounts[0].get("Status").is_none());
    let (_, alone) = json(&builtin("smallest"), &caller(&cloud), "ListAccounts", json!({})).await;
    assert_eq!(alone["__type"], "AWSOrganizationsNotInUseException");
}

#[tokio::test(start_paused = true)]
async fn iam_escapes_what_xml_must_not_see() {
    let cloud = cloud(TWO);
    let session = assume(&cloud, &caller(&cloud), "222222222222", "&ExternalId=e-1").await.ok().unwrap();
    let body = "Action=GetAccountAuthorizationDetails&Version=2010-05-08&Filter.member.1=Role&MaxItems=1";
    let (status, xml) = query(&cloud, &session, "iam", body).await;
    assert_eq!(status, 200);
    assert_eq!(between(&xml, "Path"), "/&lt;&amp;&quot;&apos;&gt;/");
    assert_eq!(between(&xml, "IsTruncated"), "true");
    assert!(between(&xml, "AssumeRolePolicyDocument").starts_with("%7B%22Version%22%3A%222012-10-17%22"));
}

#[tokio::test(start_paused = true)]
async fn a_chained_role_lasts_an_hour_at_most() {
    let cloud = cloud(
        r#"
        regions = ["us-east-1"]
        [[account]]
        id = "111122223333"
        [[account.iam.role]]
        name = "keyreach-audit"
        max_session = 43200
        assumable_by = ["111122223333"]
        "#,
    );
    let me = caller(&cloud);
    let session = assume(&cloud, &me, "111122223333", "&DurationSeconds=43200").await.ok().unwrap();
    let chained = assume(&cloud, &session, "111122223333", "&DurationSeconds=3601").await;
    assert_eq!(chained.err().as_deref(), Some("ValidationError"));
    assert!(assume(&cloud, &session, "111122223333", "&DurationSeconds=3600").await.is_ok());
    let forged = crate::ask::As { token: Some("other".into()), ..session };
    assert_eq!(
        assume(&cloud, &forged, "111122223333", "").await.err().as_deref(),
        Some("InvalidClientTokenId")
    );
}

#[tokio::test(start_paused = true)]
async fn another_partition_shows_in_every_arn() {
    let cloud = cloud(
        r#"
        partition = "aws-cn"
        regions = ["cn-north-1", "cn-northwest-1"]
        [caller]
        region = "cn-north-1"
        [organization]
        management = "111122223333"
        [[account]]
        id = "111122223333"
        [[key]]
        account = "111122223333"
        regions = ["*"]
        "#,
    );
    let me = caller(&cloud);
    let (_, keys) = json(&cloud, &me, "ListKeys", json!({})).await;
    assert!(
        keys["Keys"][0]["KeyArn"]
            .as_str()
            .unwrap()
            .starts_with("arn:aws-cn:kms:cn-north-1:111122223333:key/")
    );
    let (_, policy) = json(&cloud, &me, "GetKeyPolicy", json!({ "KeyId": keys["Keys"][0]["KeyId"] })).await;
    assert!(policy["Policy"].as_str().unwrap().contains("arn:aws-cn:iam::111122223333:root"));
    // The organization answers whatever region the signature names.
    let (status, accounts) = json(&cloud, &me.at("us-east-1"), "ListAccounts", json!({})).await;
    assert_eq!(status, 200);
    assert!(accounts["Accounts"][0]["Arn"].as_str().unwrap().starts_with("arn:aws-cn:organizations::"));
}

#[tokio::test(start_paused = true)]
async fn the_tree_and_the_guardrails_of_the_menagerie_hang_together() {
    let cloud = builtin("menagerie");
    let me = caller(&cloud);
    let (_, roots) = json(&cloud, &me, "ListRoots", json!({})).await;
    let root = roots["Roots"][0]["Id"].clone();
    let at = |parent: &serde_json::Value| json!({ "ParentId": parent });
    // One refusal stands before each page of the accounts.
    while json(&cloud, &me, "ListAccounts", json!({})).await.0 != 200 {}
    let mut open = vec![root];
    let mut accounts = 0;
    while let Some(parent) = open.pop() {
        tokio::time::advance(std::time::Duration::from_secs(1)).await;
        accounts += all(&cloud, &me, "ListAccountsForParent", at(&parent), "Accounts").await.len();
        let units =
            all(&cloud, &me, "ListOrganizationalUnitsForParent", at(&parent), "OrganizationalUnits").await;
        open.extend(units.into_iter().map(|unit| unit["Id"].clone()));
    }
    assert_eq!(accounts, 18);
    let filter = json!({ "Filter": "RESOURCE_CONTROL_POLICY" });
    let policies = all(&cloud, &me, "ListPolicies", filter, "Policies").await;
    assert_eq!(policies.len(), 3);
    let named = json!({ "PolicyId": policies[1]["Id"] });
    let targets = all(&cloud, &me, "ListTargetsForPolicy", named.clone(), "Targets").await;
    assert_eq!((targets.len(), targets[0]["Type"].as_str()), (1, Some("ORGANIZATIONAL_UNIT")));
    let (_, policy) = json(&cloud, &me, "DescribePolicy", named).await;
    assert!(policy["Policy"]["Content"].as_str().unwrap().contains("o-exampleorg1"));
}
