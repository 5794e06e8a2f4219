//! A fact that checks need was not read: one finding a fact, about what the fact is about, with the checks that it
//! leaves open. Other checks make no finding of what they cannot tell.

use std::collections::{BTreeMap, BTreeSet};

use keyreach_policy::aws::Region;

use super::{
    About, AccountScene, Check, Meta, Need, Topic,
    lack::{Home, Lack, Missing},
    names::named,
    ways::listed,
};
use crate::{
    assess::finding::{Finding, Severity, Status, Subject, finding_id},
    framework,
    snapshot::cell::{Cell, Visit},
};

/// `fact-unread`
#[derive(Debug)]
pub(super) struct FactUnread;

pub(super) const META: Meta = Meta {
    id: "fact-unread",
    title: "A fact that checks need was not read",
    finds: "Facts of a key, of an account in a Region or of an account that AWS did not tell, refused to tell or that \
            Keyreach could not make sense of, and that leave checks open: one finding for each fact, with the \
            checks in its evidence. It is never accepted and counts as unknown. Its severity is that of the worst \
            check that it leaves open, medium at most: nothing was found yet.",
    matters: "What was not read is not in order: what such a check would find may be there.",
    fix: "Let the role of the scan read it, and scan again. Each finding names the question and AWS's answer.",
    blind: "What the fact would have been. What the scan was not told to ask, such as --last-usage, is no finding: the \
            coverage of the report tells it once.",
    topic: Topic::Hygiene,
    needs: &[],
    severity: Severity::Medium,
};

impl Check for FactUnread {
    fn meta(&self) -> &'static Meta {
        &META
    }
}

/// Names of checks that a sentence holds.
const NAMED: usize = 6;

/// A fact of a key that leaves checks open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    /// What is missing, and why.
    pub lack: Lack,
    /// The ids of the checks.
    pub checks: BTreeSet<&'static str>,
}

/// What is missing, fact by fact.
#[derive(Debug, Default)]
pub(super) struct Opens(BTreeMap<Missing, Open>);

impl Opens {
    pub(super) fn add(&mut self, lack: Lack, check: &'static str) {
        let fact = lack.fact;
        let open = self.0.entry(fact).or_insert_with(|| Open { lack, checks: BTreeSet::new() });
        open.checks.insert(check);
    }

    /// The findings about the key itself; what belongs elsewhere; and the checks left open, with those for a question
    /// that was not asked apart.
    pub(super) fn told(self, about: About<'_>) -> Told {
        let mut told = Told::default();
        for open in self.0.into_values() {
            match open.lack.fact.home() {
                Home::NotAsked => told.not_asked.extend(&open.checks),
                Home::Key => {
                    told.undecided.extend(&open.checks);
                    told.findings.push(Group::from(&open).finding(about));
                }
                Home::Cell | Home::Account => {
                    told.undecided.extend(&open.checks);
                    told.elsewhere.push(open);
                }
            }
        }
        told
    }
}

/// What is open of a key.
#[derive(Debug, Default)]
pub(super) struct Told {
    pub(super) findings: Vec<Finding>,
    pub(super) elsewhere: Vec<Open>,
    pub(super) undecided: BTreeSet<&'static str>,
    pub(super) not_asked: BTreeSet<&'static str>,
}

/// One fact with all that it leaves open.
struct Group {
    lack: Lack,
    checks: BTreeSet<&'static str>,
    /// The keys of the account that it leaves open, where it is about no single key.
    keys: Option<u64>,
    /// Regions that were not read.
    regions: Vec<String>,
}

impl From<&Open> for Group {
    fn from(open: &Open) -> Self {
        Self { lack: open.lack.clone(), checks: open.checks.clone(), keys: None, regions: Vec::new() }
    }
}

/// What an account's own facts leave open: those its own checks miss, and those that its keys do.
pub(super) fn of_account(
    scene: &AccountScene<'_>,
    own: Opens,
    of_keys: &[(&Region, Open)],
) -> (Vec<Finding>, BTreeSet<&'static str>) {
    let account = scene.account.id;
    let mut groups: BTreeMap<(Option<&Region>, Missing), Group> = BTreeMap::new();
    // Of an account that was not entered all is open, for one reason.
    let unseen = match Lack::of_entry(scene.account) {
        Some(lack) => Some(Group { lack, checks: every_check(|_| true), keys: Some(0), regions: Vec::new() }),
        None => unlisted(scene.cells),
    };
    let mut undecided: BTreeSet<&'static str> =
        own.0.values().flat_map(|open| &open.checks).copied().collect();
    let entered = unseen.as_ref().is_none_or(|group| group.lack.fact != Missing::Entry);
    for open in own.0.into_values().filter(|_| entered) {
        groups.insert((None, open.lack.fact), Group { keys: Some(0), ..Group::from(&open) });
    }
    for (region, open) in of_keys {
        let region = (open.lack.fact.home() == Home::Cell).then_some(*region);
        let group = groups
            .entry((region, open.lack.fact))
            .or_insert_with(|| Group { keys: Some(0), ..Group::from(open) });
        group.checks.extend(&open.checks);
        group.keys = group.keys.map(|keys| keys + 1);
    }
    if let Some(group) = unseen {
        undecided.extend(&group.checks);
        groups.insert((None, group.lack.fact), group);
    }
    let about = |region| About { subject: Subject::Account(account, region), account, region };
    let findings = groups.iter().map(|((region, _), group)| group.finding(about(*region))).collect();
    (findings, undecided)
}

