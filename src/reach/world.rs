//! What is known of one key and its surroundings, and whom its policies, grants and guardrails name: from this the
//! cases of callers are made.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use jiff::Timestamp;
use keyreach_policy::{
    aws::{AccountId, Actions, Arn, KeyType},
    principal::{Form, Principal},
};

use super::{
    axis::{PRINCIPAL, USER_ID},
    bearer::Ids,
    caller::{ANY_SERVICE, Belongs},
    glob::{Class, Glob, Part, accepts, glob, over, pieces},
    meter::Meter,
    shape::in_account,
    statement::Reviewed,
    zone::{OwnOrganization, Perimeter},
};
use crate::{
    assess::exposure::ViaKind,
    snapshot::{grant::Grant, key::KeyMetadata},
};

/// Everything that decides who outside reaches one key.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// The key's ARN.
    pub arn: &'a Arn,
    /// What DescribeKey says; `None` where unread.
    pub metadata: Option<&'a KeyMetadata>,
    /// Its tags; `None` where unread.
    pub tags: Option<&'a BTreeMap<String, String>>,
    /// Its aliases; `None` where not all were listed.
    pub aliases: Option<&'a [String]>,
    /// Its policies that could be read.
    pub policies: &'a [(ViaKind, &'a Reviewed)],
    /// Its grants that could be read.
    pub grants: &'a [Grant],
    /// A policy or grants could not be read.
    pub unread: bool,
    /// The RCPs in force for its account, with their names; those that could not be read are absent.
    pub guardrails: &'a [(&'a str, &'a Reviewed)],
    /// What stands around it.
    pub perimeter: &'a Perimeter,
    /// When the facts were read.
    pub taken_at: Timestamp,
}

/// The facts with what follows from them.
#[derive(Clone)]
pub(super) struct World<'a> {
    pub(super) facts: Facts<'a>,
    pub(super) arn: &'a str,
    pub(super) partition: &'a str,
    pub(super) region: &'a str,
    pub(super) account: AccountId,
    pub(super) perimeter: &'a Perimeter,
    /// The organization of the key's account
    pub(super) own: Option<&'a OwnOrganization>,
    pub(super) metadata: Option<&'a KeyMetadata>,
    /// The operations that the key can do
    pub(super) possible: Actions,
    pub(super) tags: Option<&'a BTreeMap<String, String>>,
    pub(super) aliases: Option<&'a [String]>,
    pub(super) now: i128,
    pub(super) now_text: String,
    /// The accounts that are named, the key's own among them
    pub(super) accounts: BTreeSet<AccountId>,
    /// All that is in them
    pub(super) in_accounts: Arc<[Glob]>,
    /// The principals that are named
    pub(super) named: Vec<Principal>,
    /// The unique ids that are named
    pub(super) ids: Ids,
    /// Statements name principals by their ids
    tells_user_id: bool,
    /// The services that are named
    pub(super) services: BTreeSet<String>,
    /// The organizations that are named, without the key's own
    pub(super) organizations: BTreeSet<String>,
    /// All paths in organizations that are named or the key's own
    pub(super) in_organizations: Arc<[Glob]>,
    /// Some condition tells organizations apart
    pub(super) org_matters: bool,
    /// Some condition tells users, roles and root users apart
    pub(super) kind_matters: bool,
    /// Some condition asks about `aws:PrincipalArn`
    pub(super) arn_matters: bool,
    /// Some text speaks of service-linked roles, and RCPs are in force
    pub(super) mentions_service_linked: bool,
    /// The keys that are mentioned, with their values
    pub(super) keys: BTreeMap<String, BTreeSet<String>>,
    /// What may still be spent on it
    pub(super) meter: Meter,
}

const PRINCIPAL_KEYS: [&str; 4] =
    ["aws:principalarn", "aws:principalaccount", "kms:calleraccount", "aws:userid"];
