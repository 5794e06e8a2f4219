//! What every feed says of one small organization, kept in `tests/golden`: a change of a feed is seen in review as its
//! readers will see it. The page is not kept: its data is compressed, and a browser looks at it.

use std::{collections::BTreeSet, fs, path::Path};

use keyreach::{
    assess::assess,
    config::{Format, Settings},
    report::{Report, parts},
    snapshot::{
        Snapshot,
        gap::{Fact, GapKind},
    },
};
use serde_json::json;

use super::{in_repository, keep};
use crate::example;

const FOLDER: &str = "tests/golden";

/// A key that a stranger may use and one whose policy refuses to be read.
fn snapshot() -> Snapshot {
    let mut snapshot = example::snapshot();
    let statement = |sid: &str, principal: &str, action: &str| json!({"Sid": sid, "Effect": "Allow", "Principal": {"AWS": principal}, "Action": action, "Resource": "*"});
    let policy = json!({"Version": "2012-10-17", "Statement": [
        statement("Own", "arn:aws:iam::000000000001:root", "kms:*"),
        statement("=Vendor\u{202e}<b>", "444455556666", "kms:Decrypt"),
    ]});
    snapshot.cells[0].keys[0].policy = Fact::Known(policy.to_string());
    snapshot.cells[1].keys[0].policy =
        Fact::Unknown(example::gap("kms:GetKeyPolicy", "key-b", GapKind::Denied));
    snapshot
}

#[test]
fn what_each_feed_says_of_the_example_is_kept() {
    let accept = "[[accept]]\ncheck = 'external-account-access'\nreason = 'a vendor'\nowner = 'security'\nexpires = \
                  '2027-01-31'\n";
    let settings = Settings::resolve(toml::from_str(accept).unwrap(), None).unwrap();
    let snapshot = snapshot();
    let assessment = assess(&snapshot, &settings.judgement);
    let report = Report::new(&snapshot, &assessment).unwrap();
    let mut kept = BTreeSet::new();
    for format in Format::ALL.into_iter().filter(|format| *format != Format::Html) {
        for part in parts(&report, format) {
            let mut made = Vec::new();
            part.render(&mut made).unwrap();
            let path = format!("{FOLDER}/{}", part.path());
            fs::create_dir_all(in_repository(&path).parent().unwrap()).unwrap();
            keep(&path, &String::from_utf8(made).unwrap());
            kept.insert(in_repository(&path));
        }
    }
    assert_eq!(files_in(&in_repository(FOLDER)), kept);
}

fn files_in(folder: &Path) -> BTreeSet<std::path::PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files_in(&path) } else { BTreeSet::from([path]) }).collect()
}
