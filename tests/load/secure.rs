//! TLS and HTTP/2, against servers of other makes.

use crate::locust::{self, distributed};
use crate::{arrivals, errors, kinds, plan, run, step, steps};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, Version};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use pacegate::config::{LoadPlan, Protocol};
use pacegate::measure::load::LoadError;
use rcgen::{CertificateParams, KeyPair};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio_rustls::TlsAcceptor;

/// A server on a thread of its own, until it is dropped.
struct Server {
    port: u16,
    seen: Arc<Seen>,
    folder: tempfile::TempDir,
    _end: tokio::sync::oneshot::Sender<()>,
}

#[derive(Default)]
struct Seen {
    connections: AtomicUsize,
    requests: AtomicUsize,
    newest: Mutex<Option<(Version, String)>>,
}

impl Server {
    /// A server with a certificate for `localhost` that is valid until that year, or without TLS.
    fn start(valid_until: Option<i32>) -> Server {
        let folder = tempfile::tempdir().unwrap();
        let acceptor = valid_until.map(|year| {
            let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
            params.not_before = rcgen::date_time_ymd(2020, 1, 1);
            params.not_after = rcgen::date_time_ymd(year, 1, 1);
            let key = KeyPair::generate().unwrap();
            let certificate = params.self_signed(&key).unwrap();
            std::fs::write(folder.path().join("ca.pem"), certificate.pem()).unwrap();
            let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
            let mut config = rustls::ServerConfig::builder_with_provider(provider)
                .with_safe_default_protocol_versions()
                .unwrap()
                .with_no_client_auth()
                .with_single_cert(
                    vec![certificate.der().clone()],
                    rustls::pki_types::PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
                )
                .unwrap();
            config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
            TlsAcceptor::from(Arc::new(config))
        });
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(Seen::default());
        let (end, ended) = tokio::sync::oneshot::channel();
        let counts = Arc::clone(&seen);
        std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                tokio::select! {
                    () = accept(listener, acceptor, counts) => {}
                    _ = ended => {}
                }
            });
        });
        Server { port, seen, folder, _end: end }
    }

    fn ca(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// Ten requests of one step each.
    fn plan(&self, scheme: &str, protocol: Protocol) -> LoadPlan {
        let mut plan = plan(format!("{scheme}://localhost:{}", self.port), 20.0, 0.5);
        plan.ca = (scheme == "https").then(|| self.ca());
        plan.timeout = Duration::from_secs(5);
        arrivals(&mut plan).protocol = protocol;
        *steps(&mut plan) = vec![step("GET", "/products?page=1")];
        plan
    }
}

async fn accept(listener: tokio::net::TcpListener, acceptor: Option<TlsAcceptor>, seen: Arc<Seen>) {
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        seen.connections.fetch_add(1, SeqCst);
        let (acceptor, seen) = (acceptor.clone(), Arc::clone(&seen));
        tokio::spawn(async move {
            let service = service_fn(move |request: Request<Incoming>| {
                seen.requests.fetch_add(1, SeqCst);
                let host = request.uri().authority().map(|a| a.to_string());
                let host = host.or_else(|| {
                    request.headers().get("host").map(|h| h.to_str().unwrap().to_owned())
                });
                let told = format!("{} {}", host.unwrap_or_default(), request.uri().path());
                *seen.newest.lock().unwrap() = Some((request.version(), told));
                async {
                    Ok::<_, std::convert::Infallible>(Response::new(Full::<Bytes>::from("ok")))
                }
            });
            let builder = Builder::new(TokioExecutor::new());
            // A client may leave at any moment.
            match acceptor {
                None => drop(builder.serve_connection(TokioIo::new(stream), service).await),
                Some(acceptor) => {
                    if let Ok(stream) = acceptor.accept(stream).await {
                        drop(builder.serve_connection(TokioIo::new(stream), service).await);
                    }
                }
            }
        });
    }
}

