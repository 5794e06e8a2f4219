//! Who lives in the accounts of a snapshot, made ready once to be asked about any key.

use std::{collections::BTreeMap, sync::Arc};

use keyreach_policy::aws::{AccountId, Actions, Partition};

use super::{
    gate::label,
    known::Known,
    library::Library,
    resident::{Acquaintance, Boundary, Limit, Limits, Paper, Resident, ResidentKind, Rules, by_key},
    statement::Reviewed,
};
use crate::snapshot::{
    Snapshot,
    organization::{Account, GuardrailKind},
    principal::{Group, Iam, InlinePolicy, ManagedPolicy, Role, User},
};

/// The principals of every account of a snapshot.
pub struct Population<'l> {
    households: BTreeMap<AccountId, Household<'l>>,
}

/// The principals of one account.
pub struct Household<'l> {
    /// The root user first, then users and roles by ARN.
    pub residents: Vec<Resident<'l>>,
    /// Every principal that exists is here.
    pub complete: bool,
    /// The guardrails over the account could not all be read, or cannot be all there are.
    pub guardrails_unread: bool,
    /// What identity policies of users and roles here allow, whatever they ask for
    pub(super) allowed: Actions,
    /// Some user or role has a policy that could not be read
    pub(super) half_known: bool,
}

impl<'l> Population<'l> {
    /// Everybody in a snapshot. `library` is of the same snapshot.
    #[must_use]
    pub fn new(snapshot: &'l Snapshot, library: &'l Library<'l>) -> Self {
        let household = |account: &'l Account| (account.id, household(snapshot, library, account));
        Self { households: snapshot.accounts.iter().map(household).collect() }
    }

    /// The principals of an account; `None` where the snapshot does not know the account.
    #[must_use]
    pub fn household(&self, account: AccountId) -> Option<&Household<'l>> {
        self.households.get(&account)
    }

    /// Every account with its principals.
    pub fn households(&self) -> impl Iterator<Item = (AccountId, &Household<'l>)> {
        self.households.iter().map(|(account, household)| (*account, household))
    }

    /// The principal of that ARN; of a session, its role.
    #[must_use]
    pub fn find(&self, arn: &str) -> Option<&Resident<'l>> {
        let account = super::world::account_of(arn)?;
        let wanted = label(account, arn);
        self.household(account)?.residents.iter().find(|resident| label(account, resident.arn()) == wanted)
    }
}

fn household<'l>(snapshot: &'l Snapshot, library: &'l Library<'l>, account: &'l Account) -> Household<'l> {
    let limits = Arc::new(limits(library, account));
    let mut residents = vec![root(&snapshot.scan.partition, account, &limits)];
    if let Some(iam) = &account.iam {
        let registry = Registry::new(library, iam, &limits, account.id);
        let mut all: Vec<Resident<'l>> = iam.users.iter().map(|user| registry.user(user)).collect();
        all.extend(iam.roles.iter().map(|role| registry.role(role)));
        all.sort_by(|one, other| one.arn().cmp(other.arn()));
        residents.extend(all);
    }
    let rcps = library.levels(GuardrailKind::ResourceControlPolicy, account.id, Some(account));
    let others = || residents.iter().filter(|resident| resident.kind != ResidentKind::Root);
    Household {
        complete: account.iam.as_ref().is_some_and(|iam| iam.gap.is_none()),
        guardrails_unread: rcps.unread || limits.unread,
        allowed: others().fold(Actions::none(), |all, resident| all.union(resident.identity.allowed)),
        half_known: others().any(Resident::half_known),
        residents,
    }
}

/// The SCPs over an account.
fn limits<'l>(library: &'l Library<'l>, account: &'l Account) -> Limits<'l> {
    let over = library.levels(GuardrailKind::ServiceControlPolicy, account.id, Some(account));
    // AWS keeps at least one at each level: where there is none, something was not read.
    let unread = over.unread || over.levels.iter().any(|level| level.guardrails.is_empty());
    let levels = over.levels.into_iter().map(|level| {
        let mut policies = level.guardrails;
        if unread {
            policies.extend(library.allow_all().map(|all| ("", all)));
        }
        Limit { place: level.place, rules: Rules::of(policies.iter().map(|(_, policy)| *policy)), policies }
    });
    Limits { levels: levels.collect(), unread }
}

