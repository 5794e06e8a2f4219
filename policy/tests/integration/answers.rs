//! The shape of answers: what decided, the trace and its reasons, malformed cases; and what only the library
//! can be asked.

use keyreach_policy::{
    Caller, Context, Decision, Policies, Policy, Readings, Request, authorize, authorize_under,
    simulate::{Case, Detail, answer},
};
use serde_json::{Value, json};

const KEY: &str = "arn:aws:kms:us-east-1:111122223333:key/k";

fn case(changes: &Value) -> Value {
    let mut case = json!({
        "id": "a case",
        "request": { "principal": "arn:aws:iam::111122223333:user/alice", "action": "kms:Decrypt", "resource": KEY },
    });
    for (name, value) in changes.as_object().unwrap() {
        case[name] = value.clone();
    }
    case
}

fn answered(case: &Value, detail: Detail) -> Value {
    serde_json::to_value(answer(&case.to_string(), detail)).unwrap()
}

#[test]
fn an_answer_names_what_decided() {
    let allow = json!({ "Sid": "Account", "Effect": "Allow", "Principal": { "AWS": "111122223333" }, "Action": "kms:*", "Resource": "*" });
    let other = json!({ "Effect": "Allow", "Principal": { "AWS": "444455556666" }, "Action": "kms:*", "Resource": "*" });
    let identity = json!({ "Statement": [{ "Effect": "Allow", "Action": "*", "Resource": "*" }] });
    let delegated = case(&json!({
        "key_policies": [{ "Statement": [other, allow] }], "identity_policies": [{ "Statement": [] }, identity],
    }));
    assert_eq!(
        answered(&delegated, Detail::Decision),
        json!({
            "id": "a case", "decision": "allow", "lower": "allow", "upper": "allow", "depends_on": [],
            "decided_by": [
                { "policy": "key_policies[0]", "statement": "Account" },
                { "policy": "identity_policies[1]", "statement": "#0" },
            ],
        })
    );
    let deny = json!({ "Statement": { "Effect": "Deny", "Action": "kms:*", "Resource": "*" } });
    let denied = case(&json!({
        "key_policies": [{ "Statement": [allow] }], "service_control_policies": [[identity], [identity, deny]], "session_policy": deny,
    }));
    assert_eq!(
        answered(&denied, Detail::Decision)["decided_by"],
        json!([
            { "policy": "session_policy", "statement": "#0" },
            { "policy": "service_control_policies[1][1]", "statement": "#0" },
        ])
    );
    let granted = case(&json!({ "grants": [
        { "grantee": "arn:aws:iam::111122223333:user/bob", "operations": ["Decrypt"] },
        { "grantee": "arn:aws:iam::111122223333:user/alice", "operations": ["Decrypt"] },
    ] }));
    assert_eq!(
        answered(&granted, Detail::Decision)["decided_by"],
        json!([{ "policy": "grants[1]", "statement": "" }])
    );
    assert_eq!(answered(&case(&json!({})), Detail::Decision)["decided_by"], json!([]));
}

#[test]
fn a_trace_gives_every_reason() {
    let statement = |changes: Value| {
        let mut statement =
            json!({ "Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*" });
        for (name, value) in changes.as_object().unwrap() {
            statement[name] = value.clone();
        }
        statement
    };
    let condition = |operator: &str, key: &str, value: &str| {
        statement(json!({ "Condition": { operator: { key: value } } }))
    };
    let traced = answered(
        &case(&json!({
            "request": {
                "principal": "arn:aws:iam::111122223333:user/alice", "action": "kms:Decrypt", "resource": KEY,
                "context": { "aws:CalledVia": ["a"], "aws:RequestedRegion": ["us-east-1"] },
            },
            "key_policies": [{ "Statement": [
                statement(json!({})),
                statement(json!({ "Action": [] })),
                statement(json!({ "Resource": null })),
                statement(json!({ "Condition": 1 })),
                statement(json!({ "Action": "s3:*" })),
                statement(json!({ "Principal": { "AWS": "444455556666" } })),
                statement(json!({ "Resource": "arn:aws:kms:us-east-1:111122223333:key/other" })),
                condition("StringEquals", "aws:PrincipalTag/t", "x"),
                condition("Null", "aws:RequestedRegion", "true"),
                condition("StringEquals", "aws:CalledVia", "a"),
                condition("StringEquals", "aws:RequestedRegion", "eu-west-1"),
            ] }],
            "identity_policies": [{ "Statement": statement(json!({})) }],
            "service_control_policies": [[{ "Statement": [{ "Effect": "Deny", "Action": "*", "Resource": "*" }] }]],
            "organization": { "id": "o-a1b2c3d4e5", "management_account_id": "111122223333" },
        })),
        Detail::Trace,
    );
    let steps = traced["trace"].as_array().unwrap();
    let said = lines(steps);
    assert_eq!(
        said,
        [
            "key_policies[0] #0 applies",
            "key_policies[0] #1 ineffective action",
            "key_policies[0] #2 ineffective resource",
            "key_policies[0] #3 ineffective readable_condition",
            "key_policies[0] #4 action_mismatch",
            "key_policies[0] #5 principal_mismatch",
            "key_policies[0] #6 resource_mismatch",
            "key_policies[0] #7 condition_unmet key_absent",
            "key_policies[0] #8 condition_unmet key_present",
            "key_policies[0] #9 condition_unmet needs_set_operator",
            "key_policies[0] #10 condition_unmet value",
            "identity_policies[0] #0 principal_element",
            "service_control_policies[0][0] #0 not_concerned management_account",
        ]
    );
    assert_eq!(steps[0]["via"], json!(["everyone"]));
    assert_eq!(
        (&steps[7]["operator"], &steps[7]["key"]),
        (&json!("StringEquals"), &json!("aws:PrincipalTag/t"))
    );
}

