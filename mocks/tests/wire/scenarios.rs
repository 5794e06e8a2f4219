//! The scenarios that come with the crate.

use keyreach_mocks::{Cloud, Scenario};

#[test]
fn every_scenario_of_the_list_builds() {
    for name in Scenario::BUILTIN {
        let text =
            std::fs::read_to_string(format!("{}/scenarios/{name}.toml", env!("CARGO_MANIFEST_DIR"))).unwrap();
        let scenario = Scenario::parse(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        Cloud::new(&scenario).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(Scenario::builtin(name).is_some());
    }
}
