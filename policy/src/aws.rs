//! AWS's identifiers, parsed once and never strings again: accounts, ARNs, partitions, Regions,
//! organization ids and paths, KMS permissions. Each prints back exactly what was parsed.

mod account;
mod action;
mod arn;
mod key_type;
mod organization;
mod partition;
mod region;

pub use account::{AccountId, AccountIdError};
pub use action::{Access, Action, ActionError, Actions};
pub use arn::{Arn, ArnError};
pub use key_type::KeyType;
pub use organization::{OrgPath, OrgPathError, OrganizationId, OrganizationIdError};
pub use partition::Partition;
pub use region::Region;
