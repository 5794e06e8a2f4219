//! The way in without a socket: the SDK's HTTP client over `Cloud::handle`. Works under paused time, and keeps
//! the SDK's own connect and read time-outs.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http::Response;
use http::header::CONTENT_LENGTH;
use http_body::Frame;

use crate::Cloud;

/// An HTTP client for the SDK that asks `cloud`, whatever the host.
#[must_use]
pub fn http_client(cloud: Arc<Cloud>) -> SharedHttpClient {
    http_client_fn(move |settings, _| {
        SharedHttpConnector::new(InProcess {
            cloud: Arc::clone(&cloud),
            read_timeout: settings.read_timeout(),
        })
    })
}

#[derive(Debug)]
struct InProcess {
    cloud: Arc<Cloud>,
    read_timeout: Option<Duration>,
}

impl HttpConnector for InProcess {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let cloud = Arc::clone(&self.cloud);
        let read_timeout = self.read_timeout;
        HttpConnectorFuture::new(async move {
            let answer = carry(&cloud, request);
            match read_timeout {
                None => answer.await,
                Some(limit) => tokio::time::timeout(limit, answer)
                    .await
                    .unwrap_or_else(|elapsed| Err(ConnectorError::timeout(elapsed.into()))),
            }
        })
    }
}

async fn carry(cloud: &Cloud, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
    let request = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
    let (parts, body) = request.into_parts();
    let body = match body.bytes() {
        Some(bytes) => Bytes::copy_from_slice(bytes),
        None => http_body_util::BodyExt::collect(body).await.map_err(ConnectorError::io)?.to_bytes(),
    };
    let response = cloud
        .handle(http::Request::from_parts(parts, body))
        .await
        .map_err(|lost| ConnectorError::io(lost.into()))?;
    let (parts, body) = response.into_parts();
    let body = match missing(&parts, &body) {
        false => SdkBody::from(body),
        true => SdkBody::from_body_1_x(CutBody::new(body)),
    };
    HttpResponse::try_from(Response::from_parts(parts, body))
        .map_err(|error| ConnectorError::user(error.into()))
}

/// Whether the body is shorter than the answer says.
pub(crate) fn missing(parts: &http::response::Parts, body: &Bytes) -> bool {
    let length =
        parts.headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    length.is_some_and(|length| length > body.len())
}

/// A body that breaks off: what there is of it, then the error of a lost connection.
#[derive(Debug)]
pub(crate) struct CutBody {
    rest: Option<Bytes>,
    is_sent: bool,
}

impl CutBody {
    pub(crate) fn new(bytes: Bytes) -> Self {
        Self { rest: Some(bytes), is_sent: false }
    }
}

impl http_body::Body for CutBody {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        if let Some(bytes) = self.rest.take() {
            return Poll::Ready(Some(Ok(Frame::data(bytes))));
        }
        if !self.is_sent {
            // A server sends what it has while the body waits, and throws it away when the body fails.
            self.is_sent = true;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(Some(Err(std::io::ErrorKind::UnexpectedEof.into())))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http_body_util::BodyExt as _;

    use super::*;
    use crate::Scenario;

    async fn ask(fault: &str, read_timeout: Option<Duration>) -> Result<HttpResponse, ConnectorError> {
        let scenario = format!(
            "regions = [\"us-east-1\"]\n[[account]]\nid = \"111122223333\"\n[[fault]]\noperation = \"ListKeys\"\n{fault}"
        );
        let cloud = Cloud::new(&Scenario::parse(&scenario).unwrap()).unwrap();
        let credential = format!("{}/20261101/us-east-1/kms/aws4_request", cloud.credentials().0);
        let request = http::Request::post("https://kms.us-east-1.amazonaws.com/")
            .header("x-amz-target", "TrentService.ListKeys")
            .header("authorization", format!("AWS4-HMAC-SHA256 Credential={credential}, Signature=0"))
            .body(SdkBody::from("{}"))
            .unwrap();
        InProcess { cloud, read_timeout }.call(HttpRequest::try_from(request).unwrap()).await
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_arrives_whole_or_breaks_off() {
        let whole = ask("kind = \"short_pages\"", None).await.unwrap();
        assert_eq!(whole.body().bytes(), Some(br#"{"Keys":[],"Truncated":false}"#.as_slice()));
        let cut = ask("kind = \"truncate\"", None).await.unwrap();
        assert!(cut.into_body().collect().await.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn lost_and_slow_answers_are_what_the_sdk_retries() {
        assert!(ask("kind = \"drop\"", None).await.unwrap_err().is_io());
        let slow = "kind = \"slow\"\nseconds = 60";
        assert!(ask(slow, Some(Duration::from_secs(30))).await.unwrap_err().is_timeout());
        assert!(ask(slow, Some(Duration::from_secs(90))).await.is_ok());
    }
}
