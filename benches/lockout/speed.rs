//! How long it takes to say who governs each key of an account with many principals, and how that grows: with the
//! number of different policies, not with the number of keys.

use std::time::Duration;

use keyreach::{
    assess::{assess, lockouts},
    config::JudgementSettings,
    snapshot::{
        SCHEMA_VERSION, Scan, Snapshot, TargetSource,
        cell::{Cell, Visit},
        gap::{Fact, Listing},
        key::{Key, KeyMetadata},
        organization::{Account, Entry, RegionSource},
        principal::{AccountSummary, Iam, InlinePolicy, ManagedPolicy, Role},
    },
};
use keyreach_policy::aws::{Partition, Region};
use serde_json::{Value, json};

use crate::clock::{least, within};

const ACCOUNT: &str = "111122223333";
const ROLES: usize = 500;
const POLICIES: usize = 300;

/// What times may be of each other: half as much again as what was measured.
mod bound {
    /// Saying who governs each key, of writing the snapshot as JSON.
    pub(super) const ALONE: f64 = 65.0;
    /// Exposure and checks too, of that.
    pub(super) const WHOLE: f64 = 4.0;
    /// 4 and 16 times the keys under as many policies.
    pub(super) const KEYS: [f64; 2] = [1.8, 2.6];
    /// 4 and 16 times the policies of as many keys.
    pub(super) const POLICIES: [f64; 2] = [3.8, 13.0];
}

/// Prints the time for 10,000 keys, and its growth; whether within the bounds.
pub(crate) fn speed() -> bool {
    println!("an account of {ROLES} roles and {POLICIES} managed policies, on one thread:");
    rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap().install(|| {
        let held = size();
        growth() && held
    })
}

fn size() -> bool {
    let snapshot = snapshot(10_000, 200);
    let times = 10;
    let write = || (0..times).map(|_| serde_json::to_string(&snapshot).unwrap().len()).sum::<usize>();
    let writing = least(write) / times;
    let alone = governed(10_000, 200);
    let whole = least(|| assess(&snapshot, &JudgementSettings::default()));
    println!("10,000 keys, 200 different key policies, written as JSON in {writing:.1?}:");
    let alone_held = within("lockout alone", alone, writing, bound::ALONE);
    within("everything, of lockout alone", whole, alone, bound::WHOLE) && alone_held
}

fn growth() -> bool {
    let growth = |what: &str, [of_four, of_sixteen]: [f64; 2], time: &dyn Fn(usize) -> Duration| {
        let base = time(1);
        let held = within(&format!("4 times the {what}"), time(4), base, of_four);
        within(&format!("16 times the {what}"), time(16), base, of_sixteen) && held
    };
    let keys = growth("keys, 2,500 with 200 policies", bound::KEYS, &|times| governed(2_500 * times, 200));
    growth("policies, 50 of 10,000 keys", bound::POLICIES, &|times| governed(10_000, 50 * times)) && keys
}

/// The time to say who governs so many keys.
fn governed(keys: usize, policies: usize) -> Duration {
    let snapshot = snapshot(keys, policies);
    least(|| lockouts(&snapshot, &JudgementSettings::default()))
}

fn document(statements: &[Value]) -> String {
    json!({"Version": "2012-10-17", "Statement": statements}).to_string()
}

fn allow(actions: &[&str], resource: &str) -> Value {
    json!({"Effect": "Allow", "Action": actions, "Resource": resource})
}

