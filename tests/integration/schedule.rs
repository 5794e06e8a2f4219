//! The schedule at a hundredth of the size that `cargo bench --bench schedule` measures, in virtual time.

pub(crate) mod course;

use course::{Course, run};
use keyreach::config::PaceSettings;
use keyreach_mocks::Generated;

use crate::scan::Scan;

fn generated(accounts: usize, regions: usize, keys: u64) -> Generated {
    Generated { accounts, regions, keys, ..Generated::default() }
}

fn pace(quota_share: f64, in_flight: usize) -> PaceSettings {
    PaceSettings { quota_share, in_flight, ..PaceSettings::default() }
}

#[test]
fn a_wide_organization_keeps_every_request_in_flight() {
    let measured = run(&Course {
        name: "wide",
        generated: generated(10, 17, 20),
        pace: pace(1.0, 10),
        neighbour: 0.0,
        grant_pages: 1,
    });
    assert!(measured.ratio() <= 1.10 && measured.gaps == 0, "{measured}");
}

#[test]
fn the_default_share_is_never_throttled() {
    let measured = run(&Course {
        name: "default share",
        generated: Generated { keys_in_one_cell: Some(600), ..generated(3, 3, 5) },
        pace: PaceSettings::default(),
        neighbour: 0.0,
        grant_pages: 1,
    });
    assert!(measured.throttled == 0 && measured.gaps == 0, "{measured}");
}

#[test]
fn a_noisy_neighbour_slows_the_scan_and_loses_nothing() {
    let measured = run(&Course {
        name: "neighbour",
        generated: Generated { keys_in_one_cell: Some(2000), ..generated(2, 1, 0) },
        pace: pace(1.0, 256),
        neighbour: 0.5,
        grant_pages: 1,
    });
    assert!(measured.throttled > 0, "the neighbour must be felt: {measured}");
    assert!(measured.ratio() <= 1.25 && measured.gaps == 0, "{measured}");
}

#[test]
fn many_accounts_share_what_iam_gives_the_caller() {
    let measured = run(&Course {
        name: "many accounts",
        generated: generated(400, 1, 1),
        pace: PaceSettings::default(),
        neighbour: 0.0,
        grant_pages: 1,
    });
    assert!(measured.throttled == 0 && measured.gaps == 0, "{measured}");
    assert_eq!(measured.bound_by, "the IAM reads of the caller", "{measured}");
    assert!(measured.ratio() <= 2.5, "half of the quota takes twice as long: {measured}");
    let whole = run(&Course {
        name: "many accounts, the whole quota",
        generated: generated(400, 1, 1),
        pace: pace(1.0, 256),
        neighbour: 0.0,
        grant_pages: 1,
    });
    // The list of accounts, page after page, comes before all else: 2.4 seconds of these 14.
    assert!(whole.ratio() <= 1.25 && whole.throttled == 0 && whole.gaps == 0, "{whole}");
}

/// Nobody knows what AWS allows the caller. Where it is less than the guess, the pace drops for all accounts.
#[test]
fn a_caller_who_may_ask_less_of_iam_reads_every_account() {
    let seen = Scan::builtin("large")
        .in_scenario(|scenario| {
            scenario.neighbour = 0.0;
            (scenario.iam_caller_rate, scenario.iam_caller_burst) = (5.0, 5.0);
            scenario.generated = Some(generated(200, 1, 1));
        })
        .run();
    let of_iam = seen.ledger.lines.iter().filter(|(line, _)| line.service == "iam");
    let (calls, throttled) = of_iam
        .fold((0, 0), |(calls, throttled), (_, count)| (calls + count.calls, throttled + count.throttled));
    assert!(seen.gaps().is_empty(), "{:?}", seen.gaps());
    assert!(throttled > 0 && throttled * 2 < calls, "{throttled} of {calls} throttled");
}
