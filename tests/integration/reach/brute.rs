//! Brute force beside the search: random small policies, and every request of a finite vocabulary asked of the policy
//! engine. What the search says nobody can do, no request of the vocabulary may do.

use std::collections::{BTreeMap, BTreeSet};

use fastrand::Rng;
use keyreach::{
    assess::exposure::{ExposureLevel, ViaKind},
    config::TrustedSettings,
    reach::{Bearers, Facts, Judged, OwnOrganization, Perimeter, Reviewed, exposure},
    snapshot::{
        grant::{Grant, GrantConstraints},
        key::KeyMetadata,
    },
};
use keyreach_policy::{
    Caller, Constraints, Context, Decision, Organization, Policies, Policy, Request, authorize, aws::Arn,
    principal::Principal,
};
use serde_json::{Value, json};

const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/k";
const OWN: &str = "o-a1b2c3d4e5";
const FOREIGN: &str = "o-foreign0000";
const ACTIONS: [&str; 3] = ["kms:Decrypt", "kms:CreateGrant", "kms:DescribeKey"];

/// One random question.
pub(crate) struct Question {
    pub(crate) policy: Value,
    pub(crate) guardrail: Option<Value>,
    pub(crate) grants: Vec<Grant>,
}

pub(crate) fn question(seed: u64) -> Question {
    let mut rng = Rng::with_seed(seed);
    let statements: Vec<Value> = (0..rng.usize(1..=4)).map(|n| statement(&mut rng, n == 0, false)).collect();
    let guardrail =
        rng.bool().then(|| json!({"Version": "2012-10-17", "Statement": [statement(&mut rng, false, true)]}));
    let grants = (0..rng.usize(0..=3)).filter(|n| *n == 2).map(|_| grant(&mut rng)).collect();
    Question { policy: json!({"Version": "2012-10-17", "Statement": statements}), guardrail, grants }
}

fn pick<T: Clone>(rng: &mut Rng, all: &[T]) -> T {
    all[rng.usize(..all.len())].clone()
}

