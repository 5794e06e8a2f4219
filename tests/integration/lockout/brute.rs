//! Brute force beside the judgement: of every principal of a random account, and every request of a finite vocabulary,
//! the policy engine is asked. The writers must be those for whom some request is allowed under every reading of the
//! rules, and the verdict must follow from them.

use keyreach::{
    assess::{assess, lockout::Lockout},
    config::JudgementSettings,
};
use keyreach_policy::{
    Caller, Context, Decision, Organization, Policies, Policy, Readings, Request, ResourceStar, authorize,
    authorize_under,
};
use serde_json::{Value, json};

use super::{
    random::{IDENTITY_CENTER, TRUSTS, account},
    setting::Setting,
};
use crate::example::{MANAGEMENT, MEMBER};

const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/k";

/// What the product makes of an account.
pub(crate) fn judged(account: &Value) -> Result<Lockout, String> {
    let setting: Setting = serde_json::from_value(account.clone()).unwrap();
    let assessment = assess(&setting.snapshot(), &JudgementSettings::default());
    let [key] = &assessment.keys[..] else { return Err("more than one key".to_owned()) };
    match key.gaps.first() {
        Some(gap) => Err(gap.message.clone()),
        None => Ok(Lockout::clone(&key.lockout)),
    }
}

pub(crate) fn writers(lockout: &Lockout) -> Vec<String> {
    lockout.writers.iter().map(|writer| writer.principal.clone()).collect()
}

/// How a principal stands to the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Standing {
    Nothing,
    UnderConditions,
    Firm,
}

/// A principal as the engine is asked about it.
struct Somebody<'a> {
    arn: String,
    id: &'a str,
    sessions: Vec<String>,
    tag: Option<&'a str>,
    identity: Option<Policy>,
    boundary: Option<Policy>,
}

fn read(statements: &Value) -> Policy {
    Policy::parse(&json!({"Version": "2012-10-17", "Statement": statements}).to_string()).unwrap()
}

fn everybody(account: &Value) -> Vec<Somebody<'_>> {
    let root = Somebody {
        arn: format!("arn:aws:iam::{MEMBER}:root"),
        id: MEMBER,
        sessions: Vec::new(),
        tag: None,
        identity: None,
        boundary: None,
    };
    let all = account["principals"].as_array().unwrap().iter().map(|of| {
        let who = of["who"].as_str().unwrap();
        let name = who.rsplit('/').next().unwrap();
        let session = |session| format!("arn:aws:sts::{MEMBER}:assumed-role/{name}/{session}");
        Somebody {
            arn: format!("arn:aws:iam::{MEMBER}:{who}"),
            id: of["id"].as_str().unwrap(),
            sessions: if who.starts_with("role/") { ["s1", "s2"].map(session).to_vec() } else { Vec::new() },
            tag: of["tags"]["team"].as_str(),
            identity: of.get("may").map(read),
            boundary: of.get("boundary").map(read),
        }
    });
    std::iter::once(root).chain(all).collect()
}

/// The policies over everybody.
struct Texts {
    key: Policy,
    unit: Vec<Policy>,
    all: Policy,
    rcps: Vec<Policy>,
}

impl Texts {
    fn of(account: &Value) -> Self {
        let mut statements = account["statements"].to_string();
        // AWS shows the id of a user that exists as its ARN (SEM-8).
        for one in account["principals"].as_array().unwrap() {
            let arn = format!("\"arn:aws:iam::{MEMBER}:{}\"", one["who"].as_str().unwrap());
            statements = statements.replace(&one["id"].to_string(), &arn);
        }
        let all = || read(&json!({"Effect": "Allow", "Action": "*", "Resource": "*"}));
        let attached = |kind: &str| -> Vec<Policy> {
            let of = account.get(kind).and_then(Value::as_array).into_iter().flatten();
            of.map(|one| read(&one["statements"])).collect()
        };
        let mut unit = attached("scps");
        if account.get("without_full_access").is_none() {
            unit.push(all());
        }
        Self {
            key: read(&serde_json::from_str(&statements).unwrap()),
            unit,
            all: all(),
            rcps: attached("rcps"),
        }
    }

    fn over<'p>(&'p self, somebody: &'p Somebody<'_>) -> Policies<'p> {
        Policies {
            key_policies: vec![&self.key],
            identity_policies: somebody.identity.iter().collect(),
            permissions_boundary: somebody.boundary.as_ref(),
            service_control_policies: vec![vec![&self.all], self.unit.iter().collect(), vec![&self.all]],
            resource_control_policies: vec![self.rcps.iter().collect()],
            ..Policies::default()
        }
    }
}

type Pairs = &'static [(&'static str, &'static str)];

