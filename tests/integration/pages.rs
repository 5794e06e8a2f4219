//! The pages that people read: their links lead somewhere, and their commands can be typed.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use crate::cli::said;

/// Every page, with its text.
fn pages() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let docs = fs::read_dir(root.join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let mut pages: Vec<PathBuf> =
        docs.chain(["README.md", "CONTRIBUTING.md"].map(|name| root.join(name))).collect();
    pages.retain(|page| page.extension().is_some_and(|extension| extension == "md"));
    pages.sort();
    pages.into_iter().map(|page| (page.clone(), fs::read_to_string(page).unwrap())).collect()
}

/// What a heading is called in a link: lower case, with `-` for spaces and without what is no word.
fn anchor(heading: &str) -> String {
    let words = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = words.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

#[test]
fn every_link_leads_somewhere() {
    let mut links = 0;
    for (page, text) in pages() {
        for target in text.split("](").skip(1).map(|rest| rest.split(')').next().unwrap()) {
            if target.contains("://") {
                continue;
            }
            let (file, place) = target.split_once('#').unwrap_or((target, ""));
            let path = if file.is_empty() { page.clone() } else { page.parent().unwrap().join(file) };
            assert!(path.exists(), "{}: {target}", page.display());
            if !place.is_empty() {
                let there = fs::read_to_string(&path).unwrap();
                let headings = there.lines().filter(|line| line.starts_with('#'));
                assert!(headings.map(anchor).any(|name| name == place), "{}: {target}", page.display());
            }
            links += 1;
        }
    }
    assert!(links > 100, "{links} links");
}

#[test]
fn every_command_can_be_typed() {
    let mut help: BTreeMap<String, String> = BTreeMap::new();
    let mut verbs = BTreeSet::new();
    for (page, text) in pages() {
        for block in text.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap()) {
            // A comment is no part of a command; a line may go on in the next.
            for line in block.replace("\\\n", " ").lines() {
                let line = line.split(" #").next().unwrap();
                let Some(command) = line.split("keyreach ").nth(1).filter(|_| line.starts_with("keyreach "))
                else {
                    continue;
                };
                let mut words = command.split(['|', '>']).next().unwrap().split_whitespace();
                let verb = words.next().unwrap().to_owned();
                let page_of_verb = help.entry(verb.clone()).or_insert_with(|| said(&[&verb, "--help"]));
                for flag in words.filter(|word| word.starts_with("--")) {
                    assert!(page_of_verb.contains(flag), "{}: {line}", page.display());
                }
                verbs.insert(verb);
            }
        }
    }
    assert!(verbs.len() > 8, "{verbs:?}");
}
