//! The policy texts of a snapshot, each distinct one read once, and the resource control policies by the place they
//! hang at. What cannot be read is not here.

use std::collections::{BTreeMap, BTreeSet};

use keyreach_policy::aws::AccountId;
use rayon::prelude::*;

use crate::{
    reach::Reviewed,
    snapshot::{
        Snapshot,
        gap::Fact,
        organization::{Account, Guardrail, GuardrailKind, Organization},
    },
};

/// Policies by their text.
pub(super) struct Library<'a> {
    policies: BTreeMap<&'a str, Reviewed>,
    organization: Option<&'a Organization>,
    /// The RCPs that were read, where their kind is in force
    guardrails: Vec<&'a Guardrail>,
}

impl<'a> Library<'a> {
    pub(super) fn of(snapshot: &'a Snapshot) -> Self {
        let organization = match &snapshot.organization {
            Fact::Known(organization) => organization.as_ref(),
            Fact::Unknown(_) => None,
        };
        let guardrails: Vec<&Guardrail> = organization.into_iter().flat_map(in_force).collect();
        let keys = snapshot.cells.iter().flat_map(|cell| &cell.keys);
        let of_keys = keys.flat_map(|key| {
            let ram = key.ram_policy.known().and_then(Option::as_ref);
            key.policy.known().into_iter().chain(ram)
        });
        let of_guardrails = guardrails.iter().filter_map(|guardrail| guardrail.document.known());
        let texts: BTreeSet<&str> = of_keys.chain(of_guardrails).map(String::as_str).collect();
        let texts: Vec<&str> = texts.into_iter().collect();
        let read = |text: &&'a str| Some((*text, Reviewed::parse(text).ok()?));
        Self { policies: texts.par_iter().filter_map(read).collect(), organization, guardrails }
    }

    /// A policy of the snapshot, if its text is one.
    pub(super) fn policy(&self, text: &str) -> Option<&Reviewed> {
        self.policies.get(text)
    }

    /// The RCPs on the path of an account, by name. None binds the management account (SEM-49).
    pub(super) fn guardrails_over(
        &self,
        account: AccountId,
        of_account: Option<&Account>,
    ) -> Vec<(&'a str, &Reviewed)> {
        let Some(organization) = self.organization.filter(|o| o.management_account_id != account) else {
            return Vec::new();
        };
        let own = account.to_string();
        let path = of_account.and_then(|account| account.path.as_ref());
        let roots = organization.roots.items.iter().map(|root| root.id.as_str());
        let is_member = path.is_some() || organization.members.items.contains(&account);
        let places: BTreeSet<&str> = path
            .into_iter()
            .flat_map(|path| path.parents())
            .chain([own.as_str()])
            .chain(roots.filter(|_| is_member))
            .collect();
        let hangs = |guardrail: &&&Guardrail| {
            guardrail.targets.items.iter().any(|target| places.contains(target.as_str()))
        };
        let found = self.guardrails.iter().filter(hangs);
        let named = |guardrail: &&'a Guardrail| {
            let text = guardrail.document.known()?;
            Some((guardrail.name.as_str(), self.policy(text)?))
        };
        found.filter_map(named).collect()
    }
}

fn in_force(organization: &Organization) -> impl Iterator<Item = &Guardrail> {
    let kind = "RESOURCE_CONTROL_POLICY";
    let on = organization.roots.items.iter().any(|root| root.enabled_policy_types.contains(kind));
    let is_rcp = |guardrail: &&Guardrail| {
        guardrail.kind == GuardrailKind::ResourceControlPolicy && !guardrail.aws_managed
    };
    organization.guardrails.items.iter().filter(move |_| on).filter(is_rcp)
}
