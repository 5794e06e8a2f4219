//! Runs every case under `tests/cases/policy` of the repository, and holds the rules of the semantics to
//! their cases.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use keyreach_policy::simulate::{Detail, answer};
use serde::Deserialize;
use serde_json::{Value, value::RawValue};

#[derive(Deserialize)]
struct Case {
    name: String,
    rules: Vec<String>,
    case: Box<RawValue>,
    expect: Expected,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Expected {
    /// Part of the error of a malformed case
    Error { error: String },
    /// Bounds are the decision where they are not named
    Decided {
        decision: String,
        lower: Option<String>,
        upper: Option<String>,
        #[serde(default)]
        depends_on: Vec<String>,
    },
}

/// Rules that no single request can show, and why.
const NOT_ASKABLE: [(u8, &str); 4] = [
    (15, "whether KMS accepts a principal is decided when the policy is saved"),
    (16, "whether an account opted in to a Region is no part of a request"),
    (63, "how reports show grants to services"),
    (67, "which permissions count as administration in reports"),
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/cases/policy")
}

#[expect(clippy::disallowed_methods, reason = "the cases are files")]
fn cases() -> Vec<Case> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    paths.sort();
    let read = |path: &PathBuf| -> Vec<Case> {
        serde_json::from_str(&fs::read_to_string(path).unwrap())
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    paths.iter().flat_map(read).collect()
}

/// What is wrong with the answer to a case.
fn wrong(case: &Case) -> Option<String> {
    let answer = serde_json::to_value(answer(case.case.get(), Detail::Decision)).unwrap();
    let got = |key: &str| answer.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let fits = match &case.expect {
        Expected::Error { error } => got("error").contains(error),
        Expected::Decided { decision, lower, upper, depends_on } => {
            got("decision") == *decision
                && got("lower") == *lower.as_ref().unwrap_or(decision)
                && got("upper") == *upper.as_ref().unwrap_or(decision)
                && answer.get("depends_on") == Some(&serde_json::json!(depends_on))
        }
    };
    (!fits).then(|| format!("{} ({}): {answer}", case.name, case.rules.join(" ")))
}

#[test]
fn every_case_is_answered_as_stated() {
    let cases = cases();
    let wrong: Vec<String> = cases.iter().filter_map(wrong).collect();
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
    assert!(cases.len() >= 400, "only {} cases", cases.len());
}

#[test]
fn every_rule_has_a_case_for_it_and_one_against_it() {
    let mut outcomes: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for case in cases() {
        let outcome = match case.expect {
            Expected::Error { .. } => "malformed".to_owned(),
            Expected::Decided { decision, .. } => decision,
        };
        for rule in case.rules {
            outcomes.entry(rule).or_default().insert(outcome.clone());
        }
    }
    let missing: Vec<String> = (1..=68)
        .filter(|number| NOT_ASKABLE.iter().all(|(rule, _)| rule != number))
        .map(|number| format!("SEM-{number}"))
        .filter(|rule| outcomes.get(rule).is_none_or(|outcomes| outcomes.len() < 2))
        .collect();
    assert!(missing.is_empty(), "rules without a case for and one against: {}", missing.join(", "));
}

#[test]
fn names_are_unique() {
    let mut seen = BTreeSet::new();
    for case in cases() {
        assert!(seen.insert(case.name.clone()), "two cases are named `{}`", case.name);
    }
}
