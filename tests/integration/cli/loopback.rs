//! The program against the simulated AWS on a socket of this machine: real signatures, real signals.

use std::{
    fs,
    path::Path,
    process::{Child, Command, Output, Stdio},
    sync::Arc,
    thread,
    time::Duration,
};

use keyreach_mocks::{Cloud, Scenario, serve};
use serde_json::Value;
use tempfile::TempDir;
use tokio::{net::TcpListener, runtime::Runtime};

use super::TOO_LONG;

const EXTERNAL_ID: &str = "hush-hush-42";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const ESTATE: &str = r#"
regions = ["us-east-1", "eu-west-1"]
[scan_role]
external_id = "hush-hush-42"
[[account]]
id = "111122223333"
name = "alone"
[[key]]
accounts = ["*"]
regions = ["*"]
count = 3
"#;

/// A simulated AWS that answers for as long as this lives.
struct Served {
    cloud: Arc<Cloud>,
    url: String,
    _runtime: Runtime,
}

fn served(scenario: &str) -> Served {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let cloud = Cloud::new(&Scenario::parse(scenario).unwrap()).unwrap();
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    runtime.spawn(serve(Arc::clone(&cloud), listener));
    Served { cloud, url, _runtime: runtime }
}

impl Served {
    fn scan(&self, home: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_keyreach"));
        command.env_clear().current_dir(home).env("HOME", home).args(["scan", "--out", "."]).args(arguments);
        command.envs([
            ("AWS_ENDPOINT_URL", self.url.as_str()),
            ("AWS_ACCESS_KEY_ID", self.cloud.credentials().0.as_str()),
            ("AWS_SECRET_ACCESS_KEY", SECRET),
            ("AWS_REGION", self.cloud.region()),
            ("AWS_EC2_METADATA_DISABLED", "true"),
            ("KEYREACH_EXTERNAL_ID", EXTERNAL_ID),
        ]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }
}

/// Waits until something is so; it is a matter of milliseconds, or the test fails.
fn wait_until(mut is_so: impl FnMut() -> bool) {
    let step = Duration::from_millis(5);
    for _ in 0..TOO_LONG.as_millis() / step.as_millis() {
        if is_so() {
            return;
        }
        thread::sleep(step);
    }
    panic!("waited too long");
}

fn send(signal: &str, child: &Child) {
    let sent = Command::new("sh").args(["-c", &format!("kill -{signal} {}", child.id())]).status().unwrap();
    assert!(sent.success());
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.as_slice(), &output.stderr].concat()).into_owned()
}

