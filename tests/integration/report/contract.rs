//! report.json against what dashboards and auditors were promised: names, nesting, nulls, closed values.

use keyreach::{
    assess::{
        assess,
        exposure::{
            Access, BlockedReach, Certainty, ExposureLevel, Reach, ReachZone, ServiceUse, Via, ViaKind,
            Witness,
        },
        finding::{Finding, Severity, Status, Subject, finding_id},
        lockout::{LockoutReason, LockoutVerdict, Writer},
    },
    config::Format,
    report::Report,
    snapshot::{
        Snapshot,
        gap::{Fact, GapKind},
        key::{MultiRegion, RegionalKey},
    },
};
use keyreach_policy::aws::Region;
use serde_json::{Value, json as value};

use super::{files_of, json, refusals};
use crate::example::{self, MANAGEMENT, MEMBER};

/// Every name of the contract, in its order. `0` stands for an entry of a list.
const PROMISED: &str = "
    schema_version
    scan/id scan/taken_at scan/tool/name scan/tool/version scan/caller_arn scan/partition
    scan/organization_id scan/management_account_id
    coverage/accounts/total coverage/accounts/complete coverage/accounts/partial coverage/accounts/failed
    coverage/accounts/skipped
    coverage/cells/0/account_id coverage/cells/0/region coverage/cells/0/state coverage/cells/0/keys
    coverage/cells/0/aws_managed_keys
    coverage/cells/0/gaps/0/operation coverage/cells/0/gaps/0/resource coverage/cells/0/gaps/0/kind
    coverage/cells/0/gaps/0/code coverage/cells/0/gaps/0/message
    coverage/gaps/0/operation coverage/gaps/0/resource coverage/gaps/0/kind coverage/gaps/0/code
    coverage/gaps/0/message
    summary/keys
    summary/by_exposure/account summary/by_exposure/organization summary/by_exposure/trusted
    summary/by_exposure/external summary/by_exposure/public summary/by_exposure/unknown
    summary/by_lockout/manageable summary/by_lockout/fragile summary/by_lockout/conditional
    summary/by_lockout/root_only summary/by_lockout/locked_out summary/by_lockout/unknown
    summary/by_severity/critical summary/by_severity/high summary/by_severity/medium summary/by_severity/low
    summary/by_severity/info
    accounts/0/id accounts/0/name accounts/0/state accounts/0/ou_path
    keys/0/arn keys/0/account_id keys/0/region keys/0/key_id keys/0/aliases keys/0/description keys/0/tags
    keys/0/state keys/0/spec keys/0/usage keys/0/origin
    keys/0/multi_region/type keys/0/multi_region/primary keys/0/multi_region/replicas/0
    keys/0/created_at keys/0/deletion_date keys/0/valid_to
    keys/0/rotation/eligibility keys/0/rotation/enabled keys/0/rotation/period_days keys/0/rotation/next_at
    keys/0/rotation/last_at
    keys/0/policies/0/name keys/0/policies/0/sha256 keys/0/policies/0/document
    keys/0/grants/0/grant_id keys/0/grants/0/grantee keys/0/grants/0/retiring keys/0/grants/0/issuing_account
    keys/0/grants/0/operations keys/0/grants/0/constraints keys/0/grants/0/created_at keys/0/grants/0/zone
    keys/0/exposure/level keys/0/exposure/certainty keys/0/exposure/depends_on
    keys/0/exposure/reaches/0/zone keys/0/exposure/reaches/0/principal keys/0/exposure/reaches/0/actions
    keys/0/exposure/reaches/0/access keys/0/exposure/reaches/0/via/0/kind
    keys/0/exposure/reaches/0/via/0/statement keys/0/exposure/reaches/0/via/0/grant_id
    keys/0/exposure/reaches/0/conditions keys/0/exposure/reaches/0/needs_identity_policy
    keys/0/exposure/reaches/0/confirmed keys/0/exposure/reaches/0/witness/principal
    keys/0/exposure/reaches/0/witness/action keys/0/exposure/reaches/0/witness/context
    keys/0/exposure/blocked_by_rcp/0/zone keys/0/exposure/blocked_by_rcp/0/policy
    keys/0/exposure/services/0/principal keys/0/exposure/services/0/actions keys/0/exposure/services/0/guarded
    keys/0/exposure/services/0/guard
    keys/0/lockout/verdict keys/0/lockout/certainty keys/0/lockout/depends_on keys/0/lockout/reasons
    keys/0/lockout/writers/0/principal keys/0/lockout/writers/0/via keys/0/lockout/writers/0/conditions
    keys/0/lockout/recovery
    findings/0/id findings/0/check findings/0/severity findings/0/status findings/0/account_id
    findings/0/region findings/0/key_arn findings/0/title findings/0/detail findings/0/remediation
    findings/0/evidence findings/0/frameworks";

