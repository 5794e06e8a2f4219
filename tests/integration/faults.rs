//! Whatever goes wrong, a scan ends, holds everything that could be read, and has a gap for everything else.
//! Each row is the same organization with something broken in it, compared fact by fact with the whole one.

mod compare;
mod rows;

use std::{collections::BTreeMap, sync::LazyLock, time::Duration};

use keyreach::{
    assess::assess,
    config::JudgementSettings,
    report::coverage::{AccountCoverage, Coverage},
    snapshot::{
        Snapshot,
        cell::CellState,
        gap::{Gap, GapKind},
        organization::Entry,
    },
};

use crate::scan::{Scan, Seen};
use rows::{Missing, ROWS, Row};

const ESTATE: &str = include_str!("faults.toml");
/// The accounts of the estate.
const ACCOUNTS: usize = 3;
/// The Regions of each, the one that is off included.
const REGIONS: usize = 3;
/// The Regions that are on by default in the partition, where an account cannot tell its own.
const FALLBACK_REGIONS: usize = 17;

/// The scan that nothing disturbs.
static WHOLE: LazyLock<Seen> = LazyLock::new(|| Scan::of(ESTATE).run());

fn complete(snapshot: &Snapshot) -> bool {
    Coverage::of(snapshot, &assess(snapshot, &JudgementSettings::default())).is_complete()
}

fn broken(faults: &str) -> Scan {
    Scan::of(&format!("{ESTATE}\n{faults}"))
}

#[test]
fn the_undisturbed_scan_reads_everything() {
    assert_eq!(WHOLE.gaps(), Vec::<&Gap>::new());
    assert_eq!(WHOLE.snapshot.cells.len(), ACCOUNTS * REGIONS);
    assert_eq!(WHOLE.keys().count(), 6 + 3 + 6);
    assert!(complete(&WHOLE.snapshot));
    let picked =
        WHOLE.keys().find(|key| key.key_id.ends_with('1') && key.aliases == ["alias/picked"]).unwrap();
    assert_eq!(picked.grants.items.len(), 230);
    assert_eq!(picked.tags.known().unwrap().len(), 9);
    assert_eq!(WHOLE.ledger.total("DescribeKey").throttled, 0);
}

#[test]
fn a_policy_that_is_no_json_is_kept_as_text() {
    let key = WHOLE.keys().find(|key| key.key_id == "11111111-0000-4000-8000-000000000002").unwrap();
    let text = key.policy.known().unwrap();
    assert!(text.ends_with("cut o") && serde_json::from_str::<serde_json::Value>(text).is_err());
}

#[test]
fn whatever_goes_wrong_nothing_readable_is_lost_and_nothing_unread_is_silent() {
    for row in ROWS {
        let seen = broken(row.faults).run();
        compare::nothing_is_lost(row.name, &WHOLE, &seen);
        gaps_are_as_expected(row, &seen);
        coverage_adds_up(row, &seen);
        assert!(!seen.snapshot.scan.interrupted, "{}", row.name);
        assert_eq!(seen.ledger.total("DescribeKey").by_alias, 0, "{}", row.name);
    }
}

/// Each expected sort of gap, and no other.
fn gaps_are_as_expected(row: &Row, seen: &Seen) {
    let mut found: BTreeMap<(&str, &str, Option<&str>), usize> = BTreeMap::new();
    for gap in seen.gaps() {
        assert!(!gap.message.is_empty() && !gap.resource.is_empty(), "{}: {gap:?}", row.name);
        *found.entry((&gap.operation, gap.kind.as_str(), gap.code.as_deref())).or_default() += 1;
        let known = row.missing.iter().find(|missing| missing.is(gap));
        let missing = known.unwrap_or_else(|| panic!("{}: an unexpected gap {gap:?}", row.name));
        assert!(gap.resource.contains(missing.resource), "{}: {gap:?}", row.name);
    }
    for Missing { operation, kind, code, count, .. } in row.missing {
        let key = (*operation, kind.as_str(), *code);
        assert_eq!(found.get(&key), Some(count), "{}: {key:?} in {found:?}", row.name);
    }
    assert_eq!(complete(&seen.snapshot), row.missing.is_empty(), "{}", row.name);
}

