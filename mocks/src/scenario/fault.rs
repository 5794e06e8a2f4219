//! What a scenario makes go wrong: selectors, a kind, and how often.

use serde::Deserialize;

/// One thing that goes wrong. Selectors left out match everything.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// `kms`, `organizations`, `sts`, `iam` or `account`.
    #[serde(default)]
    pub service: Option<String>,
    /// The operation, as AWS spells it.
    #[serde(default)]
    pub operation: Option<String>,
    /// The account asked about.
    #[serde(default)]
    pub account: Option<String>,
    /// The region asked.
    #[serde(default)]
    pub region: Option<String>,
    /// A key: its label, its id or one of its aliases.
    #[serde(default)]
    pub key: Option<String>,
    /// The resource asked about, such as the id of a policy.
    #[serde(default)]
    pub resource: Option<String>,
    /// What happens.
    pub kind: FaultKind,
    /// Only to the first so many matching requests, counted for each resource apart.
    #[serde(default)]
    pub times: Option<u64>,
    /// Only to each so-many-th matching request, counted over all.
    #[serde(default)]
    pub every: Option<u64>,
    /// Only to this share of requests, drawn from the seed, 0 to 1.
    #[serde(default)]
    pub share: Option<f64>,
    /// For `slow`.
    #[serde(default)]
    pub seconds: f64,
}

/// What happens to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// Access denied, as no policy allows it.
    Denied,
    /// Access denied by an SCP.
    DeniedByScp,
    /// The quota is used up.
    Throttled,
    /// 500.
    ServerError,
    /// 503.
    Unavailable,
    /// The connection is lost before an answer.
    Drop,
    /// The body breaks off in the middle.
    Truncate,
    /// 200, but not what was asked for.
    Malformed,
    /// The answer takes `seconds`.
    Slow,
    /// The credentials have expired.
    Expired,
    /// The same page token for ever.
    RepeatToken,
    /// Pages with a token and nothing else between the real ones.
    EmptyPages,
    /// Pages much shorter than asked for.
    ShortPages,
}
