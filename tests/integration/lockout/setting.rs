//! A snapshot made for one question: a key, everybody of its account, and the guardrails over both. Short words
//! stand for what most cases have: `account` and `role/app` for statements of a key policy, `kms` and `all` for
//! statements of an identity policy.

use std::collections::BTreeMap;

use keyreach::snapshot::{
    Snapshot,
    gap::{Fact, GapKind},
    principal::{Group, Iam, InlinePolicy, ManagedPolicy, Role, Tag, User},
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    example::{self, MEMBER},
    inside::setting::{Attached, Given, Setting as Surroundings},
};

/// Everything a case needs. What is left out is empty.
#[derive(Deserialize, Default, Clone)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Setting {
    /// The account, when it is not the usual member
    account: Option<String>,
    /// Of the key policy; a word stands for an Allow of `kms:*`
    statements: Vec<Value>,
    /// The whole key policy as it is sent, in the place of statements
    text: Option<String>,
    ram: Option<Vec<Value>>,
    grants: Vec<Given>,
    principals: Vec<Somebody>,
    /// Statements of groups, by name
    groups: BTreeMap<String, Vec<Value>>,
    rcps: Vec<Attached>,
    scps: Vec<Attached>,
    /// Places from which `FullAWSAccess` was detached
    without_full_access: Vec<String>,
    /// The root user has neither password nor access keys
    root_without_credentials: bool,
    /// The account is of no organization
    no_organization: bool,
    /// What could not be read: `policy`, `ram`, `grants`, `scp`, `rcp`, `organization`, `iam` (nothing of it),
    /// `more_iam` (not all of it), `attached`, `boundary`, `place`, `summary`
    unread: Vec<String>,
}

#[derive(Deserialize, Default, Clone)]
#[serde(deny_unknown_fields, default)]
struct Somebody {
    /// `role/p/app`, `user/ann`
    who: String,
    id: Option<String>,
    tags: BTreeMap<String, String>,
    /// Statements of its inline policy
    may: Vec<Value>,
    /// Statements of a managed policy
    attached: Vec<Value>,
    groups: Vec<String>,
    boundary: Option<Vec<Value>>,
    /// Whom its trust policy lets in
    trusts: Option<Value>,
    created: Option<String>,
    last_used: Option<String>,
}

impl Setting {
    pub(crate) fn account(&self) -> &str {
        self.account.as_deref().unwrap_or(MEMBER)
    }

    /// The ARN of somebody in the account: of `root`, of `role/app`.
    pub(crate) fn arn(&self, name: &str) -> String {
        format!("arn:aws:iam::{}:{name}", self.account())
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        let surroundings = Surroundings {
            key_account: self.account.clone(),
            statements: self.statements.iter().map(|statement| self.of_key(statement)).collect(),
            ram: self.ram.clone(),
            grants: self.grants.clone(),
            rcps: self.rcps.clone(),
            scps: self.scps.clone(),
            without_full_access: self.without_full_access.clone(),
            unread: self.unread.clone(),
            ..Surroundings::default()
        };
        let mut snapshot = surroundings.snapshot();
        if self.no_organization {
            snapshot.organization = Fact::Known(None);
            snapshot.accounts.iter_mut().for_each(|account| account.path = None);
        }
        let key = &mut snapshot.cells[0].keys[0];
        if let Some(text) = &self.text {
            key.policy = Fact::Known(text.clone());
        }
        if self.is_unread("ram") {
            key.ram_policy = Fact::Unknown(example::gap("kms:GetKeyPolicy", "k", GapKind::Denied));
        }
        let account =
            snapshot.accounts.iter_mut().find(|account| account.id.to_string() == self.account()).unwrap();
        if self.is_unread("place") {
            account.path = None;
        }
        self.people(account.iam.as_mut().unwrap());
        if self.is_unread("iam") {
            account.iam = None;
        }
        snapshot
    }

    fn is_unread(&self, what: &str) -> bool {
        self.unread.iter().any(|unread| unread == what)
    }

    fn of_key(&self, statement: &Value) -> Value {
        let Some(word) = statement.as_str() else { return statement.clone() };
        let (sid, principal) = match word {
            "account" => ("Account", self.arn("root")),
            _ if word.starts_with("role/") || word.starts_with("user/") => ("Named", self.arn(word)),
            _ => ("Named", word.to_owned()),
        };
        json!({"Sid": sid, "Effect": "Allow", "Principal": {"AWS": principal}, "Action": "kms:*", "Resource": "*"})
    }

