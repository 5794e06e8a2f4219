//! `keyreach diff` on the demo: one change of each kind is shown once, nothing where nothing changed, and what was
//! not read closes nothing.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::LazyLock,
};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{DEMO, error, keyreach, unread};

fn demo(name: &str) -> PathBuf {
    DEMO.1.join(name)
}

static SNAPSHOT: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(&fs::read_to_string(demo("snapshot.json")).unwrap()).unwrap());

/// What a comparison prints, and its exit code.
fn compared(old: &Path, new: &Path, more: &[&str]) -> (String, i32) {
    let home = TempDir::new().unwrap();
    let output = keyreach(home.path()).arg("diff").args([old, new]).args(more).output().unwrap();
    assert_eq!(error(&output), "", "{more:?}");
    (String::from_utf8(output.stdout).unwrap(), output.status.code().unwrap())
}

/// The demo against the demo after a change of its snapshot.
fn after(change: impl Fn(&mut Value)) -> Value {
    let home = TempDir::new().unwrap();
    let new = changed(home.path(), change);
    let (text, _) = compared(&demo("report.json"), &new, &["--format", "json"]);
    serde_json::from_str(&text).unwrap()
}

fn changed(home: &Path, change: impl Fn(&mut Value)) -> PathBuf {
    let mut snapshot = SNAPSHOT.clone();
    change(&mut snapshot);
    let path = home.join("changed.json");
    fs::write(&path, snapshot.to_string()).unwrap();
    path
}

/// The cell and the place in it of the key with an alias.
fn place(snapshot: &Value, alias: &str) -> (usize, usize) {
    let cells = snapshot["cells"].as_array().unwrap();
    let in_cell = |cell: &Value| {
        let keys = cell["keys"].as_array().unwrap();
        keys.iter().position(|key| key["aliases"].as_array().unwrap().contains(&json!(alias)))
    };
    cells.iter().enumerate().find_map(|(at, cell)| Some((at, in_cell(cell)?))).unwrap()
}

/// The key with an alias, to be changed.
fn key<'a>(snapshot: &'a mut Value, alias: &str) -> &'a mut Value {
    let (cell, key) = place(snapshot, alias);
    &mut snapshot["cells"][cell]["keys"][key]
}

fn policy(key: &Value) -> Value {
    serde_json::from_str(key["policy"]["known"].as_str().unwrap()).unwrap()
}

/// Changes the key policy of the key with an alias.
fn write_policy(snapshot: &mut Value, alias: &str, change: impl Fn(&mut Value)) {
    let key = key(snapshot, alias);
    let mut document = policy(key);
    change(&mut document);
    key["policy"]["known"] = json!(document.to_string());
}

fn open_to_all(policy: &mut Value) {
    policy["Statement"].as_array_mut().unwrap().push(json!({
        "Sid": "Opened", "Effect": "Allow", "Principal": "*", "Action": "kms:Decrypt", "Resource": "*",
    }));
}

/// The counts that are not zero.
fn counts(diff: &Value) -> Value {
    let counts = diff["summary"].as_object().unwrap().iter();
    counts
        .filter(|(_, count)| **count != json!(0))
        .map(|(name, count)| (name.clone(), count.clone()))
        .collect()
}

const QUIET: &str = "alias/reach/vendor";

#[test]
fn equal_runs_show_nothing_in_any_mix() {
    for (old, new) in [
        ("snapshot.json", "snapshot.json"),
        ("report.json", "report.json"),
        ("snapshot.json", "report.json"),
        ("report.json", "snapshot.json"),
    ] {
        let (text, code) = compared(&demo(old), &demo(new), &["--fail-on", "widened"]);
        assert_eq!(code, 0);
        assert!(text.ends_with(": nothing changed\n") && text.lines().count() == 1, "{text}");
    }
    // Neither the order of a list, nor a list of one for its item, nor the spelling of the text is a change.
    let diff = after(|snapshot| {
        write_policy(snapshot, QUIET, |policy| {
            let statements = policy["Statement"].as_array_mut().unwrap();
            for statement in statements.iter_mut() {
                if statement["Action"].is_string() {
                    statement["Action"] = json!([statement["Action"]]);
                } else {
                    statement["Action"].as_array_mut().unwrap().reverse();
                }
            }
        });
    });
    assert_eq!(counts(&diff), json!({}), "{diff}");
}

