//! The strings of a snapshot: the texts of policies, the words that people and AWS wrote, and the names by which
//! everything is told apart.

use std::{collections::BTreeMap, iter::once};

use crate::snapshot::{
    Snapshot,
    cell::{Cell, KeyStore},
    gap::{Fact, Gap, Listing},
    grant::Grant,
    key::Key,
    organization::{Account, Entry, Organization},
    principal::{Iam, InlinePolicy, Tag},
};

/// What is done to each string.
type Do<'d> = &'d mut dyn FnMut(&mut String);

/// Every policy text: of keys, guardrails, principals and roles' trust.
pub(super) fn policies(snapshot: &mut Snapshot, act: Do<'_>) {
    for key in snapshot.cells.iter_mut().flat_map(|cell| &mut cell.keys) {
        known(&mut key.policy).into_iter().for_each(&mut *act);
        known(&mut key.ram_policy).and_then(Option::as_mut).into_iter().for_each(&mut *act);
    }
    if let Some(organization) = organization_of(snapshot) {
        organization
            .guardrails
            .items
            .iter_mut()
            .filter_map(|one| known(&mut one.document))
            .for_each(&mut *act);
    }
    for iam in snapshot.accounts.iter_mut().filter_map(|account| account.iam.as_mut()) {
        inline_policies(iam).for_each(|policy| act(&mut policy.document));
        iam.roles.iter_mut().filter_map(|role| role.trust_policy.as_mut()).for_each(&mut *act);
        iam.policies.iter_mut().filter_map(|policy| policy.document.as_mut()).for_each(&mut *act);
    }
}

/// Every other string that somebody else chose and that is not the name of anything here.
pub(super) fn words(snapshot: &mut Snapshot, act: Do<'_>) {
    snapshot.gaps.iter_mut().for_each(|gap| of_gap(gap, act));
    if let Fact::Unknown(gap) = &mut snapshot.organization {
        of_gap(gap, act);
    }
    if let Some(organization) = organization_of(snapshot) {
        of_organization(organization, act);
    }
    snapshot.accounts.iter_mut().for_each(|account| of_account(account, act));
    snapshot.cells.iter_mut().for_each(|cell| of_cell(cell, act));
}

/// Whether the name of something in the snapshot holds this: an id, an ARN, a Region.
pub(super) fn is_part_of_a_name(snapshot: &Snapshot, part: &str) -> bool {
    let holds = |name: &str| name.contains(part);
    let of_cell = |cell: &Cell| {
        let stores = cell.key_stores.items.iter().map(|store| &store.custom_key_store_id);
        let mut keys = cell.keys.iter().flat_map(|key| [&key.key_id, &key.arn]).chain(stores);
        holds(cell.region.as_str()) || keys.any(|name| holds(name))
    };
    let of_iam = |iam: &Iam| {
        let users = iam.users.iter().flat_map(|user| [&user.arn, &user.user_id]);
        let roles = iam.roles.iter().flat_map(|role| [&role.arn, &role.role_id]);
        let groups = iam.groups.iter().map(|group| &group.arn);
        let mut all = users.chain(roles).chain(groups).chain(iam.policies.iter().map(|policy| &policy.arn));
        all.any(|name| holds(name))
    };
    let of_account = |account: &Account| {
        let entry = match &account.entry {
            Entry::Role(arn) | Entry::Caller(arn) => Some(arn),
            Entry::Refused | Entry::Skipped(_) | Entry::NotStarted => None,
        };
        holds(&account.id.to_string())
            || entry.is_some_and(|arn| holds(arn))
            || account.path.as_ref().is_some_and(|path| holds(path.as_str()))
            || account.iam.as_ref().is_some_and(of_iam)
    };
    let of_organization = |organization: &Organization| {
        let roots = organization.roots.items.iter().map(|root| &root.id);
        let units = organization.units.items.iter().map(|unit| &unit.id);
        let guardrails = organization.guardrails.items.iter();
        let mut all =
            roots.chain(units).chain(guardrails.flat_map(|one| once(&one.id).chain(&one.targets.items)));
        let mut members = organization.members.items.iter().chain(once(&organization.management_account_id));
        holds(organization.id.as_str())
            || all.any(|name| holds(name))
            || members.any(|account| holds(&account.to_string()))
    };
    holds(&snapshot.scan.caller_arn)
        || snapshot.organization.known().and_then(Option::as_ref).is_some_and(of_organization)
        || snapshot.accounts.iter().any(of_account)
        || snapshot.cells.iter().any(of_cell)
}

fn of_organization(organization: &mut Organization, act: Do<'_>) {
    of_list(&mut organization.members, act);
    for root in of_list(&mut organization.roots, act) {
        root.name.iter_mut().for_each(&mut *act);
    }
    for unit in of_list(&mut organization.units, act) {
        unit.name.iter_mut().for_each(&mut *act);
    }
    for guardrail in of_list(&mut organization.guardrails, act) {
        act(&mut guardrail.name);
        of_fact(&mut guardrail.document, act);
        of_list(&mut guardrail.targets, act);
    }
}

