//! `report.html`: one page, complete without network and without script.
//!
//! The page says in words what was covered, then shows it. What it shows is put into words in the modules
//! below; templates only place them. Every value passes [`Foreign`] on its way into the page.

mod findings;
mod gaps;
mod keys;
mod matrix;
mod scope;
pub(super) mod words;

use std::{fmt, io};

use askama::{
    Template,
    filters::{Escaper, Html},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use sha2::{Digest, Sha256};

use super::{Report, text};

const STYLE: &str = include_str!("../../templates/style.css");
const SCRIPT: &str = include_str!("../../templates/explorer.js");

/// Rows that a table of the page holds at most. A browser lays out this many at once; more need another page.
const ROWS: usize = 2_000;

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
        let total = rows.len();
        Self { rows: rows.take(ROWS).collect(), total }
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
    style: &'static str,
    script: &'static str,
    head: scope::Head,
    verdict: scope::Verdict,
    found: String,
    findings: Vec<findings::Group<'a>>,
    scope: Vec<(&'static str, String)>,
    matrix: matrix::Matrix<'a>,
    gaps: Vec<gaps::Group<'a>>,
    accounts: Table<scope::AccountRow<'a>>,
    keys: Table<keys::Row<'a>>,
    judgement: Vec<(&'static str, String)>,
    stores: Table<keys::StoreRow<'a>>,
}

/// Writes `report.html`.
pub(super) fn render(report: &Report<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let page = Page {
        policy: content_security_policy(),
        style: STYLE,
        script: SCRIPT,
        head: scope::Head::of(report),
        verdict: scope::Verdict::of(report),
        found: findings::in_words(report),
        findings: findings::groups(report),
        scope: scope::in_words(report),
        matrix: matrix::Matrix::of(report),
        gaps: gaps::groups(&report.coverage),
        accounts: scope::accounts(report),
        keys: keys::rows(report),
        judgement: keys::judgement(report),
        stores: keys::stores(report.snapshot),
    };
    page.write_into(out)
}

/// Nothing may load, and of what stands in the page only our own style and script may act.
fn content_security_policy() -> String {
    let hash = |text: &str| BASE64_STANDARD.encode(Sha256::digest(text));
    format!(
        "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; img-src data:; base-uri 'none'; \
         form-action 'none'",
        hash(SCRIPT),
        hash(STYLE)
    )
}
