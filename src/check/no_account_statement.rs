//! The key policy leaves its own account out.

use super::{Check, Found, Meta, Need, Scene, Topic};
use crate::assess::{finding::Severity, lockout::LockoutVerdict};

/// `no-account-statement`
#[derive(Debug)]
pub(super) struct NoAccountStatement;

const META: Meta = Meta {
    id: "no-account-statement",
    title: "The key policy does not hand the key to its account",
    finds: "Key policies without a statement that allows kms:PutKeyPolicy to the account itself.",
    matters: "Without it IAM allows nothing on the key, not even the root user can act, and when the named \
              administrators are gone only AWS Support can help.",
    fix: "Add the statement of the default key policy: kms:* for the account's root ARN. It gives nobody a right \
          that IAM does not give him too.",
    blind: "Whether it is left out on purpose, to keep the account's administrators from the key.",
    topic: Topic::Governance,
    needs: &[Need::Policies],
    severity: Severity::Medium,
};

impl Check for NoAccountStatement {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn look(&self, scene: &Scene<'_>) -> Vec<Found> {
        if scene.administrators().hand_over_to(scene.cell.account_id) || scene.lacks_policies() {
            return Vec::new();
        }
        let firm = scene.lockout.verdict == LockoutVerdict::Manageable;
        let severity = if firm { Severity::Low } else { Severity::Medium };
        let detail = "No statement of the key policy lets the account decide who may rewrite it.";
        vec![Found::fail(severity, "", detail.to_owned())]
    }
}
