//! The protocols: which operation an HTTP request means, who signed it, and its input. The way back is in `answer`.

use std::borrow::Cow;

use bytes::Bytes;
use http::{HeaderMap, Request};
use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::operation::{self, Operation, Service};
use crate::page::Paging;
use crate::session::{Caller, Sessions};
use crate::world::{Cell, World};

/// What a service answers: the body, or a refusal.
pub(crate) type Reply = Result<String, Refusal>;

/// An error as AWS sends it.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) code: Cow<'static, str>,
    pub(crate) message: String,
}

impl Refusal {
    /// An error of the 400 sort.
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { status: 400, code: Cow::Borrowed(code), message: message.into() }
    }

    pub(crate) fn with_status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }
}

/// Who signed a request, and for where.
#[derive(Debug, Clone, Default)]
pub(crate) struct Signature {
    pub(crate) access_key_id: String,
    pub(crate) region: String,
    pub(crate) token: Option<String>,
}

/// The input of a request.
#[derive(Debug)]
pub(crate) enum Input {
    Json(Value),
    Form(Vec<(String, String)>),
}

impl Input {
    /// A text of the input.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        match self {
            Self::Json(value) => value.get(name)?.as_str(),
            Self::Form(pairs) => {
                pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
            }
        }
    }

    /// A number of the input.
    pub(crate) fn number(&self, name: &str) -> Option<i64> {
        match self {
            Self::Json(value) => value.get(name)?.as_i64(),
            Self::Form(_) => self.text(name)?.parse().ok(),
        }
    }

    /// A list of texts.
    pub(crate) fn texts(&self, name: &str) -> Vec<&str> {
        match self {
            Self::Json(value) => value
                .get(name)
                .and_then(Value::as_array)
                .map(|list| list.iter().filter_map(Value::as_str).collect())
                .unwrap_or_default(),
            Self::Form(pairs) => {
                let prefix = format!("{name}.member.");
                let listed = pairs.iter().filter(|(known, _)| known.starts_with(&prefix));
                listed.map(|(_, value)| value.as_str()).collect()
            }
        }
    }
}

/// A request understood.
pub(crate) struct Call {
    pub(crate) operation: &'static Operation,
    pub(crate) number: usize,
    pub(crate) signature: Signature,
    pub(crate) input: Input,
}

/// Everything an operation may look at to answer.
pub(crate) struct Ask<'a> {
    pub(crate) world: &'a World,
    pub(crate) sessions: &'a Sessions,
    pub(crate) caller: &'a Caller,
    /// The number of the region asked.
    pub(crate) region: usize,
    pub(crate) input: &'a Input,
    pub(crate) paging: Paging,
    /// Seconds since the epoch.
    pub(crate) now: i64,
    pub(crate) request_id: &'a str,
}

impl<'a> Ask<'a> {
    /// The keys of the caller's account in the region asked.
    pub(crate) fn cell(&self) -> Cell<'a> {
        self.world.cell(self.caller.account, self.region)
    }

    /// A text that must be there.
    pub(crate) fn required(&self, name: &str) -> Result<&'a str, Refusal> {
        self.input.text(name).ok_or_else(|| {
            let field = name.chars().next().map(|c| c.to_ascii_lowercase()).unwrap_or_default();
            let rest = name.get(1..).unwrap_or("");
            Refusal::new(
                "ValidationException",
                format!(
                    "1 validation error detected: Value null at '{field}{rest}' failed to satisfy constraint: \
                     Member must not be null"
                ),
            )
        })
    }
}

/// Understands a request.
///
/// # Errors
/// Answers the refusal, with the protocol it is to be written in.
pub(crate) fn understand(request: &Request<Bytes>) -> Result<Call, (Service, Refusal)> {
    let signature = signature(request.headers());
    if let Some(target) = header(request.headers(), "x-amz-target") {
        let (prefix, name) = target.split_once('.').unwrap_or(("", target));
        let service = match prefix {
            "AWSOrganizationsV20161128" => Service::Organizations,
            _ => Service::Kms,
        };
        let input = json(request.body()).map_err(|refusal| (service, refusal))?;
        let found = operation::find(service, name).ok_or_else(|| (service, unknown(name)))?;
        return Ok(Call { operation: found.1, number: found.0, signature, input });
    }
    if let Some(name) = request.uri().path().strip_prefix("/list") {
        let input = json(request.body()).map_err(|refusal| (Service::Account, refusal))?;
        let found = operation::find(Service::Account, &format!("List{name}"))
            .ok_or_else(|| (Service::Account, unknown(request.uri().path())))?;
        return Ok(Call { operation: found.1, number: found.0, signature, input });
    }
    let input = Input::Form(form(request.body()));
    let name = input.text("Action").unwrap_or("").to_owned();
    let found = operation::find_query(&name).ok_or_else(|| {
        (Service::Iam, Refusal::new("InvalidAction", format!("Could not find operation {name}")))
    })?;
    Ok(Call { operation: found.1, number: found.0, signature, input })
}

fn unknown(name: &str) -> Refusal {
    Refusal::new("UnknownOperationException", format!("Unknown operation: {name}"))
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// Reads `Credential=AKID/DATE/REGION/SERVICE/aws4_request`; the signature itself is believed.
fn signature(headers: &HeaderMap) -> Signature {
    let token = header(headers, "x-amz-security-token").map(str::to_owned);
    let scope = header(headers, "authorization").and_then(|text| text.split_once("Credential="));
    let mut parts = scope.map_or("", |(_, rest)| rest).split(['/', ',']);
    let access_key_id = parts.next().unwrap_or("").to_owned();
    let region = parts.nth(1).unwrap_or("").to_owned();
    Signature { access_key_id, region, token }
}

fn json(body: &Bytes) -> Result<Input, Refusal> {
    if body.is_empty() {
        return Ok(Input::Json(Value::Null));
    }
    serde_json::from_slice(body)
        .map(Input::Json)
        .map_err(|error| Refusal::new("SerializationException", error.to_string()))
}

fn form(body: &Bytes) -> Vec<(String, String)> {
    let text = String::from_utf8_lossy(body);
    text.split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (plain(name), plain(value)))
        .collect()
}

fn plain(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}
