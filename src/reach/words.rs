//! Conditions in plain words, as reports show them.

use std::collections::BTreeMap;

use keyreach_policy::{
    operator::{Operator, Order, Quantifier, Test},
    syntax::Condition,
};

/// A condition that must hold.
pub(super) fn holds(operator: &Operator, condition: &Condition) -> String {
    words(operator, condition, false)
}

/// A condition that must not hold.
pub(super) fn fails(operator: &Operator, condition: &Condition) -> String {
    words(operator, condition, true)
}

fn words(operator: &Operator, condition: &Condition, fails: bool) -> String {
    let key = &condition.key;
    let values: Vec<&str> = condition.values.iter().map(|value| value.as_str()).collect();
    let Some(base) = operator.base else {
        return format!(
            "{} of {key} {} (an unknown operator)",
            operator.text,
            if fails { "fails" } else { "holds" }
        );
    };
    if base.test == Test::Null {
        let absent = values.iter().any(|value| value.eq_ignore_ascii_case("true")) != fails;
        return format!("{key} is {}", if absent { "absent" } else { "present" });
    }
    let negated = base.negated != fails;
    let list = match values.as_slice() {
        [] => "anything of an empty list".to_owned(),
        values => values.join(if negated { " nor " } else { " or " }),
    };
    let relation = match base.test {
        Test::StringLike | Test::ArnLike => {
            if negated {
                "is not like"
            } else {
                "is like"
            }
        }
        Test::StringEqualsIgnoreCase => {
            if negated {
                "is not (in any case)"
            } else {
                "is (in any case)"
            }
        }
        Test::IpAddress => {
            if negated {
                "is outside"
            } else {
                "is in"
            }
        }
        Test::Numeric(order) | Test::Date(order) => ordered(order, negated),
        Test::StringEquals | Test::Bool | Test::Binary | Test::Null => {
            if negated {
                "is not"
            } else {
                "is"
            }
        }
    };
    let subject = match (operator.quantifier, fails) {
        (None, _) => key.clone(),
        (Some(Quantifier::All), false) => format!("every {key}"),
        (Some(Quantifier::Any), false) => format!("some {key}"),
        (Some(Quantifier::All), true) => format!("some {key}"),
        (Some(Quantifier::Any), true) => format!("every {key}"),
    };
    let missing = match (operator.quantifier, operator.if_exists || base.negated, fails) {
        (Some(Quantifier::All), _, false) | (None, true, false) => ", or is absent",
        (Some(Quantifier::Any), false, true) | (None, false, true) => ", or is absent",
        _ => "",
    };
    format!("{subject} {relation} {list}{missing}")
}

fn ordered(order: Order, negated: bool) -> &'static str {
    match (order, negated) {
        (Order::Equal, false) => "is",
        (Order::Equal, true) => "is not",
        (Order::Less, false) | (Order::AtLeast, true) => "is less than",
        (Order::AtMost, false) | (Order::Greater, true) => "is at most",
        (Order::Greater, false) | (Order::AtMost, true) => "is greater than",
        (Order::AtLeast, false) | (Order::Less, true) => "is at least",
    }
}

/// The pairs of a grant's constraint.
pub(super) fn pairs(pairs: &BTreeMap<String, String>, exactly: bool) -> String {
    let list: Vec<String> = pairs.iter().map(|(key, value)| format!("{key} = {value}")).collect();
    let relation = if exactly { "is exactly" } else { "holds" };
    format!("the encryption context {relation} {}", list.join(", "))
}