/// Every account counts once, every Region of it once.
fn coverage_adds_up(row: &Row, seen: &Seen) {
    let assessment = assess(&seen.snapshot, &JudgementSettings::default());
    let coverage = Coverage::of(&seen.snapshot, &assessment);
    let all = [
        AccountCoverage::Complete,
        AccountCoverage::Partial,
        AccountCoverage::Failed,
        AccountCoverage::Skipped,
    ];
    let accounts = seen.snapshot.accounts.len();
    assert_eq!(all.iter().map(|&state| coverage.count(state)).sum::<usize>(), accounts, "{}", row.name);
    assert_eq!(accounts, if row.alone { 1 } else { ACCOUNTS }, "{}", row.name);
    for account in &seen.snapshot.accounts {
        let cells = seen.cells(&account.id.to_string());
        let regions =
            if account.entry == Entry::Refused || row.regions_untold { FALLBACK_REGIONS } else { REGIONS };
        assert_eq!(cells.len(), regions, "{}: {}", row.name, account.id);
        if account.entry == Entry::Refused {
            assert!(cells.iter().all(|cell| cell.state() == CellState::Failed), "{}", row.name);
            assert_eq!(coverage.accounts.get(&account.id), Some(&AccountCoverage::Failed), "{}", row.name);
        }
    }
    let cells: u64 = coverage.cells.values().sum();
    assert_eq!(usize::try_from(cells).unwrap(), seen.snapshot.cells.len(), "{}", row.name);
}

#[test]
fn what_came_before_a_list_broke_off_is_kept() {
    let on_the_picked_key = |kind: &str| {
        broken(&format!("[[fault]]\noperation = 'ListGrants'\nkey = 'alias/picked'\n{kind}")).run()
    };
    for (kind, gap) in
        [("kind = 'repeat_token'", GapKind::Malformed), ("kind = 'denied'\nevery = 2", GapKind::Denied)]
    {
        let seen = on_the_picked_key(kind);
        let grants = &seen.keys().find(|key| key.aliases == ["alias/picked"]).unwrap().grants;
        assert_eq!((grants.items.len(), grants.gap.as_ref().unwrap().kind), (100, gap), "{kind}");
    }
    let keys = "[[fault]]\noperation = 'ListKeys'\naccount = '222222222222'\nkind = 'repeat_token'";
    assert_eq!(broken(keys).run().keys().count(), WHOLE.keys().count());
}

#[test]
fn trouble_that_passes_leaves_no_trace() {
    for (name, fault) in rows::PASSING {
        let seen = broken(fault).run();
        assert!(seen.ledger.all().faulted > 0, "{name}: nothing went wrong");
        assert_eq!(seen.gaps(), Vec::<&Gap>::new(), "{name}");
        let (whole, mut same) = (&WHOLE.snapshot, seen.snapshot);
        same.scan.clone_from(&whole.scan);
        assert!(*whole == same, "{name}: the snapshots differ");
    }
}

#[test]
fn a_session_that_aws_calls_expired_is_begun_anew_but_not_for_each_answer() {
    let seen = broken("[[fault]]\nservice = 'kms'\nkind = 'expired'\ntimes = 1").run();
    let entered = WHOLE.ledger.total("AssumeRole").calls;
    let (anew, expired) = (seen.ledger.total("AssumeRole").calls, seen.ledger.all().faulted);
    assert!(anew > entered, "{anew} sessions, {expired} expired answers");
    // Questions that left together share the session that takes the place of theirs.
    assert!(anew < expired / 2, "{anew} sessions, {expired} expired answers");
}

#[test]
fn a_stop_at_any_moment_leaves_a_partial_snapshot() {
    let mut stopped_in_the_middle = 0;
    for milliseconds in (45..1200).step_by(45) {
        let name = format!("stopped after {milliseconds} ms");
        let seen = Scan::of(ESTATE).stopped_after(Duration::from_millis(milliseconds)).run();
        let assessment = assess(&seen.snapshot, &JudgementSettings::default());
        let coverage = Coverage::of(&seen.snapshot, &assessment);
        if !seen.snapshot.scan.interrupted {
            assert!(coverage.is_complete(), "{name}");
            continue;
        }
        stopped_in_the_middle += 1;
        assert!(!coverage.is_complete() && coverage.interrupted, "{name}");
        assert!(seen.took <= Duration::from_millis(milliseconds + 1), "{name}: went on for {:?}", seen.took);
        compare::nothing_is_lost(&name, &WHOLE, &seen);
        for gap in seen.gaps() {
            assert_eq!(gap.code.as_deref(), Some("Interrupted"), "{name}: {gap:?}");
        }
        for cell in &seen.snapshot.cells {
            assert_ne!(cell.state(), CellState::Failed, "{name}: {cell:?}");
        }
        for account in &seen.snapshot.accounts {
            assert!(!seen.cells(&account.id.to_string()).is_empty(), "{name}");
        }
    }
    assert!(stopped_in_the_middle > 10, "{stopped_in_the_middle}");
}
