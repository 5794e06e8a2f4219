//! Who a policy or a grant names: every form AWS accepts, told apart once (SEM-1 to SEM-8).
//! Which callers a name covers is decided in `caller`.

use crate::aws::AccountId;

/// A principal as written, with its form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    text: String,
    form: Form,
}

/// The forms of a principal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `*`: everyone (SEM-3)
    Everyone,
    /// An account: twelve digits, or the ARN of its root (SEM-2)
    Account(AccountId),
    /// An IAM user
    User(AccountId),
    /// An IAM role
    Role(AccountId),
    /// One session of a role
    Session(AccountId),
    /// One session of a federated user
    FederatedUser(AccountId),
    /// An AWS service
    Service,
    /// The unique id of a user or role, which AWS shows once it is gone (SEM-8). Covers whoever bears it.
    UniqueId,
    /// An ARN with `*` or `?`, which are no patterns here (SEM-5). Covers nobody.
    Pattern,
    /// A SAML or OIDC provider, or a canonical user: cannot call KMS as such. Covers nobody.
    Foreign,
    /// Anything else. Covers nobody.
    Unknown,
}

impl Principal {
    /// Understands a principal of a list of that kind: `AWS`, `Service`, `Federated`, `CanonicalUser`.
    #[must_use]
    pub fn parse(kind: &str, text: impl Into<String>) -> Self {
        let text = text.into();
        let form = match kind {
            "AWS" => aws_form(&text),
            "Service" if is_service(&text) => Form::Service,
            "Federated" | "CanonicalUser" => Form::Foreign,
            _ => Form::Unknown,
        };
        Self { text, form }
    }

    /// Understands the grantee or retiring principal of a grant: an ARN, an account or a service (SEM-10).
    #[must_use]
    pub fn of_grant(text: impl Into<String>) -> Self {
        let text = text.into();
        let form = match aws_form(&text) {
            Form::Unknown if is_service(&text) => Form::Service,
            Form::Everyone => Form::Pattern,
            form => form,
        };
        Self { text, form }
    }

    /// The principal as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What it names.
    #[must_use]
    pub fn form(&self) -> Form {
        self.form
    }

    /// Its account; `None` for everyone, for services and for what covers nobody.
    #[must_use]
    pub fn account(&self) -> Option<AccountId> {
        match self.form {
            Form::Account(account)
            | Form::User(account)
            | Form::Role(account)
            | Form::Session(account)
            | Form::FederatedUser(account) => Some(account),
            Form::Everyone
            | Form::Service
            | Form::UniqueId
            | Form::Pattern
            | Form::Foreign
            | Form::Unknown => None,
        }
    }

    /// The partition of an ARN.
    pub(crate) fn partition(&self) -> Option<&str> {
        self.text.strip_prefix("arn:").and_then(|rest| rest.split_once(':')).map(|(partition, _)| partition)
    }

    /// The last segment of an ARN's path: a role's name.
    pub(crate) fn name(&self) -> &str {
        self.text.rsplit_once('/').map_or("", |(_, name)| name)
    }

    /// Whether it ends with the name, in any case.
    pub(crate) fn ends_with(&self, name: &str) -> bool {
        let start = self.text.len().checked_sub(name.len());
        start
            .and_then(|start| self.text.as_bytes().get(start..))
            .is_some_and(|end| end.eq_ignore_ascii_case(name.as_bytes()))
    }
}

/// A service principal such as `logs.eu-west-1.amazonaws.com`; `*` is not one.
pub(crate) fn is_service(text: &str) -> bool {
    text.contains('.') && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
}

fn aws_form(text: &str) -> Form {
    if text == "*" {
        return Form::Everyone;
    }
    // Only what can be an account is parsed: an error holds a copy of the text.
    if let Some(account) = Some(text).filter(|text| text.len() == 12).and_then(|text| text.parse().ok()) {
        return Form::Account(account);
    }
    let Some(rest) = text.strip_prefix("arn:") else {
        let id =
            text.get(..4).filter(|_| text.len() >= 16 && text.bytes().all(|b| b.is_ascii_alphanumeric()));
        return if matches!(id, Some("AIDA" | "AROA" | "AGPA" | "ASIA" | "AKIA")) {
            Form::UniqueId
        } else {
            Form::Unknown
        };
    };
    if text.bytes().any(|byte| matches!(byte, b'*' | b'?')) {
        return Form::Pattern;
    }
    arn_form(rest).unwrap_or(Form::Unknown)
}

/// The form of an ARN, of which what follows `arn:` is given.
fn arn_form(rest: &str) -> Option<Form> {
    let mut parts = rest.splitn(5, ':');
    let (_, service, region) = (parts.next()?, parts.next()?, parts.next()?);
    let account = parts.next()?.parse().ok()?;
    let resource = parts.next().filter(|_| region.is_empty())?;
    if (service, resource) == ("iam", "root") {
        return Some(Form::Account(account));
    }
    let (kind, path) = resource.split_once('/').filter(|(_, path)| !path.is_empty())?;
    match (service, kind) {
        ("iam", "user") => Some(Form::User(account)),
        ("iam", "role") => Some(Form::Role(account)),
        ("sts", "assumed-role") if path.contains('/') => Some(Form::Session(account)),
        ("sts", "federated-user") => Some(Form::FederatedUser(account)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Form, Principal};

    #[test]
    fn forms_are_told_apart() {
        let account = "111122223333".parse().unwrap();
        for (text, form) in [
            ("*", Form::Everyone),
            ("111122223333", Form::Account(account)),
            ("arn:aws:iam::111122223333:root", Form::Account(account)),
            ("arn:aws-cn:iam::111122223333:user/a/b", Form::User(account)),
            ("arn:aws:iam::111122223333:role/a/b", Form::Role(account)),
            ("arn:aws:sts::111122223333:assumed-role/b/s", Form::Session(account)),
            ("arn:aws:sts::111122223333:federated-user/f", Form::FederatedUser(account)),
            ("AROAEXAMPLE123456789", Form::UniqueId),
            ("arn:aws:iam::111122223333:role/*", Form::Pattern),
            ("arn:aws:iam::111122223333:group/g", Form::Unknown),
            ("11112222333", Form::Unknown),
            ("logs.amazonaws.com", Form::Unknown),
        ] {
            let principal = Principal::parse("AWS", text);
            assert_eq!(principal.form(), form, "{text}");
            assert_eq!(
                principal.account().is_some(),
                text.contains("111122223333") && !text.ends_with(['*', 'g']),
                "{text}"
            );
        }
        assert_eq!(Principal::parse("Service", "logs.amazonaws.com").form(), Form::Service);
        assert_eq!(Principal::parse("Service", "*").form(), Form::Unknown);
        assert_eq!(Principal::of_grant("dynamodb.us-east-1.amazonaws.com").form(), Form::Service);
    }
}
