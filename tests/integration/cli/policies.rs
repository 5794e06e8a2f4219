//! `simulate` and `check` as a user runs them: what they print, and their exit codes.

use std::{fs, path::Path, process::Output};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::keyreach;

/// The caller of another account is allowed by both sides.
fn case(id: &str) -> Value {
    json!({
        "id": id,
        "request": {
            "principal": "arn:aws:iam::444455556666:role/app",
            "action": "kms:Decrypt",
            "resource": "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
            "context": {},
        },
        "key_policies": [{ "Version": "2012-10-17", "Statement": [
            { "Sid": "\u{1b}[31mowner", "Effect": "Allow", "Principal": { "AWS": "111122223333" },
              "Action": "kms:*", "Resource": "*" },
            { "Effect": "Allow", "Principal": { "AWS": "444455556666" }, "Action": "kms:Decrypt", "Resource": "*" },
        ] }],
        "identity_policies": [{ "Statement": { "Effect": "Allow", "Action": "kms:*", "Resource": "*" } }],
    })
}

fn run(home: &Path, arguments: &[&str]) -> (i32, String, String) {
    let Output { status, stdout, stderr } = keyreach(home).args(arguments).output().unwrap();
    (status.code().unwrap(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

#[test]
fn a_batch_answers_each_line_also_the_malformed_ones() {
    let home = TempDir::new().unwrap();
    let lines = [case("first").to_string(), "{bad".to_owned(), String::new(), case("last").to_string()];
    fs::write(home.path().join("cases.jsonl"), lines.join("\n") + "\n").unwrap();
    let (code, out, _) = run(home.path(), &["simulate", "--batch", "cases.jsonl"]);
    assert_eq!(code, 0);
    let answers: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), 4);
    for (answer, id) in [(&answers[0], "first"), (&answers[3], "last")] {
        assert_eq!((&answer["id"], &answer["decision"]), (&json!(id), &json!("allow")));
        assert_eq!(answer["decided_by"][0], json!({ "policy": "key_policies[0]", "statement": "#1" }));
        assert!(answer.get("trace").is_none());
    }
    assert!(answers[1]["error"].is_string() && answers[2]["error"].is_string());
    assert_eq!(run(home.path(), &["simulate", "--batch", "none.jsonl"]).0, 1);
}

#[test]
fn one_case_tells_people_and_programs_what_every_statement_said() {
    let home = TempDir::new().unwrap();
    fs::write(home.path().join("case.json"), case("one").to_string()).unwrap();
    let (code, out, _) = run(home.path(), &["simulate", "--case", "case.json"]);
    assert_eq!(code, 0);
    assert!(out.starts_with("allow\n  decided by key_policies[0] #1\n"), "{out}");
    assert!(out.contains("covers other principals") && out.contains("applies, through account"), "{out}");
    assert!(out.contains(r"\u{1b}[31mowner") && !out.contains('\u{1b}'), "{out}");

    let (code, out, _) = run(home.path(), &["simulate", "--case", "case.json", "--json"]);
    let answer: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(code, 0);
    assert_eq!(answer["trace"].as_array().unwrap().len(), 3);
}

#[test]
fn a_case_that_is_none_is_a_mistake_of_the_user() {
    let home = TempDir::new().unwrap();
    fs::write(home.path().join("case.json"), "{}").unwrap();
    let (code, out, error) = run(home.path(), &["simulate", "--case", "case.json"]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(error.contains("case.json") && error.contains("request"), "{error}");
    assert_eq!(run(home.path(), &["simulate", "--case", "case.json", "--json"]).0, 2);
    assert_eq!(run(home.path(), &["simulate"]).0, 2);
    assert_eq!(run(home.path(), &["simulate", "--case", "none.json"]).0, 1);
}

#[test]
fn a_checked_policy_is_named_with_line_and_column() {
    let home = TempDir::new().unwrap();
    let good = case("")["key_policies"][0].to_string();
    fs::write(home.path().join("good.json"), &good).unwrap();
    fs::write(
        home.path().join("idle.json"),
        "{\"Statement\":\n  {\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"kms:*\"}}",
    )
    .unwrap();
    fs::write(home.path().join("broken.json"), "{\"Statement\":[],\n\"Statement\":[]}").unwrap();
    assert_eq!(run(home.path(), &["check", "good.json"]), (0, String::new(), String::new()));
    let (code, out, _) = run(home.path(), &["check", "good.json", "idle.json", "broken.json"]);
    assert_eq!(code, 3);
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(lines.len(), 2, "{out}");
    assert!(lines[0].starts_with("idle.json:2:3: no effect: "), "{out}");
    assert!(lines[1].starts_with("broken.json:2:1: error: "), "{out}");
    let answer = serde_json::json!({ "Policy": good, "PolicyName": "default" }).to_string();
    fs::write(home.path().join("answer.json"), answer).unwrap();
    let (code, out, error) = run(home.path(), &["check", "answer.json"]);
    assert_eq!(code, 3, "{out}");
    assert!(error.contains("--query Policy --output text"), "{error}");
    let (code, out, error) = run(home.path(), &["check", "none.json", "idle.json"]);
    assert_eq!(code, 1);
    assert!(out.contains("idle.json") && error.contains("none.json"), "{out} {error}");
}
