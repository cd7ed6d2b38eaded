//! Sending to a forge over HTTP.

use super::failure::{Failure, root};
use super::session::{Answer, Thing, Wire};
use super::{Connection, Error, Request};
use crate::report::escape;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, Response};

/// The most bytes that are read of an answer.
const MAX_ANSWER: usize = 10 << 20;
/// The most bytes that are read of a refusal.
const MAX_REFUSAL: usize = 64 << 10;

/// A forge's API, and a client that sends the token.
pub(super) struct Http {
    client: Client,
    api: String,
    /// What to do about a token that may not do what was asked.
    no_access: &'static str,
}

impl Http {
    /// A client that sends the token in a header of that name, after a word.
    pub(super) fn new(
        connection: &Connection,
        (name, word): (HeaderName, &str),
        no_access: &'static str,
    ) -> Result<Http, Error> {
        let client = client(HeaderMap::from_iter([(name, connection.header(word)?)]))?;
        let api = connection.api.as_str().trim_end_matches('/').to_owned();
        Ok(Http { client, api, no_access })
    }
}

/// A client that sends these headers with each request.
pub(super) fn client(headers: HeaderMap) -> Result<Client, Error> {
    // A redirect could lead the token to another host. Proxies are those of the environment.
    Client::builder()
        .redirect(Policy::none())
        .no_gzip()
        .user_agent(concat!("pacegate/", env!("CARGO_PKG_VERSION")))
        .default_headers(headers)
        .build()
        .map_err(|error| Error::Api { why: format!("no client can be made: {}", root(&error)) })
}

impl Wire for Http {
    async fn exchange(&self, request: &Request) -> Result<Answer, Failure> {
        let method = Method::from_bytes(request.method.as_bytes());
        let method = method.map_err(|error| Failure::of(&error))?;
        let mut sent = self.client.request(method, format!("{}{}", self.api, request.path));
        if let Some(body) = &request.body {
            sent = sent.header(CONTENT_TYPE, "application/json").body(body.to_string());
        }
        let mut response = sent.send().await.map_err(|error| Failure::of(&error))?;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = match request.method {
            _ if !status.is_success() => {
                read(&mut response, MAX_REFUSAL).await.unwrap_or_default().0
            }
            "GET" => match read(&mut response, MAX_ANSWER).await? {
                (_, true) => return Err(Failure::passing("the answer is too long")),
                (body, false) => body,
            },
            // What was written is written, whatever comes after the answer's head.
            _ => b"null".to_vec(),
        };
        Ok(Answer { status: status.as_u16(), headers, body })
    }

    fn advice(&self, _: Thing, status: u16, body: &str) -> String {
        match status {
            300..=399 => "it sends elsewhere; name the address of the API itself".to_owned(),
            401 | 403 => self.no_access.to_owned(),
            404 => {
                format!("no such thing is there, or the token may not see it: {}", self.no_access)
            }
            _ => escape::prose(body),
        }
    }
}

/// Reads at most so many bytes, and says whether there was more.
async fn read(response: &mut Response, most: usize) -> Result<(Vec<u8>, bool), Failure> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| Failure::of(&error))? {
        if body.len() + chunk.len() > most {
            return Ok((body, true));
        }
        body.extend_from_slice(&chunk);
    }
    Ok((body, false))
}