const KIND_KEYS: [&str; 9] = [
    "aws:principalarn",
    "aws:principaltype",
    "aws:userid",
    "aws:username",
    "aws:tokenissuetime",
    "aws:multifactorauthpresent",
    "aws:multifactorauthage",
    "aws:federatedprovider",
    "aws:assumedroot",
];
const ORGANIZATION_KEYS: [&str; 2] = ["aws:principalorgid", "aws:principalorgpaths"];
/// More members than this are not told apart by patterns of account numbers.
const MEMBERS: usize = 256;

impl<'a> World<'a> {
    /// `None` where the ARN names no account.
    pub(super) fn new(facts: Facts<'a>) -> Option<Self> {
        let account = facts.arn.account_id()?;
        let mut world = Self {
            facts,
            arn: facts.arn.as_str(),
            partition: facts.arn.partition(),
            region: facts.arn.region(),
            account,
            perimeter: facts.perimeter,
            own: facts.perimeter.of(account),
            metadata: facts.metadata,
            possible: possible(facts.metadata),
            tags: facts.tags,
            aliases: facts.aliases,
            now: facts.taken_at.as_nanosecond(),
            now_text: facts.taken_at.to_string(),
            accounts: BTreeSet::from([account]),
            in_accounts: Arc::default(),
            named: Vec::new(),
            ids: Ids::default(),
            tells_user_id: false,
            services: BTreeSet::new(),
            organizations: BTreeSet::new(),
            in_organizations: Arc::default(),
            org_matters: false,
            kind_matters: false,
            arn_matters: false,
            mentions_service_linked: false,
            keys: BTreeMap::new(),
            meter: Meter::default(),
        };
        world.gather();
        Some(world)
    }

    fn gather(&mut self) {
        let facts = self.facts;
        let policies = facts.policies.iter().map(|(_, policy)| *policy);
        let mut named = BTreeMap::new();
        for mentions in
            policies.chain(facts.guardrails.iter().map(|(_, policy)| *policy)).map(|p| &p.mentions)
        {
            named.extend(mentions.principals.clone());
            self.kind_matters |= mentions.not_principal;
            for (key, values) in &mentions.keys {
                self.keys.entry(key.clone()).or_default().extend(values.iter().cloned());
            }
        }
        let of_policies = ids(&named);
        for grant in facts.grants {
            let of_grant = [&grant.grantee_principal, &grant.retiring_principal].into_iter().flatten();
            let services = [&grant.grantee_service_principal, &grant.retiring_service_principal];
            for text in of_grant.chain(services.into_iter().flatten()) {
                named.insert(text.clone(), Principal::of_grant(text.as_str()));
            }
            self.accounts.extend(grant.issuing_account.as_deref().and_then(account_of));
        }
        let values: Vec<String> = self.keys.get(USER_ID).into_iter().flatten().cloned().collect();
        self.ids = Ids::new((&self.perimeter.bearers, self.account), &of_policies, &ids(&named), &values);
        let bearers = self.ids.bearers().map(|principal| (principal.as_str().to_owned(), principal));
        named.extend(bearers);
        self.tells_user_id = !of_policies.is_empty();
        for principal in named.values() {
            self.accounts.extend(principal.account());
            if principal.form() == Form::Service {
                self.services.insert(principal.as_str().to_owned());
            }
        }
        self.named = named.into_values().collect();
        self.gather_from_conditions();
    }

