//! The feeds: each tells every finding once, whatever anybody wrote into it, and is there when there is none.

use std::collections::{BTreeMap, BTreeSet};

use keyreach::{
    assess::{
        Assessment,
        acceptance::Terms,
        assess,
        finding::{Finding, Severity, Status, Subject, finding_id},
    },
    check::ALL,
    config::{Format, JudgementSettings},
    report::Report,
    snapshot::{
        Snapshot,
        cell::Visit,
        gap::{Fact, GapKind},
    },
};
use keyreach_policy::aws::{Partition, Region};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{
    NAMES, files_of, hostile,
    readers::{self, json_lines, json_of},
};
use crate::example::{self, MANAGEMENT, MEMBER};

/// Which file of a format tells the findings; the summary for people tells how many there are.
const TELLERS: [(Format, &str); 6] = [
    (Format::Json, "report.json"),
    (Format::Ndjson, "findings.ndjson"),
    (Format::Csv, "findings.csv"),
    (Format::Ocsf, "findings.ocsf.ndjson"),
    (Format::Sarif, "report.sarif"),
    (Format::Asff, "asff/"),
];

const TERMS: Terms<'_> =
    Terms { reason: "known", owner: "security", ticket: Some("SEC-7"), expires: "2027-01-31" };

fn finding(subject: Subject<'_>, number: usize, severity: Severity, status: Status) -> Finding {
    let (account, key) = match subject {
        Subject::Key(arn) => (MEMBER.parse().unwrap(), Some(arn.to_owned())),
        Subject::Account(account, _) => (account, None),
    };
    let mut finding = Finding {
        id: finding_id("public-key-access", subject, &number.to_string()),
        check: "public-key-access".to_owned(),
        severity,
        status,
        account_id: account,
        region: key.as_ref().map(|_| Region::new("eu-west-1")),
        key_arn: key,
        title: "Any AWS account can use the key".to_owned(),
        detail: "Everybody can.".to_owned(),
        remediation: "Name them.".to_owned(),
        evidence: [("n".to_owned(), json!(number))].into(),
        frameworks: vec!["CIS-AWS-5.0.0/3.6".to_owned()],
    };
    if status == Status::Accepted {
        TERMS.accept(&mut finding);
    }
    finding
}

/// A finding of every severity and status about a key, and one about an account.
fn every_sort(snapshot: &Snapshot) -> Vec<Finding> {
    let key = Subject::Key(&snapshot.cells[1].keys[0].arn);
    let sorts = Severity::ALL.into_iter().flat_map(|severity| Status::ALL.map(|status| (severity, status)));
    let mut findings: Vec<Finding> = sorts
        .enumerate()
        .map(|(number, (severity, status))| finding(key, number, severity, status))
        .collect();
    let account = Subject::Account(MANAGEMENT.parse().unwrap(), None);
    findings.push(finding(account, 99, Severity::Low, Status::Fail));
    findings.sort_by(Finding::order);
    findings
}

fn told(snapshot: &Snapshot, findings: Vec<Finding>, format: Format) -> BTreeMap<String, String> {
    let mut assessment: Assessment = assess(snapshot, &JudgementSettings::default());
    assessment.findings = findings;
    files_of(&Report::new(snapshot, &assessment).unwrap(), format)
}

/// The findings in Security Hub's format, batch by batch.
fn batches(files: &BTreeMap<String, String>) -> Vec<Vec<Value>> {
    files.values().map(|text| json_of(text).as_array().unwrap().clone()).collect()
}

