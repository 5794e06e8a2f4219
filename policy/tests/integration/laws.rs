//! Laws that hold for every policy and request: proved over generated ones, from a vocabulary small enough
//! that statements and requests often meet.

use keyreach_policy::{
    Decision,
    simulate::{Decided, Detail, Result as Simulated, answer},
    syntax::Document,
};
use proptest::{collection::vec, prelude::*, sample::select};
use regex_automata::meta::Regex;
use serde_json::{Value, json};

const ACCOUNTS: [&str; 2] = ["111122223333", "444455556666"];

fn one_of(words: &'static [&'static str]) -> impl Strategy<Value = String> {
    select(words).prop_map(str::to_owned)
}

fn some_of(words: &'static [&'static str]) -> impl Strategy<Value = Value> {
    prop_oneof![one_of(words).prop_map(Value::from), vec(one_of(words), 1..4).prop_map(|many| json!(many)),]
}

fn principals() -> impl Strategy<Value = Value> {
    const NAMES: &[&str] = &[
        "*",
        "111122223333",
        "arn:aws:iam::111122223333:root",
        "arn:aws:iam::111122223333:user/alice",
        "arn:aws:iam::111122223333:role/Admin",
        "arn:aws:iam::111122223333:role/admin",
        "arn:aws:sts::111122223333:assumed-role/Admin/s",
        "arn:aws:iam::444455556666:root",
        "arn:aws:iam::444455556666:user/bea",
        "AROAEXAMPLEEXAMPLE123",
    ];
    prop_oneof![
        Just(json!("*")),
        some_of(NAMES).prop_map(|names| json!({ "AWS": names })),
        some_of(&["logs.amazonaws.com", "s3.amazonaws.com"]).prop_map(|names| json!({ "Service": names })),
    ]
}

fn condition() -> impl Strategy<Value = (String, String, Value)> {
    const STRINGS: &[&str] = &[
        "StringEquals",
        "StringNotEquals",
        "StringLike",
        "StringNotLikeIfExists",
        "StringEqualsIgnoreCase",
        "ForAllValues:StringEquals",
        "ForAnyValue:StringNotEquals",
        "ArnLike",
        "ArnNotLike",
        "Null",
    ];
    const KEYS: &[&str] = &[
        "aws:PrincipalTag/t",
        "aws:PrincipalAccount",
        "kms:EncryptionContextKeys",
        "aws:PrincipalArn",
        "kms:ViaService",
    ];
    const VALUES: &[&str] =
        &["a", "b*", "${aws:PrincipalTag/t}", "111122223333", "true", "arn:aws:iam::*:user/*", "*"];
    let text = (one_of(STRINGS), one_of(KEYS), some_of(VALUES));
    let bool = (
        one_of(&["Bool", "BoolIfExists"]),
        one_of(&["aws:SecureTransport"]),
        some_of(&["true", "false", "${aws:PrincipalTag/t}"]),
    );
    let address = (
        one_of(&["IpAddress", "NotIpAddress"]),
        one_of(&["aws:SourceIp"]),
        some_of(&["10.0.0.0/8", "2001:db8::/32", "0.0.0.0/0"]),
    );
    prop_oneof![4 => text, 1 => bool, 1 => address]
}

const RESOURCES: &[&str] = &[
    "*",
    "arn:aws:kms:us-east-1:111122223333:key/k",
    "arn:aws:kms:*:111122223333:key/*",
    "arn:aws:kms:*",
    "arn:aws:kms:us-*/k",
    "arn:aws:kms:us-east-1:111122223333:key/${aws:PrincipalTag/t}",
    "arn:aws:kms:us-east-1:111122223333:alias/a",
];
const ACTIONS: &[&str] =
    &["kms:*", "*", "kms:Decrypt", "KMS:de*", "kms:CreateGrant", "kms:RetireGrant", "s3:*"];

