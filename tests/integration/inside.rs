//! Whether a principal that exists can use a key: cases with their answers, and brute force beside the search.

mod cases;
pub(crate) mod setting;

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
