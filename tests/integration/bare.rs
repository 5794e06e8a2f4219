//! Key policies judged by themselves, case by case: how far the key could be reached, whether anybody could govern it,
//! and the findings from high on with the statement that each is about.

use std::{fs, path::Path};

use keyreach::{
    assess::{
        bare::{Bare, Surroundings, judge},
        finding::Severity,
    },
    config::JudgementSettings,
};
use keyreach_policy::{Policy, syntax::Place};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    policy: Value,
    account: Option<String>,
    organization: Option<String>,
    level: String,
    verdict: String,
    /// The check, the Sid, the severity.
    findings: Vec<String>,
}

fn judged(text: &str, case: &Case) -> Bare {
    let about = Surroundings {
        account: case.account.as_ref().map(|id| id.parse().unwrap()),
        organization: case.organization.as_ref().map(|id| id.parse().unwrap()),
    };
    let now = "2026-03-04T12:00:00Z".parse().unwrap();
    judge(&Policy::parse(text).unwrap(), text, &about, &JudgementSettings::default(), now)
}

/// The Sid of the statement that begins there.
fn sid(policy: &Policy, place: Option<Place>) -> String {
    let is_it = |of: Place| place.is_some_and(|place| place.0 == of.0);
    let mut statements = policy.document().statements();
    statements.find(|(_, of)| is_it(of.place)).and_then(|(_, of)| of.sid.clone()).unwrap_or_default()
}

#[test]
fn every_policy_is_judged_as_stated() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/bare/cases.json");
    let cases: Vec<Case> = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let mut wrong = Vec::new();
    for case in &cases {
        let text = serde_json::to_string_pretty(&case.policy).unwrap();
        let (policy, bare) = (Policy::parse(&text).unwrap(), judged(&text, case));
        let shown = bare.findings.iter().filter(|(finding, _)| finding.severity <= Severity::High);
        let mut findings: Vec<String> = shown
            .map(|(of, place)| format!("{} {} {}", of.check, sid(&policy, *place), of.severity.as_str()))
            .collect();
        let mut stated = case.findings.clone();
        findings.sort();
        stated.sort();
        let (level, verdict) = (bare.level.as_str(), bare.verdict.as_str());
        if (level, verdict) != (case.level.as_str(), case.verdict.as_str()) || findings != stated {
            wrong.push(format!("{}: {level}, {verdict}, {findings:?}", case.name));
        }
        assert_eq!(bare.unknown.contains(&"account"), case.account.is_none(), "{}", case.name);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(cases.len() > 15);
}

/// What is not known is never taken for governed.
#[test]
fn no_policy_alone_passes_for_governed() {
    let text = r#"{"Statement":[{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"kms:*","Resource":"*"}]}"#;
    let case = Case {
        name: String::new(),
        policy: Value::Null,
        account: Some("111122223333".to_owned()),
        organization: Some("o-a1b2c3d4e5".to_owned()),
        level: String::new(),
        verdict: String::new(),
        findings: Vec::new(),
    };
    let bare = judged(text, &case);
    assert_eq!((bare.verdict.as_str(), bare.unknown.as_slice()), ("unknown", &["iam", "guardrails"][..]));
}
