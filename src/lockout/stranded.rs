//! Whether anybody at all can still use a key for what it is for: a key that nobody can decrypt with has stranded what
//! was encrypted under it.

use keyreach_policy::aws::Action;

use super::{Question, writers::strangers};
use crate::{
    assess::exposure::{Exposure, ExposureLevel},
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
    let mut open =
        exposure.level == ExposureLevel::Unknown || question.unread.policy || question.unread.grants;
    for resident in &question.household.residents {
        let answer = gate.answer(resident, action);
        match answer.lower {
            Verdict::Can(_) => return Some(true),
            // By another reading, or but for a fact that was not read, it might.
            Verdict::Unclear => open = true,
            Verdict::Cannot => open |= answer.upper != Verdict::Cannot,
        }
    }
    let may_hide_one = || {
        let all = strangers(question);
        all.iter().any(|stranger| gate.answer(stranger, action).upper != Verdict::Cannot)
    };
    open |= !question.household.complete && may_hide_one();
    (!open).then_some(false)
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
