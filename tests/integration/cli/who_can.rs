//! `keyreach who-can` on the snapshot of the demo.

use std::{fs, path::PathBuf};

use serde_json::Value;
use tempfile::TempDir;

use super::{DEMO, error, keyreach};

fn snapshot() -> PathBuf {
    DEMO.1.join("snapshot.json")
}

/// What a question prints, its exit code and its errors.
fn asked(arguments: &[&str]) -> (String, i32, String) {
    let home = TempDir::new().unwrap();
    let snapshot = snapshot();
    let mut all = vec!["who-can"];
    all.extend(arguments);
    all.extend(["--snapshot", snapshot.to_str().unwrap()]);
    let output = keyreach(home.path()).args(&all).output().unwrap();
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    (text, output.status.code().unwrap(), error(&output))
}

fn answered(arguments: &[&str]) -> String {
    let (text, code, said) = asked(arguments);
    assert_eq!((code, said.as_str()), (0, ""), "{arguments:?}");
    text
}

/// Lines that begin so, with what follows them and stands further in.
fn of<'a>(text: &'a str, start: &str) -> Vec<&'a str> {
    let lines = text.lines().skip_while(|line| !line.trim_start().starts_with(start));
    let mut all = lines.clone().take(1).collect::<Vec<_>>();
    all.extend(lines.skip(1).take_while(|line| line.starts_with("      ")));
    all
}

#[test]
fn everybody_is_named_with_the_way_and_its_conditions() {
    let text = answered(&["Decrypt", "alias/reach/through-s3-only"]);
    assert!(text.starts_with("kms:Decrypt on arn:aws:kms:eu-central-1:222233334444:key/"), "{text}");
    assert!(text.contains("\n17 principals can\n"), "{text}");
    assert!(of(&text, "arn:aws:iam::222233334444:root")[0].ends_with("  key policy `Account`"));
    let admin = of(&text, "arn:aws:iam::222233334444:role/admin");
    assert!(admin[0].ends_with("key policy `Account` and AdministratorAccess `#0`"), "{admin:?}");
    let alice = of(&text, "arn:aws:iam::222233334444:user/alice");
    assert!(alice[0].ends_with("AdministratorAccess `#0` of group admins"), "{alice:?}");
    let app = of(&text, "arn:aws:iam::222233334444:role/app");
    assert_eq!(app[1..], ["      if kms:ViaService is s3.eu-central-1.amazonaws.com"]);
}

#[test]
fn outsiders_and_members_are_told_apart() {
    let text = answered(&["kms:Decrypt", "reach/vendor"]);
    let vendor = of(&text, "external");
    assert!(
        vendor[0].contains("arn:aws:iam::888888888888:role/backup  key policy `Backup vendor`"),
        "{text}"
    );
    assert!(vendor[1].contains("for example kms:Decrypt by arn:aws:sts::888888888888:assumed-role/backup/"));
    let text = answered(&["kms:Decrypt", "alias/reach/member-accounts"]);
    assert!(text.contains("arn:aws:iam::444455556666:role/admin"), "{text}");
    assert!(text.contains("somebody there holds the permission"), "{text}");
    let text = answered(&["kms:Decrypt", "alias/reach/closed-account"]);
    assert!(text.contains("not known whether somebody there holds the permission"), "{text}");
    assert!(text.contains("Not known\n  not all principals of account 909090909090 were read"), "{text}");
}

