//! What the SDK calls an error, told as a gap: what sort of no it was, and whether asking again can help.

use std::error::Error;

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::{
    client::{orchestrator::HttpResponse, result::SdkError},
    http::StatusCode,
};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use crate::call::Call;
use crate::snapshot::gap::{Gap, GapKind};

/// One refusal, before anybody gave up.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) kind: GapKind,
    pub(super) code: Option<String>,
    pub(super) message: String,
}

/// The code of a request that could not be signed; AWS never saw it.
pub(super) const NO_CREDENTIALS: &str = "CredentialsNotLoaded";
/// The longest message kept. AWS's are shorter; a proxy's error page is not.
const LONGEST_MESSAGE: usize = 1000;

impl Refusal {
    /// The scan was stopped before the question was asked or answered.
    pub(super) fn interrupted() -> Self {
        Self::ours(GapKind::TimedOut, "Interrupted", "the scan was stopped before this was read")
    }

    /// No answer within the time-out.
    pub(super) fn timed_out() -> Self {
        Self::ours(GapKind::TimedOut, "RequestTimeout", "no answer within the time-out")
    }

    /// The answer lacks what it must hold.
    pub(super) fn malformed(message: impl Into<String>) -> Self {
        Self { kind: GapKind::Malformed, code: None, message: message.into() }
    }

    fn ours(kind: GapKind, code: &str, message: &str) -> Self {
        Self { kind, code: Some(code.to_owned()), message: message.to_owned() }
    }

    /// What the SDK's error says.
    pub(super) fn of<E>(error: &SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        if let SdkError::ServiceError(answer) = error {
            let code = error.code().map(str::to_owned);
            let kind = kind_of(code.as_deref().unwrap_or_default(), answer.raw().status());
            let words =
                error.message().map_or_else(|| format!("HTTP {}", answer.raw().status()), str::to_owned);
            return Self { kind, code, message: shorten(words) };
        }
        if let Some(unsigned) = no_credentials(error) {
            return Self::ours(GapKind::Expired, NO_CREDENTIALS, &shorten(causes(unsigned)));
        }
        let kind = match error {
            SdkError::TimeoutError(_) => GapKind::TimedOut,
            SdkError::DispatchFailure(failure) if failure.is_timeout() => GapKind::TimedOut,
            SdkError::DispatchFailure(failure) if failure.is_user() => GapKind::Bug,
            SdkError::DispatchFailure(_) => GapKind::Unreachable,
            SdkError::ResponseError(_) => GapKind::Malformed,
            _ => GapKind::Bug,
        };
        Self { kind, code: None, message: shorten(causes(error)) }
    }

    /// Whether there was nothing to sign the request with.
    pub(super) fn lacks_credentials(&self) -> bool {
        self.code.as_deref() == Some(NO_CREDENTIALS)
    }

    /// Whether the same question may be answered later.
    pub(super) fn can_pass(&self) -> bool {
        use GapKind::{
            Denied, Expired, Malformed, Missing, ServerError, Throttled, TimedOut, Unreachable, Unsupported,
        };
        match self.kind {
            Throttled | TimedOut | Unreachable | ServerError | Malformed | Expired => true,
            Denied | Missing | Unsupported | GapKind::Bug => false,
        }
    }

    /// The gap that is left when nobody asks again.
    pub(super) fn into_gap(self, call: &Call, resource: &str) -> Gap {
        let Self { kind, code, message } = self;
        Gap { operation: call.action(), resource: resource.to_owned(), kind, code, message }
    }
}

