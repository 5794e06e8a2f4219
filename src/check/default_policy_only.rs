//! The key policy is the default one.

use keyreach_policy::{
    principal::Form,
    syntax::{Effect, Principals, Statement},
};

use super::{Check, Found, Meta, Need, Scene, Topic, action_wildcard::covers_all};
use crate::assess::finding::Severity;

/// `default-policy-only`
#[derive(Debug)]
pub(super) struct DefaultPolicyOnly;

const META: Meta = Meta {
    id: "default-policy-only",
    title: "The key policy leaves everything to IAM",
    finds: "Keys whose policy is the default one and nothing else: kms:* for the account.",
    matters: "Nothing is wrong. But who may use and govern the key is decided by every administrator of the account's \
              IAM, and a policy that allows kms:Decrypt on all keys reaches this one too.",
    fix: "For keys that protect what matters, name users and administrators in the key policy, with conditions such \
          as kms:ViaService; keep the account statement, or know who else governs the key.",
    blind: "Whether what the key protects needs more.",
    topic: Topic::LeastPrivilege,
    needs: &[Need::Policies],
    severity: Severity::Info,
};

impl Check for DefaultPolicyOnly {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn look(&self, scene: &Scene<'_>) -> Vec<Found> {
        let mut statements = scene.every_statement();
        let (Some(only), None) = (statements.next(), statements.next()) else { return Vec::new() };
        let is_default =
            hands_over(scene, only.statement) && only.is_about(scene.key) && !scene.lacks_policies();
        let detail = "The only statement of the key policy hands the key to its account.".to_owned();
        is_default.then(|| Found::fail(META.severity, "", detail)).into_iter().collect()
    }
}

/// The account statement: everything for the key's own account, without conditions.
pub(super) fn hands_over(scene: &Scene<'_>, statement: &Statement) -> bool {
    let own = Form::Account(scene.cell.account_id);
    let to_account = statement.principal.as_ref().is_some_and(|set| match &set.principals {
        Principals::Everyone => false,
        Principals::Named(lists) => {
            let mut all = lists.iter().flat_map(|(_, list)| list.iter());
            let is_somebody = lists.iter().any(|(_, list)| list.iter().next().is_some());
            !set.negated && is_somebody && all.all(|one| one.form() == own)
        }
    });
    statement.effect == Effect::Allow
        && to_account
        && covers_all(statement)
        && statement.conditions().next().is_none()
}
