//! What a verdict rests on. Where nobody is left it is asked what stands in the way: the same question again without
//! the key's Deny statements, without guardrails, without conditions.

use keyreach_policy::{
    aws::Action,
    principal::{Form, Principal},
};

use super::{
    Question, rewrite,
    text::Administrators,
    verdict::{Sort, perishable},
    writers::{Way, Ways},
};
use crate::{
    assess::lockout::{LockoutReason as Reason, LockoutVerdict as Verdict},
    reach::{Facts, Gate, GateUnread, Resident, ResidentKind, Verdict as Answer},
};

/// The reasons for a verdict, in their order.
pub(super) fn reasons(question: &Question<'_>, action: Action, ways: &Ways, verdict: Verdict) -> Vec<Reason> {
    let mut reasons = match verdict {
        Verdict::Manageable => Vec::new(),
        Verdict::Fragile => fragile(&ways.sure),
        Verdict::Conditional => vec![Reason::ConditionRequired],
        Verdict::RootOnly => vec![Reason::NoIamWriter],
        Verdict::LockedOut => obstacles(question, action),
        Verdict::Unknown => return unread(question, ways),
    };
    if matches!(verdict, Verdict::Fragile | Verdict::Conditional | Verdict::LockedOut) {
        reasons.extend(of_text(question, action, verdict));
    }
    reasons.sort_unstable();
    reasons.dedup();
    reasons
}

fn fragile(sure: &[Way]) -> Vec<Reason> {
    let firm: Vec<&Way> = sure.iter().filter(|way| way.unconditional).collect();
    let sorts = perishable(&firm).map(|sort| match sort {
        Sort::IdentityCenter => Reason::IdentityCenterOnly,
        Sort::Pipeline => Reason::PipelineOnly,
        Sort::Idle => Reason::IdleOnly,
    });
    let single = (firm.len() == 1).then_some(Reason::SingleWriter);
    single.into_iter().chain(sorts).collect()
}

/// What was not read and could change the verdict.
fn unread(question: &Question<'_>, ways: &Ways) -> Vec<Reason> {
    let household = question.household;
    let iam = question.missing.iam || !ways.hidden.is_empty() || ways.half_known;
    let guardrails = question.missing.guardrails || question.unread.guardrails || household.guardrails_unread;
    let facts = [
        (question.missing.policy || question.unread.policy, Reason::PolicyUnread),
        (iam, Reason::IamUnread),
        (guardrails, Reason::GuardrailsUnread),
    ];
    let found: Vec<Reason> =
        facts.into_iter().filter_map(|(holds, reason)| holds.then_some(reason)).collect();
    if found.is_empty() { vec![Reason::SearchLimit] } else { found }
}

/// What could be lifted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lifted {
    pub(super) denies: bool,
    pub(super) guardrails: bool,
    pub(super) conditions: bool,
}

const OBSTACLES: [(Lifted, Reason); 3] = [
    (Lifted { denies: true, guardrails: false, conditions: false }, Reason::DenyBlocksAll),
    (Lifted { denies: false, guardrails: true, conditions: false }, Reason::GuardrailBlocksAll),
    (Lifted { denies: false, guardrails: false, conditions: true }, Reason::ConditionUnsatisfiable),
];

/// What stands in everybody's way: what alone suffices to be lifted, else what all must be.
fn obstacles(question: &Question<'_>, action: Action) -> Vec<Reason> {
    let alone: Vec<Reason> = OBSTACLES
        .iter()
        .filter(|(lifted, _)| anybody(question, action, *lifted))
        .map(|(_, reason)| *reason)
        .collect();
    let all = Lifted { denies: true, guardrails: true, conditions: true };
    if !alone.is_empty() || !anybody(question, action, all) {
        return alone;
    }
    let is_needed = |lifted: &Lifted| {
        let others =
            Lifted { denies: !lifted.denies, guardrails: !lifted.guardrails, conditions: !lifted.conditions };
        !anybody(question, action, others)
    };
    let needed: Vec<Reason> =
        OBSTACLES.iter().filter(|(lifted, _)| is_needed(lifted)).map(|(_, reason)| *reason).collect();
    // Where any two of them stop everybody, none is needed.
    if needed.is_empty() { OBSTACLES.map(|(_, reason)| reason).to_vec() } else { needed }
}

