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

/// A policy that lets its own account govern, with more statements.
fn policy(more: &[Value]) -> String {
    let own = json!({ "Sid": "Account", "Effect": "Allow", "Principal": { "AWS": "arn:aws:iam::111122223333:root" },
                      "Action": "kms:*", "Resource": "*" });
    let statements: Vec<&Value> = std::iter::once(&own).chain(more).collect();
    serde_json::to_string_pretty(&json!({ "Version": "2012-10-17", "Statement": statements })).unwrap()
}

fn open() -> Value {
    json!({ "Sid": "Open", "Effect": "Allow", "Principal": "*", "Action": "kms:Decrypt", "Resource": "*" })
}

#[test]
fn a_checked_policy_is_named_with_line_and_column() {
    let home = TempDir::new().unwrap();
    fs::write(home.path().join("good.json"), policy(&[])).unwrap();
    fs::write(
        home.path().join("idle.json"),
        "{\"Statement\":\n  {\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"111122223333\"},\"Action\":\"kms:*\"}}",
    )
    .unwrap();
    fs::write(home.path().join("broken.json"), "{\"Statement\":[],\n\"Statement\":[]}").unwrap();
    assert_eq!(run(home.path(), &["check", "good.json"]), (0, String::new(), String::new()));
    let all = ["check", "good.json", "idle.json", "broken.json", "--fail-on", "none"];
    let (code, out, _) = run(home.path(), &all);
    assert_eq!(code, 3);
    let at = |start: &str| out.lines().filter(|line| line.starts_with(start)).count();
    assert_eq!((at("idle.json:2:3: no effect: "), at("broken.json:2:1: error: ")), (1, 1), "{out}");
    assert_eq!(at("idle.json:1:1: critical: "), 1, "nobody can govern it: {out}");
    let (code, out, error) = run(home.path(), &["check", "none.json", "idle.json"]);
    assert_eq!(code, 1);
    assert!(out.contains("idle.json") && error.contains("none.json"), "{out} {error}");
}

/// What the AWS CLI prints, as JSON and as text, is read as it is; places are those of the policy.
#[test]
fn what_get_key_policy_prints_is_read_as_it_is() {
    let home = TempDir::new().unwrap();
    for (text, code) in [(policy(&[]), 0), (policy(&[open()]), 3), ("{".to_owned(), 3)] {
        fs::write(home.path().join("bare.json"), &text).unwrap();
        let answer = json!({ "Policy": text, "PolicyName": "default" }).to_string();
        fs::write(home.path().join("answer.json"), answer).unwrap();
        fs::write(home.path().join("plain.txt"), format!("{text}\tdefault\n")).unwrap();
        let bare = run(home.path(), &["check", "bare.json"]);
        assert_eq!(bare.0, code, "{bare:?}");
        for (file, name) in [("answer.json", "answer.json (Policy)"), ("plain.txt", "plain.txt")] {
            let (read, out, error) = run(home.path(), &["check", file]);
            assert_eq!((read, error.as_str()), (code, ""), "{out}");
            assert_eq!(out.replace(name, "bare.json"), bare.1);
        }
        let mut command = keyreach(home.path());
        let piped = command.args(["check", "-"]).write_stdin(text).output().unwrap();
        assert_eq!(piped.status.code(), Some(code));
    }
}

#[test]
fn a_policy_that_lets_everybody_in_or_nobody_govern_does_not_pass() {
    let home = TempDir::new().unwrap();
    fs::write(home.path().join("open.json"), policy(&[open()])).unwrap();
    let (code, out, error) = run(home.path(), &["check", "open.json"]);
    assert_eq!((code, error.as_str()), (3, ""));
    let place =
        policy(&[open()]).lines().position(|line| line.contains("\"Action\": \"kms:Decrypt\"")).unwrap();
    assert!(out.starts_with(&format!("open.json:{place}:5: critical: Statement Open of the key policy lets any AWS account call kms:Decrypt.")), "{out}");
    assert!(out.contains("(public-key-access)"), "{out}");

    let user = json!({ "Effect": "Allow", "Principal": { "AWS": "arn:aws:iam::111122223333:user/app" },
                       "Action": "kms:Encrypt", "Resource": "*" });
    let lock = json!({ "Statement": [open(), user] }).to_string();
    fs::write(home.path().join("lock.json"), lock).unwrap();
    let (code, out, _) = run(home.path(), &["check", "lock.json"]);
    assert!(code == 3 && out.contains("(policy-locked-out)") && out.contains("(public-key-access)"), "{out}");

    let partner = json!({ "Sid": "Partner", "Effect": "Allow", "Principal": { "AWS": "444455556666" },
                          "Action": "kms:Decrypt", "Resource": "*" });
    fs::write(home.path().join("partner.json"), policy(std::slice::from_ref(&partner))).unwrap();
    assert_eq!(run(home.path(), &["check", "partner.json"]).0, 3);
    let trusted = "[[trusted.account]]\nid = '444455556666'\nname = 'partner'\nreason = 'a contract'\n";
    fs::write(home.path().join("keyreach.toml"), trusted).unwrap();
    assert_eq!(
        run(home.path(), &["check", "partner.json", "--config", "keyreach.toml", "--fail-on", "critical"]).0,
        0
    );
    assert_eq!(
        run(home.path(), &["check", "partner.json", "--fail-on", "critical"]),
        (0, String::new(), String::new())
    );
    let (code, out, _) = run(home.path(), &["check", "partner.json", "--fail-on", "none"]);
    assert!(code == 0 && out.contains("(external-account-access)"), "shown, and no failure: {out}");
    let (code, _, error) = run(home.path(), &["check", "partner.json", "--fail-on", "bad"]);
    assert!(code == 2 && error.contains("critical, high, medium, low, none"), "{error}");
    for (flag, value) in [("--account", "1"), ("--organization", "o-1")] {
        assert_eq!(run(home.path(), &["check", "partner.json", flag, value]).0, 2);
    }
}

