//! AWS's identifiers, parsed once and never strings again: accounts, ARNs, partitions, Regions,
//! organization ids and paths. Each prints back exactly what was parsed.

mod account;
mod arn;
mod organization;
mod partition;
mod region;

pub use account::{AccountId, AccountIdError};
pub use arn::{Arn, ArnError};
pub use organization::{OrgPath, OrgPathError, OrganizationId, OrganizationIdError};
pub use partition::Partition;
pub use region::Region;
