//! AWS Organizations: accounts, tree and guardrails. Lists may hold empty pages; only a missing token ends them.

use aws_sdk_organizations::{
    Client,
    types::{PolicySummary, PolicyType},
};
use keyreach_policy::aws::AccountId;

use super::{
    ask::{Asker, Door, Page, Request, fact},
    gap::Refusal,
};
use crate::{
    call::{self, Call},
    snapshot::{
        gap::{Gap, Listing},
        organization::{Guardrail, GuardrailKind, OrganizationalUnit, Root},
    },
    target::ListedAccount,
};

/// Every page of Organizations holds at most this many.
const PAGE: i32 = 20;

/// Organizations, as whoever may read it.
#[derive(Clone)]
pub(super) struct Organizations {
    pub(super) asker: Asker,
    pub(super) door: Door,
    pub(super) client: Client,
}

/// What DescribeOrganization says.
pub(super) struct Described {
    pub(super) id: String,
    pub(super) management_account_id: String,
    pub(super) feature_set: Option<String>,
}

impl Organizations {
    async fn list<R: Request, T: PartialEq>(
        &self,
        call: &'static Call,
        resource: &str,
        send: impl Fn(Option<String>) -> R,
        read: impl Fn(R::Answer) -> Page<T>,
    ) -> Listing<T> {
        self.asker.through(&self.door).list(call, resource, send, read).await
    }

    /// The organization of the caller's account; none where it belongs to none.
    pub(super) async fn describe_organization(&self, caller: AccountId) -> Result<Option<Described>, Gap> {
        let (call, account) = (&call::DESCRIBE_ORGANIZATION, caller.to_string());
        let send = || self.client.describe_organization().send();
        let answer = match self.asker.ask(&self.door, call, &account, send).await {
            Ok(answer) => answer,
            Err(gap) if gap.code.as_deref() == Some("AWSOrganizationsNotInUseException") => return Ok(None),
            Err(gap) => return Err(gap),
        };
        let found = answer.organization.and_then(|organization| {
            Some(Described {
                id: organization.id?,
                management_account_id: organization.master_account_id?,
                feature_set: organization.feature_set.map(|set| set.as_str().to_owned()),
            })
        });
        let malformed =
            || Refusal::malformed("the answer lacks the organization's ids").into_gap(call, &account);
        found.map(Some).ok_or_else(malformed)
    }

    /// `State` tells what an account may do; `Status` is retired and never read.
    pub(super) async fn list_accounts(&self, organization: &str) -> Listing<ListedAccount> {
        let send = |token| self.client.list_accounts().max_results(PAGE).set_next_token(token).send();
        self.list(&call::LIST_ACCOUNTS, organization, send, |answer| {
            Page::of(answer.accounts, answer.next_token, account)
        })
        .await
    }

    pub(super) async fn list_roots(&self, organization: &str) -> Listing<Root> {
        let send = |token| self.client.list_roots().max_results(PAGE).set_next_token(token).send();
        self.list(&call::LIST_ROOTS, organization, send, |answer| {
            Page::of(answer.roots, answer.next_token, root)
        })
        .await
    }

    pub(super) async fn list_organizational_units(&self, parent: &str) -> Listing<OrganizationalUnit> {
        let send = |token| {
            let asked = self.client.list_organizational_units_for_parent().parent_id(parent);
            asked.max_results(PAGE).set_next_token(token).send()
        };
        self.list(&call::LIST_ORGANIZATIONAL_UNITS_FOR_PARENT, parent, send, |answer| {
            Page::of(answer.organizational_units, answer.next_token, |unit| {
                Some(OrganizationalUnit { id: unit.id?, name: unit.name, parent_id: parent.to_owned() })
            })
        })
        .await
    }

    /// The accounts right below a root or unit.
    pub(super) async fn list_accounts_for_parent(&self, parent: &str) -> Listing<AccountId> {
        let send = |token| {
            let asked = self.client.list_accounts_for_parent().parent_id(parent);
            asked.max_results(PAGE).set_next_token(token).send()
        };
        self.list(&call::LIST_ACCOUNTS_FOR_PARENT, parent, send, |answer| {
            Page::of(answer.accounts, answer.next_token, |found| found.id?.parse().ok())
        })
        .await
    }

    /// The policies of one kind, not yet read.
    pub(super) async fn list_policies(&self, kind: GuardrailKind) -> Listing<PolicySummary> {
        let (kind, resource) = match kind {
            GuardrailKind::ServiceControlPolicy => {
                (PolicyType::ServiceControlPolicy, "SERVICE_CONTROL_POLICY")
            }
            GuardrailKind::ResourceControlPolicy => {
                (PolicyType::ResourceControlPolicy, "RESOURCE_CONTROL_POLICY")
            }
        };
        let send = |token| {
            let asked = self.client.list_policies().filter(kind.clone());
            asked.max_results(PAGE).set_next_token(token).send()
        };
        self.list(&call::LIST_POLICIES, resource, send, |answer| {
            Page::of(answer.policies, answer.next_token, Some)
        })
        .await
    }

    /// One policy with its text and where it hangs.
    pub(super) async fn guardrail(&self, kind: GuardrailKind, found: PolicySummary) -> Option<Guardrail> {
        let id = found.id?;
        let (document, targets) = tokio::join!(self.describe_policy(&id), self.list_targets(&id));
        let name = found.name.unwrap_or_else(|| id.clone());
        Some(Guardrail { name, kind, aws_managed: found.aws_managed, document: fact(document), targets, id })
    }

    async fn describe_policy(&self, id: &str) -> Result<String, Gap> {
        let send = || self.client.describe_policy().policy_id(id).send();
        let answer = self.asker.ask(&self.door, &call::DESCRIBE_POLICY, id, send).await?;
        let content = answer.policy.and_then(|policy| policy.content);
        content.ok_or_else(|| {
            Refusal::malformed("the answer holds no text").into_gap(&call::DESCRIBE_POLICY, id)
        })
    }

    async fn list_targets(&self, id: &str) -> Listing<String> {
        let send = |token| {
            let asked = self.client.list_targets_for_policy().policy_id(id);
            asked.max_results(PAGE).set_next_token(token).send()
        };
        let targets = self.list(&call::LIST_TARGETS_FOR_POLICY, id, send, |answer| {
            Page::of(answer.targets, answer.next_token, |target| target.target_id)
        });
        let mut targets = targets.await;
        targets.items.sort();
        targets
    }
}

fn account(found: aws_sdk_organizations::types::Account) -> Option<ListedAccount> {
    let path = found.paths.unwrap_or_default().iter().find_map(|path| path.parse().ok());
    Some(ListedAccount {
        id: found.id?.parse().ok()?,
        name: found.name,
        state: found.state.map(|state| state.as_str().to_owned()),
        path,
    })
}

fn root(found: aws_sdk_organizations::types::Root) -> Option<Root> {
    let enabled = found.policy_types.unwrap_or_default().into_iter().filter_map(|policy_type| {
        let on = policy_type.status.as_ref().is_some_and(|status| status.as_str() == "ENABLED");
        on.then_some(policy_type.r#type?.as_str().to_owned())
    });
    Some(Root { id: found.id?, name: found.name, enabled_policy_types: enabled.collect() })
}
