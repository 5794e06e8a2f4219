//! Policies that cost most: as many names, conditions and Deny statements as fit into the 32 KiB that KMS accepts, and
//! patterns made to be hard.

use serde_json::{Value, json};

/// What KMS accepts of a key policy, in bytes.
const LIMIT: usize = 32 * 1024;

/// The policy with as many of these statements as fit behind the given ones.
fn filled(given: &[Value], more: impl Fn(usize) -> Value) -> String {
    let mut statements = given.to_vec();
    let text = |statements: &[Value]| json!({"Version": "2012-10-17", "Statement": statements}).to_string();
    let mut last = text(&statements);
    for number in 0.. {
        statements.push(more(number));
        let next = text(&statements);
        if next.len() > LIMIT {
            break;
        }
        last = next;
    }
    last
}

/// The policy of one statement with a list as long as fits.
fn listed(make: impl Fn(Vec<String>) -> Vec<Value>, entry: impl Fn(usize) -> String) -> String {
    let text = |count| {
        json!({"Version": "2012-10-17", "Statement": make((0..count).map(&entry).collect())}).to_string()
    };
    let most = (1..1_000).rev().find(|count| text(*count).len() <= LIMIT);
    text(most.unwrap_or(1))
}

fn account(number: usize) -> String {
    format!("{:012}", 444_400_000_000_usize + number)
}

fn role(number: usize) -> String {
    format!("arn:aws:iam::{}:role/application-{number}", account(number))
}

fn everyone() -> Value {
    json!({"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"})
}

fn deny(condition: Value) -> Value {
    json!({"Effect": "Deny", "Principal": "*", "Action": "kms:*", "Resource": "*", "Condition": condition})
}

fn allow(condition: Value) -> Value {
    json!({"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*", "Condition": condition})
}

/// Policies of 32 KiB, by name.
pub(crate) fn large() -> Vec<(&'static str, String)> {
    let named = |names: Vec<String>| {
        vec![json!({"Effect": "Allow", "Principal": {"AWS": names}, "Action": "kms:*", "Resource": "*"})]
    };
    vec![
        ("roles of as many accounts", listed(named, role)),
        (
            "roles of one account",
            listed(named, |n| format!("arn:aws:iam::444455556666:role/application-{n}")),
        ),
        (
            "a statement for each role",
            filled(
                &[],
                |n| json!({"Effect": "Allow", "Principal": {"AWS": role(n)}, "Action": "kms:Decrypt", "Resource": "*"}),
            ),
        ),
        (
            "a statement for each role, and conditions on its organization",
            filled(&[], |n| {
                json!({"Effect": "Allow", "Principal": {"AWS": role(n)}, "Action": "kms:Decrypt", "Resource": "*",
                    "Condition": {"StringEquals": {"aws:PrincipalOrgID": format!("o-{n:010}")}}})
            }),
        ),
        (
            "Deny but for one role, for many",
            filled(&[everyone()], |n| {
                json!({"Effect": "Deny", "NotPrincipal": {"AWS": [role(n), format!("arn:aws:iam::{}:root", account(n))]},
                    "Action": "kms:*", "Resource": "*"})
            }),
        ),
        (
            "everyone but names by pattern",
            listed(
                |names| vec![everyone(), deny(json!({"ArnLike": {"aws:PrincipalArn": names}}))],
                |n| format!("arn:aws:iam::*:role/team-{n}-*"),
            ),
        ),
        (
            "names by pattern, one Deny each",
            filled(&[everyone()], |n| {
                deny(json!({"ArnLike": {"aws:PrincipalArn": format!("arn:aws:iam::*:role/team-{n}-*")}}))
            }),
        ),
        (
            "accounts by condition, one Deny each",
            filled(&[everyone()], |n| deny(json!({"StringEquals": {"aws:PrincipalAccount": account(n)}}))),
        ),
        (
            "policy variables, one Deny each",
            filled(&[everyone()], |n| {
                deny(
                    json!({"StringNotEquals": {format!("aws:PrincipalTag/t{n}"): "${aws:PrincipalTag/team}"}}),
                )
            }),
        ),
        (
            "variables of the key's tag",
            filled(&[everyone()], |n| {
                deny(
                    json!({"StringNotLike": {"aws:ResourceTag/team": format!("r${{aws:PrincipalTag/t{n}}}")}}),
                )
            }),
        ),
        (
            "networks, one Deny each",
            filled(&[everyone()], |n| {
                deny(json!({"IpAddress": {"aws:SourceIp": format!("10.{}.{}.0/24", n / 256, n % 256)}}))
            }),
        ),
        (
            "organizations",
            filled(&[], |n| allow(json!({"StringEquals": {"aws:PrincipalOrgID": format!("o-{n:010}")}}))),
        ),
        (
            "services by source",
            filled(&[], |n| {
                json!({"Effect": "Allow", "Principal": {"Service": format!("s{n}.amazonaws.com")}, "Action": "kms:Decrypt",
                    "Resource": "*", "Condition": {"ArnLike": {"aws:SourceArn": format!("arn:aws:s{n}:*:111122223333:*")}}})
            }),
        ),
    ]
}

