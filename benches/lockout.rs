//! `cargo bench --bench lockout`: how long it takes to say who governs each key of a large account, and how that
//! grows; it fails where a time is too long beside another of the same run. `-- brute-force [COUNT]` holds 20,000 random small accounts to brute force instead.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a bench that cannot go on has failed, prints its figures, and measures real time"
)]

#[path = "../tests/integration/lockout/brute.rs"]
mod brute;
#[path = "shared/clock.rs"]
mod clock;
#[expect(dead_code, reason = "the tests use more of it")]
#[path = "../tests/integration/example.rs"]
mod example;
#[expect(dead_code, reason = "the tests use more of it")]
#[path = "../tests/integration/lockout/random.rs"]
mod random;
#[path = "../tests/integration/lockout/setting.rs"]
mod setting;
#[path = "lockout/speed.rs"]
mod speed;

#[expect(dead_code, reason = "the tests use more of it")]
#[path = "../tests/integration/inside/setting.rs"]
mod surroundings;

/// Where the settings of the tests look for what they share.
mod inside {
    pub(crate) use crate::surroundings as setting;
}

use std::{env, process::ExitCode, time::Instant};

use rayon::prelude::*;

fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    if words.first().is_some_and(|word| word == "brute-force") {
        let count = words.get(1).and_then(|word| word.parse().ok()).unwrap_or(20_000);
        return brute_force(count);
    }
    if speed::speed() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn brute_force(count: u64) -> ExitCode {
    let start = Instant::now();
    let complaints: Vec<String> = (0..count).into_par_iter().filter_map(brute::complaint).collect();
    println!("{count} accounts, {} complaints, {:.1} s", complaints.len(), start.elapsed().as_secs_f64());
    for complaint in complaints.iter().take(5) {
        println!("\n{complaint}");
    }
    if complaints.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