/// Most managed policies are about a service or a few keys; some administer keys, a few everything.
fn managed(number: usize) -> ManagedPolicy {
    let key = format!("arn:aws:kms:eu-west-1:{ACCOUNT}:key/key-{number:05}");
    let statements = match number % 30 {
        0 => vec![allow(&["*"], "*")],
        1 | 2 => vec![allow(&["kms:*"], &format!("arn:aws:kms:*:{ACCOUNT}:key/*"))],
        3 => vec![
            allow(&["kms:*"], "*"),
            json!({"Effect": "Deny", "Action": "kms:PutKeyPolicy", "Resource": "*", "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}}),
        ],
        4 => vec![allow(&["kms:PutKeyPolicy", "kms:Describe*"], &key)],
        5..=14 => vec![allow(&["kms:Decrypt", "kms:GenerateDataKey"], &key)],
        _ => vec![allow(&["s3:GetObject", "s3:PutObject"], "arn:aws:s3:::bucket/*")],
    };
    ManagedPolicy {
        arn: format!("arn:aws:iam::{ACCOUNT}:policy/policy-{number}"),
        policy_name: format!("policy-{number}"),
        default_version_id: "v1".to_owned(),
        document: Some(document(&statements)),
    }
}

fn role(number: usize) -> Role {
    let attached = (0..=number % 4).map(|n| (number * 7 + n * 13) % POLICIES);
    let trust = json!({"Effect": "Allow", "Principal": {"AWS": format!("arn:aws:iam::{ACCOUNT}:root")}, "Action": "sts:AssumeRole"});
    Role {
        arn: format!("arn:aws:iam::{ACCOUNT}:role/role-{number:03}"),
        role_id: format!("AROA{number:017}"),
        role_name: format!("role-{number:03}"),
        trust_policy: Some(document(&[trust])),
        inline_policies: vec![InlinePolicy {
            name: "logs".to_owned(),
            document: document(&[allow(&["logs:PutLogEvents"], "*")]),
        }],
        attached_policies: attached.map(|n| format!("arn:aws:iam::{ACCOUNT}:policy/policy-{n}")).collect(),
        permissions_boundary: number
            .is_multiple_of(5)
            .then(|| format!("arn:aws:iam::{ACCOUNT}:policy/policy-0")),
        tags: Vec::new(),
        create_date: None,
        last_used: Some("2026-03-01T00:00:00Z".parse().unwrap()),
    }
}

/// One key policy of so many: half the keys have the default one.
fn policy(number: usize, policies: usize) -> String {
    let own = json!({"Sid": "Account", "Effect": "Allow", "Principal": {"AWS": format!("arn:aws:iam::{ACCOUNT}:root")}, "Action": "kms:*", "Resource": "*"});
    if number.is_multiple_of(2) {
        return document(&[own]);
    }
    let kind = number / 2 % (policies - 1);
    let role = format!("arn:aws:iam::{ACCOUNT}:role/role-{:03}", kind % ROLES);
    let admin = json!({"Sid": format!("Admin{kind}"), "Effect": "Allow", "Principal": {"AWS": role}, "Action": "kms:*", "Resource": "*"});
    if kind.is_multiple_of(3) { document(&[admin]) } else { document(&[own, admin]) }
}

fn key(number: usize, policies: usize) -> Key {
    Key {
        key_id: format!("key-{number:05}"),
        arn: format!("arn:aws:kms:eu-west-1:{ACCOUNT}:key/key-{number:05}"),
        metadata: Fact::Known(KeyMetadata {
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
        }),
        policy: Fact::Known(policy(number, policies)),
        ram_policy: Fact::Known(None),
        grants: Listing::complete(Vec::new()),
        rotation: Fact::Known(None),
        rotations: Listing::complete(Vec::new()),
        tags: Fact::Known([("team".to_owned(), format!("team-{}", number % 10))].into()),
        aliases: vec![format!("alias/key-{number}")],
        last_usage: None,
    }
}

fn snapshot(keys: usize, policies: usize) -> Snapshot {
    let account = ACCOUNT.parse().unwrap();
    let mut cell = Cell::new(account, Region::new("eu-west-1"), Visit::Visited);
    cell.keys = (0..keys).map(|number| key(number, policies)).collect();
    let summary = AccountSummary {
        account_mfa_enabled: Some(true),
        account_password_present: Some(true),
        account_access_keys_present: Some(false),
        users: Some(0),
        roles: Some(500),
    };
    let iam = Iam {
        users: Vec::new(),
        roles: (0..ROLES).map(role).collect(),
        groups: Vec::new(),
        policies: (0..POLICIES).map(managed).collect(),
        gap: None,
        summary: Fact::Known(summary),
    };
    Snapshot {
        schema_version: SCHEMA_VERSION.to_owned(),
        scan: Scan {
            id: "bench".to_owned(),
            taken_at: "2026-03-04T12:00:00Z".parse().unwrap(),
            tool_version: "0.1.0".to_owned(),
            caller_arn: format!("arn:aws:sts::{ACCOUNT}:assumed-role/audit/me"),
            caller_account: account,
            partition: Partition::new("aws"),
            targets: TargetSource::NoOrganization,
            interrupted: false,
        },
        organization: Fact::Known(None),
        accounts: vec![Account {
            id: account,
            name: None,
            state: None,
            path: None,
            entry: Entry::Caller(String::new()),
            regions: Some(RegionSource::Account),
            iam: Some(iam),
            gaps: Vec::new(),
        }],
        cells: vec![cell],
        gaps: Vec::new(),
    }
}
