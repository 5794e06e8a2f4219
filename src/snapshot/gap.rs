//! What could not be read, and why. A gap is data: it is shown, counted, and never a pass.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One question that AWS did not answer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Gap {
    /// The question, as service and operation: `kms:GetKeyPolicy`.
    pub operation: String,
    /// What was asked about: an ARN, an account id, a policy's id.
    pub resource: String,
    /// What sort of no it was.
    pub kind: GapKind,
    /// AWS's error code, where there was one.
    pub code: Option<String>,
    /// AWS's own words, or ours where nothing came back.
    pub message: String,
}

/// The sorts of no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GapKind {
    /// A policy refuses the scanner.
    Denied,
    /// The thing is not there (any more).
    Missing,
    /// AWS kept asking for patience until ours ended.
    Throttled,
    /// No answer within the time-out, or the scan was stopped first.
    TimedOut,
    /// No connection, or it broke off.
    Unreachable,
    /// AWS failed (5xx) and kept failing.
    ServerError,
    /// The scanner's credentials ran out.
    Expired,
    /// The operation is not offered for this thing, or by this endpoint.
    Unsupported,
    /// The answer made no sense.
    Malformed,
    /// Keyreach asked wrongly, or answered itself wrongly: please report it.
    Bug,
}

impl GapKind {
    /// All sorts, in the order in which they are shown.
    pub const ALL: [Self; 10] = [
        Self::Denied,
        Self::Missing,
        Self::Throttled,
        Self::TimedOut,
        Self::Unreachable,
        Self::ServerError,
        Self::Expired,
        Self::Unsupported,
        Self::Malformed,
        Self::Bug,
    ];

    /// The name in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Denied => "denied",
            Self::Missing => "missing",
            Self::Throttled => "throttled",
            Self::TimedOut => "timed_out",
            Self::Unreachable => "unreachable",
            Self::ServerError => "server_error",
            Self::Expired => "expired",
            Self::Unsupported => "unsupported",
            Self::Malformed => "malformed",
            Self::Bug => "bug",
        }
    }
}

impl fmt::Display for GapKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One fact: read, or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Fact<T> {
    /// AWS said so.
    Known(T),
    /// It could not be read.
    Unknown(Gap),
}

impl<T> Fact<T> {
    /// The fact, if it was read.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Unknown(_) => None,
        }
    }

    /// Why it was not read, if it was not.
    pub fn gap(&self) -> Option<&Gap> {
        match self {
            Self::Known(_) => None,
            Self::Unknown(gap) => Some(gap),
        }
    }
}

/// A list that AWS hands out in pages: what came, and what cut it short, if anything did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Listing<T> {
    /// What came before the end or the gap, in a stable order.
    pub items: Vec<T>,
    /// Why the rest is missing. Absent when the list is complete.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gap: Option<Gap>,
}

impl<T> Listing<T> {
    /// Everything there is.
    #[must_use]
    pub fn complete(items: Vec<T>) -> Self {
        Self { items, gap: None }
    }

    /// Nothing came.
    #[must_use]
    pub fn unread(gap: Gap) -> Self {
        Self { items: Vec::new(), gap: Some(gap) }
    }
}

impl<T> Default for Listing<T> {
    fn default() -> Self {
        Self::complete(Vec::new())
    }
}
