//! Keys of equal signature are answered alike: held over everything the demo's organization has.

use std::collections::{BTreeMap, HashMap};

use keyreach::{
    config::TrustedSettings,
    reach::{Answer, Library, Perimeter, Population},
    snapshot::file,
};
use keyreach_policy::aws::Action;

use crate::cli::DEMO;

#[test]
fn keys_of_equal_signature_are_answered_alike() {
    let snapshot = file::load(&DEMO.1.join("snapshot.json")).unwrap();
    let library = Library::read(&snapshot);
    let population = Population::new(&snapshot, &library);
    let perimeter = Perimeter::new(&snapshot, &TrustedSettings::default());
    let accounts: BTreeMap<_, _> = snapshot.accounts.iter().map(|account| (account.id, account)).collect();
    let action: Action = "kms:PutKeyPolicy".parse().unwrap();
    let mut known: HashMap<_, Vec<Answer>> = HashMap::new();
    let (mut keys, mut writers) = (0, 0);
    for cell in &snapshot.cells {
        let Some(household) = population.household(cell.account_id) else { continue };
        for key in &cell.keys {
            let of_account = accounts.get(&cell.account_id).copied();
            let dossier = library.dossier(cell, of_account, key).unwrap();
            let gate = dossier.gate(&perimeter, snapshot.scan.taken_at).unwrap();
            let answers: Vec<Answer> =
                household.residents.iter().map(|resident| gate.answer(resident, action)).collect();
            assert!(answers.iter().all(|answer| answer.bug.is_none()), "{}: {answers:?}", key.arn);
            keys += 1;
            writers += answers.iter().filter(|answer| answer.lower.holding().is_some()).count();
            let shared =
                known.entry(dossier.signature(&household.asks(action))).or_insert_with(|| answers.clone());
            assert_eq!(*shared, answers, "{}", key.arn);
        }
    }
    assert!(keys > 250 && writers > 1_000, "{keys} keys, {writers} writers");
    assert!(known.len() < keys * 2 / 3, "{} signatures of {keys} keys", known.len());
}
