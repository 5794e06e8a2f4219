//! How bad a way in is: by how far it reaches, what it gives, and whether more than the caller's account is asked.

use crate::assess::{
    exposure::{Access, Reach, ReachZone},
    finding::Severity,
};

/// Beginnings of the condition keys that ask more of a request than an account: network, service, MFA, tags,
/// encryption context. They narrow how bad it is, never how far it reaches.
const CIRCUMSTANCES: [&str; 15] = [
    "aws:calledvia",
    "aws:multifactorauth",
    "aws:principaltag/",
    "aws:requesttag/",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceip",
    "aws:sourceorg",
    "aws:sourcevpc",
    "aws:viaawsservice",
    "aws:vpc",
    "kms:encryptioncontext",
    "kms:grant",
    "kms:recipientattestation:",
    "kms:viaservice",
];

/// Whether a way asks more than an account. The search leaves a key out of its request where it can.
pub(super) fn is_narrowed(reach: &Reach) -> bool {
    let is_circumstance = |key: &String| {
        let key = key.to_ascii_lowercase();
        CIRCUMSTANCES.iter().any(|start| key.starts_with(start))
    };
    reach.witness.as_ref().is_some_and(|witness| witness.context.keys().any(is_circumstance))
}

/// How bad a way in is.
pub(super) fn of_reach(reach: &Reach) -> Severity {
    let worst = reach.access.iter().map(|access| of_access(reach.zone, sort(reach, *access))).min();
    let severity = worst.unwrap_or(Severity::Info);
    if is_narrowed(reach) { milder(severity) } else { severity }
}

/// What an access comes to for the key's owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Harm {
    /// It tells of the key
    Tells,
    /// It takes no secret: it adds data, checks what is given, ends a grant
    Disturbs,
    /// It gives plaintext, acts in the key's name, or hands the key on
    Discloses,
}

fn sort(reach: &Reach, access: Access) -> Harm {
    match access {
        Access::Describe => Harm::Tells,
        Access::Encrypt | Access::Verify => Harm::Disturbs,
        // Retiring and revoking end access and give none.
        Access::Grant if !reach.actions.iter().any(|action| action == "kms:CreateGrant") => Harm::Disturbs,
        Access::Decrypt
        | Access::Sign
        | Access::Mac
        | Access::Derive
        | Access::Grant
        | Access::Administer => Harm::Discloses,
    }
}

fn of_access(zone: ReachZone, harm: Harm) -> Severity {
    use Severity::{Critical, High, Info, Low, Medium};
    match (zone, harm) {
        (ReachZone::Public, Harm::Discloses) => Critical,
        (ReachZone::Public, Harm::Disturbs) | (ReachZone::External, Harm::Discloses) => High,
        (ReachZone::Public, Harm::Tells)
        | (ReachZone::External, Harm::Disturbs)
        | (ReachZone::Organization, Harm::Discloses) => Medium,
        (ReachZone::External, Harm::Tells)
        | (ReachZone::Organization, Harm::Disturbs)
        | (ReachZone::Trusted, Harm::Discloses) => Low,
        (ReachZone::Organization, Harm::Tells) | (ReachZone::Trusted, _) => Info,
    }
}

/// One step less bad.
pub(super) fn milder(severity: Severity) -> Severity {
    match severity {
        Severity::Critical => Severity::High,
        Severity::High => Severity::Medium,
        Severity::Medium => Severity::Low,
        Severity::Low | Severity::Info => Severity::Info,
    }
}

#[cfg(test)]
mod tests {
    use super::{Harm, ReachZone, Severity, of_access};

    #[test]
    fn wider_and_deeper_are_never_milder() {
        let zones = [ReachZone::Trusted, ReachZone::Organization, ReachZone::External, ReachZone::Public];
        let harms = [Harm::Tells, Harm::Disturbs, Harm::Discloses];
        let is_rising = |all: Vec<Severity>| all.is_sorted_by(|milder, worse| milder >= worse);
        assert!(harms.iter().all(|harm| is_rising(zones.map(|zone| of_access(zone, *harm)).to_vec())));
        assert!(zones.iter().all(|zone| is_rising(harms.map(|harm| of_access(*zone, harm)).to_vec())));
        assert_eq!(of_access(ReachZone::Public, Harm::Discloses), Severity::Critical);
    }
}