/// The first is an ordinary call's.
const NETWORKS: &[Pairs] = &[
    &[("aws:SourceIp", "192.0.2.1"), ("aws:ViaAWSService", "false")],
    &[("aws:SourceIp", "203.0.113.5"), ("aws:ViaAWSService", "false")],
    &[("aws:SourceIp", "2001:db8::1"), ("aws:ViaAWSService", "false")],
    &[("aws:SourceVpce", "vpce-1"), ("aws:ViaAWSService", "false")],
    &[("aws:SourceVpce", "vpce-2"), ("aws:ViaAWSService", "false")],
    &[("kms:ViaService", "cloudformation.eu-west-1.amazonaws.com"), ("aws:ViaAWSService", "true")],
    &[
        ("kms:ViaService", "cloudformation.eu-west-1.amazonaws.com"),
        ("aws:ViaAWSService", "true"),
        ("aws:SourceIp", "192.0.2.1"),
    ],
    &[
        ("kms:ViaService", "cloudformation.eu-west-1.amazonaws.com"),
        ("aws:ViaAWSService", "true"),
        ("aws:SourceIp", "203.0.113.5"),
    ],
    &[
        ("kms:ViaService", "cloudformation.eu-west-1.amazonaws.com"),
        ("aws:ViaAWSService", "true"),
        ("aws:SourceVpce", "vpce-1"),
    ],
    &[
        ("kms:ViaService", "cloudformation.eu-west-1.amazonaws.com"),
        ("aws:ViaAWSService", "true"),
        ("aws:SourceVpce", "vpce-2"),
    ],
    &[
        ("kms:ViaService", "ec2.eu-west-1.amazonaws.com"),
        ("aws:ViaAWSService", "true"),
        ("aws:SourceIp", "192.0.2.1"),
    ],
    &[
        ("kms:ViaService", "ec2.eu-west-1.amazonaws.com"),
        ("aws:ViaAWSService", "true"),
        ("aws:SourceIp", "203.0.113.5"),
    ],
    &[
        ("kms:ViaService", "ec2.eu-west-1.amazonaws.com"),
        ("aws:ViaAWSService", "true"),
        ("aws:SourceVpce", "vpce-1"),
    ],
    &[
        ("kms:ViaService", "ec2.eu-west-1.amazonaws.com"),
        ("aws:ViaAWSService", "true"),
        ("aws:SourceVpce", "vpce-2"),
    ],
];

/// The best standing of a principal, by what the engine says of each request.
fn standing(somebody: &Somebody<'_>, may: &dyn Fn(&Request) -> bool) -> Standing {
    let callers: Vec<&str> = if somebody.sessions.is_empty() {
        vec![&somebody.arn]
    } else {
        somebody.sessions.iter().map(String::as_str).collect()
    };
    let mut best = Standing::Nothing;
    // Without MFA, temporary credentials say so and others say nothing.
    let usual = if somebody.sessions.is_empty() { None } else { Some("false") };
    for (number, network) in NETWORKS.iter().enumerate() {
        for mfa in [None, Some("false"), Some("true")] {
            let is_ordinary = number == 0 && mfa == usual;
            if best > Standing::Nothing && !is_ordinary {
                continue;
            }
            for (caller, bypass) in callers.iter().flat_map(|caller| [(caller, "false"), (caller, "true")]) {
                let pairs = network.iter().copied().chain(mfa.map(|mfa| ("aws:MultiFactorAuthPresent", mfa)));
                let pairs = pairs.chain([("kms:BypassPolicyLockoutSafetyCheck", bypass)]);
                if may(&request(somebody, caller, pairs)) {
                    best = best.max(if is_ordinary { Standing::Firm } else { Standing::UnderConditions });
                }
            }
        }
    }
    best
}

fn request<'a>(
    somebody: &Somebody<'_>,
    caller: &str,
    pairs: impl Iterator<Item = (&'a str, &'a str)>,
) -> Request {
    let mut context = Context::new();
    let mut put = |key: &str, value: &str| context.insert(key, [value]).unwrap();
    let id = match caller.split_once(":assumed-role/") {
        Some((_, rest)) => format!("{}:{}", somebody.id, rest.rsplit('/').next().unwrap()),
        None => somebody.id.to_owned(),
    };
    put("aws:userid", &id);
    if let Some(team) = somebody.tag {
        put("aws:PrincipalTag/team", team);
    }
    put("aws:ResourceTag/team", "red");
    put("aws:CurrentTime", "2026-03-04T12:00:00Z");
    pairs.for_each(|(key, value)| put(key, value));
    let organization = Organization {
        id: "o-a1b2c3d4e5".parse().unwrap(),
        management_account: Some(MANAGEMENT.parse().unwrap()),
        members: [MANAGEMENT, MEMBER].map(|id| id.parse().unwrap()).into(),
    };
    let arn = Some(somebody.arn.as_str()).filter(|_| !somebody.sessions.is_empty());
    let caller = Caller::parse(caller, arn).unwrap();
    let request =
        Request::new(caller, "kms:PutKeyPolicy".parse().unwrap(), KEY.parse().unwrap(), context).unwrap();
    request.completed(Some(&organization))
}

