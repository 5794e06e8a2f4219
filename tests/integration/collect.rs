//! What a scan asks, of whom, as whom and how often; and what it does not ask.

use std::{collections::BTreeSet, sync::LazyLock, time::Duration};

use keyreach::{
    call::{CALLS, Place, actions},
    config::raw::Words,
    snapshot::{
        TargetSource,
        cell::CellState,
        gap::GapKind,
        organization::{Entry, RegionSource, SkipReason},
    },
};

use serde_json::Value;

use crate::scan::{Scan, Seen};

const OWN: &str = "111122223333";
const MANAGEMENT: &str = "123456789012";

/// The organization with one of everything, scanned as usual.
static MENAGERIE: LazyLock<Seen> = LazyLock::new(|| Scan::builtin("menagerie").run());

/// An organization with an account in each state; `Status`, where it is still told, says otherwise.
const STATES: &str = r#"
account_status = true
regions = ["us-east-1"]
[scan_role]
[organization]
management = "123456789012"
delegated_administrators = ["111122223333"]
[[account]]
id = "123456789012"
[[account]]
id = "111122223333"
[[account]]
id = "222200000001"
state = "SUSPENDED"
[[account]]
id = "222200000002"
state = "CLOSED"
[[account]]
id = "222200000003"
state = "PENDING_CLOSURE"
[[account]]
id = "222200000004"
state = "PENDING_ACTIVATION"
"#;

fn role(account: &str) -> Entry {
    Entry::Role(format!("arn:aws:iam::{account}:role/keyreach-audit"))
}

fn list(ids: &[&str]) -> Option<Words> {
    Some(Words::List(ids.iter().map(|&id| id.to_owned()).collect()))
}

/// The simulated organization `denied`, scanned with the external id that its roles ask for.
fn denied() -> Scan {
    Scan::builtin("denied").with(|settings| settings.scan.external_id = Some("scan-7".to_owned()))
}

fn through_the_management_account() -> Scan {
    denied().with(|settings| {
        settings.scan.organization_role = Some(format!("arn:aws:iam::{MANAGEMENT}:role/keyreach-audit"));
    })
}

fn visited(seen: &Seen) -> Vec<String> {
    let accounts = seen.snapshot.accounts.iter();
    accounts.filter(|account| account.iam.is_some()).map(|account| account.id.to_string()).collect()
}

#[test]
fn the_state_of_an_account_decides_whether_it_is_visited() {
    let seen = Scan::of(STATES).run();
    assert_eq!(seen.snapshot.scan.targets, TargetSource::Organizations);
    assert_eq!(visited(&seen), [OWN, MANAGEMENT, "222200000003"]);
    for id in ["222200000001", "222200000002", "222200000004"] {
        assert_eq!(seen.account(id).entry, Entry::Skipped(SkipReason::State), "{id}");
        assert!(seen.cells(id).is_empty(), "{id}");
        assert_eq!(seen.asked("AssumeRole", |line| line.account == id), 0);
    }
    assert_eq!(seen.account(MANAGEMENT).entry, role(MANAGEMENT));
    assert_eq!(seen.account(OWN).entry, role(OWN));
    assert!(seen.gaps().is_empty(), "{:?}", seen.gaps());
}

#[test]
fn the_caller_visits_its_own_account_as_itself_where_it_has_no_role() {
    let seen = Scan::of(STATES)
        .in_scenario(|scenario| scenario.accounts.iter_mut().for_each(|account| account.scan_role = false))
        .run();
    let own = seen.account(OWN);
    assert_eq!(own.entry, Entry::Caller(format!("arn:aws:iam::{OWN}:user/scanner")));
    assert!(own.gaps.is_empty() && own.iam.is_some());
    assert_eq!(seen.cell(OWN, "us-east-1").state(), CellState::Complete);
    let management = seen.account(MANAGEMENT);
    assert_eq!(management.entry, Entry::Refused);
    assert_eq!(management.gaps[0].kind, GapKind::Denied);
    assert_eq!(seen.cells(MANAGEMENT).len(), 17);
}

