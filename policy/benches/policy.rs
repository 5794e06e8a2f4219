//! Authorizations per second over small, typical and largest policies, parsing in bytes per second, and the
//! ratio to the core of @cloud-copilot/iam-simulate on the same generated cases. That comparison needs
//! node and what `tests/real/oracle/run` installs; without them it is skipped, loudly.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a benchmark reports on the terminal")]
#![expect(clippy::disallowed_methods, reason = "the oracle is a process of its own, timed with the clock")]
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot run shall stop")]

use std::{
    hint::black_box,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use criterion::{Criterion, Throughput};
use keyreach_policy::{Policy, authorize, simulate::Case, syntax::Document};
use serde_json::{Value, json};

/// A key policy as large as KMS accepts.
const LARGEST: usize = 32_768;

fn statement(index: usize) -> Value {
    let role = |name: &str| format!("arn:aws:iam::111122223333:role/{name}-{index}");
    match index % 4 {
        0 => json!({
            "Sid": format!("Use{index}"), "Effect": "Allow",
            "Principal": { "AWS": [role("app"), role("worker")] },
            "Action": ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"],
            "Resource": "*",
        }),
        1 => json!({
            "Sid": format!("Via{index}"), "Effect": "Allow", "Principal": { "AWS": "*" },
            "Action": ["kms:Decrypt", "kms:CreateGrant"], "Resource": "*",
            "Condition": { "StringEquals": {
                "kms:CallerAccount": "111122223333", "kms:ViaService": format!("s{index}.us-east-1.amazonaws.com"),
            } },
        }),
        2 => json!({
            "Sid": format!("Perimeter{index}"), "Effect": "Deny", "Principal": "*", "Action": "kms:*",
            "Resource": "arn:aws:kms:*:111122223333:key/*",
            "Condition": {
                "StringNotEqualsIfExists": { "aws:PrincipalOrgID": "o-a1b2c3d4e5" },
                "ArnNotLike": { "aws:PrincipalArn": [role("break-glass"), "arn:aws:iam::*:role/ops-*"] },
                "BoolIfExists": { "aws:PrincipalIsAWSService": "false" },
            },
        }),
        _ => json!({
            "Sid": format!("Logs{index}"), "Effect": "Allow", "Principal": { "Service": "logs.us-east-1.amazonaws.com" },
            "Action": ["kms:Encrypt*", "kms:Decrypt*", "kms:Describe*"], "Resource": "*",
            "Condition": { "ArnLike": { "kms:EncryptionContext:aws:logs:arn":
                format!("arn:aws:logs:us-east-1:111122223333:log-group:/app/{index}/*") } },
        }),
    }
}

/// A key policy of so many statements; the last one delegates to the account.
fn policy(statements: usize) -> Value {
    let root = json!({
        "Sid": "Account", "Effect": "Allow", "Principal": { "AWS": "arn:aws:iam::111122223333:root" },
        "Action": "kms:*", "Resource": "*",
    });
    let all: Vec<Value> = (0..statements - 1).map(statement).chain([root]).collect();
    json!({ "Version": "2012-10-17", "Id": "bench", "Statement": all })
}

fn case(key_policy: &Value) -> Case {
    let case = json!({
        "id": "bench",
        "request": {
            "principal": "arn:aws:sts::111122223333:assumed-role/Reader/s", "action": "kms:Decrypt",
            "resource": "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
            "context": {
                "aws:SourceIp": ["203.0.113.9"], "aws:SecureTransport": ["true"],
                "aws:RequestedRegion": ["us-east-1"], "kms:EncryptionContext:Dept": ["IT"],
            },
        },
        "key_policies": [key_policy],
        "identity_policies": [{ "Version": "2012-10-17", "Statement": [
            { "Effect": "Allow", "Action": "kms:*", "Resource": "arn:aws:kms:*:111122223333:key/*" },
        ] }],
        "organization": { "id": "o-a1b2c3d4e5", "management_account_id": "999999999999", "members": ["111122223333"] },
    });
    Case::parse(&case.to_string()).unwrap()
}

fn largest() -> Value {
    let fits = |count: &usize| policy(*count).to_string().len() <= LARGEST;
    policy((2..).take_while(fits).last().unwrap())
}

fn authorizations(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("authorize");
    group.throughput(Throughput::Elements(1));
    for (name, document) in [("small", policy(4)), ("typical", policy(15)), ("largest", largest())] {
        let case = case(&document);
        let policies = case.policies();
        group
            .bench_function(name, |bencher| bencher.iter(|| authorize(black_box(case.request()), &policies)));
    }
    group.finish();
}

fn parsing(criterion: &mut Criterion) {
    let text = largest().to_string();
    let mut group = criterion.benchmark_group("parse");
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("tree", |bencher| bencher.iter(|| Document::parse(black_box(&text)).unwrap()));
    group.bench_function("ready to evaluate", |bencher| {
        bencher.iter(|| Policy::parse(black_box(&text)).unwrap())
    });
    group.finish();
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// `keyreach simulate` cases, one a line, as the comparison with the oracle generates them.
fn generated(count: usize) -> Option<String> {
    let script = format!(
        "import json, generate\ng = generate.Generator(1)\nfor i in range({count}): print(json.dumps(g.case(str(i))))"
    );
    let python = Command::new("python3")
        .args(["-B", "-c", &script])
        .current_dir(root().join("tests/real/oracle"))
        .output()
        .ok()?;
    python.status.success().then(|| String::from_utf8(python.stdout).unwrap())
}

/// How long the oracle takes for one of the cases.
fn oracle(cases: &str, rounds: u32) -> Option<Duration> {
    let modules = root().join("target/real/oracle/node_modules");
    modules.exists().then_some(())?;
    let mut node = Command::new("node")
        .arg(root().join("tests/real/oracle/oracle.mjs"))
        .args(["--bench", &rounds.to_string()])
        .env("ORACLE_MODULES", modules)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .ok()?;
    node.stdin.take()?.write_all(cases.as_bytes()).ok()?;
    let output = node.wait_with_output().ok()?;
    let answer: Value = serde_json::from_slice(&output.stdout).ok()?;
    Some(Duration::from_nanos(answer.get("nanoseconds")?.as_f64()? as u64))
}

fn compare() {
    let Some((text, theirs)) =
        generated(1_000).and_then(|text| oracle(&text, 5).map(|theirs| (text, theirs)))
    else {
        eprintln!("SKIPPED: the comparison with iam-simulate; run tests/real/oracle/run once to install it");
        return;
    };
    let cases: Vec<Case> = text.lines().map(|line| Case::parse(line).unwrap()).collect();
    let prepared: Vec<_> = cases.iter().map(|case| (case.request(), case.policies())).collect();
    let all = |rounds: u32| {
        for _ in 0..rounds {
            for (request, policies) in &prepared {
                black_box(authorize(black_box(request), policies));
            }
        }
    };
    all(20);
    let (rounds, start) = (200, Instant::now());
    all(rounds);
    let ours = start.elapsed() / rounds / u32::try_from(prepared.len()).unwrap();
    println!(
        "compared with iam-simulate's core on {} generated cases: {theirs:?} there, {ours:?} here, {:.0} times faster",
        prepared.len(),
        theirs.as_secs_f64() / ours.as_secs_f64()
    );
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    authorizations(&mut criterion);
    parsing(&mut criterion);
    criterion.final_summary();
    compare();
}
