//! Whether a request is sent again, and when.

use reqwest::header::HeaderMap;
use std::time::Duration;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

/// What came of a request that did not do what it was for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Outcome<'a> {
    NoAnswer(NoAnswer),
    /// An answer other than a success.
    Answer {
        status: u16,
        headers: &'a HeaderMap,
        /// The text of the answer, as far as it was read.
        body: &'a str,
    },
}

/// Why no answer came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoAnswer {
    /// A broken connection, nothing in time, or nothing that can be read.
    Broken,
    /// Nobody is there.
    Refused,
    /// Whoever is there has a certificate that is not trusted.
    Untrusted,
}

/// How often a connection that is refused is tried.
const MAX_REFUSED: u32 = 5;

/// How far one request has come, and what time there is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Attempt {
    /// How often it was sent, from 1.
    pub(super) tries: u32,
    /// How long all requests together may take; every wait that nobody asked for is a part of it.
    pub(super) within: Duration,
    /// How much of that is left for this one.
    pub(super) left: Duration,
    /// How long ago the last answer to any request came.
    pub(super) unheard: Duration,
    /// The time of day, in seconds since 1970.
    pub(super) now: i64,
    /// A random number of [0, 1), so that jobs that failed together do not come again together.
    pub(super) jitter: f64,
}

impl Outcome<'_> {
    /// Whether it may be another one the next time.
    pub(super) fn passes(self) -> bool {
        match self {
            Outcome::NoAnswer(kind) => kind != NoAnswer::Untrusted,
            Outcome::Answer { status, headers, body } => match status {
                429 | 500..=599 => true,
                403 => is_limit(headers, body),
                _ => false,
            },
        }
    }
}

impl Attempt {
    /// How long to wait before the request is sent again; `None` where that is of no use, or where
    /// no time would be left.
    pub(super) fn wait(&self, outcome: Outcome<'_>) -> Option<Duration> {
        let wait = match outcome {
            Outcome::NoAnswer(_) => self.backoff(),
            Outcome::Answer { status: 500.., headers, .. } => {
                asked(headers, self.now).unwrap_or_else(|| self.backoff())
            }
            Outcome::Answer { headers, .. } => self.limited(headers),
        };
        // A server that starts anew is back soon; one that was never there stays away.
        let is_gone = matches!(outcome, Outcome::NoAnswer(NoAnswer::Refused))
            && (self.tries >= MAX_REFUSED || self.unheard + wait > self.within / 4);
        (outcome.passes() && !is_gone && wait < self.left).then_some(wait)
    }

    /// How long to wait for an answer: a quarter of the whole, half a minute of the usual two.
    pub(super) fn patience(&self) -> Duration {
        (self.within / 4).min(self.left)
    }

    /// Twice as long with every try, from a second of the usual two minutes; at least half of it is
    /// waited, the rest is left to chance.
    fn backoff(&self) -> Duration {
        let doubled = 2_u32.saturating_pow(self.tries.saturating_sub(1));
        let longest = (self.within / 120).saturating_mul(doubled);
        longest.min(self.within).mul_f64(0.5 + self.jitter.clamp(0.0, 1.0) / 2.0)
    }

    /// As long as a limit asks for. Some limits say nothing; GitHub then wants a minute to pass, which
    /// is half of the usual two.
    fn limited(&self, headers: &HeaderMap) -> Duration {
        asked(headers, self.now).unwrap_or(self.within / 2)
    }
}

/// Whether a 403 is one that passes: a limit of requests, and no missing permission.
fn is_limit(headers: &HeaderMap, body: &str) -> bool {
    let body = body.to_ascii_lowercase();
    !body.contains("resource not accessible")
        && (body.contains("rate limit")
            || headers.contains_key("retry-after")
            || is_used_up(headers))
}

/// How long an answer asks to wait: what is left of the limit's period only where the limit is used up.
fn asked(headers: &HeaderMap, now: i64) -> Option<Duration> {
    let until = |at: i64| u64::try_from(at.saturating_sub(now)).ok().map(Duration::from_secs);
    if let Some(text) = text(headers, &["retry-after"]) {
        let seconds = text.parse().ok().map(Duration::from_secs);
        let date = || until(OffsetDateTime::parse(text, &Rfc2822).ok()?.unix_timestamp());
        return seconds.or_else(date);
    }
    let reset = text(headers, &["x-ratelimit-reset", "ratelimit-reset"])?.parse().ok()?;
    is_used_up(headers).then(|| until(reset)).flatten()
}

fn is_used_up(headers: &HeaderMap) -> bool {
    text(headers, &["x-ratelimit-remaining", "ratelimit-remaining"]) == Some("0")
}