/// The sort of no behind an error code. Most are not modelled by the SDK, so they are told by name.
/// Source: the "Common Errors" and "Errors" parts of the KMS, Organizations, STS, IAM and Account API References.
fn kind_of(code: &str, status: StatusCode) -> GapKind {
    match code {
        "ThrottlingException"
        | "Throttling"
        | "ThrottledException"
        | "TooManyRequestsException"
        | "RequestLimitExceeded"
        | "RequestThrottled"
        | "LimitExceededException"
        | "SlowDown" => GapKind::Throttled,
        "ExpiredTokenException" | "ExpiredToken" | "RequestExpired" => GapKind::Expired,
        "UnrecognizedClientException"
        | "InvalidClientTokenId"
        | "InvalidSignatureException"
        | "OptInRequired"
        | "SignatureDoesNotMatch"
        | "RegionDisabledException"
        | "NotAuthorized"
        | "UnauthorizedOperation"
        | "MissingAuthenticationToken" => GapKind::Denied,
        "NoSuchEntity"
        | "ResourceNotFoundException"
        | "NotFoundException"
        | "PolicyNotFoundException"
        | "CustomKeyStoreNotFoundException"
        | "AWSOrganizationsNotInUseException" => GapKind::Missing,
        "UnsupportedOperationException"
        | "UnknownOperationException"
        | "InvalidAction"
        | "NotImplemented"
        | "NotImplementedError"
        | "KMSInvalidStateException"
        | "UnsupportedAPIEndpointException" => GapKind::Unsupported,
        "KMSInternalException"
        | "DependencyTimeoutException"
        | "InternalFailure"
        | "ServiceUnavailable"
        | "ServiceException"
        | "InternalServerException" => GapKind::ServerError,
        code if code.starts_with("AccessDenied") => GapKind::Denied,
        _ => kind_of_status(status.as_u16()),
    }
}

fn kind_of_status(status: u16) -> GapKind {
    match status {
        401 | 403 => GapKind::Denied,
        404 | 405 | 501 => GapKind::Unsupported,
        429 => GapKind::Throttled,
        500..=599 => GapKind::ServerError,
        200..=299 => GapKind::Malformed,
        _ => GapKind::Bug,
    }
}

/// The failure of whoever had to find credentials, if that is why nothing was sent.
fn no_credentials<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    let is_it = |cause: &&'a (dyn Error + 'static)| {
        matches!(cause.downcast_ref(), Some(CredentialsError::CredentialsNotLoaded(_)))
    };
    chain(error).find(is_it)
}

/// An error, its cause, the cause of that, …
fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    let mut next = Some(error);
    std::iter::from_fn(move || {
        let error = next?;
        next = error.source();
        Some(error)
    })
}

/// What an error and its causes say, each thing once and on one line.
fn causes(error: &(dyn Error + 'static)) -> String {
    let mut words = String::new();
    for cause in chain(error) {
        let said = cause.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
        if !words.contains(&said) {
            words.push_str(if words.is_empty() { "" } else { ": " });
            words.push_str(&said);
        }
    }
    words
}

fn shorten(mut message: String) -> String {
    if let Some((end, _)) = message.char_indices().nth(LONGEST_MESSAGE) {
        message.truncate(end);
        message.push('…');
    }
    message
}

#[cfg(test)]
mod tests {
    use aws_smithy_runtime_api::http::StatusCode;

    use super::{LONGEST_MESSAGE, kind_of, shorten};
    use crate::snapshot::gap::GapKind;

    #[test]
    fn codes_are_told_apart_before_the_status() {
        let status = StatusCode::try_from(400).unwrap();
        assert_eq!(kind_of("AccessDeniedException", status), GapKind::Denied);
        assert_eq!(kind_of("ThrottlingException", status), GapKind::Throttled);
        assert_eq!(kind_of("UnsupportedOperationException", status), GapKind::Unsupported);
        assert_eq!(kind_of("ValidationException", status), GapKind::Bug);
        assert_eq!(kind_of("", StatusCode::try_from(503).unwrap()), GapKind::ServerError);
    }

    #[test]
    fn a_long_message_is_cut_between_characters() {
        let cut = shorten("é".repeat(LONGEST_MESSAGE + 1));
        assert_eq!(cut.chars().count(), LONGEST_MESSAGE + 1);
        assert!(cut.ends_with('…'));
    }
}
