//! Grants: an independent way to be allowed, never to be denied (SEM-54 to SEM-63).

use std::collections::BTreeMap;

use crate::{
    arn_pattern::{ArnPattern, components},
    aws::{AccountId, Action, Actions},
    caller::{Via, covers},
    context::Context,
    pattern::pieces,
    principal::Principal,
    reading::{Reader, Rule},
    request::Request,
};

/// A grant on the key.
#[derive(Debug, Clone)]
pub struct Grant {
    /// Who may use it
    pub grantee: Principal,
    /// The permissions it gives; only grantable ones count (SEM-55)
    pub operations: Actions,
    /// What its requests must carry
    pub constraints: Constraints,
    /// Who may retire it (SEM-61)
    pub retiring: Option<Principal>,
    /// The account that issued it, which may retire it (SEM-61)
    pub issuing_account: Option<AccountId>,
}

/// What requests under a grant must carry (SEM-59).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Constraints {
    /// The encryption context must be exactly this
    pub encryption_context_equals: Option<BTreeMap<String, String>>,
    /// The encryption context must hold this
    pub encryption_context_subset: Option<BTreeMap<String, String>>,
    /// `aws:SourceArn` must be this
    pub source_arn: Option<String>,
}

/// What stands between a request and a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GrantMismatch {
    /// The grant does not hold the permission, or no grant can
    Operation,
    /// The grantee does not cover the caller
    Grantee,
    /// The encryption context is not what the grant asks for
    EncryptionContext,
    /// `aws:SourceArn` is not what the grant asks for
    SourceArn,
    /// The grant to be created would be wider than this one (SEM-60)
    WiderGrant,
    /// The caller is neither retiring principal nor grantee with that permission, nor of the issuing account
    Retirement,
    /// The caller's account is named, and its IAM does not allow (SEM-57)
    NotDelegated,
    /// Limits of the caller hold for grants under this reading (SEM-62)
    Limited,
}

impl Grant {
    /// Whether the grant gives the request its permission, and through what it covers the caller:
    /// `Via::Account` leaves it to the IAM of the caller's account.
    pub(crate) fn gives(&self, request: &Request, reader: &mut Reader) -> Result<Via, GrantMismatch> {
        if request.action().is("RetireGrant") {
            return self.can_be_retired(request, reader).ok_or(GrantMismatch::Retirement);
        }
        if !self.operations.contains(request.action()) || !request.action().is_grantable() {
            return Err(GrantMismatch::Operation);
        }
        let via = covers(&self.grantee, request.caller(), reader).ok_or(GrantMismatch::Grantee)?;
        self.constraints.met(request, reader)?;
        if request.action().is("CreateGrant") && !self.holds_child(request.context(), reader) {
            return Err(GrantMismatch::WiderGrant);
        }
        Ok(via)
    }

    /// SEM-61: the retiring principal; the grantee if the grant holds RetireGrant; the issuing account.
    fn can_be_retired(&self, request: &Request, reader: &mut Reader) -> Option<Via> {
        let caller = request.caller();
        let retiring = self.retiring.as_ref().and_then(|retiring| covers(retiring, caller, reader));
        let grantee = Some(&self.grantee)
            .filter(|_| self.operations.contains(request.action()))
            .and_then(|grantee| covers(grantee, caller, reader));
        let issuer = self.issuing_account.filter(|account| caller.account() == Some(*account));
        [retiring, grantee, issuer.map(|_| Via::Account)].into_iter().flatten().min()
    }

    /// SEM-59, SEM-60: a grant made from this one holds no more operations and equal or stricter
    /// constraints. In a CreateGrant request the constraint's pairs are the encryption context.
    fn holds_child(&self, context: &Context, reader: &mut Reader) -> bool {
        let operations = context.get("kms:GrantOperations").map_or(&[][..], |held| held.values);
        let narrower = operations.iter().all(|name| {
            format!("kms:{name}").parse::<Action>().is_ok_and(|action| self.operations.contains(action))
        });
        let kind = context.single("kms:GrantConstraintType").unwrap_or_default();
        let Constraints { encryption_context_equals, encryption_context_subset, source_arn } =
            &self.constraints;
        let equal = encryption_context_equals.as_ref().is_none_or(|pairs| {
            kind == "EncryptionContextEquals" && holds(pairs, context, Extent::Exactly, reader)
        });
        let subset = encryption_context_subset.as_ref().is_none_or(|pairs| {
            matches!(kind, "EncryptionContextEquals" | "EncryptionContextSubset")
                && holds(pairs, context, Extent::AtLeast, reader)
        });
        let source = source_arn
            .as_ref()
            .is_none_or(|wanted| context.single("kms:GrantConstraintSourceArn") == Some(wanted));
        narrower && equal && subset && source
    }
}

impl Constraints {
    fn met(&self, request: &Request, reader: &mut Reader) -> Result<(), GrantMismatch> {
        let context = request.context();
        let source = |wanted: &String| context.single("aws:SourceArn").is_some_and(|arn| like(wanted, arn));
        if !self.source_arn.as_ref().is_none_or(source) {
            return Err(GrantMismatch::SourceArn);
        }
        // For CreateGrant the encryption context is that of the grant to be created.
        let applies = request.action().has_encryption_context() && !request.action().is("CreateGrant");
        let exact = |pairs: &_| holds(pairs, context, Extent::Exactly, reader);
        if applies && !self.encryption_context_equals.as_ref().is_none_or(exact) {
            return Err(GrantMismatch::EncryptionContext);
        }
        let some = |pairs: &_| holds(pairs, context, Extent::AtLeast, reader);
        if applies && !self.encryption_context_subset.as_ref().is_none_or(some) {
            return Err(GrantMismatch::EncryptionContext);
        }
        Ok(())
    }
}

/// Compared as `aws:SourceArn` in a condition is.
fn like(pattern: &str, arn: &str) -> bool {
    let pattern = ArnPattern::new(&pieces(pattern, false, true));
    components(arn).zip(pattern).is_some_and(|(parts, pattern)| pattern.matches(&parts))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Extent {
    Exactly,
    AtLeast,
}

/// Whether the request's encryption context holds these pairs. The case of keys is open (SEM-59).
fn holds(pairs: &BTreeMap<String, String>, context: &Context, extent: Extent, reader: &mut Reader) -> bool {
    let with = |same: fn(&str, &str) -> bool| {
        let given = || context.encryption_context();
        let all = pairs.iter().all(|(key, value)| given().any(|(k, v)| same(k, key) && v == value));
        let no_other = given().all(|(k, _)| pairs.keys().any(|key| same(k, key)));
        all && (extent == Extent::AtLeast || no_other)
    };
    let exact = with(|one, other| one == other);
    let folded = with(|one, other| one.eq_ignore_ascii_case(other));
    reader.choose(Rule::ConstraintCase, reader.readings.constraint_keys_folded, exact, folded)
}
