//! Findings that the settings accept: they stay, with the status `accepted` and with who said so and why. What was
//! not read cannot be accepted: only a finding of status `fail` is. What became of each acceptance is told, so that
//! those that have expired and those that nothing fits are seen. One that may fit what nobody looked at is in force.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, civil::Date, tz::Offset};
use keyreach_policy::{
    Wildcard,
    aws::{AccountId, Region},
};

use crate::{
    assess::{
        acceptance::{Acceptance, AcceptanceState, Terms},
        finding::{Finding, Status},
    },
    config::{AcceptSettings, Selector},
    snapshot::{
        Snapshot, TargetSource,
        cell::{Cell, Visit},
        gap::Fact,
        key::Key,
        organization::{Account, Entry, RegionSource},
    },
};

/// A key, and the checks that cannot tell of it.
pub type OpenKey<'a> = (&'a Key, BTreeSet<&'static str>);

/// Marks the findings that the settings accept, and says what became of each acceptance. `open` holds the keys of
/// which checks cannot tell.
pub fn accept(
    snapshot: &Snapshot,
    settings: &[AcceptSettings],
    open: &[OpenKey<'_>],
    findings: &mut [Finding],
) -> Vec<Acceptance> {
    if settings.is_empty() {
        return Vec::new();
    }
    let things = Things::of(snapshot);
    let mut rules: Vec<Rule<'_>> =
        settings.iter().map(|written| Rule::new(written, snapshot.scan.taken_at)).collect();
    for rule in &mut rules {
        rule.may_fit = rule.may_fit_a_key(open, &things)
            || rule.may_fit_an_account(findings, &things)
            || rule.may_fit_the_unseen(&things);
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
    snapshot: &'a Snapshot,
    accounts: BTreeMap<AccountId, &'a Account>,
    keys: BTreeMap<&'a str, (&'a Cell, &'a Key)>,
}

/// What an acceptance is held against.
#[derive(Clone, Copy)]
struct Subject<'a> {
    account: AccountId,
    region: Option<&'a Region>,
    key: Option<&'a str>,
}

/// What a selector is held against: the values of the property, none where there is no such thing; `None` where it
/// was not read.
type Values = Option<Vec<String>>;

impl<'a> Things<'a> {
    fn of(snapshot: &'a Snapshot) -> Self {
        let keys = snapshot.cells.iter().flat_map(|cell| cell.keys.iter().map(move |key| (cell, key)));
        Self {
            snapshot,
            accounts: snapshot.accounts.iter().map(|account| (account.id, account)).collect(),
            keys: keys.map(|(cell, key)| (key.arn.as_str(), (cell, key))).collect(),
        }
    }

    fn values(&self, selector: &Selector, of: Subject<'_>) -> Values {
        let key = of.key.and_then(|arn| self.keys.get(arn));
        let path = || self.accounts.get(&of.account).and_then(|account| account.path.as_ref());
        match selector {
            Selector::Account => Some(vec![of.account.to_string()]),
            Selector::OrganizationalUnit => path().map(|path| vec![path.as_str().to_owned()]),
            Selector::Region => Some(of.region.iter().map(|region| region.as_str().to_owned()).collect()),
            Selector::Key => {
                Some(key.map(|(_, key)| vec![key.arn.clone(), key.key_id.clone()]).unwrap_or_default())
            }
            Selector::Alias => match key {
                Some((cell, _)) if cell.gaps.iter().any(|gap| gap.operation == "kms:ListAliases") => None,
                other => Some(other.map(|(_, key)| key.aliases.clone()).unwrap_or_default()),
            },
            Selector::Tag(name) => match key.map(|(_, key)| &key.tags) {
                Some(Fact::Unknown(_)) => None,
                Some(Fact::Known(tags)) => Some(tags.get(name).cloned().into_iter().collect()),
                None => Some(Vec::new()),
            },
        }
    }
}

/// An acceptance made ready.
struct Rule<'a> {
    written: &'a AcceptSettings,
    selectors: Vec<(&'a Selector, Vec<Wildcard>)>,
    expired: bool,
    findings: u64,
    /// It fits something that was not read or not looked at: a finding may fit it next time.
    may_fit: bool,
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
            may_fit: false,
        }
    }

    fn is_of(&self, check: &str) -> bool {
        self.written.check == "*" || self.written.check == check
    }

    fn fits(&self, finding: &Finding, things: &Things<'_>) -> bool {
        let subject = Subject {
            account: finding.account_id,
            region: finding.region.as_ref(),
            key: finding.key_arn.as_deref(),
        };
        self.is_of(&finding.check) && self.holds(subject, things, false)
    }

    /// Whether every selector fits; `doubt` is the answer for what was not read.
    fn holds(&self, of: Subject<'_>, things: &Things<'_>, doubt: bool) -> bool {
        self.selectors.iter().all(|(selector, patterns)| match things.values(selector, of) {
            Some(values) => values.iter().any(|value| patterns.iter().any(|pattern| pattern.covers(value))),
            None => doubt,
        })
    }

    /// A key that it fits and of which its check cannot tell.
    fn may_fit_a_key(&self, open: &[OpenKey<'_>], things: &Things<'_>) -> bool {
        open.iter().any(|(key, checks)| {
            let place =
                things.keys.get(key.arn.as_str()).filter(|_| checks.iter().any(|check| self.is_of(check)));
            place.is_some_and(|(cell, _)| {
                let subject =
                    Subject { account: cell.account_id, region: Some(&cell.region), key: Some(&key.arn) };
                self.holds(subject, things, true)
            })
        })
    }

    /// An account that it fits and of which its check cannot tell.
    fn may_fit_an_account(&self, findings: &[Finding], things: &Things<'_>) -> bool {
        let of_account = |finding: &&Finding| finding.status == Status::Unknown && finding.key_arn.is_none();
        findings.iter().filter(of_account).any(|finding| {
            let undecided = finding.evidence.get("undecided").and_then(|checks| checks.as_array());
            let is_open =
                undecided.into_iter().flatten().filter_map(|one| one.as_str()).any(|id| self.is_of(id));
            let subject = Subject { account: finding.account_id, region: None, key: None };
            is_open && self.holds(subject, things, true)
        })
    }

    /// Keys that nobody looked at: of accounts that were not entered or left out, of Regions that were not listed.
    fn may_fit_the_unseen(&self, things: &Things<'_>) -> bool {
        let snapshot = things.snapshot;
        let of_cell = |cell: &Cell| {
            let unlisted = cell.gaps.iter().any(|gap| gap.operation == "kms:ListKeys");
            let is_unseen = unlisted || matches!(cell.visit, Visit::Failed | Visit::NotStarted);
            is_unseen && self.may_hold_there(cell.account_id, Some(&cell.region), things)
        };
        let of_account = |account: &Account| {
            // Settings that name Regions leave others out.
            let is_narrow =
                account.regions == Some(RegionSource::Settings) && self.is_of_no_region(account, things);
            let is_shut = matches!(account.entry, Entry::Refused | Entry::NotStarted | Entry::Skipped(_));
            (is_shut || is_narrow) && self.may_hold_there(account.id, None, things)
        };
        // Where not all accounts are known, it may be of one that is not.
        let is_partial =
            matches!(snapshot.scan.targets, TargetSource::Settings | TargetSource::OrganizationUnread);
        snapshot.cells.iter().any(of_cell)
            || snapshot.accounts.iter().any(of_account)
            || (is_partial && self.is_of_no_account(things))
    }

    /// Whether it fits some key there, for all that is known. `None` is any Region.
    fn may_hold_there(&self, account: AccountId, region: Option<&Region>, things: &Things<'_>) -> bool {
        let of = Subject { account, region, key: None };
        self.selectors.iter().all(|(selector, patterns)| {
            let values = match selector {
                Selector::Account | Selector::OrganizationalUnit => things.values(selector, of),
                Selector::Region => region.map(|region| vec![region.as_str().to_owned()]),
                Selector::Key => {
                    let all = self.written.selectors.iter();
                    let texts = all.filter(|(one, _)| one == *selector).flat_map(|(_, texts)| texts);
                    return texts.into_iter().any(|text| may_be_of(text, account));
                }
                Selector::Alias | Selector::Tag(_) => None,
            };
            values.is_none_or(|values| {
                values.iter().any(|value| patterns.iter().any(|pattern| pattern.covers(value)))
            })
        })
    }

    fn of(&self, wanted: &Selector) -> Option<&[Wildcard]> {
        let found = self.selectors.iter().find(|(selector, _)| *selector == wanted);
        found.map(|(_, patterns)| patterns.as_slice())
    }

    /// It names Regions, and none in which the account was looked at.
    fn is_of_no_region(&self, account: &Account, things: &Things<'_>) -> bool {
        let cells = || things.snapshot.cells.iter().filter(|cell| cell.account_id == account.id);
        self.of(&Selector::Region).is_some_and(|patterns| {
            cells().all(|cell| !patterns.iter().any(|pattern| pattern.covers(cell.region.as_str())))
        })
    }

    /// It names accounts, and none that is known.
    fn is_of_no_account(&self, things: &Things<'_>) -> bool {
        self.of(&Selector::Account).is_some_and(|patterns| {
            let is_named = |id: &AccountId| patterns.iter().any(|pattern| pattern.covers(&id.to_string()));
            !things.accounts.keys().any(is_named)
        })
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
                (false, 0) if !self.may_fit => AcceptanceState::Unused,
                (false, _) => AcceptanceState::InForce,
            },
            findings: self.findings,
        }
    }
}

/// Whether a pattern may fit a key of an account: an ARN names its account.
fn may_be_of(pattern: &str, account: AccountId) -> bool {
    let named = pattern.strip_prefix("arn:").and_then(|rest| rest.split(':').nth(3));
    named.is_none_or(|id| Wildcard::new(id).covers(&account.to_string()))
}

fn today(now: Timestamp) -> Date {
    Offset::UTC.to_datetime(now).date()
}
