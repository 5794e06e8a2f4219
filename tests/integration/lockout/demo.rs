//! The demo's organization: it shows every verdict and every reason, and `who-can` names the writers of the report.

use std::collections::BTreeSet;

use keyreach::{
    assess::{
        access::{Able, AccessQuery, access},
        lockout::LockoutReason,
        lockouts,
    },
    config::JudgementSettings,
    snapshot::{Snapshot, file},
};
use serde_json::Value;

use super::cases::{REASONS, VERDICTS};
use crate::cli::DEMO;

fn snapshot() -> Snapshot {
    file::load(&DEMO.1.join("snapshot.json")).unwrap()
}

#[test]
fn every_verdict_and_every_reason_is_in_the_demo() {
    let lockouts = lockouts(&snapshot(), &JudgementSettings::default());
    let name = |value: Value| value.as_str().unwrap().to_owned();
    let verdicts: BTreeSet<&str> = lockouts.iter().map(|lockout| lockout.verdict.as_str()).collect();
    assert_eq!(verdicts, VERDICTS.into_iter().collect());
    let reasons: BTreeSet<String> = lockouts
        .iter()
        .flat_map(|lockout| lockout.reasons.iter().map(|reason| name(serde_json::to_value(reason).unwrap())))
        .collect();
    for reason in REASONS.into_iter().chain(["search_limit"]) {
        assert!(reasons.contains(reason), "no key of the demo is so for `{reason}`");
    }
    assert!(lockouts.iter().any(|lockout| lockout.reasons.contains(&LockoutReason::SearchLimit)));
}

#[test]
fn who_can_names_the_writers_of_the_report() {
    let snapshot = snapshot();
    let lockouts = lockouts(&snapshot, &JudgementSettings::default());
    let keys = snapshot.cells.iter().flat_map(|cell| cell.keys.iter().map(move |key| (cell, key)));
    let mut asked = 0;
    for ((cell, key), lockout) in keys.zip(&lockouts) {
        if !key.aliases.iter().any(|alias| alias.starts_with("alias/govern/")) {
            continue;
        }
        let action = "kms:PutKeyPolicy".parse().unwrap();
        let query = AccessQuery { action, cell, key, refused: None };
        let access = access(&snapshot, &JudgementSettings::default(), query).unwrap();
        let holders = access.holders.iter().filter(|holder| holder.able == Able::Can);
        let holders: BTreeSet<&str> = holders.map(|holder| holder.principal.as_str()).collect();
        let writers: BTreeSet<&str> =
            lockout.writers.iter().map(|writer| writer.principal.as_str()).collect();
        assert_eq!(holders, writers, "{:?}", key.aliases);
        asked += 1;
    }
    assert!(asked > 12, "{asked} keys");
}
