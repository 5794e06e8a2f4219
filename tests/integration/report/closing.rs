//! What is said at the end of a scan: the worst keys, what was not read and where, and no wrong cause.

use keyreach::{
    assess::assess,
    config::JudgementSettings,
    report::{Report, closing},
    snapshot::{
        Snapshot, TargetSource,
        cell::{Cell, Visit},
        gap::{Fact, Gap, GapKind},
        organization::Entry,
    },
};

use crate::example::{self, MEMBER, gap, snapshot};

fn said(snapshot: &Snapshot) -> (Vec<String>, Option<String>) {
    let assessment = assess(snapshot, &JudgementSettings::default());
    let report = Report::new(snapshot, &assessment).unwrap();
    (closing::lines(&report, "out"), closing::question(&report))
}

/// The member account refuses.
fn refused() -> Snapshot {
    let mut snapshot = snapshot();
    let account = &mut snapshot.accounts[1];
    (account.entry, account.iam, account.regions) = (Entry::Refused, None, None);
    account.gaps.push(gap("sts:AssumeRole", "arn:aws:iam::111122223333:role/audit", GapKind::Denied));
    for cell in &mut snapshot.cells[1..] {
        *cell = Cell::new(cell.account_id, cell.region.clone(), Visit::Failed);
    }
    snapshot
}

fn open(snapshot: &mut Snapshot, cell: usize) {
    let text = r#"{"Statement":[
        {"Sid":"Own","Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"kms:*","Resource":"*"},
        {"Sid":"Open","Effect":"Allow","Principal":"*","Action":"kms:Decrypt","Resource":"*"}]}"#;
    snapshot.cells[cell].keys[0].policy = Fact::Known(text.to_owned());
}

#[test]
fn the_worst_keys_are_named_with_why_and_what_to_ask() {
    let mut snapshot = snapshot();
    open(&mut snapshot, 1);
    snapshot.cells[1].keys[0].aliases = vec!["alias/open\u{1b}[31m".to_owned()];
    let (lines, question) = said(&snapshot);
    let at = lines.iter().position(|line| line.starts_with("the worst keys")).unwrap();
    let start = "  critical: alias/open\u{1b}[31m in 111122223333 (payments), eu-west-1: Any AWS account can use the key";
    assert!(lines.iter().any(|line| line.starts_with(start)), "{lines:#?}");
    assert!(at + 1 < lines.len());
    let arn = &snapshot.cells[1].keys[0].arn;
    assert_eq!(
        question.unwrap(),
        format!("who-can kms:PutKeyPolicy {}", snapshot.cells[0].keys[0].arn),
        "locked out"
    );
    let mut alone = snapshot.clone();
    alone.cells[0].keys.clear();
    assert_eq!(said(&alone).1.unwrap(), format!("who-can kms:Decrypt {arn}"));
    assert!(lines.last().unwrap().starts_with("2 keys in 2 of 2 accounts; coverage complete; findings: "));
    // At most five are named, and of how many.
    let key = snapshot.cells[1].keys[0].clone();
    for number in 0..7 {
        let mut more = key.clone();
        more.key_id = format!("{}{number}", key.key_id);
        more.arn = format!("{}{number}", key.arn);
        snapshot.cells[1].keys.push(more);
    }
    let (lines, _) = said(&snapshot);
    assert!(lines.iter().any(|line| line.starts_with("the worst keys, 5 of ")), "{lines:#?}");
    assert_eq!(lines.iter().filter(|line| line.starts_with("  critical: ")).count(), 5, "{lines:#?}");
    let of = |title: &str| lines.iter().filter(|line| line.contains(title)).count();
    assert_eq!(
        of("Nobody can change the key policy any more"),
        1,
        "one of each sort comes first: {lines:#?}"
    );
}