#[test]
fn a_scan_over_a_socket_reads_everything() {
    let (served, home) = (served(ESTATE), TempDir::new().unwrap());
    let output = served.scan(home.path(), &[]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    assert!(text(&output).contains("6 keys in 1 of 1 accounts; coverage complete"), "{}", text(&output));
    assert!(text(&output).contains("in no organization"), "{}", text(&output));
    let report = json(&home.path().join("report.json"));
    assert_eq!(report["keys"].as_array().unwrap().len(), 6);
    assert_eq!(served.cloud.ledger().not_understood, 0);
}

#[test]
fn a_role_that_cannot_be_assumed_is_why_an_organization_is_not_seen() {
    let (served, home) = (served(ESTATE), TempDir::new().unwrap());
    let role = "arn:aws:iam::444455556666:role/keyreach-audit";
    let output = served.scan(home.path(), &["--organization-role", role]).output().unwrap();
    assert_eq!(output.status.code(), Some(4), "{}", text(&output));
    let said = text(&output);
    assert!(said.contains("sts:AssumeRole") && said.contains(role), "{said}");
    assert!(said.contains("scanned the caller's own account alone"), "{said}");
}

#[test]
fn secrets_appear_in_no_output_however_much_is_said() {
    // One scan that enters, and one that STS refuses, whose messages hold more.
    for (estate, code) in [(ESTATE.to_owned(), 0), (ESTATE.replace("hush-hush-42", "another"), 0)] {
        let (served, home) = (served(&estate), TempDir::new().unwrap());
        let output = served.scan(home.path(), &["-vv"]).output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{}", text(&output));
        let mut outputs = vec![("the log".to_owned(), text(&output))];
        for entry in fs::read_dir(home.path()).unwrap() {
            let path = entry.unwrap().path();
            outputs.push((path.display().to_string(), fs::read_to_string(path).unwrap()));
        }
        assert_eq!(outputs.len(), 4);
        assert!(outputs[0].1.contains("kms:GetKeyPolicy"), "the log is off: {}", outputs[0].1);
        // The beginnings of the session tokens and key ids that the simulated STS hands out, too.
        for secret in [EXTERNAL_ID, SECRET, "IQoJb3JpZ2luX2Vj", "ASIA", "AKIAIOSFODNN7EXAMPLE"] {
            for (place, text) in &outputs {
                let found = text.find(secret).map(|at| text.get(at.saturating_sub(80)..at + 40));
                assert!(found.is_none(), "`{secret}` in {place}: {found:?}");
            }
        }
    }
}

#[test]
fn a_signal_leaves_a_partial_snapshot_and_its_own_exit_code() {
    for signal in ["TERM", "INT"] {
        let slow = format!("{ESTATE}\n[[fault]]\noperation = 'ListGrants'\nkind = 'slow'\nseconds = 3600");
        let (served, home) = (served(&slow), TempDir::new().unwrap());
        // Gaps allowed or not: who stops a scan has not had a whole one.
        let child = served.scan(home.path(), &["--allow-gaps"]).spawn().unwrap();
        wait_until(|| served.cloud.ledger().total("ListGrants").calls == 6);
        send(signal, &child);
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(4), "{}", text(&output));
        assert!(text(&output).contains("stopped before the end"), "{}", text(&output));
        let snapshot = json(&home.path().join("snapshot.json"));
        assert_eq!(snapshot["scan"]["interrupted"], true);
        let cells = snapshot["cells"].as_array().unwrap();
        let keys: Vec<&Value> = cells.iter().flat_map(|cell| cell["keys"].as_array().unwrap()).collect();
        assert_eq!(keys.len(), 6);
        assert!(keys.iter().all(|key| key["grants"]["gap"]["code"] == "Interrupted"));
        assert_eq!(json(&home.path().join("report.json"))["scan"]["interrupted"], true);
    }
}

/// A scan that was stopped, and one that AWS refused, leave the full one where it is.
#[test]
fn a_poorer_scan_never_takes_the_place_of_a_fuller_one() {
    let home = TempDir::new().unwrap();
    let full = served(ESTATE);
    assert_eq!(full.scan(home.path(), &[]).output().unwrap().status.code(), Some(0));
    let read = |name: &str| fs::read(home.path().join(name)).unwrap();
    let before = ["snapshot.json", "report.json", "report.html"].map(read);
    for fault in
        ["operation = 'ListGrants'\nkind = 'slow'\nseconds = 3600", "operation = 'ListKeys'\nkind = 'denied'"]
    {
        let poor = served(&format!("{ESTATE}\n[[fault]]\n{fault}"));
        let child = poor.scan(home.path(), &["--quiet"]).spawn().unwrap();
        if fault.contains("slow") {
            wait_until(|| poor.cloud.ledger().total("ListGrants").calls == 6);
            send("INT", &child);
        }
        let output = child.wait_with_output().unwrap();
        let said = text(&output);
        assert!(said.contains("snapshot.json` stays: ") && said.contains("/partial-"), "{said}");
        let code = if fault.contains("slow") { 4 } else { 1 };
        assert_eq!(output.status.code(), Some(code), "{said}");
        assert_eq!(["snapshot.json", "report.json", "report.html"].map(read), before);
        let partial = beside(home.path(), "partial-");
        assert!(partial.iter().all(|folder| folder.join("report.html").is_file()), "{partial:?}");
        let last = json(&partial.last().unwrap().join("snapshot.json"));
        assert_eq!(last["scan"]["interrupted"], fault.contains("slow"));
        partial.iter().for_each(|folder| fs::remove_dir_all(folder).unwrap());
    }
    // The one that reads everything again takes its place.
    let output = served(ESTATE).scan(home.path(), &[]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    assert!(beside(home.path(), "").is_empty());
}

/// The folders in a folder whose names begin so.
fn beside(home: &Path, start: &str) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(home).unwrap().map(|entry| entry.unwrap());
    let is_one = |name: &str| name.starts_with(start) && !name.starts_with('.');
    let folders =
        entries.filter(|entry| entry.path().is_dir() && is_one(entry.file_name().to_str().unwrap()));
    folders.map(|entry| entry.path()).collect()
}
