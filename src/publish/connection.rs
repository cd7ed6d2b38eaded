//! Where a forge is reached, and what became of what it was told.

use reqwest::header::HeaderValue;
use std::fmt;
use std::time::Duration;
use url::{Host, Url};

/// A secret that lets a forge be written to; never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// A token of the given text.
    pub fn new(text: impl Into<String>) -> Token {
        Token(text.into())
    }

    /// The secret itself, to be sent and not to be shown.
    pub(super) fn secret(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// How one repository of a forge is reached.
#[derive(Debug, Clone)]
pub struct Connection {
    /// The address of the forge's API, without a slash at its end.
    pub(super) api: Url,
    pub(super) token: Token,
    /// `owner/name`, or the number of a project.
    pub(super) repository: String,
    /// How long all requests together may take, retries and waiting included.
    pub(super) within: Duration,
}

impl Connection {
    /// A connection to the API at `api`.
    ///
    /// # Errors
    ///
    /// When the address is none, holds a user, or would send the token in the clear to another machine.
    pub fn new(
        api: &str,
        token: Token,
        repository: &str,
        within: Duration,
    ) -> Result<Connection, Error> {
        let refused = |why: &str| Error::Api { why: why.to_owned() };
        let url = Url::parse(api.trim_end_matches('/'))
            .map_err(|error| refused(&format!("it is no address: {error}")))?;
        let loopback = match url.host() {
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            Some(Host::Domain(name)) => name == "localhost",
            None => return Err(refused("it names no host")),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refused("it holds a user; give the token by itself"));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(refused("it has a query or a fragment; give the address alone"));
        }
        if url.scheme() != "https" && !(url.scheme() == "http" && loopback) {
            return Err(refused("the token is sent over https only, but for this machine"));
        }
        Ok(Connection { api: url, token, repository: repository.to_owned(), within })
    }

    /// The same connection, when so much of its time is over.
    #[must_use]
    pub fn after(self, spent: Duration) -> Connection {
        Connection { within: self.within.saturating_sub(spent), ..self }
    }

    /// The token after a word, as a header's value that no log shows.
    pub(super) fn header(&self, word: &str) -> Result<HeaderValue, Error> {
        let token = self.token.secret();
        let value = HeaderValue::from_str(&format!("{word}{token}")).ok();
        let mut value = value.filter(|_| !token.is_empty()).ok_or_else(|| Error::Api {
            why: "its token is empty, or holds what no token does".to_owned(),
        })?;
        value.set_sensitive(true);
        Ok(value)
    }
}

/// What was told, and what could not be.
#[derive(Debug, Default)]
pub struct Told {
    /// In the order in which it was told.
    pub delivered: Vec<Delivered>,
    /// Why the rest could not be told. None of these changes a verdict.
    pub errors: Vec<Error>,
    /// How many requests were sent, retries included.
    pub requests: usize,
}

impl Told {
    pub(super) fn note(&mut self, result: Result<Delivered, Error>) {
        match result {
            Ok(delivered) => self.delivered.push(delivered),
            Err(error) => self.errors.push(error),
        }
    }
}

/// One thing told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivered {
    /// The comment.
    Comment(Fate),
    /// The check.
    Check,
    /// The status.
    Status,
}

/// What became of a comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// There was none before.
    Created,
    /// It replaced an earlier one.
    Updated,
    /// The earlier one says the same already.
    Unchanged,
    /// The pull request has moved on to another commit, of which this one says nothing.
    Stale,
    /// There was nothing to replace, and nothing to say otherwise.
    Unneeded,
}

/// Why something could not be told.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The forge's address cannot be used.
    #[error("failed to use the address of the API: {why}")]
    Api {
        /// Why not; without the address, which may hold a secret.
        why: String,
    },
    /// The forge refused for good.
    #[error("failed to {what}: the forge answered {status}{}", and(.advice))]
    Refused {
        /// What was to be done, such as `write the comment`.
        what: &'static str,
        /// The status code.
        status: u16,
        /// What to do about it; may be empty.
        advice: String,
    },
    /// No answer that could be used came in time, however often it was tried.
    #[error("failed to {what}: {why}{}", after(*.tries))]
    Unreachable {
        /// What was to be done.
        what: &'static str,
        /// What went wrong the last time, without any secret.
        why: String,
        /// How often it was tried.
        tries: u32,
    },
    /// What the forge answered is well-formed and leads nowhere.
    #[error("failed to {what}: {why}")]
    Unusable {
        /// What was to be done.
        what: &'static str,
        /// What is wrong with the answer.
        why: String,
    },
    /// The comment was written, by another account than the one whose comments are looked for.
    #[error(
        "failed to recognize the comment that was written: it is by `{author}`, and one by `{expected}` \
         was looked for; give `--comment-author {author}`, or every build writes another one"
    )]
    OtherAuthor {
        /// Who wrote it.
        author: String,
        /// Whose comments are looked for.
        expected: String,
    },
}

fn after(tries: u32) -> String {
    if tries < 2 { String::new() } else { format!(", after {tries} tries") }
}

fn and(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("; {text}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_goes_over_https_or_stays_on_this_machine() {
        let check = |api: &str, why: Option<&str>| {
            let made = Connection::new(api, Token::new("s3cret"), "o/r", Duration::from_secs(1));
            match (made, why) {
                (Ok(_), None) => {}
                (Err(error), Some(why)) => {
                    let text = error.to_string();
                    assert!(text.contains(why) && !text.contains("hidden"), "{api}: {text}");
                }
                (made, why) => panic!("{api}: {made:?}, not {why:?}"),
            }
        };
        check("https://api.github.com", None);
        check("https://git.example.org/api/v4/", None);
        for local in ["http://127.0.0.1:4010", "http://localhost:1", "http://[::1]:1"] {
            check(local, None);
        }
        check("http://api.github.com", Some("https only"));
        check("http://127.0.0.1.example.org", Some("https only"));
        check("ftp://localhost", Some("https only"));
        check("https://user:hidden@example.org", Some("holds a user"));
        check("api.github.com", Some("no address"));
        check("", Some("no address"));
        check("https:", Some("no address"));
        check("https://example.org/?a=1", Some("a query"));
        check("https://example.org/#a", Some("a fragment"));
    }

    #[test]
    fn a_token_is_not_shown() {
        assert_eq!(format!("{:?}", Token::new("s3cret")), "***");
    }
}