#[test]
fn what_stands_in_the_way_is_said() {
    let arn = |rest: &str| format!("arn:aws:iam::222233334444:{rest}");
    for (action, principal, words) in [
        ("PutKeyPolicy", arn("role/bounded-admin"), "implicit  its permissions boundary"),
        (
            "PutKeyPolicy",
            arn("user/bob"),
            "explicit  statement `#0` of the identity policy no-keys denies it",
        ),
        (
            "PutKeyPolicy",
            arn("role/auditor"),
            "implicit  none of its 2 identity policies allows it on this key",
        ),
        (
            "ScheduleKeyDeletion",
            "arn:aws:sts::222233334444:assumed-role/admin/me".to_owned(),
            "explicit  statement `ProtectKeys` of the service control policy keys-are-not-deleted denies it",
        ),
        ("Decrypt", arn("role/nobody"), "cannot: it does not exist"),
        ("Decrypt", arn("role/admin"), "can\n  through key policy `Account` and AdministratorAccess `#0`"),
        ("Decrypt", "arn:aws:iam::888888888888:role/backup".to_owned(), "nothing is known of its IAM"),
        (
            "PutKeyPolicy",
            "arn:aws:iam::888888888888:role/backup".to_owned(),
            "only principals of the key's own account can be allowed this",
        ),
        (
            "Decrypt",
            "arn:aws:iam::999999999999:role/x".to_owned(),
            "no statement of the key policy and no grant",
        ),
    ] {
        let text = answered(&[action, "alias/reach/vendor", "--deny-reason", &principal]);
        assert!(text.contains(words), "{action} {principal}: {text}");
    }
}

