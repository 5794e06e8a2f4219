//! Which snapshot may take the place of which: what is lost is told from what is gone and from what nobody asked for.

use keyreach::snapshot::{
    Snapshot, TargetSource,
    cell::Visit,
    gap::{Fact, GapKind},
    organization::{Entry, RegionSource, SkipReason},
    succession::{Loss, Obstacle},
};

use crate::example::{MEMBER, account_id, gap, snapshot};

type Change = fn(&mut Snapshot);

fn after(change: impl Fn(&mut Snapshot)) -> Snapshot {
    let mut changed = snapshot();
    change(&mut changed);
    changed
}

fn no() -> keyreach::snapshot::gap::Gap {
    gap("kms:ListKeys", MEMBER, GapKind::Denied)
}

fn poorer(interrupted: bool, organization: bool, accounts: &[&str]) -> Obstacle {
    let accounts = accounts.iter().map(|id| account_id(id)).collect();
    Obstacle::Poorer(Loss { interrupted, organization, accounts })
}

#[test]
fn what_was_not_read_this_time_is_a_loss() {
    let lost_cell: [(&str, Change); 8] = [
        ("the keys were not listed", |new| new.cells[1].visit = Visit::Failed),
        ("the turn never came", |new| new.cells[2].visit = Visit::NotStarted),
        ("the list was cut short", |new| new.cells[1].gaps.push(no())),
        ("no policy was read", |new| new.cells[1].keys[0].policy = Fact::Unknown(no())),
        ("the account refused", |new| {
            new.accounts[1].entry = Entry::Refused;
            (new.accounts[1].iam, new.accounts[1].regions) = (None, None);
        }),
        ("the principals were not read", |new| new.accounts[1].iam.as_mut().unwrap().gap = Some(no())),
        ("the Regions that are on were not told", |new| {
            new.accounts[1].regions = Some(RegionSource::PartitionDefaults);
            new.cells.pop();
        }),
        ("the list of members was cut short", |new| {
            new.organization = snapshot().organization;
            new.accounts.pop();
            new.cells.truncate(1);
            new.scan.targets = TargetSource::OrganizationUnread;
        }),
    ];
    for (name, change) in lost_cell {
        let new = after(change);
        assert_eq!(new.obstacle_to_replace(&snapshot()), Some(poorer(false, false, &[MEMBER])), "{name}");
        assert_eq!(
            snapshot().obstacle_to_replace(&new),
            None,
            "{name}: the fuller one may stand in its place"
        );
        assert_eq!(new.obstacle_to_replace(&new), None, "{name}: what neither read is no loss");
    }
    let stopped = after(|new| new.scan.interrupted = true);
    assert_eq!(stopped.obstacle_to_replace(&snapshot()), Some(poorer(true, false, &[])));
    assert_eq!(stopped.obstacle_to_replace(&stopped), None);
    let alone = after(|new| {
        new.organization = Fact::Unknown(no());
        new.accounts.pop();
        new.cells.truncate(1);
        new.scan.targets = TargetSource::OrganizationUnread;
    });
    assert_eq!(alone.obstacle_to_replace(&snapshot()), Some(poorer(false, true, &[MEMBER])));
}

#[test]
fn what_is_gone_or_left_out_is_no_loss() {
    let harmless: [(&str, Change); 9] = [
        ("nothing changed", |_| {}),
        ("the account left the organization", |new| {
            new.accounts.pop();
            new.cells.truncate(1);
        }),
        ("the account was closed", |new| {
            new.accounts[1].entry = Entry::Skipped(SkipReason::State);
            new.accounts[1].iam = None;
            new.cells.truncate(1);
        }),
        ("the settings leave the account out", |new| {
            new.accounts[1].entry = Entry::Skipped(SkipReason::Settings);
            new.accounts[1].iam = None;
            new.cells.truncate(1);
        }),
        ("the settings name other accounts", |new| {
            new.scan.targets = TargetSource::Settings;
            new.accounts.pop();
            new.cells.truncate(1);
        }),
        ("the settings name other Regions", |new| {
            new.accounts[1].regions = Some(RegionSource::Settings);
            new.cells.pop();
        }),
        ("the Region was turned off", |new| new.cells[2].visit = Visit::Disabled),
        ("the key is gone", |new| new.cells[1].keys.clear()),
        ("one policy of several was not read", |new| {
            let mut other = new.cells[1].keys[0].clone();
            other.policy = Fact::Unknown(no());
            new.cells[1].keys.push(other);
        }),
    ];
    for (name, change) in harmless {
        assert_eq!(after(change).obstacle_to_replace(&snapshot()), None, "{name}");
    }
}

#[test]
fn another_organization_and_a_later_scan_stay() {
    let other = after(|new| {
        let Fact::Known(Some(organization)) = &mut new.organization else { panic!() };
        organization.id = "o-zzzzzzzzzz".parse().unwrap();
    });
    assert_eq!(other.obstacle_to_replace(&snapshot()), Some(Obstacle::OtherOrganization));
    assert_eq!(other.place(), "o-zzzzzzzzzz");
    let alone = |account: &str| {
        after(|new| {
            new.organization = Fact::Known(None);
            new.scan.caller_account = account_id(account);
            new.scan.targets = TargetSource::NoOrganization;
        })
    };
    let own = snapshot().scan.caller_account.to_string();
    assert_eq!(alone(MEMBER).obstacle_to_replace(&alone(&own)), Some(Obstacle::OtherOrganization));
    assert_eq!(alone(MEMBER).obstacle_to_replace(&snapshot()), Some(Obstacle::OtherOrganization));
    assert_eq!(alone(&own).obstacle_to_replace(&snapshot()), None, "the account left its organization");
    let earlier = after(|new| new.scan.taken_at = "2026-03-03T12:00:00Z".parse().unwrap());
    let later = snapshot().scan.taken_at;
    assert_eq!(earlier.obstacle_to_replace(&snapshot()), Some(Obstacle::Later(later)));
    assert_eq!(snapshot().obstacle_to_replace(&earlier), None);
}
