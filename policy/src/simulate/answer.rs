//! A prepared case → its answer, with the paths of the case for the policies that decided.

use super::{Decided, DecidedBy, Detail, TraceStep, case::Case};
use crate::{Layer, Policy, Source, authorize, syntax::Effect, trace};

pub(super) fn decide(case: &Case, detail: Detail) -> Decided {
    let policies = case.policies();
    let answer = authorize(&case.request, &policies);
    let mut decided_by: Vec<DecidedBy> = answer
        .decided_by
        .iter()
        .map(|source| DecidedBy { policy: path(source.layer), statement: statement_name(case, *source) })
        .collect();
    decided_by.dedup();
    let steps = (detail == Detail::Trace).then(|| trace(&case.request, &policies));
    let step = |step: crate::Step| TraceStep {
        policy: path(step.source.layer),
        statement: step.name,
        effect: if step.effect == Effect::Allow { "allow" } else { "deny" },
        outcome: step.outcome,
    };
    Decided {
        decision: answer.decision,
        lower: answer.lower,
        upper: answer.upper,
        depends_on: answer.depends_on.iter().map(|rule| rule.to_string()).collect(),
        decided_by,
        trace: steps.map(|steps| steps.into_iter().map(step).collect()),
    }
}

fn at(levels: &[Vec<Policy>], level: usize, index: usize) -> Option<&Policy> {
    levels.get(level).and_then(|list| list.get(index))
}

/// Where a policy stands in the case.
fn path(layer: Layer) -> String {
    match layer {
        Layer::KeyPolicy(index) => format!("key_policies[{index}]"),
        Layer::Grant(index) => format!("grants[{index}]"),
        Layer::IdentityPolicy(index) => format!("identity_policies[{index}]"),
        Layer::PermissionsBoundary => "permissions_boundary".to_owned(),
        Layer::SessionPolicy => "session_policy".to_owned(),
        Layer::ServiceControlPolicy(level, index) => format!("service_control_policies[{level}][{index}]"),
        Layer::ResourceControlPolicy(level, index) => format!("resource_control_policies[{level}][{index}]"),
        Layer::EndpointPolicy => "vpc_endpoint_policy".to_owned(),
    }
}

fn policy_of(case: &Case, layer: Layer) -> Option<&Policy> {
    match layer {
        Layer::KeyPolicy(index) => case.key_policies.get(index),
        Layer::Grant(_) => None,
        Layer::IdentityPolicy(index) => case.identity_policies.get(index),
        Layer::PermissionsBoundary => case.permissions_boundary.as_ref(),
        Layer::SessionPolicy => case.session_policy.as_ref(),
        Layer::ServiceControlPolicy(level, index) => at(&case.service_control_policies, level, index),
        Layer::ResourceControlPolicy(level, index) => at(&case.resource_control_policies, level, index),
        Layer::EndpointPolicy => case.vpc_endpoint_policy.as_ref(),
    }
}

fn statement_name(case: &Case, source: Source) -> String {
    let named = policy_of(case, source.layer).zip(source.statement);
    named.map_or_else(String::new, |(policy, index)| policy.statement_name(index))
}
