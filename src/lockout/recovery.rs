//! One sentence: who can repair the key, and how. The difference between "an administrator can give himself the right"
//! and "call AWS Support" is what its reader looks for.

use keyreach_policy::{aws::Action, syntax::Principals};

use super::{
    Question, blocker,
    self_help::{self, Opening},
    writers::{self, Way, Ways},
};
use crate::{
    assess::lockout::{LockoutReason as Reason, LockoutVerdict as Verdict},
    reach::{Gate, ResidentKind},
};

/// How many principals a sentence names.
const NAMED: usize = 3;

/// Who can repair the key, and how.
pub(super) fn sentence(
    question: &Question<'_>,
    action: Action,
    ways: &Ways,
    verdict: Verdict,
    reasons: &[Reason],
) -> String {
    let account = question.account;
    match verdict {
        Verdict::Unknown => not_known(reasons),
        Verdict::Manageable => format!("{} can rewrite the key policy.", people(&firm(&ways.sure))),
        Verdict::Fragile => fragile(question, &ways.sure),
        Verdict::Conditional => {
            let all: Vec<&Way> = ways.sure.iter().filter(|way| way.kind != ResidentKind::Root).collect();
            let Some(first) = all.first() else { return not_known(reasons) };
            format!(
                "{} can rewrite the key policy, provided that {}: let it add a statement without that condition.",
                first.principal,
                first.conditions.join(" and ")
            )
        }
        Verdict::RootOnly => root_only(question, action, &ways.sure),
        Verdict::LockedOut => locked_out(question, action, reasons)
            .unwrap_or_else(|| format!("Only AWS Support: nobody in account {account} can rewrite the key policy. Support verifies the request through the phone number of the account's root user.")),
    }
}

/// What must be read first.
pub(super) fn not_known(reasons: &[Reason]) -> String {
    format!("Not known: {}.", unread_in_words(reasons))
}

/// What was not read, of the reasons for not knowing.
#[must_use]
pub fn unread_in_words(reasons: &[Reason]) -> String {
    let what: Vec<&str> = reasons
        .iter()
        .filter_map(|reason| match reason {
            Reason::PolicyUnread => Some("the key policy"),
            Reason::IamUnread => Some("the account's users and roles"),
            Reason::GuardrailsUnread => Some("the organization's guardrails"),
            _ => None,
        })
        .collect();
    if what.is_empty() {
        return "a condition asks for a fact that was not read, or the search ended at its limit".to_owned();
    }
    format!("{} could not all be read", what.join(" and "))
}

fn firm(sure: &[Way]) -> Vec<&Way> {
    sure.iter().filter(|way| way.unconditional).collect()
}

/// The durable ones first, the root user last.
fn people(ways: &[&Way]) -> String {
    let mut all: Vec<&&Way> = ways.iter().collect();
    all.sort_by_key(|way| (way.kind == ResidentKind::Root, way.custody.pipeline, way.custody.idle));
    names(all.iter().map(|way| way.principal.clone()).collect())
}

fn names(mut all: Vec<String>) -> String {
    let more = all.len().saturating_sub(NAMED);
    all.truncate(NAMED);
    let named = all.join(", ");
    if more == 0 { named } else { format!("{named} and {more} more") }
}

fn fragile(question: &Question<'_>, sure: &[Way]) -> String {
    let firm = firm(sure);
    if let [way] = firm.as_slice()
        && way.kind == ResidentKind::Root
    {
        return format!(
            "Without conditions only the root user of account {} can rewrite the key policy: let a durable \
             administrator do it without them as well.",
            question.account
        );
    }
    let alone = match (firm.len(), sure.len()) {
        (1, 1) => "Only ",
        (1, _) => "Without conditions only ",
        _ => "",
    };
    let successors = self_help::successors(question, sure);
    let heirs = if successors.is_empty() {
        String::new()
    } else {
        format!("; {} can take its place in IAM", names(successors))
    };
    format!(
        "{alone}{} can rewrite the key policy: while it exists, let it allow kms:PutKeyPolicy to account {} or to a \
         durable administrator{heirs}.",
        people(&firm),
        question.account
    )
}