#[test]
fn a_policy_that_opens_is_shown_statement_by_statement() {
    let diff = after(|snapshot| write_policy(snapshot, QUIET, open_to_all));
    let changed = &diff["keys"]["changed"][0];
    assert_eq!(
        (counts(&diff)["widened"].clone(), counts(&diff)["keys_changed"].clone()),
        (json!(1), json!(1))
    );
    assert_eq!(changed["exposure"], json!({ "old": "external", "new": "public", "direction": "widened" }));
    assert_eq!(changed["reaches"][0]["kind"], "new");
    assert_eq!(changed["reaches"][0]["principal"], "*");
    let statement = &changed["policies"][0]["statements"];
    assert_eq!(statement[0]["statement"], "Opened");
    assert_eq!((statement.as_array().unwrap().len(), &statement[0]["kind"]), (1, &json!("new")));
    assert!(diff["findings"]["new"].as_array().unwrap().iter().any(|of| of["check"] == "public-key-access"));
}

/// One change of each kind in one run: each is shown at its key, and nothing else is.
#[test]
fn each_change_of_the_demo_is_shown_once() {
    let diff = after(|snapshot| {
        write_policy(snapshot, "alias/reach/vendor", open_to_all);
        write_policy(snapshot, "alias/govern/one-role", |policy| {
            policy["Statement"][0]["Principal"]["AWS"] = json!("arn:aws:iam::210987654321:role/gone");
        });
        key(snapshot, "alias/reach/partner")["tags"]["known"]["team"] = json!("core");
        key(snapshot, "alias/reach/enclave")["metadata"]["known"]["key_state"] = json!("Disabled");
        key(snapshot, "alias/catalog")["rotation"]["known"]["enabled"] = json!(false);
        let grants = key(snapshot, "alias/grants/every-sort")["grants"]["items"].as_array_mut().unwrap();
        grants.retain(|grant| grant["grantee_principal"] != "arn:aws:iam::999999999999:role/reader");
        remove(snapshot, "alias/unused");
        // The policy of one key, and the keys of one cell, cannot be read any more.
        let unread = key(snapshot, "alias/reach/member-accounts");
        unread["policy"] = json!({ "unknown": gap("kms:GetKeyPolicy", &unread["arn"]) });
        let (cell, _) = place(snapshot, "alias/xks/sovereign");
        let cell = &mut snapshot["cells"][cell];
        cell["gaps"] = json!([gap("kms:ListKeys", &json!("666677778888/eu-central-1"))]);
        (cell["visit"], cell["keys"]) = (json!("failed"), json!([]));
    });
    let mut changed: Vec<(&str, Vec<&str>)> =
        diff["keys"]["changed"].as_array().unwrap().iter().map(|key| (alias(key), parts(key))).collect();
    changed.sort_unstable();
    assert_eq!(
        changed,
        [
            ("alias/catalog", vec!["facts"]),
            ("alias/govern/one-role", vec!["lockout", "policies", "writers"]),
            ("alias/grants/every-sort", vec!["grants", "reaches"]),
            ("alias/reach/enclave", vec!["facts"]),
            ("alias/reach/member-accounts", vec!["exposure", "lockout"]),
            ("alias/reach/partner", vec!["facts"]),
            ("alias/reach/vendor", vec!["exposure", "policies", "reaches", "services"]),
        ]
    );
    let listed =
        |name: &str| -> Vec<&str> { diff["keys"][name].as_array().unwrap().iter().map(alias).collect() };
    assert_eq!(listed("gone"), ["alias/unused"]);
    assert_eq!(listed("not_seen"), ["alias/xks/sovereign", "alias/xks/unreachable"]);
    assert_eq!(listed("unread"), ["alias/reach/member-accounts"]);
    assert_eq!(diff["coverage"]["no_longer_listed"][0]["why"], "failed");
    // Nothing that was found where NEW could not look is closed.
    let out_of_sight =
        ["not_seen", "unread"].into_iter().flat_map(|name| diff["keys"][name].as_array().unwrap());
    let closed = diff["findings"]["closed"].as_array().unwrap();
    for key in out_of_sight {
        assert!(closed.iter().all(|finding| finding["key_arn"] != key["arn"]), "{closed:?}");
    }
    assert!(!closed.is_empty());
}