    fn people(&self, iam: &mut Iam) {
        let gap = |operation| example::gap(operation, self.account(), GapKind::Denied);
        if self.is_unread("more_iam") {
            iam.gap = Some(gap("iam:GetAccountAuthorizationDetails"));
        }
        if self.is_unread("summary") {
            iam.summary = Fact::Unknown(gap("iam:GetAccountSummary"));
        } else if let Fact::Known(summary) = &mut iam.summary {
            summary.account_password_present = Some(!self.root_without_credentials);
        }
        for (name, statements) in &self.groups {
            iam.groups.push(Group {
                arn: self.arn(&format!("group/{name}")),
                group_name: name.clone(),
                inline_policies: inline(statements),
                attached_policies: Vec::new(),
            });
        }
        for (number, somebody) in self.principals.iter().enumerate() {
            self.settle(number, somebody, iam);
        }
        iam.users.sort_by(|one, other| one.arn.cmp(&other.arn));
        iam.roles.sort_by(|one, other| one.arn.cmp(&other.arn));
    }

    fn settle(&self, number: usize, somebody: &Somebody, iam: &mut Iam) {
        let mut managed = |what: &str, statements: &[Value]| {
            let arn = self.arn(&format!("policy/{what}-{number}"));
            let is_read = !self.is_unread(what);
            iam.policies.push(ManagedPolicy {
                arn: arn.clone(),
                policy_name: format!("{what}-{number}"),
                default_version_id: "v1".to_owned(),
                document: is_read.then(|| document(statements)),
            });
            arn
        };
        let attached = (!somebody.attached.is_empty()).then(|| managed("attached", &somebody.attached));
        let boundary = somebody.boundary.as_ref().map(|statements| managed("boundary", statements));
        let (kind, name) = somebody.who.rsplit_once('/').unwrap();
        let pair = |(key, value): (&String, &String)| Tag { key: key.clone(), value: value.clone() };
        let user = User {
            arn: self.arn(&somebody.who),
            user_id: somebody.id.clone().unwrap_or_else(|| format!("AIDAEXAMPLEEXAMPLE{number:03}")),
            user_name: name.to_owned(),
            groups: somebody.groups.clone(),
            inline_policies: inline(&somebody.may),
            attached_policies: attached.into_iter().collect(),
            permissions_boundary: boundary,
            tags: somebody.tags.iter().map(pair).collect(),
            create_date: somebody.created.as_deref().map(|date| date.parse().unwrap()),
        };
        if kind.starts_with("user") {
            iam.users.push(user);
            return;
        }
        let trust = somebody.trusts.as_ref().map(|principal| {
            document(&[json!({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"})])
        });
        iam.roles.push(Role {
            arn: user.arn,
            role_id: somebody.id.clone().unwrap_or_else(|| format!("AROAEXAMPLEEXAMPLE{number:03}")),
            role_name: user.user_name,
            trust_policy: trust,
            inline_policies: user.inline_policies,
            attached_policies: user.attached_policies,
            permissions_boundary: user.permissions_boundary,
            tags: user.tags,
            create_date: user.create_date,
            last_used: somebody.last_used.as_deref().map(|date| date.parse().unwrap()),
        });
    }
}

fn inline(statements: &[Value]) -> Vec<InlinePolicy> {
    let one = || InlinePolicy { name: "inline".to_owned(), document: document(statements) };
    if statements.is_empty() { Vec::new() } else { vec![one()] }
}

/// A policy of identity; `kms` and `all` stand for an Allow of everything about keys, and of everything.
fn document(statements: &[Value]) -> String {
    let one = |statement: &Value| match statement.as_str() {
        Some("kms") => json!({"Effect": "Allow", "Action": "kms:*", "Resource": "*"}),
        Some("all") => json!({"Effect": "Allow", "Action": "*", "Resource": "*"}),
        Some(action) => json!({"Effect": "Allow", "Action": action, "Resource": "*"}),
        None => statement.clone(),
    };
    let all: Vec<Value> = statements.iter().map(one).collect();
    json!({"Version": "2012-10-17", "Statement": all}).to_string()
}
