//! The services, one file each: what an operation answers from the world, in the shape of its protocol.
//! Nothing here knows of latency, quotas or faults.

pub(crate) mod account;
pub(crate) mod iam;
pub(crate) mod kms;
pub(crate) mod organizations;
pub(crate) mod sts;
