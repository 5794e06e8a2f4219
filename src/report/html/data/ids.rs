//! The ids of the keys. Nearly all are UUIDs, which no compression makes smaller than their 16 bytes: as bytes they take
//! a quarter less of the page than as text.

use std::collections::BTreeMap;

use base64::{Engine, prelude::BASE64_STANDARD};
use serde::Serialize;

/// The ids, in the order of the keys.
#[derive(Debug, Serialize)]
pub(super) struct Ids<'a> {
    /// 16 bytes each, in base64; zeros for those that are no UUID.
    uuids: String,
    /// Those that are not, by row.
    others: BTreeMap<usize, &'a str>,
}

impl<'a> Ids<'a> {
    pub(super) fn new(ids: impl Iterator<Item = &'a str>) -> Self {
        let (mut bytes, mut others) = (Vec::new(), BTreeMap::new());
        for (row, id) in ids.enumerate() {
            let uuid = uuid(id);
            if uuid.is_none() {
                others.insert(row, id);
            }
            bytes.extend_from_slice(&uuid.unwrap_or_default());
        }
        Self { uuids: BASE64_STANDARD.encode(bytes), others }
    }
}

/// The bytes of a UUID that is written as KMS writes them, in lower case.
fn uuid(id: &str) -> Option<[u8; 16]> {
    let number = u128::from_str_radix(&id.replace('-', ""), 16).ok()?;
    let hex = format!("{number:032x}");
    let parts = [hex.get(..8)?, hex.get(8..12)?, hex.get(12..16)?, hex.get(16..20)?, hex.get(20..)?];
    (parts.join("-") == id).then(|| number.to_be_bytes())
}

#[cfg(test)]
mod tests {
    use super::uuid;

    #[test]
    fn only_what_comes_back_the_same_is_a_uuid() {
        let written = "00ff0000-0000-0000-0000-000000000001";
        assert_eq!(uuid(written), Some((0xff_u128 << 112 | 1).to_be_bytes()));
        for other in
            ["", "key-a", "mrk-00ff0000000000000000000000000001", "00FF0000-0000-0000-0000-000000000001"]
        {
            assert_eq!(uuid(other), None, "{other}");
        }
        assert_eq!(uuid("+0ff0000-0000-0000-0000-000000000001"), None);
    }
}
