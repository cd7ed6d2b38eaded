//! Sending to a forge over HTTP: with the token, in time, and again where that helps.

use super::retry::{Attempt, Outcome};
use super::{Connection, Error, Request};
use crate::report::escape;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LINK};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, Response};
use serde_json::Value;
use std::error::Error as StdError;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::time::Instant;
use url::{Position, Url};

/// The most bytes that are read of an answer.
const MAX_ANSWER: usize = 10 << 20;
/// The most bytes that are read of a refusal.
const MAX_REFUSAL: usize = 64 << 10;

/// One repository of a forge, for the time of one post.
pub(super) struct Http<'c> {
    client: Client,
    connection: &'c Connection,
    /// What to do about a token that may not do what was asked.
    no_access: &'static str,
    started: Instant,
    /// When the thing at hand is given up, from the start.
    until: Duration,
    sent: usize,
}

/// An answer of success.
pub(super) struct Answer {
    /// What was asked for; nothing where something was written.
    pub(super) content: Value,
    /// Whether there is a page after this one.
    pub(super) has_next: bool,
}

/// An answer that is no success.
struct Refusal {
    status: u16,
    headers: HeaderMap,
    body: String,
}

/// What came of one try: a success, a refusal, or why there was neither.
type Tried = Result<Result<Answer, Refusal>, String>;