#[test]
fn flags_tell_keys_of_one_name_apart() {
    let narrowed = ["--account", "888899990000", "--region", "eu-west-1"];
    let text = answered(&[&["Decrypt", "alias/app/data-4"][..], &narrowed].concat());
    assert!(text.starts_with("kms:Decrypt on arn:aws:kms:eu-west-1:888899990000:key/"), "{text}");
    // The snapshot need not be named where a scan left one.
    let home = TempDir::new().unwrap();
    fs::create_dir(home.path().join("keyreach-out")).unwrap();
    fs::copy(snapshot(), home.path().join("keyreach-out/snapshot.json")).unwrap();
    let output = keyreach(home.path()).args(["who-can", "Decrypt", "alias/reach/vendor"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", error(&output));
}

/// Who is on call needs the blocker and the repair, not a guess at whom to ask about.
#[test]
fn where_nobody_can_the_blocker_and_the_repair_are_named() {
    for (key, words, repair) in [
        ("alias/govern/denied-to-all", "role/admin, ", "repair: Only AWS Support: "),
        (
            "alias/govern/denied-to-all",
            "    explicit  statement `Frozen` of the key policy denies it\n",
            "repair: ",
        ),
        (
            "alias/govern/blocked-by-scp",
            "    explicit  statement `PlatformOnly` of the service control policy key-policies-by-platform-team-only",
            "repair: An administrator of the organization: lift",
        ),
        (
            "alias/govern/deleted-role",
            "in the way of arn:aws:iam::210987654321:root:\n    implicit  no statement of the key policy",
            "repair: Only AWS Support: ",
        ),
        ("alias/govern/until-2020", "the conditions of key policy `UntilMigration` cannot hold", "repair: "),
    ] {
        let text = answered(&["PutKeyPolicy", key]);
        assert!(text.contains("\nNobody in the snapshot can.\n  in the way of arn:"), "{key}: {text}");
        assert!(text.contains(words) && text.contains(&format!("  {repair}")), "{key}: {text}");
        let json: Value = serde_json::from_str(&answered(&["PutKeyPolicy", key, "--json"])).unwrap();
        assert_eq!(json["blocked"]["principals"][0]["answer"], "cannot", "{json}");
        assert!(json["blocked"]["recovery"].is_string(), "{json}");
    }
    let text = answered(&["Decrypt", "alias/govern/deleted-role"]);
    assert!(!text.contains("repair:"), "who may rewrite the policy was not asked: {text}");
    let json: Value =
        serde_json::from_str(&answered(&["PutKeyPolicy", "alias/reach/vendor", "--json"])).unwrap();
    assert_eq!(json["blocked"], Value::Null, "somebody can");
}

/// That nobody is known to be able to is no lockout.
#[test]
fn nobody_for_certain_is_not_nobody() {
    let document: Value = serde_json::from_str(&fs::read_to_string(snapshot()).unwrap()).unwrap();
    let cells = document["cells"].as_array().unwrap();
    let keys = cells
        .iter()
        .filter(|cell| cell["account_id"] == "121212121212")
        .flat_map(|cell| cell["keys"].as_array().unwrap().iter().map(|key| key["arn"].as_str().unwrap()));
    let mut open = 0;
    for key in keys.take(3) {
        let text = answered(&["PutKeyPolicy", key]);
        let json: Value = serde_json::from_str(&answered(&["PutKeyPolicy", key, "--json"])).unwrap();
        let unclear = json["holders"].as_array().unwrap().len();
        open += unclear;
        if unclear > 0 {
            assert!(
                text.contains(&format!("\nNobody for certain. It is not known of {unclear}.\n")),
                "{text}"
            );
            assert!(!text.contains("Nobody in the snapshot"), "{text}");
        }
    }
    assert!(open > 0);
}

#[test]
fn a_condition_that_all_share_is_said_once() {
    let text = answered(&["Decrypt", "alias/govern/through-endpoint"]);
    let condition = "aws:SourceVpce is vpce-0123456789abcdef0";
    assert!(
        text.contains(&format!("\n11 principals can\n  each of them only if {condition}\n  arn:")),
        "{text}"
    );
    assert_eq!(text.matches(condition).count(), 1, "{text}");
    // One that some must meet stands with them.
    let text = answered(&["Decrypt", "alias/reach/through-s3-only"]);
    assert!(!text.contains("each of them") && text.contains("\n      if kms:ViaService"), "{text}");
}

#[test]
fn programs_are_answered_in_json() {
    let text = answered(&["kms:PutKeyPolicy", "alias/reach/vendor", "--json"]);
    let document: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(document["schema_version"], "1.0");
    assert_eq!(document["action"], "kms:PutKeyPolicy");
    assert_eq!(document["key"]["account_id"], "222233334444");
    let holders = document["holders"].as_array().unwrap();
    assert_eq!(holders.len(), 10);
    assert_eq!(holders[0]["kind"], "root");
    assert_eq!(holders[1]["answer"], "can");
    let way = &holders[1]["way"];
    assert_eq!(way["via"]["statement"], "Account");
    assert_eq!(way["identity_policy"]["policy"], "AdministratorAccess");
    assert_eq!(way["unconditional"], true);
    assert_eq!(way["witness"]["action"], "kms:PutKeyPolicy");
    assert_eq!(document["deny_reason"], Value::Null);
    let reason = ["--json", "--deny-reason", "arn:aws:iam::222233334444:user/bob"];
    let text = answered(&[&["kms:PutKeyPolicy", "alias/reach/vendor"][..], &reason].concat());
    let document: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(document["deny_reason"]["answer"], "cannot");
    let sides: Vec<&Value> =
        document["deny_reason"]["reasons"].as_array().unwrap().iter().map(|one| &one["side"]).collect();
    assert_eq!(sides, ["permissions_boundary", "identity_policy"]);
}

#[test]
fn what_cannot_be_asked_is_refused() {
    for (arguments, words) in [
        (vec!["kms:Frobnicate", "alias/reach/vendor"], "no KMS permission is called so"),
        (vec!["ReEncrypt", "alias/reach/vendor"], "there is kms:ReEncryptFrom, kms:ReEncryptTo"),
        (vec!["kms:CreateKey", "alias/reach/vendor"], "kms:CreateKey is not asked for a key"),
        (vec!["Decrypt", "alias/nothing"], "no key of the snapshot is called `alias/nothing`"),
        (vec!["kms:Decrpt", "alias/reach/vendor"], "there is kms:Decrypt\n"),
        (vec!["Decrypt", "alias/vendr"], "there is alias/reach/vendor"),
        (vec!["Decrypt", "vendor"], "there is alias/reach/vendor"),
        (vec!["Decrypt", "alias/baseline-1"], "give --account, --region or the ARN:"),
        (vec!["Decrypt", "alias/app/data-4"], "key/25420bb2-a862-4474-ae7c-0c15b4963cb8  (orders-dev)"),
        (vec!["Decrypt", "alias/app/data-4", "--account", "888899990000"], "error: 2 keys"),
        (vec!["Decrypt", "alias/app/data-4", "--account", "111111111111"], "in that account and Region"),
        (vec!["Decrypt", "alias/app/data-4", "--account", "1"], "is not an account id"),
        (vec!["Decrypt", "alias/reach/vendor", "--deny-reason", "bob"], "the ARN of a user"),
    ] {
        let (text, code, said) = asked(&arguments);
        assert_eq!((text.as_str(), code), ("", 2), "{arguments:?}: {said}");
        assert!(said.contains(words), "{arguments:?}: {said}");
    }
    let home = TempDir::new().unwrap();
    let none = ["who-can", "Decrypt", "alias/x", "--snapshot", "none.json"];
    let output = keyreach(home.path()).args(none).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(error(&output).contains("cannot read `none.json`"));
}

/// A key that is open to all is open to an account that it does not name.
#[test]
fn what_an_account_can_reach_is_what_names_it_and_what_is_open_to_all() {
    let report: Value =
        serde_json::from_str(&fs::read_to_string(DEMO.1.join("report.json")).unwrap()).unwrap();
    let account = "999999999999";
    let text = answered(&["Decrypt", "--from", account]);
    let json: Value = serde_json::from_str(&answered(&["Decrypt", "--from", account, "--json"])).unwrap();
    let listed = |sort: &str| -> Vec<&str> {
        let keys = json["keys"].as_array().unwrap().iter().filter(|key| key["open_to"] == sort);
        keys.map(|key| key["arn"].as_str().unwrap()).collect()
    };
    // Told from the report: who a way in names, and whether it is for anybody.
    let ways = |holds: &dyn Fn(&Value) -> bool| -> Vec<&str> {
        let keys = report["keys"].as_array().unwrap().iter();
        let has = |key: &&Value| {
            key["exposure"]["reaches"].as_array().unwrap().iter().any(|reach| {
                reach["actions"].as_array().unwrap().iter().any(|action| action == "kms:Decrypt")
                    && holds(reach)
            })
        };
        keys.filter(has).map(|key| key["arn"].as_str().unwrap()).collect()
    };
    let names = |reach: &Value| reach["principal"].as_str().unwrap().contains(account);
    let named = ways(&names);
    let open = ways(&|reach| reach["principal"] == "*" && reach["zone"] == "public");
    assert!(!named.is_empty() && !open.is_empty());
    assert_eq!(listed("named"), named);
    assert_eq!(
        listed("anybody"),
        open.iter().copied().filter(|key| !named.contains(key)).collect::<Vec<_>>()
    );
    assert!(listed("organization").is_empty(), "it is no member");
    assert!(text.contains(&format!("\n{} keys name it\n", named.len())), "{text}");
    assert!(text.contains("keys are open to any account\n") && text.contains("\nNot known of "), "{text}");
    let member = answered(&["Decrypt", "--from", "444455556666"]);
    assert!(member.contains("open to every account of the organization\n"), "{member}");
    assert!(!member.contains(":444455556666:key/"), "its own keys are not asked about: {member}");
    for arguments in
        [vec!["Decrypt"], vec!["Decrypt", "x", "--from", account], vec!["Decrypt", "--from", "1"]]
    {
        assert_eq!(asked(&arguments).1, 2, "{arguments:?}");
    }
}

/// Names are written by anybody: none moves the cursor.
#[test]
fn nothing_acts_on_the_terminal() {
    let home = TempDir::new().unwrap();
    let text = fs::read_to_string(snapshot()).unwrap().replace("Backup vendor", "Backup \\\\u001b[31mvendor");
    fs::write(home.path().join("s.json"), text).unwrap();
    for more in [&[][..], &["--json"]] {
        let arguments =
            [&["who-can", "Decrypt", "alias/reach/vendor", "--snapshot", "s.json"][..], more].concat();
        let output = keyreach(home.path()).args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", error(&output));
        assert!(!output.stdout.contains(&0x1b), "{more:?}");
        assert!(String::from_utf8_lossy(&output.stdout).contains("31mvendor"), "{more:?}");
    }
}
