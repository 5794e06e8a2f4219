//! Organizations: the organization, its accounts and its tree. Only the management account and delegated
//! administrators may read more than the organization's own description.

pub(crate) mod policies;

use serde_json::{Value, json};

use crate::page;
use crate::scenario::GuardrailType;
use crate::wire::{Ask, Refusal, Reply};
use crate::world::{Member, OrganizationState, Unit};

/// The organization of the caller's account.
fn organization<'a>(ask: &Ask<'a>) -> Result<&'a OrganizationState, Refusal> {
    let is_member = ask.world.account(ask.caller.account).member;
    ask.world.organization.as_ref().filter(|_| is_member).ok_or_else(|| {
        Refusal::new("AWSOrganizationsNotInUseException", "Your account is not a member of an organization.")
    })
}

/// The same, for callers who may read it.
fn readable<'a>(ask: &Ask<'a>) -> Result<&'a OrganizationState, Refusal> {
    let organization = organization(ask)?;
    let own = &ask.world.account(ask.caller.account).id;
    if organization.management == *own || organization.delegated.iter().any(|account| account == own) {
        return Ok(organization);
    }
    Err(Refusal::new("AccessDeniedException", "You don't have permissions to access this resource."))
}

/// Cuts a page and writes it.
fn listed<T>(ask: &Ask<'_>, field: &str, all: &[T], write: impl Fn(&T) -> Value) -> Reply {
    let size = match ask.input.number("MaxResults") {
        None => 20,
        Some(size @ 1..=20) => usize::try_from(size).unwrap_or(20),
        Some(_) => {
            let message = "You specified an invalid value for MaxResults: it must be between 1 and 20.";
            return Err(Refusal::new("InvalidInputException", message));
        }
    };
    let page = page::cut(all.len(), size, ask.input.text("NextToken"), ask.paging).ok_or_else(|| {
        Refusal::new("InvalidInputException", "You provided a NextToken that is not valid.")
    })?;
    let items: Vec<Value> = all.get(page.range).unwrap_or_default().iter().map(write).collect();
    let mut answer = json!({ field: items });
    if let (Some(next), Some(answer)) = (page.next, answer.as_object_mut()) {
        answer.insert("NextToken".into(), next.into());
    }
    Ok(answer.to_string())
}

/// `DescribeOrganization`.
pub(crate) fn describe_organization(ask: &Ask<'_>) -> Reply {
    let organization = organization(ask)?;
    let management =
        ask.world.account_number(&organization.management).map(|number| ask.world.account(number));
    let email = management.map_or("root@example.com", |member| member.email.as_str());
    Ok(json!({ "Organization": {
        "Id": organization.id,
        "Arn": organization.arn,
        "FeatureSet": "ALL",
        "MasterAccountId": organization.management,
        "MasterAccountArn": management.map(|member| organization.account_arn(member)),
        "MasterAccountEmail": email,
        "AvailablePolicyTypes": [{ "Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED" }],
    }})
    .to_string())
}

/// `ListAccounts`.
pub(crate) fn list_accounts(ask: &Ask<'_>) -> Reply {
    let organization = readable(ask)?;
    let members: Vec<&Member> = ask.world.accounts().iter().filter(|account| account.member).collect();
    listed(ask, "Accounts", &members, |member| account(ask, organization, member))
}

/// `ListAccountsForParent`.
pub(crate) fn list_accounts_for_parent(ask: &Ask<'_>) -> Reply {
    let organization = readable(ask)?;
    let parent = parent(ask, organization)?;
    let members: Vec<&Member> = ask
        .world
        .accounts()
        .iter()
        .filter(|account| account.member && organization.parent_of(account) == parent)
        .collect();
    listed(ask, "Accounts", &members, |member| account(ask, organization, member))
}

fn account(ask: &Ask<'_>, organization: &OrganizationState, member: &Member) -> Value {
    let invited = organization.management == member.id;
    let mut account = json!({
        "Id": member.id,
        "Arn": organization.account_arn(member),
        "Email": member.email,
        "Name": member.name,
        "State": member.state,
        "JoinedMethod": if invited { "INVITED" } else { "CREATED" },
        "JoinedTimestamp": member.joined,
    });
    if let Some(fields) = account.as_object_mut() {
        if ask.world.account_paths {
            fields.insert("Paths".into(), json!([organization.path_of(member)]));
        }
        if ask.world.account_status {
            let status = match member.state.as_str() {
                "CLOSED" => "SUSPENDED",
                "PENDING_ACTIVATION" => "ACTIVE",
                state => state,
            };
            fields.insert("Status".into(), status.into());
        }
    }
    account
}

/// `ListRoots`.
pub(crate) fn list_roots(ask: &Ask<'_>) -> Reply {
    let organization = readable(ask)?;
    let types: Vec<Value> = [GuardrailType::ServiceControlPolicy, GuardrailType::ResourceControlPolicy]
        .into_iter()
        .filter(|kind| !organization.disabled_policy_types.contains(kind))
        .map(|kind| json!({ "Type": policies::type_name(kind), "Status": "ENABLED" }))
        .collect();
    listed(
        ask,
        "Roots",
        &[()],
        |()| json!({ "Id": organization.root, "Arn": organization.root_arn, "Name": "Root", "PolicyTypes": types }),
    )
}

/// `ListOrganizationalUnitsForParent`.
pub(crate) fn list_units(ask: &Ask<'_>) -> Reply {
    let organization = readable(ask)?;
    let parent = parent(ask, organization)?;
    let units: Vec<&Unit> = organization.units.values().filter(|unit| unit.parent == parent).collect();
    listed(
        ask,
        "OrganizationalUnits",
        &units,
        |unit| json!({ "Id": unit.id, "Arn": unit.arn, "Name": unit.name, "Path": unit.path }),
    )
}

fn parent<'a>(ask: &Ask<'a>, organization: &OrganizationState) -> Result<&'a str, Refusal> {
    let parent = ask.required("ParentId")?;
    let known = organization.root == parent || organization.units.values().any(|unit| unit.id == parent);
    if known {
        return Ok(parent);
    }
    Err(Refusal::new("ParentNotFoundException", "You specified parent that doesn't exist."))
}
