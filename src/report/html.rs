//! `report.html`: one page, without network; what it has to say first, it says without script too.
//!
//! The page says in words what was found and covered, then shows it. What it shows is put into words in the
//! modules below; templates only place them. Every value passes [`Foreign`] on its way into the page. The script
//! adds the explorer of all keys, which reads the data block (`data`).

mod accepted;
mod board;
mod controls;
mod data;
mod findings;
mod gaps;
mod keys;
mod link;
mod map;
mod matrix;
mod opening;
mod party;
mod scope;

use std::{fmt, io};

use askama::{
    Template,
    filters::{Escaper, Html},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use sha2::{Digest, Sha256};

use super::{Report, text, words};

const STYLE: &str = include_str!("../../templates/style.css");

/// The script, part by part, in one function: nothing of it is seen from outside.
const SCRIPT: &str = concat!(
    "\"use strict\";(() => {\n",
    include_str!("../../templates/script/text.js"),
    include_str!("../../templates/script/data.js"),
    include_str!("../../templates/script/query.js"),
    include_str!("../../templates/script/rows.js"),
    include_str!("../../templates/script/facets.js"),
    include_str!("../../templates/script/policy.js"),
    include_str!("../../templates/script/detail.js"),
    include_str!("../../templates/script/export.js"),
    include_str!("../../templates/script/main.js"),
    "})();\n",
);

/// Rows that a table of the page holds at most: what a reader without script and a printer can bear. The explorer
/// shows every key.
const ROWS: usize = 600;

/// Rows that a table holds of which the page has many.
const FEW_ROWS: usize = 40;

/// Makes foreign text harmless in a page: markup is escaped, and what would act on the reader is spelled out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Foreign;

impl Escaper for Foreign {
    fn write_escaped_str<W: fmt::Write>(&self, mut dest: W, string: &str) -> fmt::Result {
        text::write_visible(&mut dest, string, |dest, plain| Html.write_escaped_str(dest, plain))
    }
}

/// The rows of a table, and how many it had no room for.
struct Table<T> {
    rows: Vec<T>,
    total: usize,
}

impl<T> Table<T> {
    fn new(rows: impl ExactSizeIterator<Item = T>) -> Self {
        Self::up_to(ROWS, rows)
    }

    fn up_to(most: usize, rows: impl ExactSizeIterator<Item = T>) -> Self {
        let total = rows.len();
        Self { rows: rows.take(most).collect(), total }
    }

    /// Says what is left out; nothing where nothing is.
    fn left_out(&self, one: &str, many: &str) -> Option<String> {
        let omitted = self.total - self.rows.len();
        let (shown, total) = (words::grouped(self.rows.len()), words::grouped(self.total));
        (omitted > 0).then(|| {
            format!(
                "This page shows the first {shown} of {total} {many}. The other {} in report.json.",
                words::are(omitted, one, many)
            )
        })
    }
}

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    policy: String,
    style: String,
    script: &'static str,
    head: scope::Head,
    verdict: scope::Verdict,
    opening: opening::Opening<'a>,
    map: Option<map::Map>,
    board: Vec<board::Verdict<'a>>,
    found: String,
    findings: Vec<findings::Group<'a>>,
    acceptances: Table<accepted::Rule<'a>>,
    accepted: Table<accepted::Row<'a>>,
    frameworks: Vec<controls::Framework<'a>>,
    scope: Vec<(&'static str, String)>,
    matrix: matrix::Matrix<'a>,
    gaps: Vec<gaps::Group<'a>>,
    accounts: Table<scope::AccountRow<'a>>,
    keys: Table<keys::Row<'a>>,
    stores: Table<keys::StoreRow<'a>>,
    data: String,
}

/// Writes `report.html`.
pub(super) fn render(report: &Report<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let head = scope::Head::of(report);
    let style = format!("{STYLE}{}", under_each_sheet(&head));
    let page = Page {
        policy: content_security_policy(&style),
        style,
        script: SCRIPT,
        head,
        verdict: scope::Verdict::of(report),
        opening: opening::Opening::of(report),
        map: map::Map::of(report),
        board: board::verdicts(report),
        found: findings::in_words(report),
        findings: findings::groups(report),
        acceptances: accepted::rules(report),
        accepted: accepted::rows(report),
        frameworks: controls::frameworks(report),
        scope: scope::in_words(report),
        matrix: matrix::Matrix::of(report),
        gaps: gaps::groups(&report.coverage),
        accounts: scope::accounts(report),
        keys: keys::rows(report),
        stores: keys::stores(report.snapshot),
        data: data::block(report)?,
    };
    page.write_into(out)
}

/// What prints under each sheet, so that one that is torn out still says what it is of. Letters, digits and a few signs
/// alone go into a style.
fn under_each_sheet(head: &scope::Head) -> String {
    let scope::Head { title, subject, taken_at, scan_id, tool_version, coverage, .. } = head;
    let line = format!(
        "{title} {subject}, taken at {taken_at}, scan {scan_id}, keyreach {tool_version}, {coverage}"
    );
    let plain: String = line.chars().filter(|c| c.is_ascii_alphanumeric() || " ,.:-".contains(*c)).collect();
    format!(
        "@page {{ @bottom-left {{ content: \"{plain}\"; font: 7pt system-ui, sans-serif; color: #444; }} }}\n"
    )
}

/// Nothing may load, and of what stands in the page only our own style and script may act.
fn content_security_policy(style: &str) -> String {
    let hash = |text: &str| BASE64_STANDARD.encode(Sha256::digest(text));
    format!(
        "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; img-src data:; base-uri 'none'; \
         form-action 'none'",
        hash(SCRIPT),
        hash(style)
    )
}
