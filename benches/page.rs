//! `cargo bench --bench page`: how long the page of 50,000 keys takes to be made, and how large it is; then the same
//! for every other format. It leaves the page in the target folder, for `PAGE=… tests/real/browser/run` to open. Fails
//! when the page is too slow beside report.json of the same run, or too large. `cargo bench --bench page -- 2000` is about the 200,000 keys of 2,000
//! accounts, with no limit.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    clippy::disallowed_methods,
    reason = "a bench that cannot go on has failed, prints its figures, measures real time, and leaves a file"
)]

use std::{
    process::ExitCode,
    sync::Arc,
    time::{Duration, Instant},
};

use keyreach::{
    assess::assess,
    collect::{self, Order, client::Connection, progress::Progress},
    config::{Format, JudgementSettings, Settings, raw::RawSettings},
    report::{Report, parts},
    snapshot::Snapshot,
};
use keyreach_mocks::{Cloud, Generated, Scenario, http_client, time_source};

/// What the page may cost: its time beside that of report.json, which was 0.72 when it was measured, and its size.
const TIME: f64 = 1.2;
const BYTES: usize = 6_000_000;
/// The accounts for which it may, with 100 keys each.
const ACCOUNTS: usize = 500;

fn main() -> ExitCode {
    let accounts = std::env::args().skip(1).find_map(|word| word.parse().ok()).unwrap_or(ACCOUNTS);
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    let snapshot = runtime.block_on(scan(accounts));
    let start = Instant::now();
    let assessment = assess(&snapshot, &JudgementSettings::default());
    println!("{} keys judged in {:.2} s", assessment.keys.len(), start.elapsed().as_secs_f64());
    let report = Report::new(&snapshot, &assessment).unwrap();
    let json = (0..3).map(|_| rendered(&report, Format::Json).0).min().unwrap();
    let (time, page) = (0..3).map(|_| rendered(&report, Format::Html)).min_by_key(|(time, _)| *time).unwrap();
    let ratio = time.as_secs_f64() / json.as_secs_f64();
    println!(
        "the page: {:.2} s, {ratio:.2} of report.json (best of three each), {:.2} MB",
        time.as_secs_f64(),
        page.len() as f64 / 1e6
    );
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("page.html");
    std::fs::write(&path, &page).unwrap();
    println!("left in {}", path.display());
    for format in Format::ALL.into_iter().filter(|format| *format != Format::Html) {
        let (time, bytes) = rendered(&report, format);
        let (time, megabytes) = (time.as_secs_f64(), bytes.len() as f64 / 1e6);
        println!("{}: {time:.2} s, {megabytes:.1} MB, {} findings", format.as_str(), report.findings.len());
    }
    let fits = ratio <= TIME && page.len() <= BYTES;
    if fits || accounts != ACCOUNTS { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// All files of a format, one behind the other, and the time that making them took.
fn rendered(report: &Report<'_>, format: Format) -> (Duration, Vec<u8>) {
    let mut out = Vec::new();
    let start = Instant::now();
    parts(report, format).iter().for_each(|part| part.render(&mut out).unwrap());
    (start.elapsed(), out)
}

/// Accounts with 10 Regions and 10 keys in each, through the real SDK in virtual time.
async fn scan(accounts: usize) -> Snapshot {
    let mut scenario = Scenario::builtin("large").unwrap();
    scenario.clock.get_or_insert_with(|| "2026-11-01T09:00:00Z".to_owned());
    scenario.generated = Some(Generated { accounts, regions: 10, keys: 10, ..scenario.generated.unwrap() });
    let cloud = Cloud::new(&scenario).unwrap();
    let order = Order {
        settings: Settings::resolve(RawSettings::default(), None).unwrap(),
        taken_at: jiff::Timestamp::try_from(cloud.now()).unwrap(),
        progress: Arc::new(Progress::default()),
    };
    let connection = Connection::to(
        http_client(Arc::clone(&cloud)),
        time_source(&cloud),
        cloud.region(),
        cloud.credentials(),
    );
    let (_stopper, stop) = tokio::sync::watch::channel(false);
    collect::collect(order, connection, stop).await.unwrap()
}
