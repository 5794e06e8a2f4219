//! Lockout: cases with their verdicts, laws that hold over random accounts, and brute force beside the search.

mod brute;
mod cases;
#[cfg(all(feature = "aws", feature = "demo"))]
mod demo;
mod laws;
mod random;
mod setting;

use std::collections::BTreeSet;

use rayon::prelude::*;

#[test]
fn every_case_is_judged_as_stated() {
    let cases = cases::cases();
    let wrong: Vec<String> = cases
        .par_iter()
        .map(|case| (case, cases::wrong(case)))
        .filter(|(_, wrong)| !wrong.is_empty())
        .map(|(case, wrong)| format!("{}: {}", case.name, wrong.join("; ")))
        .collect();
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
    assert!(cases.len() >= 120, "only {} cases", cases.len());
    let names: BTreeSet<&str> = cases.iter().map(|case| case.name.as_str()).collect();
    assert_eq!(names.len(), cases.len(), "two cases of one name");
}

/// No verdict and no reason of the contract is without a case, but for the end of the search.
#[test]
fn every_verdict_and_every_reason_has_a_case() {
    let cases = cases::cases();
    for verdict in cases::VERDICTS {
        assert!(cases.iter().any(|case| case.expects_verdict(verdict)), "{verdict} is never expected");
    }
    for reason in cases::REASONS {
        assert!(cases.iter().any(|case| case.expects_reason(reason)), "{reason} is never expected");
    }
}