fn reach() -> Reach {
    Reach {
        zone: ReachZone::External,
        principal: "arn:aws:iam::999999999999:root".to_owned(),
        actions: vec!["kms:Decrypt".to_owned()],
        access: vec![Access::Decrypt],
        via: vec![Via { kind: ViaKind::KeyPolicy, statement: Some("#0".to_owned()), grant_id: None }],
        conditions: Vec::new(),
        needs_identity_policy: true,
        confirmed: None,
        witness: Some(Witness {
            principal: "arn:aws:iam::999999999999:role/x".to_owned(),
            action: "kms:Decrypt".to_owned(),
            context: [("aws:SourceIp".to_owned(), vec!["203.0.113.9".to_owned()])].into(),
        }),
    }
}

fn finding(severity: Severity, status: Status) -> Finding {
    Finding {
        id: finding_id("a-check", Subject::Account(MEMBER.parse().unwrap(), None), ""),
        check: "a-check".to_owned(),
        severity,
        status,
        account_id: MEMBER.parse().unwrap(),
        region: None,
        key_arn: None,
        title: "title".to_owned(),
        detail: "detail".to_owned(),
        remediation: "remediation".to_owned(),
        evidence: [("n".to_owned(), value!(1))].into(),
        frameworks: vec!["CIS-AWS-5.0.0/3.6".to_owned()],
    }
}

/// A report in which every list has an entry, as later versions will fill it.
fn full() -> Value {
    let mut snapshot = example::snapshot();
    snapshot.gaps.push(example::gap("organizations:ListRoots", "r-ab12", GapKind::Denied));
    snapshot.cells[0].gaps.push(example::gap("kms:ListAliases", MANAGEMENT, GapKind::Throttled));
    let replica = RegionalKey { arn: "arn:replica".to_owned(), region: Region::new("us-east-1") };
    if let Fact::Known(metadata) = &mut snapshot.cells[0].keys[0].metadata {
        let primary = RegionalKey { arn: "arn:primary".to_owned(), region: Region::new("eu-west-1") };
        metadata.multi_region = Some(MultiRegion {
            key_type: "PRIMARY".to_owned(),
            primary: Some(primary),
            replicas: vec![replica],
        });
    }
    let mut assessment = assess(&snapshot, &keyreach::config::JudgementSettings::default());
    let key = &mut assessment.keys[0];
    key.exposure.level = ExposureLevel::External;
    key.exposure.certainty = Certainty::Depends;
    key.exposure.reaches = vec![reach()];
    key.exposure.blocked_by_rcp = vec![BlockedReach { reach: reach(), policy: "perimeter".to_owned() }];
    key.exposure.services = vec![ServiceUse {
        principal: "logs.amazonaws.com".to_owned(),
        actions: vec!["kms:Encrypt".to_owned()],
        guarded: false,
        guard: None,
    }];
    let lockout = std::sync::Arc::make_mut(&mut key.lockout);
    lockout.verdict = LockoutVerdict::Fragile;
    lockout.reasons = vec![LockoutReason::SingleWriter];
    lockout.writers =
        vec![Writer { principal: "root".to_owned(), via: "key policy".to_owned(), conditions: Vec::new() }];
    assessment.findings = vec![
        finding(Severity::High, Status::Fail),
        finding(Severity::Critical, Status::Accepted),
        finding(Severity::Low, Status::Unknown),
    ];
    let report = Report::new(&snapshot, &assessment).unwrap();
    assert_eq!(report.worst(), Some(Severity::High));
    serde_json::from_str(&files_of(&report, Format::Json)["report.json"]).unwrap()
}

#[test]
fn every_promised_name_is_there() {
    let report = full();
    let missing: Vec<&str> =
        PROMISED.split_whitespace().filter(|path| report.pointer(&format!("/{path}")).is_none()).collect();
    assert_eq!(missing, [""; 0]);
    assert_eq!(refusals(&report), [""; 0]);
    assert_eq!(report["keys"][0]["multi_region"]["replicas"], value!(["arn:replica"]));
}

#[test]
fn only_failed_findings_count() {
    let report = full();
    let expected = value!({ "critical": 0, "high": 1, "medium": 0, "low": 0, "info": 0 });
    assert_eq!(report["summary"]["by_severity"], expected);
    assert_eq!(report["summary"]["by_exposure"]["external"], 1);
    assert_eq!(report["summary"]["by_exposure"]["account"], 1);
}

