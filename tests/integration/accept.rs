//! Accepted findings: what fits, what has expired, what nothing fits, and that nothing is lost.

use keyreach::{
    assess::{
        Assessment,
        acceptance::AcceptanceState,
        assess,
        finding::{Finding, Status},
    },
    config::Settings,
    report::{Report, parts},
    snapshot::{
        Snapshot, TargetSource,
        cell::Visit,
        gap::{Fact, GapKind},
        organization::{Entry, RegionSource, SkipReason},
    },
};
use keyreach_policy::aws::AccountId;

use crate::example;

/// What the example's two keys are found for: nothing allows anything.
const CHECK: &str = "policy-locked-out";

fn assessed(snapshot: &Snapshot, settings: &str) -> Assessment {
    let settings = Settings::resolve(toml::from_str(settings).unwrap(), None).unwrap();
    assess(snapshot, &settings.judgement)
}

fn accept(check: &str, selectors: &str, expires: &str) -> String {
    format!(
        "[[accept]]\ncheck = '{check}'\n{selectors}\nreason = 'it is so'\nowner = 'me'\nexpires = '{expires}'\n"
    )
}

fn accepted(selectors: &str) -> Vec<Finding> {
    let assessment = assessed(&example::snapshot(), &accept(CHECK, selectors, "2027-01-31"));
    assessment.findings.into_iter().filter(|finding| finding.status == Status::Accepted).collect()
}

#[test]
fn each_selector_fits_whole_texts_and_all_must_fit() {
    for (selectors, expected) in [
        ("", 2),
        ("account = '111122223333'", 1),
        ("account = '1111'", 0),
        ("account = ['0*', '1*']", 2),
        ("ou = '*/ou-ab12-11111111/*'", 2),
        ("ou = 'ou-ab12-11111111'", 0),
        ("region = 'eu-*'", 2),
        ("region = 'us-*'", 0),
        ("key = 'arn:aws:kms:eu-west-1:111122223333:key/key-b'", 1),
        ("key = 'key-?'", 2),
        ("alias = 'alias/key-b'", 1),
        ("alias = 'key-b'", 0),
        ("tag = { team = 'pay*' }", 2),
        ("tag = { team = 'pay' }", 0),
        ("tag = { other = '*' }", 0),
        ("account = '111122223333'\nalias = 'alias/key-a'", 0),
        ("account = '111122223333'\nalias = 'alias/key-b'", 1),
    ] {
        assert_eq!(accepted(selectors).len(), expected, "{selectors}");
    }
}

#[test]
fn an_accepted_finding_stays_and_says_why() {
    let before = assessed(&example::snapshot(), "");
    let after = assessed(&example::snapshot(), &accept(CHECK, "alias = 'alias/key-b'", "2027-01-31"));
    let ids = |assessment: &Assessment| {
        let mut ids: Vec<String> = assessment.findings.iter().map(|finding| finding.id.clone()).collect();
        ids.sort();
        ids
    };
    assert_eq!(ids(&before), ids(&after));
    assert!(after.findings.is_sorted_by(|one, other| one.order(other).is_lt()));
    let [finding] = &accepted("alias = 'alias/key-b'")[..] else { panic!("one is accepted") };
    assert_eq!(finding.evidence["acceptance"]["owner"], "me");
    assert_eq!(after.acceptances[0].state, AcceptanceState::InForce);
    assert_eq!(after.acceptances[0].findings, 1);
}

#[test]
fn the_last_day_counts_and_the_day_after_does_not() {
    // The example was taken on 2026-03-04.
    for (expires, state, status) in [
        ("2026-03-04", AcceptanceState::InForce, Status::Accepted),
        ("2026-03-03", AcceptanceState::Expired, Status::Fail),
    ] {
        let assessment = assessed(&example::snapshot(), &accept(CHECK, "", expires));
        assert_eq!(assessment.acceptances[0].state, state, "{expires}");
        assert_eq!(assessment.acceptances[0].findings, 2, "{expires}");
        let mut of_check = assessment.findings.iter().filter(|finding| finding.check == CHECK);
        assert!(of_check.all(|finding| finding.status == status), "{expires}");
    }
}

