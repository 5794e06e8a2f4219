//! The generated tables say what the committed facts say, from which they were made.

use keyreach_policy::{
    aws::Action,
    condition_key::{Cardinality, cardinality},
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
