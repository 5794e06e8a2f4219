//! IAM: every principal of an account with its policies, and what is known of the root user.

use aws_sdk_iam::{
    Client,
    operation::get_account_authorization_details::GetAccountAuthorizationDetailsOutput,
    types::{
        AttachedPermissionsBoundary, AttachedPolicy, EntityType, GroupDetail, ManagedPolicyDetail,
        PolicyDetail, RoleDetail, SummaryKeyType, UserDetail,
    },
};
use percent_encoding::percent_decode_str;

use super::ask::{Asker, Door, Page, fact, timestamp};
use crate::call;
use crate::snapshot::{
    gap::{Fact, Gap, Listing},
    principal::{AccountSummary, Group, Iam, InlinePolicy, ManagedPolicy, Role, Tag, User},
};

/// IAM in one account.
pub(super) struct IamClient {
    pub(super) asker: Asker,
    pub(super) door: Door,
    pub(super) client: Client,
    pub(super) account: String,
}

/// A page of GetAccountAuthorizationDetails holds all four mixed.
#[derive(PartialEq)]
enum Detail {
    User(UserDetail),
    Role(RoleDetail),
    Group(GroupDetail),
    Policy(ManagedPolicyDetail),
}

impl IamClient {
    /// Everything IAM tells about the account.
    pub(super) async fn describe(&self) -> Iam {
        let (details, summary) =
            tokio::join!(self.get_account_authorization_details(), self.get_account_summary());
        sort(details, fact(summary))
    }

    async fn get_account_authorization_details(&self) -> Listing<Detail> {
        let call = &call::GET_ACCOUNT_AUTHORIZATION_DETAILS;
        let send = |marker| {
            let asked = self.client.get_account_authorization_details().max_items(1000);
            asked.set_filter(Some(filter())).set_marker(marker).send()
        };
        let read = |answer: GetAccountAuthorizationDetailsOutput| {
            let users = answer.user_detail_list.unwrap_or_default().into_iter().map(Detail::User);
            let roles = answer.role_detail_list.unwrap_or_default().into_iter().map(Detail::Role);
            let groups = answer.group_detail_list.unwrap_or_default().into_iter().map(Detail::Group);
            let policies = answer.policies.unwrap_or_default().into_iter().map(Detail::Policy);
            let next = answer.is_truncated.then_some(answer.marker).flatten();
            Page { items: users.chain(roles).chain(groups).chain(policies).collect(), next }
        };
        self.asker.through(&self.door).list(call, &self.account, send, read).await
    }

    async fn get_account_summary(&self) -> Result<AccountSummary, Gap> {
        let send = || self.client.get_account_summary().send();
        let answer = self.asker.ask(&self.door, &call::GET_ACCOUNT_SUMMARY, &self.account, send).await?;
        let map = answer.summary_map.unwrap_or_default();
        let flag = |key: &str| map.get(&SummaryKeyType::from(key)).map(|&value| value != 0);
        Ok(AccountSummary {
            account_mfa_enabled: flag("AccountMFAEnabled"),
            account_password_present: flag("AccountPasswordPresent"),
            account_access_keys_present: flag("AccountAccessKeysPresent"),
            users: map.get(&SummaryKeyType::Users).copied(),
            roles: map.get(&SummaryKeyType::from("Roles")).copied(),
        })
    }
}

/// All there is: AWS's own managed policies come where they are attached.
fn filter() -> Vec<EntityType> {
    vec![
        EntityType::User,
        EntityType::Role,
        EntityType::Group,
        EntityType::LocalManagedPolicy,
        EntityType::AwsManagedPolicy,
    ]
}

