//! IAM allows decryption with whatever key there is.

use keyreach_policy::{
    aws::Actions,
    syntax::{Effect, Statement},
};

use super::{AccountScene, Check, Found, IamPolicy, Meta, Need, Topic};
use crate::assess::finding::Severity;

/// `broad-decrypt-by-iam`
#[derive(Debug)]
pub(super) struct BroadDecryptByIam;

const META: Meta = Meta {
    id: "broad-decrypt-by-iam",
    title: "An IAM policy allows decryption with all keys",
    finds: "Customer managed and inline IAM policies with an Allow of kms:Decrypt or kms:ReEncryptFrom on every key of \
            the account, attached or not; not policies that only bound somebody as permissions boundaries, which give \
            nothing. As in the controls KMS.1 and KMS.2 of AWS, conditions and Deny statements make no difference.",
    matters: "Every key that leaves access to IAM, as the default key policy does, is then open to whoever holds the \
              policy, keys made tomorrow included; so are keys of other accounts, which a stranger may choose to \
              share.",
    fix: "List the ARNs of the keys that are needed in Resource, or hold the statement to kms:ViaService and to tags \
          and tell AWS's control that it is so.",
    blind: "Conditions that narrow the statement. Policies that AWS manages, such as AdministratorAccess. Whether a key \
            policy lets the holder in.",
    topic: Topic::LeastPrivilege,
    needs: &[Need::Principals],
    severity: Severity::Medium,
};

impl Check for BroadDecryptByIam {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn look_at_account(&self, scene: &AccountScene<'_>) -> Vec<Found> {
        let blocked: Actions =
            ["kms:Decrypt", "kms:ReEncryptFrom"].iter().filter_map(|name| name.parse().ok()).collect();
        scene.policies.iter().filter_map(|policy| found(scene, policy, blocked)).collect()
    }
}

fn found(scene: &AccountScene<'_>, policy: &IamPolicy<'_>, blocked: Actions) -> Option<Found> {
    let any_key = unnamed_key(scene);
    let is_broad = |statement: &Statement| {
        statement.effect == Effect::Allow
            && statement.resource.as_ref().is_some_and(|set| set.may_cover(&any_key))
    };
    let statements: Vec<(usize, Actions)> = policy
        .policy
        .document()
        .statements()
        .filter(|(_, statement)| is_broad(statement))
        .map(|(index, statement)| {
            let given = statement.action.as_ref().map(|set| set.actions()).unwrap_or_default();
            (index, given.intersection(blocked))
        })
        .filter(|(_, given)| !given.is_empty())
        .collect();
    if statements.is_empty() {
        return None;
    }
    let given = statements.iter().fold(Actions::none(), |all, (_, given)| all.union(*given));
    let actions: Vec<&str> = given.iter().map(|action| action.name()).collect();
    let names: Vec<String> =
        statements.iter().map(|(index, _)| policy.policy.statement_name(*index)).collect();
    let detail = format!(
        "{} allows {} on all keys (statement {}).",
        policy.title(),
        actions.join(" and "),
        names.join(", ")
    );
    let found = Found::fail(META.severity, policy.part(), detail);
    Some(found.with("actions", actions).with("statements", names).with("policy", policy.sort()))
}

/// A key that nobody can have meant, in a Region that there is not: who covers it covers all.
fn unnamed_key(scene: &AccountScene<'_>) -> String {
    let (partition, account) = (&scene.snapshot.scan.partition, scene.account.id);
    format!("arn:{partition}:kms:xx-unnamed-0:{account}:key/00000000-0000-0000-0000-000000000000")
}