/// The first of the headers that is there.
fn text<'a>(headers: &'a HeaderMap, names: &[&str]) -> Option<&'a str> {
    let value = names.iter().find_map(|name| headers.get(*name))?;
    value.to_str().ok().map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use reqwest::header::{HeaderName, HeaderValue};

    const MINUTE: Duration = Duration::from_secs(60);
    const NOW: i64 = 1_800_000_000;

    fn attempt(tries: u32) -> Attempt {
        Attempt {
            tries,
            within: 2 * MINUTE,
            left: 2 * MINUTE,
            unheard: Duration::ZERO,
            now: NOW,
            jitter: 0.0,
        }
    }

    fn wait(attempt: Attempt, status: u16, headers: &[(&str, &str)], body: &str) -> Option<f64> {
        let pair = |(name, value): &(&str, &str)| {
            (name.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value).unwrap())
        };
        let headers = headers.iter().map(pair).collect();
        let outcome = match status {
            0 => Outcome::NoAnswer(NoAnswer::Broken),
            _ => Outcome::Answer { status, headers: &headers, body },
        };
        attempt.wait(outcome).map(|wait| wait.as_secs_f64())
    }

    #[test]
    fn what_passes_is_tried_again_and_what_stays_is_not() {
        let check = |status: u16, headers: &[(&str, &str)], body: &str, seconds: Option<f64>| {
            assert_eq!(
                wait(attempt(1), status, headers, body),
                seconds,
                "{status} {headers:?} {body}"
            );
        };
        check(0, &[], "", Some(0.5));
        for status in [500, 502, 503, 504] {
            check(status, &[], "", Some(0.5));
        }
        check(503, &[("retry-after", "7")], "", Some(7.0));
        for status in [301, 400, 401, 403, 404, 405, 410, 422] {
            check(status, &[], "Bad things", None);
        }
        check(401, &[("retry-after", "1")], "", None);
        check(429, &[], "", Some(60.0));
        check(429, &[("retry-after", "3")], "", Some(3.0));
        check(429, &[("retry-after", "Fri, 15 Jan 2027 08:00:09 GMT")], "", Some(9.0));
        check(429, &[("retry-after", "soon")], "", Some(60.0));
        check(429, &[("retry-after", "600")], "", None);
        check(
            429,
            &[("ratelimit-remaining", "0"), ("ratelimit-reset", "1800000002")],
            "",
            Some(2.0),
        );
        let limit = "You have exceeded a secondary rate limit.";
        check(403, &[], limit, Some(60.0));
        check(403, &[("retry-after", "2")], limit, Some(2.0));
        check(403, &[("retry-after", "2")], "", Some(2.0));
        let used = ("x-ratelimit-remaining", "0");
        check(403, &[used, ("x-ratelimit-reset", "1800000005")], "", Some(5.0));
        check(403, &[used, ("x-ratelimit-reset", "1800000500")], "", None);
        check(403, &[used, ("x-ratelimit-reset", "1799999999")], "", Some(60.0));
        check(
            403,
            &[("x-ratelimit-remaining", "9"), ("x-ratelimit-reset", "1800000005")],
            limit,
            Some(60.0),
        );
        check(403, &[used], "Resource not accessible by integration", None);
    }

    #[test]
    fn waits_double_until_no_time_is_left() {
        let waits = [1, 2, 3, 4, 7].map(|tries| wait(attempt(tries), 0, &[], ""));
        assert_eq!(waits, [Some(0.5), Some(1.0), Some(2.0), Some(4.0), Some(32.0)]);
        let late = Attempt { left: Duration::from_millis(500), ..attempt(1) };
        assert_eq!(wait(late, 0, &[], ""), None);
        assert_eq!(late.patience(), Duration::from_millis(500));
        assert_eq!(attempt(1).patience(), MINUTE / 2);
    }

    #[test]
    fn nobody_and_a_stranger_are_not_waited_for_long() {
        let check = |kind: NoAnswer, tries: u32, unheard: u64, again: bool| {
            let attempt = Attempt { unheard: Duration::from_secs(unheard), ..attempt(tries) };
            let wait = attempt.wait(Outcome::NoAnswer(kind));
            assert_eq!(wait.is_some(), again, "{kind:?} {tries} {unheard}");
        };
        check(NoAnswer::Untrusted, 1, 0, false);
        check(NoAnswer::Refused, 1, 0, true);
        check(NoAnswer::Refused, 4, 0, true);
        check(NoAnswer::Refused, 5, 0, false);
        check(NoAnswer::Refused, 1, 29, true);
        check(NoAnswer::Refused, 1, 30, false);
        check(NoAnswer::Broken, 5, 60, true);
    }

    proptest! {
        #[test]
        fn no_wait_goes_over_what_is_left(
            tries in any::<u32>(),
            within in 0_u64..1_000_000,
            share in 0.0..1.0,
            now in any::<i64>(),
            jitter in any::<f64>(),
            status in 0_u16..600,
            after in "[0-9]{0,25}",
            reset in "-?[0-9]{0,20}",
        ) {
            let within = Duration::from_millis(within);
            let left = within.mul_f64(share);
            let unheard = Duration::ZERO;
            let attempt = Attempt { tries, within, left, unheard, now, jitter };
            let reset = [("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", reset.as_str())];
            for headers in [&[("retry-after", after.as_str())][..], &reset] {
                if let Some(wait) = wait(attempt, status, headers, "rate limit") {
                    prop_assert!(wait < left.as_secs_f64());
                }
            }
        }
    }
}
