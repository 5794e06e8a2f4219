//! One principal may both govern the key and use it.

use std::collections::BTreeMap;

use keyreach_policy::{
    aws::{Access, Action, Actions},
    principal::{Form, Principal},
    syntax::Effect,
};

use super::{
    Check, Found, Meta, Need, Scene, Topic,
    create_grant_unconstrained::is_bounded,
    scene::{Written, principals},
    ways,
};
use crate::assess::finding::Severity;

/// `administration-and-use-not-separated`
#[derive(Debug)]
pub(super) struct AdministrationAndUseNotSeparated;

const META: Meta = Meta {
    id: "administration-and-use-not-separated",
    title: "One principal both governs the key and uses it",
    finds: "Users, roles and sessions whom the key policy allows kms:PutKeyPolicy, kms:ScheduleKeyDeletion or \
            kms:CreateGrant without bounds as well as to decrypt, sign, make MACs or derive secrets.",
    matters: "Separation of duties keeps whoever governs a key from its data, and whoever reads the data from the \
              key's rules. One stolen session gives both.",
    fix: "Give administration and use to two roles. kms:CreateGrant for a user's AWS services can stay when it is \
          held to kms:GrantIsForAWSResource or kms:ViaService.",
    blind: "Rights that IAM gives, where the policy hands the key to its account; Deny statements; whether one person \
            may assume both roles.",
    topic: Topic::Separation,
    needs: &[Need::Policies],
    severity: Severity::Low,
};

impl Check for AdministrationAndUseNotSeparated {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn look(&self, scene: &Scene<'_>) -> Vec<Found> {
        let mut held: BTreeMap<&str, Actions> = BTreeMap::new();
        let allows = scene.statements().filter(|written| written.statement.effect == Effect::Allow);
        for written in allows {
            let actions = given(scene, &written);
            let named = principals(written.statement)
                .into_iter()
                .filter(|one| is_somebody(one.form()) && !scene.gone.has(one.as_str()));
            for principal in named {
                let all = held.entry(principal.as_str()).or_default();
                *all = all.union(of_principal(scene, principal, actions));
            }
        }
        held.into_iter().filter_map(|(name, actions)| found(name, actions)).collect()
    }
}

fn is_somebody(form: Form) -> bool {
    matches!(form, Form::User(_) | Form::Role(_) | Form::Session(_) | Form::FederatedUser(_))
}

/// What a statement gives. To make grants within bounds is no administration.
fn given(scene: &Scene<'_>, written: &Written<'_>) -> Actions {
    let statement = written.statement;
    let negated = statement.principal.as_ref().is_some_and(|set| set.negated);
    let says_anything = written.is_about(scene.key) && !negated;
    let Some(set) = statement.action.as_ref().filter(|_| says_anything) else { return Actions::none() };
    let bounded = is_bounded(statement);
    set.actions().iter().filter(|action| !(bounded && action.name() == "kms:CreateGrant")).collect()
}

/// What of that works for somebody: callers of another account have few permissions on a key.
/// Source: AWS KMS Developer Guide, "AWS KMS permissions".
fn of_principal(scene: &Scene<'_>, principal: &Principal, actions: Actions) -> Actions {
    let is_inside = principal.account() == Some(scene.cell.account_id);
    actions.iter().filter(|action| is_inside || action.is_cross_account()).collect()
}

fn found(name: &str, actions: Actions) -> Option<Found> {
    let governs = |action: &Action| {
        matches!(action.name(), "kms:PutKeyPolicy" | "kms:ScheduleKeyDeletion" | "kms:CreateGrant")
    };
    let uses = |action: &Action| {
        action.is_on_key()
            && matches!(action.access(), Access::Decrypt | Access::Sign | Access::Mac | Access::Derive)
    };
    let names = |is: &dyn Fn(&Action) -> bool| -> Vec<String> {
        actions.iter().filter(|action| is(action)).map(|action| action.name().to_owned()).collect()
    };
    let (governing, using) = (names(&governs), names(&uses));
    if governing.is_empty() || using.is_empty() {
        return None;
    }
    let detail = format!(
        "{name} may govern the key ({}) and use it ({}).",
        ways::listed(governing.clone(), 3),
        ways::listed(using.clone(), 3)
    );
    Some(Found::fail(META.severity, name, detail).with("governs", governing).with("uses", using))
}
