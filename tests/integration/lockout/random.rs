//! Random small accounts, as settings in JSON: a key policy, up to four principals, guardrails.

use fastrand::Rng;
use serde_json::{Value, json};

pub(crate) const IDENTITY_CENTER: &str =
    "role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Admin_0123456789abcdef";

/// Whom trust policies let in: people, people of Identity Center, machines.
pub(crate) const TRUSTS: [&str; 4] = [
    r#"{"AWS": "arn:aws:iam::111122223333:root"}"#,
    r#"{"Federated": "arn:aws:iam::111122223333:saml-provider/sso"}"#,
    r#"{"Service": "codebuild.amazonaws.com"}"#,
    r#"{"Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"}"#,
];

const PRINCIPALS: &[&str] = &[
    "*",
    "arn:aws:iam::111122223333:root",
    "arn:aws:iam::111122223333:root",
    "111122223333",
    "arn:aws:iam::111122223333:role/app",
    "arn:aws:iam::111122223333:role/p/ops",
    "arn:aws:iam::111122223333:role/App",
    "arn:aws:iam::111122223333:user/ann",
    "arn:aws:iam::111122223333:user/bob",
    "arn:aws:sts::111122223333:assumed-role/app/s1",
    "arn:aws:sts::111122223333:assumed-role/OPS/s1",
    "arn:aws:iam::111122223333:role/gone",
    "AROAGONEGONEGONEGONE1",
    "AIDAEXAMPLEEXAMPLEANN",
    "222233334444",
    "arn:aws:iam::222233334444:role/app",
];

