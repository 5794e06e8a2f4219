//! The case as it is written: JSON into requests, policies and grants. Policy documents are read by
//! the policy parser from their own text, so that errors name their place in the document.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::value::RawValue;

use super::CaseError;
use crate::{
    Caller, Constraints, Context, Grant, Organization, Policies, Policy, Request,
    aws::{AccountId, Action, Actions, Arn, OrganizationId},
    principal::Principal,
};

type Result<T> = std::result::Result<T, CaseError>;

/// A case, read and prepared: its request and every policy that has a say.
#[derive(Debug)]
pub struct Case {
    pub(super) id: String,
    pub(super) request: Request,
    pub(super) organization: Option<Organization>,
    pub(super) key_policies: Vec<Policy>,
    pub(super) grants: Vec<Grant>,
    pub(super) identity_policies: Vec<Policy>,
    pub(super) permissions_boundary: Option<Policy>,
    pub(super) session_policy: Option<Policy>,
    pub(super) service_control_policies: Vec<Vec<Policy>>,
    pub(super) resource_control_policies: Vec<Vec<Policy>>,
    pub(super) vpc_endpoint_policy: Option<Policy>,
}

#[derive(Deserialize)]
struct RawCase<'a> {
    #[serde(default)]
    id: String,
    #[serde(borrow)]
    request: RawRequest<'a>,
    #[serde(borrow, default)]
    key_policies: Option<Vec<&'a RawValue>>,
    #[serde(default)]
    grants: Option<Vec<RawGrant>>,
    #[serde(borrow, default)]
    identity_policies: Option<Vec<&'a RawValue>>,
    #[serde(borrow, default)]
    permissions_boundary: Option<&'a RawValue>,
    #[serde(borrow, default)]
    session_policy: Option<&'a RawValue>,
    #[serde(borrow, default)]
    service_control_policies: Option<Vec<Vec<&'a RawValue>>>,
    #[serde(borrow, default)]
    resource_control_policies: Option<Vec<Vec<&'a RawValue>>>,
    #[serde(borrow, default)]
    vpc_endpoint_policy: Option<&'a RawValue>,
    #[serde(default)]
    organization: Option<RawOrganization>,
}

#[derive(Deserialize)]
struct RawRequest<'a> {
    principal: String,
    action: String,
    resource: String,
    #[serde(borrow, default)]
    context: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct RawGrant {
    grantee: String,
    operations: Vec<String>,
    #[serde(default)]
    constraints: Option<RawConstraints>,
    #[serde(default)]
    retiring: Option<String>,
    #[serde(default)]
    issuing_account: Option<AccountId>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct RawConstraints {
    encryption_context_equals: Option<BTreeMap<String, String>>,
    encryption_context_subset: Option<BTreeMap<String, String>>,
    source_arn: Option<String>,
}

#[derive(Deserialize)]
struct RawOrganization {
    id: OrganizationId,
    #[serde(default)]
    management_account_id: Option<AccountId>,
    #[serde(default)]
    members: Option<BTreeSet<AccountId>>,
}

/// One value of a context key: text, or a number or boolean to be read as text.
#[derive(Deserialize)]
#[serde(untagged)]
enum RawValues {
    One(Scalar),
    Many(Vec<Scalar>),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Scalar {
    Text(String),
    Bool(bool),
    Number(serde_json::Number),
}

impl Scalar {
    fn into_text(self) -> String {
        match self {
            Self::Text(text) => text,
            Self::Bool(value) => value.to_string(),
            Self::Number(value) => value.to_string(),
        }
    }
}

/// Members in the order written, duplicates kept.
struct Pairs(Vec<(String, RawValues)>);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Pairs;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("condition keys and their values")
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(
                self,
                mut map: A,
            ) -> std::result::Result<Pairs, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(Visitor)
    }
}

fn because(place: &str, error: impl std::fmt::Display) -> CaseError {
    CaseError(format!("{place}: {error}"))
}

/// The id of a case, also of a malformed one.
pub(super) fn id_of(text: &str) -> String {
    let value: Option<serde_json::Value> = serde_json::from_str(text).ok();
    let id = value.as_ref().and_then(|value| value.get("id")).and_then(|id| id.as_str());
    id.unwrap_or_default().to_owned()
}

impl Case {
    /// Reads a case and its policies, and fills in the context keys that follow from the request.
    ///
    /// # Errors
    /// When the case is malformed; the message names the place.
    pub fn parse(text: &str) -> Result<Self> {
        let raw: RawCase<'_> = serde_json::from_str(text).map_err(|error| because("case", error))?;
        let organization = raw.organization.map(|organization| Organization {
            id: organization.id,
            management_account: organization.management_account_id,
            members: organization.members.unwrap_or_default(),
        });
        Ok(Self {
            id: raw.id,
            request: request(&raw.request)?.completed(organization.as_ref()),
            organization,
            key_policies: policies("key_policies", raw.key_policies.as_deref())?,
            grants: grants(raw.grants.unwrap_or_default())?,
            identity_policies: policies("identity_policies", raw.identity_policies.as_deref())?,
            permissions_boundary: policy("permissions_boundary", raw.permissions_boundary)?,
            session_policy: policy("session_policy", raw.session_policy)?,
            service_control_policies: levels(
                "service_control_policies",
                raw.service_control_policies.unwrap_or_default(),
            )?,
            resource_control_policies: levels(
                "resource_control_policies",
                raw.resource_control_policies.unwrap_or_default(),
            )?,
            vpc_endpoint_policy: policy("vpc_endpoint_policy", raw.vpc_endpoint_policy)?,
        })
    }
}

