//! The same handler through a socket.

use std::time::Duration;

use keyreach_mocks::serve;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::ask::{caller, cloud};

/// Sends one `ListKeys` over a socket and reads until the other side closes.
async fn over_a_socket(fault: &str) -> String {
    let cloud = cloud(&format!("regions = [\"us-east-1\"]\n[[account]]\nid = \"111122223333\"\n{fault}"));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let key = caller(&cloud).key;
    let server = tokio::spawn(serve(cloud, listener));
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!(
        "POST / HTTP/1.1\r\nhost: kms\r\nconnection: close\r\nx-amz-target: TrentService.ListKeys\r\ncontent-length: 2\r\n\
         authorization: AWS4-HMAC-SHA256 Credential={key}/20261101/us-east-1/kms/aws4_request, Signature=0\r\n\r\n{{}}"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut answer));
    // A connection that breaks may end in a reset; what came before it counts.
    read.await.unwrap().ok();
    server.abort();
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn a_socket_carries_whole_cut_and_lost_answers() {
    let whole = over_a_socket("").await;
    assert!(
        whole.starts_with("HTTP/1.1 200 OK\r\n") && whole.ends_with(r#"{"Keys":[],"Truncated":false}"#),
        "{whole}"
    );
    let cut = over_a_socket("[[fault]]\nkind = \"truncate\"").await;
    assert!(cut.contains("content-length: 29\r\n") && !cut.contains("Truncated"), "{cut}");
    assert_eq!(over_a_socket("[[fault]]\nkind = \"drop\"").await, "");
}
