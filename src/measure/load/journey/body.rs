//! Bodies of requests.

use super::json::Json;
use super::variables::{Variables, in_form, verbatim};
use crate::config::{BodyPlan, Template, defaults};
use crate::measure::load::LoadError;
use crate::measure::load::failure::RequestFailure;
use bytes::Bytes;
use std::io::{self, Read as _};
use std::path::Path;

/// A body with its variables.
#[derive(Debug)]
pub(super) enum Body {
    Constant(Bytes),
    Json(Json),
    /// Names as they are sent, with their values.
    Form(Vec<(String, Template)>),
    Text(Template),
}

/// Why a body cannot be made ready.
pub(super) enum Unusable {
    Text(String),
    File(LoadError),
}

impl Body {
    /// Takes a body apart; nothing of a constant one is left to do.
    pub(super) fn new(plan: Option<&BodyPlan>) -> Result<Body, Unusable> {
        let body = match plan {
            None => Body::Constant(Bytes::new()),
            Some(BodyPlan::File(path)) => Body::Constant(read(path).map_err(Unusable::File)?),
            Some(BodyPlan::Json(value)) => Body::Json(Json::parse(value).map_err(Unusable::Text)?),
            Some(BodyPlan::Text(text)) => {
                Body::Text(Template::parse(text).map_err(Unusable::Text)?)
            }
            Some(BodyPlan::Form(pairs)) => {
                let pair = |(name, value): &(String, String)| {
                    let mut escaped = String::new();
                    in_form(name, &mut escaped);
                    Ok((escaped, Template::parse(value)?))
                };
                let pairs = pairs.iter().map(pair).collect::<Result<_, String>>();
                Body::Form(pairs.map_err(Unusable::Text)?)
            }
        };
        let none = Variables::default();
        Ok(match body.is_constant() {
            true => body.render(&none).map_or(body, Body::Constant),
            false => body,
        })
    }

    /// Whether nothing in it is variable.
    pub(super) fn is_constant(&self) -> bool {
        match self {
            Body::Constant(_) => true,
            Body::Json(json) => json.is_constant(),
            Body::Form(pairs) => pairs.iter().all(|(_, value)| value.constant().is_some()),
            Body::Text(text) => text.constant().is_some(),
        }
    }

    /// The bytes to be sent.
    ///
    /// # Errors
    ///
    /// When a variable has no value.
    pub(super) fn render(&self, variables: &Variables) -> Result<Bytes, RequestFailure> {
        Ok(match self {
            Body::Constant(bytes) => bytes.clone(),
            Body::Json(json) => json.render(variables)?.to_string().into(),
            Body::Text(text) => variables.render(text, verbatim)?.into(),
            Body::Form(pairs) => {
                let pair = |(name, value): &(String, Template)| {
                    let mut text = format!("{name}=");
                    // What stands in the file is escaped as the values are.
                    in_form(&variables.render(value, verbatim)?, &mut text);
                    Ok(text)
                };
                pairs.iter().map(pair).collect::<Result<Vec<_>, _>>()?.join("&").into()
            }
        })
    }
}

/// Opens a file that is one: nobody may ever write into a pipe.
pub(super) fn regular(path: &Path) -> io::Result<std::fs::File> {
    match std::fs::metadata(path)?.is_file() {
        true => std::fs::File::open(path),
        false => Err(io::Error::other("it is no regular file")),
    }
}

/// The bytes of a file that is sent.
///
/// # Errors
///
/// When it cannot be read, or is too large.
pub(in crate::measure::load) fn read(path: &Path) -> Result<Bytes, LoadError> {
    let most = defaults::MAX_FILE_BYTES;
    let read = || {
        let mut bytes = Vec::new();
        regular(path)?.take(most + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > most {
            return Err(io::Error::other(format!("it is larger than {} MiB", most >> 20)));
        }
        Ok(bytes.into())
    };
    read().map_err(|source| LoadError::File { path: path.to_owned(), source })
}
