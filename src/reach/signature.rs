//! What answers about a key depend on, so that keys that do not differ in it share them: who may rewrite the policy of
//! one of a thousand keys of an account with one policy is asked once.

use std::collections::BTreeSet;

use super::{
    dossier::Dossier,
    gate::GateUnread,
    population::Household,
    statement::{Mentions, fits_under_each_reading},
};

/// What answers about a key depend on: residents of a household are answered alike about keys of equal signature.
/// Witnesses name no key, so they are shared too.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Signature {
    /// The account, the Region, and what of the key the statements in play ask about
    facts: Vec<String>,
    /// The policies and guardrails, by their place in the library
    policies: Vec<usize>,
    /// Which of the patterns in play cover the key
    covered: Vec<[bool; 3]>,
    unread: [bool; 3],
}

/// What a household's statements ask of keys, gathered once.
#[derive(Debug, Clone, Default)]
pub(super) struct Asks {
    pub(super) keys: BTreeSet<String>,
    pub(super) resources: BTreeSet<String>,
}

impl Asks {
    pub(super) fn add(&mut self, mentions: &Mentions) {
        let about_key = |key: &&String| {
            let starts =
                ["aws:resource", "kms:key", "kms:customermasterkey", "kms:multiregion", "kms:resource"];
            starts.iter().any(|start| key.starts_with(start))
        };
        self.keys.extend(mentions.keys.keys().filter(about_key).cloned());
        self.resources.extend(mentions.resources.iter().cloned());
    }
}

impl Dossier<'_> {
    /// The key's signature for the residents of a household.
    #[must_use]
    pub fn signature(&self, household: &Household<'_>) -> Signature {
        let mut asks = household.asks.clone();
        let policies = self.policies.iter().map(|(_, policy)| *policy);
        let over = self.guardrails.iter().map(|(_, policy)| *policy);
        for policy in policies.clone().chain(over.clone()) {
            asks.add(&policy.mentions);
        }
        let arn = self.arn.as_str();
        let account = self.arn.account();
        let mut facts = vec![account.to_owned(), self.arn.region().to_owned()];
        facts.extend(asks.keys.iter().map(|key| self.fact(key)));
        facts.extend(self.key.grants.items.iter().map(|grant| format!("{grant:?}")));
        // What a pattern with a variable covers is for the search to say.
        let has_variable = asks.resources.iter().any(|text| text.contains("${"));
        facts.extend(has_variable.then(|| arn.to_owned()));
        let GateUnread { policy, grants, guardrails } = self.unread;
        Signature {
            facts,
            policies: policies.chain(over).map(|policy| std::ptr::from_ref(policy).addr()).collect(),
            covered: asks.resources.iter().map(|text| fits_under_each_reading(text, arn)).collect(),
            unread: [policy, grants, guardrails],
        }
    }

    /// What a condition key says of the key; empty where the same is said of every key of an account and Region.
    fn fact(&self, key: &str) -> String {
        let metadata = self.key.metadata.known();
        if key.starts_with("aws:resourcetag/") {
            return format!("{:?}", self.key.tags.known());
        }
        if key == "kms:resourcealiases" {
            return format!("{:?}", self.key.aliases);
        }
        if key.starts_with("aws:resource") {
            return String::new();
        }
        let of = metadata.map(|of| (&of.key_spec, &of.key_usage, &of.origin, &of.multi_region));
        format!("{of:?}")
    }
}
