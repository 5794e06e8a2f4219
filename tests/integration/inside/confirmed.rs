//! Whether ways in from the organization are confirmed by somebody who lives there.

use keyreach::{assess::assess, assess::exposure::ReachZone, config::JudgementSettings};
use serde_json::{Value, json};

use super::setting::{OTHER, STRANGER, Setting};

/// `confirmed` of each way in, with its zone.
fn confirmed(setting: Value, complete: bool) -> Vec<(ReachZone, Option<bool>)> {
    let setting: Setting = serde_json::from_value(setting).unwrap();
    let mut snapshot = setting.snapshot();
    if !complete {
        let of_other = snapshot.accounts.iter_mut().find(|account| account.id.to_string() == OTHER);
        of_other.unwrap().iam = None;
    }
    let assessment = assess(&snapshot, &JudgementSettings::default());
    assert!(assessment.keys[0].gaps.is_empty(), "{:?}", assessment.keys[0].gaps);
    assessment.keys[0].exposure.reaches.iter().map(|reach| (reach.zone, reach.confirmed)).collect()
}

fn open_to(principal: &Value) -> Value {
    json!([{"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "kms:Decrypt", "Resource": "*"}])
}

fn member(kind: &str, policy: &Value) -> Value {
    json!({"kind": kind, "account": OTHER, "policies": {"p": [policy]}})
}

const INSIDE: ReachZone = ReachZone::Organization;

#[test]
fn somebody_who_holds_the_permission_confirms() {
    let decrypt = json!({"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*"});
    let files = json!({"Effect": "Allow", "Action": "s3:*", "Resource": "*"});
    let deny = json!({"Effect": "Deny", "Action": "kms:*", "Resource": "*"});
    let role = json!(format!("arn:aws:iam::{OTHER}:role/app"));
    let other_role = json!(format!("arn:aws:iam::{OTHER}:role/other"));
    let session = json!(format!("arn:aws:sts::{OTHER}:assumed-role/app/me"));
    for (name, principal, policy, wanted) in [
        ("the account, and IAM allows", json!(OTHER), &decrypt, Some(true)),
        ("the account, and IAM allows something else", json!(OTHER), &files, Some(false)),
        ("the account, and IAM denies", json!(OTHER), &deny, Some(false)),
        ("the role, and IAM allows", role.clone(), &decrypt, Some(true)),
        ("the role, and IAM says nothing", role, &files, Some(false)),
        ("a session of the role", session, &decrypt, Some(true)),
        ("a role that is not there", other_role, &decrypt, Some(false)),
    ] {
        let setting = json!({"statements": open_to(&principal), "principal": member("role", policy)});
        assert_eq!(confirmed(setting.clone(), true), [(INSIDE, wanted)], "{name}");
        // Nobody is known of an account whose IAM was not read.
        assert_eq!(confirmed(setting, false), [(INSIDE, None)], "{name}");
    }
}

#[test]
fn conditions_guardrails_and_boundaries_count() {
    let here = json!({"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}});
    let mut whole = open_to(&json!("*"));
    whole[0]["Condition"] = here;
    let all = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
    let deny = json!([{"Effect": "Deny", "Action": "kms:Decrypt", "Resource": "*"}]);
    let mut setting = json!({"statements": whole, "principal": member("user", &all)});
    assert_eq!(confirmed(setting.clone(), true), [(INSIDE, Some(true))]);
    // The account without IAM may hold somebody.
    assert_eq!(confirmed(setting.clone(), false), [(INSIDE, None)]);
    setting["scps"] = json!([{"at": OTHER, "statements": deny}]);
    assert_eq!(confirmed(setting.clone(), true), [(INSIDE, Some(false))]);
    setting["unread"] = json!(["scp"]);
    assert_eq!(confirmed(setting.clone(), true), [(INSIDE, None)]);
    setting["scps"] = json!([]);
    setting["unread"] = json!([]);
    setting["principal"]["boundary"] = json!([{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]);
    assert_eq!(confirmed(setting, true), [(INSIDE, Some(false))]);
}

#[test]
fn grants_and_strangers() {
    let files = json!({"Effect": "Allow", "Action": "s3:*", "Resource": "*"});
    let grant = |grantee: &str| {
        json!({
            "statements": [], "principal": member("role", &files),
            "grants": [{"grant_id": "g", "grantee": grantee, "operations": ["Decrypt"]}]
        })
    };
    let [role, gone, account] =
        ["role/app", "role/gone", "root"].map(|rest| format!("arn:aws:iam::{OTHER}:{rest}"));
    assert_eq!(confirmed(grant(&role), true), [(INSIDE, Some(true))]);
    assert_eq!(confirmed(grant(&gone), true), [(INSIDE, Some(false))]);
    // SEM-57 leaves open whether the account's IAM must allow.
    assert_eq!(confirmed(grant(&account), true), [(INSIDE, None)]);
    let all = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
    let stranger = json!({"kind": "role", "account": STRANGER, "policies": {"p": [all]}});
    let setting = json!({"statements": open_to(&json!(STRANGER)), "principal": stranger});
    assert_eq!(confirmed(setting, true), [(ReachZone::External, None)]);
}

/// The root user of a member holds whatever its account is given, and so confirms nothing.
#[test]
fn a_root_user_confirms_nothing() {
    let setting =
        json!({"statements": open_to(&json!(OTHER)), "principal": {"kind": "root", "account": OTHER}});
    assert_eq!(confirmed(setting, true), [(INSIDE, Some(false))]);
}