fn statement(effect: &'static str, principal: bool) -> impl Strategy<Value = Value> {
    let conditions = vec(condition(), 0..3);
    (
        principals(),
        any::<bool>(),
        some_of(ACTIONS),
        any::<bool>(),
        some_of(RESOURCES),
        any::<bool>(),
        conditions,
    )
        .prop_map(move |(who, not_who, actions, not_action, resources, not_resource, conditions)| {
            let name =
                |negated: bool, name: &str| if negated { format!("Not{name}") } else { name.to_owned() };
            let mut statement = json!({ "Effect": effect });
            // Negation everywhere would make nearly every statement match.
            statement[name(not_action && not_who, "Action")] = actions;
            statement[name(not_resource && not_who, "Resource")] = resources;
            if principal {
                statement[name(not_who && not_action && effect == "Deny", "Principal")] = who;
            }
            for (operator, key, values) in conditions {
                statement["Condition"][operator][key] = values;
            }
            statement
        })
}

fn policy(principal: bool) -> impl Strategy<Value = Value> {
    let any = prop_oneof![3 => statement("Allow", principal), 1 => statement("Deny", principal)];
    (vec(any, 0..4), prop_oneof![5 => Just("2012-10-17"), 1 => Just("2008-10-17")])
        .prop_map(|(statements, version)| json!({ "Version": version, "Statement": statements }))
}

fn context() -> impl Strategy<Value = Value> {
    let keys = (
        proptest::option::of(one_of(&["a", "true", "bc", "k"])),
        proptest::option::of(vec(one_of(&["a", "b", ""]), 0..3)),
        proptest::option::of(one_of(&["10.1.2.3", "2001:db8::1", "192.0.2.1"])),
        proptest::option::of(one_of(&["true", "false"])),
    );
    keys.prop_map(|(tag, encryption_keys, address, tls)| {
        let mut context = json!({});
        let mut put = |key: &str, value: Option<Value>| {
            if let Some(value) = value {
                context[key] = value;
            }
        };
        put("aws:PrincipalTag/t", tag.map(|tag| json!([tag])));
        put("kms:EncryptionContextKeys", encryption_keys.map(|keys| json!(keys)));
        put("aws:SourceIp", address.map(|address| json!([address])));
        put("aws:SecureTransport", tls.map(|tls| json!([tls])));
        context
    })
}

