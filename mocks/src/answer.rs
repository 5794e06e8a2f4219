//! The way back: a reply as an HTTP response in the protocol of its service, and escaping for XML.

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, DATE};
use http::{HeaderValue, Response, StatusCode};
use serde_json::json;

use crate::operation::Service;
use crate::wire::{Refusal, Reply};

/// Writes a reply.
pub(crate) fn write(service: Service, reply: Reply, request_id: &str, date: &str) -> Response<Bytes> {
    match reply {
        Ok(body) => response(service, 200, body, request_id, date),
        Err(refusal) => refuse(service, &refusal, request_id, date),
    }
}

/// Writes a refusal.
pub(crate) fn refuse(service: Service, refusal: &Refusal, request_id: &str, date: &str) -> Response<Bytes> {
    let body = match service {
        Service::Kms => json!({ "__type": refusal.code, "message": refusal.message }).to_string(),
        Service::Organizations => json!({ "__type": refusal.code, "Message": refusal.message }).to_string(),
        Service::Account => json!({ "message": refusal.message }).to_string(),
        Service::Sts | Service::Iam => xml_error(service, refusal, request_id),
    };
    let mut response = response(service, refusal.status, body, request_id, date);
    if service == Service::Account
        && let Ok(code) = HeaderValue::from_str(&refusal.code)
    {
        response.headers_mut().insert("x-amzn-errortype", code);
    }
    response
}

fn response(service: Service, status: u16, body: String, request_id: &str, date: &str) -> Response<Bytes> {
    let content_type = match service {
        Service::Kms | Service::Organizations => "application/x-amz-json-1.1",
        Service::Account => "application/json",
        Service::Sts | Service::Iam => "text/xml",
    };
    let length = body.len();
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert("x-amzn-requestid", id);
    }
    if let Ok(date) = HeaderValue::from_str(date) {
        headers.insert(DATE, date);
    }
    response
}

fn namespace(service: Service) -> &'static str {
    match service {
        Service::Sts => "https://sts.amazonaws.com/doc/2011-06-15/",
        _ => "https://iam.amazonaws.com/doc/2010-05-08/",
    }
}

fn xml_error(service: Service, refusal: &Refusal, request_id: &str) -> String {
    let side = if refusal.status < 500 { "Sender" } else { "Receiver" };
    format!(
        "<ErrorResponse xmlns=\"{}\"><Error><Type>{side}</Type><Code>{}</Code><Message>{}</Message></Error>\
         <RequestId>{request_id}</RequestId></ErrorResponse>",
        namespace(service),
        escape(&refusal.code),
        escape(&refusal.message)
    )
}

/// Wraps the result of a Query operation.
pub(crate) fn xml_result(service: Service, operation: &str, result: &str, request_id: &str) -> String {
    format!(
        "<{operation}Response xmlns=\"{}\"><{operation}Result>{result}</{operation}Result><ResponseMetadata>\
         <RequestId>{request_id}</RequestId></ResponseMetadata></{operation}Response>",
        namespace(service)
    )
}

/// A text inside XML. What XML 1.0 cannot say becomes U+FFFD, as no escape could carry it.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\r' => out.push_str("&#13;"),
            '\t' | '\n' => out.push(c),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            _ => out.push(c),
        }
    }
    out
}

/// One element.
pub(crate) fn tag(name: &str, text: &str) -> String {
    format!("<{name}>{}</{name}>", escape(text))
}
