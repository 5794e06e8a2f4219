//! Grants by who holds them. AWS services make grants by the thousand, and retire them: people are asked about the
//! others alone.

use keyreach_policy::principal::{Form, Principal};

use super::{Found, Scene, orphaned_principal::is_session_of_aws, ways};
use crate::{assess::finding::Severity, snapshot::grant::Grant};

/// How many grants a sentence names, and how many the evidence.
const NAMED: usize = 3;
const SHOWN: usize = 100;

/// The grants of a key that no AWS service holds, nor anybody who is gone.
pub(super) fn of_people<'a>(scene: &Scene<'a>) -> impl Iterator<Item = &'a Grant> {
    let gone = scene.gone;
    let is_gone = move |grant: &Grant| grant.grantee_principal.as_ref().is_some_and(|one| gone.has(one));
    scene.key.grants.items.iter().filter(move |grant| !is_of_service(grant) && !is_gone(grant))
}

/// Held by a service principal, a service-linked role or a session that AWS itself opened; or retired by a service,
/// which made it for itself in somebody's name.
fn is_of_service(grant: &Grant) -> bool {
    let is_service = |text: &String| Principal::of_grant(text.as_str()).form() == Form::Service;
    let Some(grantee) = &grant.grantee_principal else { return true };
    is_service(grantee)
        || is_session_of_aws(grantee)
        || grantee.contains(":role/aws-service-role/")
        || grant.retiring_service_principal.is_some()
        || grant.retiring_principal.as_ref().is_some_and(is_service)
}

/// One finding for all grants of a key that share a fault: a key can have fifty thousand.
pub(super) fn found(severity: Severity, grants: &[&Grant], fault: &str) -> Option<Found> {
    if grants.is_empty() {
        return None;
    }
    let ids: Vec<String> = grants.iter().map(|grant| grant.grant_id.clone()).collect();
    let detail = format!("{} {fault}: {}.", ways::grants(grants.len()), ways::listed(ids.clone(), NAMED));
    let shown: Vec<&String> = ids.iter().take(SHOWN).collect();
    Some(Found::fail(severity, "", detail).with("grants", grants.len()).with("grant_ids", shown))
}
