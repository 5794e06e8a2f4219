//! The schedule at a hundredth of the size that `cargo bench --bench schedule` measures, in virtual time.

pub(crate) mod course;

use course::{Course, run};
use keyreach::config::PaceSettings;
use keyreach_mocks::Generated;

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
}