const CONDITIONS: &[(&str, &str, &str)] = &[
    ("StringEquals", "aws:PrincipalOrgID", r#""o-a1b2c3d4e5""#),
    ("StringNotEquals", "aws:PrincipalOrgID", r#""o-a1b2c3d4e5""#),
    ("StringNotEquals", "aws:PrincipalAccount", r#""111122223333""#),
    ("StringEquals", "kms:CallerAccount", r#""111122223333""#),
    ("ArnLike", "aws:PrincipalArn", r#""arn:aws:iam::*:role/app""#),
    ("ArnNotLike", "aws:PrincipalArn", r#""arn:aws:iam::*:role/app""#),
    ("ArnNotEquals", "aws:PrincipalArn", r#""arn:aws:iam::111122223333:root""#),
    ("StringNotLike", "aws:PrincipalArn", r#""*:user/*""#),
    ("StringLike", "aws:PrincipalArn", r#""*/AWSReservedSSO_*""#),
    ("StringEquals", "aws:PrincipalType", r#"["User","Account"]"#),
    ("StringEquals", "aws:username", r#""ann""#),
    ("StringLike", "aws:userid", r#""AROAEXAMPLEEXAMPLEAPP:*""#),
    ("ArnNotLike", "aws:userid", r#""arn:aws:iam::*:user/x""#),
    ("IpAddress", "aws:SourceIp", r#""203.0.113.0/24""#),
    ("NotIpAddress", "aws:SourceIp", r#"["203.0.113.0/24","2001:db8::/32"]"#),
    ("StringEquals", "aws:SourceVpce", r#""vpce-1""#),
    ("StringNotEquals", "aws:SourceVpce", r#""vpce-1""#),
    ("Null", "aws:SourceVpce", r#""true""#),
    ("StringEquals", "kms:ViaService", r#""cloudformation.eu-west-1.amazonaws.com""#),
    ("Bool", "aws:ViaAWSService", r#""false""#),
    ("Bool", "aws:MultiFactorAuthPresent", r#""true""#),
    ("Bool", "aws:MultiFactorAuthPresent", r#""false""#),
    ("BoolIfExists", "aws:MultiFactorAuthPresent", r#""false""#),
    ("Bool", "aws:PrincipalIsAWSService", r#""${aws:PrincipalTag/none, 'false'}""#),
    ("StringEquals", "aws:PrincipalTag/team", r#""red""#),
    ("StringNotEquals", "aws:PrincipalTag/team", r#"["red","blue"]"#),
    ("StringEquals", "aws:ResourceTag/team", r#""${aws:PrincipalTag/team}""#),
    ("ForAllValues:StringEquals", "aws:PrincipalTag/team", r#"["red"]"#),
    ("Bool", "kms:BypassPolicyLockoutSafetyCheck", r#""true""#),
    ("Bool", "kms:BypassPolicyLockoutSafetyCheck", r#""false""#),
    ("DateGreaterThan", "aws:CurrentTime", r#""2020-01-01T00:00:00Z""#),
    ("DateLessThan", "aws:CurrentTime", r#""2030-01-01T00:00:00Z""#),
    ("DateLessThan", "aws:CurrentTime", r#""2021-01-01T00:00:00Z""#),
];

pub(crate) fn pick<T: Clone>(rng: &mut Rng, all: &[T]) -> T {
    all[rng.usize(..all.len())].clone()
}

/// A statement; `principals` where it names some.
fn statement(rng: &mut Rng, allow: bool, principals: Option<&[&str]>) -> Value {
    let mut statement = json!({"Effect": if allow { "Allow" } else { "Deny" }, "Resource": "*"});
    if rng.u8(..8) == 0 {
        statement["NotAction"] = json!(pick(rng, &["kms:Decrypt", "kms:PutKeyPolicy"]));
    } else {
        let actions = ["kms:*", "*", "kms:PutKeyPolicy", "kms:Put*", "kms:De*"];
        statement["Action"] = json!(pick(rng, &actions));
    }
    if rng.u8(..10) == 0 {
        let odd =
            ["arn:aws:kms:*:111122223333:key/*", "arn:aws:kms:*", "arn:aws:kms:*:key/k", "arn:aws:s3:::b"];
        statement["Resource"] = json!(pick(rng, &odd));
    }
    if let Some(all) = principals {
        let named: Vec<&str> = (0..rng.usize(1..=3)).map(|_| pick(rng, all)).collect();
        let element = if !allow && all.len() > 1 && rng.u8(..4) == 0 { "NotPrincipal" } else { "Principal" };
        statement[element] = json!({"AWS": named});
    }
    let count = if allow { rng.usize(0..=1) } else { rng.usize(0..=2) };
    for _ in 0..count {
        let (operator, key, values) = pick(rng, CONDITIONS);
        statement["Condition"][operator][key] = serde_json::from_str(values).unwrap();
    }
    statement
}

/// Several statements, the first of which allows.
fn policy(rng: &mut Rng, principals: Option<&[&str]>, most: usize) -> Vec<Value> {
    (0..rng.usize(1..=most))
        .map(|n| {
            let allow = n == 0 || rng.u8(..3) > 0;
            statement(rng, allow, principals)
        })
        .collect()
}

fn somebody(rng: &mut Rng, who: &str) -> Value {
    let id = match who {
        "role/app" => "AROAEXAMPLEEXAMPLEAPP",
        "role/p/ops" => "AROAEXAMPLEEXAMPLEOPS",
        "user/ann" => "AIDAEXAMPLEEXAMPLEANN",
        "user/bob" => "AIDAEXAMPLEEXAMPLEBOB",
        _ => "AROAEXAMPLEEXAMPLESSO",
    };
    let mut one = json!({"who": who, "id": id});
    if rng.u8(..4) > 0 {
        one["may"] = json!(policy(rng, None, 3));
    }
    if rng.u8(..6) == 0 {
        one["boundary"] = json!(policy(rng, None, 2));
    }
    if rng.bool() {
        one["tags"] = json!({"team": pick(rng, &["red", "green"])});
    }
    if who.starts_with("role/") {
        let trust = if who == IDENTITY_CENTER { TRUSTS[1] } else { pick(rng, &TRUSTS) };
        one["trusts"] = serde_json::from_str(trust).unwrap();
        if rng.bool() {
            one["last_used"] = json!(pick(rng, &["2025-11-01T00:00:00Z", "2026-03-01T00:00:00Z"]));
        } else if rng.bool() {
            one["created"] = json!(pick(rng, &["2019-11-01T00:00:00Z", "2026-03-01T00:00:00Z"]));
        }
    }
    one
}

/// A Deny of a key policy, an identity policy or an SCP, or of an RCP.
pub(crate) fn deny(rng: &mut Rng, place: &str) -> Value {
    match place {
        "statements" => statement(rng, false, Some(PRINCIPALS)),
        "rcps" => statement(rng, false, Some(&["*"])),
        _ => statement(rng, false, None),
    }
}

/// An account with its key.
pub(crate) fn account(seed: u64) -> Value {
    let rng = &mut Rng::with_seed(seed);
    let mut people: Vec<Value> = Vec::new();
    for who in ["role/app", "role/p/ops", "user/ann", "user/bob", IDENTITY_CENTER] {
        if rng.u8(..5) < 2 {
            people.push(somebody(rng, who));
        }
    }
    let mut account = json!({"statements": policy(rng, Some(PRINCIPALS), 4), "principals": people});
    if rng.u8(..4) == 0 {
        let statements: Vec<Value> = (0..rng.usize(1..=2))
            .map(|_| {
                let allow = rng.bool();
                statement(rng, allow, None)
            })
            .collect();
        account["scps"] = json!([{"at": "unit", "statements": statements}]);
        if rng.bool() {
            account["without_full_access"] = json!(["unit"]);
        }
    }
    if rng.u8(..5) == 0 {
        account["rcps"] = json!([{"at": "unit", "statements": [statement(rng, false, Some(&["*"]))]}]);
    }
    account
}
