//! The walls of the house: which room uses which, and which crate lives where, read from the sources.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// A room, the rooms it may use, and the crates that few may use and it does.
type Row = (&'static str, &'static [&'static str], &'static [&'static str]);

/// Tokio and the SDK live in `collect`, rayon in `assess`, anyhow in `command`. The table is exact: a row that allows
/// what nobody uses would hide a wall that is gone. docs/architecture.md has it in words.
const ROOMS: &[Row] = &[
    ("outcome", &[], &[]),
    ("call", &[], &[]),
    ("snapshot", &[], &[]),
    ("config", &[], &[]),
    ("target", &["config", "snapshot"], &[]),
    (
        "collect",
        &["call", "config", "snapshot", "target"],
        &["aws", "tokio", "futures_util", "fastrand", "rustls", "http", "indicatif"],
    ),
    ("accept", &["assess", "config", "snapshot"], &[]),
    ("assess", &["accept", "check", "config", "lockout", "reach", "snapshot"], &["rayon"]),
    // The shapes of a judgement stand in `assess`, which calls `reach`, `lockout` and `check`.
    ("reach", &["assess", "config", "snapshot"], &[]),
    ("lockout", &["assess", "config", "reach", "snapshot"], &[]),
    ("framework", &[], &[]),
    ("check", &["assess", "config", "framework", "lockout", "snapshot"], &[]),
    ("report", &["assess", "check", "config", "framework", "snapshot"], &["askama"]),
    ("diff", &["report"], &[]),
    ("cli", &["config"], &["clap", "clap_complete"]),
    (
        "command",
        &["assess", "call", "check", "cli", "collect", "config", "diff", "outcome", "report", "snapshot"],
        &[
            "anyhow",
            "clap",
            "clap_complete",
            "clap_mangen",
            "keyreach_mocks",
            "tempfile",
            "tracing_subscriber",
        ],
    ),
];

/// The crates that belong to a room.
const HOUSED: [&str; 16] = [
    "aws",
    "tokio",
    "futures_util",
    "fastrand",
    "rustls",
    "http",
    "rayon",
    "askama",
    "clap",
    "clap_complete",
    "clap_mangen",
    "anyhow",
    "keyreach_mocks",
    "tempfile",
    "tracing_subscriber",
    "indicatif",
];

fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut folders, mut files) = (vec![root.clone()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path: PathBuf = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(&root).unwrap().display().to_string();
                files.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    files.sort();
    files
}

/// The room of a file: `collect` of `collect.rs` and of `collect/ask.rs`.
fn room(file: &str) -> &str {
    file.split('/').next().unwrap().trim_end_matches(".rs")
}

/// The code without its comments, its unit tests and its texts: tests may look anywhere.
fn code(source: &str) -> String {
    let source = source.split("#[cfg(test)]\nmod ").next().unwrap();
    let lines = source.lines().map(|line| line.split("//").next().unwrap());
    lines.collect::<Vec<_>>().join("\n")
}

/// The first names of all paths that begin with `start`: one, or each of a group in braces.
fn heads(code: &str, start: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, _) in code.match_indices(start) {
        let is_inside_a_name = code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '$');
        if is_inside_a_name {
            continue;
        }
        let path = &code[at + start.len()..];
        match path.strip_prefix('{') {
            Some(group) => found.extend(group_heads(group)),
            None => found.extend(name(path)),
        }
    }
    found
}

/// The first names in `a::b, c::{d, e}, f}`.
fn group_heads(group: &str) -> Vec<String> {
    let (mut depth, mut is_head, mut heads) = (0, true, Vec::new());
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => is_head = true,
            c if is_head && !c.is_whitespace() => {
                heads.extend(name(&group[at..]));
                is_head = false;
            }
            _ => {}
        }
    }
    heads
}

fn name(path: &str) -> Option<String> {
    let name: String = path.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    (!name.is_empty()).then_some(name)
}

/// The crates that a file names and that belong to a room.
fn housed_crates(code: &str) -> BTreeSet<&'static str> {
    let names = |housed: &str| {
        let family = if housed == "aws" { "aws_" } else { housed };
        let mut words = code.split(|c: char| !c.is_alphanumeric() && c != '_' && c != ':');
        words.any(|word| match word.split_once("::") {
            Some((first, _)) if housed == "aws" => first.starts_with(family),
            Some((first, _)) => first == family,
            None => false,
        })
    };
    HOUSED.into_iter().filter(|housed| names(housed)).collect()
}

