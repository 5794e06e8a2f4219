//! Checks: every case under `tests/cases/check` judged whole, from a snapshot to its findings, and the names that
//! must be one. A new case needs no code.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use keyreach::{
    assess::{
        assess,
        finding::{Finding, Severity, Status},
    },
    check::{ALL, FACT_UNREAD},
    config::{JudgementSettings, Settings, TrustedParty, TrustedSettings, raw::RawSettings},
    framework::{self, Topic},
    snapshot::Snapshot,
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::example;

/// The example organization with changes, and what one check says of its member and of the member's key.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    /// The statements of the key policy
    #[serde(default)]
    statements: Option<Vec<Value>>,
    /// Grants; each a change of the example's
    #[serde(default)]
    grants: Vec<Value>,
    /// A change of the key
    #[serde(default)]
    key: Value,
    /// Changes of accounts of the organization, or further ones, by id
    #[serde(default)]
    accounts: BTreeMap<String, Value>,
    /// A change of the organization
    #[serde(default)]
    organization: Value,
    /// A change of the cell
    #[serde(default)]
    cell: Value,
    /// How often the grants stand there
    #[serde(default = "once")]
    times: usize,
    /// A change of a further key of the member, in another Region
    #[serde(default)]
    elsewhere: Option<Value>,
    /// A change of a further key of the member, in the same Region
    #[serde(default)]
    beside: Option<Value>,
    /// Accounts that the settings trust
    #[serde(default)]
    trusted: Vec<String>,
    /// Other settings
    #[serde(default)]
    settings: RawSettings,
    expect: Vec<Expected>,
}

#[derive(Deserialize, Debug, PartialEq, PartialOrd, Eq, Ord)]
#[serde(deny_unknown_fields)]
struct Expected {
    /// `fail`; `unknown` where `fact-unread` names the check; `not_asked` where the scan was not told to ask
    #[serde(default = "fail")]
    status: String,
    /// Of what cannot be told, `fact-unread` has its own
    #[serde(default)]
    severity: Option<String>,
    #[serde(default)]
    says: Vec<String>,
}

fn once() -> usize {
    1
}

fn fail() -> String {
    "fail".to_owned()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/check")
}

