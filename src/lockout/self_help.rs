//! Who is no writer and can make himself one: by giving himself the permission in IAM where the key lets its account
//! decide, or by taking the place of a writer. Read from the texts of policies with their conditions taken to hold:
//! it names whom to ask, it decides nothing.

use keyreach_policy::{
    Policy,
    aws::Action,
    syntax::{Effect, Statement},
};

use super::{Question, writers::Way};
use crate::reach::{Gate, Resident, ResidentKind, Verdict};

/// Those who can give themselves the permission, by ARN.
pub(super) fn self_made(question: &Question<'_>, action: Action) -> Vec<String> {
    let Some(gate) = Gate::new(question.facts, question.unread) else { return Vec::new() };
    let rises = |resident: &&Resident<'_>| {
        let steps = match resident.kind() {
            ResidentKind::Root => return false,
            ResidentKind::User => ["iam:PutUserPolicy", "iam:AttachUserPolicy"],
            ResidentKind::Role => ["iam:PutRolePolicy", "iam:AttachRolePolicy"],
        };
        steps.iter().any(|step| may(resident, step, resident.arn()))
            && gate.answer(&resident.empowered(question.library), action).upper != Verdict::Cannot
    };
    question.household.residents.iter().filter(rises).map(|resident| resident.arn().to_owned()).collect()
}

/// Those who can take the place of a writer, by ARN.
pub(super) fn successors(question: &Question<'_>, writers: &[Way]) -> Vec<String> {
    let takes_over = |resident: &&Resident<'_>| {
        resident.kind() != ResidentKind::Root
            && writers.iter().any(|way| {
                let steps: &[&str] = match way.kind {
                    ResidentKind::Root => return false,
                    ResidentKind::User => {
                        &["iam:CreateAccessKey", "iam:CreateLoginProfile", "iam:UpdateLoginProfile"]
                    }
                    ResidentKind::Role => &["iam:UpdateAssumeRolePolicy"],
                };
                way.principal != resident.arn()
                    && steps.iter().any(|step| may(resident, step, &way.principal))
            })
    };
    question.household.residents.iter().filter(takes_over).map(|resident| resident.arn().to_owned()).collect()
}

/// Whether the policies of a principal may allow an action of IAM: one of each layer allows it, none denies it
/// without a condition.
fn may(resident: &Resident<'_>, action: &str, arn: &str) -> bool {
    resident.layers().iter().all(|layer| {
        let statements = || layer.iter().flat_map(of);
        let covering = |effect, bare: bool| {
            statements().any(|statement| {
                statement.effect == effect
                    && covers(statement, action, arn)
                    && !(bare && statement.condition.is_some())
            })
        };
        covering(Effect::Allow, false) && !covering(Effect::Deny, true)
    })
}

fn of<'p>(policy: &&'p Policy) -> impl Iterator<Item = &'p Statement> {
    policy.document().statements().map(|(_, statement)| statement)
}

fn covers(statement: &Statement, action: &str, arn: &str) -> bool {
    statement.action.as_ref().is_some_and(|set| set.covers(action))
        && statement.resource.as_ref().is_some_and(|set| set.may_cover(arn))
}
