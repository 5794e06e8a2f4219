//! What holds of every account, whatever its policies say.

use fastrand::Rng;
use keyreach::assess::lockout::{Lockout, LockoutReason, LockoutVerdict};
use rayon::prelude::*;
use serde_json::{Value, json};

use super::{brute, random};

const COUNT: u64 = 300;

/// Tries a law on random accounts; the law says what is wrong.
fn holds(law: impl Fn(u64, &Value) -> Option<String> + Sync) {
    let wrong: Vec<String> = (0..COUNT)
        .into_par_iter()
        .filter_map(|seed| {
            let account = random::account(seed);
            law(seed, &account).map(|what| format!("seed {seed}: {what}\n{account}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{} of {COUNT}:\n{}", wrong.len(), wrong.join("\n\n"));
}

fn judged(account: &Value) -> Lockout {
    brute::judged(account).unwrap_or_else(|bug| panic!("{bug}: {account}"))
}

fn people(account: &Value) -> &Vec<Value> {
    account["principals"].as_array().unwrap()
}

/// Every random account is judged as brute force does.
#[test]
fn brute_force_finds_the_same_writers() {
    let complaints: Vec<String> = (0..COUNT).into_par_iter().filter_map(brute::complaint).collect();
    let shown: Vec<&str> = complaints.iter().take(6).map(String::as_str).collect();
    assert!(complaints.is_empty(), "{}:\n{}", complaints.len(), shown.join("\n\n"));
}

#[test]
fn a_principal_that_goes_opens_no_key() {
    holds(|_, account| {
        if judged(account).verdict != LockoutVerdict::LockedOut {
            return None;
        }
        (0..people(account).len()).find_map(|number| {
            let mut without = account.clone();
            let gone = without["principals"].as_array_mut().unwrap().remove(number);
            let verdict = judged(&without).verdict;
            (verdict != LockoutVerdict::LockedOut).then(|| format!("{verdict:?} without {gone}"))
        })
    });
}

/// The account statement and an administrator in IAM govern a key, unless a Deny or a guardrail says otherwise.
#[test]
fn an_account_statement_and_an_administrator_suffice() {
    let admin = "arn:aws:iam::111122223333:user/admin";
    holds(|_, account| {
        let mut given = account.clone();
        given["statements"].as_array_mut().unwrap().push(json!("account"));
        given["principals"].as_array_mut().unwrap().push(json!({"who": "user/admin", "may": ["kms"]}));
        let found = judged(&given);
        let blamed = [LockoutReason::DenyBlocksAll, LockoutReason::GuardrailBlocksAll];
        let locked_out = found.verdict == LockoutVerdict::LockedOut;
        if locked_out && !blamed.iter().any(|reason| found.reasons.contains(reason)) {
            return Some(format!("locked out for {:?}", found.reasons));
        }
        for name in ["scps", "rcps", "without_full_access"] {
            given.as_object_mut().unwrap().remove(name);
        }
        given["statements"].as_array_mut().unwrap().retain(|one| one["Effect"] != "Deny");
        let writers = brute::writers(&judged(&given));
        (!writers.iter().any(|writer| writer == admin)).then(|| format!("without Deny only {writers:?}"))
    });
}

#[test]
fn a_deny_adds_no_writer() {
    holds(|seed, account| {
        let rng = &mut Rng::with_seed(seed);
        let place = random::pick(rng, &["statements", "may", "scps", "rcps"]);
        let deny = random::deny(rng, place);
        let mut denied = account.clone();
        match place {
            "statements" => denied["statements"].as_array_mut().unwrap().push(deny.clone()),
            "may" => {
                for one in denied["principals"].as_array_mut().unwrap() {
                    one["may"] = one.get("may").cloned().unwrap_or_else(|| json!([]));
                    one["may"].as_array_mut().unwrap().push(deny.clone());
                }
            }
            _ => {
                let all = denied.as_object_mut().unwrap().entry(place).or_insert_with(|| json!([]));
                all.as_array_mut().unwrap().push(json!({"at": "unit", "statements": [deny]}));
            }
        }
        let before = brute::writers(&judged(account));
        let new: Vec<String> =
            brute::writers(&judged(&denied)).into_iter().filter(|writer| !before.contains(writer)).collect();
        (!new.is_empty()).then(|| format!("{new:?} by {deny} in {place}"))
    });
}

/// Neither the order of statements nor that of principals shows.
#[test]
fn order_says_nothing() {
    holds(|_, account| {
        let mut turned = account.clone();
        for name in ["statements", "principals"] {
            turned[name].as_array_mut().unwrap().reverse();
        }
        let [one, other] = [account, &turned].map(judged);
        let seen = |of: &Lockout| {
            (of.verdict, of.certainty, of.depends_on.clone(), of.reasons.clone(), brute::writers(of))
        };
        (seen(&one) != seen(&other)).then(|| format!("{:?}, turned {:?}", seen(&one), seen(&other)))
    });
}
