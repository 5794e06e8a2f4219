//! Grants as openings: whom one lets in for which action, and what its constraints ask of the request
//! (SEM-54 to SEM-62).

use keyreach_policy::{
    Constraints, Grant,
    aws::{Action, Actions},
    principal::Principal,
};

use super::{
    caller::Caller,
    condition::Demand,
    glob::{arn, pieces},
    opening::Builder,
    pred::{Pred, one_of},
    principal::{Via, covers},
    reading::Lens,
    relation::hold_pairs,
    world::account_of,
};
use crate::snapshot::grant::Grant as Listed;

/// Ends a grant, and gives nobody the key.
pub(super) const RETIRE_GRANT: &str = "kms:RetireGrant";

/// A grant with its operations read: a key can have fifty thousand, and each is asked about every principal.
#[derive(Clone, Copy)]
pub(super) struct Granted<'a> {
    /// As ListGrants tells it.
    pub(super) listed: &'a Listed,
    operations: Actions,
    /// The actions for which it can let somebody in: RetireGrant always, for whoever may retire it (SEM-61).
    pub(super) actions: Actions,
}

impl<'a> Granted<'a> {
    pub(super) fn new(listed: &'a Listed) -> Self {
        let operations = operations(listed);
        let mut actions: Actions = operations.iter().filter(|action| action.is_grantable()).collect();
        if let Ok(retire) = RETIRE_GRANT.parse() {
            actions.insert(retire);
        }
        Self { listed, operations, actions }
    }

    /// Through what it covers the caller for an action; `Via::Account` leaves it to the caller's own IAM.
    pub(super) fn covers(&self, action: Action, caller: &Caller, lens: &Lens<'_>) -> Option<Via> {
        let via = |principal: Option<Principal>| covers(&principal?, caller, lens);
        let by_grantee = || if self.operations.contains(action) { via(grantee(self.listed)) } else { None };
        if action.name() != RETIRE_GRANT {
            return by_grantee();
        }
        let Listed { retiring_principal, retiring_service_principal, issuing_account, .. } = self.listed;
        let retiring = retiring_principal.as_ref().or(retiring_service_principal.as_ref());
        let by_retiring = via(retiring.map(Principal::of_grant));
        let issuer = issuing_account.as_deref().and_then(account_of);
        let by_issuer = issuer.filter(|issuer| caller.account == Some(*issuer)).map(|_| Via::Account);
        let all = [by_retiring, by_grantee(), by_issuer];
        all.iter().flatten().find(|via| **via != Via::Account).or(all.iter().flatten().next()).copied()
    }
}

/// Whether there can be a grant that lets somebody in for an action (SEM-61).
pub(super) fn may_give(action: Action) -> bool {
    action.is_grantable() || action.name() == RETIRE_GRANT
}

/// The principal that may use a grant; `None` where it names none.
pub(super) fn grantee(grant: &Listed) -> Option<Principal> {
    let named = grant.grantee_principal.as_ref().or(grant.grantee_service_principal.as_ref());
    named.map(Principal::of_grant)
}

/// The operations that a grant holds.
fn operations(grant: &Listed) -> Actions {
    grant.operations.iter().filter_map(|name| format!("kms:{name}").parse::<Action>().ok()).collect()
}

/// A grant as the policy engine reads it.
pub(super) fn as_engine(grant: &Listed) -> Option<Grant> {
    let retiring = grant.retiring_principal.as_ref().or(grant.retiring_service_principal.as_ref());
    Some(Grant {
        grantee: grantee(grant)?,
        operations: operations(grant),
        constraints: Constraints {
            encryption_context_equals: grant.constraints.encryption_context_equals.clone(),
            encryption_context_subset: grant.constraints.encryption_context_subset.clone(),
            source_arn: grant.constraints.source_arn.clone(),
        },
        retiring: retiring.map(Principal::of_grant),
        issuing_account: grant.issuing_account.as_deref().and_then(account_of),
    })
}

/// Adds what the constraints ask; false where that cannot be.
pub(super) fn constrain(builder: &mut Builder<'_, '_>, grant: &Listed) -> bool {
    let action = builder.case.action;
    if action.name() == RETIRE_GRANT {
        return true;
    }
    let constraints = &grant.constraints;
    if let Some(source) = &constraints.source_arn {
        let globs: Vec<_> = arn(&pieces(source, false, true)).into_iter().collect();
        if !builder.require("aws:SourceArn", &Demand::each(Pred::like(globs))) {
            return false;
        }
    }
    if action.name() == "kms:CreateGrant" {
        return constrain_child(builder, grant);
    }
    if !action.has_encryption_context() {
        return true;
    }
    constraints.encryption_context_equals.as_ref().is_none_or(|pairs| hold_pairs(builder, pairs, true))
        && constraints
            .encryption_context_subset
            .as_ref()
            .is_none_or(|pairs| hold_pairs(builder, pairs, false))
}

/// SEM-60: a grant made from a grant is no wider.
fn constrain_child(builder: &mut Builder<'_, '_>, grant: &Listed) -> bool {
    let constraints = &grant.constraints;
    let operations: Vec<&String> = grant.operations.iter().collect();
    let mut fits = builder.require("kms:GrantOperations", &Demand::each(one_of(&operations)));
    let kind = |names: &[&str]| Demand::each(one_of(names));
    if let Some(pairs) = &constraints.encryption_context_equals {
        fits = fits
            && builder.require("kms:GrantConstraintType", &kind(&["EncryptionContextEquals"]))
            && hold_pairs(builder, pairs, true);
    }
    if let Some(pairs) = &constraints.encryption_context_subset {
        let either = kind(&["EncryptionContextEquals", "EncryptionContextSubset"]);
        fits =
            fits && builder.require("kms:GrantConstraintType", &either) && hold_pairs(builder, pairs, false);
    }
    if let Some(source) = &constraints.source_arn {
        fits = fits && builder.require("kms:GrantConstraintSourceArn", &Demand::each(one_of(&[source])));
    }
    fits
}