fn statement(rng: &mut Rng, allow: bool, guardrail: bool) -> Value {
    let allow = allow || (!guardrail && rng.bool());
    let mut statement = json!({"Effect": if allow { "Allow" } else { "Deny" }, "Resource": "*"});
    let actions = ["kms:*", "kms:Decrypt", "kms:CreateGrant", "kms:De*", "kms:?ecrypt"];
    if rng.u8(..8) == 0 {
        statement["NotAction"] = json!(pick(rng, &["kms:Decrypt", "kms:CreateGrant"]));
    } else {
        statement["Action"] = json!(pick(rng, &actions));
    }
    if rng.u8(..12) == 0 {
        let odd = [
            "arn:aws:kms:*:111122223333:key/*",
            "arn:aws:kms:*",
            "arn:aws:kms:eu-west-1:*:other/*",
            "arn:aws:kms:*:key/k",
        ];
        statement["Resource"] = json!(pick(rng, &odd));
    }
    if guardrail || (allow && rng.u8(..3) > 0) || rng.bool() {
        statement["Principal"] = json!("*");
    } else {
        let count = rng.usize(1..=3);
        let one = |rng: &mut Rng| if rng.u8(..6) == 0 { pick(rng, &IDS) } else { pick(rng, &PRINCIPALS) };
        let named: Vec<&str> = (0..count).map(|_| one(rng)).collect();
        let element = if rng.u8(..5) == 0 { "NotPrincipal" } else { "Principal" };
        statement[element] = json!({"AWS": named});
    }
    let count = if allow { rng.usize(0..=2) } else { rng.usize(0..=3) };
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

const PRINCIPALS: [&str; 10] = [
    "*",
    "arn:aws:iam::444455556666:root",
    "444455556666",
    "arn:aws:iam::444455556666:role/app",
    "arn:aws:iam::444455556666:role/p/App",
    "arn:aws:iam::444455556666:user/ann",
    "arn:aws:sts::444455556666:assumed-role/app/s1",
    "arn:aws:iam::222233334444:root",
    "arn:aws:iam::222233334444:role/app",
    "arn:aws:iam::111122223333:root",
];

/// Of a role and a user in the member account, of a role in the key's account, of strangers.
const IDS: [&str; 5] = [MEMBER_APP, MEMBER_ANN, OWN_APP, STRANGER, "AIDASTRANGER00000001"];
const MEMBER_APP: &str = "AROAMEMBERAPP0000001";
const MEMBER_ANN: &str = "AIDAMEMBERANN0000001";
const OWN_APP: &str = "AROAOWNAPP0000000001";
const STRANGER: &str = "AROASTRANGER00000001";

const CONDITIONS: &[(&str, &str, &str)] = &[
    ("StringEquals", "aws:PrincipalOrgID", r#""o-a1b2c3d4e5""#),
    ("StringEquals", "aws:PrincipalOrgID", r#"["o-a1b2c3d4e5","o-foreign0000"]"#),
    ("StringNotEquals", "aws:PrincipalOrgID", r#""o-a1b2c3d4e5""#),
    ("StringEqualsIfExists", "aws:PrincipalOrgID", r#""o-a1b2c3d4e5""#),
    ("StringNotEqualsIfExists", "aws:PrincipalOrgID", r#""o-a1b2c3d4e5""#),
    ("StringLike", "aws:PrincipalOrgID", r#""o-*""#),
    ("StringEquals", "aws:PrincipalOrgID", r#""${aws:ResourceOrgID}""#),
    ("StringNotEquals", "aws:PrincipalOrgID", r#""${aws:ResourceOrgID}""#),
    ("Null", "aws:PrincipalOrgID", r#""true""#),
    ("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", r#""o-a1b2c3d4e5/*""#),
    ("ForAllValues:StringLike", "aws:PrincipalOrgPaths", r#""o-a1b2c3d4e5/*""#),
    ("ForAnyValue:StringNotLike", "aws:PrincipalOrgPaths", r#""o-a1b2c3d4e5/*""#),
    ("ForAllValues:StringNotLike", "aws:PrincipalOrgPaths", r#""*/ou-ab12-2/*""#),
    ("StringNotLike", "aws:PrincipalOrgPaths", r#""o-a1b2c3d4e5/*""#),
    ("StringEquals", "aws:PrincipalAccount", r#""444455556666""#),
    ("StringNotEquals", "aws:PrincipalAccount", r#"["444455556666","111122223333"]"#),
    ("StringEquals", "kms:CallerAccount", r#"["111122223333","222233334444"]"#),
    ("StringLike", "kms:CallerAccount", r#""4444*""#),
    ("StringNotLike", "aws:PrincipalAccount", r#""4444*""#),
    ("ForAllValues:StringEquals", "aws:PrincipalAccount", r#""444455556666""#),
    ("StringEquals", "aws:PrincipalAccount", r#""${aws:ResourceAccount}""#),
    ("StringNotEquals", "aws:ResourceAccount", r#""${aws:PrincipalAccount}""#),
    ("ArnLike", "aws:PrincipalArn", r#""arn:aws:iam::*:role/app""#),
    ("ArnNotLike", "aws:PrincipalArn", r#""arn:aws:iam::*:role/app""#),
    ("StringLike", "aws:PrincipalArn", r#""arn:aws:iam::444455556666:role/*""#),
    (
        "ArnNotEquals",
        "aws:PrincipalArn",
        r#"["arn:aws:iam::444455556666:role/app","arn:aws:iam::444455556666:user/ann"]"#,
    ),
    ("StringEqualsIgnoreCase", "aws:PrincipalArn", r#""arn:aws:iam::444455556666:ROLE/APP""#),
    ("StringNotLike", "aws:PrincipalArn", r#""*:user/*""#),
    ("StringEquals", "aws:PrincipalType", r#"["User","Account"]"#),
    ("StringNotEquals", "aws:PrincipalType", r#""AssumedRole""#),
    ("StringEquals", "aws:username", r#""ann""#),
    ("StringLike", "aws:userid", r#""AROASTRANGER00000001:*""#),
    ("StringNotLike", "aws:userid", r#"["AROASTRANGER00000001:*","AIDASTRANGER00000001"]"#),
    ("StringLike", "aws:userid", r#"["AROAMEMBERAPP0000001:*","AROAOWNAPP0000000001:*"]"#),
    ("StringNotLike", "aws:userid", r#"["AROAMEMBERAPP0000001:*","444455556666"]"#),
    ("StringEquals", "aws:userid", r#"["AIDAMEMBERANN0000001","AROAMEMBERAPP0000001:s2"]"#),
    ("StringLike", "aws:userid", r#""*:s1""#),
    ("StringLike", "aws:userid", r#"["4444*:f?y","AROA*"]"#),
    ("StringNotLike", "aws:userid", r#""*:*""#),
    ("IpAddress", "aws:SourceIp", r#""203.0.113.0/24""#),
    ("NotIpAddress", "aws:SourceIp", r#"["203.0.113.0/24","2001:db8::/32"]"#),
    ("StringEquals", "aws:SourceVpce", r#""vpce-1""#),
    ("StringNotEquals", "aws:SourceVpce", r#""vpce-1""#),
    ("StringNotEqualsIfExists", "aws:SourceVpce", r#""vpce-1""#),
    ("Null", "aws:SourceVpc", r#""false""#),
    ("StringEquals", "aws:SourceAccount", r#""111122223333""#),
    ("StringEqualsIfExists", "aws:SourceAccount", r#""111122223333""#),
    ("StringNotEquals", "aws:SourceAccount", r#""111122223333""#),
    ("StringEquals", "kms:ViaService", r#""s3.eu-west-1.amazonaws.com""#),
    ("StringNotEquals", "kms:ViaService", r#""s3.eu-west-1.amazonaws.com""#),
    ("Bool", "aws:ViaAWSService", r#""false""#),
    ("ForAnyValue:StringEquals", "aws:CalledVia", r#""athena.amazonaws.com""#),
    ("Bool", "aws:PrincipalIsAWSService", r#""false""#),
    ("BoolIfExists", "aws:PrincipalIsAWSService", r#""false""#),
    ("Bool", "aws:MultiFactorAuthPresent", r#""true""#),
    ("BoolIfExists", "aws:MultiFactorAuthPresent", r#""false""#),
    ("StringEquals", "aws:PrincipalTag/team", r#""red""#),
    ("StringNotEquals", "aws:PrincipalTag/team", r#"["red","blue"]"#),
    ("StringEquals", "aws:ResourceTag/team", r#""${aws:PrincipalTag/team}""#),
    ("StringNotEquals", "aws:ResourceTag/team", r#""${aws:PrincipalTag/team}""#),
    ("StringLike", "aws:ResourceTag/none", r#""*""#),
    ("StringEquals", "kms:EncryptionContext:tenant", r#""a""#),
    ("StringNotEquals", "kms:EncryptionContext:tenant", r#""a""#),
    ("Null", "kms:EncryptionContext:tenant", r#""true""#),
    ("ForAllValues:StringEquals", "kms:EncryptionContextKeys", r#"["tenant"]"#),
    ("ForAnyValue:StringEquals", "kms:EncryptionContextKeys", r#"["tenant"]"#),
    ("ForAnyValue:StringNotEquals", "kms:EncryptionContextKeys", r#"["tenant"]"#),
    ("StringEquals", "kms:EncryptionContextKeys", r#"["tenant"]"#),
    ("ForAllValues:StringEquals", "kms:GrantOperations", r#"["Decrypt"]"#),
    ("ForAnyValue:StringNotEquals", "kms:GrantOperations", r#"["Decrypt"]"#),
    ("Bool", "kms:GrantIsForAWSResource", r#""true""#),
    ("BoolIfExists", "kms:GrantIsForAWSResource", r#""false""#),
    ("DateGreaterThan", "aws:CurrentTime", r#""2020-01-01T00:00:00Z""#),
    ("DateLessThan", "aws:CurrentTime", r#""2020-01-01T00:00:00Z""#),
    ("StringEquals", "kms:KeySpec", r#""SYMMETRIC_DEFAULT""#),
    ("NumericLessThan", "aws:MultiFactorAuthAge", r#""3600""#),
];

fn grant(rng: &mut Rng) -> Grant {
    let constraints = match rng.u8(..4) {
        0 => GrantConstraints {
            encryption_context_equals: Some([("tenant".to_owned(), "a".to_owned())].into()),
            ..GrantConstraints::default()
        },
        1 => GrantConstraints {
            encryption_context_subset: Some([("tenant".to_owned(), "a".to_owned())].into()),
            ..GrantConstraints::default()
        },
        _ => GrantConstraints::default(),
    };
    Grant {
        grant_id: "g".to_owned(),
        name: None,
        creation_date: None,
        grantee_principal: Some(pick(rng, &PRINCIPALS[1..]).to_owned()),
        grantee_service_principal: None,
        retiring_principal: None,
        retiring_service_principal: None,
        issuing_account: Some("111122223333".to_owned()),
        operations: vec![pick(rng, &["Decrypt", "CreateGrant", "DescribeKey"]).to_owned()],
        constraints,
    }
}

pub(crate) fn perimeter() -> Perimeter {
    let account = |text: &str| text.parse().unwrap();
    let path = |text: &str| format!("{OWN}/{text}").parse().unwrap();
    Perimeter {
        organization: Some(OwnOrganization {
            id: OWN.parse().unwrap(),
            management: account("000000000001"),
            members: ["000000000001", "111122223333", "222233334444"].into_iter().map(account).collect(),
            members_known: true,
            paths: [
                (account("111122223333"), path("r-ab12/ou-ab12-1/")),
                (account("222233334444"), path("r-ab12/ou-ab12-2/")),
            ]
            .into(),
        }),
        unread: false,
        bearers: Bearers {
            arns: [
                (MEMBER_APP, "arn:aws:iam::222233334444:role/app"),
                (MEMBER_ANN, "arn:aws:iam::222233334444:user/ann"),
                (OWN_APP, "arn:aws:iam::111122223333:role/app"),
            ]
            .map(|(id, arn)| (id.to_owned(), arn.to_owned()))
            .into(),
            complete: BTreeSet::new(),
        },
        trusted: TrustedSettings::default(),
    }
}

pub(crate) fn tags() -> BTreeMap<String, String> {
    [("team".to_owned(), "red".to_owned())].into()
}

pub(crate) fn metadata() -> KeyMetadata {
    KeyMetadata {
        description: String::new(),
        key_state: "Enabled".to_owned(),
        key_spec: "SYMMETRIC_DEFAULT".to_owned(),
        key_usage: "ENCRYPT_DECRYPT".to_owned(),
        origin: "AWS_KMS".to_owned(),
        creation_date: None,
        deletion_date: None,
        pending_deletion_window_in_days: None,
        valid_to: None,
        expiration_model: None,
        custom_key_store_id: None,
        cloud_hsm_cluster_id: None,
        xks_key_id: None,
        current_key_material_id: None,
        multi_region: None,
    }
}

/// What the search says.
pub(crate) fn searched(question: &Question) -> Judged {
    searched_of(question, Some(&metadata()))
}

/// What the search says of a key of some kind; `None`: its kind was not read.
pub(crate) fn searched_of(question: &Question, metadata: Option<&KeyMetadata>) -> Judged {
    let policy = Reviewed::parse(&question.policy.to_string()).unwrap();
    let guardrail = question.guardrail.as_ref().map(|text| Reviewed::parse(&text.to_string()).unwrap());
    let guardrails: Vec<_> = guardrail.iter().map(|policy| ("guardrail", policy)).collect();
    exposure(Facts {
        arn: &KEY.parse().unwrap(),
        metadata,
        tags: Some(&tags()),
        aliases: Some(&[]),
        policies: &[(ViaKind::KeyPolicy, &policy)],
        grants: &question.grants,
        unread: false,
        guardrails: &guardrails,
        perimeter: &perimeter(),
        taken_at: "2026-03-04T12:00:00Z".parse().unwrap(),
    })
}

/// A caller of the vocabulary: ARN, `aws:PrincipalArn`, organization with path, zone.
struct Somebody {
    arn: String,
    user_id: String,
    principal_arn: String,
    organization: Option<(&'static str, String)>,
    level: ExposureLevel,
}

fn everybody() -> Vec<Somebody> {
    let mut all = Vec::new();
    let own = |ou: &str| Some((OWN, format!("{OWN}/r-ab12/{ou}/")));
    let other = |id: &'static str| Some((id, format!("{id}/r-zz99/ou-ab12-2/x/")));
    let strangers = [None, other(FOREIGN), other("o-elsewhere00")];
    for (account, standings, named) in [
        ("222233334444", vec![own("ou-ab12-2")], true),
        ("444455556666", strangers.to_vec(), true),
        ("777788889999", [strangers.to_vec(), vec![own("ou-ab12-9")]].concat(), false),
        ("444412345678", strangers.to_vec(), false),
    ] {
        for organization in standings {
            let level = match &organization {
                Some((OWN, _)) => ExposureLevel::Organization,
                _ if named => ExposureLevel::External,
                Some((FOREIGN, _)) => ExposureLevel::External,
                _ => ExposureLevel::Public,
            };
            let iam = |rest: &str| format!("arn:aws:iam::{account}:{rest}");
            let sts = |rest: &str| format!("arn:aws:sts::{account}:{rest}");
            let mut add = |arn: String, principal_arn: String| {
                let user_id = user_id(account, &arn, &principal_arn);
                let named = user_id.contains("STRANGER");
                let level = if named { level.min(ExposureLevel::External) } else { level };
                let organization = organization.clone();
                all.push(Somebody { arn, user_id, principal_arn, organization, level });
            };
            for (role, path) in [("app", ""), ("App", "p/"), ("other", ""), ("app", "q/")] {
                for session in ["s1", "s2"] {
                    add(sts(&format!("assumed-role/{role}/{session}")), iam(&format!("role/{path}{role}")));
                }
            }
            for user in ["ann", "bob", "p/ann"] {
                add(iam(&format!("user/{user}")), iam(&format!("user/{user}")));
            }
            add(iam("root"), iam("root"));
            add(sts("federated-user/fay"), sts("federated-user/fay"));
        }
    }
    all
}

/// `aws:userid`: two roles and a user bear ids of which the random policies speak.
fn user_id(account: &str, arn: &str, principal_arn: &str) -> String {
    let last = arn.rsplit('/').next().unwrap();
    let own = || principal_arn.to_ascii_uppercase().replace(|c: char| !c.is_ascii_alphanumeric(), "");
    match principal_arn {
        "arn:aws:iam::222233334444:role/app" => format!("{MEMBER_APP}:{last}"),
        "arn:aws:iam::777788889999:role/other" => format!("{STRANGER}:{last}"),
        "arn:aws:iam::222233334444:user/ann" => MEMBER_ANN.to_owned(),
        "arn:aws:iam::777788889999:user/bob" => "AIDASTRANGER00000001".to_owned(),
        _ if arn.contains("assumed-role") => format!("AROA{}:{last}", own()),
        _ if arn.contains("federated-user") => format!("{account}:{last}"),
        _ if arn.contains(":user/") => format!("AIDA{}", own()),
        _ => account.to_owned(),
    }
}

type Pairs = Vec<(&'static str, Vec<&'static str>)>;

/// Keys with their values.
type Way = &'static [(&'static str, &'static [&'static str])];

/// Circumstances that hang together, by the keys that tell them apart.
const GROUPS: &[(&[&str], &[Way])] = &[
    (
        &[
            "aws:SourceIp",
            "aws:SourceVpce",
            "aws:SourceVpc",
            "kms:ViaService",
            "aws:ViaAWSService",
            "aws:CalledVia",
            "kms:GrantIsForAWSResource",
        ],
        &[
            &[("aws:SourceIp", &["203.0.113.5"]), ("aws:ViaAWSService", &["false"])],
            &[
                ("aws:SourceIp", &["198.51.100.1"]),
                ("aws:ViaAWSService", &["false"]),
                ("kms:GrantIsForAWSResource", &["false"]),
            ],
            &[("aws:SourceIp", &["2001:db8::1"]), ("aws:ViaAWSService", &["false"])],
            &[
                ("aws:SourceVpc", &["vpc-1"]),
                ("aws:SourceVpce", &["vpce-1"]),
                ("aws:ViaAWSService", &["false"]),
            ],
            &[
                ("aws:SourceVpc", &["vpc-2"]),
                ("aws:SourceVpce", &["vpce-2"]),
                ("aws:ViaAWSService", &["false"]),
                ("kms:GrantIsForAWSResource", &["false"]),
            ],
            &[
                ("kms:ViaService", &["s3.eu-west-1.amazonaws.com"]),
                ("aws:ViaAWSService", &["true"]),
                ("aws:CalledVia", &["athena.amazonaws.com", "s3.amazonaws.com"]),
                ("kms:GrantIsForAWSResource", &["true"]),
            ],
            &[
                ("aws:SourceIp", &["203.0.113.5"]),
                ("kms:ViaService", &["ec2.eu-west-1.amazonaws.com"]),
                ("aws:ViaAWSService", &["true"]),
                ("aws:CalledVia", &["ec2.amazonaws.com"]),
                ("kms:GrantIsForAWSResource", &["true"]),
            ],
            &[
                ("aws:SourceIp", &["198.51.100.1"]),
                ("kms:ViaService", &["s3.eu-west-1.amazonaws.com"]),
                ("aws:ViaAWSService", &["true"]),
                ("aws:CalledVia", &["s3.amazonaws.com"]),
                ("kms:GrantIsForAWSResource", &["false"]),
            ],
            &[
                ("aws:SourceVpc", &["vpc-1"]),
                ("aws:SourceVpce", &["vpce-1"]),
                ("kms:ViaService", &["ec2.eu-west-1.amazonaws.com"]),
                ("aws:ViaAWSService", &["true"]),
                ("aws:CalledVia", &["athena.amazonaws.com"]),
            ],
        ],
    ),
    (
        &["kms:EncryptionContext:tenant", "kms:EncryptionContextKeys"],
        &[
            &[],
            &[("kms:EncryptionContext:tenant", &["a"]), ("kms:EncryptionContextKeys", &["tenant"])],
            &[("kms:EncryptionContext:tenant", &["b"]), ("kms:EncryptionContextKeys", &["tenant"])],
            &[("kms:EncryptionContext:tenant", &["a"]), ("kms:EncryptionContextKeys", &["tenant", "more"])],
            &[("kms:EncryptionContext:Tenant", &["a"]), ("kms:EncryptionContextKeys", &["Tenant"])],
            &[("kms:EncryptionContext:Tenant", &["b"]), ("kms:EncryptionContextKeys", &["Tenant"])],
            &[("kms:EncryptionContextKeys", &["other"])],
        ],
    ),
    (
        &["kms:GrantOperations"],
        &[
            &[("kms:GrantOperations", &["Decrypt"])],
            &[("kms:GrantOperations", &["Decrypt", "Encrypt"])],
            &[("kms:GrantOperations", &["CreateGrant"])],
            &[("kms:GrantOperations", &["Encrypt"])],
        ],
    ),
    (
        &["aws:PrincipalTag/team"],
        &[&[], &[("aws:PrincipalTag/team", &["red"])], &[("aws:PrincipalTag/team", &["green"])]],
    ),
    (
        &["aws:MultiFactorAuthPresent", "aws:MultiFactorAuthAge"],
        &[
            &[],
            &[("aws:MultiFactorAuthPresent", &["true"]), ("aws:MultiFactorAuthAge", &["60"])],
            &[("aws:MultiFactorAuthPresent", &["false"])],
            &[("aws:MultiFactorAuthPresent", &["true"]), ("aws:MultiFactorAuthAge", &["9000"])],
        ],
    ),
];

/// Keys that some actions do not carry.
fn carried(action: &str, key: &str) -> bool {
    let context = key.to_ascii_lowercase().starts_with("kms:encryptioncontext");
    let of_grant = key.starts_with("kms:Grant");
    (!context || action != "kms:DescribeKey") && (!of_grant || action == "kms:CreateGrant")
}

fn circumstances(action: &str, mentioned: &BTreeSet<String>, grants: bool) -> Vec<Pairs> {
    let mut all: Vec<Pairs> = vec![Vec::new()];
    for (keys, ways) in GROUPS {
        let asked = keys.iter().any(|key| mentioned.contains(*key));
        let by_grant =
            grants && keys.iter().any(|key| key.starts_with("kms:Enc") || key.starts_with("kms:GrantOp"));
        if !asked && !by_grant {
            continue;
        }
        let with = |pairs: &Pairs| {
            ways.iter()
                .map(|way| {
                    let more = way.iter().filter(|(key, _)| carried(action, key));
                    pairs.iter().cloned().chain(more.map(|(key, values)| (*key, values.to_vec()))).collect()
                })
                .collect::<Vec<Pairs>>()
        };
        all = all.iter().flat_map(with).collect();
    }
    all
}

fn mentioned(question: &Question) -> BTreeSet<String> {
    let text = format!("{}{}", question.policy, question.guardrail.clone().unwrap_or_default());
    let keys = CONDITIONS.iter().map(|(_, key, _)| *key).chain(["aws:PrincipalTag/team"]);
    keys.filter(|key| text.contains(*key)).map(str::to_owned).collect()
}

/// A request of the vocabulary that is allowed and wider than the search's level.
pub(crate) fn wider(question: &Question, level: ExposureLevel) -> Option<String> {
    let parse = |value: &Value| Policy::parse(&value.to_string()).unwrap();
    let (policy, guardrail) = (parse(&question.policy), question.guardrail.as_ref().map(parse));
    let allow = Policy::parse(r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#).unwrap();
    let grants: Vec<keyreach_policy::Grant> = question.grants.iter().map(engine_grant).collect();
    let known = perimeter().organization.unwrap();
    let organization =
        Organization { id: known.id, management_account: Some(known.management), members: known.members };
    let mentioned = mentioned(question);
    // An action that no statement names in an Allow and no grant holds is nobody's.
    let possible = |action: &str| {
        let probe = question.policy["Statement"].as_array().unwrap().iter().any(|statement| {
            let name = action.trim_start_matches("kms:");
            let covers = |pattern: &str| {
                matches!(pattern, "kms:*")
                    || pattern == action
                    || (pattern == "kms:De*" && name.starts_with("De"))
                    || (pattern == "kms:?ecrypt" && name == "Decrypt")
            };
            statement["Effect"] == "Allow"
                && match statement.get("NotAction") {
                    Some(not) => not != action,
                    None => covers(statement["Action"].as_str().unwrap()),
                }
        });
        probe || question.grants.iter().any(|grant| action.ends_with(grant.operations[0].as_str()))
    };
    let policies = |federated: bool| Policies {
        key_policies: vec![&policy],
        grants: grants.iter().collect(),
        identity_policies: vec![&allow],
        session_policy: federated.then_some(&allow),
        resource_control_policies: guardrail.iter().map(|policy| vec![policy]).collect(),
        ..Policies::default()
    };
    let text = question.policy.to_string();
    let told_apart = [
        "aws:PrincipalArn",
        "aws:PrincipalType",
        "aws:username",
        "aws:userid",
        "AROA",
        "AIDA",
        "NotPrincipal",
        ":role/",
        ":user/",
        "assumed-role",
    ];
    let alike = !told_apart.iter().any(|part| text.contains(part));
    let wide = everybody().into_iter().filter(|somebody| somebody.level > level);
    for somebody in wide.filter(|somebody| !alike || somebody.arn.ends_with("role/other/s1")) {
        for action in ACTIONS.into_iter().filter(|action| possible(action)) {
            for pairs in circumstances(action, &mentioned, !question.grants.is_empty()) {
                let request = request(&somebody, action, &pairs).completed(Some(&organization));
                let policies = policies(somebody.arn.contains("federated-user"));
                if authorize(&request, &policies).upper == Decision::Allow {
                    return Some(format!("{} {:?} {action} {pairs:?}", somebody.arn, somebody.organization));
                }
            }
        }
    }
    None
}

fn request(somebody: &Somebody, action: &str, pairs: &Pairs) -> Request {
    let mut context = Context::new();
    let mut put = |key: &str, values: &[&str]| context.insert(key, values.iter().copied()).unwrap();
    put("aws:PrincipalArn", &[&somebody.principal_arn]);
    put("aws:userid", &[&somebody.user_id]);
    put("aws:ResourceTag/team", &["red"]);
    put("kms:KeySpec", &["SYMMETRIC_DEFAULT"]);
    put("aws:CurrentTime", &["2026-03-04T12:00:00Z"]);
    match &somebody.organization {
        Some((id, path)) => {
            put("aws:PrincipalOrgID", &[id]);
            put("aws:PrincipalOrgPaths", &[path]);
        }
        None => put("aws:PrincipalOrgID", &[]),
    }
    for (key, values) in pairs {
        put(key, values);
    }
    let caller = Caller::parse(&somebody.arn, Some(&somebody.principal_arn)).unwrap();
    Request::new(caller, action.parse().unwrap(), KEY.parse::<Arn>().unwrap(), context).unwrap()
}

fn engine_grant(grant: &Grant) -> keyreach_policy::Grant {
    keyreach_policy::Grant {
        grantee: Principal::of_grant(grant.grantee_principal.clone().unwrap()),
        operations: grant
            .operations
            .iter()
            .map(|name| format!("kms:{name}").parse().unwrap())
            .collect::<Vec<keyreach_policy::aws::Action>>()
            .into_iter()
            .collect(),
        constraints: Constraints {
            encryption_context_equals: grant.constraints.encryption_context_equals.clone(),
            encryption_context_subset: grant.constraints.encryption_context_subset.clone(),
            source_arn: None,
        },
        retiring: None,
        issuing_account: None,
    }
}

/// What is wrong with the search's answer to a question.
pub(crate) fn complaint(seed: u64) -> Option<String> {
    let question = question(seed);
    let judged = searched(&question);
    let told = || {
        format!(
            "seed {seed}: {}\nguardrail {:?}\ngrants {:?}",
            question.policy,
            question.guardrail.as_ref().map(ToString::to_string),
            question.grants
        )
    };
    if let Some(bug) = judged.bug {
        return Some(format!("{}\nmismatch: {bug}", told()));
    }
    let level = judged.exposure.level;
    if level == ExposureLevel::Unknown {
        return Some(format!("{}\nunknown", told()));
    }
    wider(&question, level).map(|request| format!("{}\nlevel {level:?}, but {request}", told()))
}