#[test]
fn an_organization_that_may_not_be_listed_leaves_the_own_account_and_says_so() {
    let seen = denied().run();
    assert_eq!(seen.snapshot.scan.targets, TargetSource::OrganizationUnread);
    assert_eq!(visited(&seen), [OWN]);
    let organization = seen.snapshot.organization.known().unwrap().as_ref().unwrap();
    assert_eq!(organization.management_account_id.to_string(), MANAGEMENT);
    let gap = organization.members.gap.as_ref().unwrap();
    assert_eq!((gap.operation.as_str(), gap.kind), ("organizations:ListAccounts", GapKind::Denied));
    assert_eq!(seen.ledger.total("ListRoots").calls, 0, "the refusal of the list refuses the rest");
}

#[test]
fn a_caller_without_an_organization_scans_its_own_account() {
    let seen = Scan::builtin("smallest").run();
    assert_eq!(seen.snapshot.scan.targets, TargetSource::NoOrganization);
    assert_eq!(seen.snapshot.organization.known(), Some(&None));
    assert_eq!(visited(&seen), [OWN]);
    assert_eq!(seen.keys().count(), 1);
    assert!(seen.gaps().is_empty(), "{:?}", seen.gaps());
}

#[test]
fn named_accounts_are_visited_whoever_lists_them() {
    let seen =
        denied().with(|settings| settings.scan.accounts = list(&["777777777777", "444444444444"])).run();
    assert_eq!(seen.snapshot.scan.targets, TargetSource::Settings);
    assert_eq!(visited(&seen), ["444444444444", "777777777777"]);
    assert_eq!(seen.account(OWN).entry, Entry::Skipped(SkipReason::Settings));
    assert_eq!(seen.account("777777777777").entry, role("777777777777"));
    let without = Scan::of(STATES).with(|settings| settings.scan.exclude_accounts = list(&[OWN])).run();
    assert_eq!(visited(&without), [MANAGEMENT, "222200000003"]);
}

#[test]
fn the_organization_is_read_through_the_role_that_the_settings_name() {
    let seen = through_the_management_account().run();
    assert_eq!(seen.snapshot.scan.targets, TargetSource::Organizations);
    assert_eq!(seen.snapshot.accounts.len(), 8);
    for operation in ["DescribeOrganization", "ListAccounts", "ListPolicies"] {
        let count = seen.ledger.total(operation).calls;
        assert!(
            count > 0 && count == seen.asked(operation, |line| line.account == MANAGEMENT),
            "{operation}"
        );
    }
    for (id, entry) in [
        ("222222222222", Entry::Refused),
        ("333333333333", Entry::Refused),
        ("666666666666", role("666666666666")),
    ] {
        assert_eq!(seen.account(id).entry, entry, "{id}");
    }
}

#[test]
fn a_wrong_external_id_opens_no_door() {
    let seen = through_the_management_account()
        .with(|settings| settings.scan.external_id = Some("another".to_owned()))
        .run();
    assert_eq!(seen.snapshot.scan.targets, TargetSource::OrganizationUnread);
    assert_eq!(seen.snapshot.organization.gap().unwrap().kind, GapKind::Denied);
    assert!(matches!(seen.account(OWN).entry, Entry::Caller(_)));
}

#[test]
fn each_account_is_entered_once_at_the_endpoint_of_the_callers_region() {
    let seen =
        Scan::builtin("menagerie").in_scenario(|scenario| scenario.caller.region = "eu-west-1".into()).run();
    let entered = visited(&seen).len();
    let refused = seen.snapshot.accounts.iter().filter(|account| account.entry == Entry::Refused).count();
    assert!(entered >= 12 && refused >= 1);
    assert_eq!(seen.ledger.total("AssumeRole").calls, u64::try_from(entered + refused).unwrap());
    assert_eq!(seen.asked("AssumeRole", |line| line.region != "eu-west-1" || line.account != OWN), 0);
    assert_eq!(seen.ledger.total("GetCallerIdentity").calls, 1);
}