#[test]
fn what_is_not_known_of_a_policy_is_said() {
    let home = TempDir::new().unwrap();
    let mut members = open();
    members["Condition"] = json!({ "StringEquals": { "aws:PrincipalOrgID": "o-a1b2c3d4e5" } });
    fs::write(home.path().join("members.json"), policy(&[members])).unwrap();
    let (code, out, _) = run(home.path(), &["check", "members.json"]);
    assert_eq!(
        (code, out.as_str()),
        (0, "members.json:1:1: not known: who outside could use the key: say --organization\n")
    );
    let told = ["check", "members.json", "--organization", "o-a1b2c3d4e5"];
    assert_eq!(run(home.path(), &told), (0, String::new(), String::new()));
    let other = ["check", "members.json", "--organization", "o-zzzzzzzzzz"];
    assert_eq!(run(home.path(), &other).0, 3);
}

#[test]
fn programs_are_told_of_each_key_and_each_error() {
    let home = TempDir::new().unwrap();
    let mut named = open();
    named["Sid"] = json!("\u{1b}[31mOpen");
    fs::write(home.path().join("open.json"), policy(&[named])).unwrap();
    fs::write(home.path().join("broken.json"), "{\n").unwrap();
    let (code, out, error) = run(home.path(), &["check", "open.json", "broken.json", "--format", "json"]);
    assert_eq!((code, error.as_str()), (3, ""));
    assert!(!out.contains('\u{1b}'));
    let document: Value = serde_json::from_str(&out).unwrap();
    let key = &document["keys"][0];
    assert_eq!(document["keys"].as_array().unwrap().len(), 1, "{document}");
    let members = ["file", "resource", "indirect", "level", "verdict", "refused_for_caller"]
        .map(|name| key[name].clone());
    assert_eq!(
        members,
        [json!("open.json"), Value::Null, Value::Null, json!("public"), json!("unknown"), Value::Null]
    );
    assert_eq!(key["unknown"], json!(["account", "organization", "iam", "guardrails"]));
    let finding =
        key["findings"].as_array().unwrap().iter().find(|of| of["check"] == "public-key-access").unwrap();
    assert_eq!(
        (&finding["severity"], &finding["status"], &finding["column"]),
        (&json!("critical"), &json!("fail"), &json!(5))
    );
    assert!(finding["line"].as_u64().unwrap() > 8);
    let wrong = &document["errors"][0];
    assert_eq!(
        (&wrong["file"], &wrong["line"], &wrong["level"]),
        (&json!("broken.json"), &json!(2), &json!("error"))
    );
    assert!(wrong["message"].is_string());
}

/// Who checks a template is told which form is read.
#[test]
fn what_is_no_policy_is_told_from_a_broken_one() {
    let home = TempDir::new().unwrap();
    for (name, text, is_other) in [
        ("main.tf", "resource \"aws_kms_key\" \"a\" {}", true),
        ("template.json", r#"{"AWSTemplateFormatVersion":"2010-09-09","Resources":{}}"#, true),
        ("plan.json", r#"{"format_version":"1.2","planned_values":{}}"#, true),
        ("broken.json", "{\"Statement\":", false),
    ] {
        fs::write(home.path().join(name), text).unwrap();
        let (code, out, error) = run(home.path(), &["check", name]);
        assert_eq!(code, 3, "{out}{error}");
        assert_eq!(error.contains("key policies are read as JSON"), is_other, "{name}: {error}");
        assert!(out.contains(&format!("{name}:")), "{out}");
    }
}
