//! One key resolved: its place, its id, and its facts as the scenario wrote them with every name filled in.
//! A generated key is made for the moment and asks the estate for its policy and grants.

use std::collections::BTreeMap;

use super::fill::Fill;
use crate::clock::DAY;
use crate::generated::{Estate, Seat};
use crate::scenario;
use crate::seed;

/// A key.
#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) id: String,
    pub(crate) arn: String,
    pub(crate) account: String,
    pub(crate) aws_managed: bool,
    /// Seconds since the epoch.
    pub(crate) created: i64,
    pub(crate) facts: scenario::Key,
    pub(crate) multi: Option<Multi>,
    pub(crate) store: Option<StoreIds>,
    pub(crate) source: Source,
}

/// The multi-Region side of a key: all regions it is in.
#[derive(Debug, Clone)]
pub(crate) struct Multi {
    pub(crate) primary: String,
    pub(crate) is_primary: bool,
    pub(crate) replicas: Vec<String>,
}

/// The ids of the store that holds a key.
#[derive(Debug, Clone)]
pub(crate) struct StoreIds {
    pub(crate) id: String,
    pub(crate) cluster: Option<String>,
}

/// Where policy and grants come from.
#[derive(Debug)]
pub(crate) enum Source {
    Written { policy: String },
    Generated(Seat),
}

impl Key {
    pub(crate) fn spec(&self) -> &str {
        or(&self.facts.spec, "SYMMETRIC_DEFAULT")
    }

    pub(crate) fn origin(&self) -> &str {
        or(&self.facts.origin, "AWS_KMS")
    }

    pub(crate) fn state(&self) -> &str {
        or(&self.facts.state, "Enabled")
    }

    pub(crate) fn is_symmetric(&self) -> bool {
        self.spec() == "SYMMETRIC_DEFAULT"
    }

    pub(crate) fn is_in_store(&self) -> bool {
        matches!(self.origin(), "AWS_CLOUDHSM" | "EXTERNAL_KEY_STORE")
    }

    pub(crate) fn usage(&self) -> &str {
        if !self.facts.usage.is_empty() {
            return &self.facts.usage;
        }
        match self.spec() {
            spec if spec.starts_with("HMAC") => "GENERATE_VERIFY_MAC",
            spec if spec.starts_with("ECC") || spec.starts_with("ML_DSA") => "SIGN_VERIFY",
            spec if spec.starts_with("ML_KEM") => "ENCAPSULATE_DECAPSULATE",
            _ => "ENCRYPT_DECRYPT",
        }
    }

    /// The `default` policy.
    pub(crate) fn policy(&self, estate: Option<&Estate>) -> String {
        match (&self.source, estate) {
            (Source::Written { policy }, _) => policy.clone(),
            (Source::Generated(seat), Some(estate)) => estate.policy(seat),
            (Source::Generated(_), None) => String::new(),
        }
    }

    pub(crate) fn grants(&self, estate: Option<&Estate>) -> usize {
        match (&self.source, estate) {
            (Source::Generated(seat), Some(estate)) => estate.grants(seat),
            _ => self.facts.grants.len(),
        }
    }

    /// A grant by its number.
    pub(crate) fn grant(&self, estate: Option<&Estate>, number: usize) -> Option<scenario::Grant> {
        match (&self.source, estate) {
            (Source::Generated(seat), Some(estate)) => Some(estate.grant(seat, number)),
            _ => self.facts.grants.get(number).cloned(),
        }
    }

    /// The current key material, for the kinds of key that tell.
    pub(crate) fn material_id(&self, number: u64) -> String {
        seed::hex64(seed::hash(number, &["material", &self.id]))
    }

    /// Label, id and aliases: what a fault may call it.
    pub(crate) fn names(&self) -> Vec<String> {
        let aliases = self.facts.aliases.iter().map(|alias| format!("alias/{alias}"));
        self.facts.label.iter().cloned().chain([self.id.clone()]).chain(aliases).collect()
    }
}

/// A text, or what it means when empty.
pub(crate) fn or<'a>(text: &'a str, default: &'a str) -> &'a str {
    if text.is_empty() { default } else { text }
}

/// When something was made that is so many days old; drawn from the id where it is not written.
pub(super) fn created(base: i64, days: i64, id: &str) -> i64 {
    let drawn = seed::hash(0, &["created", id]);
    let days = if days == 0 { 365 + i64::try_from(drawn % 700).unwrap_or(0) } else { days };
    base - days * DAY - i64::try_from(drawn % 50_000).unwrap_or(0)
}

/// The facts of one copy of a key, with every name filled in and every grant of a series apart.
pub(super) fn filled(written: &scenario::Key, fill: &Fill, copy: u64) -> scenario::Key {
    let number = copy.to_string();
    let fill = fill.with(&[("n", &number)]);
    let mut facts = written.clone();
    let many = written.count > 1;
    for alias in &mut facts.aliases {
        let own = fill.text(alias);
        *alias = if many && own == *alias { format!("{own}-{number}") } else { own };
    }
    facts.description = fill.text(&written.description);
    if written.description_repeat > 1 {
        facts.description = facts.description.repeat(written.description_repeat);
    }
    facts.tags = super::filled(&written.tags, |text| fill.text(text));
    facts.grants = written.grants.iter().flat_map(|grant| series(grant, &fill)).collect();
    facts
}

fn series(grant: &scenario::Grant, fill: &Fill) -> Vec<scenario::Grant> {
    let one = |copy: u64| {
        let number = copy.to_string();
        let fill = fill.with(&[("n", &number)]);
        let text = |written: &Option<String>| written.as_ref().map(|text| fill.text(text));
        let map = |written: &BTreeMap<String, String>| super::filled(written, |text| fill.text(text));
        scenario::Grant {
            count: 1,
            grantee: text(&grant.grantee),
            grantee_service: text(&grant.grantee_service),
            retiring: text(&grant.retiring),
            retiring_service: text(&grant.retiring_service),
            issuing_account: text(&grant.issuing_account),
            operations: grant.operations.clone(),
            name: fill.text(&grant.name),
            context_equals: map(&grant.context_equals),
            context_subset: map(&grant.context_subset),
            source_arn: text(&grant.source_arn),
            age_days: grant.age_days,
        }
    };
    (0..grant.count.max(1)).map(one).collect()
}