fn sort(details: Listing<Detail>, summary: Fact<AccountSummary>) -> Iam {
    let mut iam = Iam {
        users: Vec::new(),
        roles: Vec::new(),
        groups: Vec::new(),
        policies: Vec::new(),
        gap: details.gap,
        summary,
    };
    for detail in details.items {
        match detail {
            Detail::User(found) => iam.users.push(user(found)),
            Detail::Role(found) => iam.roles.push(role(found)),
            Detail::Group(found) => iam.groups.push(group(found)),
            Detail::Policy(found) => iam.policies.push(managed_policy(found)),
        }
    }
    iam.users.sort_by(|a, b| a.arn.cmp(&b.arn));
    iam.roles.sort_by(|a, b| a.arn.cmp(&b.arn));
    iam.groups.sort_by(|a, b| a.arn.cmp(&b.arn));
    iam.policies.sort_by(|a, b| a.arn.cmp(&b.arn));
    iam
}

fn user(found: UserDetail) -> User {
    User {
        arn: found.arn.unwrap_or_default(),
        user_id: found.user_id.unwrap_or_default(),
        user_name: found.user_name.unwrap_or_default(),
        groups: sorted(found.group_list.unwrap_or_default()),
        inline_policies: inline(found.user_policy_list),
        attached_policies: attached(found.attached_managed_policies),
        permissions_boundary: boundary(found.permissions_boundary),
        tags: tags(found.tags),
        create_date: timestamp(found.create_date),
    }
}

fn role(found: RoleDetail) -> Role {
    Role {
        arn: found.arn.unwrap_or_default(),
        role_id: found.role_id.unwrap_or_default(),
        role_name: found.role_name.unwrap_or_default(),
        trust_policy: found.assume_role_policy_document.map(decode),
        inline_policies: inline(found.role_policy_list),
        attached_policies: attached(found.attached_managed_policies),
        permissions_boundary: boundary(found.permissions_boundary),
        tags: tags(found.tags),
        create_date: timestamp(found.create_date),
        last_used: timestamp(found.role_last_used.and_then(|used| used.last_used_date)),
    }
}

fn group(found: GroupDetail) -> Group {
    Group {
        arn: found.arn.unwrap_or_default(),
        group_name: found.group_name.unwrap_or_default(),
        inline_policies: inline(found.group_policy_list),
        attached_policies: attached(found.attached_managed_policies),
    }
}

fn managed_policy(found: ManagedPolicyDetail) -> ManagedPolicy {
    let default = found.default_version_id.unwrap_or_default();
    let versions = found.policy_version_list.unwrap_or_default();
    let in_force = versions.into_iter().find(|version| {
        version.is_default_version || version.version_id.as_deref() == Some(default.as_str())
    });
    ManagedPolicy {
        arn: found.arn.unwrap_or_default(),
        policy_name: found.policy_name.unwrap_or_default(),
        default_version_id: default,
        document: in_force.and_then(|version| version.document).map(decode),
    }
}

fn inline(found: Option<Vec<PolicyDetail>>) -> Vec<InlinePolicy> {
    let policies = found.unwrap_or_default().into_iter().map(|policy| InlinePolicy {
        name: policy.policy_name.unwrap_or_default(),
        document: policy.policy_document.map(decode).unwrap_or_default(),
    });
    sorted(policies.collect())
}

fn attached(found: Option<Vec<AttachedPolicy>>) -> Vec<String> {
    sorted(found.unwrap_or_default().into_iter().filter_map(|policy| policy.policy_arn).collect())
}

fn boundary(found: Option<AttachedPermissionsBoundary>) -> Option<String> {
    found?.permissions_boundary_arn
}

fn tags(found: Option<Vec<aws_sdk_iam::types::Tag>>) -> Vec<Tag> {
    sorted(found.unwrap_or_default().into_iter().map(|tag| Tag { key: tag.key, value: tag.value }).collect())
}

/// Documents come percent-encoded (RFC 3986), where a plus sign is a plus sign.
fn decode(document: String) -> String {
    percent_decode_str(&document).decode_utf8().map(std::borrow::Cow::into_owned).unwrap_or(document)
}

fn sorted<T: Ord>(mut items: Vec<T>) -> Vec<T> {
    items.sort();
    items
}
