//! Which controls of published frameworks the checks speak to, from `config/frameworks`, read once. Each mapping says
//! where it was published, or that it is our own; none is an auditor's opinion.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::Deserialize;
use serde_json::Value;

/// The files, as they stand in the repository.
const FILES: [&str; 7] = [
    include_str!("../config/frameworks/aws-fsbp.toml"),
    include_str!("../config/frameworks/cis-aws.toml"),
    include_str!("../config/frameworks/hipaa.toml"),
    include_str!("../config/frameworks/iso-27001.toml"),
    include_str!("../config/frameworks/nist-800-53.toml"),
    include_str!("../config/frameworks/pci-dss.toml"),
    include_str!("../config/frameworks/soc-2.toml"),
];

/// The checks of which no framework speaks.
pub const UNMAPPED: [&str; 3] =
    ["deprecated-condition-or-action", "ineffective-statement", "policy-near-size-limit"];

/// One version of a framework.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Framework {
    /// As in `CIS-AWS-5.0.0`.
    pub id: String,
    /// Its name.
    pub title: String,
    /// Its controls and the checks that speak to them.
    pub mapping: Vec<Mapping>,
}

/// Controls, and the checks that speak to each of them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// The ids of the checks.
    pub checks: Vec<String>,
    /// Of some of their findings alone: what the evidence says of these.
    #[serde(default)]
    pub only: BTreeMap<String, String>,
    /// The ids of the controls, as the framework writes them.
    pub controls: Vec<String>,
    /// Where this was published, or `own`.
    pub source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    framework: Vec<Framework>,
}

// A file that does not parse is caught by the tests: they ship with the program and cannot change after.
static ALL: LazyLock<Vec<Framework>> =
    LazyLock::new(|| FILES.iter().filter_map(|text| parse(text).ok()).flatten().collect());

static BY_CHECK: LazyLock<BTreeMap<&str, Vec<Place>>> = LazyLock::new(|| {
    let mut by_check: BTreeMap<&str, Vec<Place>> = BTreeMap::new();
    for framework in ALL.iter() {
        for mapping in &framework.mapping {
            for check in &mapping.checks {
                by_check.entry(check).or_default().push((framework, mapping));
            }
        }
    }
    by_check
});

/// A mapping, in its framework.
type Place = (&'static Framework, &'static Mapping);

impl Mapping {
    /// Whether it speaks of a finding with such evidence. One whose evidence is silent, as where the facts to tell are
    /// missing, may be of any sort.
    fn fits(&self, evidence: &BTreeMap<String, Value>) -> bool {
        self.only.iter().all(|(fact, sort)| evidence.get(fact).is_none_or(|said| said == sort))
    }
}

fn parse(text: &str) -> Result<Vec<Framework>, toml::de::Error> {
    toml::from_str::<File>(text).map(|file| file.framework)
}

/// Every framework.
#[must_use]
pub fn all() -> &'static [Framework] {
    &ALL
}

/// The controls that a check's finding speaks to, as `CIS-AWS-5.0.0/3.6`, in order.
#[must_use]
pub fn controls(check: &str, evidence: &BTreeMap<String, Value>) -> Vec<String> {
    let places = BY_CHECK.get(check).map(Vec::as_slice).unwrap_or_default();
    let of = |(framework, mapping): &Place| {
        let framework = &framework.id;
        mapping.controls.iter().map(move |control| format!("{framework}/{control}"))
    };
    let mut controls: Vec<String> =
        places.iter().filter(|(_, mapping)| mapping.fits(evidence)).flat_map(of).collect();
    controls.sort();
    controls.dedup();
    controls
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::{FILES, controls, parse};

    #[test]
    fn every_file_is_read() {
        for text in FILES {
            assert!(!parse(text).unwrap().is_empty(), "{text}");
        }
    }

    #[test]
    fn a_check_has_its_controls() {
        let rotation = controls("rotation-disabled", &BTreeMap::new());
        assert!(rotation.iter().any(|control| control == "CIS-AWS-5.0.0/3.6"), "{rotation:?}");
        assert!(rotation.is_sorted());
        assert!(controls("no-such-check", &BTreeMap::new()).is_empty());
    }

    #[test]
    fn a_mapping_of_one_sort_leaves_the_other_alone() {
        let of = |sort: Option<&str>| {
            let evidence = sort.map(|sort| ("policy".to_owned(), json!(sort)));
            let controls = controls("broad-decrypt-by-iam", &evidence.into_iter().collect());
            let found = ["KMS.1", "KMS.2"].map(|id| controls.contains(&format!("AWS-FSBP-1.0.0/{id}")));
            assert!(controls.contains(&"SOC-2/CC6.1".to_owned()), "{controls:?}");
            found
        };
        assert_eq!(of(Some("managed")), [true, false]);
        assert_eq!(of(Some("inline")), [false, true]);
        assert_eq!(of(None), [true, true], "what was not read may be either");
    }
}