fn root<'l>(partition: &Partition, account: &Account, limits: &Arc<Limits<'l>>) -> Resident<'l> {
    let known = Known {
        arn: format!("arn:{partition}:iam::{}:root", account.id),
        id: account.id.to_string(),
        tags: BTreeMap::new(),
        bounded: false,
    };
    Resident {
        kind: ResidentKind::Root,
        account: account.id,
        known: Arc::new(known),
        role: None,
        acquaintance: Acquaintance::Whole,
        linked: false,
        papers: Vec::new(),
        unread: false,
        identity: Rules::default(),
        boundary: None,
        limits: Arc::clone(limits),
    }
}

/// The policies and groups of one account, by what names them.
struct Registry<'l, 'r> {
    library: &'l Library<'l>,
    managed: BTreeMap<&'l str, &'l ManagedPolicy>,
    groups: BTreeMap<&'l str, &'l Group>,
    limits: &'r Arc<Limits<'l>>,
    account: AccountId,
}

impl<'l, 'r> Registry<'l, 'r> {
    fn new(library: &'l Library<'l>, iam: &'l Iam, limits: &'r Arc<Limits<'l>>, account: AccountId) -> Self {
        Self {
            library,
            managed: iam.policies.iter().map(|policy| (policy.arn.as_str(), policy)).collect(),
            groups: iam.groups.iter().map(|group| (group.group_name.as_str(), group)).collect(),
            limits,
            account,
        }
    }

    fn user(&self, user: &'l User) -> Resident<'l> {
        let mut shelf = Shelf::default();
        self.inline(&user.inline_policies, None, &mut shelf);
        self.attached(&user.attached_policies, None, &mut shelf);
        for name in &user.groups {
            match self.groups.get(name.as_str()) {
                Some(group) => {
                    self.inline(&group.inline_policies, Some(name), &mut shelf);
                    self.attached(&group.attached_policies, Some(name), &mut shelf);
                }
                None => shelf.unread = true,
            }
        }
        let known = Known {
            arn: user.arn.clone(),
            id: user.user_id.clone(),
            tags: by_key(&user.tags),
            bounded: user.permissions_boundary.is_some(),
        };
        self.resident(ResidentKind::User, known, shelf, user.permissions_boundary.as_deref())
    }

    fn role(&self, role: &'l Role) -> Resident<'l> {
        let mut shelf = Shelf::default();
        self.inline(&role.inline_policies, None, &mut shelf);
        self.attached(&role.attached_policies, None, &mut shelf);
        let known = Known {
            arn: role.arn.clone(),
            id: role.role_id.clone(),
            tags: by_key(&role.tags),
            bounded: role.permissions_boundary.is_some(),
        };
        let bounded = role.permissions_boundary.as_deref();
        Resident { role: Some(role), ..self.resident(ResidentKind::Role, known, shelf, bounded) }
    }

    fn resident(
        &self,
        kind: ResidentKind,
        known: Known,
        shelf: Shelf<'l>,
        boundary: Option<&'l str>,
    ) -> Resident<'l> {
        let linked = known.is_service_linked();
        let boundary = boundary.map(|arn| {
            let policy = self.document(arn);
            Boundary { arn, policy, rules: Rules::of(policy.into_iter()) }
        });
        Resident {
            kind,
            account: self.account,
            known: Arc::new(known),
            role: None,
            acquaintance: Acquaintance::Whole,
            linked,
            unread: shelf.unread,
            identity: Rules::of(shelf.papers.iter().map(|paper| paper.policy)),
            papers: shelf.papers,
            boundary,
            limits: Arc::clone(self.limits),
        }
    }

    fn inline(&self, policies: &'l [InlinePolicy], group: Option<&'l str>, shelf: &mut Shelf<'l>) {
        for policy in policies {
            shelf.put(policy.name.as_str(), group, self.library.policy(&policy.document));
        }
    }

    fn attached(&self, arns: &'l [String], group: Option<&'l str>, shelf: &mut Shelf<'l>) {
        for arn in arns {
            let name = arn.rsplit('/').next().unwrap_or(arn);
            shelf.put(name, group, self.document(arn));
        }
    }

    /// The text of a managed policy, if it was read and is one.
    fn document(&self, arn: &str) -> Option<&'l Reviewed> {
        self.library.policy(self.managed.get(arn)?.document.as_deref()?)
    }
}

/// The policies of one principal.
#[derive(Default)]
struct Shelf<'l> {
    papers: Vec<Paper<'l>>,
    unread: bool,
}

impl<'l> Shelf<'l> {
    fn put(&mut self, name: &'l str, group: Option<&'l str>, policy: Option<&'l Reviewed>) {
        match policy {
            Some(policy) => self.papers.push(Paper { name, group, policy }),
            None => self.unread = true,
        }
    }
}
