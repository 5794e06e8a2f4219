//! What keeps out everybody who could govern a key otherwise, by name: the statements that deny, and where they stand.

use keyreach_policy::aws::Action;

use super::{
    Question,
    reason::{Lifted, admitted},
};
use crate::{
    assess::lockout::LockoutReason as Reason,
    reach::{Gate, Obstacle, PolicyPlace},
    snapshot::organization::GuardrailKind,
};

/// How many a sentence names.
const NAMED: usize = 3;

/// The statements of the key policy that deny, by name.
pub(super) fn denies(question: &Question<'_>, action: Action, reasons: &[Reason]) -> Option<String> {
    let statement = |obstacle: &Obstacle| match obstacle {
        Obstacle::Denied(PolicyPlace::KeyPolicy, name) => Some(format!("statement {name} of the key policy")),
        Obstacle::Denied(PolicyPlace::Ram, name) => {
            Some(format!("statement {name} that Resource Access Manager attached"))
        }
        _ => None,
    };
    let alone = Lifted { denies: true, guardrails: false, conditions: false };
    told(question, action, [alone, all(reasons)], statement)
}

/// The guardrails that deny, or that do not allow, with their names and ids.
pub(super) fn guardrails(question: &Question<'_>, action: Action, reasons: &[Reason]) -> Option<String> {
    let named = |kind: GuardrailKind, sort: &str, name: &str, statement: &str| {
        let id = question.library.guardrail_id(kind, name);
        let id = id.map(|id| format!(" ({id})")).unwrap_or_default();
        Some(format!("statement {statement} of the {sort} {name}{id}"))
    };
    let guardrail = |obstacle: &Obstacle| match obstacle {
        Obstacle::Denied(PolicyPlace::ServiceControl(name), statement) => {
            named(GuardrailKind::ServiceControlPolicy, "service control policy", name, statement)
        }
        Obstacle::Denied(PolicyPlace::ResourceControl(name), statement) => {
            named(GuardrailKind::ResourceControlPolicy, "resource control policy", name, statement)
        }
        Obstacle::Limit(place) => Some(format!("what the service control policies at {place} leave out")),
        _ => None,
    };
    told(question, action, [GUARDRAILS, all(reasons)], guardrail)
}

const GUARDRAILS: Lifted = Lifted { denies: false, guardrails: true, conditions: false };

/// Whether somebody could govern the key without its guardrails, whatever else stands in the way.
pub(super) fn are_guardrails_enough(question: &Question<'_>, action: Action) -> bool {
    admitted(question, action, GUARDRAILS).is_some()
}

/// All that the verdict rests on.
fn all(reasons: &[Reason]) -> Lifted {
    Lifted {
        denies: reasons.contains(&Reason::DenyBlocksAll),
        guardrails: reasons.contains(&Reason::GuardrailBlocksAll),
        conditions: reasons.contains(&Reason::ConditionUnsatisfiable),
    }
}

/// What stands in the way of the first who could govern the key without it: without that alone, else without all.
fn told(
    question: &Question<'_>,
    action: Action,
    lifted: [Lifted; 2],
    words: impl Fn(&Obstacle) -> Option<String>,
) -> Option<String> {
    let resident = lifted.into_iter().find_map(|lifted| admitted(question, action, lifted))?;
    let gate = Gate::new(question.facts, question.unread)?;
    let mut all: Vec<String> = gate.obstacles(resident, action).iter().filter_map(words).collect();
    all.sort();
    all.dedup();
    all.truncate(NAMED);
    (!all.is_empty()).then(|| all.join(" and "))
}