#[test]
fn every_finding_is_in_every_feed_once() {
    let snapshot = example::snapshot();
    let findings = every_sort(&snapshot);
    for (format, teller) in TELLERS {
        let files = told(&snapshot, findings.clone(), format);
        let tellers: Vec<&String> =
            files.iter().filter(|(path, _)| path.starts_with(teller)).map(|(_, text)| text).collect();
        assert!(!tellers.is_empty(), "{format:?}");
        for finding in &findings {
            // The name of an OCSF event holds the finding's as well.
            let id = format!("\"{}\"", finding.id);
            let id = if format == Format::Csv { finding.id.as_str() } else { &id };
            let times: usize = tellers.iter().map(|text| text.matches(id).count()).sum();
            assert_eq!(times, 1, "{format:?} {finding:?}");
        }
    }
    let metrics = &told(&snapshot, findings.clone(), Format::Metrics)["metrics.prom"];
    let counts = metrics.lines().filter(|line| line.starts_with("keyreach_findings{"));
    let sum: usize = counts.map(|line| line.rsplit(' ').next().unwrap().parse::<usize>().unwrap()).sum();
    assert_eq!(sum, findings.len());
    let page = &told(&snapshot, findings, Format::Markdown)["report.md"];
    assert!(page.contains("| critical | `public-key-access` | 1 | 1 | 1 |"), "{page}");
    assert!(page.contains("| low | `public-key-access` | 2 | 1 | 1 |"), "{page}");
    assert_eq!(page.matches("\n- **").count(), 6, "{page}");
}

#[test]
fn a_report_without_findings_is_a_whole_one() {
    let snapshot = example::snapshot();
    for (format, names) in NAMES {
        let files = told(&snapshot, Vec::new(), format);
        assert_eq!(files.keys().collect::<Vec<_>>(), names, "{format:?}");
    }
    let of = |format, name: &str| told(&snapshot, Vec::new(), format)[name].clone();
    assert_eq!(of(Format::Ndjson, "findings.ndjson"), "");
    assert_eq!(of(Format::Ocsf, "findings.ocsf.ndjson"), "");
    assert!(of(Format::Csv, "findings.csv").starts_with("id,check,severity,status,"));
    assert_eq!(json_of(&of(Format::Sarif, "report.sarif"))["runs"][0]["results"], json!([]));
    assert_eq!(of(Format::Asff, "asff/111122223333/us-east-1/batch-0001.json"), "[]\n");
    let metrics = of(Format::Metrics, "metrics.prom");
    let zero = r#"keyreach_findings{check="public-key-access",severity="critical",status="fail"} 0"#;
    assert!(metrics.contains(zero), "{metrics}");
    assert!(of(Format::Markdown, "report.md").contains("## Findings\n\nNone.\n"));
}

#[test]
fn severity_and_status_are_said_in_the_words_of_each_feed() {
    let snapshot = example::snapshot();
    let findings = every_sort(&snapshot);
    let of = |format, name: &str| told(&snapshot, findings.clone(), format)[name].clone();
    let events = json_lines(&of(Format::Ocsf, "findings.ocsf.ndjson"));
    let log = json_of(&of(Format::Sarif, "report.sarif"));
    let results = log["runs"][0]["results"].as_array().unwrap();
    let hub = batches(&told(&snapshot, findings.clone(), Format::Asff)).concat();
    for finding in &findings {
        let at = |list: &[Value], pointer: &str| {
            list.iter().find(|one| one.pointer(pointer).unwrap() == finding.id.as_str()).unwrap().clone()
        };
        let event = at(&events, "/finding_info/uid");
        let result = at(results, "/partialFingerprints/keyreach~1v1");
        let entry = at(&hub, "/Id");
        let (number, label, level) = match finding.severity {
            Severity::Critical => (5, "CRITICAL", "error"),
            Severity::High => (4, "HIGH", "error"),
            Severity::Medium => (3, "MEDIUM", "warning"),
            Severity::Low => (2, "LOW", "note"),
            Severity::Info => (1, "INFORMATIONAL", "note"),
        };
        let (state, verdict, compliance, record, kind, level) = match finding.status {
            Status::Fail => (1, 3, "FAILED", "ACTIVE", "fail", level),
            Status::Unknown => (1, 2, "WARNING", "ACTIVE", "open", "none"),
            Status::Accepted => (3, 3, "FAILED", "ARCHIVED", "fail", level),
        };
        assert_eq!((&event["severity_id"], &event["status_id"]), (&json!(number), &json!(state)));
        assert_eq!(event["compliance"]["status_id"], verdict);
        assert_eq!(event["time"], 1_772_625_600_000_i64, "milliseconds");
        assert_eq!(event["compliance"]["standards"], json!(["CIS-AWS-5.0.0"]));
        assert_eq!(entry["FindingProviderFields"]["Severity"]["Label"], label);
        assert_eq!(
            (&entry["Compliance"]["Status"], &entry["RecordState"]),
            (&json!(compliance), &json!(record))
        );
        assert_eq!((&result["kind"], &result["level"]), (&json!(kind), &json!(level)));
        let terms = match finding.status {
            Status::Accepted => json!("known (accepted by security, SEC-7, until 2027-01-31)"),
            Status::Fail | Status::Unknown => Value::Null,
        };
        assert_eq!(result["suppressions"][0]["justification"], terms);
        assert_eq!(event["comment"], terms);
        assert_eq!(entry["ProductFields"]["keyreach/acceptance"], terms);
    }
}

