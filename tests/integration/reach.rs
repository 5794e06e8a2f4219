//! Exposure: cases with their verdicts, brute force beside the search, and laws about order.

mod brute;
mod cases;

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

/// Every random question is answered alike by the search and by brute force.
#[test]
fn brute_force_finds_nothing_wider() {
    let complaints: Vec<String> = (0..2_000).into_par_iter().filter_map(brute::complaint).collect();
    let shown: Vec<&str> = complaints.iter().take(8).map(String::as_str).collect();
    assert!(complaints.is_empty(), "{}:\n{}", complaints.len(), shown.join("\n\n"));
}