/// The parts of a key that changed.
fn parts(key: &Value) -> Vec<&str> {
    let parts = ["exposure", "facts", "grants", "lockout", "policies", "reaches", "services", "writers"];
    let is_empty = |value: &Value| value.is_null() || *value == json!([]);
    parts.into_iter().filter(|part| !is_empty(&key[*part])).collect()
}

fn alias(key: &Value) -> &str {
    key["aliases"][0].as_str().unwrap_or_default()
}

fn remove(snapshot: &mut Value, alias: &str) {
    let (cell, key) = place(snapshot, alias);
    snapshot["cells"][cell]["keys"].as_array_mut().unwrap().remove(key);
}

fn gap(operation: &str, resource: &Value) -> Value {
    json!({ "operation": operation, "resource": resource, "kind": "denied", "code": null, "message": "no" })
}

#[test]
fn what_widened_fails_where_it_is_asked_for() {
    let home = TempDir::new().unwrap();
    let new = changed(home.path(), |snapshot| write_policy(snapshot, QUIET, open_to_all));
    let (old, gate) = (demo("report.json"), ["--fail-on", "widened"]);
    assert_eq!(compared(&old, &new, &gate).1, 3);
    assert_eq!(compared(&old, &new, &[]).1, 0);
    assert_eq!(compared(&new, &old, &gate).1, 0);
    let (page, code) = compared(&old, &new, &["--fail-on", "widened", "--format", "markdown"]);
    let arguments = ["diff", old.to_str().unwrap(), new.to_str().unwrap(), "--fail-on", "widened"];
    assert_eq!(unread(home.path(), &arguments), (3, String::new()), "the verdict outlives its reader");
    assert!(
        code == 3 && page.contains("\n### Widened\n") && page.contains("  - policy `+ statement Opened`")
    );
}