/// One line a step: policy, statement, outcome and reason.
fn lines(steps: &[Value]) -> Vec<String> {
    let line = |step: &Value| {
        let text = |key: &&str| step.get(*key).and_then(Value::as_str).map(str::to_owned);
        let words = ["policy", "statement", "outcome", "lacks", "reason"].iter().filter_map(text);
        words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
    };
    steps.iter().map(line).collect()
}

#[test]
fn a_trace_tells_of_grants() {
    let traced = answered(
        &case(&json!({
            "grants": [
                { "grantee": "arn:aws:iam::111122223333:user/alice", "operations": ["Decrypt"] },
                { "grantee": "arn:aws:iam::111122223333:user/alice", "operations": ["Encrypt"] },
                { "grantee": "arn:aws:iam::111122223333:user/bob", "operations": ["Decrypt"] },
                { "grantee": "111122223333", "operations": ["Decrypt"] },
                { "grantee": "arn:aws:iam::111122223333:user/alice", "operations": ["Decrypt"], "constraints": { "SourceArn": "arn:aws:s3:::b" } },
                { "grantee": "arn:aws:iam::111122223333:user/alice", "operations": ["Decrypt"], "constraints": { "EncryptionContextSubset": { "a": "b" } } },
            ],
        })),
        Detail::Trace,
    );
    assert_eq!(
        lines(traced["trace"].as_array().unwrap()),
        [
            "grants[0] applies",
            "grants[1] grant_mismatch operation",
            "grants[2] grant_mismatch grantee",
            "grants[3] grant_mismatch not_delegated",
            "grants[4] grant_mismatch source_arn",
            "grants[5] grant_mismatch encryption_context",
        ]
    );
}

#[test]
fn malformed_cases_say_why() {
    let error =
        |case: Value| answered(&case, Detail::Decision)["error"].as_str().unwrap_or_default().to_owned();
    for (changes, expected) in [
        (json!({ "request": 1 }), "case: "),
        (json!({ "key_policies": {} }), "case: "),
        (
            json!({ "key_policies": [{}] }),
            "key_policies[0]: line 1, column 1: the document has no `Statement`",
        ),
        (
            json!({ "session_policy": { "Statement": [{}] } }),
            "session_policy: line 1, column 15: the statement has no `Effect`",
        ),
        (
            json!({ "service_control_policies": [[], [7]] }),
            "service_control_policies[1][0]: line 1, column 1: expected an object",
        ),
        (
            json!({ "grants": [{ "grantee": "x", "operations": ["kms:Decrypt"] }] }),
            "grants[0]: `kms:Decrypt` is not an operation of KMS",
        ),
        (json!({ "organization": { "id": "x" } }), "case: "),
    ] {
        assert!(error(case(&changes)).starts_with(expected), "{changes}: {}", error(case(&changes)));
    }
    let twice = r#"{"id": "twice", "request": {"principal": "arn:aws:iam::111122223333:user/a", "action": "kms:Decrypt", "resource": "arn:aws:kms:us-east-1:111122223333:key/k"},
        "key_policies": [{"Statement": [], "Statement": []}]}"#;
    let answer = serde_json::to_value(answer(twice, Detail::Decision)).unwrap();
    assert_eq!(
        answer,
        json!({ "id": "twice", "error": "key_policies[0]: line 1, column 19: duplicate key `Statement`" })
    );
    assert_eq!(answered(&json!("no case"), Detail::Decision)["id"], "");
}

