//! Keys as they are: statements in the proportions in which public repositories have them, each policy with roles and
//! accounts of its own, every fourth key with grants.

use fastrand::Rng;
use keyreach::snapshot::grant::{Grant, GrantConstraints};
use serde_json::{Value, json};

pub(crate) const ACCOUNT: &str = "111122223333";
const MEMBER: &str = "222233334444";
const ORGANIZATION: &str = "o-a1b2c3d4e5";

/// A key: the text of its policy, and its grants.
pub(crate) struct Sample {
    pub(crate) text: String,
    pub(crate) grants: Vec<Grant>,
}

/// Statements, and how many of a thousand policies have such.
const SHARES: &[(u32, fn(&mut Rng) -> Value)] = &[
    (730, own_account),
    (200, own_role),
    (400, service),
    (120, service_by_context),
    (80, service_by_source),
    (75, everyone_through_a_service),
    (65, everyone),
    (60, organization),
    (25, role_names),
    (35, caller_account),
    (15, through_a_service),
    (190, stranger),
    (50, attested),
    (30, for_resources),
    (35, deny_unless),
    (25, deny_all_but),
];

/// As many keys.
pub(crate) fn samples(count: u64) -> Vec<Sample> {
    (0..count).map(sample).collect()
}

fn sample(seed: u64) -> Sample {
    let mut rng = Rng::with_seed(seed);
    let mut statements: Vec<Value> = Vec::new();
    for (share, make) in SHARES {
        if rng.u32(..1000) < *share {
            statements.push(make(&mut rng));
        }
    }
    if statements.is_empty() {
        statements.push(own_account(&mut rng));
    }
    let grants =
        if rng.u8(..4) == 0 { (0..rng.u8(1..=4)).map(|n| grant(&mut rng, n)).collect() } else { Vec::new() };
    Sample {
        text: json!({"Version": "2012-10-17", "Id": format!("key-{seed}"), "Statement": statements})
            .to_string(),
        grants,
    }
}

fn account(rng: &mut Rng) -> String {
    if rng.u8(..3) == 0 {
        MEMBER.to_owned()
    } else {
        format!("{:012}", rng.u64(200_000_000_000..900_000_000_000))
    }
}

fn role(rng: &mut Rng, account: &str) -> String {
    format!("arn:aws:iam::{account}:role/application-{}", rng.u32(..))
}

fn root(account: &str) -> String {
    format!("arn:aws:iam::{account}:root")
}

const USE: [&str; 5] =
    ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"];

fn allow(principal: Value, action: Value, condition: Option<Value>) -> Value {
    let mut statement = json!({"Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*"});
    if let Some(condition) = condition {
        statement["Condition"] = condition;
    }
    statement
}

fn own_account(_: &mut Rng) -> Value {
    allow(json!({"AWS": root(ACCOUNT)}), json!("kms:*"), None)
}

fn own_role(rng: &mut Rng) -> Value {
    let roles: Vec<String> = (0..rng.u8(1..4)).map(|_| role(rng, ACCOUNT)).collect();
    allow(json!({"AWS": roles}), json!(USE), None)
}

fn service(rng: &mut Rng) -> Value {
    let names =
        ["logs.eu-west-1.amazonaws.com", "cloudtrail.amazonaws.com", "sns.amazonaws.com", "s3.amazonaws.com"];
    allow(json!({"Service": names[rng.usize(..4)]}), json!(["kms:Decrypt", "kms:GenerateDataKey*"]), None)
}

fn service_by_context(rng: &mut Rng) -> Value {
    let log = format!("arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:/app/{}:*", rng.u32(..));
    let condition = json!({"StringLike": {"kms:EncryptionContext:aws:logs:arn": log}});
    allow(json!({"Service": "logs.eu-west-1.amazonaws.com"}), json!(USE), Some(condition))
}

fn service_by_source(rng: &mut Rng) -> Value {
    let trail = format!("arn:aws:cloudtrail:*:{ACCOUNT}:trail/{}", rng.u32(..));
    let condition =
        json!({"StringEquals": {"aws:SourceAccount": ACCOUNT}, "StringLike": {"aws:SourceArn": trail}});
    allow(json!({"Service": "cloudtrail.amazonaws.com"}), json!("kms:GenerateDataKey*"), Some(condition))
}

