//! One request to KMS: who asks for which permission on which key, and in what circumstances.

use std::{collections::BTreeSet, fmt};

use crate::{
    aws::{AccountId, Action, Arn, OrganizationId},
    caller::{Caller, Kind},
    context::Context,
};

/// A request.
#[derive(Debug, Clone)]
pub struct Request {
    caller: Caller,
    action: Action,
    key: Arn,
    key_account: AccountId,
    context: Context,
}

/// The ARN is not that of a KMS key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyError(String);

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is not the ARN of a KMS key such as `arn:aws:kms:us-east-1:111122223333:key/…`",
            self.0
        )
    }
}

impl std::error::Error for KeyError {}

/// What is known of the organization that the key's account belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organization {
    /// Its id
    pub id: OrganizationId,
    /// The management account; no SCP and no RCP binds it
    pub management_account: Option<AccountId>,
    /// The member accounts
    pub members: BTreeSet<AccountId>,
}

impl Organization {
    /// Whether the account belongs to it; the management account does without being listed.
    #[must_use]
    pub fn has(&self, account: AccountId) -> bool {
        self.management_account == Some(account) || self.members.contains(&account)
    }
}

impl Request {
    /// A request with just this context.
    ///
    /// # Errors
    /// When the resource is not a KMS key.
    pub fn new(caller: Caller, action: Action, key: Arn, context: Context) -> Result<Self, KeyError> {
        let is_key =
            key.service() == "kms" && key.resource().strip_prefix("key/").is_some_and(|id| !id.is_empty());
        match key.account_id() {
            Some(key_account) if is_key => {
                let caller = caller.with_user_id(context.single("aws:userid"));
                Ok(Self { caller, action, key, key_account, context })
            }
            _ => Err(KeyError(key.to_string())),
        }
    }

    /// Adds the condition keys that follow from the caller, the key and the organization, where the
    /// context says nothing of them (SEM-38, SEM-39, SEM-40).
    #[must_use]
    pub fn completed(mut self, organization: Option<&Organization>) -> Self {
        let Self { caller, key_account, context, .. } = &mut self;
        let by_service = *caller.kind() == Kind::Service;
        context.fill("aws:PrincipalIsAWSService", if by_service { "true" } else { "false" });
        if by_service {
            context.fill("aws:PrincipalServiceName", caller.as_str());
        }
        if let Some(account) = caller.account() {
            context.fill("aws:PrincipalAccount", account.to_string());
            context.fill("kms:CallerAccount", account.to_string());
        }
        fill_identity(context, caller);
        context.fill("aws:ResourceAccount", key_account.to_string());
        if let Some(organization) = organization {
            if caller.account().is_some_and(|account| organization.has(account)) {
                context.fill("aws:PrincipalOrgID", organization.id.as_str());
            }
            if organization.has(*key_account) {
                context.fill("aws:ResourceOrgID", organization.id.as_str());
            }
        }
        self
    }

    /// Who asks.
    #[must_use]
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// For what.
    #[must_use]
    pub fn action(&self) -> Action {
        self.action
    }

    /// On which key.
    #[must_use]
    pub fn key(&self) -> &Arn {
        &self.key
    }

    /// The account of the key.
    #[must_use]
    pub fn key_account(&self) -> AccountId {
        self.key_account
    }

    /// In what circumstances.
    #[must_use]
    pub fn context(&self) -> &Context {
        &self.context
    }
}

fn fill_identity(context: &mut Context, caller: &Caller) {
    let arn = caller.as_str();
    match caller.kind() {
        Kind::Root(account) => {
            context.fill("aws:PrincipalArn", arn);
            context.fill("aws:PrincipalType", "Account");
            context.fill("aws:userid", account.to_string());
        }
        Kind::User(_) => {
            context.fill("aws:PrincipalArn", arn);
            context.fill("aws:PrincipalType", "User");
            context.fill("aws:username", arn.rsplit_once('/').map_or(arn, |(_, name)| name));
        }
        Kind::Role { session: None, .. } => {
            context.fill("aws:PrincipalArn", arn);
            context.fill("aws:PrincipalType", "AssumedRole");
        }
        Kind::Role { account, name, session: Some(_) } => {
            let partition = caller.partition().unwrap_or("aws");
            context.fill("aws:PrincipalArn", format!("arn:{partition}:iam::{account}:role/{name}"));
            context.fill("aws:PrincipalType", "AssumedRole");
        }
        Kind::FederatedUser { .. } => {
            context.fill("aws:PrincipalArn", arn);
            context.fill("aws:PrincipalType", "FederatedUser");
        }
        Kind::Service => {}
    }
}
