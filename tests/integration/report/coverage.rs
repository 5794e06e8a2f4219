//! Coverage: every account counted once, every gap in its place, and no shortfall unsaid.

use keyreach::{
    assess::assess,
    config::Format,
    report::Report,
    snapshot::{
        Snapshot, TargetSource,
        cell::Visit,
        gap::{Fact, GapKind},
        organization::{Entry, SkipReason},
    },
};
use serde_json::json as value;

use super::{files, html, json, rendered};
use crate::example::{self, MEMBER, account, account_id, cell, gap};

/// Takes something away from a snapshot.
type Spoil = fn(&mut Snapshot);

fn is_complete(snapshot: &Snapshot) -> bool {
    Report::new(snapshot, &assess(snapshot, &keyreach::config::JudgementSettings::default()))
        .unwrap()
        .coverage
        .is_complete()
}

#[test]
fn accounts_add_up_whatever_became_of_them() {
    let mut snapshot = example::snapshot();
    let entries = [
        ("222200000001", Entry::Caller("arn:aws:iam::222200000001:user/me".to_owned())),
        ("222200000002", Entry::Refused),
        ("222200000003", Entry::Skipped(SkipReason::State)),
        ("222200000004", Entry::Skipped(SkipReason::Settings)),
        ("222200000005", Entry::NotStarted),
        ("222200000006", Entry::Role("arn:aws:iam::222200000006:role/keyreach-audit".to_owned())),
        ("222200000007", Entry::Role("arn:aws:iam::222200000007:role/keyreach-audit".to_owned())),
    ];
    for (id, entry) in entries {
        let mut account = account(id, "other");
        account.entry = entry;
        snapshot.accounts.push(account);
    }
    snapshot.cells.push(cell("222200000001", "eu-west-1", Vec::new()));
    snapshot.cells.last_mut().unwrap().visit = Visit::Disabled;
    snapshot.cells.push(cell("222200000006", "eu-west-1", Vec::new()));
    snapshot.cells.last_mut().unwrap().visit = Visit::Failed;
    snapshot.accounts[8].gaps.push(gap("iam:GetAccountSummary", "222200000007", GapKind::Denied));
    let expected = value!({ "total": 9, "complete": 3, "partial": 2, "failed": 2, "skipped": 2 });
    assert_eq!(json(&snapshot)["coverage"]["accounts"], expected);
    let page = html(&snapshot);
    for words in [
        "1 of 9 accounts refused to be entered",
        "1 of 9 accounts had no turn",
        "2 of 9 accounts could be read only in part",
        "2 accounts were left out",
    ] {
        assert!(page.contains(words), "{words}");
    }
}