/// The Regions of an account that was entered whose keys were not listed, or not to the end.
fn unlisted(cells: &[&Cell]) -> Option<Group> {
    let gap = |cell: &Cell| cell.gaps.iter().find(|gap| gap.operation == "kms:ListKeys").cloned();
    let is_unlisted = |cell: &&&Cell| match cell.visit {
        Visit::Failed | Visit::NotStarted => true,
        Visit::Visited => gap(cell).is_some(),
        Visit::Disabled => false,
    };
    let all: Vec<&&Cell> = cells.iter().filter(is_unlisted).collect();
    let first = all.first()?;
    let regions: Vec<String> = all.iter().map(|cell| cell.region.to_string()).collect();
    let told = first.gaps.first().map_or_else(
        || "the scan was stopped before".to_owned(),
        |gap| format!("{}: {}", gap.operation, gap.kind),
    );
    let why = format!("the keys of {} could not all be listed ({told})", listed(regions.clone(), NAMED));
    Some(Group {
        lack: Lack::new(Missing::Regions, why),
        checks: every_check_of_keys(),
        keys: Some(0),
        regions,
    })
}

/// The checks that look at keys.
#[must_use]
pub fn every_check_of_keys() -> BTreeSet<&'static str> {
    every_check(|meta| meta.needs != [Need::Principals])
}

fn every_check(is: impl Fn(&Meta) -> bool) -> BTreeSet<&'static str> {
    let metas = super::ALL.iter().map(|check| check.meta());
    metas.filter(|meta| meta.id != META.id && is(meta)).map(|meta| meta.id).collect()
}

impl Group {
    fn finding(&self, about: About<'_>) -> Finding {
        let metas: Vec<&Meta> = self.checks.iter().filter_map(|id| named(id)).collect();
        let worst = metas.iter().map(|meta| meta.severity).min().unwrap_or(META.severity);
        let evidence_of = BTreeMap::new();
        let controls = metas.iter().flat_map(|meta| framework::controls(meta.id, meta.topic, &evidence_of));
        let fact = self.lack.fact;
        Finding {
            id: finding_id(META.id, about.subject, &fact.name()),
            check: META.id.to_owned(),
            severity: worst.max(META.severity),
            status: Status::Unknown,
            account_id: about.account,
            region: about.region.cloned(),
            key_arn: about.key_arn(),
            title: format!("Not read: {}", fact.title()),
            detail: self.detail(),
            remediation: fact.fix().to_owned(),
            frameworks: controls.collect::<BTreeSet<String>>().into_iter().collect(),
            evidence: self.evidence(),
        }
    }

    fn detail(&self) -> String {
        // Those that would weigh most come first.
        let mut metas: Vec<&Meta> = self.checks.iter().filter_map(|id| named(id)).collect();
        metas.sort_by_key(|meta| (meta.severity, meta.id));
        let checks = metas.iter().map(|meta| meta.id.to_owned()).collect();
        let of_keys = match self.keys {
            None | Some(0) => String::new(),
            Some(1) => " of 1 key".to_owned(),
            Some(keys) => format!(" of {keys} keys"),
        };
        let open = if self.checks.len() == 1 {
            "1 check".to_owned()
        } else {
            format!("{} checks", self.checks.len())
        };
        format!("{}. That leaves {open} open{of_keys}: {}.", capital(&self.lack.why), listed(checks, NAMED))
    }

    fn evidence(&self) -> BTreeMap<String, serde_json::Value> {
        let mut evidence = BTreeMap::from([
            ("fact".to_owned(), self.lack.fact.name().into()),
            ("unread".to_owned(), self.lack.why.as_str().into()),
            ("undecided".to_owned(), self.checks.iter().copied().collect()),
        ]);
        evidence.extend(self.keys.map(|keys| ("keys".to_owned(), keys.into())));
        if !self.regions.is_empty() {
            evidence.insert("regions".to_owned(), self.regions.iter().map(String::as_str).collect());
        }
        evidence
    }
}

/// A sentence begins with a capital.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
