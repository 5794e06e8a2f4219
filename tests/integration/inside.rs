//! Whether a principal that exists can use a key: cases with their answers, and brute force beside the search.

mod brute;
mod cases;
mod confirmed;
pub(crate) mod setting;
#[cfg(all(feature = "aws", feature = "demo"))]
mod shared;

use rayon::prelude::*;

#[test]
fn every_case_is_answered_as_stated() {
    let cases = cases::cases();
    let wrong: Vec<String> = cases
        .iter()
        .map(|case| (case, cases::wrong(case)))
        .filter(|(_, wrong)| !wrong.is_empty())
        .map(|(case, wrong)| format!("{}: {}", case.name, wrong.join("; ")))
        .collect();
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
    assert!(cases.len() >= 60, "only {} cases", cases.len());
}

/// Every random question is answered alike by the search and by brute force.
#[test]
fn brute_force_answers_alike() {
    let complaints: Vec<String> = (0..500).into_par_iter().filter_map(brute::complaint).collect();
    let shown: Vec<&str> = complaints.iter().take(6).map(String::as_str).collect();
    assert!(complaints.is_empty(), "{}:\n{}", complaints.len(), shown.join("\n\n"));
}
