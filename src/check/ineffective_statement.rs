//! A statement that AWS accepted and that does nothing, wholly or in part.

use keyreach_policy::{
    check::{Level, Problem, problems},
    principal::Form,
    syntax::Effect,
};

use super::{Check, Found, Meta, Need, Scene, Topic, scene::Written};
use crate::assess::finding::Severity;

/// `ineffective-statement`
#[derive(Debug)]
pub(super) struct IneffectiveStatement;

const META: Meta = Meta {
    id: "ineffective-statement",
    title: "A statement of the key policy has no effect",
    finds: "Statements without an Action or a Resource, with actions that are no KMS permissions, with resources \
            that are not this key, and conditions on multi-valued keys without a set operator.",
    matters: "A Deny that does nothing protects nothing, while everybody believes it does. An Allow that does nothing \
              keeps somebody out, and comes to life when it is \"repaired\" without a look at what it allows.",
    fix: "Correct the statement or remove it. In a key policy, Resource is \"*\".",
    blind: "Statements that are well formed and whose conditions happen never to hold.",
    topic: Topic::Hygiene,
    needs: &[Need::Policies],
    severity: Severity::Low,
};

impl Check for IneffectiveStatement {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn look(&self, scene: &Scene<'_>) -> Vec<Found> {
        scene.statements().filter_map(|written| found(scene, &written)).collect()
    }
}

fn found(scene: &Scene<'_>, written: &Written<'_>) -> Option<Found> {
    // Those who are gone have a check of their own.
    let counts = |problem: &Problem| {
        problem.level() == Level::Ineffective && !matches!(problem, Problem::Principal(_, Form::UniqueId))
    };
    let mut reasons: Vec<String> = problems(written.statement)
        .iter()
        .filter(|problem| counts(problem))
        .map(ToString::to_string)
        .collect();
    reasons.extend(elsewhere(scene, written));
    if reasons.is_empty() {
        return None;
    }
    let (effect, severity) = match written.statement.effect {
        Effect::Deny => ("Deny", Severity::Medium),
        Effect::Allow => ("Allow", Severity::Low),
    };
    let detail = format!("Statement {} ({effect}): {}.", written.name, reasons.join("; "));
    Some(Found::fail(severity, written.part(), detail).with("reasons", reasons))
}

/// Resources that name other keys, or no key at all.
fn elsewhere(scene: &Scene<'_>, written: &Written<'_>) -> Option<String> {
    let set = written.statement.resource.as_ref().filter(|set| !set.negated && !set.patterns.is_empty())?;
    let is_other = |text: &String| {
        let is_literal = text.starts_with("arn:") && !text.contains(['*', '?', '$']);
        let names_no_key = text != "*" && !text.starts_with("arn:");
        names_no_key || (is_literal && *text != scene.key.arn)
    };
    set.patterns.iter().all(is_other).then(|| "its Resource is not this key".to_owned())
}