#[expect(clippy::disallowed_methods, reason = "the cases are files")]
fn cases(id: &str) -> Vec<Case> {
    let path = folder().join(format!("{id}.json"));
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A JSON merge patch (RFC 7396), but that an unread fact takes the place of a read one, and one way into an account
/// that of another.
fn change(target: &mut Value, patch: &Value) {
    let Value::Object(members) = patch else { return };
    for (name, member) in members {
        let is_changed = member.is_object() && target[name].is_object() && name != "entry";
        if is_changed && member.get("unknown").is_none() {
            change(&mut target[name], member);
        } else {
            target[name] = member.clone();
        }
    }
}

/// A role of the member.
fn role(name: &str) -> Value {
    json!({
        "arn": format!("arn:aws:iam::{}:role/{name}", example::MEMBER), "role_id": "AROAEXAMPLEEXAMPLEAPP",
        "role_name": name, "trust_policy": null, "inline_policies": [], "attached_policies": [],
        "permissions_boundary": null, "tags": [], "create_date": "2024-01-02T03:04:05Z", "last_used": null,
    })
}

fn snapshot(case: &Case) -> Snapshot {
    let mut snapshot = serde_json::to_value(example::snapshot()).unwrap();
    let cell = &mut snapshot["cells"][1];
    assert_eq!(cell["account_id"], example::MEMBER);
    change(cell, &case.cell);
    let key = &mut cell["keys"][0];
    if let Some(statements) = &case.statements {
        let text = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
        key["policy"] = json!({"known": text});
    }
    // Whom the statements and grants of the cases name; another is gone.
    let member =
        snapshot["accounts"].as_array_mut().unwrap().iter_mut().find(|one| one["id"] == example::MEMBER);
    member.unwrap()["iam"]["roles"] = json!([role("app")]);
    let key = &mut snapshot["cells"][1]["keys"][0];
    let grant = |patch: &Value| {
        let mut grant = serde_json::to_value(example::grant("grant-1")).unwrap();
        change(&mut grant, patch);
        grant
    };
    let grants: Vec<Value> = case.grants.iter().map(grant).collect();
    key["grants"]["items"] = (0..case.times).flat_map(|_| grants.clone()).collect();
    change(key, &case.key);
    for (id, patch) in &case.accounts {
        let accounts = snapshot["accounts"].as_array_mut().unwrap();
        if accounts.iter().all(|account| account["id"] != *id) {
            accounts.push(serde_json::to_value(example::account(id, "another")).unwrap());
        }
        let account = accounts.iter_mut().find(|account| account["id"] == *id).unwrap();
        change(account, patch);
    }
    for (cell, region, id, patch) in
        [(2, "us-east-1", "key-b", &case.elsewhere), (1, "eu-west-1", "key-c", &case.beside)]
    {
        let Some(patch) = patch else { continue };
        let mut key = serde_json::to_value(example::key(example::MEMBER, region, id)).unwrap();
        change(&mut key, patch);
        snapshot["cells"][cell]["keys"].as_array_mut().unwrap().push(key);
    }
    change(&mut snapshot["organization"], &case.organization);
    serde_json::from_value(snapshot).unwrap_or_else(|error| panic!("{}: {error}", case.name))
}

fn settings(case: &Case) -> JudgementSettings {
    let party = || TrustedParty { name: "known".to_owned(), reason: "wanted".to_owned() };
    let accounts = case.trusted.iter().map(|id| (example::account_id(id), party())).collect();
    JudgementSettings {
        trusted: TrustedSettings { accounts, ..TrustedSettings::default() },
        ..Settings::resolve(case.settings.clone(), None).unwrap().judgement
    }
}

/// The checks that a finding of what was not read leaves open.
fn open(finding: &Finding) -> BTreeSet<&str> {
    let named = finding.evidence.get("undecided").and_then(Value::as_array);
    named.into_iter().flatten().filter_map(Value::as_str).collect()
}

/// What differs from what a case expects.
fn wrong(id: &str, case: &Case) -> Option<String> {
    let snapshot = snapshot(case);
    let key = &snapshot.cells[1].keys[0].arn;
    let assessment = assess(&snapshot, &settings(case));
    let judged = &assessment.keys[snapshot.cells[0].keys.len()];
    let about = |finding: &&Finding| {
        finding.account_id == snapshot.cells[1].account_id
            && finding.key_arn.as_ref().is_none_or(|arn| arn == key)
    };
    let mut short: Vec<String> = assessment
        .findings
        .iter()
        .filter(about)
        .filter(|one| one.check == id || open(one).contains(id))
        .map(|one| {
            let Finding { status, severity, detail, remediation, .. } = one;
            format!("{status:?} {} {detail} {remediation}", severity.as_str()).to_lowercase()
        })
        .collect();
    if judged.not_asked.contains(id) {
        short.push("not_asked info --last-usage".to_owned());
    }
    let fits = |(finding, expected): (&String, &Expected)| {
        let begins = match &expected.severity {
            Some(severity) => format!("{} {severity} ", expected.status),
            None => format!("{} ", expected.status),
        };
        assert!(expected.status != "fail" || expected.severity.is_some(), "{id}: {}", case.name);
        finding.starts_with(&begins)
            && expected.says.iter().all(|word| finding.contains(&word.to_lowercase()))
    };
    let same = short.len() == case.expect.len() && short.iter().zip(&case.expect).all(fits);
    (!same).then(|| format!("{id}: {}: found {short:#?}, not {:#?}", case.name, case.expect))
}

#[test]
fn every_case_is_found_as_stated() {
    let all = ALL.iter().map(|check| check.meta().id);
    let wrong: Vec<String> =
        all.flat_map(|id| cases(id).into_iter().filter_map(move |case| wrong(id, &case))).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn every_check_has_a_case_that_it_finds_one_it_does_not_and_one_it_cannot_tell() {
    for check in ALL {
        let id = check.meta().id;
        let cases = cases(id);
        let says = |status: &str| {
            cases.iter().any(|case| case.expect.iter().any(|expected| expected.status == status))
        };
        // What `fact-unread` has to say is that another check cannot tell.
        assert_eq!(says("fail"), id != FACT_UNREAD, "{id} finds nothing in any case");
        assert!(says("unknown"), "{id} is never in doubt");
        assert!(cases.iter().any(|case| case.expect.is_empty()), "{id} is never silent");
    }
}

#[test]
fn a_check_has_one_name_everywhere() {
    let ids: Vec<&str> = ALL.iter().map(|check| check.meta().id).collect();
    assert!(ids.is_sorted(), "the list is in order");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/check");
    for (id, check) in ids.iter().zip(ALL) {
        let file = source.join(format!("{}.rs", id.replace('-', "_")));
        assert!(file.exists(), "{} is missing", file.display());
        let name: String = id.split('-').map(|word| word[..1].to_uppercase() + &word[1..]).collect();
        assert_eq!(format!("{check:?}"), name);
    }
    let files: BTreeSet<String> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(files, ids.iter().map(|id| format!("{id}.json")).collect());
}

#[test]
fn findings_of_one_snapshot_have_ids_of_their_own() {
    let snapshot = example::snapshot();
    let findings = assess(&snapshot, &JudgementSettings::default()).findings;
    let ids: BTreeSet<&str> = findings.iter().map(|finding| finding.id.as_str()).collect();
    assert_eq!(ids.len(), findings.len());
    assert!(findings.iter().all(|finding| finding.status != Status::Accepted));
}

#[test]
fn a_title_states_no_more_than_is_known() {
    let titles: BTreeMap<&str, &str> =
        ALL.iter().map(|check| (check.meta().id, check.meta().title)).collect();
    for check in ALL {
        for case in cases(check.meta().id) {
            for finding in assess(&snapshot(&case), &settings(&case)).findings {
                let title = titles[finding.check.as_str()];
                match finding.status {
                    Status::Fail | Status::Accepted => assert_eq!(finding.title, title, "{}", case.name),
                    Status::Unknown => {
                        assert!(finding.title.starts_with("Not read: "), "{}: {}", case.name, finding.title);
                    }
                }
            }
        }
    }
}

/// Over all cases: one check alone says that something was not read, once for each fact; what it leaves open of a key
/// stands with the key; and none of it weighs more than the worst that it leaves open, nor more than medium.
#[test]
fn what_was_not_read_is_told_once_and_by_one_check() {
    let severities: BTreeMap<&str, Severity> =
        ALL.iter().map(|check| (check.meta().id, check.meta().severity)).collect();
    for case in ALL.iter().flat_map(|check| cases(check.meta().id)) {
        let snapshot = snapshot(&case);
        let assessment = assess(&snapshot, &settings(&case));
        let name = &case.name;
        let ids: BTreeSet<&str> = assessment.findings.iter().map(|finding| finding.id.as_str()).collect();
        assert_eq!(ids.len(), assessment.findings.len(), "{name}");
        for finding in &assessment.findings {
            let is_unread = finding.check == FACT_UNREAD;
            assert_eq!(finding.status == Status::Unknown, is_unread, "{name}: {finding:?}");
            assert_eq!(open(finding).is_empty(), !is_unread, "{name}: {finding:?}");
            assert!(!finding.remediation.contains('`'), "{name}: {}", finding.remediation);
            if is_unread {
                let worst = open(finding).iter().map(|check| severities[check]).min().unwrap();
                assert_eq!(finding.severity, worst.max(Severity::Medium), "{name}: {finding:?}");
            }
        }
        let keys = snapshot.cells.iter().flat_map(|cell| cell.keys.iter().map(move |key| (cell, key)));
        for ((cell, key), judged) in keys.zip(&assessment.keys) {
            let of = |finding: &&Finding| finding.key_arn.as_ref() == Some(&key.arn);
            let own: BTreeSet<&str> = assessment.findings.iter().filter(of).flat_map(open).collect();
            let of = |finding: &&Finding| finding.key_arn.is_none() && finding.account_id == cell.account_id;
            let of_account: BTreeSet<&str> = assessment.findings.iter().filter(of).flat_map(open).collect();
            let undecided: BTreeSet<&str> = judged.undecided.iter().copied().collect();
            assert!(own.is_subset(&undecided), "{name}");
            assert!(undecided.difference(&own).all(|check| of_account.contains(check)), "{name}");
        }
    }
}

/// A policy whose only administrator was deleted: the orphan is told once, and of its statement nobody else speaks.
#[test]
fn of_a_statement_for_nobody_only_the_checks_of_orphans_speak() {
    let gone = ["arn:aws:iam::111122223333:role/gone", "AROAEXAMPLEEXAMPLEXYZ"];
    for principal in gone {
        for action in ["kms:*", "kms:Decrypt", "kms:CreateGrant", "kms:NoSuchThing", "kms:ReEncrypt"] {
            let case = json!({
                "name": principal,
                "statements": [{"Sid": "Theirs", "Effect": "Allow", "Principal": {"AWS": principal}, "Action": action,
                    "Resource": "*", "Condition": {"StringEquals": {"aws:ResourceTag/team": "payments"}}}],
                "expect": [],
            });
            let snapshot = snapshot(&serde_json::from_value(case).unwrap());
            let findings = assess(&snapshot, &JudgementSettings::default()).findings;
            let names_it = |one: &&Finding| one.detail.contains("Theirs") || one.detail.contains(principal);
            let told: Vec<&str> = findings.iter().filter(names_it).map(|one| one.check.as_str()).collect();
            let expected = if action == "kms:*" { "orphaned-administrator" } else { "orphaned-principal" };
            assert_eq!(told, [expected], "{principal} {action}");
        }
    }
}

#[test]
fn a_control_of_one_sort_of_policy_is_named_for_that_sort_alone() {
    for case in cases("broad-decrypt-by-iam") {
        let findings = assess(&snapshot(&case), &settings(&case)).findings;
        let of_check = |one: &&Finding| {
            one.check == "broad-decrypt-by-iam" || open(one).contains("broad-decrypt-by-iam")
        };
        for finding in findings.iter().filter(of_check) {
            let speaks = |control: &str| finding.frameworks.contains(&format!("AWS-FSBP-1.0.0/{control}"));
            let inline = finding.detail.starts_with("Inline");
            let expected = match finding.status {
                Status::Unknown => (true, true),
                Status::Fail | Status::Accepted => (!inline, inline),
            };
            assert_eq!((speaks("KMS.1"), speaks("KMS.2")), expected, "{}: {finding:?}", case.name);
        }
    }
}

#[test]
fn frameworks_name_checks_that_exist_and_every_check_has_its_place() {
    let ids: BTreeSet<&str> = ALL.iter().map(|check| check.meta().id).collect();
    let mut names = BTreeSet::new();
    for of in framework::all() {
        assert!(names.insert(&of.id), "{} is there twice", of.id);
        for mapping in &of.mapping {
            assert!(!mapping.controls.is_empty() && !mapping.source.trim().is_empty(), "{mapping:?}");
            assert_ne!(mapping.checks.is_empty(), mapping.topics.is_empty(), "{mapping:?}");
            assert!(mapping.topics.is_empty() || mapping.source == "own", "{mapping:?}");
            for check in &mapping.checks {
                assert!(ids.contains(check.as_str()), "{}: no check is called {check}", of.id);
            }
        }
    }
    for meta in ALL.iter().map(|check| check.meta()) {
        let is_mapped = !framework::controls(meta.id, meta.topic, &BTreeMap::new()).is_empty();
        assert!(is_mapped || meta.topic == Topic::Hygiene, "{}", meta.id);
    }
    let own = framework::all().iter().flat_map(|of| &of.mapping).filter(|mapping| mapping.source == "own");
    assert!(own.count() > 20, "the mappings of our own are marked");
}