#[test]
fn the_schema_refuses_what_is_no_report() {
    let good = full();
    let spoiled = [
        ("/schema_version", value!("2.0")),
        ("/scan/taken_at", value!("yesterday")),
        ("/scan/taken_at", value!("2026-03-04T12:00:00+01:00")),
        ("/coverage/cells/0/state", value!("finished")),
        ("/coverage/gaps/0/kind", value!("refused")),
        ("/summary/by_severity", value!({ "critical": 0 })),
        ("/accounts/0/id", value!(1)),
        ("/keys/0/exposure/level", value!("private")),
        ("/keys/0/exposure/reaches/0/access/0", value!("read")),
        ("/keys/0/lockout/verdict", value!(null)),
        ("/keys/0/lockout/reasons/0", value!("because")),
        ("/keys/0/policies/0/name", value!("other")),
        ("/keys/0/policies/0/sha256", value!("abc")),
        ("/keys/0/rotation/eligibility", value!("yes")),
        ("/keys/0/grants/0/zone", value!("nowhere")),
        ("/findings/0/status", value!("pass")),
    ];
    for (at, wrong) in spoiled {
        let mut report = good.clone();
        *report.pointer_mut(at).unwrap() = wrong;
        assert_ne!(refusals(&report), [""; 0], "{at}");
    }
    let mut report = good;
    report["keys"][0].as_object_mut().unwrap().remove("tags");
    assert_ne!(refusals(&report), [""; 0], "a field that is missing");
}

#[test]
fn what_was_not_read_is_null_or_unknown_and_never_false() {
    let mut snapshot = example::snapshot();
    let gap = |operation: &str| example::gap(operation, "key-a", GapKind::Denied);
    let key = &mut snapshot.cells[0].keys[0];
    key.metadata = Fact::Unknown(gap("kms:DescribeKey"));
    key.policy = Fact::Unknown(gap("kms:GetKeyPolicy"));
    key.ram_policy = Fact::Unknown(gap("kms:GetKeyPolicy"));
    key.tags = Fact::Unknown(gap("kms:ListResourceTags"));
    key.rotation = Fact::Unknown(gap("kms:GetKeyRotationStatus"));
    key.rotations.gap = Some(gap("kms:ListKeyRotations"));
    snapshot.accounts[0].iam = None;
    let report = json(&snapshot);
    let key = &report["keys"][0];
    for field in ["description", "tags", "state", "spec", "usage", "origin", "created_at", "multi_region"] {
        assert_eq!(key[field], Value::Null, "{field}");
    }
    let rotation = value!({ "eligibility": "unknown", "enabled": null, "period_days": null, "next_at": null,
        "last_at": null });
    assert_eq!(key["rotation"], rotation);
    assert_eq!(key["policies"], value!([]));
    assert_eq!(key["lockout"]["reasons"], value!(["policy_unread", "iam_unread"]));
    assert_eq!(key["lockout"]["verdict"], "unknown");
    assert_ne!(report["keys"][1]["lockout"]["verdict"], "unknown");
}

#[test]
fn guardrails_that_were_not_read_are_a_reason_where_they_bind() {
    let mut snapshot = example::snapshot();
    for (cell, account) in snapshot.cells.iter_mut().zip([MANAGEMENT, MEMBER]) {
        let root = format!("arn:aws:iam::{account}:root");
        let own = value!({"Effect": "Allow", "Principal": {"AWS": root}, "Action": "kms:*", "Resource": "*"});
        let policy = value!({"Version": "2012-10-17", "Statement": own});
        cell.keys[0].policy = Fact::Known(policy.to_string());
    }
    if let Fact::Known(Some(organization)) = &mut snapshot.organization {
        organization.roots.items[0].enabled_policy_types.insert("SERVICE_CONTROL_POLICY".to_owned());
        organization.guardrails.items[0].aws_managed = false;
        organization.guardrails.items[0].document =
            Fact::Unknown(example::gap("organizations:DescribePolicy", "p-1", GapKind::Denied));
    }
    let reasons = |snapshot: &Snapshot, key: usize| json(snapshot)["keys"][key]["lockout"]["reasons"].clone();
    assert_eq!(reasons(&snapshot, 0), value!(["no_iam_writer"]), "the management account is never bound");
    assert_eq!(reasons(&snapshot, 1), value!(["guardrails_unread"]));
    snapshot.organization = Fact::Known(None);
    assert_eq!(reasons(&snapshot, 1), value!(["no_iam_writer"]), "no organization, no guardrails");
}

#[test]
fn policies_are_parsed_or_given_as_they_came() {
    let mut snapshot = example::snapshot();
    let key = &mut snapshot.cells[0].keys[0];
    key.policy = Fact::Known("{ not json".to_owned());
    key.ram_policy = Fact::Known(Some(r#"{"Version": "2012-10-17"}"#.to_owned()));
    let expected = value!([
        { "name": "default", "document": "{ not json",
          "sha256": "0228f717792ffbc02f7fa058c934c10d7e91d0de743e365ebd78bfebf019254e" },
        { "name": "AWS_RAM", "document": { "Version": "2012-10-17" },
          "sha256": "3b5d070c68bd7c64ab24924f9982cd6a7d63de406b900dcc20deebe1cc1cf300" },
    ]);
    assert_eq!(json(&snapshot)["keys"][0]["policies"], expected);
}