/// Hours long, because every question for the last use of a key waits for its turn.
#[test]
fn sessions_are_renewed_before_they_end() {
    let seen = Scan::builtin("smallest")
        .in_scenario(|scenario| scenario.keys[0].count = 400)
        .with(|settings| {
            settings.scan.last_usage = Some(true);
            settings.pace.quota_share = Some(0.01);
        })
        .run();
    let hours = seen.took.as_secs() / 3600;
    assert!(hours >= 2, "{:?}", seen.took);
    // The simulated AWS counts requests with credentials that have run out among those it does not know.
    assert_eq!(seen.ledger.not_understood, 0);
    assert_eq!(seen.gaps(), Vec::<&keyreach::snapshot::gap::Gap>::new());
    let renewals = seen.ledger.total("AssumeRole").calls;
    // The role allows an hour, and the simulated STS refuses to give more.
    assert!((hours..=hours + 2).contains(&renewals), "{renewals} in {hours} hours");
}

#[test]
fn a_cell_without_customer_keys_is_asked_for_no_more_than_its_lists() {
    let scenario = "
        [scan_role]
        [[account]]
        id = '111122223333'
        [generated]
        accounts = 1
        regions = 3
        busy_regions = 1
        aws_managed_keys = 4";
    let seen = Scan::of(scenario).run();
    let asked: Vec<_> = seen
        .cells(OWN)
        .iter()
        .map(|cell| (cell.aws_managed_keys, seen.operations(OWN, cell.region.as_str())))
        .collect();
    assert_eq!(asked.len(), 3);
    assert_eq!(asked.iter().filter(|asked| **asked == (0, vec!["ListKeys"])).count(), 2, "{asked:?}");
    let lists = (4, vec!["ListAliases", "ListKeys"]);
    assert_eq!(asked.iter().filter(|asked| **asked == lists).count(), 1, "{asked:?}");
    assert!(seen.gaps().is_empty());
}

#[test]
fn regions_that_are_off_are_shown_and_not_asked() {
    let seen = &MENAGERIE;
    for (region, account) in [("me-central-1", OWN), ("af-south-1", OWN), ("af-south-1", "666677778888")] {
        assert_eq!(seen.cell(account, region).state(), CellState::Disabled, "{account}/{region}");
        assert_eq!(seen.operations(account, region), [""; 0]);
    }
    assert_eq!(seen.cell("666677778888", "me-central-1").state(), CellState::Complete);
    assert_eq!(seen.account(OWN).regions, Some(RegionSource::Account));
}

#[test]
fn an_account_that_may_not_tell_its_regions_is_visited_in_the_usual_ones_and_marked() {
    let seen = through_the_management_account().run();
    assert_eq!(seen.account("666666666666").regions, Some(RegionSource::PartitionDefaults));
    assert_eq!(seen.cells("666666666666").len(), 17);
    assert_eq!(seen.cell("666666666666", "us-east-1").keys.len(), 1);
    assert_eq!(seen.account("777777777777").regions, Some(RegionSource::Account));
    let regions = Some(Words::Text("eu-west-1,me-south-1".to_owned()));
    let named = through_the_management_account().with(|settings| settings.scan.regions = regions).run();
    assert_eq!(named.account("777777777777").regions, Some(RegionSource::Settings));
    let cells: Vec<_> = named.cells("777777777777").iter().map(|cell| cell.region.to_string()).collect();
    assert_eq!(cells, ["eu-west-1", "me-south-1"]);
    assert_eq!(named.cell(OWN, "me-south-1").state(), CellState::Disabled);
}

#[test]
fn the_tree_is_walked_where_the_list_of_accounts_tells_no_paths() {
    let told = &MENAGERIE;
    let walked = Scan::builtin("menagerie").in_scenario(|scenario| scenario.account_paths = false).run();
    assert_eq!(told.ledger.total("ListAccountsForParent").calls, 0);
    assert!(walked.ledger.total("ListAccountsForParent").calls > 5);
    assert!(told.snapshot.accounts.iter().all(|account| account.path.is_some()));
    assert!(told.snapshot == walked.snapshot, "the paths differ");
}

