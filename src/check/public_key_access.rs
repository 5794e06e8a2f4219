//! The key can be used from an unbounded set of AWS accounts.

use super::{Check, Found, Meta, Need, Scene, Topic, scale, ways};
use crate::assess::{exposure::ReachZone, finding::Severity};

/// `public-key-access`
#[derive(Debug)]
pub(super) struct PublicKeyAccess;

const META: Meta = Meta {
    id: "public-key-access",
    title: "Any AWS account can use the key",
    finds: "Statements that let callers of accounts that nothing bounds use the key, after Deny statements, \
            conditions and resource control policies.",
    matters: "Every AWS customer can give its own principals the permission that is missing on its side, and then \
              use the key: with kms:Decrypt, whoever also comes by the ciphertext reads the data.",
    fix: "Name the accounts or the organization that need the key: as principals, or with aws:PrincipalOrgID or \
          kms:CallerAccount under a positive operator without IfExists.",
    blind: "Whether anybody has used the way in: CloudTrail tells. Whether ciphertext is within an outsider's reach.",
    topic: Topic::Exposure,
    needs: &[Need::Exposure],
    severity: Severity::Critical,
};

impl Check for PublicKeyAccess {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn look(&self, scene: &Scene<'_>) -> Vec<Found> {
        let public = scene.uses().filter(|way| way.zone == ReachZone::Public);
        ways::found(public, scale::of_reach)
    }
}
