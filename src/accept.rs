//! Findings that the settings accept: they stay, with the status `accepted` and with who said so and why. What was
//! not read cannot be accepted: only a finding of status `fail` is. What became of each acceptance is told, so that
//! those that have expired and those that nothing fits are seen.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date, tz::Offset};
use keyreach_policy::{Wildcard, aws::AccountId};

use crate::{
    assess::{
        acceptance::{Acceptance, AcceptanceState, Terms},
        finding::{Finding, Status},
    },
    config::{AcceptSettings, Selector},
    snapshot::{Snapshot, key::Key, organization::Account},
};

/// Marks the findings that the settings accept, and says what became of each acceptance.
pub fn accept(snapshot: &Snapshot, settings: &[AcceptSettings], findings: &mut [Finding]) -> Vec<Acceptance> {
    if settings.is_empty() {
        return Vec::new();
    }
    let things = Things::of(snapshot);
    let mut rules: Vec<Rule<'_>> =
        settings.iter().map(|written| Rule::new(written, snapshot.scan.taken_at)).collect();
    for finding in findings.iter().filter(|finding| finding.status == Status::Unknown) {
        rules.iter_mut().filter(|rule| rule.fits(finding, &things)).for_each(|rule| rule.undecided += 1);
    }
    for finding in findings.iter_mut().filter(|finding| finding.status == Status::Fail) {
        let mut by = None;
        for rule in rules.iter_mut().filter(|rule| rule.fits(finding, &things)) {
            rule.findings += 1;
            by = by.or((!rule.expired).then_some(rule.written));
        }
        if let Some(written) = by {
            let expires = &written.expires.to_string();
            let AcceptSettings { reason, owner, ticket, .. } = written;
            Terms { reason, owner, ticket: ticket.as_deref(), expires }.accept(finding);
        }
    }
    rules.iter().map(Rule::outcome).collect()
}

/// What findings are about, by name.
struct Things<'a> {
    accounts: BTreeMap<AccountId, &'a Account>,
    keys: BTreeMap<&'a str, &'a Key>,
}

impl<'a> Things<'a> {
    fn of(snapshot: &'a Snapshot) -> Self {
        let keys = snapshot.cells.iter().flat_map(|cell| &cell.keys);
        Self {
            accounts: snapshot.accounts.iter().map(|account| (account.id, account)).collect(),
            keys: keys.map(|key| (key.arn.as_str(), key)).collect(),
        }
    }

    /// What a selector is held against; nothing where the finding has no such property, or it was not read.
    fn values(&self, selector: &Selector, finding: &Finding) -> Vec<String> {
        let key = finding.key_arn.as_deref().and_then(|arn| self.keys.get(arn));
        let of_account = |account: &&Account| account.path.as_ref().map(|path| path.as_str().to_owned());
        match selector {
            Selector::Account => vec![finding.account_id.to_string()],
            Selector::OrganizationalUnit => {
                self.accounts.get(&finding.account_id).and_then(of_account).into_iter().collect()
            }
            Selector::Region => finding.region.iter().map(|region| region.as_str().to_owned()).collect(),
            Selector::Key => key.map(|key| vec![key.arn.clone(), key.key_id.clone()]).unwrap_or_default(),
            Selector::Alias => key.map(|key| key.aliases.clone()).unwrap_or_default(),
            Selector::Tag(name) => {
                let tags = key.and_then(|key| key.tags.known());
                tags.and_then(|tags| tags.get(name)).cloned().into_iter().collect()
            }
        }
    }
}

/// An acceptance made ready.
struct Rule<'a> {
    written: &'a AcceptSettings,
    selectors: Vec<(&'a Selector, Vec<Wildcard>)>,
    expired: bool,
    findings: u64,
    /// Findings that it fits and of which the facts to tell were not read: they may be found next time.
    undecided: u64,
}

impl<'a> Rule<'a> {
    fn new(written: &'a AcceptSettings, now: Timestamp) -> Self {
        let patterns = |texts: &Vec<String>| texts.iter().map(|text| Wildcard::new(text)).collect();
        let selectors = written.selectors.iter().map(|(selector, texts)| (selector, patterns(texts)));
        Self {
            written,
            selectors: selectors.collect(),
            expired: today(now) > written.expires,
            findings: 0,
            undecided: 0,
        }
    }

    fn fits(&self, finding: &Finding, things: &Things<'_>) -> bool {
        let fits = |(selector, patterns): &(&Selector, Vec<Wildcard>)| {
            let values = things.values(selector, finding);
            values.iter().any(|value| patterns.iter().any(|pattern| pattern.covers(value)))
        };
        let is_of_check = self.written.check == "*" || self.written.check == finding.check;
        is_of_check && self.selectors.iter().all(fits)
    }

    fn outcome(&self) -> Acceptance {
        let written = self.written;
        let selectors = written.selectors.iter().map(|(selector, texts)| (selector.name(), texts.clone()));
        Acceptance {
            check: written.check.clone(),
            selectors: selectors.collect(),
            reason: written.reason.clone(),
            owner: written.owner.clone(),
            ticket: written.ticket.clone(),
            expires: written.expires.to_string(),
            state: match (self.expired, self.findings) {
                (true, _) => AcceptanceState::Expired,
                (false, 0) if self.undecided == 0 => AcceptanceState::Unused,
                (false, _) => AcceptanceState::InForce,
            },
            findings: self.findings,
        }
    }
}

fn today(now: Timestamp) -> Date {
    Offset::UTC.to_datetime(now).date()
}
