//! Who is no writer and can make himself one: by giving himself the permission in IAM where the key lets its account
//! decide, or by taking the place of a writer. Read from the texts of policies with their conditions taken to hold:
//! it names whom to ask, it decides nothing.

use keyreach_policy::{
    Policy,
    aws::Action,
    syntax::{Effect, Statement},
};

use super::{Question, rewrite, writers::Way};
use crate::reach::{Facts, Gate, Resident, ResidentKind, Verdict};

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

/// Those who can open the key to somebody that it admits but for one thing.
pub(super) struct Opening {
    /// By ARN
    pub(super) helpers: Vec<String>,
    /// What they can do for him, in words
    pub(super) step: String,
}

/// Who can lift the boundary of a principal whom nothing else keeps out.
pub(super) fn unbounding(question: &Question<'_>, action: Action) -> Option<Opening> {
    let gate = Gate::new(question.facts, question.unread)?;
    let admitted = |resident: &&Resident<'_>| {
        resident.is_bounded() && gate.answer(&resident.unbounded(), action).lower.holding().is_some()
    };
    let step = |arn: &str| format!("lift the permissions boundary of {arn}, which the key policy admits");
    let steps = [
        ["iam:DeleteUserPermissionsBoundary", "iam:PutUserPermissionsBoundary"],
        ["iam:DeleteRolePermissionsBoundary", "iam:PutRolePermissionsBoundary"],
    ];
    opening(question, admitted, steps, step)
}

/// Who can give a principal the tags for which alone the key policy keeps it out.
pub(super) fn tagging(question: &Question<'_>, action: Action) -> Option<Opening> {
    let texts = rewrite::without_tags(question);
    let policies: Vec<_> = texts.iter().map(|(kind, policy)| (*kind, policy.as_ref())).collect();
    let gate = Gate::new(Facts { policies: &policies, ..question.facts }, question.unread)?;
    let admitted = |resident: &&Resident<'_>| gate.answer(resident, action).lower.holding().is_some();
    let step = |arn: &str| format!("give {arn} the tags that the key policy asks for");
    opening(question, admitted, [["iam:TagUser", "iam:UntagUser"], ["iam:TagRole", "iam:UntagRole"]], step)
}

/// The first of those admitted for whom somebody may take one of the steps: those for users, those for roles.
fn opening(
    question: &Question<'_>,
    admitted: impl Fn(&&Resident<'_>) -> bool,
    [for_users, for_roles]: [[&str; 2]; 2],
    step: impl Fn(&str) -> String,
) -> Option<Opening> {
    question.household.residents.iter().filter(admitted).find_map(|resident| {
        let steps = match resident.kind() {
            ResidentKind::Root => return None,
            ResidentKind::User => for_users,
            ResidentKind::Role => for_roles,
        };
        let others = question.household.residents.iter().filter(|other| other.kind() != ResidentKind::Root);
        let helpers: Vec<String> = others
            .filter(|other| steps.iter().any(|step| may(other, step, resident.arn())))
            .map(|other| other.arn().to_owned())
            .collect();
        (!helpers.is_empty()).then(|| Opening { helpers, step: step(resident.arn()) })
    })
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