#[test]
fn each_room_uses_what_it_may_know_and_nothing_else() {
    let mut used: BTreeMap<&str, (BTreeSet<String>, BTreeSet<&str>)> = BTreeMap::new();
    let sources = sources();
    for (file, source) in &sources {
        let room = room(file);
        let (code, may) = (code(source), ROOMS.iter().find(|row| row.0 == room));
        let crates = housed_crates(&code);
        let mut others = heads(&code, "crate::");
        // From the first floor, `super::` is the hall as well.
        if !file.contains('/') {
            others.extend(heads(&code, "super::"));
        }
        others.remove(room);
        let Some((_, rooms, housed)) = may else {
            assert!(["lib", "main"].contains(&room), "{file} is in no room of the table");
            continue;
        };
        for other in &others {
            assert!(rooms.contains(&other.as_str()), "{file} uses `{other}`: {room} may not");
        }
        for housed_crate in &crates {
            assert!(housed.contains(housed_crate), "{file} uses the crate `{housed_crate}`: {room} may not");
        }
        let (rooms, housed) = used.entry(room).or_default();
        rooms.extend(others);
        housed.extend(crates);
    }
    assert_eq!(used.keys().copied().collect::<BTreeSet<_>>(), ROOMS.iter().map(|row| row.0).collect());
    for (room, rooms, housed) in ROOMS {
        let (used_rooms, used_crates) = &used[room];
        assert_eq!(
            used_rooms.iter().map(String::as_str).collect::<Vec<_>>(),
            sorted(rooms),
            "rooms of {room}"
        );
        assert_eq!(used_crates.iter().copied().collect::<Vec<_>>(), sorted(housed), "crates of {room}");
    }
}

fn sorted(names: &[&'static str]) -> Vec<&'static str> {
    let names: BTreeSet<&str> = names.iter().copied().collect();
    names.into_iter().collect()
}

/// The table of docs/architecture.md: a room, and the rooms among what it may use. `all` is not spelled out.
fn written_down() -> BTreeMap<String, Vec<String>> {
    let text =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/architecture.md")).unwrap();
    let (_, table) = text.split_once("| room | may use | never |\n| --- | --- | --- |\n").unwrap();
    let rows = table.lines().take_while(|line| line.starts_with('|'));
    let cells = rows.map(|row| row.split('|').map(str::trim).collect::<Vec<_>>());
    let quoted =
        |cell: &str| -> Vec<String> { cell.split('`').skip(1).step_by(2).map(str::to_owned).collect() };
    let mut written = BTreeMap::new();
    for cells in cells.filter(|cells| cells[2] != "all") {
        let heads = quoted(cells[2]).into_iter().filter_map(|path| name(&path));
        let rooms: BTreeSet<String> = heads.filter(|head| ROOMS.iter().any(|row| row.0 == head)).collect();
        for room in quoted(cells[1]) {
            written.insert(room, rooms.iter().cloned().collect());
        }
    }
    written
}

#[test]
fn the_document_says_the_same() {
    let written = written_down();
    let listed: BTreeSet<&str> = written.keys().map(String::as_str).collect();
    let rooms = ROOMS.iter().map(|row| row.0).filter(|room| *room != "command");
    assert_eq!(listed, rooms.chain(["policy"]).collect());
    for (room, rooms, _) in ROOMS.iter().filter(|row| row.0 != "command") {
        assert_eq!(written[*room], sorted(rooms), "{room}");
    }
}

#[test]
fn the_collector_knows_aws_and_not_the_language_of_policies() {
    for (file, source) in
        sources().iter().filter(|(file, _)| ["collect", "snapshot", "config", "target"].contains(&room(file)))
    {
        for part in heads(&code(source), "keyreach_policy::") {
            assert_eq!(part, "aws", "{file}");
        }
    }
}

#[test]
fn paths_are_read_as_the_compiler_reads_them() {
    let code = code(
        "use crate::{a::b, c::{d, e}, f}; // crate::comment\nfn x() { crate::g::h(); mycrate::i(); }\n\
         #[cfg(test)]\nmod tests { use crate::j; }",
    );
    let found: Vec<String> = heads(&code, "crate::").into_iter().collect();
    assert_eq!(found, ["a", "c", "f", "g"]);
    assert_eq!(housed_crates("use aws_sdk_kms::Client; let x = tokio::join!();").len(), 2);
}

#[test]
fn each_file_says_first_what_it_holds_and_stays_small() {
    for (file, source) in sources() {
        let words = source.lines().next().unwrap_or_default();
        let is_said = words.starts_with("//! ") || file == "lib.rs" && words.starts_with("#![doc");
        assert!(is_said, "{file} begins with `{words}`");
        assert!(source.lines().count() <= 500, "{file} is too long");
    }
}