fn grant() -> impl Strategy<Value = Value> {
    const GRANTEES: &[&str] = &[
        "arn:aws:iam::111122223333:user/alice",
        "arn:aws:iam::111122223333:role/admin",
        "arn:aws:iam::444455556666:root",
        "logs.amazonaws.com",
    ];
    (one_of(GRANTEES), vec(one_of(&["Decrypt", "CreateGrant", "RetireGrant"]), 1..3), one_of(GRANTEES))
        .prop_map(|(grantee, operations, retiring)| {
            json!({ "grantee": grantee, "operations": operations, "retiring": retiring })
        })
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>()
            .prop_filter("JSON has no other numbers", |number| number.is_finite())
            .prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((".{0,6}", inner), 0..4).prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn case() -> impl Strategy<Value = Value> {
    const CALLERS: &[&str] = &[
        "arn:aws:iam::111122223333:user/alice",
        "arn:aws:sts::111122223333:assumed-role/Admin/s",
        "arn:aws:iam::111122223333:role/Admin",
        "arn:aws:sts::111122223333:federated-user/fred",
        "arn:aws:iam::111122223333:root",
        "arn:aws:iam::444455556666:user/bea",
        "arn:aws:iam::444455556666:root",
        "logs.amazonaws.com",
    ];
    let request = (
        one_of(CALLERS),
        one_of(&["kms:Decrypt", "kms:CreateGrant", "kms:PutKeyPolicy", "kms:RetireGrant"]),
        context(),
    );
    let key = (vec(policy(true), 1..3), vec(grant(), 0..3));
    let limits = (
        proptest::option::weighted(0.3, policy(false)),
        proptest::option::weighted(0.3, policy(false)),
        proptest::option::weighted(0.3, vec(vec(policy(false), 0..3), 1..3)),
        proptest::option::weighted(0.3, vec(vec(policy(true), 0..2), 1..2)),
    );
    (request, key, vec(policy(false), 0..3), limits).prop_map(
        |((principal, action, context), (key_policies, grants), identity, (boundary, session, scps, rcps))| {
            json!({
                "id": "law",
                "request": {
                    "principal": principal, "action": action, "context": context,
                    "resource": "arn:aws:kms:us-east-1:111122223333:key/k",
                },
                "key_policies": key_policies, "grants": grants, "identity_policies": identity,
                "permissions_boundary": boundary, "session_policy": session,
                "service_control_policies": scps, "resource_control_policies": rcps,
                "organization": { "id": "o-a1b2c3d4e5", "management_account_id": "999999999999", "members": ACCOUNTS },
            })
        },
    )
}

fn decided(case: &Value) -> Decided {
    match answer(&case.to_string(), Detail::Decision).result {
        Simulated::Decided(decided) => decided,
        Simulated::Malformed { error } => panic!("{error}: {case}"),
    }
}

/// The lists of policies of a case whose statements can change, by their place.
const LISTS: [&str; 6] = [
    "/key_policies/0",
    "/identity_policies/0",
    "/permissions_boundary",
    "/session_policy",
    "/service_control_policies/0/0",
    "/resource_control_policies/0/0",
];

/// Changes the statements of every policy of a case.
fn change_statements(case: &mut Value, change: &mut impl FnMut(&mut Vec<Value>)) {
    match case {
        Value::Object(members) => {
            for (name, value) in members {
                match value {
                    Value::Array(statements) if name == "Statement" => change(statements),
                    other => change_statements(other, change),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| change_statements(item, change)),
        _ => {}
    }
}

/// Changes every list of strings below a value.
fn change_lists(value: &mut Value, change: &impl Fn(&mut Value)) {
    change(value);
    match value {
        Value::Object(members) => members.values_mut().for_each(|value| change_lists(value, change)),
        Value::Array(items) => items.iter_mut().for_each(|item| change_lists(item, change)),
        _ => {}
    }
}

fn same_answer(one: &Decided, other: &Decided) -> bool {
    (one.decision, one.lower, one.upper, &one.depends_on)
        == (other.decision, other.lower, other.upper, &other.depends_on)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    #[test]
    fn the_decision_lies_within_its_bounds(case in case()) {
        let Decided { decision, lower, upper, depends_on, decided_by, .. } = decided(&case);
        prop_assert!(lower <= decision && decision <= upper);
        prop_assert_eq!(lower == upper, depends_on.is_empty());
        prop_assert_eq!(decision == Decision::ImplicitDeny, decided_by.is_empty());
    }

    #[test]
    fn a_deny_more_never_gives(case in case(), deny in statement("Deny", true), place in select(&LISTS[..])) {
        let before = decided(&case);
        let mut after = case;
        let Some(Value::Array(statements)) = after.pointer_mut(&format!("{place}/Statement")) else { return Ok(()) };
        statements.push(without_principal(deny, place));
        let after = decided(&after);
        prop_assert!(after.decision <= before.decision && after.lower <= before.lower && after.upper <= before.upper);
    }

    #[test]
    fn an_allow_more_never_takes(case in case(), allow in statement("Allow", true), place in select(&LISTS[..])) {
        let before = decided(&case);
        let mut after = case;
        let Some(Value::Array(statements)) = after.pointer_mut(&format!("{place}/Statement")) else { return Ok(()) };
        statements.push(without_principal(allow, place));
        let after = decided(&after);
        prop_assert!(after.decision >= before.decision && after.lower >= before.lower && after.upper >= before.upper);
    }

    #[test]
    fn a_grant_more_never_takes(case in case(), grant in grant()) {
        let before = decided(&case);
        let mut after = case;
        after["grants"].as_array_mut().unwrap().push(grant);
        let after = decided(&after);
        prop_assert!(after.decision >= before.decision && after.lower >= before.lower && after.upper >= before.upper);
    }

    #[test]
    fn order_never_matters(case in case()) {
        let mut reversed = case.clone();
        change_lists(&mut reversed, &|value| if let Value::Array(items) = value {
            // The levels of SCPs and RCPs are a path; reversing it changes no answer either.
            items.reverse();
        });
        prop_assert!(same_answer(&decided(&case), &decided(&reversed)));
    }

    #[test]
    fn a_string_is_a_list_of_one(case in case()) {
        let mut listed = case.clone();
        change_statements(&mut listed, &mut |statements| {
            for statement in statements {
                for element in ["Action", "NotAction", "Resource", "NotResource"] {
                    if let Some(value @ Value::String(_)) = statement.get_mut(element) {
                        *value = json!([value.clone()]);
                    }
                }
                for element in ["Condition", "Principal", "NotPrincipal"] {
                    if let Some(value @ Value::Object(_)) = statement.get_mut(element) {
                        list_leaves(value);
                    }
                }
            }
        });
        prop_assert!(same_answer(&decided(&case), &decided(&listed)));
    }

    #[test]
    fn the_case_of_actions_and_condition_keys_never_matters(case in case()) {
        let mut flipped = case.clone();
        change_statements(&mut flipped, &mut |statements| statements.iter_mut().for_each(flip_names));
        flipped["request"]["action"] = json!(flip(case["request"]["action"].as_str().unwrap()));
        let context = case["request"]["context"].as_object().unwrap();
        flipped["request"]["context"] = context.iter().map(|(key, values)| (flip(key), values.clone())).collect();
        prop_assert!(same_answer(&decided(&case), &decided(&flipped)));
    }

    #[test]
    fn documents_print_back(document in policy(true)) {
        let text = document.to_string();
        let parsed = Document::parse(&text).unwrap();
        let printed = parsed.to_string();
        prop_assert_eq!(&serde_json::from_str::<Value>(&printed).unwrap(), &document);
        prop_assert_eq!(Document::parse(&printed).unwrap(), parsed);
    }

    #[test]
    fn any_member_prints_back(value in json_value()) {
        let text = json!({ "Statement": [[value], { "Effect": "Allow", "x": value }], "y": value }).to_string();
        let parsed = Document::parse(&text).unwrap();
        let printed = parsed.to_string();
        prop_assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), serde_json::from_str::<Value>(&printed).unwrap());
        prop_assert_eq!(Document::parse(&printed).unwrap(), parsed);
    }

    #[test]
    fn what_is_read_is_json(document in policy(true), at in any::<prop::sample::Index>(), byte in "[\\x00-\\x7f]") {
        let text = document.to_string();
        let at = at.index(text.len());
        let broken = format!("{}{byte}{}", &text[..at], &text[at + 1..]);
        if Document::parse(&broken).is_ok() {
            prop_assert!(serde_json::from_str::<Value>(&broken).is_ok(), "{}", broken);
        }
    }

    #[test]
    fn the_matcher_agrees_with_an_independent_one(pattern in "[ab*?é\n:.]{0,10}", text in "[abé\n:.*]{0,10}") {
        let mut regex = String::from(r"(?s)\A");
        for character in pattern.chars() {
            match character {
                '*' => regex.push_str(".*"),
                '?' => regex.push('.'),
                other => regex.push_str(&format!(r"\x{{{:x}}}", u32::from(other))),
            }
        }
        let expected = Regex::new(&format!(r"{regex}\z")).unwrap().is_match(&text);
        let case = json!({
            "request": {
                "principal": "arn:aws:iam::111122223333:user/alice", "action": "kms:Decrypt",
                "resource": "arn:aws:kms:us-east-1:111122223333:key/k", "context": { "aws:PrincipalTag/t": [text] },
            },
            "key_policies": [{ "Statement": {
                "Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*",
                "Condition": { "StringLike": { "aws:PrincipalTag/t": pattern } },
            } }],
        });
        prop_assert_eq!(decided(&case).decision == Decision::Allow, expected);
    }
}

fn without_principal(mut statement: Value, place: &str) -> Value {
    if !place.starts_with("/key") && !place.starts_with("/resource") {
        let members = statement.as_object_mut().unwrap();
        members.remove("Principal");
        members.remove("NotPrincipal");
    }
    statement
}

fn list_leaves(value: &mut Value) {
    match value {
        Value::Object(members) => members.values_mut().for_each(list_leaves),
        Value::Array(_) => {}
        leaf => *leaf = json!([leaf.clone()]),
    }
}

fn flip(text: &str) -> String {
    let turn = |c: char| if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() };
    text.chars().map(turn).collect()
}

fn flip_names(statement: &mut Value) {
    for element in ["Action", "NotAction"] {
        match statement.get_mut(element) {
            Some(Value::String(text)) => *text = flip(text),
            Some(Value::Array(items)) => {
                for item in items {
                    *item = json!(flip(item.as_str().unwrap()));
                }
            }
            _ => {}
        }
    }
    if let Some(Value::Object(blocks)) = statement.get_mut("Condition") {
        for block in blocks.values_mut() {
            let keys = block.as_object().unwrap();
            *block = keys.iter().map(|(key, values)| (flip(key), values.clone())).collect();
        }
    }
}
