//! What becomes of a request that met a fault: answered by the service, refused, malformed or lost.
//! Also what a request is about, which faults and messages name.

use bytes::Bytes;
use http::header::CONTENT_LENGTH;
use http::{HeaderValue, Response};

use crate::operation::Service;
use crate::scenario::FaultKind;
use crate::session::Caller;
use crate::wire::{Call, Reply};
use crate::{answer, fault, quota, session};

/// What becomes of a request after its faults.
pub(crate) enum Outcome {
    Answer(Reply),
    Malformed,
    Lost,
}

/// What a request is about, as far as faults and messages care.
pub(crate) fn resource(call: &Call) -> &str {
    ["KeyId", "RoleArn", "PolicyId", "ParentId", "Marker", "NextToken"]
        .iter()
        .find_map(|name| call.input.text(name))
        .unwrap_or("")
}

/// Whether a request names a key by an alias.
pub(crate) fn names_alias(call: &Call) -> bool {
    call.operation.service == Service::Kms
        && call.input.text("KeyId").is_some_and(|key| key.contains("alias/"))
}

/// The outcome of faults that answer instead of the service.
pub(crate) fn struck(kind: FaultKind, call: &Call, caller: &Caller) -> Option<Outcome> {
    let service = call.operation.service;
    let refusal = match kind {
        FaultKind::Denied | FaultKind::DeniedByScp => {
            let action = format!("{}:{}", service.name(), call.operation.name);
            fault::denied(service, &caller.arn, &action, resource(call), fault::reason(kind, service))
        }
        FaultKind::Throttled => quota::throttled(service),
        FaultKind::ServerError => fault::server_error(service),
        FaultKind::Unavailable => fault::unavailable(),
        FaultKind::Expired => session::expired(service),
        FaultKind::Drop => return Some(Outcome::Lost),
        FaultKind::Malformed => return Some(Outcome::Malformed),
        FaultKind::Truncate
        | FaultKind::Slow
        | FaultKind::RepeatToken
        | FaultKind::EmptyPages
        | FaultKind::ShortPages => return None,
    };
    Some(Outcome::Answer(Err(refusal)))
}

/// 200, but a page of some proxy, or a document of another shape, in turns.
pub(crate) fn malformed(service: Service, request_id: &str, date: &str, number: u64) -> Response<Bytes> {
    let body = if number.is_multiple_of(2) {
        "<html><body><h1>502 Bad Gateway</h1></body>"
    } else {
        "{\"KeyMetadata\":[],\"Keys\":\"none\",\"Policy\":{},\"Grants\":7,\"Accounts\":{\"Id\":1}"
    };
    let mut response = answer::write(service, Ok(body.to_owned()), request_id, date);
    response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
    response
}