/// Whether somebody who exists could rewrite the policy then.
fn anybody(question: &Question<'_>, action: Action, lifted: Lifted) -> bool {
    admitted(question, action, lifted).is_some()
}

/// The first who exists and could rewrite the policy then.
pub(super) fn admitted<'h>(
    question: &Question<'h>,
    action: Action,
    lifted: Lifted,
) -> Option<&'h Resident<'h>> {
    let texts = rewrite::without(question, lifted.denies, lifted.conditions);
    let policies: Vec<_> = texts.iter().map(|(kind, policy)| (*kind, policy.as_ref())).collect();
    let guardrails = if lifted.guardrails { &[] } else { question.facts.guardrails };
    let facts = Facts { policies: &policies, guardrails, ..question.facts };
    let unread =
        GateUnread { guardrails: question.unread.guardrails && !lifted.guardrails, ..question.unread };
    let gate = Gate::new(facts, unread)?;
    question.household.residents.iter().find(|resident| {
        let answer = if lifted.guardrails {
            gate.answer(&resident.unlimited(), action)
        } else {
            gate.answer(resident, action)
        };
        answer.lower != Answer::Cannot
    })
}

/// Whether the policy hands the key to its account: the root user needs no more than that.
fn hands_over(question: &Question<'_>, action: Action) -> bool {
    let texts = rewrite::without(question, true, true);
    let policies: Vec<_> = texts.iter().map(|(kind, policy)| (*kind, policy.as_ref())).collect();
    let facts = Facts { policies: &policies, guardrails: &[], ..question.facts };
    let root = question.household.residents.iter().find(|one| one.kind() == ResidentKind::Root);
    let gate = Gate::new(facts, GateUnread { guardrails: false, ..question.unread });
    root.zip(gate).is_some_and(|(root, gate)| gate.answer(&root.unlimited(), action).lower != Answer::Cannot)
}

/// What the text of the policy says of those whom it names.
fn of_text(question: &Question<'_>, action: Action, verdict: Verdict) -> Vec<Reason> {
    let own = question.account;
    let policies = question.facts.policies.iter().map(|(_, policy)| policy.policy());
    let text = Administrators::of(policies, question.facts.arn.as_str());
    let hands_over = hands_over(question, action);
    let gone = text.named.iter().any(|one| is_gone(question, one));
    let locked_out = verdict == Verdict::LockedOut;
    let reasons = [
        (!hands_over, Reason::NoAccountStatement),
        (gone, Reason::DeletedPrincipal),
        (locked_out && !gone && text.live_outside(own) && !text.live_in(own), Reason::ExternalWriterOnly),
        // The account may decide, and gave it to nobody.
        (locked_out && hands_over && obstacles(question, action).is_empty(), Reason::NoIamWriter),
    ];
    reasons.into_iter().filter_map(|(holds, reason)| holds.then_some(reason)).collect()
}

/// A deleted principal, or a user or role that the account does not have. Roles have one name, whatever their path
/// (SEM-7).
fn is_gone(question: &Question<'_>, principal: &Principal) -> bool {
    let household = question.household;
    let role = match principal.form() {
        Form::UniqueId => return true,
        Form::User(account) if account == question.account => None,
        Form::Role(account) if account == question.account => principal.as_str().rsplit('/').next(),
        Form::Session(account) if account == question.account => principal.as_str().split('/').nth(1),
        _ => return false,
    };
    household.complete
        && household.residents.iter().all(|one| match (role, one.kind()) {
            (None, _) => one.arn() != principal.as_str(),
            (Some(role), ResidentKind::Role) => {
                !one.arn().rsplit('/').next().is_some_and(|name| name.eq_ignore_ascii_case(role))
            }
            (Some(_), _) => true,
        })
}
