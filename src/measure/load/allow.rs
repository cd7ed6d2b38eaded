//! Which hosts a load may be sent to: a load generator that runs what a pull request wrote must not
//! become a weapon.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

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
