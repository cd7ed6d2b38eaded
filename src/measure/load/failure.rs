//! The ways in which a request can fail, told apart as far as a reader can act on them.

use serde::{Deserialize, Serialize};
use std::error::Error as _;
use std::fmt;
use std::io;

/// The longest body that is read.
pub(super) const MAX_BODY_BYTES: u64 = 64 << 20;

/// Why a request failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum RequestFailure {
    /// Nobody listens, or the listener refused.
    Refused,
    /// The host could not be reached for another reason.
    Unreachable,
    /// The connection was reset.
    Reset,
    /// The connection was closed before the answer was complete.
    Closed,
    /// The answer was not complete in time.
    Timeout,
    /// The status was not one that counts as success.
    Status(u16),
    /// The body was longer than [`MAX_BODY_BYTES`].
    BodyTooLarge,
    /// The answer was not HTTP.
    Malformed,
    /// The TLS handshake failed for another reason than the certificate.
    Handshake,
    /// The certificate is not trusted: expired, of another host, or of an unknown authority.
    Certificate,
    /// It took longer than was expected of it.
    Slow,
    /// The body was longer than was expected of it.
    Size,
    /// A header was not as expected.
    Header,
    /// The body does not hold the text that was expected.
    Body,
    /// The body is not JSON, where something was expected in it.
    NotJson,
    /// A value in the JSON was not as expected.
    Json,
    /// A variable found nothing in the answer.
    NothingExtracted,
    /// A variable of the request had no value.
    NoValue,
    /// With the values of its variables it is no request.
    Unsendable,
    /// There were more redirects than are followed.
    Redirects,
    /// A redirect led to another origin, which is not followed.
    Elsewhere,
    /// This machine had no file descriptor, port or memory for a connection: no fault of the service.
    NoSocket,
    /// A tool that runs a script of the user's own says so.
    Reported,
}

impl RequestFailure {
    /// What a failed attempt to connect, the TLS handshake included, means.
    pub(super) fn of_connecting(error: &io::Error) -> Self {
        use nix::errno::Errno;
        if let Some(tls) = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
            return match tls {
                rustls::Error::InvalidCertificate(_) => RequestFailure::Certificate,
                _ => RequestFailure::Handshake,
            };
        }
        match error.raw_os_error().map(Errno::from_raw) {
            Some(
                Errno::EMFILE
                | Errno::ENFILE
                | Errno::EADDRNOTAVAIL
                | Errno::ENOBUFS
                | Errno::ENOMEM,
            ) => RequestFailure::NoSocket,
            Some(Errno::ECONNREFUSED) => RequestFailure::Refused,
            Some(Errno::ECONNRESET | Errno::ECONNABORTED) => RequestFailure::Reset,
            None if error.kind() == io::ErrorKind::UnexpectedEof => RequestFailure::Closed,
            _ => RequestFailure::Unreachable,
        }
    }

    /// What a failed exchange on an open connection means.
    pub(super) fn of_exchange(error: &hyper::Error) -> Self {
        if error.is_parse() {
            return RequestFailure::Malformed;
        }
        let mut cause = error.source();
        while let Some(error) = cause {
            if let Some(error) = error.downcast_ref::<io::Error>() {
                return match error.kind() {
                    io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => {
                        RequestFailure::Malformed
                    }
                    io::ErrorKind::UnexpectedEof => RequestFailure::Closed,
                    _ => RequestFailure::Reset,
                };
            }
            cause = error.source();
        }
        RequestFailure::Closed
    }
}

impl fmt::Display for RequestFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RequestFailure::Refused => f.write_str("connection refused"),
            RequestFailure::Unreachable => f.write_str("unreachable"),
            RequestFailure::Reset => f.write_str("connection reset"),
            RequestFailure::Closed => f.write_str("closed before the end of the answer"),
            RequestFailure::Timeout => f.write_str("timeout"),
            RequestFailure::Status(status) => write!(f, "status {status}"),
            RequestFailure::BodyTooLarge => {
                write!(f, "body over {} MiB", MAX_BODY_BYTES >> 20)
            }
            RequestFailure::Malformed => f.write_str("malformed answer"),
            RequestFailure::Handshake => f.write_str("TLS handshake failed"),
            RequestFailure::Certificate => f.write_str("certificate not trusted"),
            RequestFailure::Slow => f.write_str("slower than expected"),
            RequestFailure::Size => f.write_str("body longer than expected"),
            RequestFailure::Header => f.write_str("header not as expected"),
            RequestFailure::Body => f.write_str("expected text not in the body"),
            RequestFailure::NotJson => f.write_str("body is not JSON"),
            RequestFailure::Json => f.write_str("JSON value not as expected"),
            RequestFailure::NothingExtracted => f.write_str("nothing to extract"),
            RequestFailure::NoValue => f.write_str("variable without a value"),
            RequestFailure::Unsendable => f.write_str("no request with these values"),
            RequestFailure::Redirects => f.write_str("too many redirects"),
            RequestFailure::Elsewhere => f.write_str("redirect to another origin"),
            RequestFailure::Reported => f.write_str("failed, as the script says"),
            RequestFailure::NoSocket => f.write_str("no file descriptor or port left here"),
        }
    }
}
