//! Sending to GitHub: with the token, in time, and again where that helps.

use super::advice::advice;
use super::link::next_page;
use super::requests;
use crate::publish::retry::{Attempt, Outcome};
use crate::publish::{Connection, Error, Request};
use http_body_util::{BodyExt as _, Limited};
use octocrab::Octocrab;
use reqwest::header::{ACCEPT, HeaderMap, HeaderValue};
use reqwest::redirect::Policy;
use serde::de::DeserializeOwned;
use std::error::Error as StdError;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::time::Instant;

/// The most bytes of an answer: a page of 100 comments of 65,536 characters of four bytes, and some.
const MAX_ANSWER: usize = 32 << 20;
/// The most pages that are looked through.
const MAX_PAGES: usize = 100;

/// What a request is for, as errors tell it.
#[derive(Clone, Copy)]
pub(super) struct Purpose {
    /// Such as `write the comment`.
    pub(super) what: &'static str,
    /// What a token needs for it.
    pub(super) permission: &'static str,
}

/// One repository, for the time of one post.
pub(super) struct Client<'a> {
    octocrab: Octocrab,
    connection: &'a Connection,
    started: Instant,
    /// When the thing at hand is given up, from the start.
    until: Duration,
    sent: usize,
}

/// An answer of success.
struct Page<T> {
    content: T,
    /// The page after it.
    next: Option<String>,
}

