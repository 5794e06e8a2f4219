//! What checks have to say of each account, beside its keys: its own IAM policies put together once, in parallel.

use std::collections::{BTreeMap, BTreeSet};

use keyreach_policy::{
    Policy,
    aws::{AccountId, Region},
};
use rayon::prelude::*;

use super::{Bench, finding::Finding};
use crate::{
    check::{self, AccountScene, IamPolicy, Open},
    reach::Library,
    snapshot::{
        cell::Cell,
        organization::Account,
        principal::{Iam, ManagedPolicy},
    },
};

impl Bench<'_> {
    /// The findings of all accounts, and of how many accounts each check cannot tell. `open` is what keys miss of
    /// the facts of their accounts.
    pub(super) fn account_findings(
        &self,
        open: &BTreeMap<AccountId, Vec<(&Region, Open)>>,
    ) -> (Vec<Finding>, BTreeMap<&'static str, u64>) {
        let mut cells: BTreeMap<AccountId, Vec<&Cell>> = BTreeMap::new();
        for cell in &self.snapshot.cells {
            cells.entry(cell.account_id).or_default().push(cell);
        }
        let of = |account: &Account| {
            let cells = cells.get(&account.id).map(Vec::as_slice).unwrap_or_default();
            self.of_account(account, cells, open.get(&account.id).map(Vec::as_slice).unwrap_or_default())
        };
        let said: Vec<_> = self.snapshot.accounts.par_iter().map(of).collect();
        let mut findings = Vec::new();
        let mut undecided: BTreeMap<&'static str, u64> = BTreeMap::new();
        for (of_account, checks) in said {
            findings.extend(of_account);
            checks.into_iter().for_each(|check| *undecided.entry(check).or_default() += 1);
        }
        (findings, undecided)
    }

    fn of_account(
        &self,
        account: &Account,
        cells: &[&Cell],
        open: &[(&Region, Open)],
    ) -> (Vec<Finding>, BTreeSet<&'static str>) {
        let texts = account.iam.iter().flat_map(written);
        let (mut policies, mut policies_unread) = (Vec::new(), false);
        for written in texts {
            match written.read(self.library) {
                Reading::Says(policy) => policies.push(policy),
                Reading::SaysNothing => {}
                Reading::Unread => policies_unread = true,
            }
        }
        let scene = AccountScene {
            snapshot: self.snapshot,
            settings: self.settings,
            account,
            cells,
            policies: &policies,
            policies_unread,
        };
        check::account_findings(&scene, open)
    }
}

/// What reading a policy of an account's own came to.
enum Reading<'a> {
    /// It allows something of keys.
    Says(IamPolicy<'a>),
    /// It allows nothing of keys.
    SaysNothing,
    /// It was not read, or cannot be.
    Unread,
}

/// A policy of an account's own, as text.
struct Written<'a> {
    arn: &'a str,
    inline: Option<&'a str>,
    text: Option<&'a str>,
}

impl<'a> Written<'a> {
    fn read(&self, library: &'a Library<'a>) -> Reading<'a> {
        match self.text.and_then(|text| library.policy(text)) {
            None => Reading::Unread,
            Some(reviewed) if reviewed.allowed().is_empty() => Reading::SaysNothing,
            Some(reviewed) => {
                let policy: &Policy = reviewed.policy();
                Reading::Says(IamPolicy { arn: self.arn, inline: self.inline, policy })
            }
        }
    }
}

/// The policies that the account itself wrote and that can give something: managed ones by ARN, then inline ones of
/// users, roles and groups.
fn written(iam: &Iam) -> Vec<Written<'_>> {
    let attached: BTreeSet<&String> = (iam.users.iter().flat_map(|user| &user.attached_policies))
        .chain(iam.roles.iter().flat_map(|role| &role.attached_policies))
        .chain(iam.groups.iter().flat_map(|group| &group.attached_policies))
        .collect();
    let limits: BTreeSet<&String> = (iam.users.iter().filter_map(|user| user.permissions_boundary.as_ref()))
        .chain(iam.roles.iter().filter_map(|role| role.permissions_boundary.as_ref()))
        .collect();
    // What only bounds somebody gives nothing.
    let gives = |one: &&ManagedPolicy| !limits.contains(&one.arn) || attached.contains(&one.arn);
    let own = |one: &&ManagedPolicy| !one.arn.contains(":iam::aws:");
    let managed = iam.policies.iter().filter(own).filter(gives).map(|one| Written {
        arn: &one.arn,
        inline: None,
        text: one.document.as_deref(),
    });
    let users = iam.users.iter().map(|user| (user.arn.as_str(), user.inline_policies.as_slice()));
    let roles = iam.roles.iter().map(|role| (role.arn.as_str(), role.inline_policies.as_slice()));
    let groups = iam.groups.iter().map(|group| (group.arn.as_str(), group.inline_policies.as_slice()));
    let inline = users.chain(roles).chain(groups).flat_map(|(arn, policies)| {
        policies.iter().map(move |one| Written { arn, inline: Some(&one.name), text: Some(&one.document) })
    });
    managed.chain(inline).collect()
}
