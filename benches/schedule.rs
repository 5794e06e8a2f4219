//! `cargo bench --bench schedule`: the schedule of large scans in virtual time, against the least time that
//! any scan of the same organization could take. Names as arguments select courses: `wide cell grants heavy
//! neighbour share`. Fails when a ratio is too high, when a request is throttled that must not be, or when
//! anything is lost.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "a bench that cannot go on has failed, and prints its figures"
)]

#[path = "../tests/integration/schedule/course.rs"]
mod course;

use std::{env, process::ExitCode};

use course::{Course, Measured, run};
use keyreach::config::PaceSettings;
use keyreach_mocks::Generated;

/// What a course must hold.
struct Claim {
    course: Course,
    ratio: f64,
    /// The quota is ours alone and only a share of it is used: nothing may be throttled.
    unthrottled: bool,
}

fn main() -> ExitCode {
    let wanted: Vec<String> = env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    let mut kept = true;
    for claim in claims() {
        if wanted.is_empty() || wanted.iter().any(|name| name == claim.course.name) {
            let measured = run(&claim.course);
            let held = holds(&claim, &measured);
            println!("{} {measured}", if held { "ok  " } else { "FAIL" });
            kept &= held;
        }
    }
    if kept { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn holds(claim: &Claim, measured: &Measured) -> bool {
    measured.ratio() <= claim.ratio && measured.gaps == 0 && (!claim.unthrottled || measured.throttled == 0)
}

fn claims() -> Vec<Claim> {
    let full = |in_flight| PaceSettings { quota_share: 1.0, in_flight, ..PaceSettings::default() };
    let share = PaceSettings { in_flight: 1024, ..PaceSettings::default() };
    let course = |name, generated, pace| Course { name, generated, pace, neighbour: 0.0, grant_pages: 1 };
    let one_cell = || Generated { keys_in_one_cell: Some(5_000), ..generated(2, 1, 0) };
    let grants = Generated { grants_on_first_key: Some(20_000), ..generated(2, 1, 1) };
    // Half of all keys in one account: 20 in every cell of the others, 2,000 in each of its 34 cells.
    let heavy = Generated { heavy_account_share: 0.5, heavy_regions: 17, ..generated(200, 17, 10) };
    vec![
        Claim {
            course: course("wide", generated(1_000, 17, 20), full(1024)),
            ratio: 1.10,
            unthrottled: false,
        },
        Claim { course: course("cell", one_cell(), full(1024)), ratio: 1.10, unthrottled: false },
        Claim {
            course: Course { grant_pages: 200, ..course("grants", grants, full(1024)) },
            ratio: 1.10,
            unthrottled: false,
        },
        Claim { course: course("heavy", heavy.clone(), full(1024)), ratio: 1.10, unthrottled: false },
        Claim {
            course: course("heavy-in-two-cells", Generated { heavy_regions: 2, ..heavy.clone() }, full(1024)),
            ratio: 1.10,
            unthrottled: false,
        },
        Claim {
            course: Course { neighbour: 0.5, ..course("neighbour", one_cell(), full(1024)) },
            ratio: 1.25,
            unthrottled: false,
        },
        // At half the quota twice the least time is all that can be had; the point is that nobody is throttled.
        Claim { course: course("share", heavy, share.clone()), ratio: 2.2, unthrottled: true },
        Claim { course: course("share-in-one-cell", one_cell(), share), ratio: 2.2, unthrottled: true },
    ]
}

fn generated(accounts: usize, regions: usize, keys: u64) -> Generated {
    Generated { accounts, regions, keys, ..Generated::default() }
}