/// An answer as it came.
struct Answer {
    status: u16,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl<'a> Client<'a> {
    pub(super) fn new(connection: &'a Connection) -> Result<Client<'a>, Error> {
        let refused = |why: &str| Error::Api { why: why.to_owned() };
        let parts: Vec<_> = connection.repository.split('/').collect();
        if parts.len() != 2 || parts.iter().any(|part| ["", ".", ".."].contains(part)) {
            return Err(refused("its repository is to be given as `owner/name`"));
        }
        let token = connection.token.secret();
        if token.is_empty() || HeaderValue::from_str(token).is_err() {
            return Err(refused("its token is empty, or holds what no token does"));
        }
        // A redirect could lead the token to another host. Proxies are those of the environment.
        let http = reqwest::Client::builder()
            .redirect(Policy::none())
            .build()
            .map_err(|error| refused(&format!("no client can be made: {}", root(&error))))?;
        let octocrab = Octocrab::builder()
            .base_uri(connection.api.as_str())
            .map(|builder| builder.personal_token(token))
            .map(|builder| builder.add_header(ACCEPT, "application/vnd.github+json".to_owned()))
            .and_then(|builder| builder.build_with_reqwest(http))
            .map_err(|error| refused(&root(&error)))?;
        let until = connection.within;
        Ok(Client { octocrab, connection, started: Instant::now(), until, sent: 0 })
    }

    /// How many requests were sent.
    pub(super) fn sent(&self) -> usize {
        self.sent
    }

    /// `owner/name`.
    pub(super) fn repository(&self) -> &'a str {
        &self.connection.repository
    }

    /// Leaves a sixth of the time to each thing that is told after the next.
    pub(super) fn leave_time_for(&mut self, later: usize) {
        let kept = self.connection.within / 6 * u32::try_from(later).unwrap_or(u32::MAX);
        self.until = self.connection.within.saturating_sub(kept);
    }

    /// Sends what may take effect twice without harm, until it succeeds.
    pub(super) async fn ask<T: DeserializeOwned>(
        &mut self,
        purpose: Purpose,
        request: &Request,
    ) -> Result<T, Error> {
        Ok(self.page(purpose, request).await?.content)
    }

    /// The first item that is wanted, of all pages.
    pub(super) async fn find<T: DeserializeOwned>(
        &mut self,
        purpose: Purpose,
        first: Request,
        wanted: impl Fn(&T) -> bool,
    ) -> Result<Option<T>, Error> {
        let mut request = first;
        for _ in 0..MAX_PAGES {
            let page: Page<Vec<T>> = self.page(purpose, &request).await?;
            if let Some(item) = page.content.into_iter().find(&wanted) {
                return Ok(Some(item));
            }
            let Some(next) = page.next else { return Ok(None) };
            request = requests::get(next);
        }
        let why = format!("there are more than {MAX_PAGES} pages");
        Err(Error::Unusable { what: purpose.what, why })
    }

    /// Sends what must take effect once; `None` where it failed and may be sent again, now that a wait
    /// is over. It may have taken effect all the same: to be looked at before it is sent again.
    pub(super) async fn once<T: DeserializeOwned>(
        &mut self,
        purpose: Purpose,
        request: &Request,
        tries: &mut u32,
    ) -> Result<Option<T>, Error> {
        Ok(self.page_once(purpose, request, tries).await?.map(|page| page.content))
    }

    async fn page<T: DeserializeOwned>(
        &mut self,
        purpose: Purpose,
        request: &Request,
    ) -> Result<Page<T>, Error> {
        let mut tries = 0;
        loop {
            if let Some(page) = self.page_once(purpose, request, &mut tries).await? {
                return Ok(page);
            }
        }
    }

    /// Sends a request; `None` where it failed and may be sent again, now that a wait is over.
    async fn page_once<T: DeserializeOwned>(
        &mut self,
        purpose: Purpose,
        request: &Request,
        tries: &mut u32,
    ) -> Result<Option<Page<T>>, Error> {
        *tries += 1;
        self.sent += 1;
        let patience = self.attempt(*tries).patience();
        let answer = match tokio::time::timeout(patience, self.exchange(request)).await {
            Ok(answer) => answer,
            Err(_) => Err("no answer came in time".to_owned()),
        };
        let (wait, error) = match answer {
            Ok(answer) if (200..300).contains(&answer.status) => {
                match serde_json::from_slice(&answer.body) {
                    Ok(content) => {
                        let next = next_page(&answer.headers, &self.connection.api)
                            .map_err(|why| Error::Unusable { what: purpose.what, why })?;
                        return Ok(Some(Page { content, next }));
                    }
                    Err(_) => self.unanswered(purpose, "the answer cannot be read", *tries),
                }
            }
            Ok(answer) => self.refused(purpose, &answer, *tries),
            Err(why) => self.unanswered(purpose, &why, *tries),
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

    fn unanswered(&self, purpose: Purpose, why: &str, tries: u32) -> (Option<Duration>, Error) {
        let wait = self.attempt(tries).wait(Outcome::NoAnswer);
        let why = self.redacted(why);
        (wait, Error::Unreachable { what: purpose.what, why, tries })
    }

    fn refused(&self, purpose: Purpose, answer: &Answer, tries: u32) -> (Option<Duration>, Error) {
        let Answer { status, headers, body } = answer;
        let body = &String::from_utf8_lossy(body);
        let outcome = Outcome::Answer { status: *status, headers, body };
        let error = match outcome.passes() {
            true => Error::Unreachable {
                what: purpose.what,
                why: match status {
                    403 | 429 => format!("too many requests were sent, says an answer of {status}"),
                    _ => format!("the forge answered {status}"),
                },
                tries,
            },
            false => Error::Refused {
                what: purpose.what,
                status: *status,
                advice: self.redacted(&advice(*status, body, purpose.permission)),
            },
        };
        (self.attempt(tries).wait(outcome), error)
    }

    /// A text without the token, which a proxy may have sent back.
    fn redacted(&self, text: &str) -> String {
        text.replace(self.connection.token.secret(), "***")
    }

    /// Sends once.
    async fn exchange(&self, request: &Request) -> Result<Answer, String> {
        let Request { method, path, body } = request;
        let sent = match *method {
            "GET" => self.octocrab._get(path.as_str()).await,
            "PATCH" => self.octocrab._patch(path.as_str(), body.as_ref()).await,
            _ => self.octocrab._post(path.as_str(), body.as_ref()).await,
        };
        let (head, body) = sent.map_err(|error| root(&error))?.into_parts();
        let body = Limited::new(body, MAX_ANSWER).collect().await;
        let body = body.map_err(|error| root(error.as_ref()))?.to_bytes().into();
        Ok(Answer { status: head.status.as_u16(), headers: head.headers, body })
    }
}

/// What an error comes down to: the outer ones tell addresses.
fn root(mut error: &(dyn StdError + 'static)) -> String {
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}
