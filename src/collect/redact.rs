//! Takes the external id out of a snapshot: trust policies name it, and a snapshot is handed around.
//!
//! The values of `sts:ExternalId` lose every part that spells the id. Elsewhere it depends on the id:
//! - An id of eight characters or more is taken out of every string.
//! - A shorter one may be a part of ordinary words: a string that is the id and nothing else is replaced.
//! - An id that is also a name stays elsewhere: a word of AWS's policy language, an account's id, a part of an ARN.
//!   Without that word the policies would say something else, and the snapshot could not be judged.
//!
//! Next: the snapshot, on its way to a file.

mod strings;
mod text;

use keyreach_policy::aws::Action;

use crate::{config::ExternalId, snapshot::Snapshot};

/// Stands in the place of the id. No external id holds this character.
const STAND_IN: &str = "…";
/// The least length of an id that no ordinary word holds by chance.
const DISTINCT: usize = 8;
/// Words of the policy language, in small letters. The names of KMS's actions are words as well.
const WORDS: [&str; 40] = [
    "version",
    "2008-10-17",
    "2012-10-17",
    "statement",
    "notprincipal",
    "notaction",
    "notresource",
    "condition",
    "effect",
    "allow",
    "deny",
    "federated",
    "canonicaluser",
    "service",
    "amazonaws.com.cn",
    "true",
    "false",
    "foranyvalue:",
    "forallvalues:",
    "stringnotequalsignorecaseifexists",
    "stringequalsignorecaseifexists",
    "stringnotlikeifexists",
    "stringlikeifexists",
    "stringequalsifexists",
    "numericnotequalsifexists",
    "numericlessthanequalsifexists",
    "numericgreaterthanequalsifexists",
    "numericequalsifexists",
    "datenotequalsifexists",
    "datelessthanequalsifexists",
    "dategreaterthanequalsifexists",
    "dateequalsifexists",
    "boolifexists",
    "binaryequalsifexists",
    "notipaddressifexists",
    "arnnotequalsifexists",
    "arnequalsifexists",
    "arnnotlikeifexists",
    "sts:assumerolewithwebidentity",
    "sts:assumerolewithsaml",
];
/// What condition keys and actions begin with.
const PREFIXES: [&str; 4] = ["aws:", "kms:", "iam:", "sts:"];

/// Takes the external id out of every text, name and message of a snapshot.
pub fn redact(snapshot: &mut Snapshot, external_id: &ExternalId) {
    let secret = Secret::new(external_id.reveal(), snapshot);
    strings::policies(snapshot, &mut |text| secret.redact_policy(text));
    strings::words(snapshot, &mut |word| secret.redact_word(word));
}

/// The id, and how far it is taken out.
struct Secret<'s> {
    id: &'s str,
    elsewhere: Elsewhere,
}

/// What is taken out where the id stands, but for the values of `sts:ExternalId`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Elsewhere {
    /// Nothing: it is a name.
    Nothing,
    /// Strings that are the id.
    WholeStrings,
    /// Every part of a string that is the id.
    Parts,
}

impl<'s> Secret<'s> {
    fn new(id: &'s str, snapshot: &Snapshot) -> Self {
        let elsewhere = if is_word(id) || strings::is_part_of_a_name(snapshot, id) {
            Elsewhere::Nothing
        } else if id.len() < DISTINCT {
            Elsewhere::WholeStrings
        } else {
            Elsewhere::Parts
        };
        Self { id, elsewhere }
    }

    fn redact_policy(&self, policy: &mut String) {
        if let Some(redacted) = text::redacted(policy, self) {
            *policy = redacted;
        }
    }

    fn redact_word(&self, word: &mut String) {
        match self.elsewhere {
            Elsewhere::Parts if word.contains(self.id) => *word = word.replace(self.id, STAND_IN),
            Elsewhere::WholeStrings if word == self.id => STAND_IN.clone_into(word),
            _ => {}
        }
    }
}

/// Whether it is a word of the policy language, or a part of one.
fn is_word(id: &str) -> bool {
    let id = id.to_ascii_lowercase();
    PREFIXES.iter().any(|prefix| id.starts_with(prefix))
        || WORDS.iter().any(|word| word.contains(&id))
        || Action::all().any(|action| action.name().to_ascii_lowercase().contains(&id))
}

#[cfg(test)]
mod tests {
    use super::is_word;

    #[test]
    fn words_of_the_policy_language_are_told_from_secrets() {
        for word in
            ["Allow", "aws:PrincipalTag", "kms:Decrypt", "GenerateDataKey", "2012-10-17", "NotPrincipal"]
        {
            assert!(is_word(word), "{word}");
        }
        for secret in ["S3CR3T-external-id", "team/blue", "AllowKeyreach"] {
            assert!(!is_word(secret), "{secret}");
        }
    }
}