fn root_only(question: &Question<'_>, action: Action, sure: &[Way]) -> String {
    let root = match question.iam.and_then(|iam| iam.summary.known()) {
        Some(summary)
            if summary.account_password_present == Some(false)
                && summary.account_access_keys_present == Some(false) =>
        {
            " (it has neither password nor access keys: an administrator of the organization must first let it have a \
             password)"
        }
        _ => "",
    };
    let under = match sure.iter().find(|way| !way.conditions.is_empty() && !way.unconditional) {
        Some(way) => format!(", provided that {}", way.conditions.join(" and ")),
        None => String::new(),
    };
    let helpers = self_help::self_made(question, action);
    let or_else = if helpers.is_empty() {
        String::new()
    } else {
        format!(", or {} can give itself kms:PutKeyPolicy in IAM", names(helpers))
    };
    format!("The root user of account {} can rewrite the key policy{root}{under}{or_else}.", question.account)
}

/// Who stands outside the key's policy and can open it again.
fn locked_out(question: &Question<'_>, action: Action, reasons: &[Reason]) -> Option<String> {
    let helpers = self_help::self_made(question, action);
    if !helpers.is_empty() {
        return Some(format!(
            "Nobody can today, but {} can give itself kms:PutKeyPolicy in IAM: the key policy lets account {} decide.",
            names(helpers),
            question.account
        ));
    }
    if reasons.contains(&Reason::GuardrailBlocksAll) {
        let named = blocker::guardrails(question, action, reasons)
            .unwrap_or_else(|| "the service or resource control policy".to_owned());
        let others = if blocker::are_guardrails_enough(question, action) {
            String::new()
        } else {
            let statements = blocker::denies(question, action, reasons);
            let told = |named| {
                format!(
                    " That alone is not enough: {named} closes it as well, which only AWS Support can lift."
                )
            };
            statements.map(told).unwrap_or_default()
        };
        return Some(format!(
            "An administrator of the organization: lift {named}, rewrite the key policy, and put it back with an \
             exception. It closes kms:PutKeyPolicy in account {}.{others}",
            question.account
        ));
    }
    let opening = || self_help::unbounding(question, action).or_else(|| self_help::tagging(question, action));
    if let Some(Opening { helpers, step }) = opening() {
        return Some(format!("Nobody can today, but {} can {step}.", names(helpers)));
    }
    if let Some(again) = reborn(question, action) {
        return Some(format!(
            "Nobody can today, but whoever may create {again} again in IAM restores the access: the key policy \
             admits it by name."
        ));
    }
    if !reasons.contains(&Reason::DenyBlocksAll) {
        return None;
    }
    let statements = blocker::denies(question, action, reasons)?;
    Some(format!(
        "Only AWS Support: everybody in account {} who could rewrite the key policy otherwise is kept out by \
         {statements}. Support verifies the request through the phone number of the account's root user. Then give the \
         statement an exception for an administrator who exists.",
        question.account
    ))
}

/// A user or role that does not exist and that the key would admit under its name.
fn reborn(question: &Question<'_>, action: Action) -> Option<String> {
    let gate = Gate::new(question.facts, question.unread)?;
    let admitted = |(kind, arn): &(ResidentKind, String)| {
        let by_principal = question.household.residents.iter().any(|resident| resident.arn() == arn);
        let stranger = question.household.stand_in(*kind, arn, question.library)?;
        let admits = gate.answer(&stranger, action).lower.holding().is_some();
        (!by_principal && admits && !is_named_as_principal(question, arn)).then(|| arn.clone())
    };
    writers::named(question).iter().find_map(admitted)
}

/// A principal element holds the id of who bore the name, not the name (SEM-8).
fn is_named_as_principal(question: &Question<'_>, arn: &str) -> bool {
    question.facts.policies.iter().any(|(_, policy)| {
        policy.policy().document().statements().any(|(_, statement)| {
            match statement.principal.as_ref().map(|set| &set.principals) {
                Some(Principals::Named(lists)) => {
                    lists.iter().flat_map(|(_, list)| list.iter()).any(|one| one.as_str() == arn)
                }
                _ => false,
            }
        })
    })
}
