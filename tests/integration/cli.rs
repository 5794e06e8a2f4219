//! The real program, as a user runs it: in a scrubbed environment, with its exit codes and what it says.

mod diff;
mod loopback;
mod policies;
mod standing;
mod who_can;

use std::{
    collections::BTreeSet,
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Output, Stdio},
    sync::LazyLock,
    time::Duration,
};

use assert_cmd::Command;
use tempfile::TempDir;

/// Nothing here takes that long; a test that hangs fails.
const TOO_LONG: Duration = Duration::from_secs(120);

/// The program in an environment that holds nothing of the machine it runs on.
pub(crate) fn keyreach(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keyreach"));
    command.env_clear().current_dir(home).env("HOME", home).env("AWS_EC2_METADATA_DISABLED", "true");
    command.timeout(TOO_LONG);
    command
}

/// What a call that succeeds prints.
pub(crate) fn said(arguments: &[&str]) -> String {
    let home = TempDir::new().unwrap();
    let output = keyreach(home.path()).args(arguments).assert().success().get_output().clone();
    String::from_utf8(output.stdout).unwrap()
}

/// A demo without any flags: what it said, and the folder it wrote.
pub(crate) static DEMO: LazyLock<(Output, PathBuf)> = LazyLock::new(|| {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("demo");
    // What an earlier run of the tests left must not pass for what this one writes.
    fs::remove_dir_all(&folder).ok();
    fs::create_dir_all(&folder).unwrap();
    (keyreach(&folder).args(["demo", "--out", "."]).output().unwrap(), folder)
});

