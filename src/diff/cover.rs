//! Which ways in cover one another: a way is wider only in what no way of the other side lets through. A statement that
//! was split, merged or narrowed to one of those whom it spoke of opens nothing.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{
    exposure::width,
    run::{Key, Reach},
};

/// The ways in of one side, by whom they stand for.
pub(super) struct Cover<'a> {
    key: &'a Key,
    ways: BTreeMap<&'a str, Vec<&'a Reach>>,
}

impl<'a> Cover<'a> {
    pub(super) fn of(key: &'a Key) -> Self {
        let mut ways: BTreeMap<&str, Vec<&Reach>> = BTreeMap::new();
        for way in &key.exposure.reaches {
            ways.entry(stands_for(&way.principal)).or_default().push(way);
        }
        Self { key, ways }
    }

    /// Whether each action of a way of the other side is one that somebody like its caller has here.
    pub(super) fn covers(&self, way: &Reach) -> bool {
        let mut left: BTreeSet<&String> = way.actions.iter().collect();
        for other in self.wider_principals(way).flatten().filter(|other| is_as_wide(other, way)) {
            left.retain(|action| !other.actions.contains(*action));
            if left.is_empty() {
                return true;
            }
        }
        false
    }

    /// The ways of the same principal, and those of its account and of everybody unless a Deny names that account: what
    /// everybody may, it might not.
    fn wider_principals(&self, way: &Reach) -> impl Iterator<Item = &Vec<&'a Reach>> {
        let own = stands_for(&way.principal);
        let account = account(&way.principal);
        let is_denied = account.is_some_and(|account| denies_by_name(self.key, account));
        let wider = [account, Some("*")].into_iter().flatten().filter(move |of| *of != own && !is_denied);
        [own].into_iter().chain(wider).filter_map(|of| self.ways.get(of))
    }
}

/// Whether a way holds whoever another lets in to no more than the other does.
fn is_as_wide(one: &Reach, other: &Reach) -> bool {
    width(&one.zone).zip(width(&other.zone)).is_some_and(|(one, other)| one >= other)
        && one.conditions.is_subset(&other.conditions)
        && (!one.needs_identity_policy || other.needs_identity_policy)
}

/// An account by its id, however it is written; anybody else by name.
fn stands_for(principal: &str) -> &str {
    match account(principal) {
        Some(account) if principal.ends_with(":root") => account,
        _ => principal,
    }
}

/// The account in an ARN, or the id itself.
fn account(principal: &str) -> Option<&str> {
    let id = principal.split(':').nth(4).unwrap_or(principal);
    (id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_digit())).then_some(id)
}

fn denies_by_name(key: &Key, account: &str) -> bool {
    let statements = key.policies.iter().filter_map(|policy| policy.document.get("Statement"));
    let each = statements.flat_map(|of| of.as_array().map_or_else(|| vec![of], |all| all.iter().collect()));
    each.filter(|of| of.get("Effect").and_then(Value::as_str) == Some("Deny"))
        .any(|of| of.to_string().contains(account))
}