fn stars(number: usize) -> String {
    format!("*a{}*b*c*d*{}*e*f*g*h*", number % 7, number % 11)
}

/// Policies made to be hard, by name.
pub(crate) fn adversarial() -> Vec<(&'static str, String)> {
    let overlapping = |n: usize| {
        deny(json!({"StringLike": {"aws:PrincipalTag/a": stars(n), "aws:PrincipalTag/b": stars(n + 3),
            "aws:UserAgent": stars(n + 5)}}))
    };
    let crossed = |n: usize| {
        deny(
            json!({"StringNotLike": {"aws:PrincipalTag/a": stars(n)}, "StringLike": {"aws:PrincipalTag/b": stars(n)}}),
        )
    };
    let policy =
        |statements: Vec<Value>| json!({"Version": "2012-10-17", "Statement": statements}).to_string();
    let after_all = |denies: Vec<Value>| policy([vec![everyone()], denies].concat());
    let many = (0..900).map(|_| json!({"Effect": "Allow", "Principal": "*", "Action": "a"}));
    let short = (0..900).map(|n| {
        json!({"Effect": "Deny", "Principal": "*", "Action": "kms:*", "Resource": "*",
        "Condition": {"StringLike": {"aws:UserAgent": stars(n)}}})
    });
    let all_at_once = [
        vec![allow(json!({"StringLike": {"aws:PrincipalArn": stars(3), "aws:UserAgent": stars(1), "aws:PrincipalTag/a": stars(2)}}))],
        (0..40).map(overlapping).collect(),
        (0..40).map(crossed).collect(),
        short.clone().collect(),
    ]
    .concat();
    let readings = [
        allow(json!({"Bool": {"aws:MultiFactorAuthPresent": "${aws:PrincipalTag/mfa}"}})),
        json!({"Effect": "Allow", "Principal": {"AWS": ["arn:aws:iam::444455556666:role/App",
            "arn:aws:sts::444455556666:assumed-role/app/s"]}, "Action": "kms:*", "Resource": "arn:aws:kms:*"}),
        json!({"Effect": "Deny", "NotPrincipal": {"AWS": "arn:aws:iam::444455556666:role/app"}, "Action": "kms:*",
            "Resource": "arn:aws:kms:*:key/k"}),
        deny(json!({"ArnNotLike": {"aws:UserAgent": "arn:aws:iam::*:role/app"}})),
    ];
    vec![
        ("40 overlapping Deny of patterns", after_all((0..40).map(overlapping).collect())),
        ("40 Deny that want patterns", after_all((0..40).map(crossed).collect())),
        ("900 statements without effect", policy(many.collect())),
        ("900 Deny of patterns", after_all(short.collect())),
        ("patterns, 900 statements and 80 overlapping Deny together", policy(all_at_once)),
        ("every open rule at once", policy(readings.to_vec())),
        (
            "every open rule in every statement",
            filled(&readings, |n| {
                json!({"Effect": if n % 2 == 0 { "Deny" } else { "Allow" }, "Resource": "arn:aws:kms:*",
                    (if n % 2 == 0 { "NotPrincipal" } else { "Principal" }): {"AWS": [role(n), role(n).to_uppercase().replace("ARN:AWS:IAM", "arn:aws:iam").replace("ROLE", "role")]},
                    "Action": "kms:*", "Condition": {"ArnNotLike": {"aws:UserAgent": format!("arn:aws:iam::*:role/{n}")}}})
            }),
        ),
    ]
}
