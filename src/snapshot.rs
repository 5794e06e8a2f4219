//! The waist of the hour-glass: everything one scan saw and everything it could not see.
//!
//! A snapshot is a value: ordered, versioned, dated. `collect` makes one, `assess` judges one, and
//! neither knows of the other. It holds AWS's facts only; verdicts are made from it, never put in it.

pub mod cell;
#[expect(clippy::disallowed_methods, reason = "reads and prints snapshots")]
pub mod file;
mod find;
pub mod gap;
pub mod grant;
pub mod key;
pub mod organization;
pub mod principal;
pub mod succession;

use jiff::Timestamp;
use keyreach_policy::aws::{AccountId, Partition};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use cell::Cell;
use gap::{Fact, Gap};
use organization::{Account, Organization};

/// The version of the snapshot's shape. Raised when a field is renamed or dropped.
pub const SCHEMA_VERSION: &str = "1.0";

/// What one scan saw.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Snapshot {
    /// [`SCHEMA_VERSION`] of the tool that wrote it.
    pub schema_version: String,
    /// When, by whom, how.
    pub scan: Scan,
    /// The organization of the caller; `null` when the caller's account belongs to none.
    pub organization: Fact<Option<Organization>>,
    /// Every account that Organizations lists or the settings name, by id.
    pub accounts: Vec<Account>,
    /// Every account in every Region that was to be visited, by account and Region.
    pub cells: Vec<Cell>,
    /// What could not be read and belongs to no account.
    pub gaps: Vec<Gap>,
}

/// The scan itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scan {
    /// Made of the caller and the time: two scans never share it.
    pub id: String,
    /// The one reading of the clock. Ages and expiry are judged against it.
    #[schemars(with = "String")]
    pub taken_at: Timestamp,
    /// The version of the tool that collected.
    pub tool_version: String,
    /// Who asked: the ARN that STS reports.
    pub caller_arn: String,
    /// The account of the caller.
    pub caller_account: AccountId,
    /// The caller's partition, and so everybody's here.
    pub partition: Partition,
    /// How the accounts to visit were found.
    pub targets: TargetSource,
    /// The scan was stopped before its end; what it had is here.
    pub interrupted: bool,
}

/// How the accounts to visit were found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TargetSource {
    /// Organizations listed them.
    Organizations,
    /// The settings named them.
    Settings,
    /// The caller's account belongs to no organization: that account alone.
    NoOrganization,
    /// The caller may not list the organization's accounts: its own account alone.
    OrganizationUnread,
}

impl Snapshot {
    /// Every gap of the scan that belongs to no cell.
    pub fn gaps_outside_cells(&self) -> impl Iterator<Item = &Gap> {
        self.gaps_outside_accounts().chain(self.accounts.iter().flat_map(Account::gaps))
    }

    /// Every gap of the scan that belongs to no account.
    pub fn gaps_outside_accounts(&self) -> impl Iterator<Item = &Gap> {
        let organization = self.organization.gap().into_iter();
        let inside = self.organization.known().and_then(Option::as_ref);
        self.gaps.iter().chain(organization).chain(inside.into_iter().flat_map(Organization::gaps))
    }
}
