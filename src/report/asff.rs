//! `asff/ACCOUNT/REGION/batch-0001.json`: AWS Security Finding Format, cut into batches that
//! `aws securityhub batch-import-findings --findings file://…` takes as they are. Security Hub takes a finding only
//! from its own account in its own Region, so every cell that was visited has its own files, and so has the home of what
//! belongs to no Region: one at least, `[]` where nothing was found.
//!
//! Source: Security Hub User Guide, "BatchImportFindings for integrating" (quotas) and "ASFF" (lengths).

mod entry;

use std::{collections::BTreeMap, io, rc::Rc};

use keyreach_policy::aws::AccountId;

use super::{Part, Report, json, subject::Subjects};
use crate::{assess::finding::Finding, snapshot::cell::Visit};
use entry::{Entry, Place};

/// Findings of one call.
const PER_BATCH: usize = 100;
/// Bytes of one call: AWS allows 6 MB, the request around them included.
const BATCH_BYTES: usize = 5_000_000;
/// Bytes of one finding: AWS allows 240 KB.
const ENTRY_BYTES: usize = 200_000;

pub(super) fn parts<'a>(report: &'a Report<'a>) -> Vec<Part<'a>> {
    let subjects = Rc::new(Subjects::of(report));
    let mut parts = Vec::new();
    for ((account, region), findings) in places(report) {
        let place = Rc::new(Place { account, region });
        for (at, batch) in batches(report, &subjects, &place, findings).into_iter().enumerate() {
            let path = format!("asff/{}/{}/batch-{:04}.json", place.account, place.region, at + 1);
            let (subjects, place) = (Rc::clone(&subjects), Rc::clone(&place));
            parts.push(Part::new(path, move |out| render(report, &subjects, &place, &batch, out)));
        }
    }
    parts
}

/// Every cell that was visited, the home of what belongs to no Region, and every place that a finding is about.
fn places<'a>(report: &Report<'a>) -> BTreeMap<(AccountId, String), Vec<&'a Finding>> {
    let home = home(report);
    let visited = report.snapshot.cells.iter().filter(|cell| cell.visit == Visit::Visited);
    let mut places: BTreeMap<(AccountId, String), Vec<&'a Finding>> = visited
        .flat_map(|cell| [name(cell.region.as_str()), home.clone()].map(|region| (cell.account_id, region)))
        .map(|place| (place, Vec::new()))
        .collect();
    for finding in report.findings {
        let region = finding.region.as_ref().map_or_else(|| home.clone(), |region| name(region.as_str()));
        places.entry((finding.account_id, region)).or_default().push(finding);
    }
    places
}

/// Where a finding goes that belongs to no Region: to that in which AWS keeps what is global in the partition. Which Regions were
/// visited makes no difference, since a finding that moves would leave another behind.
fn home(report: &Report<'_>) -> String {
    let known = match report.snapshot.scan.partition.as_str() {
        "aws" => Some("us-east-1"),
        "aws-cn" => Some("cn-north-1"),
        "aws-us-gov" => Some("us-gov-west-1"),
        "aws-eusc" => Some("eusc-de-east-1"),
        "aws-iso" => Some("us-iso-east-1"),
        "aws-iso-b" => Some("us-isob-east-1"),
        "aws-iso-e" => Some("eu-isoe-west-1"),
        "aws-iso-f" => Some("us-isof-south-1"),
        _ => None,
    };
    let first = || report.snapshot.cells.iter().map(|cell| cell.region.as_str()).min();
    name(known.or_else(first).unwrap_or("unknown"))
}

/// A Region as the name of a folder: a snapshot is a file, and whoever wrote it must not choose where we write.
fn name(region: &str) -> String {
    let plain = |c: char| if c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' { c } else { '_' };
    if region.is_empty() { "_".to_owned() } else { region.chars().map(plain).collect() }
}

/// The findings of a place, cut by number and by size; one empty batch where there are none.
fn batches<'a>(
    report: &Report<'a>,
    subjects: &Subjects<'a>,
    place: &Place,
    findings: Vec<&'a Finding>,
) -> Vec<Vec<&'a Finding>> {
    let (mut batches, mut batch, mut bytes) = (Vec::new(), Vec::new(), 0);
    for finding in findings {
        let size = size(&entry(report, subjects, place, finding));
        if batch.len() == PER_BATCH || bytes + size > BATCH_BYTES {
            batches.push(std::mem::take(&mut batch));
            bytes = 0;
        }
        batch.push(finding);
        bytes += size;
    }
    if batches.is_empty() || !batch.is_empty() {
        batches.push(batch);
    }
    batches
}

/// A finding that fits into a call; tags are the one thing that could make it too large.
fn entry<'a>(report: &Report<'a>, subjects: &Subjects<'a>, place: &Place, finding: &'a Finding) -> Entry<'a> {
    let mut entry = Entry::new(report, subjects, place, finding);
    if size(&entry) > ENTRY_BYTES {
        entry.forget_tags();
    }
    entry
}

fn render(
    report: &Report<'_>,
    subjects: &Subjects<'_>,
    place: &Place,
    batch: &[&Finding],
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let entries: Vec<Entry<'_>> =
        batch.iter().map(|finding| entry(report, subjects, place, finding)).collect();
    json::inert(&entries, out)
}

/// How many bytes a finding has when it is written.
fn size(entry: &Entry<'_>) -> usize {
    let mut counter = Counter(0);
    // Counting cannot fail; a finding that could not be written would be too large.
    if json::inert(entry, &mut counter).is_ok() { counter.0 } else { usize::MAX / 2 }
}

/// Counts what is written to it.
struct Counter(usize);

impl io::Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::name;

    #[test]
    fn a_region_never_leads_out_of_its_folder() {
        let names = ["eu-west-1", "../../etc", "/x", "", "A\u{202e}"].map(name);
        assert_eq!(names, ["eu-west-1", "______etc", "_x", "_", "__"]);
    }
}
