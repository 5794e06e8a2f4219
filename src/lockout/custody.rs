//! How a writer may come to an end: roles that Identity Center replaces, that a pipeline brings along, that nobody has
//! used for long.

use jiff::Timestamp;
use keyreach_policy::syntax::{Document, Effect, Principals};

use super::Question;
use crate::{reach::Resident, snapshot::principal::Role};

/// What is perishable about a writer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Custody {
    /// A role that Identity Center made for a permission set
    pub(super) identity_center: bool,
    /// A role that only services or web identities may assume
    pub(super) pipeline: bool,
    /// A role that nobody used for long
    pub(super) idle: bool,
}

impl Custody {
    pub(super) fn of(question: &Question<'_>, resident: &Resident<'_>) -> Self {
        let Some(role) = resident.role() else { return Self::default() };
        Self {
            identity_center: role.arn.contains(":role/aws-reserved/sso.amazonaws.com/"),
            pipeline: is_pipeline(role),
            idle: is_idle(role, question.taken_at, i64::from(question.thresholds.unused_role_days)),
        }
    }
}

/// Whether its trust policy lets in services and web identities only. One that cannot be read says nothing.
fn is_pipeline(role: &Role) -> bool {
    let Some(document) = role.trust_policy.as_ref().and_then(|text| Document::parse(text).ok()) else {
        return false;
    };
    let allows = document.statements().filter(|(_, statement)| statement.effect == Effect::Allow);
    let mut found = false;
    for (_, statement) in allows {
        let named = statement.principal.as_ref().filter(|set| !set.negated);
        match named.map(|set| &set.principals) {
            Some(Principals::Named(lists)) => {
                for (kind, list) in lists {
                    if !list.iter().all(|principal| is_machine(kind, principal.as_str())) {
                        return false;
                    }
                    found |= !list.is_empty();
                }
            }
            Some(Principals::Everyone) | None => return false,
        }
    }
    found
}

/// A service, or a provider of web identities; SAML brings people.
fn is_machine(kind: &str, principal: &str) -> bool {
    match kind {
        "Service" => true,
        "Federated" => !principal.contains(":saml-provider/"),
        _ => false,
    }
}

/// Last used, or where never used created, longer ago than so many days.
fn is_idle(role: &Role, now: Timestamp, days: i64) -> bool {
    let since = role.last_used.or(role.create_date);
    since.is_some_and(|since| now.as_second() - since.as_second() > days * 86_400)
}
