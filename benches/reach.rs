//! `cargo bench --bench reach`: how many keys a second are judged for exposure, how long one key takes at worst, and
//! what hostile policies cost. `-- brute-force [COUNT]` holds 50,000 random questions to brute force instead.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    clippy::disallowed_methods,
    reason = "a bench that cannot go on has failed, prints its figures, and measures real time"
)]

#[path = "../tests/integration/reach/brute.rs"]
mod brute;

use std::{
    env,
    process::ExitCode,
    time::{Duration, Instant},
};

use keyreach::{
    assess::exposure::{ExposureLevel, ViaKind},
    reach::{Facts, Reviewed, exposure},
};
use rayon::prelude::*;
use serde_json::{Value, json};

const ACCOUNT: &str = "arn:aws:iam::111122223333:root";

fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    if words.first().is_some_and(|word| word == "brute-force") {
        let count = words.get(1).and_then(|word| word.parse().ok()).unwrap_or(50_000);
        return brute_force(count);
    }
    mix();
    hostile();
    ExitCode::SUCCESS
}

fn brute_force(count: u64) -> ExitCode {
    let start = Instant::now();
    let complaints: Vec<String> = (0..count).into_par_iter().filter_map(brute::complaint).collect();
    println!("{count} questions, {} complaints, {:.1} s", complaints.len(), start.elapsed().as_secs_f64());
    for complaint in complaints.iter().take(5) {
        println!("\n{complaint}");
    }
    if complaints.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn judged(policy: &Reviewed) -> (Duration, ExposureLevel) {
    let perimeter = brute::perimeter();
    let start = Instant::now();
    let judged = exposure(Facts {
        arn: &"arn:aws:kms:eu-west-1:111122223333:key/k".parse().unwrap(),
        metadata: None,
        tags: None,
        aliases: &[],
        policies: &[(ViaKind::KeyPolicy, policy)],
        grants: &[],
        unread: false,
        guardrails: &[],
        perimeter: &perimeter,
        taken_at: "2026-03-04T12:00:00Z".parse().unwrap(),
    });
    assert_eq!(judged.bug, None);
    (start.elapsed(), judged.exposure.level)
}

fn policy(statements: &[Value]) -> Reviewed {
    Reviewed::parse(&json!({"Version": "2012-10-17", "Statement": statements}).to_string()).unwrap()
}

/// Keys as they are: most trust their account alone, some a service, an organization, another account.
fn mix() {
    let own = json!({"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "kms:*", "Resource": "*"});
    let role = json!({"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/app"}, "Action": ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"], "Resource": "*"});
    let service = json!({"Effect": "Allow", "Principal": {"Service": "logs.eu-west-1.amazonaws.com"}, "Action": ["kms:Encrypt*", "kms:Decrypt*"], "Resource": "*", "Condition": {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:eu-west-1:111122223333:*"}}});
    let via = json!({"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*", "Condition": {"StringEquals": {"kms:CallerAccount": "111122223333", "kms:ViaService": "s3.eu-west-1.amazonaws.com"}}});
    let organization = json!({"Effect": "Allow", "Principal": "*", "Action": "kms:Decrypt", "Resource": "*", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}});
    let stranger = json!({"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::444455556666:root"}, "Action": ["kms:Decrypt", "kms:DescribeKey"], "Resource": "*"});
    let kinds: Vec<Reviewed> = [
        vec![own.clone()],
        vec![own.clone(), role.clone()],
        vec![own.clone(), role.clone()],
        vec![own.clone(), service],
        vec![own.clone(), via],
        vec![own.clone(), organization],
        vec![own, role, stranger],
    ]
    .iter()
    .map(|statements| policy(statements))
    .collect();
    for (name, kind) in
        ["default", "own roles", "own roles", "service", "via a service", "organization", "stranger"]
            .iter()
            .zip(&kinds)
    {
        timed(name, kind);
    }
    // Half of all keys have the default policy.
    let index = |n: usize| if n.is_multiple_of(2) { 0 } else { n / 2 % kinds.len() };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
    let count = 50_000;
    let start = Instant::now();
    let mut times: Vec<Duration> =
        pool.install(|| (0..count).into_par_iter().map(|n| judged(&kinds[index(n)]).0).collect());
    let rate = count as f64 / start.elapsed().as_secs_f64();
    times.sort_unstable();
    println!(
        "mix: {rate:.0} keys/s on two threads; p50 {:?}, p99 {:?}, worst {:?}",
        times[count / 2],
        times[count * 99 / 100],
        times[count - 1]
    );
}

fn timed(name: &str, policy: &Reviewed) {
    let (time, level) = judged(policy);
    println!("{name}: {time:?}, {level:?}");
}

fn hostile() {
    let public = json!({"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"});
    let stars = |n: usize| format!("*a{}*b*c*d*{}*e*f*", n % 7, n % 11);
    let denies = (0..40).map(|n| json!({"Effect": "Deny", "Principal": "*", "Action": "kms:*", "Resource": "*", "Condition": {
        "StringLike": {"aws:PrincipalTag/a": stars(n), "aws:PrincipalTag/b": stars(n + 3), "aws:UserAgent": stars(n + 5)}}}));
    timed("40 overlapping denies of patterns", &policy(&[vec![public.clone()], denies.collect()].concat()));
    let shut = (0..40).map(|n| {
        json!({"Effect": "Deny", "Principal": "*", "Action": "kms:*", "Resource": "*", "Condition": {
        "StringNotLike": {"aws:PrincipalTag/a": stars(n)}, "StringLike": {"aws:PrincipalTag/b": stars(n)}}})
    });
    timed("40 denies that want patterns", &policy(&[vec![public], shut.collect()].concat()));
    let many: Vec<Value> = (0..900).map(|n| json!({"Effect": if n % 3 == 0 { "Deny" } else { "Allow" }, "Principal": {"AWS": format!("{:012}", 444_400_000_000_u64 + n)}, "Action": "kms:D*", "Resource": "*"})).collect();
    timed("900 statements", &policy(&many));
    let named: Vec<String> = (0..550)
        .map(|n| format!("arn:aws:iam::{:012}:role/application-{n}", 444_400_000_000_u64 + n))
        .collect();
    timed(
        "32 KiB of roles",
        &policy(&[
            json!({"Effect": "Allow", "Principal": {"AWS": named}, "Action": "kms:*", "Resource": "*"}),
        ]),
    );
}
