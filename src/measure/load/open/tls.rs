//! TLS: certificates are verified, always.

use crate::config::{LoadPlan, Protocol};
use crate::measure::load::LoadError;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use std::io;
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// What it takes to speak TLS with one host.
#[derive(Clone)]
pub(super) struct Tls {
    connector: TlsConnector,
    host: ServerName<'static>,
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Tls").field(&self.host).finish()
    }
}

impl Tls {
    /// Trusts the system's authorities, and those of the plan's file.
    ///
    /// # Errors
    ///
    /// When the file cannot be used, or nobody would be trusted.
    pub(super) fn new(plan: &LoadPlan, host: &str, protocol: Protocol) -> Result<Tls, LoadError> {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if let Some(path) = &plan.ca {
            let wrong = |why: String| LoadError::Tls(format!("`{}`: {why}", path.display()));
            let found = CertificateDer::pem_file_iter(path).map_err(|e| wrong(e.to_string()))?;
            let mut count = 0;
            for certificate in found {
                let certificate = certificate.map_err(|error| wrong(error.to_string()))?;
                roots.add(certificate).map_err(|error| wrong(error.to_string()))?;
                count += 1;
            }
            if count == 0 {
                return Err(wrong("it holds no certificate (PEM)".to_owned()));
            }
        }
        if roots.is_empty() {
            let why = "this system trusts no certificate authority; name a file of them as `ca`";
            return Err(LoadError::Tls(why.to_owned()));
        }
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| LoadError::Tls(error.to_string()))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = match protocol {
            Protocol::Http1 => vec![b"http/1.1".to_vec()],
            Protocol::Http2 => vec![b"h2".to_vec()],
        };
        let host = ServerName::try_from(host.to_owned())
            .map_err(|_| LoadError::Tls(format!("`{host}` cannot be on a certificate")))?;
        Ok(Tls { connector: TlsConnector::from(Arc::new(config)), host })
    }

    /// Shakes hands over an open connection.
    pub(super) async fn connect(&self, stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        self.connector.connect(self.host.clone(), stream).await
    }
}
