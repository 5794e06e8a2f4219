//! The generated tables say what the committed facts say, from which they were made.

use keyreach_policy::{
    aws::Action,
    condition_key::{Cardinality, Values, cardinality, content, is_named},
};
use serde_json::{Value, json};

fn facts() -> Value {
    serde_json::from_str(include_str!("../../data/kms.json")).unwrap()
}

#[test]
fn every_permission_is_as_in_the_facts() {
    let table: Vec<Value> = Action::all()
        .map(|action| {
            json!({
                "name": action.name().strip_prefix("kms:"),
                "access": format!("{:?}", action.access()),
                "on_key": action.is_on_key(),
                "cross_account": action.is_cross_account(),
                "grantable": action.is_grantable(),
                "condition_keys": action.condition_keys(),
            })
        })
        .collect();
    assert_eq!(facts()["actions"], json!(table));
}

#[test]
fn every_condition_key_holds_as_many_values_as_in_the_facts() {
    for (key, kind) in facts()["condition_keys"].as_object().unwrap() {
        let several = kind.as_str().unwrap().starts_with("ArrayOf");
        let expected = if several { Cardinality::Multi } else { Cardinality::Single };
        assert_eq!(cardinality(key), expected, "{key}");
    }
}

#[test]
fn permissions_carry_only_keys_that_are_known() {
    for key in Action::all().flat_map(|action| action.condition_keys().iter().copied()) {
        assert_ne!(cardinality(key), Cardinality::Unknown, "{key}");
    }
}

#[test]
fn parameters_hold_what_the_facts_say() {
    let facts = facts();
    let rows = facts["contents"].as_array().unwrap();
    let parse = |name: &str| name.parse::<Action>().unwrap();
    for row in rows {
        let key = row["key"].as_str().unwrap();
        let carries = |action: &Action| action.condition_keys().contains(&key);
        let of_row: Vec<Action> = match row["action"].as_str() {
            Some(name) => vec![parse(name)],
            None => Action::all().filter(carries).collect(),
        };
        assert!(!of_row.is_empty() && of_row.iter().all(carries), "{key} is carried by no action");
        for action in of_row {
            let content = content(key, action).unwrap();
            assert_eq!(row["always"], json!(content.always), "{key}");
            match content.values {
                Values::Of(texts) => assert_eq!(row["values"], json!(texts), "{key}"),
                Values::Between(first, last) => assert_eq!(row["range"], json!([first, last]), "{key}"),
            }
        }
    }
    let open = ["kms:RequestAlias", "kms:GranteePrincipal", "kms:ViaService", "aws:SourceIp"];
    assert!(open.iter().all(|key| content(key, parse("kms:Decrypt")).is_none()));
    assert_eq!(content("kms:PolicyName", parse("kms:Decrypt")), None);
}

#[test]
fn names_without_a_type_are_as_in_the_facts() {
    let facts = facts();
    let names = facts["unpublished_condition_keys"].as_array().unwrap();
    assert!(names.iter().all(|name| is_named(&format!("{}x", name.as_str().unwrap())) || is_named(name.as_str().unwrap())));
}