impl Case {
    /// The request, with the context keys that follow from it.
    #[must_use]
    pub fn request(&self) -> &Request {
        &self.request
    }

    /// Every policy that has a say in the request.
    #[must_use]
    pub fn policies(&self) -> Policies<'_> {
        Policies {
            key_policies: self.key_policies.iter().collect(),
            grants: self.grants.iter().collect(),
            identity_policies: self.identity_policies.iter().collect(),
            permissions_boundary: self.permissions_boundary.as_ref(),
            session_policy: self.session_policy.as_ref(),
            service_control_policies: by_level(&self.service_control_policies),
            resource_control_policies: by_level(&self.resource_control_policies),
            endpoint_policy: self.vpc_endpoint_policy.as_ref(),
            management_account: self.organization.as_ref().and_then(|known| known.management_account),
            aws_managed_key: false,
        }
    }
}

fn by_level(levels: &[Vec<Policy>]) -> Vec<Vec<&Policy>> {
    levels.iter().map(|list| list.iter().collect()).collect()
}

fn request(raw: &RawRequest<'_>) -> Result<Request> {
    let mut context = Context::new();
    if let Some(text) = raw.context.filter(|raw| raw.get() != "null") {
        let Pairs(pairs) =
            serde_json::from_str(text.get()).map_err(|error| because("request.context", error))?;
        for (key, values) in pairs {
            let values = match values {
                RawValues::One(value) => vec![value.into_text()],
                RawValues::Many(values) => values.into_iter().map(Scalar::into_text).collect(),
            };
            context.insert(key, values).map_err(|error| because("request.context", error))?;
        }
    }
    let caller = Caller::parse(&raw.principal, context.single("aws:PrincipalArn"))
        .map_err(|error| because("request.principal", error))?;
    let action: Action = raw.action.parse().map_err(|error| because("request.action", error))?;
    let key: Arn = raw.resource.parse().map_err(|error| because("request.resource", error))?;
    Request::new(caller, action, key, context).map_err(|error| because("request.resource", error))
}

fn policy(place: &str, raw: Option<&RawValue>) -> Result<Option<Policy>> {
    let parse = |raw: &RawValue| read(place, raw.get());
    raw.filter(|raw| raw.get() != "null").map(parse).transpose()
}

/// A policy with an operator AWS does not know has no meaning that could be computed.
fn read(place: &str, text: &str) -> Result<Policy> {
    let policy = Policy::parse(text).map_err(|error| because(place, error))?;
    let operators = policy.document().statements().flat_map(|(_, statement)| statement.conditions());
    let unknown = operators.map(|(operator, _)| operator).find(|operator| operator.base.is_none());
    if let Some(unknown) = unknown {
        return Err(because(place, format_args!("unknown condition operator `{}`", unknown.text)));
    }
    Ok(policy)
}

fn policies(place: &str, raw: Option<&[&RawValue]>) -> Result<Vec<Policy>> {
    let each = |(index, raw): (usize, &&RawValue)| read(&format!("{place}[{index}]"), raw.get());
    raw.unwrap_or_default().iter().enumerate().map(each).collect()
}

fn levels(place: &str, raw: Vec<Vec<&RawValue>>) -> Result<Vec<Vec<Policy>>> {
    let each = |(index, list): (usize, Vec<&RawValue>)| policies(&format!("{place}[{index}]"), Some(&list));
    raw.into_iter().enumerate().map(each).collect()
}

fn grants(raw: Vec<RawGrant>) -> Result<Vec<Grant>> {
    raw.into_iter().enumerate().map(|(index, raw)| grant(&format!("grants[{index}]"), raw)).collect()
}

fn grant(place: &str, raw: RawGrant) -> Result<Grant> {
    let operation = |name: &String| {
        let action = if name.contains(':') { None } else { format!("kms:{name}").parse::<Action>().ok() };
        action.ok_or_else(|| because(place, format_args!("`{name}` is not an operation of KMS")))
    };
    let RawConstraints { encryption_context_equals, encryption_context_subset, source_arn } =
        raw.constraints.unwrap_or_default();
    Ok(Grant {
        grantee: Principal::of_grant(raw.grantee),
        operations: raw.operations.iter().map(operation).collect::<Result<Actions>>()?,
        constraints: Constraints { encryption_context_equals, encryption_context_subset, source_arn },
        retiring: raw.retiring.map(Principal::of_grant),
        issuing_account: raw.issuing_account,
    })
}