#[test]
fn one_that_fits_nothing_is_told_and_one_in_force_wins_over_an_expired_one() {
    let settings = accept(CHECK, "region = 'moon-1'", "2027-01-31")
        + &accept(CHECK, "", "2026-01-31")
        + &accept("*", "account = '*'", "2027-01-31");
    let assessment = assessed(&example::snapshot(), &settings);
    let states: Vec<AcceptanceState> = assessment.acceptances.iter().map(|one| one.state).collect();
    assert_eq!(states, [AcceptanceState::Unused, AcceptanceState::Expired, AcceptanceState::InForce]);
    assert!(assessment.findings.iter().all(|finding| finding.status != Status::Fail));
}

#[test]
fn the_examples_of_the_page_are_settings() {
    let page = include_str!("../../docs/configuration.md");
    let blocks = page.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let settings: Vec<Settings> =
        blocks.map(|block| Settings::resolve(toml::from_str(block).unwrap(), None).unwrap()).collect();
    let accepted: Vec<_> = settings.iter().flat_map(|of| &of.judgement.accepted).collect();
    assert_eq!(accepted.len(), 1);
    assert_eq!(accepted[0].selectors.len(), 2);
    assert!(keyreach::check::named(&accepted[0].check).is_some());
}

#[test]
fn what_was_not_read_is_not_accepted() {
    let mut snapshot = example::snapshot();
    let key = &mut snapshot.cells[1].keys[0];
    key.policy = Fact::Unknown(example::gap("kms:GetKeyPolicy", "key-b", GapKind::Denied));
    key.tags = Fact::Unknown(example::gap("kms:ListResourceTags", "key-b", GapKind::Denied));
    let member: AccountId = example::account_id(example::MEMBER);
    let everything = assessed(&snapshot, &accept("*", "account = '*'", "2027-01-31"));
    assert!(everything.findings.iter().any(|finding| finding.status == Status::Unknown));
    let undecided =
        assessed(&snapshot, &accept("external-account-access", "alias = 'alias/key-b'", "2027-01-31"));
    assert_eq!(undecided.acceptances[0].state, AcceptanceState::InForce, "it may fit next time");
    assert_eq!(undecided.acceptances[0].findings, 0);
    let by_tag = assessed(&snapshot, &accept("*", "tag = { team = '*' }", "2027-01-31"));
    let of_member = by_tag.findings.iter().filter(|finding| finding.account_id == member);
    assert!(of_member.clone().count() > 0);
    assert!(of_member.clone().all(|finding| finding.status != Status::Accepted));
}

