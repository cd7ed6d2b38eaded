//! Headers and bodies of requests.

use crate::config::error::Fault;
use crate::config::file::Step;
use crate::config::yaml::{At, Entries, shown};

/// Headers that the engine writes itself, since a wrong one would break the connection.
const OWN: [&str; 6] =
    ["connection", "content-length", "keep-alive", "te", "transfer-encoding", "upgrade"];

type Headers = Vec<(String, String)>;

/// Headers with names in lower case, and the body with its content type among them.
pub(super) fn headers_and_body(step: &Step) -> Result<(Headers, Option<Vec<u8>>), Fault> {
    let mut headers = headers(step.headers.as_ref())?;
    let Some((content_type, body)) = body(step)? else { return Ok((headers, None)) };
    if !headers.iter().any(|(name, _)| name == "content-type") {
        headers.push(("content-type".to_owned(), content_type.to_owned()));
    }
    Ok((headers, Some(body)))
}

fn headers(entries: Option<&Entries<At<String>>>) -> Result<Headers, Fault> {
    let mut headers = Headers::new();
    for (name, value) in entries.map_or(&[][..], |entries| &entries.0) {
        let lower = name.value.to_ascii_lowercase();
        if lower.is_empty() || lower.len() > 256 || !lower.bytes().all(is_token) {
            let message = format!("`{}` cannot be the name of a header", shown(&name.value));
            return Err(name.fault(message).help("use letters, digits and `-`"));
        }
        if OWN.contains(&lower.as_str()) {
            return Err(name.fault(format!("the header `{lower}` is set by the load engine")));
        }
        if headers.iter().any(|(other, _)| *other == lower) {
            return Err(name.fault(format!("the header `{lower}` is written twice")));
        }
        let text = value.value.trim();
        if text.len() > 8192
            || !text.bytes().all(|b| b == b'\t' || b == b' ' || b.is_ascii_graphic())
        {
            return Err(value.fault("a header's value is printable ASCII of at most 8192 bytes"));
        }
        headers.push((lower, text.to_owned()));
    }
    Ok(headers)
}

/// RFC 9110, section 5.6.2.
fn is_token(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b)
}

fn body(step: &Step) -> Result<Option<(&'static str, Vec<u8>)>, Fault> {
    let json = step
        .json
        .as_ref()
        .map(|json| (json.place, "application/json", json.value.to_string().into_bytes()));
    let form = step.form.as_ref().map(|form| {
        (form.place, "application/x-www-form-urlencoded", encoded(&form.value).into_bytes())
    });
    let text = step
        .body
        .as_ref()
        .map(|text| (text.place, "text/plain; charset=utf-8", text.value.clone().into_bytes()));
    let mut written = [json, form, text].into_iter().flatten();
    let Some((_, content_type, body)) = written.next() else { return Ok(None) };
    match written.next() {
        Some((place, ..)) => Err(Fault::new("a step has one body")
            .at(place)
            .help("keep one of `json`, `form` and `body`")),
        None => Ok(Some((content_type, body))),
    }
}

/// `application/x-www-form-urlencoded` as the URL standard serialises it.
fn encoded(form: &Entries<String>) -> String {
    let pairs =
        form.0.iter().map(|(name, value)| format!("{}={}", escaped(&name.value), escaped(value)));
    pairs.collect::<Vec<_>>().join("&")
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for b in text.bytes() {
        match b {
            b' ' => out.push('+'),
            b'*' | b'-' | b'.' | b'_' => out.push(char::from(b)),
            _ if b.is_ascii_alphanumeric() => out.push(char::from(b)),
            _ => out.push_str(&format!("%{b:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn forms_are_escaped_as_browsers_do() {
        assert_eq!(escaped("a b&c=d/é*~"), "a+b%26c%3Dd%2F%C3%A9*%7E");
    }
}
