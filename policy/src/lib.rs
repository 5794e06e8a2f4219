//! AWS identifiers and the IAM policy language for KMS keys, pure: no SDK, no IO, no clock.

pub mod aws;