fn error(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// The exit code and the errors of a call.
fn outcome(home: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> (i32, String) {
    let output = keyreach(home).args(arguments).envs(environment.iter().copied()).output().unwrap();
    assert_eq!(String::from_utf8(output.stdout.clone()).unwrap(), "", "{arguments:?}");
    (output.status.code().unwrap(), error(&output))
}

/// What can be asked for.
const VERBS: [&str; 12] = [
    "scan",
    "analyze",
    "demo",
    "simulate",
    "check",
    "who-can",
    "explain",
    "diff",
    "role",
    "schema",
    "completions",
    "man",
];

#[test]
fn shells_and_manual_pages_know_every_verb() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = said(&["completions", shell]);
        for word in VERBS.into_iter().chain(["fail-on", "last-usage"]) {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
    let page = said(&["man"]);
    assert!(page.contains(".TH keyreach 1") && page.contains("Exit codes"), "{page}");
    for verb in VERBS {
        let name = verb.replace('-', "\\-");
        assert!(page.contains(&format!("keyreach\\-{name}(1)")), "{verb}: {page}");
        let of_verb = said(&["man", verb]);
        assert!(of_verb.contains(&format!(".TH keyreach-{verb} 1")), "{verb}: {of_verb}");
    }
    let page = said(&["man", "who-can"]);
    assert!(page.contains("keyreach who\\-can\\fR [OPTIONS] <ACTION> [KEY]"), "{page}");
    let page = said(&["man", "scan"]);
    assert!(page.contains("role\\-name") && page.contains("KEYREACH_ROLE_NAME"), "{page}");
    let home = TempDir::new().unwrap();
    let (code, said) = outcome(home.path(), &["man", "frobnicate"], &[]);
    assert!(code == 2 && said.contains("`frobnicate`") && said.contains("who-can"), "{said}");
}

#[test]
fn the_help_names_every_verb_flag_and_exit_code() {
    let page = said(&["--help"]);
    for word in VERBS.into_iter().chain(["Exit codes:", "KMS"]) {
        assert!(page.contains(word), "{word}");
    }
    let page = said(&["scan", "--help"]);
    for flag in [
        "--role-name",
        "--external-id",
        "--accounts",
        "--exclude-accounts",
        "--regions",
        "--organization-role",
        "--last-usage",
        "--config",
        "--out",
        "--format",
        "--fail-on",
        "--allow-gaps",
        "--quiet",
    ] {
        assert!(page.contains(flag), "{flag}");
        let variable = format!("KEYREACH_{}", flag.trim_start_matches('-').replace('-', "_").to_uppercase());
        assert!(page.contains(&variable), "{variable}");
    }
    assert!(said(&["--version"]).starts_with("keyreach "));
}

/// The exit code and the errors of a call whose stdout nobody reads.
fn unread(home: &Path, arguments: &[&str]) -> (i32, String) {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_keyreach"));
    command.env_clear().current_dir(home).args(arguments).stdout(writer).stderr(Stdio::piped());
    let output = command.output().unwrap();
    (output.status.code().unwrap(), error(&output))
}

#[test]
fn a_reader_who_stops_is_nobodys_failure_and_changes_no_verdict() {
    let (_, folder) = &*DEMO;
    let home = TempDir::new().unwrap();
    fs::write(home.path().join("policy.json"), "{").unwrap();
    fs::write(home.path().join("cases"), "{}\n{}\n").unwrap();
    let snapshot = folder.join("snapshot.json");
    let snapshot = snapshot.to_str().unwrap();
    for (arguments, code) in [
        (vec!["schema", "report"], 0),
        (vec!["explain", "--all"], 0),
        (vec!["role"], 0),
        (vec!["completions", "bash"], 0),
        (vec!["man"], 0),
        (vec!["who-can", "kms:Decrypt", "alias/reach/vendor", "--snapshot", snapshot], 0),
        (vec!["who-can", "kms:Decrypt", "alias/reach/vendor", "--snapshot", snapshot, "--json"], 0),
        (vec!["simulate", "--batch", "cases"], 0),
        (vec!["diff", snapshot, snapshot, "--format", "json"], 0),
        (vec!["check", "policy.json"], 3),
    ] {
        assert_eq!(unread(home.path(), &arguments), (code, String::new()), "{arguments:?}");
    }
}

#[test]
fn what_cannot_be_is_refused_with_its_name() {
    let home = TempDir::new().unwrap();
    for (arguments, environment, words) in [
        (vec!["scan", "--regoins", "auto"], vec![], "--regoins"),
        (vec!["frobnicate"], vec![], "frobnicate"),
        (vec!["schema", "page"], vec![], "page"),
        (vec!["explain"], vec![], "CHECK-ID"),
        (vec!["simulate"], vec![], "<--batch <FILE.jsonl>|--case <FILE.json>>"),
        (vec!["simulate", "--batch", "a", "--case", "b"], vec![], "cannot be used with"),
        (
            vec!["explain", "xyzzy"],
            vec![("KEYREACH_FAIL_ONN", "high")],
            "the variable `KEYREACH_FAIL_ONN` is not one that keyreach reads; there is KEYREACH_FAIL_ON\n",
        ),
        (vec!["explain", "rotation-disable"], vec![], "there is rotation-disabled"),
        (vec!["explain", "xyzzy"], vec![], "no check is called `xyzzy`"),
        (vec!["explain", "rotation-disabled", "--markdown"], vec![], "--markdown"),
        (
            vec!["scan", "--accounts", "123"],
            vec![],
            "accounts: `123` is not an account id: it must be 12 digits\n",
        ),
        (
            vec!["scan", "--organization-role", "arn:aws:iam::MANAGEMENT:role/keyreach-audit"],
            vec![],
            "is not the ARN of a role",
        ),
        (vec!["demo", "--fail-on", "bad"], vec![], "fail_on: `bad`"),
        (vec!["demo", "--format", "pdf"], vec![], "format: `pdf`"),
        (vec!["scan"], vec![("KEYREACH_REGIONS", "moon")], "regions: `moon`"),
        (vec!["scan", "--config", "none.toml"], vec![], "none.toml"),
        (vec!["scan"], vec![("AWS_ENDPOINT_URL", "http://kms.example:80")], "http://kms.example:80"),
        (vec!["scan"], vec![("AWS_ENDPOINT_URL_KMS", "http://10.0.0.1")], "http://10.0.0.1"),
        (vec!["scan"], vec![("AWS_CA_BUNDLE", "none.pem")], "AWS_CA_BUNDLE"),
    ] {
        let (code, said) = outcome(home.path(), &arguments, &environment);
        assert_eq!(code, 2, "{arguments:?} {environment:?}: {said}");
        assert!(said.contains(words), "{arguments:?}: {said}");
    }
    for (text, words) in [
        ("[scan]\nregoins = 'auto'\n", "regoins"),
        ("[scan]\naccounts = [111122223333]\n", "a text in quotes"),
        ("[report]\nout = ''\n", "report.out: `` is not a folder"),
    ] {
        fs::write(home.path().join("wrong.toml"), text).unwrap();
        let (code, said) = outcome(home.path(), &["scan", "--config", "wrong.toml"], &[]);
        assert_eq!(code, 2, "{said}");
        assert!(said.contains(words), "{said}");
    }
    let accept = "[[accept]]\ncheck = 'rotation-disable'\naccount = '1*'\nreason = 'a'\nowner = 'b'\nexpires = '2027-01-31'\n";
    fs::write(home.path().join("wrong.toml"), accept).unwrap();
    let (code, said) = outcome(home.path(), &["demo", "--config", "wrong.toml"], &[]);
    assert_eq!(code, 2);
    assert!(
        said.contains("accept.check: `rotation-disable`") && said.contains("rotation-disabled"),
        "{said}"
    );
}

#[test]
fn what_cannot_run_at_all_says_why() {
    let home = TempDir::new().unwrap();
    let (code, said) = outcome(home.path(), &["scan"], &[]);
    assert_eq!(code, 1, "{said}");
    assert!(
        said.contains("no AWS credentials found: looked in the environment") && !said.contains("Attempted")
    );
    assert_eq!(said.lines().count(), 1, "{said}");
    let (code, said) = outcome(home.path(), &["scan"], &[("AWS_PROFILE", "typo")]);
    assert!(code == 1 && said.contains("no AWS credentials found for profile `typo`"), "{said}");
    assert!(said.contains("`aws sso login --profile typo`"), "{said}");
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0, "a scan that could not start leaves no folder");
    fs::create_dir(home.path().join("mine")).unwrap();
    assert_eq!(outcome(home.path(), &["scan", "--out", "mine/a/b"], &[]).0, 1);
    assert_eq!(fs::read_dir(home.path().join("mine")).unwrap().count(), 0, "and takes away only its own");

    fs::write(home.path().join("file"), "in the way").unwrap();
    let (code, said) = outcome(home.path(), &["demo", "--out", "file/below"], &[]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("file/below"), "{said}");

    for (name, text) in [("empty.json", ""), ("garbage.json", "{\"a\":1}"), ("page.json", "<html>")] {
        fs::write(home.path().join(name), text).unwrap();
        let (code, said) = outcome(home.path(), &["analyze", name], &[]);
        assert_eq!(code, 1, "{said}");
        assert!(said.contains(name) && said.contains("not a keyreach snapshot"), "{said}");
    }
    let (code, said) = outcome(home.path(), &["analyze", "none.json"], &[]);
    assert_eq!(code, 1);
    assert!(said.contains("cannot read `none.json`"), "{said}");
    fs::write(home.path().join("old.json"), "{\"schema_version\":\"0.1\"}").unwrap();
    assert!(outcome(home.path(), &["analyze", "old.json"], &[]).1.contains("schema version `0.1`"));
}

#[test]
fn a_demo_shows_its_gaps_and_writes_for_its_owner_alone() {
    let (output, folder) = &*DEMO;
    assert_eq!(output.status.code(), Some(4));
    let said = error(output);
    for words in [
        "coverage incomplete",
        "the worst keys, 5 of ",
        "  critical: ",
        "not read:",
        "  denied: sts:AssumeRole in ",
        "; reports in .\n",
        "keyreach: read ./report.html\n",
        "keyreach: next: keyreach who-can kms:",
        " --snapshot ./snapshot.json\n",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    let mut written: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| {
            (entry.file_name().into_string().unwrap(), entry.metadata().unwrap().permissions().mode() & 0o777)
        })
        .collect();
    written.sort();
    let names = ["report.html", "report.json", "snapshot.json"];
    assert_eq!(written, names.map(|name| (name.to_owned(), 0o600)));
}

#[test]
fn acceptances_that_accept_nothing_are_told() {
    let home = TempDir::new().unwrap();
    let (_, folder) = &*DEMO;
    let accept = |check: &str, account: &str, expires: &str| {
        format!(
            "[[accept]]\ncheck = '{check}'\naccount = '{account}'\nreason = 'known'\nowner = 'the team'\n\
             expires = '{expires}'\n"
        )
    };
    let settings = accept("public-key-access", "*", "2999-01-31")
        + &accept("public-key-access", "000000000000", "2999-01-31")
        + &accept("single-writer", "*", "2001-01-31")
        + "ticket = 'SEC-7'\n";
    fs::write(home.path().join("keyreach.toml"), settings).unwrap();
    let snapshot = folder.join("snapshot.json");
    let arguments =
        ["analyze", snapshot.to_str().unwrap(), "--out", ".", "--config", "keyreach.toml", "--allow-gaps"];
    let (code, said) = outcome(home.path(), &arguments, &[]);
    assert_eq!(code, 0, "{said}");
    assert!(
        said.contains("public-key-access, account 000000000000, by the team (known) fits no finding"),
        "{said}"
    );
    assert!(
        said.contains("single-writer, account *, by the team, SEC-7 (known) expired on 2001-01-31; "),
        "{said}"
    );
    assert_eq!(said.matches("the acceptance of").count(), 2, "{said}");
    let text = fs::read_to_string(home.path().join("report.json")).unwrap();
    let report: serde_json::Value = serde_json::from_str(&text).unwrap();
    let states: Vec<&str> =
        report["acceptances"].as_array().unwrap().iter().map(|one| one["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["in_force", "unused", "expired"]);
}

#[test]
fn gaps_can_be_allowed_and_silence_asked_for() {
    let folder = TempDir::new().unwrap();
    let arguments = ["demo", "--out", ".", "--allow-gaps", "--quiet", "--format", "json"];
    let output = keyreach(folder.path()).args(arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!((error(&output).as_str(), output.stdout.len()), ("", 0));
    assert!(!folder.path().join("report.html").exists());
    assert!(folder.path().join("report.json").exists());
}

#[test]
fn every_format_can_be_asked_for_and_no_batch_of_an_earlier_run_is_left() {
    let (_, demo) = &*DEMO;
    let folder = TempDir::new().unwrap();
    let region = folder.path().join("asff/111122223333/us-east-1");
    fs::create_dir_all(&region).unwrap();
    for name in ["batch-0099.json", "notes.txt"] {
        fs::write(region.join(name), "[]").unwrap();
    }
    let snapshot = demo.join("snapshot.json");
    let formats = keyreach::config::Format::ALL.map(keyreach::config::Format::as_str).join(",");
    let arguments = ["analyze", snapshot.to_str().unwrap(), "--out", ".", "--format", &formats];
    let output = keyreach(folder.path()).args(arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(4), "{}", error(&output));
    for name in [
        "report.html",
        "report.json",
        "keys.ndjson",
        "findings.ndjson",
        "coverage.ndjson",
        "keys.csv",
        "findings.csv",
        "coverage.csv",
        "findings.ocsf.ndjson",
        "report.sarif",
        "metrics.prom",
        "report.md",
        "asff/111122223333/us-east-1/batch-0001.json",
        "asff/111122223333/us-east-1/notes.txt",
    ] {
        assert!(folder.path().join(name).is_file(), "{name}");
    }
    let batch = fs::metadata(region.join("batch-0001.json")).unwrap();
    assert_eq!(batch.permissions().mode() & 0o777, 0o600);
    assert!(!region.join("batch-0099.json").exists());
    let made = fs::read_dir(folder.path().join("asff")).unwrap().map(|entry| entry.unwrap());
    let modes: BTreeSet<u32> = made
        .filter(|entry| entry.file_name() != "111122223333")
        .map(|entry| entry.metadata().unwrap().permissions().mode() & 0o777)
        .collect();
    assert_eq!(modes, BTreeSet::from([0o700]), "the names of folders are accounts");
}

#[test]
fn what_lies_behind_a_link_is_not_taken_away() {
    let (_, demo) = &*DEMO;
    let home = TempDir::new().unwrap();
    let old = home.path().join("elsewhere/111122223333/us-east-1/batch-0099.json");
    fs::create_dir_all(old.parent().unwrap()).unwrap();
    fs::write(&old, "[]").unwrap();
    fs::create_dir(home.path().join("out")).unwrap();
    std::os::unix::fs::symlink(home.path().join("elsewhere"), home.path().join("out/asff")).unwrap();
    let snapshot = demo.join("snapshot.json");
    let arguments = ["analyze", snapshot.to_str().unwrap(), "--out", "out", "--format", "asff"];
    let output = keyreach(home.path()).args(arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(4), "{}", error(&output));
    assert!(old.exists());
}

#[test]
fn a_saved_snapshot_gives_the_same_reports_to_the_byte() {
    let (_, folder) = &*DEMO;
    let again = TempDir::new().unwrap();
    let snapshot = folder.join("snapshot.json");
    let arguments = ["analyze", snapshot.to_str().unwrap(), "--out", "."];
    let output = keyreach(again.path()).args(arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(4));
    let mut command = keyreach(again.path());
    let output =
        command.args(["analyze", "-", "--out", "piped"]).pipe_stdin(&snapshot).unwrap().output().unwrap();
    assert_eq!(output.status.code(), Some(4), "{}", error(&output));
    assert!(fs::read(again.path().join("piped/snapshot.json")).unwrap() == fs::read(&snapshot).unwrap());
    for name in ["report.html", "report.json", "snapshot.json"] {
        let [first, second] = [folder, again.path()].map(|folder| fs::read(folder.join(name)).unwrap());
        assert!(first == second, "{name}");
    }
}
