//! A small client: requests that look signed, answers as status and text.

use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use keyreach_mocks::{Cloud, ConnectionLost, Scenario};
use serde_json::Value;

/// Credentials of some caller.
#[derive(Clone)]
pub(crate) struct As {
    pub(crate) key: String,
    pub(crate) token: Option<String>,
    pub(crate) region: String,
}

pub(crate) fn cloud(scenario: &str) -> Arc<Cloud> {
    Cloud::new(&Scenario::parse(scenario).unwrap()).unwrap()
}

pub(crate) fn builtin(name: &str) -> Arc<Cloud> {
    Cloud::new(&Scenario::builtin(name).unwrap()).unwrap()
}

pub(crate) fn caller(cloud: &Cloud) -> As {
    As { key: cloud.credentials().0, token: None, region: cloud.region().to_owned() }
}

impl As {
    pub(crate) fn at(&self, region: &str) -> Self {
        Self { region: region.to_owned(), ..self.clone() }
    }
}

pub(crate) async fn raw(
    cloud: &Cloud,
    who: &As,
    service: &str,
    target: Option<&str>,
    path: &str,
    body: String,
) -> Result<Response<Bytes>, ConnectionLost> {
    let scope = format!("{}/20261101/{}/{service}/aws4_request", who.key, who.region);
    let mut request = Request::post(path).header(
        "authorization",
        format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=00"),
    );
    if let Some(target) = target {
        request = request.header("x-amz-target", target);
    }
    if let Some(token) = &who.token {
        request = request.header("x-amz-security-token", token);
    }
    cloud.handle(request.body(Bytes::from(body)).unwrap()).await
}

/// A KMS or Organizations operation.
pub(crate) async fn json(cloud: &Cloud, who: &As, operation: &str, input: Value) -> (u16, Value) {
    let (service, prefix) = match operation {
        _ if operation.contains("Organization")
            || operation.contains("Account")
            || operation.contains("Root") =>
        {
            ("organizations", "AWSOrganizationsV20161128")
        }
        "ListPolicies" | "DescribePolicy" | "ListTargetsForPolicy" => {
            ("organizations", "AWSOrganizationsV20161128")
        }
        _ => ("kms", "TrentService"),
    };
    let target = format!("{prefix}.{operation}");
    let response = raw(cloud, who, service, Some(&target), "/", input.to_string()).await.unwrap();
    let status = response.status().as_u16();
    (status, serde_json::from_slice(response.body()).unwrap_or(Value::Null))
}

/// An STS or IAM operation.
pub(crate) async fn query(cloud: &Cloud, who: &As, service: &str, body: &str) -> (u16, String) {
    let response = raw(cloud, who, service, None, "/", body.to_owned()).await.unwrap();
    (response.status().as_u16(), String::from_utf8(response.body().to_vec()).unwrap())
}

/// What stands between two tags.
pub(crate) fn between(xml: &str, tag: &str) -> String {
    let (_, rest) = xml.split_once(&format!("<{tag}>")).unwrap();
    rest.split_once(&format!("</{tag}>")).unwrap().0.to_owned()
}

/// Assumes the scan's role in an account.
pub(crate) async fn assume(cloud: &Cloud, who: &As, account: &str, more: &str) -> Result<As, String> {
    let body = format!(
        "Action=AssumeRole&Version=2011-06-15&RoleSessionName=scan&RoleArn=arn%3Aaws%3Aiam%3A%3A{account}%3Arole%2F\
         keyreach-audit{more}"
    );
    let (status, xml) = query(cloud, who, "sts", &body).await;
    if status != 200 {
        return Err(between(&xml, "Code"));
    }
    Ok(As {
        key: between(&xml, "AccessKeyId"),
        token: Some(between(&xml, "SessionToken")),
        region: who.region.clone(),
    })
}

/// All pages of a KMS or Organizations list.
pub(crate) async fn all(cloud: &Cloud, who: &As, operation: &str, input: Value, field: &str) -> Vec<Value> {
    let (mut items, mut token) = (Vec::new(), None::<Value>);
    for _ in 0..1000 {
        let mut input = input.clone();
        if let Some(token) = &token {
            input["Marker"] = token.clone();
            input["NextToken"] = token.clone();
        }
        let (status, answer) = json(cloud, who, operation, input).await;
        assert_eq!(status, 200, "{operation}: {answer}");
        items.extend(answer[field].as_array().unwrap().iter().cloned());
        token = answer.get("NextMarker").or_else(|| answer.get("NextToken")).cloned();
        if token.is_none() {
            return items;
        }
    }
    panic!("{operation} has no last page");
}
