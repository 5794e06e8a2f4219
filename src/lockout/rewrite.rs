//! Key policies as they would read if: without Deny statements, without conditions, with the ids of principals that
//! exist in the place of which AWS shows them (SEM-8).

use std::{borrow::Cow, collections::BTreeMap};

use keyreach_policy::{
    principal::{Form, Principal},
    syntax::{Condition, Document, Effect, Entry, Principals, Statement},
};

use super::Question;
use crate::{assess::exposure::ViaKind, reach::Reviewed};

type Texts<'a> = Vec<(ViaKind, Cow<'a, Reviewed>)>;

/// The policies with unique ids replaced by the ARNs of those who bear them. An id that nobody bears stays.
pub(super) fn ids_resolved<'a>(question: &Question<'a>) -> Texts<'a> {
    let has_ids = question.facts.policies.iter().any(|(_, policy)| names_ids(policy.policy().document()));
    let mut arns: BTreeMap<&str, &str> = BTreeMap::new();
    if let Some(iam) = question.iam.filter(|_| has_ids) {
        arns.extend(iam.users.iter().map(|user| (user.user_id.as_str(), user.arn.as_str())));
        arns.extend(iam.roles.iter().map(|role| (role.role_id.as_str(), role.arn.as_str())));
    }
    rewritten(
        question,
        |statement| {
            let Some(Principals::Named(lists)) = statement.principal.as_mut().map(|set| &mut set.principals)
            else {
                return;
            };
            for principal in lists.iter_mut().flat_map(|(_, list)| list.items.iter_mut()) {
                if let Some(arn) = arns.get(principal.as_str()) {
                    *principal = Principal::parse("AWS", *arn);
                }
            }
        },
        has_ids && !arns.is_empty(),
    )
}

fn names_ids(document: &Document) -> bool {
    document.statements().any(|(_, statement)| {
        match statement.principal.as_ref().map(|set| &set.principals) {
            Some(Principals::Named(lists)) => {
                lists.iter().flat_map(|(_, list)| list.iter()).any(|one| one.form() == Form::UniqueId)
            }
            _ => false,
        }
    })
}

/// The policies with what the key's owner wrote against his own people taken out.
pub(super) fn without<'a>(question: &Question<'a>, denies: bool, conditions: bool) -> Texts<'a> {
    rewritten(
        question,
        |statement| {
            match statement.effect {
                // A statement without an action has no effect.
                Effect::Deny if denies => statement.action = None,
                Effect::Allow if conditions => statement.condition = None,
                Effect::Allow | Effect::Deny => {}
            }
        },
        denies || conditions,
    )
}

/// The policies as they read for somebody who carries every tag that they ask for.
pub(super) fn without_tags<'a>(question: &Question<'a>) -> Texts<'a> {
    let is_tag = |condition: &Condition| condition.key.to_ascii_lowercase().starts_with("aws:principaltag/");
    rewritten(
        question,
        |statement| match statement.effect {
            Effect::Deny => {
                if statement.conditions().any(|(_, condition)| is_tag(condition)) {
                    statement.action = None;
                }
            }
            Effect::Allow => {
                for block in statement.condition.iter_mut().flatten() {
                    block.conditions.retain(|condition| !is_tag(condition));
                }
            }
        },
        true,
    )
}

fn rewritten<'a>(question: &Question<'a>, change: impl Fn(&mut Statement), is_needed: bool) -> Texts<'a> {
    let one = |(kind, policy): &(ViaKind, &'a Reviewed)| {
        let same = Cow::Borrowed(*policy);
        if !is_needed {
            return (*kind, same);
        }
        let mut document = policy.policy().document().clone();
        for entry in &mut document.statement.items {
            if let Entry::Statement(statement) = entry {
                change(statement);
            }
        }
        (*kind, Reviewed::parse(&document.to_string()).map_or(same, Cow::Owned))
    };
    question.facts.policies.iter().map(one).collect()
}