#[test]
fn absent_and_null_parts_are_empty() {
    let nulls = case(&json!({
        "key_policies": null, "grants": null, "identity_policies": null, "permissions_boundary": null, "session_policy": null,
        "service_control_policies": null, "resource_control_policies": null, "organization": null, "unheard_of": 1,
    }));
    assert_eq!(answered(&nulls, Detail::Decision), answered(&case(&json!({})), Detail::Decision));
}

#[test]
fn what_follows_from_a_request_is_filled_in() {
    let context = |principal: &str, given: Value| -> Value {
        let case = json!({
            "request": { "principal": principal, "action": "kms:Decrypt", "resource": KEY, "context": given },
            "organization": { "id": "o-a1b2c3d4e5", "members": ["111122223333"] },
        });
        let case = Case::parse(&case.to_string()).unwrap();
        case.request()
            .context()
            .iter()
            .filter(|(_, values)| !values.is_empty())
            .map(|(key, values)| (key.to_owned(), json!(values)))
            .collect()
    };
    assert_eq!(
        context("arn:aws:sts::111122223333:assumed-role/Admin/s", json!({})),
        json!({
            "aws:PrincipalAccount": ["111122223333"], "aws:PrincipalArn": ["arn:aws:iam::111122223333:role/Admin"],
            "aws:PrincipalIsAWSService": ["false"], "aws:PrincipalOrgID": ["o-a1b2c3d4e5"], "aws:PrincipalType": ["AssumedRole"],
            "aws:ResourceAccount": ["111122223333"], "aws:ResourceOrgID": ["o-a1b2c3d4e5"], "kms:CallerAccount": ["111122223333"],
        })
    );
    assert_eq!(
        context("logs.amazonaws.com", json!({ "aws:ResourceOrgID": [], "AWS:ResourceAccount": ["x"] })),
        json!({
            "aws:PrincipalIsAWSService": ["true"], "aws:PrincipalServiceName": ["logs.amazonaws.com"], "AWS:ResourceAccount": ["x"],
        })
    );
}

fn request(caller: &str) -> Request {
    let caller = Caller::parse(caller, None).unwrap();
    Request::new(caller, "kms:Decrypt".parse().unwrap(), KEY.parse().unwrap(), Context::new())
        .unwrap()
        .completed(None)
}

#[test]
fn no_rcp_binds_keys_managed_by_aws() {
    let allow = Policy::parse(
        r#"{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"}}"#,
    )
    .unwrap();
    let deny = Policy::parse(
        r#"{"Statement": {"Effect": "Deny", "Principal": "*", "Action": "kms:*", "Resource": "*"}}"#,
    )
    .unwrap();
    let mut policies = Policies {
        key_policies: vec![&allow],
        resource_control_policies: vec![vec![&deny]],
        ..Policies::default()
    };
    let request = request("arn:aws:iam::111122223333:user/alice");
    assert_eq!(authorize(&request, &policies).decision, Decision::ExplicitDeny);
    policies.aws_managed_key = true;
    assert_eq!(authorize(&request, &policies).decision, Decision::Allow);
}

#[test]
fn one_reading_can_be_chosen() {
    let role = Policy::parse(r#"{"Statement": {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/Admin"}, "Action": "kms:*", "Resource": "*"}}"#).unwrap();
    let policies = Policies { key_policies: vec![&role], ..Policies::default() };
    let request = request("arn:aws:sts::111122223333:assumed-role/admin/s");
    let with_case = Readings { role_name_with_case: true, ..Readings::default() };
    assert_eq!(authorize_under(&request, &policies, Readings::default()), Decision::Allow);
    assert_eq!(authorize_under(&request, &policies, with_case), Decision::ImplicitDeny);
}

#[test]
fn only_keys_can_be_asked_for() {
    for resource in [
        "arn:aws:kms:us-east-1:111122223333:alias/a",
        "arn:aws:kms:us-east-1:111122223333:key/",
        "arn:aws:s3:::b",
        "arn:aws:kms:us-east-1::key/k",
    ] {
        let caller = Caller::parse("arn:aws:iam::111122223333:root", None).unwrap();
        let request =
            Request::new(caller, "kms:Decrypt".parse().unwrap(), resource.parse().unwrap(), Context::new());
        assert!(request.is_err(), "{resource}");
    }
}
