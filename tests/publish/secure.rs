//! TLS in front of the forge, and a proxy that tunnels to it.

use crate::stub::Stub;
use rcgen::{CertificateParams, KeyPair};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// A certificate for `localhost` that signs itself, as PEM, and what shows it to clients.
pub(crate) fn certificate() -> (String, TlsAcceptor) {
    let params = CertificateParams::new(vec!["localhost".to_owned()]).expect("a certificate");
    let key = KeyPair::generate().expect("a key");
    let certificate = params.self_signed(&key).expect("a certificate");
    let secret = rustls::pki_types::PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], secret)
        .expect("a server");
    (certificate.pem(), TlsAcceptor::from(Arc::new(config)))
}

/// The port at which the forge speaks TLS.
pub(crate) async fn secured(stub: &Stub, acceptor: TlsAcceptor) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("listen");
    let port = listener.local_addr().expect("an address").port();
    let forge = stub.url.trim_start_matches("http://").to_owned();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.expect("accept");
            let (acceptor, forge) = (acceptor.clone(), forge.clone());
            tokio::spawn(async move {
                // A client that does not trust the certificate leaves here.
                let Ok(mut client) = acceptor.accept(stream).await else { return };
                let mut forge = TcpStream::connect(forge).await.expect("the forge");
                let _ = copy_bidirectional(&mut client, &mut forge).await;
            });
        }
    });
    port
}

/// A proxy that takes nothing but `CONNECT`: its address, and how many tunnels it opened.
pub(crate) async fn tunnels() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("listen");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let opened = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&opened);
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.expect("accept");
            tokio::spawn(tunnel(stream, Arc::clone(&count)));
        }
    });
    (url, opened)
}

async fn tunnel(mut client: TcpStream, opened: Arc<AtomicUsize>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let Ok(byte) = client.read_u8().await else { return };
        head.push(byte);
    }
    let head = String::from_utf8_lossy(&head);
    let target = head.strip_prefix("CONNECT ").and_then(|rest| rest.split(' ').next());
    let mut forge = TcpStream::connect(target.expect("a tunnel")).await.expect("the forge");
    opened.fetch_add(1, SeqCst);
    client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.expect("an answer");
    let _ = copy_bidirectional(&mut client, &mut forge).await;
}
