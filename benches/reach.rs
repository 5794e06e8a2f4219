//! `cargo bench --bench reach`: how many keys a second are judged for exposure, how long one key takes at worst, what
//! hostile policies cost, and how an SMT solver compares. A key is judged from facts in memory: its policy is read
//! (each distinct text once, in the product), then searched, and every witness replayed through the policy engine.
//! Times are bounded by a yardstick that is measured in the same run, so that the machine does not matter: reading the
//! JSON of a policy of the mix with serde_json alone. `-- brute-force [COUNT [FIRST]]` holds 50,000 random questions to
//! brute force instead.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    clippy::disallowed_methods,
    clippy::needless_pass_by_value,
    reason = "a bench that cannot go on has failed, prints its figures, measures real time, asks a solver, and writes policies in place"
)]

#[path = "../tests/integration/reach/brute.rs"]
mod brute;
#[path = "shared/clock.rs"]
mod clock;
#[path = "reach/hostile.rs"]
mod hostile;
#[path = "reach/mix.rs"]
mod mix;
#[path = "reach/solver.rs"]
mod solver;

use std::{
    collections::BTreeMap,
    env,
    process::ExitCode,
    time::{Duration, Instant},
};

use clock::{least, within};
use keyreach::{
    assess::exposure::{ExposureLevel, ViaKind},
    reach::{Facts, Perimeter, Reviewed, exposure},
    snapshot::grant::Grant,
};
use mix::Sample;
use rayon::prelude::*;
use serde_json::Value;

/// Keys of the mix, each with a policy of its own.
const KEYS: u64 = 20_000;
/// Of these, so many are asked of the solver too,
const ASKED: usize = 300;
/// without those that ask about keys that its translation does not know.
const NOT_ASKED: [&str; 2] = ["kms:RecipientAttestation", "kms:EncryptionContext:"];

/// What may be taken, in yardsticks. A bound is half as much again as what was measured.
mod bound {
    pub(super) const MEAN: f64 = 45.0;
    pub(super) const P99: f64 = 240.0;
    pub(super) const LARGE: f64 = 31_000.0;
    pub(super) const HARD: f64 = 1_250_000.0;
}

fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    if words.first().is_some_and(|word| word == "brute-force") {
        let number = |at: usize| words.get(at).and_then(|word| word.parse().ok());
        return brute_force(number(1).unwrap_or(50_000), number(2).unwrap_or(0));
    }
    let samples = mix::samples(KEYS);
    let mut held = rate(&samples);
    against_solver(&samples);
    held &= within("32 KiB, at most", each("32 KiB:", hostile::large()), yardstick(&samples), bound::LARGE);
    let hardest = each("made to be hard:", hostile::adversarial());
    held &= within("made to be hard, at most", hardest, yardstick(&samples), bound::HARD);
    if held { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The time that serde_json alone takes to read a policy of the mix, on the average.
fn yardstick(samples: &[Sample]) -> Duration {
    let read =
        || samples.iter().map(|sample| serde_json::from_str::<Value>(&sample.text).unwrap()).for_each(drop);
    least(read) / u32::try_from(samples.len()).unwrap()
}

fn brute_force(count: u64, first: u64) -> ExitCode {
    let start = Instant::now();
    let complaints: Vec<String> =
        (first..first + count).into_par_iter().filter_map(brute::complaint).collect();
    println!("{count} questions, {} complaints, {:.1} s", complaints.len(), start.elapsed().as_secs_f64());
    for complaint in complaints.iter().take(5) {
        println!("\n{complaint}");
    }
    if complaints.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn judged(policy: &Reviewed, grants: &[Grant], perimeter: &Perimeter) -> ExposureLevel {
    let tags = brute::tags();
    let judged = exposure(Facts {
        arn: &"arn:aws:kms:eu-west-1:111122223333:key/k".parse().unwrap(),
        metadata: Some(&brute::metadata()),
        tags: Some(&tags),
        aliases: Some(&[]),
        policies: &[(ViaKind::KeyPolicy, policy)],
        grants,
        unread: false,
        guardrails: &[],
        perimeter,
        taken_at: "2026-03-04T12:00:00Z".parse().unwrap(),
    });
    assert_eq!(judged.bug, None);
    judged.exposure.level
}

/// Keys a second, with reading their policies and without, and how long single keys take; whether within the bounds.
fn rate(samples: &[Sample]) -> bool {
    let perimeter = brute::perimeter();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
    let start = Instant::now();
    let read: Vec<Reviewed> =
        pool.install(|| samples.par_iter().map(|sample| Reviewed::parse(&sample.text).unwrap()).collect());
    let reading = start.elapsed();
    let start = Instant::now();
    let each: Vec<(ExposureLevel, usize)> = pool.install(|| {
        (samples.par_iter().zip(&read).enumerate())
            .map(|(number, (sample, policy))| {
                let level = judged(policy, &sample.grants, &perimeter);
                (level, number)
            })
            .collect()
    });
    let judging = start.elapsed();
    let mut levels: BTreeMap<ExposureLevel, usize> = BTreeMap::new();
    for (level, _) in &each {
        *levels.entry(*level).or_default() += 1;
    }
    println!("mix: {} keys, every policy another: {levels:?}", samples.len());
    let a_second = |time: Duration| samples.len() as f64 / time.as_secs_f64();
    println!(
        "mix: {:.0} keys/s on two threads; {:.0} with every policy read anew",
        a_second(judging),
        a_second(reading + judging)
    );
    let mut times: Vec<(Duration, usize)> = samples
        .iter()
        .zip(&read)
        .enumerate()
        .map(|(number, (sample, policy))| (least(|| judged(policy, &sample.grants, &perimeter)), number))
        .collect();
    let alone: Duration = times.iter().map(|(time, _)| *time).sum();
    println!("mix: {:.0} keys/s by the least of three times of each, on two threads", 2.0 * a_second(alone));
    times.sort_unstable();
    let at = |share: usize| times[(times.len() - 1) * share / 100].0;
    println!("mix: p50 {:?}, p99 {:?}, worst {:?}", at(50), at(99), at(100));
    let (yardstick, mean) = (yardstick(samples), alone / u32::try_from(samples.len()).unwrap());
    let mean = within("mix, mean", mean, yardstick, bound::MEAN);
    within("mix, p99", at(99), yardstick, bound::P99) && mean
}

/// Levels and time of a part of the mix, without grants, on one core, and what the solver says of them.
fn against_solver(samples: &[Sample]) {
    let perimeter = brute::perimeter();
    let texts = samples.iter().map(|sample| sample.text.as_str());
    let known = |text: &&str| !NOT_ASKED.iter().any(|key| text.contains(key));
    let texts: Vec<&str> = texts.filter(known).take(ASKED).collect();
    let ask = || -> Vec<ExposureLevel> {
        texts.iter().map(|text| judged(&Reviewed::parse(text).unwrap(), &[], &perimeter)).collect()
    };
    solver::compare(&texts, &ask(), least(ask).as_secs_f64());
}

/// Reads and judges each policy; the longest time.
fn each(title: &str, policies: Vec<(&str, String)>) -> Duration {
    let perimeter = brute::perimeter();
    let mut longest = Duration::ZERO;
    println!("{title}");
    for (name, text) in policies {
        let policy = Reviewed::parse(&text).unwrap();
        let level = judged(&policy, &[], &perimeter);
        let reading = least(|| Reviewed::parse(&text).unwrap());
        let time = reading + least(|| judged(&policy, &[], &perimeter));
        println!("  {name}: {level:?} in {time:.1?}, of which {reading:.1?} to read {} bytes", text.len());
        longest = longest.max(time);
    }
    longest
}
