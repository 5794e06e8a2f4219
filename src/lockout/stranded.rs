//! Whether anybody at all can still use a key for what it is for: a key that nobody can decrypt with has stranded what
//! was encrypted under it.

use keyreach_policy::aws::Action;

use super::{Question, writers::strangers};
use crate::{
    assess::exposure::Exposure,
    reach::{Gate, Verdict},
};

/// Whether somebody can use the key: a principal of its account, somebody outside, a service or a grantee. `None`
/// where that is not known.
#[must_use]
pub fn usable(question: &Question<'_>, exposure: &Exposure) -> Option<bool> {
    let usage = question.facts.metadata.map(|metadata| metadata.key_usage.as_str())?;
    let name = purpose(usage)?;
    let action: Action = name.parse().ok()?;
    let has = |actions: &[String]| actions.iter().any(|action| action == name);
    let outside = exposure.reaches.iter().any(|way| has(&way.actions))
        || exposure.services.iter().any(|service| has(&service.actions));
    if outside {
        return Some(true);
    }
    let gate = Gate::new(question.facts, question.unread)?;
    let mut sure = question.household.complete;
    for resident in &question.household.residents {
        match gate.answer(resident, action).upper {
            Verdict::Can(_) => return Some(true),
            Verdict::Unclear => sure = false,
            Verdict::Cannot => {}
        }
    }
    let hidden = || {
        let all = strangers(question);
        all.iter().any(|stranger| gate.answer(stranger, action).upper != Verdict::Cannot)
    };
    (sure || !hidden()).then_some(false).filter(|_| !question.unread.policy && !question.unread.grants)
}

/// What gives back what a key was used for.
fn purpose(usage: &str) -> Option<&'static str> {
    match usage {
        "ENCRYPT_DECRYPT" => Some("kms:Decrypt"),
        "SIGN_VERIFY" => Some("kms:Sign"),
        "GENERATE_VERIFY_MAC" => Some("kms:GenerateMac"),
        "KEY_AGREEMENT" => Some("kms:DeriveSharedSecret"),
        "ENCAPSULATE_DECAPSULATE" => Some("kms:Decapsulate"),
        _ => None,
    }
}
