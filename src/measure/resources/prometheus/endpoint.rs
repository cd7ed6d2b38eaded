//! Asking a metrics endpoint over HTTP.

use crate::config::host_of;
use crate::measure::load::ALLOW_HOSTS;
use crate::measure::load::allow::{self, Refusal};
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::body::Bytes;
use hyper::{Request, Uri};
use hyper_util::rt::TokioIo;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};
use tokio::net::{TcpStream, lookup_host};

/// The longest one question may take.
const PATIENCE: Duration = Duration::from_secs(1);
/// The longest body.
const MAX_BODY: usize = 4 << 20;

/// An endpoint that may be asked.
#[derive(Debug)]
pub(super) struct Endpoint {
    authority: String,
    path: String,
    addresses: Vec<SocketAddr>,
}

/// Why an answer is of no use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum AskError {
    #[error("no connection")]
    Connect,
    #[error("no HTTP answer")]
    Answer,
    #[error("status {0}")]
    Status(u16),
    #[error("a body that ends early or is longer than {} MiB", MAX_BODY >> 20)]
    Body,
    #[error("timeout")]
    Timeout,
}

impl Endpoint {
    /// Looks the host of an `http://` URL up, and checks that it may be asked: this machine, and what is
    /// `allowed`, a list separated by commas. The addresses are kept, so that a name cannot come to mean
    /// another machine later.
    ///
    /// # Errors
    ///
    /// With the reason, and what to do about it.
    pub(super) async fn resolve(url: &str, allowed: &str) -> Result<Endpoint, String> {
        let wrong = || "its URL is not of the form `http://host:port/path`".to_owned();
        let uri: Uri = url.parse().map_err(|_| wrong())?;
        let (host, authority) = host_of(url).zip(uri.authority()).ok_or_else(wrong)?;
        if uri.scheme_str() != Some("http") {
            return Err(wrong());
        }
        let port = authority.port_u16().unwrap_or(80);
        let found = tokio::time::timeout(PATIENCE, lookup_host((host.as_str(), port))).await;
        let found = found.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
        let found = found.map_err(|error| format!("host `{host}` is not found: {error}"))?;
        let addresses: Vec<SocketAddr> = found.collect();
        let ips: Vec<IpAddr> = addresses.iter().map(SocketAddr::ip).collect();
        let allowed: Vec<&str> = allowed.split(',').map(str::trim).collect();
        allow::check(&host, &ips, &allowed).map_err(|refusal| match refusal {
            Refusal::Internal(address) => {
                format!("{address} is a link-local or metadata address, which is never asked")
            }
            Refusal::Elsewhere(address) => format!(
                "{address} is not this machine; if you may ask it, name the host in {ALLOW_HOSTS}"
            ),
        })?;
        let path = uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        Ok(Endpoint { authority: authority.to_string(), path, addresses })
    }

    /// The body that it answers with, and when the answer began.
    pub(super) async fn ask(&self) -> Result<(Instant, Bytes), AskError> {
        tokio::time::timeout(PATIENCE, self.answer()).await.unwrap_or(Err(AskError::Timeout))
    }

    async fn answer(&self) -> Result<(Instant, Bytes), AskError> {
        let stream = TcpStream::connect(self.addresses.as_slice()).await;
        let stream = TokioIo::new(stream.map_err(|_| AskError::Connect)?);
        let shaken = hyper::client::conn::http1::handshake(stream).await;
        let (mut sender, connection) = shaken.map_err(|_| AskError::Answer)?;
        let request = Request::get(&self.path)
            .header(hyper::header::HOST, &self.authority)
            .header(hyper::header::ACCEPT, "text/plain;version=0.0.4")
            .header(hyper::header::CONNECTION, "close")
            .body(Empty::<Bytes>::new())
            .map_err(|_| AskError::Answer)?;
        let read = async {
            let answer = sender.send_request(request).await.map_err(|_| AskError::Answer)?;
            let began = Instant::now();
            match answer.status().as_u16() {
                200 => {}
                other => return Err(AskError::Status(other)),
            }
            let body = Limited::new(answer.into_body(), MAX_BODY).collect().await;
            Ok((began, body.map_err(|_| AskError::Body)?.to_bytes()))
        };
        let mut read = std::pin::pin!(read);
        tokio::select! {
            read = &mut read => read,
            // A connection that ended may have brought the answer just before.
            _ = connection => read.await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_this_machine_and_allowed_hosts_are_asked() {
        for (url, allowed, expected) in [
            ("http://127.0.0.1:9100/metrics?a=b", "", Ok(("127.0.0.1:9100", "/metrics?a=b"))),
            ("http://[::1]", "", Ok(("[::1]:80", "/"))),
            ("http://192.0.2.1:81", "shop, 192.0.2.1", Ok(("192.0.2.1:81", "/"))),
            ("http://192.0.2.1:81", "", Err("PACEGATE_ALLOW_HOSTS")),
            ("http://169.254.169.254", "169.254.169.254", Err("metadata")),
            ("https://127.0.0.1", "", Err("is not of the form")),
            ("/metrics", "", Err("is not of the form")),
            ("", "", Err("is not of the form")),
        ] {
            match (Endpoint::resolve(url, allowed).await, expected) {
                (Ok(found), Ok((address, path))) => {
                    assert_eq!(found.addresses, [address.parse().unwrap()]);
                    assert_eq!(found.path, path);
                }
                (Err(error), Err(part)) => assert!(error.contains(part), "{url}: {error}"),
                (found, expected) => panic!("{url}: {found:?} instead of {expected:?}"),
            }
        }
    }
}
