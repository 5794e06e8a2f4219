//! `cargo bench --bench wire`: a scan of 100,000 keys over real sockets on loopback. The simulated AWS runs in a
//! process of its own, so that the figures are the scanner's alone: requests per second, processor time per
//! request, peak memory. Fails when memory passes 1 GiB or anything is lost. `-- KEYS` scans another number.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    clippy::disallowed_methods,
    reason = "a bench that cannot go on has failed, prints its figures, and measures real time"
)]

use std::{
    env,
    io::{BufRead, BufReader},
    net::Ipv4Addr,
    process::{Command, ExitCode, Stdio},
    sync::Arc,
    time::Instant,
};

use keyreach::{
    collect::{self, Order, client::Connection, progress::Progress},
    config::{PaceSettings, Settings, raw::RawSettings},
    snapshot::file,
};
use keyreach_mocks::{Cloud, Generated, Scenario, serve};

const SERVE: &str = "--serve";
const SCAN: &str = "--scan";
const REGIONS: usize = 10;
const KEYS_PER_CELL: u64 = 100;
const MOST_MEMORY_MIB: f64 = 1024.0;

fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).collect();
    let keys = words.iter().find_map(|word| word.parse().ok()).unwrap_or(100_000);
    match words.iter().map(String::as_str).find(|word| [SERVE, SCAN].contains(word)) {
        Some(SERVE) => serve_for_ever(keys),
        Some(_) => scan(keys),
        None => conduct(keys),
    }
}

/// Starts the simulated AWS, then the scan with its environment pointed there, and ends the former.
fn conduct(keys: u64) -> ExitCode {
    let this = || Command::new(env::current_exe().unwrap());
    let mut server = this().args([SERVE, &keys.to_string()]).stdout(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(server.stdout.take().unwrap()).lines();
    let settings: Vec<String> = lines.take(4).map(Result::unwrap).collect();
    let settings = settings.iter().filter_map(|line| line.split_once('='));
    let scanned = this().args([SCAN, &keys.to_string()]).envs(settings).status();
    server.kill().unwrap();
    server.wait().unwrap();
    if scanned.unwrap().success() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn scan(keys: u64) -> ExitCode {
    let (start, cpu) = (Instant::now(), cpu_seconds());
    let progress = Arc::new(Progress::default());
    let order = Order {
        settings: settings(),
        taken_at: jiff::Timestamp::now(),
        nonce: 0,
        progress: Arc::clone(&progress),
    };
    let snapshot = collect::run(order, Connection::from_environment, std::future::pending()).unwrap();
    let (wall, cpu) = (start.elapsed().as_secs_f64(), cpu_seconds() - cpu);
    let collected = peak_memory_mib();
    file::print(&snapshot, &mut std::io::sink()).unwrap();

    let found: usize = snapshot.cells.iter().map(|cell| cell.keys.len()).sum();
    let gaps = snapshot.cells.iter().flat_map(|cell| cell.all_gaps()).count();
    let requests = progress.counts().requests as f64;
    println!("{found} keys, {requests} requests, {gaps} gaps in {wall:.1} s");
    println!("{:.0} requests/s, {:.0} µs of processor time a request", requests / wall, cpu * 1e6 / requests);
    println!(
        "peak memory {collected:.0} MiB collecting, {:.0} MiB with the snapshot printed",
        peak_memory_mib()
    );
    let held = gaps == 0 && found as u64 == keys && peak_memory_mib() <= MOST_MEMORY_MIB;
    if held { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn settings() -> Settings {
    let pace = PaceSettings { quota_share: 1.0, ..PaceSettings::default() };
    Settings { pace, ..Settings::resolve(RawSettings::default(), None).unwrap() }
}

fn serve_for_ever(keys: u64) -> ! {
    let mut scenario = Scenario::builtin("large").unwrap();
    (scenario.quotas, scenario.neighbour) = (false, 0.0);
    (scenario.latency.fixed_ms, scenario.latency.jitter_ms) = (0, 0);
    let cells = usize::try_from(keys / KEYS_PER_CELL).unwrap();
    scenario.generated = Some(Generated {
        accounts: (cells / REGIONS).max(2),
        regions: REGIONS,
        keys: KEYS_PER_CELL,
        ..scenario.generated.unwrap()
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let cloud = Cloud::new(&scenario).unwrap();
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let (key, secret) = cloud.credentials();
        println!("AWS_ENDPOINT_URL=http://{}", listener.local_addr().unwrap());
        println!("AWS_ACCESS_KEY_ID={key}\nAWS_SECRET_ACCESS_KEY={secret}\nAWS_REGION={}", cloud.region());
        serve(cloud, listener).await.unwrap();
    });
    unreachable!("the server runs until it is ended")
}

/// User and system time of this process so far. Source: proc(5).
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let after_name = stat.rsplit(") ").next().unwrap().split(' ').collect::<Vec<_>>();
    let ticks: f64 =
        [11, 12].iter().map(|&field| after_name.get::<usize>(field).unwrap().parse::<f64>().unwrap()).sum();
    ticks / 100.0
}

/// The most memory this process ever had. Source: proc(5).
fn peak_memory_mib() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").trim().parse::<f64>().unwrap() / 1024.0
}
