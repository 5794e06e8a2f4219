//! What generated keys, policies, grants and roles look like: shares of what real estates hold, most of it
//! well made, some of it not.

use std::collections::BTreeMap;

use super::Seat;
use crate::scenario::{Grant, Key, Material, Rotation};
use crate::world::trust;

/// Services with an AWS managed key, by number.
pub(super) const SERVICES: [&str; 12] = [
    "ebs",
    "s3",
    "rds",
    "lambda",
    "secretsmanager",
    "ssm",
    "sns",
    "sqs",
    "dynamodb",
    "backup",
    "kinesis",
    "acm",
];

pub(super) const SCP: &str = r#"{"Version":"2012-10-17","Statement":[{"Sid":"ProtectKeys","Effect":"Deny","Action":["kms:ScheduleKeyDeletion","kms:DeleteImportedKeyMaterial"],"Resource":"*","Condition":{"ArnNotLike":{"aws:PrincipalArn":"arn:{partition}:iam::*:role/role-0*"}}}]}"#;

pub(super) const RCP: &str = r#"{"Version":"2012-10-17","Statement":[{"Sid":"OwnOrganizationOnly","Effect":"Deny","Principal":"*","Action":"kms:*","Resource":"*","Condition":{"StringNotEqualsIfExists":{"aws:PrincipalOrgID":"{organization}"},"BoolIfExists":{"aws:PrincipalIsAWSService":"false"}}}]}"#;

/// A number below 100, the `turn`th that a hash holds.
fn percent(drawn: u64, turn: u32) -> u64 {
    (drawn >> (turn * 12)) % 100
}

/// Spec, state, rotation and materials of a key.
pub(super) fn facts(drawn: u64) -> Key {
    let mut key = Key { last_used_days: Some(i64::try_from(drawn % 200).unwrap_or(0)), ..Key::default() };
    match percent(drawn, 1) {
        0..60 => key.rotation = Rotation { enabled: true, automatic: vec![300], ..Rotation::default() },
        60..75 => {}
        75..83 => {
            key.spec = "RSA_2048".into();
            key.usage = if drawn & 1 == 0 { "ENCRYPT_DECRYPT" } else { "SIGN_VERIFY" }.into();
        }
        83..90 => key.spec = "ECC_NIST_P256".into(),
        90..93 => key.spec = "HMAC_256".into(),
        93..96 => {
            key.origin = "EXTERNAL".into();
            let days = i64::try_from(drawn % 360).unwrap_or(0) + 1;
            key.materials = vec![Material { expires_days: Some(days), ..Material::default() }];
        }
        96..98 => key.state = "Disabled".into(),
        98 => {
            key.state = "PendingDeletion".into();
            key.deletion_days = Some(7);
        }
        _ => key.rotation = Rotation { enabled: true, period_days: 180, ..Rotation::default() },
    }
    key.description = format!("generated {:08x}", drawn >> 32);
    key.tags = BTreeMap::from([
        ("environment".to_owned(), if drawn & 2 == 0 { "prod" } else { "dev" }.to_owned()),
        ("owner".to_owned(), format!("team-{:02}", drawn % 40)),
    ]);
    key
}

/// What policies of an estate have in common.
pub(super) struct Place<'a> {
    pub(super) partition: &'a str,
    pub(super) organization: &'a str,
    /// Some other account of the organization.
    pub(super) other: &'a str,
}

pub(super) fn aws_managed_policy(place: &Place<'_>, seat: &Seat) -> String {
    let Seat { account, region, number, .. } = seat;
    let service = SERVICES.get(*number).unwrap_or(&"other");
    format!(
        r#"{{"Version":"2012-10-17","Id":"auto-{service}-2","Statement":[{{"Effect":"Allow","Principal":{{"AWS":"*"}},"Action":["kms:Encrypt","kms:Decrypt","kms:ReEncrypt*","kms:GenerateDataKey*","kms:CreateGrant","kms:DescribeKey"],"Resource":"*","Condition":{{"StringEquals":{{"kms:CallerAccount":"{account}","kms:ViaService":"{service}.{region}.amazonaws.com"}}}}}},{{"Effect":"Allow","Principal":{{"AWS":"arn:{}:iam::{account}:root"}},"Action":["kms:Describe*","kms:Get*","kms:List*","kms:RevokeGrant"],"Resource":"*"}}]}}"#,
        place.partition
    )
}

