//! Where requests go: the addresses behind the load's URL, looked up once, before anything is timed.

use super::tls::Tls;
use crate::config::{LoadPlan, Protocol, host_of};
use crate::measure::load::LoadError;
use crate::measure::load::allow;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use tokio::net::TcpStream;

/// The addresses of the service; never empty.
#[derive(Debug, Clone)]
pub(super) struct Origin {
    /// Its URL, without a slash at the end.
    pub(super) url: String,
    /// How TLS is spoken with it, where it is.
    pub(super) tls: Option<Tls>,
    /// Which protocol it speaks.
    pub(super) protocol: Protocol,
    addresses: Vec<SocketAddr>,
    /// The one that answered last: `localhost` often has two, of which one listens.
    preferred: Arc<AtomicUsize>,
}

/// Looks the host up and checks that it may be loaded; `allowed` is a list separated by commas.
///
/// The addresses are kept, so that a name cannot come to mean another machine later.
///
/// # Errors
///
/// When the URL is not one, the name is unknown, or an address is not allowed.
pub(super) async fn resolve(
    plan: &LoadPlan,
    protocol: Protocol,
    allowed: &str,
) -> Result<Origin, LoadError> {
    let addresses = allow::resolve(plan, allowed).await?;
    let host = host_of(&plan.url).unwrap_or_default();
    let is_https = plan.url.starts_with("https:");
    let tls = is_https.then(|| Tls::new(plan, &host, protocol)).transpose()?;
    Ok(Origin { url: plan.url.clone(), tls, protocol, addresses, preferred: Arc::default() })
}

impl Origin {
    /// The service at one address, unchecked.
    #[cfg(test)]
    pub(super) fn of(address: SocketAddr) -> Self {
        let url = format!("http://{address}");
        let (tls, protocol, addresses) = (None, Protocol::Http1, vec![address]);
        Origin { url, tls, protocol, addresses, preferred: Arc::default() }
    }

    /// Opens a connection to the first address that takes one, beginning with the last that did.
    pub(super) async fn connect(&self) -> io::Result<TcpStream> {
        let mut refused = None;
        for turn in 0..self.addresses.len() {
            let index = (self.preferred.load(Relaxed) + turn) % self.addresses.len();
            match TcpStream::connect(self.addresses[index]).await {
                Ok(stream) => {
                    self.preferred.store(index, Relaxed);
                    // Small requests must not wait for the acknowledgement of the one before.
                    stream.set_nodelay(true)?;
                    return Ok(stream);
                }
                Err(error) => refused = Some(error),
            }
        }
        Err(refused.unwrap_or_else(|| io::ErrorKind::AddrNotAvailable.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Arrivals, Protocol, Spacing, Traffic};
    use std::time::Duration;

    fn plan(url: &str) -> LoadPlan {
        LoadPlan {
            name: "load".to_owned(),
            service: None,
            url: url.to_owned(),
            ca: None,
            traffic: Traffic::Arrivals(Arrivals {
                stages: vec![],
                warmup: Duration::ZERO,
                connections: 1,
                spacing: Spacing::Constant,
                protocol: Protocol::Http1,
                threads: None,
            }),
            journeys: vec![],
            setup: vec![],
            teardown: vec![],
            feeds: vec![],
            cookies: true,
            redirects: 0,
            resources: Default::default(),
            timeout: Duration::from_secs(60),
        }
    }

    #[tokio::test]
    async fn only_this_machine_and_allowed_hosts_are_resolved() {
        for (url, allowed, expected) in [
            ("http://127.0.0.1:7878", "", Ok("127.0.0.1:7878")),
            ("http://[::1]", "", Ok("[::1]:80")),
            ("http://192.0.2.1:81", "shop, 192.0.2.1", Ok("192.0.2.1:81")),
            ("http://192.0.2.1:81", "shop", Err("name the host in PACEGATE_ALLOW_HOSTS")),
            ("http://0.0.0.0:81", "", Err("0.0.0.0 is not this machine")),
            ("http://169.254.169.254", "169.254.169.254", Err("metadata")),
            ("ftp://127.0.0.1", "", Err("is not of the form")),
            ("", "", Err("is not of the form")),
        ] {
            let found = resolve(&plan(url), Protocol::Http1, allowed).await;
            match (expected, found) {
                (Ok(address), Ok(origin)) => {
                    assert_eq!(origin.addresses, [address.parse().unwrap()])
                }
                (Err(part), Err(error)) => assert!(error.to_string().contains(part), "{error}"),
                (expected, found) => panic!("{url}: {found:?} instead of {expected:?}"),
            }
        }
    }

    #[tokio::test]
    async fn the_address_that_listens_is_tried_first_from_then_on() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let addresses = vec![closed, listener.local_addr().unwrap()];
        let origin = Origin { addresses, ..Origin::of(closed) };
        origin.connect().await.unwrap();
        assert_eq!(origin.preferred.load(Relaxed), 1);
        drop(listener);
        let error = origin.connect().await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
    }
}
