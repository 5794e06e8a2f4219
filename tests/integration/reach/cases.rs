//! Every case under `tests/cases/reach`: a policy, grants, guardrails and surroundings, and who outside reaches the
//! key. A new case needs no code.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use keyreach::{
    assess::exposure::ViaKind,
    config::{TrustedParty, TrustedSettings},
    reach::{Bearers, Facts, Judged, OwnOrganization, Perimeter, Reviewed, exposure},
    snapshot::{
        grant::{Grant, GrantConstraints},
        key::KeyMetadata,
    },
};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    pub(crate) name: String,
    statements: Vec<Value>,
    #[serde(default)]
    version: Option<String>,
    #[serde(default)]
    ram: Option<Vec<Value>>,
    #[serde(default)]
    grants: Vec<Given>,
    #[serde(default)]
    rcps: Vec<Guardrail>,
    /// `null`: none; `unread`; `members_unread`; left out: the usual one
    #[serde(default = "usual")]
    organization: Value,
    #[serde(default)]
    trusted: Trusted,
    /// The ARNs of users and roles by the unique ids they bear
    #[serde(default)]
    bearers: BTreeMap<String, String>,
    /// The accounts of which every user and role was read
    #[serde(default)]
    complete: BTreeSet<String>,
    #[serde(default)]
    unread: bool,
    /// Left out: a symmetric encryption key; `null`: not read
    #[serde(default = "symmetric")]
    key: Option<KeyKind>,
    expect: Value,
}

fn usual() -> Value {
    json!("usual")
}

