//! The data block of the page: every key, every text once, and nothing lost on the way through the compression.

use std::io::Read as _;

use base64::{Engine, prelude::BASE64_STANDARD};
use flate2::read::ZlibDecoder;
use keyreach::{report::text, snapshot::gap::Fact};
use serde_json::{Value, json};

use super::html;
use crate::example::{self, MEMBER};

/// The index and the documents, as a browser unpacks them.
struct Block {
    index: Value,
    pieces: Vec<Value>,
}

impl Block {
    fn of(page: &str) -> Self {
        let (_, from) = page.split_once(r#"id="data">"#).unwrap();
        let (data, _) = from.split_once("</script>").unwrap();
        let mut parts = data.split(' ').map(unpacked);
        Self { index: parts.next().unwrap(), pieces: parts.collect() }
    }

    /// What stands in a column for a key.
    fn cell(&self, column: &str, row: usize) -> &Value {
        let column = &self.index["columns"][column];
        &column["d"][usize::try_from(column["i"][row].as_u64().unwrap()).unwrap()]
    }

    /// A document about a key; `None` where the page has none.
    fn document(&self, kind: &str, row: usize) -> Option<&Value> {
        let place = self.index["documents"][kind][row].as_i64().unwrap();
        let starts: Vec<i64> =
            self.index["starts"].as_array().unwrap().iter().filter_map(Value::as_i64).collect();
        let piece = starts.iter().rposition(|start| *start <= place)?;
        Some(&self.pieces[piece][usize::try_from(place - starts[piece]).unwrap()])
    }
}

fn unpacked(base64: &str) -> Value {
    let bytes = BASE64_STANDARD.decode(base64).unwrap();
    let mut text = String::new();
    ZlibDecoder::new(bytes.as_slice()).read_to_string(&mut text).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn the_block_holds_what_report_json_says_of_each_key() {
    let snapshot = example::snapshot();
    let (block, report) = (Block::of(&html(&snapshot)), super::json(&snapshot));
    for (row, key) in report["keys"].as_array().unwrap().iter().enumerate() {
        let stem = block.cell("stem", row).as_str().unwrap();
        let id = block.index["columns"]["id"]["others"][row.to_string()].as_str().unwrap();
        assert_eq!(format!("{stem}{id}"), key["arn"].as_str().unwrap());
        for (column, field) in
            [("account", "account_id"), ("region", "region"), ("alias", "aliases"), ("spec", "spec")]
        {
            assert_eq!(block.cell(column, row), &key[field], "{column}");
        }
        assert_eq!(block.cell("exposure", row), &key["exposure"]["level"]);
        assert_eq!(block.cell("lockout", row), &key["lockout"]["verdict"]);
        assert_eq!(block.document("exposure", row), Some(&key["exposure"]));
        assert_eq!(block.document("lockout", row), Some(&key["lockout"]));
        assert_eq!(
            block.document("own", row).unwrap()["grants"][0]["grant_id"],
            key["grants"][0]["grant_id"]
        );
    }
}

#[test]
fn a_policy_that_many_keys_have_is_stored_once() {
    let mut snapshot = example::snapshot();
    let keys = (0..2_000).map(|n| example::key(MEMBER, "us-east-1", &format!("many-{n:04}")));
    snapshot.cells[2].keys = keys.collect();
    snapshot.cells[2].keys[7].policy = Fact::Known("another".to_owned());
    let block = Block::of(&html(&snapshot));
    let places = block.index["documents"]["policy"].as_array().unwrap();
    assert_eq!(places.len(), 2_002, "every key, also beyond the rows of the list");
    let distinct: std::collections::BTreeSet<i64> = places.iter().filter_map(Value::as_i64).collect();
    assert!(distinct.len() <= 3, "{distinct:?}");
    assert_eq!(block.document("policy", 9), Some(&json!("another")));
    assert_eq!(block.index["left_out"], 0);
}

#[test]
fn an_unread_policy_is_no_document() {
    let mut snapshot = example::snapshot();
    let gap = example::gap("kms:GetKeyPolicy", "key-b", keyreach::snapshot::gap::GapKind::Denied);
    snapshot.cells[1].keys[0].policy = Fact::Unknown(gap);
    let block = Block::of(&html(&snapshot));
    assert_eq!(block.document("policy", 1), None);
    assert_eq!(block.index["documents"]["policy"][1], -2, "not the same as having no room for it");
    assert_eq!(block.cell("exposure", 1), "unknown");
    assert_eq!(block.document("own", 1).unwrap()["gaps"][0], json!(["kms:GetKeyPolicy", "denied"]));
}

/// The script spells out the same characters as [`text::acts`]: its ranges are made of ours.
#[test]
fn the_script_makes_the_same_characters_visible() {
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for code in (0..=0x0010_ffff).filter(|code| char::from_u32(*code).is_some_and(text::acts)) {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == code => *last = code,
            _ => ranges.push((code, code)),
        }
    }
    let written = |(first, last): &(u32, u32)| {
        if first == last { format!("\\u{{{first:x}}}") } else { format!("\\u{{{first:x}}}-\\u{{{last:x}}}") }
    };
    let class: String = ranges.iter().map(written).collect();
    assert!(html(&example::snapshot()).contains(&format!("/[{class}]/gu")), "{class}");
}