fn everyone_through_a_service(_: &mut Rng) -> Value {
    let pairs = json!({"kms:CallerAccount": ACCOUNT, "kms:ViaService": "s3.eu-west-1.amazonaws.com"});
    allow(json!({"AWS": "*"}), json!(USE), Some(json!({"StringEquals": pairs})))
}

fn everyone(_: &mut Rng) -> Value {
    allow(json!("*"), json!("kms:*"), None)
}

fn organization(rng: &mut Rng) -> Value {
    let condition = if rng.bool() {
        json!({"StringEquals": {"aws:PrincipalOrgID": ORGANIZATION}})
    } else {
        json!({"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": format!("{ORGANIZATION}/*/ou-ab12-{}/*", rng.u32(..))}})
    };
    allow(json!("*"), json!(USE), Some(condition))
}

fn role_names(rng: &mut Rng) -> Value {
    let names = format!("arn:aws:iam::*:role/deploy-{}-*", rng.u32(..));
    let condition =
        json!({"ArnLike": {"aws:PrincipalArn": names}, "StringEquals": {"aws:PrincipalOrgID": ORGANIZATION}});
    allow(json!({"AWS": "*"}), json!(USE), Some(condition))
}

fn caller_account(rng: &mut Rng) -> Value {
    let caller = if rng.bool() { ACCOUNT.to_owned() } else { account(rng) };
    allow(
        json!({"AWS": "*"}),
        json!("kms:Decrypt"),
        Some(json!({"StringEquals": {"kms:CallerAccount": caller}})),
    )
}

fn through_a_service(_: &mut Rng) -> Value {
    let condition = json!({"StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}});
    allow(json!({"AWS": "*"}), json!("kms:Decrypt"), Some(condition))
}

fn stranger(rng: &mut Rng) -> Value {
    let account = account(rng);
    let principals: Vec<String> =
        (0..rng.u8(1..4)).map(|_| if rng.bool() { root(&account) } else { role(rng, &account) }).collect();
    allow(json!({"AWS": principals}), json!(USE), None)
}

fn attested(rng: &mut Rng) -> Value {
    let account = account(rng);
    let image = format!("{:096x}", rng.u128(..));
    let condition = json!({"StringEqualsIgnoreCase": {"kms:RecipientAttestation:PCR0": image}});
    allow(json!({"AWS": role(rng, &account)}), json!(["kms:Decrypt", "kms:GenerateDataKey"]), Some(condition))
}

fn for_resources(rng: &mut Rng) -> Value {
    let account = account(rng);
    let condition = json!({"Bool": {"kms:GrantIsForAWSResource": "true"}});
    allow(
        json!({"AWS": root(&account)}),
        json!(["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"]),
        Some(condition),
    )
}

fn deny(condition: Value) -> Value {
    json!({"Effect": "Deny", "Principal": "*", "Action": "kms:*", "Resource": "*", "Condition": condition})
}

fn deny_unless(_: &mut Rng) -> Value {
    deny(json!({"StringNotEqualsIfExists": {"aws:PrincipalOrgID": ORGANIZATION},
        "BoolIfExists": {"aws:PrincipalIsAWSService": "false"}}))
}

fn deny_all_but(rng: &mut Rng) -> Value {
    let roles = [role(rng, ACCOUNT), role(rng, ACCOUNT)];
    deny(json!({"ArnNotLike": {"aws:PrincipalArn": roles}}))
}

fn grant(rng: &mut Rng, number: u8) -> Grant {
    let account = if rng.u8(..8) == 0 { account(rng) } else { ACCOUNT.to_owned() };
    let volume = [("aws:ebs:id".to_owned(), format!("vol-{:017x}", rng.u64(..)))].into();
    let constraints = GrantConstraints {
        encryption_context_subset: rng.bool().then_some(volume),
        ..GrantConstraints::default()
    };
    let operations = ["Decrypt", "Encrypt", "GenerateDataKeyWithoutPlaintext", "CreateGrant"];
    Grant {
        grant_id: format!("grant-{number}"),
        name: None,
        creation_date: None,
        grantee_principal: Some(role(rng, &account)),
        grantee_service_principal: None,
        retiring_principal: None,
        retiring_service_principal: Some("ec2.eu-west-1.amazonaws.com".to_owned()),
        issuing_account: Some(root(ACCOUNT)),
        operations: operations.map(str::to_owned).to_vec(),
        constraints,
    }
}