#[test]
fn a_scan_that_read_everything_says_so() {
    let snapshot = example::snapshot();
    assert!(is_complete(&snapshot));
    let page = html(&snapshot);
    assert!(page.contains(r#"<h2 id="verdict">Coverage complete</h2>"#));
    assert!(page.contains("No question went unanswered."));
}

#[test]
fn each_shortfall_alone_makes_a_scan_incomplete() {
    let shortfalls: [(&str, Spoil); 9] = [
        ("interrupted", |s| s.scan.interrupted = true),
        ("accounts unread", |s| s.scan.targets = TargetSource::OrganizationUnread),
        ("a gap of the scan", |s| s.gaps.push(gap("sts:GetCallerIdentity", "me", GapKind::Bug))),
        ("no organization", |s| {
            s.organization = Fact::Unknown(gap("organizations:DescribeOrganization", "me", GapKind::Denied));
        }),
        ("an account refused", |s| s.accounts[1].entry = Entry::Refused),
        ("an account's IAM", |s| {
            s.accounts[1].iam.as_mut().unwrap().gap =
                Some(gap("iam:GetAccountAuthorizationDetails", MEMBER, GapKind::TimedOut));
        }),
        ("a cell failed", |s| s.cells[2].visit = Visit::Failed),
        ("a cell not started", |s| s.cells[2].visit = Visit::NotStarted),
        ("a fact of a key", |s| {
            s.cells[0].keys[0].policy = Fact::Unknown(gap("kms:GetKeyPolicy", "key-a", GapKind::Denied));
        }),
    ];
    for (name, spoil) in shortfalls {
        let mut snapshot = example::snapshot();
        spoil(&mut snapshot);
        assert!(!is_complete(&snapshot), "{name}");
        assert!(!html(&snapshot).contains(r#"<h2 id="verdict">Coverage complete</h2>"#), "{name}");
        json(&snapshot);
    }
    let mut disabled = example::snapshot();
    disabled.cells[2].visit = Visit::Disabled;
    disabled.accounts[1].entry = Entry::Skipped(SkipReason::Settings);
    assert!(is_complete(&disabled), "what is off or left out on purpose is no shortfall");
}

#[test]
fn an_interrupted_scan_is_visible_in_both_formats() {
    let mut snapshot = example::snapshot();
    assert_eq!(json(&snapshot)["scan"]["interrupted"], false);
    snapshot.scan.interrupted = true;
    assert_eq!(json(&snapshot)["scan"]["interrupted"], true);
    assert!(html(&snapshot).contains("The scan was stopped before its end."));
}

#[test]
fn every_sort_of_gap_is_shown_in_its_place() {
    let mut snapshot = example::snapshot();
    for kind in GapKind::ALL {
        snapshot.cells[1].gaps.push(gap("kms:ListAliases", &format!("inside-{kind}"), kind));
        snapshot.accounts[1].gaps.push(gap("account:ListRegions", &format!("outside-{kind}"), kind));
    }
    let report = json(&snapshot);
    let page = html(&snapshot);
    let kinds = |gaps: &serde_json::Value| -> Vec<String> {
        gaps.as_array().unwrap().iter().map(|gap| gap["kind"].as_str().unwrap().to_owned()).collect()
    };
    let all: Vec<String> = GapKind::ALL.iter().map(ToString::to_string).collect();
    assert_eq!(kinds(&report["coverage"]["gaps"]), all);
    assert_eq!(kinds(&report["coverage"]["cells"][1]["gaps"]), all);
    assert_eq!(report["coverage"]["cells"][1]["state"], "partial");
    for kind in all {
        assert!(page.contains(&format!(r#"id="gaps-{kind}""#)), "{kind}");
        assert!(page.contains(&format!("no answer about inside-{kind}")), "{kind}");
        assert!(page.contains(&format!("no answer about outside-{kind}")), "{kind}");
    }
    assert!(page.contains("20 questions went unanswered: 2 denied, 2 missing, 2 throttled, 2 timed out"));
}

#[test]
fn cells_count_what_they_hold() {
    let mut snapshot = example::snapshot();
    snapshot.cells[2].aws_managed_keys = 7;
    let cells = &json(&snapshot)["coverage"]["cells"];
    let expected = value!({ "account_id": MEMBER, "region": "us-east-1", "state": "complete", "keys": 0,
        "aws_managed_keys": 7, "gaps": [] });
    assert_eq!(cells[2], expected);
    assert_eq!(cells[0]["account_id"], account_id(example::MANAGEMENT).to_string());
    assert_eq!(cells[0]["keys"], 1);
}

/// The example with an account that was not entered, one of which no Region was read, and one that was left out.
fn spoiled() -> Snapshot {
    let mut snapshot = example::snapshot();
    for (id, entry) in [
        ("222200000001", Entry::Refused),
        ("222200000002", Entry::Role("arn:aws:iam::222200000002:role/keyreach-audit".to_owned())),
        ("222200000003", Entry::Skipped(SkipReason::Settings)),
    ] {
        let mut account = account(id, "other");
        account.entry = entry;
        snapshot.accounts.push(account);
    }
    snapshot.accounts[2].gaps.push(gap("sts:AssumeRole", "222200000001", GapKind::Denied));
    let mut failed = cell("222200000002", "eu-west-1", Vec::new());
    failed.visit = Visit::Failed;
    failed.gaps = vec![gap("kms:ListKeys", "eu-west-1", GapKind::Denied)];
    snapshot.cells.push(failed);
    let mut unvisited = cell("222200000001", "eu-west-1", Vec::new());
    unvisited.visit = Visit::Failed;
    snapshot.cells.push(unvisited);
    let no = || gap("kms:GetKeyPolicy", "key-b", GapKind::TimedOut);
    snapshot.cells[1].keys[0].policy = Fact::Unknown(no());
    snapshot.cells[1].gaps = vec![no(), gap("kms:ListAliases", "eu-west-1", GapKind::Denied)];
    snapshot.gaps.push(gap("organizations:ListRoots", "r-ab12", GapKind::Denied));
    snapshot
}

#[test]
fn an_account_of_which_no_region_was_read_has_no_number_of_keys() {
    let metrics = rendered(&spoiled(), Format::Metrics);
    for (account, complete, counted) in [
        (example::MANAGEMENT, Some(1), true),
        (MEMBER, Some(0), true),
        ("222200000001", Some(0), false),
        ("222200000002", Some(0), false),
        ("222200000003", None, false),
    ] {
        let prefix = format!("keyreach_account_complete{{account_id=\"{account}\"}} ");
        let value = metrics.lines().find_map(|line| line.strip_prefix(&prefix));
        assert_eq!(value.map(|value| value.parse().unwrap()), complete, "{account}");
        for family in ["keyreach_keys_by_exposure", "keyreach_keys_by_lockout"] {
            let is_counted = metrics.contains(&format!("{family}{{account_id=\"{account}\","));
            assert_eq!(is_counted, counted, "{family} {account}");
        }
    }
}

#[test]
fn the_table_of_coverage_tells_every_account_and_region() {
    let files = files(&spoiled(), Format::Csv);
    let mut reader = csv::Reader::from_reader(files["coverage.csv"].as_bytes());
    let rows: Vec<Vec<String>> =
        reader.records().map(|row| row.unwrap().iter().take(6).map(str::to_owned).collect()).collect();
    let expected = [
        ["000000000001", "root", "", "complete", "", ""],
        ["111122223333", "payments", "", "partial", "", ""],
        ["222200000001", "other", "", "failed", "", "sts:AssumeRole denied"],
        ["222200000002", "other", "", "partial", "", ""],
        ["222200000003", "other", "", "skipped", "", ""],
        ["000000000001", "root", "eu-west-1", "complete", "1", ""],
        [
            MEMBER,
            "payments",
            "eu-west-1",
            "partial",
            "1",
            "kms:GetKeyPolicy timed_out|kms:ListAliases denied",
        ],
        ["111122223333", "payments", "us-east-1", "complete", "0", ""],
        ["222200000002", "other", "eu-west-1", "failed", "", "kms:ListKeys denied"],
        ["222200000001", "other", "eu-west-1", "failed", "", ""],
        ["", "", "", "partial", "", "organizations:ListRoots denied"],
    ];
    assert_eq!(rows, expected.map(|row| row.map(str::to_owned).to_vec()));
}

#[test]
fn the_summary_names_what_was_not_read() {
    let page = rendered(&spoiled(), Format::Markdown);
    let named = "\nNot read, or not wholly:\n\n\
                 - `222200000001`: failed, 1 question open\n\
                 - `222200000002` `eu-west-1`: failed, 1 question open\n\
                 - `111122223333` `eu-west-1`: partial, 3 questions open\n\n";
    assert!(page.contains(named), "{page}");
    let mut large = example::snapshot();
    assert!(!rendered(&large, Format::Markdown).contains("Not read"));
    for number in 0..25 {
        let mut cell = cell(MEMBER, &format!("xx-east-{number}"), Vec::new());
        cell.visit = Visit::NotStarted;
        large.cells.push(cell);
    }
    let page = rendered(&large, Format::Markdown);
    assert_eq!(page.matches(": not started\n").count(), 20, "{page}");
    assert!(page.contains("\nAnd 5 more: see `coverage.csv` or `report.html`.\n"), "{page}");
}
