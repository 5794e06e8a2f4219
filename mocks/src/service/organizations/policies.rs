//! SCPs and RCPs: their list, their text and what they are attached to.

use serde_json::{Value, json};

use super::{listed, readable};
use crate::scenario::GuardrailType;
use crate::wire::{Ask, Refusal, Reply};
use crate::world::{GuardrailState, OrganizationState};

pub(crate) fn type_name(kind: GuardrailType) -> &'static str {
    match kind {
        GuardrailType::ServiceControlPolicy => "SERVICE_CONTROL_POLICY",
        GuardrailType::ResourceControlPolicy => "RESOURCE_CONTROL_POLICY",
    }
}

fn summary(policy: &GuardrailState) -> Value {
    json!({
        "Id": policy.id,
        "Arn": policy.arn,
        "Name": policy.name,
        "Description": policy.description,
        "Type": type_name(policy.kind),
        "AwsManaged": policy.aws_managed,
    })
}

/// `ListPolicies`.
pub(crate) fn list_policies(ask: &Ask<'_>) -> Reply {
    let organization = readable(ask)?;
    let filter = ask.required("Filter")?;
    let wanted: Vec<&GuardrailState> =
        organization.guardrails.iter().filter(|policy| type_name(policy.kind) == filter).collect();
    listed(ask, "Policies", &wanted, |policy| summary(policy))
}

fn policy<'a>(ask: &Ask<'_>, organization: &'a OrganizationState) -> Result<&'a GuardrailState, Refusal> {
    let id = ask.required("PolicyId")?;
    organization
        .guardrails
        .iter()
        .find(|policy| policy.id == id)
        .ok_or_else(|| Refusal::new("PolicyNotFoundException", "You specified a policy that doesn't exist."))
}

/// `DescribePolicy`.
pub(crate) fn describe_policy(ask: &Ask<'_>) -> Reply {
    let policy = policy(ask, readable(ask)?)?;
    Ok(json!({ "Policy": { "PolicySummary": summary(policy), "Content": policy.content } }).to_string())
}

/// `ListTargetsForPolicy`.
pub(crate) fn list_targets(ask: &Ask<'_>) -> Reply {
    let policy = policy(ask, readable(ask)?)?;
    listed(
        ask,
        "Targets",
        &policy.targets,
        |target| json!({ "TargetId": target.id, "Arn": target.arn, "Name": target.name, "Type": target.kind }),
    )
}
