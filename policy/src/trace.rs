//! What every statement and every grant said to a request, and why not (for people and for programs).

use serde::Serialize;

use crate::{
    authorize::Policies,
    caller::Via,
    condition::Unmet,
    decide::{Layer, NotConcerned, Source, grant_mismatch},
    grant::GrantMismatch,
    policy::{Mismatch, Place, Policy, Prepared},
    reading::{Reader, Readings},
    request::Request,
    syntax::{Effect, Ineffective},
};

/// What one statement or grant says to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Which one
    pub source: Source,
    /// `Sid`, or `#` and the index; empty for a grant
    pub name: String,
    /// What the statement would do; a grant allows
    pub effect: Effect,
    /// Whether it applies
    pub outcome: Outcome,
}

/// Whether a statement or grant applies, and why not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum Outcome {
    /// It applies
    Applies {
        /// Through what its principals cover the caller, where it has principals
        #[serde(skip_serializing_if = "Vec::is_empty")]
        via: Vec<&'static str>,
    },
    /// The whole policy does not concern the request
    NotConcerned {
        /// Why
        reason: NotConcerned,
    },
    /// The statement has no effect at all (SEM-21)
    Ineffective {
        /// What it lacks
        lacks: &'static str,
    },
    /// The actions do not cover the request's
    ActionMismatch,
    /// The principals do not cover the caller
    PrincipalMismatch,
    /// Principals where that kind of policy has none, or not everyone where it must be (SEM-14)
    PrincipalElement,
    /// The resources do not cover the key
    ResourceMismatch,
    /// A condition does not hold
    ConditionUnmet {
        /// The operator as written
        operator: String,
        /// The condition key as written
        key: String,
        /// Why
        reason: Unmet,
    },
    /// The grant does not give the permission
    GrantMismatch {
        /// Why
        reason: GrantMismatch,
    },
}

/// What every statement and grant says to a request, under the default readings.
#[must_use]
pub fn trace(request: &Request, policies: &Policies<'_>) -> Vec<Step> {
    let mut steps = Vec::new();
    for (layer, policy) in policies.layers() {
        for statement in policy.prepared() {
            let source = Source { layer, statement: Some(statement.index) };
            let name = policy.statement_name(statement.index);
            let outcome = said(request, policies, layer, policy, statement);
            steps.push(Step { source, name, effect: statement.effect, outcome });
        }
    }
    for (index, grant) in policies.grants.iter().enumerate() {
        let outcome = match grant_mismatch(grant, request, policies) {
            Ok(()) => Outcome::Applies { via: Vec::new() },
            Err(reason) => Outcome::GrantMismatch { reason },
        };
        let source = Source { layer: Layer::Grant(index), statement: None };
        steps.push(Step { source, name: String::new(), effect: Effect::Allow, outcome });
    }
    steps
}

fn said(
    request: &Request,
    policies: &Policies<'_>,
    layer: Layer,
    policy: &Policy,
    statement: &Prepared,
) -> Outcome {
    if let Some(reason) = policies.not_concerned(layer, request) {
        return Outcome::NotConcerned { reason };
    }
    let mut reader = Reader::new(Readings::default());
    match policy.applies(statement, layer.place(), policies.asked(request), &mut reader) {
        Ok(coverage) if layer.place() == Place::Key => {
            Outcome::Applies { via: names(|via| coverage.has(via)) }
        }
        Ok(_) => Outcome::Applies { via: Vec::new() },
        Err(mismatch) => outcome(policy, statement.index, mismatch),
    }
}

fn names(has: impl Fn(Via) -> bool) -> Vec<&'static str> {
    [
        (Via::Identity, "identity"),
        (Via::Everyone, "everyone"),
        (Via::Role, "role"),
        (Via::FederatingUser, "federating_user"),
        (Via::Account, "account"),
    ]
    .into_iter()
    .filter(|(via, _)| has(*via))
    .map(|(_, name)| name)
    .collect()
}

fn outcome(policy: &Policy, index: usize, mismatch: Mismatch) -> Outcome {
    match mismatch {
        Mismatch::Ineffective(why) => Outcome::Ineffective {
            lacks: match why {
                Ineffective::NoAction => "action",
                Ineffective::NoResource => "resource",
                Ineffective::UnreadCondition => "readable_condition",
            },
        },
        Mismatch::Action => Outcome::ActionMismatch,
        Mismatch::Principal => Outcome::PrincipalMismatch,
        Mismatch::PrincipalElement => Outcome::PrincipalElement,
        Mismatch::Resource => Outcome::ResourceMismatch,
        Mismatch::Condition { index: condition, unmet } => {
            let written = policy.statement(index).and_then(|written| written.conditions().nth(condition));
            let (operator, key) =
                written.map_or_else(Default::default, |(operator, c)| (operator.text.clone(), c.key.clone()));
            Outcome::ConditionUnmet { operator, key, reason: unmet }
        }
    }
}
