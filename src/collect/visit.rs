//! One account: entered once, its principals and Regions read, its cells visited side by side.

use std::sync::Arc;

use aws_types::{SdkConfig, region::Region as SdkRegion};
use keyreach_policy::aws::Region;
use tokio::task::JoinSet;

use super::{
    account,
    ask::{Asker, Door},
    cell,
    client::Connection,
    iam::IamClient,
    kms::Kms,
    pacer::gate::Gate,
    session::{RoleRequest, Session},
    sts::Caller,
};
use crate::{
    call::{self, Place},
    config::ScanSettings,
    snapshot::{
        cell::{Cell, Visit},
        gap::{Gap, GapKind},
        organization::{Account, Entry},
        principal::Iam,
    },
    target::{self, AccountRegions, ListedAccount, ListedRegion, Target},
};

/// Visits accounts.
pub(super) struct Visitor {
    pub(super) asker: Asker,
    pub(super) connection: Connection,
    pub(super) gate: Arc<Gate>,
    pub(super) settings: ScanSettings,
    pub(super) caller: Caller,
    pub(super) sts: aws_sdk_sts::Client,
    pub(super) sts_door: Door,
}

/// Inside an account.
struct Inside {
    entry: Entry,
    sdk: SdkConfig,
    session: Option<Arc<Session>>,
}

impl Visitor {
    /// All there is to know of an account.
    pub(super) async fn visit(&self, target: Target) -> (Account, Vec<Cell>) {
        if let Some(reason) = target.skip {
            return (account_of(target.account, Entry::Skipped(reason)), Vec::new());
        }
        let visited = match self.enter(&target.account).await {
            Ok(inside) => self.look_around(target.account, inside).await,
            Err(gap) => self.stay_outside(target.account, gap),
        };
        self.asker.progress.account_done();
        visited
    }

    /// Through the role; as the caller itself where the account is its own and has no such role.
    async fn enter(&self, account: &ListedAccount) -> Result<Inside, Gap> {
        let role_arn =
            format!("arn:{}:iam::{}:role/{}", self.caller.partition, account.id, self.settings.role_name);
        let request = RoleRequest {
            role_arn: role_arn.clone(),
            external_id: self.settings.external_id.as_ref().map(|id| id.reveal().to_owned()),
            place: Place::Member,
        };
        let session =
            Arc::new(Session::new(request, self.sts.clone(), self.sts_door.clone(), self.connection.clock()));
        match session.keep_fresh(&self.asker).await {
            Ok(()) => {
                let sdk = self.connection.with(&session);
                Ok(Inside { entry: Entry::Role(role_arn), sdk, session: Some(session) })
            }
            // AWS says the same of a role that is absent and of one that does not trust the caller.
            Err(refusal) if account.id == self.caller.account && refusal.kind == GapKind::Denied => {
                let entry = Entry::Caller(self.caller.arn.clone());
                Ok(Inside { entry, sdk: self.connection.as_caller(), session: None })
            }
            Err(refusal) => Err(refusal.into_gap(&call::ASSUME_ROLE, &role_arn)),
        }
    }

    /// The account is shown all the same, with a cell for each Region it would have had.
    fn stay_outside(&self, account: ListedAccount, gap: Gap) -> (Account, Vec<Cell>) {
        let (entry, visit) = if self.asker.is_stopped() {
            (Entry::NotStarted, Visit::NotStarted)
        } else {
            (Entry::Refused, Visit::Failed)
        };
        let regions = target::regions(&self.settings.regions, &self.caller.partition, None);
        let cells = regions.enabled.into_iter().map(|region| Cell::new(account.id, region, visit)).collect();
        let mut account = account_of(account, entry);
        if visit == Visit::Failed {
            account.gaps.push(gap);
        }
        (account, cells)
    }

    async fn look_around(&self, account: ListedAccount, inside: Inside) -> (Account, Vec<Cell>) {
        let (iam, (regions, gap, cells)) =
            tokio::join!(self.describe_iam(&account, &inside), self.visit_regions(&account, &inside));
        let mut account = account_of(account, inside.entry);
        account.iam = Some(iam);
        account.regions = Some(regions.source);
        account.gaps.extend(gap);
        (account, cells)
    }

    async fn describe_iam(&self, account: &ListedAccount, inside: &Inside) -> Iam {
        let iam = IamClient {
            asker: self.asker.clone(),
            door: self.door(inside),
            client: aws_sdk_iam::Client::new(&inside.sdk),
            account: account.id.to_string(),
        };
        iam.describe().await
    }

    async fn visit_regions(
        &self,
        account: &ListedAccount,
        inside: &Inside,
    ) -> (AccountRegions, Option<Gap>, Vec<Cell>) {
        let (told, gap) = self.list_regions(account, inside).await;
        let regions = target::regions(&self.settings.regions, &self.caller.partition, told.as_deref());
        self.asker.progress.found_cells(regions.enabled.len());
        let mut visits = JoinSet::new();
        for region in &regions.enabled {
            let cell = Cell::new(account.id, region.clone(), Visit::Visited);
            let kms = self.kms(inside, &cell);
            let (gate, last_usage) = (Arc::clone(&self.gate), self.settings.last_usage);
            visits.spawn(async move {
                let cell = cell::visit(&kms, &gate, last_usage, cell).await;
                kms.asker.progress.cell_done();
                cell
            });
        }
        let mut cells = visits.join_all().await;
        let off =
            regions.disabled.iter().map(|region| Cell::new(account.id, region.clone(), Visit::Disabled));
        cells.extend(off);
        (regions, gap, cells)
    }

    /// A list that was cut short counts as none: Regions would go missing unseen.
    async fn list_regions(
        &self,
        account: &ListedAccount,
        inside: &Inside,
    ) -> (Option<Vec<ListedRegion>>, Option<Gap>) {
        let client = aws_sdk_account::Client::new(&inside.sdk);
        let id = account.id.to_string();
        let listed = account::list_regions(&self.asker, &self.door(inside), &client, &id).await;
        match listed.gap {
            Some(gap) => (None, Some(gap)),
            None => (Some(listed.items), None),
        }
    }

    fn kms(&self, inside: &Inside, cell: &Cell) -> Kms {
        let region = SdkRegion::new(cell.region.to_string());
        let sdk = inside.sdk.to_builder().region(region).build();
        Kms {
            asker: self.asker.clone(),
            door: self.door(inside),
            client: aws_sdk_kms::Client::new(&sdk),
            place: place(cell.account_id, &cell.region),
        }
    }

    fn door(&self, inside: &Inside) -> Door {
        Door { lane: self.asker.pacer.lane(), session: inside.session.clone() }
    }
}

/// How a cell is named where something has no ARN.
fn place(account: keyreach_policy::aws::AccountId, region: &Region) -> String {
    format!("{account}/{region}")
}

fn account_of(listed: ListedAccount, entry: Entry) -> Account {
    Account {
        id: listed.id,
        name: listed.name,
        state: listed.state,
        path: listed.path,
        entry,
        regions: None,
        iam: None,
        gaps: Vec::new(),
    }
}