fn symmetric() -> Option<KeyKind> {
    let text = str::to_owned;
    Some(KeyKind { spec: text("SYMMETRIC_DEFAULT"), usage: text("ENCRYPT_DECRYPT"), origin: text("AWS_KMS") })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyKind {
    spec: String,
    usage: String,
    #[serde(default = "of_kms")]
    origin: String,
}

fn of_kms() -> String {
    "AWS_KMS".to_owned()
}

impl KeyKind {
    fn metadata(&self) -> KeyMetadata {
        KeyMetadata {
            key_spec: self.spec.clone(),
            key_usage: self.usage.clone(),
            origin: self.origin.clone(),
            ..crate::example::metadata()
        }
    }
}

#[derive(Deserialize, Default)]
struct Trusted {
    #[serde(default)]
    accounts: Vec<String>,
    #[serde(default)]
    organizations: Vec<String>,
}

#[derive(Deserialize)]
struct Guardrail {
    name: String,
    statements: Vec<Value>,
}

#[derive(Deserialize)]
struct Given {
    grant_id: String,
    grantee: String,
    operations: Vec<String>,
    #[serde(default)]
    constraints: GrantConstraints,
    #[serde(default)]
    retiring: Option<String>,
    #[serde(default)]
    issuing_account: Option<String>,
}

impl Given {
    fn grant(&self) -> Grant {
        Grant {
            grant_id: self.grant_id.clone(),
            name: None,
            creation_date: None,
            grantee_principal: Some(self.grantee.clone()),
            grantee_service_principal: None,
            retiring_principal: self.retiring.clone(),
            retiring_service_principal: None,
            issuing_account: self.issuing_account.clone(),
            operations: self.operations.clone(),
            constraints: self.constraints.clone(),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the cases are files")]
pub(crate) fn cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/reach");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
        .iter()
        .flat_map(|path| -> Vec<Case> { serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap() })
        .collect()
}

fn reviewed(statements: &[Value], version: &str) -> Reviewed {
    Reviewed::parse(&json!({"Version": version, "Statement": statements}).to_string()).unwrap()
}

fn bearers(case: &Case) -> Bearers {
    let complete = case.complete.iter().map(|account| account.parse().unwrap()).collect();
    Bearers { arns: case.bearers.clone(), complete }
}

fn perimeter(case: &Case) -> Perimeter {
    let account = |text: &str| text.parse().unwrap();
    let known = case.organization != json!("members_unread");
    let members: &[&str] =
        if known { &["000000000001", "111122223333", "222233334444"] } else { &["111122223333"] };
    let party = || TrustedParty { name: "known".to_owned(), reason: "wanted".to_owned() };
    Perimeter {
        organization: case.organization.as_str().filter(|text| *text != "unread").map(|_| OwnOrganization {
            id: "o-a1b2c3d4e5".parse().unwrap(),
            management: account("000000000001"),
            members: members.iter().copied().map(account).collect(),
            members_known: known,
            paths: [(account("111122223333"), "o-a1b2c3d4e5/r-ab12/ou-ab12-1/".parse().unwrap())].into(),
        }),
        unread: case.organization == json!("unread"),
        bearers: bearers(case),
        trusted: TrustedSettings {
            accounts: case.trusted.accounts.iter().map(|id| (account(id), party())).collect(),
            organizations: case
                .trusted
                .organizations
                .iter()
                .map(|id| (id.parse().unwrap(), party()))
                .collect(),
        },
    }
}

/// The answer to a case; with `turned`, statements, grants and guardrails stand in the opposite order.
pub(crate) fn judged(case: &Case, turned: bool) -> Judged {
    let order = |all: &[Value]| -> Vec<Value> {
        if turned { all.iter().rev().cloned().collect() } else { all.to_vec() }
    };
    let version = case.version.as_deref().unwrap_or("2012-10-17");
    let policy = reviewed(&order(&case.statements), version);
    let ram = case.ram.as_ref().map(|statements| reviewed(&order(statements), version));
    let mut policies = vec![(ViaKind::KeyPolicy, &policy)];
    policies.extend(ram.iter().map(|policy| (ViaKind::Ram, policy)));
    let mut grants: Vec<Grant> = case.grants.iter().map(Given::grant).collect();
    let texts: Vec<(&str, Reviewed)> = case
        .rcps
        .iter()
        .map(|rcp| (rcp.name.as_str(), reviewed(&order(&rcp.statements), "2012-10-17")))
        .collect();
    let mut guardrails: Vec<(&str, &Reviewed)> = texts.iter().map(|(name, policy)| (*name, policy)).collect();
    if turned {
        policies.reverse();
        grants.reverse();
        guardrails.reverse();
    }
    exposure(Facts {
        arn: &"arn:aws:kms:eu-west-1:111122223333:key/k".parse().unwrap(),
        metadata: case.key.as_ref().map(KeyKind::metadata).as_ref(),
        tags: Some(&BTreeMap::from([("team".to_owned(), "red".to_owned())])),
        aliases: Some(&["alias/k".to_owned()]),
        policies: &policies,
        grants: &grants,
        unread: case.unread,
        guardrails: &guardrails,
        perimeter: &perimeter(case),
        taken_at: "2026-03-04T12:00:00Z".parse().unwrap(),
    })
}

/// What differs from what a case expects.
pub(crate) fn wrong(case: &Case) -> Vec<String> {
    let judged = judged(case, false);
    let expect = &case.expect;
    let got = serde_json::to_value(&judged.exposure).unwrap();
    let mut wrong: Vec<String> = judged.bug.into_iter().collect();
    let mut same = |what: &str, wanted: &Value, found: Value| {
        if *wanted != found {
            wrong.push(format!("{what}: {found} instead of {wanted}"));
        }
    };
    same("level", &expect["level"], got["level"].clone());
    let none = json!([]);
    same("depends_on", expect.get("depends_on").unwrap_or(&none), got["depends_on"].clone());
    let reaches = got["reaches"].as_array().unwrap();
    if let Some(by) = expect.get("by") {
        let deciding = reaches.iter().find(|reach| {
            let via = &reach["via"][0];
            reach["zone"] == *expect.get("zone").unwrap_or(&expect["level"])
                && (via["statement"] == *by || via["grant_id"] == *by)
        });
        same(
            "decided by that",
            &json!(true),
            json!(deciding.is_some_and(|reach| !reach["witness"].is_null())),
        );
        let deciding = deciding.cloned().unwrap_or_default();
        for (key, field) in [
            ("principal", "principal"),
            ("actions", "actions"),
            ("access", "access"),
            ("needs_identity", "needs_identity_policy"),
        ] {
            if let Some(wanted) = expect.get(key) {
                same(key, wanted, deciding[field].clone());
            }
        }
    } else if expect["level"] == "account" {
        same("reaches", &none, got["reaches"].clone());
    }
    if let Some(wanted) = expect.get("zones") {
        let mut zones: Vec<&Value> = reaches.iter().map(|reach| &reach["zone"]).collect();
        zones.dedup();
        same("zones", wanted, json!(zones));
    }
    if let Some(wanted) = expect.get("blocked_by") {
        let mut names: Vec<&Value> =
            got["blocked_by_rcp"].as_array().unwrap().iter().map(|reach| &reach["policy"]).collect();
        names.dedup();
        same("blocked_by", wanted, json!(names));
    }
    if let Some(wanted) = expect.get("services") {
        let services = got["services"].as_array().unwrap().iter();
        let short: Vec<Value> =
            services.map(|of| json!({"principal": of["principal"], "guarded": of["guarded"]})).collect();
        same("services", wanted, json!(short));
    }
    if let Some(wanted) = expect.get("grant_zones") {
        same("grant_zones", wanted, serde_json::to_value(&judged.grant_zones).unwrap());
    }
    wrong
}