#[test]
fn a_sarif_rule_ranks_its_findings_alone() {
    let snapshot = example::snapshot();
    let findings = every_sort(&snapshot);
    let log = json_of(&told(&snapshot, findings.clone(), Format::Sarif)["report.sarif"]);
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    for (finding, result) in findings.iter().zip(log["runs"][0]["results"].as_array().unwrap()) {
        let rule = &rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
        let (sort, rank, level) = match (finding.status, finding.severity) {
            (Status::Unknown, _) => ("unknown", None, "note"),
            (_, Severity::Critical) => ("critical", Some("9.5"), "error"),
            (_, Severity::High) => ("high", Some("8.0"), "error"),
            (_, Severity::Medium) => ("medium", Some("5.5"), "warning"),
            (_, Severity::Low) => ("low", Some("2.0"), "note"),
            (_, Severity::Info) => ("info", Some("0.0"), "note"),
        };
        assert_eq!(
            (&rule["id"], &result["ruleId"]),
            (&json!(format!("public-key-access/{sort}")), &rule["id"])
        );
        assert_eq!(rule["properties"]["security-severity"], json!(rank), "{finding:?}");
        assert_eq!(rule["defaultConfiguration"]["level"], level, "{finding:?}");
        let title = rule["shortDescription"]["text"].as_str().unwrap();
        assert_eq!(title, keyreach::check::named("public-key-access").unwrap().title);
    }
    for check in ALL {
        let of_check =
            |rule: &&Value| rule["id"].as_str().unwrap().starts_with(&format!("{}/", check.meta().id));
        assert!(rules.iter().any(|rule| of_check(&rule)), "{} has no rule", check.meta().id);
    }
}

#[test]
fn a_sarif_file_holds_the_worst_of_what_github_takes_in_one_run() {
    let mut snapshot = example::snapshot();
    let key = snapshot.cells[1].keys[0].arn.clone();
    let gap = |n: usize| example::gap("kms:ListAliases", &n.to_string(), GapKind::Denied);
    snapshot.cells[1].gaps = (0..1_002).map(gap).collect();
    let mut findings: Vec<Finding> = (0..25_003)
        .map(|n| {
            let status = if n < 3 { Status::Unknown } else { Status::Fail };
            finding(Subject::Key(&key), n, Severity::High, status)
        })
        .collect();
    findings.sort_by(Finding::order);
    let log = json_of(&told(&snapshot, findings, Format::Sarif)["report.sarif"]);
    assert_eq!(log["runs"].as_array().unwrap().len(), 1);
    let run = &log["runs"][0];
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 25_000);
    assert!(results.iter().all(|result| result["kind"] == "fail"), "what is not known is left out first");
    let notifications = run["invocations"][0]["toolExecutionNotifications"].as_array().unwrap();
    assert_eq!(notifications.len(), 1_002);
    assert_eq!(notifications[0]["message"]["text"], "3 findings are left out here: findings.ndjson has all.");
    assert_eq!(notifications[1]["message"]["text"], "2 gaps are left out here: coverage.ndjson has all.");
    assert_eq!(run["automationDetails"]["id"], "keyreach/o-a1b2c3d4e5/");
}