#[test]
fn requests_arrive_over_tls_and_by_either_protocol() {
    for (scheme, protocol, version) in [
        ("https", Protocol::Http1, Version::HTTP_11),
        ("https", Protocol::Http2, Version::HTTP_2),
        ("http", Protocol::Http2, Version::HTTP_2),
    ] {
        let server = Server::start((scheme == "https").then_some(2100));
        let target = run(&server.plan(scheme, protocol)).unwrap();
        assert_eq!(errors(&target, "errors"), (0, 10), "{scheme}: {:?}", target.warnings);
        assert_eq!(server.seen.requests.load(SeqCst), 10);
        let newest = server.seen.newest.lock().unwrap().clone();
        let told = format!("localhost:{} /products", server.port);
        assert_eq!(newest, Some((version, told)));
    }
}

#[test]
fn requests_of_http2_share_connections() {
    let server = Server::start(None);
    let mut plan = server.plan("http", Protocol::Http2);
    arrivals(&mut plan).connections = 2;
    arrivals(&mut plan).threads = Some(1);
    arrivals(&mut plan).stages[0].from = 2000.0;
    arrivals(&mut plan).stages[0].to = 2000.0;
    let target = run(&plan).unwrap();
    assert_eq!(errors(&target, "errors"), (0, 1000), "{:?}", target.warnings);
    assert!(server.seen.connections.load(SeqCst) <= 2);
}

#[test]
fn certificates_are_verified() {
    let check = |plan: &LoadPlan, kind: &str| {
        let error = run(plan).unwrap_err();
        assert!(matches!(&error, LoadError::NothingSent { .. }), "{error}");
        assert!(error.to_string().contains(&format!("10 × {kind}")), "{error}");
    };
    let server = Server::start(Some(2100));
    let other = Server::start(Some(2100));
    let expired = Server::start(Some(2021));
    for protocol in [Protocol::Http1, Protocol::Http2] {
        let mut plan = server.plan("https", protocol);
        plan.ca = Some(other.ca());
        check(&plan, "certificate not trusted");
        check(&expired.plan("https", protocol), "certificate not trusted");
        plan.ca = Some(server.ca());
        plan.url = format!("https://127.0.0.1:{}", server.port);
        check(&plan, "certificate not trusted");
        let plain = Server::start(None);
        plan.url = format!("https://localhost:{}", plain.port);
        check(&plan, "TLS handshake failed");
    }
    assert_eq!(server.seen.requests.load(SeqCst), 0);
}

#[test]
fn workers_verify_certificates_too() {
    let server = Server::start(Some(2100));
    let other = Server::start(Some(2100));
    for (authority, kind) in [(server.ca(), None), (other.ca(), Some("certificate not trusted"))] {
        let mut plan = distributed(format!("https://localhost:{}", server.port), 1, 1.0);
        plan.ca = Some(authority);
        let target = locust::run(&plan).unwrap();
        let kinds: Vec<String> = kinds(&target).into_keys().collect();
        assert_eq!(kinds, kind.into_iter().collect::<Vec<_>>());
        assert!(errors(&target, "errors").1 > 0);
    }
}

#[test]
fn an_authority_that_cannot_be_used_is_told() {
    let server = Server::start(Some(2100));
    let mut plan = distributed(format!("https://localhost:{}", server.port), 1, 1.0);
    plan.ca = Some(server.folder.path().to_owned());
    let error = locust::run(&plan).unwrap_err();
    assert!(matches!(&error, LoadError::Tls(_)), "{error}");
    for (text, part) in [
        (None, "No such file"),
        (Some(""), "it holds no certificate"),
        (Some("-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n"), "ca.pem"),
        (Some("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"), "ca.pem"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ca.pem");
        if let Some(text) = text {
            std::fs::write(&path, text).unwrap();
        }
        let mut plan = server.plan("https", Protocol::Http1);
        plan.ca = Some(path);
        let error = run(&plan).unwrap_err();
        assert!(matches!(&error, LoadError::Tls(why) if why.contains(part)), "{error}");
    }
}

#[test]
fn a_server_that_speaks_http1_only_fails_http2() {
    let server = crate::server::Server::start(|_| crate::server::Reply::keep(crate::server::OK));
    let mut plan = plan(server.url(), 20.0, 0.5);
    plan.timeout = Duration::from_secs(2);
    arrivals(&mut plan).protocol = Protocol::Http2;
    match run(&plan) {
        Ok(target) => assert_eq!(kinds(&target).values().sum::<u64>(), 10, "{target:?}"),
        Err(error) => assert!(matches!(error, LoadError::NothingSent { .. }), "{error}"),
    }
}
