//! Files that are made from the code, and files that people copy, against the code they speak of.
//! `UPDATE=1 cargo test` writes the made ones anew.

mod fields;
mod golden;
mod settings;

use std::{env, fs, path::PathBuf};

use keyreach::{
    call::{CALLS, IAM_READS_OF_THE_CALLER, Place},
    config::{Settings, raw::RawSettings},
};
use serde_json::Value;

use crate::cli::{DEMO, said};

fn in_repository(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn schema(document: &str) -> Value {
    serde_json::from_str(&said(&["schema", document])).unwrap()
}

/// What a schema has against a document.
fn refusals(schema: &Value, document: &Value) -> Vec<String> {
    let validator = jsonschema::draft202012::options().build(schema).unwrap();
    validator.iter_errors(document).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

/// Holds a file to what the code says it must be; `UPDATE=1` makes it so.
fn keep(path: &str, made: &str) {
    let file = in_repository(path);
    if env::var_os("UPDATE").is_some() {
        fs::write(&file, made).unwrap();
    }
    let kept = fs::read_to_string(&file).unwrap_or_default();
    assert!(kept == made, "{path} is not what the code makes of it: run with UPDATE=1");
}

#[test]
fn the_roles_in_the_repository_are_those_that_the_tool_prints() {
    for (path, format) in [
        ("config/collector-policy.json", "json"),
        ("config/member-role.yaml", "cloudformation"),
        ("config/member-role.tf", "terraform"),
    ] {
        let printed = said(&["role", "--format", format]);
        keep(path, &printed);
        assert!(
            printed.contains("kms:GetKeyPolicy") && printed.contains("organizations:ListAccounts"),
            "{path}"
        );
        assert!(
            !printed.contains("{member_actions}") && !printed.contains("{organization_actions}"),
            "{path}"
        );
    }
}

#[test]
fn the_page_of_permissions_says_why_each_is_needed() {
    let mut page =
        "# Permissions\n\nEvery AWS operation that Keyreach uses, and why. `keyreach role` prints the \
                    roles.\nGenerated from the table of calls.\n"
            .to_owned();
    for (place, title) in [
        (Place::Member, "In every account"),
        (Place::Organization, "In the management account or a delegated administrator"),
        (Place::Caller, "For the caller"),
        (Place::Nowhere, "Needs no permission"),
    ] {
        page +=
            &format!("\n## {title}\n\n| action | why | quota, requests a second |\n| --- | --- | --- |\n");
        for call in CALLS.iter().filter(|call| call.place == place) {
            page += &format!("| `{}` | {} | {} |\n", call.action(), call.why, call.quota.per_second);
        }
        if place == Place::Member {
            page += &format!(
                "\nAWS publishes no quota of IAM: 2 is a careful guess. It counts reads of IAM against the account of the \
                 caller as well,\nwhatever account they are made in: all together keep to {} a second, another guess.\n",
                IAM_READS_OF_THE_CALLER.per_second
            );
        }
    }
    keep("docs/permissions.md", &page);
}

#[test]
fn the_page_of_checks_is_what_the_tool_explains() {
    keep("docs/checks.md", &said(&["explain", "--all", "--markdown"]));
}

#[test]
fn the_pages_of_the_documents_tell_every_field() {
    let more = "Generated from that schema.\n\nA field may be added; none is renamed or dropped without a new \
                `schema_version`. Times are RFC 3339 in UTC, ids\nare text, lists are in a stable order. `null` \
                means that a thing is absent or was not read, never that it is false.";
    for (document, file, title, about) in [
        (
            "report",
            "docs/report-json.md",
            "report.json",
            "Every field of `report.json`, as `keyreach schema report` \
          has it.",
        ),
        (
            "diff",
            "docs/diff-json.md",
            "The document of a diff",
            "Every field that `keyreach diff --format json` \
          prints, as `keyreach schema diff` has it.",
        ),
    ] {
        keep(file, &format!("# {title}\n\n{about}\n{more}\n{}", fields::page(&schema(document))));
    }
}

#[test]
fn the_page_of_the_settings_shows_each_with_its_default() {
    let (path, begin, end) =
        ("docs/configuration.md", "<!-- settings: made from config/keyreach.toml -->\n", "\n<!-- end -->");
    let page = fs::read_to_string(in_repository(path)).unwrap();
    let (before, rest) = page.split_once(begin).unwrap();
    let (_, after) = rest.split_once(end).unwrap();
    let file = fs::read_to_string(in_repository("config/keyreach.toml")).unwrap();
    let made = settings::tables(&file);
    let page = format!("{before}{begin}{made}{end}{after}");
    keep(path, &page);
    let schema = schema("config");
    for (part, name) in
        [("RawScan", "scan"), ("RawPace", "pace"), ("RawReport", "report"), ("RawThresholds", "thresholds")]
    {
        let table = made.split(&format!("### `[{name}]`")).nth(1).unwrap().split("###").next().unwrap();
        for setting in schema["$defs"][part]["properties"].as_object().unwrap().keys() {
            assert!(table.contains(&format!("\n| `{setting}` | ")), "{name}.{setting}");
        }
    }
    // What the environment can say, as the help tells.
    let help = said(&["scan", "--help"]);
    let variables = help
        .split(|c: char| !c.is_ascii_uppercase() && c != '_')
        .filter(|word| word.starts_with("KEYREACH_"));
    assert_eq!(variables.clone().count(), 14);
    for variable in variables {
        assert!(page.contains(&format!("`{variable}`")), "{variable}");
    }
}

#[test]
fn the_printed_policy_allows_single_reads_only() {
    let policy: Value = serde_json::from_str(&said(&["role"])).unwrap();
    let statements = policy["Statement"].as_array().unwrap();
    let actions = statements.iter().flat_map(|statement| statement["Action"].as_array().unwrap());
    let actions: Vec<&str> = actions.map(|action| action.as_str().unwrap()).collect();
    assert_eq!(actions.len(), 21, "all but AssumeRole and GetCallerIdentity");
    for action in actions {
        let (_, operation) = action.split_once(':').unwrap();
        assert!(["Get", "List", "Describe"].iter().any(|verb| operation.starts_with(verb)), "{action}");
        assert!(!action.contains('*'), "{action}");
    }
}

#[test]
fn the_settings_file_shows_every_setting_with_its_default() {
    let file = in_repository("config/keyreach.toml");
    let written = Settings::resolve(RawSettings::default(), Some(&file)).unwrap();
    assert_eq!(written, Settings::resolve(RawSettings::default(), None).unwrap());
    let text = fs::read_to_string(&file).unwrap();
    let document: Value = serde_json::to_value(toml::from_str::<toml::Value>(&text).unwrap()).unwrap();
    let schema = schema("config");
    assert_eq!(refusals(&schema, &document), [""; 0]);
    let mut shown = 0;
    for part in ["RawScan", "RawPace", "RawReport", "RawThresholds", "RawExpected"] {
        for setting in schema["$defs"][part]["properties"].as_object().unwrap().keys() {
            let lines = [format!("{setting} = "), format!("# {setting} = ")];
            assert!(text.lines().any(|line| lines.iter().any(|start| line.starts_with(start))), "{setting}");
            shown += 1;
        }
    }
    assert_eq!(shown, 26);
    let misspelled: Value = serde_json::json!({ "scan": { "regoins": "auto" } });
    assert_eq!(refusals(&schema, &misspelled).len(), 1);
}

#[test]
fn the_acceptance_shown_in_the_settings_file_is_one() {
    let text = fs::read_to_string(in_repository("config/keyreach.toml")).unwrap();
    let (_, after) = text.split_once("# [[accept]]\n").unwrap();
    let lines = after.lines().map_while(|line| line.strip_prefix("# "));
    let shown = format!("[[accept]]\n{}", lines.collect::<Vec<_>>().join("\n"));
    let raw: RawSettings = toml::from_str(&shown).unwrap();
    let settings = Settings::resolve(raw, None).unwrap();
    let selectors: Vec<String> =
        settings.judgement.accepted[0].selectors.iter().map(|(selector, _)| selector.name()).collect();
    assert_eq!(selectors, ["account", "alias", "tag.team"]);
    let document = serde_json::to_value(toml::from_str::<toml::Value>(&shown).unwrap()).unwrap();
    assert_eq!(refusals(&schema("config"), &document), [""; 0]);
}

#[test]
fn what_a_demo_writes_fits_the_printed_schemas() {
    let (_, folder) = &*DEMO;
    for document in ["report", "snapshot"] {
        let text = fs::read_to_string(folder.join(format!("{document}.json"))).unwrap();
        let mut written: Value = serde_json::from_str(&text).unwrap();
        let schema = schema(document);
        assert_eq!(refusals(&schema, &written), [""; 0], "{document}");
        written["schema_version"] = Value::Null;
        assert!(!refusals(&schema, &written).is_empty(), "{document}: the schema refuses nothing");
    }
}