#[test]
fn ndjson_lines_are_the_objects_of_the_report() {
    let mut snapshot = example::snapshot();
    snapshot.gaps.push(example::gap("organizations:ListRoots", "r-ab12", GapKind::Denied));
    let findings = every_sort(&snapshot);
    let report = json_of(&told(&snapshot, findings.clone(), Format::Json)["report.json"]);
    let files = told(&snapshot, findings, Format::Ndjson);
    for (name, of_report) in [("keys.ndjson", &report["keys"]), ("findings.ndjson", &report["findings"])] {
        assert_eq!(json_lines(&files[name]), *of_report.as_array().unwrap(), "{name}");
    }
    let mut coverage = json_lines(&files["coverage.ndjson"]);
    let elsewhere = coverage.pop().unwrap();
    assert_eq!(coverage, *report["coverage"]["cells"].as_array().unwrap());
    assert_eq!((&elsewhere["account_id"], &elsewhere["gaps"]), (&Value::Null, &report["coverage"]["gaps"]));
}

#[test]
fn batches_keep_to_the_limits_of_security_hub() {
    let mut snapshot = example::snapshot();
    // As large as KMS lets tags be, and larger.
    let tag = |n: usize| (format!("{n:0>3}{}", "鍵".repeat(200)), "\u{e0041}".repeat(300));
    snapshot.cells[1].keys[0].tags = Fact::Known((0..60).map(tag).collect());
    let key = Subject::Key(&snapshot.cells[1].keys[0].arn);
    let mut findings: Vec<Finding> =
        (0..250).map(|number| finding(key, number, Severity::High, Status::Fail)).collect();
    findings[7].title = "t".repeat(300);
    findings[7].detail = "d".repeat(10_000);
    findings[7].remediation = "\u{202e}\n".repeat(10_000);
    findings[7].frameworks = vec!["f".repeat(100); 40];
    for large in [false, true] {
        if !large {
            snapshot.cells[1].keys[0].tags = Fact::Known([("a".to_owned(), String::new())].into());
        }
        let files = told(&snapshot, findings.clone(), Format::Asff);
        let batches = batches(&files);
        assert_eq!(batches.iter().map(Vec::len).sum::<usize>(), findings.len());
        assert!(batches.iter().all(|batch| batch.len() <= 100));
        assert!(files.values().all(|text| text.len() < 6_000_000));
        for entry in batches.concat() {
            assert!(entry.to_string().len() < 240_000);
            let length = |pointer: &str| entry.pointer(pointer).unwrap().as_str().unwrap().chars().count();
            assert!(length("/Title") <= 256 && length("/Description") <= 1024);
            assert!(length("/Remediation/Recommendation/Text") <= 512);
            let arn = "arn:aws:securityhub:eu-west-1:111122223333:product/111122223333/default";
            assert_eq!(entry["ProductArn"], arn);
            assert!(entry["Compliance"]["RelatedRequirements"].as_array().unwrap().len() <= 32);
        }
    }
    assert!(
        told(&snapshot, findings, Format::Asff).contains_key("asff/111122223333/eu-west-1/batch-0003.json")
    );
}

#[test]
fn a_finding_of_no_region_stays_where_it_is_whatever_was_visited() {
    let places = |partition: &str, visit: Visit| {
        let mut snapshot = example::snapshot();
        snapshot.scan.partition = Partition::new(partition);
        snapshot.cells[1].visit = visit;
        snapshot.cells[2].visit = visit;
        let subject = Subject::Account(MEMBER.parse().unwrap(), None);
        let files = told(&snapshot, vec![finding(subject, 1, Severity::Low, Status::Fail)], Format::Asff);
        files.into_iter().filter(|(_, text)| text != "[]\n").map(|(path, _)| path).collect::<Vec<_>>()
    };
    for (partition, region) in [
        ("aws", "us-east-1"),
        ("aws-cn", "cn-north-1"),
        ("aws-us-gov", "us-gov-west-1"),
        ("aws-eusc", "eusc-de-east-1"),
        ("aws-of-tomorrow", "eu-west-1"),
    ] {
        for visit in [Visit::Visited, Visit::Failed] {
            let expected = [format!("asff/111122223333/{region}/batch-0001.json")];
            assert_eq!(places(partition, visit), expected, "{partition} {visit:?}");
        }
    }
}

