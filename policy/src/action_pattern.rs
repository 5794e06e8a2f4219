//! Patterns of the `Action` element → the set of KMS permissions they cover (SEM-18 to SEM-20).

use crate::{
    aws::{Action, Actions},
    pattern::Glob,
    syntax::ActionSet,
};

impl ActionSet {
    /// The KMS permissions that the element covers.
    #[must_use]
    pub fn actions(&self) -> Actions {
        let named = self.patterns.iter().fold(Actions::none(), |set, text| set.union(covered(text)));
        if self.negated { named.complement() } else { named }
    }

    /// Whether the element covers an action of any service, such as `iam:PutRolePolicy`.
    #[must_use]
    pub fn covers(&self, action: &str) -> bool {
        let action = action.to_ascii_lowercase();
        let one = |text: &String| {
            text == "*" || (text.contains(':') && Glob::plain(&text.to_ascii_lowercase()).matches(&action))
        };
        self.patterns.iter().any(one) != self.negated
    }
}

/// What one pattern covers. Without a colon only `*` covers anything.
fn covered(text: &str) -> Actions {
    if text == "*" {
        return Actions::every();
    }
    let Some((service, name)) = text.split_once(':') else {
        return Actions::none();
    };
    if service.eq_ignore_ascii_case("kms") {
        if name == "*" {
            return Actions::every();
        }
        if !name.contains(['*', '?']) {
            return text.parse::<Action>().into_iter().collect();
        }
    } else if !service.contains(['*', '?']) {
        return Actions::none();
    }
    let pattern = Glob::plain(&text.to_ascii_lowercase());
    Action::all().filter(|action| pattern.matches(action.lower_name())).collect()
}

#[cfg(test)]
mod tests {
    use super::covered;
    use crate::{
        aws::Actions,
        syntax::{ActionSet, OneOrMany, Place},
    };

    fn names(pattern: &str) -> Vec<&'static str> {
        covered(pattern).iter().map(|action| action.name()).collect()
    }

    #[test]
    fn actions_of_other_services() {
        let set = |negated, patterns: &[&str]| ActionSet {
            negated,
            patterns: OneOrMany::many(patterns.iter().map(|text| (*text).to_owned()).collect()),
            place: Place::default(),
        };
        assert!(set(false, &["iam:put*policy"]).covers("iam:PutRolePolicy"));
        assert!(!set(false, &["kms:*", "iam"]).covers("iam:PutRolePolicy"));
        assert!(set(true, &["kms:*"]).covers("iam:PutRolePolicy"));
        assert!(!set(true, &["*"]).covers("iam:PutRolePolicy"));
    }

    #[test]
    fn wildcards_and_case() {
        assert_eq!(names("KMS:reencrypt*"), ["kms:ReEncryptFrom", "kms:ReEncryptTo"]);
        assert_eq!(names("kms:?erify"), ["kms:Verify"]);
        assert_eq!(names("k*:Decrypt"), ["kms:Decrypt"]);
        assert_eq!(covered("*:*"), Actions::every());
        for nothing in ["Decrypt", "s3:*", "kms:ReEncrypt", "**", "kms*", "", "kms:", "ｋms:*"] {
            assert!(covered(nothing).is_empty(), "{nothing}");
        }
    }
}
