//! What became of the acceptances in the settings, and what an accepted finding carries of its own: the shapes of the
//! answer.

use std::{collections::BTreeMap, fmt};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::finding::{Finding, Status};

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

impl Acceptance {
    /// What a finding must be about, in words.
    #[must_use]
    pub fn about(&self) -> String {
        if self.selectors.is_empty() {
            return "everywhere".to_owned();
        }
        let told = self.selectors.iter().map(|(name, patterns)| format!("{name} {}", patterns.join(" or ")));
        told.collect::<Vec<_>>().join("; ")
    }
}

/// What became of an acceptance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AcceptanceState {
    /// It accepts findings, or may: one that it fits could not be decided.
    InForce,
    /// No finding fits it, decided or not: it can go.
    Unused,
    /// Its last day has passed: it accepts nothing.
    Expired,
}

/// On what terms a finding is accepted. They travel in its evidence, under `acceptance`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms<'a> {
    /// Why it may be so.
    pub reason: &'a str,
    /// Who said so.
    pub owner: &'a str,
    /// Where that is written down.
    pub ticket: Option<&'a str>,
    /// The last day on which it counts, in UTC.
    pub expires: &'a str,
}

impl<'a> Terms<'a> {
    const EVIDENCE: &'static str = "acceptance";

    /// Accepts a finding.
    pub fn accept(self, finding: &mut Finding) {
        finding.status = Status::Accepted;
        finding.evidence.insert(Self::EVIDENCE.to_owned(), json!(self));
    }

    /// The terms of an accepted finding.
    #[must_use]
    pub fn of(finding: &'a Finding) -> Option<Self> {
        Self::deserialize(finding.evidence.get(Self::EVIDENCE)?).ok()
    }
}

/// In a sentence, for feeds that have one place for all of it.
impl fmt::Display for Terms<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (accepted by {}", self.reason, self.owner)?;
        if let Some(ticket) = self.ticket {
            write!(f, ", {ticket}")?;
        }
        write!(f, ", until {})", self.expires)
    }
}
