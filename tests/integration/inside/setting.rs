//! A snapshot made for one question: a key, a principal with its policies, and the guardrails over both.

use std::collections::BTreeMap;

use keyreach::snapshot::{
    Snapshot,
    gap::{Fact, GapKind, Listing},
    grant::{Grant, GrantConstraints},
    organization::{Account, Guardrail, GuardrailKind},
    principal::{Group, Iam, InlinePolicy, ManagedPolicy, Role, Tag, User},
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::example::{self, MANAGEMENT, MEMBER};

/// A second member of the organization.
pub(crate) const OTHER: &str = "222233334444";
/// An account of the scan that belongs to no organization.
pub(crate) const STRANGER: &str = "777788889999";
pub(crate) const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/k";
const ROOT: &str = "r-ab12";
const UNIT: &str = "ou-ab12-11111111";

/// Everything a question needs. What is left out is empty.
#[derive(Deserialize, Default, Clone)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Setting {
    /// The account of the key, when it is not the usual member
    pub(crate) key_account: Option<String>,
    pub(crate) statements: Vec<Value>,
    pub(crate) version: Option<String>,
    pub(crate) ram: Option<Vec<Value>>,
    pub(crate) grants: Vec<Given>,
    pub(crate) rcps: Vec<Attached>,
    pub(crate) scps: Vec<Attached>,
    /// Places from which `FullAWSAccess` was detached
    pub(crate) without_full_access: Vec<String>,
    pub(crate) principal: Somebody,
    /// What could not be read: `policy`, `grants`, `scp`, `rcp`, `organization`, `identity`, `boundary`, `tags`, `aliases`
    pub(crate) unread: Vec<String>,
}

#[derive(Deserialize, Default, Clone)]
#[serde(deny_unknown_fields)]
pub(crate) struct Attached {
    /// `root`, `unit`, or an account
    pub(crate) at: String,
    pub(crate) statements: Vec<Value>,
}

#[derive(Deserialize, Default, Clone)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Somebody {
    /// `role`, `user`, `root`
    pub(crate) kind: String,
    pub(crate) account: Option<String>,
    /// With its path: `p/app`
    pub(crate) name: Option<String>,
    pub(crate) tags: BTreeMap<String, String>,
    /// Inline policies, by name
    pub(crate) policies: BTreeMap<String, Vec<Value>>,
    /// Managed policies, by name
    pub(crate) attached: BTreeMap<String, Vec<Value>>,
    /// Policies of the group `team`, by name
    pub(crate) group: BTreeMap<String, Vec<Value>>,
    pub(crate) boundary: Option<Vec<Value>>,
}

#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub(crate) struct Given {
    grant_id: String,
    grantee: String,
    operations: Vec<String>,
    #[serde(default)]
    constraints: GrantConstraints,
    #[serde(default)]
    retiring: Option<String>,
    #[serde(default)]
    issuing_account: Option<String>,
}

impl Given {
    fn grant(&self) -> Grant {
        Grant {
            grant_id: self.grant_id.clone(),
            name: None,
            creation_date: None,
            grantee_principal: Some(self.grantee.clone()),
            grantee_service_principal: None,
            retiring_principal: self.retiring.clone(),
            retiring_service_principal: None,
            issuing_account: self.issuing_account.clone(),
            operations: self.operations.clone(),
            constraints: self.constraints.clone(),
        }
    }
}

impl Setting {
    fn policy(&self, statements: &[Value]) -> String {
        let version = self.version.as_deref().unwrap_or("2012-10-17");
        json!({"Version": version, "Statement": statements}).to_string()
    }

    fn is_unread(&self, what: &str) -> bool {
        self.unread.iter().any(|unread| unread == what)
    }

    /// The principal's account.
    pub(crate) fn account(&self) -> &str {
        self.principal.account.as_deref().unwrap_or(MEMBER)
    }

    pub(crate) fn principal_arn(&self) -> String {
        let account = self.account();
        let name = self.principal.name.as_deref().unwrap_or("app");
        match self.principal.kind.as_str() {
            "root" => format!("arn:aws:iam::{account}:root"),
            kind => format!("arn:aws:iam::{account}:{kind}/{name}"),
        }
    }

    /// The key's ARN.
    pub(crate) fn key_arn(&self) -> String {
        KEY.replace(MEMBER, self.key_account.as_deref().unwrap_or(MEMBER))
    }

    /// The whole snapshot.
    pub(crate) fn snapshot(&self) -> Snapshot {
        let mut snapshot = example::snapshot();
        let mut account = |id: &str| {
            let mut account = example::account(id, "somewhere");
            account.path = Some(match id {
                MANAGEMENT => format!("o-a1b2c3d4e5/{ROOT}/"),
                _ => format!("o-a1b2c3d4e5/{ROOT}/{UNIT}/"),
            })
            .filter(|_| id != STRANGER)
            .map(|path| path.parse().unwrap());
            account
        };
        snapshot.accounts = [MANAGEMENT, MEMBER, OTHER, STRANGER].map(&mut account).to_vec();
        self.furnish(&mut snapshot);
        self.settle(snapshot.accounts.iter_mut().find(|one| one.id.to_string() == self.account()).unwrap());
        let key_account = self.key_account.as_deref().unwrap_or(MEMBER);
        let mut key = example::key(key_account, "eu-west-1", "k");
        key.tags = Fact::Known(BTreeMap::from([("team".to_owned(), "red".to_owned())]));
        if self.is_unread("tags") {
            key.tags = Fact::Unknown(example::gap("kms:ListResourceTags", "k", GapKind::Denied));
        }
        if self.is_unread("aliases") {
            key.aliases.clear();
        }
        key.policy = Fact::Known(self.policy(&self.statements));
        if self.is_unread("policy") {
            key.policy = Fact::Unknown(example::gap("kms:GetKeyPolicy", "k", GapKind::Denied));
        }
        key.ram_policy = Fact::Known(self.ram.as_ref().map(|statements| self.policy(statements)));
        key.grants = Listing::complete(self.grants.iter().map(Given::grant).collect());
        if self.is_unread("grants") {
            key.grants.gap = Some(example::gap("kms:ListGrants", "k", GapKind::Denied));
        }
        let mut cell = example::cell(key_account, "eu-west-1", vec![key]);
        if self.is_unread("aliases") {
            cell.gaps.push(example::gap("kms:ListAliases", key_account, GapKind::Denied));
        }
        snapshot.cells = vec![cell];
        snapshot
    }

