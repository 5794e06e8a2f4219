//! AWS services that may use the key for themselves, and whether something holds them to this account or
//! organization: the search, with every source in foreign hands, finds nothing then.

use std::collections::{BTreeMap, BTreeSet};

use keyreach_policy::aws::{AccountId, Action, Actions};

use super::{
    caller::{Caller, other_than},
    condition::Demand,
    glob::{Class, Glob, Part, exactly, glob},
    opening::Builder,
    outsiders::services,
    pred::Pred,
    run::{Outcome, Query, Run, favorite},
    search::{Alternative, Atom},
    way_in::Opening,
    world::{World, account_of},
};
use crate::assess::exposure::ServiceUse;

const ACCOUNT_KEYS: [&str; 3] = ["aws:sourceaccount", "aws:sourceowner", "kms:calleraccount"];
const GUARD_KEYS: [&str; 6] = [
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
    "aws:sourceowner",
    "kms:calleraccount",
];
const CONTEXT: &str = "kms:encryptioncontext:";

/// Everything that services may do. What stays open counts as possible and as unguarded.
pub(super) fn uses(run: &Run<'_>) -> Vec<ServiceUse> {
    let world = run.lens.world;
    let mut found: BTreeMap<(String, Option<String>), Actions> = BTreeMap::new();
    let own = Own::new(world);
    for opening in run.openings().into_iter().filter(|opening| opening.leads_to_services()) {
        for caller in services(world) {
            for actions in run.groups(opening, Action::is_on_key) {
                // What a grant's constraints do not concern goes with what they do.
                let aside = |actions: Actions| actions.iter().all(|action| !action.has_encryption_context());
                if matches!(opening, Opening::Grant(_)) && aside(actions) && !aside(opening.actions()) {
                    continue;
                }
                if let Some(guard) = ask(run, opening, actions, &caller, &own) {
                    let principal = caller.name.clone().unwrap_or_else(|| "*".to_owned());
                    let all = found.entry((principal, guard)).or_default();
                    *all = all.union(actions);
                }
            }
        }
    }
    let uses = found.into_iter().map(|((principal, guard), actions)| ServiceUse {
        principal,
        actions: actions.iter().map(|action| action.name().to_owned()).collect(),
        guarded: guard.is_some(),
        guard,
    });
    uses.collect()
}

/// Whether the service can, and what guards it.
#[expect(clippy::option_option, reason = "not able at all is not unguarded")]
fn ask<'a>(
    run: &Run<'a>,
    opening: Opening<'a>,
    actions: Actions,
    caller: &Caller,
    own: &Own,
) -> Option<Option<String>> {
    let action = favorite(actions)?;
    run.covers(opening, action, caller)?;
    // Retiring a grant is no use of the key.
    if action.name() == "kms:RetireGrant" {
        return None;
    }
    let guards: Vec<_> = run.guards.iter().map(|(_, clause)| *clause).collect();
    let any = Query { opening, guards: &guards, narrow: &|_| {} };
    if matches!(run.search(action, caller, &any), Outcome::None) {
        return None;
    }
    let foreign = Query { narrow: &|builder| own.elsewhere(builder), ..any };
    let foreign = run.search(action, caller, &foreign);
    Some(matches!(foreign, Outcome::None).then(|| guard(opening)))
}

/// What guards, in words.
fn guard(opening: Opening<'_>) -> String {
    let is_guard = |text: &String| {
        let lower = text.to_ascii_lowercase();
        GUARD_KEYS.iter().any(|key| lower.contains(key))
            || lower.contains("encryption") && lower.contains("context")
    };
    let texts: Vec<String> = opening.conditions().into_iter().filter(is_guard).collect();
    if texts.is_empty() {
        "a Deny statement or resource control policy holds the source to this account or organization"
            .to_owned()
    } else {
        texts.join(" and ")
    }
}

/// What is the key owner's own.
struct Own {
    accounts: Vec<String>,
    organization: Option<String>,
    /// ARNs that are written out and name no account, such as a bucket's
    arns: Vec<String>,
}

impl Own {
    fn new(world: &World<'_>) -> Self {
        let of =
            |key: &str| key == "aws:sourcearn" || ACCOUNT_KEYS.contains(&key) || key.starts_with(CONTEXT);
        let from_policies =
            world.keys.iter().filter(|(key, _)| of(key)).flat_map(|(_, values)| values.clone());
        let from_grants = world.facts.grants.iter().flat_map(|grant| {
            let constraints = &grant.constraints;
            let pairs = [&constraints.encryption_context_equals, &constraints.encryption_context_subset];
            let values = pairs.into_iter().flatten().flat_map(BTreeMap::values);
            values.chain(&constraints.source_arn).cloned().collect::<Vec<_>>()
        });
        let texts: BTreeSet<String> = from_policies.chain(from_grants).collect();
        let is_own =
            |account: &AccountId| *account == world.account || world.own.is_some_and(|own| own.has(*account));
        let mut accounts: BTreeSet<AccountId> =
            texts.iter().filter_map(|text| account_of(text)).filter(is_own).collect();
        accounts.insert(world.account);
        let no_account = |text: &&String| {
            text.starts_with("arn:") && text.split(':').nth(4) == Some("") && !text.contains(['*', '?', '$'])
        };
        Self {
            accounts: accounts.iter().map(ToString::to_string).collect(),
            organization: world.own.map(|own| own.id.as_str().to_owned()),
            arns: texts.iter().filter(no_account).cloned().collect(),
        }
    }

    /// Puts every source that is asked about into other hands.
    fn elsewhere(&self, builder: &mut Builder<'_, '_>) {
        let axes: Vec<(usize, String)> =
            builder.puzzle.axes.iter().enumerate().map(|(index, axis)| (index, axis.id.clone())).collect();
        for (axis, key) in axes {
            let other = match key.as_str() {
                key if ACCOUNT_KEYS.contains(&key) => other_than(&self.accounts),
                "aws:sourcearn" => Pred::like(self.sources()).not(),
                "aws:sourceorgid" | "aws:sourceorgpaths" => Pred::like(self.organizations()).not(),
                key if key.starts_with(CONTEXT) => Pred::like(self.traces()).not(),
                _ => continue,
            };
            let atom = Atom { axis, demand: Demand::if_there(other) };
            builder.puzzle.clauses.push(vec![Alternative { atoms: vec![atom], fails: None }]);
        }
    }

    fn sources(&self) -> Vec<Glob> {
        let accounts = self.accounts.iter().map(|account| in_account_anywhere(account));
        accounts.chain(self.arns.iter().map(|arn| exactly(arn))).collect()
    }

    fn organizations(&self) -> Vec<Glob> {
        let id = self.organization.as_deref();
        id.into_iter()
            .flat_map(|id| [exactly(id), glob([Part::Text(id), Part::Text("/"), Part::Many(Class::Any)])])
            .collect()
    }

    /// Values of an encryption context that speak of an own account, organization or resource.
    fn traces(&self) -> Vec<Glob> {
        let any = Part::Many(Class::Any);
        let texts = self.accounts.iter().chain(&self.organization).chain(&self.arns);
        texts.map(|text| glob([any, Part::Text(text), any])).collect()
    }
}

/// Every ARN of an account, in any Region.
fn in_account_anywhere(digits: &str) -> Glob {
    let part = Part::Many(Class::NotColon);
    let colon = Part::Text(":");
    glob([
        Part::Text("arn:"),
        part,
        colon,
        part,
        colon,
        part,
        colon,
        Part::Text(digits),
        colon,
        Part::Many(Class::Any),
    ])
}
