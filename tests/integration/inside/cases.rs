//! Every case under `tests/cases/inside`: a key, a principal, guardrails, and whether it can. A new case needs no
//! code.

use std::{fs, path::Path};

use keyreach::{
    config::TrustedSettings,
    reach::{Answer, Library, Perimeter, Population, Verdict},
    snapshot::Snapshot,
};
use keyreach_policy::aws::Action;
use serde::Deserialize;
use serde_json::{Value, json};

use super::setting::Setting;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    pub(crate) name: String,
    #[serde(default = "decrypt")]
    action: String,
    setting: Setting,
    expect: Value,
}

fn decrypt() -> String {
    "kms:Decrypt".to_owned()
}

#[expect(clippy::disallowed_methods, reason = "the cases are files")]
pub(crate) fn cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/inside");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
        .iter()
        .flat_map(|path| -> Vec<Case> {
            let text = fs::read_to_string(path).unwrap();
            serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
        })
        .collect()
}

/// The answer about the principal of that ARN and the only key of a snapshot.
pub(crate) fn answer(snapshot: &Snapshot, principal: &str, action: Action) -> Answer {
    let library = Library::read(snapshot);
    let population = Population::new(snapshot, &library);
    let perimeter = Perimeter::new(snapshot, &TrustedSettings::default());
    let cell = &snapshot.cells[0];
    let of_account = snapshot.accounts.iter().find(|account| account.id == cell.account_id);
    let dossier = library.dossier(cell, of_account, &cell.keys[0]).unwrap();
    let gate = dossier.gate(&perimeter, snapshot.scan.taken_at).unwrap();
    gate.answer(population.find(principal).unwrap(), action)
}

fn word(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Can(_) => "can",
        Verdict::Cannot => "cannot",
        Verdict::Unclear => "unclear",
    }
}

/// What differs from what a case expects: `both`, or `lower` and `upper`; `depends_on`; and of the way `via`,
/// `identity`, `conditions`, `unconditional`.
pub(crate) fn wrong(case: &Case) -> Vec<String> {
    let arn = case.setting.principal_arn();
    let answer = answer(&case.setting.snapshot(), &arn, case.action.parse().unwrap());
    let expect = &case.expect;
    let mut wrong: Vec<String> = answer.bug.iter().cloned().collect();
    let mut same = |what: &str, wanted: &Value, found: Value| {
        if *wanted != found {
            wrong.push(format!("{what}: {found} instead of {wanted}"));
        }
    };
    let both = &expect["both"];
    same("lower", expect.get("lower").unwrap_or(both), json!(word(&answer.lower)));
    same("upper", expect.get("upper").unwrap_or(both), json!(word(&answer.upper)));
    same("depends_on", expect.get("depends_on").unwrap_or(&json!([])), json!(answer.depends_on));
    let holding = answer.lower.holding().or(answer.upper.holding());
    let Some(holding) = holding else { return wrong };
    let identity = holding.identity.as_ref().map(|of| match &of.group {
        Some(group) => format!("{} of {group}: {}", of.policy, of.statement),
        None => format!("{}: {}", of.policy, of.statement),
    });
    for (key, found) in [
        ("via", json!(holding.via.statement.clone().or(holding.via.grant_id.clone()))),
        ("identity", json!(identity)),
        ("conditions", json!(holding.conditions)),
        ("unconditional", json!(holding.unconditional)),
        ("principal", json!(holding.witness.principal)),
    ] {
        // Whoever can, can without conditions unless the case says otherwise.
        let usual = match key {
            "conditions" => Some(json!([])),
            "unconditional" => Some(json!(expect.get("conditions").is_none())),
            _ => None,
        };
        if let Some(wanted) = expect.get(key).or(usual.as_ref()) {
            same(key, wanted, found);
        }
    }
    wrong
}