#[test]
fn a_scan_asks_what_the_table_lists_and_everything_in_it() {
    let all = Scan::builtin("menagerie")
        .in_scenario(|scenario| scenario.account_paths = false)
        .with(|settings| settings.scan.last_usage = Some(true))
        .run();
    let asked: BTreeSet<String> =
        all.ledger.lines.keys().map(|line| format!("{}:{}", line.service, line.operation)).collect();
    let listed: BTreeSet<String> = CALLS.iter().map(|call| call.action()).collect();
    assert_eq!(asked, listed);
    assert_eq!(all.ledger.not_understood, 0);
    assert_eq!(all.ledger.all().by_alias, 0, "KMS makes the key that an alias of AWS's own names");
    for line in all.ledger.lines.keys().filter(|line| line.operation != "AssumeRole") {
        let reads = ["Get", "List", "Describe"].iter().any(|verb| line.operation.starts_with(verb));
        assert!(reads, "{line:?}");
    }
    for call in CALLS.iter().filter(|call| call.service == "kms" || call.service == "iam") {
        assert!(actions(Place::Member).contains(&call.action()), "{}", call.action());
    }
    let usual = &MENAGERIE;
    assert_eq!(usual.ledger.total("GetKeyLastUsage").calls, 0);
    assert!(usual.keys().all(|key| key.last_usage.is_none()));
    assert!(all.keys().all(|key| key.last_usage.as_ref().unwrap().gap().is_none()));
}

#[test]
fn the_same_organization_gives_the_same_snapshot_at_any_pace() {
    let once = &MENAGERIE;
    for in_flight in [256, 1] {
        let again =
            Scan::builtin("menagerie").with(|settings| settings.pace.in_flight = Some(in_flight)).run();
        assert!(once.snapshot == again.snapshot, "{in_flight} in flight");
        assert!(again.ledger.peak_in_flight <= u64::try_from(in_flight).unwrap());
    }
    assert!(once.took < Duration::from_secs(60), "{:?}", once.took);
}

#[test]
fn a_throttled_organization_is_read_in_full() {
    let seen = Scan::builtin("throttled").run();
    assert!(seen.ledger.all().throttled > 50);
    assert!(seen.gaps().is_empty(), "{:?}", seen.gaps());
    assert_eq!(seen.keys().count(), 400 + 4 * 2 * 5);
}

/// Every text of a document, and every text of the documents that stand in texts.
fn texts(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => {
            found.push(text.clone());
            if let Ok(inner @ (Value::Object(_) | Value::Array(_))) = serde_json::from_str(text) {
                texts(&inner, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Value::Object(members) => {
            found.extend(members.keys().cloned());
            members.values().for_each(|member| texts(member, found));
        }
        _ => {}
    }
}

#[test]
fn no_spelling_and_no_place_of_the_external_id_stays_in_the_snapshot() {
    let secret = "S3cr3t/external";
    let asks = |values: &str| {
        format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Deny","Principal":"*","Action":"kms:*","Resource":"*","Condition":{{"StringLike":{{"sts:External\u0049d":{values}}}}}}}]}}"#
        )
    };
    let spellings = [
        r#"["${aws:PrincipalTag/x}", "S3cr3t/external"]"#,
        r#""S3cr3t\/external""#,
        r#"["}", "*S3cr3\u0074/external*"]"#,
    ];
    let [in_guardrail, in_key, in_role] = spellings.map(asks);
    let seen = Scan::builtin("hostile")
        .in_scenario(|scenario| {
            scenario.scan_role.get_or_insert_default().external_id = Some(secret.to_owned());
            scenario.guardrails.iter_mut().for_each(|of| of.policy.clone_from(&in_guardrail));
            scenario.keys.iter_mut().for_each(|key| key.policy.clone_from(&in_key));
            for iam in scenario.iam.values_mut() {
                iam.roles.iter_mut().for_each(|role| role.trust.clone_from(&in_role));
                for user in &mut iam.users {
                    user.inline.values_mut().for_each(|text| text.clone_from(&in_role));
                }
            }
        })
        .with(|settings| settings.scan.external_id = Some(secret.to_owned()))
        .run();
    let mut found = Vec::new();
    texts(&serde_json::to_value(&seen.snapshot).unwrap(), &mut found);
    assert!(found.iter().any(|text| text == "${aws:PrincipalTag/x}"), "the guardrails are not there");
    assert!(found.iter().filter(|text| text.contains('…')).count() > 6, "the id was asked for nowhere");
    for text in found {
        assert!(!text.contains(secret) && !text.contains("S3cr3"), "{text}");
    }
}