/// Every reading of the rules that can decide here.
fn readings() -> Vec<Readings> {
    let mut all = vec![Readings::default()];
    let mut each = |change: &dyn Fn(Readings) -> Vec<Readings>| {
        all = all.iter().flat_map(|reading| change(*reading)).collect();
    };
    each(&|one| vec![one, Readings { role_name_with_case: true, ..one }]);
    each(&|one| vec![one, Readings { identity_alone_exempts: true, ..one }]);
    each(&|one| vec![one, Readings { negated_arn_is_false: true, ..one }]);
    each(&|one| vec![one, Readings { bool_variable_is_literal: true, ..one }]);
    each(&|one| {
        [ResourceStar::EndOfSegment, ResourceStar::WithinSegment, ResourceStar::Anywhere]
            .map(|resource_star| Readings { resource_star, ..one })
            .to_vec()
    });
    all
}

/// The verdict that follows from how everybody stands.
fn verdict(account: &Value, standings: &[(&str, Standing)]) -> &'static str {
    let able: Vec<_> = standings.iter().filter(|(_, standing)| *standing > Standing::Nothing).collect();
    let firm: Vec<&str> =
        able.iter().filter(|(_, standing)| *standing == Standing::Firm).map(|(arn, _)| *arn).collect();
    let all = |is: &dyn Fn(&Value) -> bool| {
        firm.iter().all(|arn| {
            let mut people = account["principals"].as_array().unwrap().iter();
            people.any(|one| arn.ends_with(&format!(":{}", one["who"].as_str().unwrap())) && is(one))
        })
    };
    let machines = TRUSTS[2..].iter().map(|trust| serde_json::from_str::<Value>(trust).unwrap());
    let machines: Vec<Value> = machines.collect();
    let is_machine = |one: &Value| machines.contains(&one["trusts"]);
    let is_idle = |one: &Value| {
        let since = one.get("last_used").or(one.get("created")).and_then(Value::as_str);
        since.is_some_and(|since| since < "2025-12")
    };
    if able.is_empty() {
        "locked_out"
    } else if able.iter().all(|(arn, _)| arn.ends_with(":root")) {
        "root_only"
    } else if firm.is_empty() {
        "conditional"
    } else if firm.len() == 1
        || all(&|one| one["who"] == IDENTITY_CENTER)
        || all(&is_machine)
        || all(&is_idle)
    {
        "fragile"
    } else {
        "manageable"
    }
}

/// What is wrong with the judgement of an account.
pub(crate) fn complaint(seed: u64) -> Option<String> {
    let account = account(seed);
    let told = |what: String| Some(format!("seed {seed}: {what}\n{account}"));
    let found = match judged(&account) {
        Ok(found) => found,
        Err(bug) => return told(bug),
    };
    let texts = Texts::of(&account);
    let people = everybody(&account);
    let asked = |by_reading: bool| -> Vec<(&str, Standing)> {
        let ask = |somebody: &Somebody<'_>| {
            let policies = texts.over(somebody);
            if by_reading {
                let under = |reading: Readings| {
                    standing(somebody, &|request| {
                        authorize_under(request, &policies, reading) == Decision::Allow
                    })
                };
                return readings().into_iter().map(under).min().unwrap();
            }
            standing(somebody, &|request| authorize(request, &policies).lower == Decision::Allow)
        };
        people.iter().map(|somebody| (somebody.arn.as_str(), ask(somebody))).collect()
    };
    let differs = |standings: &[(&str, Standing)]| {
        let mut able: Vec<&str> =
            standings.iter().filter(|(_, of)| *of > Standing::Nothing).map(|(arn, _)| *arn).collect();
        able.sort_unstable();
        let mut writers = writers(&found);
        writers.sort();
        let text = account.to_string();
        // What tags and time make of a way is not asked here.
        let passing = text.contains("Tag/") || text.contains("CurrentTime");
        let verdict = verdict(&account, standings);
        (able != writers || (!passing && json!(found.verdict) != verdict))
            .then(|| format!("{:?} of {writers:?}, but {verdict} of {standings:?}", found.verdict))
    };
    // One request may be allowed by one reading and another by another: ask reading by reading.
    let what = differs(&asked(false)).and_then(|_| differs(&asked(true)))?;
    told(what)
}
