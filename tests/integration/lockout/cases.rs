//! Every case under `tests/cases/lockout`: a key, its account, guardrails, and who can still govern the key. A new
//! case needs no code.

use std::{
    fs,
    path::{Path, PathBuf},
};

use keyreach::{
    assess::{assess, lockout::Lockout},
    config::JudgementSettings,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::setting::Setting;

pub(crate) const VERDICTS: [&str; 6] =
    ["manageable", "fragile", "conditional", "root_only", "locked_out", "unknown"];
pub(crate) const REASONS: [&str; 15] = [
    "single_writer",
    "identity_center_only",
    "pipeline_only",
    "idle_only",
    "no_account_statement",
    "deleted_principal",
    "external_writer_only",
    "deny_blocks_all",
    "guardrail_blocks_all",
    "condition_unsatisfiable",
    "condition_required",
    "no_iam_writer",
    "policy_unread",
    "iam_unread",
    "guardrails_unread",
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) setting: Setting,
    expect: Expected,
}

/// What the report must say. The verdict, the reasons, the rules and the principals must be these and no others.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    verdict: String,
    #[serde(default)]
    reasons: Vec<String>,
    /// `root`, `role/app`; or one with its `conditions` and `via`
    #[serde(default)]
    writers: Vec<Expecting>,
    #[serde(default)]
    depends_on: Vec<String>,
    /// Words that the sentence about recovery must hold
    #[serde(default)]
    recovery: Vec<String>,
    /// Words that it must not hold
    #[serde(default)]
    not_recovery: Vec<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Expecting {
    Principal(String),
    Whole { principal: String, conditions: Option<Vec<String>>, via: Option<String> },
}

impl Case {
    pub(crate) fn expects_verdict(&self, verdict: &str) -> bool {
        self.expect.verdict == verdict
    }

    pub(crate) fn expects_reason(&self, reason: &str) -> bool {
        self.expect.reasons.iter().any(|one| one == reason)
    }
}

pub(crate) fn cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/lockout");
    files(&folder)
        .iter()
        .flat_map(|path| -> Vec<Case> {
            let text = fs::read_to_string(path).unwrap();
            serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
        })
        .collect()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    all.sort();
    all.into_iter().flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// What differs from what a case expects.
pub(crate) fn wrong(case: &Case) -> Vec<String> {
    let assessment = assess(&case.setting.snapshot(), &JudgementSettings::default());
    let [key] = &assessment.keys[..] else { panic!("{}: one key", case.name) };
    let bugs = key.gaps.iter().map(|gap| gap.message.clone());
    let found = &key.lockout;
    bugs.chain(differences(case, found)).collect()
}

fn differences(case: &Case, found: &Lockout) -> Vec<String> {
    let expect = &case.expect;
    let mut wrong = Vec::new();
    let mut same = |what: &str, wanted: Value, found: Value| {
        if wanted != found {
            wrong.push(format!("{what}: {found} instead of {wanted}"));
        }
    };
    same("verdict", json!(expect.verdict), json!(found.verdict));
    let certainty = if expect.depends_on.is_empty() { "certain" } else { "depends" };
    same("certainty", json!(certainty), json!(found.certainty));
    same("depends_on", json!(expect.depends_on), json!(found.depends_on));
    same("reasons", sorted(&expect.reasons), sorted(&words(&found.reasons)));
    let wanted: Vec<String> = expect
        .writers
        .iter()
        .map(|writer| match writer {
            Expecting::Principal(name) | Expecting::Whole { principal: name, .. } => case.setting.arn(name),
        })
        .collect();
    let writers: Vec<String> = found.writers.iter().map(|writer| writer.principal.clone()).collect();
    same("writers", sorted(&wanted), sorted(&writers));
    for one in &expect.writers {
        let Expecting::Whole { principal, conditions, via } = one else { continue };
        let arn = case.setting.arn(principal);
        let Some(writer) = found.writers.iter().find(|writer| writer.principal == arn) else { continue };
        if let Some(conditions) = conditions {
            same(principal, sorted(conditions), sorted(&writer.conditions));
        }
        if let Some(via) = via {
            same(principal, json!(via), json!(writer.via));
        }
    }
    let says = |word: &&String| found.recovery.contains(word.as_str());
    let missing = expect.recovery.iter().filter(|word| !says(word));
    wrong.extend(missing.map(|word| format!("recovery without `{word}`: {}", found.recovery)));
    let besides = expect.not_recovery.iter().filter(says);
    wrong.extend(besides.map(|word| format!("recovery with `{word}`: {}", found.recovery)));
    wrong
}

fn words(reasons: &[keyreach::assess::lockout::LockoutReason]) -> Vec<String> {
    reasons.iter().map(|reason| json!(reason).as_str().unwrap().to_owned()).collect()
}

fn sorted(texts: &[String]) -> Value {
    let mut all = texts.to_vec();
    all.sort();
    json!(all)
}