    fn gather_from_conditions(&mut self) {
        let has = |keys: &[&str]| keys.iter().any(|key| self.keys.contains_key(*key));
        self.org_matters = has(&ORGANIZATION_KEYS);
        self.kind_matters |= has(&KIND_KEYS);
        self.arn_matters = has(&[PRINCIPAL]);
        if self.tells_user_id {
            // The policy engine knows by it who bears an id.
            self.keys.entry(USER_ID.to_owned()).or_default();
        }
        let values = |keys: &'static [&'static str]| {
            keys.iter().filter_map(|key| self.keys.get(*key)).flatten().cloned().collect::<Vec<_>>()
        };
        let principals = values(&PRINCIPAL_KEYS);
        let organizations = values(&ORGANIZATION_KEYS);
        let services = values(&["aws:principalservicename", "aws:principalservicenameslist"]);
        self.mentions_service_linked = !self.facts.guardrails.is_empty()
            && self
                .keys
                .values()
                .flatten()
                .any(|text| text.contains("aws-service-role") || text.contains("AWSServiceRoleFor"));
        for text in &principals {
            self.accounts.extend(account_of(text));
            self.gather_members(text);
        }
        self.services.extend(services.iter().filter_map(|text| service(text, self.region)));
        let own = self.own.map(|own| own.id.as_str().to_owned());
        for text in &organizations {
            let id = text.split('/').next().unwrap_or_default();
            if id.starts_with("o-") && !id.contains(['*', '?', '$']) && own.as_deref() != Some(id) {
                self.organizations.insert(id.to_owned());
            }
        }
        self.in_accounts = self.accounts.iter().map(|account| in_account(&account.to_string())).collect();
        let ids = self.organizations.iter().map(String::as_str).chain(own.as_deref());
        self.in_organizations =
            ids.map(|id| glob([Part::Text(id), Part::Text("/"), Part::Many(Class::Any)])).collect();
    }

    /// Members that a pattern tells apart by their number are cases of their own.
    fn gather_members(&mut self, text: &str) {
        let number = if text.starts_with("arn:") { text.split(':').nth(4).unwrap_or_default() } else { text };
        let (Some(own), true) = (self.own, number.contains(['*', '?'])) else { return };
        if number.chars().all(|c| c == '*') {
            return;
        }
        let pattern = over(Class::Any, &pieces(number, false, true));
        let fits = |account: &&AccountId| accepts(&pattern, &account.to_string());
        self.accounts.extend(own.members.iter().filter(fits).take(MEMBERS));
    }

    /// The number of an account that is named nowhere, to show in witnesses.
    pub(super) fn stranger(&self, belongs: &Belongs) -> String {
        if *belongs == Belongs::Own {
            let mut members = self.own.into_iter().flat_map(|own| own.members.iter());
            if let Some(member) = members.find(|account| !self.accounts.contains(account)) {
                return member.to_string();
            }
        }
        let taken = |account: &AccountId| {
            self.accounts.contains(account) || self.own.is_some_and(|own| own.has(*account))
        };
        (0u64..)
            .filter_map(|n| format!("{:012}", 999_900_000_001 + n).parse::<AccountId>().ok())
            .find(|account| !taken(account))
            .map(|account| account.to_string())
            .unwrap_or_default()
    }
}

/// A service of a name or pattern; `None` where it is not to be told from services that are named nowhere.
fn service(text: &str, region: &str) -> Option<String> {
    if !text.contains('.') || text.contains('$') {
        return None;
    }
    let named_nowhere = accepts(&over(Class::Any, &pieces(text, false, true)), ANY_SERVICE);
    (!named_nowhere).then(|| text.replace('*', region).replace('?', "x"))
}

/// The unique ids among principals.
fn ids(named: &BTreeMap<String, Principal>) -> Vec<String> {
    let is_id = |principal: &&Principal| principal.form() == Form::UniqueId;
    named.values().filter(is_id).map(|principal| principal.as_str().to_owned()).collect()
}

/// The account in a text that is one, an ARN of one, or the `aws:userid` of a federated user of one.
pub(super) fn account_of(text: &str) -> Option<AccountId> {
    let mut parts = text.split(':');
    parts.next()?.parse().ok().or_else(|| parts.nth(3)?.parse().ok())
}

/// The operations that a key of this spec, usage and origin can do; every one where these were not read.
pub(super) fn possible(metadata: Option<&KeyMetadata>) -> Actions {
    let key_type = |of: &KeyMetadata| {
        KeyType { spec: &of.key_spec, usage: &of.key_usage, origin: &of.origin }.operations()
    };
    metadata.map_or_else(Actions::every, key_type)
}
