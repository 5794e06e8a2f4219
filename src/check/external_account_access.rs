//! A policy lets named accounts or organizations outside use the key.

use super::{Check, Found, Meta, Need, Scene, Topic, scale, ways};
use crate::assess::{
    exposure::{Reach, ReachZone, ViaKind},
    finding::Severity,
};

/// `external-account-access`
#[derive(Debug)]
pub(super) struct ExternalAccountAccess;

const META: Meta = Meta {
    id: "external-account-access",
    title: "Accounts outside the organization can use the key",
    finds: "Statements of the key policy, or of the policy that Resource Access Manager attached, through which a \
            bounded set of accounts outside the organization can use the key.",
    matters: "The other account decides which of its principals use the key, and keeps that right when it is \
              compromised, sold or forgotten.",
    fix: "Remove the statement where the sharing is over; narrow it to a role and to an encryption context where it \
          is not; and list the account as trusted in the settings, with its name and the reason.",
    blind: "Which principals of the other account hold the permission: its IAM is not ours to read.",
    topic: Topic::Exposure,
    needs: &[Need::Exposure, Need::Policies],
    severity: Severity::High,
};

impl Check for ExternalAccountAccess {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn look(&self, scene: &Scene<'_>) -> Vec<Found> {
        let is_bounded = |way: &&Reach| matches!(way.zone, ReachZone::External | ReachZone::Trusted);
        let by_policy = |way: &&Reach| way.via.iter().all(|via| via.kind != ViaKind::Grant);
        ways::found(scene.uses().filter(is_bounded).filter(by_policy), scale::of_reach)
    }
}
