//! Account Management: the regions of the caller's own account.

use serde_json::json;

use crate::page;
use crate::wire::{Ask, Refusal, Reply};

/// `ListRegions`.
pub(crate) fn list_regions(ask: &Ask<'_>) -> Reply {
    let account = match ask.input.text("AccountId") {
        None => ask.caller.account,
        Some(id) => other_account(ask, id)?,
    };
    let wanted = ask.input.texts("RegionOptStatusContains");
    let mut regions: Vec<(&str, &str)> = ask
        .world
        .regions()
        .iter()
        .enumerate()
        .map(|(number, name)| (name.as_str(), ask.world.region_status(account, number)))
        .filter(|(_, status)| wanted.is_empty() || wanted.contains(status))
        .collect();
    regions.sort_unstable();
    let size = match ask.input.number("MaxResults") {
        None => 20,
        Some(size @ 1..=50) => usize::try_from(size).unwrap_or(50),
        Some(size) => return Err(validation(&format!("maxResults {size} is not between 1 and 50"))),
    };
    let page = page::cut(regions.len(), size, ask.input.text("NextToken"), ask.paging)
        .ok_or_else(|| validation("the next token is not valid"))?;
    let listed: Vec<_> = regions
        .get(page.range)
        .unwrap_or_default()
        .iter()
        .map(|(name, status)| json!({ "RegionName": name, "RegionOptStatus": status }))
        .collect();
    let mut answer = json!({ "Regions": listed });
    if let (Some(next), Some(answer)) = (page.next, answer.as_object_mut()) {
        answer.insert("NextToken".into(), next.into());
    }
    Ok(answer.to_string())
}

/// Another account is asked about from the management or a delegated administrator account only.
fn other_account(ask: &Ask<'_>, id: &str) -> Result<usize, Refusal> {
    let own = &ask.world.account(ask.caller.account).id;
    let central = ask.world.organization.as_ref().is_some_and(|organization| {
        organization.management == *own || organization.delegated.iter().any(|account| account == own)
    });
    ask.world.account_number(id).filter(|_| central).ok_or_else(|| {
        let message = format!("User: {} is not authorized to perform: account:ListRegions", ask.caller.arn);
        Refusal::new("AccessDeniedException", message).with_status(403)
    })
}

fn validation(message: &str) -> Refusal {
    Refusal::new("ValidationException", message)
}
