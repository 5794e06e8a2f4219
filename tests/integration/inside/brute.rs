//! Brute force beside the search: random small accounts, and every request of a finite vocabulary asked of the policy
//! engine. What the search says a principal cannot do, no request may do; what it can do in an ordinary call, an
//! ordinary request must do.

use std::collections::BTreeMap;

use fastrand::Rng;
use keyreach::reach::Verdict;
use keyreach_policy::{
    Authorization, Caller, Constraints, Context, Decision, Organization, Policies, Policy, Request,
    authorize, aws::Action, principal::Principal,
};
use serde_json::{Value, json};

use super::{
    cases::answer,
    setting::{Attached, OTHER, Setting, Somebody},
};
use crate::example::{MANAGEMENT, MEMBER};

const ACTIONS: [&str; 4] = ["kms:Decrypt", "kms:PutKeyPolicy", "kms:DescribeKey", "kms:CreateGrant"];
const ROLE: &str = "arn:aws:iam::111122223333:role/app";

fn pick<T: Clone>(rng: &mut Rng, all: &[T]) -> T {
    all[rng.usize(..all.len())].clone()
}

const CONDITIONS: &[(&str, &str, &str)] = &[
    ("StringEquals", "aws:PrincipalOrgID", r#""o-a1b2c3d4e5""#),
    ("StringNotEquals", "aws:PrincipalOrgID", r#""o-a1b2c3d4e5""#),
    ("StringEquals", "kms:CallerAccount", r#""111122223333""#),
    ("StringNotEquals", "aws:PrincipalAccount", r#""111122223333""#),
    ("ArnLike", "aws:PrincipalArn", r#""arn:aws:iam::*:role/app""#),
    ("ArnNotLike", "aws:PrincipalArn", r#""arn:aws:iam::*:role/app""#),
    ("StringNotLike", "aws:PrincipalArn", r#""*:user/*""#),
    ("StringEquals", "aws:PrincipalType", r#"["User","Account"]"#),
    ("StringLike", "aws:userid", r#""AROAEXAMPLEEXAMPLE000:*""#),
    ("StringNotLike", "aws:userid", r#"["AROAEXAMPLEEXAMPLE000:*","AIDAEXAMPLEEXAMPLE000"]"#),
    ("IpAddress", "aws:SourceIp", r#""203.0.113.0/24""#),
    ("NotIpAddress", "aws:SourceIp", r#"["203.0.113.0/24","2001:db8::/32"]"#),
    ("StringEquals", "aws:SourceVpce", r#""vpce-1""#),
    ("StringNotEquals", "aws:SourceVpce", r#""vpce-1""#),
    ("StringNotEqualsIfExists", "aws:SourceVpce", r#""vpce-1""#),
    ("Null", "aws:SourceVpce", r#""true""#),
    ("StringEquals", "kms:ViaService", r#""s3.eu-west-1.amazonaws.com""#),
    ("StringNotEquals", "kms:ViaService", r#""s3.eu-west-1.amazonaws.com""#),
    ("Bool", "aws:ViaAWSService", r#""false""#),
    ("Bool", "aws:MultiFactorAuthPresent", r#""true""#),
    ("BoolIfExists", "aws:MultiFactorAuthPresent", r#""false""#),
    ("Bool", "aws:MultiFactorAuthPresent", r#""false""#),
    ("StringEquals", "aws:PrincipalTag/team", r#""red""#),
    ("StringNotEquals", "aws:PrincipalTag/team", r#"["red","blue"]"#),
    ("StringEquals", "aws:ResourceTag/team", r#""${aws:PrincipalTag/team}""#),
    ("StringNotEquals", "aws:ResourceTag/team", r#""${aws:PrincipalTag/team}""#),
    ("StringEquals", "kms:EncryptionContext:tenant", r#""a""#),
    ("StringNotEquals", "kms:EncryptionContext:tenant", r#""a""#),
    ("Null", "kms:EncryptionContext:tenant", r#""true""#),
    ("ForAllValues:StringEquals", "kms:EncryptionContextKeys", r#"["tenant"]"#),
    ("ForAnyValue:StringEquals", "kms:EncryptionContextKeys", r#"["tenant"]"#),
    ("ForAllValues:StringEquals", "kms:GrantOperations", r#"["Decrypt"]"#),
    ("Bool", "kms:BypassPolicyLockoutSafetyCheck", r#""true""#),
    ("DateGreaterThan", "aws:CurrentTime", r#""2020-01-01T00:00:00Z""#),
    ("DateLessThan", "aws:CurrentTime", r#""2030-01-01T00:00:00Z""#),
    ("StringEquals", "kms:KeySpec", r#""SYMMETRIC_DEFAULT""#),
];

/// A statement; `principals` where it names some.
fn statement(rng: &mut Rng, allow: bool, principals: Option<&[&str]>) -> Value {
    let mut statement = json!({"Effect": if allow { "Allow" } else { "Deny" }, "Resource": "*"});
    if rng.u8(..8) == 0 {
        statement["NotAction"] = json!(pick(rng, &["kms:Decrypt", "kms:PutKeyPolicy"]));
    } else {
        let actions = ["kms:*", "*", "kms:Decrypt", "kms:PutKeyPolicy", "kms:De*", "kms:Create*"];
        statement["Action"] = json!(pick(rng, &actions));
    }
    if rng.u8(..10) == 0 {
        let odd =
            ["arn:aws:kms:*:111122223333:key/*", "arn:aws:kms:*", "arn:aws:kms:*:key/k", "arn:aws:s3:::b"];
        statement["Resource"] = json!(pick(rng, &odd));
    }
    if let Some(all) = principals {
        let named: Vec<&str> = (0..rng.usize(1..=3)).map(|_| pick(rng, all)).collect();
        let element = if all.len() > 1 && rng.u8(..6) == 0 { "NotPrincipal" } else { "Principal" };
        statement[element] = json!({"AWS": named});
    }
    let count = if allow { rng.usize(0..=1) } else { rng.usize(0..=2) };
    let mut condition: BTreeMap<String, BTreeMap<String, Value>> = BTreeMap::new();
    for _ in 0..count {
        let (operator, key, values) = pick(rng, CONDITIONS);
        let block = condition.entry(operator.to_owned()).or_default();
        block.insert(key.to_owned(), serde_json::from_str(values).unwrap());
    }
    if !condition.is_empty() {
        statement["Condition"] = json!(condition);
    }
    statement
}

/// Several statements, the first of which allows.
fn policy(rng: &mut Rng, principals: Option<&[&str]>, most: usize) -> Vec<Value> {
    (0..rng.usize(1..=most))
        .map(|n| {
            let allow = n == 0 || rng.u8(..3) > 0;
            statement(rng, allow, principals)
        })
        .collect()
}

const PRINCIPALS: [&str; 9] = [
    "*",
    "arn:aws:iam::111122223333:root",
    "111122223333",
    ROLE,
    "arn:aws:iam::111122223333:user/app",
    "arn:aws:sts::111122223333:assumed-role/app/s1",
    "222233334444",
    "arn:aws:iam::222233334444:role/app",
    "arn:aws:iam::111122223333:role/App",
];

fn setting(seed: u64) -> Setting {
    let mut rng = Rng::with_seed(seed);
    let rng = &mut rng;
    let named = |statements: Vec<Value>| BTreeMap::from([("p".to_owned(), statements)]);
    let kind = pick(rng, &["role", "role", "user", "user", "root"]);
    let account = if rng.u8(..4) == 0 { OTHER } else { MEMBER };
    let mut principal = Somebody {
        kind: kind.to_owned(),
        account: Some(account.to_owned()),
        tags: if kind != "root" && rng.bool() {
            BTreeMap::from([("team".to_owned(), "red".to_owned())])
        } else {
            BTreeMap::new()
        },
        ..Somebody::default()
    };
    if kind != "root" {
        if rng.u8(..4) > 0 {
            principal.policies = named(policy(rng, None, 3));
        }
        if rng.u8(..4) == 0 {
            principal.boundary = Some(policy(rng, None, 2));
        }
    }
    let attached = |rng: &mut Rng, everyone: Option<&[&str]>, chance: u8| -> Vec<Attached> {
        if rng.u8(..chance) > 0 {
            return Vec::new();
        }
        let statements = (0..rng.usize(1..=2)).map(|_| {
            let allow = everyone.is_none() && rng.bool();
            statement(rng, allow, everyone)
        });
        vec![Attached { at: "unit".to_owned(), statements: statements.collect() }]
    };
    let scps = attached(rng, None, 3);
    let rcps = attached(rng, Some(&["*"]), 4);
    let without = !scps.is_empty() && rng.bool();
    Setting {
        statements: policy(rng, Some(&PRINCIPALS), 4),
        scps,
        rcps,
        without_full_access: if without { vec!["unit".to_owned()] } else { Vec::new() },
        grants: if rng.u8(..5) == 0 { vec![grant(rng)] } else { Vec::new() },
        principal,
        ..Setting::default()
    }
}

fn grant(rng: &mut Rng) -> super::setting::Given {
    let operation = pick(rng, &["Decrypt", "DescribeKey", "CreateGrant"]);
    let equals = json!({"EncryptionContextEquals": {"tenant": "a"}});
    let constraints = if rng.bool() { equals } else { json!({}) };
    let text = json!({
        "grant_id": "g", "grantee": pick(rng, &PRINCIPALS[1..]), "operations": [operation], "constraints": constraints
    });
    serde_json::from_value(text).unwrap()
}

type Pairs = Vec<(&'static str, Vec<&'static str>)>;
type Way = &'static [(&'static str, &'static [&'static str])];

/// The first of each is what an ordinary call has; of an encryption context every one is ordinary.
const NETWORKS: &[Way] = &[
    &[("aws:SourceIp", &["192.0.2.1"]), ("aws:ViaAWSService", &["false"])],
    &[("aws:SourceIp", &["203.0.113.5"]), ("aws:ViaAWSService", &["false"])],
    &[("aws:SourceIp", &["2001:db8::1"]), ("aws:ViaAWSService", &["false"])],
    &[("aws:SourceVpce", &["vpce-1"]), ("aws:ViaAWSService", &["false"])],
    &[("aws:SourceVpce", &["vpce-2"]), ("aws:ViaAWSService", &["false"])],
    &[("kms:ViaService", &["s3.eu-west-1.amazonaws.com"]), ("aws:ViaAWSService", &["true"])],
    &[
        ("kms:ViaService", &["s3.eu-west-1.amazonaws.com"]),
        ("aws:ViaAWSService", &["true"]),
        ("aws:SourceIp", &["203.0.113.5"]),
    ],
    &[
        ("kms:ViaService", &["s3.eu-west-1.amazonaws.com"]),
        ("aws:ViaAWSService", &["true"]),
        ("aws:SourceIp", &["192.0.2.1"]),
    ],
    &[
        ("kms:ViaService", &["ec2.eu-west-1.amazonaws.com"]),
        ("aws:ViaAWSService", &["true"]),
        ("aws:SourceVpce", &["vpce-1"]),
    ],
    &[
        ("kms:ViaService", &["s3.eu-west-1.amazonaws.com"]),
        ("aws:ViaAWSService", &["true"]),
        ("aws:SourceVpce", &["vpce-1"]),
    ],
    &[
        ("kms:ViaService", &["s3.eu-west-1.amazonaws.com"]),
        ("aws:ViaAWSService", &["true"]),
        ("aws:SourceVpce", &["vpce-2"]),
    ],
    &[
        ("kms:ViaService", &["ec2.eu-west-1.amazonaws.com"]),
        ("aws:ViaAWSService", &["true"]),
        ("aws:SourceIp", &["203.0.113.5"]),
    ],
];
const DEVICES: &[Way] =
    &[&[], &[("aws:MultiFactorAuthPresent", &["false"])], &[("aws:MultiFactorAuthPresent", &["true"])]];
const CONTEXTS: &[Way] = &[
    &[],
    &[("kms:EncryptionContext:tenant", &["a"]), ("kms:EncryptionContextKeys", &["tenant"])],
    &[("kms:EncryptionContext:tenant", &["b"]), ("kms:EncryptionContextKeys", &["tenant"])],
    &[("kms:EncryptionContext:tenant", &["a"]), ("kms:EncryptionContextKeys", &["tenant", "more"])],
    &[("kms:EncryptionContext:Tenant", &["a"]), ("kms:EncryptionContextKeys", &["Tenant"])],
    &[("kms:EncryptionContext:Tenant", &["b"]), ("kms:EncryptionContextKeys", &["Tenant"])],
    &[("kms:EncryptionContextKeys", &["other"])],
];
const OTHERS: &[Way] = &[
    &[("kms:GrantOperations", &["Decrypt"]), ("kms:BypassPolicyLockoutSafetyCheck", &["false"])],
    &[("kms:GrantOperations", &["Encrypt"]), ("kms:BypassPolicyLockoutSafetyCheck", &["true"])],
    &[("kms:GrantOperations", &["CreateGrant"]), ("kms:GrantConstraintType", &["EncryptionContextEquals"])],
];

fn carried(action: &str, key: &str) -> bool {
    let fits = |start: &str, actions: &[&str]| !key.starts_with(start) || actions.contains(&action);
    fits("kms:EncryptionContext", &["kms:Decrypt", "kms:CreateGrant"])
        && fits("kms:Grant", &["kms:CreateGrant"])
        && fits("kms:Bypass", &["kms:PutKeyPolicy"])
}

/// Every request of the vocabulary for an action, with whether it is an ordinary call.
fn circumstances(action: &str, temporary: bool) -> Vec<(Pairs, bool)> {
    let mut all: Vec<(Pairs, bool)> = vec![(Vec::new(), true)];
    for (group, ordinary) in [(NETWORKS, 1), (DEVICES, 2), (CONTEXTS, 9), (OTHERS, 9)] {
        let mut next = Vec::new();
        for (pairs, was) in &all {
            for (number, way) in group.iter().enumerate() {
                let more = way.iter().filter(|(key, _)| carried(action, key));
                let mut pairs = pairs.clone();
                pairs.extend(more.map(|(key, values)| (*key, values.to_vec())));
                // Without MFA, temporary credentials say so and others say nothing.
                let is_usual =
                    if ordinary == 2 { number == usize::from(temporary) } else { number < ordinary };
                next.push((pairs, *was && is_usual));
            }
        }
        all = next;
    }
    all
}

/// The policies of a setting as the engine takes them, read anew.
struct Texts {
    key: Policy,
    identity: Option<Policy>,
    boundary: Option<Policy>,
    levels: Vec<Vec<Policy>>,
    rcps: Vec<Policy>,
    grants: Vec<keyreach_policy::Grant>,
}

impl Texts {
    fn of(setting: &Setting) -> Self {
        let read = |statements: &[Value]| {
            Policy::parse(&json!({"Version": "2012-10-17", "Statement": statements}).to_string()).unwrap()
        };
        let all = || read(&[json!({"Effect": "Allow", "Action": "*", "Resource": "*"})]);
        let unit = || {
            let mut level: Vec<Policy> = setting.scps.iter().map(|scp| read(&scp.statements)).collect();
            if setting.without_full_access.is_empty() {
                level.push(all());
            }
            level
        };
        Self {
            key: read(&setting.statements),
            identity: setting.principal.policies.values().next().map(|statements| read(statements)),
            boundary: setting.principal.boundary.as_deref().map(read),
            levels: vec![vec![all()], unit(), vec![all()]],
            rcps: setting.rcps.iter().map(|rcp| read(&rcp.statements)).collect(),
            grants: setting
                .snapshot()
                .cells
                .iter()
                .flat_map(|cell| &cell.keys[0].grants.items)
                .map(|grant| keyreach_policy::Grant {
                    grantee: Principal::of_grant(grant.grantee_principal.clone().unwrap()),
                    operations: grant
                        .operations
                        .iter()
                        .map(|name| format!("kms:{name}").parse::<Action>().unwrap())
                        .collect(),
                    constraints: Constraints {
                        encryption_context_equals: grant.constraints.encryption_context_equals.clone(),
                        ..Constraints::default()
                    },
                    retiring: None,
                    issuing_account: None,
                })
                .collect(),
        }
    }

    fn policies(&self) -> Policies<'_> {
        Policies {
            key_policies: vec![&self.key],
            grants: self.grants.iter().collect(),
            identity_policies: self.identity.iter().collect(),
            permissions_boundary: self.boundary.as_ref(),
            service_control_policies: self.levels.iter().map(|level| level.iter().collect()).collect(),
            resource_control_policies: vec![self.rcps.iter().collect()],
            ..Policies::default()
        }
    }
}

/// What the engine says to one request of one session or identity.
fn asked(setting: &Setting, texts: &Texts, session: &str, action: &str, pairs: &Pairs) -> Authorization {
    let arn = setting.principal_arn();
    let account = setting.account();
    let is_role = setting.principal.kind == "role";
    let caller = if is_role {
        Caller::parse(&format!("arn:aws:sts::{account}:assumed-role/app/{session}"), Some(&arn)).unwrap()
    } else {
        Caller::parse(&arn, None).unwrap()
    };
    let mut context = Context::new();
    let mut put = |key: &str, values: &[&str]| context.insert(key, values.iter().copied()).unwrap();
    match setting.principal.kind.as_str() {
        "role" => put("aws:userid", &[&format!("AROAEXAMPLEEXAMPLE000:{session}")]),
        "user" => put("aws:userid", &["AIDAEXAMPLEEXAMPLE000"]),
        _ => {}
    }
    if let Some(team) = setting.principal.tags.get("team") {
        put("aws:PrincipalTag/team", &[team]);
    }
    put("aws:ResourceTag/team", &["red"]);
    put("kms:KeySpec", &["SYMMETRIC_DEFAULT"]);
    put("aws:CurrentTime", &["2026-03-04T12:00:00Z"]);
    for (key, values) in pairs {
        put(key, values);
    }
    let organization = Organization {
        id: "o-a1b2c3d4e5".parse().unwrap(),
        management_account: Some(MANAGEMENT.parse().unwrap()),
        members: [MANAGEMENT, MEMBER, OTHER].map(|id| id.parse().unwrap()).into(),
    };
    let key = setting.key_arn().parse().unwrap();
    let request = Request::new(caller, action.parse().unwrap(), key, context).unwrap();
    authorize(&request.completed(Some(&organization)), &texts.policies())
}

/// What is wrong with the search's answers to a setting.
pub(crate) fn complaint(seed: u64) -> Option<String> {
    let setting = setting(seed);
    let texts = Texts::of(&setting);
    let arn = setting.principal_arn();
    let is_role = setting.principal.kind == "role";
    let sessions: &[&str] = if is_role { &["s1", "s2"] } else { &[""] };
    let snapshot = setting.snapshot();
    for action in ACTIONS {
        let answer = answer(&snapshot, &arn, action.parse().unwrap());
        let told = |what: String| {
            let parts =
                [&setting.statements, &setting.principal.policies.values().flatten().cloned().collect()]
                    .map(|part| json!(part));
            let limits: Vec<_> = setting.scps.iter().chain(&setting.rcps).map(|of| &of.statements).collect();
            Some(format!(
                "seed {seed}: {arn} {action}: {what}\nkey {}\nidentity {}\nboundary {:?}\nlimits {} without {:?}\ntags {:?}\n{:?}",
                parts[0],
                parts[1],
                setting.principal.boundary.as_ref().map(|b| json!(b).to_string()),
                json!(limits),
                setting.without_full_access,
                setting.principal.tags,
                answer,
            ))
        };
        if answer.bug.is_some() || answer.lower == Verdict::Unclear || answer.upper == Verdict::Unclear {
            return told("unclear".to_owned());
        }
        let (mut lower, mut upper, mut ordinary) = (None, None, false);
        for session in sessions {
            for (pairs, is_ordinary) in circumstances(action, is_role) {
                let said = asked(&setting, &texts, session, action, &pairs);
                if said.lower == Decision::Allow {
                    lower = lower.or(Some(pairs.clone()));
                    ordinary |= is_ordinary;
                }
                if said.upper == Decision::Allow {
                    upper = upper.or(Some(pairs));
                }
            }
        }
        if upper.is_some() != answer.upper.holding().is_some() {
            return told(format!("upper, but {upper:?}"));
        }
        if lower.is_some() && answer.lower.holding().is_none() {
            return told(format!("lower, but {lower:?}"));
        }
        if let Some(holding) = answer.lower.holding().filter(|_| answer.depends_on.is_empty()) {
            let text = json!([setting.statements, setting.principal.policies, setting.principal.boundary]);
            let text = format!(
                "{text}{:?}",
                setting.scps.iter().chain(&setting.rcps).map(|of| json!(of.statements)).collect::<Vec<_>>()
            );
            let passing = text.contains("Tag/") || text.contains("CurrentTime");
            if holding.unconditional && !ordinary || !holding.unconditional && ordinary && !passing {
                return told(format!("unconditional, but ordinary calls {ordinary}"));
            }
        }
    }
    None
}
