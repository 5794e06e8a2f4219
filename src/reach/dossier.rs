//! What a snapshot holds about one key, its policies found in the library: the facts for every question about it.

use jiff::Timestamp;
use keyreach_policy::aws::Arn;

use super::{
    gate::{Gate, GateUnread},
    library::Library,
    statement::Reviewed,
    world::Facts,
    zone::Perimeter,
};
use crate::{
    assess::exposure::ViaKind,
    snapshot::{
        cell::Cell,
        key::Key,
        organization::{Account, GuardrailKind},
    },
};

/// A key of a snapshot with what its policies and the RCPs over it say.
pub struct Dossier<'l> {
    pub(super) key: &'l Key,
    pub(super) arn: Arn,
    pub(super) policies: Vec<(ViaKind, &'l Reviewed)>,
    pub(super) guardrails: Vec<(&'l str, &'l Reviewed)>,
    /// Its aliases, if all were listed
    pub(super) aliases: Option<&'l [String]>,
    /// What of it could not be read.
    pub unread: GateUnread,
}

impl Library<'_> {
    /// What is known of a key of a cell; `None` where its ARN is none.
    #[must_use]
    pub fn dossier<'l>(
        &'l self,
        cell: &Cell,
        of_account: Option<&Account>,
        key: &'l Key,
    ) -> Option<Dossier<'l>> {
        let account = cell.account_id;
        let unlisted = cell.gaps.iter().any(|gap| gap.operation == "kms:ListAliases");
        let texts = [
            (ViaKind::KeyPolicy, key.policy.known()),
            (ViaKind::Ram, key.ram_policy.known().and_then(Option::as_ref)),
        ];
        let written = || texts.iter().filter_map(|(kind, text)| Some((*kind, text.as_ref()?.as_str())));
        let policies: Vec<_> =
            written().filter_map(|(kind, text)| Some((kind, self.policy(text)?))).collect();
        let unread = GateUnread {
            policy: policies.len() < written().count()
                || key.policy.gap().is_some()
                || key.ram_policy.gap().is_some(),
            grants: key.grants.gap.is_some(),
            guardrails: self.levels(GuardrailKind::ResourceControlPolicy, account, of_account).unread,
        };
        let guardrails = self.guardrails_over(account, of_account);
        let aliases = (!unlisted).then_some(key.aliases.as_slice());
        Some(Dossier { key, arn: key.arn.parse().ok()?, policies, guardrails, aliases, unread })
    }
}

impl Dossier<'_> {
    /// Its policies that could be read.
    pub fn policies(&self) -> impl Iterator<Item = (ViaKind, &Reviewed)> {
        self.policies.iter().map(|(kind, policy)| (*kind, *policy))
    }

    /// The facts, with what stands around the key.
    #[must_use]
    pub fn facts<'d>(&'d self, perimeter: &'d Perimeter, taken_at: Timestamp) -> Facts<'d> {
        Facts {
            arn: &self.arn,
            metadata: self.key.metadata.known(),
            tags: self.key.tags.known(),
            aliases: self.aliases,
            policies: &self.policies,
            grants: &self.key.grants.items,
            unread: self.unread.policy || self.unread.grants,
            guardrails: &self.guardrails,
            perimeter,
            taken_at,
        }
    }

    /// The key, ready to be asked about principals that exist.
    #[must_use]
    pub fn gate<'d>(&'d self, perimeter: &'d Perimeter, taken_at: Timestamp) -> Option<Gate<'d>> {
        Gate::new(self.facts(perimeter, taken_at), self.unread)
    }
}