/// A role that broke does not turn the gate green.
#[test]
fn a_run_that_read_less_does_not_pass() {
    let home = TempDir::new().unwrap();
    let code = |change: &dyn Fn(&mut Value), gate: &str| {
        let new = changed(home.path(), change);
        let files = [demo("report.json"), new];
        let output =
            keyreach(home.path()).arg("diff").args(&files).args(["--fail-on", gate]).output().unwrap();
        let said = error(&output);
        assert_eq!(said.contains("could not read what OLD read"), output.status.code() != Some(0), "{said}");
        output.status.code().unwrap()
    };
    let failed = |snapshot: &mut Value| {
        let (cell, _) = place(snapshot, QUIET);
        snapshot["cells"][cell]["visit"] = json!("failed");
        snapshot["cells"][cell]["keys"] = json!([]);
    };
    let policy_unread = |snapshot: &mut Value| {
        let key = key(snapshot, QUIET);
        key["policy"] = json!({ "unknown": gap("kms:GetKeyPolicy", &key["arn"]) });
    };
    let organization = |snapshot: &mut Value| {
        let gap = gap("organizations:ListPolicies", &json!("SERVICE_CONTROL_POLICY"));
        snapshot["organization"]["known"]["guardrails"]["gap"] = gap;
    };
    let alone = |snapshot: &mut Value| {
        let own = snapshot["scan"]["caller_account"].clone();
        snapshot["cells"].as_array_mut().unwrap().retain(|cell| cell["account_id"] == own);
    };
    let changes: [&dyn Fn(&mut Value); 4] = [&failed, &policy_unread, &organization, &alone];
    for (at, change) in changes.into_iter().enumerate() {
        let codes = ["none", "widened", "unread", "widened,unread"].map(|gate| code(change, gate));
        assert_eq!(codes, [0, 4, 3, 3], "{at}");
        let worse = |snapshot: &mut Value| {
            write_policy(snapshot, "alias/xks/sovereign", open_to_all);
            change(snapshot);
        };
        if at < 3 {
            assert_eq!(code(&worse, "widened"), 3, "{at}");
        }
    }
    // What is gone is not missed.
    let account = |snapshot: &Value| {
        let (cell, _) = place(snapshot, QUIET);
        snapshot["cells"][cell]["account_id"].clone()
    };
    let left = |snapshot: &mut Value| {
        let gone = account(snapshot);
        snapshot["cells"].as_array_mut().unwrap().retain(|cell| cell["account_id"] != gone);
        snapshot["accounts"].as_array_mut().unwrap().retain(|of| of["id"] != gone);
        snapshot["organization"]["known"]["members"]["items"]
            .as_array_mut()
            .unwrap()
            .retain(|id| *id != gone);
    };
    let off = |snapshot: &mut Value| {
        let (cell, _) = place(snapshot, QUIET);
        snapshot["cells"][cell]["visit"] = json!("disabled");
        snapshot["cells"][cell]["keys"] = json!([]);
    };
    let none: [&dyn Fn(&mut Value); 3] = [&|_: &mut Value| {}, &left, &off];
    for (at, change) in none.into_iter().enumerate() {
        assert_eq!(code(change, "unread"), 0, "{at}");
    }
}