#[test]
fn another_judgement_of_a_scan_is_another_event() {
    let snapshot = example::snapshot();
    let subject = Subject::Key(&snapshot.cells[1].keys[0].arn);
    let uid = |finding: &Finding| {
        let files = told(&snapshot, vec![finding.clone()], Format::Ocsf);
        json_lines(&files["findings.ocsf.ndjson"])[0]["metadata"]["uid"].as_str().unwrap().to_owned()
    };
    let found = finding(subject, 1, Severity::High, Status::Fail);
    let accepted = finding(subject, 1, Severity::High, Status::Accepted);
    let milder = finding(subject, 1, Severity::Low, Status::Fail);
    let mut otherwise = accepted.clone();
    Terms { reason: "another", ..TERMS }.accept(&mut otherwise);
    let all = [&found, &accepted, &milder, &otherwise];
    assert!(all.iter().all(|one| one.id == found.id), "all are one finding");
    assert_eq!(uid(&found), uid(&found.clone()));
    let uids: BTreeSet<String> = all.map(uid).into();
    assert_eq!(uids.len(), 4, "{uids:?}");
}

#[test]
fn a_snapshot_cannot_choose_where_batches_are_written() {
    let mut snapshot = example::snapshot();
    snapshot.cells[1].region = Region::new("../../../../elsewhere");
    let mut wanderer = every_sort(&snapshot).remove(0);
    wanderer.region = Some(Region::new("/etc"));
    for path in told(&snapshot, vec![wanderer], Format::Asff).keys() {
        assert!(path.split('/').all(|name| !name.is_empty() && !name.starts_with('.')), "{path}");
        assert_eq!(path.matches('/').count(), 3, "{path}");
    }
}

#[test]
fn foreign_text_acts_in_no_feed() {
    let (snapshot, _) = hostile::snapshot();
    let arn = snapshot.cells[1].keys[0].arn.clone();
    let mut findings = vec![finding(Subject::Key(&arn), 1, Severity::High, Status::Fail)];
    let spoiled = &mut findings[0];
    for (field, place) in [
        (&mut spoiled.check, "=check"),
        (&mut spoiled.title, "+title [x](javascript:alert(1))"),
        (&mut spoiled.detail, "-detail | `tick` [x](javascript:alert(1)) @everybody https://example.com"),
        (&mut spoiled.remediation, "@remediation"),
    ] {
        *field = hostile::hostile(place) + &"x".repeat(10_000);
    }
    spoiled.evidence = [(hostile::hostile("name"), json!(hostile::hostile("value")))].into();
    spoiled.frameworks = vec![hostile::hostile("framework")];
    spoiled.region = Some(Region::new(hostile::hostile("region")));
    for format in Format::ALL {
        for (path, text) in told(&snapshot, findings.clone(), format) {
            readers::read(format, &path, &text);
        }
    }
}

/// Text that formats could trip over: their own signs, what acts on a screen, and anything else.
fn text_of_others() -> impl Strategy<Value = String> {
    prop_oneof![
        "[=+\\-@|`;,\"'<>&#%{}\\[\\]()\\\\/\r\n\t *_~:!$.a-z0-9\u{1b}\u{202e}\u{feff}]{0,40}",
        "\\PC{0,20}",
        any::<String>(),
        Just("</script><script>alert(1)</script>".to_owned()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_written_every_feed_can_be_read(texts in prop::collection::vec(text_of_others(), 12)) {
        let mut snapshot = example::snapshot();
        let mut texts = texts.into_iter();
        let mut next = || texts.next().unwrap_or_default();
        snapshot.accounts[1].name = Some(next());
        let key = &mut snapshot.cells[1].keys[0];
        key.aliases = vec![next(), next()];
        key.tags = Fact::Known([(next(), next())].into());
        if let Fact::Known(metadata) = &mut key.metadata {
            metadata.description = next();
        }
        let mut finding = finding(Subject::Key(&key.arn), 1, Severity::High, Status::Fail);
        finding.title = next();
        finding.detail = next();
        finding.remediation = next();
        finding.check = next();
        finding.evidence = [(next(), json!(next()))].into();
        for format in Format::ALL {
            for (path, text) in told(&snapshot, vec![finding.clone()], format) {
                readers::read(format, &path, &text);
            }
        }
    }
}
