//! The way in through a socket: HTTP/1.1 on whatever loopback listener it is given, for any AWS tool that honors
//! `AWS_ENDPOINT_URL`.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Either, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use crate::client::{CutBody, missing};
use crate::{Cloud, ConnectionLost};

type Body = Either<Full<Bytes>, CutBody>;

/// Answers on `listener` until the task is dropped.
///
/// # Errors
/// When the listener breaks; a broken connection only ends itself.
pub async fn serve(cloud: Arc<Cloud>, listener: TcpListener) -> io::Result<()> {
    loop {
        let (stream, _) = listener.accept().await?;
        let cloud = Arc::clone(&cloud);
        tokio::spawn(async move {
            let answer = service_fn(|request| carry(Arc::clone(&cloud), request));
            let server = hyper::server::conn::http1::Builder::new();
            // An error here is a client that went away, or a connection the scenario wanted lost.
            server.serve_connection(TokioIo::new(stream), answer).await.ok();
        });
    }
}

async fn carry(cloud: Arc<Cloud>, request: Request<Incoming>) -> Result<Response<Body>, ConnectionLost> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map_err(|_| ConnectionLost)?.to_bytes();
    let (parts, body) = cloud.handle(Request::from_parts(parts, body)).await?.into_parts();
    let body = match missing(&parts, &body) {
        false => Either::Left(Full::new(body)),
        true => Either::Right(CutBody::new(body)),
    };
    Ok(Response::from_parts(parts, body))
}
