//! The comparison of two runs, case by case: `base.json` is a small report, a case changes it before and after and
//! says which counts are not zero and what stands where. A new case needs no code.

use std::{fs, path::Path};

use keyreach::diff::{Diff, Run, compare, render_markdown, render_text, schema};
use serde::Deserialize;
use serde_json::{Value, json};

/// A pointer into the report, and what it becomes.
type Edit = (String, Value);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    #[serde(default)]
    old: Vec<Edit>,
    new: Vec<Edit>,
    /// The counts of the summary that are not zero.
    shows: Value,
    /// What stands in the diff, by pointer.
    #[serde(default)]
    has: serde_json::Map<String, Value>,
}

fn read(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/diff").join(name);
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// The base after some edits; a member that is not there is made.
fn run(edits: &[Edit]) -> Run {
    let mut report = read("base.json");
    for (pointer, value) in edits {
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        let parent = report.pointer_mut(parent).unwrap_or_else(|| panic!("nothing at {pointer}"));
        match name.parse::<usize>() {
            Ok(place) => parent[place] = value.clone(),
            Err(_) => parent[name] = value.clone(),
        }
    }
    serde_json::from_value(report).unwrap()
}

/// The counts that are not zero.
fn counts(diff: &Value) -> Value {
    let counts = diff["summary"].as_object().unwrap().iter();
    counts
        .filter(|(_, count)| **count != json!(0))
        .map(|(name, count)| (name.clone(), count.clone()))
        .collect()
}

fn texts(diff: &Diff) -> [String; 2] {
    let (mut text, mut markdown) = (Vec::new(), Vec::new());
    render_text(diff, &mut text).unwrap();
    render_markdown(diff, &mut markdown).unwrap();
    [text, markdown].map(|bytes| String::from_utf8(bytes).unwrap())
}

#[test]
fn each_kind_of_change_is_shown_and_nothing_else() {
    let schema = jsonschema::draft202012::options().build(&schema()).unwrap();
    let cases: Vec<Case> = serde_json::from_value(read("cases.json")).unwrap();
    for case in &cases {
        let diff = compare(&run(&case.old), &run(&case.new));
        let document = serde_json::to_value(&diff).unwrap();
        assert_eq!(counts(&document), case.shows, "{}: {document:#}", case.name);
        for (pointer, wanted) in &case.has {
            assert_eq!(document.pointer(pointer), Some(wanted), "{} at {pointer}: {document:#}", case.name);
        }
        let refused: Vec<String> = schema.iter_errors(&document).map(|error| error.to_string()).collect();
        assert_eq!(refused, [""; 0], "{}", case.name);
        for text in texts(&diff) {
            assert_eq!(text.contains("nothing changed"), diff.is_empty(), "{}: {text}", case.name);
            assert!(!text.contains('\u{1b}'), "{}", case.name);
        }
    }
    assert!(cases.len() > 70, "{} cases", cases.len());
}

/// Whatever changed, a run against itself shows nothing, and the way back shows as much as the way there.
#[test]
fn a_run_is_equal_to_itself_and_what_comes_one_way_goes_the_other() {
    let cases: Vec<Case> = serde_json::from_value(read("cases.json")).unwrap();
    for case in &cases {
        let (old, new) = (run(&case.old), run(&case.new));
        assert!(compare(&old, &old).is_empty() && compare(&new, &new).is_empty(), "{}", case.name);
        let (there, back) = (compare(&old, &new), compare(&new, &old));
        assert_eq!(there.coverage.newly_listed, back.coverage.no_longer_listed, "{}", case.name);
        let left = |diff: &Diff| diff.keys.gone.len() + diff.keys.not_seen.len();
        assert_eq!((left(&there), left(&back)), (back.keys.new.len(), there.keys.new.len()), "{}", case.name);
    }
}

/// Names are written by anybody: none moves the cursor, leaves its line or becomes markup.
#[test]
fn nothing_acts_and_nothing_is_markup() {
    let hostile = "\u{1b}[31m`</code>\n# @all ![x](http://x)\u{202e}";
    let new = run(&[
        ("/keys/0/tags".to_owned(), json!({ hostile: hostile })),
        ("/keys/0/aliases".to_owned(), json!([hostile])),
        ("/keys/0/policies/0/document/Statement/0/Sid".to_owned(), json!(hostile)),
        ("/keys/0/state".to_owned(), json!(hostile)),
        ("/keys/1/exposure/level".to_owned(), json!(hostile)),
        ("/keys/1/exposure/reaches/0/principal".to_owned(), json!(hostile)),
        ("/findings/0/check".to_owned(), json!(hostile)),
        ("/findings/0/severity".to_owned(), json!(hostile)),
        ("/scan/organization_id".to_owned(), json!(hostile)),
        ("/scan/taken_at".to_owned(), json!(hostile)),
    ]);
    let [text, markdown] = texts(&compare(&run(&[]), &new));
    for page in [&text, &markdown] {
        assert!(page.matches("@all").count() > 8, "{page}");
        assert!(!page.contains(keyreach_acts), "{page}");
    }
    for line in markdown.lines().filter(|line| line.contains("@all")) {
        // The fence is longer than the run of backticks inside, and closes at the end of the line.
        assert!(line.contains("``") && line.trim_end().ends_with('`'), "{line}");
    }
}

fn keyreach_acts(character: char) -> bool {
    character != '\n' && keyreach::report::text::acts(character)
}
