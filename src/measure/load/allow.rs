//! Which hosts a load may be sent to: a load generator that runs what a pull request wrote must not
//! become a weapon.

use super::LoadError;
use crate::config::{LoadPlan, host_of};
use hyper::Uri;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use tokio::net::lookup_host;

/// Why a load may not be sent somewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::measure) enum Refusal {
    /// An address that serves a machine's own metadata or configuration; never allowed.
    Internal(IpAddr),
    /// An address of another machine that nobody allowed.
    Elsewhere(IpAddr),
}

/// Addresses of metadata services outside the link-local ranges (Alibaba Cloud, AWS over IPv6).
const METADATA: [IpAddr; 2] = [
    IpAddr::V4(Ipv4Addr::new(100, 100, 100, 200)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x254)),
];

/// Looks a load's host up and checks that it may be loaded; `allowed` is a list separated by commas. There
/// is an address at least.
///
/// # Errors
///
/// When the URL is not one, the name is unknown, or an address is not allowed.
pub(super) async fn resolve(plan: &LoadPlan, allowed: &str) -> Result<Vec<SocketAddr>, LoadError> {
    let not_url = || LoadError::Plan("its URL is not of the form `http[s]://host:port`");
    let uri: Uri = plan.url.parse().map_err(|_| not_url())?;
    let host = host_of(&plan.url).ok_or_else(not_url)?;
    let is_https = uri.scheme_str() == Some("https");
    let port = uri.port_u16().unwrap_or(if is_https { 443 } else { 80 });
    let found = lookup_host((host.as_str(), port));
    let found = tokio::time::timeout(plan.timeout, found).await;
    let found = found.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into())).and_then(|found| {
        let addresses: Vec<SocketAddr> = found.collect();
        let none = || io::Error::new(io::ErrorKind::NotFound, "it has no address");
        (!addresses.is_empty()).then_some(addresses).ok_or_else(none)
    });
    let addresses = found.map_err(|source| LoadError::Lookup { host: host.clone(), source })?;
    let allowed: Vec<&str> = allowed.split(',').map(str::trim).collect();
    let ips: Vec<IpAddr> = addresses.iter().map(SocketAddr::ip).collect();
    check(&host, &ips, &allowed).map_err(|refusal| LoadError::Forbidden {
        reason: match refusal {
            Refusal::Internal(address) => {
                format!("{address} is a link-local or metadata address, which is never loaded")
            }
            Refusal::Elsewhere(address) => format!(
                "{address} is not this machine; if you may load it, name the host in {}",
                super::ALLOW_HOSTS
            ),
        },
        host,
    })?;
    Ok(addresses)
}

/// Checks every address that `host` stands for.
///
/// All must be loopback, or `host` or the address itself be one of `allowed`; link-local and metadata
/// addresses are refused even then. A name that looks local proves nothing: only addresses count.
///
/// # Errors
///
/// With the first address that is refused.
pub(in crate::measure) fn check(
    host: &str,
    addresses: &[IpAddr],
    allowed: &[&str],
) -> Result<(), Refusal> {
    let named = allowed.iter().any(|name| name.eq_ignore_ascii_case(host));
    addresses.iter().map(IpAddr::to_canonical).try_for_each(|address| {
        let listed = || {
            allowed
                .iter()
                .any(|name| name.parse().is_ok_and(|ip: IpAddr| ip.to_canonical() == address))
        };
        if is_internal(address) {
            Err(Refusal::Internal(address))
        } else if address.is_loopback() || named || listed() {
            Ok(())
        } else {
            Err(Refusal::Elsewhere(address))
        }
    })
}

fn is_internal(address: IpAddr) -> bool {
    let link_local = match address {
        IpAddr::V4(v4) => v4.is_link_local(),
        IpAddr::V6(v6) => v6.is_unicast_link_local(),
    };
    link_local || METADATA.contains(&address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn ask(host: &str, addresses: &[&str], allowed: &[&str]) -> Result<(), Refusal> {
        let addresses: Vec<IpAddr> = addresses.iter().map(|text| text.parse().unwrap()).collect();
        check(host, &addresses, allowed)
    }

    #[test]
    fn loopback_and_allowed_hosts_are_loaded() {
        for (host, addresses, allowed) in [
            ("localhost", &["::1", "127.0.0.1"][..], &[][..]),
            ("127.9.9.9", &["127.9.9.9"], &[]),
            ("::ffff:127.0.0.1", &["::ffff:127.0.0.1"], &[]),
            ("shop.example", &["192.0.2.7"], &["shop.example"]),
            ("shop.example", &["192.0.2.7"], &["other", "SHOP.example"]),
            ("shop.example", &["192.0.2.7", "127.0.0.1"], &["192.0.2.7"]),
            ("shop.example", &["2001:db8::1"], &["2001:DB8:0::1"]),
        ] {
            assert_eq!(ask(host, addresses, allowed), Ok(()), "{host} {addresses:?} {allowed:?}");
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for (host, addresses, allowed) in [
            ("shop.example", &["192.0.2.7"][..], &[][..]),
            ("localhost", &["127.0.0.1", "192.0.2.7"], &[]),
            ("0.0.0.0", &["0.0.0.0"], &[]),
            ("::", &["::"], &[]),
            ("shop.example", &["192.0.2.7"], &["shop", "example", "", "192.0.2.8"]),
            ("shop.example", &["192.0.2.7", "192.0.2.8"], &["192.0.2.7"]),
        ] {
            let refused = ask(host, addresses, allowed);
            assert!(matches!(refused, Err(Refusal::Elsewhere(_))), "{host} gave {refused:?}");
        }
    }

    #[test]
    fn metadata_is_refused_even_when_allowed() {
        for address in [
            "169.254.169.254",
            "::ffff:169.254.169.254",
            "fe80::1",
            "febf::1",
            "100.100.100.200",
            "fd00:ec2::254",
        ] {
            let refused = ask("shop.example", &["127.0.0.1", address], &["shop.example", address]);
            assert!(matches!(refused, Err(Refusal::Internal(_))), "{address} gave {refused:?}");
        }
    }
}
