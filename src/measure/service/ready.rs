//! Is somebody there, and does it answer?

use http_body_util::Empty;
use hyper::body::Bytes;
use hyper::{Request, Uri};
use hyper_util::rt::TokioIo;
use std::time::Duration;
use tokio::net::TcpStream;

/// The longest one question may take; a service that answers later is asked again.
const PATIENCE: Duration = Duration::from_secs(1);

/// A URL that a service answers once it is ready.
#[derive(Debug, Clone)]
pub(super) struct ReadyUrl {
    /// `host:port`, as the `host` header wants it.
    authority: String,
    host: String,
    port: u16,
    path: String,
}

impl ReadyUrl {
    /// Takes an `http://` URL apart; `None` when it is none.
    pub(super) fn new(url: &str) -> Option<Self> {
        let uri: Uri = url.parse().ok()?;
        let authority = uri.authority()?;
        Some(ReadyUrl {
            authority: authority.to_string(),
            host: authority.host().trim_matches(['[', ']']).to_owned(),
            port: authority.port_u16().unwrap_or(80),
            path: uri.path_and_query().map_or("/", |path| path.as_str()).to_owned(),
        })
    }

    /// Where it listens, for people.
    pub(super) fn place(&self) -> &str {
        &self.authority
    }

    /// Whether anything accepts connections there.
    pub(super) async fn is_taken(&self) -> bool {
        self.connect().await.is_some()
    }

    /// The status it answers with; `None` when it does not answer.
    pub(super) async fn status(&self) -> Option<u16> {
        tokio::time::timeout(PATIENCE, self.ask()).await.ok()?
    }

    async fn ask(&self) -> Option<u16> {
        let stream = TokioIo::new(self.connect().await?);
        let (mut sender, connection) = hyper::client::conn::http1::handshake(stream).await.ok()?;
        let request = Request::get(&self.path)
            .header(hyper::header::HOST, &self.authority)
            .header(hyper::header::CONNECTION, "close")
            .body(Empty::<Bytes>::new())
            .ok()?;
        let mut answer = std::pin::pin!(sender.send_request(request));
        let answer = tokio::select! {
            answer = &mut answer => answer,
            // A connection that ended may have brought the answer just before.
            _ = connection => answer.await,
        };
        Some(answer.ok()?.status().as_u16())
    }

    async fn connect(&self) -> Option<TcpStream> {
        let connecting = TcpStream::connect((self.host.as_str(), self.port));
        tokio::time::timeout(PATIENCE, connecting).await.ok()?.ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_taken_apart() {
        let check = |url: &str, expected: Option<(&str, u16, &str)>| {
            let found = ReadyUrl::new(url);
            let found = found.as_ref().map(|url| (url.host.as_str(), url.port, url.path.as_str()));
            assert_eq!(found, expected, "{url}");
        };
        check("http://127.0.0.1:7878/health?x=1", Some(("127.0.0.1", 7878, "/health?x=1")));
        check("http://[::1]:80", Some(("::1", 80, "/")));
        check("http://localhost", Some(("localhost", 80, "/")));
        check("/health", None);
    }
}
