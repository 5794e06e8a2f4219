//! Links into the explorer: the part of an address behind `#?` says what it shows.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::report::ReportedKey;

/// The keys that have this value in this column.
pub(super) fn keys_with(column: &str, value: &str) -> String {
    format!("#?{column}={}", utf8_percent_encode(value, NON_ALPHANUMERIC))
}

/// The page of one key.
pub(super) fn key(arn: &str) -> String {
    keys_with("key", arn)
}

/// One key by name, with the link to its page.
pub(super) struct KeyLink<'a> {
    pub(super) name: &'a str,
    pub(super) place: String,
    pub(super) href: String,
}

impl<'a> KeyLink<'a> {
    pub(super) fn to(reported: &ReportedKey<'a>) -> Self {
        let &ReportedKey { cell, key: to, .. } = reported;
        Self {
            name: to.aliases.first().map_or(to.key_id.as_str(), String::as_str),
            place: format!("{} {}", cell.account_id, cell.region),
            href: key(&to.arn),
        }
    }
}
