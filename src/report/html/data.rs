//! The data block: what the script of the page reads. A table of all keys, column by column, and documents about
//! them, compressed, so that 50,000 keys fit a page that opens at once.
//!
//! Base64 cannot close an element, and the element that holds it does not execute.

mod column;
mod detail;
mod documents;
mod ids;
mod table;

use std::{
    collections::{BTreeMap, HashMap},
    io,
    sync::Arc,
};

use serde::Serialize;

use super::{keys, party::Party};
use crate::{
    assess::{
        finding::{Finding, Severity, Status},
        lockout::LockoutReason,
    },
    check::{ALL, Meta},
    report::{Report, ReportedKey},
    snapshot::{gap::Fact, key::Key},
};
use detail::{Own, Told};
use documents::{Documents, LEFT_OUT, UNREAD, packed};

/// Bytes that all documents together may add to the page. What is beyond is in report.json.
const BUDGET: usize = 2_400_000;

/// The table of all keys, and what its numbers refer to.
#[derive(Serialize)]
struct Index<'a> {
    /// Names the files that a reader saves.
    scan: &'a str,
    columns: table::Columns<'a>,
    documents: Places,
    /// The first document of each piece.
    starts: Vec<i64>,
    /// Documents that the page had no room for.
    left_out: usize,
    accounts: BTreeMap<String, &'a str>,
    parties: BTreeMap<String, String>,
    checks: Vec<CheckText>,
    /// What verdicts rest on, in words.
    reasons: BTreeMap<&'static str, &'static str>,
}

/// For each key, the numbers of the documents about it: -1 where the page has none, -2 where nothing was read.
#[derive(Serialize)]
struct Places {
    exposure: Vec<i64>,
    lockout: Vec<i64>,
    findings: Vec<i64>,
    policy: Vec<i64>,
    ram_policy: Vec<i64>,
    own: Vec<i64>,
}

/// What a check says of itself.
#[derive(Serialize)]
struct CheckText {
    id: &'static str,
    title: &'static str,
    matters: &'static str,
    fix: &'static str,
    blind: &'static str,
}

impl From<&'static Meta> for CheckText {
    fn from(meta: &'static Meta) -> Self {
        Self { id: meta.id, title: meta.title, matters: meta.matters, fix: meta.fix, blind: meta.blind }
    }
}

/// The findings of each key, in their order: what was found first, the worst before the rest.
struct ByKey<'a>(HashMap<&'a str, Vec<&'a Finding>>);

impl<'a> ByKey<'a> {
    fn new(findings: &'a [Finding]) -> Self {
        let mut by_key: HashMap<&str, Vec<&Finding>> = HashMap::new();
        for finding in findings {
            if let Some(arn) = finding.key_arn.as_deref() {
                by_key.entry(arn).or_default().push(finding);
            }
        }
        Self(by_key)
    }

    fn of(&self, key: &Key) -> &[&'a Finding] {
        self.0.get(key.arn.as_str()).map(Vec::as_slice).unwrap_or_default()
    }

    fn worst(&self, key: &Key) -> Option<Severity> {
        self.of(key).iter().find(|finding| finding.status == Status::Fail).map(|finding| finding.severity)
    }
}

/// The block: the index and every piece, each in base64, with a blank between them.
pub(super) fn block(report: &Report<'_>) -> io::Result<String> {
    let findings = ByKey::new(report.findings);
    let mut documents = Documents::new(BUDGET);
    let places = places(report, &findings, &mut documents)?;
    let (pieces, starts, left_out) = documents.finish()?;
    let names = keys::account_names(report.snapshot);
    let reaches = report.keys.iter().flat_map(|key| &key.judged.exposure.reaches);
    let index = Index {
        scan: &report.snapshot.scan.id,
        columns: table::Columns::of(report, &findings),
        documents: places,
        starts,
        left_out,
        accounts: names.iter().map(|(id, name)| (id.to_string(), *name)).collect(),
        parties: reaches.map(Party::of).map(|party| (party.token(), party.label(&names))).collect(),
        checks: ALL.iter().map(|check| CheckText::from(check.meta())).collect(),
        reasons: LockoutReason::ALL.into_iter().map(|reason| (reason.as_str(), reason.in_words())).collect(),
    };
    let mut block = packed(&serde_json::to_vec(&index)?)?;
    for piece in pieces {
        block.push(' ');
        block.push_str(&piece);
    }
    Ok(block)
}

/// Stores the documents about every key, those about the worst keys first: if there is not room for all, theirs
/// are there. Judgements come before policies, and policies before the rest, which report.json shows as well.
fn places(report: &Report<'_>, findings: &ByKey<'_>, documents: &mut Documents) -> io::Result<Places> {
    let mut order: Vec<usize> = (0..report.keys.len()).collect();
    order.sort_by_cached_key(|&at| {
        let worst = report.keys.get(at).and_then(|key| findings.worst(key.key));
        (worst.is_none(), worst)
    });
    let fill = |store: &mut dyn FnMut(&ReportedKey<'_>) -> io::Result<i64>| -> io::Result<Vec<i64>> {
        let mut places = vec![LEFT_OUT; report.keys.len()];
        for &at in &order {
            if let (Some(key), Some(place)) = (report.keys.get(at), places.get_mut(at)) {
                *place = store(key)?;
            }
        }
        Ok(places)
    };
    // Keys whose judgement is one and the same hold one and the same value.
    let mut rulings: HashMap<usize, i64> = HashMap::new();
    Ok(Places {
        exposure: fill(&mut |key| documents.shared(serde_json::to_string(&key.judged.exposure)?))?,
        lockout: fill(&mut |key| {
            let address = Arc::as_ptr(&key.judged.lockout).addr();
            if let Some(known) = rulings.get(&address) {
                return Ok(*known);
            }
            let place = documents.shared(serde_json::to_string(&*key.judged.lockout)?)?;
            rulings.insert(address, place);
            Ok(place)
        })?,
        findings: fill(&mut |key| {
            let told: Vec<Told<'_>> = findings.of(key.key).iter().map(|one| Told::from(*one)).collect();
            documents.shared(serde_json::to_string(&told)?)
        })?,
        policy: fill(&mut |key| match &key.key.policy {
            Fact::Known(text) => documents.shared(serde_json::to_string(text)?),
            Fact::Unknown(_) => Ok(UNREAD),
        })?,
        ram_policy: fill(&mut |key| match &key.key.ram_policy {
            Fact::Known(Some(text)) => documents.shared(serde_json::to_string(text)?),
            Fact::Known(None) => Ok(LEFT_OUT),
            Fact::Unknown(_) => Ok(UNREAD),
        })?,
        own: fill(&mut |key| documents.own(|| serde_json::to_string(&Own::of(key))))?,
    })
}
