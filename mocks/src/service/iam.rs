//! IAM: the whole authorization state of an account in pages, and its summary.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::answer::{tag, xml_result};
use crate::operation::Service;
use crate::page;
use crate::wire::{Ask, Refusal, Reply};
use crate::world::Kind;

/// `GetAccountAuthorizationDetails`.
pub(crate) fn get_account_authorization_details(ask: &Ask<'_>) -> Reply {
    let wanted: Vec<Kind> = ask.input.texts("Filter").into_iter().filter_map(kind).collect();
    let all = entities(ask, &wanted);
    let size = match ask.input.number("MaxItems") {
        None => 100,
        Some(size @ 1..=1000) => usize::try_from(size).unwrap_or(1000),
        Some(size) => {
            return Err(validation(&format!(
                "1 validation error detected: Value '{size}' at 'maxItems' failed to satisfy constraint: Member must \
                 have value less than or equal to 1000"
            )));
        }
    };
    let page = page::cut(all.len(), size, ask.input.text("Marker"), ask.paging)
        .ok_or_else(|| validation("Invalid Marker"))?;
    let listed = all.get(page.range).unwrap_or_default();
    let mut result = format!("<IsTruncated>{}</IsTruncated>", page.next.is_some());
    for (list, kinds) in [
        ("UserDetailList", [Kind::User].as_slice()),
        ("GroupDetailList", &[Kind::Group]),
        ("RoleDetailList", &[Kind::Role]),
        ("Policies", &[Kind::LocalManagedPolicy, Kind::AwsManagedPolicy]),
    ] {
        let _ = write!(result, "<{list}>");
        for entity in listed.iter().filter(|entity| kinds.contains(&entity.kind)) {
            result += &entity.xml(ask);
        }
        let _ = write!(result, "</{list}>");
    }
    if let Some(next) = page.next {
        result += &tag("Marker", &next);
    }
    Ok(xml_result(Service::Iam, "GetAccountAuthorizationDetails", &result, ask.request_id))
}

/// An entity, written or generated.
struct Entity<'a> {
    kind: Kind,
    written: Option<&'a str>,
    number: usize,
}

impl<'a> Entity<'a> {
    fn xml(&self, ask: &Ask<'a>) -> Cow<'a, str> {
        match (self.written, &ask.world.estate) {
            (Some(xml), _) => Cow::Borrowed(xml),
            (None, Some(estate)) => Cow::Owned(estate.role(ask.world, ask.caller.account, self.number)),
            (None, None) => Cow::Borrowed(""),
        }
    }
}

fn entities<'a>(ask: &Ask<'a>, wanted: &[Kind]) -> Vec<Entity<'a>> {
    let written = &ask.world.account(ask.caller.account).entities;
    let written = written.iter().map(|(kind, xml)| Entity { kind: *kind, written: Some(xml), number: 0 });
    let roles = ask.world.estate.as_ref().map_or(0, |estate| estate.roles(ask.caller.account));
    let generated = (0..roles).map(|number| Entity { kind: Kind::Role, written: None, number });
    written.chain(generated).filter(|entity| wanted.is_empty() || wanted.contains(&entity.kind)).collect()
}

fn kind(name: &str) -> Option<Kind> {
    Some(match name {
        "User" => Kind::User,
        "Group" => Kind::Group,
        "Role" => Kind::Role,
        "LocalManagedPolicy" => Kind::LocalManagedPolicy,
        "AWSManagedPolicy" => Kind::AwsManagedPolicy,
        _ => return None,
    })
}

/// `GetAccountSummary`.
pub(crate) fn get_account_summary(ask: &Ask<'_>) -> Reply {
    let account = ask.world.account(ask.caller.account);
    let all = entities(ask, &[]);
    let count = |kind: Kind| all.iter().filter(|entity| entity.kind == kind).count();
    let entries = [
        ("AccountMFAEnabled", usize::from(account.root_mfa)),
        ("AccountAccessKeysPresent", usize::from(account.root_access_keys)),
        ("AccountPasswordPresent", usize::from(account.root_password)),
        ("AccountSigningCertificatesPresent", 0),
        ("Users", count(Kind::User)),
        ("UsersQuota", 5000),
        ("Groups", count(Kind::Group)),
        ("GroupsQuota", 300),
        ("Roles", count(Kind::Role)),
        ("RolesQuota", 1000),
        ("Policies", count(Kind::LocalManagedPolicy)),
        ("PoliciesQuota", 1500),
        ("Providers", 0),
        ("MFADevices", usize::from(account.root_mfa)),
        ("MFADevicesInUse", usize::from(account.root_mfa)),
    ];
    let map: String = entries
        .iter()
        .map(|(key, value)| format!("<entry><key>{key}</key><value>{value}</value></entry>"))
        .collect();
    let result = format!("<SummaryMap>{map}</SummaryMap>");
    Ok(xml_result(Service::Iam, "GetAccountSummary", &result, ask.request_id))
}

fn validation(message: &str) -> Refusal {
    Refusal::new("ValidationError", message)
}
