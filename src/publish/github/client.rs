//! Sending to GitHub.

use super::advice::advice;
use crate::publish::failure::{Failure, root};
use crate::publish::http;
use crate::publish::request::is_owner_and_name;
use crate::publish::session::{Answer, Session, Thing, Wire};
use crate::publish::{Connection, Error, Request};
use http_body_util::{BodyExt as _, Limited};
use octocrab::Octocrab;
use reqwest::header::{ACCEPT, HeaderMap};

/// The most bytes of an answer: a page of 100 comments of 65,536 characters of four bytes, and some.
const MAX_ANSWER: usize = 32 << 20;

/// One repository, for the time of one post.
pub(super) type Client<'c> = Session<'c, Octocrab>;

pub(super) fn open(connection: &Connection) -> Result<Client<'_>, Error> {
    let refused = |why: &str| Error::Api { why: why.to_owned() };
    if !is_owner_and_name(&connection.repository) {
        return Err(refused("its repository is to be given as `owner/name`"));
    }
    // Octocrab writes this header itself, and panics where it cannot.
    connection.header("Bearer ")?;
    let http = http::client(HeaderMap::new())?;
    let octocrab = Octocrab::builder()
        .base_uri(connection.api.as_str())
        .map(|builder| builder.personal_token(connection.token.secret()))
        .map(|builder| builder.add_header(ACCEPT, "application/vnd.github+json".to_owned()))
        .and_then(|builder| builder.build_with_reqwest(http))
        .map_err(|error| refused(&root(&error)))?;
    Ok(Session::new(connection, octocrab))
}

impl Wire for Octocrab {
    async fn exchange(&self, request: &Request) -> Result<Answer, Failure> {
        let Request { method, path, body } = request;
        let sent = match *method {
            "GET" => self._get(path.as_str()).await,
            "PATCH" => self._patch(path.as_str(), body.as_ref()).await,
            _ => self._post(path.as_str(), body.as_ref()).await,
        };
        let (head, body) = sent.map_err(|error| Failure::of(&error))?.into_parts();
        let body = Limited::new(body, MAX_ANSWER).collect().await;
        let body = body.map_err(|error| Failure::of(error.as_ref()))?.to_bytes().into();
        Ok(Answer { status: head.status.as_u16(), headers: head.headers, body })
    }

    fn advice(&self, thing: Thing, status: u16, body: &str) -> String {
        let permission = match thing {
            Thing::Comment => "pull-requests: write",
            Thing::Check => "checks: write",
            Thing::Status => "statuses: write",
            Thing::Changes => "pull-requests: read",
        };
        advice(status, body, permission)
    }
}