    fn furnish(&self, snapshot: &mut Snapshot) {
        if self.is_unread("organization") {
            snapshot.organization = Fact::Unknown(example::gap("organizations:X", "o", GapKind::Denied));
            return;
        }
        let Fact::Known(Some(organization)) = &mut snapshot.organization else { panic!("no organization") };
        let members = [MANAGEMENT, MEMBER, OTHER].map(example::account_id);
        organization.members = Listing::complete(members.to_vec());
        organization.roots.items[0].enabled_policy_types =
            ["SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"].map(str::to_owned).into();
        let places = [ROOT, UNIT, MANAGEMENT, MEMBER, OTHER];
        let named = |place: &str| match place {
            ROOT => "root".to_owned(),
            UNIT => "unit".to_owned(),
            account => account.to_owned(),
        };
        let kept = places.iter().filter(|place| !self.without_full_access.contains(&named(place)));
        organization.guardrails.items[0].targets =
            Listing::complete(kept.map(|place| (*place).to_owned()).collect());
        for (kind, what, all) in [
            (GuardrailKind::ServiceControlPolicy, "scp", &self.scps),
            (GuardrailKind::ResourceControlPolicy, "rcp", &self.rcps),
        ] {
            for (number, attached) in all.iter().enumerate() {
                let place = match attached.at.as_str() {
                    "root" => ROOT,
                    "unit" => UNIT,
                    account => account,
                };
                let gap = || example::gap("organizations:DescribePolicy", "p", GapKind::Denied);
                organization.guardrails.items.push(Guardrail {
                    id: format!("p-{what}{number}"),
                    name: format!("{what}-{number}"),
                    kind,
                    aws_managed: false,
                    document: if self.is_unread(what) {
                        Fact::Unknown(gap())
                    } else {
                        Fact::Known(self.policy(&attached.statements))
                    },
                    targets: Listing::complete(vec![place.to_owned()]),
                });
            }
        }
    }

    /// Puts the principal in its account.
    fn settle(&self, account: &mut Account) {
        let id = account.id.to_string();
        let iam: &mut Iam = account.iam.as_mut().unwrap();
        let somebody = &self.principal;
        let managed = |name: &str| format!("arn:aws:iam::{id}:policy/{name}");
        let mut put = |name: &str, document: Option<String>| {
            iam.policies.push(ManagedPolicy {
                arn: managed(name),
                policy_name: name.to_owned(),
                default_version_id: "v1".to_owned(),
                document,
            });
        };
        for (name, statements) in &somebody.attached {
            put(name, Some(self.policy(statements)).filter(|_| !self.is_unread("identity")));
        }
        if let Some(statements) = &somebody.boundary {
            put("boundary", Some(self.policy(statements)).filter(|_| !self.is_unread("boundary")));
        }
        let inline = |policies: &BTreeMap<String, Vec<Value>>| -> Vec<InlinePolicy> {
            let text = |(name, statements): (&String, &Vec<Value>)| InlinePolicy {
                name: name.clone(),
                document: self.policy(statements),
            };
            policies.iter().map(text).collect()
        };
        let tags = somebody.tags.iter().map(|(key, value)| Tag { key: key.clone(), value: value.clone() });
        let tags: Vec<Tag> = tags.collect();
        let attached: Vec<String> = somebody.attached.keys().map(|name| managed(name)).collect();
        let boundary = somebody.boundary.as_ref().map(|_| managed("boundary"));
        let arn = self.principal_arn();
        let name = arn.rsplit('/').next().unwrap().to_owned();
        match somebody.kind.as_str() {
            "user" => {
                if !somebody.group.is_empty() {
                    iam.groups.push(Group {
                        arn: format!("arn:aws:iam::{id}:group/team"),
                        group_name: "team".to_owned(),
                        inline_policies: inline(&somebody.group),
                        attached_policies: Vec::new(),
                    });
                }
                iam.users.push(User {
                    arn,
                    user_id: "AIDAEXAMPLEEXAMPLE000".to_owned(),
                    user_name: name,
                    groups: if somebody.group.is_empty() { Vec::new() } else { vec!["team".to_owned()] },
                    inline_policies: inline(&somebody.policies),
                    attached_policies: attached,
                    permissions_boundary: boundary,
                    tags,
                    create_date: None,
                });
            }
            "role" => iam.roles.push(Role {
                arn,
                role_id: "AROAEXAMPLEEXAMPLE000".to_owned(),
                role_name: name,
                trust_policy: None,
                inline_policies: inline(&somebody.policies),
                attached_policies: attached,
                permissions_boundary: boundary,
                tags,
                create_date: None,
                last_used: None,
            }),
            _ => {}
        }
    }
}
