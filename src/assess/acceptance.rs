//! What became of the acceptances in the settings: the shape of the answer.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

/// An acceptance of the settings, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Acceptance {
    /// The id of the check, or `*`.
    pub check: String,
    /// What a finding must be about, as the settings write it.
    pub selectors: BTreeMap<String, Vec<String>>,
    /// Why it may be so.
    pub reason: String,
    /// Who said so.
    pub owner: String,
    /// Where that is written down.
    pub ticket: Option<String>,
    /// The last day on which it counts, in UTC.
    pub expires: String,
    /// What became of it.
    pub state: AcceptanceState,
    /// How many findings it fits. Where it has expired, they count as if it were not there.
    pub findings: u64,
}

/// What became of an acceptance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AcceptanceState {
    /// It accepts findings.
    InForce,
    /// No finding fits it: it can go.
    Unused,
    /// Its last day has passed: it accepts nothing.
    Expired,
}
