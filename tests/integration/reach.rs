//! Exposure: cases with their verdicts, brute force beside the search, and laws about order.

mod brute;
mod cases;

use std::collections::BTreeSet;

use keyreach::{assess::exposure::Exposure, reach::Judged, snapshot::key::KeyMetadata};
use keyreach_policy::aws::KeyType;
use rayon::prelude::*;

#[test]
fn every_case_is_judged_as_stated() {
    let cases = cases::cases();
    let wrong: Vec<String> = cases
        .iter()
        .map(|case| (case, cases::wrong(case)))
        .filter(|(_, wrong)| !wrong.is_empty())
        .map(|(case, wrong)| format!("{}: {}", case.name, wrong.join("; ")))
        .collect();
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
    assert!(cases.len() >= 150, "only {} cases", cases.len());
}

/// Neither the order of statements, nor that of policies, grants or guardrails shows.
#[test]
fn order_says_nothing() {
    for case in cases::cases() {
        let [one, other] = [false, true].map(|turned| cases::judged(&case, turned).exposure);
        assert_eq!(one, other, "{}", case.name);
    }
}

/// No way into a key names an operation that the key cannot do, and none is missing where the kind of key is not known.
#[test]
fn no_way_in_names_what_the_key_cannot_do() {
    let kinds = [
        ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", "AWS_KMS"),
        ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", "EXTERNAL"),
        ("RSA_2048", "ENCRYPT_DECRYPT", "AWS_KMS"),
        ("RSA_2048", "SIGN_VERIFY", "AWS_KMS"),
        ("ECC_NIST_P256", "KEY_AGREEMENT", "AWS_KMS"),
        ("HMAC_256", "GENERATE_VERIFY_MAC", "AWS_KMS"),
        ("HMAC_256", "GENERATE_VERIFY_MAC", "EXTERNAL"),
        ("ML_KEM_768", "ENCAPSULATE_DECAPSULATE", "AWS_KMS"),
    ];
    let names = |judged: &Judged| -> BTreeSet<String> {
        let Exposure { reaches, blocked_by_rcp, services, .. } = &judged.exposure;
        let ways = reaches.iter().chain(blocked_by_rcp.iter().map(|blocked| &blocked.reach));
        let of_ways = ways.flat_map(|way| &way.actions);
        of_ways.chain(services.iter().flat_map(|service| &service.actions)).cloned().collect()
    };
    let mut ruled_out = 0;
    for seed in 0..300 {
        let question = brute::question(seed);
        let of_any_kind = names(&brute::searched_of(&question, None));
        let mut of_some_kind = BTreeSet::new();
        for (spec, usage, origin) in kinds {
            let metadata = KeyMetadata {
                key_spec: spec.to_owned(),
                key_usage: usage.to_owned(),
                origin: origin.to_owned(),
                ..brute::metadata()
            };
            let can = KeyType { spec, usage, origin }.operations();
            let named = names(&brute::searched_of(&question, Some(&metadata)));
            for name in &named {
                assert!(can.contains(name.parse().unwrap()), "seed {seed}: {spec} {usage} {name}");
            }
            ruled_out += usize::from(named != of_any_kind);
            of_some_kind.extend(named);
        }
        assert!(of_some_kind.is_subset(&of_any_kind), "seed {seed}: an unread kind of key hides something");
    }
    assert!(ruled_out > 100, "{ruled_out}");
}

/// Every random question is answered alike by the search and by brute force.
#[test]
fn brute_force_finds_nothing_wider() {
    let complaints: Vec<String> = (0..2_000).into_par_iter().filter_map(brute::complaint).collect();
    let shown: Vec<&str> = complaints.iter().take(8).map(String::as_str).collect();
    assert!(complaints.is_empty(), "{}:\n{}", complaints.len(), shown.join("\n\n"));
}