impl<'c> Http<'c> {
    /// A client that sends the token in a header of that name, as a text made of it.
    pub(super) fn new(
        connection: &'c Connection,
        (name, value): (HeaderName, String),
        no_access: &'static str,
    ) -> Result<Http<'c>, Error> {
        let refused = |why: &str| Error::Api { why: why.to_owned() };
        let value = HeaderValue::from_str(&value).ok();
        let value = value.filter(|_| !connection.token.secret().is_empty());
        let mut value =
            value.ok_or_else(|| refused("its token is empty, or holds what no token does"))?;
        value.set_sensitive(true);
        // A redirect could lead the token to another host. Proxies are those of the environment.
        let client = Client::builder()
            .redirect(Policy::none())
            .no_gzip()
            .user_agent(concat!("pacegate/", env!("CARGO_PKG_VERSION")))
            .default_headers(HeaderMap::from_iter([(name, value)]))
            .build()
            .map_err(|error| refused(&root(&error)))?;
        let (started, until) = (Instant::now(), connection.within);
        Ok(Http { client, connection, no_access, started, until, sent: 0 })
    }

    /// How many requests were sent.
    pub(super) fn sent(&self) -> usize {
        self.sent
    }

    /// Leaves a sixth of the time to each thing that is told after the next.
    pub(super) fn leave_time_for(&mut self, later: u32) {
        self.until = self.connection.within.saturating_sub(self.connection.within / 6 * later);
    }

    /// Sends what may take effect twice without harm, until it succeeds.
    pub(super) async fn ask(
        &mut self,
        what: &'static str,
        request: &Request,
    ) -> Result<Answer, Error> {
        let mut tries = 0;
        loop {
            if let Some(answer) = self.once(what, request, &mut tries).await? {
                return Ok(answer);
            }
        }
    }

    /// Sends what must take effect once. A request that seems to have failed may have succeeded, so `made`
    /// says whether it did before it is sent again.
    pub(super) async fn create(
        &mut self,
        what: &'static str,
        request: &Request,
        mut made: impl AsyncFnMut(&mut Self) -> Result<bool, Error>,
    ) -> Result<(), Error> {
        let mut tries = 0;
        while self.once(what, request, &mut tries).await?.is_none() {
            if made(self).await? {
                break;
            }
        }
        Ok(())
    }

    /// Sends a request; `None` where it failed and may be sent again, now that a wait is over.
    async fn once(
        &mut self,
        what: &'static str,
        request: &Request,
        tries: &mut u32,
    ) -> Result<Option<Answer>, Error> {
        *tries += 1;
        self.sent += 1;
        let patience = self.attempt(*tries).patience();
        let tried = tokio::time::timeout(patience, self.exchange(request)).await;
        let tried = tried.unwrap_or_else(|_| Err("no answer came in time".to_owned()));
        let unreachable = |why: String| Error::Unreachable { what, why, tries: *tries };
        let attempt = self.attempt(*tries);
        let (wait, error) = match tried {
            Ok(Ok(answer)) => return Ok(Some(answer)),
            Ok(Err(Refusal { status, headers, body })) => {
                let outcome = Outcome::Answer { status, headers: &headers, body: &body };
                let error = match outcome.passes() {
                    true => unreachable(format!("the forge answered {status}")),
                    false => Error::Refused { what, status, advice: self.advice(status, &body) },
                };
                (attempt.wait(outcome), error)
            }
            Err(why) => (attempt.wait(Outcome::NoAnswer), unreachable(self.redacted(&why))),
        };
        tokio::time::sleep(wait.ok_or(error)?).await;
        Ok(None)
    }

    fn attempt(&self, tries: u32) -> Attempt {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Attempt {
            tries,
            within: self.connection.within,
            left: self.until.saturating_sub(self.started.elapsed()),
            now: i64::try_from(now.as_secs()).unwrap_or(i64::MAX),
            // As good as chance: jobs do not fail in step to the nanosecond.
            jitter: f64::from(now.subsec_nanos()) / 1e9,
        }
    }

    async fn exchange(&self, request: &Request) -> Tried {
        let api = self.connection.api.as_str().trim_end_matches('/');
        let method = Method::from_bytes(request.method.as_bytes());
        let method = method.map_err(|error| error.to_string())?;
        let mut sent = self.client.request(method, format!("{api}{}", request.path));
        if let Some(body) = &request.body {
            sent = sent.header(CONTENT_TYPE, "application/json").body(body.to_string());
        }
        let mut response = sent.send().await.map_err(|error| root(&error))?;
        if !response.status().is_success() {
            let status = response.status().as_u16();
            let headers = response.headers().clone();
            let (body, _) = read(&mut response, MAX_REFUSAL).await.unwrap_or_default();
            let body = String::from_utf8_lossy(&body).into_owned();
            return Ok(Err(Refusal { status, headers, body }));
        }
        let has_next = has_next(response.headers());
        // What was written is written, whatever comes after the answer's head.
        let content = match request.method {
            "GET" => match read(&mut response, MAX_ANSWER).await? {
                (_, true) => return Err("the answer is too long".to_owned()),
                (body, false) => serde_json::from_slice(&body)
                    .map_err(|_| "the answer cannot be read".to_owned())?,
            },
            _ => Value::Null,
        };
        Ok(Ok(Answer { content, has_next }))
    }

    fn advice(&self, status: u16, body: &str) -> String {
        match status {
            300..=399 => "it sends elsewhere; name the address of the API itself".to_owned(),
            401 | 403 => self.no_access.to_owned(),
            404 => {
                format!("no such thing is there, or the token may not see it: {}", self.no_access)
            }
            _ => self.redacted(&escape::prose(body)),
        }
    }

    /// A text without the token, which a server may have sent back.
    fn redacted(&self, text: &str) -> String {
        text.replace(self.connection.token.secret(), "***")
    }
}

/// Reads at most so many bytes, and says whether there was more.
async fn read(response: &mut Response, most: usize) -> Result<(Vec<u8>, bool), String> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| root(&error))? {
        if body.len() + chunk.len() > most {
            return Ok((body, true));
        }
        body.extend_from_slice(&chunk);
    }
    Ok((body, false))
}

/// Whether a page is not the last one, as GitLab says it or as others do. Where it is, is not asked.
fn has_next(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    text("x-next-page").is_some_and(|page| !page.trim().is_empty())
        || text(LINK.as_str()).is_some_and(|links| links.contains("rel=\"next\""))
}

/// What an error comes down to: the outer ones tell addresses.
fn root(mut error: &(dyn StdError + 'static)) -> String {
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}

/// A path below the API's address; nothing within a segment can leave it.
pub(super) fn path(segments: &[&str], query: &[(&str, &str)]) -> String {
    // The address is only there to be parsed, and always is one.
    let Ok(mut url) = Url::parse("https://localhost") else { return String::new() };
    if let Ok(mut path) = url.path_segments_mut() {
        path.clear().extend(segments);
    }
    if !query.is_empty() {
        url.query_pairs_mut().extend_pairs(query);
    }
    url[Position::BeforePath..].to_owned()
}
