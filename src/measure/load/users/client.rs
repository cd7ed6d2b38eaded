//! A user's HTTP client.

use super::handed::Asked;
use crate::measure::load::exchange::Client;
use crate::measure::load::failure::{MAX_BODY_BYTES, RequestFailure};
use crate::measure::load::journey::{Answer, Message};
use bytes::BytesMut;
use http_body_util::BodyExt as _;
use reqwest::header::HOST;
use reqwest::redirect::Policy;
use reqwest::{Certificate, ClientBuilder};
use std::error::Error as _;
use std::io;
use std::time::Instant;

/// How a user's requests are sent: as the open engine sends its own, so that both ask for the same.
/// Redirects, cookies and timeouts are the engine's, and proxies are not asked.
///
/// # Errors
///
/// When the file of trusted certificates cannot be used.
pub(super) fn builder(asked: &Asked) -> io::Result<ClientBuilder> {
    let plan = &asked.plan;
    let host = crate::config::host_of(&plan.url).unwrap_or_default();
    let mut builder = ClientBuilder::new()
        .redirect(Policy::none())
        .no_gzip()
        .no_proxy()
        .http1_only()
        .tcp_nodelay(true)
        .pool_idle_timeout(None)
        .resolve_to_addrs(&host, &asked.addresses);
    if let Some(path) = &plan.ca {
        let certificates =
            Certificate::from_pem_bundle(&std::fs::read(path)?).map_err(io::Error::other)?;
        for certificate in certificates {
            builder = builder.add_root_certificate(certificate);
        }
    }
    Ok(builder)
}

/// A user as a client of the load.
pub(super) struct User<'a> {
    pub(super) client: &'a reqwest::Client,
    /// The load's origin.
    pub(super) origin: &'a str,
}

impl Client for User<'_> {
    async fn exchange(
        &mut self,
        message: Message,
        wants_body: bool,
        sent: &mut Option<Instant>,
    ) -> Result<Answer, RequestFailure> {
        let (head, body) = message.into_parts();
        let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
        let url = format!("{}{path}", self.origin);
        let mut headers = head.headers;
        // The client writes it, unless it is another one than the URL's.
        if headers.get(HOST).is_some_and(|host| self.origin.ends_with(host.to_str().unwrap_or("")))
        {
            headers.remove(HOST);
        }
        let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
        let request = self.client.request(head.method, url).headers(headers);
        let request = if body.is_empty() { request } else { request.body(body) };
        *sent = Some(Instant::now());
        let mut response = request.send().await.map_err(|error| failure(&error, sent))?;
        let (status, headers) = (response.status(), response.headers().clone());
        let (mut length, mut whole) = (0, BytesMut::new());
        while let Some(data) = response.chunk().await.map_err(|error| failure(&error, sent))? {
            length += data.len() as u64;
            if length > MAX_BODY_BYTES {
                return Err(RequestFailure::BodyTooLarge);
            }
            if wants_body {
                whole.extend_from_slice(&data);
            }
        }
        Ok(Answer { status, headers, body: whole.freeze(), length })
    }

    /// A request that is given up closes its connection by itself.
    fn hang_up(&mut self) {}
}

/// What went wrong, found among the causes; one that kept the request from leaving takes `sent` back.
fn failure(error: &reqwest::Error, sent: &mut Option<Instant>) -> RequestFailure {
    if error.is_builder() {
        *sent = None;
        return RequestFailure::Unsendable;
    }
    if error.is_connect() {
        *sent = None;
    }
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<hyper::Error>() {
            return RequestFailure::of_exchange(error);
        }
        if let Some(error) = error.downcast_ref::<io::Error>() {
            return RequestFailure::of_connecting(error);
        }
        cause = error.source();
    }
    if error.is_connect() { RequestFailure::Unreachable } else { RequestFailure::Closed }
}
