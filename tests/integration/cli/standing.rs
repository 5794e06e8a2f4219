//! The snapshot that stands in the folder of the reports: what takes its place, and what goes beside it.

use std::{fs, path::Path};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{DEMO, keyreach, outcome};

/// The demo in a folder, as `analyze` of its snapshot leaves it.
fn stands() -> (TempDir, Value) {
    let home = TempDir::new().unwrap();
    let text = fs::read_to_string(DEMO.1.join("snapshot.json")).unwrap();
    fs::create_dir(home.path().join("keyreach-out")).unwrap();
    fs::write(home.path().join("keyreach-out/snapshot.json"), &text).unwrap();
    (home, serde_json::from_str(&text).unwrap())
}

/// Judges a snapshot into the default folder, and says what was said.
fn analyzed(home: &Path, snapshot: &Value, more: &[&str]) -> String {
    fs::write(home.join("new.json"), snapshot.to_string()).unwrap();
    let arguments = [&["analyze", "new.json", "--quiet", "--format", "markdown"][..], more].concat();
    let (code, said) = outcome(home, &arguments, &[]);
    assert_eq!(code, 4, "{said}");
    said
}

fn snapshot_in(home: &Path, folder: &str) -> Value {
    let path = home.join("keyreach-out").join(folder).join("snapshot.json");
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn nothing_fuller_later_or_of_others_is_lost() {
    for (folder, words, change) in [
        (
            "partial-2999-01-02T00-00-00Z",
            "read (at ",
            &(|new: &mut Value| {
                new["scan"]["taken_at"] = json!("2999-01-02T00:00:00Z");
                let cells = new["cells"].as_array_mut().unwrap();
                cells.iter_mut().find(|cell| cell["visit"] == "visited").unwrap()["visit"] = json!("failed");
            }) as &dyn Fn(&mut Value),
        ),
        ("partial-2999-01-02T00-00-00Z", "stopped before the end", &|new: &mut Value| {
            new["scan"]["taken_at"] = json!("2999-01-02T00:00:00Z");
            new["scan"]["interrupted"] = json!(true);
        }),
        ("earlier-2001-01-01T00-00-00Z", "was taken later", &|new: &mut Value| {
            new["scan"]["taken_at"] = json!("2001-01-01T00:00:00Z");
        }),
        ("o-zzzzzzzzzz", "this scan of o-zzzzzzzzzz", &|new: &mut Value| {
            new["organization"]["known"]["id"] = json!("o-zzzzzzzzzz");
        }),
    ] {
        let (home, old) = stands();
        let mut new = old.clone();
        change(&mut new);
        let said = analyzed(home.path(), &new, &[]);
        assert_eq!(said.lines().count(), 1, "{said}");
        assert!(said.contains(words) && said.contains(&format!("`keyreach-out/{folder}`")), "{said}");
        assert_eq!(snapshot_in(home.path(), ""), old, "{folder}");
        assert!(!home.path().join("keyreach-out/report.md").exists());
        assert_eq!(snapshot_in(home.path(), folder), new);
        // Judged once more it goes to the same place, and on request in the place of the other one.
        analyzed(home.path(), &new, &[]);
        assert_eq!(fs::read_dir(home.path().join("keyreach-out")).unwrap().count(), 2, "{folder}");
        assert_eq!(analyzed(home.path(), &new, &["--replace"]), "");
        assert_eq!(snapshot_in(home.path(), ""), new);
    }
}

#[test]
fn what_reads_as_much_takes_the_place() {
    let (home, mut new) = stands();
    assert_eq!(analyzed(home.path(), &new, &[]), "", "the same");
    new["scan"]["taken_at"] = json!("2999-01-02T00:00:00Z");
    assert_eq!(analyzed(home.path(), &new, &[]), "");
    assert_eq!(snapshot_in(home.path(), ""), new);
}

#[test]
fn what_cannot_be_read_stays_and_what_was_cut_short_does_not() {
    for (text, stays) in [
        ("", false),
        ("{\"schema_version\":\"1.0\",", false),
        ("<html>", false),
        ("{\"schema_version\":\"2.0\"}", true),
        ("{\"schema_version\":\"1.0\",\"later\":1}", true),
    ] {
        let (home, new) = stands();
        fs::write(home.path().join("keyreach-out/snapshot.json"), text).unwrap();
        let said = analyzed(home.path(), &new, &[]);
        assert_eq!(said.contains("this keyreach cannot read it"), stays, "{text}: {said}");
        let kept = fs::read_to_string(home.path().join("keyreach-out/snapshot.json")).unwrap();
        assert_eq!(kept == text, stays, "{text}");
    }
}

#[test]
fn the_demo_has_a_folder_of_its_own() {
    let (home, old) = stands();
    let arguments = ["demo", "--allow-gaps", "--quiet", "--format", "markdown"];
    assert_eq!(outcome(home.path(), &arguments, &[]), (0, String::new()));
    assert!(home.path().join("keyreach-demo/report.md").is_file());
    assert_eq!(snapshot_in(home.path(), ""), old);
    let named = keyreach(home.path()).args(arguments).args(["--out", "here"]).output().unwrap();
    assert!(named.status.success() && home.path().join("here/snapshot.json").is_file());
}
