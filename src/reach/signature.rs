//! What answers about a key depend on, so that keys that do not differ in it share them: who may rewrite the policy of
//! one of a thousand keys of an account with one policy is asked once.

use std::collections::BTreeSet;

use keyreach_policy::aws::Action;

use super::{
    dossier::Dossier,
    gate::GateUnread,
    population::Household,
    statement::{Coverage, Mentions},
    world::possible,
};

/// What answers about one action on a key depend on: residents of a household are answered alike about keys of equal
/// signature. Witnesses name no key, so they are shared too.
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

/// What the statements of a household about one action ask of keys, gathered once.
#[derive(Debug, Clone)]
pub struct Asks {
    action: Action,
    keys: BTreeSet<String>,
    /// Keys that are named one by one
    named: BTreeSet<String>,
    patterns: Vec<Coverage>,
    /// A pattern has a variable in it: what it covers is for the search to say
    open: bool,
}

impl Household<'_> {
    /// What the statements of everybody here that cover an action ask of keys.
    #[must_use]
    pub fn asks(&self, action: Action) -> Asks {
        let mut mentions = Mentions::default();
        for clause in self
            .residents
            .iter()
            .flat_map(|resident| resident.rules())
            .flat_map(|rules| rules.allows.iter().chain(&rules.denies).map(|(_, clause)| clause))
        {
            let covers =
                clause.policy.rules.get(clause.rule).is_some_and(|rule| rule.actions.contains(action));
            if let Some(statement) = clause.statement().filter(|_| covers) {
                mentions.note(statement);
            }
        }
        let mut asks = Asks::about(action);
        asks.add(&mentions);
        asks
    }
}

impl Asks {
    fn about(action: Action) -> Self {
        let (keys, named, patterns) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
        Self { action, keys, named, patterns, open: false }
    }

    fn add(&mut self, mentions: &Mentions) {
        let about_key = |key: &&String| {
            let starts =
                ["aws:resource", "kms:key", "kms:customermasterkey", "kms:multiregion", "kms:resource"];
            starts.iter().any(|start| key.starts_with(start))
        };
        self.keys.extend(mentions.keys.keys().filter(about_key).cloned());
        for text in &mentions.resources {
            if text.contains("${") {
                self.open = true;
            } else if text.contains(['*', '?']) {
                self.patterns.push(Coverage::of(text));
            } else {
                self.named.insert(text.clone());
            }
        }
    }
}

impl Dossier<'_> {
    /// The key's signature for what a household's statements ask.
    #[must_use]
    pub fn signature(&self, asks: &Asks) -> Signature {
        let policies = self.policies.iter().map(|(_, policy)| *policy);
        let over = self.guardrails.iter().map(|(_, policy)| *policy);
        let mut own = Asks::about(asks.action);
        policies.clone().chain(over.clone()).for_each(|policy| own.add(&policy.mentions));
        let arn = self.arn.as_str();
        let mut facts = vec![self.arn.account().to_owned(), self.arn.region().to_owned()];
        facts.extend(asks.keys.union(&own.keys).map(|key| self.fact(key)));
        facts.push(possible(self.key.metadata.known()).contains(asks.action).to_string());
        if asks.action.is_grantable() || asks.action.name() == "kms:RetireGrant" {
            facts.extend(self.key.grants.items.iter().map(|grant| format!("{grant:?}")));
        }
        let is_alone = asks.open || own.open || asks.named.contains(arn) || own.named.contains(arn);
        facts.extend(is_alone.then(|| arn.to_owned()));
        let GateUnread { policy, grants, guardrails } = self.unread;
        Signature {
            facts,
            policies: policies.chain(over).map(|policy| std::ptr::from_ref(policy).addr()).collect(),
            covered: asks.patterns.iter().chain(&own.patterns).map(|pattern| pattern.of_key(arn)).collect(),
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
            return format!("{:?}", self.aliases);
        }
        if key.starts_with("aws:resource") {
            return String::new();
        }
        let of = metadata.map(|of| (&of.key_spec, &of.key_usage, &of.origin, &of.multi_region));
        format!("{of:?}")
    }
}
