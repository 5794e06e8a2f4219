//! Credentials: the caller's own, and those that `AssumeRole` hands out, with their expiry and the operations
//! their session policy lists. A literal list, not a policy engine: enough to prove that a session policy suffices.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use serde_json::Value;

use crate::operation::{OPERATIONS, Service};
use crate::wire::{Refusal, Signature};

/// Who asks.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    /// The number of its account.
    pub(crate) account: usize,
    pub(crate) arn: String,
    pub(crate) user_id: String,
    /// A session of a role: what it assumes in turn is chained.
    pub(crate) is_session: bool,
    /// One bit for each operation that its session policy lists.
    pub(crate) allowed: u64,
}

/// One set of temporary credentials.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) caller: Arc<Caller>,
    pub(crate) token: String,
    pub(crate) expires: i64,
}

/// All credentials that are known.
#[derive(Debug)]
pub(crate) struct Sessions {
    own_key: String,
    own: Arc<Caller>,
    assumed: RwLock<HashMap<String, Session>>,
}

impl Sessions {
    pub(crate) fn new(own_key: String, own: Caller) -> Self {
        Self { own_key, own: Arc::new(own), assumed: RwLock::new(HashMap::new()) }
    }

    pub(crate) fn add(&self, access_key_id: String, session: Session) {
        self.assumed.write().unwrap_or_else(PoisonError::into_inner).insert(access_key_id, session);
    }

    /// Who signed a request.
    pub(crate) fn caller(
        &self,
        signature: &Signature,
        service: Service,
        now: i64,
    ) -> Result<Arc<Caller>, Refusal> {
        if signature.access_key_id == self.own_key {
            return Ok(Arc::clone(&self.own));
        }
        let assumed = self.assumed.read().unwrap_or_else(PoisonError::into_inner);
        let session = assumed.get(&signature.access_key_id).ok_or_else(|| unknown(service))?;
        if signature.token.as_deref() != Some(session.token.as_str()) {
            return Err(unknown(service));
        }
        if session.expires <= now {
            return Err(expired(service));
        }
        Ok(Arc::clone(&session.caller))
    }
}

/// The refusal for credentials nobody handed out; also what a region that is off answers.
pub(crate) fn unknown(service: Service) -> Refusal {
    let message = "The security token included in the request is invalid";
    match service {
        Service::Sts | Service::Iam => {
            Refusal::new("InvalidClientTokenId", format!("{message}.")).with_status(403)
        }
        Service::Account => {
            Refusal::new("UnrecognizedClientException", format!("{message}.")).with_status(403)
        }
        Service::Kms | Service::Organizations => {
            Refusal::new("UnrecognizedClientException", format!("{message}."))
        }
    }
}

/// The refusal for credentials that have expired.
pub(crate) fn expired(service: Service) -> Refusal {
    let message = "The security token included in the request is expired";
    match service {
        Service::Sts | Service::Iam => Refusal::new("ExpiredToken", message).with_status(403),
        Service::Account => Refusal::new("ExpiredTokenException", message).with_status(403),
        Service::Kms | Service::Organizations => Refusal::new("ExpiredTokenException", message),
    }
}

/// The operations that the Allow statements of a session policy list, as bits.
pub(crate) fn listed_operations(policy: &str) -> Option<u64> {
    let document: Value = serde_json::from_str(policy).ok()?;
    let statements = match document.get("Statement")? {
        Value::Array(list) => list.as_slice(),
        one => std::slice::from_ref(one),
    };
    let mut bits = 0;
    for statement in statements {
        if statement.get("Effect").and_then(Value::as_str) != Some("Allow") {
            continue;
        }
        let actions = match statement.get("Action") {
            Some(Value::Array(list)) => list.as_slice(),
            Some(one) => std::slice::from_ref(one),
            None => &[],
        };
        for action in actions.iter().filter_map(Value::as_str) {
            bits |= bits_of(&action.to_ascii_lowercase());
        }
    }
    Some(bits)
}

fn bits_of(pattern: &str) -> u64 {
    let mut bits = 0;
    for (number, operation) in OPERATIONS.iter().enumerate() {
        let action = format!("{}:{}", operation.service.name(), operation.name).to_ascii_lowercase();
        if matches(pattern.as_bytes(), action.as_bytes()) {
            bits |= 1 << number;
        }
    }
    bits
}

/// `*` and `?`, nothing else.
fn matches(pattern: &[u8], text: &[u8]) -> bool {
    match (pattern.split_first(), text.split_first()) {
        (None, None) => true,
        (Some((b'*', rest)), _) => {
            matches(rest, text) || text.split_first().is_some_and(|(_, tail)| matches(pattern, tail))
        }
        (Some((b'?', rest)), Some((_, tail))) => matches(rest, tail),
        (Some((letter, rest)), Some((other, tail))) => letter == other && matches(rest, tail),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::find;

    #[test]
    fn a_session_policy_allows_what_it_lists_and_nothing_else() {
        let bits = listed_operations(
            r#"{"Statement":[{"Effect":"Allow","Action":["kms:ListKeys","iam:Get*"]},{"Effect":"Deny","Action":"kms:*"}]}"#,
        )
        .unwrap();
        let bit = |service, name| bits >> find(service, name).unwrap().0 & 1;
        assert_eq!(bit(Service::Kms, "ListKeys"), 1);
        assert_eq!(bit(Service::Kms, "DescribeKey"), 0);
        assert_eq!(bit(Service::Iam, "GetAccountSummary"), 1);
        assert!(OPERATIONS.len() <= 64, "one bit for each operation");
    }
}