/// A key policy: an account statement in most, and what stands beside it.
pub(super) fn policy(place: &Place<'_>, seat: &Seat) -> String {
    let Place { partition, organization, other } = place;
    let Seat { account, region, drawn, .. } = seat;
    let role = drawn % 20;
    let own = format!(
        r#"{{"Sid":"Account","Effect":"Allow","Principal":{{"AWS":"arn:{partition}:iam::{account}:root"}},"Action":"kms:*","Resource":"*"}}"#
    );
    let uses = r#"["kms:Encrypt","kms:Decrypt","kms:ReEncrypt*","kms:GenerateDataKey*","kms:DescribeKey"]"#;
    let statements = match percent(*drawn, 2) {
        0..45 => own,
        45..65 => format!(
            r#"{own},{{"Sid":"Use","Effect":"Allow","Principal":{{"AWS":["arn:{partition}:iam::{account}:role/role-{role:03}","arn:{partition}:iam::{account}:role/role-{:03}"]}},"Action":{uses},"Resource":"*"}}"#,
            role + 1
        ),
        65..78 => format!(
            r#"{own},{{"Sid":"Organization","Effect":"Allow","Principal":"*","Action":{uses},"Resource":"*","Condition":{{"StringEquals":{{"aws:PrincipalOrgID":"{organization}"}}}}}}"#
        ),
        78..84 => format!(
            r#"{own},{{"Sid":"Neighbor","Effect":"Allow","Principal":{{"AWS":"arn:{partition}:iam::{other}:root"}},"Action":{uses},"Resource":"*"}}"#
        ),
        84..88 => format!(
            r#"{own},{{"Sid":"Partner","Effect":"Allow","Principal":{{"AWS":"arn:{partition}:iam::999999999999:root"}},"Action":["kms:Decrypt","kms:DescribeKey"],"Resource":"*"}}"#
        ),
        88..92 => format!(
            r#"{own},{{"Sid":"Logs","Effect":"Allow","Principal":{{"Service":"logs.{region}.amazonaws.com"}},"Action":{uses},"Resource":"*","Condition":{{"ArnLike":{{"kms:EncryptionContext:aws:logs:arn":"arn:{partition}:logs:{region}:{account}:log-group:*"}}}}}}"#
        ),
        92..95 => format!(
            r#"{{"Sid":"OneRole","Effect":"Allow","Principal":{{"AWS":"arn:{partition}:iam::{account}:role/role-{role:03}"}},"Action":"kms:*","Resource":"*"}}"#
        ),
        95..97 => format!(
            r#"{own},{{"Sid":"Service","Effect":"Allow","Principal":"*","Action":{uses},"Resource":"*","Condition":{{"StringEquals":{{"kms:ViaService":"s3.{region}.amazonaws.com","kms:CallerAccount":"{account}"}}}}}}"#
        ),
        97..99 => format!(
            r#"{own},{{"Sid":"Guard","Effect":"Deny","Principal":"*","Action":["kms:ScheduleKeyDeletion","kms:PutKeyPolicy"],"Resource":"*","Condition":{{"ArnNotLike":{{"aws:PrincipalArn":"arn:{partition}:iam::{account}:role/role-0*"}}}}}}"#
        ),
        _ => format!(
            r#"{own},{{"Sid":"Everyone","Effect":"Allow","Principal":"*","Action":{uses},"Resource":"*"}}"#
        ),
    };
    format!(r#"{{"Version":"2012-10-17","Id":"generated","Statement":[{statements}]}}"#)
}

/// A grant, most of them to a role of the account.
pub(super) fn grant(partition: &str, account: &str, drawn: u64, roles: u64) -> Grant {
    let role = format!("arn:{partition}:iam::{account}:role/role-{:03}", drawn % roles);
    let grantee = match percent(drawn, 1) {
        0..85 => role.clone(),
        85..95 => format!(
            "arn:{partition}:iam::{account}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
        ),
        95..98 => format!("arn:{partition}:iam::999999999999:role/partner"),
        _ => format!("AROA{}", crate::seed::upper(drawn, 17)),
    };
    let mut grant = Grant {
        grantee: Some(grantee),
        retiring: Some(role),
        operations: ["Decrypt", "GenerateDataKey", "DescribeKey"].map(str::to_owned).to_vec(),
        age_days: 1 + i64::try_from(drawn >> 40 & 0xFF).unwrap_or(0),
        ..Grant::default()
    };
    if percent(drawn, 2) < 40 {
        grant.context_subset =
            BTreeMap::from([("aws:ebs:id".to_owned(), format!("vol-{:017x}", drawn >> 8))]);
    }
    grant
}

/// A role, before it is written as XML.
pub(super) struct Role {
    pub(super) name: String,
    pub(super) trust: String,
    pub(super) document: String,
    pub(super) attached: Option<String>,
}

pub(super) fn role(partition: &str, account: &str, caller: &str, number: usize, drawn: u64) -> Role {
    let trusted = match percent(drawn, 1) {
        0..50 => "service:ec2.amazonaws.com".to_owned(),
        50..70 => "service:lambda.amazonaws.com".to_owned(),
        70..80 => "oidc:token.actions.githubusercontent.com:repo:example/app:*".to_owned(),
        80..90 => caller.to_owned(),
        _ => "account".to_owned(),
    };
    let document = match percent(drawn, 2) {
        0..60 => format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":["kms:Decrypt","kms:GenerateDataKey"],"Resource":"arn:{partition}:kms:*:{account}:key/*"}}]}}"#
        ),
        60..90 => r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:GetObject","s3:PutObject","logs:*"],"Resource":"*"}]}"#.to_owned(),
        _ => r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kms:*","Resource":"*"}]}"#.to_owned(),
    };
    let attached = match percent(drawn, 3) {
        0..6 => Some("AdministratorAccess".to_owned()),
        6..20 => Some("ReadOnlyAccess".to_owned()),
        20..30 => Some("PowerUserAccess".to_owned()),
        _ => None,
    };
    Role { name: format!("role-{number:03}"), trust: trust(partition, account, &trusted), document, attached }
}
