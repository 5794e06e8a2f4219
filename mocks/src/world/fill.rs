//! Policy texts and the names in braces that are filled into them (`{account}`, `{region}`, …).
//! A name nobody knows stays as it stands: policies have braces of their own.

use std::collections::BTreeMap;

use crate::seed;
use crate::{Scenario, ScenarioError};

/// Names and what they stand for.
#[derive(Debug, Clone)]
pub(super) struct Fill(Vec<(&'static str, String)>);

impl Fill {
    /// The same names and some more.
    pub(super) fn with(&self, more: &[(&'static str, &str)]) -> Self {
        let mut names = self.0.clone();
        names.extend(more.iter().map(|(name, value)| (*name, (*value).to_owned())));
        Self(names)
    }

    /// Fills a text.
    pub(super) fn text(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            out.push_str(before);
            let known = self.0.iter().rev().find_map(|(name, value)| {
                after.strip_prefix(name)?.strip_prefix('}').map(|after| (value, after))
            });
            if let Some((value, after)) = known {
                out.push_str(value);
                rest = after;
            } else {
                out.push('{');
                rest = after;
            }
        }
        out.push_str(rest);
        out
    }
}

/// The policy texts of a scenario, and the names that mean the same in all of them.
#[derive(Debug)]
pub(super) struct Texts {
    policies: BTreeMap<String, String>,
    pub(super) fill: Fill,
    pub(super) seed: u64,
    pub(super) partition: String,
}

impl Texts {
    pub(super) fn new(scenario: &Scenario) -> Self {
        let (organization, management) =
            scenario.organization.as_ref().map_or_else(Default::default, |known| {
                (organization_id(scenario.seed, known.id.as_deref()), known.management.clone())
            });
        let fill = Fill(vec![
            ("partition", scenario.partition.clone()),
            ("organization", organization),
            ("management", management),
            ("root", root_id(scenario.seed)),
            ("caller", scenario.caller.account.clone()),
        ]);
        let policies = scenario.policies.clone();
        Self { policies, fill, seed: scenario.seed, partition: scenario.partition.clone() }
    }

    /// The text that a policy field means: one of `[policies]` by name, or the text itself.
    pub(super) fn policy<'a>(&'a self, named: &'a str) -> Result<&'a str, ScenarioError> {
        if let Some(text) = self.policies.get(named) {
            return Ok(text);
        }
        if named == "standard" {
            return Ok(STANDARD);
        }
        let is_name = !named.is_empty() && named.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        if is_name {
            return Err(ScenarioError::Unknown { name: named.to_owned(), role: "a policy" });
        }
        Ok(named)
    }

    /// One of `[policies]`, if there.
    pub(super) fn known(&self, name: &str) -> Option<&str> {
        self.policies.get(name).map(String::as_str)
    }
}

/// What KMS writes when a key is made without a policy.
const STANDARD: &str = r#"{
  "Version" : "2012-10-17",
  "Id" : "key-default-1",
  "Statement" : [ {
    "Sid" : "Enable IAM User Permissions",
    "Effect" : "Allow",
    "Principal" : { "AWS" : "arn:{partition}:iam::{account}:root" },
    "Action" : "kms:*",
    "Resource" : "*"
  } ]
}"#;

pub(super) fn organization_id(seed: u64, written: Option<&str>) -> String {
    written
        .map_or_else(|| format!("o-{}", seed::lower(seed::hash(seed, &["organization"]), 10)), str::to_owned)
}

pub(super) fn root_id(seed: u64) -> String {
    format!("r-{}", seed::lower(seed::hash(seed, &["root"]), 4))
}
