//! Which controls of published frameworks the checks speak to, from `config/frameworks`, read once. Each mapping says
//! where it was published, or that it is our own; none is an auditor's opinion.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

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

/// What a check is about. A mapping of our own speaks of topics, so that a new check has its controls by its topic;
/// published ones name checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Topic {
    /// Who outside reaches keys.
    Exposure,
    /// Who can still govern them.
    Governance,
    /// More rights than a task needs.
    LeastPrivilege,
    /// Duties that one principal should not hold together.
    Separation,
    /// Access that outlived its reason.
    StaleAccess,
    /// From creation to deletion: what is out of use, and what must be replaced.
    Lifecycle,
    /// What could stop a key from working.
    Availability,
    /// New key material.
    Rotation,
    /// Where key material stands.
    Location,
    /// What no framework asks for.
    Hygiene,
}

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

/// Controls, and the checks that speak to each of them: those named, and all of a topic.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// The ids of the checks.
    #[serde(default)]
    pub checks: Vec<String>,
    /// Topics of checks.
    #[serde(default)]
    pub topics: Vec<Topic>,
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

/// Some controls of a framework, and the mapping they come from.
pub type Controls = (&'static Framework, &'static Mapping, Vec<&'static str>);

/// What a check speaks to, framework by framework: by its name, then by its topic what its name did not say.
#[must_use]
pub fn spoken_to(check: &str, topic: Topic) -> Vec<Controls> {
    ALL.iter().flat_map(|framework| in_framework(framework, check, topic)).collect()
}

fn in_framework(framework: &'static Framework, check: &str, topic: Topic) -> Vec<Controls> {
    let by_name = framework.mapping.iter().filter(|mapping| mapping.checks.iter().any(|id| id == check));
    let by_topic = framework.mapping.iter().filter(|mapping| mapping.topics.contains(&topic));
    let named: BTreeSet<&str> =
        by_name.clone().flat_map(|mapping| mapping.controls.iter().map(String::as_str)).collect();
    let all = |mapping: &'static Mapping| mapping.controls.iter().map(String::as_str);
    let by_name = by_name.map(|mapping| (framework, mapping, all(mapping).collect()));
    let by_topic = by_topic.map(|mapping| {
        (framework, mapping, all(mapping).filter(|control| !named.contains(control)).collect())
    });
    by_name.chain(by_topic).filter(|(_, _, controls): &Controls| !controls.is_empty()).collect()
}

/// The controls that a check's finding speaks to, as `CIS-AWS-5.0.0/3.6`, in order.
#[must_use]
pub fn controls(check: &str, topic: Topic, evidence: &BTreeMap<String, Value>) -> Vec<String> {
    let spoken_to = spoken_to(check, topic);
    let fit = spoken_to.iter().filter(|(_, mapping, _)| mapping.fits(evidence));
    let names = fit.flat_map(|(framework, _, controls)| {
        controls.iter().map(move |control| format!("{}/{control}", framework.id))
    });
    names.collect::<BTreeSet<String>>().into_iter().collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::{FILES, Topic, controls, parse, spoken_to};

    #[test]
    fn every_file_is_read() {
        for text in FILES {
            assert!(!parse(text).unwrap().is_empty(), "{text}");
        }
    }

    #[test]
    fn a_check_has_its_controls() {
        let rotation = controls("rotation-disabled", Topic::Rotation, &BTreeMap::new());
        assert!(rotation.iter().any(|control| control == "CIS-AWS-5.0.0/3.6"), "{rotation:?}");
        assert!(rotation.is_sorted());
        assert!(controls("no-such-check", Topic::Hygiene, &BTreeMap::new()).is_empty());
    }

    #[test]
    fn a_topic_adds_what_the_name_did_not_say() {
        let of = |check| -> Vec<(&str, &str)> {
            let all =
                spoken_to(check, Topic::Rotation).into_iter().filter(|(of, _, _)| of.id == "PCI-DSS-4.0.1");
            all.flat_map(|(_, mapping, controls)| {
                controls.into_iter().map(|one| (one, mapping.source.as_str()))
            })
            .collect()
        };
        assert_eq!(of("no-such-check"), [("3.7.4", "own")]);
        let named = of("rotation-disabled");
        assert_eq!(named.iter().filter(|(control, _)| *control == "3.7.4").count(), 1, "{named:?}");
    }

    #[test]
    fn a_mapping_of_one_sort_leaves_the_other_alone() {
        let of = |sort: Option<&str>| {
            let evidence = sort.map(|sort| ("policy".to_owned(), json!(sort)));
            let controls =
                controls("broad-decrypt-by-iam", Topic::LeastPrivilege, &evidence.into_iter().collect());
            let found = ["KMS.1", "KMS.2"].map(|id| controls.contains(&format!("AWS-FSBP-1.0.0/{id}")));
            assert!(controls.contains(&"SOC-2/CC6.1".to_owned()), "{controls:?}");
            found
        };
        assert_eq!(of(Some("managed")), [true, false]);
        assert_eq!(of(Some("inline")), [false, true]);
        assert_eq!(of(None), [true, true], "what was not read may be either");
    }
}