#[test]
fn what_is_no_run_is_refused_with_its_name() {
    let home = TempDir::new().unwrap();
    let good = demo("report.json");
    for (name, text, words) in [
        ("empty.json", "", "is neither a keyreach snapshot nor a report"),
        ("other.json", "{\"schema_version\":\"1.0\"}", "is neither a keyreach snapshot nor a report"),
        ("half.json", "{\"schema_version\":\"1.0\",\"coverage\":{}}", "is neither"),
        ("cut.json", "{\"schema_version\":\"1.0\",\"coverage\":{", "is cut short"),
        ("late.json", "{\"schema_version\":\"2.0\",\"coverage\":{}}", "has schema version `2.0`"),
        ("late-snapshot.json", "{\"schema_version\":\"9.0\",\"cells\":[]}", "schema version `9.0`"),
    ] {
        fs::write(home.path().join(name), text).unwrap();
        for files in [[name, good.to_str().unwrap()], [good.to_str().unwrap(), name]] {
            let output = keyreach(home.path()).arg("diff").args(files).output().unwrap();
            assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0), "{name}");
            assert!(error(&output).contains(words) && error(&output).contains(name), "{}", error(&output));
        }
    }
    let output = keyreach(home.path()).args(["diff", ".", "."]).output().unwrap();
    assert!(error(&output).contains("cannot read `.`"), "{}", error(&output));
    let output = keyreach(home.path()).args(["diff", "none.json", "none.json"]).output().unwrap();
    assert!(error(&output).contains("cannot read `none.json`"), "{}", error(&output));
    let output = keyreach(home.path()).args(["diff", "a", "b", "--fail-on", "high"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
}

/// A run may come through a pipe, which gives its text once.
#[test]
fn a_run_comes_through_a_pipe() {
    let home = TempDir::new().unwrap();
    for name in ["snapshot.json", "report.json"] {
        let mut command = keyreach(home.path());
        command.arg("diff").arg(demo("report.json")).arg("/dev/stdin").pipe_stdin(demo(name)).unwrap();
        let output = command.output().unwrap();
        assert!(String::from_utf8_lossy(&output.stdout).contains(": nothing changed"), "{}", error(&output));
    }
}

/// A change of a key policy.
type Rewriting<'a> = &'a dyn Fn(&mut Value);

/// What was let in before, by a wider name or by fewer statements, is let in still: the gate stays shut.
#[test]
fn a_policy_that_is_rewritten_or_tightened_widens_nothing() {
    let partner = |policy: &Value| {
        let statements = policy["Statement"].as_array().unwrap();
        statements.iter().position(|of| of["Sid"] == "Partner").unwrap()
    };
    let split = |policy: &mut Value| {
        let at = partner(policy);
        let mut second = policy["Statement"][at].clone();
        let actions = second["Action"].as_array().unwrap().clone();
        assert!(actions.len() > 1);
        policy["Statement"][at]["Action"] = json!(actions[..1]);
        (second["Action"], second["Sid"]) = (json!(actions[1..]), json!("Second"));
        policy["Statement"].as_array_mut().unwrap().push(second);
    };
    let narrow = |policy: &mut Value| {
        let at = partner(policy);
        policy["Statement"][at]["Principal"] = json!({ "AWS": "arn:aws:iam::999999999999:role/x" });
    };
    let close = |policy: &mut Value| {
        let statements = policy["Statement"].as_array_mut().unwrap();
        let open = statements.iter_mut().find(|of| of["Principal"] == "*").unwrap();
        open["Principal"] = json!({ "AWS": "arn:aws:iam::888888888888:root" });
    };
    let gate = ["--fail-on", "widened", "--format", "json"];
    let home = TempDir::new().unwrap();
    let same = demo("report.json");
    let rewritten: [(&str, Rewriting<'_>); 3] =
        [("alias/reach/partner", &split), ("alias/reach/partner", &narrow), (QUIET, &close)];
    for (at, (alias, change)) in rewritten.into_iter().enumerate() {
        let old = if alias == QUIET {
            changed(home.path(), |snapshot| write_policy(snapshot, alias, open_to_all))
        } else {
            same.clone()
        };
        let old_snapshot =
            fs::read_to_string(if alias == QUIET { old.clone() } else { demo("snapshot.json") });
        let mut snapshot: Value = serde_json::from_str(&old_snapshot.unwrap()).unwrap();
        write_policy(&mut snapshot, alias, change);
        let new = home.path().join("new.json");
        fs::write(&new, snapshot.to_string()).unwrap();
        let (text, code) = compared(&old, &new, &gate);
        assert_eq!(code, 0, "{at}: {text}");
        assert!(text.contains("\"changed\""), "{at}: {text}");
        // A merged statement is the way back of a split one; the others open again.
        assert_eq!(compared(&new, &old, &gate).1, if at == 0 { 0 } else { 3 }, "{at}");
    }
}

/// What OLD had found is named before all that a check now cannot tell.
#[test]
fn what_was_lost_from_sight_is_named_first_and_once() {
    let home = TempDir::new().unwrap();
    let old = changed(home.path(), |snapshot| write_policy(snapshot, QUIET, open_to_all));
    let mut snapshot: Value = serde_json::from_str(&fs::read_to_string(&old).unwrap()).unwrap();
    let unread = key(&mut snapshot, QUIET);
    unread["policy"] = json!({ "unknown": gap("kms:GetKeyPolicy", &unread["arn"]) });
    let new = home.path().join("new.json");
    fs::write(&new, snapshot.to_string()).unwrap();
    let (text, _) = compared(&old, &new, &[]);
    let lines: Vec<&str> =
        text.lines().skip_while(|line| *line != "Findings of which NEW cannot tell").skip(1).collect();
    let found = lines.iter().filter(|line| line.contains("  OLD found it; a fact was not read")).count();
    assert!(found > 0 && lines.len() == found + 1, "{text}");
    assert!(lines[0].contains("public-key-access"), "{text}");
    assert!(lines.last().unwrap().ends_with("  Not read: the policies of the key"), "{text}");
    let mut checks: Vec<&str> =
        lines[..found].iter().filter_map(|line| line.split_whitespace().nth(1)).collect();
    let all = checks.len();
    checks.dedup();
    assert_eq!(checks.len(), all, "{text}");
}
