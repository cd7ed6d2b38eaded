//! The steps of a journey as HTTP requests, built once and cloned for every send.

use super::LoadError;
use crate::config::{LoadPlan, StepPlan};
use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{HOST, HeaderValue, USER_AGENT};
use hyper::{Request, Uri};

/// A step, ready to be sent.
#[derive(Debug, Clone)]
pub(super) struct Step {
    /// The request; its target is the path alone, as HTTP/1.1 wants it.
    pub(super) request: Request<Full<Bytes>>,
    expect_status: Vec<u16>,
}

impl Step {
    /// Whether a status counts as success.
    pub(super) fn expects(&self, status: u16) -> bool {
        match self.expect_status[..] {
            [] => (200..400).contains(&status),
            ref listed => listed.contains(&status),
        }
    }
}

/// Builds the requests of a load, in order.
///
/// # Errors
///
/// When a method, path or header is not valid HTTP.
pub(super) fn prepare(plan: &LoadPlan) -> Result<Vec<Step>, LoadError> {
    let step = |step: &StepPlan| {
        let wrong = |source| LoadError::Step { step: step.name.clone(), source };
        let request = request(&plan.url, step).map_err(wrong)?;
        Ok(Step { request, expect_status: step.expect_status.clone() })
    };
    plan.steps().map(step).collect()
}

fn request(url: &str, step: &StepPlan) -> Result<Request<Full<Bytes>>, hyper::http::Error> {
    let url: Uri = url.parse()?;
    let mut builder = Request::builder().method(step.method.as_str()).uri(step.path.as_str());
    for (name, value) in &step.headers {
        builder = builder.header(name, value);
    }
    let body = step.body.clone().unwrap_or_default();
    let mut request = builder.body(Full::new(Bytes::from(body)))?;
    let headers = request.headers_mut();
    let authority = url.authority().map_or("", |authority| authority.as_str());
    let host = HeaderValue::from_str(authority)?;
    headers.entry(HOST).or_insert(host);
    let agent = concat!("pacegate/", env!("CARGO_PKG_VERSION"));
    headers.entry(USER_AGENT).or_insert(HeaderValue::from_static(agent));
    Ok(request)
}
