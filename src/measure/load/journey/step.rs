//! A step of a journey, ready to be sent.

use super::answer::{Answer, Wanted};
use super::body::{Body, Unusable};
use super::variables::{Variables, in_path, verbatim};
use crate::config::{StepPlan, Template, ThinkPlan};
use crate::measure::load::LoadError;
use crate::measure::load::failure::RequestFailure;
use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{HOST, HeaderName, HeaderValue, USER_AGENT};
use hyper::{Method, Request, Uri};
use std::time::Duration;

/// A request; its target is the path alone, as HTTP/1.1 wants it.
pub(in crate::measure::load) type Message = Request<Full<Bytes>>;

/// A step with its texts taken apart.
#[derive(Debug)]
pub(in crate::measure::load) struct Step {
    /// Its name.
    pub(in crate::measure::load) name: String,
    /// How long the visitor waits after the answer.
    pub(in crate::measure::load) think: Option<ThinkPlan>,
    parts: Parts,
    /// The request itself, where nothing of it is variable: cloned for every send.
    constant: Option<Message>,
    wanted: Wanted,
    reads_body: bool,
}

#[derive(Debug)]
struct Parts {
    method: Method,
    path: Template,
    headers: Vec<(HeaderName, Template)>,
    body: Body,
}

impl Step {
    /// Takes a step apart; `url` is the load's origin.
    ///
    /// # Errors
    ///
    /// When a method, path, header, expectation or body cannot be used.
    pub(super) fn new(url: &str, plan: &StepPlan) -> Result<Step, LoadError> {
        let wrong = |why: String| LoadError::Step { step: plan.name.clone(), why };
        let body = Body::new(plan.body.as_ref()).map_err(|unusable| match unusable {
            Unusable::Text(why) => wrong(why),
            Unusable::File(error) => error,
        })?;
        let mut headers = vec![];
        for (name, value) in &plan.headers {
            let name = HeaderName::try_from(name.as_str()).map_err(|e| wrong(e.to_string()))?;
            headers.push((name, Template::parse(value).map_err(wrong)?));
        }
        let url: Uri = url.parse().map_err(|_| wrong("its origin is no URL".to_owned()))?;
        let authority = url.authority().map_or("", |authority| authority.as_str());
        let agent = concat!("pacegate/", env!("CARGO_PKG_VERSION"));
        for (name, value) in [(HOST, authority), (USER_AGENT, agent)] {
            if !headers.iter().any(|(other, _)| *other == name) {
                headers.push((name, Template::parse(value).map_err(wrong)?));
            }
        }
        let method = Method::from_bytes(plan.method.as_bytes());
        let parts = Parts {
            method: method.map_err(|error| wrong(error.to_string()))?,
            path: Template::parse(&plan.path).map_err(wrong)?,
            headers,
            body,
        };
        let constant = match parts.is_constant() {
            true => Some(parts.constant().map_err(|error| wrong(error.to_string()))?),
            false => None,
        };
        let wanted = Wanted::new(&plan.expect, &plan.extract).map_err(wrong)?;
        Ok(Step {
            name: plan.name.clone(),
            think: plan.think,
            reads_body: wanted.reads_body(),
            parts,
            constant,
            wanted,
        })
    }

    /// The request of a visitor who knows these values.
    ///
    /// # Errors
    ///
    /// When a variable has no value, or one that cannot stand there.
    pub(in crate::measure::load) fn message(
        &self,
        variables: &Variables,
    ) -> Result<Message, RequestFailure> {
        match &self.constant {
            Some(constant) => Ok(constant.clone()),
            None => self.parts.message(variables),
        }
    }

    /// Whether the content of the answer's body matters.
    pub(in crate::measure::load) fn reads_body(&self) -> bool {
        self.reads_body
    }

    /// Judges an answer that took so long, and takes the variables from it.
    ///
    /// # Errors
    ///
    /// With the first thing that is not as it should be.
    pub(in crate::measure::load) fn judge(
        &self,
        answer: &Answer,
        took: Duration,
        variables: &mut Variables,
    ) -> Result<(), RequestFailure> {
        self.wanted.judge(answer, took, variables)
    }
}

impl Parts {
    fn is_constant(&self) -> bool {
        let headers = || self.headers.iter().all(|(_, value)| value.constant().is_some());
        self.path.constant().is_some() && self.body.is_constant() && headers()
    }

    fn constant(&self) -> Result<Message, hyper::http::Error> {
        let path = self.path.constant().unwrap_or_default();
        let mut builder = Request::builder().method(self.method.clone()).uri(path);
        for (name, value) in &self.headers {
            builder = builder.header(name, value.constant().unwrap_or_default());
        }
        let body = match &self.body {
            Body::Constant(bytes) => bytes.clone(),
            _ => Bytes::new(),
        };
        builder.body(Full::new(body))
    }

    fn message(&self, variables: &Variables) -> Result<Message, RequestFailure> {
        let unsendable = |_| RequestFailure::Unsendable;
        let path = variables.render(&self.path, in_path)?;
        let mut message = Request::new(Full::new(self.body.render(variables)?));
        *message.method_mut() = self.method.clone();
        *message.uri_mut() = path.parse().map_err(|_| RequestFailure::Unsendable)?;
        for (name, value) in &self.headers {
            let value = HeaderValue::try_from(variables.render(value, verbatim)?);
            message.headers_mut().append(name, value.map_err(unsendable)?);
        }
        Ok(message)
    }
}
