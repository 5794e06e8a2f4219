//! Cases and answers as JSON: one authorization request with every policy that has a say in it, and what
//! Keyreach answers. Context keys that follow from the caller and the key are filled in.

mod answer;
mod case;

use std::fmt;

use serde::Serialize;

use crate::trace::Outcome;
pub use case::Case;

/// The answer to a case, in the shape that is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// The case's id
    pub id: String,
    /// What the case was answered, or why it could not be
    #[serde(flatten)]
    pub result: Result,
}

/// A decided case or a malformed one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Result {
    /// The case was decided
    Decided(Decided),
    /// The case is malformed
    Malformed {
        /// What is wrong with it
        error: String,
    },
}

/// What a case was answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Decided {
    /// `allow`, `implicit_deny` or `explicit_deny`
    pub decision: crate::Decision,
    /// Under the strictest readings
    pub lower: crate::Decision,
    /// Under the most permissive readings
    pub upper: crate::Decision,
    /// Rules such as `SEM-45` whose reading changes the answer
    pub depends_on: Vec<String>,
    /// The statements and grants that decided
    pub decided_by: Vec<DecidedBy>,
    /// What every statement and grant said, where that was asked for
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trace: Option<Vec<TraceStep>>,
}

/// A statement or grant that decided.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct DecidedBy {
    /// Path in the case, such as `identity_policies[1]`
    pub policy: String,
    /// `Sid`, or `#` and the index; empty for a grant
    pub statement: String,
}

/// What one statement or grant said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TraceStep {
    /// Path in the case
    pub policy: String,
    /// `Sid`, or `#` and the index; empty for a grant
    pub statement: String,
    /// `allow` or `deny`
    pub effect: &'static str,
    /// Whether it applies, and why not
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// Why a case cannot be answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseError(String);

impl fmt::Display for CaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for CaseError {}

/// Whether the answer shall tell what every statement said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// The decision alone
    Decision,
    /// The trace too
    Trace,
}

/// Answers one case, given as JSON text. A malformed case is answered with what is wrong with it.
#[must_use]
pub fn answer(text: &str, detail: Detail) -> Answer {
    match Case::parse(text) {
        Ok(case) => Answer { result: Result::Decided(answer::decide(&case, detail)), id: case.id },
        Err(error) => {
            Answer { id: case::id_of(text), result: Result::Malformed { error: error.to_string() } }
        }
    }
}
