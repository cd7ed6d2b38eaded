//! Why no answer came.

use super::retry::NoAnswer;
use std::error::Error;
use std::io;

/// Why no answer came, or none that could be read.
pub(super) struct Failure {
    pub(super) kind: NoAnswer,
    /// What it comes down to.
    pub(super) why: String,
}

impl Failure {
    /// One that may be over the next time.
    pub(super) fn passing(why: &str) -> Failure {
        Failure { kind: NoAnswer::Broken, why: why.to_owned() }
    }

    /// That of an error, by what caused it.
    pub(super) fn of(error: &(dyn Error + 'static)) -> Failure {
        let kind = kind(error).unwrap_or(NoAnswer::Broken);
        Failure { kind, why: root(error) }
    }
}

/// The first cause that is known to last.
fn kind(error: &(dyn Error + 'static)) -> Option<NoAnswer> {
    if let Some(rustls::Error::InvalidCertificate(_)) = error.downcast_ref() {
        return Some(NoAnswer::Untrusted);
    }
    let io = error.downcast_ref::<io::Error>();
    if io.is_some_and(|error| error.kind() == io::ErrorKind::ConnectionRefused) {
        return Some(NoAnswer::Refused);
    }
    // An I/O error names what it wraps in no other way.
    match io.and_then(io::Error::get_ref) {
        Some(inner) => kind(inner),
        None => kind(error.source()?),
    }
}

/// What an error comes down to: the outer ones tell addresses.
pub(super) fn root(mut error: &(dyn Error + 'static)) -> String {
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustls::CertificateError;

    #[test]
    fn what_lasts_is_told_from_what_passes() {
        let check = |error: io::Error, expected: NoAnswer| {
            let wrapped = io::Error::other(error);
            assert_eq!(Failure::of(&wrapped).kind, expected, "{wrapped:?}");
        };
        let untrusted = CertificateError::UnknownIssuer.into();
        check(io::Error::other::<rustls::Error>(untrusted), NoAnswer::Untrusted);
        check(io::Error::other(rustls::Error::DecryptError), NoAnswer::Broken);
        check(io::ErrorKind::ConnectionRefused.into(), NoAnswer::Refused);
        check(io::ErrorKind::ConnectionReset.into(), NoAnswer::Broken);
    }
}
