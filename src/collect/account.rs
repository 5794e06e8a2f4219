//! Account Management: the Regions of an account, asked inside it.

use aws_sdk_account::{Client, operation::list_regions::ListRegionsOutput, types::RegionOptStatus};
use keyreach_policy::aws::Region;

use super::ask::{Asker, Door, Page};
use crate::{call, snapshot::gap::Listing, target::ListedRegion};

/// The Regions of the account behind the door.
pub(super) async fn list_regions(
    asker: &Asker,
    door: &Door,
    client: &Client,
    account: &str,
) -> Listing<ListedRegion> {
    let send = |token| client.list_regions().max_results(50).set_next_token(token).send();
    let read = |answer: ListRegionsOutput| Page::of(answer.regions, answer.next_token, region);
    asker.through(door).list(&call::LIST_REGIONS, account, send, read).await
}

fn region(found: aws_sdk_account::types::Region) -> Option<ListedRegion> {
    use RegionOptStatus::{Disabling, Enabled, EnabledByDefault};
    // A Region that is being disabled still answers; one that is being enabled does not yet.
    let enabled = matches!(found.region_opt_status?, Enabled | EnabledByDefault | Disabling);
    Some(ListedRegion { region: Region::new(found.region_name?), enabled })
}
