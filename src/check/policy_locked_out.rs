//! Nobody can rewrite the key's policy any more.

use super::{Check, Found, Meta, Need, Scene, Topic};
use crate::assess::{
    finding::Severity,
    lockout::{LockoutReason, LockoutVerdict},
};

/// `policy-locked-out`
#[derive(Debug)]
pub(super) struct PolicyLockedOut;

const META: Meta = Meta {
    id: "policy-locked-out",
    title: "Nobody can change the key policy any more",
    finds: "Keys whose policy no principal that exists in the account can rewrite, the root user included.",
    matters: "What the policy forbids stays forbidden, what it allows stays allowed, and the key cannot be deleted \
              or handed on. Often the data is lost with it.",
    fix: "Each finding names whoever can still open the key again, or says that only AWS Support can. Then let the \
          policy allow kms:* to the account.",
    blind: "Changes that are on their way, and whether AWS Support will reach the phone number of the root user.",
    topic: Topic::Governance,
    needs: &[Need::Lockout],
    severity: Severity::Critical,
};

impl Check for PolicyLockedOut {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn look(&self, scene: &Scene<'_>) -> Vec<Found> {
        if scene.lockout.verdict != LockoutVerdict::LockedOut {
            return Vec::new();
        }
        // What the organization did it can undo.
        let severity = if scene.rests_on(LockoutReason::GuardrailBlocksAll) {
            Severity::High
        } else {
            Severity::Critical
        };
        let because = why(&scene.lockout.reasons);
        let detail = format!("No principal of the account can call kms:PutKeyPolicy{because}.");
        let recovery = &scene.lockout.recovery;
        let fix = format!("{recovery} Then let the policy allow kms:* to the account.");
        vec![Found::fail(severity, "", detail).with_fix(fix).with("lockout", scene.lockout)]
    }
}

/// What the verdict rests on, in words.
fn why(reasons: &[LockoutReason]) -> String {
    let told: Vec<&str> = reasons.iter().map(|reason| reason.in_words()).collect();
    if told.is_empty() { String::new() } else { format!(": {}", told.join("; ")) }
}