/// What nobody looked at may hold what an acceptance fits: it is not called unused.
#[test]
fn an_acceptance_of_what_was_not_looked_at_is_not_unused() {
    let member: AccountId = example::account_id(example::MEMBER);
    let shut = |entry: Entry| {
        let mut snapshot = example::snapshot();
        snapshot.accounts[1].entry = entry;
        snapshot.accounts[1].iam = None;
        snapshot.cells.retain(|cell| cell.account_id != member);
        snapshot
    };
    let refused = || shut(Entry::Refused);
    let mut region = example::snapshot();
    region.cells[2].visit = Visit::Failed;
    let mut listed_in_part = example::snapshot();
    listed_in_part.cells[1].gaps.push(example::gap("kms:ListKeys", example::MEMBER, GapKind::Throttled));
    let mut tags = example::snapshot();
    tags.cells[1].keys[0].tags =
        Fact::Unknown(example::gap("kms:ListResourceTags", "key-b", GapKind::Denied));
    tags.cells[1].keys[0].policy = Fact::Unknown(example::gap("kms:GetKeyPolicy", "key-b", GapKind::Denied));
    let mut named = example::snapshot();
    named.scan.targets = TargetSource::Settings;
    let mut in_regions = named.clone();
    in_regions.accounts[1].regions = Some(RegionSource::Settings);
    let (of_member, of_stranger) = ("account = '111122223333'", "account = '444455556666'");
    let (in_force, unused) = (AcceptanceState::InForce, AcceptanceState::Unused);
    let check = "public-key-access";
    for (snapshot, check, selectors, state) in [
        (example::snapshot(), check, of_member, unused),
        (refused(), check, of_member, in_force),
        (refused(), check, "", in_force),
        (refused(), check, "alias = 'alias/any'", in_force),
        (refused(), check, "tag = { team = 'any' }\nregion = 'eu-west-1'", in_force),
        (refused(), check, "ou = '*/ou-ab12-11111111/*'", in_force),
        (refused(), check, "key = 'arn:aws:kms:eu-west-1:111122223333:key/*'", in_force),
        (refused(), check, "key = 'arn:aws:kms:eu-west-1:000000000001:key/*'", unused),
        (refused(), check, "account = '000000000001'", unused),
        (refused(), "fact-unread", "account = '000000000001'", unused),
        (shut(Entry::NotStarted), check, of_member, in_force),
        (shut(Entry::Skipped(SkipReason::Settings)), check, of_member, in_force),
        (shut(Entry::Skipped(SkipReason::State)), check, "alias = 'alias/any'", in_force),
        (region.clone(), check, "region = 'us-east-1'", in_force),
        (region.clone(), check, "region = 'us-east-1'\naccount = '000000000001'", unused),
        (region, check, "region = 'eu-west-1'", unused),
        (listed_in_part, check, "region = 'eu-west-1'", in_force),
        (tags.clone(), check, "tag = { team = 'any' }", in_force),
        (tags, "rotation-disabled", "tag = { team = 'any' }", unused),
        (example::snapshot(), "key-unused", "alias = 'alias/key-b'", in_force),
        (example::snapshot(), check, of_stranger, unused),
        (named.clone(), check, of_stranger, in_force),
        (named, check, of_member, unused),
        (in_regions.clone(), check, "region = 'ap-south-1'", in_force),
        (in_regions, check, "region = 'us-east-1'", unused),
    ] {
        let acceptance = &assessed(&snapshot, &accept(check, selectors, "2027-01-31")).acceptances[0];
        assert_eq!(
            (acceptance.state, acceptance.findings),
            (state, 0),
            "{check} {selectors}: {acceptance:?}"
        );
    }
}

#[test]
fn the_summary_lists_acceptances_that_ended() {
    let snapshot = example::snapshot();
    let settings = accept(CHECK, "account = '111122223333'\nticket = 'SEC-7'", "2026-01-31")
        + &accept("public-key-access", "", "2027-01-31")
        + &accept(CHECK, "account = '000000000001'", "2027-01-31");
    let assessment = assessed(&snapshot, &settings);
    let report = Report::new(&snapshot, &assessment).unwrap();
    let mut out = Vec::new();
    for part in parts(&report, keyreach::config::Format::Markdown) {
        part.render(&mut out).unwrap();
    }
    let page = String::from_utf8(out).unwrap();
    let ended = "- `policy-locked-out`, `account 111122223333`, by `me`, `SEC-7` (`it is so`): ended on \
                 `2026-01-31`; 1 finding that it fits count again\n";
    assert!(page.contains(ended), "{page}");
    assert!(
        page.contains("- `public-key-access`, `everywhere`, by `me` (`it is so`): no finding fits it\n"),
        "{page}"
    );
    assert!(!page.contains("account 000000000001"), "{page}");
}

#[test]
fn the_report_says_what_became_of_each() {
    let snapshot = example::snapshot();
    let assessment = assessed(&snapshot, &accept(CHECK, "tag = { team = 'pay*' }", "2027-01-31"));
    let report = Report::new(&snapshot, &assessment).unwrap();
    let mut out = Vec::new();
    for part in parts(&report, keyreach::config::Format::Json) {
        part.render(&mut out).unwrap();
    }
    let document: serde_json::Value = serde_json::from_slice(&out).unwrap();
    let one = &document["acceptances"][0];
    assert_eq!(one["state"], "in_force");
    assert_eq!(one["selectors"]["tag.team"][0], "pay*");
    assert_eq!(document["summary"]["by_severity"]["critical"], 0, "accepted findings do not count");
}
