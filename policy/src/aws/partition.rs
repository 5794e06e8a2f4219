//! A group of Regions with its own accounts, ARNs and endpoints: `aws`, `aws-cn`, `aws-us-gov`, …

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Region;

/// The partition part of an ARN. Taken from the caller, so that one nobody heard of works too.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Partition(String);

impl Partition {
    /// The partition of that name.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The name as it stands in ARNs.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The Regions that every account has without opting in.
    /// Source: AWS Account Management Reference Guide, "Enable or disable AWS Regions".
    #[must_use]
    pub fn default_regions(&self) -> Vec<Region> {
        let names: &[&str] = match self.as_str() {
            "aws" => &[
                "ap-northeast-1",
                "ap-northeast-2",
                "ap-northeast-3",
                "ap-south-1",
                "ap-southeast-1",
                "ap-southeast-2",
                "ca-central-1",
                "eu-central-1",
                "eu-north-1",
                "eu-west-1",
                "eu-west-2",
                "eu-west-3",
                "sa-east-1",
                "us-east-1",
                "us-east-2",
                "us-west-1",
                "us-west-2",
            ],
            "aws-cn" => &["cn-north-1", "cn-northwest-1"],
            "aws-us-gov" => &["us-gov-east-1", "us-gov-west-1"],
            "aws-eusc" => &["eusc-de-east-1"],
            "aws-iso" => &["us-iso-east-1", "us-iso-west-1"],
            "aws-iso-b" => &["us-isob-east-1", "us-isob-west-1"],
            "aws-iso-e" => &["eu-isoe-west-1"],
            "aws-iso-f" => &["us-isof-east-1", "us-isof-south-1"],
            _ => &[],
        };
        names.iter().copied().map(Region::new).collect()
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