fn of_account(account: &mut Account, act: Do<'_>) {
    account.name.iter_mut().for_each(&mut *act);
    account.gaps.iter_mut().for_each(|gap| of_gap(gap, act));
    let Some(iam) = &mut account.iam else { return };
    iam.gap.iter_mut().for_each(|gap| of_gap(gap, act));
    of_fact(&mut iam.summary, act);
    inline_policies(iam).for_each(|policy| act(&mut policy.name));
    let of_users = iam.users.iter_mut().flat_map(|user| &mut user.tags);
    for Tag { key, value } in of_users.chain(iam.roles.iter_mut().flat_map(|role| &mut role.tags)) {
        act(key);
        act(value);
    }
}

fn of_cell(cell: &mut Cell, act: Do<'_>) {
    cell.gaps.iter_mut().for_each(|gap| of_gap(gap, act));
    for store in of_list(&mut cell.key_stores, act) {
        of_key_store(store, act);
    }
    cell.keys.iter_mut().for_each(|key| of_key(key, act));
}

fn of_key_store(store: &mut KeyStore, act: Do<'_>) {
    let words = [
        &mut store.name,
        &mut store.cloud_hsm_cluster_id,
        &mut store.xks_uri_endpoint,
        &mut store.xks_uri_path,
        &mut store.xks_vpc_endpoint_service_name,
        &mut store.xks_vpc_endpoint_service_owner,
    ];
    words.into_iter().flatten().for_each(act);
}

fn of_key(key: &mut Key, act: Do<'_>) {
    if let Some(metadata) = of_fact(&mut key.metadata, act) {
        act(&mut metadata.description);
        metadata.xks_key_id.iter_mut().for_each(&mut *act);
    }
    of_fact(&mut key.policy, act);
    of_fact(&mut key.ram_policy, act);
    of_fact(&mut key.rotation, act);
    of_list(&mut key.rotations, act);
    if let Some(tags) = of_fact(&mut key.tags, act) {
        of_map(tags, act);
    }
    for grant in of_list(&mut key.grants, act) {
        of_grant(grant, act);
    }
    key.aliases.iter_mut().for_each(&mut *act);
    if let Some(usage) = &mut key.last_usage {
        of_fact(usage, act);
    }
}

fn of_grant(grant: &mut Grant, act: Do<'_>) {
    let words = [
        &mut grant.name,
        &mut grant.grantee_principal,
        &mut grant.grantee_service_principal,
        &mut grant.retiring_principal,
        &mut grant.retiring_service_principal,
        &mut grant.constraints.source_arn,
    ];
    words.into_iter().flatten().for_each(&mut *act);
    let constraints = &mut grant.constraints;
    let contexts = [&mut constraints.encryption_context_equals, &mut constraints.encryption_context_subset];
    contexts.into_iter().flatten().for_each(|map| of_map(map, act));
}

fn of_map(map: &mut BTreeMap<String, String>, act: Do<'_>) {
    let pairs = std::mem::take(map).into_iter().map(|(mut key, mut value)| {
        act(&mut key);
        act(&mut value);
        (key, value)
    });
    *map = pairs.collect();
}

/// What AWS answers may repeat what it was asked.
fn of_gap(gap: &mut Gap, act: Do<'_>) {
    act(&mut gap.resource);
    act(&mut gap.message);
}

fn of_fact<'f, T>(fact: &'f mut Fact<T>, act: Do<'_>) -> Option<&'f mut T> {
    match fact {
        Fact::Known(value) => Some(value),
        Fact::Unknown(gap) => {
            of_gap(gap, act);
            None
        }
    }
}

fn of_list<'l, T>(list: &'l mut Listing<T>, act: Do<'_>) -> &'l mut [T] {
    list.gap.iter_mut().for_each(|gap| of_gap(gap, act));
    &mut list.items
}

fn known<T>(fact: &mut Fact<T>) -> Option<&mut T> {
    match fact {
        Fact::Known(value) => Some(value),
        Fact::Unknown(_) => None,
    }
}

fn organization_of(snapshot: &mut Snapshot) -> Option<&mut Organization> {
    known(&mut snapshot.organization)?.as_mut()
}

fn inline_policies(iam: &mut Iam) -> impl Iterator<Item = &mut InlinePolicy> {
    let users = iam.users.iter_mut().flat_map(|user| &mut user.inline_policies);
    let groups = iam.groups.iter_mut().flat_map(|group| &mut group.inline_policies);
    users.chain(groups).chain(iam.roles.iter_mut().flat_map(|role| &mut role.inline_policies))
}