#[test]
fn what_was_not_read_is_named_with_its_account_and_the_door_comes_first() {
    let mut snapshot = refused();
    for _ in 0..3 {
        let gap = gap("kms:ListGrants", "key-a", GapKind::Throttled);
        snapshot.cells[0].gaps.push(gap);
    }
    let (lines, _) = said(&snapshot);
    let at = lines.iter().position(|line| line == "not read:").unwrap();
    assert_eq!(lines[at + 1], "  denied: sts:AssumeRole in 111122223333 (payments)");
    assert_eq!(lines[at + 2], "  throttled: kms:ListGrants in 000000000001 (root) (3 times)");
    assert!(
        lines
            .last()
            .unwrap()
            .starts_with("1 key in 1 of 2 accounts; coverage incomplete (1 denied, 3 throttled)"),
        "{lines:#?}"
    );
    let (whole, _) = said(&example::snapshot());
    assert!(!whole.iter().any(|line| line == "not read:"), "{whole:#?}");
}

#[test]
fn nothing_read_is_no_clean_bill() {
    let mut snapshot = refused();
    let cell = &mut snapshot.cells[0];
    *cell = Cell::new(cell.account_id, cell.region.clone(), Visit::Failed);
    cell.gaps.push(gap("kms:ListKeys", "000000000001/eu-west-1", GapKind::Throttled));
    let (lines, question) = said(&snapshot);
    let last = lines.last().unwrap();
    assert!(last.starts_with("0 keys in 0 of 2 accounts; coverage incomplete"), "{last}");
    assert!(last.contains("no findings in what was read"), "{last}");
    assert_eq!(question, None);
}

#[test]
fn the_reason_why_nothing_was_read_is_the_telling_one() {
    let all_failed = || {
        let mut snapshot = snapshot();
        for cell in &mut snapshot.cells {
            *cell = Cell::new(cell.account_id, cell.region.clone(), Visit::Failed);
        }
        snapshot
    };
    let told = |snapshot: &Snapshot| closing::nothing_readable(snapshot).unwrap();
    // One question that the endpoint does not know is not why everything was throttled.
    let mut throttled = all_failed();
    throttled.accounts[0].gaps.push(gap("account:ListRegions", "000000000001", GapKind::Unsupported));
    for cell in &mut throttled.cells {
        cell.gaps.push(gap("kms:ListKeys", "cell", GapKind::Throttled));
    }
    assert!(told(&throttled).starts_with("kms:ListKeys on cell: "), "{}", told(&throttled));
    let mut refused = all_failed();
    refused.accounts[0].gaps.push(gap("account:ListRegions", "000000000001", GapKind::Unsupported));
    for account in &mut refused.accounts {
        account.gaps.push(gap("sts:AssumeRole", "role", GapKind::Denied));
    }
    assert!(told(&refused).starts_with("sts:AssumeRole on role: "), "{}", told(&refused));
    let mut nobody = snapshot();
    (nobody.accounts, nobody.cells) = (Vec::new(), Vec::new());
    assert_eq!(told(&nobody), "no account is left to scan");
    assert_eq!(closing::nothing_readable(&snapshot()), None);
    let mut stopped = all_failed();
    stopped.scan.interrupted = true;
    assert_eq!(closing::nothing_readable(&stopped), None);
}

#[test]
fn a_scan_that_was_stopped_at_once_was_not_of_one_account_alone() {
    let code = |code: &str| Gap {
        code: Some(code.to_owned()),
        ..gap("organizations:DescribeOrganization", MEMBER, GapKind::TimedOut)
    };
    let alone = |gap: Gap| {
        let mut snapshot = snapshot();
        snapshot.organization = Fact::Unknown(gap);
        snapshot.scan.targets = TargetSource::OrganizationUnread;
        said(&snapshot).0.join("\n")
    };
    let stopped = alone(code("Interrupted"));
    assert!(stopped.contains("stopped before the organization's accounts were listed"), "{stopped}");
    assert!(!stopped.contains("alone"), "{stopped}");
    let unread = alone(code("AccessDenied"));
    assert!(unread.contains("scanned the caller's own account alone"), "{unread}");
}
