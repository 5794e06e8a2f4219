//! The same questions asked of an SMT solver, where its environment is installed.

use std::{env, fs, path::Path, process::Command};

use keyreach::assess::exposure::ExposureLevel;
use serde::Deserialize;

#[derive(Deserialize)]
struct Answer {
    policies: usize,
    seconds: f64,
    levels: Vec<String>,
}

/// Asks the solver about the policies whose levels and whose time in seconds on one core are given.
///
/// # Panics
/// When the solver decides otherwise.
pub(crate) fn compare(policies: &[&str], levels: &[ExposureLevel], seconds: f64) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let python = root.join("target/real/smt/bin/python");
    let script = root.join("tests/real/smt/ask.py");
    if !python.exists() || !script.exists() {
        println!("solver: not installed; `tests/real/smt/run` installs it");
        return;
    }
    let file = env::temp_dir().join(format!("keyreach-policies-{}.jsonl", std::process::id()));
    fs::write(&file, policies.join("\n") + "\n").unwrap();
    let output = Command::new(python).arg(script).arg(&file).output().unwrap();
    fs::remove_file(&file).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let answer: Answer = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer.policies, policies.len());
    let mut unknown = 0;
    for ((policy, ours), theirs) in policies.iter().zip(levels).zip(&answer.levels) {
        let ours = serde_json::to_value(ours).unwrap();
        if theirs == "unknown" {
            unknown += 1;
        } else {
            assert_eq!(ours, theirs.as_str(), "{policy}");
        }
    }
    println!(
        "solver: {} policies, all levels agree but {unknown} that it gives up on; {:.1} s on one core against {seconds:.4} s: {:.0} times faster",
        answer.policies,
        answer.seconds,
        answer.seconds / seconds
    );
}
