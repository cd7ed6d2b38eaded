//! Sending to a forge: in time, and again where that helps.

use super::failure::Failure;
use super::retry::{Attempt, Outcome};
use super::{Connection, Error, Request};
use reqwest::header::{HeaderMap, LINK};
use serde::de::DeserializeOwned;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::time::Instant;

/// What a request is for, as errors tell it.
#[derive(Clone, Copy)]
pub(super) struct Purpose {
    /// Such as `write the comment`.
    pub(super) what: &'static str,
    pub(super) thing: Thing,
}

/// What a token needs a permission for.
#[derive(Clone, Copy)]
pub(super) enum Thing {
    Comment,
    Check,
    Status,
    Changes,
}

/// What sends a request to a forge, once.
pub(super) trait Wire {
    async fn exchange(&self, request: &Request) -> Result<Answer, Failure>;

    /// What to do about a refusal.
    fn advice(&self, thing: Thing, status: u16, body: &str) -> String;
}

/// An answer as it came.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

/// One repository of a forge, for the time of one post.
pub(super) struct Session<'c, W> {
    wire: W,
    connection: &'c Connection,
    started: Instant,
    /// When there was an answer last; the start until there is one.
    heard: Instant,
    /// When the thing at hand is given up, from the start.
    until: Duration,
    sent: usize,
}

impl<'c, W: Wire> Session<'c, W> {
    pub(super) fn new(connection: &'c Connection, wire: W) -> Session<'c, W> {
        let (now, until) = (Instant::now(), connection.within);
        Session { wire, connection, started: now, heard: now, until, sent: 0 }
    }

    /// How many requests were sent.
    pub(super) fn sent(&self) -> usize {
        self.sent
    }

    pub(super) fn connection(&self) -> &'c Connection {
        self.connection
    }

    /// Leaves a sixth of the time to each thing that is told after the next.
    pub(super) fn leave_time_for(&mut self, later: u32) {
        self.until = self.connection.within.saturating_sub(self.connection.within / 6 * later);
    }

    /// Sends what may take effect twice without harm, until it succeeds.
    pub(super) async fn ask<T: DeserializeOwned>(
        &mut self,
        purpose: Purpose,
        request: &Request,
    ) -> Result<T, Error> {
        Ok(self.page(purpose, request).await?.0)
    }

    /// As [`Session::ask`], and whether there is a page after this one.
    pub(super) async fn page<T: DeserializeOwned>(
        &mut self,
        purpose: Purpose,
        request: &Request,
    ) -> Result<(T, bool), Error> {
        let mut tries = 0;
        loop {
            if let Some((content, headers)) = self.send(purpose, request, &mut tries).await? {
                return Ok((content, has_next(&headers)));
            }
        }
    }

    /// Sends what must take effect once; `None` where it failed and may be sent again, now that a wait
    /// is over. It may have taken effect all the same: to be looked at before it is sent again.
    pub(super) async fn once<T: DeserializeOwned>(
        &mut self,
        purpose: Purpose,
        request: &Request,
        tries: &mut u32,
    ) -> Result<Option<T>, Error> {
        Ok(self.send(purpose, request, tries).await?.map(|(content, _)| content))
    }

    async fn send<T: DeserializeOwned>(
        &mut self,
        Purpose { what, thing }: Purpose,
        request: &Request,
        tries: &mut u32,
    ) -> Result<Option<(T, HeaderMap)>, Error> {
        *tries += 1;
        self.sent += 1;
        let patience = self.attempt(*tries).patience();
        let answer = tokio::time::timeout(patience, self.wire.exchange(request)).await;
        let answer = answer.unwrap_or_else(|_| Err(Failure::passing("no answer came in time")));
        if answer.is_ok() {
            self.heard = Instant::now();
        }
        let unreachable = |why: String| Error::Unreachable { what, why, tries: *tries };
        let attempt = self.attempt(*tries);
        let (wait, error) = match answer {
            Ok(Answer { status: 200..300, headers, body }) => match serde_json::from_slice(&body) {
                Ok(content) => return Ok(Some((content, headers))),
                Err(_) => {
                    let failure = Failure::passing("the answer cannot be read");
                    (attempt.wait(Outcome::NoAnswer(failure.kind)), unreachable(failure.why))
                }
            },
            Ok(Answer { status, headers, body }) => {
                let body = &String::from_utf8_lossy(&body);
                let outcome = Outcome::Answer { status, headers: &headers, body };
                let error = match (outcome.passes(), status) {
                    (true, 403 | 429) => unreachable(format!(
                        "too many requests were sent, says an answer of {status}"
                    )),
                    (true, _) => unreachable(format!("the forge answered {status}")),
                    (false, _) => {
                        let advice = self.redacted(&self.wire.advice(thing, status, body));
                        Error::Refused { what, status, advice }
                    }
                };
                (attempt.wait(outcome), error)
            }
            Err(Failure { kind, why }) => {
                (attempt.wait(Outcome::NoAnswer(kind)), unreachable(self.redacted(&why)))
            }
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
            unheard: self.heard.elapsed(),
            now: i64::try_from(now.as_secs()).unwrap_or(i64::MAX),
            // As good as chance: jobs do not fail in step to the nanosecond.
            jitter: f64::from(now.subsec_nanos()) / 1e9,
        }
    }

    /// A text without the token, which a server may have sent back.
    fn redacted(&self, text: &str) -> String {
        text.replace(self.connection.token.secret(), "***")
    }
}

/// Whether a page is not the last one, as GitLab says it or as others do. Where it is, is not asked:
/// the token goes to no address that an answer names.
fn has_next(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    text("x-next-page").is_some_and(|page| !page.trim().is_empty())
        || text(LINK.as_str()).is_some_and(|links| links.contains("rel=\"next\""))
}
